package letter

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// fonts reads the fonts that the build fetches.
func fonts(t testing.TB, more ...string) *Fonts {
	t.Helper()
	var all [][]byte
	for _, path := range append([]string{"../../assets/dist/fonts/NotoSansSC-Regular.ttf", "../../assets/dist/fonts/NotoSansSC-Bold.ttf"}, more...) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Skipf("skipped: the font %s is not there", filepath.Base(path))
		}
		all = append(all, data)
	}
	f, err := NewFonts(all[0], all[1], all[2:]...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func decision(t testing.TB) Letter {
	t.Helper()
	l := fill(t, sample, sampleData())
	l.Office, l.Number, l.Day, l.Mark = "清溪县民政局", "清民救〔2026〕0012号", "2026年3月2日", "示例数据"
	l.VerifyURL = "https://mz.example.gov.cn/v/01J8ZQ4W7N"
	return l
}

func write(t testing.TB, f *Fonts, l Letter) []byte {
	t.Helper()
	body, err := PDF(f, l)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// tool runs one of the poppler tools on a PDF.
func tool(t testing.TB, name string, body []byte, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("skipped: %s (poppler-utils) is not installed", name)
	}
	file := filepath.Join(t.TempDir(), "letter.pdf")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append(append([]string{}, args...), file, "-")...)
	if name == "pdfinfo" {
		cmd.Args = cmd.Args[:len(cmd.Args)-1]
	}
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("%s: %v\n%s", name, err, &complaints)
	}
	return string(out)
}

func squash(s string) string { return strings.Join(strings.Fields(s), "") }

func TestThePDFSaysWhatTheLetterSays(t *testing.T) {
	t.Parallel()
	l := decision(t)
	body := write(t, fonts(t), l)
	text := squash(tool(t, "pdftotext", body, "-layout"))
	want := []string{l.Title, l.Office, l.Number, l.Day, l.Mark, "扫一扫，查真伪", "第1页共1页"}
	for _, b := range l.Blocks {
		want = append(want, Plain(b.Text), Plain(b.Value))
	}
	for _, w := range want {
		if !strings.Contains(text, squash(w)) {
			t.Errorf("%q is not in the PDF:\n%s", w, text)
		}
	}
	if info := tool(t, "pdfinfo", body); !strings.Contains(info, l.Title) || !strings.Contains(info, "A4") {
		t.Errorf("pdfinfo says:\n%s", info)
	}
}

func TestTheSameLetterGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	f, l := fonts(t), decision(t)
	first := write(t, f, l)
	done := make(chan []byte)
	for range 4 {
		go func() {
			body, _ := PDF(f, l)
			done <- body
		}()
	}
	for range 4 {
		if body := <-done; !bytes.Equal(first, body) {
			t.Fatalf("%d bytes differ from the first %d", len(body), len(first))
		}
	}
}

func TestRareNamesArePrintedOrNamed(t *testing.T) {
	t.Parallel()
	l := decision(t)
	const names = "王䶮、李㛃、张𠮷、陈𫖯、刘𬭎、赵𰻝、周\U0002FFFF"
	l.Blocks = append(l.Blocks, Block{Kind: Paragraph, Text: []Run{{names, false}}})
	l.Title += "𠮷"
	text := squash(tool(t, "pdftotext", write(t, fonts(t), l)))
	if !strings.Contains(text, "王䶮、李㛃、张〓、陈𫖯、刘𬭎、赵𰻝、周〓") {
		t.Errorf("the names are not in the PDF:\n%s", text)
	}
	if !strings.Contains(text, "U+20BB7、U+2FFFF") {
		t.Errorf("the note of what is missing is not in the PDF:\n%s", text)
	}
}

func TestAnotherFontHelpsWithRareNames(t *testing.T) {
	t.Parallel()
	l := decision(t)
	l.Blocks = append(l.Blocks, Block{Kind: Paragraph, Text: []Run{{"张𠮷和陈𫖯", true}}})
	text := squash(tool(t, "pdftotext", write(t, fonts(t, RareFont), l)))
	if !strings.Contains(text, "张𠮷和陈𫖯") || strings.Contains(text, "〓") {
		t.Errorf("the name is not in the PDF:\n%s", text)
	}
}

func TestALongLetterTurnsPagesAndLosesNothing(t *testing.T) {
	t.Parallel()
	l := decision(t)
	l.Blocks = nil
	for i := range 60 {
		text := []Run{{fmt.Sprintf("第%d段：", i) + strings.Repeat("社会救助，保障困难群众基本生活。", 5), false}}
		l.Blocks = append(l.Blocks, Block{Kind: []Kind{Paragraph, Item, Note, Heading}[i%4], Text: text},
			Block{Kind: Fact, Text: []Run{{"名称", false}}, Value: text})
	}
	l.Blocks = append(l.Blocks, Block{Kind: Note, Text: []Run{{strings.Repeat("长", 3000), false}}})
	body := write(t, fonts(t), l)
	text := squash(tool(t, "pdftotext", body))
	for i := range 60 {
		if strings.Count(text, fmt.Sprintf("第%d段：", i)) != 2 {
			t.Errorf("part %d is missing", i)
		}
	}
	if n := strings.Count(text, "长"); n != 3000 {
		t.Errorf("%d of 3000 characters", n)
	}
	if !strings.Contains(text, "第2页共") || !strings.Contains(tool(t, "pdfinfo", body), "Pages:") {
		t.Error("no page numbers")
	}
}

