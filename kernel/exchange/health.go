package exchange

import (
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
)

// Tally is how a source has answered since the program began.
type Tally struct {
	Asked, Silent, Garbled int
	Last                   Outcome
	LastAt                 time.Time
	Took                   time.Duration // of all together
}

// Health is a source with its tally.
type Health struct {
	Source
	Tally
	Resting bool // it failed again and again and is not asked for a while
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
}

// Health returns all sources in their order.
func (x *Exchange) Health() []Health {
	var all []Health
	for _, code := range x.order {
		l := x.sources[code]
		l.mu.Lock()
		all = append(all, Health{l.Source, l.tally, l.cb.State() == circuitbreaker.OpenState})
		l.mu.Unlock()
	}
	return all
}
