package assistance_test

import (
	"testing"

	"minzheng/kernel/catalog"
	"minzheng/kernel/rule"
)

// What a case is decided by and what finds those who could be helped must be
// one rule: every example is worked out in columns too.
func TestEveryExampleWorksOutTheSameInColumns(t *testing.T) {
	t.Parallel()
	up := path(t)
	for _, s := range services(t) {
		wanted := []string{s.Decides}
		if s.Amount != "" {
			wanted = append(wanted, s.Amount)
		}
		plan, err := s.Rules.Plan(wanted...)
		if err != nil {
			t.Errorf("%s: %v", s.Code, err)
			continue
		}
		for _, e := range s.Examples {
			if len(up(e.Region)) == 0 {
				continue // of a place that this test does not know
			}
			set, err := e.Set(s.Rules.Dictionary())
			if err != nil {
				t.Fatal(err)
			}
			j := s.Rules.Judge(rule.Case{Facts: set, Region: up(e.Region), On: day(t, e.On)})
			all := catalog.NewFamilies(s.Rules.Dictionary(), plan.Facts(), up)
			if err := all.Add(e.Family()); err != nil {
				t.Fatal(err)
			}
			all.Population.Close()
			err = plan.Run(t.Context(), all.Population, day(t, e.On), 1, func(p *rule.Part) {
				for w, name := range wanted {
					one, _ := j.Find(name)
					if v, ok := p.Value(w, 0); ok != one.Known || ok && v != one.Value {
						t.Errorf("%s: %s: %s is %s (known %t) for the case, %s (known %t) in columns", s.Code, e.Name, name, one.Shown(), one.Known, v, ok)
					}
				}
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}
