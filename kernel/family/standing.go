package family

import (
	"slices"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
)

// A Verdict says how somebody stands to a service.
type Verdict int

// The verdicts, the most hopeful first.
const (
	Gets   Verdict = iota // it runs
	Asked                 // a case is open
	May                   // they qualify by what is known
	Unsure                // it is not known
	Not                   // they do not qualify
)

// Standing is how a family, or each of its members, stands to one service.
type Standing struct {
	Service *catalog.Service
	Family  bool // it is for those who live together
	Who     []Stand
}

// Stand is how one of them stands; of a family the one who would apply.
type Stand struct {
	Person  int // of Home.People
	Verdict Verdict
	Amount  int64 // 分 a month; 0 where it is not known
	Reasons []Reason
	Lacks   []string
	Assumes []fact.Statement
	Case    casework.ID // that is open
}

// Best is the most hopeful verdict of all.
func (s Standing) Best() Verdict {
	best := Not
	for _, one := range s.Who {
		best = min(best, one.Verdict)
	}
	return best
}

// Failing is the first condition that is known not to hold; false when none is.
func (s Stand) Failing() (Reason, bool) {
	i := slices.IndexFunc(s.Reasons, func(r Reason) bool { return r.Known && !r.Holds })
	if i < 0 {
		return Reason{}, false
	}
	return s.Reasons[i], true
}

// Standings works all services of today out for a household by what is known.
// gets reports whether somebody receives a service.
func (r *Room) Standings(h *Home, now time.Time, gets func(p Person, service string) bool) []Standing {
	var all []Standing
	for _, s := range r.desk.Services().All() {
		if s.Internal {
			continue
		}
		one := Standing{Service: s, Family: s.Household != nil}
		if one.Family {
			if k, ok := h.Together(now, Through(s)); ok {
				one.Who = r.stand(one.Who, h, k, s, now, gets)
			}
		} else {
			for i, p := range h.People {
				if !p.Died() {
					one.Who = r.stand(one.Who, h, h.Alone(i, now, Through(s)), s, now, gets)
				}
			}
		}
		if len(one.Who) > 0 {
			all = append(all, one)
		}
	}
	slices.SortStableFunc(all, func(a, b Standing) int { return int(a.Best() - b.Best()) })
	return all
}

func (r *Room) stand(all []Stand, h *Home, k Known, s *catalog.Service, now time.Time, gets func(Person, string) bool) []Stand {
	p, ok := r.Judge(k, s, calendar.DayOf(now))
	if !ok {
		return all
	}
	one := Stand{Person: k.People[0], Verdict: Unsure, Amount: p.Amount(), Reasons: p.Reasons(), Lacks: p.Lacks(), Assumes: p.Assumed()}
	switch {
	case p.Holds():
		one.Verdict = May
	case p.Fails():
		one.Verdict = Not
	}
	for _, i := range k.People {
		for _, b := range h.People[i].In {
			if b.Service == s.Code && b.IsOpen() {
				one.Verdict, one.Case = Asked, b.Case
			}
		}
	}
	if slices.ContainsFunc(k.People, func(i int) bool { return gets(h.People[i], s.Code) }) {
		one.Verdict = Gets
	}
	return append(all, one)
}

// Said is the last word of one source about one fact of a person, as it came in
// one of their cases.
type Said struct {
	fact.Statement
	Case casework.ID
}

// Told are the last words of departments about a person, which may be used
// beyond the case that they came in; the newest first.
func (h *Home) Told(i int) []Said {
	return h.last(i, func(one fact.Statement) bool {
		return one.About != "" && one.Source != casework.Implied && one.Source != fact.Decided && !h.dict.Source(one.Source).Person
	})
}

// Visited is what was written down when somebody came to see the family.
func (h *Home) Visited(i int) []Said {
	return h.last(i, func(one fact.Statement) bool { return one.About == "" && one.Source == "visit" })
}

func (h *Home) last(i int, keep func(fact.Statement) bool) []Said {
	type what struct{ name, source string }
	found := map[what]Said{}
	for _, b := range h.People[i].In {
		for _, one := range h.told[b.Case].said {
			if (one.About == b.Member || one.About == "") && keep(one) {
				found[what{one.Name, one.Source}] = Said{one, b.Case}
			}
		}
	}
	var all []Said
	for _, one := range found {
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b Said) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return all
}
