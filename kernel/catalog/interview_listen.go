package catalog

import (
	"net/url"
	"slices"

	"minzheng/kernel/calendar"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/rule"
)

// fit is a fact about somebody.
type fit struct{ name, about string }

// talking is a talk with what follows from it.
type talking struct {
	*Interview
	talk    Talk
	set     *fact.Set
	members []string
	ages    map[string]int
	here    map[string]bool // who asks, and whoever lives with them
	asked   map[fit]bool    // said, or said not to be known
}

// grown is the age of somebody whose birth was not said.
const grown = 200

// listen works out what is known. Of a field that hangs on another answer only
// what that answer lets be asked counts, as in the form itself.
func (v *Interview) listen(t Talk) *talking {
	x := &talking{Interview: v, talk: t, set: fact.NewSet(v.dict), ages: map[string]int{}, here: map[string]bool{"": true, First: true}, asked: map[fit]bool{}}
	for _, m := range t.Members {
		if slices.Contains(x.members, m.Key) {
			continue
		}
		x.members = append(x.members, m.Key)
		x.here[m.Key] = x.here[m.Key] || m.Together
		x.tell(relationFact, m.Key, fact.TextOf(m.Relation))
		x.tell(togetherFact, m.Key, fact.BoolOf(m.Together))
		if d, err := calendar.Parse(m.Birth); err == nil {
			x.tell(birthFact, m.Key, fact.DateOf(int32(d)))
		}
	}
	x.set.Tell(t.Told...)
	read := x.read()
	for _, s := range t.Said { // those that nothing hangs above come first
		if a := v.asks[s.Fact]; a != nil && a.field.When == nil {
			x.keep(s, read)
		}
	}
	for _, a := range v.follow {
		x.follows(a, read)
	}
	for _, m := range x.members {
		x.ages[m] = grown
		if b, ok := x.set.Get(birthFact, m); ok {
			x.ages[m] = calendar.Age(calendar.Day(b.Int64()), t.On)
		}
	}
	return x
}

func (x *talking) tell(name, about string, v fact.Value) {
	x.set.Tell(fact.Statement{Name: name, About: about, Value: v, Source: Self})
}

// read reads what was typed; what cannot be read, or is about nobody, is not
// there. The latest answer counts.
func (x *talking) read() map[fit]form.Answer {
	all := map[fit]form.Answer{}
	for _, s := range x.talk.Said {
		q, ok := x.Prompt(s.Fact, s.About)
		if !ok || s.About != "" && !slices.Contains(x.members, s.About) {
			continue
		}
		a := form.Answer{Field: q.Field, Typed: s.Typed}
		if s.Typed != form.Unsure {
			var problems error
			if a, problems = readOne(q.Field, s.Typed, x.talk.On); problems != nil {
				continue
			}
		}
		all[fit{s.Fact, s.About}] = a
	}
	return all
}

func readOne(f *form.Field, typed string, on calendar.Day) (form.Answer, error) {
	answers, problems := form.Read([]*form.Field{f}, url.Values{f.Name(): {typed}}, on.Start())
	return answers[0], problems.Err()
}

func (x *talking) keep(s Said, read map[fit]form.Answer) {
	at := fit{s.Fact, s.About}
	if a, ok := read[at]; ok && !x.asked[at] {
		x.asked[at] = true
		if a.Known {
			x.tell(s.Fact, s.About, a.Value)
		}
	}
}

// follows tells of everybody what follows for a field from the answer that it
// hangs on: what was said, if it is asked, or else what holds when it is not.
func (x *talking) follows(a *asking, read map[fit]form.Answer) {
	abouts := []string{""}
	if a.field.Def.Member() {
		abouts = x.members
	}
	for _, about := range abouts {
		switch asks, sure := x.asksNow(a.field, about); {
		case asks:
			x.keep(Said{Fact: a.field.Fact, About: about}, read)
		case sure:
			if v, ok := a.field.Unasked(); ok {
				x.tell(a.field.Fact, about, v)
			}
		}
	}
}

// asksNow reports whether a field is asked, given the answer that it hangs on,
// and whether that is sure.
func (x *talking) asksNow(f *form.Field, about string) (asks, sure bool) {
	v, known := x.set.Get(f.When.Fact, about)
	return known && slices.Contains(f.When.In, v.String()), known
}

// side is what one service sees: its members, what follows from their age, and
// perhaps a guess. It is a rule.Source.
type side struct {
	*talking
	offer   *offer
	members []string
	lenient bool               // departments are taken to have no record of what only they know
	guess   map[fit]fact.Value // an answer that might be given
	leant   bool               // that was done
	checks  []string           // facts that departments have to confirm
}

func (x *talking) side(s *offer, lenient bool) *side {
	members := x.members
	if s.Household == nil {
		members = members[:min(len(members), 1)]
	}
	return &side{talking: x, offer: s, members: members, lenient: lenient}
}

// Members returns the keys of the members that the service is about.
func (d *side) Members() []string { return d.members }

// Best returns what counts of a fact.
func (d *side) Best(name, about string) (fact.Statement, bool) {
	if v, ok := d.guess[fit{name, about}]; ok {
		return fact.Statement{Value: v, Source: Self}, true
	}
	st, ok := d.set.Best(name, about)
	if v, young := d.young(name, about); young && (!ok || st.Source == Self) {
		return fact.Statement{Value: v, Source: "implied"}, true // the service does not ask
	}
	if ok {
		return st, true
	}
	if v, ok := d.presumed[name]; ok && d.here[about] {
		d.check(name)
		return fact.Statement{Value: v}, true
	}
	if v, ok := d.offer.absent[name]; ok && d.lenient {
		d.leant = true
		d.check(name)
		return fact.Statement{Value: v}, true
	}
	return fact.Statement{}, false
}

// young is what the service takes to hold of a member too young to be asked.
func (d *side) young(name, about string) (fact.Value, bool) {
	if about != "" {
		for _, y := range d.offer.young[name] {
			if d.ages[about] < y.from {
				return y.value, true
			}
		}
	}
	return fact.Value{}, false
}

func (d *side) check(name string) {
	if !slices.Contains(d.checks, name) {
		d.checks = append(d.checks, name)
	}
}

func (d *side) judge() rule.Judgement { return d.offer.Rules.Judge(d.asCase()) }

func (d *side) asCase() rule.Case {
	return rule.Case{Facts: d, Region: d.talk.Region, On: int32(d.talk.On)}
}
