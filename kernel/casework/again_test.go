package casework_test

import (
	"testing"

	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
)

// procedure is a short way of looking again at what was decided.
const procedure = `
code: again
title: 再看一次
short: 再看
procedure: true
summary: 再看一次。
law: [示例办法 第20条]
starts: [clock]
decides: 没有变
steps:
  - code: asking
    title: 问部门
    role: clerk
    level: township
    answered: compared
    acts:
      - {code: compared, title: 比对, by: clock, to: hearing, or: done, effects: [start]}
  - code: hearing
    title: 听取意见
    role: citizen
    level: township
    law: 示例办法 第21条
    wait: {days: 5, then: silent}
    acts:
      - {code: silent, title: 没有答复, by: clock, to: done}
      - {code: answer, title: 答复, by: citizen, to: done, reason: required}
  - code: done
    title: 办结
    role: clerk
    level: township
    acts: [{code: end, title: 办结, ends: ended}]
`

// withProcedure is a house that can look again.
func withProcedure(t testing.TB) *house {
	t.Helper()
	h := small(t)
	p, err := catalog.ReadFiles(map[string]string{"service.yaml": procedure, "rules.yaml": "rules:\n  - {set: 没有变, as: '合计(成员, 工资收入) == 元(0)', law: 示例办法 第20条}\n",
		"examples.yaml": "- {name: 一, on: 2026-03-02, members: [{工资收入: \"0\"}], want: {没有变: 是}}\n"}, "testing", h.known)
	h.must(err)
	lasting := map[string]string{}
	for name, text := range h.service.Files {
		lasting[name] = text
	}
	lasting["service.yaml"] = replaceOnce(t, lasting["service.yaml"], "from: 18}", "from: 18, lasts: true}")
	h.service, err = catalog.ReadFiles(lasting, "testing", h.known)
	h.must(err)
	h.desk.Services().Offer([]*catalog.Service{h.service, p})
	h.do(func(tx *db.Tx) error { return h.desk.Services().Keep(h.ctx, tx) })
	return h
}

func (h *house) lookAgain(of casework.Case, key string) casework.Case {
	h.t.Helper()
	var c casework.Case
	h.do(func(tx *db.Tx) (err error) {
		c, err = h.desk.LookAgain(h.ctx, tx, casework.Again{Key: key, Of: of, Procedure: "again", Applicant: of.Applicant, Title: "到期再看", By: casework.System})
		return err
	})
	return c
}

func TestAMatterIsLookedAtAgainWithWhatCountedUntilSomebodySpeaks(t *testing.T) {
	t.Parallel()
	h := withProcedure(t)
	of := h.applied("赵玉琴")
	h.at("2026-09-01")
	c := h.lookAgain(of, "once")
	if twice := h.lookAgain(of, "once"); twice.ID != c.ID {
		t.Fatal("the same key makes two cases")
	}
	if c.Again != of.ID || c.Number == of.Number || c.Verdict != "yes" || c.Step != "asking" {
		t.Fatalf("it begins as %+v", c)
	}
	facts, err := h.desk.Facts(h.ctx, h.desk.DB, c.ID)
	h.must(err)
	if best, _ := facts.Best("存款", "m1"); best.Source != fact.Earlier {
		t.Errorf("the deposits count from %s before the bank speaks, want %s", best.Source, fact.Earlier)
	}
	h.say("/bank", `{"found":true,"values":{"deposits":500000}}`)
	h.jobs()
	if facts, err = h.desk.Facts(h.ctx, h.desk.DB, c.ID); err != nil {
		t.Fatal(err)
	}
	if best, _ := facts.Best("存款", "m1"); best.Source != "bank" || best.Value != fact.MoneyOf(500000) {
		t.Errorf("after the bank has spoken the deposits are %v from %s", best.Value, best.Source)
	}
	if was, ok := facts.Before("存款", "m1"); !ok || was.Value != fact.MoneyOf(0) {
		t.Errorf("before they were %v, %t", was.Value, ok)
	}
	if c = h.find(c.ID); c.Step != "hearing" || c.Conflicts != 0 {
		t.Fatalf("after the departments it is at %s with %d conflicts, want hearing without any", c.Step, c.Conflicts)
	}
	s, err := h.desk.Services().Version(h.ctx, h.desk.DB, c.Version)
	h.must(err)
	if s.Base() != of.Service || c.Service != "again" {
		t.Errorf("it is a case of %s by the rules of %s", c.Service, s.Base())
	}
}

