package monitor

import (
	"context"
	"fmt"
	"slices"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/family"
	"minzheng/kernel/job"
	"minzheng/kernel/people"
	"minzheng/kernel/rule"
)

// sieve works the rules of all kinds out over many families at once.
type sieve struct {
	service *catalog.Service
	kinds   []Kind
	plan    *rule.Plan
}

func newSieve(s *catalog.Service, kinds []Kind) (*sieve, error) {
	wanted := []string{inReach}
	for _, k := range kinds {
		wanted = append(wanted, k.rules()...)
	}
	plan, err := s.Rules.Plan(wanted...)
	if err != nil {
		return nil, fmt.Errorf("service %s: %w", s.Code, err)
	}
	return &sieve{s, kinds, plan}, nil
}

// watched is one household of a page as rules read it.
type watched struct {
	home int // of the page
	src  source
}

// caught is a family for which the rules of a kind hold.
type caught struct {
	watched
	kind  Kind
	grade Grade
}

// watched are those of a page of whom anybody is watched over.
func (r *Room) watched(ctx context.Context, rd db.Reader, homes []family.Home, s *catalog.Service, on calendar.Day) ([]watched, error) {
	st, err := r.standing(ctx, rd, homes, s, on)
	if err != nil {
		return nil, err
	}
	now, lists := r.desk.DB.Now(), listed(s)
	var all []watched
	for i := range homes {
		h := &homes[i]
		if !slices.ContainsFunc(h.People, func(p family.Person) bool { return st.on(p) || st.left(p, lists, on) }) {
			continue
		}
		held := *h // what runs is told to a copy: others read the page too
		held.People = slices.Clone(h.People)
		r.families.Hold(&held, st.runs)
		if k, ok := held.Together(now, lens(s)); ok && len(r.families.Path(k.Region)) > 0 {
			all = append(all, watched{i, r.source(&held, k, st, s, on, now)})
		}
	}
	return all, nil
}

// run returns what the rules hold for, in the order of the page.
func (v *sieve) run(ctx context.Context, some []watched, path func(string) []string, on calendar.Day) ([]caught, error) {
	columns := catalog.NewFamilies(v.service.Rules.Dictionary(), v.plan.Facts(), path)
	for _, one := range some {
		if err := columns.AddFacts("", one.src.Region, one.src); err != nil {
			return nil, err
		}
	}
	columns.Population.Close()
	var all []caught
	err := v.plan.Run(ctx, columns.Population, int32(on), 1, func(part *rule.Part) {
		for i := range part.Count {
			if !part.Known(0, i) || part.Int64(0, i) != 1 {
				continue
			}
			at := 1
			for _, k := range v.kinds {
				grade := None
				for g := range k.Grades {
					if part.Known(at+g, i) && part.Int64(at+g, i) == 1 {
						grade = Grade(g + 1)
					}
				}
				at += len(k.Grades)
				if grade != None {
					all = append(all, caught{some[part.First+i], k, grade})
				}
			}
		}
	})
	slices.SortStableFunc(all, func(a, b caught) int { return a.home - b.home })
	return all, err
}

// Watch looks at a page of the register, and returns what is to be written of
// it: each finding has its family looked at once, and not again for as long as
// nothing else speaks for it.
func (r *Room) Watch(ctx context.Context, rd db.Reader, homes []family.Home, on calendar.Day) (func(context.Context, *db.Tx) error, error) {
	s, err := r.service()
	if errs.Is(err, errs.NotFound) {
		return func(context.Context, *db.Tx) error { return nil }, nil // the bureau has no such service
	}
	if err != nil {
		return nil, err
	}
	sieve, err := newSieve(s, r.kinds)
	if err != nil {
		return nil, err
	}
	some, err := r.watched(ctx, rd, homes, s, on)
	if err != nil || len(some) == 0 {
		return func(context.Context, *db.Tx) error { return nil }, err
	}
	all, err := sieve.run(ctx, some, r.families.Path, on)
	if err != nil {
		return nil, err
	}
	var hints []hint
	for _, c := range all {
		one, err := r.hint(&homes[c.home], c, s, on)
		if err != nil {
			return nil, err
		}
		hints = append(hints, one)
	}
	return func(ctx context.Context, tx *db.Tx) error { return keep(ctx, tx, hints) }, nil
}

// hint is something that a night has found.
type hint struct {
	family, kind, basis string
	person              people.ID
}

// hint works one out alone, for what speaks for it.
func (r *Room) hint(home *family.Home, c caught, s *catalog.Service, on calendar.Day) (hint, error) {
	f, _, err := r.judge(c.src, s, c.kind, on)
	if err != nil {
		return hint{}, err
	}
	if f.grade != c.grade {
		return hint{}, fmt.Errorf("service %s: the columns and the single case differ", s.Code)
	}
	v := visited{home: home}
	return hint{v.household(), c.kind.Code, f.basis, home.People[c.src.People[0]].ID}, nil
}

func keep(ctx context.Context, tx *db.Tx, hints []hint) error {
	for _, h := range hints {
		n, err := tx.Exec(ctx, `INSERT INTO assistance_watched (family, kind, basis, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, h.family, h.kind, h.basis, db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("keeping what a night has found: %w", err)
		}
		if n == 0 {
			continue
		}
		err = job.Enqueue(ctx, tx, job.New{Kind: LookKind, Key: "night/" + h.family + "/" + h.kind, Payload: look{Person: h.person, Kind: h.kind}})
		if err != nil {
			return err
		}
	}
	return nil
}
