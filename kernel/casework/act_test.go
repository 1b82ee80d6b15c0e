package casework_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
)

func TestAnActThatMayNotBeDoneSaysWhyAndChangesNothing(t *testing.T) {
	t.Parallel()
	h := small(t)
	fresh, visited := h.applied("赵玉琴"), h.until("accept", "checked")
	reviewed, noticed := h.until("accept", "checked", "visited"), h.until("accept", "checked", "visited", "propose")
	resident := casework.Actor{ID: string(fresh.Applicant), Name: "赵玉琴", Role: "citizen"}
	before := h.rows()
	for name, c := range map[string]struct {
		do    casework.Doing
		kind  errs.Kind
		words string
	}{
		"an old revision":        {casework.Doing{Case: fresh.ID, Act: "accept", Revision: fresh.Revision - 1, Who: staff("he")}, errs.Conflict, "刷新"},
		"the act of another":     {casework.Doing{Case: fresh.ID, Act: "propose", Who: staff("he"), Reason: "x"}, errs.Conflict, "下一步"},
		"an act that is none":    {casework.Doing{Case: fresh.ID, Act: "", Who: staff("he")}, errs.Conflict, "下一步"},
		"no such case":           {casework.Doing{Case: "x", Act: "accept", Who: staff("he")}, errs.NotFound, "没有找到"},
		"a resident as staff":    {casework.Doing{Case: fresh.ID, Act: "accept", Who: resident}, errs.Forbidden, "不由您"},
		"a clock as staff":       {casework.Doing{Case: fresh.ID, Act: "accept", Who: casework.System}, errs.Forbidden, "不由您"},
		"staff as a resident":    {casework.Doing{Case: fresh.ID, Act: "withdraw", Who: staff("he")}, errs.Forbidden, "不由您"},
		"staff as a clock":       {casework.Doing{Case: noticed.ID, Act: "unopposed", Who: staff("he")}, errs.Forbidden, "不由您"},
		"no reason":              {casework.Doing{Case: reviewed.ID, Act: "propose", Who: staff("ding"), Reason: " \n"}, errs.Invalid, "理由"},
		"a novel as reason":      {casework.Doing{Case: reviewed.ID, Act: "propose", Who: staff("ding"), Reason: strings.Repeat("长", 2001)}, errs.Invalid, "2000"},
		"the same person":        {casework.Doing{Case: reviewed.ID, Act: "propose", Who: staff("visit"), Reason: "x"}, errs.Conflict, "换一个人"},
		"nothing that lacks":     {casework.Doing{Case: fresh.ID, Act: "supplement", Who: staff("he")}, errs.Invalid, "缺什么"},
		"blanks that lack":       {casework.Doing{Case: fresh.ID, Act: "supplement", Who: staff("he"), Lacks: []string{" ", ""}}, errs.Invalid, "缺什么"},
		"an empty form":          {casework.Doing{Case: visited.ID, Act: "visited", Who: staff("he")}, errs.Invalid, "调查人一"},
		"half a form":            {casework.Doing{Case: visited.ID, Act: "visited", Who: staff("he"), Answers: h.visit(visited, "张三", "李四")[:1]}, errs.Invalid, "调查人二"},
		"one person as two":      {casework.Doing{Case: visited.ID, Act: "visited", Who: staff("he"), Answers: h.visit(visited, "张三", "张三")}, errs.Invalid, "两个人"},
		"a paper that is no one": {casework.Doing{Case: fresh.ID, Act: "accept", Who: staff("he"), Papers: []casework.Paper{{File: "x"}}}, errs.NotFound, ""},
	} {
		_, err := h.try(c.do)
		if !errs.Is(err, c.kind) || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v (%v), want %v with %q", name, err, errs.KindOf(err), c.kind, c.words)
		}
	}
	if after := h.rows(); after != before {
		t.Errorf("something was left:\n%s\n%s", before, after)
	}
}

func TestAFailingEffectLeavesNothingOfTheAct(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		c := h.until("accept", "checked", "visited", "propose")
		h.at("2026-03-10")
		h.jobs()
		c = h.find(c.ID)
		before := h.rows()
		h.broken.Store(true)
		do := casework.Doing{Case: c.ID, Act: "agree", Who: staff("zhou"), Reason: "符合"}
		if _, err := h.try(do); err == nil || errs.KindOf(err) != errs.Fault {
			t.Fatalf("the broken effect gives %v, want a fault of ours", err)
		}
		if after := h.rows(); after != before {
			t.Errorf("something was left:\n%s\n%s", before, after)
		}
		if again := h.find(c.ID); again != c {
			t.Errorf("the case changed:\n%+v\n%+v", c, again)
		}
		h.broken.Store(false)
		if c, err := h.try(do); err != nil || c.State != casework.Approved {
			t.Errorf("once the effect is mended: %s, %v", c.State, err)
		}
	})
}

func TestOfTwoActsAtOnceOneIsDone(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		c := h.applied("赵玉琴")
		results := make([]error, 6)
		var all sync.WaitGroup
		for i := range results {
			all.Go(func() {
				_, results[i] = h.try(casework.Doing{Case: c.ID, Act: "accept", Who: staff(fmt.Sprint(i))})
			})
		}
		all.Wait()
		done := 0
		for _, err := range results {
			if err == nil {
				done++
			} else if !errs.Is(err, errs.Conflict) {
				t.Errorf("who came late is told %v, want a conflict", err)
			}
		}
		if done != 1 {
			t.Errorf("%d acts were done, want 1", done)
		}
		h.whole(t)
	})
}

