package letter

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func fill(t testing.TB, src string, data any) Letter {
	t.Helper()
	parsed, err := Parse("test.md", src)
	if err != nil {
		t.Fatal(err)
	}
	l, err := parsed.Fill(data)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

const sample = `# 最低生活保障申请结果

{{.申请人}}：

您家的低保申请**批准**了。每月发 **{{.金额}}**，
打到您登记的银行账户。

## 怎么算的

{{range .计算}}| {{.名}} | {{.值}} |
{{end}}
{{range .条件}}- {{.}}
{{end}}
> 家里的人、收入、财产有变化，请告诉我们。

1. 先问我们。
2. 申请行政复议。
`

func sampleData() map[string]any {
	return map[string]any{
		"申请人": "李秀英", "金额": "1210.00 元",
		"计算": []map[string]any{{"名": "家庭月收入", "值": "0 元"}, {"名": "共同生活人数", "值": 2}},
		"条件": []string{"收入符合：是。", "财产符合：是。"},
	}
}

func TestATemplateBecomesTheBlocksOfALetter(t *testing.T) {
	t.Parallel()
	l := fill(t, sample, sampleData())
	var got []string
	for _, b := range l.Blocks {
		got = append(got, string(b.Kind)+":"+Plain(b.Text)+Plain(b.Value))
	}
	want := []string{"paragraph:李秀英：", "paragraph:您家的低保申请批准了。每月发 1210.00 元，打到您登记的银行账户。", "heading:怎么算的",
		"fact:家庭月收入0 元", "fact:共同生活人数2", "item:收入符合：是。", "item:财产符合：是。",
		"note:家里的人、收入、财产有变化，请告诉我们。", "numbered:先问我们。", "numbered:申请行政复议。"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") || l.Title != "最低生活保障申请结果" {
		t.Fatalf("title %q, blocks:\n%s\nwant:\n%s", l.Title, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if b := l.Blocks[1].Text; len(b) < 4 || !b[1].Bold || b[1].Text != "批准" || b[2].Bold {
		t.Errorf("the bold runs are %+v", b)
	}
	if l.Blocks[9].Number != 2 {
		t.Errorf("the second item has the number %d", l.Blocks[9].Number)
	}
}

func TestALetterWithAGapIsAnError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, src string
		data      map[string]any
	}{
		{"a missing key", "# 题\n\n{{.没有}}", map[string]any{}},
		{"a missing condition", "# 题\n\n{{if .没有}}有{{end}}", map[string]any{}},
		{"a value that is nothing", "# 题\n\n{{.空}}", map[string]any{"空": nil}},
		{"a number that is not exact", "# 题\n\n{{.钱}}", map[string]any{"钱": 0.1}},
		{"an unfinished mark", "# 题\n\n**重", nil},
		{"a fact of three", "# 题\n\n| a | b | c |", nil},
		{"two titles", "# 题\n\n# 题", nil},
		{"an empty title", "# {{.空}}", map[string]any{"空": ""}},
		{"an unknown heading", "# 题\n\n### 小", nil},
	} {
		parsed, err := Parse("x", c.src)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if l, err := parsed.Fill(c.data); err == nil {
			t.Errorf("%s gives a letter: %+v", c.name, l)
		}
	}
	for _, src := range []string{"", "没有标题", "# 题\n{{.a", "# 题\n{{nosuch .a}}"} {
		if _, err := Parse("x", src); err == nil {
			t.Errorf("parsed %q", src)
		}
	}
}

// Whatever is filled in, the letter keeps its shape and says exactly that.
func TestAValueNeverChangesHowALetterIsBuilt(t *testing.T) {
	t.Parallel()
	parsed, err := Parse("x", "# {{.v}}x\n\n{{.v}}x\n\n- {{.v}}x\n\n| {{.v}}x | {{.v}}x |\n\n> {{.v}}x\n\n**{{.v}}x**\n\n{{with $w := .v}}{{$w}}x{{end}}")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.StringOf(rapid.SampledFrom([]rune("#*>|-. 1\n\r\tａ中𠮷{}\\<&\u202e\ufdd0"))).Draw(t, "v")
		l, err := parsed.Fill(map[string]any{"v": v})
		if err != nil {
			t.Fatalf("%q: %v", v, err)
		}
		said := strings.NewReplacer("\n", " ", "\r", " ", "\t", " ", "\u202e", "", "\ufdd0", "").Replace(v) + "x"
		last := strings.TrimSpace(said)
		if v == "" {
			last = "" // with skips it
		}
		var kinds, want []string
		for _, b := range l.Blocks {
			kinds = append(kinds, string(b.Kind)+Plain(b.Text)+Plain(b.Value))
		}
		said = strings.TrimSpace(said)
		want = []string{"paragraph" + said, "item" + said, "fact" + said + said, "note" + said, "paragraph" + said, "paragraph" + last}
		if last == "" {
			want = want[:5]
		}
		if bold := Plain(l.Blocks[4].Text); strings.TrimSpace(bold) == said {
			kinds[4] = want[4] // inside ** spaces stay
		}
		if strings.Join(kinds, "\n") != strings.Join(want, "\n") || strings.TrimSpace(l.Title) != said {
			t.Fatalf("%q gives %q, want %q", v, kinds, want)
		}
	})
}

func FuzzReadingNeverPanics(f *testing.F) {
	f.Add(sample)
	f.Add("# a\n| | |\n|\n||\n- \n>\n1. \n**")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := read(text)
		if err == nil && l.Title == "" {
			t.Fatal("a letter without a title")
		}
	})
}
