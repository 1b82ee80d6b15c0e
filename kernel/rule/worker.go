package rule

import "minzheng/kernel/fact"

// worker works out blocks, one at a time.
type worker struct {
	*bound
	block  *block
	vecs   []vector
	done   []int // the block for which each step was last worked out
	blocks int
	unfit  bool    // a number might not fit
	owner  []int32 // of each person the household
	most   int64   // people in one household
	alone  []lone  // households that columns cannot do exactly
	x, y   []int64
	none   []int64 // marks of loss where nothing is lost
	region vector
	part   Part
}

func newWorker(b *bound) *worker {
	w := &worker{bound: b, vecs: make([]vector, len(b.steps)), done: make([]int, len(b.steps)), alone: make([]lone, blockHouseholds)}
	w.part = Part{bound: b, out: make([]*vector, len(b.wanted))}
	return w
}

// work works out the wanted steps of a block, and what they need.
func (w *worker) work(b *block) *Part {
	w.enter(b)
	for i, s := range w.wanted {
		w.part.out[i] = w.get(s)
	}
	for h := range b.households {
		if w.unfit || w.alone[h].there { // each one for itself, with care
			w.alone[h] = lone{true, w.single(h)}
		}
	}
	w.part.First, w.part.Count, w.part.block, w.part.alone = b.first, b.households, b, w.alone
	return &w.part
}

// get returns a step's column and works it out if it has not been yet.
func (w *worker) get(i int) *vector {
	v := &w.vecs[i]
	if w.done[i] == w.blocks {
		return v
	}
	w.done[i] = w.blocks
	if s := &w.steps[i]; !w.step(s, v, i) {
		w.unfit = true
		v.take(w.rows(s)) // whatever it says, nobody will hear
	}
	return v
}

func (w *worker) enter(b *block) {
	w.block, w.most, w.unfit = b, 0, false
	w.blocks++
	clear(w.alone)
	if cap(w.owner) < b.persons() {
		w.owner = make([]int32, b.persons(), 2*b.persons())
	}
	w.owner = w.owner[:b.persons()]
	from := 0
	for h, end := range b.ends {
		size := int(end) - from
		if size == 0 {
			w.alone[h].there = true // nobody is named: what lacks is told by a single case
		}
		w.most = max(w.most, int64(size))
		for i := range w.owner[from:end] {
			w.owner[from+i] = int32(h)
		}
		from = int(end)
	}
	w.region.take(b.households)
	b.regions.unpack(w.region.n)
	w.region.same = b.regions.same()
	if n := max(len(w.owner), b.households); cap(w.x) < n {
		w.x, w.y, w.none = make([]int64, n*2), make([]int64, n*2), make([]int64, n*2)
	}
}

func (w *worker) rows(s *step) int {
	if s.each {
		return len(w.owner)
	}
	return w.block.households
}

// step works out one step; false when a number might not fit.
func (w *worker) step(s *step, v *vector, i int) bool {
	rows := w.rows(s)
	if s.each && rows == 0 {
		v.take(0)
		return true
	}
	switch s.op {
	case opChoose:
		return w.choose(s, v, rows)
	case opAnd, opOr:
		w.logical(s, v, rows)
		return true
	case opSeries:
		w.series(s, v, rows)
		return true
	}
	var a, b *vector
	if len(s.args) > 0 {
		a = w.get(s.args[0])
	}
	if len(s.args) > 1 {
		b = w.get(s.args[1])
	}
	switch s.op {
	case opConst:
		if s.kind == word {
			v.all(whole(w.words[i][0]), max(rows, len(w.owner)))
		} else {
			v.all(s.value.num, max(rows, len(w.owner)))
		}
	case opToday:
		v.all(whole(int64(w.on)), max(rows, len(w.owner)))
	case opFact:
		w.load(s, v, w.columns[i], rows)
	case opParameter:
		w.parameterOf(v, w.bound.parameter[i], rows)
	case opSpread:
		w.spread(v, a, rows)
	case opTable:
		w.lookUp(s, v, w.bound.parameter[i], rows)
	case opProgressive:
		w.progressive(s, v, w.bound.parameter[i], rows)
	case opNot:
		not(v, a, rows)
	case opNegate:
		negate(v, a, rows)
	case opWithin:
		in(v, a, w.words[i], rows)
	case opLess, opLessEqual, opMore, opMoreEqual, opSame, opDiffers:
		return w.compare(s.op, v, a, b, rows)
	case opAdd, opSubtract:
		return w.sum(v, a, b, rows, s.op == opSubtract)
	case opMultiply:
		return w.product(v, a, b, rows)
	case opDivide:
		return w.quotient(v, a, b, rows)
	case opLarger, opSmaller:
		return w.extreme(v, a, b, rows, s.op == opLarger)
	case opRound:
		return w.round(s.how, v, a, b, rows)
	case opWholeDay:
		return wholeDays(v, a, rows)
	case opBorn:
		w.born(s, v, a, rows)
	case opAge, opMonths:
		calendars(s.op, v, a, b, rows)
	case opSum:
		return w.total(v, a, b)
	case opHighest:
		return w.highest(v, a, b)
	case opAny, opEvery:
		w.quantify(v, a, b, s.op == opAny)
	default:
		return false
	}
	return true
}

