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

// said are edges in short: the comparison, what is moved, the two values and
// the outcomes there.
func said(all []rule.Edge) []string {
	var out []string
	for _, e := range all {
		name := strings.TrimPrefix(e.About+"."+e.Name, ".")
		out = append(out, fmt.Sprintf("%s：%s：%s %s | %s %s", e.Formula, name, e.Last, e.Before.Value, e.First, e.After.Value))
	}
	return out
}

func TestEveryThresholdHasTwoSides(t *testing.T) {
	t.Parallel()
	const file = `
parameters:
  标准: {type: money, values: [{from: 2025-01-01, value: 1210.00, source: x}]}
rules:
  - {set: 人均, as: 额一 / 3}
  - {set: 上限, as: '标准 * 人数(成员, 在家)'}
  - {set: 老人, each: member, as: 年龄(生日) >= 60}
  - {set: 结果, as: '%s'}
`
	for _, c := range []struct {
		as, facts string
		want      []string
	}{
		{"人均 < 标准", "额一=3735", []string{"人均 < 标准：人均：¥1,209.99 是 | ¥1,210.00 否"}},
		{"人均 < 标准", "额一=3629.99", []string{"人均 < 标准：人均：¥1,209.99 是 | ¥1,210.00 否"}}, // a third of it is no whole 分
		{"额一 <= 标准", "额一=5", []string{"额一 <= 标准：额一：¥1,210.00 是 | ¥1,210.01 否"}},
		{"额一 <= 标准 且 乙", "额一=5 乙=否", []string{"额一 <= 标准：额一：¥1,210.00 否 | ¥1,210.01 否"}},
		{"数一 == 3", "数一=0", []string{"数一 == 3：数一：2 否 | 3 是"}},
		{"数一 == 3", "数一=3", []string{"数一 == 3：数一：2 否 | 3 是", "数一 == 3：数一：3 是 | 4 否"}},
		{"数一 != 3", "数一=9", []string{"数一 != 3：数一：3 否 | 4 是"}},
		{"额一 <= 上限", "额一=2000 m1.在家=是 m2.在家=是", []string{"额一 <= 上限：额一：¥2,420.00 是 | ¥2,420.01 否"}},
		{"任一(成员, 老人)", "m1.生日=1966-03-03", []string{"年龄(出生日期, 今天) >= 60：m1.生日：1966年3月2日 是 | 1966年3月3日 否"}},
		{"甲 ? 额一 < 标准 : 额一 < 元(100)", "甲=是 额一=5000", []string{"额一 < 标准：额一：¥1,209.99 是 | ¥1,210.00 否", "额一 < 100 元：额一：¥99.99 是 | ¥100.00 是"}},
		{"额一 < 额二", "额一=5 额二=7", []string{"额一 < 额二：额一：¥6.99 是 | ¥7.00 否", "额一 < 额二：额二：¥5.00 否 | ¥5.01 是"}},
		{"额一 < 标准", "", nil},
		{`类别 == "一级"`, "类别=无", nil},
		{"面积 > 0.25", "面积=1.00", []string{"面积 > 0.25：面积：0.25 否 | 0.26 是"}},
		{"合计(成员, 收入 / 2, 收入 > 元(5)) > 元(9)", "m1.收入=8", []string{
			"合计(收入 / 2, 收入 > 5 元) > 9 元：m1.收入：¥18.00 否 | ¥18.01 是", "收入 > 5 元：m1.收入：¥5.00 否 | ¥5.01 否"}},
	} {
		src := fmt.Sprintf(file, strings.ReplaceAll(c.as, "'", "''"))
		got := said(load(t, src).Edges(here(told(t, strings.Fields(c.facts)...)), "结果"))
		want := slices.Clone(c.want)
		for i := range want {
			want[i] = strings.ReplaceAll(want[i], "出生日期", "生日")
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s with [%s]\n gives %q\n want  %q", c.as, c.facts, got, want)
		}
	}
}

func TestTheTwoSidesOfAnEdgeGiveTheOutcomesThatItTells(t *testing.T) {
	t.Parallel()
	d := dictionary(t)
	seen, turning := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		g := newGrower(rt)
		formula := g.grow('b', 3)
		r := load(t, g.book.file(formula))
		w, set := drawWorld(rt, d, g.book)
		c := rule.Case{Facts: set, Region: w.path, On: g.book.day()}
		for _, e := range r.Edges(c, "结果") {
			if e.Moved != nil {
				continue // what rules gave: TestOverridingWhatARuleGaveTurnsTheOutcome
			}
			seen++
			if e.Turns() {
				turning++
			}
			if gap := e.First.Int64() - e.Last.Int64(); gap != 1 {
				rt.Fatalf("the sides of %+v are %d apart", e, gap)
			}
			for v, want := range map[fact.Value]rule.Settled{e.Last: e.Before, e.First: e.After} {
				full := overlay{set, map[cell]fact.Value{{e.Name, e.About}: v}}
				got := r.Outcome(rule.Case{Facts: full, Region: c.Region, On: c.On}, "结果")
				if got.Known != want.Known || got.Value != want.Value {
					rt.Fatalf("%s\nof %s\ngives %+v with %s = %s, but the edge of %s says %+v", g.book.file(formula), w, got, e.Name, v, e.Formula, want)
				}
			}
		}
	})
	t.Logf("%d edges, %d of them turn the outcome", seen, turning)
}

func TestThresholdsThatNoCaseTouchesOnBothSidesAreFound(t *testing.T) {
	t.Parallel()
	r := load(t, `
rules:
  - {set: 老人, each: member, as: 岁数 >= 60}
  - {set: 结果, as: '额一 < 元(100) 且 任一(成员, 老人) 且 (数一 > 3 或 类别 == "一级")'}
  - {set: 没用, as: 数二 > 5}
`)
	find := func(all ...string) []string {
		var cases []rule.Case
		for _, one := range all {
			cases = append(cases, here(told(t, strings.Fields(one)...)))
		}
		var out []string
		for _, th := range r.OneSided("结果", cases) {
			out = append(out, th.Rule.Set+"："+th.Formula)
		}
		return out
	}
	for _, c := range []struct{ given, want []string }{
		{nil, []string{"老人：岁数 >= 60", "结果：额一 < 100 元", "结果：数一 > 3"}},
		{[]string{"额一=5 m1.岁数=70", "额一=500 数一=9"}, []string{"老人：岁数 >= 60", "结果：数一 > 3"}},
		{[]string{"额一=5 m1.岁数=70 m2.岁数=5 数一=3", "额一=500 数一=4"}, nil},
	} {
		if got := find(c.given...); !slices.Equal(got, c.want) {
			t.Errorf("of %q it finds %q, want %q", c.given, got, c.want)
		}
	}
	if got := r.OneSided("没有", nil); got != nil {
		t.Errorf("of no rule it finds %v", got)
	}
}