func TestAStepWaitsItsDaysAndNoLonger(t *testing.T) {
	t.Parallel()
	h := withProcedure(t)
	of := h.applied("赵玉琴")
	h.at("2026-09-01") // a Tuesday
	c := h.lookAgain(of, "once")
	h.jobs()
	for _, one := range [][2]string{{"2026-09-08", "hearing"}, {"2026-09-09", "done"}} {
		h.at(one[0])
		h.jobs()
		if got := h.find(c.ID).Step; got != one[1] {
			t.Errorf("on %s it is at %s, want %s", one[0], got, one[1])
		}
	}
}

func TestWhoAnswersInTimeIsNotOvertakenByTheClock(t *testing.T) {
	t.Parallel()
	h := withProcedure(t)
	of := h.applied("赵玉琴")
	h.at("2026-09-01")
	c := h.lookAgain(of, "once")
	h.jobs()
	_, err := h.try(casework.Doing{Case: c.ID, Act: "answer", Reason: "不对", Who: casework.Actor{ID: string(c.Applicant), Name: c.Name, Role: "citizen"}})
	h.must(err)
	h.at("2026-09-20")
	h.jobs()
	if n := h.count(`SELECT COUNT(*) FROM casework_act WHERE case_id = ? AND code = 'silent'`, c.ID); n != 0 {
		t.Errorf("the clock says %d times that nobody answered", n)
	}
}

func TestWhatWasSettledStaysSettledWhileEverybodySaysTheSame(t *testing.T) {
	t.Parallel()
	h := withProcedure(t)
	h.say("/tax", `{"found":true,"values":{"wage":90000}}`)
	of := h.applied("赵玉琴") // says 500
	h.do(func(tx *db.Tx) error {
		return h.desk.Settle(h.ctx, tx, of.ID, casework.Settling{Fact: "工资收入", About: "m1", Value: fact.MoneyOf(50000), Reason: "单据", Who: staff("he")})
	})
	h.at("2026-09-01")
	for _, c := range []struct {
		key, tax, source string
	}{{"same", `{"found":true,"values":{"wage":90000}}`, fact.Decided}, {"other", `{"found":true,"values":{"wage":99000}}`, "tax"}} {
		h.say("/tax", c.tax)
		one := h.lookAgain(of, c.key)
		h.jobs()
		facts, err := h.desk.Facts(h.ctx, h.desk.DB, one.ID)
		h.must(err)
		if best, _ := facts.Best("工资收入", "m1"); best.Source != c.source {
			t.Errorf("%s: the wage counts from %s, want %s", c.key, best.Source, c.source)
		}
	}
}

func TestAConsentGoesOnOnlyWhereItWasGivenForLaterLooksToo(t *testing.T) {
	t.Parallel()
	h := withProcedure(t)
	of := h.applied("赵玉琴")
	c := h.lookAgain(of, "lasting")
	members, err := h.desk.Members(h.ctx, h.desk.DB, c.ID)
	h.must(err)
	if members[0].Consented.IsZero() {
		t.Error("a consent that lasts is asked for again")
	}
	short := small(t)
	before := short.applied("钱守业")
	p, _ := h.desk.Services().Find("again")
	short.desk.Services().Offer([]*catalog.Service{short.service, p})
	short.do(func(tx *db.Tx) error { return short.desk.Services().Keep(short.ctx, tx) })
	c = short.lookAgain(before, "not")
	if members, err = short.desk.Members(short.ctx, short.desk.DB, c.ID); err != nil {
		t.Fatal(err)
	}
	if !members[0].Consented.IsZero() {
		t.Error("a consent for one matter goes on")
	}
	short.jobs()
	if n := short.times("/bank", "钱守业"); n != 1 {
		t.Errorf("the bank is asked %d times about who has not agreed again, want only for the first matter", n)
	}
}
