package catalog_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/rule"
)

// made are services that were made up, with what is true of a household.
type made struct {
	dict     *fact.Dictionary
	services []*catalog.Service
	facts    []*fact.Def
	talk     catalog.Talk
	truth    map[string]string // fact + member → typed; ? is not known to them
}

// gate is a choice that the amounts of one page hang on.
const gate = "择"

// dictionary has facts of all kinds: 是… are yes or no, 额… amounts, 级… words.
// Those ending in 本 only the person tells, 共 both, 部 only a department.
func dictionary(rt *rapid.T, plain bool) []string {
	var all []string
	kinds := map[string]string{"是": "type: bool", "额": "type: money", "级": "type: enum, words: [高, 中, 低]"}
	for _, kind := range []string{"是", "额", "级"} {
		if plain && kind != "是" {
			continue
		}
		for i := range 6 {
			who := rapid.SampledFrom([]string{"本", "本", "共"}).Draw(rt, "source")
			if i == 0 {
				who = "部"
			}
			of := rapid.SampledFrom([]string{"member", "family"}).Draw(rt, "of")
			sources := map[string]string{"本": "[self]", "共": "[police, self]", "部": "[police]"}[who]
			ask := ""
			if who != "部" && rapid.Bool().Draw(rt, "asked by the dictionary") {
				ask = ", ask: {label: 问一问}"
			}
			all = append(all, fmt.Sprintf("  - {name: %s%s%d, code: %s%s%d, of: %s, sources: %s, %s%s}", kind, who, i, kind, who, i, of, sources, kinds[kind], ask))
		}
	}
	return all
}

const headOfFacts = `
sources: [{code: self, title: 本人填写, seal: 本, person: true}, {code: police, title: 公安, seal: 公}]
facts:
  - {name: 择, code: gate, type: enum, words: [有, 无], of: member, sources: [self]}
`

// make makes services up. Each fact stands once in the rules of a service, and
// at most one of only departments, so that what they say to lack is exact.
func makeUp(rt *rapid.T, plain bool) *made {
	m := &made{truth: map[string]string{}}
	var err error
	if m.dict, err = fact.ReadDictionary("facts.yaml", []byte(headOfFacts+strings.Join(dictionary(rt, plain), "\n"))); err != nil {
		rt.Fatal(err)
	}
	m.facts = m.dict.Facts[1:]
	for i := range rapid.IntRange(1, 3).Draw(rt, "services") {
		m.services = append(m.services, m.service(rt, i, plain))
	}
	m.talk = catalog.Talk{Named: true, Region: place, On: today}
	for i := range rapid.IntRange(1, 2).Draw(rt, "members") {
		m.talk.Members = append(m.talk.Members, catalog.Relative{Key: fmt.Sprint("m", i+1), Relation: "本人", Birth: rapid.SampledFrom([]string{"1980-01-01", "2020-01-01"}).Draw(rt, "birth"), Together: true})
	}
	m.live(rt, plain)
	return m
}

func (m *made) service(rt *rapid.T, n int, plain bool) *catalog.Service {
	pool := rapid.Permutation(m.facts).Draw(rt, "order")
	var terms []string
	var used []*fact.Def
	department := false
	for _, def := range pool[:rapid.IntRange(1, min(5, len(pool))).Draw(rt, "facts")] {
		if only := strings.Contains(def.Name, "部"); only && department {
			continue
		} else if only {
			department = true
		}
		used = append(used, def)
		terms = append(terms, term(rt, def))
	}
	for len(terms) > 1 {
		joined := fmt.Sprintf("(%s %s %s)", terms[0], rapid.SampledFrom([]string{"且", "或"}).Draw(rt, "and or"), terms[1])
		terms = append(terms[2:], joined)
	}
	r, err := rule.Load("rules.yaml", []byte(fmt.Sprintf("rules: [{set: 符合, as: '%s', law: 示例, why: 都符合}]", terms[0])), m.dict)
	if err != nil {
		rt.Fatal(err)
	}
	s := &catalog.Service{Code: fmt.Sprint("s", n), Starts: []string{"citizen"}, Decides: "符合", Rules: r, Household: &catalog.Household{Ask: "谁"}}
	s.Form, s.Lookups = m.form(rt, used, plain), lookups(used)
	return s
}

func term(rt *rapid.T, def *fact.Def) string {
	one := map[fact.Type]string{fact.Bool: def.Name, fact.Money: def.Name + " < 元(100)", fact.Enum: def.Name + ` == "高"`}[def.Typed()]
	if def.Member() {
		one = rapid.SampledFrom([]string{"任一", "全部"}).Draw(rt, "over") + "(成员, " + one + ")"
	}
	if rapid.Bool().Draw(rt, "not") {
		one = "非 (" + one + ")"
	}
	return one
}

