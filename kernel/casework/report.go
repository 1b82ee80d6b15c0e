package casework

import (
	"context"
	"fmt"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/job"
)

// Reported is what somebody says has changed while a case is open.
type Reported struct {
	Facts   []fact.Statement // of one source; may be none
	Members []Member         // who have come
	Papers  []Paper
	Due     calendar.Day // the step is to be done by this day, if not earlier; 0: as it was
	Told    bool         // the departments have just been asked: they are not asked once more
	Title   string       // for the timeline
	Detail  map[string]string
	By      Actor
}

// Report adds what somebody says to an open case and has the departments asked
// once more.
func (d *Desk) Report(ctx context.Context, tx *db.Tx, id ID, r Reported) (Case, error) {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return c, err
	}
	if !c.IsOpen() {
		return c, errs.New(errs.Conflict, "这件事刚刚办完了，请刷新后再看。")
	}
	s, err := d.shelf.Version(ctx, tx, c.Version)
	if err != nil {
		return c, err
	}
	if err := d.join(ctx, tx, &c, s, r); err != nil {
		return c, err
	}
	facts, err := d.Facts(ctx, tx, id)
	if err != nil {
		return c, err
	}
	d.refresh(&c, s, facts, calendar.DayOf(tx.Now))
	if r.Due != 0 && (c.StepDue == 0 || r.Due < c.StepDue) {
		c.StepDue = r.Due
	}
	if err := update(ctx, tx, &c); err != nil {
		return c, err
	}
	if err := d.note(ctx, tx, c, entry{who: r.By, code: "report", title: r.Title, from: c.Step, to: c.Step, detail: r.Detail, shown: true}); err != nil {
		return c, err
	}
	if !r.Told {
		if err := d.AskAnew(ctx, tx, id); err != nil {
			return c, err
		}
	}
	return c, d.Audit.Record(ctx, tx, audit.Entry{Actor: r.By.ID, ActorName: r.By.Name, Role: r.By.Role, Verb: audit.Act, Subject: c.Subject(),
		Person: string(c.Applicant), Purpose: r.Title})
}

func (d *Desk) join(ctx context.Context, tx *db.Tx, c *Case, s *catalog.Service, r Reported) error {
	if len(r.Members) > 0 {
		here, err := d.Members(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if err := CheckHousehold(append(here, r.Members...)); err != nil {
			return err
		}
		c.Members = len(here) + len(r.Members)
		if err := d.joined(ctx, tx, *c, s, r.Members); err != nil {
			return err
		}
		if err := d.file(ctx, tx, c.ID, r.Members); err != nil {
			return err
		}
		if err := d.handOn(ctx, tx, c); err != nil {
			return err
		}
	}
	if err := d.tell(ctx, tx, c.ID, r.Facts); err != nil {
		return err
	}
	for _, p := range r.Papers {
		if err := d.addPaper(ctx, tx, *c, p); err != nil {
			return err
		}
	}
	return nil
}

// joined adds members to an open case.
func (d *Desk) joined(ctx context.Context, tx *db.Tx, c Case, s *catalog.Service, members []Member) error {
	a := Application{Service: s, Members: members}
	told := append(implied(a, tx.Now), unasked(s, members, tx.Now)...)
	for _, m := range members {
		if err := d.addMember(ctx, tx, c.ID, m); err != nil {
			return err
		}
		told = append(told, statement("共同生活", m.Key, fact.BoolOf(true), "self", tx.Now))
		if m.Consented.IsZero() && s.AsksConsent() {
			if err := d.askConsent(ctx, tx, c, a, m); err != nil {
				return err
			}
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE casework_case SET members = ? WHERE id = ?`, c.Members, c.ID); err != nil {
		return fmt.Errorf("counting the members of case %s: %w", c.ID, err)
	}
	return d.tell(ctx, tx, c.ID, told)
}

// AskAnew has all departments of a case asked as if nobody had answered yet.
// What they said stays in the history.
func (d *Desk) AskAnew(ctx context.Context, tx *db.Tx, id ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM casework_lookup WHERE case_id = ?`, id); err != nil {
		return fmt.Errorf("asking the departments of case %s anew: %w", id, err)
	}
	return job.Enqueue(ctx, tx, job.New{Kind: jobLookup, Key: string(id), Payload: id})
}
