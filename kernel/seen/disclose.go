package seen

import (
	"cmp"
	"slices"
	"time"

	"minzheng/kernel/calendar"
)

// Kind is what sort of thing was done with somebody's data.
type Kind string

// The kinds.
const (
	Query Kind = "query" // another department was asked
	Look  Kind = "look"  // a member of staff saw it
	Given Kind = "given" // it was told to another department, or taken out
)

// Event is one thing that was done, in words for readers.
type Event struct {
	Key     string
	Kind    Kind
	At      time.Time
	Who     string
	What    string
	Fields  []string
	Why     string
	Law     string
	Outcome string
}

// Matter is what it was done for, as it stands to the person who reads.
type Matter struct {
	Subject  string   // case/…
	Kinds    []string // code of the service, kind of the subject
	Relation Relation
	Title    string
	Number   string
	Link     string // where the person follows it; "" is nowhere
	Open     bool
	Ended    time.Time
}

// Told is an event with its matter.
type Told struct {
	Event
	Matter Matter
}

// Entry is an event as it is shown.
type Entry struct {
	Event
	Month string // of a coarse entry, which has no time: 2026年10月
}

// Group is what was done for one matter.
type Group struct {
	Title   string
	Number  string
	Link    string
	Coarse  bool
	Entries []Entry // the newest first
}

// What a coarse entry says is the same for all matters of all people.
const (
	coarseTitle = "别人的事里用到您的信息"
	coarseWho   = "政府部门"
	coarseWhat  = "办理别人的事，按规定核对过您的信息"
	coarseWhy   = "别人的事受法律保护，所以不说是谁的、哪一件、哪一天，也不说有几次。"
	coarseLaw   = "个人信息保护法 第13条第1款第3项、第34条"
)

// Disclose groups what may be shown at a time, the matter with the newest entry
// first and the coarse last.
func (r Rules) Disclose(all []Told, now time.Time) []Group {
	groups := map[string]*Group{}
	months := map[month]bool{}
	for _, t := range all {
		switch show, from := r.now(t, now); {
		case show == Full:
			g := groups[t.Matter.Subject]
			if g == nil {
				g = &Group{Title: t.Matter.Title, Number: t.Matter.Number, Link: t.Matter.Link}
				groups[t.Matter.Subject] = g
			}
			g.Entries = append(g.Entries, Entry{Event: t.Event})
		case show == Coarse && from < monthOf(now): // at its very end, not on the day
			months[monthOf(t.At)] = true
		}
	}
	return append(sorted(groups), coarse(months)...)
}

// now is how an event is told at a time, and since which month.
func (r Rules) now(t Told, now time.Time) (Show, month) {
	rule := r.find(t.Matter.Kinds, t.Matter.Relation)
	if rule.Show == Full || rule.Show == Coarse {
		return rule.Show, monthOf(t.At)
	}
	end := t.Matter.Ended.AddDate(0, 0, rule.Days)
	if t.Matter.Open || t.Matter.Ended.IsZero() || !end.Before(now) {
		return Never, 0
	}
	return rule.Then, max(monthOf(t.At), monthOf(end))
}

func sorted(groups map[string]*Group) []Group {
	var all []Group
	for _, g := range groups {
		slices.SortStableFunc(g.Entries, func(a, b Entry) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Key, b.Key)) })
		all = append(all, *g)
	}
	slices.SortFunc(all, func(a, b Group) int {
		return cmp.Or(b.Entries[0].At.Compare(a.Entries[0].At), cmp.Compare(a.Entries[0].Key, b.Entries[0].Key))
	})
	return all
}

func coarse(months map[month]bool) []Group {
	if len(months) == 0 {
		return nil
	}
	g := Group{Title: coarseTitle, Coarse: true}
	for m := range months {
		g.Entries = append(g.Entries, Entry{Month: m.long(), Event: Event{Key: "m/" + m.text(), Who: coarseWho, What: coarseWhat, Why: coarseWhy, Law: coarseLaw}})
	}
	slices.SortFunc(g.Entries, func(a, b Entry) int { return cmp.Compare(b.Key, a.Key) })
	return []Group{g}
}

// month is a month in Shanghai, counted so that months can be compared.
type month int

func monthOf(t time.Time) month {
	d := calendar.DayOf(t)
	return month(d.Year()*12 + d.Month() - 1)
}

func (m month) first() calendar.Day { return calendar.Date(int(m)/12, int(m)%12+1, 1) }
func (m month) text() string        { return m.first().String()[:7] }
func (m month) long() string {
	s := m.first().Long()
	return s[:len(s)-len("1日")]
}
