package rule_test

import (
	"context"
	"strings"
	"testing"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

func TestAPopulationRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	d := dictionary(t)
	p := rule.NewPopulation(d.Facts, [][]string{{rule.Nation}})
	income, home := p.Column("收入"), p.Column("甲")
	if err := p.Person(); err == nil {
		t.Error("a person without a household is accepted")
	}
	if err := p.Household(1); err == nil {
		t.Error("a region that is not there is accepted")
	}
	if err := p.Household(0); err != nil {
		t.Fatal(err)
	}
	if err := p.Tell(income, fact.MoneyOf(1)); err == nil {
		t.Error("a fact of nobody is accepted")
	}
	if err := p.Person(); err != nil {
		t.Fatal(err)
	}
	if err := p.Tell(income, fact.IntOf(1)); err == nil {
		t.Error("a number is accepted as an amount")
	}
	if err := p.Tell(home, fact.BoolOf(true)); err != nil {
		t.Error(err)
	}
	for range 255 {
		if err := p.Person(); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Person(); err == nil {
		t.Error("the 257th person of a household is accepted")
	}
	if p.Column("没有") != -1 {
		t.Error("a fact that is not there has a column")
	}
}

func TestAPlanRefusesWhatColumnsCannotGive(t *testing.T) {
	t.Parallel()
	r := load(t, "rules: [{set: 个人, each: member, as: 收入}, {set: 全家, as: '合计(成员, 个人)'}]")
	for want, sets := range map[string][]string{"每个人各有的": {"个人"}, "没有规则 户": {"全家", "户"}, "哪些结果": nil} {
		if _, err := r.Plan(sets...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a plan of %v: %v, want %s", sets, err, want)
		}
	}
}

func TestAFactThatThePopulationLacksIsUnknown(t *testing.T) {
	t.Parallel()
	r := load(t, one("甲 或 额一 > 元(5)"))
	plan, err := r.Plan("结果")
	if err != nil {
		t.Fatal(err)
	}
	d := dictionary(t)
	p := rule.NewPopulation([]*fact.Def{d.Find("甲")}, [][]string{{rule.Nation}})
	for i := range 3 {
		if err := p.Household(0); err != nil {
			t.Fatal(err)
		}
		if err := p.Person(); err != nil {
			t.Fatal(err)
		}
		if i < 2 {
			if err := p.Tell(0, fact.BoolOf(i == 0)); err != nil {
				t.Fatal(err)
			}
		}
	}
	p.Close()
	var known []bool
	if err := plan.Run(context.Background(), p, 0, 1, func(part *rule.Part) {
		for h := range part.Count {
			known = append(known, part.Known(0, h))
		}
	}); err != nil {
		t.Fatal(err)
	}
	if len(known) != 3 || !known[0] || known[1] || known[2] {
		t.Errorf("known are %v, want only the first", known)
	}
}

func TestNumbersNearTheEndAreWorkedOutWithCare(t *testing.T) {
	t.Parallel()
	d := dictionary(t)
	r := load(t, one("合计(成员, 收入) / 人数(成员, 在家) < 额一"))
	var cases []rule.Case
	for _, income := range []int64{100, 1 << 61, 1<<62 - 7, 99} {
		set := fact.NewSet(d)
		for _, m := range []string{"m1", "m2", "m3"} {
			set.Tell(fact.Statement{Name: "收入", About: m, Value: fact.MoneyOf(income)}, fact.Statement{Name: "在家", About: m, Value: fact.BoolOf(true)})
		}
		set.Tell(fact.Statement{Name: "额一", Value: fact.MoneyOf(100)})
		cases = append(cases, rule.Case{Facts: set, Region: []string{rule.Nation}})
	}
	got := batch(t, r, "结果", cases)
	for i, c := range cases {
		want := "?"
		if one := find(t, r.Judge(c), "结果"); one.Known {
			want = one.Value.Encode()
		}
		if got[i] != want {
			t.Errorf("household %d gives %s, want %s", i, got[i], want)
		}
	}
	if got[0] != "b:0" || got[2] != "?" || got[3] != "b:1" {
		t.Errorf("got %v", got)
	}
}