// form asks what the dictionary does not; some of the amounts of members only
// after a choice, and some pages only those who are grown.
func (m *made) form(rt *rapid.T, used []*fact.Def, plain bool) []form.Page {
	one, each := form.Page{Code: "a", Ask: "问"}, form.Page{Code: "b", Ask: "问", Each: "member"}
	if !plain && rapid.Bool().Draw(rt, "only the grown") {
		each.From = 18
	}
	each.Fields = []*form.Field{{Fact: gate, Otherwise: "无"}}
	for _, def := range used {
		f := &form.Field{Fact: def.Name}
		switch {
		case def.Ask != nil || strings.Contains(def.Name, "部"):
			continue
		case !def.Member():
			one.Fields = append(one.Fields, f)
			continue
		case !plain && def.Typed() == fact.Money:
			f.When, f.Otherwise = &form.When{Fact: gate, In: []string{"有"}}, "0"
		}
		each.Fields = append(each.Fields, f)
	}
	for _, p := range []form.Page{one, each} {
		if wrong := form.Bind(p.Fields, m.dict); len(wrong) > 0 {
			rt.Fatal(wrong)
		}
	}
	return []form.Page{one, each}
}

// lookups say what holds when a department has no record.
func lookups(used []*fact.Def) []catalog.Lookup {
	var all []catalog.Lookup
	for _, def := range used {
		if strings.Contains(def.Name, "部") {
			absent := map[fact.Type]string{fact.Bool: "否", fact.Money: "0", fact.Enum: "低"}[def.Typed()]
			all = append(all, catalog.Lookup{Of: def.Of, Tells: []string{def.Name}, Absent: map[string]string{def.Name: absent}})
		}
	}
	return all
}

// live says what is true of everybody.
func (m *made) live(rt *rapid.T, plain bool) {
	for _, def := range m.dict.Facts {
		abouts := []string{""}
		if def.Member() {
			abouts = nil
			for _, one := range m.talk.Members {
				abouts = append(abouts, one.Key)
			}
		}
		for _, about := range abouts {
			values := map[fact.Type][]string{fact.Bool: {"是", "否"}, fact.Money: {"0", "99.99", "100", "5000"}, fact.Enum: def.Words}[def.Typed()]
			if !plain {
				values = append(slices.Clone(values), form.Unsure)
			}
			m.truth[def.Name+about] = rapid.SampledFrom(values).Draw(rt, "truth")
		}
	}
}

func (m *made) answer(q catalog.Prompt) string { return m.truth[q.Field.Fact+q.About] }

// judged is a service judged with everything told at once, without the
// interview: what departments alone know is as usual if lenient, else unknown.
func (m *made) judged(s *catalog.Service, lenient bool) rule.Result {
	set := fact.NewSet(m.dict)
	for _, one := range m.talk.Members {
		set.Tell(fact.Statement{Name: "与申请人关系", About: one.Key, Value: fact.TextOf("本人"), Source: "self"})
	}
	gated, young := map[string]bool{}, map[string]bool{}
	for _, p := range s.Form {
		for _, f := range p.Fields {
			young[f.Fact] = p.From > 0 && f.Otherwise != ""
		}
	}
	for _, other := range m.services {
		for _, p := range other.Form {
			for _, f := range p.Fields {
				gated[f.Fact] = gated[f.Fact] || f.When != nil
			}
		}
	}
	for _, def := range m.facts {
		for _, about := range m.abouts(def) {
			if typed, ok := m.told(s, def, about, lenient, gated[def.Name], young[def.Name]); ok {
				v, err := catalog.ParseFact(def, typed)
				if err != nil {
					panic(err)
				}
				set.Tell(fact.Statement{Name: def.Name, About: about, Value: v, Source: "self"})
			}
		}
	}
	r, _ := s.Rules.Judge(rule.Case{Facts: set, Region: place, On: int32(today)}).Find("符合")
	return r
}

func (m *made) abouts(def *fact.Def) []string {
	if !def.Member() {
		return []string{""}
	}
	var all []string
	for _, one := range m.talk.Members {
		all = append(all, one.Key)
	}
	return all
}

func (m *made) told(s *catalog.Service, def *fact.Def, about string, lenient, gated, young bool) (string, bool) {
	typed := m.truth[def.Name+about]
	if strings.Contains(def.Name, "部") {
		for _, l := range s.Lookups {
			if absent, ok := l.Absent[def.Name]; ok {
				return absent, lenient
			}
		}
		return "", false
	}
	if young && about != "" && m.child(about) {
		return "0", true
	}
	if gated {
		switch m.truth[gate+about] {
		case "无":
			return "0", true
		case form.Unsure:
			typed = form.Unsure
		}
	}
	return typed, typed != form.Unsure
}

func (m *made) child(about string) bool {
	return m.talk.Members[slices.IndexFunc(m.talk.Members, func(o catalog.Relative) bool { return o.Key == about })].Birth > "2010"
}

func (m *made) chance(s *catalog.Service) catalog.Chance {
	switch {
	case m.judged(s, true).Holds():
		return catalog.Likely
	case m.judged(s, false).Fails():
		return catalog.Not
	}
	return catalog.CannotSay
}
