package rule

// way leads from one fact to a number that rises or falls with it and hangs on
// nothing else that is unknown.
type way struct {
	cell  int
	rules []affected // on the way, in order
}

// alone finds the one unknown fact that a number hangs on; false when there are
// more, or when it might both rise and fall.
func (p *probe) alone(n *node, member int) (way, bool) {
	switch n.op {
	case opFact:
		return way{cell: p.factCell(n, member)}, true
	case opRule:
		if !n.each {
			member = -1
		}
		w, ok := p.alone(p.rules.rules[n.index].root, member)
		w.rules = append(w.rules, affected{n.index, member})
		return w, ok
	case opNegate, opWholeDay:
		return p.alone(n.args[0], member)
	case opChoose:
		if cond := p.of(n.args[0], member); cond.known {
			return p.alone(n.args[2-cond.num.n], member)
		}
	case opProgressive:
		if p.rises(n.index) {
			return p.alone(n.args[0], member)
		}
	case opDivide, opRound:
		if p.of(n.args[1], member).known {
			return p.alone(n.args[0], member)
		}
	case opAdd, opSubtract, opMultiply, opAge, opMonths, opLarger, opSmaller:
		for i, a := range n.args {
			if p.of(a, member).known {
				return p.alone(n.args[1-i], member)
			}
		}
	case opSum, opHighest:
		return p.aloneOfAll(n)
	}
	return way{}, false
}

// rises reports whether no step of a table of rates takes away.
func (p *probe) rises(parameter int) bool {
	v := p.dated[parameter]
	if v == nil {
		return false
	}
	for _, row := range v.Rows {
		if row.value.num.n < 0 {
			return false
		}
	}
	return true
}

// aloneOfAll finds the one member of whom a sum or a highest value lacks
// something.
func (p *probe) aloneOfAll(n *node) (way, bool) {
	who := -1
	for m := range p.members {
		in := p.of(n.args[1], m)
		switch {
		case in.fails() || in.known && p.of(n.args[0], m).known:
		case !in.known || who >= 0:
			return way{}, false
		default:
			who = m
		}
	}
	if who < 0 || n.args[0].kind == boolean {
		return way{}, false
	}
	return p.alone(n.args[0], who)
}
