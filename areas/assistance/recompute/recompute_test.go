package recompute_test

import (
	"strings"
	"testing"

	"minzheng/areas/assistance/ledger"
	"minzheng/areas/assistance/recompute"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/people"
)

func TestARaisedStandardIsArrearsForEachPastMonthAndMoreFromTheNext(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		one := h.family(grant{wage: 100000, children: 1})
		h.lay(raised("2026-01-01", "1300"))
		run := h.computed("2025-11")
		l := h.line(run, one)
		// December is before the change; in January to March two people have 90 yuan more each.
		if l.Kind != recompute.Arrears || l.Arrears != 3*18000 || l.Over != 0 || len(l.Months) != 4 || l.Months[0].Arrears() != 0 || l.Next-l.Now != 18000 {
			t.Fatalf("the line is %+v", l)
		}
		sum := h.totals(run)
		if sum.All.Households != 1 || sum.All.ArrearsN != 1 || sum.All.Arrears != 54000 || sum.All.More != 18000 || len(sum.Months) != 4 || sum.Months[1].Arrears != 18000 {
			t.Fatalf("the totals are %+v", sum)
		}
		if h.one(`SELECT COUNT(*) FROM assistance_due`)+h.one(`SELECT COUNT(*) FROM assistance_amount`) != 0 {
			t.Fatal("the run itself has changed something")
		}
		h.confirmed(run, recompute.Decision{})
		a := h.account(one)
		if len(a.Dues) != 1 || a.Dues[0].Kind != ledger.Arrears || a.Dues[0].Amount != 54000 || a.Dues[0].State != ledger.Open || len(a.Dues[0].Shares) != 3 {
			t.Fatalf("owed is %+v", a.Dues)
		}
		if a.In("2026-03") != l.Now || a.In("2026-04") != l.Next {
			t.Errorf("recorded are %d for March and %d for April", a.In("2026-03"), a.In("2026-04"))
		}
		if m, err := ledger.AmountIn(t.Context(), h.db, one, "2026-05"); err != nil || m != l.Next {
			t.Errorf("May has %d, %v", m, err)
		}
	})
}

func TestASecondRunAfterConfirmationFindsNothing(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		for _, g := range mixed(40) {
			h.family(g)
		}
		h.lay(raised("2025-12-01", "1300"), raised("2026-02-01", "1100"))
		run := h.computed("2025-11")
		before := h.totals(run)
		if before.All.ArrearsN == 0 || before.All.OverN == 0 || before.All.UnknownN == 0 || before.All.SameN == 0 {
			t.Fatalf("the families are too much alike: %+v", before.All)
		}
		h.reconciles(run)
		h.confirmed(run, recompute.Decision{Lower: true, Heard: "逐户打电话问过"})
		h.reconciles(run)
		again := h.computed("2025-11")
		if got := h.totals(again).All; got.Arrears != 0 || got.Over != 0 || got.UnknownN != before.All.UnknownN {
			t.Fatalf("the second run finds %+v", got)
		}
		h.confirmed(again, recompute.Decision{Claim: true, Why: "试一试"})
		if n := h.one(`SELECT COUNT(*) FROM assistance_due WHERE run = ?`, again.ID); n != 0 {
			t.Errorf("the second run has made %d dues", n)
		}
		if r, err := h.desk.Audit.Verify(t.Context(), h.db, h.dir); err != nil || !r.OK() {
			t.Errorf("the audit log: %+v, %v", r, err)
		}
	})
}

// mixed are families of all kinds: richer and poorer, in several places, begun
// and ended in different months, some with facts that lack.
func mixed(n int) []grant {
	var all []grant
	for i := range n {
		g := grant{wage: int64(i*7919%26) * 10000, children: i % 4, since: []string{"2025-12", "2026-01", "2026-04", "2025-08"}[i%4]}
		switch i % 8 {
		case 3:
			g.region = shiqiao
		case 5:
			g.until, g.since = "2026-01", "2025-10"
		case 6:
			g.lacks = "存款"
		}
		if i%5 == 4 {
			g.wage = 80000
		}
		all = append(all, g)
		if g.lacks != "" {
			all[i].amount = 90000
		}
	}
	return all
}

