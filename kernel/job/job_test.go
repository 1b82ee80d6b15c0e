package job_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/job"
)

func open(t *testing.T, now *time.Time) (*db.DB, *job.Queue) {
	t.Helper()
	d, err := db.Open(t.Context(), db.Config{Dir: t.TempDir(), Now: func() time.Time { return *now }}, job.Schema())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d, job.NewQueue(d, slog.New(slog.DiscardHandler), 4)
}

func enqueue(t *testing.T, d *db.DB, n job.New) {
	t.Helper()
	if err := d.Do(t.Context(), func(tx *db.Tx) error { return job.Enqueue(t.Context(), tx, n) }); err != nil {
		t.Fatal(err)
	}
}

func TestAJobWaitsForItsTimeAndRunsOnce(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	d, q := open(t, &now)
	var ran []string
	q.Handle("greet", func(_ context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
		who, err := job.Read[string](j)
		ran = append(ran, who)
		return nil, err
	})
	enqueue(t, d, job.New{Kind: "greet", Key: "a", Payload: "later", At: now.Add(time.Hour)})
	enqueue(t, d, job.New{Kind: "greet", Key: "b", Payload: "now"})
	enqueue(t, d, job.New{Kind: "greet", Key: "b", Payload: "now"})
	for range 2 {
		if err := q.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(ran) != 1 || ran[0] != "now" {
		t.Fatalf("ran %v, want [now]", ran)
	}
	now = now.Add(2 * time.Hour)
	if err := q.RunDue(t.Context()); err != nil || len(ran) != 2 {
		t.Fatalf("after its time: ran %v, error %v", ran, err)
	}
}

func TestAFailedEffectLeavesTheJob(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	d, q := open(t, &now)
	fail := true
	q.Handle("k", func(context.Context, job.Job) (func(context.Context, *db.Tx) error, error) {
		return func(context.Context, *db.Tx) error {
			if fail {
				return errors.New("no")
			}
			return nil
		}, nil
	})
	enqueue(t, d, job.New{Kind: "k", Payload: 1})
	if err := q.RunDue(t.Context()); err == nil {
		t.Fatal("a failing job gives no error")
	}
	if w, _ := job.Waiting(t.Context(), d); w["k"] != 1 {
		t.Fatalf("waiting %v, want the job", w)
	}
	fail, now = false, now.Add(time.Hour)
	if err := q.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w, _ := job.Waiting(t.Context(), d); w["k"] != 0 {
		t.Fatalf("waiting %v, want none", w)
	}
}

func TestRunEmptiesTheQueueAndStops(t *testing.T) {
	start := time.Now()
	now := start
	d, q := open(t, &now)
	var n atomic.Int64
	q.Handle("k", func(context.Context, job.Job) (func(context.Context, *db.Tx) error, error) {
		n.Add(1)
		return nil, nil
	})
	for range 50 {
		enqueue(t, d, job.New{Kind: "k", Payload: 1})
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { q.Run(ctx); close(done) }()
	for range 200 {
		if n.Load() == 50 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	cancel()
	<-done
	if n.Load() != 50 {
		t.Fatalf("ran %d jobs, want 50", n.Load())
	}
}
