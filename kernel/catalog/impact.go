package catalog

import (
	"context"
	"slices"

	"minzheng/kernel/calendar"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// Verdict is what the rules say of a household.
type Verdict int

// The verdicts; they index Impact.Moves.
const (
	No Verdict = iota
	Yes
	Unsure
)

// Question asks what it would mean if a service changed.
type Question struct {
	Old, New *Service
	Region   string       // only households here
	On       calendar.Day // as both would be judged on that day
	Progress func(done, total int)
}

// Weigh answers a Question for every household that is known.
type Weigh func(ctx context.Context, q Question) (Impact, error)

// Impact is what a change means: plain data, as it is kept and shown.
type Impact struct {
	On         string    `json:"on"`
	Households int       `json:"households"`
	Moves      [3][3]int `json:"moves"`  // households by verdict before and after
	Before     int64     `json:"before"` // 分 a month, of all who are entitled
	After      int64     `json:"after"`
	Unpriced   int       `json:"unpriced"` // entitled, but the amount is not known
	More       int64     `json:"more"`     // 分 a month that winners gain together
	Less       int64     `json:"less"`
	Classes    []Class   `json:"classes"`
	Flips      []Flip    `json:"flips"` // some of those whose verdict changes
	Edges      []Edge    `json:"edges"` // the nearest to a line that moves
}

// Class counts the households whose amount changes by so much a month.
type Class struct {
	Over int64 `json:"over"` // 分, exclusive
	Upto int64 `json:"upto"` // inclusive; 0 is without end
	Up   int   `json:"up"`
	Down int   `json:"down"`
}

// Flip is a household whose verdict changes.
type Flip struct {
	Subject string  `json:"subject"` // id of its case; "" where there is none
	Was     Verdict `json:"was"`
	Is      Verdict `json:"is"`
	Before  int64   `json:"before"`
	After   int64   `json:"after"`
}

// Edge is a household close to a line that moves.
type Edge struct {
	Subject   string `json:"subject"`
	Condition string `json:"condition"`
	Measure   string `json:"measure"` // what is measured: 人均月收入
	Value     string `json:"value"`
	Line      string `json:"line"` // what it is measured against: 低保标准
	Was       string `json:"was"`  // the line before and after
	Is        string `json:"is"`
	Held      bool   `json:"held"` // whether the condition held before and holds now
	Holds     bool   `json:"holds"`

	far int64
}

const (
	mostFlips = 10 // of each kind
	mostEdges = 3  // on each side of a line
)

// Tally adds households up to an Impact.
type Tally struct {
	q     Question
	im    Impact
	flips map[[2]Verdict][]Flip
	edges map[string]*[2][]Edge
	names []string // of the conditions with edges
}

// NewTally begins at no household.
func NewTally(q Question) *Tally {
	t := &Tally{q: q, flips: map[[2]Verdict][]Flip{}, edges: map[string]*[2][]Edge{}}
	t.im.On = q.On.String()
	for i, over := range []int64{0, 5000, 10000, 20000, 50000} {
		t.im.Classes = append(t.im.Classes, Class{Over: over})
		if i > 0 {
			t.im.Classes[i-1].Upto = over
		}
	}
	return t
}

// Add counts one household as it was judged under both versions.
func (t *Tally) Add(subject string, was, is rule.Judgement) {
	t.Count(subject, outcome(t.q.Old, was), outcome(t.q.New, is))
	t.edge(subject, was.Conditions(), is.Conditions())
}

// Outcome is what a household gets by one version.
type Outcome struct {
	Verdict Verdict
	Amount  int64 // 分 a month
	Priced  bool  // false when it is entitled to an amount that is not known
}

// Count counts one household by what it gets under both versions; it is not
// looked at for the lines that it may be close to.
func (t *Tally) Count(subject string, was, is Outcome) {
	t.im.Households++
	t.im.Moves[was.Verdict][is.Verdict]++
	t.im.Before, t.im.After = t.im.Before+was.Amount, t.im.After+is.Amount
	if !was.Priced || !is.Priced {
		t.im.Unpriced++
	} else if was.Verdict != Unsure && is.Verdict != Unsure {
		t.class(is.Amount - was.Amount)
	}
	if kind := [2]Verdict{was.Verdict, is.Verdict}; was.Verdict != is.Verdict && len(t.flips[kind]) < mostFlips {
		t.flips[kind] = append(t.flips[kind], Flip{Subject: subject, Was: was.Verdict, Is: is.Verdict, Before: was.Amount, After: is.Amount})
	}
}

func outcome(s *Service, j rule.Judgement) Outcome {
	r, ok := j.Find(s.Decides)
	switch {
	case !ok || !r.Known:
		return Outcome{Verdict: Unsure, Priced: true}
	case !r.Value.Bool():
		return Outcome{Verdict: No, Priced: true}
	case s.Amount == "":
		return Outcome{Verdict: Yes, Priced: true}
	}
	a, ok := j.Find(s.Amount)
	if !ok || !a.Known {
		return Outcome{Verdict: Yes}
	}
	return Outcome{Yes, a.Value.Int64(), true}
}

func (t *Tally) class(by int64) {
	size := max(by, -by)
	for i := range t.im.Classes {
		c := &t.im.Classes[i]
		if size <= c.Over || c.Upto > 0 && size > c.Upto {
			continue
		}
		if by > 0 {
			c.Up, t.im.More = c.Up+1, t.im.More+by
		} else {
			c.Down, t.im.Less = c.Down+1, t.im.Less-by
		}
	}
}

// edge looks for conditions that measure one value against a line that moves.
func (t *Tally) edge(subject string, was, is []rule.Result) {
	if len(was) != len(is) {
		return
	}
	for i, r := range is {
		e, ok := measured(was[i], r)
		if !ok {
			continue
		}
		e.Subject = subject
		name := r.Rule.Set
		if t.edges[name] == nil {
			t.edges[name], t.names = &[2][]Edge{}, append(t.names, name)
		}
		side := &t.edges[name][0]
		if e.Holds {
			side = &t.edges[name][1]
		}
		at, _ := slices.BinarySearchFunc(*side, e, func(a, b Edge) int { return int(min(max(a.far-b.far, -1), 1)) })
		*side = slices.Insert(*side, at, e)
		*side = (*side)[:min(len(*side), mostEdges)]
	}
}

// measured reads a condition of two values of one kind, of which one moves.
func measured(was, is rule.Result) (Edge, bool) {
	if !was.Known || !is.Known || len(was.Used) != 2 || len(is.Used) != 2 || was.Rule.Set != is.Rule.Set {
		return Edge{}, false
	}
	moved := func(i int) bool { return was.Used[i].Value != is.Used[i].Value }
	line := 0
	if moved(1) {
		line = 1
	}
	a, b := is.Used[1-line], is.Used[line]
	if !moved(line) || moved(1-line) || a.Value.Type() != b.Value.Type() || a.Value.Scale() != b.Value.Scale() || !numeric(a.Value.Type()) {
		return Edge{}, false
	}
	far := a.Value.Int64() - b.Value.Int64()
	return Edge{Condition: is.Rule.Set, Measure: a.Name, Value: a.Shown(), Line: b.Name, Was: was.Used[line].Shown(), Is: b.Shown(),
		Held: was.Holds(), Holds: is.Holds(), far: max(far, -far)}, true
}

func numeric(t fact.Type) bool { return t == fact.Money || t == fact.Int || t == fact.Decimal }

// Impact returns what was added up; who loses comes first.
func (t *Tally) Impact() Impact {
	im := t.im
	for _, kind := range [][2]Verdict{{Yes, No}, {Yes, Unsure}, {No, Yes}, {Unsure, No}, {Unsure, Yes}, {No, Unsure}} {
		im.Flips = append(im.Flips, t.flips[kind]...)
	}
	for _, name := range t.names {
		for _, side := range []int{1, 0} { // those within first, then those beyond
			near := slices.Clone(t.edges[name][side])
			if side == 1 {
				slices.Reverse(near)
			}
			im.Edges = append(im.Edges, near...)
		}
	}
	return im
}
