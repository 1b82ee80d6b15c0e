package rule

import (
	"slices"

	"minzheng/kernel/fact"
)

// atom is one comparison on the way to an outcome, of the family or of a
// member.
type atom struct {
	*node
	rule, member int
}

// atoms are all comparisons on the way to a probe's outcome.
func (p *probe) atoms() []atom {
	var all []atom
	for _, i := range p.need.rules {
		one := p.rules.rules[i]
		for _, m := range p.who(one) {
			p.walkEach(one.root, m, func(n *node, member int) {
				if n.compares() {
					all = append(all, atom{n, i, member})
				}
			})
		}
	}
	return all
}

// who are those for whom a rule is worked out: the members, or the family, -1.
func (p *probe) who(one *Rule) []int {
	if one.Each == "" {
		return []int{-1}
	}
	all := make([]int, len(p.members))
	for m := range all {
		all[m] = m
	}
	return all
}

// walkEach calls fn for the node and all below it, and for whom each is worked
// out: what an aggregate reads, for every member.
func (p *probe) walkEach(n *node, member int, fn func(*node, int)) {
	fn(n, member)
	for _, a := range n.args {
		switch n.op {
		case opSum, opHighest, opAny, opEvery:
			for m := range p.members {
				p.walkEach(a, m, fn)
			}
		default:
			p.walkEach(a, member, fn)
		}
	}
}

// numeric reports whether the comparison is one of numbers, amounts or days.
func (a atom) numeric() bool { return a.op != opWithin && ordered(a.args[0].kind) }

func ordered(k kind) bool { return k == number || k == money || k == date }

// side is how a comparison stands: the order of its sides, or whether it holds;
// 2 when that is not known.
func (p *probe) side(a atom) int8 {
	if !a.numeric() {
		v := p.of(a.node, a.member)
		if !v.known {
			return 2
		}
		return int8(v.num.n)
	}
	x, y := p.of(a.args[0], a.member), p.of(a.args[1], a.member)
	if !x.known || !y.known {
		return 2
	}
	return int8(x.num.cmp(y.num))
}

// holds tells of a side whether the comparison holds: 1, 0, or 2 for unknown.
func (a atom) holds(side int8) int8 {
	switch {
	case side == 2 || !a.numeric():
		return side
	case a.op == opSame, a.op == opDiffers:
		return int8(b2i((side == 0) == (a.op == opSame)))
	}
	return int8(b2i(meets(a.op, int(side))))
}

// thing is one value that may be supposed to be another: a fact, or what a rule
// gave. It moves by whole grains from where it is.
type thing struct {
	name, about string
	rule        *Rule     // nil of a fact
	def         *fact.Def // nil of a rule
	at          *val      // where the value stands
	place       affected  // of a rule
	was         val
	grain       num
	places      int // of the grain: 0 is whole, 2 hundredths
	low, high   int64
	words       []string // of an enum: all but the present one
	after       []affected
	atoms       []atom // that may change with it
}

// to is the value that the thing has after so many grains.
func (t *thing) to(grains int64) val {
	if t.def != nil && t.def.Typed() == fact.Enum {
		if grains > 0 {
			return val{known: true, num: num{0, 1}, text: t.words[grains-1]}
		}
		return t.was
	}
	v := t.was
	step, ok := t.grain.mul(whole(grains))
	if ok {
		v.num, ok = t.was.num.add(step)
	}
	if !ok {
		return broken(tooBig)
	}
	return v
}

// value is the same as a fact's value.
func (t *thing) value(v val) fact.Value {
	if t.rule != nil {
		return v.fact(t.rule.kind)
	}
	switch n, _ := v.num.mul(whole(tenTo(t.places))); t.def.Typed() {
	case fact.Enum:
		return fact.EnumOf(v.text)
	case fact.Int:
		return fact.IntOf(n.n)
	case fact.Decimal:
		return fact.DecimalOf(n.n, t.places)
	}
	return v.fact(kindOf(t.def.Typed()))
}

// moves reports whether the thing is a number that rises and falls.
func (t *thing) moves() bool { return ordered(t.kind()) }

func (t *thing) kind() kind {
	if t.rule != nil {
		return t.rule.kind
	}
	return kindOf(t.def.Typed())
}

// factThing is a fact as a thing; nil if it is not known.
func (p *probe) factThing(cell int) *thing {
	def := p.rules.facts[cell/p.width]
	t := &thing{def: def, at: &p.told[cell], was: p.told[cell], grain: num{1, 1}}
	t.name, t.about = p.names(cell)
	if !t.was.known {
		return nil
	}
	switch def.Typed() {
	case fact.Bool:
		t.low, t.high = -t.was.num.n, 1-t.was.num.n
	case fact.Enum:
		t.words = slices.DeleteFunc(slices.Clone(def.Words), func(w string) bool { return w == t.was.text })
		t.high = int64(len(t.words))
	case fact.Text:
		return nil
	default:
		t.places = def.Scale
		t.grain = num{1, tenTo(def.Scale)}
		t.bound(limits(def))
	}
	t.after = p.affects(cell)
	return t
}

// ruleThing is what a rule gave as a thing; nil if it is not known.
func (p *probe) ruleThing(rule, member int) *thing {
	one, at := p.rules.rules[rule], rule*p.width+1+member
	t := &thing{name: one.Set, rule: one, at: &p.done[at], was: p.done[at], grain: num{1, 1}, place: affected{rule, member}}
	if member >= 0 {
		t.about = p.members[member]
	}
	if !t.was.known {
		return nil
	}
	if one.kind == number && t.was.num.d > 1 {
		t.grain, t.places = num{1, 100}, 2
	}
	if one.kind == date {
		t.bound(dayOf1800, dayOf2200)
	} else {
		t.bound(-mostNumber, mostNumber)
	}
	changed := make([]bool, len(p.done))
	changed[at] = true
	t.after = p.follow(nil, changed)
	return t
}

// bound keeps the thing between two values, and what is not below zero there.
func (t *thing) bound(low, high int64) {
	parts, ok := t.was.num.mul(whole(tenTo(t.places)))
	now := parts.n / parts.d
	if t.kind() != date && now >= 0 {
		low = 0
	}
	if ok && low <= now && now <= high {
		t.low, t.high = low-now, high-now
	}
}

// watch notes the comparisons that may change with a thing.
func (t *thing) watch(all []atom) {
	for _, a := range all {
		if slices.ContainsFunc(t.after, func(x affected) bool {
			return x.rule == a.rule && (x.member == a.member || x.member < 0)
		}) {
			t.atoms = append(t.atoms, a)
		}
	}
}

// suppose sets a thing and works out what follows; the thing's own value has
// to be put back by supposing 0.
func (p *probe) suppose(t *thing, grains int64) val {
	*t.at = t.to(grains)
	return p.again(t.after)
}

// sides are how the comparisons stand that a thing may change.
func (p *probe) sides(out []int8, t *thing) []int8 {
	for _, a := range t.atoms {
		out = append(out, p.side(a))
	}
	return out
}
