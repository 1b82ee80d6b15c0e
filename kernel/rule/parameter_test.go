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

const standard = `
parameters:
  标准:
    type: money
    values:
      - {from: 2024-07-01, until: 2025-06-30, region: "390000", value: 1120.00, source: 一号}
      - {from: 2025-07-01, region: "390000", value: 1210.00, source: 二号}
      - {from: 2025-07-01, until: 2025-12-31, region: "390121", value: 1300.00, source: 三号}
rules:
  - {set: 结果, as: 标准}
`

func on(t testing.TB, src, d string, path ...string) rule.Result {
	t.Helper()
	j := load(t, src).Judge(rule.Case{Facts: told(t, "甲=是"), Region: path, On: day(d)})
	return find(t, j, "结果")
}

func TestAParameterHoldsFromItsFirstDayToItsLast(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ day, want string }{
		{"2024-06-30", "? #标准"},
		{"2024-07-01", "¥1,120.00"},
		{"2025-06-30", "¥1,120.00"},
		{"2025-07-01", "¥1,210.00"},
		{"9999-12-31", "¥1,210.00"},
	} {
		if got := say(on(t, standard, c.day, "390100", "390000", rule.Nation)); got != c.want {
			t.Errorf("on %s it is %s, want %s", c.day, got, c.want)
		}
	}
}

func TestTheNearestRegionsValueCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, day string
		path      []string
		want      string
	}{
		{"the county's own", "2025-07-01", []string{"390121001", "390121", "390100", "390000", rule.Nation}, "¥1,300.00"},
		{"the county's own on its last day", "2025-12-31", []string{"390121", "390000"}, "¥1,300.00"},
		{"the province's after that", "2026-01-01", []string{"390121", "390000"}, "¥1,210.00"},
		{"the province's before that", "2025-06-30", []string{"390121", "390000"}, "¥1,120.00"},
		{"the province's elsewhere", "2025-07-01", []string{"390122", "390000"}, "¥1,210.00"},
		{"no value in another province", "2025-07-01", []string{"330102", "330000", rule.Nation}, "? #标准"},
		{"no value nowhere", "2025-07-01", nil, "? #标准"},
	} {
		if got := say(on(t, standard, c.day, c.path...)); got != c.want {
			t.Errorf("%s: on %s in %v it is %s, want %s", c.name, c.day, c.path, got, c.want)
		}
	}
}

func TestAValueWithoutRegionHoldsInTheWholeNation(t *testing.T) {
	t.Parallel()
	src := "parameters: {倍数: {type: number, values: [{from: 2021-07-01, value: 1.5, source: 57号}]}}\nrules: [{set: 结果, as: 倍数}]"
	if got := say(on(t, src, "2026-03-02", "330102", rule.Nation)); got != "1.5" {
		t.Errorf("it is %s, want 1.5", got)
	}
}

func TestALaterValueEndsAnOpenOne(t *testing.T) {
	t.Parallel()
	src := `
parameters:
  标准: {type: money, values: [{from: 2026-01-01, value: 3, source: c}, {from: 2024-01-01, value: 1, source: a}, {from: 2025-01-01, value: 2, source: b}]}
rules: [{set: 结果, as: 标准}]`
	for day, want := range map[string]string{"2024-12-31": "¥1.00", "2025-01-01": "¥2.00", "2025-12-31": "¥2.00", "2026-01-01": "¥3.00"} {
		if got := say(on(t, src, day, rule.Nation)); got != want {
			t.Errorf("on %s it is %s, want %s", day, got, want)
		}
	}
}

func TestParametersOfAllTypesAreReadExactly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, written, want string }{
		{"money", "0.1", "¥0.10"},
		{"money", "1210.00", "¥1,210.00"},
		{"money", "-5", "-¥5.00"},
		{"money", `"1_210.05"`, "¥1,210.05"},
		{"number", "0.1", "0.1"},
		{"number", "24", "24"},
		{"number", "24 # 个月", "24"},
		{"bool", "true", "是"},
		{"bool", "false", "否"},
		{"date", "2026-02-28", "2026年2月28日"},
	} {
		src := fmt.Sprintf("parameters:\n  值:\n    type: %s\n    values:\n      - from: 2020-01-01\n        source: x\n        value: %s\nrules: [{set: 结果, as: 值}]", c.kind, c.written)
		if got := say(on(t, src, "2026-03-02", rule.Nation)); got != c.want {
			t.Errorf("%s %s was read as %s, want %s", c.kind, c.written, got, c.want)
		}
	}
}

func TestAParameterShowsItsValueAndGivesItAsAFact(t *testing.T) {
	t.Parallel()
	p := load(t, standard).Parameters()["标准"]
	v := p.On([]string{"390000"}, day("2026-03-02"))
	if v == nil || p.Show(v) != "¥1,210.00" || p.Fact(v) != fact.MoneyOf(121000) || v.Source != "二号" {
		t.Errorf("got %+v", v)
	}
}

