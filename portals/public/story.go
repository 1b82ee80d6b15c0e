package public

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
)

// storyView is one worked case: who, how it is reckoned, and what comes out.
type storyView struct {
	Name, When string
	Family     []string
	Steps      []reckonView
	Verdict    string
}

// reckonView is one step of a reckoning, with its numbers.
type reckonView struct{ Name, Said, Value string }

// stories are the worked cases; those of the county go before others. The
// first is told in full, the others as far as they show something of their own.
func (p *Portal) stories(s *catalog.Service, at place) []storyView {
	all := slices.Clone(s.Examples)
	here := func(e catalog.Example) bool { return p.Desk.Places.Within(region.Code(e.Region), at.County) }
	slices.SortStableFunc(all, func(a, b catalog.Example) int { return cmp.Compare(btoi(!here(a)), btoi(!here(b))) })
	usual := usually(s.Examples)
	var out []storyView
	for i, e := range all {
		j, err := s.Work(e, p.path)
		if err != nil {
			continue // the examples are tested; what is not one is not told
		}
		t := teller{s: s, e: e, j: j, full: i == 0}
		v := storyView{Name: e.Name, When: t.when(), Steps: t.steps(), Verdict: t.verdict()}
		if !here(e) {
			v.When += "，" + p.Desk.Places.FullName(region.Code(e.Region))
		}
		for i, m := range e.Members {
			v.Family = append(v.Family, describe(s.Rules.Dictionary(), m, usual, t.who("m"+strconv.Itoa(i+1))))
		}
		if len(e.Facts) > 0 {
			v.Family = append(v.Family, describe(s.Rules.Dictionary(), e.Facts, nil, "全家"))
		}
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

// teller tells one worked case.
type teller struct {
	s    *catalog.Service
	e    catalog.Example
	j    rule.Judgement
	full bool
}

func (t teller) when() string {
	if on, err := calendar.Parse(t.e.On); err == nil {
		return on.Long()
	}
	return t.e.On
}

// steps are the rules that the case is about, with its numbers in them.
func (t teller) steps() []reckonView {
	var all []reckonView
	for _, r := range t.j.Results {
		if !t.tells(r.Rule) {
			continue
		}
		name := r.Rule.Set
		if r.About != "" {
			name = t.who(r.About) + "的" + name
		}
		said, _ := catalog.Saying{Rules: t.s.Rules, Values: t.values(r)}.Aloud(r.Rule.As)
		all = append(all, reckonView{name, said.Text, t.shown(r)})
	}
	return all
}

func (t teller) tells(one *rule.Rule) bool {
	if _, ok := t.e.Want[one.Set]; ok || !t.full {
		return ok
	}
	return one.Unit != "" || one.Condition() || slices.Contains(t.s.Explains, one.Set) || one.Set == t.s.Decides || one.Set == t.s.Amount
}

const unknown = "还不知道"

func (t teller) shown(r rule.Result) string {
	switch {
	case r.Broken != "":
		return "算不出来：" + r.Broken
	case !r.Known:
		return unknown
	case r.Rule.Condition() && r.Value.Bool():
		return "符合"
	case r.Rule.Condition():
		return "不符合"
	}
	return withUnit(r.Shown(), r.Rule.Unit)
}

// values says what stood behind the names that a rule read; of whom, where it
// was read of several.
func (t teller) values(r rule.Result) func(name string) string {
	said := map[string][]string{}
	for _, u := range r.Used {
		text := unknown
		if u.Known {
			text = withUnit(u.Shown(), t.unit(u.Name))
		}
		if text == "见表" || u.Name == relation { // a table has no one value; who one is has been said
			continue
		}
		if u.About != "" && r.About == "" {
			text = t.who(u.About) + " " + text
		}
		said[u.Name] = append(said[u.Name], text)
	}
	return func(name string) string { return strings.Join(said[name], "，") }
}

// unit is what a rule's or a parameter's value is measured in, if it is no
// amount of a month: those stand beside others in one formula.
func (t teller) unit(name string) string {
	unit := ""
	if one := t.s.Rules.Find(name); one != nil {
		unit = one.Unit
	} else if one := t.s.Rules.Parameters()[name]; one != nil {
		unit = one.Unit
	}
	if strings.HasPrefix(unit, "元") {
		return ""
	}
	return unit
}

// verdict is what came out in the end.
func (t teller) verdict() string {
	r, _ := t.j.Find(t.s.Decides)
	var lacks []string
	for _, m := range r.Missing {
		lacks = add(lacks, m.Name)
	}
	switch {
	case r.Broken != "":
		return "下不了结论：" + r.Broken + "。"
	case !r.Known:
		return "还下不了结论，缺：" + strings.Join(lacks, "、") + "。"
	case !r.Value.Bool():
		return "不符合条件。"
	}
	amount, ok := t.j.Find(t.s.Amount)
	if !ok || !amount.Known {
		return "符合条件。"
	}
	return "符合条件，" + amount.Rule.Set + " " + withUnit(amount.Shown(), amount.Rule.Unit) + "。"
}

const relation = "与申请人关系"

// who is how a member is called, by its key; two daughters are told apart.
func (t teller) who(key string) string {
	n, _ := strconv.Atoi(strings.TrimPrefix(key, "m"))
	if n < 1 || n > len(t.e.Members) {
		return key
	}
	name := t.e.Members[n-1][relation]
	if name == "" {
		return "第 " + strconv.Itoa(n) + " 位"
	}
	same, before := 0, 0
	for i, m := range t.e.Members {
		same += btoi(m[relation] == name)
		before += btoi(m[relation] == name && i < n)
	}
	if same > 1 {
		return name + "（第 " + strconv.Itoa(before) + " 个）"
	}
	return name
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
		for _, v := range slices.Sorted(maps.Keys(values)) {
			if values[v] > values[usual[name]] {
				usual[name] = v
			}
		}
	}
	return usual
}

// describe says in one line what is special about a member.
func describe(dict *fact.Dictionary, m, usual map[string]string, who string) string {
	var parts []string
	for _, def := range dict.Facts {
		v, ok := m[def.Name]
		if !ok || v == usual[def.Name] || def.Name == relation {
			continue
		}
		parts = append(parts, def.Name+" "+shownFact(def, v))
	}
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
