package web

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"minzheng/kernel/errs"
)

// A Field is one question of a form, with what was answered and what is wrong with it.
type Field struct {
	Name, Label  string
	Hint         string
	Value        string
	Problem      string // how to put it right; "" is nothing wrong
	Heading      bool   // the label is the page's h1, as where a page asks one question
	Optional     bool   // may be left empty, and says so
	Type         string // of a text field: "" text, tel, search, password
	InputMode    string // which keys a phone shows: numeric, tel
	Autocomplete string
	Placeholder  string
	MaxLength    int
	Rows         int    // of a text area; 0 is 3
	Min, Max     string // of a date: 2006-01-02
	Unit         string // after an amount: 元/月
	Options      []Option
	Several      bool   // of a choice: checkboxes; of files: more than one
	Accept       string // of files; "" is pictures and PDF
}

// An Option is one answer to choose.
type Option struct {
	Value, Label, Hint string
	Checked            bool
}

// FieldID is the id of the field called name; problems link to it.
func FieldID(name string) string {
	return "f-" + strings.Map(func(c rune) rune {
		if strings.ContainsRune(" \t\n\f\r#%", c) {
			return '-'
		}
		return c
	}, name)
}

func (f Field) id() string        { return FieldID(f.Name) }
func (f Field) hintID() string    { return f.id() + "-hint" }
func (f Field) problemID() string { return f.id() + "-problem" }

// optionID is the first option's own id for the whole field, so that a problem leads there.
func (f Field) optionID(i int) string {
	if i == 0 {
		return f.id()
	}
	return f.id() + "-" + strconv.Itoa(i+1)
}

// said are the attributes that tie a control to its hint and its problem.
func (f Field) said() templ.Attributes {
	a := templ.Attributes{}
	var by []string
	if f.Hint != "" {
		by = append(by, f.hintID())
	}
	if f.Problem != "" {
		by = append(by, f.problemID())
		a["aria-invalid"] = "true"
	}
	if len(by) > 0 {
		a["aria-describedby"] = strings.Join(by, " ")
	}
	return a
}

// control are the attributes of a single control.
func (f Field) control() templ.Attributes {
	a := f.said()
	a["id"], a["name"] = f.id(), f.Name
	if !f.Optional {
		a["aria-required"] = "true"
	}
	for name, value := range map[string]string{
		"inputmode": f.InputMode, "autocomplete": f.Autocomplete, "placeholder": f.Placeholder, "min": f.Min, "max": f.Max,
	} {
		if value != "" {
			a[name] = value
		}
	}
	if f.MaxLength > 0 {
		a["maxlength"] = strconv.Itoa(f.MaxLength)
	}
	return a
}

func (f Field) textType() string {
	switch f.Type {
	case "tel", "search", "password", "email":
		return f.Type
	}
	return "text"
}

func (f Field) rows() string { return strconv.Itoa(max(f.Rows, 3)) }

func (f Field) accept() string {
	if f.Accept != "" {
		return f.Accept
	}
	return "image/*,application/pdf"
}

func (f Field) listID() string { return f.id() + "-list" }

func (f Field) groupRole() string {
	if f.Several {
		return "group"
	}
	return "radiogroup"
}

// group are the attributes of a whole choice. aria-invalid has no meaning on a
// plain group, so there each box carries it.
func (f Field) group() templ.Attributes {
	a := f.said()
	if f.Several {
		delete(a, "aria-invalid")
	} else if !f.Optional {
		a["aria-required"] = "true"
	}
	return a
}

func count(p errs.Problems) string { return strconv.Itoa(len(p)) }

func problemURL(field string) templ.SafeURL { return templ.SafeURL("#" + FieldID(field)) }

// amount leaves out what MoneyField itself sets.
func (f Field) amount() templ.Attributes {
	f.InputMode, f.Autocomplete = "", ""
	return f.control()
}

func (f Field) day() templ.Attributes {
	if f.Placeholder == "" {
		f.Placeholder = "2026-03-02"
	}
	return f.control()
}
