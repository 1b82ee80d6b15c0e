package catalog

import (
	"fmt"
	"slices"

	"minzheng/kernel/calendar"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// The kinds of what a service grants.
const (
	Monthly  = "monthly"
	Once     = "once"
	Voucher  = "voucher"
	Standing = "standing" // no money of its own: others go by it
)

// Benefit says how what a service grants runs.
type Benefit struct {
	Kind   string `yaml:"kind"`   // monthly, once, or voucher: a month's amount that is spent and not paid out
	First  string `yaml:"first"`  // next-month after the decision, this-month, or applied: the month of the application
	Ends   string `yaml:"ends"`   // rule that gives the last day on which it can hold; may be empty
	Review int    `yaml:"review"` // months until it is looked at again; 0 never
}

// Grants returns how what the service grants runs. Where the folder says
// nothing it is monthly from the month after the decision, and looked at again
// after a year. What gives no amount is a standing.
func (s *Service) Grants() Benefit {
	b := Benefit{Kind: Monthly, First: "next-month", Review: 12}
	if s.Benefit != nil {
		b = *s.Benefit
	}
	if s.Amount == "" {
		b.Kind = Standing
	}
	return b
}

// Pays writes what a benefit pays, for readers.
func (b Benefit) Pays(fen int64) string {
	switch b.Kind {
	case Standing:
		return "已认定"
	case Once:
		return fact.Yuan(fen)
	case Voucher:
		return "每月最多 " + fact.Yuan(fen)
	}
	return fact.Yuan(fen) + "/月"
}

// FirstMonth is the first day of the month with which a benefit begins.
func (b Benefit) FirstMonth(applied, decided calendar.Day) calendar.Day {
	switch b.First {
	case "applied":
		return calendar.Date(applied.Year(), applied.Month(), 1)
	case "this-month":
		return calendar.Date(decided.Year(), decided.Month(), 1)
	}
	return calendar.Date(decided.Year(), decided.Month(), 1).AddMonths(1)
}

// LastDay is the last day on which a benefit can hold, as the rules worked it
// out; 0 when nothing limits it. A limit that is not known is an error.
func (b Benefit) LastDay(j rule.Judgement) (calendar.Day, error) {
	if b.Ends == "" {
		return 0, nil
	}
	r, ok := j.Find(b.Ends)
	if !ok || !r.Known {
		return 0, fmt.Errorf("%s is not known", b.Ends)
	}
	return calendar.Day(r.Value.Int64()), nil
}

func (c *checker) benefit() {
	s := c.s
	if s.For != "" && (s.Household == nil || !slices.Contains(s.Household.Needs, s.For)) {
		c.bad("for 写的 %s 要是家里人里一定要有的一位（household 的 needs）", s.For)
	}
	if h := s.Household; h != nil {
		for _, one := range h.Needs {
			c.word("household 的 needs", one, h.Relations...)
		}
	}
	if b := s.Benefit; b != nil {
		kinds := []string{Monthly, Once, Voucher}
		if s.Amount == "" {
			kinds = []string{"", Standing}
		}
		c.word("benefit 的 kind", b.Kind, kinds...)
		c.word("benefit 的 first", b.First, "next-month", "this-month", "applied")
		if b.Review < 0 {
			c.bad("benefit 的 review 是几个月，0 是不复核")
		}
	}
}

// only refuses relations that the household does not know.
func (c *checker) only(where string, relations []string) {
	known := []string{"本人"}
	if c.s.Household != nil {
		known = append(known, c.s.Household.Relations...)
	}
	for _, one := range relations {
		c.word(where+" 的 only", one, known...)
	}
}

// About reports whether the question is asked about a member.
func (l Lookup) About(relation string, age int) bool {
	return age >= l.From && (len(l.Only) == 0 || slices.Contains(l.Only, relation))
}

// AsksConsent reports whether any question needs the consent of those whom it
// is about.
func (s *Service) AsksConsent() bool {
	return slices.ContainsFunc(s.Lookups, func(l Lookup) bool { return l.Consent })
}
