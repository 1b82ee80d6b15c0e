package rule_test

import (
	"strings"
	"testing"

	"minzheng/kernel/rule"
)

// tables is a file with tables and one rule.
func tables(formula string) string {
	return `
parameters:
  等级标准:
    type: money
    by: [{of: 等级}]
    values:
      - from: 2025-01-01
        until: 2025-12-31
        source: 一号
        rows: [{is: [一级], value: 90}, {is: [其余], value: 10}]
      - from: 2026-01-01
        source: 二号
        rows: [{is: [其余], value: 10}, {is: [一级], value: 100}, {is: [二级], value: 80.50}]
      - from: 2026-01-01
        region: "390122"
        source: 三号
        rows: [{is: [一级], value: 120}]
  岁标准:
    type: money
    by: [{of: 岁, from: number}]
    values: [{from: 2020-01-01, source: x, rows: [{is: ["80"], value: 100}, {is: ["60"], value: 50}, {is: ["90"], value: 200.10}]}]
  面积系数:
    type: number
    by: [{of: 病人}, {of: 面积, from: number}]
    values: [{from: 2020-01-01, source: x, rows: [{is: [是, "0"], value: 1.5}, {is: [其余, "0"], value: 1}, {is: [其余, "20.5"], value: 0.8}]}]
  收入档:
    type: bool
    by: [{of: 收入, from: money}]
    values: [{from: 2020-01-01, source: x, rows: [{is: ["0"], value: true}, {is: ["1210.00"], value: false}]}]
  二维:
    type: number
    by: [{of: 甲方}, {of: 乙方}]
    values: [{from: 2020-01-01, source: x, rows: [{is: [一级, 其余], value: 1}, {is: [其余, 二级], value: 2}, {is: [其余, 其余], value: 3}]}]
  税率:
    type: number
    by: [{of: 收入, from: money}]
    values: [{from: 2020-01-01, source: x, rows: [{is: ["1000"], value: 0.1}, {is: ["100"], value: 0.03}, {is: ["5000"], value: 0.2}]}]
  人率:
    type: number
    by: [{of: 人, from: number}]
    values: [{from: 2020-01-01, source: x, rows: [{is: ["0"], value: 1}, {is: ["2.5"], value: -1}]}]
rules:
  - set: 结果
    as: '` + formula + "'\n"
}

func checkTables(t *testing.T, all []formula) {
	t.Helper()
	for _, c := range all {
		if got := say(find(t, judge(t, load(t, tables(c.as)), strings.Fields(c.facts)...), "结果")); got != c.want {
			t.Errorf("%s with [%s]\n gives %s\n want  %s", c.as, c.facts, got, c.want)
		}
	}
}

func TestATableIsLookedUpByWordsAndSteps(t *testing.T) {
	t.Parallel()
	checkTables(t, []formula{ // judged on 2026-03-02 in 390121
		{"等级标准(类别)", "类别=一级", "¥100.00"},
		{"等级标准(类别)", "类别=二级", "¥80.50"},
		{"等级标准(类别)", "类别=无", "¥10.00"}, // 其余
		{"等级标准(备注)", "备注=什么", "¥10.00"},
		{"等级标准(备注)", "备注=其余", "¥10.00"},
		{"等级标准(类别)", "", "? 类别"},
		{"等级标准(甲 ? 类别 : 备注)", "甲=是 类别=一级", "¥100.00"},
		{"岁标准(数一)", "数一=60", "¥50.00"},
		{"岁标准(数一)", "数一=79", "¥50.00"},
		{"岁标准(数一)", "数一=80", "¥100.00"},
		{"岁标准(数一)", "数一=90", "¥200.10"},
		{"岁标准(数一)", "数一=900", "¥200.10"},
		{"岁标准(数一)", "数一=59", "! 表里没有这一格"},
		{"数一 < 60 ? 元(0) : 岁标准(数一)", "数一=59", "¥0.00"},
		{"面积系数(甲, 面积)", "甲=是 面积=20.50", "1.5"}, // the very word comes before the step
		{"面积系数(甲, 面积)", "甲=否 面积=20.49", "1"},
		{"面积系数(甲, 面积)", "甲=否 面积=20.50", "0.8"},
		{"面积系数(甲, 面积)", "甲=否 面积=-0.01", "! 表里没有这一格"},
		{"面积系数(甲, 面积)", "面积=1", "? 甲"},
		{"面积系数(甲, 面积)", "", "? 甲 面积"},
		{"收入档(额一)", "额一=1209.99", "是"},
		{"收入档(额一)", "额一=1210", "否"},
		{"非 收入档(额一)", "额一=1210.01", "是"},
		{"二维(类别, 备注)", "类别=一级 备注=二级", "1"}, // the first axis tells them apart first
		{"二维(类别, 备注)", "类别=无 备注=二级", "2"},
		{"二维(类别, 备注)", "类别=无 备注=无", "3"},
		{"合计(成员, 等级标准(等级))", "m1.等级=一级 m2.等级=无", "¥110.00"},
		{"合计(成员, 等级标准(等级))", "m1.等级=一级 m2.在家=是", "? m2.等级"},
	})
}

