package recompute_test

import (
	"testing"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/db"
)

func TestEachMonthIsWorkedOutByTheCaseThatCountedInIt(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		one := h.family(grant{wage: 100000, children: 1})
		other := h.family(grant{wage: 160000, children: 1}) // as the first family is found at its re-check: 600 more
		plain := h.family(grant{wage: 100000, children: 1})
		before, lower := h.account(one).Amount, h.account(other).Amount
		h.do(func(tx *db.Tx) error {
			if err := ledger.Set(t.Context(), tx, ledger.Amount{Benefit: one, Since: "2026-02", Amount: lower, Version: "x", Why: "复核"}); err != nil {
				return err
			}
			return ledger.Stand(t.Context(), tx, one, ledger.Basis{Since: "2026-02", Case: h.account(other).Case})
		})
		a := h.account(one)
		if a.In("2026-01") != before || a.In("2026-02") != lower || a.CaseIn("2026-01") != a.Case || a.CaseIn("2026-03") != a.CaseNow() || len(a.Cases()) != 2 {
			t.Fatalf("the account is %+v", a)
		}
		h.lay(raised("2026-01-01", "1300"))
		run := h.computed("2026-01")
		l, p := h.line(run, one), h.line(run, plain)
		if l.Over != 0 || l.Arrears != p.Arrears || l.Next-l.Now != p.Next-p.Now {
			t.Errorf("the re-checked family is owed %d and %d more a month, the same as the plain one's %d and %d is wanted: the standard alone has changed",
				l.Arrears, l.Next-l.Now, p.Arrears, p.Next-p.Now)
		}
	})
}
