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

func TestThreeValuedLogic(t *testing.T) {
	t.Parallel()
	// A fact that is not told is unknown.
	words := map[string][]string{"是": {"%s=是"}, "否": {"%s=否"}, "?": nil}
	for _, c := range []struct{ a, b, and, or string }{
		{"是", "是", "是", "是"},
		{"是", "否", "否", "是"},
		{"是", "?", "? 乙", "是"},
		{"否", "是", "否", "是"},
		{"否", "否", "否", "否"},
		{"否", "?", "否", "? 乙"},
		{"?", "是", "? 甲", "是"},
		{"?", "否", "否", "? 甲"},
		{"?", "?", "? 甲 乙", "? 甲 乙"},
	} {
		var given []string
		for _, f := range words[c.a] {
			given = append(given, fmt.Sprintf(f, "甲"))
		}
		for _, f := range words[c.b] {
			given = append(given, fmt.Sprintf(f, "乙"))
		}
		if got := say(work(t, "甲 且 乙", given...)); got != c.and {
			t.Errorf("%s 且 %s gives %s, want %s", c.a, c.b, got, c.and)
		}
		if got := say(work(t, "甲 或 乙", given...)); got != c.or {
			t.Errorf("%s 或 %s gives %s, want %s", c.a, c.b, got, c.or)
		}
	}
	checkFormulas(t, []formula{{"非 甲", "甲=是", "否"}, {"非 甲", "甲=否", "是"}, {"非 甲", "", "? 甲"}})
}

func TestAnOutcomeIsKnownOnlyWhenNothingCouldChangeIt(t *testing.T) {
	t.Parallel()
	checkFormulas(t, []formula{
		{"甲 ? 额一 : 额二", "甲=是 额一=1", "¥1.00"},
		{"甲 ? 额一 : 额二", "甲=否 额一=1", "? 额二"},
		{"甲 ? 额一 : 额二", "额一=1 额二=1", "¥1.00"},
		{"甲 ? 额一 : 额二", "额一=1 额二=2", "? 甲"},
		{"甲 ? 额一 : 额二", "额一=1", "? 甲 额二"},
		{"甲 ? 乙 : 丙", "", "? 甲 乙 丙"},
		{"数一 * 数二", "数一=0", "0"},
		{"数一 * 数二", "数二=0", "0"},
		{"额一 * 数一", "数一=0", "¥0.00"},
		{"数一 * 数二", "数一=1", "? 数二"},
		{"数一 / 数二", "数一=0", "? 数二"}, // it might be 0
		{"额一 < 额二", "额一=1", "? 额二"},
		{"额一 < 额二", "", "? 额一 额二"},
		{"额一 == 额二", "额二=1", "? 额一"},
		{`类别 in ["一级", "二级"]`, "", "? 类别"},
		{"-额一 + 额一", "", "? 额一"},
		{"较大(数一, 数二)", "数一=1", "? 数二"},
		{"年龄(日一)", "", "? 日一"},
	})
}

func TestArithmeticIsExactToTheEnd(t *testing.T) {
	t.Parallel()
	checkFormulas(t, []formula{
		{"0.1 + 0.2 == 0.3", "", "是"},
		{"元(0.1) + 元(0.2) == 元(0.3)", "", "是"},
		{"1 / 3 * 3 == 1", "", "是"},
		{"额一 / 3 * 3 == 额一", "额一=0.01", "是"},
		{"9007199254740993.5 > 9007199254740993", "", "是"}, // no float64 can tell
		{"9007199254740993.5 - 9007199254740993 == 0.5", "", "是"},
		{"额一 / 3 < 元(0.34)", "额一=1.01", "是"},
		{"额一 / 3", "额一=1", "约 ¥0.33"},
		{"额一 / 2", "额一=1", "¥0.50"},
		{"额一 / 额二", "额一=1 额二=3", "0.3333"},
		{"2 * 额一 + 额一 * 0.5", "额一=10", "¥25.00"},
		{"额一 - 额二", "额一=1 额二=2.50", "-¥1.50"},
		{"1 + 2 * 3 - 4 / 2", "", "5"},
		{"(1 + 2) * 3", "", "9"},
		{"-数一", "数一=3", "-3"},
		{"+数一", "数一=3", "3"},
		{"1 < 2 且 2 <= 2 且 3 > 2 且 2 >= 2 且 1 != 2", "", "是"},
		{"2 < 2 或 3 <= 2 或 2 > 2 或 1 >= 2", "", "否"},
		{`类别 in ["一级", "二级"]`, "类别=二级", "是"},
		{`类别 not in ["一级", "二级"]`, "类别=无", "是"},
		{`类别 == "无"`, "类别=无", "是"},
		{`备注 != "无"`, "备注=有", "是"},
		{"甲 == 乙", "甲=是 乙=是", "是"},
		{"甲 == 否", "甲=否", "是"},
	})
}

