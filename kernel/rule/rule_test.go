package rule_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

const facts = `
sources: [{code: self, title: 本人填写, seal: 本, person: true}, {code: tax, title: 税务, seal: 税}]
facts:
  - {name: 甲, code: a, type: bool, of: family, changes: true, sources: [self]}
  - {name: 乙, code: b, type: bool, of: family, sources: [self]}
  - {name: 丙, code: c, type: bool, of: family, sources: [self]}
  - {name: 丁, code: d, type: bool, of: family, sources: [self]}
  - {name: 数一, code: n1, type: int, of: family, changes: true, sources: [self]}
  - {name: 数二, code: n2, type: int, of: family, sources: [self]}
  - {name: 额一, code: m1, type: money, of: family, changes: true, sources: [tax, self]}
  - {name: 额二, code: m2, type: money, of: family, sources: [self]}
  - {name: 日一, code: d1, type: date, of: family, changes: true, sources: [self]}
  - {name: 日二, code: d2, type: date, of: family, sources: [self]}
  - {name: 类别, code: kind, type: enum, of: family, words: [一级, 二级, 无], changes: true, sources: [self]}
  - {name: 备注, code: note, type: text, of: family, sources: [self]}
  - {name: 面积, code: area, type: decimal, scale: 2, of: family, changes: true, sources: [self]}
  - {name: 在家, code: home, type: bool, of: member, changes: true, sources: [self]}
  - {name: 患病, code: ill, type: bool, of: member, sources: [self]}
  - {name: 岁数, code: age, type: int, of: member, changes: true, sources: [self]}
  - {name: 收入, code: income, type: money, of: member, changes: true, sources: [tax, self]}
  - {name: 生日, code: birth, type: date, of: member, sources: [self]}
  - {name: 关系, code: relation, type: text, of: member, sources: [self]}
  - {name: 占比, code: share, type: decimal, scale: 1, of: member, changes: true, sources: [self]}
  - {name: 等级, code: grade, type: enum, of: member, words: [一级, 二级, 无], changes: true, sources: [self]}
`

// read is the dictionary, once for all tests.
var read = sync.OnceValues(func() (*fact.Dictionary, error) { return fact.ReadDictionary("facts.yaml", []byte(facts)) })

