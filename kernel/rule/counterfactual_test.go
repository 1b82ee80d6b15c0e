package rule_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

func who(about string) string {
	if about == "m1" {
		return "张三"
	}
	return "李四"
}

// turnings are all sentences about how the outcome of 结果 turns.
func turnings(all []rule.Turning) []string {
	var said []string
	for _, one := range all {
		said = append(said, one.Say(who))
	}
	return said
}

func TestTheSmallestChangeThatTurnsAnOutcomeIsTold(t *testing.T) {
	t.Parallel()
	const file = `
parameters:
  标准: {type: money, unit: 元/人·月, values: [{from: 2025-01-01, value: 1210.00, source: x}]}
  上限: {type: money, values: [{from: 2025-01-01, value: 30000.00, source: x}]}
rules:
  - {set: 人均月收入, as: 额一 / 数二, unit: 元/月}
  - {set: 总收入, as: '合计(成员, 收入)', unit: 元/月}
  - {set: 存款, as: '合计(成员, 收入 * 10)'}
  - {set: 人数多, as: '人数(成员, 在家)', unit: 人}
  - {set: 比例, as: 面积 / 3}
  - {set: 结果, as: '%s'}
`
	for _, c := range []struct {
		as, facts string
		want      []string
	}{
		{"人均月收入 < 标准", "额一=3735 数二=3", []string{"人均月收入再低 35.01 元即符合", "额一少 105.01 元即符合"}},
		{"人均月收入 <= 标准", "额一=3735 数二=3", []string{"人均月收入再低 35.00 元即符合", "额一少 105.00 元即符合"}},
		{"人均月收入 < 标准", "额一=3629.99 数二=3", []string{"人均月收入再高 0.01 元就不符合", "额一多 0.01 元就不符合"}},
		{"人均月收入 < 标准 且 乙", "额一=3735 数二=3 乙=否", nil}, // nothing that can be changed
		{"额一 < 标准 且 数一 <= 1", "额一=2000 数一=2", []string{"额一少 790.01 元，并且数一少 1 即符合"}},
		{"额一 < 标准 且 甲", "额一=2000 甲=否", []string{"额一少 790.01 元，并且甲改为“是”即符合"}},
		{"额一 < 标准 且 甲 且 数一 <= 1", "额一=2000 甲=否 数一=2", nil}, // it would take three
		{"额一 < 标准", "额一=0", []string{"额一多 1,210.00 元就不符合"}},
		{"额一 < 元(0)", "额一=5", nil}, // an amount does not go below zero
		{"额一 < 元(0)", "额一=-5", []string{"额一多 5.00 元就不符合"}},
		{"额一 > 元(5)", "额一=-5", []string{"额一多 10.01 元即符合"}},
		{"总收入 < 标准", "m1.收入=1000 m2.收入=500", []string{"总收入再低 290.01 元即符合", "张三的收入少 290.01 元即符合", "李四的收入少 290.01 元即符合"}},
		{"总收入 < 标准", "m1.收入=100 m2.收入=1500", []string{"总收入再低 390.01 元即符合", "李四的收入少 390.01 元即符合"}},
		{"存款 <= 上限 且 总收入 < 标准", "m1.收入=3000.01 m2.收入=0", []string{"张三的收入少 1,790.02 元即符合"}}, // both at once, and no rule's number alone
		{"人数多 <= 1", "m1.在家=是 m2.在家=是", []string{"张三的在家改为“否”即符合", "李四的在家改为“否”即符合"}},
		{`类别 in ["一级", "二级"]`, "类别=无", []string{"类别改为“一级”即符合", "类别改为“二级”即符合"}},
		{"日一 + 30 <= 今天", "日一=2026-02-01", []string{"日一早 1 天即符合"}},
		{"日一 < 日期(\"2026-03-01\")", "日一=2026-02-20", []string{"日一晚 9 天就不符合"}},
		{"面积 < 13.5", "面积=14.00", []string{"面积少 0.51 即符合"}},
		{"比例 < 4", "面积=12.10", []string{"比例少 0.04 即符合", "面积少 0.11 即符合"}},
		{"数一 == 5", "数一=2", []string{"数一多 3 即符合"}},
		{"数一 > 3 且 数一 < 6", "数一=8", []string{"数一少 3 即符合"}},
		{"数一 > 3 且 数一 < 6", "数一=1", []string{"数一多 3 即符合"}},
		{"数一 > 3 且 数一 < 6", "数一=4", []string{"数一少 1 就不符合", "数一多 2 就不符合"}},
		{"额一 < 额二", "额一=5 额二=3", []string{"额一少 2.01 元即符合"}},
		{"甲 或 乙", "甲=否 乙=否", []string{"甲改为“是”即符合"}},
		{"甲 或 乙", "甲=是 乙=是", nil},
		{"甲 且 乙", "乙=否", nil}, // known whatever 甲 is
		{"额一 < 标准", "", nil},  // not known
		{"甲 ? 额一 < 标准 : 乙", "额一=9999 甲=是 乙=是", []string{"额一少 8,789.01 元即符合", "甲改为“否”即符合"}},
		{"数一 / (数一 - 2) > 0", "数一=3", []string{"数一少 2 就不符合"}}, // at 2 there is no outcome, at 1 it is below 0
	} {
		src := fmt.Sprintf(file, strings.ReplaceAll(c.as, "'", "''"))
		got := turnings(load(t, src).Turn(here(told(t, strings.Fields(c.facts)...)), "结果"))
		if !slices.Equal(got, c.want) {
			t.Errorf("%s with [%s]\n gives %q\n want  %q", c.as, c.facts, got, c.want)
		}
	}
}

