package monitor

import (
	"context"
	"slices"

	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/exchange"
	"minzheng/kernel/family"
	"minzheng/kernel/job"
)

// Concerns reports whether an event is about somebody who is watched over: one
// of their household is on the register of low income, or left it within a year.
func (r *Room) Concerns(ctx context.Context, tx *db.Tx, e exchange.Event) (bool, error) {
	if _, ok := r.kind(e.Kind); !ok {
		return false, nil
	}
	s, err := r.service()
	if errs.Is(err, errs.NotFound) {
		return false, nil // the bureau has no such service
	}
	if err != nil {
		return false, err
	}
	p, err := r.desk.People.ByNumber(ctx, tx, e.Number)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	home, err := r.families.Of(ctx, tx, p)
	if err != nil {
		return false, err
	}
	on := calendar.DayOf(tx.Now)
	st, err := r.standing(ctx, tx, []family.Home{home}, s, on)
	if err != nil {
		return false, err
	}
	lists := listed(s)
	return slices.ContainsFunc(home.People, func(p family.Person) bool { return st.left(p, lists, on) || st.on(p) }), nil
}

// on reports whether something that puts a person on the register runs.
func (st standing) on(p family.Person) bool {
	for _, b := range p.In {
		if _, ok := st.runs[b.Case]; ok {
			return true
		}
	}
	return false
}

// Heard has a family looked at because of an event that concerns it and came
// for the first time.
func (r *Room) Heard(ctx context.Context, tx *db.Tx, source exchange.Source, e exchange.Event) error {
	p, err := r.desk.People.ByNumber(ctx, tx, e.Number)
	if err != nil {
		return err
	}
	return job.Enqueue(ctx, tx, job.New{Kind: LookKind, Key: source.Code + "/" + e.ID, Payload: look{Person: p.ID, Kind: e.Kind, Source: source.Code}})
}
