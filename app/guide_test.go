package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"minzheng/app"
)

const (
	rulesGuide = "../docs/guides/rules.md"
	taught     = example + "/services/zhaohu"
)

func guide(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(rulesGuide)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWhatTheRulesGuideShowsStandsInItsExample(t *testing.T) {
	t.Parallel()
	there := map[string]bool{}
	for _, name := range []string{"rules.yaml", "examples.yaml"} {
		b, err := os.ReadFile(filepath.Join(taught, name))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(string(b), "\n") {
			there[strings.TrimSpace(line)] = true
		}
	}
	n := 0
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(guide(t), -1) {
		for line := range strings.SplitSeq(block[1], "\n") {
			if line = strings.TrimSpace(line); line != "" && !there[line] {
				t.Errorf("the guide shows %q, which is not in the example", line)
			}
			n++
		}
	}
	if n < 40 {
		t.Errorf("the guide shows %d lines, want the whole of the example's ways", n)
	}
	out, said, code := command(t, "", "catalog", "check", example)
	line, _, _ := strings.Cut(out[max(0, strings.Index(out, "zhaohu")):], "版本")
	if code != 0 || !strings.Contains(guide(t), line) {
		t.Errorf("the guide does not show what catalog check says: %s%s", out, said)
	}
	if out, _, code = command(t, "", "catalog", "test", example); code != 0 || !strings.HasSuffix(strings.TrimSpace(out), "0 个不对") {
		t.Errorf("catalog test says %s", out)
	}
}

func TestTheRulesGuideQuotesTheProgramsOwnWords(t *testing.T) {
	t.Parallel()
	rows := regexp.MustCompile("(?m)^\\| `(.+?)` \\| `(.+?)` \\| `(.+)` \\|$").FindAllStringSubmatch(guide(t), -1)
	if len(rows) < 20 {
		t.Fatalf("the guide has %d mistakes, want 20", len(rows))
	}
	for _, row := range rows {
		if got := mistaken(t, row[2], row[1]); !strings.Contains(got, row[3]) {
			t.Errorf("for %s the guide says %s\nthe program says %s", row[1], row[3], got)
		}
	}
}

// mistaken is what the program says when something is written wrongly in the
// example.
func mistaken(t *testing.T, right, wrong string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(example)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "services", "zhaohu", "rules.yaml")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), right) {
		t.Fatalf("the example does not have %q", right)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(b), right, wrong, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := app.ReadCatalogue(dir)
	if err != nil {
		return err.Error()
	}
	path, err := app.Paths(dir)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, s := range all.Services {
		for _, e := range s.Examples {
			for _, w := range s.Check(e, path) {
				said = append(said, s.Code+"："+e.Name+"："+w)
			}
		}
	}
	return strings.Join(said, "\n")
}
