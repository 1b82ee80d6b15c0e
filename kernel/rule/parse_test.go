package rule

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestChineseWordsAndSignsAreReadWithoutMovingARune(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ written, want string }{
		{"甲 且 乙", "甲&& 乙"},
		{"甲 或 乙", "甲|| 乙"},
		{"非 甲", "! 甲"},
		{"甲 且 非 乙", "甲&& ! 乙"},
		{"非 非 甲", "! ! 甲"},
		{"甲 且(乙 或(丙))", "甲&&(乙||(丙))"},
		{"甲 且（乙 或（丙））", "甲&&(乙||(丙))"},
		{"非（甲）", "!(甲)"},
		{"（非 甲）", "(! 甲)"},
		{"较大（甲，乙、丙）", "较大(甲,乙,丙)"},
		{"甲 × 乙 ÷ 丙", "甲 * 乙 / 丙"},
		{"非农收入 且 或有债务", "非农收入&& 或有债务"},
		{"是非 且 且", "是非&& 且"},
		{`类别 == "甲 且 乙" 且 丙`, `类别 == "甲 且 乙"&& 丙`},
		{`类别 == '非 （甲）' 或 丙`, `类别 == '非 （甲）'|| 丙`},
		{`类别 == 'it\' 且 非 甲' 且 丙`, `类别 == 'it\' 且 非 甲'&& 丙`},
		{"类别 == `甲\\` 且 丙", "类别 == `甲\\`&& 丙"},
		{`类别 == "a//b"`, `类别 == "a//b"`},
	} {
		got, comment := translate(c.written)
		if got != c.want || comment {
			t.Errorf("%s\n was read as %s, comment %t\n want %s", c.written, got, comment, c.want)
		}
	}
}

func TestAFormulaHidesNothingInAComment(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"甲 // 且 乙", "甲 /* 且 乙 */", "甲 ÷÷ 乙", "甲 ÷× 乙 ×÷ 丙", "1//2"} {
		if _, err := parse(s); err == nil || !strings.Contains(err.Error(), "注释") {
			t.Errorf("%s gives %v, want it refused for its comment", s, err)
		}
	}
}

func TestWhatStandsInQuotesIsLeftAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		inside := rapid.StringOf(rapid.SampledFrom([]rune("甲 且或非（），×÷()'/*"))).Draw(t, "inside")
		written := `甲 == "` + inside + `" 且 乙`
		got, comment := translate(written)
		if want := `甲 == "` + inside + `"&& 乙`; got != want || comment {
			t.Fatalf("%s was read as %s, comment %t; want %s", written, got, comment, want)
		}
	})
}

func TestTranslationKeepsTheLength(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("甲乙且或非（），、×÷ ()'\"`\\1."))).Draw(t, "formula")
		got, comment := translate(s)
		if !comment && utf8.RuneCountInString(got) != utf8.RuneCountInString(s) {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

func TestAFormulaThatCannotBeReadSaysWhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ formula, column, near string }{
		{"人均月收入 < ", "第 8 个字", "收入 < "},
		{"甲 且 乙 ！ 丙", "第 7 个字", "！ 丙"},
		{"甲 == “本人”", "第 6 个字", "“本人”"},
		{"(甲", "第 2 个字", "(甲"},
		{"甲\n且 乙 ）", "", ""},
		{"1..", "", ""},
	} {
		_, err := parse(c.formula)
		if err == nil {
			t.Errorf("%q was read", c.formula)
			continue
		}
		if !strings.Contains(err.Error(), c.column) || !strings.Contains(err.Error(), c.near) {
			t.Errorf("%q gives %q, want it to name %s and %q", c.formula, err, c.column, c.near)
		}
	}
}

func TestALongFormulaIsRefusedAndTheLongestAllowedIsNot(t *testing.T) {
	t.Parallel()
	if _, err := parse(strings.Repeat("一", 2000)); err != nil {
		t.Errorf("2000 characters: %v", err)
	}
	if _, err := parse(strings.Repeat("一", 2001)); err == nil || !strings.Contains(err.Error(), "太长") {
		t.Errorf("2001 characters: %v, want 太长", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"甲 且 非 乙", "人均月收入 < 低保标准", `残疾等级 in ["一级", "二级"] ? 重残增发 : 元(0)`, "合计(成员, 收入, 在家)",
		"累进(税率, 额一)", "面积系数(甲, 面积)", "甲 且\n  乙", "表(累进(表, 表))",
		"((((((((((", "1e309", "0x", "'\\", "a ?? b", "#", "|", "let x = 1; x", "not in", "甲[1:2]", "{a: 1}", "\x00", "÷÷", "b'\\xff'",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parse(s)
		if err == nil && got.root == nil {
			t.Errorf("%q was read as nothing", s)
		}
		if err == nil {
			got.names()
		}
	})
}
