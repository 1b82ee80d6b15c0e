package casework_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

func TestTheSameKeyGivesTheSameCaseAndChangesNothing(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		a := h.application(h.person("赵玉琴"), 50000)
		first, err := h.open(a)
		h.must(err)
		before := h.rows()
		second, err := h.open(a)
		h.must(err)
		if second.ID != first.ID || second.Number != first.Number || second.Revision != first.Revision {
			t.Errorf("the second is %s (%s), want %s (%s)", second.ID, second.Number, first.ID, first.Number)
		}
		if after := h.rows(); after != before {
			t.Errorf("the second wrote something:\n%s\n%s", before, after)
		}
		other := h.application(h.person("孙国平"), 0)
		other.Key = a.Key
		if _, err := h.open(other); !errs.Is(err, errs.Conflict) {
			t.Errorf("another's key gives %v, want a conflict", err)
		}
	})
}

func TestNumbersAreConsecutiveAndLoadsEqualHoweverManyComeAtOnce(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		const n = 20
		var all sync.WaitGroup
		people := make([]casework.Application, n)
		for i := range people {
			people[i] = h.application(h.person("甲"), 0)
			if i%5 == 4 { // refused after it was counted
				people[i].Papers = []casework.Paper{{File: "no such file"}}
			}
		}
		for _, a := range people {
			all.Go(func() { h.open(a) })
			all.Go(func() { h.open(a) }) // a double click
		}
		all.Wait()
		numbers, err := db.All(t.Context(), h.desk.DB, db.Value[string], `SELECT number FROM casework_case ORDER BY number`)
		h.must(err)
		if len(numbers) != n-n/5 {
			t.Fatalf("%d cases, want %d", len(numbers), n-n/5)
		}
		for i, got := range numbers {
			if want := fmt.Sprintf("390121-2026-%06d", i+1); got != want {
				t.Fatalf("number %d is %s, want %s", i, got, want)
			}
		}
		loads, err := casework.Loads(t.Context(), h.desk.DB, []string{"he", "gao", "fu"})
		h.must(err)
		if lo, hi := min(loads["he"], loads["gao"], loads["fu"]), max(loads["he"], loads["gao"], loads["fu"]); hi-lo > 1 || loads["he"]+loads["gao"]+loads["fu"] != len(numbers) {
			t.Errorf("loads %v of %d cases, want them equal within 1", loads, len(numbers))
		}
	})
}

func TestNumbersBeginAnewWithEachCountyAndYear(t *testing.T) {
	t.Parallel()
	h := small(t)
	var got []string
	for _, c := range []struct{ day, place string }{{"2026-12-31", liuxi}, {"2026-12-31", shiqiao}, {"2026-12-31", "390122001"}, {"2027-01-01", liuxi}} {
		h.at(c.day)
		a := h.application(h.person("甲"), 0)
		a.Region = c.place
		opened, err := h.open(a)
		h.must(err)
		got = append(got, opened.Number)
	}
	if want := []string{"390121-2026-000001", "390121-2026-000002", "390122-2026-000001", "390121-2027-000001"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEqualClerksNeverDifferByMoreThanOne(t *testing.T) {
	t.Parallel()
	h := small(t)
	rapid.Check(t, func(r *rapid.T) {
		place := fmt.Sprintf("clerk/%s", liuxi)
		h.staff[place] = nil
		loads := map[string]int{}
		run := db.NewID() // clerks of an earlier run have their cases still
		for i := range rapid.IntRange(1, 5).Draw(r, "clerks") {
			h.staff[place] = append(h.staff[place], casework.Worker{ID: fmt.Sprint(run, i)})
			loads[fmt.Sprint(run, i)] = 0
		}
		for range rapid.IntRange(0, 12).Draw(r, "cases") {
			a := h.application(h.person("甲"), 0)
			c, err := h.open(a)
			if err != nil {
				r.Fatal(err)
			}
			if _, ok := loads[c.Assignee]; !ok {
				r.Fatalf("%q got the case", c.Assignee)
			}
			loads[c.Assignee]++
			lo, hi := 1<<30, 0
			for _, n := range loads {
				lo, hi = min(lo, n), max(hi, n)
			}
			if hi-lo > 1 {
				r.Fatalf("loads %v", loads)
			}
		}
	})
}

func TestAPlaceWithoutStaffLeavesTheCaseWithTheOffice(t *testing.T) {
	t.Parallel()
	h := small(t)
	a := h.application(h.person("赵玉琴"), 0)
	a.Region = shiqiao
	c, err := h.open(a)
	h.must(err)
	if c.Assignee != "" || c.Office != shiqiao || c.Role != "clerk" {
		t.Errorf("assignee %q, office %s, role %s", c.Assignee, c.Office, c.Role)
	}
	waiting, err := casework.Inbox{Office: shiqiao, Role: "clerk", Limit: 10}.Read(t.Context(), h.desk.DB)
	h.must(err)
	if len(waiting) != 1 || waiting[0].ID != c.ID {
		t.Errorf("the office's inbox has %d cases, want this one", len(waiting))
	}
}

func TestStrangeApplicationsAreRefusedAndLeaveNothing(t *testing.T) {
	t.Parallel()
	h := small(t)
	a := h.application(h.person("赵玉琴"), 0)
	before := h.rows()
	for name, spoil := range map[string]func(*casework.Application){
		"no members":        func(a *casework.Application) { a.Members = nil },
		"no key":            func(a *casework.Application) { a.Key = "" },
		"nowhere":           func(a *casework.Application) { a.Region = "" },
		"above the county":  func(a *casework.Application) { a.Region = "390100" },
		"an unknown place":  func(a *casework.Application) { a.Region = "110101001" },
		"somebody twice":    func(a *casework.Application) { a.Members = append(a.Members, a.Members[0]) },
		"a stranger's file": func(a *casework.Application) { a.Papers = []casework.Paper{{File: "x"}} },
	} {
		b := a
		b.Members = slices.Clone(a.Members)
		spoil(&b)
		if _, err := h.open(b); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if after := h.rows(); after != before {
		t.Errorf("something was left:\n%s\n%s", before, after)
	}
}
