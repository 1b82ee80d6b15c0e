package catalog

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/rule"
)

// Example is a worked case: a test of the rules and their documentation.
type Example struct {
	Name    string              `yaml:"name"`
	On      string              `yaml:"on"`
	Region  string              `yaml:"region"`
	Facts   map[string]string   `yaml:"facts"`
	Members []map[string]string `yaml:"members"`
	Want    map[string]string   `yaml:"want"`
	Lacks   []string            `yaml:"lacks"` // facts that are missing, all of them
}

// ParseFact reads a fact's value as it is written in service folders and in
// JSON: 是 or 否, 1210.00, 2026-03-02, a word.
func ParseFact(def *fact.Def, s string) (fact.Value, error) {
	if def == nil {
		return fact.Value{}, fmt.Errorf("没有这条事实")
	}
	bad := fmt.Errorf("“%s”的值 %q 不对", def.Name, s)
	switch def.Typed() {
	case fact.Bool:
		switch s {
		case "是", "true":
			return fact.BoolOf(true), nil
		case "否", "false":
			return fact.BoolOf(false), nil
		}
		return fact.Value{}, bad
	case fact.Money:
		neg := strings.HasPrefix(s, "-")
		fen, ok := fact.ParseYuan(strings.TrimPrefix(s, "-"))
		if !ok {
			return fact.Value{}, bad
		}
		if neg {
			fen = -fen
		}
		return fact.MoneyOf(fen), nil
	case fact.Int:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return fact.Value{}, bad
		}
		return fact.IntOf(n), nil
	case fact.Decimal:
		v, ok := fact.ParseDecimal(s, def.Scale)
		if !ok {
			return fact.Value{}, bad
		}
		return v, nil
	case fact.Date:
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return fact.Value{}, bad
		}
		return fact.DateOf(int32(d.Unix() / 86400)), nil
	case fact.Enum:
		v := fact.EnumOf(s)
		if def.Check(v) != nil {
			return fact.Value{}, bad
		}
		return v, nil
	}
	return fact.TextOf(s), nil
}

// Set returns the example's facts.
func (e Example) Set(dict *fact.Dictionary) (*fact.Set, error) {
	return e.Family().Set(dict, "example")
}

// Family is the example's household.
func (e Example) Family() Family {
	f := Family{ID: e.Name, Region: e.Region, Facts: typed(e.Facts)}
	for _, m := range e.Members {
		f.Members = append(f.Members, typed(m))
	}
	return f
}

func typed(facts map[string]string) map[string]Typed {
	all := map[string]Typed{}
	for name, s := range facts {
		all[name] = Typed(s)
	}
	return all
}

// Case is an example as the rules judge it, on its day and in its region.
func (s *Service) Case(e Example, path func(region string) []string) (rule.Case, error) {
	set, err := e.Set(s.Rules.Dictionary())
	if err != nil {
		return rule.Case{}, err
	}
	on, err := time.Parse(time.DateOnly, e.On)
	if err != nil {
		return rule.Case{}, errors.New("日期要写成 2026-03-02")
	}
	return rule.Case{Facts: set, Region: path(e.Region), On: int32(on.Unix() / 86400)}, nil
}

// Work works the example out.
func (s *Service) Work(e Example, path func(region string) []string) (rule.Judgement, error) {
	c, err := s.Case(e, path)
	if err != nil {
		return rule.Judgement{}, err
	}
	return s.Rules.Judge(c), nil
}

// Check works the example out and says what differs from what is wanted.
func (s *Service) Check(e Example, path func(region string) []string) []string {
	j, err := s.Work(e, path)
	if err != nil {
		return []string{err.Error()}
	}
	var wrong []string
	for name, want := range e.Want {
		if got := shown(j, name); got != want {
			wrong = append(wrong, fmt.Sprintf("%s 得到 %s，应为 %s", name, got, want))
		}
	}
	return append(wrong, lacks(j, s.Decides, e.Lacks)...)
}

func shown(j rule.Judgement, name string) string {
	r, ok := j.Find(name)
	switch {
	case !ok:
		return "(没有这条规则)"
	case !r.Known:
		return "未知"
	case r.Value.Type() == fact.Money:
		return strings.NewReplacer("¥", "", ",", "", "约 ", "").Replace(r.Shown())
	}
	return r.Shown()
}

func lacks(j rule.Judgement, decides string, want []string) []string {
	r, _ := j.Find(decides)
	var got []string
	for _, m := range r.Missing {
		got = append(got, m.Name)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) && !(len(got) == 0 && len(want) == 0) {
		return []string{fmt.Sprintf("缺的是 %v，应为 %v", got, want)}
	}
	return nil
}

// Asks returns the papers that are to be asked for, given the answers.
func (s *Service) Asks(set *fact.Set) []Material {
	var all []Material
	for _, m := range s.Materials {
		if m.When == nil || said(set, m.When) {
			all = append(all, m)
		}
	}
	return all
}

func said(set *fact.Set, w *form.When) bool {
	for _, about := range append([]string{""}, set.Members()...) {
		if v, ok := set.Get(w.Fact, about); ok {
			for _, word := range w.In {
				if v.String() == word {
					return true
				}
			}
		}
	}
	return false
}