func TestParametersThatCannotBeRightAreRefusedByName(t *testing.T) {
	t.Parallel()
	values := func(all string) string {
		return "parameters: {标准: {type: money, values: [" + all + "]}}\nrules: [{set: 结果, as: 标准}]"
	}
	for _, c := range []struct{ name, src, want string }{
		{"unknown type", "parameters: {标准: {type: double, values: []}}", "double"},
		{"no values", values(""), "没有值"},
		{"an empty value", values("~"), "空"},
		{"an empty parameter", "parameters: {标准: ~}", "空"},
		{"no source", values("{from: 2025-01-01, value: 1}"), "出处"},
		{"no first day", values("{value: 1, source: x}"), "起始日期"},
		{"a day that is none", values("{from: 2025-02-29, value: 1, source: x}"), "2025-02-29"},
		{"a day written otherwise", values("{from: 2025/01/01, value: 1, source: x}"), "2025/01/01"},
		{"ends before it begins", values("{from: 2025-07-01, until: 2025-06-30, value: 1, source: x}"), "截止日期"},
		{"parts of a 分", values("{from: 2025-01-01, value: 0.001, source: x}"), "0.001"},
		{"no amount", values("{from: 2025-01-01, value: 一千, source: x}"), "一千"},
		{"an amount in powers", values("{from: 2025-01-01, value: 1e3, source: x}"), "1e3"},
		{"an amount too great", values("{from: 2025-01-01, value: 99999999999999999999, source: x}"), "99999999999999999999"},
		{"no value", values("{from: 2025-01-01, source: x}"), "不是金额"},
		{"neither true nor false", "parameters: {标准: {type: bool, values: [{from: 2025-01-01, value: 是, source: x}]}}", "true"},
		{"a date that is none", "parameters: {标准: {type: date, values: [{from: 2025-01-01, value: 2025-02-30, source: x}]}}", "2025-02-30"},
		{"unknown word", values("{from: 2025-01-01, value: 1, source: x, regoin: \"390000\"}"), "regoin"},
		{"two values from the same day", values("{from: 2025-01-01, value: 1, source: x}, {from: 2025-01-01, value: 2, source: y}"), "重叠"},
		{"overlap by a day", values("{from: 2024-01-01, until: 2025-01-01, value: 1, source: x}, {from: 2025-01-01, value: 2, source: y}"), "重叠"},
		{"overlap by a day, the other way round", values("{from: 2025-01-01, value: 2, source: y}, {from: 2024-01-01, until: 2025-01-01, value: 1, source: x}"), "重叠"},
		{"one within an open one", values("{from: 2024-01-01, value: 1, source: x}, {from: 2025-01-01, until: 2025-12-31, value: 2, source: y}"), "重叠"},
		{"name of a fact", "parameters: {甲: {type: bool, values: [{from: 2025-01-01, value: true, source: x}]}}", "同名"},
		{"name of a word of formulas", "parameters: {成员: {type: bool, values: [{from: 2025-01-01, value: true, source: x}]}}", "成员"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := rule.Load("rules.yaml", []byte(c.src), dictionary(t))
			if err == nil {
				t.Fatalf("it was accepted:\n%s", c.src)
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "rules.yaml") {
				t.Errorf("the error does not say %q:\n%v", c.want, err)
			}
		})
	}
}

func TestNeighbouringDaysAndOtherRegionsDoNotOverlap(t *testing.T) {
	t.Parallel()
	load(t, `
parameters:
  标准:
    type: money
    values:
      - {from: 2024-07-01, until: 2025-06-30, value: 1, source: a}
      - {from: 2025-07-01, until: 2025-12-31, value: 2, source: b}
      - {from: 2024-07-01, until: 2025-12-31, region: "390000", value: 3, source: c}
rules: [{set: 结果, as: 标准}]`)
}

func TestARuleAndAParameterCannotShareAName(t *testing.T) {
	t.Parallel()
	_, err := rule.Load("rules.yaml", []byte("parameters: {标准: {type: money, values: [{from: 2025-01-01, value: 1, source: x}]}}\nrules: [{set: 标准, as: 额一}]"), dictionary(t))
	if err == nil || !strings.Contains(err.Error(), "既是参数又是规则") {
		t.Errorf("got %v, want 既是参数又是规则", err)
	}
}

// TestTheValueOfADayIsTheOneThatItsDatesSay compares with the plain reading:
// of the nearest region that has any, the value whose days include the day.
func TestTheValueOfADayIsTheOneThatItsDatesSay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		type period struct {
			region      string
			from, until int // days of 2026
		}
		var all []period
		var lines []string
		for _, region := range []string{"390121", "390000"} {
			at := 1
			for range rapid.IntRange(0, 3).Draw(rt, "periods") {
				from := at + rapid.IntRange(0, 3).Draw(rt, "gap")
				until := from + rapid.IntRange(0, 5).Draw(rt, "length")
				at = until + 1
				all = append(all, period{region, from, until})
				lines = append(lines, fmt.Sprintf("{from: 2026-01-%02d, until: 2026-01-%02d, region: %q, value: %d, source: x}", from, until, region, len(all)))
			}
		}
		if len(lines) == 0 {
			rt.Skip("no values")
		}
		lines = rapid.Permutation(lines).Draw(rt, "lines")
		p := load(t, "parameters:\n  值: {type: number, values: ["+strings.Join(lines, ", ")+"]}").Parameters()["值"]
		for d := 1; d <= 31; d++ {
			want := 1 + slices.IndexFunc(all, func(p period) bool { return p.from <= d && d <= p.until })
			got := p.On([]string{"390121", "390000"}, day(fmt.Sprintf("2026-01-%02d", d)))
			if want == 0 && got != nil || want > 0 && (got == nil || p.Fact(got) != fact.IntOf(int64(want))) {
				rt.Fatalf("on the %dth it is %v, want value %d of %v", d, got, want, all)
			}
		}
	})
}
