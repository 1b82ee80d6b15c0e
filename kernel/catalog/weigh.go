package catalog

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
	"minzheng/kernel/secret"
)

const jobImpact = "catalog.impact"

// A run that has not been heard of for so long has died, and another takes over.
const silence = 30 * time.Second

// Weighing is how far the working out of a change's impact is.
type Weighing struct {
	Done, Total int
	Failure     string // a sentence for the reader
	Version     string // of the service that was weighed
	Impact      *Impact
	Mark        string // names this impact of this version
	At          time.Time
}

const weighingColumns = `done, total, failure, version, impact, at`

func scanWeighing(r db.Row) (w Weighing, err error) {
	var impact string
	var at int64
	if err := r.Scan(&w.Done, &w.Total, &w.Failure, &w.Version, &impact, &at); err != nil {
		return w, err
	}
	w.At = db.Time(at)
	if impact == "" {
		return w, nil
	}
	sum := secret.Hash([]byte(w.Version + "\n" + impact))
	w.Mark = hex.EncodeToString(sum[:])
	return w, json.Unmarshal([]byte(impact), &w.Impact)
}

// Weighing returns how far the impact of a change is.
func (c *Changes) Weighing(ctx context.Context, r db.Reader, change string) (Weighing, error) {
	w, err := db.One(ctx, r, scanWeighing, `SELECT `+weighingColumns+` FROM catalog_impact WHERE change_id = ?`, change)
	if err != nil {
		return Weighing{}, fmt.Errorf("reading the impact of change %s: %w", change, err)
	}
	return w, nil
}

// Reweigh has the impact of a proposed change worked out anew.
func (c *Changes) Reweigh(ctx context.Context, tx *db.Tx, who auth.Who, id string) error {
	one, err := c.Find(ctx, tx, who, id)
	if err != nil {
		return err
	}
	if one.State != Proposed {
		return errs.Newf(errs.Conflict, "这项变更已经由%s%s了。", one.DeciderName, one.State.Word())
	}
	return anew(ctx, tx, id)
}

// anew forgets a change's impact and has it worked out.
func anew(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `INSERT INTO catalog_impact (change_id) VALUES (?) ON CONFLICT (change_id) DO UPDATE SET
		run = '', beat_at = 0, done = 0, total = 0, failure = '', version = '', impact = '', at = 0`, id)
	if err != nil {
		return fmt.Errorf("forgetting the impact of change %s: %w", id, err)
	}
	return job.Enqueue(ctx, tx, job.New{Kind: jobImpact, Key: id, Payload: id})
}

// othersAnew has what else is proposed for a service weighed against what now holds.
func (c *Changes) othersAnew(ctx context.Context, tx *db.Tx, done Change) error {
	ids, err := db.All(ctx, tx, db.Value[string], `SELECT id FROM catalog_change WHERE state = 'proposed' AND service = ? AND id <> ?`, done.Service, done.ID)
	if err != nil {
		return fmt.Errorf("listing changes: %w", err)
	}
	for _, id := range ids {
		if err := anew(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// weighed works an impact out. It may take longer than a job may: so it says
// that it lives, and keeps what it found by itself.
func (c *Changes) weighed(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	id, err := job.Read[string](j)
	if err != nil {
		return nil, err
	}
	one, err := c.one(ctx, c.DB, `WHERE id = ?`, id)
	if err != nil || one.State != Proposed {
		return nil, err
	}
	r := run{c: c, change: id, name: db.NewID()}
	if taken, err := r.take(ctx); err != nil || !taken {
		return nil, errors.Join(err, again(taken, c.DB.Now()))
	}
	w := Weighing{}
	q, err := c.question(ctx, one)
	if err == nil {
		q.Progress = r.progress(ctx)
		w.Version = q.New.Version
		var im Impact
		im, err = c.Weigh(ctx, q)
		w.Impact = &im
	}
	if err != nil {
		return nil, r.failed(ctx, err)
	}
	return nil, r.keep(ctx, w)
}

func again(taken bool, now time.Time) error {
	if taken {
		return nil
	}
	return job.Again{At: now.Add(5 * time.Second)}
}

// question is what a change's impact answers: as on the day it begins, or
// today where that day is past and the value still holds.
func (c *Changes) question(ctx context.Context, one Change) (Question, error) {
	old, then, err := c.Pair(ctx, c.DB, one)
	if err != nil {
		return Question{}, err
	}
	on, today := one.From, calendar.DayOf(c.DB.Now())
	if one.From < today && (one.Until == 0 || today <= one.Until) {
		on = today
	}
	return Question{Old: old, New: then, Region: one.Region, On: on}, nil
}

// run is one working out of one impact.
type run struct {
	c            *Changes
	change, name string
}

// take begins the run unless another one lives.
func (r run) take(ctx context.Context) (ok bool, err error) {
	err = r.c.DB.Do(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE catalog_impact SET run = ?, beat_at = ?, done = 0, total = 0 WHERE change_id = ? AND (run = '' OR beat_at < ?)`,
			r.name, db.Millis(tx.Now), r.change, db.Millis(tx.Now.Add(-silence)))
		ok = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("beginning to weigh change %s: %w", r.change, err)
	}
	return ok, nil
}

// set changes the impact's row while the run is the one that counts.
func (r run) set(ctx context.Context, set string, args ...any) error {
	return r.c.DB.Do(ctx, func(tx *db.Tx) error {
		all := append(append([]any{db.Millis(tx.Now)}, args...), r.change, r.name)
		_, err := tx.Exec(ctx, `UPDATE catalog_impact SET beat_at = ?, `+set+` WHERE change_id = ? AND run = ?`, all...)
		if err != nil {
			return fmt.Errorf("keeping the impact of change %s: %w", r.change, err)
		}
		return nil
	})
}

// progress writes down how far the run is, at most once a second.
func (r run) progress(ctx context.Context) func(done, total int) {
	var last time.Time
	return func(done, total int) {
		if time.Since(last) < time.Second {
			return
		}
		last = time.Now()
		r.set(ctx, `done = ?, total = ?`, done, total) // the next one says it again
	}
}

func (r run) keep(ctx context.Context, w Weighing) error {
	impact, err := json.Marshal(w.Impact)
	if err != nil {
		return fmt.Errorf("writing an impact: %w", err)
	}
	n := w.Impact.Households
	return r.set(ctx, `run = '', failure = '', done = ?, total = ?, version = ?, impact = ?, at = ?`, n, n, w.Version, string(impact), db.Millis(r.c.DB.Now()))
}

// failed tells the reader why there is no impact. What is no fault of ours
// does not get better by trying again.
func (r run) failed(ctx context.Context, err error) error {
	if errs.Is(err, errs.Fault) {
		return errors.Join(err, r.set(ctx, `run = '', failure = ?`, "算影响时出了错，系统会自动再算。一直不好的，请找维护人员。"))
	}
	return r.set(ctx, `run = '', failure = ?`, errs.Sentence(conflict(err)))
}
