package exchange_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/evidence"
	"minzheng/kernel/exchange"
)

func TestASourceThatIsDeadForAnHourLosesAndDoublesNothing(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			deadForAnHour(t, newHouse(t, func(now func() time.Time, s ...db.Schema) *db.DB {
				if engine == "sqlite" {
					return dbtest.OpenAt(t, now, s...)
				}
				return dbtest.OpenPostgres(t, s...).At(now)
			}))
		})
	}
}

func deadForAnHour(t *testing.T, h *house) {
	const n = 40
	h.down = true
	for i := range n {
		h.do(func(tx *db.Tx) error {
			q := h.ask("a")
			q.Subject = fmt.Sprintf("visit/%d", i)
			return h.x.Defer(t.Context(), tx, exchange.Deferred{Question: q, Hook: "desk", Note: q.Subject, Until: h.now().Add(24 * time.Hour)})
		})
	}
	for range 60 {
		h.run()
		h.wait(time.Minute)
	}
	if queues, err := exchange.Queues(t.Context(), h.db); err != nil || len(queues) != 1 || queues[0].Waits != n || len(h.hooked) != 0 {
		t.Fatalf("after an hour %v wait, %d were told: %v", queues, len(h.hooked), err)
	}
	h.mu.Lock()
	h.down, h.failing = false, 3
	h.mu.Unlock()
	for range 90 {
		time.Sleep(2 * time.Millisecond) // the breaker's rest
		if err := h.queue.RunDue(t.Context()); err != nil && h.failing > 0 {
			t.Log(err)
		}
		h.wait(time.Minute)
	}
	if len(h.hooked) != n {
		t.Errorf("%d of %d were told", len(h.hooked), n)
	}
	for i := range n {
		all := h.receipts(fmt.Sprintf("visit/%d", i))
		if len(all) != 1 || all[0].Outcome != exchange.Found {
			t.Errorf("visit %d has the receipts %v", i, all)
		}
	}
	if len(h.answers) != n {
		t.Errorf("the department has seen %d numbers for %d questions", len(h.answers), n)
	}
	inLog(t, h, n)
}

// inLog wants n receipts in the evidence log, each once.
func inLog(t *testing.T, h *house, n int) {
	t.Helper()
	l, err := evidence.New(h.db, h.box, "minzheng-test", exchange.Unlogged)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "out")
	if _, err := l.Export(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if r := evidence.Verify(os.DirFS(dir), evidence.How{}); !r.OK() || r.Point.Size != int64(n) {
		t.Errorf("the log has %d of %d receipts, %v", r.Point.Size, n, r.Findings)
	}
}

func TestWhatIsGivenUpIsTold(t *testing.T) {
	h := sqlite(t)
	h.down = true
	h.do(func(tx *db.Tx) error {
		return h.x.Defer(t.Context(), tx, exchange.Deferred{Question: h.ask("a"), Hook: "desk", Note: "one", Until: h.now().Add(10 * time.Minute)})
	})
	for range 12 {
		h.run()
		h.wait(time.Minute)
	}
	if h.hooked["one"] != exchange.Silent {
		t.Errorf("told %q", h.hooked["one"])
	}
	if queues, _ := exchange.Queues(t.Context(), h.db); len(queues) != 0 {
		t.Errorf("%v still wait", queues)
	}
}

func TestWhatIsAskedAheadIsKeptForItsCaseAloneAndEnds(t *testing.T) {
	h := sqlite(t)
	q := h.ask("a")
	h.do(func(tx *db.Tx) error {
		return h.x.Prefetch(t.Context(), tx, []exchange.Question{q}, h.now(), h.now().Add(time.Hour))
	})
	h.run()
	h.down = true // from now on only what is kept can answer
	kept := func(q exchange.Question) exchange.Answer {
		t.Helper()
		all, err := h.x.AskKept(t.Context(), h.db, []exchange.Question{q})
		if err != nil {
			t.Fatal(err)
		}
		return all[0]
	}
	a := kept(q)
	if a.Outcome != exchange.Found || !a.Kept || string(a.Values["wage"]) != "246000" {
		t.Fatalf("kept: %s, %v", a.Outcome, a.Values)
	}
	h.do(func(tx *db.Tx) error { return exchange.Keep(t.Context(), tx, []exchange.Answer{a}) })
	if n := len(h.receipts("visit/1")); n != 1 {
		t.Errorf("%d receipts of one asking", n)
	}
	for name, change := range map[string]func(*exchange.Question){
		"another case":    func(q *exchange.Question) { q.Subject = "visit/2" },
		"another person":  func(q *exchange.Question) { q.Number = "390121198001010036" },
		"another purpose": func(q *exchange.Question) { q.Purpose = "看看" },
		"more fields":     func(q *exchange.Question) { q.Fields = []string{"wage", "houses"} },
	} {
		other := q
		if change(&other); kept(other).Outcome != exchange.Silent {
			t.Errorf("it opens for %s", name)
		}
	}
	sealed, err := db.One(t.Context(), h.db, db.Value[string], `SELECT answer FROM exchange_sealed`)
	if err != nil {
		t.Fatal(err)
	}
	h.do(func(tx *db.Tx) error { // laid into another case's place
		_, err := tx.Exec(t.Context(), `UPDATE exchange_sealed SET answer = ?, id = 'x'`, sealed)
		return err
	})
	if kept(q).Outcome != exchange.Silent {
		t.Error("it is still there")
	}
	h.down = false
	h.do(func(tx *db.Tx) error {
		return h.x.Remember(t.Context(), tx, h.x.Ask(t.Context(), []exchange.Question{q}), h.now().Add(time.Hour))
	})
	h.wait(61 * time.Minute)
	h.down = true
	if kept(q).Outcome != exchange.Silent {
		t.Error("it opens after its end")
	}
	h.do(func(tx *db.Tx) error { return exchange.Sweep(t.Context(), tx) })
	if n, _ := db.One(t.Context(), h.db, db.Value[int64], `SELECT COUNT(*) FROM exchange_sealed WHERE ends < ?`, db.Millis(h.now())); n != 0 {
		t.Errorf("%d ended answers are kept", n)
	}
}
