package staff

import (
	"net/url"
	"strings"

	"minzheng/kernel/errs"
)

// typed is what was sent in one of the page's forms and came back. Each form
// has a key, under which its fields are named: accept.reason.
type typed struct {
	key      string
	values   url.Values
	problems errs.Problems
	notice   string // what has changed meanwhile
}

// is reports whether the form with a key came back.
func (t typed) is(key string) bool { return t.key == key && t.values != nil }

func (t typed) value(key, field string) string {
	if !t.is(key) {
		return ""
	}
	return t.values.Get(field)
}

func (t typed) problem(key, field string) string {
	if !t.is(key) {
		return ""
	}
	return t.problems.Of(field)
}

func (t typed) with(p errs.Problems) typed {
	t.problems = p
	return t
}

// summary are the problems as the top of the page lists them.
func (t typed) summary() errs.Problems {
	var all errs.Problems
	for _, one := range t.problems {
		if one.Field != "" {
			one.Field = t.key + "." + one.Field
		}
		all = append(all, one)
	}
	return all
}

// under returns what was sent for the form with a key, by the plain names.
func under(sent url.Values, key string) url.Values {
	all := url.Values{}
	for name, values := range sent {
		if plain, ok := strings.CutPrefix(name, key+"."); ok {
			all[plain] = values
		}
	}
	return all
}
