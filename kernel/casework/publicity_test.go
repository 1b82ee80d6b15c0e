package casework_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
)

func (h *house) notices(day string) []casework.Notice {
	h.t.Helper()
	all, n, err := casework.Notices(h.ctx, h.desk.DB, qingxi, date(day), 0, 100)
	h.must(err)
	if n != len(all) {
		h.t.Errorf("%d notices are counted, %d listed", n, len(all))
	}
	return all
}

// published is a case that is on public notice from Monday 2 March 2026.
func (h *house) published() (casework.Case, casework.Notice) {
	h.t.Helper()
	c := h.until("accept", "checked", "visited", "propose")
	all := h.notices("2026-03-02")
	return c, all[0]
}

func (h *house) object(notice, text, contact string) (o casework.Objection, err error) {
	err = h.desk.DB.Do(h.ctx, func(tx *db.Tx) error {
		o, err = h.desk.Object(h.ctx, tx, notice, text, contact)
		return err
	})
	return o, err
}

func TestANoticeStandsSevenDaysNotCountingTheFirst(t *testing.T) {
	t.Parallel()
	h := small(t)
	c, n := h.published()
	if n.Since.String() != "2026-03-02" || n.Until.String() != "2026-03-09" || c.StepDue != n.Until {
		t.Errorf("since %v until %v, step due %v; want 03-02 to 03-09", n.Since, n.Until, c.StepDue)
	}
	for day, want := range map[string]bool{"2026-03-02": true, "2026-03-09": true, "2026-03-10": false} {
		if shown := len(h.notices(day)) == 1; shown != want {
			t.Errorf("on %s it is listed: %v", day, shown)
		}
		if _, err := casework.FindNotice(t.Context(), h.desk.DB, n.ID, date(day)); (err == nil) != want || err != nil && !errs.Is(err, errs.NotFound) {
			t.Errorf("on %s it is found: %v", day, err)
		}
	}
	h.wait(date("2026-03-10").Start().Add(-time.Second))
	if _, err := h.object(n.ID, "她家还有一间门面房", ""); err != nil {
		t.Errorf("in the last second: %v", err)
	}
	h.wait(date("2026-03-10").Start())
	if _, err := h.object(n.ID, "她家还有一间门面房", ""); !errs.Is(err, errs.NotFound) {
		t.Errorf("after the last day an objection gives %v", err)
	}
}

func TestANoticeShowsTheMaskedNameAndNothingPrivate(t *testing.T) {
	t.Parallel()
	h := small(t)
	c, n := h.published()
	if n.Name != "赵**" && n.Name != "赵*琴" || n.Members != 1 {
		t.Errorf("name %q, members %d", n.Name, n.Members)
	}
	members, err := h.desk.Members(t.Context(), h.desk.DB, c.ID)
	h.must(err)
	b, _ := json.Marshal(n)
	for _, private := range []string{"赵玉琴", members[0].Number, "500.00", "50000"} {
		if strings.Contains(string(b), private) {
			t.Errorf("the notice shows %s: %s", private, b)
		}
	}
}

func TestTheClockActsOnlyAfterTheLastDayAndOnce(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		c, _ := h.published()
		h.wait(date("2026-03-10").Start().Add(-time.Minute))
		h.jobs()
		h.again(c) // even one that comes too early
		if got := h.find(c.ID); got.Step != "publicity" {
			t.Fatalf("on the last day the case is at %s", got.Step)
		}
		h.wait(date("2026-03-10").Start())
		for range 3 {
			h.again(c)
		}
		got := h.find(c.ID)
		if got.Step != "confirm" || got.Office != qingxi || got.Assignee != "zhou" {
			t.Errorf("after the last day: %s, office %s, assignee %q", got.Step, got.Office, got.Assignee)
		}
		if n := h.count(`SELECT COUNT(*) FROM casework_act WHERE case_id = ? AND code = 'unopposed'`, c.ID); n != 1 {
			t.Errorf("the clock acted %d times, want once", n)
		}
		h.whole(t)
	})
}

// again enqueues the end of the notice once more, and has it done.
func (h *house) again(c casework.Case) {
	h.t.Helper()
	h.do(func(tx *db.Tx) error {
		return job.Enqueue(h.ctx, tx, job.New{Kind: "casework.publicity", Key: string(c.ID), Payload: c.ID})
	})
	h.jobs()
}

func TestAnObjectionLeadsToAReviewAndItsAnswerToTheObjector(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		c, n := h.published()
		for _, bad := range []string{"", "  啊  ", strings.Repeat("长", 1001)} {
			if _, err := h.object(n.ID, bad, ""); !errs.Is(err, errs.Invalid) {
				t.Errorf("an objection of %d bytes gives %v", len(bad), err)
			}
		}
		var all sync.WaitGroup
		said := make([]error, 4)
		for i := range said {
			all.Go(func() { _, said[i] = h.object(n.ID, "她家还有一间门面房", "13800000000") })
		}
		all.Wait()
		for _, err := range said {
			if err != nil {
				t.Errorf("of several who object at once one is told %v", err)
			}
		}
		o, err := h.object(n.ID, "她家还有一间门面房", "")
		h.must(err)
		h.at("2026-03-10")
		h.jobs()
		c = h.find(c.ID)
		if c.Step != "reinvestigate" {
			t.Fatalf("with objections the case is at %s", c.Step)
		}
		h.act(&c, "answer")
		found, err := h.desk.ObjectionByCode(t.Context(), h.desk.DB, " "+strings.ToLower(o.Code)+"\n")
		h.must(err)
		if found.Answer != "查过了" || found.Answered.IsZero() {
			t.Errorf("the objector reads %q", found.Answer)
		}
		if _, err := h.desk.ObjectionByCode(t.Context(), h.desk.DB, casework.Code()); !errs.Is(err, errs.NotFound) {
			t.Errorf("another code gives %v", err)
		}
		if n := h.count(`SELECT COUNT(*) FROM casework_objection WHERE text LIKE '%门面%' OR contact LIKE '%138%'`); n != 0 {
			t.Error("objections lie in the open")
		}
		h.whole(t)
	})
}

func TestASecondNoticeHasItsOwnDays(t *testing.T) {
	t.Parallel()
	h := small(t)
	c, _ := h.published()
	h.at("2026-03-10")
	h.jobs()
	c = h.find(c.ID)
	for _, act := range []string{"return", "visited", "propose"} {
		h.act(&c, act)
	}
	if c.StepDue != calendar.AddDays(date("2026-03-10"), 7) {
		t.Errorf("the second notice ends %v", c.StepDue)
	}
	h.at("2026-03-18")
	h.jobs()
	if c = h.find(c.ID); c.Step != "confirm" {
		t.Errorf("after the second notice the case is at %s", c.Step)
	}
}

func TestCodesCanBeReadOutAndAreNotRepeated(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 5000 {
		c := casework.Code()
		if len(c) != 12 || strings.ContainsAny(c, "ILO01") || seen[c] {
			t.Fatalf("code %q", c)
		}
		seen[c] = true
	}
}
