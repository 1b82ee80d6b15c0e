package bench_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"minzheng/app"
	"minzheng/app/demo"
	"minzheng/app/demo/departments"
	"minzheng/areas/assistance/payment"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

const recipients = 100_000

// told is what sources said of one decided case of the demo, as it is kept.
type told struct {
	person, region string
	amount         int64
	rows           [][3]any // source, at, sealed facts
}

// decided are the demo's approved cases, each played through all its steps with
// the department simulator behind HTTP.
func decided(b *testing.B) (*app.App, []told) {
	b.Helper()
	log := slog.New(slog.DiscardHandler)
	a, err := app.Open(b.Context(), app.Config{Dir: b.TempDir(), Demo: true, Log: log, Auth: auth.Config{Codes: auth.OnScreen{}}})
	if err != nil {
		b.Fatal(err)
	}
	c := demo.County(a)
	server := httptest.NewServer(departments.New(c, time.Now, log, departments.Usual(departments.Trouble{})))
	b.Cleanup(server.Close)
	a.Close()
	if a, err = app.Open(b.Context(), app.Config{Dir: b.TempDir(), Demo: true, Log: log, Auth: auth.Config{Codes: auth.OnScreen{}}, Departments: server.URL}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { a.Close() })
	for _, fill := range []func() error{
		func() error { _, err := demo.Register(b.Context(), a); return err },
		func() error { return demo.Staff(b.Context(), a) }, func() error { return demo.Cases(b.Context(), a) },
	} {
		if err := fill(); err != nil {
			b.Fatal(err)
		}
	}
	return a, toldOf(b, a)
}

func toldOf(b *testing.B, a *app.App) []told {
	b.Helper()
	type row struct {
		id casework.ID
		told
	}
	cases, err := db.All(b.Context(), a.DB, func(r db.Row) (v row, err error) { return v, r.Scan(&v.id, &v.person, &v.region, &v.amount) },
		`SELECT id, applicant, region, amount FROM casework_case WHERE state = 'approved' ORDER BY id`)
	if err != nil || len(cases) == 0 {
		b.Fatalf("the demo has %d approved cases: %v", len(cases), err)
	}
	var all []told
	for _, c := range cases {
		c.rows, err = db.All(b.Context(), a.DB, func(r db.Row) (v [3]any, err error) {
			var source, facts string
			var at int64
			err = r.Scan(&source, &at, &facts)
			return [3]any{source, at, facts}, err
		}, `SELECT source, at, facts FROM casework_told WHERE case_id = ? ORDER BY seq`, c.id)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, c.told)
	}
	return all
}

