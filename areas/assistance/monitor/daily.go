package monitor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/job"
)

// DailyKind is the kind of the job that looks after warnings once a day.
const DailyKind = "assistance.monitor.daily"

const atOnce = 100

// Daily tells heads of offices what nobody was in touch about in time, and
// looks for what was granted since; it comes again tomorrow. Each warning is
// one transaction, so it may be ended anywhere and run again.
func (r *Room) Daily(ctx context.Context, _ job.Job) (func(context.Context, *db.Tx) error, error) {
	if err := r.Escalate(ctx); err != nil {
		return nil, err
	}
	if err := r.LinkHelp(ctx); err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		tomorrow := (calendar.DayOf(tx.Now) + 1).Start().Add(time.Hour)
		return job.Enqueue(ctx, tx, job.New{Kind: DailyKind, Key: "again", At: tomorrow})
	}, nil
}

// Escalate passes the warnings that nobody was in touch about in time to the
// head of the office.
func (r *Room) Escalate(ctx context.Context) error {
	today := calendar.DayOf(r.desk.DB.Now())
	return r.each(ctx, `closed = 0 AND reached = 0 AND due <> '' AND due < ?`, []any{today.String()}, func(ctx context.Context, tx *db.Tx, w Warning) error {
		c, err := casework.Find(ctx, tx, w.Case)
		if err != nil || !c.IsOpen() || c.Step != "contact" || c.StepDue == 0 || c.StepDue >= calendar.DayOf(tx.Now) {
			return err
		}
		_, err = r.desk.Act(ctx, tx, casework.Doing{Case: w.Case, Act: "escalate", Who: casework.System})
		return err
	})
}

// LinkHelp ties warnings to what was granted to their families since.
func (r *Room) LinkHelp(ctx context.Context) error {
	// A grant of the last day in question may be seen a day late.
	since := db.Millis(r.desk.DB.Now().AddDate(0, 0, -7))
	return r.each(ctx, `help = '' AND help_by >= ?`, []any{since}, r.link)
}

// each does something with warnings, each in a transaction of its own. What
// fails is logged and holds none of the others back.
func (r *Room) each(ctx context.Context, where string, args []any, do func(context.Context, *db.Tx, Warning) error) error {
	return r.walk(ctx, where, args, func(w Warning) error {
		if err := r.desk.DB.Do(ctx, func(tx *db.Tx) error { return do(ctx, tx, w) }); err != nil {
			r.desk.Log.Error("looking after a warning", "warning", w.ID, "error", err)
		}
		return nil
	})
}

// walk hands over the warnings that a condition chooses, some at a time.
func (r *Room) walk(ctx context.Context, where string, args []any, do func(Warning) error) error {
	for last := ""; ; {
		some, err := db.All(ctx, r.desk.DB, r.scan, `SELECT `+columns+` FROM assistance_warning WHERE `+where+` AND id > ? ORDER BY id LIMIT ?`,
			append(args[:len(args):len(args)], last, atOnce)...)
		if err != nil {
			return fmt.Errorf("reading warnings: %w", err)
		}
		for _, w := range some {
			last = w.ID
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := do(w); err != nil {
				return err
			}
		}
		if len(some) < atOnce {
			return nil
		}
	}
}

// link ties a warning to the first thing that was asked for after it and
// granted in time: so it has become help.
func (r *Room) link(ctx context.Context, tx *db.Tx, w Warning) error {
	persons, err := db.All(ctx, tx, db.Value[string], `SELECT person FROM assistance_warned WHERE warning = ? ORDER BY person`, w.ID)
	if err != nil {
		return fmt.Errorf("reading whom a warning is about: %w", err)
	}
	in, err := casework.Belongings(ctx, tx, persons)
	if err != nil {
		return err
	}
	var first casework.Belonging
	for _, some := range in {
		for _, b := range some {
			granted := b.State == casework.Approved && b.Opened.After(w.Raised) && !b.Closed.After(w.HelpBy)
			if granted && r.helps(b.Service) && (first.Case == "" || b.Closed.Before(first.Closed)) {
				first = b
			}
		}
	}
	if first.Case == "" {
		return nil
	}
	s, err := r.desk.Services().Version(ctx, tx, first.Version)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE assistance_warning SET help = ?, help_name = ? WHERE id = ? AND help = ''`, first.Case, s.Title, w.ID); err != nil {
		return fmt.Errorf("tying a warning to what was granted: %w", err)
	}
	return nil
}

// helps reports whether a service gives something to who asks for it.
func (r *Room) helps(code string) bool {
	return slices.ContainsFunc(r.desk.Services().All(), func(s *catalog.Service) bool { return s.Code == code && !s.Internal && !s.Procedure })
}