func dictionary(t testing.TB) *fact.Dictionary {
	t.Helper()
	d, err := read()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func day(s string) int32 {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return int32(d.Unix() / 86400)
}

// value reads what a test writes: 是, 12 or -12.50, 2026-03-02, a word.
func value(t testing.TB, def *fact.Def, s string) fact.Value {
	t.Helper()
	switch def.Typed() {
	case fact.Bool:
		return fact.BoolOf(s == "是")
	case fact.Date:
		return fact.DateOf(day(s))
	case fact.Enum:
		return fact.EnumOf(s)
	case fact.Text:
		return fact.TextOf(s)
	case fact.Int:
		var n int64
		if _, err := fmt.Sscan(s, &n); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		return fact.IntOf(n)
	case fact.Decimal:
		v, ok := fact.ParseDecimal(s, def.Scale)
		if !ok {
			t.Fatalf("%s has not at most %d places", s, def.Scale)
		}
		return v
	}
	fen, ok := fact.ParseYuan(strings.TrimPrefix(s, "-"))
	if !ok {
		t.Fatalf("%s is no amount", s)
	}
	if s[0] == '-' {
		fen = -fen
	}
	return fact.MoneyOf(fen)
}

// told makes a set of facts such as "甲=是" and "m1.收入=12.50".
func told(t testing.TB, all ...string) *fact.Set {
	t.Helper()
	d := dictionary(t)
	set := fact.NewSet(d)
	for _, one := range all {
		name, written, _ := strings.Cut(one, "=")
		about, name, member := strings.Cut(name, ".")
		if !member {
			about, name = "", about
		}
		set.Tell(fact.Statement{Name: name, About: about, Source: "self", Value: value(t, d.Find(name), written)})
	}
	return set
}

func load(t testing.TB, src string) *rule.Rules {
	t.Helper()
	r, err := rule.Load("rules.yaml", []byte(src), dictionary(t))
	if err != nil {
		t.Fatalf("loading\n%s\n%v", src, err)
	}
	return r
}

// one is a file with one rule, 结果.
func one(formula string) string {
	return "rules:\n  - set: 结果\n    as: '" + strings.ReplaceAll(formula, "'", "''") + "'\n"
}

func judge(t testing.TB, r *rule.Rules, all ...string) rule.Judgement {
	t.Helper()
	return r.Judge(rule.Case{Facts: told(t, all...), Region: []string{"390121", "390100", "390000", rule.Nation}, On: day("2026-03-02")})
}

// work works one formula out.
func work(t testing.TB, formula string, all ...string) rule.Result {
	t.Helper()
	return find(t, judge(t, load(t, one(formula)), all...), "结果")
}

func find(t testing.TB, j rule.Judgement, set string) rule.Result {
	t.Helper()
	r, ok := j.Find(set)
	if !ok {
		t.Fatalf("there is no result %s", set)
	}
	return r
}

// say tells a result: its value, or what lacks, or why it is broken.
func say(r rule.Result) string {
	switch {
	case r.Known:
		return r.Shown()
	case r.Broken != "":
		return "! " + r.Broken
	}
	var names []string
	for _, m := range r.Missing {
		name := m.Name
		if m.About != "" {
			name = m.About + "." + name
		}
		if m.Parameter {
			name = "#" + name
		}
		names = append(names, name)
	}
	return "? " + strings.Join(names, " ")
}

// formula is a row of the tables: a formula, facts, and what say must say.
type formula struct {
	as    string
	facts string // parted by spaces
	want  string
}

func checkFormulas(t *testing.T, all []formula) {
	t.Helper()
	for _, c := range all {
		if got := say(work(t, c.as, strings.Fields(c.facts)...)); got != c.want {
			t.Errorf("%s with [%s]\n gives %s\n want  %s", c.as, c.facts, got, c.want)
		}
	}
}

func TestRulesThatCannotBeRightAreRefusedByName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, src string
		want      []string
	}{
		{"unknown name", one("甲 且 已婚"), []string{"结果", "“已婚”", "第 5 个字"}},
		{"unknown function", one("平方(数一)"), []string{"“平方”"}},
		{"wrong number of arguments", one("年龄(日一, 日一, 日一)"), []string{"“年龄”"}},
		{"and of a number", one("数一 且 甲"), []string{"数和是否"}},
		{"or of an amount", one("甲 或 额一"), []string{"是否和金额"}},
		{"not of a number", one("非 数一"), []string{"非"}},
		{"amount against number", one("额一 < 数一"), []string{"金额和数"}},
		{"yes against no", one("甲 < 乙"), []string{"不能比大小"}},
		{"word against word", one(`类别 < "一级"`), []string{"不能比大小"}},
		{"same amount and number", one("额一 == 数一"), []string{"金额和数"}},
		{"amount plus number", one("额一 + 数一"), []string{"金额和数"}},
		{"amount times amount", one("额一 * 额二"), []string{"金额和金额"}},
		{"number by amount", one("数一 / 额一"), []string{"数和金额"}},
		{"day plus day", one("日一 + 日二"), []string{"日期和日期"}},
		{"day plus amount", one("日一 + 额一"), []string{"日期和金额"}},
		{"words added", one(`备注 + "元"`), []string{"文字和文字"}},
		{"two kinds of outcome", one("甲 ? 额一 : 数一"), []string{"金额和数"}},
		{"condition that is a number", one("数一 ? 额一 : 额二"), []string{"?"}},
		{"in without a list", one(`类别 in 备注`), []string{"in"}},
		{"list of numbers", one(`类别 in [1, 2]`), []string{"列表"}},
		{"a list as outcome", one(`["一级"]`), []string{"列表"}},
		{"member's fact of the family", one("收入 < 额一"), []string{"“收入”", "合计"}},
		{"member's fact in the condition of an aggregate's neighbour", one("合计(成员, 收入) + 收入"), []string{"“收入”"}},
		{"sum of yes and no", one("合计(成员, 在家)"), []string{"合计"}},
		{"sum of days", one("合计(成员, 生日)"), []string{"合计"}},
		{"count of amounts", one("人数(成员, 收入)"), []string{"人数"}},
		{"any of numbers", one("任一(成员, 岁数)"), []string{"任一"}},
		{"aggregate's condition that is a number", one("合计(成员, 收入, 岁数)"), []string{"是否"}},
		{"aggregate over something else", one("合计(家人, 收入)"), []string{"合计(成员"}},
		{"aggregate without formula", one("合计(成员)"), []string{"合计(成员"}},
		{"aggregate in an aggregate", one("合计(成员, 合计(成员, 收入))"), []string{"不能再数成员"}},
		{"aggregate in a member's rule", "rules: [{set: 结果, each: member, as: '合计(成员, 收入)'}]", []string{"不能再数成员"}},
		{"a member's rule read of the family", "rules: [{set: 个人, each: member, as: 收入}, {set: 结果, as: 个人}]", []string{"“个人”"}},
		{"each of something else", "rules: [{set: 结果, each: house, as: 收入}]", []string{"member"}},
		{"a date that is none", one(`日一 < 日期("2026-02-30")`), []string{"2026-01-01"}},
		{"a date that is not written out", one("日期(备注)"), []string{"日期"}},
		{"a fraction too fine", one("数一 * 0.0000000001"), []string{"九位"}},
		{"a number in powers", one("数一 * 1e3"), []string{"结果"}},
		{"a number too great", one("数一 * 99999999999999999999"), []string{"结果"}},
		{"power", one("数一 ** 2"), []string{"**"}},
		{"remainder", one("数一 % 2"), []string{"%"}},
		{"a default for the unknown", one("甲 ?? 乙"), []string{"??"}},
		{"a regular expression", one(`备注 matches "a"`), []string{"matches"}},
		{"a function of the parser", one(`len(备注) > 1`), []string{"不能用"}},
		{"a variable", one("let x = 1; x"), []string{"不能用"}},
		{"a field", one("甲.乙"), []string{"不能用"}},
		{"a lambda", one("all([1], # > 0)"), []string{"不能用"}},
		{"unparsable", one("甲 且 ("), []string{"结果", "个字"}},
		{"comment", one("甲 // 且 乙"), []string{"注释"}},
		{"too long", one(strings.Repeat("甲", 2001)), []string{"太长"}},
		{"circle of one", one("非 结果"), []string{"结果 → 结果"}},
		{"circle of three", "rules: [{set: A, as: B}, {set: B, as: C}, {set: C, as: A}]", []string{"A → B → C → A"}},
		{"two rules for one fact", "rules: [{set: 结果, as: 甲}, {set: 结果, as: 乙}]", []string{"两条规则", "结果"}},
		{"a rule that sets what a source tells", "rules: [{set: 甲, as: 乙}]", []string{"甲"}},
		{"a rule named like a word of formulas", "rules: [{set: 今天, as: 甲}]", []string{"今天"}},
		{"no formula", "rules: [{set: 结果}]", []string{"as"}},
		{"no name", "rules: [{as: 甲}]", []string{"set"}},
		{"an empty rule", "rules: [~]", []string{"set"}},
		{"a condition without law", "rules: [{set: 结果, as: 甲, why: 因为}]", []string{"law", "结果"}},
		{"unknown word", "rules: [{set: 结果, as: 甲, lawe: 第1条}]", []string{"lawe"}},
		{"unknown word at the top", "ruels: []", []string{"ruels"}},
		{"no YAML", "rules: [", []string{"rules.yaml"}},
		{"YAML that makes the parser panic", "rules: ! 0", []string{"YAML"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := rule.Load("dibao/rules.yaml", []byte(c.src), dictionary(t))
			if err == nil {
				t.Fatalf("it was accepted:\n%s", c.src)
			}
			for _, want := range append(c.want, "rules.yaml") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error does not say %q:\n%v", want, err)
				}
			}
		})
	}
}

