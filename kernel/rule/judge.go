package rule

import (
	"time"

	"minzheng/kernel/fact"
)

// Source is where a judgement reads facts from; *fact.Set is one.
type Source interface {
	Best(name, about string) (fact.Statement, bool)
	Members() []string
}

// Case is what is judged: facts, in a region, on a day.
type Case struct {
	Facts  Source
	Region []string // from the place itself up to the nation
	On     int32    // days since 1970-01-01
}

// Result is what one rule gave, with all that it used.
type Result struct {
	Rule    *Rule
	About   string // key of the member of an each-rule
	Value   fact.Value
	Known   bool
	Missing []Missing // what could still change it
	Broken  string    // why it could not be worked out
	Used    []Used

	exact bool // the value is no rounded fraction
}

// Holds reports whether a condition is known to hold.
func (r Result) Holds() bool { return r.Known && r.Value.Bool() }

// Fails reports whether a condition is known not to hold.
func (r Result) Fails() bool { return r.Known && !r.Value.Bool() }

// Shown is the value for readers; "" when it is not known.
func (r Result) Shown() string { return shown(r.Value, r.Known, r.exact) }

// Used is one value that a rule read.
type Used struct {
	Name   string
	About  string
	Value  fact.Value // of a table: none
	Known  bool
	Source string    // code of who vouched for the fact; "" for a rule or parameter
	At     time.Time // when the source told the fact
	Set    string    // of a parameter: the document that set it
	From   string    // of a parameter: the first day on which it held
	Rule   bool

	exact bool
}

// Shown is the value for readers; "" when it is not known.
func (u Used) Shown() string {
	if u.Set != "" && u.Value.Type() == fact.None {
		return "见表"
	}
	return shown(u.Value, u.Known, u.exact)
}

func shown(v fact.Value, known, exact bool) string {
	switch {
	case !known:
		return ""
	case !exact && v.Type() == fact.Money:
		return "约 " + v.String()
	}
	return v.String()
}

// Judgement is what all rules gave for one case.
type Judgement struct {
	Results []Result
	rules   *Rules
	width   int
}

// Find returns the result of a rule that is not an each-rule.
func (j Judgement) Find(set string) (Result, bool) {
	if j.rules == nil {
		return Result{}, false
	}
	if i, ok := j.rules.index[set]; ok && j.rules.rules[i].Each == "" {
		return j.Results[j.rules.firstResult(i, j.width-1)], true
	}
	return Result{}, false
}

// firstResult is where the results of a rule begin in a judgement of so many
// members.
func (r *Rules) firstResult(rule, members int) int {
	at := 0
	for _, one := range r.rules[:rule] {
		if one.Each != "" {
			at += members
			continue
		}
		at++
	}
	return at
}

// Conditions returns the results of the conditions, in the rules' order.
func (j Judgement) Conditions() []Result {
	var all []Result
	for _, r := range j.Results {
		if r.Rule.Condition() && r.Rule.Each == "" {
			all = append(all, r)
		}
	}
	return all
}

// Judge works out all rules. Nothing that is not known is guessed.
func (r *Rules) Judge(c Case) Judgement {
	x := r.begin(c)
	x.work(len(r.rules))
	j := Judgement{rules: r, width: x.width, Results: make([]Result, 0, r.firstResult(len(r.rules), len(x.members)))}
	used := make([]Used, 0, r.uses(len(x.members)))
	for i, one := range r.rules {
		abouts := x.members
		if one.Each == "" {
			abouts = family
		}
		for m, about := range abouts {
			from := len(used)
			used = r.used(used, x, one, about)
			v := x.done[i*x.width+m+int(b2i(one.Each != ""))]
			out := Result{Rule: one, About: about, Known: v.known, Used: used[from:len(used):len(used)]}
			if v.known {
				out.Value, out.exact = v.fact(one.kind), v.num.d == 1
			} else {
				out.Missing, out.Broken = v.lack.miss, v.lack.broken
			}
			j.Results = append(j.Results, out)
		}
	}
	return j
}

var family = []string{""} // whom a rule of the whole family is about

// uses is how many values all rules read with so many members.
func (r *Rules) uses(members int) int {
	n := 0
	for _, one := range r.rules {
		for _, u := range one.uses {
			if u.each && one.Each == "" || !u.each && one.Each != "" || u.each {
				n += max(members, 1)
				continue
			}
			n++
		}
	}
	return n
}

// used adds what a rule read.
func (r *Rules) used(all []Used, x *run, one *Rule, about string) []Used {
	for _, u := range one.uses {
		switch {
		case u.each && about == "":
			for m := range x.members {
				all = append(all, x.usedOne(u, m))
			}
		case u.each:
			all = append(all, x.usedOne(u, x.place(about)))
		default:
			all = append(all, x.usedOne(u, -1))
		}
	}
	return all
}

// usedOne is what was read of a member, or of the family at -1.
func (x *run) usedOne(u use, member int) Used {
	out := Used{Name: u.name, exact: true}
	if member >= 0 {
		out.About = x.members[member]
	}
	at := u.index*x.width + 1 + member
	switch {
	case u.param != nil:
		if v := x.dated[u.index]; v != nil {
			out.Known, out.Value, out.Set, out.From = true, u.param.Fact(v), v.Source, v.From
		}
	case u.def != nil:
		if st, ok := x.facts.Best(u.name, out.About); ok {
			out.Known, out.Value, out.Source, out.At = true, st.Value, st.Source, st.At
		}
	default:
		v := x.done[at]
		out.Rule, out.Known = true, v.known
		if v.known {
			out.Value, out.exact = v.fact(x.rules.rules[u.index].kind), v.num.d == 1
		}
	}
	return out
}
