package public

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"minzheng/kernel/errs"
)

// Three at once and then one each five minutes is more than one reader needs,
// and few enough to be read by people.
const (
	objectBurst = 3
	objectEvery = 5 * time.Minute
	mostSeen    = 8192 // addresses that are remembered
)

// limiter counts what comes from one address. It keeps no address for longer
// than it is limited.
type limiter struct {
	now  func() time.Time
	mu   sync.Mutex
	seen map[netip.Prefix]*rate.Limiter
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, seen: map[netip.Prefix]*rate.Limiter{}}
}

func (l *limiter) allow(r *http.Request) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, from := l.now(), asker(r)
	one := l.seen[from]
	if one == nil {
		l.makeRoom(now)
		one = rate.NewLimiter(rate.Every(objectEvery), objectBurst)
		l.seen[from] = one
	}
	if !one.AllowN(now, 1) {
		return errs.New(errs.TooMany, "您刚提交过几次了，请过几分钟再提交。急的话可以打电话。")
	}
	return nil
}

// makeRoom forgets whom nothing limits any more, and if that is nobody, anybody.
func (l *limiter) makeRoom(now time.Time) {
	if len(l.seen) < mostSeen {
		return
	}
	for from, one := range l.seen {
		if one.TokensAt(now) >= objectBurst {
			delete(l.seen, from)
		}
	}
	for from := range l.seen {
		if len(l.seen) < mostSeen {
			return
		}
		delete(l.seen, from)
	}
}

// asker is the network that asks: one address, or the /64 that one household
// has of the newer kind. What cannot be read counts as one asker.
func asker(r *http.Request) netip.Prefix {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	bits := 32
	if at.Addr().Unmap().Is6() {
		bits = 64
	}
	from, _ := at.Addr().Unmap().WithZone("").Prefix(bits)
	return from
}
