package public

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/rule"
	"minzheng/kernel/web"
)

// chapter is all that a service's folder says, in a county and on a day. The
// guide, the handbook and its print are drawn from it.
type chapter struct {
	Number     int // in the handbook, from 1
	Service    *catalog.Service
	Place      place
	Online     bool
	Clock      web.ClockView
	Papers     []paperView
	Supplied   []suppliedView
	Steps      []stepView
	Conditions []ruleView
	Rules      []ruleView
	Parameters []parameterView // that a condition reads
	More       []parameterView
	Stories    []storyView
	Cited      []citedView
	Office     casework.Office
}

// Version is the beginning of the folder's hash: as much as tells versions
// apart.
func (c chapter) Version() string { return c.Service.Version[:min(12, len(c.Service.Version))] }

// Foot is what a print is matched with a decision record by.
func (c chapter) Foot() string {
	return fmt.Sprintf("%s　%s　标准按 %s　规则版本 %s", c.Service.Title, c.Place.Name, c.Place.On.Long(), c.Version())
}

// The parts of a chapter.
const (
	partWho        = "谁可以申请"
	partGets       = "能得到什么"
	partLaw        = "依据"
	partSteps      = "多久办完，一步一步怎么办"
	partPapers     = "要带什么"
	partConditions = "要符合的条件"
	partRules      = "怎么算"
	partStandards  = "现在的标准"
	partStories    = "算给您看"
	partRemedies   = "对结果不服怎么办"
	partCited      = "引用的条款"
)

// parts are the longer parts, to which a reader wants to jump.
func (c chapter) parts() []string {
	all := []string{partSteps, partPapers, partConditions, partRules}
	if len(c.Parameters)+len(c.More) > 0 {
		all = append(all, partStandards)
	}
	if len(c.Stories) > 0 {
		all = append(all, partStories)
	}
	return append(all, partRemedies, partCited)
}

// part is the id of a part; the whole handbook has several of the same name.
func (c chapter) part(title string) string { return c.Service.Code + "-" + title }

type paperView struct {
	catalog.Material
	If string // when it is asked for
}

// suppliedView is what a department tells, so that nobody need bring it.
type suppliedView struct {
	Seal    web.SealView
	Facts   string
	Consent bool // asked only when the person agrees
	Law     string
}

// stepView is one step of a case.
type stepView struct {
	Title, Who string
	Time       string // how long it may take
	Law        string // that says so
	Acts       string // what may be done, each with its article
	Usual      bool   // most cases see it
}

type ruleView struct {
	Name, Why, Formula, Law string
	Said                    catalog.Reading
	Each                    bool // worked out for each member
}

func (p *Portal) chapterOf(s *catalog.Service, at place) chapter {
	c := chapter{Service: s, Place: at, Online: s.StartedBy("citizen"), Papers: papersOf(s), Supplied: p.supplied(s), Office: p.Desk.Office}
	c.Clock = web.ClockView{Total: s.Clock.Days, Sentence: fmt.Sprintf("受理以后，%d %s内办完", s.Clock.Days, s.Clock.Unit()), Note: clockNote(s.Clock)}
	for i := range s.Steps {
		c.Steps = append(c.Steps, p.step(&s.Steps[i]))
	}
	for _, one := range s.Rules.All() {
		view := ruleOf(s.Rules, one)
		if c.Rules = append(c.Rules, view); one.Condition() {
			c.Conditions = append(c.Conditions, view)
		}
	}
	first, rest := order(s.Rules)
	c.Parameters, c.More = p.parameters(s, first, at), p.parameters(s, rest, at)
	c.Stories = p.stories(s, at)
	c.Cited = cited(s)
	return c
}

func ruleOf(all *rule.Rules, one *rule.Rule) ruleView {
	v := ruleView{Name: one.Set, Why: one.Why, Formula: one.As, Law: one.Law, Each: one.Each != ""}
	if said, ok := (catalog.Saying{Rules: all}).Aloud(one.As); ok {
		v.Said = said
	}
	return v
}