// reconciles checks a run to the 分: its lines, its totals by township and by
// month, and what it has made of them.
func (h *house) reconciles(run recompute.Run) {
	h.Helper()
	lines, err := h.room.Lines(h.Context(), h.db, run.ID, "", 0, 1<<20)
	h.must(err)
	var arrears, over, months, written, excess int64
	for _, l := range lines {
		arrears, over = arrears+l.Arrears, over+l.Over
		for _, m := range l.Months {
			if l.Kind != recompute.Unknown {
				months += m.Arrears() - m.Over()
			}
		}
		if l.State == recompute.Written {
			written, excess = written+l.Arrears, excess+l.Over
		}
	}
	t := h.totals(run)
	var byMonth, byTownship int64
	for _, m := range t.Months {
		byMonth += m.Arrears - m.Over
	}
	for _, m := range t.Townships {
		byTownship += m.Arrears - m.Over
	}
	if t.All.Arrears != arrears || t.All.Over != over || months != arrears-over || byMonth != months || byTownship != months || t.All.Households != len(lines) {
		h.Errorf("lines have %d and %d over %d families; totals %+v, by month %d, by township %d", arrears, over, len(lines), t.All, byMonth, byTownship)
	}
	owed, err := ledger.OwedBy(h.Context(), h.db, run.ID)
	h.must(err)
	for _, o := range owed {
		if o.Kind == ledger.Arrears {
			written -= o.Amount
		} else {
			excess -= o.Amount
		}
	}
	if written != 0 || excess != 0 {
		h.Errorf("dues and written lines differ by %d and %d 分", written, excess)
	}
}

func TestNothingIsGuessedWhereAFactLacks(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	one := h.family(grant{lacks: "存款", amount: 90000})
	h.lay(raised("2026-01-01", "1300"))
	run := h.computed("2026-01")
	if l := h.line(run, one); l.Kind != recompute.Unknown || l.Arrears+l.Over+l.More()+l.Less() != 0 || l.Months[0].Known {
		t.Fatalf("the line is %+v", l)
	}
	h.confirmed(run, recompute.Decision{Claim: true, Why: "查出来的", Lower: true, Heard: "听过"})
	if a := h.account(one); len(a.Dues)+len(a.Amounts) != 0 || h.line(run, one).State != recompute.Kept {
		t.Errorf("written were %+v", a)
	}
}

func TestOverpaymentIsKeptByTheFamilyUnlessAPersonSaysWhy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		d     recompute.Decision
		state ledger.State
		april int64 // how much less than before
	}{
		{"by default", recompute.Decision{}, ledger.Waived, 0},
		{"claimed", recompute.Decision{Claim: true, Why: "隐瞒了收入"}, ledger.Open, 0},
		{"heard", recompute.Decision{Lower: true, Heard: "电话听取了意见"}, ledger.Waived, 11000},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, t.TempDir(), "")
			one := h.family(grant{wage: 20000})
			h.lay(raised("2026-02-01", "1100"))
			run := h.computed("2026-01")
			if l := h.line(run, one); l.Kind != recompute.Over || l.Over != 22000 || l.Less() != 11000 {
				t.Fatalf("the line is %+v", l)
			}
			h.confirmed(run, c.d)
			a := h.account(one)
			if len(a.Dues) != 1 || a.Dues[0].Kind != ledger.Over || a.Dues[0].State != c.state || a.Dues[0].Amount != 22000 {
				t.Errorf("dues are %+v", a.Dues)
			}
			if got := a.In("2026-03") - a.In("2026-04"); got != c.april {
				t.Errorf("April has %d 分 less, want %d", got, c.april)
			}
			open, err := ledger.Dues(t.Context(), h.db, one)
			if err != nil || (len(open) == 1) != (c.state == ledger.Open) {
				t.Errorf("open dues are %+v, %v", open, err)
			}
		})
	}
}

func TestWhatAFamilyMayKeepIsNoArrearsLater(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	one := h.family(grant{wage: 20000})
	h.lay(raised("2026-02-01", "1100"))
	h.confirmed(h.computed("2026-01"), recompute.Decision{})
	corrected := raised("2026-02-01", "1160")
	corrected.Corrects = true
	h.lay(raised("2026-02-01", "1100"), corrected)
	run := h.computed("2026-01")
	if l := h.line(run, one); l.Arrears != 0 || l.Over != 0 {
		t.Errorf("they kept 1,010 yuan, 960 are right, and the line is %+v", l)
	}
}

