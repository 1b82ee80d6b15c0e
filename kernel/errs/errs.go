// Package errs gives an error a kind and a sentence for the reader.
//
// An error made here may be shown to the person who caused it: its sentence is
// plain Chinese and holds no personal data. Every other error is a fault of
// ours and is never shown in detail.
package errs

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of trouble an error is, so that the edge can answer it.
type Kind int

// The kinds. Fault is the zero value: what nobody gave a kind is our fault.
const (
	Fault     Kind = iota // something of ours broke
	Invalid               // what was sent cannot be read or is not allowed
	NotFound              // it does not exist, or this reader may not know that it does
	Forbidden             // known, but not for this reader
	Conflict              // it has changed meanwhile, or the step does not allow it
	SignIn                // nobody is signed in
	TooMany               // asked too often
	TooLarge              // more was sent than we take
	Busy                  // we cannot just now; try again
)

var names = [...]string{"fault", "invalid", "not-found", "forbidden", "conflict", "sign-in", "too-many", "too-large", "busy"}

// String returns the kind's name as it stands in the JSON API.
func (k Kind) String() string { return names[k] }

type told struct {
	kind     Kind
	sentence string
}

func (e *told) Error() string { return e.sentence }

// New returns an error of a kind with a sentence for the reader. The sentence
// must not hold a number, name or answer of a person.
func New(kind Kind, sentence string) error { return &told{kind, sentence} }

// Newf is New with a format.
func Newf(kind Kind, format string, args ...any) error {
	return &told{kind, fmt.Sprintf(format, args...)}
}

// KindOf returns the kind of err or of what it wraps; Fault if it has none.
func KindOf(err error) Kind {
	var p Problems
	if errors.As(err, &p) {
		return Invalid
	}
	var t *told
	if errors.As(err, &t) {
		return t.kind
	}
	return Fault
}

// Is reports whether err has the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Sentence returns what a reader may be told about err. For a fault it is one
// fixed sentence without detail.
func Sentence(err error) string {
	var p Problems
	if errors.As(err, &p) {
		return p.Error()
	}
	var t *told
	if errors.As(err, &t) {
		return t.sentence
	}
	return "系统出了点问题，我们已经记下来了。请过一会儿再试。"
}

// A Problem is one thing wrong with one field of what a person filled in.
type Problem struct {
	Field    string `json:"field"`    // the field's name in the form
	Sentence string `json:"sentence"` // how to put it right
}

// Problems are all that is wrong with a form at once. It is an error of kind
// Invalid when it is not empty.
type Problems []Problem

// Add appends a problem.
func (p *Problems) Add(field, sentence string) { *p = append(*p, Problem{field, sentence}) }

// Of returns the first sentence about field, or "".
func (p Problems) Of(field string) string {
	for _, one := range p {
		if one.Field == field {
			return one.Sentence
		}
	}
	return ""
}

// Err returns p as an error, or nil when it is empty.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

func (p Problems) Error() string {
	all := make([]string, len(p))
	for i, one := range p {
		all[i] = one.Sentence
	}
	return strings.Join(all, " ")
}
