package exchange_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"minzheng/kernel/db"
	"minzheng/kernel/exchange"
)

func TestNothingIsAskedThatTheMatrixDoesNotGrant(t *testing.T) {
	h := sqlite(t)
	h.x.Permit(exchange.Grant{Source: "a", Purpose: "核对收入", Law: "社会救助法 第41条", Fields: []string{"wage", "pension"}})
	granted := map[string]bool{"wage": true, "pension": true}
	rapid.Check(t, func(rt *rapid.T) {
		q := question("a")
		q.Fields = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"wage", "pension", "houses", "religion"}), 1, 4, rapid.ID).Draw(rt, "fields")
		q.Purpose = rapid.SampledFrom([]string{"核对收入", "核对财产", ""}).Draw(rt, "purpose")
		q.Law = rapid.SampledFrom([]string{"社会救助法 第41条", "社会救助法 第4条"}).Draw(rt, "law")
		want := q.Purpose == "核对收入" && q.Law == "社会救助法 第41条"
		for _, f := range q.Fields {
			want = want && granted[f]
		}
		before := len(h.answers)
		a := h.x.Ask(t.Context(), []exchange.Question{q})[0]
		if (a.Outcome == exchange.Found) != want || !want && (a.Cause != exchange.Ungranted || len(h.answers) != before) {
			rt.Fatalf("%v for %s by %s: %s (%s)", q.Fields, q.Purpose, q.Law, a.Outcome, a.Cause)
		}
	})
}

func TestNoRecordOutsideOfTheCoverageIsNotCovered(t *testing.T) {
	x := open(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"found":false}`) },
		exchange.Source{Code: "c", Title: "丙", Department: "丙局", Vouches: "a", Path: "/c", Within: 500, Coverage: exchange.Coverage{Since: "2000-01-01", Age: 20, Regions: []string{"3901"}}})
	for number, want := range map[string]exchange.Outcome{
		"39012119800101002X": exchange.Absent,    // 20 on the very day
		"390121197912310021": exchange.Uncovered, // a day older
		"390121199001010022": exchange.Absent,
		"330121199001010022": exchange.Uncovered, // first registered elsewhere
	} {
		q := question("c")
		q.Number = number
		if a := x.Ask(t.Context(), []exchange.Question{q})[0]; a.Outcome != want {
			t.Errorf("%s: %s, want %s", number, a.Outcome, want)
		}
	}
	x = open(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"found":false,"covered":false}`) })
	if a := x.Ask(t.Context(), []exchange.Question{question("a")})[0]; a.Outcome != exchange.Uncovered {
		t.Errorf("said by the source itself: %s", a.Outcome)
	}
}

func TestADailyLimitHoldsOverARestartAndEndsWithTheDay(t *testing.T) {
	h := sqlite(t)
	var got []exchange.Cause
	for range 3 {
		a := h.x.Ask(t.Context(), []exchange.Question{h.ask("few")})
		got = append(got, a[0].Cause)
		h.do(func(tx *db.Tx) error { return exchange.Keep(t.Context(), tx, a[:1]) })
	}
	if got[0] != "" || got[1] != "" || got[2] != exchange.Spent {
		t.Fatalf("three questions: %v", got)
	}
	if err := h.x.Recount(t.Context(), h.db); err != nil {
		t.Fatal(err)
	}
	if a := h.x.Ask(t.Context(), []exchange.Question{h.ask("few")})[0]; a.Cause != exchange.Spent || a.Outcome != exchange.Silent {
		t.Errorf("after a restart: %s", a.Cause)
	}
	h.wait(24 * time.Hour)
	if a := h.x.Ask(t.Context(), []exchange.Question{h.ask("few")})[0]; a.Outcome != exchange.Found {
		t.Errorf("on the next day: %s", a.Cause)
	}
}

