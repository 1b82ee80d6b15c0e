package rule

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"minzheng/kernel/fact"
)

// Part is what a plan gave for some households that follow each other. It is
// valid only while it is handed over.
type Part struct {
	First int // the first household's place in the population
	Count int
	bound *bound
	block *block
	out   []*vector
	alone []lone
}

// lone is a household that was worked out as a single case.
type lone struct {
	there bool
	vals  []val // by wanted
}

// Region returns the place of a household's region in the population's list.
func (p *Part) Region(h int) int {
	n, _ := p.block.regions.at(h)
	return int(n)
}

// People returns how many people a household has.
func (p *Part) People(h int) int {
	from, to := p.block.people(h)
	return to - from
}

// Known reports whether the w-th wanted result of a household is known.
func (p *Part) Known(w, h int) bool {
	if p.alone[h].there {
		return p.alone[h].vals[w].known
	}
	return !p.out[w].gone(h)
}

// Int64 returns a known result: whole 分, a number rounded to a whole one,
// days, or 1 for yes.
func (p *Part) Int64(w, h int) int64 {
	if v := p.out[w]; v.d == nil && v.over == 1 && !p.alone[h].there {
		return v.n[h]
	}
	n, _ := p.num(w, h).round(1, nearest)
	return n.n
}

// Value returns a result as a fact's value, as Judge gives it; false when it is
// unknown.
func (p *Part) Value(w, h int) (fact.Value, bool) {
	if !p.Known(w, h) {
		return fact.Value{}, false
	}
	v := val{known: true, num: p.num(w, h)}
	if p.bound.kinds[w] == word {
		v.text = p.text(w, h)
	}
	return v.fact(p.bound.kinds[w]), true
}

func (p *Part) num(w, h int) num {
	if p.alone[h].there {
		return p.alone[h].vals[w].num
	}
	n := p.out[w].at(h)
	return reduce(n.n, n.d)
}

func (p *Part) text(w, h int) string {
	if p.alone[h].there {
		return p.alone[h].vals[w].text
	}
	return p.bound.spell(p.out[w].n[h])
}

// Run works the plan out for all households on a day (days since 1970-01-01)
// and hands every part over, in no order, from as many goroutines as there are
// workers; 0 is one for each processor.
func (p *Plan) Run(ctx context.Context, pop *Population, on int32, workers int, each func(*Part)) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	b := p.bind(pop, on)
	var next atomic.Int64
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			w := newWorker(b)
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(pop.blocks) {
					return
				}
				each(w.work(pop.blocks[i]))
			}
		})
	}
	all.Wait()
	return ctx.Err()
}

// bound is a plan with a population and a day.
type bound struct {
	*Plan
	pop       *Population
	on        int32
	columns   []int            // of each step that reads a fact
	parameter []*byRegion      // of each step that reads a parameter
	own       map[string]int64 // codes of words in formulas that no fact has
	birthdays map[int]int64    // the last of those who have reached an age
	words     [][]int64        // of each step, the codes of the words in it
}

// byRegion is a parameter on a day in every region.
type byRegion struct {
	dated     []*Dated // nil where there is none
	n, d      []int64
	turns     []int32 // how often the value has changed from the first region to this one
	gaps      bool    // some region has no value
	top, deep int64
	tables    map[*Dated]*table
}

func (p *Plan) bind(pop *Population, on int32) *bound {
	b := &bound{Plan: p, pop: pop, on: on, columns: make([]int, len(p.steps)), parameter: make([]*byRegion, len(p.steps)),
		own: map[string]int64{}, birthdays: map[int]int64{}, words: make([][]int64, len(p.steps))}
	for i, s := range p.steps {
		switch {
		case s.op == opFact:
			b.columns[i] = pop.Column(s.name)
		case s.op == opParameter || s.op == opTable || s.op == opProgressive:
			b.parameter[i] = b.values(p.rules.dated[s.index])
		case s.op == opBorn:
			b.birthdays[s.index] = lastBirthday(s.index, on)
		case s.op == opConst && s.kind == word:
			b.words[i] = []int64{b.code(s.value.text)}
		case s.op == opWithin:
			for _, w := range s.words {
				b.words[i] = append(b.words[i], b.code(w))
			}
		}
	}
	return b
}

// code is the code of a word in a formula: one that no fact has gets a code of
// its own below 0.
func (b *bound) code(text string) int64 {
	if c, ok := b.pop.words[text]; ok {
		return c
	}
	if _, ok := b.own[text]; !ok {
		b.own[text] = -1 - int64(len(b.own))
	}
	return b.own[text]
}

func (b *bound) spell(code int64) string {
	if code >= 0 {
		return b.pop.spelled[code]
	}
	for text, c := range b.own {
		if c == code {
			return text
		}
	}
	return ""
}

// values looks a parameter up in all regions at once.
func (b *bound) values(p *Parameter) *byRegion {
	regions := b.pop.regions
	out := &byRegion{dated: make([]*Dated, len(regions)), n: make([]int64, len(regions)), d: make([]int64, len(regions)), turns: make([]int32, len(regions)), deep: 1, tables: map[*Dated]*table{}}
	for i, path := range regions {
		out.d[i] = 1
		v := p.On(path, b.on)
		if i > 0 {
			out.turns[i] = out.turns[i-1] + int32(b2i(v != out.dated[i-1]))
		}
		if out.dated[i] = v; v == nil {
			out.gaps = true
			continue
		}
		if len(p.By) > 0 {
			if out.tables[v] == nil {
				out.tables[v] = b.table(p, v)
			}
			continue
		}
		out.n[i], out.d[i] = v.value.num.n, v.value.num.d
		out.top, out.deep = max(out.top, distance(out.n[i])), max(out.deep, out.d[i])
	}
	return out
}

// table is one value of a parameter with axes, as columns look it up.
type table struct {
	words [][]int64 // by axis: the code of each row's cell
	rows  []*Row    // the nearest first: whichever answers first is the row
}

const anyWord = -1 << 62

func (b *bound) table(p *Parameter, v *Dated) *table {
	t := &table{rows: slices.Clone(v.Rows), words: make([][]int64, len(p.By))}
	slices.SortStableFunc(t.rows, func(x, y *Row) int { return x.before(p, y) })
	for axis := range p.By {
		for _, row := range t.rows {
			code := int64(anyWord)
			if cell := string(row.Is[axis]); cell != Other {
				code = b.code(cell)
			}
			t.words[axis] = append(t.words[axis], code)
		}
	}
	return t
}
