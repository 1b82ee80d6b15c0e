package booking_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"minzheng/app"
	"minzheng/areas/marriage/booking"
	"minzheng/areas/marriage/counter"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/errs"
)

const office = "390121"

// house is a bureau on 2026-04-20, from which 520 can be booked.
type house struct {
	*app.App
	t    *testing.T
	book *booking.Room
}

func engines(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); f(t, open(t, "")) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); f(t, open(t, dbtest.DSN(t))) })
}

func open(t *testing.T, dsn string) *house {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 4, 20, 1, 0, 0, 0, time.UTC) }
	a, err := app.Open(t.Context(), app.Config{Dir: t.TempDir(), DSN: dsn, Demo: true, Now: now, Log: slog.New(slog.DiscardHandler), Auth: auth.Config{Codes: auth.OnScreen{}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return &house{a, t, booking.New(a.Desk, counter.New(a.Desk))}
}

func peak() calendar.Day { return calendar.Date(2026, 5, 20) }

// couple is the n-th.
func couple(n int) [2]counter.Person {
	return [2]counter.Person{{Number: number(n, "991"), Name: fmt.Sprint("男", n), Declared: "未婚"}, {Number: number(n, "992"), Name: fmt.Sprint("女", n), Declared: "未婚"}}
}

func number(n int, seq string) string {
	first := "390121" + fmt.Sprintf("1990%02d%02d", n/28%12+1, n%28+1) + seq
	sum := 0
	for i := range 17 {
		sum += int(first[i]-'0') * (1 << (17 - i) % 11)
	}
	return first + string("10X98765432"[sum%11])
}

func (h *house) take(n int, at string, wait bool) (b booking.Booking, err error) {
	err = h.DB.Do(context.Background(), func(tx *db.Tx) error {
		b, err = h.book.Book(context.Background(), tx, booking.Wish{Office: office, Day: peak(), At: at, People: couple(n), Wait: wait})
		return err
	})
	return b, err
}

func (h *house) cancel(id string) error {
	return h.DB.Do(context.Background(), func(tx *db.Tx) error { return h.book.Cancel(context.Background(), tx, id) })
}

func (h *house) booked(at string) (all []booking.Booking) {
	h.t.Helper()
	some, err := h.book.On(h.t.Context(), h.DB, office, peak())
	if err != nil {
		h.t.Fatal(err)
	}
	for _, b := range some {
		if b.At == at {
			all = append(all, b)
		}
	}
	return all
}

func TestAPeakDayOffersMoreAndClosedDaysNothing(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	today := calendar.Date(2026, 4, 20)
	for _, c := range []struct {
		day      calendar.Day
		capacity int64
	}{{peak(), 8}, {calendar.Date(2026, 5, 21), 3}, {calendar.Date(2026, 5, 2), 0}, {today, 0}, {today - 1, 0}, {today + 61, 0}, {calendar.Date(2026, 5, 9), 3}} {
		if got := h.book.Offered(today, c.day).Capacity; got != c.capacity {
			t.Errorf("%s offers %d, want %d", c.day, got, c.capacity)
		}
	}
}

func TestOnAPeakMorningNoTimeIsOversoldAndTheQueueIsFair(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		const couples = 40
		var wait sync.WaitGroup
		for n := range couples {
			wait.Go(func() {
				dice := rand.New(rand.NewPCG(uint64(n), 520))
				b, err := h.take(n, "09:00", true)
				if err != nil {
					t.Errorf("couple %d: %v", n, err)
					return
				}
				if dice.IntN(3) == 0 {
					if err := h.cancel(b.ID); err != nil {
						t.Errorf("couple %d gives back: %v", n, err)
					}
				}
			})
		}
		wait.Wait()
		taken, err := h.book.Taken(t.Context(), h.DB, office, peak())
		if err != nil {
			t.Fatal(err)
		}
		in := h.booked("09:00")
		if len(in) != 8 || taken["09:00"] != 8 {
			t.Fatalf("%d couples have the time, %d are counted, want 8", len(in), taken["09:00"])
		}
		// Whoever gives back now makes room for the one who has waited longest.
		first, err := db.One(t.Context(), h.DB, db.Value[string], `SELECT id FROM marriage_booking WHERE state = 'waiting' ORDER BY id LIMIT 1`)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.cancel(in[3].ID); err != nil {
			t.Fatal(err)
		}
		b, err := h.book.Find(t.Context(), h.DB, first)
		if err != nil || b.State != booking.Booked {
			t.Errorf("the first of the queue is %s (%v)", b.State, err)
		}
		if err := h.cancel(in[3].ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("giving back twice: %v", err)
		}
		if got := len(h.booked("09:00")); got != 8 {
			t.Errorf("%d couples have the time, want 8", got)
		}
	})
}

func TestOnePersonHasOneBookingAndAFullTimeSaysSo(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		for n := range 8 {
			if _, err := h.take(n, "10:00", false); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := h.take(8, "10:00", false); !errs.Is(err, errs.Conflict) {
			t.Errorf("the ninth: %v", err)
		}
		if _, err := h.take(0, "11:00", false); !errs.Is(err, errs.Conflict) {
			t.Errorf("a second booking of one couple: %v", err)
		}
		taken, _ := h.book.Taken(t.Context(), h.DB, office, peak())
		if taken["11:00"] != 0 {
			t.Errorf("who was refused has taken %d places", taken["11:00"])
		}
		if _, err := h.take(9, "03:00", false); !errs.Is(err, errs.Invalid) {
			t.Errorf("a time that is not offered: %v", err)
		}
	})
}

func TestHoursAreReadStrictly(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"empty":     `[]`,
		"unsorted":  `[{from: 2025-01-01, source: x, ahead: 1, capacity: 1, slots: ["10:00", "09:00"]}]`,
		"no source": `[{from: 2025-01-01, ahead: 1, capacity: 1, slots: ["09:00"]}]`,
		"unknown":   `[{from: 2025-01-01, source: x, ahead: 1, capacity: 1, slots: ["09:00"], rooms: 2}]`,
	} {
		if _, err := booking.ReadHours("hours.yaml", []byte(src)); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}
