package rule_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

func settled(t testing.TB, s rule.Settled) string {
	t.Helper()
	if s.Known && (len(s.Missing) > 0 || s.Broken != "") {
		t.Errorf("it is known and lacks something: %+v", s)
	}
	if s.Known {
		return s.Value.String()
	}
	if s.Broken != "" {
		return "! " + s.Broken
	}
	var all []string
	for _, m := range s.Missing {
		all = append(all, named(m))
	}
	return "? " + strings.Join(all, " ")
}

func here(set rule.Source) rule.Case {
	return rule.Case{Facts: set, Region: []string{"390121", "390100", "390000", rule.Nation}, On: day("2026-03-02")}
}

func TestAFactLacksOnlyIfItAloneCouldChangeTheOutcome(t *testing.T) {
	t.Parallel()
	for _, c := range []formula{
		{"甲 或 非 甲", "", "是"},
		{"甲 且 非 甲", "", "否"},
		{"甲 且 乙 或 甲 且 非 乙", "", "? 甲"},
		{"甲 ? 乙 : 乙", "", "? 乙"},
		{"甲 ? 额一 : 额一", "", "? 甲 额一"}, // an amount cannot be listed: nothing is proved, and nothing left out
		{"甲 == 甲", "", "是"},
		{"甲 != 乙", "", "? 甲 乙"},
		{"甲 且 (乙 或 丙)", "乙=是", "? 甲"},
		{`类别 == "一级" 或 类别 in ["二级", "无"]`, "", "是"},
		{`类别 == "三级"`, "", "否"},
		{`备注 == "有" 或 备注 != "有"`, "", "是"},
		{`备注 == "有" 且 备注 == "无"`, "", "否"},
		{`备注 in ["有", "无"]`, "", "? 备注"},
		{"数一 < 3 或 数一 >= 3", "", "是"},
		{"数一 < 3 或 数一 > 3", "", "? 数一"},
		{"数一 < 3 且 数一 > 2", "", "否"}, // there is no whole number between them
		{"面积 < 3 且 面积 > 2", "", "? 面积"},
		{"面积 * 2 < 0.03 且 面积 > 0.01", "", "否"},
		{"额一 < 额二 或 额一 >= 额二", "额二=5", "是"},
		{"额一 < 额二 或 额一 >= 额二", "", "? 额一 额二"}, // hang on each other
		{"额一 < 元(5) 或 额二 > 元(5) 或 额一 >= 元(5)", "", "是"},
		{"元(数一) + 额二 < 元(5) 或 元(数一) >= 元(4)", "额二=1", "是"},
		{"年龄(日一) >= 60 或 年龄(日一) < 60", "", "是"},
		{"年龄(日一) >= 60 且 年龄(日一) < 18", "", "否"},
		{"年龄(日一) >= 60 且 甲", "甲=是", "? 日一"},
		{"年龄(日一) >= 300", "", "否"},
		{"日一 > 今天 且 日一 + 30 < 今天", "", "否"},
		{"合计(成员, 收入) < 元(5) 或 合计(成员, 收入) >= 元(5)", "m1.收入=1 m2.在家=是", "是"},
		{"任一(成员, 在家) 或 全部(成员, 非 在家)", "m1.患病=是 m2.患病=是", "是"},
		{"人数(成员, 在家) <= 2", "m1.患病=是 m2.患病=是", "是"},
		{"人数(成员, 在家) < 2", "m1.患病=是 m2.患病=是 m3.在家=否", "? m1.在家 m2.在家"},
		{"合计(成员, 收入, 在家) > 元(4)", "m1.收入=1 m2.收入=2 m3.收入=5 m3.在家=是", "是"},
		{"合计(成员, 收入, 在家) > 元(4)", "m1.收入=5 m2.收入=2", "? m1.在家"}, // 2 alone is not enough, and 5 needs no 2
		{"数一 / 数二 > 1 且 数二 > 0 且 数二 < 1", "数一=1", "? 数二"},       // 0 cannot be divided by
		{"甲 ? 1 / 0 > 1 : 2 / 0 > 1", "", "! 除数是 0"},
		{"额一 < 元(5)", "", "? 额一"},
		{"甲 且 乙", "甲=是 乙=是", "是"},
		{"任一(成员, 在家) 或 甲", "", "? 甲 成员"},
	} {
		got := settled(t, load(t, one(c.as)).Settle(here(told(t, strings.Fields(c.facts)...)), "结果"))
		if words := strings.Fields(got); !slices.Equal(slices.Sorted(slices.Values(words)), slices.Sorted(slices.Values(strings.Fields(c.want)))) {
			t.Errorf("%s with [%s]\n gives %s\n want  %s", c.as, c.facts, got, c.want)
		}
	}
}

