package family

import (
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// Hold tells a household what runs, by the case that brought it: it is held by
// the members for whom the case was decided.
func (r *Room) Hold(h *Home, runs map[casework.ID]casework.Held) {
	for i := range h.People {
		p := &h.People[i]
		p.Held = nil
		for _, b := range p.In {
			if held, ok := runs[b.Case]; ok && r.covered(h.told[b.Case], b) {
				p.Held = append(p.Held, held)
			}
		}
	}
}

// covered reports whether a case is for one of its members: whom the service's
// rules count, or for whom alone it is.
func (r *Room) covered(t told, b casework.Belonging) bool {
	switch {
	case t.s.For != "":
		return b.Relation == t.s.For
	case t.s.Household == nil || t.s.Household.Counts == "":
		return true
	}
	set := fact.NewSet(r.dict)
	set.Tell(t.said...)
	j := t.s.Rules.Judge(rule.Case{Facts: set, Region: r.Path(b.Region), On: int32(calendar.DayOf(b.Closed))})
	for _, one := range j.Results {
		if one.Rule.Set == t.s.Household.Counts && one.About == b.Member {
			return !one.Fails()
		}
	}
	return false
}
