package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"minzheng/kernel/db"
)

// Handler does the errands of a job outside any transaction and returns what
// is to be committed together with the job's completion (nil for nothing). An
// error has the job tried again later.
type Handler func(ctx context.Context, j Job) (func(ctx context.Context, tx *db.Tx) error, error)

// Again is returned by a handler that wants to be called again at a time,
// without counting it as a failure.
type Again struct{ At time.Time }

func (a Again) Error() string { return "again at " + a.At.Format(time.RFC3339) }

// Queue runs jobs. Make it with NewQueue, tell it the handlers, then Run it.
type Queue struct {
	db       *db.DB
	log      *slog.Logger
	handlers map[string]Handler
	workers  int
}

const (
	claimFor    = 2 * time.Minute
	idle        = 150 * time.Millisecond
	mostAttempt = 12
)

// NewQueue returns a queue that runs as many jobs at once as workers says.
func NewQueue(d *db.DB, log *slog.Logger, workers int) *Queue {
	return &Queue{db: d, log: log, handlers: map[string]Handler{}, workers: workers}
}

// Handle has jobs of a kind done by h. It panics on a second handler for a kind.
func (q *Queue) Handle(kind string, h Handler) {
	if _, ok := q.handlers[kind]; ok {
		panic("two handlers for jobs of kind " + kind)
	}
	q.handlers[kind] = h
}

// Run does jobs until ctx ends, then waits for those in hand.
func (q *Queue) Run(ctx context.Context) {
	free := make(chan struct{}, q.workers)
	var busy sync.WaitGroup
	defer busy.Wait()
	for ctx.Err() == nil {
		n := q.workers - len(free)
		jobs, err := q.claim(ctx, n)
		if err != nil && ctx.Err() == nil {
			q.log.Error("claiming jobs", "error", err)
		}
		for _, j := range jobs {
			free <- struct{}{}
			busy.Go(func() {
				defer func() { <-free }()
				q.try(context.WithoutCancel(ctx), j)
			})
		}
		if len(jobs) == n && n > 0 {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(idle):
		}
	}
}

// RunDue does everything that is due at the database's clock, as many at once
// as there are workers, until nothing is due. For tests and for seeding.
func (q *Queue) RunDue(ctx context.Context) error {
	for range 100000 {
		jobs, err := q.claim(ctx, q.workers)
		if err != nil || len(jobs) == 0 {
			return err
		}
		failures := make([]error, len(jobs))
		var all sync.WaitGroup
		for i, j := range jobs {
			all.Go(func() {
				if err := q.try(ctx, j); err != nil {
					failures[i] = fmt.Errorf("job %s: %w", j.Kind, err)
				}
			})
		}
		all.Wait()
		if err := errors.Join(failures...); err != nil {
			return err
		}
	}
	return errors.New("jobs never end")
}

func (q *Queue) claim(ctx context.Context, n int) ([]Job, error) {
	if n == 0 {
		return nil, nil
	}
	now := db.Millis(q.db.Now())
	due, err := db.One(ctx, q.db, db.Value[int64],
		`SELECT COUNT(*) FROM (SELECT 1 FROM job_job WHERE dead = 0 AND run_at <= ? AND claimed_until <= ? LIMIT 1) AS one`, now, now)
	if err != nil || due == 0 {
		return nil, err
	}
	var jobs []Job
	err = q.db.Do(ctx, func(tx *db.Tx) error {
		skip := ""
		if tx.Engine() == db.PostgreSQL {
			skip = "FOR UPDATE SKIP LOCKED"
		}
		jobs, err = db.All(ctx, tx, scan, `
			UPDATE job_job SET claimed_until = ?, attempt = attempt + 1 WHERE id IN (
				SELECT id FROM job_job WHERE dead = 0 AND run_at <= ? AND claimed_until <= ?
				ORDER BY run_at, id LIMIT ? `+skip+`)
			RETURNING id, kind, job_key, payload, attempt`,
			db.Millis(tx.Now.Add(claimFor)), db.Millis(tx.Now), db.Millis(tx.Now), n)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claiming jobs: %w", err)
	}
	return jobs, nil
}

func scan(r db.Row) (j Job, err error) {
	err = r.Scan(&j.ID, &j.Kind, &j.Key, &j.Payload, &j.Attempt)
	return j, err
}

// try does one job and puts it back when it fails.
func (q *Queue) try(ctx context.Context, j Job) error {
	err := q.do(ctx, j)
	if err == nil {
		return nil
	}
	at, failure := q.db.Now().Add(backoff(j.Attempt)), err.Error()
	var again Again
	if errors.As(err, &again) {
		at, failure = again.At, ""
	}
	dead := failure != "" && j.Attempt >= mostAttempt
	if failure != "" {
		q.log.Warn("a job failed", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "error", err)
	}
	putBack := q.db.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE job_job SET claimed_until = 0, run_at = ?, failure = ?, dead = ?,
			attempt = CASE WHEN ? = '' THEN attempt - 1 ELSE attempt END WHERE id = ?`,
			db.Millis(at), failure, b2i(dead), failure, j.ID)
		return err
	})
	if failure == "" {
		return putBack
	}
	return errors.Join(err, putBack)
}

func (q *Queue) do(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	h, ok := q.handlers[j.Kind]
	if !ok {
		return fmt.Errorf("nobody does jobs of kind %s", j.Kind)
	}
	effect, err := h(ctx, j)
	if err != nil {
		return err
	}
	return q.db.Do(ctx, func(tx *db.Tx) error {
		if n, err := tx.Exec(ctx, `DELETE FROM job_job WHERE id = ? AND attempt = ?`, j.ID, j.Attempt); err != nil || n == 0 {
			return err // somebody else has taken it over: its effect is theirs
		}
		if effect == nil {
			return nil
		}
		return effect(ctx, tx)
	})
}

func backoff(attempt int) time.Duration {
	return min(time.Duration(1<<min(attempt, 12))*time.Second, time.Hour)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