func TestLinesBreakByChineseRules(t *testing.T) {
	t.Parallel()
	k := newInk(fonts(t))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("中文字符，。；「」（）“”—…ab12. 〓𠮷")), 1, 120, -1).Draw(t, "text")
		wide := rapid.Float64Range(60, 300).Draw(t, "wide")
		var joined strings.Builder
		lines := k.wrap([]Run{{text, false}}, 12, wide)
		for i, l := range lines {
			if len(l) == 0 {
				t.Fatal("an empty line")
			}
			if w := l.width(12); w > wide+0.01 && len(l) > 1 {
				t.Fatalf("line %d is %f wide, room is %f", i, w, wide)
			}
			for _, g := range l {
				joined.WriteRune(g.r)
			}
		}
		want := strings.ReplaceAll(string(printed(k, text)), " ", "")
		if got := strings.ReplaceAll(joined.String(), " ", ""); got != want {
			t.Fatalf("printed %q, want %q", got, want)
		}
	})
}

func printed(k *ink, text string) []rune {
	var all []rune
	for _, g := range k.glyphs([]Run{{text, false}}) {
		all = append(all, g.r)
	}
	return all
}

func TestNoLineBeginsOrEndsWithTheWrongMark(t *testing.T) {
	t.Parallel()
	k := newInk(fonts(t))
	text := []Run{{strings.Repeat("依据《社会救助法》第18条，符合“条件”的家庭（含共同生活成员），可以申请。", 8), false}}
	for wide := 50.0; wide < 400; wide += 7 {
		for i, l := range k.wrap(text, 12, wide) {
			if strings.ContainsRune(closes, l[0].r) && i > 0 {
				t.Fatalf("at a width of %.0f line %d begins with %c", wide, i, l[0].r)
			}
			if strings.ContainsRune(opens, l[len(l)-1].r) {
				t.Fatalf("at a width of %.0f line %d ends with %c", wide, i, l[len(l)-1].r)
			}
		}
	}
}

// A letter is made while somebody waits: it may take 60 ms.
func BenchmarkPDF(b *testing.B) {
	f, l := fonts(b), decision(b)
	b.ReportAllocs()
	for b.Loop() {
		write(b, f, l)
	}
	if one := b.Elapsed() / time.Duration(b.N); one > 60*time.Millisecond {
		b.Errorf("a letter takes %v, want less than 60 ms", one)
	}
}

func TestTheContentsSayWhereEachChapterBegins(t *testing.T) {
	t.Parallel()
	l := Letter{Title: "手册", Foot: "封面的脚", Office: "清溪县民政局", Day: "2026年3月2日"}
	plain := func(text string) []Run { return []Run{{text, false}} }
	for i, name := range []string{"甲", "乙"} {
		l.Blocks = append(l.Blocks, Block{Kind: Contents, Number: i + 1, Text: plain("目录" + name)})
	}
	for _, name := range []string{"甲", "乙"} {
		l.Blocks = append(l.Blocks, Block{Kind: Chapter, Text: plain("章" + name), Value: plain(name + "的脚")})
		for range 60 {
			l.Blocks = append(l.Blocks, Block{Kind: Paragraph, Text: plain("一段话")})
		}
	}
	body := write(t, fonts(t), l)
	sheets := strings.Split(tool(t, "pdftotext", body, "-layout"), "\f")
	for i, s := range sheets {
		sheets[i] = squash(s)
	}
	if len(sheets) < 6 {
		t.Fatalf("there are %d sheets", len(sheets)-1)
	}
	begins := map[string]int{}
	for i, s := range sheets {
		for _, name := range []string{"甲", "乙"} {
			if strings.Contains(s, "章"+name) {
				begins[name] = i + 1
			}
		}
	}
	for i, s := range sheets[:len(sheets)-1] {
		foot := "封面的脚"
		switch n := i + 1; {
		case n >= begins["乙"]:
			foot = "乙的脚"
		case n >= begins["甲"]:
			foot = "甲的脚"
		}
		if !strings.HasSuffix(s, foot) {
			t.Errorf("sheet %d ends in %q, want %s", i+1, s[max(0, len(s)-30):], foot)
		}
	}
	for name, at := range begins {
		if !strings.Contains(sheets[0], fmt.Sprintf("目录%s%d", name, at)) {
			t.Errorf("the contents do not say that %s begins on sheet %d: %s", name, at, sheets[0])
		}
	}
	if len(begins) != 2 || begins["甲"] != 2 || begins["乙"] <= 3 {
		t.Errorf("chapters begin on %v", begins)
	}
}
