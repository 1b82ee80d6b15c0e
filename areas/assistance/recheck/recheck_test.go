package recheck_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"minzheng/areas/assistance/ledger"
	"minzheng/areas/assistance/recheck"
	"minzheng/kernel/casework"
	"minzheng/kernel/casework/decision"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
)

func (h *house) amount(benefit string, m ledger.Month) int64 {
	h.t.Helper()
	n, err := ledger.AmountIn(h.ctx, h.desk.DB, benefit, m)
	h.must(err)
	return n
}

// daily runs the daily job's work on a day.
func (h *house) daily(day string) {
	h.t.Helper()
	h.on(day)
	h.do(func(tx *db.Tx) error { return job.Enqueue(h.ctx, tx, job.New{Kind: recheck.DailyKind, Key: "again"}) })
	h.jobs()
}

func TestAFamilyWhoseFactsStayIsConfirmedAndGoesOn(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		b, _ := h.granted("王一", "20150101")
		h.daily("2026-09-30")
		if n := h.count(`SELECT COUNT(*) FROM assistance_recheck`); n != 0 {
			t.Fatalf("%d re-checks are open a day too early", n)
		}
		h.daily("2026-10-09")
		c := h.open(b)
		if c.Step != "same" || c.Applicant == "" || c.Again == "" || c.Conflicts != 0 {
			t.Fatalf("the re-check is at %s with %d conflicts, want same", c.Step, c.Conflicts)
		}
		h.daily("2026-10-10")
		if n := h.count(`SELECT COUNT(*) FROM assistance_recheck`); n != 1 {
			t.Fatalf("there are %d re-checks, want the one", n)
		}
		h.act(c, "confirm")
		if got := h.text(`SELECT review FROM assistance_benefit WHERE id = ?`, b); got != "2027-04" {
			t.Errorf("the next re-check is in %s, want 2027-04: a family that can work is looked at every six months", got)
		}
		if got := h.text(`SELECT outcome FROM assistance_recheck`); got != "same" {
			t.Errorf("it ends as %s, want same", got)
		}
		if n := h.count(`SELECT COUNT(*) FROM assistance_amount`); n != 0 {
			t.Errorf("%d amounts were written, want none", n)
		}
	})
}

func TestAFactWithinItsToleranceIsNoChange(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	for _, c := range []struct {
		deposits string
		step     string
	}{{`{"deposits":100000}`, "same"}, {`{"deposits":100001}`, "differs"}} {
		b, all := h.granted("李"+c.step, "20150101")
		h.say("/bank/deposits", all[0].number, c.deposits)
		h.on("2026-10-09")
		h.must(h.room.CoverAll(h.ctx))
		_, err := h.room.OpenDue(h.ctx)
		h.must(err)
		h.jobs()
		if got := h.open(b); got.Step != c.step {
			t.Errorf("with deposits of %s it is at %s, want %s", c.deposits, got.Step, c.step)
		}
		h.on("2026-03-02")
	}
}

func TestWhatNoDepartmentAnsweredIsNotTakenForUnchanged(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	b, all := h.granted("王二")
	h.say("/bank/deposits", all[0].number, "silent")
	h.daily("2026-10-09")
	if c := h.open(b); c.Step != "asking" || c.Silent == 0 {
		t.Fatalf("with a silent bank it is at %s, want asking", c.Step)
	}
	h.on("2026-10-20")
	h.jobs()
	for _, day := range []string{"2026-10-22", "2026-10-24", "2026-10-26", "2026-10-28", "2026-10-30", "2026-11-01", "2026-11-03"} {
		h.on(day)
		h.jobs()
	}
	c := h.open(b)
	if c.Step != "differs" {
		t.Fatalf("after the bank was given up it is at %s, want differs", c.Step)
	}
	re, err := h.room.OfCase(h.ctx, h.desk.DB, c.ID)
	h.must(err)
	if re.Found == nil || len(re.Found.Unasked) != 1 || !strings.Contains(re.Found.Unasked[0], "存款") {
		t.Errorf("found is %+v, want that the deposits were not asked", re.Found)
	}
}

