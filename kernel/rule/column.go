package rule

import "math/bits"

// The loops below are what a population's speed hangs on: each does one thing
// to a whole column, without a branch that depends on the data.

func not(v, a *vector, rows int) {
	n := v.take(rows)
	for i, x := range a.n[:rows] {
		n[i] = x ^ 1
	}
	v.lost, v.same, v.top = a.lost, a.same, 1
	v.hush()
}

func negate(v, a *vector, rows int) {
	n := v.take(rows)
	for i, x := range a.n[:rows] {
		n[i] = -x
	}
	v.d, v.over, v.deep, v.lost, v.same, v.top = a.d, a.over, a.deep, a.lost, a.same, a.top
}

// logical is three-valued: a side that settles a row settles it whatever the
// other side says.
func (w *worker) logical(s *step, v *vector, rows int) {
	or := s.op == opOr
	a := w.get(s.args[0])
	if a.same && (a.n[0] == 1) == or {
		v.like(a)
		return
	}
	b := w.get(s.args[1])
	switch {
	case a.same, b.same && (b.n[0] == 1) == or:
		v.like(b)
		return
	case b.same:
		v.like(a)
		return
	}
	n := v.take(rows)
	an, bn := a.n[:len(n)], b.n[:len(n)]
	if or {
		for i := range n {
			n[i] = an[i] | bn[i]
		}
	} else {
		for i := range n {
			n[i] = an[i] & bn[i]
		}
	}
	v.top = 1
	if a.lost == nil && b.lost == nil {
		return
	}
	l, none := v.takeLost(rows), w.none[:rows]
	al, bl := a.marks(none)[:len(l)], b.marks(none)[:len(l)]
	turn := b2i(or) // a side that says this leaves the other one to settle it
	for i := range l {
		l[i] = al[i]&bl[i] | al[i]&(bn[i]^turn) | bl[i]&(an[i]^turn)
	}
}

func in(v, a *vector, list []int64, rows int) {
	n := v.take(rows)
	switch len(list) {
	case 1:
		one := list[0]
		for i, x := range a.n[:rows] {
			n[i] = isZero(x ^ one)
		}
	case 2:
		one, two := list[0], list[1]
		for i, x := range a.n[:rows] {
			n[i] = isZero(x^one) | isZero(x^two)
		}
	default:
		for i, x := range a.n[:rows] {
			n[i] = 0
			for _, one := range list {
				n[i] |= isZero(x ^ one)
			}
		}
	}
	v.lost, v.same, v.top = a.lost, a.same, 1
	v.hush()
}

// isZero is 1 for 0 and 0 for all else, without a branch.
func isZero(x int64) int64 {
	return notZero(x) ^ 1
}

// notZero is 0 for 0 and 1 for all else.
func notZero(x int64) int64 { return int64((uint64(x) | -uint64(x)) >> 63) }

// less is 1 if x < y; neither may be farther from 0 than half of what fits.
func less(x, y int64) int64 { return int64(uint64(x-y) >> 63) }

const half = 1<<62 - 1

// fits multiplies bounds; false when what they bound might not fit.
func fits(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return int64(lo), hi == 0 && lo <= half
}

// together gives two columns one denominator. top bounds both, deep is the
// denominators' product.
func (w *worker) together(a, b *vector, rows int) (x, y []int64, top, deep int64, ok bool) {
	up, ok1 := fits(a.top, b.deep)
	down, ok2 := fits(b.top, a.deep)
	deep, ok3 := fits(a.deep, b.deep)
	top = max(up, down)
	if !ok1 || !ok2 || !ok3 {
		return nil, nil, 0, 0, false
	}
	if alike(a, b) {
		return a.n[:rows], b.n[:rows], top, deep, true
	}
	return scaled(w.x[:rows], a, b), scaled(w.y[:rows], b, a), top, deep, true
}

// alike reports whether two columns have one denominator already.
func alike(a, b *vector) bool {
	if a.d == nil && b.d == nil {
		return a.over == b.over
	}
	return len(a.d) > 0 && len(b.d) > 0 && &a.d[0] == &b.d[0]
}

