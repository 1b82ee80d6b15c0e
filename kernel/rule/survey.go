package rule

import (
	"slices"

	"minzheng/kernel/fact"
)

// survey finds out how the unknown facts that a rule depends on are looked at:
// a number that is only compared with what is known is as good as the few
// values that lie between what it is compared with.
type survey struct {
	*probe
	seen   []bool // rules that were walked, by place of their values
	cuts   map[int][]int64
	words  map[int][]string
	looked map[int]bool // compared
	opaque map[int]bool // more than compared
}

// What numbers and days count as possible.
const (
	mostNumber = 1_000_000_000_000
	dayOf1800  = -62091
	dayOf2200  = 84371
)

func (p *probe) survey() *survey {
	s := &survey{probe: p, seen: make([]bool, len(p.done)), cuts: map[int][]int64{}, words: map[int][]string{}, looked: map[int]bool{}, opaque: map[int]bool{}}
	s.walkRule(p.rule, -1)
	return s
}

// values are one value of each sort that a fact could be; none when they
// cannot be listed.
func (s *survey) values(cell int) []val {
	def := s.rules.facts[cell/s.width]
	switch typ := def.Typed(); {
	case typ == fact.Bool:
		return []val{yes(false), yes(true)}
	case typ == fact.Enum:
		return wordVals(def.Words)
	case s.opaque[cell] || !s.looked[cell]:
		return nil
	case typ == fact.Text:
		const other = "\x00" // a word that no rule names
		return wordVals(append(slices.Compact(slices.Sorted(slices.Values(s.words[cell]))), other))
	}
	low, _ := limits(def)
	cuts := append([]int64{low}, s.cuts[cell]...)
	slices.Sort(cuts)
	var all []val
	for _, n := range slices.Compact(cuts) {
		all = append(all, raw(def, n))
	}
	return all
}

func wordVals(words []string) []val {
	var all []val
	for _, w := range words {
		all = append(all, val{known: true, num: num{0, 1}, text: w})
	}
	return all
}

// raw is a number of a fact's smallest parts as its value.
func raw(def *fact.Def, n int64) val {
	v := val{known: true, num: whole(n)}
	if def.Typed() == fact.Decimal {
		v.num = reduce(n, tenTo(def.Scale))
	}
	return v
}

func limits(def *fact.Def) (low, high int64) {
	if def.Typed() == fact.Date {
		return dayOf1800, dayOf2200
	}
	return -mostNumber, mostNumber
}

// of evaluates a node for a member without leaving that member.
func (p *probe) of(n *node, member int) val {
	p.member = member
	return n.eval(p.run)
}

func (s *survey) walkRule(i, member int) {
	one := s.rules.rules[i]
	if one.Each == "" {
		member = -1
	}
	if at := i*s.width + 1 + member; !s.seen[at] {
		s.seen[at] = true
		s.walk(one.root, member)
	}
}

// walk goes down to all unknown facts; what is known already stays so whatever
// they are.
func (s *survey) walk(n *node, member int) {
	if s.of(n, member).known {
		return
	}
	switch n.op {
	case opFact:
		s.opaque[s.factCell(n, member)] = true
		return
	case opRule:
		s.walkRule(n.index, member)
		return
	case opSum, opHighest, opAny, opEvery:
		for m := range s.members {
			if !s.of(n.args[1], m).fails() {
				s.walk(n.args[1], m)
				s.walk(n.args[0], m)
			}
		}
		return
	case opLess, opLessEqual, opMore, opMoreEqual, opSame, opDiffers:
		if s.compared(n.args[0], n.args[1], member) || s.compared(n.args[1], n.args[0], member) {
			return
		}
	case opWithin:
		if s.named(n.args[0], member, n.words...) {
			return
		}
	case opTable:
		s.lookedUp(n, member)
		return
	}
	for _, a := range n.args {
		s.walk(a, member)
	}
}

func (p *probe) factCell(n *node, member int) int {
	if n.each {
		return n.index*p.width + 1 + member
	}
	return n.index * p.width
}

// compared notes where a fact that stands alone on one side of a comparison
// passes what is known on the other.
func (s *survey) compared(side, other *node, member int) bool {
	limit := s.of(other, member)
	switch {
	case !limit.known:
		return false
	case side.kind == word:
		return s.named(side, member, limit.text)
	case side.kind == boolean:
		return false
	}
	return s.passes(side, member, limit.num)
}

// named notes the words that a text is compared with.
func (s *survey) named(n *node, member int, words ...string) bool {
	n, member = s.behind(n, member)
	if n.op != opFact || s.of(n, member).known {
		return false
	}
	cell := s.factCell(n, member)
	s.words[cell], s.looked[cell] = append(s.words[cell], words...), true
	return true
}

// behind is the node that a rule which only names a fact stands for.
func (s *survey) behind(n *node, member int) (*node, int) {
	for n.op == opRule {
		if !n.each {
			member = -1
		}
		n = s.rules.rules[n.index].root
	}
	return n, member
}

func (s *survey) lookedUp(n *node, member int) {
	p := s.rules.dated[n.index]
	dated := s.dated[n.index]
	for i, a := range n.args {
		switch {
		case dated == nil || s.of(a, member).known:
			continue
		case p.By[i].From != "":
			ok := true
			for _, row := range dated.Rows {
				ok = ok && s.passes(a, member, row.cells[i])
			}
			if ok {
				continue
			}
		case a.kind == word && s.named(a, member, cellsOf(dated, i)...):
			continue
		}
		s.walk(a, member)
	}
}

func cellsOf(v *Dated, axis int) []string {
	var all []string
	for _, row := range v.Rows {
		all = append(all, string(row.Is[axis]))
	}
	return all
}

// passes notes from which values on a number that hangs on one fact alone is
// no longer below a limit, and from which it is above; false when it hangs on
// more, or rises and falls.
func (s *survey) passes(n *node, member int, limit num) bool {
	way, ok := s.alone(n, member)
	if !ok {
		return false
	}
	kept := s.told[way.cell]
	defer func() {
		s.told[way.cell] = kept
		s.again(way.rules)
	}()
	def := s.rules.facts[way.cell/s.width]
	broken := false
	order := func(x int64) int {
		s.told[way.cell] = raw(def, x)
		s.again(way.rules)
		v := s.of(n, member)
		broken = broken || !v.known
		return v.num.cmp(limit)
	}
	cuts := bisect(def, order)
	if broken {
		return false
	}
	s.cuts[way.cell], s.looked[way.cell] = append(s.cuts[way.cell], cuts...), true
	return true
}

// bisect finds where something that only rises or only falls changes; it takes
// at most three values.
func bisect(def *fact.Def, order func(int64) int) (cuts []int64) {
	low, high := limits(def)
	last := order(high)
	for now := order(low); now != last; now = order(low) {
		from, to := low, high // at from it is as now, at to it is not
		for to-from > 1 {
			if mid := from + (to-from)/2; order(mid) == now {
				from = mid
			} else {
				to = mid
			}
		}
		cuts = append(cuts, to)
		low = to
	}
	return cuts
}
