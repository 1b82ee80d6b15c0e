package catalog

import (
	"math"
	"slices"

	"minzheng/kernel/calendar"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
)

// Self is the source of what a person says of themself and their family.
const Self = "self"

// First is the key of who asks, or applies, among the members.
const First = "m1"

// What the question who lives together tells of each member.
const (
	relationFact = "与申请人关系"
	birthFact    = "出生日期"
	togetherFact = "共同生活"
)

// Interview finds out what somebody may get from all services together. It
// asks only what could still change an outcome and what no department can
// supply alone, one person at a time, and stops when nothing is left to ask.
// It keeps nothing: a Talk is all there is of one.
type Interview struct {
	dict     *fact.Dictionary
	services []*offer
	asks     map[string]*asking // by fact
	presumed map[string]fact.Value
	follow   []*asking // fields that hang on another answer
	house    *Household
}

// Talk is how far an interview has come. It is plain data, so that whoever
// holds it holds the interview.
type Talk struct {
	Members []Relative       // who asks comes first
	Named   bool             // who lives together was said
	Said    []Said           // in the order in which it was asked
	Told    []fact.Statement // by the register and the departments
	Amounts bool             // go on until amounts are known too
	Region  []string         // from the place itself up to the nation
	On      calendar.Day
}

// Relative is a member of the household.
type Relative struct {
	Key      string `json:"key"`
	Relation string `json:"relation"`
	Birth    string `json:"birth,omitempty"` // 2006-01-02; "" was not said
	Together bool   `json:"together"`
	Person   string `json:"person,omitempty"` // id in the register, if they are in it
}

// Said is one answer as it was typed; form.Unsure is 我说不清.
type Said struct {
	Fact  string `json:"fact"`
	About string `json:"about,omitempty"`
	Typed string `json:"typed"`
}

// Prompt is what is asked next.
type Prompt struct {
	Household bool   // who lives together; then there is no field
	About     string // key of the member; "" is the family
	Page      *form.Page
	Field     *form.Field
	For       []*Service // that turn on the answer
	Left      int        // about how many are still to come, with this one
}

// offer is a service as the interview looks at it.
type offer struct {
	*Service
	young  map[string][]young    // what holds of members too young to be asked about
	absent map[string]fact.Value // what holds when departments have no record, of facts that nobody else tells
}

type young struct {
	from  int
	value fact.Value
}

// asking is how a fact is asked. The page is nil where no form asks.
type asking struct {
	page  *form.Page
	field *form.Field // as the form has it
	plain *form.Field // as the interview asks it: alone, and it must be answered
}

// NewInterview returns the interview over services that people can ask for.
func NewInterview(services []*Service, dict *fact.Dictionary) *Interview {
	v := &Interview{dict: dict, asks: map[string]*asking{}, presumed: map[string]fact.Value{}}
	for _, s := range services {
		if !s.StartedBy("citizen") && !s.StartedBy("staff") {
			continue
		}
		for i := range s.Form {
			v.learn(&s.Form[i])
		}
		if s.Household != nil {
			v.lives(s.Household)
		}
		v.services = append(v.services, &offer{Service: s})
	}
	for _, def := range dict.Facts {
		v.learnAsk(def)
		if def.Presume != "" {
			v.presumed[def.Name] = fact.BoolOf(def.Presume == "是")
		}
	}
	for _, s := range v.services {
		s.young, s.absent = tooYoung(s.Service, dict), v.noRecord(s.Service)
	}
	return v
}

// learn takes in how a page asks; the first service that asks a fact counts.
func (v *Interview) learn(p *form.Page) {
	for _, f := range p.Fields {
		if v.asks[f.Fact] != nil || !slices.Contains(f.Def.Sources, Self) {
			continue
		}
		plain := *f
		plain.When, plain.Optional, plain.Unsure = nil, false, false
		a := &asking{page: p, field: f, plain: &plain}
		v.asks[f.Fact] = a
		if f.When != nil {
			v.follow = append(v.follow, a)
		}
	}
}