func TestRoundingIsDoneOnlyWhereAFormulaSaysSo(t *testing.T) {
	t.Parallel()
	checkFormulas(t, []formula{
		{"取整(额一, 元(1))", "额一=409.50", "¥410.00"},
		{"取整(额一, 元(1))", "额一=409.49", "¥409.00"},
		{"取整(额一, 元(1))", "额一=-409.50", "-¥410.00"},
		{"进位(额一, 元(1))", "额一=409.01", "¥410.00"},
		{"进位(额一, 元(1))", "额一=410", "¥410.00"},
		{"进位(额一, 元(0.1))", "额一=409.01", "¥409.10"},
		{"舍去(额一, 元(10))", "额一=409.99", "¥400.00"},
		{"取整(数一 / 2, 1)", "数一=5", "3"},
		{"取整(额一, 元(0))", "额一=1", "! 取整的单位不对"},
		{"取整(额一, 元(-1))", "额一=1", "! 取整的单位不对"},
		{"取整(数一, 0.5)", "数一=1", "! 取整的单位不对"},
		{"较大(额一, 额二)", "额一=1 额二=2", "¥2.00"},
		{"较小(额一, 额二)", "额一=1 额二=2", "¥1.00"},
		{"较小(日一, 日二)", "日一=2026-01-02 日二=2026-01-01", "2026年1月1日"},
	})
}

func TestWhatCannotBeWorkedOutIsBrokenAndNeverANumber(t *testing.T) {
	t.Parallel()
	const big = "9223372036854775807"
	checkFormulas(t, []formula{
		{"数一 / 数二", "数一=1 数二=0", "! 除数是 0"},
		{"额一 / 额二", "额一=1 额二=0", "! 除数是 0"},
		{"额一 / 数二 < 元(5)", "额一=1 数二=0", "! 除数是 0"},
		{"数一 + 1", "数一=" + big, "! 数太大，算不了"},
		{"-数一 - 2", "数一=" + big, "! 数太大，算不了"},
		{"数一 * 2", "数一=" + big, "! 数太大，算不了"},
		{"数一 * 0", "数一=" + big, "0"},
		{"元(数一)", "数一=" + big, "! 数太大，算不了"},
		{"取整(数一, 10)", "数一=" + big, "! 数太大，算不了"},
		{"数一 - 数二", "数一=-9223372036854775808 数二=1", "! 数太大，算不了"},
		{"0 - 数一", "数一=-9223372036854775808", "! 数太大，算不了"},
		{"-数一 > 0", "数一=-9223372036854775807", "是"},
		{"合计(成员, 岁数)", "m1.岁数=" + big + " m2.岁数=1", "! 数太大，算不了"},
		{"甲 或 数一 / 数二 > 1", "甲=是 数一=1 数二=0", "是"},
		{"甲 且 数一 / 数二 > 1", "甲=否 数一=1 数二=0", "否"},
		{"甲 且 数一 / 数二 > 1", "甲=是 数一=1 数二=0", "! 除数是 0"},
		{"日一 + 数一", "日一=2026-01-01 数一=" + big, "! 数太大，算不了"},
	})
}

