package casework

import (
	"context"
	"fmt"
	"slices"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
)

const jobLeave = "casework.leave"

// passAtOnce is how many cases change hands in one transaction.
const passAtOnce = 50

// Leaving hands over all open cases of somebody.
type Leaving struct {
	From   string // account
	To     string // a colleague; "" shares them fairly
	Reason string
	Who    Actor
}

// HandOver has all open cases of somebody given to a colleague, or shared
// fairly among the colleagues of each case's office and role. It is a job, and
// goes on where it stopped.
func (d *Desk) HandOver(ctx context.Context, tx *db.Tx, l Leaving) error {
	switch {
	case l.From == "":
		return fmt.Errorf("a hand-over of nobody")
	case l.From == l.To:
		return errs.Problems{{Field: "to", Sentence: "请选另一位同事。"}}
	case len([]rune(l.Reason)) > 2000:
		return errs.Problems{{Field: "reason", Sentence: "说明最多写 2000 个字。"}}
	}
	if err := job.Enqueue(ctx, tx, job.New{Kind: jobLeave, Key: l.From, Payload: l}); err != nil {
		return err
	}
	return d.Audit.Record(ctx, tx, audit.Entry{Actor: l.Who.ID, ActorName: l.Who.Name, Role: l.Who.Role, Verb: audit.Manage, Subject: "account/" + l.From,
		Purpose: "转交全部在办", Detail: map[string]string{"to": l.To}})
}

// leave is the job that passes some cases on, and comes again while there are more.
func (d *Desk) leave(_ context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	l, err := job.Read[Leaving](j)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		cases, err := all(ctx, tx, `WHERE assignee = ? AND state = 'open' ORDER BY nearest, id LIMIT ?`, l.From, passAtOnce)
		if err != nil {
			return err
		}
		for _, c := range cases {
			if err := d.pass(ctx, tx, c.ID, l); err != nil {
				return err
			}
		}
		if len(cases) < passAtOnce {
			return nil
		}
		return job.Enqueue(ctx, tx, job.New{Kind: jobLeave, Key: l.From, Payload: l})
	}, nil
}

// pass gives one case on. Where nobody else is there it is left with the office.
func (d *Desk) pass(ctx context.Context, tx *db.Tx, id ID, l Leaving) error {
	c, err := hold(ctx, tx, id)
	if err != nil || !c.IsOpen() || c.Assignee != l.From {
		return err
	}
	staff, err := d.Ready(ctx, tx, c.ID, c.seat(), calendar.DayOf(tx.Now))
	if err != nil {
		return err
	}
	staff = slices.DeleteFunc(staff, func(w Worker) bool { return w.ID == l.From })
	if slices.ContainsFunc(staff, func(w Worker) bool { return w.ID == l.To }) {
		c.Assignee = l.To
	} else if c.Assignee, err = least(ctx, tx, staff); err != nil {
		return err
	}
	return d.handed(ctx, tx, &c, l.From, Handover{Case: c.ID, Reason: l.Reason, Who: l.Who}, staff)
}
