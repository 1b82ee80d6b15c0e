package casework_test

import (
	"context"
	"testing"

	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/people"
)

// knowing has the service ask who is helped with heating already, under the
// name of a fact that nobody else tells here.
func knowing(h *house, holds map[people.ID][]casework.Held) {
	h.service.Receives = []catalog.Receives{{Fact: "共同生活", Services: []string{"heating"}}}
	h.desk.Holds = func(_ context.Context, _ db.Reader, who people.ID) ([]casework.Held, error) { return holds[who], nil }
}

func (h *house) own(c casework.Case, member string) (fact.Statement, bool) {
	h.t.Helper()
	facts, err := h.desk.Facts(h.ctx, h.desk.DB, c.ID)
	h.must(err)
	for _, said := range facts.Latest("共同生活", member) {
		if said.Source == casework.Own {
			return said, true
		}
	}
	return fact.Statement{}, false
}

func TestTheBureauKnowsForWhomAServiceRunsWhoeverApplied(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		mother, child, lodger := h.person("赵玉琴"), h.person("刘子涵"), h.person("周客")
		a := h.application(mother, 50000)
		for i, p := range []people.Person{child, lodger} {
			key := []string{"m2", "m3"}[i]
			a.Members = append(a.Members, casework.Member{Key: key, Name: p.Name, Number: p.Number, Relation: "儿子", Birth: p.Birth, Consented: h.desk.DB.Now(), ConsentBy: "own"})
			for name, v := range map[string]fact.Value{"共同生活": fact.BoolOf(key == "m2"), "工资收入": fact.MoneyOf(0), "经营收入": fact.MoneyOf(0), "存款": fact.MoneyOf(0)} {
				a.Facts = append(a.Facts, fact.Statement{Name: name, About: key, Value: v, Source: "self", At: h.desk.DB.Now().UTC()})
			}
		}
		c, err := h.open(a)
		h.must(err)
		h.jobs()
		c = h.find(c.ID)
		for _, act := range []string{"accept", "checked", "visited", "propose"} {
			h.act(&c, act)
		}
		notice, _, err := casework.Notices(h.ctx, h.desk.DB, qingxi, date("2026-03-02"), 0, 9)
		if err != nil || len(notice) != 1 || notice[0].Members != 2 {
			t.Fatalf("the notice is %+v (%v), want one for 2 persons: the lodger does not count", notice, err)
		}
		h.at("2026-03-10")
		h.jobs()
		c = h.find(c.ID)
		h.act(&c, "agree")
		knowing(h, map[people.ID][]casework.Held{mother.ID: {{Case: c.ID, Service: "heating"}, {Case: "another", Service: "water"}}})
		for _, w := range []struct {
			who  people.Person
			want bool
		}{{mother, true}, {child, true}, {lodger, false}, {h.person("孙国平"), false}} {
			b := h.application(w.who, 0)
			b.Key += "/again"
			again, err := h.open(b)
			h.must(err)
			said, ok := h.own(again, "m1")
			if !ok || said.Value.Bool() != w.want || (said.Proof == string(c.ID)) != w.want {
				t.Errorf("of %s the bureau says %+v (%v), want %t", w.who.Name, said, ok, w.want)
			}
			told, err := h.desk.Receiving(h.ctx, "m1", w.who, []*catalog.Service{h.service, h.service})
			h.must(err)
			if len(told) != 1 || told[0].Value.Bool() != w.want || told[0].About != "m1" {
				t.Errorf("before %s applies the bureau says %+v, want one that says %t", w.who.Name, told, w.want)
			}
		}
	})
}

func TestWhatTheBureauDoesNotPayItDoesNotClaim(t *testing.T) {
	t.Parallel()
	h := small(t)
	c := h.applied("赵玉琴")
	if said, ok := h.own(c, "m1"); ok {
		t.Errorf("unasked the bureau says %+v", said)
	}
}

func TestAnActSaysItsFactsByBeingDone(t *testing.T) {
	t.Parallel()
	h := small(t)
	h.service.Step("submitted").Act("accept").Tells = map[string]string{"申请原因": "急"}
	c := h.until("accept")
	facts, err := h.desk.Facts(h.ctx, h.desk.DB, c.ID)
	h.must(err)
	if v, ok := facts.Get("申请原因", ""); !ok || v.Word() != "急" {
		t.Errorf("the act told %q (%v), want 急", v.Word(), ok)
	}
}

func TestAClockOfCalendarDaysCountsEveryDay(t *testing.T) {
	t.Parallel()
	h := small(t)
	h.service.Clock = catalog.Clock{Days: 3, Natural: true, Law: "示例办法"}
	h.at("2026-03-06") // a Friday
	c := h.until("accept")
	if c.Due != date("2026-03-09") || c.Provisional {
		t.Fatalf("due %v (provisional %v), want Monday 2026-03-09", c.Due, c.Provisional)
	}
	for today, left := range map[string]int{"2026-03-06": 3, "2026-03-08": 1, "2026-03-09": 0, "2026-03-10": -1} {
		if k, ok := h.desk.Clock(c, h.service, date(today)); !ok || k.Left != left || k.Unit != "天" || k.Word != "法定" {
			t.Errorf("on %s the clock is %+v, want %d days left", today, k, left)
		}
	}
}

func TestADecisionThatGoesOnGrantsAndIsNeverMadeAgainstTheRules(t *testing.T) {
	t.Parallel()
	h := small(t)
	h.service.Step("review").Act("propose").Decides = true
	c := h.until("accept", "checked", "visited", "propose")
	dec, ok, err := h.desk.Decided(h.ctx, h.desk.DB, c.ID)
	if err != nil || !ok || dec.Outcome != casework.Approved || !c.IsOpen() || dec.Amount != c.Amount {
		t.Fatalf("decided %v %q of %d 分 (%v), the case is %s; want approved, and open", ok, dec.Outcome, dec.Amount, err, c.State)
	}
	rich, err := h.open(h.application(h.person("陈大山"), 99999900))
	h.must(err)
	h.jobs()
	rich = h.find(rich.ID)
	for _, act := range []string{"accept", "checked", "visited"} {
		h.act(&rich, act)
	}
	if _, err := h.try(casework.Doing{Case: rich.ID, Act: "propose", Who: staff("review"), Reason: "照顾"}); !errs.Is(err, errs.Conflict) {
		t.Errorf("against the rules it gives %v, want a conflict", err)
	}
}
