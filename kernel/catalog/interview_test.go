package catalog_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
)

func TestAnInterviewComesToWhatAllFactsToldAtOnceCome(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := makeUp(rt, rapid.Bool().Draw(rt, "yes and no only"))
		v := catalog.NewInterview(m.services, m.dict)
		talk, all := asked(t, v, m.talk, m.answer)
		for _, f := range v.Find(talk) {
			if want := m.chance(f.Service); f.Chance != want {
				rt.Fatalf("%s (%s): after %v it is %s, with all told %s", f.Service.Code, f.Service.Rules.Find("符合").As, names(all), f.Chance, want)
			}
		}
		if most := len(m.dict.Facts) * len(m.talk.Members); len(all) > most {
			rt.Fatalf("%d questions for %d facts", len(all), most)
		}
		if seen := names(all); len(slices.Compact(slices.Sorted(slices.Values(seen)))) != len(seen) {
			rt.Fatalf("asked twice: %v", seen)
		}
		for _, q := range all {
			if strings.Contains(q.Field.Fact, "部") {
				rt.Fatalf("asked for %s, which only a department knows", q.Field.Fact)
			}
		}
	})
}

func TestAnAnswerThatCannotChangeAnythingIsNeverAskedFor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := makeUp(rt, true)
		v := catalog.NewInterview(m.services, m.dict)
		talk := m.talk
		for q, more := v.Next(talk); more; q, more = v.Next(talk) {
			if !m.matters(v, talk, q) {
				rt.Fatalf("%s about %q is asked after %v and changes nothing: %s", q.Field.Fact, q.About, talk.Said, m.services[0].Rules.Find("符合").As)
			}
			talk.Said = append(slices.Clone(talk.Said), catalog.Said{Fact: q.Field.Fact, About: q.About, Typed: m.answer(q)})
		}
	})
}

// matters reports whether yes and no lead to different ends for any way of
// answering all else that is open.
func (m *made) matters(v *catalog.Interview, talk catalog.Talk, q catalog.Prompt) bool {
	var open []catalog.Said
	for _, def := range m.facts {
		for _, about := range m.abouts(def) {
			said := slices.ContainsFunc(talk.Said, func(s catalog.Said) bool { return s.Fact == def.Name && s.About == about })
			if !said && !strings.Contains(def.Name, "部") && (def.Name != q.Field.Fact || about != q.About) && m.read(def.Name) {
				open = append(open, catalog.Said{Fact: def.Name, About: about})
			}
		}
	}
	for way := range 1 << len(open) {
		all := slices.Clone(talk.Said)
		for i, s := range open {
			s.Typed = []string{"否", "是"}[way>>i&1]
			all = append(all, s)
		}
		yes, no := talk, talk
		yes.Said = append(slices.Clone(all), catalog.Said{Fact: q.Field.Fact, About: q.About, Typed: "是"})
		no.Said = append(slices.Clone(all), catalog.Said{Fact: q.Field.Fact, About: q.About, Typed: "否"})
		if a, b := chances(v.Find(yes)), chances(v.Find(no)); fmt.Sprint(a) != fmt.Sprint(b) {
			return true
		}
	}
	return false
}

func (m *made) read(name string) bool {
	return slices.ContainsFunc(m.services, func(s *catalog.Service) bool { return slices.Contains(s.Rules.Facts(), name) })
}

func TestAnInterviewTakesAnyNumberOfMembers(t *testing.T) {
	t.Parallel()
	services, dict := shelves(t)
	v := catalog.NewInterview(services, dict)
	for _, n := range []int{0, 1, 30} {
		talk := alone()
		talk.Members = nil
		for i := range n {
			birth := []string{"1990-01-01", "2015-01-01"}[min(i/5, 1)] // of whom little is asked, so that it ends soon
			talk.Members = append(talk.Members, catalog.Relative{Key: fmt.Sprint("m", i+1), Relation: "其他", Birth: birth, Together: true})
		}
		if n > 0 {
			talk.Members[0].Relation = "本人"
		}
		talk, all := asked(t, v, talk, answers())
		if n == 0 && len(all) > 0 {
			t.Errorf("of nobody it asks %v", names(all))
		}
		for code, got := range chances(v.Find(talk)) {
			if want := map[bool]catalog.Chance{true: catalog.CannotSay, false: catalog.Likely}[n == 0]; code == "dibao" && got != want {
				t.Errorf("%d members: %s is %s, want %s", n, code, got, want)
			}
		}
	}
}

