package share

import (
	"fmt"
	"slices"

	"minzheng/kernel/errs"
	"minzheng/kernel/strict"
)

// Attribute is how a resource may be shared (art. 14).
type Attribute string

// The attributes.
const (
	Open        Attribute = "unconditional"
	Conditional Attribute = "conditional"
	Withheld    Attribute = "withheld"
)

// Attributes are their words.
var Attributes = map[Attribute]string{Open: "无条件共享", Conditional: "有条件共享", Withheld: "不予共享"}

// Resource is one line of the catalogue.
type Resource struct {
	Code      string    `yaml:"code" json:"code"`
	Title     string    `yaml:"title" json:"title"`
	Summary   string    `yaml:"summary" json:"summary"`
	Attribute Attribute `yaml:"attribute" json:"attribute"`
	Law       string    `yaml:"law" json:"law"`                       // by which it is collected and has its attribute
	Condition string    `yaml:"condition" json:"condition,omitempty"` // for whom and what, if conditional
	Cycle     string    `yaml:"cycle" json:"cycle"`                   // how often it is brought up to date
	Coverage  string    `yaml:"coverage" json:"coverage"`             // where and since when; of others it knows nothing
	Owner     string    `yaml:"owner" json:"owner"`
	At        string    `yaml:"at" json:"at,omitempty"` // where everybody reads it already
	Fields    []Field   `yaml:"fields" json:"fields"`
}

// Field is one thing that can be granted.
type Field struct {
	Code     string   `yaml:"code" json:"code"`
	Title    string   `yaml:"title" json:"title"`
	Gives    string   `yaml:"gives" json:"type"` // receives: yes or no; amount: 分; since: a month
	Services []string `yaml:"services" json:"-"` // whose benefits it is drawn from
}

// gives are the ways in which a field is drawn.
var gives = []string{"receives", "amount", "since"}

// Predicate reports whether the field says no more than yes or no.
func (f Field) Predicate() bool { return f.Gives == "receives" }

// Catalogue is all that the bureau publishes, and its periods in working days.
type Catalogue struct {
	Periods struct {
		Open       int `yaml:"open" json:"open"`
		Condition  int `yaml:"conditional" json:"conditional"`
		Extension  int `yaml:"extension" json:"extension"`
		Delivery   int `yaml:"delivery" json:"delivery"`
		Correction int `yaml:"correction" json:"correction"`
	} `yaml:"periods" json:"periods"`
	Resources []Resource `yaml:"resources" json:"resources"`
}

// ReadCatalogue reads share.yaml strictly; services are those that there are.
func ReadCatalogue(name string, src []byte, services map[string]bool) (Catalogue, error) {
	var c Catalogue
	if err := strict.YAML(src, &c); err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	if p := c.Periods; min(p.Open, p.Condition, p.Extension, p.Delivery, p.Correction) < 1 {
		return c, fmt.Errorf("%s: 期限要写全，都是工作日", name)
	}
	seen := map[string]bool{}
	for _, r := range c.Resources {
		if why := r.wrong(services); why != "" || seen[r.Code] {
			return c, fmt.Errorf("%s: 资源 %q 没有写对：%s", name, r.Code, why)
		}
		seen[r.Code] = true
	}
	return c, nil
}

func (r Resource) wrong(services map[string]bool) string {
	if r.Code == "" || r.Title == "" || r.Law == "" || r.Cycle == "" || r.Coverage == "" || r.Owner == "" {
		return "代码、名称、依据、更新周期、覆盖范围、责任单位都要写"
	}
	if Attributes[r.Attribute] == "" || (r.Attribute == Conditional) != (r.Condition != "") {
		return "共享属性不认识，或者有条件的没写条件"
	}
	if r.Attribute != Withheld && r.At == "" && len(r.Fields) == 0 {
		return "没有字段，也没有公开的地址"
	}
	seen := map[string]bool{}
	for _, f := range r.Fields {
		if f.Code == "" || f.Title == "" || seen[f.Code] || r.Attribute != Withheld && !slices.Contains(gives, f.Gives) {
			return "字段 " + f.Code
		}
		seen[f.Code] = true
		for _, s := range f.Services {
			if !services[s] {
				return "没有事项 " + s
			}
		}
	}
	return ""
}

// Find returns a resource.
func (c Catalogue) Find(code string) (Resource, error) {
	i := slices.IndexFunc(c.Resources, func(r Resource) bool { return r.Code == code })
	if i < 0 {
		return Resource{}, errs.New(errs.NotFound, "共享目录里没有这一项。")
	}
	return c.Resources[i], nil
}

func (r Resource) field(code string) (Field, bool) {
	i := slices.IndexFunc(r.Fields, func(f Field) bool { return f.Code == code })
	if i < 0 {
		return Field{}, false
	}
	return r.Fields[i], true
}

// Titles are the titles of some fields, in the order of the catalogue.
func (r Resource) Titles(codes []string) []string {
	var all []string
	for _, f := range r.Fields {
		if slices.Contains(codes, f.Code) {
			all = append(all, f.Title)
		}
	}
	return all
}

// draw draws a field from what somebody receives; nil is that there is nothing.
func (f Field) draw(all []Holding) any {
	var amount int64
	since, any := "", false
	for _, h := range all {
		if !h.Running || !slices.Contains(f.Services, h.Service) {
			continue
		}
		amount, any = amount+h.Amount, true
		if since == "" || h.From < since {
			since = h.From
		}
	}
	switch {
	case f.Gives == "receives":
		return any
	case !any:
		return nil
	case f.Gives == "amount":
		return amount
	}
	return since
}
