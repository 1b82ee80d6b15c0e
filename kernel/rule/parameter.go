package rule

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"minzheng/kernel/fact"
)

// Nation is the region whose values hold where nothing nearer is set.
const Nation = "000000"

// Parameter is a value set by decree, by date and by region.
type Parameter struct {
	Type   string   `yaml:"type"` // money (元), number, bool or date
	Unit   string   `yaml:"unit"`
	Law    string   `yaml:"law"`   // what says that it is to be set, and by whom
	About  string   `yaml:"about"` // one plain sentence
	By     []Axis   `yaml:"by"`    // of a table: how it is looked up
	Values []*Dated `yaml:"values"`

	kind     kind
	index    int
	byRegion map[string][]*Dated // of each region the latest first
}

// Dated is a parameter's value in a region from a day on.
type Dated struct {
	From   string  `yaml:"from"`
	Until  string  `yaml:"until"` // the last day on which it holds; empty is open
	Region string  `yaml:"region"`
	Value  Written `yaml:"value"`
	Rows   []*Row  `yaml:"rows"`   // of a table
	Source string  `yaml:"source"` // the document that set it
	Sample bool    `yaml:"示例"`     // an example, to be replaced by the bureau

	from, until int64
	value       val
}

// Written is a scalar as it stands in the file, so that 0.1 stays 0.1.
type Written string

// UnmarshalYAML keeps the text.
func (w *Written) UnmarshalYAML(n ast.Node) error {
	if _, ok := n.(ast.ScalarNode); !ok {
		return fmt.Errorf("第 %d 行要写一个值", n.GetToken().Position.Line)
	}
	*w = Written(strings.TrimSpace(n.GetToken().Value))
	return nil
}

var parameterKinds = map[string]kind{"money": money, "number": number, "bool": boolean, "date": date}

func (p *Parameter) check(name, file string, dict *fact.Dictionary) (wrong []error) {
	bad := func(format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("%s: 参数 %s %s", file, name, fmt.Sprintf(format, args...)))
	}
	if p == nil {
		bad("是空的")
		return wrong
	}
	if dict.Find(name) != nil {
		bad("和一条事实同名")
	}
	if reserved(name) {
		bad("的名字在公式里另有意思")
	}
	p.kind = parameterKinds[p.Type]
	if p.kind == none {
		bad("的类型 %q 不认识", p.Type)
		return wrong
	}
	if len(p.Values) == 0 {
		bad("没有值")
	}
	axes := p.checkAxes()
	for _, w := range axes {
		bad("的%s", w)
	}
	if len(axes) > 0 {
		return wrong
	}
	if slices.Contains(p.Values, nil) {
		bad("有一个值是空的")
		return wrong
	}
	for _, v := range p.Values {
		if v.Region == "" {
			v.Region = Nation
		}
		if err := v.read(p); err != nil {
			bad("%v", err)
		}
		if v.Source == "" {
			bad("%s 起的值没有写出处(source)", v.From)
		}
	}
	p.byRegion = map[string][]*Dated{}
	for _, v := range p.Values {
		for _, o := range p.byRegion[v.Region] {
			if v.from <= o.until && o.from <= v.until && (v.from == o.from || v.Until != "" || o.Until != "") {
				bad("在 %s 的两个值日期重叠：%s 和 %s", v.Region, o.From, v.From)
			}
		}
		p.byRegion[v.Region] = append(p.byRegion[v.Region], v)
	}
	latestFirst := func(a, b *Dated) int { return cmp64(b.from, a.from) }
	slices.SortStableFunc(p.Values, latestFirst)
	for _, all := range p.byRegion {
		slices.SortStableFunc(all, latestFirst)
	}
	return wrong
}

const forever = 1 << 31

func (v *Dated) read(p *Parameter) error {
	var err error
	if v.from, err = days(v.From); err != nil {
		return fmt.Errorf("的起始日期 %q 不对，应写成 2026-01-01", v.From)
	}
	v.until = forever
	if v.Until != "" {
		if v.until, err = days(v.Until); err != nil || v.until < v.from {
			return fmt.Errorf("的截止日期 %q 不对", v.Until)
		}
	}
	if err := p.readRows(v); err != nil || len(p.By) > 0 {
		return err
	}
	v.value, err = read(v.Value, p.kind)
	return err
}

// read reads what is written for a value of a kind.
func read(w Written, k kind) (val, error) {
	v := val{known: true}
	switch k {
	case money, number:
		n, ok := parseNum(string(w))
		if k == money && ok {
			n, ok = n.mul(whole(100))
			ok = ok && n.d == 1
		}
		if !ok {
			return v, fmt.Errorf("的值 %q 不是金额或数", w)
		}
		v.num = n
	case boolean:
		if w != "true" && w != "false" {
			return v, fmt.Errorf("的值 %q 要写 true 或 false", w)
		}
		v.num = num{b2i(w == "true"), 1}
	case date:
		d, err := days(string(w))
		if err != nil {
			return v, fmt.Errorf("的值 %q 不是日期", w)
		}
		v.num = whole(d)
	}
	return v, nil
}

func days(s string) (int64, error) {
	t, err := time.Parse(time.DateOnly, s)
	return t.Unix() / 86400, err
}

// On returns the value that holds on a day (days since 1970-01-01) along a
// region's path, the nearest region first; nil when none does.
func (p *Parameter) On(path []string, on int32) *Dated {
	for _, region := range path {
		for _, v := range p.byRegion[region] {
			if v.from <= int64(on) && int64(on) <= v.until {
				return v
			}
		}
	}
	return nil
}

// Show prints the value for readers; a table shows only that it is one.
func (p *Parameter) Show(v *Dated) string {
	if len(p.By) > 0 {
		return "见表"
	}
	return v.value.fact(p.kind).String()
}

// ShowCell prints a row's value for readers.
func (p *Parameter) ShowCell(row *Row) string { return row.value.fact(p.kind).String() }

// Fact returns the value as a fact's value; of a table it is none.
func (p *Parameter) Fact(v *Dated) fact.Value {
	if len(p.By) > 0 {
		return fact.Value{}
	}
	return v.value.fact(p.kind)
}