func TestLessIsPaidOnlyAfterTheRecipientWasToldOfJustThat(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		b, all := h.granted("王三", "20150101")
		before := h.amount(b, "2026-10")
		h.say("/tax/income", all[0].number, `{"wage":50000}`)
		h.daily("2026-10-09")
		c := h.act(h.open(b), "hear", "agree", "propose")
		h.say("/tax/income", all[0].number, `{"wage":60000}`) // worse than what they were told
		h.do(func(tx *db.Tx) error { return h.desk.AskAnew(h.ctx, tx, c.ID) })
		h.jobs()
		if _, err := h.try(h.open(b), "less"); !errs.Is(err, errs.Conflict) || !strings.Contains(errs.Sentence(err), "重新听取意见") {
			t.Fatalf("paying less than the family was told of gives %v", err)
		}
		c = h.act(h.open(b), "return", "hear", "answer", "propose", "less")
		if got := h.amount(b, "2026-10"); got != before {
			t.Errorf("this month is %d, want %d as before", got, before)
		}
		if got := h.amount(b, "2026-11"); got != before-60000 {
			t.Errorf("the next month is %d, want %d", got, before-60000)
		}
		if dec, ok, err := h.desk.Decided(h.ctx, h.desk.DB, c.ID); err != nil || !ok || dec.Amount != before-60000 {
			t.Errorf("the decision is %+v, %v", dec.Amount, err)
		}
		_, file, err := h.desk.Download(h.ctx, h.desk.DB, c.ID)
		h.must(err)
		if v, err := decision.Verify(file, decision.How{}); err != nil || len(v.Wrong) > 0 || v.File.Record.Service != "dibao" {
			t.Errorf("its record does not replay by the service's rules: %v %v %s", v.Wrong, err, v.File.Record.Service)
		}
	})
}

func TestSilenceForFiveWorkingDaysEndsTheHearing(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	b, all := h.granted("王四")
	h.say("/tax/income", all[0].number, `{"wage":200000}`)
	h.daily("2026-10-09")
	h.act(h.open(b), "hear") // a Friday; the 10th is worked
	h.on("2026-10-15")
	h.jobs()
	if c := h.open(b); c.Step != "hearing" || c.Role != "citizen" {
		t.Fatalf("on the last day it is at %s, want hearing", c.Step)
	}
	h.on("2026-10-16")
	h.jobs()
	c := h.open(b)
	if c.Step != "heard" {
		t.Fatalf("after the last day it is at %s, want heard", c.Step)
	}
	c = h.act(c, "propose", "stop")
	_, file, err := h.desk.Download(h.ctx, h.desk.DB, c.ID)
	h.must(err)
	if v, err := decision.Verify(file, decision.How{}); err != nil || len(v.Wrong) > 0 || v.File.Record.Outcome != casework.Ended || v.File.Record.Amount != 0 {
		t.Errorf("the record of the stop does not replay: %v %v %+v", v.Wrong, err, v.File.Record.Outcome)
	}
	if got := h.text(`SELECT until FROM assistance_benefit WHERE id = ?`, b); got != "2026-10" {
		t.Errorf("it is paid until %s, want 2026-10", got)
	}
	if n := h.count(`SELECT COUNT(*) FROM assistance_covered WHERE benefit = ?`, b); n != 0 {
		t.Errorf("%d people are still said to live on it", n)
	}
}

func TestWhoFoundWorkFadesOutAndOthersDoNot(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	worker, a := h.granted("王五")
	saver, s := h.granted("王六")
	h.say("/tax/income", a[0].number, `{"wage":200000}`)
	h.say("/bank/deposits", s[0].number, `{"deposits":90000000}`)
	h.daily("2026-10-09")
	h.act(h.open(worker), "hear", "agree", "propose", "fade")
	if got := h.text(`SELECT until FROM assistance_benefit WHERE id = ?`, worker); got != "2027-01" {
		t.Errorf("it fades until %s, want 2027-01: three months more", got)
	}
	c := h.act(h.open(saver), "hear", "agree", "propose")
	if _, err := h.try(c, "fade"); !errs.Is(err, errs.Conflict) {
		t.Errorf("savings fade out: %v", err)
	}
	h.act(c, "stop")
}

