package departments_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"minzheng/app/demo/county"
	"minzheng/app/demo/departments"
	"minzheng/kernel/exchange"
	"minzheng/kernel/secret"
)

// BenchmarkSignedCall is one question over a loopback connection, signed and
// verified both ways; product and department are this one process, so cpu-µs/op
// is what both sides together cost.
func BenchmarkSignedCall(b *testing.B) { bench(b, true) }

// BenchmarkUnsignedCall is the same without signatures.
func BenchmarkUnsignedCall(b *testing.B) { bench(b, false) }

func bench(b *testing.B, signed bool) {
	h := departments.New(sample(), time.Now, slog.New(slog.DiscardHandler), departments.Usual(departments.Trouble{}))
	s := httptest.NewServer(h)
	b.Cleanup(s.Close)
	c := exchange.Config{Gateway: s.URL, Sources: registered(b), Client: "390121"}
	if signed {
		box, err := secret.Open(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		key, err := box.PublicKeyPEM()
		if err != nil {
			b.Fatal(err)
		}
		post(h, "/client.pem?client=390121", key)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/key.pem", nil))
		c.Box, c.Key = box, rec.Body.Bytes()
	}
	x := exchange.New(c)
	q := []exchange.Question{question("tax.income", county.LiXiufen, "李秀芬")}
	before := cpu()
	for b.Loop() {
		if a := x.Ask(b.Context(), q)[0]; a.Outcome != exchange.Found {
			b.Fatal(a.Cause)
		}
	}
	b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
