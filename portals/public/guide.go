package public

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
	"minzheng/kernel/web"
)

// guidePage explains one service, from its folder alone.
type guidePage struct {
	web.Page
	Service    *catalog.Service
	County     string
	Today      string
	Online     bool
	Clock      web.ClockView
	Papers     []paperView
	Supplied   []suppliedView
	Steps      []web.TimelineStep
	Sometimes  []web.TimelineStep // steps that most cases do not see
	Conditions []ruleView
	Rules      []ruleView
	Parameters []parameterView // that a condition reads
	More       []parameterView
	Examples   []exampleView
}

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

type ruleView struct {
	Name, Why, Said, Formula, Law string
	Each                          bool // worked out for each member
}

type parameterView struct {
	Name, Value, Since, Source, Law, About string
	Sample                                 bool
}

func (p *Portal) guide(w http.ResponseWriter, r *http.Request) error {
	s, err := p.Desk.Services().Find(r.PathValue("code"))
	if err != nil {
		return err
	}
	v := guidePage{Page: p.page(r, s.Title, "/public"), Service: s, County: p.Desk.Places.Name(region.Code(p.County)),
		Today: p.today().Long(), Online: s.StartedBy("citizen"), Papers: papersOf(s), Supplied: p.supplied(s)}
	v.Clock = web.ClockView{Total: s.Clock.Days, Sentence: fmt.Sprintf("受理以后，%d %s内办完", s.Clock.Days, s.Clock.Unit()), Note: clockNote(s.Clock)}
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Milestone {
			v.Steps = append(v.Steps, p.step(st))
		} else {
			v.Sometimes = append(v.Sometimes, p.step(st))
		}
	}
	for _, one := range s.Rules.All() {
		view := ruleOf(one)
		if v.Rules = append(v.Rules, view); one.Condition() {
			v.Conditions = append(v.Conditions, view)
		}
	}
	first, rest := order(s.Rules)
	v.Parameters, v.More = p.parameters(s, first), p.parameters(s, rest)
	v.Examples = p.examples(s)
	return web.Render(w, r, guideView(v))
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
func (p *Portal) step(st *catalog.Step) web.TimelineStep {
	who := "您"
	if st.Role != "citizen" && st.Role != "" {
		who = cmp.Or(p.Desk.Services().Known().Roles[st.Role], st.Role)
	}
	note := []string{"谁办：" + who + "。"}
	switch {
	case st.Publicity != nil:
		note = append(note, fmt.Sprintf("公示 %d 天（自然日）。依据：%s", st.Publicity.Days, st.Publicity.Law))
	case st.Within > 0 && st.Ours:
		note = append(note, fmt.Sprintf("%d 个工作日内，这是我们的承诺。", st.Within))
	case st.Within > 0:
		note = append(note, fmt.Sprintf("%d 个工作日内。依据：%s", st.Within, st.Law))
	}
	return web.TimelineStep{Title: cmp.Or(st.Doing, st.Title), Note: strings.Join(note, "")}
}

func ruleOf(one *rule.Rule) ruleView {
	v := ruleView{Name: one.Set, Why: one.Why, Formula: one.As, Law: one.Law, Each: one.Each != ""}
	v.Said, _ = aloud(one.As)
	return v
}

// parameters are the values that hold in the county today.
func (p *Portal) parameters(s *catalog.Service, names []string) []parameterView {
	var path []string
	for _, c := range p.Desk.Places.Path(region.Code(p.County)) {
		path = append(path, string(c))
	}
	var all []parameterView
	for _, name := range names {
		one := s.Rules.Parameters()[name]
		v := parameterView{Name: name, Value: "本地还没有设定", Law: one.Law, About: one.About}
		if d := one.On(path, int32(p.today())); d != nil {
			v.Value, v.Source, v.Sample = withUnit(one.Show(d), one.Unit), d.Source, d.Sample
			if from, err := calendar.Parse(d.From); err == nil {
				v.Since = from.Long()
			}
		}
		all = append(all, v)
	}
	return all
}

