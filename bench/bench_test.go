// Package bench_test measures what happens inside the program, without a
// network: go test -bench . ./bench
package bench_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"minzheng/app"
	"minzheng/app/demo"
	"minzheng/app/demo/county"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/form"
	"minzheng/kernel/people"
)

// bureau is a bureau with the story's families and its staff.
func bureau(b *testing.B) *app.App {
	b.Helper()
	a, err := app.Open(b.Context(), app.Config{Dir: b.TempDir(), Demo: true, Log: slog.New(slog.DiscardHandler), Auth: auth.Config{Codes: auth.OnScreen{}}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { a.Close() })
	if err := demo.Households(b.Context(), a, demo.County(a), 6); err != nil {
		b.Fatal(err)
	}
	if err := demo.Staff(b.Context(), a); err != nil {
		b.Fatal(err)
	}
	return a
}

// draft is a finished draft of somebody who lives alone.
func draft(b *testing.B, a *app.App) casework.Draft {
	b.Helper()
	p, err := a.People.ByNumber(b.Context(), a.DB, county.SunGuoping)
	if err != nil {
		b.Fatal(err)
	}
	return filled(b, a, p)
}

func filled(b *testing.B, a *app.App, p people.Person) casework.Draft {
	b.Helper()
	s, err := a.Desk.Services().Find("dibao")
	if err != nil {
		b.Fatal(err)
	}
	d := casework.NewDraft(p, s, p.Region)
	sent := map[string][]string{"phone": {"19000000078"}, "address": {"青山村 3 组"}, "dwelling": {"自有住房"}, "reason": {"一个人，身体不好"}, "work": {"已退休"}, "pension": {"160"},
		"support": {"0"}, "deposits": {"3000"}, "houses": {"1"}, "vehicle_value": {"0"}, "serious_illness": {"否"}, "schooling": {"不在校"}}
	for _, t := range d.Turns(s, demo.County(a).AsOf) {
		answers, problems := form.Read(t.Page.Fields, sent, time.Now())
		if len(problems) > 0 {
			b.Fatal(problems)
		}
		d.Keep(t, answers, true)
	}
	d.Done["household"], d.Done["papers"] = true, true
	return d
}

// BenchmarkSubmission is one whole submission, one durable transaction. With
// many at once they share the wait for the disk.
func BenchmarkSubmission(b *testing.B) {
	for _, at := range []int{1, 16} {
		b.Run(fmt.Sprintf("%d at once", at), func(b *testing.B) {
			a := bureau(b)
			d := draft(b, a)
			b.SetParallelism(at)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					one := d
					one.ID = db.NewID()
					if err := a.DB.Do(b.Context(), func(tx *db.Tx) error {
						_, err := a.Desk.HandIn(b.Context(), tx, one, casework.Actor{ID: string(d.Person), Name: "孙国平", Role: "citizen"})
						return err
					}); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