func TestATableIsOfItsDayAndItsRegion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ day, region, want string }{
		{"2024-12-31", "390121", "? #等级标准"},
		{"2025-12-31", "390121", "¥90.00"},
		{"2026-01-01", "390121", "¥100.00"},
		{"2026-01-01", "390122", "¥120.00"},
		{"2025-12-31", "390122", "¥90.00"},
	} {
		j := load(t, tables("等级标准(类别)")).Judge(rule.Case{Facts: told(t, "类别=一级"), Region: []string{c.region, "390000", rule.Nation}, On: day(c.day)})
		if got := say(find(t, j, "结果")); got != c.want {
			t.Errorf("on %s in %s it is %s, want %s", c.day, c.region, got, c.want)
		}
	}
}

func TestTiersAddUpEachSliceAtItsOwnRate(t *testing.T) {
	t.Parallel()
	checkTables(t, []formula{
		{"累进(税率, 额一)", "额一=0", "¥0.00"},
		{"累进(税率, 额一)", "额一=-5", "¥0.00"},
		{"累进(税率, 额一)", "额一=100", "¥0.00"},
		{"累进(税率, 额一)", "额一=101", "¥0.03"},
		{"累进(税率, 额一)", "额一=100.01", "约 ¥0.00"},
		{"累进(税率, 额一) > 元(0)", "额一=100.01", "是"},
		{"累进(税率, 额一)", "额一=1000", "¥27.00"},
		{"累进(税率, 额一)", "额一=5000", "¥427.00"},
		{"累进(税率, 额一)", "额一=6000", "¥627.00"},
		{"累进(税率, 额一)", "", "? 额一"},
		{"累进(人率, 数一)", "数一=4", "1"},
		{"累进(人率, 面积)", "面积=2.75", "2.25"},
		{"累进(人率, 数一)", "数一=-4", "0"},
		{"合计(成员, 累进(税率, 收入))", "m1.收入=101 m2.收入=1000", "¥27.03"},
	})
}

func TestAnExplanationNamesTheTableAndItsDocument(t *testing.T) {
	t.Parallel()
	r := find(t, judge(t, load(t, tables("等级标准(类别)")), "类别=一级"), "结果")
	for _, u := range r.Used {
		if u.Name == "等级标准" {
			if u.Shown() != "见表" || u.Set != "二号" || u.From != "2026-01-01" || !u.Known {
				t.Errorf("the table is shown as %q: %+v", u.Shown(), u)
			}
			return
		}
	}
	t.Errorf("the table is not among %+v", r.Used)
}

