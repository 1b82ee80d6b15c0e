package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
)

func path(string) []string { return []string{"390121", "390100", "390000", "000000"} }

func TestExamplesOfTheFolderWorkOut(t *testing.T) {
	t.Parallel()
	s := service(t, folder)
	for _, e := range s.Examples {
		if wrong := s.Check(e, path); len(wrong) > 0 {
			t.Errorf("%s: %v", e.Name, wrong)
		}
	}
}

func TestAnExampleThatDoesNotWorkOutSaysWhy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, to, want string }{
		{"another amount", `月补贴: "25.50"`, `月补贴: "25.51"`, "月补贴 得到 25.50，应为 25.51"},
		{"another outcome", "符合条件: 是", "符合条件: 否", "符合条件 得到 是，应为 否"},
		{"known where it is not", "符合条件: 未知", "符合条件: 是", "符合条件 得到 未知，应为 是"},
		{"something else lacks", "lacks: [工资收入]", "lacks: [手机号]", "[工资收入]"},
		{"nothing is said to lack", "  lacks: [工资收入]\n", "", "[工资收入]"},
		{"a rule that is not there", "want: {家庭收入", "want: {收入", "没有这条规则"},
		{"an unknown fact", `{工资收入: "0"}`, `{奖金: "0"}`, "奖金"},
		{"a value that cannot be", `{工资收入: "0"}`, `{工资收入: 无}`, "工资收入"},
		{"a day that is none", "on: 2026-03-02", "on: 2026-02-30", "日期"},
		{"a member's fact of the family", "region: \"390121\"\n", "region: \"390121\"\n  facts: {工资收入: \"1\"}\n", "工资收入"},
		{"a family's fact of a member", `{工资收入: "0"}`, `{手机号: "1"}`, "手机号"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := service(t, with(t, "examples.yaml", c.from, c.to))
			var wrong []string
			for _, e := range s.Examples {
				wrong = append(wrong, s.Check(e, path)...)
			}
			if got := strings.Join(wrong, "\n"); !strings.Contains(got, c.want) {
				t.Errorf("told %q, want %q", got, c.want)
			}
		})
	}
}

func TestFactsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	d := known(t).Dictionary
	for _, c := range []struct {
		fact, text string
		want       fact.Value
	}{
		{"工资收入", "1210.00", fact.MoneyOf(121000)},
		{"工资收入", "-5", fact.MoneyOf(-500)},
		{"工资收入", "0", fact.MoneyOf(0)},
		{"满意", "是", fact.BoolOf(true)},
		{"满意", "否", fact.BoolOf(false)},
		{"满意", "true", fact.BoolOf(true)},
		{"用水量", "-3", fact.IntOf(-3)},
		{"入住日期", "1970-01-02", fact.DateOf(1)},
		{"工作情况", "有工作", fact.EnumOf("有工作")},
		{"手机号", "", fact.TextOf("")},
	} {
		if got, err := catalog.ParseFact(d.Find(c.fact), c.text); err != nil || got != c.want {
			t.Errorf("%s %q was read as %q, %v; want %q", c.fact, c.text, got.Encode(), err, c.want.Encode())
		}
	}
	for _, c := range [][2]string{
		{"工资收入", ""}, {"工资收入", "--5"}, {"工资收入", "-"}, {"工资收入", "1.234"}, {"满意", "也许"}, {"满意", ""}, {"用水量", "1.5"},
		{"用水量", "三"}, {"入住日期", "2026-02-30"}, {"入住日期", "2026年3月2日"}, {"工作情况", "上班"}, {"奖金", "1"},
	} {
		if got, err := catalog.ParseFact(d.Find(c[0]), c[1]); err == nil {
			t.Errorf("%s %q was read as %q", c[0], c[1], got.Encode())
		}
	}
}

func TestPapersAreAskedForOnlyWhenAnAnswerMakesThemNeeded(t *testing.T) {
	t.Parallel()
	s := service(t, folder)
	work := func(who, word string) fact.Statement {
		return fact.Statement{Name: "工作情况", About: who, Source: "self", Value: fact.EnumOf(word)}
	}
	for _, c := range []struct {
		name string
		said []fact.Statement
		want []string
	}{
		{"nothing said", nil, []string{"bill"}},
		{"nobody works", []fact.Statement{work("m1", "没有工作"), work("m2", "没有工作")}, []string{"bill"}},
		{"one works", []fact.Statement{work("m1", "没有工作"), work("m2", "有工作")}, []string{"bill", "slip"}},
		{"the last word counts", []fact.Statement{work("m1", "有工作"), work("m1", "没有工作")}, []string{"bill"}},
		{"something else said", []fact.Statement{{Name: "手机号", Source: "self", Value: fact.TextOf("有工作")}}, []string{"bill"}},
	} {
		set := fact.NewSet(known(t).Dictionary)
		set.Tell(c.said...)
		var got []string
		for _, m := range s.Asks(set) {
			got = append(got, m.Code)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: asked for %v, want %v", c.name, got, c.want)
		}
	}
}
