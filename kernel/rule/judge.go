package rule

import (
	"slices"

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
	Shown   string    // the value for readers
	Missing []Missing // what could still change it
	Broken  string    // why it could not be worked out
	Used    []Used
}

// Holds reports whether a condition is known to hold.
func (r Result) Holds() bool { return r.Known && r.Value.Bool() }

// Fails reports whether a condition is known not to hold.
func (r Result) Fails() bool { return r.Known && !r.Value.Bool() }

// Used is one value that a rule read.
type Used struct {
	Name   string
	About  string
	Shown  string
	Known  bool
	Source string // code of who vouched for the fact; "" for a rule or parameter
	Set    string // of a parameter: the document that set it
	Rule   bool
}

// Judgement is what all rules gave for one case.
type Judgement struct {
	Results []Result
	byName  map[string]int
}

// Find returns the result of a rule that is not an each-rule.
func (j Judgement) Find(set string) (Result, bool) {
	i, ok := j.byName[set]
	if !ok {
		return Result{}, false
	}
	return j.Results[i], true
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

// run is one working-out.
type run struct {
	on        int32
	region    []string
	facts     Source
	members   []string
	member    int
	noMembers []Missing // what lacks when nobody was named yet
	done      []val
	each      [][]val
}

func (r *run) fact(name string, each bool) val {
	about := ""
	if each {
		about = r.members[r.member]
	}
	st, ok := r.facts.Best(name, about)
	if !ok {
		return val{miss: []Missing{{Name: name, About: about}}}
	}
	return fromFact(st.Value)
}

func (r *run) parameter(name string, p *Parameter) val {
	if v := p.On(r.region, r.on); v != nil {
		return v.value
	}
	return val{miss: []Missing{{Name: name, Parameter: true}}}
}

// Judge works out all rules. Nothing that is not known is guessed.
func (r *Rules) Judge(c Case) Judgement {
	x := &run{on: c.On, region: c.Region, facts: c.Facts, members: c.Facts.Members(),
		done: make([]val, len(r.rules)), each: make([][]val, len(r.rules))}
	if len(x.members) == 0 {
		x.noMembers = []Missing{{Name: "成员"}}
	}
	j := Judgement{byName: map[string]int{}}
	for i, one := range r.rules {
		if one.Each == "" {
			x.done[i] = one.eval(x)
			j.byName[one.Set] = len(j.Results)
			j.Results = append(j.Results, r.result(x, one, "", x.done[i]))
			continue
		}
		x.each[i] = make([]val, len(x.members))
		for m, key := range x.members {
			x.member = m
			x.each[i][m] = one.eval(x)
			j.Results = append(j.Results, r.result(x, one, key, x.each[i][m]))
		}
	}
	return j
}

func (r *Rules) result(x *run, one *Rule, about string, v val) Result {
	out := Result{Rule: one, About: about, Known: v.known, Missing: v.miss, Broken: v.broken, Used: r.used(x, one, about)}
	if v.known {
		out.Value = v.fact(one.kind)
		out.Shown = shown(v, one.kind)
	}
	return out
}

func shown(v val, k kind) string {
	if !v.known {
		return ""
	}
	if k == money && v.num.d != 1 {
		return "约 " + v.fact(k).String()
	}
	return v.fact(k).String()
}

func (r *Rules) used(x *run, one *Rule, about string) []Used {
	var all []Used
	for _, u := range one.uses {
		abouts := []string{""}
		if u.each {
			abouts = x.members
			if about != "" {
				abouts = []string{about}
			}
		}
		for _, a := range abouts {
			all = append(all, r.usedOne(x, u, a))
		}
	}
	return all
}

func (r *Rules) usedOne(x *run, u use, about string) Used {
	out := Used{Name: u.name, About: about, Rule: u.def == nil && u.param == nil}
	switch {
	case u.def != nil:
		if st, ok := x.facts.Best(u.name, about); ok {
			out.Known, out.Shown, out.Source = true, st.Value.String(), st.Source
		}
	case u.param != nil:
		if v := u.param.On(x.region, x.on); v != nil {
			out.Known, out.Shown, out.Set = true, u.param.Show(v), v.Source
		}
	case about != "":
		v := x.each[u.rule][slices.Index(x.members, about)]
		out.Known, out.Shown = v.known, shown(v, r.rules[u.rule].kind)
	default:
		v := x.done[u.rule]
		out.Known, out.Shown = v.known, shown(v, r.rules[u.rule].kind)
	}
	return out
}
