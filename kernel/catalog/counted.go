package catalog

import (
	"slices"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// Counted is whether a member counts among those who live together, and why.
type Counted struct {
	In, Known bool   // by the rule of Household.Counts
	Why       string // of the first reason that holds; "" is none yet
	Law       string
}

// Counted says of a member whether they count and why, as rules have judged.
func (s *Service) Counted(j rule.Judgement, member string) (c Counted) {
	if s.Household == nil || s.Household.Counts == "" {
		return c
	}
	at := len(s.Household.Reasons)
	for _, r := range j.Results {
		if r.About != member {
			continue
		}
		if r.Rule.Set == s.Household.Counts {
			c.In, c.Known = r.Holds(), r.Known
		}
		if i := slices.Index(s.Household.Reasons, r.Rule.Set); i >= 0 && i < at && r.Holds() {
			at, c.Why, c.Law = i, r.Rule.Why, r.Rule.Law
		}
	}
	return c
}

// reasons checks that every reason is a rule of each member with words and an
// article.
func (c *checker) reasons() (wanted []string) {
	h := c.s.Household
	if h == nil {
		return nil
	}
	for _, name := range h.Reasons {
		one := c.s.Rules.Find(name)
		if got, _ := c.s.Rules.Yields(name); one == nil || one.Each != "member" || got != fact.Bool || one.Why == "" || one.Law == "" {
			c.bad("household 的 reasons 写的 %s 要是一条得出每个人是否的规则，写明 why 和 law", name)
		}
	}
	if h.ApartWhy != "" {
		if def := c.k.Dictionary.Find(h.ApartWhy); def == nil || !def.Member() || def.Typed() != fact.Enum {
			c.bad("household 的 apart-why 写的 %s 要是一个每个人选一个词的事实", h.ApartWhy)
		}
	}
	return h.Reasons
}
