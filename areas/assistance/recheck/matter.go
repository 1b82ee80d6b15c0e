package recheck

import (
	"context"
	"fmt"
	"slices"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/joint/matter"
)

// Changed has every benefit looked at that a change of a joint matter concerns.
// What a resident says is a hint: departments are asked, and nothing stops by
// itself.
func (r *Room) Changed(ctx context.Context, tx *db.Tx, c matter.Change) ([]casework.ID, error) {
	number := c.Number
	if c.Kind == matter.Came {
		number = c.Of.Number
	}
	benefits, err := r.runningOf(ctx, tx, number)
	if err != nil {
		return nil, err
	}
	var all []casework.ID
	for _, id := range benefits {
		b, err := Find(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		o, err := r.changed(ctx, tx, b, c)
		if err != nil {
			return nil, err
		}
		looked, err := r.Look(ctx, tx, o)
		if err != nil {
			return nil, err
		}
		all = append(all, looked.ID)
	}
	return all, nil
}

// runningOf returns the running benefits that a person lives on or receives.
func (r *Room) runningOf(ctx context.Context, tx *db.Tx, number string) ([]string, error) {
	month := ledger.MonthOf(calendar.DayOf(tx.Now))
	all, err := livingOn(ctx, tx, r.desk.People.Index(number), month)
	if err != nil {
		return nil, err
	}
	p, err := r.desk.People.ByNumber(ctx, tx, number)
	if errs.Is(err, errs.NotFound) {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	own, err := db.All(ctx, tx, db.Value[string], `SELECT b.id FROM assistance_benefit AS b WHERE b.recipient = ? AND `+goesOn("b")+` ORDER BY b.id`, p.ID, string(month))
	if err != nil {
		return nil, fmt.Errorf("finding the benefits of a person: %w", err)
	}
	return slices.Compact(slices.Sorted(slices.Values(append(all, own...)))), nil
}

// changed is a change as the occasion of a re-check.
func (r *Room) changed(ctx context.Context, tx *db.Tx, b Benefit, c matter.Change) (Occasion, error) {
	o := Occasion{Benefit: b.ID, Origin: Resident, By: c.By, Told: "家里人说的变化我们收到了，先向部门核对，有结果会告诉您。这段时间照常发。"}
	if c.Kind == matter.Died {
		index := r.desk.People.Index(c.Number)
		o.Title, o.Person, o.Died, o.Due = "家里人告知：有人去世", index, index, c.On.AddMonths(settleDeath)
		o.Facts = []fact.Statement{{Name: "已去世", About: Subject, Value: fact.BoolOf(true), Source: "self", At: tx.Now.UTC()},
			{Name: "去世日期", About: Subject, Value: fact.DateOf(int32(c.On)), Source: "self", At: tx.Now.UTC()}}
		return o, nil
	}
	o.Title = "家里人告知：结婚了"
	if b.Recipient != string(c.Of.ID) {
		return o, nil // who it is to whoever applied is for a clerk to ask
	}
	last, err := r.lookedAt(ctx, tx, b)
	if err != nil {
		return o, err
	}
	s, err := r.desk.Services().Version(ctx, tx, last.Version)
	if err != nil || s.Household == nil || !slices.Contains(s.Household.Relations, "配偶") {
		return o, err
	}
	members, err := r.desk.Members(ctx, tx, last.ID)
	if err != nil || slices.ContainsFunc(members, func(m casework.Member) bool { return m.Relation == "配偶" || m.Number == c.Number }) {
		return o, err
	}
	born, _ := form.Born(c.Number)
	o.Members = []casework.Member{{Name: c.Name, Number: c.Number, Relation: "配偶", Birth: calendar.Date(born.Year(), int(born.Month()), born.Day())}}
	return o, nil
}

// lookedAt is the case that says last who is in a family: the open re-check's,
// or that which was decided last.
func (r *Room) lookedAt(ctx context.Context, tx *db.Tx, b Benefit) (casework.Case, error) {
	open, err := db.All(ctx, tx, db.Value[string], `SELECT case_id FROM assistance_recheck WHERE open_key = ?`, b.ID)
	if err != nil {
		return casework.Case{}, fmt.Errorf("finding the open re-check: %w", err)
	}
	if len(open) > 0 {
		return casework.Find(ctx, tx, casework.ID(open[0]))
	}
	return lastCase(ctx, tx, b)
}
