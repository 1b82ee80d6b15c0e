package catalog

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// spoken are rules with one of everything that a formula may have.
const spoken = `
parameters:
  标准: {type: money, values: [{from: 2025-01-01, value: 1210, source: 示例}]}
  截止日: {type: date, values: [{from: 2025-01-01, value: 2025-12-31, source: 示例}]}
  补贴: {type: money, by: [{of: 类别}], values: [{from: 2025-01-01, source: 示例, rows: [{is: [其余], value: 1}]}]}
  税率: {type: number, by: [{of: 收入, from: money}], values: [{from: 2025-01-01, source: 示例, rows: [{is: [0], value: 0.1}]}]}
rules:
  - {set: 人数一, as: "人数(成员, 健在)"}
  - {set: 好, as: "人数一 >= 2"}
`

const spokenFacts = `
sources: [{code: self, title: 本人, seal: 本}]
facts:
  - {name: 工资, code: wage, type: money, of: member, sources: [self]}
  - {name: 健在, code: alive, type: bool, of: member, sources: [self]}
  - {name: 类别, code: class, type: enum, words: [甲, 乙], of: member, sources: [self]}
  - {name: 关系, code: relation, type: text, of: member, sources: [self]}
  - {name: 出生日期, code: born, type: date, of: member, sources: [self]}
  - {name: 有车, code: car, type: bool, of: family, sources: [self]}
  - {name: 有房, code: house, type: bool, of: family, sources: [self]}
  - {name: 开始日, code: begin, type: date, of: family, sources: [self]}
`

func saying(t testing.TB) Saying {
	t.Helper()
	dict, err := fact.ReadDictionary("facts.yaml", []byte(spokenFacts))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := rule.Load("rules.yaml", []byte(spoken), dict)
	if err != nil {
		t.Fatal(err)
	}
	return Saying{Rules: rules}
}

func TestFormulasAreReadAloud(t *testing.T) {
	t.Parallel()
	s := saying(t)
	for formula, want := range map[string]string{
		"工资 < 标准":                           "工资低于标准",
		"好 且 有车 且 有房":                       "好，并且有车，并且有房",
		"好 且 (有车 或 有房)":                     "好，并且（有车，或者有房）",
		"健在 且 非 好":                          "健在，并且不是“好”",
		"非 (有车 且 有房)":                       "不是（有车，并且有房）",
		"工资 / 人数一":                          "工资 ÷ 人数一",
		"工资 - (标准 - 元(0.10))":               "工资 − （标准 − 0.10 元）",
		"工资 - (-标准)":                        "工资 − （−标准）",
		"合计(成员, 工资, 健在)":                    "属于“健在”的每个人的工资加起来",
		"合计(成员, 工资) - 标准":                   "（全家每个人的工资加起来） − 标准",
		`最大(成员, 年龄(出生日期), 关系 == "本人")`:      "关系是“本人”的每个人的周岁年龄里最大的",
		"人数(成员, 健在)":                        "全家属于“健在”的人数",
		"人数(成员, 年龄(出生日期) < 18, 非 健在)":       "不属于“健在”的人里，周岁年龄低于 18的人数",
		`任一(成员, 健在, 关系 == "本人")`:            "关系是“本人”的人里，至少有一位属于“健在”",
		"全部(成员, 健在 且 工资 > 标准)":              "全家每一位都（健在，并且工资高于标准）",
		"较小(较小(工资, 标准), 元(60))":             "工资、标准、60 元里最小的",
		"较大(工资 - 标准, 元(0))":                 "（工资 − 标准）、0 元里最大的",
		"进位(工资 + 标准, 元(1))":                 "（工资 + 标准）往上进到1 元的整倍数",
		"舍去(工资, 元(10))":                     "工资往下舍到10 元的整倍数",
		"取整(工资, 元(1))":                      "工资四舍五入到1 元的整倍数",
		"月数(开始日, 今天)":                       "从开始日到今天的整月数",
		`年龄(出生日期, 日期("2026-12-31")) >= 60`:  "从出生日期算到2026年12月31日的周岁年龄不低于 60",
		"开始日 + 30 <= 截止日":                   "开始日 + 30不晚于截止日",
		"今天 - 开始日 > 30":                     "今天 − 开始日高于 30",
		"有车 == 否":                           "有车为否",
		"有车 != 有房":                          "有车和有房不一样",
		`类别 in ["甲"]`:                       "类别是“甲”",
		`类别 in ["甲", "乙"]`:                  "类别是“甲”或“乙”",
		`类别 != "甲"`:                         "类别不是“甲”",
		"人数一 == 2":                          "人数一等于 2",
		"补贴(类别)":                            "“补贴”表里类别的那一格",
		"累进(税率, 工资)":                        "按“税率”给工资分段算，每段乘自己的比例，再加起来",
		"有车 ? 标准 : 元(0)":                    "有车的，标准；其他的，0 元",
		`类别 in ["甲"] ? 标准 : 有车 ? 工资 : 元(0)`: "类别是“甲”的，标准；有车的，工资；其他的，0 元",
		"有车 ? (有房 ? 标准 : 工资) : 元(0)":        "有车的，（有房的，标准；其他的，工资）；其他的，0 元",
		"(有车 ? 标准 : 工资) * 2":                "（有车的，标准；其他的，工资） × 2",
		"（工资 + 标准）× 2 ÷ 3":                  "（工资 + 标准） × 2 ÷ 3",
	} {
		got, ok := s.Aloud(formula)
		want = strings.NewReplacer("不低于 ", "不低于", "低于 ", "低于", "高于 ", "高于", "等于 ", "等于").Replace(want)
		if !ok || got.Text != want {
			t.Errorf("%s is read as %q (%v), want %q", formula, got.Text, ok, want)
		}
	}
}

