package casework

import (
	"context"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
)

// Addition is what colleagues bring to a case beside its steps: facts that they
// vouch for, papers, or just a line in its timeline.
type Addition struct {
	Facts  []fact.Statement // of one source
	Papers []Paper
	Code   string
	Title  string // for the timeline
	Reason string
	Detail map[string]string
	Shown  bool // to the resident
	By     Actor
}

// Add writes an addition down. What brings facts or papers needs an open case,
// and has the rules judge anew.
func (d *Desk) Add(ctx context.Context, tx *db.Tx, id ID, a Addition) (Case, error) {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return c, err
	}
	if len(a.Facts)+len(a.Papers) > 0 {
		if err := d.addTo(ctx, tx, &c, a); err != nil {
			return c, err
		}
	}
	e := entry{who: a.By, code: a.Code, title: a.Title, from: c.Step, to: c.Step, reason: a.Reason, detail: a.Detail, shown: a.Shown}
	if err := d.note(ctx, tx, c, e); err != nil {
		return c, err
	}
	return c, d.Audit.Record(ctx, tx, audit.Entry{Actor: a.By.ID, ActorName: a.By.Name, Role: a.By.Role, Verb: audit.Act, Subject: c.Subject(),
		Person: string(c.Applicant), Purpose: a.Title})
}

func (d *Desk) addTo(ctx context.Context, tx *db.Tx, c *Case, a Addition) error {
	if !c.IsOpen() {
		return errs.New(errs.Conflict, "这件事已经办完了，不能再添东西。")
	}
	s, err := d.shelf.Version(ctx, tx, c.Version)
	if err != nil {
		return err
	}
	if err := d.tell(ctx, tx, c.ID, a.Facts); err != nil {
		return err
	}
	for _, p := range a.Papers {
		if err := d.addPaper(ctx, tx, *c, p); err != nil {
			return err
		}
	}
	facts, err := d.Facts(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	d.refresh(c, s, facts, calendar.DayOf(tx.Now))
	return update(ctx, tx, c)
}
