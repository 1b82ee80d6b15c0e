package rule

import (
	"slices"

	"minzheng/kernel/fact"
)

// Settled is what is known of one rule's outcome.
type Settled struct {
	Known   bool
	Value   fact.Value
	Missing []Missing // what could still change it
	Broken  string    // why it could not be worked out
}

// mostWays is how many ways of completing what is unknown Settle tries.
const mostWays = 4096

// Outcome works out one rule of the whole family and no more than it depends
// on, without an explanation: what is known is what Judge says, in a fraction
// of the time. There is no outcome of a rule that is not there.
func (r *Rules) Outcome(c Case, set string) Settled {
	p := r.probe(c, set)
	if p == nil {
		return Settled{}
	}
	return p.settled(p.out())
}

func (p *probe) settled(v val) Settled {
	if v.known {
		return Settled{Known: true, Value: v.fact(p.rules.rules[p.rule].kind)}
	}
	return Settled{Missing: v.lack.miss, Broken: v.lack.broken}
}

// Settle is Outcome, but it leaves a fact among the missing only if two
// completions of what is unknown that differ in it alone give different
// outcomes; where all completions agree the outcome is known. It proves that
// for 是否, for words, and for numbers and days that are compared with what is
// known, while the ways to complete them are not too many. All other facts stay
// missing as Outcome has them, which is safe: such a fact may turn out not to
// matter, but none that matters is left out. Numbers count as possible up to a
// million million, days from 1800 to 2200.
func (r *Rules) Settle(c Case, set string) Settled {
	p := r.probe(c, set)
	if p == nil {
		return Settled{}
	}
	first := p.settled(p.out())
	if first.Known || len(first.Missing) == 0 {
		return first
	}
	axes := p.axes(first.Missing)
	if len(axes) == 0 {
		return first
	}
	e := enumeration{probe: p, axes: axes, others: len(first.Missing) - len(axes)}
	e.run()
	return e.settled(first)
}

// axis is an unknown fact with all that it could be, one value for each
// outcome that any comparison could have.
type axis struct {
	cell    int
	missing Missing
	can     []val
}

// axes are the missing facts that can be tried out, as many as fit.
func (p *probe) axes(all []Missing) []axis {
	s := p.survey()
	var found []axis
	for _, m := range all {
		if m.Parameter || m.Name == everybody {
			continue
		}
		cell := p.cell(slices.IndexFunc(p.rules.facts, func(d *fact.Def) bool { return d.Name == m.Name }), m.About)
		if can := s.values(cell); len(can) > 0 {
			found = append(found, axis{cell, m, can})
		}
	}
	slices.SortStableFunc(found, func(a, b axis) int { return len(a.can) - len(b.can) })
	ways := 1
	for i, a := range found {
		if ways *= len(a.can); ways > mostWays {
			return found[:i]
		}
	}
	return found
}

// What a way of completing gives, besides the number of a known outcome.
const (
	closed = -1 // nothing: what lacks is a parameter, or it cannot be worked out
	open   = -2 // nothing yet: other facts lack
)

// enumeration works out all ways of completing the axes.
type enumeration struct {
	*probe
	axes      []axis
	others    int  // how much else lacks
	undecided bool // some way is open
	outcomes  []val
	ways      []int // of each way which outcome, the last axis fastest
	lacks     []Missing
	broken    string
}

func (e *enumeration) run() {
	cells := make([]int, len(e.axes))
	total := 1
	for i, a := range e.axes {
		cells[i] = a.cell
		e.told[a.cell] = a.can[0]
		total *= len(a.can)
	}
	after := make([][]affected, len(e.axes))
	for i := range e.axes {
		after[i] = e.affects(cells[i:]...)
	}
	e.ways = make([]int, 0, total)
	digit := make([]int, len(e.axes))
	for turned := 0; turned >= 0; {
		e.ways = append(e.ways, e.number(e.again(after[turned])))
		if e.undecided && len(e.lacks) >= e.others {
			return // nothing can be proved of any axis, and nothing more can lack
		}
		for turned = len(digit) - 1; turned >= 0; turned-- {
			digit[turned]++
			if digit[turned] < len(e.axes[turned].can) {
				e.told[cells[turned]] = e.axes[turned].can[digit[turned]]
				break
			}
			digit[turned] = 0
			e.told[cells[turned]] = e.axes[turned].can[0]
		}
	}
}

// number is which outcome a value is.
func (e *enumeration) number(v val) int {
	if v.known {
		i := slices.IndexFunc(e.outcomes, v.same)
		if i < 0 {
			i = len(e.outcomes)
			e.outcomes = append(e.outcomes, v)
		}
		return i
	}
	if v.lack.broken != "" {
		e.broken = v.lack.broken
	}
	n := closed
	for _, m := range v.lack.miss {
		if !m.Parameter {
			n, e.undecided = open, true
		}
		if !slices.Contains(e.lacks, m) {
			e.lacks = append(e.lacks, m)
		}
	}
	return n
}

func (e *enumeration) settled(first Settled) Settled {
	if len(e.outcomes) == 1 && !slices.ContainsFunc(e.ways, func(w int) bool { return w < 0 }) {
		return e.probe.settled(e.outcomes[0])
	}
	stride := len(e.ways)
	for _, a := range e.axes {
		below := stride / len(a.can)
		if e.undecided || e.matters(stride, below) {
			e.lacks = append(e.lacks, a.missing)
		}
		stride = below
	}
	var out Settled
	for _, m := range first.Missing {
		if slices.Contains(e.lacks, m) {
			out.Missing = append(out.Missing, m)
		}
	}
	if first.Broken != "" || len(out.Missing) == 0 {
		out.Broken = e.broken
	}
	return out
}

// matters reports whether two ways that differ in one axis alone give different
// outcomes: of ways in blocks of the stride, those that lie below apart.
func (e *enumeration) matters(stride, below int) bool {
	for from := 0; from < len(e.ways); from += stride {
		for i := range below {
			one := e.ways[from+i]
			for at := i + below; at < stride; at += below {
				if e.ways[from+at] != one {
					return true
				}
			}
		}
	}
	return false
}