func clockNote(c catalog.Clock) string {
	var parts []string
	if c.Special > 0 {
		parts = append(parts, fmt.Sprintf("情况特殊的，最多 %d %s。", c.Special, c.Unit()))
	}
	if c.Law != "" {
		parts = append(parts, "依据："+c.Law)
	}
	return strings.Join(parts, "")
}

func papersOf(s *catalog.Service) []paperView {
	var all []paperView
	for _, m := range s.Materials {
		v := paperView{Material: m}
		if m.When != nil {
			v.If = "“" + m.When.Fact + "”答" + strings.Join(m.When.In, "、") + "的才要"
		}
		all = append(all, v)
	}
	return all
}

// supplied puts the look-ups together by department.
func (p *Portal) supplied(s *catalog.Service) []suppliedView {
	var all []suppliedView
	facts, laws := map[string][]string{}, map[string][]string{}
	dict := s.Rules.Dictionary()
	for _, l := range s.Lookups {
		source, _ := p.Desk.Exchange.Source(l.Source)
		seal := dict.Source(source.Vouches)
		name := cmp.Or(source.Department, seal.Title, l.Source)
		i := slices.IndexFunc(all, func(v suppliedView) bool { return v.Seal.Title == name })
		if i < 0 {
			i, all = len(all), append(all, suppliedView{Seal: web.SealView{Char: cmp.Or(seal.Seal, string([]rune(name)[:1])), Title: name}})
		}
		all[i].Consent = all[i].Consent || l.Consent
		facts[name], laws[name] = add(facts[name], l.Tells...), add(laws[name], l.Law)
		all[i].Facts, all[i].Law = strings.Join(facts[name], "、"), strings.Join(laws[name], "；")
	}
	return all
}

// add appends what is not there yet.
func add(to []string, all ...string) []string {
	for _, s := range all {
		if !slices.Contains(to, s) {
			to = append(to, s)
		}
	}
	return to
}

// step says of a step who does it and how long it may take.
func (p *Portal) step(st *catalog.Step) stepView {
	v := stepView{Title: cmp.Or(st.Doing, st.Title), Who: "您", Usual: st.Milestone, Law: st.Law}
	if st.Role != "citizen" && st.Role != "" {
		v.Who = cmp.Or(p.Desk.Services().Known().Roles[st.Role], st.Role)
	}
	switch {
	case st.Publicity != nil:
		v.Time, v.Law = fmt.Sprintf("公示 %d 天（自然日）", st.Publicity.Days), st.Publicity.Law
	case st.Within > 0 && st.Ours:
		v.Time = fmt.Sprintf("%d 个工作日内，这是我们的承诺", st.Within)
	case st.Within > 0:
		v.Time = fmt.Sprintf("%d 个工作日内", st.Within)
	}
	var acts []string
	for _, a := range st.Acts {
		if a.Law != "" {
			a.Title += "（" + a.Law + "）"
		}
		acts = append(acts, a.Title)
	}
	v.Acts = strings.Join(acts, "；")
	return v
}

// note is the step in one line, for the guide.
func (v stepView) note() string {
	all := "谁办：" + v.Who + "。"
	if v.Time != "" {
		all += v.Time + "。"
	}
	if v.Time != "" && v.Law != "" {
		all += "依据：" + v.Law
	}
	return all
}

// remediesOf says how to object to a decision.
func remediesOf(c chapter) []string {
	o := c.Office
	all := []string{
		"先问我们：打 " + o.Phone + "（" + o.Bureau + "），或者到柜台，我们当面给您算一遍。",
		"申请行政复议：收到决定书以后 60 天内，向" + o.Review + "申请，不收费。依据：行政复议法 第20条",
	}
	if o.Court != "" {
		all = append(all, "去法院起诉：收到决定书以后 6 个月内，向"+o.Court+"起诉。依据：行政诉讼法 第46条")
	}
	return all
}
