package app_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// command runs a subcommand of the program itself.
func command(t *testing.T, in string, args ...string) (out, said string, code int) {
	t.Helper()
	cmd := exec.Command(built(t), args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in), &stdout, &stderr
	err := cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

const person = `"共同生活":"是","本县户籍":"是","服刑":"否","已去世":"否","残疾等级":"无","患重病":"否","零工收入":"0","经营收入":"0","养老金":"0","基础养老金":"0","赡养抚养费":"0","就业成本":"0","房屋套数":"0","车辆价值":"0"`

const household = `{"id":"甲","region":"390121001","members":[{"与申请人关系":"本人","出生日期":"1980-05-01","工资收入":800.30,"存款":"0",` + person + `}]}`

func TestRuleEvalExplainsOneHousehold(t *testing.T) {
	t.Parallel()
	out, said, code := command(t, household, "rule", "eval", "dibao", "--region", "390121001", "--on", "2026-03-02", "--facts", "-")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, said)
	}
	var got struct {
		Outcome    string
		Facts      map[string]string
		Conditions []struct{ Set, Value, Law, Why string }
		Missing    []string
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Outcome != "是" || got.Facts["月保障金额"] != "410.00" || got.Facts["人均月收入"] != "800.30" || len(got.Missing) != 0 {
		t.Errorf("got %+v", got)
	}
	if len(got.Conditions) == 0 {
		t.Fatal("there are no conditions")
	}
	for _, c := range got.Conditions {
		if c.Set == "" || c.Value != "是" || !strings.Contains(c.Law, "条") || c.Why == "" {
			t.Errorf("condition %+v lacks something", c)
		}
	}
}

func TestRuleEvalSaysWhatWouldTurnTheOutcome(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		household: `"人均月收入再高 409.70 元就不符合"`,
		strings.Replace(household, "800.30", "1245", 1):                                      `"人均月收入再低 35.01 元即符合"`,
		strings.NewReplacer("800.30", "1245", `"存款":"0"`, `"存款":"30000"`).Replace(household): `"人均月收入再低 35.01 元，并且家庭存款少 960.00 元即符合"`,
	} {
		out, said, code := command(t, in, "rule", "eval", "dibao", "--region", "390121001", "--on", "2026-03-02", "--facts", "-")
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit %d %s\n%s\ndoes not say %s", code, said, out, want)
		}
	}
}

func TestRuleEvalNamesWhatLacks(t *testing.T) {
	t.Parallel()
	silent := strings.Replace(household, `"存款":"0",`, "", 1)
	out, said, code := command(t, silent, "rule", "eval", "dibao", "--region", "390121001", "--on", "2026-03-02", "--facts", "-")
	if code != 0 || !strings.Contains(out, `"outcome": "未知"`) || !strings.Contains(out, `"m1.存款"`) {
		t.Errorf("exit %d %s\n%s", code, said, out)
	}
}

func TestRuleCommandsRefuseWhatTheyCannotRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		args []string
		want string
	}{
		"no such service":    {household, []string{"eval", "dibaoo", "--region", "390121", "--facts", "-"}, "没有事项"},
		"no such region":     {household, []string{"eval", "dibao", "--region", "99", "--facts", "-"}, "地区"},
		"no such day":        {household, []string{"eval", "dibao", "--region", "390121", "--on", "2026-02-30", "--facts", "-"}, "2026-02-30"},
		"no JSON":            {"{", []string{"eval", "dibao", "--region", "390121", "--facts", "-"}, "读不懂"},
		"no such fact":       {`{"members":[{"工资":"1"}]}`, []string{"eval", "dibao", "--region", "390121", "--facts", "-"}, "工资"},
		"no amount":          {`{"members":[{"工资收入":"1e9"}]}`, []string{"eval", "dibao", "--region", "390121", "--facts", "-"}, "工资收入"},
		"a family's member":  {`{"facts":{"工资收入":"1"}}`, []string{"eval", "dibao", "--region", "390121", "--facts", "-"}, "写错了地方"},
		"unknown word":       {`{"familie":[]}`, []string{"eval", "dibao", "--region", "390121", "--facts", "-"}, "familie"},
		"the line is named":  {household + "\n" + strings.Replace(household, "800.30", `"八百"`, 1), []string{"batch", "dibao", "--population", "-"}, "第 2 行"},
		"no source of facts": {"", []string{"batch", "dibao"}, "--population"},
		"too many regions":   {"", []string{"bench", "--regions", "10000"}, "--regions"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, said, code := command(t, c.in, append([]string{"rule"}, c.args...)...)
			if code != 2 || !strings.Contains(out+said, c.want) {
				t.Errorf("exit %d, said %q, want exit 2 and %q", code, said, c.want)
			}
		})
	}
}

