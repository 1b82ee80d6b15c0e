package payment_test

import (
	"strings"
	"testing"

	"minzheng/areas/assistance/payment"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

func TestAMachineNeverCutsMoneyAndAsksAClerk(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		g := h.add(grant{}, grant{Wage: 50_000, Amount: 121_000}, grant{Wage: 900_000, Amount: 88_800}, grant{Lacks: "工资收入", Amount: 77_700}, grant{Account: "-"}, grant{Region: heba + "001"})
		o := h.made("2026-04")
		if o.Lines != 6 || o.Payable != 5 || o.Seen != 6 || o.Expected != 6 {
			t.Fatalf("the roll is %+v", o)
		}
		for i, want := range []string{payment.Same, payment.Changed, payment.Changed, payment.Unknown, payment.Same, payment.Same} {
			l := h.of(o, g[i])
			if len(l) != 1 || l[0].Amount != g[i].Amount || l[0].Found != want {
				t.Errorf("recipient %d: %+v, want %d 分 and %s", i, l, g[i].Amount, want)
			}
		}
		if all := h.tasks(payment.Recheck); len(all) != 2 || !strings.Contains(all[0].What+all[1].What, "不再符合") || !strings.Contains(all[0].What+all[1].What, "¥710.00") {
			t.Errorf("re-checks are %+v", all)
		}
		if all := h.tasks(payment.Missing); len(all) != 1 || !strings.Contains(all[0].What, "工资收入") {
			t.Errorf("what lacks is %+v", all)
		}
		if all := h.tasks(payment.NoAccount); len(all) != 1 || all[0].Benefit != g[4].id {
			t.Errorf("without an account are %+v", all)
		}
		h.sound()
	})
}

func TestWhoMakesARollCannotApproveItAndAnApprovedOneStays(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.add(grant{}, grant{})
		o := h.made("2026-04")
		if err := h.pay.Approve(ctx, zhou, o.ID, o.Mark()); !errs.Is(err, errs.Forbidden) {
			t.Errorf("its maker approves it: %v", err)
		}
		for _, who := range []struct {
			name string
			err  error
		}{{"a clerk", h.pay.Approve(ctx, he, o.ID, o.Mark())}, {"an auditor", h.pay.Approve(ctx, bai, o.ID, o.Mark())}, {"an administrator", h.pay.Approve(ctx, tang, o.ID, o.Mark())},
			{"an officer of another county", h.pay.Approve(ctx, staff("x", "county-officer", "390122"), o.ID, o.Mark())}} {
			if !errs.Is(who.err, errs.Forbidden) && !errs.Is(who.err, errs.NotFound) {
				t.Errorf("%s approves it: %v", who.name, who.err)
			}
		}
		if err := h.pay.Approve(ctx, gao, o.ID, "another"); !errs.Is(err, errs.Conflict) {
			t.Errorf("what was not seen is approved: %v", err)
		}
		h.must(h.pay.Approve(ctx, gao, o.ID, o.Mark()))
		if err := h.do(func(tx *db.Tx) error { return h.pay.Drop(ctx, tx, zhou, o.ID) }); !errs.Is(err, errs.Conflict) {
			t.Errorf("an approved roll is dropped: %v", err)
		}
		if err := h.do(func(tx *db.Tx) error { return h.pay.Return(ctx, tx, gao, o.ID, "想改") }); !errs.Is(err, errs.Conflict) {
			t.Errorf("an approved roll is returned: %v", err)
		}
		if err := h.pay.Approve(ctx, gao, o.ID, o.Mark()); !errs.Is(err, errs.Conflict) {
			t.Errorf("it is approved twice: %v", err)
		}
		if again := h.made("2026-04"); again.Lines != 0 || again.Number != 2 {
			t.Errorf("a further roll of the month has %d lines, want none", again.Lines)
		}
		h.sound()
	})
}

func TestEveryChangeOfASealedRollIsFound(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	h.add(grant{}, grant{}, grant{Region: heba + "001"})
	o := h.approved("2026-04")
	for what, statements := range map[string][]string{
		"an amount":          {`UPDATE assistance_line SET amount = amount + 1, base = base + 1 WHERE seq = 2`},
		"an account":         {`UPDATE assistance_line SET account = (SELECT account FROM assistance_line WHERE seq = 1) WHERE seq = 2`},
		"a name":             {`UPDATE assistance_line SET name = '别人' WHERE seq = 1`},
		"a line that went":   {`DELETE FROM assistance_line WHERE seq = 3`},
		"the sums":           {`UPDATE assistance_roll SET amount = amount + 100`},
		"a township's total": {`UPDATE assistance_total SET amount = amount + 1 WHERE township = '390121001'`},
		"two totals":         {`UPDATE assistance_total SET amount = amount + 1 WHERE township = '390121001'`, `UPDATE assistance_total SET amount = amount - 1 WHERE township <> '390121001'`},
		"who approved it":    {`UPDATE assistance_roll SET checker = 'zhou'`},
		"a made-up result":   {`INSERT INTO assistance_result (line, roll, outcome, amount, day, reason, import, next, at) SELECT id, roll, 'paid', amount + 1, '', '', '', '', 0 FROM assistance_line WHERE seq = 1`},
	} {
		undo := errs.New(errs.Conflict, "undone")
		err := h.do(func(tx *db.Tx) error {
			for _, s := range statements {
				if n, err := tx.Exec(t.Context(), s); err != nil || n == 0 {
					t.Fatalf("%s: %d rows, %v", what, n, err)
				}
			}
			r, err := h.pay.Verify(t.Context(), tx)
			h.must(err)
			if r.OK() {
				t.Errorf("%s was changed, and nothing is found", what)
			}
			return undo
		})
		if err != undo {
			t.Fatal(err)
		}
	}
	h.sound()
	if r, _ := h.pay.Verify(t.Context(), h.DB); r.Rolls != 1 || r.Lines != 3 || r.Amount != o.Amount {
		t.Errorf("verified are %+v", r)
	}
}

