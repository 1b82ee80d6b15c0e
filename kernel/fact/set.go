package fact

import (
	"slices"
	"time"
)

// Decided is the source of a value that a clerk chose among several, with a
// reason. It outranks all others.
const Decided = "decided"

// Earlier is the source of what counted when the same matter was looked at
// before. It counts only until anybody speaks, and never disagrees.
const Earlier = "earlier"

// Statement is one thing that one source said once.
type Statement struct {
	Name   string    `json:"name"`
	About  string    `json:"about,omitempty"` // key of a member; "" is the family
	Value  Value     `json:"value"`
	Source string    `json:"source"`
	At     time.Time `json:"at"`
	Proof  string    `json:"proof,omitempty"` // receipt of the look-up, or why a clerk decided so
}

// Set is all that was said about one case.
type Set struct {
	dict *Dictionary
	told map[key][]Statement
	keys []key
}

type key struct{ name, about string }

// NewSet returns an empty set that ranks by the dictionary.
func NewSet(d *Dictionary) *Set { return &Set{dict: d, told: map[key][]Statement{}} }

// Tell adds statements. What the same source said earlier of the same fact is
// kept in the history but no longer counts.
func (s *Set) Tell(all ...Statement) {
	for _, one := range all {
		k := key{one.Name, one.About}
		if _, ok := s.told[k]; !ok {
			s.keys = append(s.keys, k)
		}
		s.told[k] = append(s.told[k], one)
	}
}

// Dictionary returns the dictionary that ranks the set.
func (s *Set) Dictionary() *Dictionary { return s.dict }

// Latest returns the last word of each source about a fact, best ranked first.
func (s *Set) Latest(name, about string) []Statement {
	told := s.told[key{name, about}]
	var last []Statement
	for i := len(told) - 1; i >= 0; i-- {
		if !slices.ContainsFunc(last, func(o Statement) bool { return o.Source == told[i].Source }) {
			last = append(last, told[i])
		}
	}
	if len(last) > 1 {
		last = slices.DeleteFunc(last, func(o Statement) bool { return o.Source == Earlier })
	}
	def := s.dict.Find(name)
	slices.SortStableFunc(last, func(a, b Statement) int { return rank(def, a.Source) - rank(def, b.Source) })
	return last
}

func rank(def *Def, source string) int {
	if source == Decided {
		return -1
	}
	if def == nil {
		return 0
	}
	return def.rank(source)
}

// Best returns what counts: the last word of the best ranked source.
func (s *Set) Best(name, about string) (Statement, bool) {
	told := s.told[key{name, about}]
	switch len(told) {
	case 0:
		return Statement{}, false
	case 1:
		return told[0], true
	}
	return s.Latest(name, about)[0], true
}

// Before returns what counted of a fact when the matter was looked at before.
func (s *Set) Before(name, about string) (Statement, bool) {
	for _, one := range s.told[key{name, about}] {
		if one.Source == Earlier {
			return one, true
		}
	}
	return Statement{}, false
}

// Get returns the value that counts; ok is false when nobody said anything.
func (s *Set) Get(name, about string) (Value, bool) {
	best, ok := s.Best(name, about)
	return best.Value, ok
}

// Members returns the keys of all members that something was said about, in
// the order in which they were first named.
func (s *Set) Members() []string {
	var all []string
	for _, k := range s.keys {
		if k.about != "" && !slices.Contains(all, k.about) {
			all = append(all, k.about)
		}
	}
	return all
}

// Conflict is a fact of which sources say different things, and that nobody
// has decided yet.
type Conflict struct {
	Def   *Def
	About string
	Said  []Statement // best ranked first
}

// Conflicts returns the open conflicts in the order in which the facts came.
func (s *Set) Conflicts() []Conflict {
	var all []Conflict
	for _, k := range s.keys {
		last := s.Latest(k.name, k.about)
		if def := s.dict.Find(k.name); len(last) > 1 && def != nil && last[0].Source != Decided && differ(def, last) {
			all = append(all, Conflict{def, k.about, last})
		}
	}
	return all
}

func differ(def *Def, said []Statement) bool {
	for _, o := range said[1:] {
		if !def.Near(o.Value, said[0].Value) {
			return true
		}
	}
	return false
}

// Near reports whether two values differ by no more than the fact accepts.
func (d *Def) Near(a, b Value) bool {
	low, high := min(a.n, b.n), max(a.n, b.n)
	return a.text == b.text && uint64(high)-uint64(low) <= uint64(d.Accept)
}

// Each calls fn for every fact with all last words on it, in the order in
// which the facts came.
func (s *Set) Each(fn func(name, about string, said []Statement)) {
	for _, k := range s.keys {
		fn(k.name, k.about, s.Latest(k.name, k.about))
	}
}
