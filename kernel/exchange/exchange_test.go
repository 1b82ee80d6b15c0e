package exchange_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"minzheng/kernel/exchange"
)

func open(t *testing.T, h http.HandlerFunc, more ...exchange.Source) *exchange.Exchange {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return exchange.New(exchange.Config{Gateway: s.URL, Sources: append([]exchange.Source{
		{Code: "a", Title: "甲", Department: "甲局", Vouches: "a", Path: "/a", Within: 300},
		{Code: "b", Title: "乙", Department: "乙局", Vouches: "b", Path: "/b", Within: 300}}, more...)})
}

func question(source string) exchange.Question {
	return exchange.Question{Source: source, Subject: "case/1", Number: "390121198001010028", Fields: []string{"wage"}}
}

func TestOutcomesAreToldApart(t *testing.T) {
	for _, c := range []struct {
		body   string
		status int
		want   exchange.Outcome
	}{
		{`{"found":true,"values":{"wage":246000,"religion":"?"}}`, 200, exchange.Found},
		{`{"found":false}`, 200, exchange.Absent},
		{`{}`, 200, exchange.Garbled},
		{`{"found":true,"values":{},"more":1}`, 200, exchange.Garbled},
		{`<html>`, 200, exchange.Garbled},
		{`{"found":false}}`, 200, exchange.Garbled},
		{`busy`, 503, exchange.Silent},
		{`{"found":false}`, 404, exchange.Garbled},
	} {
		x := open(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(c.status); io.WriteString(w, c.body) })
		a := x.Ask(t.Context(), []exchange.Question{question("a")})[0]
		if a.Outcome != c.want {
			t.Errorf("%d %s: got %s, want %s", c.status, c.body, a.Outcome, c.want)
		}
		if _, leaked := a.Values["religion"]; leaked {
			t.Error("a field that was not asked for came in")
		}
	}
}

func TestASlowSourceDoesNotHoldTheOthers(t *testing.T) {
	x := open(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/b" {
			select {
			case <-r.Context().Done():
			case <-time.After(2 * time.Second):
			}
		}
		fmt.Fprint(w, `{"found":false}`)
	})
	began := time.Now()
	answers := x.Ask(t.Context(), []exchange.Question{question("a"), question("b")})
	if answers[0].Outcome != exchange.Absent || answers[1].Outcome != exchange.Silent {
		t.Fatalf("got %s and %s, want absent and silent", answers[0].Outcome, answers[1].Outcome)
	}
	if took := time.Since(began); took > time.Second {
		t.Fatalf("took %v, longer than the slow source may", took)
	}
}

func TestAFailingSourceIsLeftInPeace(t *testing.T) {
	var asked atomic.Int64
	x := open(t, func(w http.ResponseWriter, r *http.Request) { asked.Add(1); w.WriteHeader(500) })
	for range 20 {
		x.Ask(t.Context(), []exchange.Question{question("a")})
	}
	if n := asked.Load(); n > 8 {
		t.Fatalf("a dead source was asked %d times", n)
	}
	if h := x.Health(); !h[0].Resting || h[0].Silent != 20 {
		t.Fatalf("health says %+v", h[0])
	}
}

func TestATriedAgainQuestionKeepsItsNumber(t *testing.T) {
	var ids []string
	x := open(t, func(w http.ResponseWriter, r *http.Request) {
		var q struct{ Request string }
		json.NewDecoder(r.Body).Decode(&q)
		if ids = append(ids, q.Request); len(ids) == 1 {
			w.WriteHeader(502)
			return
		}
		fmt.Fprint(w, `{"found":false}`)
	})
	if a := x.Ask(t.Context(), []exchange.Question{question("a")})[0]; a.Outcome != exchange.Absent || len(ids) != 2 || ids[0] != ids[1] {
		t.Fatalf("outcome %s, ids %v", a.Outcome, ids)
	}
}
