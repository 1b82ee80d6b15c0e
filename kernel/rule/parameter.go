package rule

import (
	"fmt"
	"slices"
	"strings"
	"time"

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
	Values []*Dated `yaml:"values"`

	kind kind
}

// Dated is a parameter's value in a region from a day on.
type Dated struct {
	From   string  `yaml:"from"`
	Until  string  `yaml:"until"` // the last day on which it holds; empty is open
	Region string  `yaml:"region"`
	Value  Written `yaml:"value"`
	Source string  `yaml:"source"` // the document that set it
	Sample bool    `yaml:"示例"`     // an example, to be replaced by the bureau

	from, until int64
	value       val
}

// Written is a scalar as it stands in the file, so that 0.1 stays 0.1.
type Written string

// UnmarshalYAML keeps the text.
func (w *Written) UnmarshalYAML(b []byte) error {
	*w = Written(strings.Trim(strings.TrimSpace(string(b)), `"'`))
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
	if slices.Contains(p.Values, nil) {
		bad("有一个值是空的")
		return wrong
	}
	for _, v := range p.Values {
		if v.Region == "" {
			v.Region = Nation
		}
		if err := v.read(p.kind); err != nil {
			bad("%v", err)
		}
		if v.Source == "" {
			bad("%s 起的值没有写出处(source)", v.From)
		}
	}
	for i, v := range p.Values {
		for _, o := range p.Values[:i] {
			if v.Region == o.Region && v.from <= o.until && o.from <= v.until && (v.from == o.from || v.Until != "" || o.Until != "") {
				bad("在 %s 的两个值日期重叠：%s 和 %s", v.Region, o.From, v.From)
			}
		}
	}
	slices.SortStableFunc(p.Values, func(a, b *Dated) int { return cmp64(b.from, a.from) })
	return wrong
}

const forever = 1 << 31

func (v *Dated) read(k kind) error {
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
	v.value = val{known: true}
	switch k {
	case money, number:
		n, ok := parseNum(string(v.Value))
		if k == money && ok {
			n, ok = n.mul(whole(100))
			ok = ok && n.d == 1
		}
		if !ok {
			return fmt.Errorf("的值 %q 不是金额或数", v.Value)
		}
		v.value.num = n
	case boolean:
		if v.Value != "true" && v.Value != "false" {
			return fmt.Errorf("的值 %q 要写 true 或 false", v.Value)
		}
		v.value.num = num{b2i(v.Value == "true"), 1}
	case date:
		d, err := days(string(v.Value))
		if err != nil {
			return fmt.Errorf("的值 %q 不是日期", v.Value)
		}
		v.value.num = whole(d)
	}
	return nil
}

func days(s string) (int64, error) {
	t, err := time.Parse(time.DateOnly, s)
	return t.Unix() / 86400, err
}

// On returns the value that holds on a day (days since 1970-01-01) along a
// region's path, the nearest region first; nil when none does.
func (p *Parameter) On(path []string, on int32) *Dated {
	for _, region := range path {
		for _, v := range p.Values {
			if v.Region == region && v.from <= int64(on) && int64(on) <= v.until {
				return v
			}
		}
	}
	return nil
}

// Show prints the value for readers.
func (p *Parameter) Show(v *Dated) string {
	return v.value.fact(p.kind).String()
}

// Fact returns the value as a fact's value.
func (p *Parameter) Fact(v *Dated) fact.Value { return v.value.fact(p.kind) }