func TestDeathOfTheOnlyOneEndsItAndWhatWasPaidSinceIsWrittenDown(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		b, all := h.granted("赵一")
		amount := h.amount(b, "2026-06")
		h.on("2026-07-08")
		h.say("/civil/death", all[0].number, `{"dead":true,"died_on":"2026-05-20"}`)
		h.feed("civil.death", once(`[{"id":"1","number":"`+all[0].number+`","kind":"death","on":"2026-05-20"}]`))
		h.must(h.room.ReadFeeds(h.ctx))
		h.jobs()
		c := h.open(b)
		if c.Step != "differs" || c.Due.String() != "2026-08-20" {
			t.Fatalf("it is at %s, due %s; want differs, three months after the death", c.Step, c.Due)
		}
		if _, err := h.try(c, "hear"); !errs.Is(err, errs.Conflict) {
			t.Errorf("a dead person is heard: %v", err)
		}
		h.act(c, "died", "end")
		if got := h.text(`SELECT until FROM assistance_benefit WHERE id = ?`, b); got != "2026-07" {
			t.Errorf("it is paid until %s, want 2026-07", got)
		}
		accounts, err := ledger.Accounts(h.ctx, h.desk.DB, []string{b})
		h.must(err)
		due := accounts[b].Dues
		if len(due) != 1 || due[0].Amount != 2*amount || due[0].State != recheck.Pending {
			t.Fatalf("the dues are %+v, want two months of %d that nobody has agreed on", due, amount)
		}
		if open, err := ledger.Dues(h.ctx, h.desk.DB, b); err != nil || len(open) != 0 {
			t.Errorf("%d dues would be offset by themselves, want none (%v)", len(open), err)
		}
		d, err := h.room.FindPending(h.ctx, h.desk.DB, due[0].ID)
		h.must(err)
		agree := func() error {
			return h.desk.DB.Do(h.ctx, func(tx *db.Tx) error {
				return h.room.Agree(h.ctx, tx, d, recheck.Agreement{State: ledger.Waived, How: "家里没有别人，不追回", By: casework.Actor{ID: "zhou", Role: "county-officer"}})
			})
		}
		h.must(agree())
		if err := agree(); !errs.Is(err, errs.Conflict) {
			t.Errorf("agreeing twice gives %v, want a conflict", err)
		}
	})
}

func TestDeathOfTheApplicantLeavesTheBenefitToTheFamily(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		b, all := h.granted("钱一", "19720101", "20150101")
		h.on("2026-05-08")
		h.say("/civil/death", all[0].number, `{"dead":true,"died_on":"2026-04-20"}`)
		h.say("/police/household", all[0].number, `{"local_hukou":false}`)
		h.feed("civil.death", once(`[{"id":"1","number":"`+all[0].number+`","kind":"death","on":"2026-04-20"}]`))
		h.must(h.room.ReadFeeds(h.ctx))
		h.jobs()
		c := h.open(b)
		if c.Name != all[1].name || c.Verdict != "yes" || c.Step != "differs" {
			t.Fatalf("it is %s's, verdict %s, at %s; want the other grown-up's, and still eligible", c.Name, c.Verdict, c.Step)
		}
		h.act(c, "hear", "agree", "propose", "less")
		if got := h.text(`SELECT p.name FROM assistance_benefit AS b JOIN people_person AS p ON p.id = b.recipient WHERE b.id = ?`, b); got != all[1].name {
			t.Errorf("it is paid to %s, want %s", got, all[1].name)
		}
		accounts, err := ledger.Accounts(h.ctx, h.desk.DB, []string{b})
		h.must(err)
		if a := accounts[b]; a.CaseIn("2026-05") != a.Case || a.CaseIn("2026-06") != string(c.ID) || a.CaseNow() != string(c.ID) {
			t.Errorf("it stands on %v and then %+v, want the re-check from June on", a.Case, a.Bases)
		}
		if n := h.count(`SELECT COUNT(*) FROM assistance_covered WHERE benefit = ?`, b); n != 2 {
			t.Errorf("%d people live on it, want 2", n)
		}
		if n := h.count(`SELECT COUNT(*) FROM assistance_due WHERE state = 'found' AND kind = 'over'`); n != 1 {
			t.Errorf("%d overpayments are written down, want May's", n)
		}
	})
}