func TestARuleThatReadsABrokenOneIsBrokenToo(t *testing.T) {
	t.Parallel()
	j := judge(t, load(t, "rules: [{set: 人均, as: 额一 / 数一}, {set: 合格, as: 人均 < 元(100)}]"), "额一=1", "数一=0")
	for _, set := range []string{"人均", "合格"} {
		if r := find(t, j, set); r.Known || r.Fails() || r.Holds() || r.Broken != "除数是 0" {
			t.Errorf("%s is %+v, want broken by 除数是 0", set, r)
		}
	}
}

func TestSumsAndCountsOverMembers(t *testing.T) {
	t.Parallel()
	two := "m1.收入=100 m1.在家=是 m2.收入=20.50 m2.在家=否"
	checkFormulas(t, []formula{
		{"合计(成员, 收入)", two, "¥120.50"},
		{"合计(成员, 收入, 在家)", two, "¥100.00"},
		{"合计(成员, 收入 * 2, 非 在家)", two, "¥41.00"},
		{"最大(成员, 收入)", two, "¥100.00"},
		{"最大(成员, 收入, 非 在家)", two, "¥20.50"},
		{"最大(成员, 收入)", "m1.收入=-5 m2.收入=-3", "-¥3.00"},
		{"最大(成员, 收入, 患病)", "m1.收入=5 m1.患病=否", "¥0.00"},
		{"人数(成员, 在家)", two, "1"},
		{"人数(成员, 收入 > 元(10), 在家)", two, "1"},
		{"任一(成员, 在家)", two, "是"},
		{"全部(成员, 在家)", two, "否"},
		{"任一(成员, 收入 > 元(50), 非 在家)", two, "否"},
		{"全部(成员, 收入 > 元(50), 在家)", two, "是"},
		{"全部(成员, 患病, 收入 > 元(1000))", two, "是"}, // of nobody
		{"合计(成员, 收入) / 人数(成员, 是)", two, "¥60.25"},
		{"合计(成员, 收入 + 额一)", two + " 额一=1", "¥122.50"},
	})
}

func TestWithoutMembersAnAggregateIsUnknown(t *testing.T) {
	t.Parallel()
	for _, as := range []string{"合计(成员, 收入)", "最大(成员, 收入)", "人数(成员, 在家)", "任一(成员, 在家)", "全部(成员, 在家)"} {
		if got := say(work(t, as, "甲=是")); got != "? 成员" {
			t.Errorf("%s without members gives %s, want ? 成员", as, got)
		}
	}
}

func TestAMemberOfWhomWeDoNotKnowLeavesTheAggregateUnknownUnlessItChangesNothing(t *testing.T) {
	t.Parallel()
	checkFormulas(t, []formula{
		// the value lacks
		{"合计(成员, 收入)", "m1.收入=1 m2.在家=是", "? m2.收入"},
		{"合计(成员, 收入, 在家)", "m1.收入=1 m1.在家=是 m2.在家=否", "¥1.00"},
		{"人数(成员, 在家)", "m1.在家=是 m2.收入=1", "? m2.在家"},
		{"任一(成员, 在家)", "m1.在家=是 m2.收入=1", "是"},
		{"任一(成员, 在家)", "m1.在家=否 m2.收入=1", "? m2.在家"},
		{"全部(成员, 在家)", "m1.在家=否 m2.收入=1", "否"},
		{"全部(成员, 在家)", "m1.在家=是 m2.收入=1", "? m2.在家"},
		{"最大(成员, 收入)", "m1.收入=1 m2.在家=是", "? m2.收入"},
		// the condition lacks
		{"合计(成员, 收入, 在家)", "m1.收入=1 m1.在家=是 m2.收入=2", "? m2.在家"},
		{"合计(成员, 收入, 在家)", "m1.收入=1 m1.在家=是 m2.收入=0", "¥1.00"},
		{"最大(成员, 收入, 在家)", "m1.收入=3 m1.在家=是 m2.收入=2", "¥3.00"},
		{"最大(成员, 收入, 在家)", "m1.收入=-3 m1.在家=是 m2.收入=0", "? m2.在家"},
		{"最大(成员, 收入, 在家)", "m1.收入=0 m1.患病=是 m2.收入=0", "¥0.00"},
		{"最大(成员, 收入, 在家)", "m1.收入=-1 m1.患病=是 m2.收入=0", "? m1.在家 m2.在家"},
		{"人数(成员, 患病, 在家)", "m1.患病=否 m2.患病=否", "0"},
		{"人数(成员, 患病, 在家)", "m1.患病=否 m2.患病=是", "? m2.在家"},
		{"任一(成员, 患病, 在家)", "m1.患病=否 m2.患病=是", "? m2.在家"},
		{"任一(成员, 患病, 在家)", "m1.患病=否 m2.患病=否", "否"},
		{"全部(成员, 患病, 在家)", "m1.患病=是 m2.患病=是", "是"},
		// both
		{"合计(成员, 收入, 在家)", "m1.岁数=1", "? m1.在家 m1.收入"},
		{"任一(成员, 患病, 在家)", "m1.岁数=1", "? m1.在家 m1.患病"},
	})
}

