package payment_test

import (
	"strings"
	"testing"
	"time"

	"minzheng/areas/assistance/ledger"
	"minzheng/areas/assistance/payment"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
)

func TestFirstAndLastMonthAndMonthsThatWereMissed(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		g := h.add(grant{Since: "2026-04"}, grant{Since: "2026-05"}, grant{Since: "2026-01", Until: "2026-03"}, grant{Since: "2026-02", Until: "2026-04"})
		o := h.approved("2026-04")
		if len(h.of(o, g[0])) != 1 || len(h.of(o, g[1])) != 0 || len(h.of(o, g[2])) != 0 || len(h.of(o, g[3])) != 1 {
			t.Errorf("April pays %d lines, want those that run in April, and no month from before the first roll", o.Lines)
		}
		late := h.add(grant{Since: "2026-04"}) // granted after April's roll
		h.at(2026, 6, 3)
		o = h.approved("2026-06")
		for i, want := range []int{2, 2, 0, 0} {
			if n := len(h.of(o, g[i])); n != want {
				t.Errorf("June pays recipient %d %d months, want %d: May was never paid", i, n, want)
			}
		}
		l := h.of(o, late[0])
		if len(l) != 3 || l[0].Month != "2026-04" || l[0].Kind != payment.Late || l[2].Kind != payment.Monthly {
			t.Errorf("who was missed in April gets %+v", l)
		}
		if err := h.do(func(tx *db.Tx) error {
			_, err := h.pay.Begin(t.Context(), tx, zhou, payment.Order{Service: "dibao", Month: "2026-05", County: county})
			return err
		}); !errs.Is(err, errs.Conflict) {
			t.Errorf("a month before the last is made: %v", err)
		}
		if err := h.do(func(tx *db.Tx) error {
			_, err := h.pay.Begin(t.Context(), tx, zhou, payment.Order{Service: "dibao", Month: "2026-07", County: county})
			return err
		}); !errs.Is(err, errs.Invalid) {
			t.Errorf("a month ahead of its time is made: %v", err)
		}
		h.sound()
	})
}

func TestOneRollOfAServiceIsOpenAtATime(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		h.add(grant{})
		o := h.begin("2026-04")
		err := h.do(func(tx *db.Tx) error {
			_, err := h.pay.Begin(t.Context(), tx, gao, payment.Order{Service: "dibao", Month: "2026-04", County: county})
			return err
		})
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("a second is begun: %v", err)
		}
		h.must(h.do(func(tx *db.Tx) error { return h.pay.Drop(t.Context(), tx, zhou, o.ID) }))
		h.jobs() // the job of the dropped one does nothing
		if n := count(t, h.DB, `SELECT COUNT(*) FROM assistance_line`); n != 0 {
			t.Errorf("a dropped roll has %d lines", n)
		}
		h.approved("2026-04")
	})
}

func TestASuspendedMonthIsNotPaidAndIsNotPaidLaterByItself(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		g := h.add(grant{}, grant{})
		hold := func(who string, v payment.Hold) error {
			return h.do(func(tx *db.Tx) error { return h.pay.Suspend(ctx, tx, zhou, who, v) })
		}
		if err := hold(g[0].id, payment.Hold{Since: "2026-04"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("suspended without a reason: %v", err)
		}
		if err := h.do(func(tx *db.Tx) error {
			return h.pay.Suspend(ctx, tx, he, g[0].id, payment.Hold{Since: "2026-04", Reason: "不让查"})
		}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("suspended by a clerk: %v", err)
		}
		h.must(hold(g[0].id, payment.Hold{Since: "2026-04", Reason: "联系不上，等核实"}))
		o := h.approved("2026-04")
		if l := h.of(o, g[0]); len(l) != 1 || l[0].Kind != payment.Held || l[0].Amount != 0 {
			t.Errorf("suspended, and gets %+v", l)
		}
		if o.Amount != g[1].Amount || o.Payable != 1 {
			t.Errorf("the roll pays %d 分 in %d lines", o.Amount, o.Payable)
		}
		if err := hold(g[1].id, payment.Hold{Since: "2026-04", Reason: "晚了"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("a month in a roll is suspended: %v", err)
		}
		h.at(2026, 5, 6)
		b, err := h.pay.Benefit(ctx, h.DB, zhou, g[0].id)
		h.must(err)
		holds, err := h.pay.Holds(ctx, h.DB, b)
		h.must(err)
		h.must(h.do(func(tx *db.Tx) error { return h.pay.Resume(ctx, tx, zhou, g[0].id, holds[0].ID) }))
		h.must(h.do(func(tx *db.Tx) error {
			return h.pay.Enter(ctx, tx, zhou, g[0].id, payment.Entry{Kind: ledger.Arrears, Month: "2026-04", Amount: g[0].Amount, Why: "核实了，补四月"})
		}))
		o = h.approved("2026-05")
		if l := h.of(o, g[0]); len(l) != 1 || l[0].Base != g[0].Amount || l[0].Arrears != g[0].Amount || l[0].Amount != 2*g[0].Amount {
			t.Errorf("resumed with arrears, and gets %+v", l)
		}
		h.sound()
	})
}

