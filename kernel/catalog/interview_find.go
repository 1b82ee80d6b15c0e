package catalog

import (
	"minzheng/kernel/rule"
)

// Chance is what can be said of somebody's right to a service.
type Chance string

// The chances. Likely holds by what was said, and if departments have no record
// of what only they know; Not holds whatever else comes.
const (
	Likely    Chance = "likely"
	Not       Chance = "not"
	CannotSay Chance = "cannot-say"
)

// Finding is what an interview comes to for one service.
type Finding struct {
	Service *Service
	Chance  Chance
	Amount  rule.Result    // of the service's amount; known for what is likely, if at all
	Reasons []rule.Result  // the conditions, that hold, fail or are open
	Lacks   []rule.Missing // on what it turns, when it cannot be said
	Checks  []string       // facts that only departments know, taken to be as usual
	Open    bool           // the amount is not known, and asking on would tell it
}

// Find returns what can be said of every service, in their order.
func (v *Interview) Find(t Talk) []Finding {
	x := v.listen(t)
	var all []Finding
	for _, s := range v.services {
		st := x.stand(s)
		f := Finding{Service: s.Service, Chance: st.chance, Reasons: st.judgement.Conditions(), Lacks: st.missing}
		switch st.chance {
		case Likely:
			f.Checks, f.Lacks = st.side.checks, nil
			f.Amount, _ = st.judgement.Find(s.Amount)
			for _, m := range f.Amount.Missing {
				if _, ok := x.askFor(m.Name, m.About); ok {
					f.Open = true
				}
			}
		case Not:
			f.Lacks = nil
		}
		all = append(all, f)
	}
	return all
}

// standing is where the talk has brought one service.
type standing struct {
	chance    Chance
	judgement rule.Judgement
	side      *side
	target    string         // the rule that is still open
	missing   []rule.Missing // what could change it
}

// stand judges a service by what is known now: first with departments taken to
// know nothing special. What fails then may still hold if they do, so it is
// judged again without them, if they made any difference.
func (x *talking) stand(s *offer) standing {
	if s.Household != nil && !x.talk.Named {
		return standing{chance: CannotSay, missing: []rule.Missing{{Name: "成员"}}}
	}
	st := standing{chance: CannotSay, side: x.side(s, true), target: s.Decides}
	st.judgement = st.side.judge()
	r, _ := st.judgement.Find(s.Decides)
	if r.Fails() && st.side.leant {
		st.side = x.side(s, false)
		st.judgement = st.side.judge()
		r, _ = st.judgement.Find(s.Decides)
	}
	switch {
	case r.Holds():
		st.chance = Likely
		if a, ok := st.judgement.Find(s.Amount); ok && x.talk.Amounts {
			st.target, st.missing = s.Amount, a.Missing
		}
	case r.Fails():
		st.chance = Not
	default:
		st.missing = r.Missing
	}
	return st
}
