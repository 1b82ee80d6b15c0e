package rule

import (
	"slices"

	"minzheng/kernel/fact"
)

// Turning is a smallest change that would turn an outcome: one move, or two
// that have to go together.
type Turning struct {
	Holds bool // what the outcome would be
	Moves []Move
	size  int64
}

// Move is one thing that would have to be another.
type Move struct {
	Name     string
	About    string // key of the member; "" is the family
	Rule     bool   // it is what a rule gave, not a fact
	From, To fact.Value
	By       fact.Value // of an amount, a number or a day: how far; else none
	Less     bool       // the amount or number would be less, the day earlier

	unit string
}

const (
	mostTries  = 8000 // workings-out
	mostStops  = 6    // of one thing in one direction
	mostShown  = 8
	wholeMove  = 1000 // a thing that becomes wholly another
	unturnable = 2
)

// Turn tells what would turn the known outcome of a rule that is a 是否: the
// smallest single changes, or where there is none the smallest of two things
// together, the smallest first. The things are facts that the dictionary says a
// family can change, and what rules that hang on such facts gave and a
// condition compares (人均月收入 < 低保标准). Every change has been worked out by
// the rules themselves, and one grain less of it (a 分, a day) does not do.
// An amount or number does not go below zero, where it is not there already.
// Of an outcome that is not known nothing is told: Settle says what lacks.
func (r *Rules) Turn(c Case, set string) []Turning {
	p := r.probe(c, set)
	if p == nil || !p.out().known || r.rules[p.rule].kind != boolean {
		return nil
	}
	s := &search{probe: p, was: p.out().num.n, left: mostTries}
	s.things = p.things()
	all := s.singles()
	if len(all) == 0 {
		all = s.pairs()
	}
	slices.SortStableFunc(all, func(a, b Turning) int { return cmp64(a.size, b.size) })
	return all[:min(len(all), mostShown)]
}

// things are all that may be supposed to be another: what rules gave first.
func (p *probe) things() []*thing {
	var all []*thing
	atoms := p.atoms()
	for _, at := range p.compared(atoms) {
		i, m := at/p.width, at%p.width-1
		if !slices.ContainsFunc(p.rules.need[i].facts, func(slot int) bool { return movable(p.rules.facts[slot]) }) {
			continue // a limit
		}
		if t := p.ruleThing(i, m); t != nil {
			all = append(all, t)
		}
	}
	for _, slot := range p.need.facts {
		def := p.rules.facts[slot]
		if !def.Changes {
			continue
		}
		from, to := 0, 1
		if def.Member() {
			from, to = 1, p.width
		}
		for i := from; i < to; i++ {
			if t := p.factThing(slot*p.width + i); t != nil {
				all = append(all, t)
			}
		}
	}
	for _, t := range all {
		t.watch(atoms)
	}
	return all
}

// movable reports whether a fact is an amount, a number or a day that a family
// can change.
func movable(def *fact.Def) bool { return def.Changes && ordered(kindOf(def.Typed())) }

// compared are the places of the rules' numbers that comparisons read.
func (p *probe) compared(atoms []atom) []int {
	var all []int
	for _, a := range atoms {
		if !a.numeric() {
			continue
		}
		p.walkEach(a.node, a.member, func(n *node, member int) {
			if n.op != opRule || !ordered(n.kind) {
				return
			}
			at := n.index * p.width
			if n.each {
				at += 1 + member
			}
			if !slices.Contains(all, at) {
				all = append(all, at)
			}
		})
	}
	return all
}

// search looks for changes that turn the outcome.
type search struct {
	*probe
	things []*thing
	was    int64
	left   int
	stops  [][]stop // of each thing, where it changes a comparison but does not turn
	marks  [2][]int8
}

// stop is where a thing changes how some comparison stands.
type stop struct {
	grains int64
	turns  bool
}

// try supposes a thing and writes down how all stands that hangs on it; the
// last mark is the outcome.
func (s *search) try(t *thing, grains int64, out []int8) []int8 {
	s.left--
	v := s.suppose(t, grains)
	out = s.sides(out[:0], t)
	if !v.known {
		return append(out, unturnable)
	}
	return append(out, int8(v.num.n))
}

// turned reports whether the outcome is known and another.
func (s *search) turned(marks []int8) bool {
	last := marks[len(marks)-1]
	return last != unturnable && int64(last) != s.was
}

func (s *search) singles() []Turning {
	var all []Turning
	for _, t := range s.things {
		stops := s.scan(t)
		for _, one := range stops {
			if one.turns {
				all = append(all, s.turning(t.move(one.grains)))
			}
		}
		s.stops = append(s.stops, slices.DeleteFunc(stops, func(one stop) bool { return one.turns }))
	}
	return all
}

func (s *search) turning(moves ...sized) Turning {
	t := Turning{Holds: s.was == 0}
	for _, m := range moves {
		t.Moves = append(t.Moves, m.Move)
		t.size += m.size
	}
	return t
}

// scan finds where a thing changes something, both ways, until it turns the
// outcome.
func (s *search) scan(t *thing) []stop {
	var all []stop
	defer s.suppose(t, 0)
	if !t.moves() {
		for g := t.low; g <= t.high; g++ {
			if g != 0 {
				s.marks[0] = s.try(t, g, s.marks[0])
				all = append(all, stop{g, s.turned(s.marks[0])})
			}
		}
		return all
	}
	return append(s.along(t, -1, -t.low), s.along(t, 1, t.high)...)
}