// grants fills the books with benefits, each with all that was said in a
// decided case: one in a hundred has an amount that the rules no longer give.
func grants(b *testing.B, a *app.App, n int, cases []told) {
	b.Helper()
	s, err := a.Desk.Services().Find("dibao")
	if err != nil {
		b.Fatal(err)
	}
	empty(b, a, rolls...) // the demo's own
	empty(b, a, "overlap", "covered", "basis", "recheck", "amount", "due", "recompute_line", "benefit")
	rows, month := 0, thisMonth(a)
	for from := 0; from < n; from += 1000 {
		err := a.DB.Do(b.Context(), func(tx *db.Tx) error {
			for i := from; i < min(from+1000, n); i++ {
				c, id, amount := cases[i%len(cases)], db.NewID(), cases[i%len(cases)].amount
				if i%100 == 0 {
					amount += 100
				}
				var values []string
				var args []any
				for seq, r := range c.rows {
					values, args = append(values, "(?, ?, ?, ?, ?)"), append(args, id, seq+1, r[0], r[1], r[2])
				}
				rows += len(c.rows)
				if _, err := tx.Exec(b.Context(), `INSERT INTO casework_told (case_id, seq, source, at, facts) VALUES `+strings.Join(values, ", "), args...); err != nil {
					return err
				}
				_, err := tx.Exec(b.Context(), `INSERT INTO assistance_benefit (id, case_id, service, title, recipient, region, members, amount, since, version, review)
					VALUES (?, ?, 'dibao', '最低生活保障', ?, ?, 1, ?, ?, ?, '')`, db.NewID(), id, c.person, c.region, amount, string(month), s.Version)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("%d benefits, %.1f statements of sources each", n, float64(rows)/float64(n))
}

func officer(name string) auth.Who {
	return auth.Who{Kind: auth.Staff, Account: name, Name: name, Grants: []auth.Grant{{Role: "county-officer", Region: "390121"}}}
}

// BenchmarkRoll makes, approves and exports the roll of 100,000 recipients, in
// a SQLite file with full durability: the first, for which all that sources
// said is gathered, and one of those that follow every month.
func BenchmarkRoll(b *testing.B) {
	a, cases := decided(b)
	grants(b, a, recipients, cases)
	p := payment.New(a.Desk)
	for b.Loop() {
		roll(b, a, p, "first")
		empty(b, a, rolls...)
		o := roll(b, a, p, "next")
		began := time.Now()
		if err := p.Approve(b.Context(), officer("gao"), o.ID, o.Mark()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds(), "s/approval")
		for _, format := range []string{"csv", "xlsx", "xml"} {
			export(b, p, o, format)
		}
		empty(b, a, rolls...)
	}
}

func roll(b *testing.B, a *app.App, p *payment.Paymaster, which string) payment.Roll {
	b.Helper()
	peak := watch(b)
	var o payment.Roll
	err := a.DB.Do(b.Context(), func(tx *db.Tx) (err error) {
		o, err = p.Begin(b.Context(), tx, officer("zhou"), payment.Order{Service: "dibao", Month: thisMonth(a), County: "390121"})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	began, used := time.Now(), processor(b)
	if err := a.Queue.RunDue(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(time.Since(began).Seconds(), "s/"+which)
	b.ReportMetric(processor(b)-used, "cpu-s/"+which)
	b.ReportMetric(float64(peak()), "MiB-"+which)
	if o, err = p.Find(b.Context(), a.DB, officer("gao"), o.ID); err != nil || o.Lines != recipients {
		b.Fatalf("the roll has %d lines: %v", o.Lines, err)
	}
	return o
}

func export(b *testing.B, p *payment.Paymaster, o payment.Roll, format string) {
	b.Helper()
	began, peak := time.Now(), watch(b)
	e, err := p.OrderExport(b.Context(), officer("zhou"), o.ID, payment.Export{Format: format, Purpose: "测量"})
	if err != nil {
		b.Fatal(err)
	}
	w := &firstByte{began: began}
	if err := p.Write(b.Context(), e, w); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(time.Since(began).Seconds(), "s/"+format)
	b.ReportMetric(w.first.Seconds()*1000, "ms-first-"+format)
	b.ReportMetric(float64(peak()), "MiB-"+format)
}

// firstByte tells when the first byte came.
type firstByte struct {
	began time.Time
	first time.Duration
}

func (f *firstByte) Write(b []byte) (int, error) {
	if f.first == 0 {
		f.first = time.Since(f.began)
	}
	return io.Discard.Write(b)
}

// watch returns a function that says how much more memory was in use since
// than before, at most, in MiB.
func watch(b *testing.B) func() uint64 {
	b.Helper()
	runtime.GC()
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	before, most := inUse(), atomic.Uint64{}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			most.Store(max(most.Load(), inUse()))
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return func() uint64 { stop(); <-done; return (max(most.Load(), before) - before) >> 20 }
}

// processor is how many seconds of processors the program has used; where others
// use the machine as well, that says more than the clock.
func processor(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

func thisMonth(a *app.App) payment.Month { return payment.MonthOf(calendar.DayOf(a.DB.Now())) }

var rolls = []string{"roll", "line", "total", "export", "task", "result"}

func empty(b *testing.B, a *app.App, tables ...string) {
	b.Helper()
	err := a.DB.Do(b.Context(), func(tx *db.Tx) error {
		for _, table := range tables {
			if _, err := tx.Exec(b.Context(), `DELETE FROM assistance_`+table); err != nil {
				return fmt.Errorf("emptying %s: %w", table, err)
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
