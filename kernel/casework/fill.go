package casework

import (
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/form"
)

// Filling is what an applicant has said, or others have told about them, before
// they applied: member → field → as typed.
type Filling struct {
	Said map[string]map[string]string // counts as answered
	Told map[string]map[string]string // by others: shown for the applicant to confirm
}

// Fill writes into a draft what is known already, on pages that are not
// answered yet. A page of which the applicant has said everything is done, so
// that nothing is asked twice.
func (dr *Draft) Fill(s *catalog.Service, f Filling, now time.Time) {
	for _, t := range dr.Turns(s, calendar.DayOf(now)) {
		if dr.Done[t.Key()] {
			continue
		}
		typed, own := f.of(t)
		for name, before := range dr.Typed(t) {
			if typed[name] == "" {
				typed[name] = before
			}
		}
		answers, problems := form.Read(t.Page.Fields, values(typed), now)
		done := own && len(problems) == 0
		for _, a := range answers {
			done = done && (a.Implied || f.Said[t.Member][a.Field.Name()] != "")
		}
		dr.Keep(t, answers, done)
	}
}

// of returns what there is for the fields of a page, and whether the applicant
// said any of it. 我说不清 is left open where the page does not offer it.
func (f Filling) of(t Turn) (typed map[string]string, own bool) {
	typed = map[string]string{}
	for _, one := range t.Page.Fields {
		said := f.Said[t.Member][one.Name()]
		if said == form.Unsure && !one.Unsure {
			said = ""
		}
		if typed[one.Name()] = said; said == "" {
			typed[one.Name()] = f.Told[t.Member][one.Name()]
		}
		own = own || said != ""
	}
	return typed, own
}
