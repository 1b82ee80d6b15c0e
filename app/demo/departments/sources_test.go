package departments_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"

	"minzheng/app/demo/county"
	"minzheng/kernel/catalog"
	"minzheng/kernel/exchange"
	"minzheng/kernel/fact"
)

// registered reads app/sources.yaml.
func registered(t testing.TB) []exchange.Source {
	t.Helper()
	src, err := os.ReadFile("../../sources.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all, err := exchange.ReadSources("sources.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func dictionary(t testing.TB) *fact.Dictionary {
	t.Helper()
	files, err := filepath.Glob("../../../areas/*/facts.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("%d dictionaries, %v", len(files), err)
	}
	var all []*fact.Dictionary
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := fact.ReadDictionary(file, src)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	d, err := fact.Join("facts.yaml", all...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEverySourceIsVouchedForByOneOfTheDictionary(t *testing.T) {
	t.Parallel()
	d := dictionary(t)
	for _, s := range registered(t) {
		i := slices.IndexFunc(d.Sources, func(have fact.Source) bool { return have.Code == s.Vouches })
		if i < 0 || d.Sources[i].Person {
			t.Errorf("%s: no department %q in the dictionary", s.Code, s.Vouches)
		} else if d.Sources[i].Title != s.Department {
			t.Errorf("%s is said to be of %s, the dictionary says %s", s.Code, s.Department, d.Sources[i].Title)
		}
		if s.Within < 1500 || s.Within > 3000 {
			t.Errorf("%s may take %d ms, want 1500 to 3000", s.Code, s.Within)
		}
	}
}

// lookups are what the services ask, by the service's folder.
func lookups(t testing.TB) map[string][]catalog.Lookup {
	t.Helper()
	files, err := filepath.Glob("../../../areas/*/services/*/service.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d services, %v", len(files), err)
	}
	all := map[string][]catalog.Lookup{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var s catalog.Service
		if err := yaml.Unmarshal(src, &s); err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(filepath.Dir(file))] = s.Lookups
	}
	return all
}

func TestEveryLookupOfEveryServiceHasASourceThatTellsWhatItWants(t *testing.T) {
	t.Parallel()
	d, sources := dictionary(t), registered(t)
	for service, some := range lookups(t) {
		for _, l := range some {
			i := slices.IndexFunc(sources, func(s exchange.Source) bool { return s.Code == l.Source })
			if i < 0 {
				t.Errorf("%s: nobody offers %s", service, l.Source)
				continue
			}
			for _, name := range l.Tells {
				def := d.Find(name)
				if def == nil || !slices.Contains(def.Sources, sources[i].Vouches) {
					t.Errorf("%s: %s wants %s, of which %s is no source", service, l.Source, name, sources[i].Vouches)
				} else if !slices.Contains(all()[l.Source], def.Code) {
					t.Errorf("%s: %s does not tell %s", service, l.Source, name)
				}
			}
		}
	}
}

func TestTheSimulatorStandsWhereTheProductAsks(t *testing.T) {
	t.Parallel()
	h := quick()
	if n := len(registered(t)); n != len(all()) {
		t.Errorf("%d sources in sources.yaml, %d simulated", n, len(all()))
	}
	for _, s := range registered(t) {
		if got := post(h, s.Path, ask(county.LiXiufen, "李秀芬", all()[s.Code]...)); got.Code != 200 {
			t.Errorf("%s at %s: got %d %s", s.Code, s.Path, got.Code, got.Body)
		}
	}
}

func TestValuesAreOfTheDictionarysTypesAndWords(t *testing.T) {
	t.Parallel()
	c, h, d := sample(), quick(), dictionary(t)
	seen := map[string]bool{}
	for i := range c.Persons {
		p := &c.Persons[i]
		if i%11 != 0 && p.Away == nil && p.Death == nil && !p.Checked && p.Disability == nil {
			continue
		}
		for source, fields := range all() {
			var a struct{ Values map[string]any }
			if err := json.Unmarshal(post(h, path(source), ask(p.Number, p.Name, fields...)).Body.Bytes(), &a); err != nil {
				t.Fatal(err)
			}
			for code, v := range a.Values {
				def := d.Coded(code)
				if def == nil || !fits(def, v) {
					t.Fatalf("%s tells %s = %v", source, code, v)
				}
				seen[source+" "+code] = true
			}
		}
	}
	for source, fields := range all() {
		for _, f := range fields {
			if !seen[source+" "+f] {
				t.Errorf("nobody in the county makes %s tell %s", source, f)
			}
		}
	}
}

func fits(def *fact.Def, v any) bool {
	switch v := v.(type) {
	case bool:
		return def.Typed() == fact.Bool
	case float64:
		return (def.Typed() == fact.Money || def.Typed() == fact.Int) && v >= 0 && v == float64(int64(v))
	case string:
		return v != "" && (def.Typed() == fact.Text || def.Typed() == fact.Date || def.Typed() == fact.Enum && slices.Contains(def.Words, v))
	}
	return false
}
