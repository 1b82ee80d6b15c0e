package casework

import (
	"cmp"
	"slices"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// Turns says in plain sentences what smallest changes would turn what a rule
// gives for a case, the smallest first: 人均月收入再低 35.00 元即符合. There are
// none while the rule's outcome is not known.
func (d *Desk) Turns(c Case, s *catalog.Service, facts *fact.Set, on calendar.Day, set string) []string {
	return tellTurns(s.Rules.Turn(d.ruled(c, facts, on), set), facts)
}

// Short is what a family falls short by where the rules say no, for a letter
// and for its own page: of the family as a whole before any one member. It is
// "" where the rules say something else, or nothing could change it.
func (d *Desk) Short(c Case, s *catalog.Service, facts *fact.Set, on calendar.Day) string {
	all := s.Rules.Turn(d.ruled(c, facts, on), s.Decides)
	if len(all) == 0 || !all[0].Holds {
		return ""
	}
	whole := slices.IndexFunc(all, func(t rule.Turning) bool {
		return !slices.ContainsFunc(t.Moves, func(m rule.Move) bool { return m.About != "" })
	})
	return tellTurns(all[max(whole, 0):], facts)[0]
}

func tellTurns(turns []rule.Turning, facts *fact.Set) []string {
	var all []string
	for _, t := range turns {
		all = append(all, t.Say(func(about string) string {
			who, _ := facts.Get("姓名", about)
			return cmp.Or(who.Word(), "一位家人")
		}))
	}
	return all
}

// StillLacks names what could still change what a rule gives for a case; none
// when that is known.
func (d *Desk) StillLacks(c Case, s *catalog.Service, facts *fact.Set, on calendar.Day, set string) []string {
	settled := s.Rules.Settle(d.ruled(c, facts, on), set)
	if settled.Broken != "" {
		return []string{settled.Broken}
	}
	return MissingNames(facts, settled.Missing)
}

// ruled is a case as rules judge it.
func (d *Desk) ruled(c Case, facts *fact.Set, on calendar.Day) rule.Case {
	return rule.Case{Facts: facts, Region: d.path(c.Region), On: int32(on)}
}
