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
	clear(n)
	v.over, v.deep, v.top = body.over, body.deep, top
	owner := w.owner
	bn := body.n[:len(owner)]
	switch {
	case body.lost != nil || only.lost != nil:
		w.totalKnown(v, body, only)
	case only.same && only.n[0] == 1:
		for i, h := range owner {
			n[h] += bn[i]
		}
	default:
		on := only.n[:len(owner)]
		for i, h := range owner {
			n[h] += bn[i] & -on[i]
		}
	}
	return true
}

func (w *worker) totalKnown(v, body, only *vector) {
	l := v.takeLost(w.block.households)
	clear(l)
	for i, h := range w.owner {
		in, value := !only.gone(i), !body.gone(i)
		switch {
		case in && only.n[i] == 0, value && body.n[i] == 0 && !in:
		case !in || !value:
			l[h] = true
		default:
			v.n[h] += body.n[i]
		}
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
	l := v.takeLost(w.block.households)
	clear(l)
	settled := b2i(anyone)
	for i, h := range w.owner {
		in, value := !only.gone(i), !body.gone(i)
		switch {
		case in && only.n[i] == 0, value && body.n[i] != settled:
		case in && value:
			n[h] = settled
		default:
			l[h] = true
		}
	}
	for i := range l {
		l[i] = l[i] && n[i] != settled
	}
}
