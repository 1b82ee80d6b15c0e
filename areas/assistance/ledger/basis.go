package ledger

import (
	"context"
	"fmt"

	"minzheng/kernel/db"
)

// Basis is the case on whose facts a benefit stands from a month on.
type Basis struct {
	Since Month
	Case  string
}

// Stand has a benefit stand on another case from a month on. What counted for
// earlier months stays.
func Stand(ctx context.Context, tx *db.Tx, benefit string, b Basis) error {
	_, err := tx.Exec(ctx, `INSERT INTO assistance_basis (benefit, since, case_id) VALUES (?, ?, ?)
		ON CONFLICT (benefit, since) DO UPDATE SET case_id = excluded.case_id`, benefit, string(b.Since), b.Case)
	if err != nil {
		return fmt.Errorf("having a benefit stand on another case: %w", err)
	}
	return nil
}

// CaseIn returns the case whose facts count for a month.
func (a Account) CaseIn(m Month) string {
	id := a.Case
	for _, b := range a.Bases {
		if b.Since <= m {
			id = b.Case
		}
	}
	return id
}

// CaseNow returns the case whose facts count last.
func (a Account) CaseNow() string {
	if n := len(a.Bases); n > 0 {
		return a.Bases[n-1].Case
	}
	return a.Case
}

// Cases returns all cases whose facts count for some month, the first first.
func (a Account) Cases() []string {
	all := []string{a.Case}
	for _, b := range a.Bases {
		all = append(all, b.Case)
	}
	return all
}

// bases adds on which later cases benefits stand.
func bases(ctx context.Context, r db.Reader, all []Account, at map[string]int, in string, args []any) error {
	type row struct {
		benefit string
		Basis
	}
	rows, err := db.All(ctx, r, func(r db.Row) (v row, err error) { return v, r.Scan(&v.benefit, &v.Since, &v.Case) },
		`SELECT benefit, since, case_id FROM assistance_basis WHERE benefit IN (`+in+`) ORDER BY benefit, since`, args...)
	if err != nil {
		return fmt.Errorf("reading on which cases benefits stand: %w", err)
	}
	for _, v := range rows {
		a := &all[at[v.benefit]]
		a.Bases = append(a.Bases, v.Basis)
	}
	return nil
}