func (v *Interview) learnAsk(def *fact.Def) {
	if def.Ask == nil || v.asks[def.Name] != nil || !slices.Contains(def.Sources, Self) {
		return
	}
	f := &form.Field{Fact: def.Name, Label: def.Ask.Label, Hint: def.Ask.Hint, Yes: def.Ask.Yes, No: def.Ask.No, Max: def.Ask.Max}
	form.Bind([]*form.Field{f}, v.dict)
	v.asks[def.Name] = &asking{field: f, plain: f}
}

// lives joins how services ask who lives together: the words of the first, the
// relations of all.
func (v *Interview) lives(h *Household) {
	if v.house == nil {
		first := *h
		first.Relations = slices.Clone(h.Relations)
		v.house = &first
		return
	}
	for _, r := range h.Relations {
		if !slices.Contains(v.house.Relations, r) {
			v.house.Relations = append(v.house.Relations, r)
		}
	}
}

// tooYoung is what a service says of members below the age of a page or a
// look-up.
func tooYoung(s *Service, dict *fact.Dictionary) map[string][]young {
	all := map[string][]young{}
	for _, p := range s.Form {
		for _, f := range p.Fields {
			if value, ok := f.Unasked(); ok && p.Each != "" && p.From > 0 {
				all[f.Fact] = append(all[f.Fact], young{p.From, value})
			}
		}
	}
	for _, l := range s.Lookups {
		for name, typed := range l.Absent {
			if value, err := ParseFact(dict.Find(name), typed); err == nil && l.Of == "member" && l.From > 0 {
				all[name] = append(all[name], young{l.From, value})
			}
		}
	}
	return all
}

// noRecord is what holds of facts that only departments know, when they have
// nothing about the person, and of those that only the bureau knows, when it
// pays nothing.
func (v *Interview) noRecord(s *Service) map[string]fact.Value {
	all := map[string]fact.Value{}
	for _, l := range s.Lookups {
		for name, typed := range l.Absent {
			value, err := ParseFact(v.dict.Find(name), typed)
			if _, twice := all[name]; err == nil && !twice && v.asks[name] == nil {
				all[name] = value
			}
		}
	}
	for _, r := range s.Receives {
		if v.asks[r.Fact] == nil {
			all[r.Fact] = r.Nothing(v.dict.Find(r.Fact))
		}
	}
	return all
}

// Household is how it is asked who lives together; nil when no service cares.
func (v *Interview) Household() *Household { return v.house }

// Next returns the question that decides most; more is false when nothing that
// could be asked changes anything any more.
func (v *Interview) Next(t Talk) (q Prompt, more bool) {
	x := v.listen(t)
	open := x.open()
	if v.house != nil && !t.Named {
		return Prompt{Household: true, Left: 1 + left(open)}, true
	}
	if len(open) == 0 {
		return Prompt{}, false
	}
	best := x.best(x.oneAtATime(open))
	return Prompt{About: best.about, Page: best.page, Field: best.plain, For: best.services(), Left: left(open)}, true
}

func (c *candidate) services() []*Service {
	var all []*Service
	for _, w := range c.wants {
		all = append(all, w.side.offer.Service)
	}
	return all
}

// Prompt returns how one fact is asked, so that an answer can be given anew.
func (v *Interview) Prompt(name, about string) (Prompt, bool) {
	a := v.asks[name]
	if a == nil || a.field.Def.Member() != (about != "") {
		return Prompt{}, false
	}
	return Prompt{About: about, Page: a.page, Field: a.plain}, true
}

// left is about how many questions are still to come.
func left(open []*candidate) int {
	sum := 0.0
	for _, c := range open {
		sum += 1 + c.later
	}
	return int(math.Ceil(sum - 1e-9))
}
