package rule

import "slices"

// need is what one rule depends on, directly or through other rules.
type need struct {
	rules  []int // in the order in which they are worked out; itself the last
	facts  []int
	params []int
}

// needs finds what every rule depends on.
func (r *Rules) needs() []need {
	all := make([]need, len(r.rules))
	for i, one := range r.rules {
		n := &all[i]
		for _, u := range one.uses {
			switch {
			case u.param != nil:
				n.params = append(n.params, u.index)
			case u.def != nil:
				n.facts = append(n.facts, u.index)
			default:
				n.rules = append(n.rules, all[u.index].rules...)
				n.facts = append(n.facts, all[u.index].facts...)
				n.params = append(n.params, all[u.index].params...)
			}
		}
		n.rules = append(n.rules, i)
		for _, list := range []*[]int{&n.rules, &n.facts, &n.params} {
			slices.Sort(*list)
			*list = slices.Compact(*list)
		}
	}
	return all
}

// everything is what all rules together depend on.
func (r *Rules) everything() need {
	all := need{rules: make([]int, len(r.rules)), facts: make([]int, len(r.facts)), params: make([]int, len(r.dated))}
	for _, list := range [][]int{all.rules, all.facts, all.params} {
		for i := range list {
			list[i] = i
		}
	}
	return all
}

// probe is a working-out of one rule alone, which may be done again and again
// while facts change.
type probe struct {
	*run
	need *need
	rule int
}

// probe begins to work out the rule that sets a fact of the whole family; nil
// when there is none.
func (r *Rules) probe(c Case, set string) *probe {
	i, ok := r.index[set]
	if !ok || r.rules[i].Each != "" {
		return nil
	}
	p := &probe{need: &r.need[i], rule: i}
	p.run = r.beginWith(c, p.need.facts, p.need.params)
	for _, one := range p.need.rules {
		p.workOne(one)
	}
	return p
}

// out is what the rule gives now.
func (p *probe) out() val { return p.done[p.rule*p.width] }

// cell is the place of one fact of one member, or of the family, among what is
// told.
func (p *probe) cell(slot int, about string) int {
	if about == "" {
		return slot * p.width
	}
	return slot*p.width + 1 + p.place(about)
}

// names says which fact and member a cell is.
func (p *probe) names(cell int) (name, about string) {
	if m := cell % p.width; m > 0 {
		about = p.members[m-1]
	}
	return p.rules.facts[cell/p.width].Name, about
}

// affected is one value that depends on what changes: of a rule, for the family at
// -1 or for a member.
type affected struct{ rule, member int }

// affects lists what must be worked out again when some cells change.
func (p *probe) affects(cells ...int) []affected {
	return p.follow(cells, make([]bool, len(p.done)))
}

// follow lists what must be worked out again when some cells and some values
// of rules change.
func (p *probe) follow(cells []int, changed []bool) []affected {
	var all []affected
	for _, i := range p.need.rules {
		one := p.rules.rules[i]
		from, to := -1, 0
		if one.Each != "" {
			from, to = 0, len(p.members)
		}
		for m := from; m < to; m++ {
			if p.reads(one, m, cells, changed) {
				changed[i*p.width+1+m] = true
				all = append(all, affected{i, m})
			}
		}
	}
	return all
}

// reads reports whether a rule reads one of the cells or a value that changed.
func (p *probe) reads(one *Rule, member int, cells []int, changed []bool) bool {
	for _, u := range one.uses {
		from, to := 0, 1 // of the family
		switch {
		case u.each && member < 0:
			from, to = 1, p.width
		case u.each:
			from, to = member+1, member+2
		}
		at := u.index * p.width
		switch {
		case u.param != nil:
		case u.def != nil:
			if slices.ContainsFunc(cells, func(c int) bool { return at+from <= c && c < at+to }) {
				return true
			}
		default:
			if slices.Contains(changed[at+from:at+to], true) {
				return true
			}
		}
	}
	return false
}

// again works out what is affected, and tells what the rule gives then.
func (p *probe) again(all []affected) val {
	for _, a := range all {
		one := p.rules.rules[a.rule]
		p.member = a.member
		p.done[a.rule*p.width+1+a.member] = one.root.eval(p.run)
	}
	return p.out()
}