func TestAMoveSaysWhatItMovesFromAndTo(t *testing.T) {
	t.Parallel()
	src := "rules: [{set: 总收入, as: '合计(成员, 收入)'}, {set: 结果, as: '总收入 < 元(10)'}]"
	all := load(t, src).Turn(here(told(t, "m1.收入=20")), "结果")
	if len(all) != 2 {
		t.Fatalf("got %+v", all)
	}
	want := rule.Move{Name: "收入", About: "m1", From: fact.MoneyOf(2000), To: fact.MoneyOf(999), By: fact.MoneyOf(1001), Less: true}
	if got := all[1].Moves[0]; got != want || !all[1].Holds {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if !all[0].Moves[0].Rule || all[0].Moves[0].About != "" {
		t.Errorf("got %+v, want what the rule gave first", all[0].Moves[0])
	}
}

func TestNothingTurnsWhatIsNoYesOrNo(t *testing.T) {
	t.Parallel()
	r := load(t, "rules: [{set: 额, as: 额一 + 元(1)}, {set: 个人, each: member, as: 在家}]")
	for _, set := range []string{"额", "个人", "没有"} {
		if got := r.Turn(here(told(t, "额一=1", "m1.在家=是")), set); got != nil {
			t.Errorf("%s gives %v", set, got)
		}
	}
}

// apply is a case in which the moves of facts are made, with by more or less
// grains of the only one.
func apply(c rule.Case, one rule.Turning, grains int64) rule.Case {
	told := map[cell]fact.Value{}
	for _, m := range one.Moves {
		told[cell{m.Name, m.About}] = shift(m, grains)
	}
	c.Facts = overlay{c.Facts, told}
	return c
}

// shift is where a move leads, less so many grains.
func shift(m rule.Move, grains int64) fact.Value {
	n := m.To.Int64()
	if m.Less {
		n += grains
	} else {
		n -= grains
	}
	switch m.To.Type() {
	case fact.Money:
		return fact.MoneyOf(n)
	case fact.Int:
		return fact.IntOf(n)
	case fact.Decimal:
		return fact.DecimalOf(n, m.To.Scale())
	case fact.Date:
		return fact.DateOf(int32(n))
	}
	return m.To
}

func TestMakingTheChangeTurnsTheOutcomeAndAGrainLessDoesNot(t *testing.T) {
	t.Parallel()
	d := dictionary(t)
	seen := map[int]int{}
	rapid.Check(t, func(rt *rapid.T) {
		g := newGrower(rt)
		formula := g.grow('b', 4)
		r := load(t, g.book.file(formula))
		for range 4 {
			w, set := drawWorld(rt, d, g.book)
			c := rule.Case{Facts: set, Region: w.path, On: g.book.day()}
			now := r.Outcome(c, "结果")
			all := r.Turn(c, "结果")
			if !now.Known && all != nil {
				rt.Fatalf("%s\nof %s\nis not known, and turns by %v", g.book.file(formula), w, turnings(all))
			}
			for _, one := range all {
				if slices.ContainsFunc(one.Moves, func(m rule.Move) bool { return m.Rule }) {
					continue // TestOverridingWhatARuleGaveTurnsTheOutcome
				}
				seen[len(one.Moves)]++
				if then := r.Outcome(apply(c, one, 0), "结果"); !then.Known || then.Value == now.Value || then.Value.Bool() != one.Holds {
					rt.Fatalf("%s\nof %s\nis %v; %s, but is %+v", g.book.file(formula), w, now.Value, one.Say(who), then)
				}
				if len(one.Moves) > 1 || one.Moves[0].By.Type() == fact.None {
					continue
				}
				if then := r.Outcome(apply(c, one, 1), "结果"); then.Known && then.Value != now.Value {
					rt.Fatalf("%s\nof %s\nis %v; %s, but a grain less does it too", g.book.file(formula), w, now.Value, one.Say(who))
				}
			}
		}
	})
	t.Logf("changes of one and two facts: %v", seen)
}

// TestNoSmallerChangeIsFoundByTryingAll tries whole numbers one by one.
func TestNoSmallerChangeIsFoundByTryingAll(t *testing.T) {
	t.Parallel()
	d := dictionary(t)
	rapid.Check(t, func(rt *rapid.T) {
		g := newGrower(rt)
		formula := g.grow('b', 3)
		r := load(t, g.book.file(formula))
		w, set := drawWorld(rt, d, g.book)
		c := rule.Case{Facts: set, Region: w.path, On: g.book.day()}
		now := r.Outcome(c, "结果")
		was, ok := set.Best("数一", "")
		if !now.Known || !ok {
			return
		}
		var want []string
		for _, sign := range []int64{-1, 1} {
			for by := int64(1); by <= 40; by++ {
				n := was.Value.Int64() + sign*by
				if n < 0 && was.Value.Int64() >= 0 {
					break
				}
				then := r.Outcome(rule.Case{Facts: overlay{set, map[cell]fact.Value{{"数一", ""}: fact.IntOf(n)}}, Region: c.Region, On: c.On}, "结果")
				if then.Known && then.Value != now.Value {
					want = append(want, fmt.Sprint(sign*by))
					break
				}
			}
		}
		var got []string
		for _, one := range r.Turn(c, "结果") {
			m := one.Moves[0]
			if by := m.To.Int64() - m.From.Int64(); len(one.Moves) == 1 && m.Name == "数一" && !m.Rule && by >= -40 && by <= 40 {
				got = append(got, fmt.Sprint(by))
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			rt.Fatalf("%s\nof %s\nturns by %v, want %v", g.book.file(formula), w, got, want)
		}
	})
}

// TestOverridingWhatARuleGaveTurnsTheOutcome writes the change into the rule's
// own formula.
func TestOverridingWhatARuleGaveTurnsTheOutcome(t *testing.T) {
	t.Parallel()
	d := dictionary(t)
	seen := 0
	rapid.Check(t, func(rt *rapid.T) {
		g := newGrower(rt)
		r1 := &ruleOf{set: "总数", as: g.grow(rapid.SampledFrom([]byte("nm")).Draw(rt, "kind"), 2)}
		g.book.rules = append(g.book.rules, r1)
		read := &tree{kind: r1.as.kind, op: "rule", text: "总数", args: []*tree{r1.as}}
		formula := g.node('b', g.pick("comparison", "<", "<=", ">", ">=", "=="), read, g.grow(r1.as.kind, 1))
		if rapid.Bool().Draw(rt, "and more") {
			formula = g.node('b', g.pick("word", "且", "或"), formula, g.grow('b', 2))
		}
		r := load(t, g.book.file(formula))
		w, set := drawWorld(rt, d, g.book)
		c := rule.Case{Facts: set, Region: w.path, On: g.book.day()}
		now := r.Outcome(c, "结果")
		was := r1.as
		for _, one := range r.Turn(c, "结果") {
			m := one.Moves[0]
			if len(one.Moves) > 1 || m.Name != "总数" {
				continue
			}
			seen++
			for grains := range int64(2) { // the move, and a grain less of it
				r1.as = moved(g, was, m, grains)
				then := load(t, g.book.file(formula)).Outcome(c, "结果")
				if turned := then.Known && then.Value != now.Value; turned != (grains == 0) {
					rt.Fatalf("%s\nof %s\nis %v; %s; with %d grains less it is %+v", g.book.file(formula), w, now.Value, one.Say(who), grains, then)
				}
			}
			r1.as = was
		}
	})
	t.Logf("%d changes", seen)
}

// moved is a formula with a move added, less so many grains.
func moved(g grower, as *tree, m rule.Move, grains int64) *tree {
	text := fmt.Sprint(m.By.Int64() - grains)
	switch {
	case m.By.Type() == fact.Money:
		text = "元(" + text + " / 100)"
	case m.By.Type() == fact.Decimal:
		text += " / 100"
	}
	op := "+"
	if m.Less {
		op = "-"
	}
	return g.node(as.kind, op, as, &tree{kind: as.kind, op: "parameter", text: text})
}
