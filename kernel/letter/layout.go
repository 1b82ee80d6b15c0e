package letter

import (
	"fmt"
	"strconv"
	"strings"
)

// A4 in points, and what stays white.
const (
	pageWide, pageHigh = 595.28, 841.89
	left, right        = 68.0, pageWide - 68
	top, bottom        = 92.0, pageHigh - 74
	column             = right - left

	bodySize  = 12.0
	wideStep  = 21.0 // from line to line
	tightStep = 19.0 // when that saves a page
	smallSize = 9.0
	indent    = 20.0
	pad       = 10.0
)

type shade int

const (
	black shade = iota
	grey
	brand
)

// A stroke is a piece of text in its place; y is the line on which it stands.
type stroke struct {
	x, y, size float64
	text       line
	shade      shade
}

// A box is a filled rectangle.
type box struct {
	x, y, wide, high float64
	red, green, blue uint8
}

type page struct {
	boxes   []box
	strokes []stroke
	foot    string
}

// layout puts a letter on pages.
type layout struct {
	ink   *ink
	dots  [][]bool // of the square code
	step  float64
	pages []*page
	y     float64 // the upper edge of what comes next

	foot     string
	chapters []int // the page on which each begins, counted from 1
	at       []int // the same, as the contents are to say it
}

func (l *layout) page() *page { return l.pages[len(l.pages)-1] }

func (l *layout) turn() {
	l.pages = append(l.pages, &page{foot: l.foot})
	l.y = top
}

// need begins a new page unless high fits on this one.
func (l *layout) need(high float64) {
	if l.y+high > bottom && l.y > top {
		l.turn()
	}
}

func (l *layout) write(x, y, size float64, text line, s shade) {
	if len(text) > 0 {
		l.page().strokes = append(l.page().strokes, stroke{x, y, size, text, s})
	}
}

func (l *layout) fill(b box) { l.page().boxes = append(l.page().boxes, b) }

// lines writes lines below each other. No page begins with the last of them
// alone, and none ends with the first.
func (l *layout) lines(all []line, x, size, step float64) {
	for i, one := range all {
		keep := 1
		if i == 0 || i == len(all)-2 {
			keep = min(2, len(all)-i)
		}
		l.need(float64(keep) * step)
		l.write(x, l.y+step*0.72, size, one, black)
		l.y += step
	}
}

func (l *layout) all(t Letter) {
	l.foot = t.Foot
	l.turn()
	title := l.ink.wrap([]Run{{t.Title, true}}, 20, column)
	l.lines(title, left, 20, 30)
	l.y += 8
	for i, b := range t.Blocks {
		l.block(b)
		if i+1 < len(t.Blocks) {
			l.y += gap(b.Kind, t.Blocks[i+1].Kind)
		}
	}
	l.end(t)
	l.rare()
}

// gap is the white between two blocks.
func gap(a, b Kind) float64 {
	switch {
	case b == Heading:
		return 14
	case a == b && (a == Fact || a == Note):
		return 0
	case a == b && (a == Item || a == Numbered || a == Contents):
		return 2
	case a == Heading:
		return 2
	case b == Chapter:
		return 0
	}
	return 7
}

func (l *layout) block(b Block) {
	switch b.Kind {
	case Heading:
		l.need(24 + 2*l.step)
		l.lines(l.ink.wrap(heavy(b.Text), 14, column), left, 14, 24)
	case Item:
		l.item("•", b.Text)
	case Numbered:
		l.item(fmt.Sprintf("%d.", b.Number), b.Text)
	case Note:
		l.note(b.Text)
	case Fact:
		l.fact(b)
	case Chapter:
		l.chapter(b)
	case Contents:
		l.contents(b)
	default:
		l.lines(l.ink.wrap(b.Text, bodySize, column), left, bodySize, l.step)
	}
}

// chapter begins a page.
func (l *layout) chapter(b Block) {
	l.foot = Plain(b.Value)
	l.turn()
	l.chapters = append(l.chapters, len(l.pages))
	l.lines(l.ink.wrap(heavy(b.Text), 18, column), left, 18, 30)
	l.y += 4
}

// contents is a line with the page on which its chapter begins.
func (l *layout) contents(b Block) {
	if b.Number > 0 && b.Number <= len(l.at) {
		l.need(l.step)
		page := l.ink.glyphs([]Run{{strconv.Itoa(l.at[b.Number-1]), false}})
		l.write(right-page.width(bodySize), l.y+l.step*0.72, bodySize, page, black)
	}
	l.lines(l.ink.wrap(b.Text, bodySize, column-40), left, bodySize, l.step)
}