func TestAMissingParameterStaysMissing(t *testing.T) {
	t.Parallel()
	r := load(t, strings.Replace(standard, "as: 标准", "as: '甲 且 额一 < 标准'", 1))
	c := rule.Case{Facts: told(t, "额一=5"), Region: []string{"330000"}, On: day("2026-03-02")}
	if got := settled(t, r.Settle(c, "结果")); got != "? 甲 #标准" {
		t.Errorf("got %s", got)
	}
}

func TestThereIsNoOutcomeOfWhatIsNoRuleOfTheFamily(t *testing.T) {
	t.Parallel()
	r := load(t, "rules: [{set: 个人, each: member, as: 收入}, {set: 全家, as: '合计(成员, 个人)'}]")
	for _, set := range []string{"个人", "没有", "收入", ""} {
		if s := r.Settle(here(told(t, "m1.收入=1")), set); s.Known || s.Missing != nil || s.Broken != "" {
			t.Errorf("%s gives %+v", set, s)
		}
		if s := r.Outcome(here(told(t, "m1.收入=1")), set); s.Known || s.Missing != nil || s.Broken != "" {
			t.Errorf("%s gives %+v", set, s)
		}
	}
}

// TestTooManyWaysAreNotTried: what cannot be tried within the limit stays
// missing, and the rest is still told exactly.
func TestTooManyWaysAreNotTried(t *testing.T) {
	t.Parallel()
	var all, members []string
	for i := range 20 {
		members = append(members, "m"+string(rune('a'+i))+".患病=否")
		all = append(all, "m"+string(rune('a'+i)))
	}
	s := load(t, one("任一(成员, 在家) 或 全部(成员, 非 在家)")).Settle(here(told(t, members...)), "结果")
	if s.Known || len(s.Missing) == 0 {
		t.Errorf("of %d people it gives %s", len(all), settled(t, s))
	}
}

func TestAnOutcomeIsWhatAFullJudgementSays(t *testing.T) {
	t.Parallel()
	d := dictionary(t)
	rapid.Check(t, func(rt *rapid.T) {
		g := newGrower(rt)
		formula := g.grow(rapid.SampledFrom([]byte("nmbdw")).Draw(rt, "kind"), 3)
		r := load(t, g.book.file(formula))
		w, set := drawWorld(rt, d, g.book)
		c := rule.Case{Facts: set, Region: w.path, On: g.book.day()}
		want, got := find(t, r.Judge(c), "结果"), r.Outcome(c, "结果")
		if got.Known != want.Known || got.Value != want.Value || got.Broken != want.Broken || !slices.Equal(got.Missing, want.Missing) {
			rt.Fatalf("%s\nof %s\ngives %+v, want %+v", g.book.file(formula), w, got, want)
		}
	})
}

// cell is one fact of one member or of the family.
type cell struct{ name, about string }

// untold are the facts that nobody told in a world.
func untold(w world) []cell {
	var all []cell
	for _, kind := range []byte("bnmdw") {
		for _, name := range familyFacts[kind] {
			if _, ok := w.facts[name]; !ok {
				all = append(all, cell{name, ""})
			}
		}
		for _, m := range w.members {
			for _, name := range memberFacts[kind] {
				if _, ok := w.facts[m+"."+name]; !ok {
					all = append(all, cell{name, m})
				}
			}
		}
	}
	return all
}

// overlay is a case in which some facts are told otherwise.
type overlay struct {
	rule.Source
	told map[cell]fact.Value
}

func (o overlay) Best(name, about string) (fact.Statement, bool) {
	if v, ok := o.told[cell{name, about}]; ok {
		return fact.Statement{Name: name, About: about, Value: v, Source: "self"}, true
	}
	return o.Source.Best(name, about)
}

// TestNothingThatMattersIsLeftOut completes what is unknown at random: a
// settled outcome is always the same, and what is not missing never matters.
func TestNothingThatMattersIsLeftOut(t *testing.T) {
	t.Parallel()
	d := dictionary(t)
	proved := 0
	rapid.Check(t, func(rt *rapid.T) {
		g := newGrower(rt)
		formula := g.grow('b', 3)
		r := load(t, g.book.file(formula))
		w, set := drawWorld(rt, d, g.book)
		c := rule.Case{Facts: set, Region: w.path, On: g.book.day()}
		plain, got := r.Outcome(c, "结果"), r.Settle(c, "结果")
		for _, m := range got.Missing {
			if !slices.Contains(plain.Missing, m) {
				rt.Fatalf("%s\nof %s\nlacks %v of all things", g.book.file(formula), w, m)
			}
		}
		if len(got.Missing) < len(plain.Missing) {
			proved++
		}
		free := untold(w)
		if slices.ContainsFunc(got.Missing, func(m rule.Missing) bool { return m.Parameter || m.Name == "成员" }) || len(free) == 0 {
			return
		}
		for range 5 {
			full := overlay{set, map[cell]fact.Value{}}
			for _, f := range free {
				full.told[f], _ = drawFact(rt, d.Find(f.name), f.name)
			}
			with := r.Outcome(rule.Case{Facts: full, Region: c.Region, On: c.On}, "结果")
			if got.Known && (!with.Known || with.Value != got.Value) {
				rt.Fatalf("%s\nof %s\nis settled as %v, but with %v it is %+v", g.book.file(formula), w, got.Value, full.told, with)
			}
			f := rapid.SampledFrom(free).Draw(rt, "changed")
			if slices.Contains(got.Missing, rule.Missing{Name: f.name, About: f.about}) {
				continue
			}
			full.told[f], _ = drawFact(rt, d.Find(f.name), f.name)
			after := r.Outcome(rule.Case{Facts: full, Region: c.Region, On: c.On}, "结果")
			if after.Known != with.Known || after.Value != with.Value {
				rt.Fatalf("%s\nof %s\nlacks %v, but %v matters: %+v and then %+v", g.book.file(formula), w, got.Missing, f, with, after)
			}
		}
	})
	t.Logf("%d times fewer facts were missing", proved)
}

