// Package remedy says what somebody may do who does not agree with an act of
// the bureau: before which body, and within which time, by the kind of act.
//
// It is data, in one place; every letter and page reads it here. Days are
// counted from the day after the act is known, and a last day off moves to the
// next day on (民法典 第203条).
package remedy

import (
	_ "embed"
	"fmt"
	"slices"

	"minzheng/kernel/calendar"
	"minzheng/kernel/strict"
)

//go:embed remedies.yaml
var remediesYAML []byte

// The kinds that are not written in a service's folder.
const (
	Grant       = "grant"
	Refusal     = "refusal"
	Recognition = "recognition"
	Silence     = "silence"
)

// Table is all of it.
type Table struct {
	Since  string `yaml:"since"`
	Bodies struct {
		Law string            `yaml:"law"`
		Of  map[string]string `yaml:"of"` // level of the office that decided → level of the government that reviews
	} `yaml:"bodies"`
	Kinds   []Kind   `yaml:"kinds"`
	Answers []Answer `yaml:"answers"`
	After   Limit    `yaml:"after"` // to sue after a review
}

// Kind is one kind of act.
type Kind struct {
	Code   string `yaml:"kind"`
	Title  string `yaml:"title"`
	First  bool   `yaml:"first"` // a review must come before a suit (复议前置)
	Says   string `yaml:"says"`  // the article that says so
	Review Limit  `yaml:"review"`
	Suit   Limit  `yaml:"suit"`
}

// Limit is a time within which something is done; one of the three is set.
type Limit struct {
	Days     int    `yaml:"days"`
	Workdays int    `yaml:"workdays"`
	Months   int    `yaml:"months"`
	Law      string `yaml:"law"`
}

// Answer is within which time the bureau answers an appeal.
type Answer struct {
	Way        string `yaml:"way"` // review, review-simple or suit
	Title      string `yaml:"title"`
	Days       int    `yaml:"days"`
	Workdays   int    `yaml:"workdays"`
	Law        string `yaml:"law"`
	Unverified bool   `yaml:"unverified"`
}

// Limit is the answer's time.
func (a Answer) Limit() Limit { return Limit{Days: a.Days, Workdays: a.Workdays, Law: a.Law} }

// Load reads the table that comes with the program.
func Load() (Table, error) { return Read("remedies.yaml", remediesYAML) }

// Read reads a table strictly.
func Read(name string, src []byte) (t Table, err error) {
	if err := strict.YAML(src, &t); err != nil {
		return t, fmt.Errorf("%s: %w", name, err)
	}
	seen := map[string]bool{}
	for _, k := range t.Kinds {
		if k.Code == "" || k.Title == "" || seen[k.Code] || !k.Review.whole() || !k.Suit.whole() || k.First != (k.Says != "") {
			return t, fmt.Errorf("%s: 种类 %q 没有写全，或者写了两次", name, k.Code)
		}
		seen[k.Code] = true
	}
	for _, a := range t.Answers {
		if a.Way == "" || a.Title == "" || seen[a.Way] || !a.Limit().whole() {
			return t, fmt.Errorf("%s: 答复 %q 没有写全，或者写了两次", name, a.Way)
		}
		seen[a.Way] = true
	}
	if !t.After.whole() || len(t.Bodies.Of) == 0 || t.Bodies.Law == "" {
		return t, fmt.Errorf("%s: after 或者 bodies 没有写全", name)
	}
	return t, nil
}

func (l Limit) whole() bool {
	n := 0
	for _, one := range []int{l.Days, l.Workdays, l.Months} {
		if one < 0 {
			return false
		}
		if one > 0 {
			n++
		}
	}
	return n == 1 && l.Law != ""
}

// Of returns the kind with a code; ok is false where there is none.
func (t Table) Of(code string) (Kind, bool) {
	i := slices.IndexFunc(t.Kinds, func(k Kind) bool { return k.Code == code })
	if i < 0 {
		return Kind{}, false
	}
	return t.Kinds[i], true
}

// Answer returns the answer of a way; ok is false where there is none.
func (t Table) Answer(way string) (Answer, bool) {
	i := slices.IndexFunc(t.Answers, func(a Answer) bool { return a.Way == way })
	if i < 0 {
		return Answer{}, false
	}
	return t.Answers[i], true
}

// Last is the last day of a limit that begins on a day.
func (l Limit) Last(c *calendar.Calendar, from calendar.Day) calendar.Deadline {
	switch {
	case l.Workdays > 0:
		return c.AddWorkdays(from, l.Workdays)
	case l.Months > 0:
		return c.RollToWorkday(from.AddMonths(l.Months))
	}
	return c.RollToWorkday(calendar.AddDays(from, l.Days))
}

// Long is the limit for readers: 60 天, 10 个工作日, 6 个月.
func (l Limit) Long() string {
	switch {
	case l.Workdays > 0:
		return fmt.Sprintf("%d 个工作日", l.Workdays)
	case l.Months > 0:
		return fmt.Sprintf("%d 个月", l.Months)
	}
	return fmt.Sprintf("%d 天", l.Days)
}
