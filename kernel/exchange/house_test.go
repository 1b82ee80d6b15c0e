package exchange_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/evidence"
	"minzheng/kernel/exchange"
	"minzheng/kernel/job"
	"minzheng/kernel/secret"
)

// house is an exchange with its database, under the test's own clock, before a
// department that can fail.
type house struct {
	t       *testing.T
	db      *db.DB
	box     *secret.Box
	x       *exchange.Exchange
	queue   *job.Queue
	mu      sync.Mutex
	at      time.Time
	down    bool
	answers map[string]int // by the number of the question
	hooked  map[string]exchange.Outcome
	failing int // so many calls of the hook fail
}

func newHouse(t *testing.T, open func(now func() time.Time, schemas ...db.Schema) *db.DB) *house {
	t.Helper()
	h := &house{t: t, at: time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC), answers: map[string]int{}, hooked: map[string]exchange.Outcome{}}
	h.db = open(h.now, job.Schema(), exchange.Schema(), evidence.Schema())
	var err error
	if h.box, err = secret.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(h.department))
	t.Cleanup(s.Close)
	h.x = exchange.New(exchange.Config{Gateway: s.URL, Now: h.now, Box: h.box, Rest: time.Millisecond, Bound: []string{"case"}, Sources: []exchange.Source{
		{Code: "a", Title: "甲", Department: "甲局", Vouches: "a", Path: "/a", Within: 1000},
		{Code: "few", Title: "乙", Department: "乙局", Vouches: "a", Path: "/a", Within: 1000, Daily: 2}}})
	h.queue = job.NewQueue(h.db, slog.New(slog.DiscardHandler), 4)
	h.x.Serve(h.queue, h.db, map[string]exchange.Hook{"desk": h.hook})
	return h
}

func sqlite(t *testing.T) *house {
	return newHouse(t, func(now func() time.Time, s ...db.Schema) *db.DB { return dbtest.OpenAt(t, now, s...) })
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *house) wait(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

func (h *house) department(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	var q struct{ Request string }
	b, _ := io.ReadAll(r.Body)
	json.Unmarshal(b, &q)
	h.answers[q.Request]++
	fmt.Fprint(w, `{"found":true,"values":{"wage":246000}}`)
}

func (h *house) hook(_ context.Context, _ *db.Tx, a exchange.Answer, note string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failing > 0 {
		h.failing--
		return fmt.Errorf("the desk is closed")
	}
	if _, twice := h.hooked[note]; twice {
		h.t.Errorf("the answer to %s came twice", note)
	}
	h.hooked[note] = a.Outcome
	return nil
}

func (h *house) ask(source string) exchange.Question {
	q := question(source)
	q.Subject = "visit/1"
	return q
}

func (h *house) run() {
	h.t.Helper()
	if err := h.queue.RunDue(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) do(f func(tx *db.Tx) error) {
	h.t.Helper()
	if err := h.db.Do(h.t.Context(), f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) receipts(subject string) []exchange.Receipt {
	h.t.Helper()
	all, err := exchange.Receipts(h.t.Context(), h.db, subject)
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}
