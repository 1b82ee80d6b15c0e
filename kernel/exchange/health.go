package exchange

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"

	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
)

// Tally is how a source has answered since the program began.
type Tally struct {
	Asked, Silent, Garbled int
	Last                   Outcome
	LastAt                 time.Time
	Took                   time.Duration // of all together
	Causes                 map[Cause]int // why there was no answer
}

// Breaker is whether a source is asked.
type Breaker string

// The breaker's states.
const (
	Closed  Breaker = "closed"  // asked as usual
	Open    Breaker = "open"    // left in peace
	Probing Breaker = "probing" // the next question tries it
)

// Health is a source with its tally.
type Health struct {
	Source
	Tally
	Resting       bool // it failed again and again and is not asked for a while
	Breaker       Breaker
	P50, P95, P99 time.Duration // of the last questions that were really asked
	Today         int           // asked today
	Drilled       bool          // switched off for an exercise
}

// window keeps how long the last questions took.
type window struct {
	all  [512]time.Duration
	next int
	full bool
}

func (w *window) add(d time.Duration) {
	w.all[w.next] = d
	if w.next++; w.next == len(w.all) {
		w.next, w.full = 0, true
	}
}

// percentiles are the times that 50, 95 and 99 of a hundred stayed within.
func (w *window) percentiles() (p50, p95, p99 time.Duration) {
	all := slices.Clone(w.all[:w.next])
	if w.full {
		all = slices.Clone(w.all[:])
	}
	if len(all) == 0 {
		return 0, 0, 0
	}
	slices.Sort(all)
	at := func(percent int) time.Duration { return all[(len(all)*percent+99)/100-1] }
	return at(50), at(95), at(99)
}

// day counts the questions of one day.
type day struct {
	on calendar.Day
	n  int
}

func (l *line) count(a Answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tally.Asked++
	l.tally.Took += a.Took
	l.tally.Last, l.tally.LastAt = a.Outcome, a.At
	switch a.Outcome {
	case Silent:
		l.tally.Silent++
	case Garbled:
		l.tally.Garbled++
	}
	if a.Cause != "" {
		if l.tally.Causes == nil {
			l.tally.Causes = map[Cause]int{}
		}
		l.tally.Causes[a.Cause]++
	}
	if a.Cause == Resting {
		l.today.n-- // nobody was asked
	} else if a.Took > 0 {
		l.took.add(a.Took)
	}
}

// spend counts a question of today and reports whether it may be asked.
func (l *line) spend(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if today := calendar.DayOf(now); l.today.on != today {
		l.today = day{on: today}
	}
	if l.Daily > 0 && l.today.n >= l.Daily {
		return false
	}
	l.today.n++
	return true
}

func (l *line) drilling() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.drill
}

// Drill has a source fall silent for an exercise, or ends that. It holds in
// this process until it ends; the department is not told.
func (x *Exchange) Drill(source string, on bool) bool {
	l, ok := x.sources[source]
	if !ok {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drill = on
	return true
}

// Recount tells each source how often it was asked today, so that a daily limit
// outlives a restart.
func (x *Exchange) Recount(ctx context.Context, r db.Reader) error {
	today := calendar.DayOf(x.now())
	type row struct {
		source string
		n      int
	}
	all, err := db.All(ctx, r, func(r db.Row) (v row, err error) { return v, r.Scan(&v.source, &v.n) },
		`SELECT source, COUNT(*) FROM exchange_receipt WHERE at >= ? GROUP BY source`, db.Millis(today.Start()))
	if err != nil {
		return fmt.Errorf("counting today's questions: %w", err)
	}
	for _, v := range all {
		if l := x.sources[v.source]; l != nil {
			l.mu.Lock()
			l.today = day{today, v.n}
			l.mu.Unlock()
		}
	}
	return nil
}

// Health returns all sources in their order.
func (x *Exchange) Health() []Health {
	var all []Health
	states := map[circuitbreaker.State]Breaker{circuitbreaker.ClosedState: Closed, circuitbreaker.OpenState: Open, circuitbreaker.HalfOpenState: Probing}
	for _, code := range x.order {
		l := x.sources[code]
		l.mu.Lock()
		h := Health{Source: l.Source, Tally: l.tally, Breaker: states[l.cb.State()], Today: l.today.n, Drilled: l.drill}
		h.Causes = map[Cause]int{}
		for c, n := range l.tally.Causes {
			h.Causes[c] = n
		}
		h.P50, h.P95, h.P99 = l.took.percentiles()
		h.Resting = h.Breaker == Open
		all = append(all, h)
		l.mu.Unlock()
	}
	return all
}