// scaled writes a's numerators times b's denominators.
func scaled(out []int64, a, b *vector) []int64 {
	switch {
	case b.d != nil:
		bd := b.d[:len(out)]
		for i, x := range a.n[:len(out)] {
			out[i] = x * bd[i]
		}
	case b.over == 1:
		return a.n[:len(out)]
	default:
		for i, x := range a.n[:len(out)] {
			out[i] = x * b.over
		}
	}
	return out
}

// overBoth sets the denominators of what two columns give together.
func overBoth(v, a, b *vector, rows int) {
	switch {
	case alike(a, b):
		v.d, v.over = a.d, a.over
	case a.d == nil && b.d == nil:
		v.over = a.over * b.over
	default:
		multiplied(v, a, b, rows)
	}
}

// multiplied sets the denominators to the product of two columns'.
func multiplied(v, a, b *vector, rows int) {
	if a.d == nil {
		a, b = b, a
	}
	switch {
	case a.d == nil:
		v.over = a.over * b.over
	case b.d == nil && b.over == 1:
		v.d = a.d
	case b.d == nil:
		d := v.takeDeep(rows)
		for i, x := range a.d[:rows] {
			d[i] = x * b.over
		}
	default:
		d := v.takeDeep(rows)
		for i, x := range a.d[:rows] {
			d[i] = x * b.d[i]
		}
	}
}

func (w *worker) compare(o op, v, a, b *vector, rows int) bool {
	x, y, _, _, ok := w.together(a, b, rows)
	if !ok {
		return false
	}
	n := v.take(rows)
	x, y = x[:len(n)], y[:len(n)]
	switch o {
	case opLess:
		for i := range n {
			n[i] = less(x[i], y[i])
		}
	case opMore:
		for i := range n {
			n[i] = less(y[i], x[i])
		}
	case opLessEqual:
		for i := range n {
			n[i] = less(y[i], x[i]) ^ 1
		}
	case opMoreEqual:
		for i := range n {
			n[i] = less(x[i], y[i]) ^ 1
		}
	case opSame:
		for i := range n {
			n[i] = isZero(x[i] ^ y[i])
		}
	case opDiffers:
		for i := range n {
			n[i] = notZero(x[i] ^ y[i])
		}
	}
	v.top, v.same = 1, a.same && b.same
	v.either(a, b, rows)
	v.hush()
	return true
}

func (w *worker) sum(v, a, b *vector, rows int, minus bool) bool {
	x, y, _, deep, ok := w.together(a, b, rows)
	if !ok {
		return false
	}
	top := a.top
	if !alike(a, b) {
		top, _ = fits(a.top, b.deep)
		more, _ := fits(b.top, a.deep)
		top += more
	} else {
		top += b.top
		deep = a.deep
	}
	if top > half {
		return false
	}
	n := v.take(rows)
	x, y = x[:len(n)], y[:len(n)]
	if minus {
		for i := range n {
			n[i] = x[i] - y[i]
		}
	} else {
		for i := range n {
			n[i] = x[i] + y[i]
		}
	}
	overBoth(v, a, b, rows)
	v.top, v.deep, v.same = top, deep, a.same && b.same && v.d == nil
	v.either(a, b, rows)
	return true
}

// opSeries adds and subtracts three terms or more in one go. words says of each
// term + or -; the last argument is the same, two by two.
const opSeries = op(253)

// series recognises a + b - c.
func (p *Plan) series(n *node, pairs int) (step, bool) {
	var terms []int
	var signs []string
	var split func(n *node, sign string)
	split = func(n *node, sign string) {
		if n.op != opAdd && n.op != opSubtract {
			terms, signs = append(terms, p.step(n)), append(signs, sign)
			return
		}
		split(n.args[0], sign)
		if n.op == opSubtract {
			sign = string("-+"[b2i(sign == "-")])
		}
		split(n.args[1], sign)
	}
	split(n, "+")
	if len(terms) < 3 {
		return step{}, false
	}
	return step{node: &node{op: opSeries, kind: n.kind, words: signs}, args: append(terms, pairs)}, true
}

