package recompute

import (
	"context"
	"fmt"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
)

// reckoner works out amounts of many families at once.
type reckoner struct {
	s       *catalog.Service
	plan    *rule.Plan
	defs    []*fact.Def
	places  *region.Tree
	workers int
}

func newReckoner(s *catalog.Service, places *region.Tree) (*reckoner, error) {
	plan, err := s.Rules.Plan(s.Decides, s.Amount)
	if err != nil {
		return nil, fmt.Errorf("compiling the rules of %s: %w", s.Code, err)
	}
	k := &reckoner{s: s, plan: plan, places: places, workers: 1}
	seen := map[*fact.Def]bool{}
	for _, name := range plan.Facts() {
		if def := s.Rules.Dictionary().Find(name); !seen[def] {
			seen[def] = true
			k.defs = append(k.defs, def)
		}
	}
	return k, nil
}

// amounts returns what each family should have on the first day of each month,
// by what counted when its case was decided; unknown where that cannot be said.
func (k *reckoner) amounts(ctx context.Context, all []ledger.Account, facts map[casework.ID]*fact.Set, months []ledger.Month) ([][]int64, error) {
	stands := standing(all)
	pop, alone, err := k.population(stands, facts)
	if err != nil {
		return nil, err
	}
	out := make([][]int64, len(all))
	for h := range out {
		out[h] = make([]int64, len(months))
	}
	for i, m := range months {
		err := k.plan.Run(ctx, pop, int32(m.First()), k.workers, func(p *rule.Part) {
			for h := range p.Count {
				if s := stands[p.First+h]; s.holds(m) {
					out[s.at][i] = amountOf(p, h)
				}
			}
		})
		if err != nil {
			return nil, err
		}
		for _, h := range alone {
			if s := stands[h]; s.holds(m) {
				out[s.at][i] = k.single(s.Account, facts[s.id], m)
			}
		}
	}
	return out, nil
}

// stand is a family by one of the cases whose facts count for it.
type stand struct {
	ledger.Account
	at int // of the account
	id casework.ID
}

// holds reports whether the case's facts count in a month.
func (s stand) holds(m ledger.Month) bool { return s.CaseIn(m) == string(s.id) }

func standing(all []ledger.Account) []stand {
	var stands []stand
	for i, a := range all {
		for _, id := range a.Cases() {
			stands = append(stands, stand{a, i, casework.ID(id)})
		}
	}
	return stands
}

func amountOf(p *rule.Part, h int) int64 {
	switch {
	case !p.Known(0, h):
		return unknown
	case p.Int64(0, h) == 0:
		return 0
	case !p.Known(1, h):
		return unknown
	}
	return max(p.Int64(1, h), 0)
}

// population puts the families into columns. Those that do not fit there are
// worked out alone.
func (k *reckoner) population(all []stand, facts map[casework.ID]*fact.Set) (pop *rule.Population, alone []int, err error) {
	pop = rule.NewPopulation(k.defs, nil)
	at := map[string]int{}
	for h, a := range all {
		place, ok := at[a.Region]
		if !ok {
			place = pop.Region(path(k.places, a.Region))
			at[a.Region] = place
		}
		if err := pop.Household(place); err != nil {
			return nil, nil, fmt.Errorf("putting a family into columns: %w", err)
		}
		if k.fill(pop, facts[a.id]) != nil {
			alone = append(alone, h)
		}
	}
	pop.Close()
	return pop, alone, nil
}

func (k *reckoner) fill(pop *rule.Population, set *fact.Set) error {
	tell := func(about string) error {
		for i, def := range k.defs {
			if def.Member() != (about != "") {
				continue
			}
			if v, ok := set.Get(def.Name, about); ok {
				if err := pop.Tell(i, v); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := tell(""); err != nil {
		return err
	}
	for _, member := range set.Members() {
		if err := pop.Person(); err != nil {
			return err
		}
		if err := tell(member); err != nil {
			return err
		}
	}
	return nil
}

// single works one family out for one month.
func (k *reckoner) single(a ledger.Account, set *fact.Set, m ledger.Month) int64 {
	return amountIn(k.s, judge(k.s, k.places, a.Region, set, m))
}

func judge(s *catalog.Service, places *region.Tree, place string, set *fact.Set, m ledger.Month) rule.Judgement {
	return s.Rules.Judge(rule.Case{Facts: set, Region: path(places, place), On: int32(m.First())})
}

func amountIn(s *catalog.Service, j rule.Judgement) int64 {
	decides, _ := j.Find(s.Decides)
	amount, _ := j.Find(s.Amount)
	switch {
	case !decides.Known:
		return unknown
	case !decides.Value.Bool():
		return 0
	case !amount.Known:
		return unknown
	}
	return max(amount.Value.Int64(), 0)
}

// path is a region's path as rules take it.
func path(places *region.Tree, code string) []string {
	var all []string
	for _, c := range places.Path(region.Code(code)) {
		all = append(all, string(c))
	}
	return all
}