func TestAllTogetherTakeNoLongerThanTheBudget(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // then the server notices when the caller leaves
		if r.URL.Path == "/slow" {
			<-r.Context().Done()
		}
		fmt.Fprint(w, `{"found":false}`)
	}))
	t.Cleanup(s.Close)
	x := exchange.New(exchange.Config{Gateway: s.URL, Budget: 300 * time.Millisecond, Sources: []exchange.Source{
		{Code: "slow", Title: "甲", Department: "甲局", Vouches: "a", Path: "/slow", Within: 5000},
		{Code: "quick", Title: "乙", Department: "乙局", Vouches: "a", Path: "/quick", Within: 5000}}})
	var all []exchange.Question
	for range 200 { // more than may be under way at once
		all = append(all, question("slow"))
	}
	began := time.Now()
	got := x.Ask(t.Context(), append([]exchange.Question{question("quick")}, all...))
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
	for _, a := range got[1:] {
		if a.Outcome != exchange.Silent {
			t.Fatalf("a slow one: %s", a.Outcome)
		}
	}
}

func TestAnOptionalSourceGetsASecond(t *testing.T) {
	x := open(t, func(w http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body); <-r.Context().Done() },
		exchange.Source{Code: "o", Title: "丙", Department: "丙局", Vouches: "a", Path: "/o", Within: 9000, Optional: true})
	a := x.Ask(t.Context(), []exchange.Question{question("o")})[0]
	if a.Cause != exchange.Late || a.Took > 1500*time.Millisecond {
		t.Errorf("%s after %v", a.Cause, a.Took)
	}
	if !strings.Contains(a.Sentence(), "不影响办理") {
		t.Errorf("it says %q", a.Sentence())
	}
}

func TestARestingSourceIsTriedByOneQuestionAndComesBack(t *testing.T) {
	h := sqlite(t)
	h.down = true
	for range 6 {
		h.x.Ask(t.Context(), []exchange.Question{h.ask("a")})
	}
	h.down = false
	time.Sleep(5 * time.Millisecond)
	if a := h.x.Ask(t.Context(), []exchange.Question{h.ask("a")})[0]; a.Outcome != exchange.Found {
		t.Fatalf("the probe: %s (%s)", a.Outcome, a.Cause)
	}
	if one := h.x.Health()[0]; one.Breaker != exchange.Closed || one.Causes[exchange.Down] == 0 || one.P50 <= 0 || one.P95 < one.P50 || one.P99 < one.P95 {
		t.Errorf("health: %+v", one)
	}
}

func TestADrillIsSilenceAndLeavesTheDepartmentAlone(t *testing.T) {
	h := sqlite(t)
	if !h.x.Drill("a", true) || h.x.Drill("nobody", true) {
		t.Fatal("drills of sources that are there and are not")
	}
	if a := h.x.Ask(t.Context(), []exchange.Question{h.ask("a")})[0]; a.Cause != exchange.Drill || a.Outcome != exchange.Silent || len(h.answers) > 0 {
		t.Errorf("in the drill: %s (%s)", a.Outcome, a.Cause)
	}
	h.x.Drill("a", false)
	if a := h.x.Ask(t.Context(), []exchange.Question{h.ask("a")})[0]; a.Outcome != exchange.Found {
		t.Errorf("after it: %s", a.Cause)
	}
}

func TestNobodyIsBlamedForAnOutage(t *testing.T) {
	for _, cause := range []exchange.Cause{exchange.Late, exchange.Cut, exchange.Down, exchange.Resting, exchange.Pending, exchange.Drill, exchange.Unsigned} {
		for _, s := range []exchange.Source{{Department: "公安"}, {Department: "公安", Closed: true}, {Department: "公安", Optional: true}} {
			a := exchange.Answer{Source: s, Outcome: exchange.Silent, Cause: cause}
			if said := a.Sentence(); said == "" || strings.ContainsAny(said, "错误故障失败") {
				t.Errorf("%s: %q", cause, said)
			}
		}
		if cause.Text() == "" {
			t.Errorf("%s has no words", cause)
		}
	}
}
