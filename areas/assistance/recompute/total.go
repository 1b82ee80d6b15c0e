package recompute

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/db"
)

// Sum adds lines up.
type Sum struct {
	Households int
	ArrearsN   int
	Arrears    int64
	OverN      int
	Over       int64
	SameN      int
	UnknownN   int
	More       int64 // 分 a month from the next month on
	Less       int64
}

func (s *Sum) add(o Sum) {
	s.Households, s.ArrearsN, s.Arrears = s.Households+o.Households, s.ArrearsN+o.ArrearsN, s.Arrears+o.Arrears
	s.OverN, s.Over, s.SameN, s.UnknownN = s.OverN+o.OverN, s.Over+o.Over, s.SameN+o.SameN, s.UnknownN+o.UnknownN
	s.More, s.Less = s.More+o.More, s.Less+o.Less
}

// key is one row of the sums: a township over all months, or one of them.
type key struct {
	township string
	month    ledger.Month
}

// sums adds lines up by township and month.
func sums(lines []Line) map[key]Sum {
	all := map[key]Sum{}
	add := func(k key, one Sum) {
		s := all[k]
		s.add(one)
		all[k] = s
	}
	for _, l := range lines {
		add(key{l.Township, ""}, l.sum())
		for _, one := range l.Months {
			k := Sum{Households: 1, Arrears: one.Arrears(), Over: one.Over()}
			if l.Kind == Unknown {
				k = Sum{Households: 1, UnknownN: 1}
			}
			k.ArrearsN, k.OverN = some(k.Arrears), some(k.Over)
			add(key{l.Township, one.Month}, k)
		}
	}
	return all
}

func (l Line) sum() Sum {
	s := Sum{Households: 1, ArrearsN: some(l.Arrears), Arrears: l.Arrears, OverN: some(l.Over), Over: l.Over, More: l.More(), Less: l.Less()}
	switch l.Kind {
	case Same:
		s.SameN = 1
	case Unknown:
		s.UnknownN = 1
	}
	return s
}

func some(amount int64) int { return int(min(max(amount, 0), 1)) }

func addSums(ctx context.Context, tx *db.Tx, run string, all map[key]Sum) error {
	order := slices.SortedFunc(maps.Keys(all), func(a, b key) int {
		return slices.Compare([]string{a.township, string(a.month)}, []string{b.township, string(b.month)})
	})
	for _, k := range order {
		s := all[k]
		_, err := tx.Exec(ctx, `INSERT INTO assistance_recompute_total (run, township, month, households, arrears_n, arrears, over_n, over, same_n, unknown_n, more, less)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, township, month) DO UPDATE SET
			households = assistance_recompute_total.households + excluded.households,
			arrears_n = assistance_recompute_total.arrears_n + excluded.arrears_n, arrears = assistance_recompute_total.arrears + excluded.arrears,
			over_n = assistance_recompute_total.over_n + excluded.over_n, over = assistance_recompute_total.over + excluded.over,
			same_n = assistance_recompute_total.same_n + excluded.same_n, unknown_n = assistance_recompute_total.unknown_n + excluded.unknown_n,
			more = assistance_recompute_total.more + excluded.more, less = assistance_recompute_total.less + excluded.less`,
			run, k.township, string(k.month), s.Households, s.ArrearsN, s.Arrears, s.OverN, s.Over, s.SameN, s.UnknownN, s.More, s.Less)
		if err != nil {
			return fmt.Errorf("adding to the totals: %w", err)
		}
	}
	return nil
}

// Totals are the sums of a run.
type Totals struct {
	All       Sum
	Townships []Part // in the order of their codes
	Months    []Part
	Excluded  Sum
}

// Part is the sum of one township or month.
type Part struct {
	Name string // code, or month
	Sum
}

// Totals returns the sums of a run's lines.
func (m *Room) Totals(ctx context.Context, r db.Reader, run string) (Totals, error) {
	type row struct {
		key
		Sum
	}
	rows, err := db.All(ctx, r, func(r db.Row) (v row, err error) {
		return v, r.Scan(&v.township, &v.month, &v.Households, &v.ArrearsN, &v.Arrears, &v.OverN, &v.Over, &v.SameN, &v.UnknownN, &v.More, &v.Less)
	}, `SELECT township, month, households, arrears_n, arrears, over_n, over, same_n, unknown_n, more, less
		FROM assistance_recompute_total WHERE run = ? ORDER BY month, township`, run)
	if err != nil {
		return Totals{}, fmt.Errorf("reading the totals: %w", err)
	}
	var t Totals
	for _, v := range rows {
		switch n := len(t.Months); {
		case v.month == "":
			t.All.add(v.Sum)
			t.Townships = append(t.Townships, Part{v.township, v.Sum})
		case n > 0 && t.Months[n-1].Name == string(v.month):
			t.Months[n-1].add(v.Sum)
		default:
			t.Months = append(t.Months, Part{string(v.month), v.Sum})
		}
	}
	left, err := m.lines(ctx, r, `WHERE run = ? AND excluded > ''`, run)
	for _, l := range left {
		t.Excluded.add(l.sum())
	}
	return t, err
}
