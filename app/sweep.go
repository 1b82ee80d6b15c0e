package app

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"time"

	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
	"minzheng/kernel/secret"
)

const jobSweep = "app.sweep"

// sweepHour is when the register is looked through, by the clock of the county.
const sweepHour = 2

// Sweep has every area look through the register, as of a day, for people who
// qualify for something and have not asked.
func (a *App) Sweep(ctx context.Context, on calendar.Day) ([]area.Swept, error) {
	var all []area.Swept
	for _, one := range a.Catalogue.Areas {
		if one.Sweep == nil {
			continue
		}
		s, err := one.Sweep(ctx, a.Desk, on)
		if err != nil {
			return all, err
		}
		all = append(all, s)
	}
	return all, nil
}

// SweepRegister is Sweep of the bureau in a data directory.
func SweepRegister(ctx context.Context, c Config, on calendar.Day) ([]area.Swept, error) {
	if _, err := os.Stat(secret.File(c.Dir)); err != nil {
		return nil, fmt.Errorf("%w: %s is not a data directory of minzheng", fs.ErrNotExist, c.Dir)
	}
	a, err := Open(ctx, c)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	return a.Sweep(ctx, on)
}

// sweeps looks through the register every night.
func (a *App) sweeps() {
	a.Queue.Handle(jobSweep, func(ctx context.Context, _ job.Job) (func(context.Context, *db.Tx) error, error) {
		_, err := a.Sweep(ctx, calendar.DayOf(a.DB.Now()))
		if errs.Is(err, errs.Conflict) { // another process is at it, or one has just died
			return nil, job.Again{At: a.DB.Now().Add(time.Minute)}
		}
		if err != nil {
			return nil, fmt.Errorf("looking through the register: %w", err)
		}
		return enqueueSweep, nil
	})
}

func enqueueSweep(ctx context.Context, tx *db.Tx) error {
	return job.Enqueue(ctx, tx, job.New{Kind: jobSweep, Key: "night", At: night(tx.Now)})
}

// night is the next time at which the register is looked through.
func night(now time.Time) time.Time {
	at := calendar.DayOf(now).Start().Add(sweepHour * time.Hour)
	if !at.After(now) {
		at = (calendar.DayOf(now) + 1).Start().Add(sweepHour * time.Hour)
	}
	return at
}

// offers are those of all areas together: there is at most one area that makes
// any.
func (a *App) offers() *area.Offers {
	for _, one := range a.Catalogue.Areas {
		if one.Offers != nil {
			return one.Offers(a.Desk)
		}
	}
	return nil
}