func TestAChoiceIsAListOfCases(t *testing.T) {
	t.Parallel()
	got, ok := saying(t).Aloud(`有车 ? (有房 ? 标准 : 工资) : 健在 ? 元(1) : 元(0)`)
	if !ok || len(got.Cases) != 3 {
		t.Fatalf("got %+v", got)
	}
	for i, want := range []string{"有车", "健在", ""} {
		if got.Cases[i].When != want {
			t.Errorf("case %d is when %q, want %q", i, got.Cases[i].When, want)
		}
	}
	if within := got.Cases[0].Then.Cases; len(within) != 2 || within[0].When != "有房" || within[1].Then.Text != "工资" {
		t.Errorf("the choice within is %+v", within)
	}
	if got.Cases[2].Then.Text != "0 元" {
		t.Errorf("otherwise it is %q", got.Cases[2].Then.Text)
	}
}

func TestValuesStandBehindNames(t *testing.T) {
	t.Parallel()
	s := saying(t)
	s.Values = func(name string) string {
		return map[string]string{"工资": "¥800.00", "标准": "¥1,210.00", "健在": "是", "出生日期": "1979-06-10"}[name]
	}
	for formula, want := range map[string]string{
		"标准 - 工资":        "标准（¥1,210.00） − 工资（¥800.00）",
		"合计(成员, 工资, 健在)": "属于“健在”（是）的每个人的工资（¥800.00）加起来",
		"年龄(出生日期)":       "周岁年龄（1979-06-10）",
		"有车 ? 标准 : 工资":   "有车的，标准（¥1,210.00）；其他的，工资（¥800.00）",
	} {
		if got, _ := s.Aloud(formula); got.Text != want {
			t.Errorf("%s is read as %q, want %q", formula, got.Text, want)
		}
	}
}

func TestWhatHasNoWordsStandsAsItIs(t *testing.T) {
	t.Parallel()
	for _, formula := range []string{"((", "甲 % 乙", "甲[1]", "甲.乙", "较大(甲)", "甲 in []", "not", "map(甲, 乙)", ""} {
		if got, ok := saying(t).Aloud(formula); ok || got.Text != formula {
			t.Errorf("%q is read as %q", formula, got.Text)
		}
	}
}

