package recompute

import (
	"testing"

	"pgregory.net/rapid"

	"minzheng/areas/assistance/ledger"
)

// drawAccount draws a benefit with later amounts and dues.
func drawAccount(t *rapid.T) ledger.Account {
	month := rapid.SampledFrom(ledger.Months("2025-06", "2026-05"))
	a := ledger.Account{Benefit: ledger.Benefit{ID: "b", Amount: rapid.Int64Range(1, 300).Draw(t, "amount"), Since: month.Draw(t, "since")}}
	if rapid.Bool().Draw(t, "ended") {
		a.Until = month.Draw(t, "until")
	}
	for range rapid.IntRange(0, 2).Draw(t, "amounts") {
		a.Amounts = append(a.Amounts, ledger.Amount{Since: month.Draw(t, "from"), Amount: rapid.Int64Range(1, 300).Draw(t, "later")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "dues") {
		a.Dues = append(a.Dues, ledger.Due{Kind: rapid.SampledFrom([]ledger.Kind{ledger.Arrears, ledger.Over}).Draw(t, "kind"),
			State:  rapid.SampledFrom([]ledger.State{ledger.Open, ledger.Settled, ledger.Waived}).Draw(t, "state"),
			Shares: []ledger.Share{{Month: month.Draw(t, "of"), Amount: rapid.Int64Range(1, 50).Draw(t, "share")}}})
	}
	return a
}

func TestLinesTotalsAndDuesReconcileAndASecondRunFindsNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		run := Run{ID: "r", First: rapid.SampledFrom(ledger.Months("2025-10", "2026-03")).Draw(t, "first"), Last: "2026-03"}
		if rapid.Bool().Draw(t, "claim") {
			run.Claim = "理由"
		}
		if rapid.Bool().Draw(t, "lower") {
			run.Lower = "听过"
		}
		var lines []Line
		var owedArrears, owedOver int64
		for range rapid.IntRange(1, 12).Draw(t, "families") {
			a := drawAccount(t)
			due := make([]int64, len(run.Months())+1)
			for i := range due {
				due[i] = rapid.Int64Range(unknown, 300).Draw(t, "due")
			}
			l := draft(run, a, due)
			l.Township = rapid.SampledFrom([]string{"1", "2"}).Draw(t, "township")
			lines = append(lines, l)
			d := outcome(run, l, a)
			if l.Kind != Unknown && d.fate == Changed {
				t.Fatalf("%+v does not fit the account it was made of, %+v", l, a)
			}
			for _, one := range d.dues {
				if one.Kind == ledger.Arrears {
					owedArrears += one.Amount
				} else {
					owedOver += one.Amount
				}
			}
			again(t, run, a, due, l, d)
		}
		adds(t, lines, owedArrears, owedOver)
	})
}

// again applies what a line leads to, and drafts once more.
func again(t *rapid.T, run Run, a ledger.Account, due []int64, l Line, d deed) {
	before := a.In(run.Last)
	a.Dues = append(a.Dues, d.dues...)
	if d.amount > 0 {
		a.Amounts = append(a.Amounts, ledger.Amount{Since: run.Next(), Amount: d.amount})
	}
	second := draft(run, a, due)
	if l.Kind == Unknown {
		if len(d.dues) > 0 || d.amount != 0 {
			t.Fatalf("of %+v nobody can say anything, and it leads to %+v", l, d)
		}
		return
	}
	if second.Arrears != 0 || second.Over != 0 {
		t.Fatalf("after %+v a second run finds %+v", d, second)
	}
	if d.amount > 0 && a.In(run.Last) != before && len(a.Amounts) == 1 {
		t.Fatal("a past month has changed")
	}
	if d.amount > 0 && d.amount < l.Now && run.Lower == "" {
		t.Fatalf("less is paid though nobody said so: %+v", d)
	}
}

func adds(t *rapid.T, lines []Line, owedArrears, owedOver int64) {
	var all, byMonth Sum
	households := 0
	for k, s := range sums(lines) {
		if k.month == "" {
			all.add(s)
			households += s.Households
		} else {
			byMonth.add(s)
		}
	}
	var sum Sum
	for _, l := range lines {
		sum.add(l.sum())
	}
	if all != sum || households != len(lines) {
		t.Fatalf("lines add up to %+v, the townships to %+v", sum, all)
	}
	if all.Arrears != owedArrears || all.Over != owedOver || byMonth.Arrears != owedArrears || byMonth.Over != owedOver {
		t.Fatalf("owed are %d and %d, totals %+v, by month %+v", owedArrears, owedOver, all, byMonth)
	}
	if n := all.ArrearsN + all.OverN + all.SameN + all.UnknownN; n < len(lines) {
		t.Fatalf("of %d lines only %d are counted: %+v", len(lines), n, all)
	}
}