func TestSupplementsLeadBackToWhereTheCaseWas(t *testing.T) {
	t.Parallel()
	h := small(t)
	for _, from := range []string{"submitted", "check"} {
		c := h.applied("赵玉琴")
		if from == "check" {
			h.act(&c, "accept")
		}
		due := c.Due
		h.act(&c, "supplement")
		wanted, err := casework.Wanted(t.Context(), h.desk.DB, c.ID)
		h.must(err)
		if c.Role != "citizen" || c.Assignee != "" || len(wanted) != 1 || wanted[0] != "收入证明" {
			t.Errorf("waiting role %s, assignee %q, wanted %v", c.Role, c.Assignee, wanted)
		}
		h.act(&c, "resubmit")
		if c.Step != from || c.Assignee == "" || c.Due != due {
			t.Errorf("it came back to %s with assignee %q and due %v, want %s with somebody and %v", c.Step, c.Assignee, c.Due, from, due)
		}
	}
	h.whole(t)
}

// whole checks what must hold of all cases at any time.
func (h *house) whole(t rapid.TB) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	ids, err := db.All(h.ctx, h.desk.DB, db.Value[string], `SELECT id FROM casework_case`)
	check(err)
	loads := map[string]int{}
	for _, id := range ids {
		c, err := casework.Find(h.ctx, h.desk.DB, casework.ID(id))
		check(err)
		if c.IsOpen() {
			if h.service.Step(c.Step) == nil || h.service.Step(c.Step).Role != c.Role {
				t.Fatalf("an open case is at step %q with role %q", c.Step, c.Role)
			}
			if c.Assignee != "" {
				loads[c.Assignee]++
			}
		} else if c.Assignee != "" || c.Role != "" || c.Closed.IsZero() {
			t.Fatalf("a closed case has assignee %q, role %q, closed %v", c.Assignee, c.Role, c.Closed)
		}
		events, err := h.desk.Timeline(h.ctx, h.desk.DB, c.ID)
		check(err)
		at := ""
		for i, e := range events {
			if e.Seq != i+1 {
				t.Fatalf("event %d has number %d", i+1, e.Seq)
			}
			if e.From != "" && e.From != at {
				t.Fatalf("event %d (%s) begins at %s, but the case was at %s", e.Seq, e.Code, e.From, at)
			}
			if e.To != "" {
				at = e.To
			}
		}
		if at != c.Step {
			t.Fatalf("the timeline ends at %s, the case is at %s", at, c.Step)
		}
	}
	counted, err := casework.Loads(h.ctx, h.desk.DB, []string{"he", "gao", "fu", "ding", "zhou"})
	check(err)
	for who, n := range counted {
		if n != loads[who] {
			t.Fatalf("%s is counted with %d open cases, has %d", who, n, loads[who])
		}
	}
	if n := h.count(`SELECT COUNT(*) FROM casework_load WHERE open <> 0`); int(n) != len(loads) {
		t.Fatalf("%d have a load, want %d", n, len(loads))
	}
	report, err := h.desk.Audit.Verify(h.ctx, h.desk.DB, "")
	check(err)
	if !report.OK() {
		t.Fatalf("the audit does not verify: %v", report.Findings)
	}
}

func TestAnySequenceOfActsKeepsTheBooksWhole(t *testing.T) {
	t.Parallel()
	h := small(t)
	day := date("2026-03-02")
	rapid.Check(t, func(r *rapid.T) {
		h.t = t
		c := h.applied("赵玉琴")
		for range rapid.IntRange(1, 12).Draw(r, "acts") {
			c = h.find(c.ID)
			if !c.IsOpen() {
				break
			}
			switch rapid.IntRange(0, 6).Draw(r, "what") {
			case 0:
				h.settled(c, "存款", fact.MoneyOf(rapid.SampledFrom([]int64{0, 9000000}).Draw(r, "存款")))
				continue
			case 1:
				to := rapid.SampledFrom([]string{"he", "gao", "fu", "ding"}).Draw(r, "to")
				h.desk.DB.Do(h.ctx, func(tx *db.Tx) error { // may be refused
					_, err := h.desk.Reassign(h.ctx, tx, casework.Handover{Case: c.ID, To: to, Reason: "出差", Who: staff("he")})
					return err
				})
				continue
			case 2:
				day += 9
				h.at(day.String())
				h.jobs()
				continue
			}
			acts := h.service.Step(c.Step).Acts
			a := acts[rapid.IntRange(0, len(acts)-1).Draw(r, "act")]
			do := casework.Doing{Case: c.ID, Act: a.Code, Revision: c.Revision, Who: staff(rapid.SampledFrom([]string{"he", "ding", "zhou"}).Draw(r, "who")), Reason: "理由", Lacks: []string{"证明"}}
			switch a.Doer() {
			case "citizen":
				do.Who.Role = "citizen"
			case "clock":
				do.Who = casework.System
			}
			if a.Form != nil {
				do.Answers = h.visit(c, "张三", "李四")
			}
			if _, err := h.try(do); err != nil && errs.KindOf(err) == errs.Fault {
				r.Fatalf("act %s at %s: %v", a.Code, c.Step, err)
			}
		}
		h.whole(r)
	})
}

func (h *house) settled(c casework.Case, name string, v fact.Value) {
	h.t.Helper()
	h.do(func(tx *db.Tx) error {
		return h.desk.Settle(h.ctx, tx, c.ID, casework.Settling{Fact: name, About: "m1", Value: v, Reason: "查过原件", Who: staff("he")})
	})
}
