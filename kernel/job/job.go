// Package job keeps what must happen later or by the clock.
//
// A job is written in the transaction that makes it necessary, and is removed
// in the transaction that holds its effect. So its effect happens once, though
// its errands to the outside may be run again after a crash.
package job

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"time"

	"minzheng/kernel/db"
)

//go:embed schema
var files embed.FS

// Schema returns the room's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "job", Files: sub}
}

// A Job is one thing to do.
type Job struct {
	ID      string
	Kind    string
	Key     string
	Payload []byte // JSON, as it was enqueued
	Attempt int    // 1 at the first try
}

// Read decodes the payload.
func Read[T any](j Job) (v T, err error) {
	if err := json.Unmarshal(j.Payload, &v); err != nil {
		return v, fmt.Errorf("reading a job of kind %s: %w", j.Kind, err)
	}
	return v, nil
}

// New is a job to be enqueued.
type New struct {
	Kind    string
	Key     string    // at most one waiting job of a kind has a key; "" makes one up
	Payload any       // written as JSON
	At      time.Time // not before; the zero time is at once
}

// Enqueue adds a job that runs once tx is committed. If a job of the same kind
// and key waits already, it stays and takes the earlier of both times; if that
// one is running just now, its effect is dropped and it runs anew.
func Enqueue(ctx context.Context, tx *db.Tx, n New) error {
	payload, err := json.Marshal(n.Payload)
	if err != nil {
		return fmt.Errorf("writing a job of kind %s: %w", n.Kind, err)
	}
	id := db.NewID()
	if n.Key == "" {
		n.Key = id
	}
	if n.At.IsZero() {
		n.At = tx.Now
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO job_job (id, kind, job_key, payload, run_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (kind, job_key) DO UPDATE SET
			run_at = CASE WHEN excluded.run_at < job_job.run_at THEN excluded.run_at ELSE job_job.run_at END,
			payload = excluded.payload, dead = 0, claimed_until = 0, attempt = job_job.attempt + 1`,
		id, n.Kind, n.Key, string(payload), db.Millis(n.At))
	if err != nil {
		return fmt.Errorf("enqueueing a job of kind %s: %w", n.Kind, err)
	}
	return nil
}

// Waiting counts the jobs that are due or to come, by kind, and the dead ones
// under "dead".
func Waiting(ctx context.Context, r db.Reader) (map[string]int, error) {
	type row struct {
		kind string
		n    int
	}
	rows, err := db.All(ctx, r, func(r db.Row) (v row, err error) { return v, r.Scan(&v.kind, &v.n) },
		`SELECT CASE WHEN dead = 1 THEN 'dead' ELSE kind END, COUNT(*) FROM job_job GROUP BY 1`)
	if err != nil {
		return nil, fmt.Errorf("counting jobs: %w", err)
	}
	all := map[string]int{}
	for _, one := range rows {
		all[one.kind] = one.n
	}
	return all, nil
}
