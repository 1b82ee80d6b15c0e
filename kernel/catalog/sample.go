package catalog

import (
	"slices"
	"strings"

	"minzheng/kernel/rule"
)

// Sample is a standard that a bureau has to set before it works with a
// service: what the folder has are examples.
type Sample struct {
	Parameter string
	Unit      string
	Law       string // what says that it is to be set
	About     string
	Example   string   // one of the values, for readers
	Services  []string // titles of all services in which it stands so
}

// Samples returns the standards of services of which a value is an example,
// by their names. One that stands in several services alike is one.
func Samples(services []*Service) []Sample {
	type key struct{ parameter, law, example string }
	all := map[key]*Sample{}
	for _, s := range services {
		for name, p := range s.Rules.Parameters() {
			i := slices.IndexFunc(p.Values, func(v *rule.Dated) bool { return v.Sample })
			if i < 0 {
				continue
			}
			k := key{name, p.Law, p.Show(p.Values[i])}
			if all[k] == nil {
				all[k] = &Sample{Parameter: name, Unit: p.Unit, Law: p.Law, About: p.About, Example: k.example}
			}
			all[k].Services = append(all[k].Services, s.Title)
		}
	}
	var out []Sample
	for _, one := range all {
		slices.Sort(one.Services)
		out = append(out, *one)
	}
	slices.SortFunc(out, func(a, b Sample) int {
		return strings.Compare(a.Parameter+a.Services[0], b.Parameter+b.Services[0])
	})
	return out
}
