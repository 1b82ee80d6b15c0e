package rule_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/rule"
)

// TestAMistakeIsToldWithFileLineAndColumn marks the mistake with ▲ in the file;
// the mark is taken out before the file is read.
func TestAMistakeIsToldWithFileLineAndColumn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, src string }{
		{"plain", "rules:\n  - set: 结果\n    as: 甲 且 ▲已婚\n"},
		{"plain, the first character", "rules:\n  - set: 结果\n    as: ▲已婚\n"},
		{"in double quotes", "rules:\n  - set: 结果\n    as: \"甲 且 ▲已婚\"\n"},
		{"in single quotes", "rules:\n  - set: 结果\n    as: '甲 且 ▲已婚'\n"},
		{"after other keys", "rules:\n  - as: 甲\n    set: 前面\n  - law: 第1条\n    set: 结果\n    why: 因为\n    as: 甲 且 ▲已婚\n"},
		{"in braces", "rules: [{set: 结果, as: 甲 且 ▲已婚}]\n"},
		{"in braces and quotes", "rules: [{set: 前面, as: 甲}, {set: 结果, as: '甲 且 ▲已婚'}]\n"},
		{"below parameters", "parameters:\n  标准: {type: money, values: [{from: 2025-01-01, value: 1, source: x}]}\nrules:\n  # 说明\n  - {set: 结果, as: 额一 < ▲低保标准}\n"},
		{"after a comment", "# 一\n# 二\nrules:\n  - set: 结果 # 三\n    as: 甲 且 ▲已婚 # 四\n"},
		{"unreadable", "rules:\n  - set: 结果\n    as: 甲 且 ▲）\n"},
		{"of another kind, from the space before the word", "rules:\n  - set: 结果\n    as: 甲▲ 且 数一\n"},
		{"over several lines, which begins where the formula does", "rules:\n  - set: 结果\n    as: ▲甲 且\n      乙 且 已婚\n"},
		{"over several lines in quotes, likewise", "rules:\n  - set: 结果\n    as: \"▲甲 且\n      乙 且 已婚\"\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			before, _, _ := strings.Cut(c.src, "▲")
			line := strings.Count(before, "\n")
			column := len([]rune(before[strings.LastIndex(before, "\n")+1:]))
			_, err := rule.Load("dibao/rules.yaml", []byte(strings.Replace(c.src, "▲", "", 1)), dictionary(t))
			if err == nil {
				t.Fatal("it was accepted")
			}
			if want := fmt.Sprintf("dibao/rules.yaml:%d:%d：规则 结果 ", line+1, column+1); !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got %v\nwant %s", err, want)
			}
		})
	}
}

// TestTheLineOfAMistakeIsItsOwn puts one wrong formula among good ones, in any
// of the ways in which YAML may write them.
func TestTheLineOfAMistakeIsItsOwn(t *testing.T) {
	t.Parallel()
	d := dictionary(t)
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(rt, "rules")
		wrong := rapid.IntRange(0, n-1).Draw(rt, "wrong")
		src, want := "rules:\n", 0
		for i := range n {
			as := map[bool]string{true: "甲 且 已婚", false: "甲 且 乙"}[i == wrong]
			ways := []string{"  - {set: 规则%d, as: %s}\n", "  - set: 规则%d\n    as: %s\n", "  - set: 规则%d\n    law: 第1条\n    as: '%s'\n", "  # 说明\n\n  - as: |-\n      %[2]s\n    set: 规则%[1]d\n", "  - set: 规则%d\n    as: >-\n      %s\n"}
			written := fmt.Sprintf(rapid.SampledFrom(ways).Draw(rt, "way"), i, as)
			if i == wrong {
				at := strings.Index(written, "as: ")
				want = strings.Count(src, "\n") + strings.Count(written[:at], "\n") + 1
			}
			src += written
		}
		_, err := rule.Load("rules.yaml", []byte(src), d)
		if err == nil {
			rt.Fatalf("it was accepted:\n%s", src)
		}
		line, column := 0, 0
		if _, scan := fmt.Sscanf(err.Error(), "rules.yaml:%d:%d", &line, &column); scan != nil || line != want && line != want+1 || column < 1 {
			rt.Fatalf("%s\ngives %v\nwant line %d", src, err, want)
		}
	})
}