func TestWhatIsTakenBackIsAtMostItsShareOfAMonthUntilAllIsTaken(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		g := h.add(grant{Amount: 100_01, Wage: 120_000})
		h.must(h.do(func(tx *db.Tx) error {
			return h.pay.Enter(t.Context(), tx, zhou, g[0].id, payment.Entry{Kind: ledger.Over, Month: "2026-04", Amount: 70_00, Why: "和本人商量好，多领的分月扣"})
		}))
		for i, want := range []int64{30_00, 30_00, 10_00, 0} {
			h.at(2026, time.Month(4+i), 8)
			o := h.approved("2026-0" + string(rune('4'+i)))
			l := h.of(o, g[0])
			if len(l) != 1 || l[0].Taken != want || l[0].Amount != 100_01-want {
				t.Errorf("month %d: %+v, want %d 分 taken", i, l, want)
			}
			h.sound()
		}
		if n := count(t, h.DB, `SELECT COUNT(*) FROM assistance_due WHERE state = 'open'`); n != 0 {
			t.Error("the entry is taken in full and still open")
		}
	})
}

func TestArrearsReachWhoNoLongerReceives(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		g := h.add(grant{Until: "2026-04"})
		h.approved("2026-04")
		h.at(2026, 6, 8)
		h.must(h.do(func(tx *db.Tx) error {
			return h.pay.Enter(t.Context(), tx, zhou, g[0].id, payment.Entry{Kind: ledger.Arrears, Month: "2026-04", Amount: 4_56, Why: "四月少发"})
		}))
		dropped := h.made("2026-06")
		h.must(h.do(func(tx *db.Tx) error { return h.pay.Return(t.Context(), tx, gao, dropped.ID, "再看看") }))
		o := h.approved("2026-06")
		if l := h.of(o, g[0]); len(l) != 1 || l[0].Kind != payment.Owed || l[0].Amount != 4_56 || l[0].Base != 0 {
			t.Errorf("gets %+v, want the arrears once", l)
		}
		if o = h.made("2026-06"); o.Lines != 0 {
			t.Errorf("arrears are paid twice: %d lines", o.Lines)
		}
		h.sound()
	})
}