func TestTablesThatCannotBeRightAreRefusedByName(t *testing.T) {
	t.Parallel()
	table := func(kind, by, rows string) string {
		return "parameters: {表: {type: " + kind + ", by: [" + by + "], values: [{from: 2025-01-01, source: x, rows: [" + rows + "]}]}}\nrules: [{set: 结果, as: 甲}]"
	}
	use := func(formula string) string { return tables(formula) }
	for _, c := range []struct{ name, src, want string }{
		{"rows without axes", "parameters: {表: {type: money, values: [{from: 2025-01-01, source: x, rows: [{is: [a], value: 1}]}]}}", "没有写按什么查"},
		{"axes without rows", "parameters: {表: {type: money, by: [{of: a}], values: [{from: 2025-01-01, source: x, value: 1}]}}", "要写成 rows"},
		{"rows and a value", "parameters: {表: {type: money, by: [{of: a}], values: [{from: 2025-01-01, source: x, value: 1, rows: [{is: [a], value: 1}]}]}}", "要写成 rows"},
		{"an axis without a name", table("money", "{}", "{is: [a], value: 1}"), "没有写名字"},
		{"steps of something else", table("money", "{of: a, from: date}", "{is: [a], value: 1}"), "number 或 money"},
		{"steps on an axis that is not the last", table("money", "{of: a, from: number}, {of: b}", `{is: ["1", b], value: 1}`), "最后"},
		{"two axes of steps", table("money", "{of: a, from: number}, {of: b, from: number}", `{is: ["1", "2"], value: 1}`), "只能有一个"},
		{"too few cells", table("money", "{of: a}, {of: b}", "{is: [a], value: 1}"), "要有 2 格：a, b"},
		{"an empty row", table("money", "{of: a}", "~"), "要有 1 格"},
		{"a row twice", table("money", "{of: a}", "{is: [a], value: 1}, {is: [a], value: 2}"), "写了两行"},
		{"a step twice", table("money", "{of: a, from: number}", `{is: ["1"], value: 1}, {is: ["1.0"], value: 2}`), "写了两行"},
		{"a step that is no number", table("money", "{of: a, from: number}", "{is: [一], value: 1}"), `"一" 不是金额或数`},
		{"a value that is no amount", table("money", "{of: a}", "{is: [a], value: 一}"), `"一" 不是金额或数`},
		{"a word that the fact cannot be", strings.ReplaceAll(use("等级标准(类别)"), "is: [二级]", "is: [三级]"), "没有“三级”这个取值"},
		{"a word for yes or no", use("等级标准(甲)"), "没有“一级”这个取值"},
		{"an amount for a word", use("等级标准(额一)"), "要是文字或是否，不是金额"},
		{"a number for an amount", use("收入档(数一)"), "要是金额，不是数"},
		{"an amount for a number", use("岁标准(额一)"), "要是数，不是金额"},
		{"too many arguments", use("等级标准(类别, 类别)"), "要按 1 样来查：等级"},
		{"a table without arguments", use("等级标准"), "是一张表，要写明按什么查，例如 等级标准(等级)"},
		{"a table that is none", use("没有(类别)"), "“没有”"},
		{"a scalar called like a table", "parameters: {标准: {type: money, values: [{from: 2025-01-01, value: 1, source: x}]}}\nrules: [{set: 结果, as: 标准(类别)}]", "“标准”"},
		{"tiers of words", use("累进(等级标准, 额一)"), "要按一样分档"},
		{"tiers of amounts", use("累进(岁标准, 数一)"), "值是比例"},
		{"tiers of two axes", use("累进(面积系数, 数一)"), "要按一样分档"},
		{"tiers of another kind", use("累进(税率, 数一)"), "按金额分档，这里是数"},
		{"tiers of nothing", use("累进(没有, 额一)"), "一张表的名字"},
		{"tiers without amount", use("累进(税率)"), "要写成 累进(表名, 金额)"},
		{"a member's amount of the family", use("累进(税率, 收入)"), "“收入”"},
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

func TestDecimalsAreReadAndReckonedExactly(t *testing.T) {
	t.Parallel()
	checkFormulas(t, []formula{
		{"面积", "面积=12.34", "12.34"},
		{"面积", "面积=12.00", "12"},
		{"面积 * 3", "面积=0.33", "0.99"},
		{"面积 / 3 * 3 == 面积", "面积=0.01", "是"},
		{"面积 == 12.3", "面积=12.30", "是"},
		{"面积 > 12.3", "面积=12.31", "是"},
		{"面积 < 0", "面积=-0.01", "是"},
		{"元(面积)", "面积=12.34", "¥12.34"},
		{"额一 * 面积", "额一=10 面积=0.05", "¥0.50"},
		{"取整(面积, 1)", "面积=12.50", "13"},
		{"舍去(面积, 1)", "面积=-0.50", "-1"},
		{"较小(面积, 数一)", "面积=0.50 数一=1", "0.5"},
		{"合计(成员, 占比)", "m1.占比=0.3 m2.占比=0.7", "1"},
		{"合计(成员, 占比)", "m1.占比=0.3 m2.在家=是", "? m2.占比"},
		{"面积", "", "? 面积"},
		{"面积 * 0", "", "0"},
	})
}