// along goes one way, from one stop to the next.
func (s *search) along(t *thing, sign, most int64) []stop {
	var all []stop
	var end []int8
	end = s.try(t, sign*most, end)
	now := s.try(t, 0, nil)
	for at := int64(0); len(all) < mostStops && s.left > 0 && !slices.Equal(now, end); {
		at = s.next(t, sign, at, most, now)
		now = s.try(t, sign*at, now)
		one := stop{sign * at, s.turned(now)}
		all = append(all, one)
		if one.turns {
			break
		}
	}
	return all
}

// next is the first place behind at where something stands otherwise than now:
// by strides that double, then by halves.
func (s *search) next(t *thing, sign, at, most int64, now []int8) int64 {
	from, to := at, most
	for stride := int64(1); from+stride < most; stride *= 2 {
		s.marks[1] = s.try(t, sign*(from+stride), s.marks[1])
		if !slices.Equal(s.marks[1], now) {
			to = from + stride
			break
		}
		from += stride
	}
	for to-from > 1 {
		mid := from + (to-from)/2
		if s.marks[1] = s.try(t, sign*mid, s.marks[1]); slices.Equal(s.marks[1], now) {
			from = mid
		} else {
			to = mid
		}
	}
	return to
}

// pairs supposes one thing at each of its stops, and looks what turns then.
func (s *search) pairs() []Turning {
	best := map[[2]int]Turning{}
	var order [][2]int
	for i, a := range s.things {
		for _, one := range s.stops[i] {
			s.suppose(a, one.grains)
			for j, b := range s.things {
				if i == j || s.left <= 0 || hangs(a, b) || hangs(b, a) {
					continue
				}
				found, ok := s.second(a, b, one)
				key := [2]int{min(i, j), max(i, j)}
				if old, there := best[key]; ok && (!there || found.size < old.size) {
					if best[key] = found; !there {
						order = append(order, key)
					}
				}
				s.suppose(a, one.grains)
			}
			s.suppose(a, 0)
		}
	}
	var all []Turning
	for _, key := range order {
		all = append(all, best[key])
	}
	return all
}

// hangs reports whether what b is follows from a.
func hangs(a, b *thing) bool {
	return b.rule != nil && slices.ContainsFunc(a.after, func(x affected) bool { return x == b.place })
}

// second looks for the least of b that turns the outcome while a stands at a
// stop, and then for the least of a that does with it.
func (s *search) second(a, b *thing, one stop) (Turning, bool) {
	t := Turning{}
	defer s.suppose(b, 0)
	for _, two := range s.turns(b) {
		s.suppose(b, two)
		least := s.least(a, one.grains)
		moves := []sized{a.move(least), b.move(two)}
		if found := s.turning(moves...); t.Moves == nil || found.size < t.size {
			t = found
		}
		s.suppose(a, one.grains)
	}
	return t, t.Moves != nil
}

// turns are the least moves of a thing, both ways, that turn the outcome now.
func (s *search) turns(t *thing) []int64 {
	var all []int64
	if !t.moves() {
		for _, one := range s.scan(t) {
			if one.turns {
				all = append(all, one.grains)
			}
		}
		return all
	}
	for _, sign := range []int64{-1, 1} {
		most := t.high
		if sign < 0 {
			most = -t.low
		}
		if most == 0 {
			continue
		}
		if s.marks[0] = s.try(t, sign*most, s.marks[0]); s.turned(s.marks[0]) {
			all = append(all, sign*s.bisect(t, sign, 0, most))
		}
	}
	return all
}

// least is the least move of a thing, up to one that turns, that turns too.
func (s *search) least(t *thing, grains int64) int64 {
	if !t.moves() {
		return grains
	}
	if grains < 0 {
		return -s.bisect(t, -1, 0, -grains)
	}
	return s.bisect(t, 1, 0, grains)
}

// bisect halves between what does not turn and what does.
func (s *search) bisect(t *thing, sign, from, to int64) int64 {
	for to-from > 1 {
		mid := from + (to-from)/2
		if s.marks[1] = s.try(t, sign*mid, s.marks[1]); s.turned(s.marks[1]) {
			to = mid
		} else {
			from = mid
		}
	}
	return to
}

// sized is a move with how much of the whole it is, in thousandths.
type sized struct {
	Move
	size int64
}

func (t *thing) move(grains int64) sized {
	to := t.to(grains)
	m := sized{Move{Name: t.name, About: t.about, Rule: t.rule != nil, From: t.value(t.was), To: t.value(to), Less: grains < 0}, wholeMove}
	if t.rule != nil {
		m.unit = t.rule.Unit
	} else {
		m.unit = t.def.Unit
	}
	if !t.moves() {
		m.Less = false
		return m
	}
	by := grains
	if by < 0 {
		by = -by
	}
	switch {
	case t.kind() == money:
		m.By = fact.MoneyOf(by)
	case t.places > 0:
		m.By = fact.DecimalOf(by, t.places)
	default:
		m.By = fact.IntOf(by)
	}
	if t.kind() == date {
		m.size = by * wholeMove / 36525 // of a life
		return m
	}
	m.size = by * wholeMove / max(t.parts(t.was), t.parts(to), 1)
	return m
}

// parts is the size of a value in grains.
func (t *thing) parts(v val) int64 {
	n, _ := v.num.mul(whole(tenTo(t.places)))
	return int64(abs64(n.n / n.d))
}