func heavy(text []Run) []Run { return []Run{{Plain(text), true}} }

func (l *layout) item(mark string, text []Run) {
	all := l.ink.wrap(text, bodySize, column-indent)
	l.need(float64(min(2, len(all))) * l.step)
	l.write(left+3, l.y+l.step*0.72, bodySize, l.ink.glyphs([]Run{{mark, false}}), black)
	l.lines(all, left+indent, bodySize, l.step)
}

// note sets text apart; a long one goes on, in a box again, on the next page.
func (l *layout) note(text []Run) {
	all := l.ink.wrap(text, bodySize, column-2*pad-6)
	if high := float64(len(all))*l.step + pad; high < bottom-top {
		l.need(high)
	}
	for len(all) > 0 {
		l.need(l.step + pad)
		n := min(len(all), int((bottom-l.y-pad)/l.step))
		high := float64(n)*l.step + pad
		l.fill(box{left, l.y, column, high, 0xf1, 0xf5, 0xfb})
		l.fill(box{left, l.y, 3, high, 0x1f, 0x5a, 0xa8})
		l.y += pad / 2
		for _, one := range all[:n] {
			l.write(left+pad+6, l.y+l.step*0.72, bodySize, one, black)
			l.y += l.step
		}
		l.y += pad / 2
		all = all[n:]
	}
}

// fact is a row of two columns with a hairline below.
func (l *layout) fact(b Block) {
	const name = column * 0.42
	names := l.ink.wrap(b.Text, bodySize, name-pad)
	values := l.ink.wrap(b.Value, bodySize, column-name)
	rows := max(len(names), len(values), 1)
	if high := float64(rows)*l.step + 6; high < bottom-top {
		l.need(high)
	}
	l.y += 3
	for i := range rows {
		l.need(l.step)
		if i < len(names) {
			l.write(left, l.y+l.step*0.72, bodySize, names[i], grey)
		}
		if i < len(values) {
			l.write(left+name, l.y+l.step*0.72, bodySize, values[i], black)
		}
		l.y += l.step
	}
	l.y += 3
	l.fill(box{left, l.y, column, 0.5, 0xd5, 0xd9, 0xe0})
}

// codeSide is the side of the square code, its white rim included.
const codeSide = 76.0

// end writes who wrote and when, and the code beside it.
func (l *layout) end(t Letter) {
	l.y += 24
	l.need(codeSide + 20)
	y := l.y
	for _, text := range []string{t.Office, t.Day} {
		one := l.ink.glyphs([]Run{{text, false}})
		l.write(right-one.width(bodySize), y+l.step*0.72, bodySize, one, black)
		y += l.step
	}
	if l.dots != nil {
		l.code()
		l.y += codeSide + 20
		return
	}
	l.y = y
}

// rare names what could not be printed.
func (l *layout) rare() {
	if len(l.ink.lacks) == 0 {
		return
	}
	codes := make([]string, len(l.ink.lacks))
	for i, r := range l.ink.lacks {
		codes[i] = fmt.Sprintf("U+%04X", r)
	}
	text := "有的字这里印不出来，用“〓”代替，依次是：" + strings.Join(codes, "、") + "。以系统里登记的字为准。"
	l.y += 10
	for _, one := range l.ink.wrap([]Run{{text, false}}, smallSize, column) {
		l.need(14)
		l.write(left, l.y+10, smallSize, one, grey)
		l.y += 14
	}
}

// frame writes what stands at the head and foot of every page.
func (l *layout) frame(t Letter) {
	for i, p := range l.pages {
		head := l.ink.glyphs([]Run{{strings.TrimSpace(t.Office + "  " + t.Mark), false}})
		number := l.ink.glyphs([]Run{{t.Number, false}})
		foot := l.ink.glyphs([]Run{{fmt.Sprintf("第 %d 页 共 %d 页", i+1, len(l.pages)), false}})
		beside := l.ink.glyphs([]Run{{p.foot, false}})
		p.boxes = append(p.boxes, box{left, 66, column, 0.7, 0x1f, 0x5a, 0xa8})
		for _, s := range []stroke{
			{left, 60, smallSize, head, brand},
			{right - number.width(smallSize), 60, smallSize, number, grey},
			{(pageWide - foot.width(smallSize)) / 2, pageHigh - 44, smallSize, foot, grey},
			{(pageWide - beside.width(smallSize)) / 2, pageHigh - 30, smallSize, beside, grey},
		} {
			if len(s.text) > 0 {
				p.strokes = append(p.strokes, s)
			}
		}
	}
}