func TestAReturnedRollIsMadeAnewAndWhatWasChangedIsNotApproved(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		g := h.add(grant{}, grant{})
		o := h.made("2026-04")
		h.must(h.do(func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE assistance_line SET amount = amount + 500, base = base + 500 WHERE benefit = ?`, g[1].id)
			return err
		}))
		if err := h.pay.Approve(ctx, gao, o.ID, o.Mark()); !errs.Is(err, errs.Conflict) {
			t.Fatalf("a changed roll is approved: %v", err)
		}
		if err := h.do(func(tx *db.Tx) error { return h.pay.Return(ctx, tx, gao, o.ID, " ") }); !errs.Is(err, errs.Invalid) {
			t.Errorf("it is returned without a reason: %v", err)
		}
		if err := h.do(func(tx *db.Tx) error { return h.pay.Return(ctx, tx, zhou, o.ID, "自己退") }); !errs.Is(err, errs.Forbidden) {
			t.Errorf("its maker returns it: %v", err)
		}
		h.must(h.do(func(tx *db.Tx) error { return h.pay.Return(ctx, tx, gao, o.ID, "有一行不对") }))
		again := h.approved("2026-04")
		if again.Lines != 2 || again.Amount != g[0].Amount+g[1].Amount {
			t.Errorf("made anew it is %+v", again)
		}
		h.sound()
	})
}

func TestATownshipSeesItsOwnAndMayObject(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	ctx := t.Context()
	h.add(grant{}, grant{Region: heba + "001"}, grant{Region: heba + "001"})
	o := h.made("2026-04")
	if lines, err := h.pay.Lines(ctx, h.DB, he, o, payment.Filter{Limit: 10}); err != nil || len(lines) != 1 || lines[0].Township != liuxi {
		t.Errorf("the clerk of 柳溪 sees %d lines, %v", len(lines), err)
	}
	if all, err := h.pay.Totals(ctx, h.DB, he, o); err != nil || len(all) != 1 || all[0].Lines != 1 {
		t.Errorf("the clerk of 柳溪 sees totals %+v, %v", all, err)
	}
	if _, err := h.pay.Find(ctx, h.DB, tang, o.ID); !errs.Is(err, errs.NotFound) {
		t.Errorf("an administrator sees the roll: %v", err)
	}
	h.must(h.do(func(tx *db.Tx) error { return h.pay.Object(ctx, tx, he, o.ID, "赵某三月已经搬走。") }))
	if err := h.do(func(tx *db.Tx) error { return h.pay.Object(ctx, tx, zhou, o.ID, "县里不提意见。") }); !errs.Is(err, errs.Forbidden) {
		t.Errorf("an officer objects: %v", err)
	}
	notes, err := h.pay.Notes(ctx, h.DB, gao, o)
	if err != nil || len(notes) != 1 || notes[0].Township != liuxi {
		t.Fatalf("notes are %+v, %v", notes, err)
	}
	h.must(h.do(func(tx *db.Tx) error { return h.pay.Answer(ctx, tx, gao, o.ID, notes[0].ID, "已经核实。") }))
	if err := h.do(func(tx *db.Tx) error { return h.pay.Answer(ctx, tx, gao, o.ID, notes[0].ID, "再答。") }); !errs.Is(err, errs.Conflict) {
		t.Errorf("it is answered twice: %v", err)
	}
	if notes, _ := h.pay.Notes(ctx, h.DB, staff("m", "township-clerk", heba), o); len(notes) != 0 {
		t.Errorf("another township sees %+v", notes)
	}
	h.must(h.pay.Approve(ctx, gao, o.ID, o.Mark()))
	if err := h.do(func(tx *db.Tx) error { return h.pay.Object(ctx, tx, he, o.ID, "太晚了。") }); !errs.Is(err, errs.Conflict) {
		t.Errorf("an approved roll is objected to: %v", err)
	}
}