func TestAllMistakesAreToldAtOnceAndEachOnce(t *testing.T) {
	t.Parallel()
	_, err := rule.Load("rules.yaml", []byte(`
rules:
  - {set: A, as: 数一 且 甲}
  - {set: B, as: A 或 乙}
  - {set: C, as: 未知的事}
  - {set: D, as: 甲}
`), dictionary(t))
	if err == nil {
		t.Fatal("it was accepted")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 2 || !strings.Contains(err.Error(), "规则 A ") || !strings.Contains(err.Error(), "规则 C ") {
		t.Errorf("told %d mistakes, want those of A and C and nothing of B, which only reads A:\n%v", len(lines), err)
	}
}

func TestTheOrderOfTheFileDoesNotMatter(t *testing.T) {
	t.Parallel()
	lines := []string{
		"{set: 合格, as: 收入少 且 非 有病人, law: 第1条, why: 合格}",
		"{set: 收入少, as: 人均 < 额一}",
		"{set: 人均, as: 家庭收入 / 人口}",
		"{set: 家庭收入, as: '合计(成员, 个人收入, 算)'}",
		"{set: 人口, as: '人数(成员, 算)'}",
		"{set: 个人收入, each: member, as: 收入 * 2}",
		"{set: 算, each: member, as: 在家}",
		"{set: 有病人, as: '任一(成员, 患病, 算)'}",
	}
	given := []string{"额一=300", "m1.收入=100", "m1.在家=是", "m1.患病=否", "m2.收入=200.01", "m2.在家=是", "m2.患病=否", "m3.收入=9", "m3.在家=否", "m3.患病=是"}
	outcome := func(t testing.TB, lines []string) string {
		var all []string
		for _, r := range judge(t, load(t, "rules:\n  - "+strings.Join(lines, "\n  - ")), given...).Results {
			all = append(all, r.Rule.Set+r.About+"="+say(r))
		}
		slices.Sort(all)
		return strings.Join(all, "\n")
	}
	want := outcome(t, lines)
	if !strings.Contains(want, "人均=¥300.01\n") || !strings.Contains(want, "合格=否") {
		t.Fatalf("the rules give\n%s", want)
	}
	rapid.Check(t, func(rt *rapid.T) {
		if got := outcome(t, rapid.Permutation(lines).Draw(rt, "rules")); got != want {
			rt.Fatalf("the rules give\n%s\nwant\n%s", got, want)
		}
	})
}

func TestRulesTellWhatTheyReadAndYield(t *testing.T) {
	t.Parallel()
	r := load(t, `
parameters:
  标准: {type: money, values: [{from: 2020-01-01, value: 10, source: x}]}
rules:
  - {set: 合格, as: 总收入 < 标准, law: 第1条, why: 收入低}
  - {set: 总收入, as: "合计(成员, 收入)"}
  - {set: 人口, as: "人数(成员, 在家)"}
  - {set: 没用, as: 日一 + 1}
`)
	if got, want := strings.Join(r.Facts(), " "), "收入 在家 日一"; got != want {
		t.Errorf("facts are %q, want %q", got, want)
	}
	for set, want := range map[string]fact.Type{"合格": fact.Bool, "总收入": fact.Money, "人口": fact.Int, "没用": fact.Date} {
		if got, ok := r.Yields(set); !ok || got != want {
			t.Errorf("%s yields %v, %t; want %v", set, got, ok, want)
		}
	}
	if _, ok := r.Yields("甲"); ok {
		t.Error("a fact is said to be a rule's")
	}
	if got, want := strings.Join(r.Unused([]string{"合格"}), " "), "人口 没用"; got != want {
		t.Errorf("unused are %q, want %q", got, want)
	}
	if !r.Find("合格").Condition() || r.Find("人口").Condition() {
		t.Error("only 合格 is a condition")
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(one("甲 且 非 乙")))
	f.Add([]byte("parameters:\n  标准: {type: money, values: [{from: 2025-07-01, region: \"390000\", value: 1210.00, source: x}]}\nrules:\n  - {set: 结果, as: 额一 < 标准, law: 第1条, why: 低}\n"))
	f.Add([]byte("rules: [{set: 个人, each: member, as: '较小(收入, 元(3))'}, {set: 结果, as: '合计(成员, 个人, 在家) / 人数(成员, 在家)'}]"))
	f.Add([]byte("rules: [{set: 结果, as: '年龄(日一) + 月数(日一, 今天)'}, {set: 又, as: '进位(额一 / 3, 元(1))'}]"))
	f.Add([]byte(tables("二维(类别, 备注) + 面积系数(甲, 面积)")))
	f.Add([]byte(tables("累进(税率, 额一) + 等级标准(类别) + 岁标准(数一)")))
	f.Add([]byte("parameters: {表: {type: number, by: [{of: 额, from: money}], values: [{from: 2020-01-01, source: x, rows: [{is: [\"-1\"], value: 0.1}, {is: [9e9], value: 1}]}]}}\nrules: [{set: 结果, as: '累进(表, 额一)'}]"))
	f.Add([]byte("parameters: {表: {type: money, by: [~], values: [{from: 2020-01-01, source: x, rows: [~]}]}}"))
	f.Add([]byte("rules: [{set: 结果, as: '面积 / 占比'}, {set: 又, as: '合计(成员, 占比) * 面积'}]"))
	f.Add([]byte("rules:\n  - set: 结果\n    as: \"甲 且\n      乙 且 已婚\"\n"))
	f.Add([]byte("rules:\n  - set: 结果\n    as: |\n      甲 且 已婚\n"))
	f.Add([]byte("rules: [~]"))
	f.Add([]byte("parameters: {标准: ~}"))
	f.Add([]byte("parameters: {标准: {type: bool, values: [~]}}"))
	f.Add([]byte("rules: ! 0"))
	f.Add([]byte("rules: [{set: 结果, as: '日一 + 9223372036854775807'}]"))
	f.Fuzz(func(t *testing.T, src []byte) {
		r, err := rule.Load("rules.yaml", src, dictionary(t))
		if err != nil {
			return
		}
		j := judge(t, r, "甲=是", "数一=3", "额一=-0.01", "面积=12.34", "类别=一级", "m1.占比=0.1", "日一=2024-02-29", "m1.在家=是", "m1.收入=12.50", "m2.生日=2000-02-29")
		for _, one := range j.Results {
			if one.Known && (len(one.Missing) > 0 || one.Broken != "") {
				t.Errorf("%s is known and lacks something: %+v", one.Rule.Set, one)
			}
			if !one.Known && len(one.Missing) == 0 && one.Broken == "" {
				t.Errorf("%s is unknown and nobody knows why", one.Rule.Set)
			}
		}
	})
}
