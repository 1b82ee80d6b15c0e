package rule

import "slices"

// choose is a ? b : c, row by row. Where the condition is unknown the outcome
// is known only if both sides agree.
func (w *worker) choose(s *step, v *vector, rows int) bool {
	c := w.get(s.args[0])
	if c.same {
		v.like(w.get(s.args[2-c.n[0]]))
		return true
	}
	a, b := w.get(s.args[1]), w.get(s.args[2])
	n := v.take(rows)
	switch {
	case a.same && b.same:
		pickOf2(n, c.n, a.n[0], b.n[0])
	case a.same:
		pickOne(n, c.n, a.n[0], b.n)
	default:
		pick(n, c.n, a.n, b.n)
	}
	v.top, v.deep = max(a.top, b.top), max(a.deep, b.deep)
	if alike(a, b) {
		v.d, v.over = a.d, a.over
	} else {
		pick(v.takeDeep(rows), c.n, deepOf(w.x[:rows], a), deepOf(w.y[:rows], b))
	}
	if c.lost == nil && a.lost == nil && b.lost == nil {
		return true
	}
	l, none := v.takeLost(rows), w.none[:rows]
	pick(l, c.n, a.marks(none), b.marks(none))
	if c.lost == nil {
		return true
	}
	for i, gone := range c.lost[:len(l)] {
		if gone == 1 {
			l[i] = b2i(a.gone(i) || b.gone(i) || a.at(i).cmp(b.at(i)) != 0)
		}
	}
	if s.kind == boolean {
		v.hush()
	}
	return true
}

// pick writes x where c is 1, else y.
func pick(out, c, x, y []int64) {
	c, x, y = c[:len(out)], x[:len(out)], y[:len(out)]
	for i := range out {
		out[i] = y[i] ^ (x[i]^y[i])&-c[i]
	}
}

// pickOne writes x where c is 1, else y.
func pickOne(out, c []int64, x int64, y []int64) {
	c, y = c[:len(out)], y[:len(out)]
	for i := range out {
		out[i] = y[i] ^ (x^y[i])&-c[i]
	}
}

// pickOf2 writes x where c is 1, else y.
func pickOf2(out, c []int64, x, y int64) {
	c = c[:len(out)]
	for i := range out {
		out[i] = y ^ (x^y)&-c[i]
	}
}

// deepOf returns the denominators of a column.
func deepOf(out []int64, v *vector) []int64 {
	if v.d != nil {
		return v.d[:len(out)]
	}
	for i := range out {
		out[i] = v.over
	}
	return out
}

func (w *worker) extreme(v, a, b *vector, rows int, larger bool) bool {
	x, y, _, _, ok := w.together(a, b, rows)
	if !ok {
		return false
	}
	n := v.take(rows)
	v.top, v.deep, v.same = max(a.top, b.top), max(a.deep, b.deep), a.same && b.same && alike(a, b)
	if larger {
		x, y = y, x
	}
	an, bn := a.n[:len(n)], b.n[:len(n)]
	if alike(a, b) {
		x, y := x[:len(n)], y[:len(n)]
		for i := range n {
			n[i] = bn[i] ^ (an[i]^bn[i])&-less(x[i], y[i])
		}
		v.d, v.over = a.d, a.over
	} else {
		w.apart(v, a, b, [2][]int64{x, y})
	}
	v.either(a, b, rows)
	return true
}

// apart picks the side that is less, of columns with different denominators.
func (w *worker) apart(v, a, b *vector, common [2][]int64) {
	d := v.takeDeep(len(v.n))
	for i := range v.n {
		from := b
		if common[0][i] < common[1][i] {
			from = a
		}
		one := from.at(i)
		v.n[i], d[i] = one.n, one.d
	}
}

// round makes each row a multiple of the unit.
func (w *worker) round(how rounding, v, a, unit *vector, rows int) bool {
	deep, ok := fits(a.deep, max(unit.top, 1))
	if !ok || unit.d != nil || unit.over != 1 || a.top > half-unit.top || deep > half/2 {
		return false
	}
	n := v.take(rows)
	v.top, v.same = a.top+unit.top, a.same && unit.same && a.d == nil
	v.either(a, unit, rows)
	bad := false
	for i := range n {
		if v.gone(i) {
			n[i] = 0
			continue
		}
		u := unit.n[i]
		if u <= 0 {
			bad, u = true, 1
		}
		d := u * a.over
		if a.d != nil {
			d = u * a.d[i]
		}
		n[i] = rounds64(a.n[i], d, how) * u
	}
	if bad {
		v.same = false
		l := v.lost
		if l == nil {
			l = v.takeNoneLost(rows)
		}
		for i := range l {
			l[i] |= b2i(unit.n[i] <= 0)
		}
	}
	return true
}

