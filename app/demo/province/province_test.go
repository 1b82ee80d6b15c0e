package province_test

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"minzheng/app/demo/province"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

func file(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "areas", "assistance", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func rules(t testing.TB, counties int) *rule.Rules {
	t.Helper()
	dict, err := fact.ReadDictionary("facts.yaml", []byte(file(t, "facts.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	src, err := province.Rules(file(t, "services/dibao/rules.yaml"), counties)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rule.Load("rules.yaml", []byte(src), dict)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func population(t testing.TB, r *rule.Rules, persons, counties int, mixed bool) *rule.Population {
	t.Helper()
	pop, err := province.New(r.Dictionary(), counties)
	if err != nil {
		t.Fatal(err)
	}
	if err := province.Fill(pop, persons, counties, mixed); err != nil {
		t.Fatal(err)
	}
	return pop
}

func BenchmarkDibaoOverAMillionPersons(b *testing.B) {
	r := rules(b, 3000)
	pop := population(b, r, 1_000_000, 3000, false)
	plan, err := r.Plan("符合低保条件", "月保障金额")
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	var total atomic.Int64
	for b.Loop() {
		if err := plan.Run(context.Background(), pop, province.Today, 1, func(p *rule.Part) {
			sum := int64(0)
			for h := range p.Count {
				if p.Known(1, h) {
					sum += p.Int64(1, h)
				}
			}
			total.Add(sum)
		}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(pop.Persons())*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mpersons/s")
	b.ReportMetric(float64(pop.Bytes())/float64(pop.Households()), "B/household")
	b.ReportMetric(float64(total.Load())/float64(b.N)/100, "yuan")
}