func TestOnlyWhatIsSensibleIsEntered(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	g := h.add(grant{})
	for _, c := range []struct {
		entry payment.Entry
		field string
	}{
		{payment.Entry{Kind: "gift", Month: "2026-04", Amount: 1, Why: "x"}, "kind"},
		{payment.Entry{Kind: ledger.Arrears, Month: "2026-04", Amount: 0, Why: "x"}, "amount"},
		{payment.Entry{Kind: ledger.Arrears, Month: "2026-04", Amount: -1, Why: "x"}, "amount"},
		{payment.Entry{Kind: ledger.Arrears, Month: "2026-04", Amount: 100_000_001, Why: "x"}, "amount"},
		{payment.Entry{Kind: ledger.Over, Month: "2026-04", Amount: 1, Why: " "}, "why"},
		{payment.Entry{Kind: ledger.Over, Month: "2026-04", Amount: 1, Why: strings.Repeat("长", 201)}, "why"},
	} {
		err := h.do(func(tx *db.Tx) error { return h.pay.Enter(t.Context(), tx, zhou, g[0].id, c.entry) })
		var p errs.Problems
		if !errs.Is(err, errs.Invalid) || !asProblems(err, &p) || p.Of(c.field) == "" {
			t.Errorf("%+v gives %v, want a problem of %s", c.entry, err, c.field)
		}
	}
	for _, c := range []struct {
		account payment.NewAccount
		field   string
	}{
		{payment.NewAccount{Holder: "", Number: "6217000112345678"}, "holder"},
		{payment.NewAccount{Holder: "=cmd()", Number: "6217000112345678"}, "holder"},
		{payment.NewAccount{Holder: "赵某", Number: "62170001"}, "number"},
		{payment.NewAccount{Holder: "赵某", Number: "6217000112345678", Bank: strings.Repeat("行", 61)}, "bank"},
	} {
		err := h.do(func(tx *db.Tx) error { return h.pay.SetAccount(t.Context(), tx, he, g[0].id, c.account) })
		var p errs.Problems
		if !asProblems(err, &p) || p.Of(c.field) == "" {
			t.Errorf("%+v gives %v, want a problem of %s", c.account, err, c.field)
		}
	}
	if err := h.do(func(tx *db.Tx) error {
		return h.pay.SetAccount(t.Context(), tx, staff("m", "township-clerk", heba), g[0].id, payment.NewAccount{Holder: "赵某", Number: "6217000112345678"})
	}); !errs.Is(err, errs.NotFound) {
		t.Errorf("a clerk of another township registers an account: %v", err)
	}
}

func TestANewBenefitIsPackedBeforeItsFirstRollAndGivesTheSame(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		g := h.add(grant{Wage: 50_000}, grant{Wage: 50_000})
		h.must(h.do(func(tx *db.Tx) error {
			return job.Enqueue(t.Context(), tx, job.New{Kind: payment.PackKind, Key: g[0].id, Payload: g[0].id})
		}))
		h.jobs()
		if n := count(t, h.DB, `SELECT COUNT(*) FROM assistance_known`); n != 1 {
			t.Fatalf("%d benefits are packed, want one", n)
		}
		o := h.made("2026-04")
		a, b := h.of(o, g[0])[0], h.of(o, g[1])[0]
		if a.Found != payment.Same || b.Found != payment.Same || a.Amount != b.Amount || a.Tail == "" || b.Tail == "" {
			t.Errorf("packed before it gives %+v, else %+v", a, b)
		}
		if n := count(t, h.DB, `SELECT COUNT(*) FROM assistance_known`); n != 2 {
			t.Errorf("after the roll %d are packed, want both", n)
		}
	})
}

func TestOnlyMoneyIsPaidByRolls(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	for _, s := range h.Desk.Services().All() {
		err := h.do(func(tx *db.Tx) error {
			_, err := h.pay.Begin(t.Context(), tx, zhou, payment.Order{Service: s.Code, Month: "2026-04", County: county})
			return err
		})
		if want := payment.Pays(s); (err == nil) != want {
			t.Errorf("a roll of %s (%s): %v", s.Code, s.Grants().Kind, err)
		}
	}
	g := h.add(grant{}, grant{}, grant{})
	h.must(h.do(func(tx *db.Tx) error {
		for id, set := range map[string]string{g[1].id: `kind = 'voucher'`, g[2].id: `ends = '2026-03'`} {
			if _, err := tx.Exec(t.Context(), `UPDATE assistance_benefit SET `+set+` WHERE id = ?`, id); err != nil {
				return err
			}
		}
		return nil
	}))
	h.jobs()
	all, err := h.pay.Rolls(t.Context(), h.DB, zhou)
	h.must(err)
	for _, o := range all {
		if o.Service == "dibao" && (o.Lines != 1 || len(h.of(o, g[0])) != 1) {
			t.Errorf("the roll has %d lines, want the one that is paid in money this month", o.Lines)
		}
	}
}
