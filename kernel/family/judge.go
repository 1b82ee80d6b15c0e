package family

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
)

// Prospect is what the rules of one service say by what is known.
type Prospect struct {
	Service *catalog.Service
	Known   Known
	Judged  rule.Judgement
	decided rule.Result
}

// Judge works a service's rules out on a day. ok is false where it is not known
// which place's rules would count.
func (r *Room) Judge(k Known, s *catalog.Service, on calendar.Day) (p Prospect, ok bool) {
	path := r.Path(k.Region)
	if len(path) == 0 {
		return Prospect{}, false
	}
	p = Prospect{Service: s, Known: k, Judged: s.Rules.Judge(rule.Case{Facts: k, Region: path, On: int32(on)})}
	p.decided, _ = p.Judged.Find(s.Decides)
	return p, true
}

// Path is a region's path as rules take it; none where the region is not known.
func (r *Room) Path(code string) []string {
	var all []string
	for _, c := range r.desk.Places.Path(region.Code(code)) {
		all = append(all, string(c))
	}
	return all
}

// Holds reports whether they qualify by what is known.
func (p Prospect) Holds() bool { return p.decided.Holds() }

// Fails reports whether they do not qualify, whatever else comes to be known.
func (p Prospect) Fails() bool { return p.decided.Fails() }

// Amount is what they would get, in 分 a month; 0 where it is not known.
func (p Prospect) Amount() int64 {
	if a, ok := p.Judged.Find(p.Service.Amount); ok && a.Known {
		return a.Value.Int64()
	}
	return 0
}

// Lacks names what is not known and could change the result.
func (p Prospect) Lacks() []string {
	var all []string
	for _, m := range p.decided.Missing {
		if !slices.Contains(all, m.Name) {
			all = append(all, m.Name)
		}
	}
	return all
}

// Ready reports whether all is known that the service wants to know before it
// speaks to anybody.
func (p Prospect) Ready() bool {
	for _, name := range p.Service.Finds.Needs {
		abouts := []string{""}
		if p.Known.home.dict.Find(name).Member() {
			abouts = p.Known.Members()
		}
		for _, about := range abouts {
			if _, ok := p.Known.Best(name, about); !ok {
				return false
			}
		}
	}
	return true
}

// Reason is a condition with what it was worked out from: plain data, as it is
// kept and shown.
type Reason struct {
	Set   string `json:"set"`
	Why   string `json:"why"`
	Law   string `json:"law"`
	Holds bool   `json:"holds"`
	Known bool   `json:"known"`
	From  []Used `json:"from,omitempty"`
}

// Used is one value that a condition read.
type Used struct {
	Name   string    `json:"name"`
	Whose  string    `json:"whose,omitempty"` // a name
	Value  string    `json:"value"`
	Source string    `json:"source,omitempty"` // of a fact: the code of who told it
	At     time.Time `json:"at,omitzero"`
	Set    string    `json:"document,omitempty"` // of a standard: the document that set it
}

// Reasons are the conditions of a service with what they were worked out from.
func (p Prospect) Reasons() []Reason {
	var all []Reason
	for _, c := range p.Judged.Conditions() {
		one := Reason{Set: c.Rule.Set, Why: c.Rule.Why, Law: c.Rule.Law, Holds: c.Holds(), Known: c.Known}
		for _, u := range p.facts(c, nil) {
			if !u.Known || u.Name == "与申请人关系" {
				continue
			}
			one.From = append(one.From, Used{Name: u.Name, Whose: p.Known.whose(u.About), Value: u.Shown(), Source: u.Source, At: u.At, Set: u.Set})
		}
		all = append(all, one)
	}
	return all
}

// Name is what a member is called; "" for the family.
func (k Known) Name(member string) string {
	st, _ := k.Best("姓名", member)
	return st.Value.Word()
}

// whose is a member's name where it must be told apart from others'.
func (k Known) whose(member string) string {
	if len(k.members) < 2 {
		return ""
	}
	return k.Name(member)
}

// facts are the facts and standards that a result was worked out from, also by
// way of other rules, each once.
func (p Prospect) facts(of rule.Result, all []rule.Used) []rule.Used {
	for _, u := range of.Used {
		if u.Rule {
			for _, r := range p.Judged.Results {
				if r.Rule.Set == u.Name && r.About == u.About {
					all = p.facts(r, all)
				}
			}
			continue
		}
		if !slices.ContainsFunc(all, func(o rule.Used) bool { return o.Name == u.Name && o.About == u.About }) {
			all = append(all, u)
		}
	}
	return all
}

// Basis is the same for as long as the same facts and standards speak for the
// result: whoever said no to it is not asked again.
func (p Prospect) Basis() string {
	var all []string
	for _, u := range p.facts(p.decided, nil) {
		if u.Known {
			whose := ""
			if i := p.Known.Person(u.About); i >= 0 {
				whose = p.Known.home.People[i].Index
			} else {
				whose = u.About
			}
			all = append(all, fmt.Sprintf("%s\x00%s\x00%s", u.Name, whose, u.Value.Encode()))
		}
	}
	slices.Sort(all)
	b, _ := json.Marshal(all) // texts alone
	return string(b)
}

// Assumed are the facts that nobody has told and that the result rests on, with
// whose they are.
func (p Prospect) Assumed() []fact.Statement {
	var all []fact.Statement
	for _, u := range p.facts(p.decided, nil) {
		if u.Source == Assumed {
			st, _ := p.Known.Best(u.Name, u.About)
			all = append(all, st)
		}
	}
	return all
}

// Told are the facts that the people themselves have told, for a case about
// them to begin with. Departments are asked anew.
func (p Prospect) Told() []fact.Statement {
	if p.Known.set == nil {
		return nil
	}
	var all []fact.Statement
	p.Known.set.Each(func(_, _ string, said []fact.Statement) {
		for _, one := range said {
			if one.Source == "self" {
				all = append(all, one)
			}
		}
	})
	return all
}
