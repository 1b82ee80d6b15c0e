package staff

import (
	"context"
	"sync"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
)

// Figures over many cases take a while to count, and each page shows some: so
// they are kept for a moment. What this process changes shows at once, unless
// the list is so long that one case more or less says nothing.
const (
	keepCounts  = 10 * time.Second
	longList    = 5000
	mostCounted = 2000
)

type counter struct {
	mu   sync.Mutex
	kept map[casework.Inbox]*kept
}

type kept struct {
	mu sync.Mutex
	at time.Time
	on calendar.Day
	n  casework.Counts
}

func newCounter() *counter { return &counter{kept: map[casework.Inbox]*kept{}} }

func (k *counter) of(q casework.Inbox) *kept {
	k.mu.Lock()
	defer k.mu.Unlock()
	one := k.kept[q]
	if one == nil {
		if len(k.kept) >= mostCounted {
			clear(k.kept)
		}
		one = &kept{}
		k.kept[q] = one
	}
	return one
}

// changed forgets what an act may have moved.
func (k *counter) changed() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for q, one := range k.kept {
		one.mu.Lock()
		if one.n.All < longList {
			delete(k.kept, q)
		}
		one.mu.Unlock()
	}
}

// soonDays are the working days in which a deadline counts as near.
const soonDays = 3

// counted returns the figures of a list, at most a few seconds old.
func (p *Portal) counted(ctx context.Context, q casework.Inbox) (casework.Counts, error) {
	q.Skip, q.Limit = 0, 0
	now := p.Desk.DB.Now()
	today := calendar.DayOf(now)
	one := p.counts.of(q)
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.on == today && now.Sub(one.at) < keepCounts && !one.at.IsZero() {
		return one.n, nil
	}
	n, err := q.Count(ctx, p.Desk.DB, today, p.Desk.Calendar.AddWorkdays(today, soonDays).Day)
	if err != nil {
		return casework.Counts{}, err
	}
	one.n, one.at, one.on = n, now, today
	return n, nil
}