func TestADeathThatOnlyALookUpKnowsHandsTheMatterOver(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	b, all := h.granted("孙一", "19720101")
	h.say("/civil/death", all[0].number, `{"dead":true,"died_on":"2026-09-20"}`)
	h.daily("2026-10-09")
	c := h.open(b)
	if _, err := h.try(c, "hear"); !errs.Is(err, errs.Conflict) || !strings.Contains(errs.Sentence(err), "换家里人") {
		t.Fatalf("hearing the dead applicant gives %v", err)
	}
	h.act(c, "replace")
	h.jobs()
	if now := h.open(b); now.ID == c.ID || now.Name != all[1].name {
		t.Errorf("the matter is %s's, want %s's", now.Name, all[1].name)
	}
	if n := h.count(`SELECT COUNT(*) FROM assistance_recheck WHERE outcome = ''`); n != 1 {
		t.Errorf("%d re-checks are open, want 1", n)
	}
}

// once is a feed with one batch of events.
func once(events string) func(string) string {
	return func(after string) string {
		if after == "1" {
			return `{"events":[],"next":"1"}`
		}
		return `{"events":` + events + `,"next":"1"}`
	}
}

func TestAFeedMayComeTwiceLateOutOfOrderAndBroken(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		b, all := h.granted("周一", "20150101")
		other, _ := h.granted("周二")
		event := func(id, kind, on string) string {
			return fmt.Sprintf(`{"id":%q,"number":%q,"kind":%q,"on":%q}`, id, all[0].number, kind, on)
		}
		h.on("2026-05-08")
		batches := []string{
			`not json`, `{"events":[],"next":"","more":true}`, `{"events":"x","next":"1"}`, `{"next":"1","extra":1}`, `{"events":[],"next":"` + strings.Repeat("x", 200) + `"}`,
			`{"events":[` + event("2", "income", "2026-05-02") + `,{"id":"3"},` + event("4", "income", "2099-01-01") + `,` + event("5", "nonsense", "2026-05-01") + `,17],"next":"a"}`,
			`{"events":[` + event("1", "income", "2026-04-02") + `,` + event("2", "income", "2026-05-02") + `],"next":"b"}`,
			`{"events":[` + event("2", "income", "2026-05-02") + `],"next":"b"}`,
		}
		for i, batch := range batches {
			h.feed("tax.income", func(string) string { return batch })
			h.must(h.room.ReadFeeds(h.ctx))
			h.jobs()
			if i < 5 && h.count(`SELECT COUNT(*) FROM assistance_feed WHERE source = 'tax.income' AND cursor = '' AND failure <> ''`) != 1 {
				t.Fatalf("batch %d moves the cursor, or is not said to have failed", i)
			}
		}
		if n := h.count(`SELECT COUNT(*) FROM assistance_recheck`); n != 1 {
			t.Errorf("there are %d re-checks, want one for all events", n)
		}
		if n := h.count(`SELECT COUNT(*) FROM casework_act WHERE code = 'report' AND case_id = ?`, h.open(b).ID); n != 2 {
			t.Errorf("%d events joined it, want the two that were no duplicates", n)
		}
		if n := h.count(`SELECT COUNT(*) FROM assistance_event WHERE person <> ''`); n != 3 {
			t.Errorf("%d events are kept about the family, want 3: one of an unknown kind is none", n)
		}
		if n := h.count(`SELECT COUNT(*) FROM assistance_recheck WHERE benefit = ?`, other); n != 0 {
			t.Errorf("another family has %d re-checks", n)
		}
	})
}

