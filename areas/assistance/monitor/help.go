package monitor

import (
	"context"
	"fmt"
	"slices"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/family"
)

// helpOf says what the family of a warning gets, and what it may still get.
func (p pages) helpOf(ctx context.Context, w Warning, v *onePage) error {
	one, err := p.desk.People.Find(ctx, p.desk.DB, w.Person)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	h, err := p.families.Of(ctx, p.desk.DB, one)
	if err != nil {
		return err
	}
	runs, err := p.runs(ctx, p.desk.DB, h)
	if err != nil {
		return err
	}
	p.families.Hold(&h, runs)
	gets := func(one family.Person, service string) bool {
		return slices.ContainsFunc(one.Held, func(b casework.Held) bool { return b.Service == service })
	}
	for _, s := range p.families.Standings(&h, p.desk.DB.Now(), gets) {
		switch s.Best() {
		case family.Gets:
			v.Gets = append(v.Gets, s.Service.Title)
		case family.Asked:
			v.May = append(v.May, s.Service.Title+"：正在办")
		case family.May:
			v.May = append(v.May, s.Service.Title+"：照已知情况符合")
		case family.Unsure:
			if s.Service.StartedBy("staff") && s.Service.StartedBy("event") {
				v.May = append(v.May, s.Service.Title+"：问清情况再看")
			}
		}
	}
	return nil
}

// runs is all that runs for a household, by the case that brought it.
func (r *Room) runs(ctx context.Context, rd db.Reader, h family.Home) (map[casework.ID]casework.Held, error) {
	var ids []string
	for _, p := range h.People {
		for _, b := range p.In {
			ids = append(ids, string(b.Case))
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := db.In(ids)
	month := string(ledger.MonthOf(calendar.DayOf(r.desk.DB.Now())))
	all, err := db.All(ctx, rd, func(r db.Row) (v casework.Held, err error) { return v, r.Scan(&v.Case, &v.Service) },
		`SELECT case_id, service FROM assistance_benefit WHERE case_id IN (`+in+`) AND kind <> 'once' AND (until = '' OR until >= ?) AND (ends = '' OR ends >= ?)`, append(args, month, month)...)
	if err != nil {
		return nil, fmt.Errorf("reading what runs: %w", err)
	}
	runs := map[casework.ID]casework.Held{}
	for _, b := range all {
		runs[b.Case] = b
	}
	return runs, nil
}
