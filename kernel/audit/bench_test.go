package audit_test

import (
	"context"
	"fmt"
	"testing"

	"minzheng/kernel/audit"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/secret"
)

// BenchmarkRecord is what an entry adds to a transaction.
func BenchmarkRecord(b *testing.B) {
	d := dbtest.Open(b, audit.Schema())
	box, err := secret.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	l, n := audit.New(d, box), 0
	for b.Loop() {
		err := d.Do(context.Background(), func(tx *db.Tx) error {
			for range 100 {
				n++
				if err := l.Record(context.Background(), tx, audit.Entry{Actor: "a", ActorName: "王敏", Verb: audit.View, Subject: fmt.Sprint("case/", n), Person: "p"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/entry")
}
