package casework

import (
	"context"
	"fmt"
	"slices"

	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/people"
	"minzheng/kernel/rule"
)

// Own is the source of what the bureau knows from its own decisions.
const Own = "own"

// Held is something that a case brought and that still runs.
type Held struct {
	Case    ID
	Service string
	Share   int64 // 分 a month for each person for whom it runs
}

// known tells of each member whether the bureau already pays or has confirmed
// what the service wants to know of.
func (d *Desk) known(ctx context.Context, tx *db.Tx, a Application) ([]fact.Statement, error) {
	if d.Holds == nil || len(a.Service.Receives) == 0 {
		return nil, nil
	}
	var all []fact.Statement
	for _, m := range a.Members {
		held, err := d.heldBy(ctx, tx, m.Number)
		if err != nil {
			return nil, err
		}
		for _, r := range a.Service.Receives {
			all = append(all, Holding(a.Service.Rules.Dictionary().Find(r.Fact), r.Services, held, statement(r.Fact, m.Key, fact.Value{}, Own, tx.Now)))
		}
	}
	return all, nil
}

// Holding says of a person whether one of the services runs, or how much all of
// them give a month.
func Holding(def *fact.Def, services []string, held []Held, st fact.Statement) fact.Statement {
	var sum int64
	runs := false
	for _, h := range held {
		if slices.Contains(services, h.Service) {
			runs, sum, st.Proof = true, sum+h.Share, string(h.Case)
		}
	}
	if st.Value = fact.BoolOf(runs); def.Typed() == fact.Money {
		st.Value = fact.MoneyOf(sum)
	}
	return st
}

// belonging is a case that somebody is a member of.
type belonging struct {
	id               ID
	member, relation string
	applicant        people.ID
}

// heldBy returns what runs for a person, whoever in the household applied.
func (d *Desk) heldBy(ctx context.Context, tx *db.Tx, number string) ([]Held, error) {
	rows, err := db.All(ctx, tx, func(r db.Row) (v belonging, err error) { return v, r.Scan(&v.id, &v.member, &v.relation, &v.applicant) },
		`SELECT m.case_id, m.member, m.relation, c.applicant FROM casework_member m JOIN casework_case c ON c.id = m.case_id WHERE m.number_ix = ?`, d.People.Index(number))
	if err != nil {
		return nil, fmt.Errorf("reading the cases of a person: %w", err)
	}
	own, err := d.People.ByNumber(ctx, tx, number)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	var all []Held
	for _, v := range rows {
		for _, who := range slices.Compact([]people.ID{v.applicant, own.ID}) {
			if who == "" {
				continue
			}
			held, err := d.heldIn(ctx, tx, v, who)
			if err != nil {
				return nil, err
			}
			all = append(all, held...)
		}
	}
	return all, nil
}

// HeldBy returns what runs for a person with a citizen number, whoever in the
// household applied.
func (d *Desk) HeldBy(ctx context.Context, tx *db.Tx, number string) ([]Held, error) {
	return d.heldBy(ctx, tx, number)
}

// heldIn returns what runs for somebody from one case, if it was decided for
// the member too.
func (d *Desk) heldIn(ctx context.Context, tx *db.Tx, v belonging, who people.ID) ([]Held, error) {
	held, err := d.Holds(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	held = slices.DeleteFunc(slices.Clone(held), func(h Held) bool { return h.Case != v.id })
	if len(held) == 0 {
		return nil, nil
	}
	if in, err := d.covered(ctx, tx, v); err != nil || !in {
		return nil, err
	}
	return held, nil
}

// covered reports whether a case was decided for a member.
func (d *Desk) covered(ctx context.Context, tx *db.Tx, v belonging) (bool, error) {
	dec, ok, err := d.Decided(ctx, tx, v.id)
	if err != nil || !ok {
		return false, err
	}
	s, err := d.shelf.Version(ctx, tx, dec.Version)
	switch {
	case err != nil:
		return false, err
	case s.For != "":
		return v.relation == s.For, nil
	case s.Household == nil || s.Household.Counts == "":
		return true, nil
	}
	return slices.ContainsFunc(dec.Results, func(f Finding) bool {
		return f.Set == s.Household.Counts && f.About == v.member && f.Known && f.Value.Bool()
	}), nil
}

// persons is how many members a service is for, as its rules have judged; all
// of them where it says nothing or it is not known of one.
func persons(c Case, s *catalog.Service, j rule.Judgement) int {
	if s.Household == nil || s.Household.Counts == "" {
		return c.Members
	}
	n := 0
	for _, r := range j.Results {
		switch {
		case r.Rule.Set != s.Household.Counts:
		case !r.Known:
			return c.Members
		case r.Holds():
			n++
		}
	}
	return n
}
