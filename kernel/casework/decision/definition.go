package decision

import (
	"fmt"
	"slices"
	"strings"

	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
)

// Definition is what a decision was judged by: the service's folder, and what
// the facts that its rules read mean.
type Definition struct {
	Files map[string]string `json:"files"`
	Facts string            `json:"facts"` // facts.yaml with those facts alone
}

// Define returns what a service judges by today.
func Define(s *catalog.Service, dict *fact.Dictionary) (Definition, error) {
	facts, err := excerpt(s, dict)
	if err != nil {
		return Definition{}, fmt.Errorf("writing what service %s judges by: %w", s.Code, err)
	}
	return Definition{s.Files, facts}, nil
}

// Hash is the SM3 of the dictionary, which a record names.
func (d Definition) Hash() string { return Hash([]byte(d.Facts)) }

// excerpt writes what judging needs of the dictionary. It is JSON, which is
// YAML too, in its one form: other facts, and words that judging does not
// need, may be added to a dictionary without changing it.
func excerpt(s *catalog.Service, dict *fact.Dictionary) (string, error) {
	type source struct {
		Code  string `json:"code"`
		Title string `json:"title"`
		Seal  string `json:"seal"`
	}
	type def struct {
		Name    string   `json:"name"`
		Code    string   `json:"code"`
		Type    string   `json:"type"`
		Of      string   `json:"of"`
		Words   []string `json:"words,omitempty"`
		Scale   int      `json:"scale,omitempty"`
		Sources []string `json:"sources,omitempty"` // the most trusted first
	}
	out := struct {
		Facts   []def    `json:"facts"`
		Sources []source `json:"sources"`
	}{[]def{}, []source{}}
	read := s.Rules.Facts()
	slices.Sort(read)
	for _, name := range read {
		f := dict.Find(name)
		out.Facts = append(out.Facts, def{f.Name, f.Code, f.Type, f.Of, f.Words, f.Scale, f.Sources})
	}
	for _, one := range dict.Sources {
		out.Sources = append(out.Sources, source{one.Code, one.Title, one.Seal})
	}
	slices.SortFunc(out.Sources, func(a, b source) int { return strings.Compare(a.Code, b.Code) })
	b, err := canonical(out)
	return string(b), err
}

// Bench is a definition read: it can work records out.
type Bench struct {
	service *catalog.Service
	dict    *fact.Dictionary
	facts   string // SM3 of the excerpt
}

// Read reads a definition as whoever verifies a record reads it.
func (d Definition) Read() (Bench, error) {
	dict, err := fact.ReadDictionary("facts.yaml", []byte(d.Facts))
	if err != nil {
		return Bench{}, err
	}
	s, err := catalog.ForJudging(d.Files, dict)
	return Bench{s, dict, d.Hash()}, err
}
