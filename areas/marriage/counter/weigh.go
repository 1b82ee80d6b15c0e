package counter

import (
	"slices"

	"minzheng/areas/marriage/register"
	"minzheng/kernel/calendar"
	"minzheng/kernel/exchange"
	"minzheng/kernel/form"
)

// Standing is how one thing came out.
type Standing string

// The standings of a comparison and of a condition.
const (
	Match      Standing = "match"
	Mismatch   Standing = "mismatch"
	NotFound   Standing = "not-found"
	NotCovered Standing = "not-covered"
	Silent     Standing = "silent"
	Waiting    Standing = "waiting" // the answer is on its way
	NotAsked   Standing = "not-asked"

	Met     Standing = "met"
	Unclear Standing = "unclear" // not settled: nobody may be registered
	Blocked Standing = "blocked" // the law forbids it
)

// What is compared about somebody, and what evidence may be about.
const (
	Identity = "identity"
	Marital  = "marital"
	Book     = "book"
	Living   = "living"
	Judged   = "judged"
	Checkup  = "checkup"
	Ours     = "ours" // our own register
)

// Cell is one comparison: what was said here and there, field by field.
type Cell struct {
	About  string
	Source string // whom it was asked of; "" is our own register
	Standing
	Says   string // one sentence for the clerk
	Proven bool   // evidence, seen by two, stands in for it
}

// Clause is one condition of the law, for one side or for both.
type Clause struct {
	Name  string // age, identity, free, kin
	Law   string
	Sides [2]Verdict
}

// Verdict is how a condition came out for one of them.
type Verdict struct {
	Standing
	Says string
	Ways []Way // how it can be settled
}

// Way is how something may be settled that is not clear.
type Way struct {
	Kind  string // ask, evidence, declare, ticket, return
	About string
	Say   string
}

// Matrix is everything that is known about a couple, and what follows from it.
type Matrix struct {
	Cells   [2][]Cell
	Clauses []Clause
	Parties [2]register.Party // as they would be registered
}

// May reports whether nothing stands in the way, apart from what the clerk
// sees with their own eyes.
func (x Matrix) May() bool {
	for _, c := range x.Clauses {
		for _, v := range c.Sides {
			if v.Standing != Met {
				return false
			}
		}
	}
	return true
}

// Known is what a couple is weighed by, beside what departments said.
type Known struct {
	On       calendar.Day
	Evidence []Evidence
	Married  [2]string // certificate of a live marriage in our own register
	Asking   bool      // answers are still on their way
}

// Weigh compares what the two say with what departments say, and judges the
// conditions of 民法典 art. 1042 and 1046–1048. It reads nothing and asks nobody.
func Weigh(v Visit, k Known) Matrix {
	var x Matrix
	for side := range v.Couple.People {
		w := &weighing{v, k, side, map[string]Cell{}}
		w.compare()
		x.Cells[side] = w.cells()
		x.Parties[side] = w.party()
	}
	x.Clauses = clauses(v, k, x)
	return x
}

// weighing is one side.
type weighing struct {
	v    Visit
	k    Known
	side int
	all  map[string]Cell
}

func (w *weighing) person() Person { return w.v.Couple.People[w.side] }

// got is what a source said, and how that stands before it is compared.
func (w *weighing) got(source string) (Got, Standing) {
	i := slices.IndexFunc(w.v.Got, func(g Got) bool { return g.Side == w.side && g.Source == source })
	if i < 0 {
		if w.k.Asking {
			return Got{}, Waiting
		}
		return Got{}, Silent
	}
	switch g := w.v.Got[i]; exchange.Outcome(g.Outcome) {
	case exchange.Found:
		return g, Match
	case exchange.Absent:
		return g, NotFound
	case exchange.Silent, exchange.Garbled:
		if w.k.Asking {
			return g, Waiting
		}
		return g, Silent
	default:
		return g, NotCovered // whatever else it is, it is no answer
	}
}

func (w *weighing) proven(about string) bool {
	return slices.ContainsFunc(w.k.Evidence, func(e Evidence) bool {
		return e.Side == w.side && e.About == about && e.Counts() && slices.Contains(Kinds(about, w.person().Declared), e.Paper.Kind)
	})
}

func (w *weighing) set(c Cell) {
	c.Proven = w.proven(c.About)
	w.all[c.About] = c
}

func (w *weighing) cells() []Cell {
	var all []Cell
	for _, about := range []string{Identity, Book, Marital, Ours, Judged, Living, Checkup} {
		if c, ok := w.all[about]; ok {
			all = append(all, c)
		}
	}
	return all
}

// party is how this side would be registered: by the household register, or
// by the card's number where that is silent.
func (w *weighing) party() register.Party {
	p := w.person()
	out := register.Party{Number: p.Number, Name: p.Name, Sex: "男", Declare: p.Declared}
	if form.Female(p.Number) {
		out.Sex = "女"
	}
	if born, ok := form.Born(p.Number); ok {
		out.Birth = calendar.Date(born.Year(), int(born.Month()), born.Day())
	}
	g, is := w.got(police)
	if is != Match {
		return out
	}
	if d, err := calendar.Parse(g.text("birth")); err == nil {
		out.Birth = d
	}
	if s := g.text("sex"); s == "男" || s == "女" {
		out.Sex = s
	}
	return out
}