func TestOfStrangersInAFeedNothingIsKeptButThatItCame(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	h.granted("吴一")
	stranger := h.number("19500101")
	h.feed("civil.death", once(`[{"id":"1","number":"`+stranger+`","kind":"death","on":"2026-03-01"}]`))
	h.must(h.room.ReadFeeds(h.ctx))
	h.must(h.room.ReadFeeds(h.ctx))
	if n := h.count(`SELECT COUNT(*) FROM assistance_event WHERE person = ''`); n != 1 {
		t.Errorf("%d events are kept without a person, want 1", n)
	}
	if n := h.count(`SELECT COUNT(*) FROM job_job WHERE kind = 'assistance.event'`); n != 0 {
		t.Errorf("%d jobs follow from a stranger", n)
	}
}

func TestAPersonInTwoFamiliesIsATaskAndNothingStopsByItself(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		first, all := h.granted("郑一", "20150101")
		second, _ := h.granted("郑二")
		h.must(h.room.CoverAll(h.ctx))
		h.do(func(tx *db.Tx) error {
			_, err := tx.Exec(h.ctx, `INSERT INTO assistance_covered (benefit, person) VALUES (?, ?)`, second, h.desk.People.Index(all[1].number))
			return err
		})
		for range 3 {
			h.must(h.room.FindOverlaps(h.ctx))
		}
		tasks, err := h.room.Overlaps(h.ctx, h.desk.DB, h.desk.Places.Ranges(qingxi), 10)
		h.must(err)
		if len(tasks) != 1 || tasks[0].Rule.Code != "dibao-dibao" || tasks[0].Township != liuxi {
			t.Fatalf("the tasks are %+v, want one", tasks)
		}
		if n := h.count(`SELECT COUNT(*) FROM assistance_benefit WHERE until = ''`); n != 2 {
			t.Fatalf("%d benefits run, want both", n)
		}
		who := casework.Actor{ID: "he", Name: "何芳", Role: "township-clerk"}
		closing := func(look, how string) error {
			return h.desk.DB.Do(h.ctx, func(tx *db.Tx) error { return h.room.CloseOverlap(h.ctx, tx, tasks[0], look, how, who) })
		}
		var p errs.Problems
		if err := closing(second, ""); !errors.As(err, &p) {
			t.Errorf("closing it without a word gives %v", err)
		}
		h.must(closing(first, "孩子跟着另一家生活"))
		if c := h.open(first); c.Step != "asking" {
			t.Errorf("the re-check is at %s, want asking", c.Step)
		}
		if err := closing(first, "再来一次"); !errs.Is(err, errs.Conflict) {
			t.Errorf("closing it twice gives %v, want a conflict", err)
		}
		h.must(h.room.FindOverlaps(h.ctx))
		if tasks, _ = h.room.Overlaps(h.ctx, h.desk.DB, h.desk.Places.Ranges(qingxi), 10); len(tasks) != 0 {
			t.Errorf("what was closed comes again: %+v", tasks)
		}
	})
}

func TestATableOfOverlapsIsReadStrictly(t *testing.T) {
	t.Parallel()
	if _, err := recheck.Rules(); err != nil {
		t.Fatal(err)
	}
	whole := "- {rule: a, these: [x], with: [y], kind: exclude, says: 只能一项, law: 某法}\n"
	for name, src := range map[string]string{"twice": whole + whole, "no law": strings.Replace(whole, ", law: 某法", "", 1), "another kind": strings.Replace(whole, "exclude", "maybe", 1),
		"an unknown word": strings.Replace(whole, "says", "said", 1), "nobody": strings.Replace(whole, "[x]", "[]", 1)} {
		if _, err := recheck.ReadRules("t.yaml", []byte(src)); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}
