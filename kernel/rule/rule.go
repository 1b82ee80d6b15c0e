// Package rule works out facts from facts.
//
// Rules are formulas over Chinese fact names with dated, region-inherited
// parameters. They are checked when they are loaded. A result is known or
// unknown; unknown never becomes no, and it names the facts that could still
// change it. Numbers are exact fractions of whole 分: nothing is rounded unless
// a formula says so, and there is no floating point.
package rule

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"minzheng/kernel/fact"
	"minzheng/kernel/strict"
)

// File is rules.yaml as it is written.
type File struct {
	Parameters map[string]*Parameter `yaml:"parameters"`
	Rules      []*Rule               `yaml:"rules"`
}

// Rule sets one fact.
type Rule struct {
	Set  string `yaml:"set"`  // the fact's name
	Each string `yaml:"each"` // "member": set for each member of the household
	As   string `yaml:"as"`   // the formula
	Law  string `yaml:"law"`  // title and article
	Why  string `yaml:"why"`  // of a condition: one plain sentence that is true when it holds
	Unit string `yaml:"unit"` // for readers

	kind  kind
	root  *node
	uses  []use
	place place
}

// Condition reports whether the rule is one that holds or does not hold.
func (r *Rule) Condition() bool { return r.kind == boolean && r.Why != "" }

// Rules are the checked rules of one service.
type Rules struct {
	file  string
	dict  *fact.Dictionary
	rules []*Rule // in an order in which each comes after those that it reads
	index map[string]int
	param map[string]*Parameter
	dated []*Parameter // by index
	names []string     // of the parameters, by index
	facts []*fact.Def  // that the rules read, by slot
	need  []need       // by rule
	all   need         // of all rules together
}

// Load reads and checks rules.yaml. The error lists all that is wrong, each
// with file, rule and column.
func Load(name string, src []byte, dict *fact.Dictionary) (*Rules, error) {
	return LoadWith(name, src, dict, nil)
}

// LoadWith is Load with values laid into the parameters before all is checked.
func LoadWith(name string, src []byte, dict *fact.Dictionary, changes []Change) (*Rules, error) {
	var f File
	if err := strict.YAML(src, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := f.lay(changes); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r := &Rules{file: name, dict: dict, index: map[string]int{}, param: f.Parameters}
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(f.Parameters)) {
		p := f.Parameters[name]
		wrong = append(wrong, p.check(name, r.file, dict)...)
		if p != nil {
			p.index = len(r.dated)
			r.dated, r.names = append(r.dated, p), append(r.names, name)
		}
	}
	locate(src, f.Rules)
	trees := map[*Rule]*tree{}
	for _, one := range f.Rules {
		t, err := r.parse(one)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		trees[one] = t
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	ordered, err := r.order(f.Rules, trees)
	if err != nil {
		return nil, err
	}
	failed := map[string]bool{}
	for _, one := range ordered {
		if slices.ContainsFunc(trees[one].names(), func(name string) bool { return failed[name] }) {
			failed[one.Set] = true // what it reads has been told already
			continue
		}
		if err := r.check(one, trees[one]); err != nil {
			failed[one.Set], wrong = true, append(wrong, err)
			continue
		}
		r.index[one.Set] = len(r.rules)
		r.rules = append(r.rules, one)
	}
	if err := errors.Join(wrong...); err != nil {
		return r, err
	}
	r.need, r.all = r.needs(), r.everything()
	return r, nil
}

// reserved are the words that mean something in every formula.
func reserved(name string) bool {
	return slices.Contains([]string{"是", "否", "今天", everybody}, name)
}

func (r *Rules) parse(one *Rule) (*tree, error) {
	switch {
	case one == nil || one.Set == "" || one.As == "":
		return nil, fmt.Errorf("%s: 有一条规则没有写 set 或 as", r.file)
	case r.dict.Find(one.Set) != nil:
		return nil, r.said(one, errors.New("要改一条由来源给出的事实，请换个名字"))
	case reserved(one.Set):
		return nil, fmt.Errorf("%s: “%s”在公式里另有意思，规则不能叫这个名字", r.file, one.Set)
	case r.param[one.Set] != nil:
		return nil, fmt.Errorf("%s: %s 既是参数又是规则", r.file, one.Set)
	case one.Each != "" && one.Each != "member":
		return nil, r.said(one, errors.New("的 each 只能写 member"))
	}
	t, err := parse(one.As)
	if err != nil {
		return nil, r.said(one, err)
	}
	return t, nil
}

// order sorts rules so that each comes after those it reads. A circle or a
// fact set twice is an error.
func (r *Rules) order(all []*Rule, trees map[*Rule]*tree) ([]*Rule, error) {
	byName := map[string]*Rule{}
	for _, one := range all {
		if byName[one.Set] != nil {
			return nil, fmt.Errorf("%s: 有两条规则都在定 %s", r.file, one.Set)
		}
		byName[one.Set] = one
	}
	var ordered, path []*Rule
	var visit func(one *Rule) error
	visit = func(one *Rule) error {
		if slices.Contains(ordered, one) {
			return nil
		}
		if i := slices.Index(path, one); i >= 0 {
			var names []string
			for _, p := range append(path[i:], one) {
				names = append(names, p.Set)
			}
			return fmt.Errorf("%s: 规则绕成了圈：%s", r.file, strings.Join(names, " → "))
		}
		path = append(path, one)
		for _, name := range trees[one].names() {
			if other := byName[name]; other != nil {
				if err := visit(other); err != nil {
					return err
				}
			}
		}
		path = path[:len(path)-1]
		ordered = append(ordered, one)
		return nil
	}
	for _, one := range all {
		if err := visit(one); err != nil {
			return nil, err
		}
	}
	return ordered, nil
}

// All returns the rules in the order in which they are worked out.
func (r *Rules) All() []*Rule { return r.rules }

// Find returns the rule that sets a fact, or nil.
func (r *Rules) Find(set string) *Rule {
	if i, ok := r.index[set]; ok {
		return r.rules[i]
	}
	return nil
}

// Facts returns the names of the dictionary's facts that the rules read.
func (r *Rules) Facts() []string {
	var all []string
	for _, def := range r.facts {
		all = append(all, def.Name)
	}
	return all
}

// slot is the place of a fact among those that the rules read.
func (r *Rules) slot(def *fact.Def) int {
	if i := slices.Index(r.facts, def); i >= 0 {
		return i
	}
	r.facts = append(r.facts, def)
	return len(r.facts) - 1
}

// Parameters returns the parameters by name.
func (r *Rules) Parameters() map[string]*Parameter { return r.param }

// Yields returns the type of the fact that a rule sets; ok is false when no
// rule sets it.
func (r *Rules) Yields(set string) (t fact.Type, ok bool) {
	one := r.Find(set)
	if one == nil {
		return fact.None, false
	}
	return one.kind.factType(), true
}

// Dictionary returns the dictionary that the rules were checked against.
func (r *Rules) Dictionary() *fact.Dictionary { return r.dict }

// Unused returns the rules that none of the wanted facts depends on.
func (r *Rules) Unused(wanted []string) []string {
	used := map[string]bool{}
	for _, name := range wanted {
		used[name] = true
	}
	for _, one := range slices.Backward(r.rules) {
		if !used[one.Set] {
			continue
		}
		for _, u := range one.uses {
			used[u.name] = true
		}
	}
	var unused []string
	for _, one := range r.rules {
		if !used[one.Set] {
			unused = append(unused, one.Set)
		}
	}
	return unused
}
