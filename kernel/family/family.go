// Package family gathers what the house knows of a family: what the register
// says, what was said in its cases, and what the rules make of it.
//
// What departments told with somebody's consent, for one application, is used
// for nothing else: that was promised when they agreed. Nothing here is
// decided; what is found is confirmed in a case like any other.
package family

import (
	"context"
	"fmt"
	"slices"
	"time"

	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
)

// Sources of facts that no case told: the register of residents, and what a
// service assumes until somebody tells it.
const (
	Register = "register"
	Assumed  = "assumed"
)

// Room reads families. It is safe for use by several goroutines.
type Room struct {
	desk *casework.Desk
	dict *fact.Dictionary
}

// New returns the room.
func New(desk *casework.Desk) *Room { return &Room{desk, desk.Services().Known().Dictionary} }

// Person is one resident with the cases that they are a member of.
type Person struct {
	people.Entry
	In    []casework.Belonging // the oldest first
	Held  []casework.Held      // what runs for them, see Room.Hold
	local bool                 // the registered residence is in a county that we know
}

// Home is a registered household with what its cases know.
type Home struct {
	People []Person // the head first
	told   map[casework.ID]told
	dict   *fact.Dictionary
}

// told is what may be used of what was said in one case.
type told struct {
	s    *catalog.Service // as it was when the case was opened
	said []fact.Statement
}

// whole reports whether the case was about all who live together.
func (t told) whole() bool { return t.s.Household != nil }

// Gather reads what is known of households. has reports whether somebody with
// a blind index may be a member of a case; nil asks for everybody.
func (r *Room) Gather(ctx context.Context, d db.Reader, households [][]people.Entry, has func(index string) bool) ([]Home, error) {
	var indexes []string
	for _, one := range households {
		for _, p := range one {
			if has == nil || has(p.Index) {
				indexes = append(indexes, p.Index)
			}
		}
	}
	in, err := casework.Belongings(ctx, d, indexes)
	if err != nil {
		return nil, err
	}
	said, err := r.said(ctx, d, in)
	if err != nil {
		return nil, err
	}
	places := map[string]bool{}
	homes := make([]Home, len(households))
	for i, one := range households {
		homes[i] = Home{People: make([]Person, len(one)), told: said, dict: r.dict}
		for j, p := range one {
			homes[i].People[j] = Person{Entry: p, In: in[p.Index], local: r.local(p.Region, places)}
		}
	}
	return homes, nil
}

// Of reads the household that a person stands in.
func (r *Room) Of(ctx context.Context, d db.Reader, p people.Person) (Home, error) {
	entries, err := r.desk.People.Entries(ctx, d, p)
	if err != nil {
		return Home{}, err
	}
	if len(entries) == 0 {
		return Home{}, fmt.Errorf("person %s stands in no household", p.ID)
	}
	homes, err := r.Gather(ctx, d, [][]people.Entry{entries}, nil)
	if err != nil {
		return Home{}, err
	}
	return homes[0], nil
}

func (r *Room) local(code string, places map[string]bool) bool {
	ok, there := places[code]
	if !there {
		ok = r.desk.Places.County(region.Code(code)) != ""
		places[code] = ok
	}
	return ok
}

// said opens what was told in all these cases, without what only its own
// purpose allowed to ask.
func (r *Room) said(ctx context.Context, d db.Reader, in map[string][]casework.Belonging) (map[casework.ID]told, error) {
	cases := map[casework.ID]*catalog.Service{}
	var ids []casework.ID
	for _, some := range in {
		for _, b := range some {
			if cases[b.Case] != nil {
				continue
			}
			s, err := r.desk.Services().Version(ctx, d, b.Version)
			if err != nil {
				return nil, err
			}
			cases[b.Case], ids = s, append(ids, b.Case)
		}
	}
	all := map[casework.ID]told{}
	for some := range slices.Chunk(ids, 500) {
		sets, err := r.desk.FactsOf(ctx, d, some)
		if err != nil {
			return nil, err
		}
		for id, set := range sets {
			all[id] = told{s: cases[id], said: usable(cases[id], set)}
		}
	}
	return all, nil
}

// usable leaves out what a department told with consent, and what a clerk made
// of it.
func usable(s *catalog.Service, set *fact.Set) []fact.Statement {
	private := map[string]bool{}
	for _, l := range s.Lookups {
		for _, name := range l.Tells {
			private[name] = private[name] || l.Consent
		}
	}
	var all []fact.Statement
	set.Each(func(name, _ string, said []fact.Statement) {
		for _, one := range said {
			if one.Proof == "" || !private[name] {
				all = append(all, one)
			}
		}
	})
	return all
}

// Died reports whether the register knows that somebody has died.
func (p Person) Died() bool { return p.Entry.Died != 0 }

// Place is where a person belongs: as registered, or as their last case had it.
func (p Person) Place() string {
	if p.Region == "" && len(p.In) > 0 {
		return p.In[len(p.In)-1].Region
	}
	return p.Region
}

// merged is all that was said of one person in all cases up to a time, as m1;
// nil when nobody said anything. What is of the whole family counts where they
// applied themselves.
func (h *Home) merged(p Person, until time.Time) *fact.Set {
	var set *fact.Set
	for _, b := range p.In {
		for _, one := range h.told[b.Case].said {
			if one.About != b.Member && (one.About != "" || b.Member != casework.Applicant) || one.At.After(until) {
				continue
			}
			if set == nil {
				set = fact.NewSet(h.dict)
			}
			if one.About != "" {
				one.About = casework.Applicant
			}
			set.Tell(one)
		}
	}
	return set
}
