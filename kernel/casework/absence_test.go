package casework_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
)

var boss = casework.Actor{ID: "ding", Name: "丁卫东", Role: "head"}

// away says that somebody is away from a day to another.
func (h *house) away(account, from, until string) {
	h.t.Helper()
	h.do(func(tx *db.Tx) error {
		return h.desk.SetAbsence(h.ctx, tx, casework.Absence{Account: account, From: date(from), Until: date(until), By: boss})
	})
}

func TestNothingNewIsGivenToWhoeverIsAway(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		h.away("he", "2026-03-02", "2026-03-04")
		h.away("gao", "2026-03-03", "2026-03-03")
		for i, want := range []string{"gao fu", "fu", "gao fu", "he"} { // by the fewest, he is back with none
			h.at(fmt.Sprintf("2026-03-%02d", 2+i))
			c, err := h.open(h.application(h.person("赵玉琴"), 50000))
			h.must(err)
			if !strings.Contains(want, c.Assignee) || c.Assignee == "" {
				t.Errorf("on day %d the case goes to %q, want one of %s", 2+i, c.Assignee, want)
			}
		}
		for _, a := range []string{"he", "gao", "fu"} {
			h.away(a, "2026-03-09", "2026-03-09")
		}
		h.at("2026-03-09")
		if c := h.applied("钱国强"); c.Assignee != "" {
			t.Errorf("everybody is away and the case goes to %s", c.Assignee)
		}
		h.do(func(tx *db.Tx) error { return h.desk.EndAbsence(h.ctx, tx, "fu", boss) })
		if c := h.applied("孙国平"); c.Assignee != "fu" {
			t.Errorf("fu is back and the case goes to %q", c.Assignee)
		}
	})
}

func TestNoAbsenceEverGetsAnAssignment(t *testing.T) {
	t.Parallel()
	h := small(t)
	rapid.Check(t, func(rt *rapid.T) {
		off := map[string][2]calendar.Day{}
		start := calendar.DayOf(h.desk.DB.Now())
		for _, who := range []string{"he", "gao", "fu"} {
			from := start + calendar.Day(rapid.IntRange(0, 4).Draw(rt, "from"))
			until := from + calendar.Day(rapid.IntRange(0, 4).Draw(rt, "days"))
			off[who] = [2]calendar.Day{from, until}
			h.away(who, from.String(), until.String())
		}
		h.at((start + calendar.Day(rapid.IntRange(0, 6).Draw(rt, "day"))).String())
		today := calendar.DayOf(h.desk.DB.Now())
		c, err := h.open(h.application(h.person("赵玉琴"), 50000))
		h.must(err)
		there := slices.DeleteFunc([]string{"he", "gao", "fu"}, func(w string) bool { return off[w][0] <= today && today <= off[w][1] })
		if len(there) == 0 && c.Assignee != "" || len(there) > 0 && !slices.Contains(there, c.Assignee) {
			rt.Fatalf("%s is given a case on %s; there are %v", c.Assignee, today, there)
		}
	})
}

func TestAnAbsenceMustMakeSense(t *testing.T) {
	t.Parallel()
	h := small(t)
	for _, one := range []casework.Absence{{}, {From: date("2026-03-05"), Until: date("2026-03-04")}, {From: date("2026-02-01"), Until: date("2026-03-01")}, {From: date("2026-03-02"), Until: date("2027-03-03")}} {
		one.Account, one.By = "he", boss
		err := h.desk.DB.Do(h.ctx, func(tx *db.Tx) error { return h.desk.SetAbsence(h.ctx, tx, one) })
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("%v is taken: %v", one, err)
		}
	}
}

