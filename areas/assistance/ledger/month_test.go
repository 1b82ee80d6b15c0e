package ledger

import (
	"slices"
	"testing"

	"minzheng/kernel/calendar"
)

func TestMonthsFollowEachOther(t *testing.T) {
	t.Parallel()
	if got := Months("2025-11", "2026-02"); !slices.Equal(got, []Month{"2025-11", "2025-12", "2026-01", "2026-02"}) {
		t.Errorf("got %v", got)
	}
	if got := Months("2026-02", "2026-01"); len(got) != 0 {
		t.Errorf("a period that ends before it begins has %v", got)
	}
	if m := MonthOf(calendar.Date(2026, 12, 31)); m.Add(1) != "2027-01" || m.Add(-12) != "2025-12" || m.Long() != "2026年12月" || m.First() != calendar.Date(2026, 12, 1) {
		t.Errorf("December is %s, %s, %s", m.Add(1), m.Long(), m.First())
	}
}

func FuzzParseMonth(f *testing.F) {
	for _, s := range []string{"2026-04", "2026-13", "0000-00", "2026-4", "2026-04-01", "", "９９９９-01", "-001-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMonth(s)
		if err == nil && (string(m) != s || MonthOf(m.First()) != m) {
			t.Errorf("%q is read as %q, whose first day is %s", s, m, m.First())
		}
	})
}

func TestAnAccountKnowsWhatAFamilyHadInEachMonth(t *testing.T) {
	t.Parallel()
	a := Account{Benefit: Benefit{Amount: 1000, Since: "2026-01", Until: "2026-06"},
		Amounts: []Amount{{Since: "2026-03", Amount: 1100}, {Since: "2026-05", Amount: 900}},
		Dues: []Due{{Kind: Arrears, State: Settled, Shares: []Share{{"2026-01", 50}, {"2026-02", 60}}},
			{Kind: Over, State: Open, Shares: []Share{{"2026-02", 10}}}, {Kind: Over, State: Waived, Shares: []Share{{"2026-04", 30}}}}}
	for _, c := range []struct {
		m               Month
		in, had, waived int64
	}{{"2025-12", 0, 0, 0}, {"2026-01", 1000, 1050, 0}, {"2026-02", 1000, 1050, 0}, {"2026-04", 1100, 1100, 30}, {"2026-06", 900, 900, 0}, {"2026-07", 0, 0, 0}} {
		if a.In(c.m) != c.in || a.Had(c.m) != c.had || a.Waived(c.m) != c.waived {
			t.Errorf("in %s recorded %d, had %d, kept %d; want %+v", c.m, a.In(c.m), a.Had(c.m), a.Waived(c.m), c)
		}
	}
}
