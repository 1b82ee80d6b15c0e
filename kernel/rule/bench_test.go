package rule_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// area reads a file of the area of social assistance, as data.
func area(b *testing.B, name string) []byte {
	b.Helper()
	src, err := os.ReadFile(filepath.Join("..", "..", "areas", "assistance", filepath.FromSlash(name)))
	if err != nil {
		b.Fatal(err)
	}
	return src
}

// family is a mother with two children, of whom everything is known.
func family(d *fact.Dictionary) *fact.Set {
	set := fact.NewSet(d)
	tell := func(about, name string, v fact.Value) {
		set.Tell(fact.Statement{Name: name, About: about, Source: "self", Value: v})
	}
	for i, born := range []string{"1980-05-01", "2012-03-09", "2016-01-01"} {
		about := []string{"m1", "m2", "m3"}[i]
		tell(about, "与申请人关系", fact.TextOf([]string{"本人", "女儿", "女儿"}[i]))
		tell(about, "出生日期", fact.DateOf(day(born)))
		tell(about, "残疾等级", fact.EnumOf("无"))
		tell(about, "房屋套数", fact.IntOf(0))
		tell(about, "工资收入", fact.MoneyOf([]int64{80000, 0, 0}[i]))
		for _, name := range []string{"零工收入", "经营收入", "养老金", "基础养老金", "赡养抚养费", "就业成本", "存款", "车辆价值"} {
			tell(about, name, fact.MoneyOf(0))
		}
		for name, v := range map[string]bool{"共同生活": true, "本县户籍": true, "服刑": false, "已去世": false, "患重病": false} {
			tell(about, name, fact.BoolOf(v))
		}
	}
	return set
}

// dibao are the rules of 最低生活保障 and a case.
func dibao(b *testing.B) (*rule.Rules, *fact.Set, rule.Case) {
	b.Helper()
	d, err := fact.ReadDictionary("facts.yaml", area(b, "facts.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	r, err := rule.Load("rules.yaml", area(b, "services/dibao/rules.yaml"), d)
	if err != nil {
		b.Fatal(err)
	}
	set := family(d)
	c := rule.Case{Facts: set, Region: []string{"390121001", "390121", "390100", "390000", rule.Nation}, On: day("2026-03-02")}
	return r, set, c
}

func BenchmarkOneExplainedDibaoJudgement(b *testing.B) {
	r, _, c := dibao(b)
	var amount rule.Result
	var took []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		amount, _ = r.Judge(c).Find("月保障金额")
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
	if amount.Shown() != "¥3,072.00" {
		b.Fatalf("the family gets %s, want ¥3,072.00", say(amount))
	}
}

func BenchmarkOneDibaoOutcome(b *testing.B) {
	r, _, c := dibao(b)
	b.ReportAllocs()
	for b.Loop() {
		if s := r.Outcome(c, "符合低保条件"); !s.Known || !s.Value.Bool() {
			b.Fatalf("got %+v", s)
		}
	}
}

// without is a case in which some facts are not told.
type without struct {
	rule.Source
	names []string
}

func (w without) Best(name, about string) (fact.Statement, bool) {
	if slices.Contains(w.names, name) {
		return fact.Statement{}, false
	}
	return w.Source.Best(name, about)
}

func BenchmarkSettlingDibaoOfWhichLittleLacks(b *testing.B) {
	r, set, c := dibao(b)
	c.Facts = without{set, []string{"本县户籍", "服刑", "已去世"}}
	b.ReportAllocs()
	for b.Loop() {
		if s := r.Settle(c, "符合低保条件"); s.Known || len(s.Missing) < 3 {
			b.Fatalf("got %+v", s)
		}
	}
}

func BenchmarkSettlingDibaoOfWhichHalfLacks(b *testing.B) {
	r, set, c := dibao(b)
	c.Facts = without{set, []string{"本县户籍", "服刑", "已去世", "共同生活", "与申请人关系", "存款", "车辆价值", "房屋套数", "工资收入"}}
	b.ReportAllocs()
	for b.Loop() {
		if s := r.Settle(c, "符合低保条件"); s.Known {
			b.Fatalf("got %+v", s)
		}
	}
}

// poorer is a case in which the mother earns something else.
func poorer(set *fact.Set, wage, deposits int64) {
	for name, n := range map[string]int64{"工资收入": wage, "存款": deposits} {
		set.Tell(fact.Statement{Name: name, About: "m1", Source: "self", Value: fact.MoneyOf(n)})
	}
}

func BenchmarkTurningARefusalOfDibao(b *testing.B) {
	r, set, c := dibao(b)
	poorer(set, 400000, 0)
	benchmarkTurn(b, r, c, "人均月收入再低 123.34 元即符合")
}

func BenchmarkTurningADibaoThatHolds(b *testing.B) {
	r, _, c := dibao(b)
	benchmarkTurn(b, r, c, "人均月收入再高 943.34 元就不符合")
}

func BenchmarkTurningARefusalOfDibaoByTwo(b *testing.B) {
	r, set, c := dibao(b)
	poorer(set, 400000, 10000000)
	benchmarkTurn(b, r, c, "")
}

func benchmarkTurn(b *testing.B, r *rule.Rules, c rule.Case, want string) {
	var all []rule.Turning
	b.ReportAllocs()
	for b.Loop() {
		all = r.Turn(c, "符合低保条件")
	}
	if got := turnings(all); len(got) == 0 || want != "" && got[0] != want {
		b.Fatalf("got %q", got)
	}
}
