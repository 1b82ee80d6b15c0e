package region

import (
	"fmt"
	"strconv"
	"strings"
)

// A Range holds all codes c with Low <= c <= High, as texts in byte order: in
// SQL `region BETWEEN ? AND ?`.
type Range struct{ Low, High string }

// Ranges returns the ranges that hold the codes of everything within c, known
// to the tree or not, and of nothing else: codes agree with Within. Mostly it
// is one; parts whose codes begin otherwise add theirs, and parts that belong
// elsewhere are cut out. There are none for a place the tree does not know.
func (t *Tree) Ranges(c Code) []Range {
	if t.find(c) < 0 {
		return nil
	}
	set := []span{spanOf(c)}
	for _, odd := range t.odd {
		if odd.Level() <= c.Level() && spanOf(odd).holds(spanOf(c)) {
			continue // c lies in its codes: the tree above c does not matter
		}
		set = cut(set, spanOf(odd))
		if t.Within(odd, c) {
			set = add(set, spanOf(odd))
		}
	}
	ranges := make([]Range, len(set))
	for i, s := range set {
		ranges[i] = s.texts()
	}
	return ranges
}

// A span holds numbers of twelve digits from low to high. Every code stands for
// the number that it is with noughts behind: since no township or village is
// numbered 000, no two codes share one, and numbers sort as the texts do.
type span struct{ low, high int64 }

// spanOf returns the numbers of all codes that begin like c.
func spanOf(c Code) span {
	digits := string(c)
	for _, end := range []string{"0000", "00"} {
		if len(digits) == 6 && strings.HasSuffix(digits, end) {
			digits = strings.TrimSuffix(digits, end)
		}
	}
	if c == Nation {
		digits = ""
	}
	return span{number(digits + strings.Repeat("0", 12-len(digits))), number(digits + strings.Repeat("9", 12-len(digits)))}
}

func number(digits string) int64 {
	n, _ := strconv.ParseInt(digits, 10, 64) // only called with twelve digits
	return n
}

func (s span) holds(o span) bool { return s.low <= o.low && o.high <= s.high }

// texts returns the bounds as texts. The low one is shortened to the code that
// has the number, since the shorter text sorts first.
func (s span) texts() Range {
	low := fmt.Sprintf("%012d", s.low)
	for len(low) > 6 && strings.HasSuffix(low, "000") {
		low = low[:len(low)-3]
	}
	return Range{low, fmt.Sprintf("%012d", s.high)}
}

// cut takes the numbers of o out of the set.
func cut(set []span, o span) []span {
	var left []span
	for _, s := range set {
		if o.high < s.low || s.high < o.low {
			left = append(left, s)
			continue
		}
		if s.low < o.low {
			left = append(left, span{s.low, o.low - 1})
		}
		if o.high < s.high {
			left = append(left, span{o.high + 1, s.high})
		}
	}
	return left
}

// add puts o, which overlaps nothing in the set, in its order, and joins what
// touches.
func add(set []span, o span) []span {
	i := 0
	for i < len(set) && set[i].low < o.low {
		i++
	}
	joined := append(append(append([]span{}, set[:i]...), o), set[i:]...)
	tight := joined[:1]
	for _, s := range joined[1:] {
		if last := &tight[len(tight)-1]; last.high+1 == s.low {
			last.high = s.high
		} else {
			tight = append(tight, s)
		}
	}
	return tight
}
