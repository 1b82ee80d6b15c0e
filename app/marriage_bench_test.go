package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"minzheng/app"
	"minzheng/app/demo"
	"minzheng/app/demo/county"
	"minzheng/app/demo/departments"
	"minzheng/areas/marriage/counter"
	"minzheng/areas/marriage/register"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
)

// BenchmarkACoupleIsCheckedAndRegistered is a whole visit with departments that
// answer at once: opening, eight questions and their receipts, the weighing, and
// the registration of those who may.
func BenchmarkACoupleIsCheckedAndRegistered(b *testing.B) {
	now := func() time.Time { return time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC) }
	people := county.Generate(demo.Seed, calendar.DayOf(now()))
	far := httptest.NewServer(departments.New(people, now, slog.New(slog.DiscardHandler), departments.Usual(departments.Trouble{})))
	defer far.Close()
	a, err := app.Open(b.Context(), app.Config{Dir: b.TempDir(), Demo: true, Departments: far.URL, Now: now, Log: slog.New(slog.DiscardHandler), Auth: auth.Config{Codes: auth.OnScreen{}}})
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	couples := single(people)
	m, who := counter.New(a.Desk), register.Clerk{ID: "bench", Name: "测", Office: "390121"}
	var mu sync.Mutex
	var took []time.Duration
	n, done := 0, 0
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			mu.Lock()
			two := couples[n%len(couples)]
			n++
			mu.Unlock()
			began := time.Now()
			ok, err := wholeVisit(m, who, two)
			if err != nil {
				b.Error(err)
				return
			}
			mu.Lock()
			took = append(took, time.Since(began))
			if ok {
				done++
			}
			mu.Unlock()
		}
	})
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "couples/s")
	b.ReportMetric(float64(done), "registered")
}

// single are couples of grown people whom nobody is married to.
func single(c *county.County) (all [][2]counter.Person) {
	var by [2][]counter.Person
	for i := range c.Persons {
		p := &c.Persons[i]
		if age := c.Age(p); p.Marriage.Status != county.Single || p.Death != nil || age < 22 || age > 45 || p.Differs != county.NoDifference || p.Late != "" {
			continue
		}
		side := 0
		if p.Sex == county.Female {
			side = 1
		}
		by[side] = append(by[side], counter.Person{Number: p.Number, Name: p.Name, Declared: "未婚"})
	}
	for i := range min(len(by[0]), len(by[1])) {
		all = append(all, [2]counter.Person{by[0][i], by[1][i]})
	}
	return all
}

func wholeVisit(m *counter.Room, who register.Clerk, two [2]counter.Person) (bool, error) {
	ctx := context.Background()
	v, err := m.Enter(ctx, who, counter.Enter{People: two})
	if err != nil {
		return false, fmt.Errorf("entering: %w", err)
	}
	m.Wait(ctx, v.ID)
	err = m.DB.Do(ctx, func(tx *db.Tx) error {
		_, err := m.Marry(ctx, tx, who, v.ID, counter.Seen{Present: true, Willing: true, NoKin: true, Told: true, Signed: true})
		return err
	})
	return err == nil, nil
}