func TestRuleBatchGivesALineForEachHouseholdInTheirOrder(t *testing.T) {
	t.Parallel()
	var in strings.Builder
	for i := range 700 {
		one := household
		if i%2 == 1 {
			one = strings.Replace(strings.Replace(one, `"甲"`, `"乙"`, 1), "800.30", "1210.00", 1)
		}
		in.WriteString(one + "\n")
	}
	file := filepath.Join(t.TempDir(), "families.jsonl")
	if err := os.WriteFile(file, []byte(in.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, said, code := command(t, "", "rule", "batch", "dibao", "--population", file, "--on", "2026-03-02")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 0 || len(lines) != 700 {
		t.Fatalf("exit %d, %d lines: %s", code, len(lines), said)
	}
	for i, l := range lines {
		want := `"甲","outcome":"是"`
		if i%2 == 1 {
			want = `"乙","outcome":"否"`
		}
		if !strings.Contains(l, want) {
			t.Fatalf("line %d is %s, want %s", i, l, want)
		}
	}
	if !strings.Contains(said, "700 户 700 人：符合 350 户，不符合 350 户") || !strings.Contains(said, "¥143,500.00") {
		t.Errorf("the sum is %s", said)
	}
}

func TestRuleBenchPrintsOneLineOfFigures(t *testing.T) {
	t.Parallel()
	out, said, code := command(t, "", "rule", "bench", "--persons", "20000", "--regions", "100")
	var got struct {
		Persons, Households, Regions int
		Yes, No, Unknown             int
		Calculation                  float64 `json:"calculation_persons_per_second_per_core"`
		EndToEnd                     float64 `json:"end_to_end_persons_per_second_per_core"`
		Peak                         int64   `json:"peak_memory_bytes"`
	}
	if err := json.Unmarshal([]byte(out), &got); code != 0 || err != nil || strings.Count(out, "\n") != 1 {
		t.Fatalf("exit %d %v: %s %s", code, err, out, said)
	}
	if got.Persons != 20000 || got.Regions != 100 || got.Yes+got.No+got.Unknown != got.Households || got.Yes == 0 || got.Unknown == 0 ||
		got.Calculation <= got.EndToEnd || got.Peak == 0 {
		t.Errorf("got %+v", got)
	}
}

func TestCatalogDiffShowsWhoWinsAndLoses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../areas/assistance/services/dibao")); err != nil {
		t.Fatal(err)
	}
	rules := filepath.Join(dir, "rules.yaml")
	src, err := os.ReadFile(rules)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(rules, bytes.Replace(src, []byte("value: 1210.00"), []byte("value: 1300.00"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	var in strings.Builder
	for _, wage := range []string{"1209.99", "1210.00", "1299.99", "1300.00", "1100"} {
		in.WriteString(strings.NewReplacer("800.30", `"`+wage+`"`, "甲", wage).Replace(household) + "\n")
	}
	out, said, code := command(t, in.String(), "catalog", "diff", "dibao", dir, "--population", "-", "--on", "2026-03-02")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, said)
	}
	for _, want := range []string{"共 5 户", "不符合 → 符合：2 户", "1210.00：不符合 → 符合，¥0.00 → ¥90.00", "1299.99：不符合 → 符合，¥0.00 → ¥1.00",
		"每月合计 ¥111.00 → ¥382.00（多 ¥271.00）",
		"人均月收入（人均月收入 < 低保标准）　原来：¥1,209.99 符合，¥1,210.00 不符合　以后：¥1,299.99 符合，¥1,300.00 不符合"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	if _, said, code := command(t, "", "catalog", "diff", "dibao", "dibao", "--population", "-"); code != 2 || !strings.Contains(said, "没有同名而又不同的事项") {
		t.Errorf("the same twice: exit %d, %s", code, said)
	}
}

func TestABureauIsToldWhichStandardsAreStillExamples(t *testing.T) {
	t.Parallel()
	out, said, code := command(t, "", "catalog", "samples")
	if code != 0 || strings.Count(out, "| 低保标准 |") != 1 || !strings.Contains(out, "项还是示例值") {
		t.Fatalf("exit %d: %s%s", code, out, said)
	}
}