func (w *worker) load(s *step, v *vector, column, rows int) {
	n := v.take(rows)
	if column < 0 {
		lose(v, rows)
		return
	}
	c := &w.block.columns[column]
	c.unpack(n)
	v.top, v.same = max(distance(c.low), distance(c.high)), c.same()
	if s.def.Typed() == fact.Decimal {
		v.over = tenTo(s.def.Scale)
		v.deep = v.over
	}
	if c.absent != nil {
		c.lost(v.takeLost(rows))
		v.hush()
	}
}

// lose makes every row unknown.
func lose(v *vector, rows int) {
	clear(v.take(rows))
	l := v.takeLost(rows)
	for i := range l {
		l[i] = 1
	}
}

func (w *worker) parameterOf(v *vector, p *byRegion, rows int) {
	low, high := w.block.regions.low, w.block.regions.high
	if p.turns[low] == p.turns[high] { // the same in all regions from the first to the last
		if p.dated[low] == nil {
			lose(v, rows)
			return
		}
		v.all(num{p.n[low], p.d[low]}, rows)
		return
	}
	n := v.take(rows)
	region := w.region.n[:len(n)]
	for i, r := range region {
		n[i] = p.n[r]
	}
	v.top, v.deep = p.top, p.deep
	if p.deep > 1 {
		d := v.takeDeep(rows)
		for i, r := range region {
			d[i] = p.d[r]
		}
	}
	if p.gaps {
		l := v.takeLost(rows)
		for i, r := range region {
			l[i] = b2i(p.dated[r] == nil)
		}
	}
}

func (w *worker) spread(v, a *vector, rows int) {
	if a.same {
		x := a.only()
		v.all(x, rows)
		return
	}
	n := v.take(rows)
	for i, h := range w.owner {
		n[i] = a.n[h]
	}
	v.over, v.top, v.deep = a.over, a.top, a.deep
	if a.d != nil {
		d := v.takeDeep(rows)
		for i, h := range w.owner {
			d[i] = a.d[h]
		}
	}
	if a.lost != nil {
		l := v.takeLost(rows)
		for i, h := range w.owner {
			l[i] = a.lost[h]
		}
	}
}

// single works the wanted rules out for one household as for a single case.
func (w *worker) single(h int) []val {
	region, _ := w.block.regions.at(h)
	x := w.rules.begin(Case{Facts: household{w.pop, w.block, h}, Region: w.pop.regions[region], On: w.on})
	x.work(len(w.rules.rules))
	out := make([]val, len(w.sets))
	for i, set := range w.sets {
		out[i] = x.done[w.rules.index[set]*x.width]
	}
	return out
}

// household is one household of the columns as a single case reads it.
type household struct {
	pop   *Population
	block *block
	at    int
}

// Members returns m1, m2 … for the people of the household.
func (h household) Members() []string {
	from, to := h.block.people(h.at)
	return memberNames(to - from)
}

// Best returns what the columns hold.
func (h household) Best(name, about string) (fact.Statement, bool) {
	i := h.pop.Column(name)
	if i < 0 {
		return fact.Statement{}, false
	}
	row := h.at
	if about != "" {
		from, _ := h.block.people(h.at)
		row = from + memberIndex(about)
	}
	n, told := h.block.columns[i].at(row)
	if !told {
		return fact.Statement{}, false
	}
	return fact.Statement{Name: name, About: about, Value: h.pop.value(h.pop.facts[i], n)}, true
}

func (p *Population) value(def *fact.Def, n int64) fact.Value {
	switch def.Typed() {
	case fact.Money:
		return fact.MoneyOf(n)
	case fact.Bool:
		return fact.BoolOf(n == 1)
	case fact.Date:
		return fact.DateOf(int32(n))
	case fact.Enum:
		return fact.EnumOf(p.spelled[n])
	case fact.Text:
		return fact.TextOf(p.spelled[n])
	case fact.Decimal:
		return fact.DecimalOf(n, def.Scale)
	}
	return fact.IntOf(n)
}
