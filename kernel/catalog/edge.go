package catalog

import (
	"fmt"
	"slices"

	"minzheng/kernel/rule"
)

// Border is a threshold that stands otherwise in two versions of a service: a
// worked example, moved to both sides of it.
type Border struct {
	Example  string
	Old, New *rule.Edge // nil where that version has no such threshold
}

// Borders compares the thresholds of two versions: for every example of the new
// one, both sides of every comparison that the outcome depends on, where they
// are not the same as before and the outcome is another on the two sides. Each
// is told once.
func Borders(q Question, path func(region string) []string) ([]Border, error) {
	var all []Border
	told := map[string]bool{}
	for _, e := range q.New.Examples {
		c, err := q.New.Case(e, path)
		if err != nil {
			return nil, fmt.Errorf("算例“%s”：%w", e.Name, err)
		}
		c.On = int32(q.On)
		for _, b := range changed(q.Old.Rules.Edges(c, q.Old.Decides), q.New.Rules.Edges(c, q.New.Decides)) {
			if key := b.key(); !told[key] {
				told[key] = true
				b.Example = e.Name
				all = append(all, b)
			}
		}
	}
	return all, nil
}

// changed pairs the edges that two versions have of one case, and drops those
// that are the same.
func changed(old, then []rule.Edge) []Border {
	var all []Border
	was := map[string]*rule.Edge{}
	for i, e := range old {
		was[place(e)] = &old[i]
	}
	for i, e := range then {
		before := was[place(e)]
		delete(was, place(e))
		if (before != nil && before.Turns() || e.Turns()) && (before == nil || bothSides(*before) != bothSides(e)) {
			all = append(all, Border{Old: before, New: &then[i]})
		}
	}
	for i, e := range old {
		if was[place(e)] != nil && e.Turns() {
			all = append(all, Border{Old: &old[i]})
		}
	}
	return all
}

// place is what makes edges of two versions the same threshold.
func place(e rule.Edge) string {
	return e.Rule.Set + "\x00" + e.Formula + "\x00" + e.Name + "\x00" + e.About + fmt.Sprint(e.HeldLast)
}

// bothSides is where a threshold lies and what is decided there.
func bothSides(e rule.Edge) string {
	return fmt.Sprint(e.Last.Encode(), e.Before.Known, e.Before.Value, e.First.Encode(), e.After.Known, e.After.Value)
}

// key is what a border tells, whoever it is told of.
func (b Border) key() string {
	said := ""
	for _, e := range []*rule.Edge{b.Old, b.New} {
		if e != nil {
			said += e.Formula + "\x00" + e.Name + "\x00" + bothSides(*e)
		}
		said += "\x00\x00"
	}
	return said
}

// OneSided returns the thresholds of the deciding rule and of the amount that no
// example touches on both sides.
func (s *Service) OneSided(path func(region string) []string) ([]rule.Threshold, error) {
	var cases []rule.Case
	for _, e := range s.Examples {
		c, err := s.Case(e, path)
		if err != nil {
			return nil, fmt.Errorf("算例“%s”：%w", e.Name, err)
		}
		cases = append(cases, c)
	}
	all := s.Rules.OneSided(s.Decides, cases)
	for _, t := range s.Rules.OneSided(s.Amount, cases) {
		if !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all, nil
}
