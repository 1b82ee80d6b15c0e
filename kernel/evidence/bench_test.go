package evidence_test

import (
	"testing"

	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/evidence"
)

// BenchmarkSequence takes receipts into the log, 1,000 in a transaction.
func BenchmarkSequence(b *testing.B) {
	h := open(b, dbtest.Open(b, waiting, evidence.Schema()))
	for b.Loop() {
		b.StopTimer()
		h.receive(1000)
		b.StartTimer()
		if _, err := h.log.Sequence(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "µs/receipt")
}

// BenchmarkVerify checks an export of 10,000 receipts that lies in memory.
func BenchmarkVerify(b *testing.B) {
	h := open(b, dbtest.Open(b, waiting, evidence.Schema()))
	h.receive(10_000)
	m := h.export()
	for b.Loop() {
		if r := evidence.Verify(m, evidence.How{}); !r.OK() {
			b.Fatal(r.Findings)
		}
	}
}
