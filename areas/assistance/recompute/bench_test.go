package recompute_test

import (
	"os"
	"runtime"
	"testing"
	"time"

	"minzheng/areas/assistance/recompute"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
)

// BenchmarkHundredThousand works 100,000 benefits out for six months and the
// next, and writes what was found. With BENEFITS_POSTGRES set it runs on PostgreSQL.
//
//	go test ./areas/assistance/recompute -run '^$' -bench HundredThousand -benchtime 1x -timeout 30m
func BenchmarkHundredThousand(b *testing.B) {
	const benefits = 100_000
	dsn := ""
	if os.Getenv("BENEFITS_POSTGRES") != "" {
		dsn = dbtest.DSN(b)
	}
	h := open(b, b.TempDir(), dsn)
	kinds := mixed(200)
	for done := 0; done < benefits; {
		h.do(func(tx *db.Tx) error {
			for range 2000 {
				if _, err := h.add(tx, kinds[done%len(kinds)]); err != nil {
					return err
				}
				done++
			}
			return nil
		})
	}
	h.lay(raised("2026-01-01", "1300"))
	for b.Loop() {
		run := h.order("2025-10")
		peak := watch()
		began := time.Now()
		if _, err := h.room.Paged(400, time.Hour).Compute(b.Context(), jobOf(run, recompute.ComputeKind)); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds(), "s/compute")
		b.ReportMetric(float64(peak())/(1<<20), "MB/heap")
		h.must(h.confirm(gao, run, recompute.Decision{}))
		peak, began = watch(), time.Now()
		if _, err := h.room.Paged(400, time.Hour).Write(b.Context(), jobOf(run, recompute.WriteKind)); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds(), "s/write")
		b.ReportMetric(float64(peak())/(1<<20), "MB/heap-write")
		h.reconciles(run)
		b.Logf("%d benefits: %+v", h.find(run.ID).Total, h.totals(run).All)
	}
}

// watch looks at the heap until it is asked for the most that it was.
func watch() (peak func() uint64) {
	runtime.GC()
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		var high uint64
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			high = max(high, m.HeapAlloc)
			select {
			case <-stop:
				most <- high
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(stop); return <-most }
}
