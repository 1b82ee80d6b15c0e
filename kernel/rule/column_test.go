package rule_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// columns puts cases into a population.
func columns(t interface{ Fatal(...any) }, d *fact.Dictionary, cases []rule.Case) *rule.Population {
	places := map[string]int{}
	var regions [][]string
	for _, c := range cases {
		if key := fmt.Sprint(c.Region); places[key] == 0 {
			regions = append(regions, c.Region)
			places[key] = len(regions)
		}
	}
	p := rule.NewPopulation(d.Facts, regions)
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range cases {
		must(p.Household(places[fmt.Sprint(c.Region)] - 1))
		tell := func(about string) {
			for i, def := range d.Facts {
				if def.Member() != (about != "") {
					continue
				}
				if st, ok := c.Facts.Best(def.Name, about); ok {
					must(p.Tell(i, st.Value))
				}
			}
		}
		tell("")
		for _, m := range c.Facts.Members() {
			must(p.Person())
			tell(m)
		}
	}
	p.Close()
	return p
}

// batch works a rule out for all cases in columns.
func batch(t interface{ Fatal(...any) }, r *rule.Rules, set string, cases []rule.Case) []string {
	plan, err := r.Plan(set)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(cases))
	var one sync.Mutex
	err = plan.Run(context.Background(), columns(t, r.Dictionary(), cases), cases[0].On, 2, func(p *rule.Part) {
		one.Lock()
		defer one.Unlock()
		for h := range p.Count {
			out[p.First+h] = "?"
			if v, ok := p.Value(0, h); ok {
				out[p.First+h] = v.Encode()
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestColumnsGiveWhatSingleCasesGive(t *testing.T) {
	t.Parallel()
	d := dictionary(t)
	rapid.Check(t, func(rt *rapid.T) {
		g := newGrower(rt)
		src := g.book.file(g.grow(rapid.SampledFrom([]byte("nmbdw")).Draw(rt, "kind"), 4))
		r := load(t, src)
		var cases []rule.Case
		for range rapid.IntRange(1, 12).Draw(rt, "households") {
			w, set := drawWorld(rt, d, g.book)
			cases = append(cases, rule.Case{Facts: set, Region: w.path, On: g.book.day()})
		}
		for i, got := range batch(rt, r, "结果", cases) {
			want := "?"
			if one := find(t, r.Judge(cases[i]), "结果"); one.Known {
				want = one.Value.Encode()
			}
			if got != want {
				rt.Fatalf("%s\ngives %s in columns and %s alone for household %d", src, got, want, i)
			}
		}
	})
}
