package rule_test

import (
	"os"
	"path/filepath"
	"testing"

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

func BenchmarkOneExplainedDibaoJudgement(b *testing.B) {
	d, err := fact.ReadDictionary("facts.yaml", area(b, "facts.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	r, err := rule.Load("rules.yaml", area(b, "services/dibao/rules.yaml"), d)
	if err != nil {
		b.Fatal(err)
	}
	c := rule.Case{Facts: family(d), Region: []string{"390121001", "390121", "390100", "390000", rule.Nation}, On: day("2026-03-02")}
	var amount rule.Result
	b.ReportAllocs()
	for b.Loop() {
		amount, _ = r.Judge(c).Find("月保障金额")
	}
	if amount.Shown() != "¥3,072.00" {
		b.Fatalf("the family gets %s, want ¥3,072.00", say(amount))
	}
}