func TestOnlyMonthsInWhichMoneyIsDueAreWorkedOut(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	ending := h.family(grant{wage: 20000})
	h.do(func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE assistance_benefit SET ends = '2026-02' WHERE id = ?`, ending)
		return err
	})
	h.lay(raised("2026-01-01", "1300"))
	run := h.computed("2026-01")
	if l := h.line(run, ending); l.GoesOn || len(l.Months) != 2 || l.Arrears != 18000 || h.totals(run).All.Households != 1 {
		t.Errorf("the line is %+v, the totals %+v", l, h.totals(run).All)
	}
}

func TestNoRunEndsABenefit(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	one := h.family(grant{wage: 110000})
	h.lay(raised("2026-02-01", "800"))
	run := h.computed("2026-01")
	if l := h.line(run, one); !l.Stops() {
		t.Fatalf("the line is %+v", l)
	}
	h.confirmed(run, recompute.Decision{Lower: true, Heard: "听过"})
	if a := h.account(one); a.In("2026-04") == 0 || len(a.Amounts) != 0 {
		t.Errorf("April has %d 分", a.In("2026-04"))
	}
}

func TestWhoOrderedARunCannotConfirmItAndNobodyElsewhereSeesIt(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	h.family(grant{wage: 20000})
	h.lay(raised("2026-01-01", "1300"))
	if _, err := h.try(he, recompute.Order{Key: "k", Service: "dibao", First: "2026-01", Document: "x", Why: "y"}); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a clerk orders: %v", err)
	}
	run := h.order("2026-01")
	if err := h.confirm(gao, run, recompute.Decision{}); !errs.Is(err, errs.Conflict) {
		t.Errorf("confirming before it is worked out gives %v", err)
	}
	h.jobs()
	if err := h.confirm(zhou, run, recompute.Decision{}); !errs.Is(err, errs.Forbidden) || !strings.Contains(errs.Sentence(err), "另一位") {
		t.Errorf("the orderer confirms: %v", err)
	}
	for who, want := range map[*auth.Who]errs.Kind{&he: errs.NotFound, &other: errs.NotFound, &bai: errs.Forbidden} {
		if err := h.confirm(*who, run, recompute.Decision{}); !errs.Is(err, want) {
			t.Errorf("%s confirms: %v", who.Name, err)
		}
	}
	if _, err := h.room.Find(t.Context(), h.db, bai, run.ID); err != nil {
		t.Errorf("the auditor cannot look: %v", err)
	}
	for _, d := range []recompute.Decision{{Claim: true, Why: "  "}, {Lower: true}} {
		if err := h.confirm(gao, run, d); !errs.Is(err, errs.Invalid) {
			t.Errorf("%+v without a reason gives %v", d, err)
		}
	}
	h.confirmed(run, recompute.Decision{})
	h.must(h.confirm(gao, run, recompute.Decision{})) // pressed twice
	h.jobs()
	if n := h.one(`SELECT COUNT(*) FROM assistance_due`); n != 1 {
		t.Errorf("there are %d dues", n)
	}
}

func TestAnOrderIsReadStrictlyAndPressingTwiceOrdersOnce(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	good := recompute.Order{Key: "key", Service: "dibao", First: "2026-01", Document: "清民发〔2026〕8号", Why: "标准提高了"}
	for field, o := range map[string]recompute.Order{
		"service": {Key: "a", Service: "none", First: good.First, Document: "d", Why: "w"}, "first": {Key: "a", Service: "dibao", First: "2026-04", Document: "d", Why: "w"},
		"region": {Key: "a", Region: "390122", Service: "dibao", First: good.First, Document: "d", Why: "w"}, "document": {Key: "a", Service: "dibao", First: good.First, Why: "w"},
		"why": {Key: "a", Service: "dibao", First: good.First, Document: "d", Why: strings.Repeat("长", 61)},
	} {
		if _, err := h.try(zhou, o); !errs.Is(err, errs.Invalid) {
			t.Errorf("a wrong %s gives %v", field, err)
		}
	}
	one, err := h.try(zhou, good)
	h.must(err)
	if two, err := h.try(zhou, good); err != nil || two.ID != one.ID {
		t.Errorf("the second press gives %s, %v", two.ID, err)
	}
	good.Key = "another"
	if _, err := h.try(gao, good); !errs.Is(err, errs.Conflict) {
		t.Errorf("a second run at once gives %v", err)
	}
	h.do(func(tx *db.Tx) error { return h.room.Drop(t.Context(), tx, gao, one.ID) })
	h.jobs()
	if h.find(one.ID).State != recompute.Dropped || h.one(`SELECT COUNT(*) FROM assistance_recompute_line`) != 0 {
		t.Error("a dropped run goes on")
	}
	if _, err := h.try(gao, good); err != nil {
		t.Errorf("after it is dropped: %v", err)
	}
}

func TestARunThatIsOutOfDateCannotBeConfirmed(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	h.family(grant{wage: 20000})
	h.lay(raised("2026-01-01", "1300"))
	run := h.computed("2026-01")
	h.lay(raised("2026-01-01", "1320"))
	if err := h.confirm(gao, run, recompute.Decision{}); !errs.Is(err, errs.Conflict) || !strings.Contains(errs.Sentence(err), "标准又变了") {
		t.Errorf("after another change: %v", err)
	}
	h.lay(raised("2026-01-01", "1300"))
	h.now = h.now.AddDate(0, 1, 0)
	if err := h.confirm(gao, run, recompute.Decision{}); !errs.Is(err, errs.Conflict) || !strings.Contains(errs.Sentence(err), "2026年4月") {
		t.Errorf("a month later: %v", err)
	}
}

func TestWhatHasChangedSinceIsLeftAloneAndTold(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	ended, moved, left, kept := h.family(grant{wage: 20000}), h.family(grant{wage: 20000}), h.family(grant{wage: 20000}), h.family(grant{wage: 20000})
	h.lay(raised("2026-01-01", "1300"))
	run := h.computed("2026-01")
	h.do(func(tx *db.Tx) error {
		if _, err := tx.Exec(t.Context(), `UPDATE assistance_benefit SET until = '2026-01' WHERE id = ?`, ended); err != nil {
			return err
		}
		return ledger.Set(t.Context(), tx, ledger.Amount{Benefit: moved, Since: "2026-03", Amount: 5, Version: "x", Why: "复核"})
	})
	seen := h.find(run.ID).Revision
	exclude := func(reason string, out bool) error {
		return h.db.Do(t.Context(), func(tx *db.Tx) error {
			return h.room.Exclude(t.Context(), tx, zhou, run.ID, left, reason, out)
		})
	}
	if err := exclude(" ", true); !errs.Is(err, errs.Invalid) {
		t.Errorf("excluding without a reason gives %v", err)
	}
	h.must(exclude("正在复核", true))
	if n := h.totals(run).Excluded; n.Households != 1 || n.Arrears != 3*9000 {
		t.Errorf("excluded are %+v", n)
	}
	err := h.db.Do(t.Context(), func(tx *db.Tx) error {
		return h.room.Confirm(t.Context(), tx, gao, run.ID, recompute.Decision{Seen: seen})
	})
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("confirming what one has not seen gives %v", err)
	}
	h.confirmed(run, recompute.Decision{})
	for benefit, want := range map[string]recompute.Fate{ended: recompute.Changed, moved: recompute.Changed, left: recompute.Excluded, kept: recompute.Written} {
		if got := h.line(run, benefit).State; got != want || (len(h.account(benefit).Dues) == 1) != (want == recompute.Written) {
			t.Errorf("%s became %s, want %s; dues %+v", benefit, got, want, h.account(benefit).Dues)
		}
	}
	h.reconciles(run)
	if l := h.line(run, left); l.Excluded != "正在复核" {
		t.Errorf("the reason reads %q", l.Excluded)
	}
	if h.one(`SELECT COUNT(*) FROM assistance_recompute_line WHERE excluded LIKE '%复核%'`) != 0 {
		t.Error("the reason lies open in the table")
	}
}

func TestAFamilyIsToldInPlainWordsAndTheLogKnowsIt(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	one := h.family(grant{wage: 20000})
	h.lay(raised("2026-01-01", "1300"))
	h.confirmed(h.computed("2026-01"), recompute.Decision{})
	who := h.account(one).Recipient
	all, err := h.desk.Notify.Inbox(t.Context(), h.db, who, 10)
	if err != nil || len(all) != 1 || all[0].Text != "低保标准从2026年1月起提高了，补发您 3 个月共 270.00 元。从2026年4月起，每月发 1,100.00 元。" {
		t.Fatalf("told is %+v, %v", all, err)
	}
	entries, err := h.desk.Audit.About(t.Context(), h.db, who, 10)
	if err != nil || len(entries) != 1 || entries[0].Verb != audit.Act || entries[0].Actor != "gao" || entries[0].Detail["补发"] != "27000" {
		t.Errorf("the log has %+v, %v", entries, err)
	}
	if _, err := h.desk.People.Find(t.Context(), h.db, people.ID(who)); err != nil {
		t.Fatal(err)
	}
}

func TestADueIsSettledOnceAndNeverBeyondItself(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		one := h.family(grant{wage: 20000})
		h.do(func(tx *db.Tx) error {
			return ledger.Owe(t.Context(), tx, ledger.Due{Benefit: one, Run: "r", Kind: ledger.Arrears, State: ledger.Open, Shares: []ledger.Share{{Month: "2026-01", Amount: 100}, {Month: "2026-02", Amount: 50}}})
		})
		dues, err := ledger.Dues(t.Context(), h.db, one)
		if err != nil || len(dues) != 1 || dues[0].Left() != 150 {
			t.Fatalf("dues are %+v, %v", dues, err)
		}
		for _, c := range []struct {
			amount int64
			fails  bool
		}{{0, true}, {-5, true}, {151, true}, {100, false}, {51, true}, {50, false}, {1, true}} {
			err := h.db.Do(t.Context(), func(tx *db.Tx) error { return ledger.Settle(t.Context(), tx, dues[0].ID, c.amount) })
			if (err != nil) != c.fails {
				t.Errorf("settling %d gives %v", c.amount, err)
			}
		}
		if d := h.account(one).Dues[0]; d.State != ledger.Settled || d.Left() != 0 || d.In("2026-02") != 50 {
			t.Errorf("the due is %+v", d)
		}
	})
}

func TestTheTableIsExportedWithoutFormulasAndAsItStands(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	for _, g := range mixed(9) {
		h.family(g)
	}
	h.do(func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE casework_case SET name = '=1+1' WHERE number = '390121-2025-000001'`)
		return err
	})
	h.lay(raised("2026-01-01", "1300"))
	run := h.computed("2026-01")
	var out strings.Builder
	h.must(h.room.Paged(2, 0).CSV(t.Context(), &out, run))
	text, lines := out.String(), h.totals(run).All.Households
	if !strings.HasPrefix(text, "\ufeff受理号,申请人") || strings.Count(text, "\n") != 1+lines || !strings.Contains(text, ",'=1+1,") || !strings.Contains(text, "算不出") {
		t.Errorf("%d families, exported is\n%s", lines, text)
	}
}

func TestEveryAmountIsWhatASingleCaseGives(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	grants := map[string]grant{}
	for i, g := range mixed(64) {
		if g.lacks != "" {
			g.lacks = []string{"存款", "工资收入", "出生日期", "学业", "姓名"}[i/8%5]
		}
		grants[h.family(g)] = g
	}
	h.lay(raised("2025-12-01", "1333.33"), raised("2026-02-01", "987.65"))
	run := h.computed("2025-09")
	for benefit, g := range grants {
		l, set := h.line(run, benefit), fact.NewSet(h.known.Dictionary)
		set.Tell(g.told()...)
		for _, one := range l.Months {
			j := h.judge(h.service, l.Region, set, one.Month.First())
			decides, _ := j.Find("符合低保条件")
			amount, _ := j.Find("月保障金额")
			known := decides.Known && (!decides.Value.Bool() || amount.Known)
			want := int64(0)
			if known && decides.Value.Bool() {
				want = amount.Value.Int64()
			}
			if one.Known != known || one.Due != want {
				t.Errorf("%+v has %+v in a page of many, alone %d (%t)", g, one, want, known)
			}
		}
	}
}
