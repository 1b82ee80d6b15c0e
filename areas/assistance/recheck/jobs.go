package recheck

import (
	"context"
	"fmt"
	"time"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/job"
)

// The kinds of jobs.
const (
	DailyKind = "assistance.recheck"
	FeedsKind = "assistance.feeds"
	EventKind = "assistance.event"
)

// feedsEvery is how often the departments' feeds are read.
const feedsEvery = 10 * time.Minute

// Daily opens the re-checks whose month has come, and looks for overlaps; it
// comes again tomorrow. Each re-check is one transaction, and one that is open
// or done is not due: ended anywhere, it is simply run again.
func (r *Room) Daily(ctx context.Context, _ job.Job) (func(context.Context, *db.Tx) error, error) {
	if err := r.CoverAll(ctx); err != nil {
		return nil, err
	}
	if _, err := r.OpenDue(ctx); err != nil {
		return nil, err
	}
	if err := r.FindOverlaps(ctx); err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		tomorrow := (calendar.DayOf(tx.Now) + 1).Start().Add(time.Hour)
		return job.Enqueue(ctx, tx, job.New{Kind: DailyKind, Key: "again", At: tomorrow})
	}, nil
}

// OpenDue opens the re-checks whose month has come and returns how many. One
// that cannot be opened is logged and holds none of the others back.
func (r *Room) OpenDue(ctx context.Context) (opened int, err error) {
	for last := ""; ; {
		some, err := db.All(ctx, r.desk.DB, scanBenefit, `SELECT `+benefitColumns+` FROM assistance_benefit AS b
			WHERE `+goesOn("b")+` AND review <> '' AND review <= ? AND id > ?
			AND NOT EXISTS (SELECT 1 FROM assistance_recheck AS c WHERE c.open_key = b.id) ORDER BY id LIMIT ?`, string(r.month()), string(r.month()), last, atOnce)
		if err != nil {
			return opened, fmt.Errorf("reading what is due for re-check: %w", err)
		}
		for _, b := range some {
			last = b.ID
			if err := ctx.Err(); err != nil {
				return opened, err
			}
			if err := r.openDue(ctx, b); err != nil {
				r.desk.Log.Error("opening a re-check", "benefit", b.ID, "error", err)
				continue
			}
			opened++
		}
		if len(some) < atOnce {
			return opened, nil
		}
	}
}

func (r *Room) openDue(ctx context.Context, b Benefit) error {
	return r.desk.DB.Do(ctx, func(tx *db.Tx) error {
		fresh, err := Find(ctx, tx, b.ID)
		if err != nil || !fresh.runs(ledger.MonthOf(calendar.DayOf(tx.Now))) || fresh.Review > ledger.MonthOf(calendar.DayOf(tx.Now)) {
			return err
		}
		_, err = r.Look(ctx, tx, Occasion{Benefit: b.ID, Origin: Due, Title: b.Review.Long() + "到期复核", By: casework.System,
			Told: "您家的" + b.Title + "到了复核的时候，我们先向部门核对，不用您做什么。有变化会告诉您。"})
		return err
	})
}
