package casework_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// avoiding is a house in which everybody keeps away from whom the map says, by
// blind index.
func avoiding(h *house) map[string][]casework.Avoided {
	all := map[string][]casework.Avoided{}
	h.desk.Avoids = func(_ context.Context, _ db.Reader, members []string) (found []casework.Avoided, err error) {
		for _, m := range members {
			found = append(found, all[m]...)
		}
		return found, nil
	}
	return all
}

func TestWhoMustKeepAwayIsNotGivenTheCaseAndCanDoNothingInIt(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		away := avoiding(h)
		p := h.person("赵玉琴")
		away[h.desk.People.Index(p.Number)] = []casework.Avoided{{Cause: "k1", Account: "he", Name: "何芳", Why: "姐姐"}, {Cause: "k2", Name: "赵大山", Why: "叔叔"}}
		c, err := h.open(h.application(p, 50000))
		h.must(err)
		h.jobs()
		if c = h.find(c.ID); c.Assignee == "he" || c.Assignee == "" {
			t.Fatalf("the case is with %q", c.Assignee)
		}
		filed, err := h.desk.Avoiding(h.ctx, h.desk.DB, c.ID)
		h.must(err)
		if len(filed) != 2 || filed[0].Why != "姐姐" || filed[1].Account != "" {
			t.Errorf("filed is %+v", filed)
		}
		if others, err := h.desk.Colleagues(h.ctx, h.desk.DB, c); err != nil || len(others) != 1 {
			t.Errorf("it can be handed to %v, %v; want the one who is neither the holder nor a relative", others, err)
		}
		before := h.rows()
		for name, do := range map[string]func(tx *db.Tx) error{
			"an act": func(tx *db.Tx) error {
				_, err := h.desk.Act(h.ctx, tx, casework.Doing{Case: c.ID, Act: "accept", Who: staff("he")})
				return err
			},
			"a handover": func(tx *db.Tx) error {
				_, err := h.desk.Reassign(h.ctx, tx, casework.Handover{Case: c.ID, To: "fu", Who: staff("he")})
				return err
			},
			"a report": func(tx *db.Tx) error {
				_, err := h.desk.Report(h.ctx, tx, c.ID, casework.Reported{Title: "看到", By: staff("he")})
				return err
			},
		} {
			if err := h.desk.DB.Do(h.ctx, do); !errs.Is(err, errs.Forbidden) || !strings.Contains(errs.Sentence(err), "回避") {
				t.Errorf("%s of the relative gives %v", name, err)
			}
		}
		if h.rows() != before {
			t.Error("something of it was written")
		}
		_, err = h.try(casework.Doing{Case: c.ID, Act: "accept", Who: staff("gao")})
		h.must(err)
	})
}

func TestAnOfficerCannotHandInForTheirOwnRelative(t *testing.T) {
	t.Parallel()
	h := small(t)
	away := avoiding(h)
	p := h.person("赵玉琴")
	away[h.desk.People.Index(p.Number)] = []casework.Avoided{{Cause: "k1", Account: "he", Name: "何芳", Why: "姐姐"}}
	a := h.application(p, 50000)
	a.By = staff("he")
	if _, err := h.open(a); !errs.Is(err, errs.Forbidden) {
		t.Fatalf("it gives %v", err)
	}
}

func TestADeclarationThatComesLaterTakesTheOpenCaseAway(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := h.until("accept")
		holder := h.find(c.ID).Assignee
		index := h.desk.People.Index(h.member(c))
		h.do(func(tx *db.Tx) error {
			return h.desk.Avoid(h.ctx, tx, index, casework.Avoided{Cause: "k9", Account: holder, Name: "某某", Why: "儿子"})
		})
		if now := h.find(c.ID).Assignee; now == holder || now == "" {
			t.Fatalf("the case is still with %q", now)
		}
		if n := h.count(`SELECT COALESCE(SUM(open), 0) FROM casework_load`); n != 1 {
			t.Errorf("%d cases are counted, want the one", n)
		}
		h.do(func(tx *db.Tx) error { return h.desk.Readmit(h.ctx, tx, "k9") })
		h.must(h.desk.Keeps(h.ctx, h.desk.DB, c.ID, holder))
	})
}

func (h *house) member(c casework.Case) string {
	all, err := h.desk.Members(h.ctx, h.desk.DB, c.ID)
	h.must(err)
	return all[0].Number
}

// Whoever must keep away, whatever is done: the case is never with them.
func TestNoWayOfACaseLeadsToWhoMustKeepAway(t *testing.T) {
	t.Parallel()
	h := small(t)
	away := avoiding(h)
	i := 0
	rapid.Check(t, func(rt *rapid.T) {
		i++
		p := h.person(fmt.Sprintf("赵%d", i))
		related := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"he", "gao", "fu", "ding", "zhou"}), 1, 5, rapid.ID[string]).Draw(rt, "related")
		for _, account := range related {
			index := h.desk.People.Index(p.Number)
			away[index] = append(away[index], casework.Avoided{Cause: account, Account: account, Name: account, Why: "亲戚"})
		}
		c, err := h.open(h.application(p, 50000))
		h.must(err)
		h.jobs()
		check := func(after string) {
			c = h.find(c.ID)
			for _, account := range related {
				if c.Assignee == account {
					rt.Fatalf("after %s the case is with %s", after, account)
				}
			}
		}
		check("opening")
		for _, act := range []string{"accept", "supplement", "resubmit", "visited"} {
			st := h.service.Step(c.Step)
			if st == nil || st.Act(act) == nil {
				continue
			}
			h.act(&c, act)
			check(act)
		}
		for _, account := range related {
			if _, err := h.try(casework.Doing{Case: c.ID, Act: h.service.Step(c.Step).Acts[0].Code, Who: staff(account), Reason: "x"}); !errs.Is(err, errs.Forbidden) {
				rt.Fatalf("%s could act: %v", account, err)
			}
		}
	})
}
