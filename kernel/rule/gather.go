package rule

// What follows gathers people's values into their household's.

// total adds the values of the people of whom the condition holds.
func (w *worker) total(v, body, only *vector) bool {
	top, ok1 := fits(body.top, max(w.most, 1))
	_, ok2 := fits(top, body.deep)
	_, ok3 := fits(body.deep, body.deep)
	if !ok1 || !ok2 || !ok3 || body.d != nil {
		return false
	}
	n := v.take(w.block.households)
	v.over, v.deep, v.top = body.over, body.deep, top
	switch {
	case body.lost != nil || only.lost != nil:
		clear(n)
		w.totalKnown(v, body, only)
	case only.same && only.n[0] == 1:
		w.byHousehold(n, running(w.x[:len(w.owner)], body.n))
	default:
		w.byHousehold(n, runningOf(w.x[:len(w.owner)], body.n, only.n))
	}
	return true
}

// running writes sums from the first row to each. They may go round, which
// does not matter to the differences between them.
func running(out, n []int64) []int64 {
	sum := int64(0)
	for i, x := range n[:len(out)] {
		sum += x
		out[i] = sum
	}
	return out
}

func runningOf(out, n, on []int64) []int64 {
	sum := int64(0)
	n, on = n[:len(out)], on[:len(out)]
	for i := range out {
		sum += n[i] & -on[i]
		out[i] = sum
	}
	return out
}

// byHousehold writes what the running sums grew by in each household.
func (w *worker) byHousehold(out, sums []int64) {
	before := int64(0)
	for h, end := range w.block.ends[:len(out)] {
		now := before
		if end > 0 {
			now = sums[end-1]
		}
		out[h] = now - before
		before = now
	}
}

func (w *worker) totalKnown(v, body, only *vector) {
	l, none := v.takeNoneLost(w.block.households), w.none[:len(w.owner)]
	owner := w.owner
	bn, on := body.n[:len(owner)], only.n[:len(owner)]
	bl, ol := body.marks(none)[:len(owner)], only.marks(none)[:len(owner)]
	for i, h := range owner {
		v.n[h] += bn[i] & -(on[i] &^ bl[i])
		l[h] |= on[i]&bl[i] | ol[i]&(bl[i]|notZero(bn[i]))
	}
}

// highest is 0 where the condition holds of nobody. A household with anything
// unknown is left to a single case.
func (w *worker) highest(v, body, only *vector) bool {
	if body.d != nil {
		return false
	}
	n := v.take(w.block.households)
	clear(n)
	v.over, v.deep, v.top = body.over, body.deep, body.top
	last := int32(-1)
	for i, h := range w.owner {
		if body.gone(i) || only.gone(i) {
			w.alone[h].there = true
			continue
		}
		if only.n[i] == 0 {
			continue
		}
		if last != h || body.n[i] > n[h] {
			n[h], last = body.n[i], h
		}
	}
	return true
}

// quantify is 任一 and 全部: one who settles it settles it whatever is unknown
// of the others.
func (w *worker) quantify(v, body, only *vector, anyone bool) {
	n := v.take(w.block.households)
	v.top = 1
	for i := range n {
		n[i] = 1 - b2i(anyone)
	}
	if body.lost == nil && only.lost == nil {
		bn, on := body.n[:len(w.owner)], only.n[:len(w.owner)]
		for i, h := range w.owner {
			if anyone {
				n[h] |= bn[i] & on[i]
			} else {
				n[h] &= bn[i] | (on[i] ^ 1)
			}
		}
		return
	}
	l := v.takeNoneLost(w.block.households)
	settled := b2i(anyone)
	for i, h := range w.owner {
		in, value := !only.gone(i), !body.gone(i)
		switch {
		case in && only.n[i] == 0, value && body.n[i] != settled:
		case in && value:
			n[h] = settled
		default:
			l[h] = 1
		}
	}
	for i := range l {
		l[i] &= n[i] ^ settled
	}
	v.hush()
}
