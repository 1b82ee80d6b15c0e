package web

import (
	"strings"

	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
)

// Asked are fields of a form as a page asks them.
type Asked struct {
	Fields   []*form.Field
	Typed    map[string]string // what was typed before, by field name
	Problems errs.Problems
	Name     string // stands for {姓名} in labels
	Heading  bool   // a lone field is the page's h1
}

// field turns a form's field into one of ours.
func (a Asked) field(f *form.Field) Field {
	out := Field{Name: f.Name(), Label: strings.ReplaceAll(f.Label, "{姓名}", a.Name), Hint: f.Hint, Value: a.Typed[f.Name()],
		Problem: a.Problems.Of(f.Name()), Optional: f.Optional, Unit: unit(f.Def), Heading: a.Heading}
	switch f.Check {
	case "phone":
		out.Type, out.InputMode, out.Autocomplete = "tel", "tel", "tel"
	case "bank", "number":
		out.InputMode, out.Autocomplete = "text", "off"
	case "name":
		out.Autocomplete = "off"
	}
	if f.Def.Typed() == fact.Int {
		out.InputMode = "numeric"
	}
	if out.Value == form.Unsure && !f.Choice() {
		out.Value = ""
	}
	for _, o := range options(f) {
		o.Checked = a.Typed[f.Name()] == o.Value
		out.Options = append(out.Options, o)
	}
	return out
}

// unit is shown after the ¥ box, so 元 itself is left out.
func unit(d *fact.Def) string {
	if d.Typed() != fact.Money {
		return d.Unit
	}
	return strings.TrimPrefix(d.Unit, "元")
}

func options(f *form.Field) []Option {
	var all []Option
	switch f.Def.Typed() {
	case fact.Bool:
		yes, no := f.Yes, f.No
		if yes == "" {
			yes, no = "是", "否"
		}
		all = []Option{{Value: "是", Label: yes}, {Value: "否", Label: no}}
	case fact.Enum:
		for _, o := range f.Options {
			all = append(all, Option{Value: o.Word, Label: o.Word, Hint: o.Hint})
		}
	}
	if f.Unsure && f.Choice() {
		all = append(all, Option{Value: form.Unsure, Label: "我说不清", Hint: "先跳过，工作人员会帮您算"})
	}
	return all
}

// unsure reports whether 我说不清 is offered beside a box to type in.
func unsure(f *form.Field) bool { return f.Unsure && !f.Choice() }

// follows tells the script that a field is asked only after another answer.
func follows(f *form.Field, all []*form.Field) (on, words string) {
	if f.When == nil {
		return "", ""
	}
	for _, o := range all {
		if o.Fact == f.When.Fact {
			return o.Name(), strings.Join(f.When.In, "|")
		}
	}
	return "", ""
}

// FormValues reads what was sent for form fields; a ticked 我说不清 counts as
// the answer where nothing was typed.
func FormValues(sent map[string][]string, fields []*form.Field) map[string][]string {
	out := map[string][]string{}
	for _, f := range fields {
		v := sent[f.Name()]
		if unsure(f) && len(sent[f.Name()+"-unsure"]) > 0 && (len(v) == 0 || strings.TrimSpace(v[0]) == "") {
			v = []string{form.Unsure}
		}
		out[f.Name()] = v
	}
	return out
}
