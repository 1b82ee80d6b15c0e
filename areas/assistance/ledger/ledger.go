// Package ledger keeps what monthly benefits are worth, month by month, and
// what is owed beside them.
//
// What was recorded is never changed: an amount holds from its month until a
// later entry, and a difference for past months is a due of its own. Whoever
// wants to know what a family had in a month asks its account.
package ledger

import (
	"context"
	"fmt"
	"strings"

	"minzheng/kernel/db"
	"minzheng/kernel/region"
)

// Benefit is a monthly benefit as it was granted.
type Benefit struct {
	ID        string
	Case      string
	Service   string
	Recipient string // person
	Region    string
	Members   int
	Amount    int64 // 分 a month, as it began
	Since     Month
	Until     Month // last month; "" while nothing ends it
	Version   string
}

// Runs reports whether the benefit is given in a month.
func (b Benefit) Runs(m Month) bool { return b.Since <= m && (b.Until == "" || m <= b.Until) }

// A benefit runs until it is ended, or as long as it can hold at most.
const columns = `id, case_id, service, recipient, region, members, amount, since, CASE WHEN until <> '' THEN until ELSE ends END, version`

func scan(r db.Row) (b Benefit, err error) {
	err = r.Scan(&b.ID, &b.Case, &b.Service, &b.Recipient, &b.Region, &b.Members, &b.Amount, &b.Since, &b.Until, &b.Version)
	return b, err
}

// Account is a benefit with what was recorded of it later.
type Account struct {
	Benefit
	Amounts []Amount // in their order
	Bases   []Basis  // in their order
	Dues    []Due
}

// In returns what is recorded for a month: 0 when the benefit is not given.
func (a Account) In(m Month) int64 {
	if !a.Runs(m) {
		return 0
	}
	amount := a.Amount
	for _, one := range a.Amounts {
		if one.Since <= m {
			amount = one.Amount
		}
	}
	return amount
}

// Had returns what the family has, or is to have, for a month: the recorded
// amount with arrears, less what is claimed back.
func (a Account) Had(m Month) int64 {
	had := a.In(m)
	for _, d := range a.Dues {
		switch {
		case d.Kind == Arrears:
			had += d.In(m)
		case d.State != Waived:
			had -= d.In(m)
		}
	}
	return had
}

// Waived returns what the family has too much for a month and may keep.
func (a Account) Waived(m Month) int64 {
	var kept int64
	for _, d := range a.Dues {
		if d.Kind == Over && d.State == Waived {
			kept += d.In(m)
		}
	}
	return kept
}

// Walk chooses the benefits of a service, in places, that are given in
// some month of a period.
type Walk struct {
	Service     string
	Places      []region.Range
	First, Last Month
}

func (w Walk) where() (string, []any) {
	args := []any{w.Service, string(w.Last), string(w.First), string(w.First)}
	in := []string{`1 = 0`}
	for _, r := range w.Places {
		in, args = append(in, `region BETWEEN ? AND ?`), append(args, r.Low, r.High)
	}
	return `service = ? AND since <= ? AND (until = '' OR until >= ?) AND (ends = '' OR ends >= ?) AND (` + strings.Join(in, ` OR `) + `)`, args
}

// Count returns how many benefits the walk meets.
func (w Walk) Count(ctx context.Context, r db.Reader) (int, error) {
	where, args := w.where()
	n, err := db.One(ctx, r, db.Value[int], `SELECT COUNT(*) FROM assistance_benefit WHERE `+where, args...)
	if err != nil {
		return 0, fmt.Errorf("counting benefits: %w", err)
	}
	return n, nil
}

// After returns the accounts that come after one in the order of regions, at
// most so many; the empty strings come before all.
func (w Walk) After(ctx context.Context, r db.Reader, region, id string, most int) ([]Account, error) {
	where, args := w.where()
	some, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM assistance_benefit WHERE `+where+`
		AND (region > ? OR region = ? AND id > ?) ORDER BY region, id LIMIT ?`, append(args, region, region, id, most)...)
	if err != nil {
		return nil, fmt.Errorf("reading benefits: %w", err)
	}
	return accounts(ctx, r, some)
}

// Accounts returns the accounts of some benefits by their ids.
func Accounts(ctx context.Context, r db.Reader, ids []string) (map[string]Account, error) {
	return read(ctx, r, ids, "")
}

// Hold is Accounts of benefits that nobody else changes until tx ends.
func Hold(ctx context.Context, tx *db.Tx, ids []string) (map[string]Account, error) {
	if tx.Engine() == db.PostgreSQL {
		return read(ctx, tx, ids, ` ORDER BY id FOR UPDATE`)
	}
	return read(ctx, tx, ids, "")
}

func read(ctx context.Context, r db.Reader, ids []string, how string) (map[string]Account, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := db.In(ids)
	some, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM assistance_benefit WHERE id IN (`+in+`)`+how, args...)
	if err != nil {
		return nil, fmt.Errorf("reading benefits: %w", err)
	}
	all, err := accounts(ctx, r, some)
	byID := make(map[string]Account, len(all))
	for _, a := range all {
		byID[a.ID] = a
	}
	return byID, err
}

// accounts adds what was recorded later.
func accounts(ctx context.Context, r db.Reader, some []Benefit) ([]Account, error) {
	if len(some) == 0 {
		return nil, nil
	}
	ids, at := make([]string, len(some)), make(map[string]int, len(some))
	all := make([]Account, len(some))
	for i, b := range some {
		ids[i], at[b.ID], all[i] = b.ID, i, Account{Benefit: b}
	}
	in, args := db.In(ids)
	amounts, err := db.All(ctx, r, scanAmount, `SELECT `+amountColumns+` FROM assistance_amount WHERE benefit IN (`+in+`) ORDER BY benefit, since, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading amounts: %w", err)
	}
	for _, one := range amounts {
		a := &all[at[one.Benefit]]
		a.Amounts = append(a.Amounts, one)
	}
	dues, err := db.All(ctx, r, scanDue, `SELECT `+dueColumns+` FROM assistance_due WHERE benefit IN (`+in+`) ORDER BY benefit, made_at, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading dues: %w", err)
	}
	for _, one := range dues {
		a := &all[at[one.Benefit]]
		a.Dues = append(a.Dues, one)
	}
	return all, bases(ctx, r, all, at, in, args)
}