func TestAllOpenWorkOfSomebodyIsHandedOverInOneAct(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		h.away("gao", "2026-03-02", "2026-03-31")
		h.away("fu", "2026-03-02", "2026-03-31")
		for range 55 { // more than change hands in one transaction
			_, err := h.open(h.application(h.person("赵玉琴"), 50000))
			h.must(err)
		}
		for _, a := range []string{"gao", "fu"} {
			h.do(func(tx *db.Tx) error { return h.desk.EndAbsence(h.ctx, tx, a, boss) })
		}
		leave := func(to string) {
			h.do(func(tx *db.Tx) error {
				return h.desk.HandOver(h.ctx, tx, casework.Leaving{From: "he", To: to, Reason: "休假", Who: boss})
			})
			h.jobs()
		}
		leave("")
		n, err := casework.Loads(h.ctx, h.desk.DB, []string{"he", "gao", "fu"})
		h.must(err)
		if n["he"] != 0 || n["gao"]+n["fu"] != 55 || n["gao"] < 27 || n["fu"] < 27 {
			t.Fatalf("shared as %v", n)
		}
		cases, err := casework.Inbox{Assignee: "gao", Limit: 1}.Read(h.ctx, h.desk.DB)
		h.must(err)
		past, err := h.desk.Timeline(h.ctx, h.desk.DB, cases[0].ID)
		h.must(err)
		if last := past[len(past)-1]; last.Title != "转给高洁" || last.Reason != "休假" || last.Actor.ID != "ding" {
			t.Errorf("the timeline says %+v", last)
		}
		h.do(func(tx *db.Tx) error {
			return h.desk.HandOver(h.ctx, tx, casework.Leaving{From: "gao", To: "fu", Who: boss})
		})
		h.jobs()
		if n, _ = casework.Loads(h.ctx, h.desk.DB, []string{"gao", "fu"}); n["gao"] != 0 || n["fu"] != 55 {
			t.Fatalf("given to one as %v", n)
		}
	})
}

// countersigned is the service with a countersignature before it is confirmed.
func countersigned(t *testing.T, h *house, role string) (*catalog.Service, error) {
	t.Helper()
	files := map[string]string{}
	for name, text := range h.service.Files {
		files[name] = text
	}
	src, err := os.ReadFile("testdata/heating/service.yaml")
	h.must(err)
	files["service.yaml"] = strings.Replace(string(src), "{code: checked, title: 核对完成, to: visit, needs: [settled]}",
		`{code: checked, title: 核对完成, to: visit, needs: [settled, "countersigned:`+role+`"]}`, 1)
	return catalog.ReadFiles(files, "testing", h.known)
}

func TestAnActThatNeedsACountersignatureWaitsForIt(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		if _, err := countersigned(t, h, "nobody"); err == nil || !strings.Contains(err.Error(), "countersigned:nobody") {
			t.Fatalf("a countersignature of nobody is taken: %v", err)
		}
		s, err := countersigned(t, h, "officer")
		h.must(err)
		signed := []string{}
		h.rooms.Countersigned = func(_ context.Context, _ db.Reader, c casework.Case) ([]string, error) {
			if c.Step != "check" {
				return nil, fmt.Errorf("asked in step %s", c.Step)
			}
			return signed, nil
		}
		desk := casework.New(h.another(), casework.NewShelf(h.known, []*catalog.Service{s}), map[string]casework.Effect{"start": h.start})
		h.desk, h.service = desk, s
		h.do(func(tx *db.Tx) error { return desk.Services().Keep(h.ctx, tx) })
		c := h.applied("赵玉琴")
		h.act(&c, "accept")
		do := casework.Doing{Case: c.ID, Act: "checked", Who: staff("he")}
		if _, err := h.try(do); !errs.Is(err, errs.Conflict) || !strings.Contains(errs.Sentence(err), "审核人的会签") {
			t.Fatalf("done without a countersignature: %v", err)
		}
		signed = []string{"officer"}
		if c, err = h.try(do); err != nil || c.Step != "visit" {
			t.Fatalf("with it: %v, step %s", err, c.Step)
		}
	})
}

// another are the rooms of a second desk, with a queue of its own.
func (h *house) another() casework.Rooms {
	r := h.rooms
	h.queue = job.NewQueue(r.DB, r.Log, 2)
	h.queue.Handle(notify.JobKind, r.Notify.Handler())
	r.Queue = h.queue
	return r
}