func TestARuleOfEachMemberIsWorkedOutForEach(t *testing.T) {
	t.Parallel()
	r := load(t, `
rules:
  - {set: 个人收入, each: member, as: "收入 - 额一"}
  - {set: 家庭收入, as: "合计(成员, 个人收入)"}
`)
	j := judge(t, r, "额一=1", "m1.收入=10", "m2.收入=20")
	var got []string
	for _, one := range j.Results {
		got = append(got, one.Rule.Set+one.About+"="+say(one))
	}
	if want := []string{"个人收入m1=¥9.00", "个人收入m2=¥19.00", "家庭收入=¥28.00"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, ok := j.Find("个人收入"); ok {
		t.Error("a rule of each member has one result for the family")
	}
}

func TestAResultTellsAllThatItReadAndWhoSaidIt(t *testing.T) {
	t.Parallel()
	r := load(t, `
parameters:
  标准: {type: money, values: [{from: 2020-01-01, value: 1210.00, source: 文件〔2025〕1号}]}
rules:
  - {set: 个人, each: member, as: 收入}
  - {set: 合格, as: "合计(成员, 个人) + 额一 < 标准", law: 第1条, why: 收入低}
`)
	set := told(t, "m1.收入=10", "m2.在家=是")
	set.Tell(fact.Statement{Name: "额一", Source: "self", Value: fact.MoneyOf(100)}, fact.Statement{Name: "额一", Source: "tax", Value: fact.MoneyOf(200)})
	j := r.Judge(rule.Case{Facts: set, Region: []string{rule.Nation}, On: day("2026-03-02")})
	var got []string
	for _, u := range find(t, j, "合格").Used {
		got = append(got, fmt.Sprintf("%s %s %s %t %s %s %t", u.Name, u.About, u.Shown(), u.Known, u.Source, u.Set, u.Rule))
	}
	want := []string{
		"个人 m1 ¥10.00 true   true", "个人 m2  false   true", "额一  ¥2.00 true tax  false", "标准  ¥1,210.00 true  文件〔2025〕1号 false",
	}
	if !slices.Equal(got, want) {
		t.Errorf("used\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if c := j.Conditions(); len(c) != 1 || c[0].Rule.Set != "合格" {
		t.Errorf("conditions are %v, want 合格", c)
	}
}

// boolean draws a formula of 甲 乙 丙 丁; each stands in it once if once is set.
func boolean(t *rapid.T, once bool) string {
	free := []string{"甲", "乙", "丙", "丁"}
	var build func(depth int) string
	build = func(depth int) string {
		shape := rapid.IntRange(0, 7).Draw(t, "shape")
		if depth == 0 || shape == 0 || len(free) == 0 {
			if len(free) == 0 {
				return rapid.SampledFrom([]string{"是", "否"}).Draw(t, "constant")
			}
			i := rapid.IntRange(0, len(free)-1).Draw(t, "fact")
			name := free[i]
			if once {
				free = slices.Delete(slices.Clone(free), i, i+1)
			}
			return name
		}
		switch shape {
		case 1, 2:
			return "(" + build(depth-1) + " 且 " + build(depth-1) + ")"
		case 3, 4:
			return "(" + build(depth-1) + " 或 " + build(depth-1) + ")"
		case 5:
			return "非 (" + build(depth-1) + ")"
		case 6:
			return "(" + build(depth-1) + " == " + build(depth-1) + ")"
		}
		return "(" + build(depth-1) + " ? " + build(depth-1) + " : " + build(depth-1) + ")"
	}
	return build(4)
}

// truths works a formula out for all 81 ways in which four facts can be yes,
// no or unknown; the n-th has the n-th digits to base 3, 2 being unknown.
func truths(t testing.TB, as string) (results [81]rule.Result) {
	r := load(t, one(as))
	d := dictionary(t)
	for n := range results {
		set := fact.NewSet(d)
		for i, name := range []string{"甲", "乙", "丙", "丁"} {
			if digit := n / [4]int{1, 3, 9, 27}[i] % 3; digit < 2 {
				set.Tell(fact.Statement{Name: name, Source: "self", Value: fact.BoolOf(digit == 1)})
			}
		}
		results[n], _ = r.Judge(rule.Case{Facts: set}).Find("结果")
	}
	return results
}

// canChange returns the facts that could still change the outcome of the n-th
// way, and whether the outcome can still be both: by trying everything.
func canChange(all *[81]rule.Result, n int) (names []string, open bool) {
	ends := complete(n)
	for i, name := range []string{"甲", "乙", "丙", "丁"} {
		place := [4]int{1, 3, 9, 27}[i]
		matters := slices.ContainsFunc(ends, func(e int) bool {
			return n/place%3 == 2 && e/place%3 == 0 && all[e].Holds() != all[e+place].Holds()
		})
		if matters {
			names = append(names, name)
		}
	}
	return names, len(names) > 0
}

// complete returns the ways without unknown that the n-th can still become.
func complete(n int) []int {
	ends := []int{n}
	for _, place := range []int{1, 3, 9, 27} {
		var next []int
		for _, e := range ends {
			if e/place%3 == 2 {
				next = append(next, e-place, e-2*place)
			} else {
				next = append(next, e)
			}
		}
		ends = next
	}
	return ends
}

func missing(r rule.Result) []string {
	var names []string
	for _, m := range r.Missing {
		names = append(names, m.Name)
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Index("甲乙丙丁", a) - strings.Index("甲乙丙丁", b) })
	return names
}

func TestUnknownNeverBecomesFalseWhateverTheFormula(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		as := boolean(rt, false)
		all := truths(t, as)
		for n := range all {
			names, open := canChange(&all, n)
			if all[n].Known && open {
				rt.Fatalf("%s, way %d: said to be %s, though %v could change it", as, n, all[n].Shown(), names)
			}
			if end := all[complete(n)[0]]; all[n].Known && all[n].Value != end.Value {
				rt.Fatalf("%s, way %d: said to be %s, but it becomes %s", as, n, all[n].Shown(), end.Shown())
			}
			for _, name := range names {
				if !slices.Contains(missing(all[n]), name) {
					rt.Fatalf("%s, way %d: %s could change it and is not among %v", as, n, name, missing(all[n]))
				}
			}
		}
	})
}

func TestMissingNamesExactlyWhatCouldStillChangeTheOutcome(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		as := boolean(rt, true)
		all := truths(t, as)
		for n := range all {
			if names, _ := canChange(&all, n); !slices.Equal(names, missing(all[n])) {
				rt.Fatalf("%s, way %d: missing are %v, but what could change it is %v", as, n, missing(all[n]), names)
			}
		}
	})
}