func TestNamesAreAllThatAFormulaNames(t *testing.T) {
	t.Parallel()
	got := Names(`有车 且 累进(税率, 工资) > 元(0) 或 类别 in ["标准"] 且 有车`)
	if want := "[有车 累进 税率 工资 元 类别]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// part is a formula with what it means: the same meaning always has the same key.
type part struct{ text, key string }

func leaves(names ...string) (all []part) {
	for _, n := range names {
		all = append(all, part{n, n})
	}
	return all
}

// numbers are all formulas of so many floors that are a number.
func numbers(floors int) []part {
	all := leaves("甲", "乙")
	if floors == 0 {
		return all
	}
	below := numbers(floors - 1)
	for _, a := range below {
		all = append(all, part{"(-(" + a.text + "))", "neg(" + a.key + ")"}, part{"累进(税率, " + a.text + ")", "rate(" + a.key + ")"})
		for _, c := range booleans(floors - 1) {
			all = append(all, part{"合计(成员, " + a.text + ", " + c.text + ")", "sum(" + a.key + "," + c.key + ")"})
			for _, b := range below {
				all = append(all, part{"(" + c.text + " ? " + a.text + " : " + b.text + ")", "if(" + c.key + "," + a.key + "," + b.key + ")"})
			}
		}
		for _, b := range below {
			for _, sign := range []string{"+", "-", "*", "/"} {
				all = append(all, part{"(" + a.text + sign + b.text + ")", chain(sign, a.key, b.key)})
			}
			all = append(all, part{"较大(" + a.text + ", " + b.text + ")", "max(" + flat("max(", a.key) + "," + flat("max(", b.key) + ")"})
			for _, name := range []string{"进位", "月数", "补贴"} {
				all = append(all, part{name + "(" + a.text + ", " + b.text + ")", name + "(" + a.key + "," + b.key + ")"})
			}
		}
	}
	return all
}

// booleans are all formulas of so many floors that are a yes or no.
func booleans(floors int) []part {
	all := leaves("有车", "好")
	if floors == 0 {
		return all
	}
	all = append(all, part{`类别 in ["甲", "乙"]`, "in"})
	for _, a := range booleans(floors - 1) {
		all = append(all, part{"(非 (" + a.text + "))", "not(" + a.key + ")"})
		for _, b := range booleans(floors - 1) {
			for _, word := range []string{"且", "或"} {
				all = append(all, part{"(" + a.text + " " + word + " " + b.text + ")", word + "(" + flat(word+"(", a.key) + ";" + flat(word+"(", b.key) + ")"})
			}
			all = append(all, part{"任一(成员, " + a.text + ", " + b.text + ")", "any(" + a.key + "," + b.key + ")"})
		}
	}
	for _, a := range numbers(floors - 1) {
		for _, b := range numbers(floors - 1) {
			all = append(all, part{"(" + a.text + " < " + b.text + ")", "less(" + a.key + "," + b.key + ")"})
		}
	}
	return all
}

// flat leaves out the brackets of what is one list however it is grouped.
func flat(open, key string) string {
	if strings.HasPrefix(key, open) {
		return strings.TrimSuffix(strings.TrimPrefix(key, open), ")")
	}
	return key
}

// chain is a sum or a product as a list: a + (b − c) is (a + b) − c, and
// a − (b − c) is neither.
func chain(sign, a, b string) string {
	kind, plus := "Σ[", "+"
	if sign == "*" || sign == "/" {
		kind, plus = "Π[", "*"
	}
	list := func(key string) string {
		if strings.HasPrefix(key, kind) {
			return strings.TrimSuffix(strings.TrimPrefix(key, kind), "]")
		}
		return plus + "{" + key + "}"
	}
	if sign == plus {
		return kind + list(a) + list(b) + "]"
	}
	return kind + list(a) + sign + "{" + b + "}]"
}

func TestTwoMeaningsAreNeverSaidAlike(t *testing.T) {
	t.Parallel()
	s := saying(t)
	before := map[string]part{} // by what is said
	for _, p := range append(booleans(2), numbers(2)...) {
		got, ok := s.Aloud(p.text)
		if !ok {
			t.Fatalf("nobody can say %s", p.text)
		}
		if one, ok := before[got.Text]; ok && one.key != p.key {
			t.Fatalf("%s\nand %s\nare both said as %s", one.text, p.text, got.Text)
		}
		before[got.Text] = p
	}
}

func TestTheTwoSpellingsOfAFormulaAreSaidAlike(t *testing.T) {
	t.Parallel()
	s, all := saying(t), booleans(2)
	other := strings.NewReplacer(" 且 ", " && ", " 或 ", " || ", "(非 ", "(!", "(", "（", ")", "）", ", ", "，", "*", "×", "/", "÷")
	rapid.Check(t, func(rt *rapid.T) {
		p := rapid.SampledFrom(all).Draw(rt, "formula")
		a, _ := s.Aloud(p.text)
		if b, ok := s.Aloud(other.Replace(p.text)); !ok || a.Text != b.Text {
			rt.Fatalf("%s is said as %s\nand as %s", p.text, a.Text, b.Text)
		}
	})
}

func FuzzAloudNeverBreaks(f *testing.F) {
	for _, s := range []string{"甲 ? 乙 : 丙", "合计(成员, 甲, 乙)", `年龄(日期("2026-01-01")) >= 60`, "((", "a in [", `"`, "?:", "甲(", "`", `"\`} {
		f.Add(s)
	}
	s := saying(f)
	f.Fuzz(func(t *testing.T, formula string) {
		if len(formula) > 2000 {
			return
		}
		if said, ok := s.Aloud(formula); !ok && said.Text != formula {
			t.Errorf("%q is lost: %q", formula, said.Text)
		}
		Names(formula)
	})
}
