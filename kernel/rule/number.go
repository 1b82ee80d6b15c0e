package rule

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// num is an exact fraction: n/d, d > 0, in lowest terms, n never the least
// int64. Of money it counts 分.
type num struct{ n, d int64 }

func whole(n int64) num { return num{n, 1} }

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	if a < 0 {
		return -a
	}
	return a
}

func reduce(n, d int64) num {
	if d == 1 {
		return num{n, 1}
	}
	if g := gcd(n, d); g > 1 {
		n, d = n/g, d/g
	}
	return num{n, d}
}

// mul64 multiplies; ok is false when the product does not fit.
func mul64(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	neg := (a < 0) != (b < 0)
	hi, lo := bits.Mul64(abs64(a), abs64(b))
	if hi != 0 || lo > 1<<63-1 {
		return 0, false
	}
	if neg {
		return -int64(lo), true
	}
	return int64(lo), true
}

func abs64(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

// add64 adds; the least int64 does not count as fitting, for it has no negative.
func add64(a, b int64) (int64, bool) {
	s := a + b
	return s, s != math.MinInt64 && ((a >= 0) != (b >= 0) || (s >= 0) == (a >= 0))
}

func (a num) add(b num) (num, bool) {
	if a.d == b.d {
		s, ok := add64(a.n, b.n)
		return reduce(s, a.d), ok
	}
	x, ok1 := mul64(a.n, b.d)
	y, ok2 := mul64(b.n, a.d)
	d, ok3 := mul64(a.d, b.d)
	s, ok4 := add64(x, y)
	return reduce(s, max(d, 1)), ok1 && ok2 && ok3 && ok4
}

func (a num) neg() num { return num{-a.n, a.d} }

func (a num) mul(b num) (num, bool) {
	g, h := max(gcd(a.n, b.d), 1), max(gcd(b.n, a.d), 1)
	n, ok1 := mul64(a.n/g, b.n/h)
	d, ok2 := mul64(a.d/h, b.d/g)
	return num{n, max(d, 1)}, ok1 && ok2
}

func (a num) div(b num) (num, bool) {
	if b.n == 0 {
		return num{0, 1}, false
	}
	if b.n < 0 {
		b = num{-b.n, b.d}
		a = a.neg()
	}
	n, ok1 := mul64(a.n, b.d)
	d, ok2 := mul64(a.d, b.n)
	return reduce(n, max(d, 1)), ok1 && ok2
}

// cmp returns -1, 0 or 1; it cannot overflow.
func (a num) cmp(b num) int {
	if a.d == b.d {
		return cmp64(a.n, b.n)
	}
	if (a.n < 0) != (b.n < 0) {
		return cmp64(a.n, b.n)
	}
	h1, l1 := bits.Mul64(abs64(a.n), uint64(b.d))
	h2, l2 := bits.Mul64(abs64(b.n), uint64(a.d))
	c := 0
	if h1 != h2 {
		c = cmpU(h1, h2)
	} else {
		c = cmpU(l1, l2)
	}
	if a.n < 0 {
		return -c
	}
	return c
}

func cmp64(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func cmpU(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

type rounding int

const (
	nearest rounding = iota // half away from zero
	up                      // towards more
	down                    // towards less
)

// round makes a a multiple of unit; ok is false when it does not fit.
func (a num) round(unit int64, how rounding) (num, bool) {
	if unit <= 0 {
		return a, false
	}
	d, ok := mul64(a.d, unit)
	if !ok {
		return a, false
	}
	q, r := a.n/d, a.n%d
	if r < 0 {
		q, r = q-1, r+d
	}
	switch how {
	case up:
		if r > 0 {
			q++
		}
	case nearest:
		if twice := uint64(r) * 2; twice > uint64(d) || twice == uint64(d) && a.n >= 0 {
			q++
		}
	}
	n, ok := mul64(q, unit)
	return num{n, 1}, ok
}

// parseNum reads a decimal such as 1210.00 or 0.35 exactly.
func parseNum(s string) (num, bool) {
	s = strings.ReplaceAll(s, "_", "")
	intPart, frac, _ := strings.Cut(s, ".")
	if len(frac) > 9 || strings.ContainsAny(frac, "+-") {
		return num{}, false
	}
	n, err := strconv.ParseInt(intPart+frac, 10, 64)
	if err != nil || n == math.MinInt64 {
		return num{}, false
	}
	d := int64(1)
	for range frac {
		d *= 10
	}
	return reduce(n, d), true
}

// show prints the number with at most four places.
func (a num) show() string {
	if a.d == 1 {
		return strconv.FormatInt(a.n, 10)
	}
	r, ok := num{a.n, a.d}.mul(whole(10000))
	if !ok {
		return strconv.FormatInt(a.n, 10) + "/" + strconv.FormatInt(a.d, 10)
	}
	r, _ = r.round(1, nearest)
	sign, u := "", abs64(r.n)
	if r.n < 0 {
		sign = "-"
	}
	frac := strconv.FormatUint(10000+u%10000, 10)[1:]
	return strings.TrimRight(strings.TrimRight(sign+strconv.FormatUint(u/10000, 10)+"."+frac, "0"), ".")
}