func (w *worker) series(s *step, v *vector, rows int) {
	last := len(s.args) - 1
	first := w.get(s.args[0])
	top, ok := int64(0), true
	for _, a := range s.args[:last] {
		x := w.get(a)
		_, fit := fits(x.top, x.deep)
		_, deep := fits(x.deep, x.deep)
		top += min(x.top, half)
		ok = ok && fit && deep && x.d == nil && x.over == first.over && top <= half
	}
	if !ok {
		v.like(w.get(s.args[last]))
		return
	}
	n := v.take(rows)
	w.add(n, s)
	v.over, v.deep, v.top = first.over, first.deep, top
	for _, a := range s.args[:last] {
		v.lose(w.get(a).lost)
	}
}

// add writes the series, two more terms at a time.
func (w *worker) add(n []int64, s *step) {
	term := func(i int) (x []int64, sign int64) {
		return w.vecs[s.args[i]].n[:len(n)], 1 - 2*b2i(s.words[i] == "-")
	}
	a, _ := term(0) // a formula begins with a sum's first term, which is never taken off
	b, sb := term(1)
	c, sc := term(2)
	for i := range n {
		n[i] = a[i] + b[i]*sb + c[i]*sc
	}
	for t := 3; t < len(s.words); t += 2 {
		b, sb := term(t)
		if t+1 == len(s.words) {
			for i := range n {
				n[i] += b[i] * sb
			}
			break
		}
		c, sc := term(t + 1)
		for i := range n {
			n[i] += b[i]*sb + c[i]*sc
		}
	}
}

// product is 0 where one side is known to be 0, whatever the other is.
func (w *worker) product(v, a, b *vector, rows int) bool {
	top, ok1 := fits(a.top, b.top)
	deep, ok2 := fits(a.deep, b.deep)
	if !ok1 || !ok2 {
		return false
	}
	n := v.take(rows)
	an, bn := a.n[:len(n)], b.n[:len(n)]
	for i := range n {
		n[i] = an[i] * bn[i]
	}
	multiplied(v, a, b, rows)
	v.top, v.deep, v.same = top, deep, a.same && b.same && v.d == nil
	if a.lost == nil && b.lost == nil {
		return true
	}
	l, none := v.takeLost(rows), w.none[:rows]
	al, bl := a.marks(none)[:len(l)], b.marks(none)[:len(l)]
	for i := range l {
		nothing := isZero(an[i])&^al[i] | isZero(bn[i])&^bl[i]
		l[i] = (al[i] | bl[i]) &^ nothing
		n[i] &= nothing - 1
	}
	return true
}

func (w *worker) quotient(v, a, b *vector, rows int) bool {
	top, ok1 := fits(a.top, b.deep)
	deep, ok2 := fits(max(b.top, 1), a.deep)
	if !ok1 || !ok2 {
		return false
	}
	n, d := v.take(rows), v.takeDeep(rows)
	an, bn := a.n[:rows], b.n[:rows]
	zero, below := int64(0), int64(0)
	for _, y := range bn {
		zero |= isZero(y)
		below |= y
	}
	v.either(a, b, rows)
	for i := range n {
		x, y := an[i], bn[i]
		if a.d != nil {
			y *= a.d[i]
		} else {
			y *= a.over
		}
		if b.d != nil {
			x *= b.d[i]
		} else {
			x *= b.over
		}
		n[i], d[i] = x, y
	}
	if zero == 1 || below < 0 || v.lost != nil {
		v.straighten(rows)
	}
	v.top, v.deep = top, deep
	return true
}

// straighten makes denominators positive; a row that divides by 0 is lost.
func (v *vector) straighten(rows int) {
	l := v.lost
	if l == nil {
		l = v.takeNoneLost(rows)
	}
	for i, y := range v.d {
		switch {
		case y == 0 || l[i] == 1:
			v.d[i], l[i] = 1, 1
		case y < 0:
			v.d[i], v.n[i] = -y, -v.n[i]
		}
	}
}
