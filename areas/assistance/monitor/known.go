package monitor

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/family"
	"minzheng/kernel/rule"
)

const (
	together  = "共同生活"
	onList    = "在册低收入"
	lately    = "近一年停发或未批"
	inReach   = "在监测范围"
	pastYear  = 12 // months
	inAtOnce  = 200
	purposeOf = "低收入人口动态监测："
)

// lens takes people of one household to live together until somebody has said
// otherwise.
func lens(s *catalog.Service) family.Lens {
	l := family.Through(s)
	l.Assumes[together] = fact.BoolOf(true)
	return l
}

// listed are the services by which somebody is on the register of low income.
func listed(s *catalog.Service) []string {
	for _, one := range s.Receives {
		if one.Fact == onList {
			return one.Services
		}
	}
	return nil
}

// standing is what runs, and what has ended within a year, by the case that
// brought it.
type standing struct {
	runs map[casework.ID]casework.Held
	out  map[casework.ID]bool
}

// standing reads what the cases of households have brought.
func (r *Room) standing(ctx context.Context, rd db.Reader, homes []family.Home, s *catalog.Service, on calendar.Day) (standing, error) {
	st := standing{map[casework.ID]casework.Held{}, map[casework.ID]bool{}}
	lists := listed(s)
	var ids []string
	for _, h := range homes {
		for _, p := range h.People {
			for _, b := range p.In {
				if slices.Contains(lists, b.Service) {
					ids = append(ids, string(b.Case))
				}
			}
		}
	}
	type row struct {
		casework.Held
		until, ends string
	}
	month := ledger.MonthOf(on)
	for some := range slices.Chunk(ids, inAtOnce) {
		list := make([]string, inAtOnce) // filled up, so that there is one text for the engine to prepare
		for i := range list {
			list[i] = some[min(i, len(some)-1)]
		}
		in, args := db.In(list)
		found, err := db.All(ctx, rd, func(r db.Row) (v row, err error) { return v, r.Scan(&v.Case, &v.Service, &v.until, &v.ends) },
			`SELECT case_id, service, until, ends FROM assistance_benefit WHERE case_id IN (`+in+`) AND kind <> 'once'`, args...)
		if err != nil {
			return st, fmt.Errorf("reading who is on the register of low income: %w", err)
		}
		for _, v := range found {
			last := v.until
			if last == "" || v.ends != "" && v.ends < last {
				last = v.ends
			}
			switch {
			case last == "" || last >= string(month):
				st.runs[v.Case] = v.Held
			case last >= string(month.Add(-pastYear)):
				st.out[v.Case] = true
			}
		}
	}
	return st, nil
}

// left reports whether something of a person has ended or was refused within
// the year.
func (st standing) left(p family.Person, lists []string, on calendar.Day) bool {
	return slices.ContainsFunc(p.In, func(b casework.Belonging) bool {
		refused := b.State == casework.Refused && slices.Contains(lists, b.Service) && calendar.DayOf(b.Closed) > on.AddMonths(-pastYear)
		return refused || st.out[b.Case]
	})
}

// source is what rules read of a family: what was answered just now, whether
// they have left the register, and then all that was known before.
type source struct {
	family.Known
	fresh *fact.Set
}

// Best returns what counts of a fact.
func (s source) Best(name, about string) (fact.Statement, bool) {
	if st, ok := s.fresh.Best(name, about); ok {
		return st, true
	}
	return s.Known.Best(name, about)
}

// source puts it together; it is what a family is known by on a day.
func (r *Room) source(h *family.Home, k family.Known, st standing, s *catalog.Service, on calendar.Day, at time.Time) source {
	out := source{k, fact.NewSet(s.Rules.Dictionary())}
	lists := listed(s)
	for _, m := range k.Members() {
		gone := false
		if i := k.Person(m); i >= 0 {
			gone = st.left(h.People[i], lists, on)
		} else { // not in the household any more
			out.fresh.Tell(fact.Statement{Name: onList, About: m, Value: fact.BoolOf(false), Source: casework.Own, At: at})
		}
		out.fresh.Tell(fact.Statement{Name: lately, About: m, Value: fact.BoolOf(gone), Source: casework.Own, At: at})
	}
	return out
}

// found is what the rules say of one kind.
type found struct {
	grade   Grade
	reasons []family.Reason
	basis   string // the same for as long as the same speaks for it
}

// judge works the rules out for one kind. Outside the register nothing is found.
func (r *Room) judge(src source, s *catalog.Service, k Kind, on calendar.Day) (f found, j rule.Judgement, err error) {
	j = s.Rules.Judge(rule.Case{Facts: src, Region: r.families.Path(src.Region), On: int32(on)})
	if reach, ok := j.Find(inReach); !ok || !reach.Holds() {
		return f, j, nil
	}
	f.grade = k.grade(j)
	for _, one := range (family.Prospect{Service: s, Known: src.Known, Judged: j}).Reasons() {
		if one.Set == inReach || one.Holds && slices.Contains(k.rules(), one.Set) {
			f.reasons = append(f.reasons, one)
		}
	}
	f.basis, err = r.basis(f.reasons)
	return f, j, err
}

// basis is a blind index of the values that speak for something.
func (r *Room) basis(reasons []family.Reason) (string, error) {
	var all [][3]string
	for _, one := range reasons {
		for _, u := range one.From {
			all = append(all, [3]string{u.Name, u.Whose, u.Value})
		}
	}
	slices.SortFunc(all, func(a, b [3]string) int { return slices.Compare(a[:], b[:]) })
	b, err := json.Marshal(slices.Compact(all))
	if err != nil {
		return "", fmt.Errorf("writing what speaks for a warning: %w", err)
	}
	return r.desk.Box.Index("warning", string(b)), nil
}

// number is what a rule of the service gives for a whole number; ok is false
// where it is not set.
func number(j rule.Judgement, name string) (int, bool) {
	one, ok := j.Find(name)
	if !ok || !one.Known {
		return 0, false
	}
	return int(one.Value.Int64()), true
}
