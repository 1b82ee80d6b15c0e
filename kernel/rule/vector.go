package rule

// vector is one column while a block is worked out: exact fractions, of which
// most have one denominator for all. Rows that are lost are unknown; what
// stands in them is not used, but their denominator is never 0, and of yes and
// no they say no.
type vector struct {
	n    []int64
	d    []int64 // denominators; nil when all are over
	over int64
	lost []int64 // 1 where unknown; nil when nothing is
	same bool    // all rows are the same and known
	top  int64   // no numerator is farther from 0
	deep int64   // no denominator is greater

	ns, ds []int64 // the step's own memory
	ls     []int64
	filled int // of ns, when all are the same: so many rows are written
}

// take makes room for rows and forgets what was there.
func (v *vector) take(rows int) []int64 {
	if cap(v.ns) < rows {
		v.ns = make([]int64, rows, rows*2)
	}
	v.n = v.ns[:rows]
	v.d, v.over, v.lost, v.same, v.top, v.deep, v.filled = nil, 1, nil, false, 0, 1, 0
	return v.n
}

func (v *vector) takeLost(rows int) []int64 {
	if cap(v.ls) < rows {
		v.ls = make([]int64, rows, rows*2)
	}
	v.lost = v.ls[:rows]
	return v.lost
}

// takeNoneLost is takeLost with nothing lost yet.
func (v *vector) takeNoneLost(rows int) []int64 {
	l := v.takeLost(rows)
	clear(l)
	return l
}

func (v *vector) takeDeep(rows int) []int64 {
	if cap(v.ds) < rows {
		v.ds = make([]int64, rows, rows*2)
	}
	v.d = v.ds[:rows]
	return v.d
}

// all makes the vector one value throughout.
func (v *vector) all(x num, rows int) {
	if v.same && v.filled >= rows && v.d == nil && v.over == x.d && v.ns[0] == x.n {
		v.n = v.ns[:rows]
		return
	}
	n := v.take(rows)
	for i := range n {
		n[i] = x.n
	}
	v.over, v.deep, v.top, v.same, v.filled = x.d, x.d, distance(x.n), true, rows
}

// like makes the vector the same as another, without copying.
func (v *vector) like(o *vector) {
	v.n, v.d, v.over, v.lost, v.same, v.top, v.deep, v.filled = o.n, o.d, o.over, o.lost, o.same, o.top, o.deep, 0
}

// only is the value of a vector that is the same throughout.
func (v *vector) only() num { return num{v.n[0], v.over} }

func (v *vector) at(i int) num {
	if v.d != nil {
		return num{v.n[i], v.d[i]}
	}
	return num{v.n[i], v.over}
}

func (v *vector) gone(i int) bool { return v.lost != nil && v.lost[i] == 1 }

func distance(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// either marks the rows that one of two vectors lacks.
func (v *vector) either(a, b *vector, rows int) {
	switch {
	case a.lost == nil && b.lost == nil:
		return
	case a.lost == nil:
		copy(v.takeLost(rows), b.lost)
	case b.lost == nil:
		copy(v.takeLost(rows), a.lost)
	default:
		l := v.takeLost(rows)
		al, bl := a.lost[:len(l)], b.lost[:len(l)]
		for i := range l {
			l[i] = al[i] | bl[i]
		}
	}
}

// lose adds marks of loss.
func (v *vector) lose(marks []int64) {
	switch {
	case marks == nil:
	case v.lost == nil:
		copy(v.takeLost(len(v.n)), marks)
	default:
		for i, l := range marks[:len(v.lost)] {
			v.lost[i] |= l
		}
	}
}

// hush makes the rows that are lost say 0.
func (v *vector) hush() {
	if v.lost == nil {
		return
	}
	n := v.n[:len(v.lost)]
	for i, l := range v.lost {
		n[i] &= l - 1
	}
}

// marks are the marks of loss, as a column of its own when there are none.
func (v *vector) marks(none []int64) []int64 {
	if v.lost == nil {
		return none
	}
	return v.lost
}
