package fact

import (
	"fmt"
	"slices"
	"strings"

	"minzheng/kernel/strict"
)

// Source is who can vouch for a fact.
type Source struct {
	Code   string `yaml:"code"`
	Title  string `yaml:"title"` // 公安
	Seal   string `yaml:"seal"`  // 公, the one character of its seal
	Person bool   `yaml:"person"`
}

// Def is what the dictionary says about one fact.
type Def struct {
	Name    string   `yaml:"name"`    // 工资收入
	Code    string   `yaml:"code"`    // wage: stable, for the API and exports
	Type    string   `yaml:"type"`    // money int decimal bool date enum text
	Unit    string   `yaml:"unit"`    // 元/月, 平方米
	Of      string   `yaml:"of"`      // family (one for the case) or member (one for each)
	Words   []string `yaml:"words"`   // of an enum
	Scale   int      `yaml:"scale"`   // of a decimal: its places, 1 to 9
	Element string   `yaml:"element"` // national data element, if there is one
	Sources []string `yaml:"sources"` // who may tell it, the most trusted first
	Accept  int64    `yaml:"accept"`  // two values differ only beyond this (分, or units)
	Private bool     `yaml:"private"` // shown only where the purpose names it
	Changes bool     `yaml:"changes"` // what a family can change or have corrected: an income, a deposit; never a birth or a disability
	About   string   `yaml:"about"`   // one plain sentence what it means
	Ask     *Ask     `yaml:"ask"`     // how a person is asked where no form does
	Presume string   `yaml:"presume"` // 是 or 否: so it is taken of who only wants to know what they may get, and of whom they live with
	typ     Type
}

// Ask is how a person is asked for a fact that no service's form asks.
type Ask struct {
	Label string `yaml:"label"` // the question
	Hint  string `yaml:"hint"`
	Yes   string `yaml:"yes"` // words for yes and no
	No    string `yaml:"no"`
	Max   int64  `yaml:"max"` // of a number or amount (元)
}

// Typed returns the fact's type.
func (d *Def) Typed() Type { return d.typ }

// Member reports whether the fact is told of each member of the household.
func (d *Def) Member() bool { return d.Of == "member" }

// Dictionary names all facts that a program knows, and who may tell them.
type Dictionary struct {
	Sources []Source `yaml:"sources"`
	Facts   []*Def   `yaml:"facts"`
	byName  map[string]*Def
	byCode  map[string]*Def
	sources map[string]Source
}

// ReadDictionary reads facts.yaml strictly and reports all that is wrong.
func ReadDictionary(file string, src []byte) (*Dictionary, error) {
	d := &Dictionary{}
	if err := strict.YAML(src, d); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return d, d.index(file)
}

// Join returns a dictionary with the facts and sources of all.
func Join(file string, all ...*Dictionary) (*Dictionary, error) {
	sum := &Dictionary{}
	for _, d := range all {
		for _, s := range d.Sources {
			if !slices.Contains(sum.Sources, s) {
				sum.Sources = append(sum.Sources, s)
			}
		}
		sum.Facts = append(sum.Facts, d.Facts...)
	}
	return sum, sum.index(file)
}

func (d *Dictionary) index(file string) error {
	d.byName, d.byCode, d.sources = map[string]*Def{}, map[string]*Def{}, map[string]Source{}
	var wrong []string
	bad := func(format string, args ...any) { wrong = append(wrong, file+": "+fmt.Sprintf(format, args...)) }
	for _, s := range d.Sources {
		if d.sources[s.Code].Code != "" {
			bad("来源 %s 写了两次", s.Code)
		}
		if s.Code == "" || s.Title == "" || len([]rune(s.Seal)) != 1 {
			bad("来源 %q 要有代码、名称和一个字的印", s.Code)
		}
		d.sources[s.Code] = s
	}
	for _, f := range d.Facts {
		if f == nil {
			bad("有一条事实是空的")
			continue
		}
		f.typ = typeNames[f.Type]
		switch {
		case f.Name == "" || f.Code == "":
			bad("有一条事实没有名称或代码")
		case d.byName[f.Name] != nil, d.byCode[f.Code] != nil:
			bad("事实 %s(%s)写了两次", f.Name, f.Code)
		case f.typ == None:
			bad("事实 %s 的类型 %q 不认识", f.Name, f.Type)
		case f.Of != "family" && f.Of != "member":
			bad("事实 %s 要写明属于全家(family)还是每个人(member)", f.Name)
		case f.typ == Enum && len(f.Words) == 0:
			bad("事实 %s 是枚举，要列出取值", f.Name)
		case (f.typ == Decimal) != (f.Scale > 0) || f.Scale < 0 || f.Scale > 9:
			bad("事实 %s：小数(decimal)要写几位(scale: 1 到 9)，别的类型不写", f.Name)
		case f.Accept < 0:
			bad("事实 %s 允许的差(accept)不能是负数", f.Name)
		}
		for _, s := range f.Sources {
			if d.sources[s].Code == "" {
				bad("事实 %s 的来源 %s 没有定义", f.Name, s)
			}
		}
		if f.Ask != nil && (f.Ask.Label == "" || !d.personal(f)) {
			bad("事实 %s 写了怎么问(ask)，就要有问题，来源里也要有人", f.Name)
		}
		if f.Presume != "" && (f.typ != Bool || f.Presume != "是" && f.Presume != "否") {
			bad("事实 %s 先当作(presume)只能是“是”或者“否”", f.Name)
		}
		d.byName[f.Name], d.byCode[f.Code] = f, f
	}
	if wrong != nil {
		return fmt.Errorf("%s", strings.Join(wrong, "\n"))
	}
	return nil
}

// personal reports whether a person is among those who may tell a fact.
func (d *Dictionary) personal(f *Def) bool {
	return slices.ContainsFunc(f.Sources, func(code string) bool { return d.sources[code].Person })
}

// Find returns the definition of the fact called name, or nil.
func (d *Dictionary) Find(name string) *Def { return d.byName[name] }

// Coded returns the definition of the fact with a code, or nil.
func (d *Dictionary) Coded(code string) *Def { return d.byCode[code] }

// Source returns a source by its code.
func (d *Dictionary) Source(code string) Source {
	s, ok := d.sources[code]
	if !ok {
		return Source{Code: code, Title: code, Seal: "?"}
	}
	return s
}

// Check says why v cannot be the fact's value; nil when it can.
func (f *Def) Check(v Value) error {
	if v.Type() != f.typ {
		return fmt.Errorf("事实 %s 的值类型不对", f.Name)
	}
	if v.Scale() != f.Scale {
		return fmt.Errorf("事实 %s 要有 %d 位小数", f.Name, f.Scale)
	}
	if f.typ == Enum && !slices.Contains(f.Words, v.Word()) {
		return fmt.Errorf("事实 %s 没有 %q 这个取值", f.Name, v.Word())
	}
	return nil
}

// rank is the place of a source in the fact's order; unlisted ones come last.
func (f *Def) rank(source string) int {
	if i := slices.Index(f.Sources, source); i >= 0 {
		return i
	}
	return len(f.Sources)
}
