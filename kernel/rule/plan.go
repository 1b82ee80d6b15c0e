package rule

import (
	"fmt"
	"slices"
	"strings"
)

// Plan is rules compiled to run over the columns of a population. It gives
// what Judge gives, household by household: what columns cannot do exactly,
// such as a number near the end of what fits, is worked out as a single case.
type Plan struct {
	rules  *Rules
	wanted []int // the steps of the wanted rules
	sets   []string
	kinds  []kind
	steps  []step
	known  map[string]int // steps by what they do
}

// step is one column to be worked out from earlier ones.
type step struct {
	*node
	args []int
	each bool // a value for each person, else for each household
}

// opSpread gives each person the value of the household.
const opSpread = op(255)

// Plan compiles what the wanted rules need. A rule that cannot be compiled is
// refused with its reason.
func (r *Rules) Plan(wanted ...string) (*Plan, error) {
	p := &Plan{rules: r, sets: wanted, known: map[string]int{}}
	if len(wanted) == 0 {
		return nil, fmt.Errorf("%s：没有说要算哪些结果", r.file)
	}
	for _, set := range wanted {
		one := r.Find(set)
		switch {
		case one == nil:
			return nil, fmt.Errorf("%s：没有规则 %s", r.file, set)
		case one.Each != "":
			return nil, fmt.Errorf("%s：%s 是每个人各有的，不能作为全家的结果批量算", r.file, set)
		}
		p.wanted = append(p.wanted, p.step(one.root))
		p.kinds = append(p.kinds, one.kind)
	}
	return p, nil
}

// Wanted returns the names of the rules whose results the plan gives.
func (p *Plan) Wanted() []string { return p.sets }

// Facts returns the names of the facts that the wanted rules read.
func (p *Plan) Facts() []string {
	var all []string
	for _, s := range p.steps {
		if s.op == opFact {
			all = append(all, s.name)
		}
	}
	return all
}

// step adds a node and all below it; what is there already is not done twice.
func (p *Plan) step(n *node) int {
	if n.op == opRule {
		return p.step(p.rules.rules[n.index].root)
	}
	if limit, ok := born(n); ok {
		n = limit
	}
	s := step{node: n, each: n.op == opFact && n.each}
	for _, a := range n.args {
		s.args = append(s.args, p.step(a))
	}
	switch n.op {
	case opSum, opHighest, opAny, opEvery:
		for i, a := range s.args {
			s.args[i] = p.spread(a)
		}
		return p.add(s)
	}
	for _, a := range s.args {
		s.each = s.each || p.steps[a].each
	}
	s = p.level(s)
	i := p.add(s)
	if n.op == opAdd || n.op == opSubtract {
		if long, ok := p.series(n, i); ok {
			long.each = s.each
			return p.add(p.level(long))
		}
	}
	return i
}

// level gives every person what a step reads of the household.
func (p *Plan) level(s step) step {
	if s.each {
		for i, a := range s.args {
			s.args[i] = p.spread(a)
		}
	}
	return s
}

// spread gives a household's value to its people; a constant is the same for
// all anyway.
func (p *Plan) spread(a int) int {
	if s := p.steps[a]; s.each || s.op == opConst || s.op == opToday {
		return a
	}
	return p.add(step{node: &node{op: opSpread, kind: p.steps[a].kind}, args: []int{a}, each: true})
}

func (p *Plan) add(s step) int {
	key := s.key()
	if i, ok := p.known[key]; ok {
		return i
	}
	i := len(p.steps)
	p.steps = append(p.steps, s)
	p.known[key] = i
	return i
}

// key tells apart steps that do different things.
func (s step) key() string {
	var b strings.Builder
	fmt.Fprint(&b, s.op, s.kind, s.index, s.how, s.args)
	switch s.op {
	case opConst:
		fmt.Fprintf(&b, "%d/%d %q", s.value.num.n, s.value.num.d, s.value.text)
	case opSeries:
		fmt.Fprint(&b, s.words)
	case opWithin:
		fmt.Fprintf(&b, "%q", slices.Sorted(slices.Values(s.words)))
	}
	return b.String()
}
