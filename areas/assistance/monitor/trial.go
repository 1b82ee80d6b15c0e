package monitor

import (
	"context"
	"maps"
	"slices"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
)

// Trial is what another value of a parameter would mean: for the register as it
// is known now, and for the warnings of the last year. Nothing is changed by it.
type Trial struct {
	Families int // that are watched over
	Kinds    []TrialKind
	Past     int // warnings of the year
	Lost     int // that would not have been raised
	Helped   int // of the lost ones: became help
	Milder   int // that would have been raised with a milder grade
	Took     time.Duration
}

// TrialKind counts the families that rules of a kind catch, before and after.
type TrialKind struct {
	Title       string
	Was, Is     int
	Graver      int // that are caught both times, and graver now
	Milder      int
	More, Fewer int // families caught only now, and no more
}

// Try works the register out under a value that a parameter would have in a
// place.
func (r *Room) Try(ctx context.Context, parameter, place, value string) (Trial, error) {
	began := time.Now()
	s, err := r.service()
	if err != nil {
		return Trial{}, err
	}
	tried, err := r.with(s, parameter, place, value)
	if err != nil {
		return Trial{}, err
	}
	var t Trial
	if err := r.tryRegister(ctx, s, tried, place, &t); err != nil {
		return t, err
	}
	if err := r.tryPast(ctx, s, tried, place, &t); err != nil {
		return t, err
	}
	t.Took = time.Since(began)
	return t, nil
}

// with is the service with another value, now and for all that is past.
func (r *Room) with(s *catalog.Service, parameter, place, value string) (*catalog.Service, error) {
	par := s.Rules.Parameters()[parameter]
	if par == nil || len(par.By) > 0 {
		return nil, errs.New(errs.NotFound, "没有这个可以试的数。")
	}
	var laid []rule.Change
	for _, from := range []string{"2000-01-01", calendar.DayOf(r.desk.DB.Now()).String()} {
		laid = append(laid, rule.Change{Parameter: parameter, Region: place, From: from, Value: rule.Written(value), Source: "试算"})
	}
	tried, err := s.Lay(laid, r.desk.Services().Known())
	if err != nil {
		return nil, errs.Problems{{Field: "value", Sentence: "这个值用不了，请写一个数，例如 6。"}}
	}
	return tried, nil
}

func (r *Room) tryRegister(ctx context.Context, old, tried *catalog.Service, place string, t *Trial) error {
	var sieves [2]*sieve
	for i, s := range []*catalog.Service{old, tried} {
		var err error
		if sieves[i], err = newSieve(s, r.kinds); err != nil {
			return err
		}
	}
	for _, k := range r.kinds {
		t.Kinds = append(t.Kinds, TrialKind{Title: k.Title})
	}
	has := map[string]struct{}{}
	if err := casework.Everybody(ctx, r.desk.DB, func(index string) { has[index] = struct{}{} }); err != nil {
		return err
	}
	for at := (people.Mark{}); ; {
		page, next, err := r.desk.People.Page(ctx, r.desk.DB, at, pageOfPeople)
		if err != nil || len(page) == 0 {
			return err
		}
		at = next
		if err := r.tryPage(ctx, sieves, page, has, place, t); err != nil {
			return err
		}
	}
}

const pageOfPeople = 5000

func (r *Room) tryPage(ctx context.Context, sieves [2]*sieve, page [][]people.Entry, has map[string]struct{}, place string, t *Trial) error {
	homes, err := r.families.Gather(ctx, r.desk.DB, page, func(index string) bool { _, ok := has[index]; return ok })
	if err != nil {
		return err
	}
	on := calendar.DayOf(r.desk.DB.Now())
	all, err := r.watched(ctx, r.desk.DB, homes, sieves[0].service, on)
	if err != nil {
		return err
	}
	var here []watched
	for _, one := range all {
		if r.desk.Places.Within(region.Code(one.src.Region), region.Code(place)) {
			here = append(here, one)
		}
	}
	t.Families += len(here)
	type what struct {
		home int
		kind string
	}
	grades := map[what][2]Grade{}
	for i, s := range sieves {
		some, err := s.run(ctx, here, r.families.Path, on)
		if err != nil {
			return err
		}
		for _, c := range some {
			g := grades[what{c.home, c.kind.Code}]
			g[i] = c.grade
			grades[what{c.home, c.kind.Code}] = g
		}
	}
	for i, k := range r.kinds {
		for w, g := range grades {
			if w.kind == k.Code {
				t.Kinds[i].add(g[0], g[1])
			}
		}
	}
	return nil
}

func (k *TrialKind) add(was, is Grade) {
	if was != None {
		k.Was++
	}
	if is != None {
		k.Is++
	}
	switch {
	case was == None:
		k.More++
	case is == None:
		k.Fewer++
	case is > was:
		k.Graver++
	case is < was:
		k.Milder++
	}
}

// tryPast judges the warnings of the last year once more, each on its own day by
// what its case knew.
func (r *Room) tryPast(ctx context.Context, old, tried *catalog.Service, place string, t *Trial) error {
	where, args := within(r.desk.Places.Ranges(region.Code(place)))
	args = append(args, db.Millis(r.desk.DB.Now().AddDate(-1, 0, 0)))
	return r.walk(ctx, where+` AND raised >= ?`, args, func(w Warning) error {
		facts, err := r.desk.Facts(ctx, r.desk.DB, w.Case)
		if err != nil {
			return err
		}
		kind, ok := r.kind(w.Kind)
		if !ok {
			return nil
		}
		in := rule.Case{Facts: facts, Region: r.families.Path(w.Region), On: int32(calendar.DayOf(w.Raised))}
		was, is := kind.grade(old.Rules.Judge(in)), kind.grade(tried.Rules.Judge(in))
		t.Past++
		switch {
		case was != None && is == None:
			t.Lost++
			if w.Help != "" {
				t.Helped++
			}
		case is < was:
			t.Milder++
		}
		return nil
	})
}

// grade is the gravest of a kind's rules that is known to hold.
func (k Kind) grade(j rule.Judgement) (g Grade) {
	for i, name := range k.rules() {
		if one, ok := j.Find(name); ok && one.Holds() {
			g = Grade(i + 1)
		}
	}
	return g
}

// tunable are the parameters of the service that one can try.
func tunable(s *catalog.Service) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(s.Rules.Parameters())) {
		if par := s.Rules.Parameters()[name]; len(par.By) == 0 {
			all = append(all, name)
		}
	}
	return all
}