// rounds64 is n/d as a whole number; d > 0.
func rounds64(n, d int64, how rounding) int64 {
	q, r := n/d, n%d
	if r < 0 {
		q, r = q-1, r+d
	}
	switch how {
	case up:
		q += notZero(r)
	case nearest:
		if 2*r > d || 2*r == d && n >= 0 {
			q++
		}
	}
	return q
}

func wholeDays(v, a *vector, rows int) bool {
	if a.d != nil || a.over != 1 {
		return false
	}
	v.like(a)
	if a.top <= -firstDay {
		return true
	}
	v.same = false
	l := v.takeLost(rows)
	for i, x := range a.n[:rows] {
		l[i] = b2i(a.gone(i) || x < firstDay || x > lastDay)
	}
	return true
}

func calendars(o op, v, a, b *vector, rows int) {
	n := v.take(rows)
	fn := years
	if o == opMonths {
		fn = months
	}
	if b.same && o == opAge {
		agesOn(n, a.n, civilOf(b.n[0]))
	} else {
		for i := range n {
			n[i] = fn(civilOf(a.n[i]), civilOf(b.n[i]))
		}
	}
	v.top, v.same = 1<<36, a.same && b.same // no day that fits in an int32 is so many months away
	v.either(a, b, rows)
}

// agesOn writes ages on one day.
func agesOn(out, born []int64, on civil) {
	born = born[:len(out)]
	today := on.month<<5 | on.day
	for i, x := range born {
		c := civilOf(x)
		out[i] = on.year - c.year - less(today, c.month<<5|c.day)
	}
}

func (w *worker) lookUp(s *step, v *vector, p *byRegion, rows int) {
	n, d, l := v.take(rows), v.takeDeep(rows), v.takeLost(rows)
	for i := range n {
		n[i], d[i], l[i] = 0, 1, 1
		dated := p.dated[w.regionOf(s, i)]
		if dated == nil {
			continue
		}
		if row := w.row(s, p.tables[dated], i); row != nil {
			n[i], d[i], l[i] = row.value.num.n, row.value.num.d, 0
			v.top, v.deep = max(v.top, distance(n[i])), max(v.deep, d[i])
		}
	}
	v.tidy()
}

// regionOf is the region of a row.
func (w *worker) regionOf(s *step, i int) int64 {
	if s.each {
		i = int(w.owner[i])
	}
	return w.region.n[i]
}

// row is the first row of a table that answers; nil when none does or the
// question is not known.
func (w *worker) row(s *step, t *table, i int) *Row {
	for _, a := range s.args {
		if w.get(a).gone(i) {
			return nil
		}
	}
	for r, row := range t.rows {
		if w.answers(s, t, r, i) {
			return row
		}
	}
	return nil
}

func (w *worker) answers(s *step, t *table, r, i int) bool {
	for axis, a := range s.args {
		v := w.get(a)
		switch {
		case w.rules.dated[s.index].By[axis].From != "":
			if t.rows[r].cells[axis].cmp(v.at(i)) > 0 {
				return false
			}
		case t.words[axis][r] == anyWord:
		case w.steps[a].kind == boolean:
			if string(t.rows[r].Is[axis]) != spoken(val{num: v.at(i)}) {
				return false
			}
		case t.words[axis][r] != v.n[i]:
			return false
		}
	}
	return true
}

// tidy drops what a column does not need: denominators that are all 1, marks
// of loss that are none.
func (v *vector) tidy() {
	if v.deep == 1 {
		v.d, v.over = nil, 1
	}
	if !slices.Contains(v.lost, 1) {
		v.lost = nil
	}
}

func (w *worker) progressive(s *step, v *vector, p *byRegion, rows int) {
	a := w.get(s.args[0])
	n, d, l := v.take(rows), v.takeDeep(rows), v.takeLost(rows)
	for i := range n {
		n[i], d[i], l[i] = 0, 1, 1
		dated := p.dated[w.regionOf(s, i)]
		if dated == nil || a.gone(i) {
			continue
		}
		x := a.at(i)
		if sum, ok := dated.progressive(reduce(x.n, x.d)); ok {
			n[i], d[i], l[i] = sum.n, sum.d, 0
			v.top, v.deep = max(v.top, distance(sum.n)), max(v.deep, sum.d)
		}
	}
	v.tidy()
}
