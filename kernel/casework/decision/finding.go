package decision

import (
	"time"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// Approved is the outcome of a case that got what it asked for.
const Approved = "approved"

// Finding is what one rule gave, as it is kept and shown.
type Finding struct {
	Set     string         `json:"set"`
	About   string         `json:"about,omitempty"`
	Value   fact.Value     `json:"value"`
	Known   bool           `json:"known"`
	Shown   string         `json:"shown"`
	Law     string         `json:"law,omitempty"`
	Why     string         `json:"why,omitempty"`
	Unit    string         `json:"unit,omitempty"`
	Missing []string       `json:"missing,omitempty"` // for readers
	Lacks   []rule.Missing `json:"lacks,omitempty"`
	Used    []Used         `json:"used,omitempty"`
}

// Used is one value that a rule used.
type Used struct {
	Name   string     `json:"name"`
	About  string     `json:"about,omitempty"`
	Who    string     `json:"who,omitempty"` // the member's name
	Value  fact.Value `json:"value,omitzero"`
	Shown  string     `json:"shown"`
	Source string     `json:"source,omitempty"`
	At     time.Time  `json:"at,omitzero"`    // when the source told it
	Set    string     `json:"set,omitempty"`  // document that set a parameter
	From   string     `json:"from,omitempty"` // first day on which the parameter held
}

// Findings turns a judgement into what is kept and shown.
func Findings(j rule.Judgement, facts *fact.Set) []Finding {
	var all []Finding
	for _, r := range j.Results {
		f := Finding{Set: r.Rule.Set, About: r.About, Value: r.Value, Known: r.Known, Shown: r.Shown(), Law: r.Rule.Law, Why: r.Rule.Why, Unit: r.Rule.Unit,
			Missing: MissingNames(facts, r.Missing), Lacks: r.Missing}
		if r.Broken != "" {
			f.Missing = append(f.Missing, r.Broken)
		}
		for _, u := range r.Used {
			one := Used{Name: u.Name, About: u.About, Value: u.Value, Shown: u.Shown(), Source: u.Source, At: u.At.UTC(), Set: u.Set, From: u.From}
			if !u.Known {
				one.Shown = "不知道"
			}
			if who, ok := facts.Get("姓名", u.About); ok && u.About != "" {
				one.Who = who.Word()
			}
			f.Used = append(f.Used, one)
		}
		all = append(all, f)
	}
	return all
}

// MissingNames says for readers what lacks: 李秀芬的存款.
func MissingNames(facts *fact.Set, missing []rule.Missing) []string {
	var all []string
	for _, m := range missing {
		name := m.Name
		if who, ok := facts.Get("姓名", m.About); ok && m.About != "" {
			name = who.Word() + "的" + m.Name
		}
		if m.Parameter {
			name = "本地的“" + m.Name + "”还没有设定"
		}
		all = append(all, name)
	}
	return all
}
