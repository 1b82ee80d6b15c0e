package letter

import (
	"strings"
	"unicode"
)

// Chinese lines break between any two characters, but none begins with what
// closes and none ends with what opens.
const (
	closes = "，。、；：？！,.;:?!）)」』》〉】〕”’…—～·％%‰℃°"
	opens  = "（(「『《〈【〔“‘￥¥"
	counts = "年月日时天岁人元万亿个条款项号楼室" // stay with their number
)

// line is what fits beside each other.
type line []glyph

func (l line) width(size float64) float64 {
	w := 0.0
	for _, g := range l {
		w += g.width
	}
	return w * size
}

// wrap breaks runs into lines of at most wide, at a size.
func (k *ink) wrap(text []Run, size, wide float64) []line {
	var all []line
	var now line
	room := wide
	for _, u := range units(k.glyphs(text)) {
		w := trimmed(u).width(size)
		if w > room && len(now) > 0 {
			all, now, room = append(all, trimmed(now)), nil, wide
		}
		for w > wide { // longer than a line, as an address can be
			n := fitting(u, size, wide)
			all, u = append(all, u[:n]), u[n:]
			w = trimmed(u).width(size)
		}
		now = append(now, u...)
		room -= u.width(size)
	}
	if now = trimmed(now); len(now) > 0 {
		all = append(all, now)
	}
	return all
}

func (k *ink) glyphs(text []Run) line {
	var all line
	for _, run := range text {
		weight := regular
		if run.Bold {
			weight = bold
		}
		for _, r := range run.Text {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
				continue
			}
			all = append(all, k.glyph(weight, r))
		}
	}
	return all
}

// units are the stretches within which no line may end.
func units(text line) []line {
	var all []line
	begin := 0
	for i := 1; i < len(text); i++ {
		if !together(text[i-1].r, text[i].r) {
			all = append(all, text[begin:i])
			begin = i
		}
	}
	if begin < len(text) {
		all = append(all, text[begin:])
	}
	return all
}

func together(a, b rune) bool {
	switch {
	case b == ' ' || strings.ContainsRune(closes, b) || strings.ContainsRune(opens, a):
		return true
	case a == ' ':
		return false
	case a == '第' && unicode.IsDigit(b), unicode.IsDigit(a) && strings.ContainsRune(counts, b):
		return true
	}
	return inWord(a) && inWord(b)
}

// inWord reports what makes up numbers, dates and addresses.
func inWord(r rune) bool {
	return r > ' ' && r < 0x2e80 && !strings.ContainsRune(opens, r) &&
		(unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("/.,:;_-+=&?#%@", r))
}

func fitting(u line, size, wide float64) int {
	w := 0.0
	for i, g := range u {
		if w += g.width * size; w > wide && i > 0 {
			return i
		}
	}
	return len(u)
}

// trimmed is without the spaces at the end, which may stick out.
func trimmed(l line) line {
	for len(l) > 0 && l[len(l)-1].r == ' ' {
		l = l[:len(l)-1]
	}
	return l
}
