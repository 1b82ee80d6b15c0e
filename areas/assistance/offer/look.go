package offer

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/family"
	"minzheng/kernel/people"
	"minzheng/kernel/rule"
)

// group are services that look at the same people and assume nothing different
// of them: their rules run over the same columns.
type group struct {
	alone bool
	lens  family.Lens
	facts []string
	plans []planned
}

type planned struct {
	s    *catalog.Service
	plan *rule.Plan
}

// groups puts the services that look for people together.
func groups(services []*catalog.Service) ([]*group, error) {
	var all []*group
	for _, s := range services {
		if s.Finds == nil {
			continue
		}
		plan, err := s.Plan()
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(all, func(g *group) bool { return g.takes(s, plan) })
		if at < 0 {
			at, all = len(all), append(all, &group{alone: s.Finds.Alone(), lens: family.Through(s)})
		}
		g := all[at]
		maps.Copy(g.lens.Assumes, family.Through(s).Assumes)
		maps.Copy(g.lens.Owns, family.Through(s).Owns)
		g.facts = append(g.facts, plan.Facts()...)
		g.plans = append(g.plans, planned{s, plan})
	}
	return all, nil
}

// takes reports whether a service may look at the columns of the group.
func (g *group) takes(s *catalog.Service, plan *rule.Plan) bool {
	if g.alone != s.Finds.Alone() {
		return false
	}
	own := family.Through(s)
	return !slices.ContainsFunc(plan.Facts(), func(name string) bool { return slices.Contains(g.facts, name) && !g.lens.Agrees(own, name) })
}

// spot is who stands in a row of the columns.
type spot struct{ home, person int }

// found is somebody who qualifies by what is known.
type found struct {
	spot
	s *catalog.Service
}

// look works a page of the register out and returns who qualifies, in the
// order of the page and of the services.
func (g *group) look(ctx context.Context, r *family.Room, homes []family.Home, at moment) ([]found, error) {
	paths := map[string][]string{}
	path := func(code string) []string {
		p, ok := paths[code]
		if !ok {
			p = r.Path(code)
			paths[code] = p
		}
		return p
	}
	columns := catalog.NewFamilies(g.plans[0].s.Rules.Dictionary(), g.facts, path)
	var spots []spot
	add := func(k family.Known, s spot) error {
		if len(path(k.Region)) == 0 {
			return nil // nobody knows which place's rules count
		}
		spots = append(spots, s)
		return columns.AddFacts("", k.Region, k)
	}
	for h := range homes {
		if err := g.put(&homes[h], h, at.now, add); err != nil {
			return nil, err
		}
	}
	columns.Population.Close()
	return g.run(ctx, columns.Population, spots, at.day)
}

// put adds a household to the columns, whole or everybody alone.
func (g *group) put(home *family.Home, h int, now time.Time, add func(family.Known, spot) error) error {
	if !g.alone {
		k, ok := home.Together(now, g.lens)
		if !ok {
			return nil
		}
		return add(k, spot{h, k.People[0]})
	}
	for i, p := range home.People {
		if p.Died() {
			continue
		}
		if err := add(home.Alone(i, now, g.lens), spot{h, i}); err != nil {
			return err
		}
	}
	return nil
}

func (g *group) run(ctx context.Context, pop *rule.Population, spots []spot, on calendar.Day) ([]found, error) {
	var all []found
	var one sync.Mutex
	for _, p := range g.plans {
		err := p.plan.Run(ctx, pop, int32(on), 0, func(part *rule.Part) {
			for i := range part.Count {
				if part.Known(0, i) && part.Int64(0, i) == 1 {
					one.Lock()
					all = append(all, found{spots[part.First+i], p.s})
					one.Unlock()
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// moment is when a sweep looks: as of a day, by what is known now.
type moment struct {
	day calendar.Day
	now time.Time
}

// A page is some households of the register with what is known of them.
type page struct {
	after, last people.Mark
	homes       []family.Home
	people      int
}

// read reads the next page; one without homes is the end.
func (d *Desk) read(ctx context.Context, r db.Reader, after people.Mark, has func(string) bool) (page, error) {
	p := page{after: after}
	households, last, err := d.People.Page(ctx, r, after, d.most)
	if err != nil {
		return p, err
	}
	p.last = last
	for _, one := range households {
		p.people += len(one)
	}
	p.homes, err = d.families.Gather(ctx, r, households, has)
	return p, err
}

// find returns what can be offered on a page.
func (d *Desk) find(ctx context.Context, r db.Reader, groups []*group, p page, at moment) ([]candidate, error) {
	held := newHeld()
	if err := held.ask(ctx, r, homesOf(p, cased), at.day); err != nil {
		return nil, err
	}
	for i := range p.homes {
		d.families.Hold(&p.homes[i], held.runs)
	}
	var who []found
	for _, g := range groups {
		some, err := g.look(ctx, d.families, p.homes, at)
		if err != nil {
			return nil, err
		}
		who = append(who, some...)
	}
	slices.SortFunc(who, func(a, b found) int {
		if a.home != b.home {
			return a.home - b.home
		}
		return a.person - b.person
	})
	var homes []*family.Home // of whom nothing was asked yet
	here := map[int]bool{}
	for _, one := range who {
		if h := &p.homes[one.home]; !here[one.home] && !cased(h) {
			homes = append(homes, h)
		}
		here[one.home] = true
	}
	if err := held.ask(ctx, r, homes, at.day); err != nil {
		return nil, err
	}
	return d.explain(p, who, held, at)
}

func homesOf(p page, which func(*family.Home) bool) []*family.Home {
	var all []*family.Home
	for i := range p.homes {
		if which(&p.homes[i]) {
			all = append(all, &p.homes[i])
		}
	}
	return all
}

// cased reports whether anybody of a household is a member of a case.
func cased(h *family.Home) bool {
	return slices.ContainsFunc(h.People, func(p family.Person) bool { return len(p.In) > 0 })
}