// TestOfYesAndNoTheMissingFactsAreExact compares with all completions, tried
// out, of formulas over yes and no, words and compared numbers.
func TestOfYesAndNoTheMissingFactsAreExact(t *testing.T) {
	t.Parallel()
	can := map[string][]string{"甲": {"是", "否"}, "乙": {"是", "否"}, "丙": {"是", "否"}, "丁": {"是", "否"}, "类别": {"一级", "二级", "无"}, "备注": {"有", "无", "别的"}, "数一": {"1", "2", "3", "4"}}
	leaf := []string{"甲", "乙", "丙", "丁", `类别 == "一级"`, `类别 in ["一级", "二级"]`, `备注 == "有"`, `备注 != "无"`, "数一 < 2", "数一 >= 3", "2 == 数一", "数一 + 1 > 4"}
	rapid.Check(t, func(rt *rapid.T) {
		var grow func(depth int) string
		grow = func(depth int) string {
			if depth == 0 {
				return "(" + rapid.SampledFrom(leaf).Draw(rt, "leaf") + ")"
			}
			switch rapid.IntRange(0, 4).Draw(rt, "shape") {
			case 0:
				return "(非 " + grow(depth-1) + ")"
			case 1:
				return "(" + grow(depth-1) + " ? " + grow(depth-1) + " : " + grow(depth-1) + ")"
			case 2:
				return "(" + grow(depth-1) + " == " + grow(depth-1) + ")"
			}
			return "(" + grow(depth-1) + rapid.SampledFrom([]string{" 且 ", " 或 "}).Draw(rt, "word") + grow(depth-1) + ")"
		}
		formula := grow(3)
		var given, free []string
		for _, name := range []string{"甲", "乙", "丙", "丁", "类别", "备注", "数一"} {
			if rapid.Bool().Draw(rt, name) {
				given = append(given, name+"="+rapid.SampledFrom(can[name]).Draw(rt, "told"))
			} else {
				free = append(free, name)
			}
		}
		r := load(t, one(formula))
		got := r.Settle(here(told(t, given...)), "结果")
		want, always := bruteForce(t, r, given, free, can)
		var lacks []string
		for _, m := range got.Missing {
			lacks = append(lacks, m.Name)
		}
		slices.Sort(lacks)
		slices.Sort(want)
		if got.Known != (len(want) == 0) || got.Known && got.Value != always || !slices.Equal(lacks, want) {
			rt.Fatalf("%s with %v\nlacks %v (%+v), want %v", formula, given, lacks, got, want)
		}
	})
}

// bruteForce tries all completions and tells which facts can alone change the
// outcome, and one outcome.
func bruteForce(t *testing.T, r *rule.Rules, given, free []string, can map[string][]string) (matter []string, v fact.Value) {
	outcome := map[string]fact.Value{}
	var all [][]string
	var fill func(sofar []string)
	fill = func(sofar []string) {
		if len(sofar) == len(free) {
			facts := slices.Clone(given)
			for i, f := range free {
				facts = append(facts, f+"="+sofar[i])
			}
			all = append(all, slices.Clone(sofar))
			v = find(t, judge(t, r, facts...), "结果").Value
			outcome[strings.Join(sofar, " ")] = v
			return
		}
		for _, c := range can[free[len(sofar)]] {
			fill(append(sofar, c))
		}
	}
	fill(nil)
	for i, f := range free {
		for _, a := range all {
			b := slices.Clone(a)
			for _, b[i] = range can[f] {
				if outcome[strings.Join(a, " ")] != outcome[strings.Join(b, " ")] && !slices.Contains(matter, f) {
					matter = append(matter, f)
				}
			}
		}
	}
	return matter, v
}
