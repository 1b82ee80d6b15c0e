package app

import (
	"context"
	"maps"
	"time"

	"minzheng/kernel/casework"
	"minzheng/kernel/evidence"
	"minzheng/kernel/exchange"
)

// Gateway is how the departments' gateway and we know each other.
type Gateway struct {
	Key    []byte            // its public key in PEM; nil takes unsigned answers
	Tokens map[string]string // by source, where a dialect wants one
}

// caseBudget is how long all departments of one asking together may take.
const caseBudget = 5 * time.Second

// asking is the exchange's configuration under a clock.
func (a *App) asking(now func() time.Time) exchange.Config {
	return exchange.Config{Gateway: a.Config.Departments, Sources: a.Catalogue.Sources, Bound: a.Catalogue.bound(), Now: now, Box: a.Box,
		Key: a.Config.Gateway.Key, Tokens: a.Config.Gateway.Tokens, Client: a.Config.County, Budget: caseBudget}
}

// newExchange asks under a clock; areas' own rows of the matrix lie in it from
// the beginning, those of services come with their cases.
func (a *App) newExchange(now func() time.Time) *exchange.Exchange {
	x := exchange.New(a.asking(now))
	for _, one := range a.Catalogue.Areas {
		x.Permit(one.Asks...)
	}
	return x
}

// exchange opens the exchange and the log of what it is told.
func (a *App) exchange(ctx context.Context) error {
	a.Exchange = a.newExchange(a.DB.Now)
	if err := a.Exchange.Recount(ctx, a.DB); err != nil {
		return err
	}
	var err error
	a.Evidence, err = evidence.New(a.DB, a.Box, EvidenceOrigin(a.Config.County), exchange.Unlogged)
	return err
}

// EvidenceOrigin names the evidence log of a county's bureau.
func EvidenceOrigin(county string) string {
	if county == "" {
		county = demoCounty
	}
	return "minzheng-" + county
}

// keepEvidence lays receipts into the log a moment after they were kept.
func (a *App) keepEvidence(ctx context.Context) {
	a.Evidence.Run(ctx, time.Second, func(err error) { a.Config.Log.Error("taking receipts into the evidence log", "error", err) })
}

// waits are those who take answers to deferred questions.
func (a *App) waits(d *casework.Desk) map[string]exchange.Hook {
	all := map[string]exchange.Hook{}
	for _, one := range a.Catalogue.Areas {
		if one.Waits != nil {
			maps.Copy(all, one.Waits(d))
		}
	}
	return all
}

// Grants is the matrix of the service folders, as it is agreed with departments:
// which fields of a source may be seen, for which purpose and by which article.
func (c *Catalogue) Grants() []exchange.Grant {
	var all []exchange.Grant
	for _, s := range c.Services {
		for _, l := range s.Lookups {
			g := exchange.Grant{Source: l.Source, Purpose: l.Purpose, Law: l.Law}
			for _, name := range l.Tells {
				g.Fields = append(g.Fields, c.Known.Dictionary.Find(name).Code)
			}
			all = append(all, g)
		}
	}
	for _, one := range c.Areas {
		all = append(all, one.Asks...)
	}
	return all
}

// bound are the kinds of subjects that ask for nothing but what the matrix
// grants: cases, people's own inquiries and whatever areas ask for themselves.
func (c *Catalogue) bound() []string {
	all := []string{"case", "inquiry"}
	for _, one := range c.Areas {
		all = append(all, one.Bound...)
	}
	return all
}

// drill switches sources off for an exercise; only a demo has such a switch.
func (a *App) drill() func(string, bool) bool {
	if !a.Config.Demo {
		return nil
	}
	return a.Exchange.Drill
}
