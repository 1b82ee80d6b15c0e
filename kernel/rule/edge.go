package rule

import (
	"slices"

	"minzheng/kernel/fact"
)

// Edge is a threshold that an outcome depends on, with the two neighbouring
// values of one fact or number between which a comparison turns. They differ by
// one grain: a 分, a whole number, a day.
type Edge struct {
	Rule     *Rule  // in which the comparison stands
	Member   string // of whom it is; "" is the family
	Formula  string // of the comparison, as it is written
	Name     string // what is moved
	About    string // key of the member; "" is the family
	Moved    *Rule  // the rule that gave it; nil of a fact
	Last     fact.Value
	First    fact.Value // the next value after Last
	Before   Settled    // the outcome of the deciding rule at Last
	After    Settled    // and at First
	HeldLast bool       // the comparison holds at Last, and not at First; else the other way round
}

// Turns reports whether the deciding outcome is another on the two sides.
func (e Edge) Turns() bool {
	return e.Before.Known != e.After.Known || e.Before.Value != e.After.Value
}

// Edges goes to both sides of every threshold that a rule depends on in a case:
// whatever number a comparison reads, a fact or what another rule gave, is
// moved by itself to where the comparison turns, and the deciding rule is
// worked out on both sides. A number that hangs on no number told of the family
// is a limit, and is not moved. Facts and rules that are not known are left out.
func (r *Rules) Edges(c Case, set string) []Edge {
	p := r.probe(c, set)
	if p == nil {
		return nil
	}
	var all []Edge
	for _, a := range p.atoms() {
		if !a.numeric() {
			continue
		}
		for _, t := range p.readBy(a) {
			all = append(all, p.edges(a, t)...)
		}
	}
	return all
}

// readBy are the things whose numbers a comparison reads.
func (p *probe) readBy(a atom) []*thing {
	var all []*thing
	p.walkEach(a.node, a.member, func(n *node, member int) {
		if !ordered(n.kind) || n.op != opFact && n.op != opRule {
			return
		}
		if !n.each {
			member = -1
		}
		var t *thing
		if n.op == opFact {
			t = p.factThing(p.factCell(n, member))
		} else if slices.ContainsFunc(p.rules.need[n.index].facts, func(slot int) bool { return ordered(kindOf(p.rules.facts[slot].Typed())) }) {
			t = p.ruleThing(n.index, member)
		}
		if t != nil && !slices.ContainsFunc(all, func(o *thing) bool { return o.at == t.at }) {
			t.atoms = []atom{a}
			all = append(all, t)
		}
	})
	return all
}

// edges are where a thing makes a comparison turn: at most one below and one
// above where it is.
func (p *probe) edges(a atom, where *thing) []Edge {
	defer p.suppose(where, 0)
	t := where.onGrid()
	var all []Edge
	for _, sign := range []int64{-1, 1} {
		side := func(grains int64) int8 {
			p.suppose(t, sign*grains)
			return p.side(a)
		}
		most := t.high
		if sign < 0 {
			most = -t.low
		}
		at, ok := a.turnsAt(most, side)
		switch {
		case ok && sign < 0:
			all = append(all, p.edge(a, t, -at, 1-at))
		case ok:
			all = append(all, p.edge(a, t, at-1, at))
		}
	}
	return all
}

// onGrid is the thing at the nearest whole grain, so that the two sides can be
// written as they are.
func (t *thing) onGrid() *thing {
	on := *t
	n, ok := t.was.num.mul(whole(tenTo(t.places)))
	if n, ok2 := n.round(1, nearest); ok && ok2 {
		on.was.num = reduce(n.n, tenTo(t.places))
	}
	return &on
}

// turnsAt is the least move up to the most that makes a comparison turn. Its
// sides pass each other in two steps, from apart to alike and from there on.
func (a atom) turnsAt(most int64, side func(int64) int8) (int64, bool) {
	now, at := side(0), int64(0)
	held := a.holds(now)
	for range 2 {
		next, ok := firstOther(at, most, now, side)
		if !ok {
			return 0, false
		}
		if at, now = next, side(next); now == 2 || a.holds(now) != held {
			return at, now != 2
		}
	}
	return 0, false
}

// firstOther is the first place behind at where something is not as now: by
// strides that double, then by halves.
func firstOther(at, most int64, now int8, side func(int64) int8) (int64, bool) {
	from, to := at, at
	for stride := int64(1); ; stride *= 2 {
		if from >= most {
			return 0, false
		}
		if to = min(from+stride, most); side(to) != now {
			break
		}
		from = to
	}
	for to-from > 1 {
		if mid := from + (to-from)/2; side(mid) == now {
			from = mid
		} else {
			to = mid
		}
	}
	return to, true
}

func (p *probe) edge(a atom, t *thing, last, first int64) Edge {
	e := Edge{Rule: p.rules.rules[a.rule], Formula: a.node.String(), Name: t.name, About: t.about, Moved: t.rule}
	if a.member >= 0 {
		e.Member = p.members[a.member]
	}
	e.Last, e.First = t.value(t.to(last)), t.value(t.to(first))
	e.Before = p.settled(p.suppose(t, last))
	e.HeldLast = a.holds(p.side(a)) == 1
	e.After = p.settled(p.suppose(t, first))
	return e
}

// Threshold is a comparison that a rule depends on.
type Threshold struct {
	Rule    *Rule
	Formula string
}

// OneSided returns the comparisons of numbers, amounts and days that a rule
// depends on and that came out the same way in all cases, or in none.
func (r *Rules) OneSided(set string, cases []Case) []Threshold {
	i, ok := r.index[set]
	if !ok || r.rules[i].Each != "" {
		return nil
	}
	came := map[*node][2]bool{}
	for _, c := range cases {
		p := r.probe(c, set)
		for _, a := range p.atoms() {
			if h := a.holds(p.side(a)); h < 2 {
				both := came[a.node]
				both[h] = true
				came[a.node] = both
			}
		}
	}
	var all []Threshold
	for _, i := range r.need[i].rules {
		r.rules[i].root.walk(func(n *node) {
			if a := (atom{node: n}); n.compares() && a.numeric() && came[n] != [2]bool{true, true} {
				all = append(all, Threshold{r.rules[i], n.String()})
			}
		})
	}
	return all
}