func TestWhoLivesTogetherIsAskedFirstAndThenOnePersonAtATime(t *testing.T) {
	t.Parallel()
	services, dict := shelves(t)
	v := catalog.NewInterview(services, dict)
	talk := family()
	talk.Named = false
	if q, more := v.Next(talk); !more || !q.Household {
		t.Fatalf("the first question is %+v, want who lives together", q)
	}
	talk.Named = true
	_, all := asked(t, v, talk, answers())
	var order []string
	for _, q := range all {
		if len(order) == 0 || order[len(order)-1] != q.About {
			order = append(order, q.About)
		}
		if q.About == "m3" {
			t.Errorf("the child is asked for %s", q.Field.Fact)
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(order)))) != len(order) {
		t.Errorf("goes back and forth between members: %v", order)
	}
}

func TestAnAnswerGivenAnewTakesBackWhatHungOnTheOldOne(t *testing.T) {
	t.Parallel()
	services, dict := shelves(t)
	v := catalog.NewInterview(services, dict)
	talk, _ := asked(t, v, alone(), answers("工作情况", "打零工", "零工收入", "9000"))
	if got := chances(v.Find(talk))["dibao"]; got != catalog.Not {
		t.Fatalf("with 9000 a month it is %s", got)
	}
	for i, s := range talk.Said {
		if s.Fact == "工作情况" {
			talk.Said[i].Typed = "没有工作"
		}
	}
	talk, _ = asked(t, v, talk, answers())
	if got := chances(v.Find(talk))["dibao"]; got != catalog.Likely {
		t.Fatalf("without the odd jobs it is %s", got)
	}
}

func TestWhatDepartmentsToldIsNotAskedFor(t *testing.T) {
	t.Parallel()
	services, dict := shelves(t)
	v := catalog.NewInterview(services, dict)
	talk := alone()
	told := map[string]fact.Value{"本县户籍": fact.BoolOf(true), "出生日期": fact.DateOf(3000), "存款": fact.MoneyOf(100), "房屋套数": fact.IntOf(0),
		"车辆价值": fact.MoneyOf(0), "养老金": fact.MoneyOf(0), "工资收入": fact.MoneyOf(0)}
	for name, value := range told {
		talk.Told = append(talk.Told, fact.Statement{Name: name, About: "m1", Value: value, Source: "police"})
	}
	_, all := asked(t, v, talk, answers("工作情况", "固定工作", "就业成本", "0"))
	for _, q := range all {
		if _, ok := told[q.Field.Fact]; ok {
			t.Errorf("asked for %s, which was told", q.Field.Fact)
		}
	}
}

func TestAmountsAreAskedForOnlyWhenWanted(t *testing.T) {
	t.Parallel()
	services, dict := shelves(t)
	v := catalog.NewInterview(services, dict)
	talk, before := asked(t, v, alone(), answers())
	found := v.Find(talk)[0]
	if found.Amount.Known || !found.Open {
		t.Fatalf("the amount is %s before it was asked for (open %v)", found.Amount.Shown(), found.Open)
	}
	talk.Amounts = true
	talk, more := asked(t, v, talk, answers())
	found = v.Find(talk)[0]
	if found.Amount.Shown() != "¥1,210.00" || len(more) == 0 || len(more) > 3 {
		t.Fatalf("after %v and then %v the amount is %q", names(before), names(more), found.Amount.Shown())
	}
}

func FuzzAnInterviewTakesWhateverWasTyped(f *testing.F) {
	services, dict := shelves(f)
	v := catalog.NewInterview(services, dict)
	for _, talk := range []catalog.Talk{alone(), family(), {}} {
		talk.Said = []catalog.Said{{Fact: "存款", About: "m1", Typed: "999999999999"}, {Fact: "出生日期", About: "m9", Typed: "?"}, {Fact: "无", Typed: "\x00"}}
		b, err := json.Marshal(talk)
		must(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var talk catalog.Talk
		if json.Unmarshal(b, &talk) != nil || len(talk.Members) > 30 {
			return
		}
		if q, more := v.Next(talk); more && !q.Household && q.Field == nil {
			t.Fatal("a question without a field")
		}
		for _, one := range v.Find(talk) {
			if one.Chance == "" {
				t.Fatalf("%s has no chance", one.Service.Code)
			}
		}
	})
}
