package auth

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits says how often a code may be asked for. Zero values are good ones:
// three at once and then one a minute for a number; thirty at once and then
// one each two seconds for an address, behind which a whole hall may sit.
type Limits struct {
	NumberEvery, AddressEvery time.Duration
	NumberBurst, AddressBurst int
}

const limitersMost = 20_000

// limits counts in this process only: with several the limits are as many
// times wider, and the wrong codes of a day, counted in the database, hold.
type limits struct {
	mu      sync.Mutex
	numbers limiters
	hosts   limiters
}

type limiters struct {
	every rate.Limit
	burst int
	of    map[string]*rate.Limiter
}

func newLimits(l Limits) *limits {
	return &limits{
		numbers: newLimiters(l.NumberEvery, time.Minute, l.NumberBurst, 3),
		hosts:   newLimiters(l.AddressEvery, 2*time.Second, l.AddressBurst, 30),
	}
}

func newLimiters(every, everyElse time.Duration, burst, burstElse int) limiters {
	if every == 0 {
		every = everyElse
	}
	if burst == 0 {
		burst = burstElse
	}
	return limiters{rate.Every(every), burst, map[string]*rate.Limiter{}}
}

func (l *limits) allow(number, address string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	// The address first: who is stopped there uses up no turn of the number's owner.
	return l.hosts.allow(address, now) && l.numbers.allow(number, now)
}

func (l limiters) allow(key string, now time.Time) bool {
	one := l.of[key]
	if one == nil {
		if len(l.of) >= limitersMost {
			l.forget(now)
		}
		one = rate.NewLimiter(l.every, l.burst)
		l.of[key] = one
	}
	return one.AllowN(now, 1)
}

// forget drops who is not limited at all now, and everybody if all are.
func (l limiters) forget(now time.Time) {
	for key, one := range l.of {
		if one.TokensAt(now) >= float64(l.burst) {
			delete(l.of, key)
		}
	}
	if len(l.of) >= limitersMost {
		clear(l.of)
	}
}