// order returns the parameters that conditions read, and all others, as the
// rules use them.
func order(r *rule.Rules) (first, rest []string) {
	read := func(names []string, conditions bool) []string {
		for _, one := range r.All() {
			for _, t := range split(one.As) {
				if one.Condition() == conditions && r.Parameters()[t] != nil && !slices.Contains(first, t) {
					names = add(names, t)
				}
			}
		}
		return names
	}
	first = read(nil, true)
	rest = read(nil, false)
	for _, name := range slices.Sorted(maps.Keys(r.Parameters())) {
		if !slices.Contains(first, name) {
			rest = add(rest, name)
		}
	}
	return first, rest
}

// withUnit puts the unit behind a value; the ¥ stands for 元 already.
func withUnit(shown, unit string) string {
	if rest, ok := strings.CutPrefix(unit, "元"); ok && strings.HasPrefix(shown, "¥") {
		return shown + rest
	}
	if unit == "" {
		return shown
	}
	return shown + " " + unit
}

// exampleView is one worked case.
type exampleView struct {
	Name, When string
	Family     []string
	Results    []web.FactRow
}

const shownExamples = 6

// examples are the first worked cases; those of the county go before others.
func (p *Portal) examples(s *catalog.Service) []exampleView {
	all := slices.Clone(s.Examples)
	here := func(e catalog.Example) bool {
		return p.Desk.Places.Within(region.Code(e.Region), region.Code(p.County))
	}
	slices.SortStableFunc(all, func(a, b catalog.Example) int { return cmp.Compare(btoi(!here(a)), btoi(!here(b))) })
	usual := usually(s.Examples)
	var out []exampleView
	for _, e := range all[:min(len(all), shownExamples)] {
		v := exampleView{Name: e.Name, When: e.On}
		if on, err := calendar.Parse(e.On); err == nil {
			v.When = on.Long()
		}
		if !here(e) {
			v.When += "，" + p.Desk.Places.FullName(region.Code(e.Region))
		}
		for i, m := range e.Members {
			v.Family = append(v.Family, describe(s.Rules.Dictionary(), m, usual, i))
		}
		v.Results = results(s.Rules, e)
		out = append(out, v)
	}
	return out
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// usually is each fact's most common value among all members of all examples:
// only what is unlike it is worth reading.
func usually(all []catalog.Example) map[string]string {
	n := map[string]map[string]int{}
	for _, e := range all {
		for _, m := range e.Members {
			for name, v := range m {
				if n[name] == nil {
					n[name] = map[string]int{}
				}
				n[name][v]++
			}
		}
	}
	usual := map[string]string{}
	for name, values := range n {
		for v, times := range values {
			if best := values[usual[name]]; times > best || times == best && v < usual[name] {
				usual[name] = v
			}
		}
	}
	return usual
}

const relation = "与申请人关系"

// describe says in one line what is special about a member.
func describe(dict *fact.Dictionary, m, usual map[string]string, i int) string {
	var parts []string
	for _, def := range dict.Facts {
		v, ok := m[def.Name]
		if !ok || v == usual[def.Name] || def.Name == relation {
			continue
		}
		parts = append(parts, def.Name+" "+shownFact(def, v))
	}
	who := cmp.Or(m[relation], "第 "+strconv.Itoa(i+1)+" 位")
	if len(parts) == 0 {
		return who + "：没有特别的情况"
	}
	return who + "：" + strings.Join(parts, "，")
}

func shownFact(def *fact.Def, typed string) string {
	v, err := catalog.ParseFact(def, typed)
	if err != nil {
		return typed
	}
	return v.String()
}

// results are what the example comes to, in the rules' order.
func results(r *rule.Rules, e catalog.Example) []web.FactRow {
	var rows []web.FactRow
	for _, one := range r.All() {
		want, ok := e.Want[one.Set]
		if !ok {
			continue
		}
		if t, _ := r.Yields(one.Set); t == fact.Money {
			if fen, ok := fact.ParseYuan(want); ok {
				want = fact.Yuan(fen)
			}
		}
		rows = append(rows, web.FactRow{Label: one.Set, Value: withUnit(want, one.Unit)})
	}
	return rows
}
