package recompute_test

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"minzheng/areas/assistance/recompute"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/job"
)

func jobOf(run recompute.Run, kind string) job.Job {
	return job.Job{ID: "test", Kind: kind, Payload: []byte(`"` + run.ID + `"`)}
}

// whole checks that a run over so many families has each line once.
func (h *house) whole(run recompute.Run, families int) {
	h.Helper()
	lines, err := h.room.Lines(h.Context(), h.db, run.ID, "", 0, 1<<20)
	h.must(err)
	seen := map[string]bool{}
	for _, l := range lines {
		seen[l.Benefit] = true
	}
	if got := h.find(run.ID); len(lines) != families || len(seen) != families || got.Done != families || got.Total != families {
		h.Fatalf("%d families have %d lines, %d different; the run is %+v", families, len(lines), len(seen), got)
	}
	h.reconciles(run)
}

func TestAPageThatBreaksInTheMiddleStandsOrFallsAsAWhole(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		for _, g := range mixed(30) {
			h.family(g)
		}
		h.lay(raised("2026-01-01", "1300"))
		run := h.order("2025-11")
		small := h.room.Paged(7, time.Hour)
		// A line that is there already breaks the third page after some of its lines.
		in := `(SELECT id FROM assistance_benefit ORDER BY region, id LIMIT 1 OFFSET 17)`
		h.do(func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO assistance_recompute_line (run, benefit, case_id, region, township, kind, arrears, over, goes_on, now, next, months)
				SELECT ?, id, case_id, region, region, 'same', 0, 0, 0, 0, 0, '[]' FROM assistance_benefit WHERE id = `+in, run.ID)
			return err
		})
		if _, err := small.Compute(t.Context(), jobOf(run, recompute.ComputeKind)); err == nil {
			t.Fatal("a broken page is taken")
		}
		if got := h.find(run.ID); got.Done != 14 || got.Failure == "" || h.one(`SELECT COUNT(*) FROM assistance_recompute_line WHERE run = ?`, run.ID) != 15 {
			t.Fatalf("after the break the run is %+v", got)
		}
		h.do(func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `DELETE FROM assistance_recompute_line WHERE run = ? AND months = '[]'`, run.ID)
			return err
		})
		if _, err := small.Compute(t.Context(), jobOf(run, recompute.ComputeKind)); err != nil {
			t.Fatal(err)
		}
		h.whole(run, 30)
		h.must(h.confirm(gao, run, recompute.Decision{}))
		h.writesThroughABreak(run, small)
	})
}

// writesThroughABreak breaks the writing once, and lets it go on.
func (h *house) writesThroughABreak(run recompute.Run, small *recompute.Room) {
	h.Helper()
	h.do(func(tx *db.Tx) error {
		_, err := tx.Exec(h.Context(), `INSERT INTO assistance_due (id, benefit, run, kind, amount, months, state, why, made_at)
			SELECT 'broken', benefit, run, 'arrears', 1, '[]', 'open', '', 0 FROM assistance_recompute_line WHERE run = ? AND arrears > 0 ORDER BY region DESC, benefit DESC LIMIT 1`, run.ID)
		return err
	})
	if _, err := small.Write(h.Context(), jobOf(run, recompute.WriteKind)); err == nil {
		h.Fatal("a due is made twice")
	}
	got := h.find(run.ID)
	written := h.one(`SELECT COUNT(*) FROM assistance_recompute_line WHERE run = ? AND state <> ''`, run.ID)
	if got.State != recompute.Confirming || int64(got.Done) != written || written == 0 {
		h.Fatalf("%d lines are written, the run is %+v", written, got)
	}
	h.do(func(tx *db.Tx) error {
		_, err := tx.Exec(h.Context(), `DELETE FROM assistance_due WHERE id = 'broken'`)
		return err
	})
	if _, err := small.Write(h.Context(), jobOf(run, recompute.WriteKind)); err != nil {
		h.Fatal(err)
	}
	h.reconciles(run)
	lines := h.one(`SELECT COUNT(*) FROM assistance_recompute_line WHERE run = ? AND arrears > 0`, run.ID)
	if got := h.find(run.ID); got.State != recompute.Confirmed || h.one(`SELECT COUNT(*) FROM assistance_due WHERE kind = 'arrears'`) != lines {
		h.Fatalf("of %d lines with arrears some are lost; the run is %+v", lines, got)
	}
	if told := h.one(`SELECT COUNT(*) FROM notify_message`); told < lines {
		h.Errorf("%d families were told, want at least %d", told, lines)
	}
}

func TestALongRunHandsOverToJobsOfItsOwn(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	for _, g := range mixed(20) {
		h.family(g)
	}
	h.lay(raised("2026-01-01", "1300"))
	short := h.room.Paged(3, 0)
	q := job.NewQueue(h.db, h.desk.Log, 1)
	q.Handle(recompute.ComputeKind, func(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
		return h.room.Paged(3, time.Nanosecond).Compute(ctx, j)
	})
	run := h.order("2026-01")
	if effect, err := short.Compute(t.Context(), jobOf(run, recompute.ComputeKind)); err != nil || effect == nil {
		t.Fatalf("a job without time gives no other job: %v", err)
	}
	h.must(q.RunDue(t.Context()))
	h.whole(run, 20)
}

func TestSeveralWorkersAtOneRunDoNoPageTwice(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		for _, g := range mixed(40) {
			h.family(g)
		}
		h.lay(raised("2026-01-01", "1300"))
		run := h.order("2025-11")
		h.all(func() error {
			_, err := h.room.Paged(2, time.Hour).Compute(t.Context(), jobOf(run, recompute.ComputeKind))
			return err
		})
		if _, err := h.room.Compute(t.Context(), jobOf(run, recompute.ComputeKind)); err != nil {
			t.Fatal(err)
		}
		h.whole(run, 40)
		h.must(h.confirm(gao, run, recompute.Decision{}))
		h.all(func() error {
			_, err := h.room.Paged(2, time.Hour).Write(t.Context(), jobOf(run, recompute.WriteKind))
			return err
		})
		if _, err := h.room.Write(t.Context(), jobOf(run, recompute.WriteKind)); err != nil {
			t.Fatal(err)
		}
		h.reconciles(run)
		if h.find(run.ID).State != recompute.Confirmed {
			t.Error("the run is not through")
		}
	})
}

// all does something four times at once.
func (h *house) all(fn func() error) {
	h.Helper()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := fn(); err != nil {
				h.Error(err)
			}
		})
	}
	all.Wait()
}

// TestWorkerThatIsKilled is the worker that the next test starts and kills.
func TestWorkerThatIsKilled(t *testing.T) {
	run := os.Getenv("RECOMPUTE_RUN")
	if run == "" {
		return // it is only run by the test below, as a process
	}
	h := open(t, os.Getenv("RECOMPUTE_DIR"), os.Getenv("RECOMPUTE_DSN"))
	h.lay(raised("2026-01-01", "1300"))
	one := h.room.Paged(1, time.Hour)
	for _, work := range []job.Handler{one.Compute, one.Write} {
		if _, err := work(t.Context(), job.Job{Payload: []byte(`"` + run + `"`)}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKillMinusNineLosesNoLineAndDoublesNone(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills processes")
	}
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			dir, dsn := t.TempDir(), ""
			if engine == db.PostgreSQL {
				dsn = dbtest.DSN(t)
			}
			h := open(t, dir, dsn)
			const families = 120
			h.do(func(tx *db.Tx) error {
				for _, g := range mixed(families) {
					if _, err := h.add(tx, g); err != nil {
						return err
					}
				}
				return nil
			})
			h.lay(raised("2026-01-01", "1300"))
			run := h.order("2025-11")
			kills := h.throughKills(run, dsn, recompute.Ready)
			h.whole(run, families)
			h.must(h.confirm(gao, run, recompute.Decision{}))
			kills += h.throughKills(run, dsn, recompute.Confirmed)
			h.reconciles(run)
			if n := h.one(`SELECT COUNT(*) FROM assistance_recompute_line WHERE run = ? AND state = ''`, run.ID); n != 0 {
				t.Errorf("%d lines were left out", n)
			}
			if kills < 3 {
				t.Errorf("only %d processes were killed at their work", kills)
			}
			t.Logf("killed %d times", kills)
		})
	}
}

// mostKills is how many workers are killed before one is left alone.
const mostKills = 5

// throughKills starts workers and kills each after it has done something, and
// leaves the last one alone. It returns how many died at their work.
func (h *house) throughKills(run recompute.Run, dsn string, until recompute.State) (kills int) {
	h.Helper()
	for h.find(run.ID).State != until {
		w := exec.Command(os.Args[0], "-test.run=^TestWorkerThatIsKilled$")
		w.Env = append(os.Environ(), "RECOMPUTE_RUN="+run.ID, "RECOMPUTE_DIR="+h.dir, "RECOMPUTE_DSN="+dsn)
		if kills >= mostKills {
			out, err := w.CombinedOutput()
			if err != nil || h.find(run.ID).State != until {
				h.Fatalf("the last worker ends with %v, and the run is %+v\n%s", err, h.find(run.ID), out)
			}
			continue
		}
		before := h.find(run.ID).Done
		h.must(w.Start())
		ended := make(chan error, 1)
		go func() { ended <- w.Wait() }()
		if h.moves(run, before, ended) {
			time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond)
			if w.Process.Kill() == nil && h.find(run.ID).State != until {
				kills++
			}
			<-ended
		}
	}
	return kills
}

// moves waits until the worker has done a page or has ended.
func (h *house) moves(run recompute.Run, before int, ended chan error) bool {
	h.Helper()
	for range 6000 {
		select {
		case err := <-ended:
			h.must(err)
			return false
		case <-time.After(5 * time.Millisecond):
		}
		if h.find(run.ID).Done != before {
			return true
		}
	}
	h.Fatal("the worker does nothing")
	return false
}
