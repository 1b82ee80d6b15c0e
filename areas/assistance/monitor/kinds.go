package monitor

import (
	_ "embed"
	"fmt"
	"slices"

	"minzheng/kernel/strict"
)

//go:embed kinds.yaml
var kindsYAML []byte

// Kind is one kind of misfortune that a feed may tell of.
type Kind struct {
	Code   string   `yaml:"kind"`
	Title  string   `yaml:"title"`
	Rule   string   `yaml:"rule"`   // how the names of its rules begin
	Grades []string `yaml:"grades"` // 黄, 橙, 红: the mildest first
	Asks   []string `yaml:"asks"`   // sources that are asked when it is told
	Said   string   `yaml:"said"`   // what the department has told, in plain words
}

// Grade is how grave a warning is.
type Grade int

// The grades. Nobody relies on their colours alone: each has a word and a sign.
const (
	None Grade = iota
	Yellow
	Orange
	Red
)

// Word is 黄, 橙 or 红.
func (g Grade) Word() string { return [...]string{"", "黄", "橙", "红"}[g] }

// gradeOf is the grade of a word; None where there is no such.
func gradeOf(word string) Grade {
	return Grade(max(0, slices.Index([]string{"", "黄", "橙", "红"}, word)))
}

// ReadKinds reads a table of kinds strictly.
func ReadKinds(name string, src []byte) ([]Kind, error) {
	var all []Kind
	if err := strict.YAML(src, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	seen := map[string]bool{}
	for _, k := range all {
		if k.Code == "" || seen[k.Code] || k.Title == "" || k.Rule == "" || len(k.Grades) == 0 || len(k.Asks) == 0 || k.Said == "" {
			return nil, fmt.Errorf("%s: %q 没有写全，或者写了两次", name, k.Code)
		}
		for i, word := range k.Grades {
			if gradeOf(word) != Grade(i+1) {
				return nil, fmt.Errorf("%s: %q 的级别要从黄写起：黄、橙、红", name, k.Code)
			}
		}
		seen[k.Code] = true
	}
	return all, nil
}

// Kinds is the table that comes with the program.
func Kinds() []Kind {
	all, err := ReadKinds("kinds.yaml", kindsYAML)
	if err != nil {
		panic(err) // it is embedded
	}
	return all
}

// kind is the kind with a code; ok is false where there is none.
func (r *Room) kind(code string) (Kind, bool) {
	i := slices.IndexFunc(r.kinds, func(k Kind) bool { return k.Code == code })
	if i < 0 {
		return Kind{}, false
	}
	return r.kinds[i], true
}

// rules are the names of its rules, the mildest first.
func (k Kind) rules() []string {
	var all []string
	for _, word := range k.Grades {
		all = append(all, k.Rule+word)
	}
	return all
}
