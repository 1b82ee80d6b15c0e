package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Kind says who owes.
type Kind string

// The kinds.
const (
	Arrears Kind = "arrears" // 补发: to be paid to the family
	Over    Kind = "over"    // 多发: the family has had it
)

// State is what has become of a due.
type State string

// The states.
const (
	Open    State = "open"    // to be paid, or to be offset
	Settled State = "settled" // it was
	Waived  State = "waived"  // the family keeps it
)

// Share is a due's part for one month.
type Share struct {
	Month  Month `json:"month"`
	Amount int64 `json:"amount"` // 分, above 0
}

// Due is what is owed for past months.
type Due struct {
	ID      string // set by Owe
	Benefit string
	Run     string // recomputation that found it
	Kind    Kind
	Amount  int64 // the sum of the shares
	Shares  []Share
	Settled int64 // 分 of it that were paid or offset
	State   State
	Why     string // document or reason
	Made    time.Time
}

// In returns the due's part for a month.
func (d Due) In(m Month) int64 {
	var sum int64
	for _, s := range d.Shares {
		if s.Month == m {
			sum += s.Amount
		}
	}
	return sum
}

const dueColumns = `id, benefit, run, kind, amount, months, settled, state, why, made_at`

func scanDue(r db.Row) (d Due, err error) {
	var months string
	var made int64
	if err := r.Scan(&d.ID, &d.Benefit, &d.Run, &d.Kind, &d.Amount, &months, &d.Settled, &d.State, &d.Why, &made); err != nil {
		return d, err
	}
	d.Made = db.Time(made)
	return d, json.Unmarshal([]byte(months), &d.Shares)
}

// Owe records a due; its amount is the sum of its shares. One run owes a
// benefit at most one of each kind.
func Owe(ctx context.Context, tx *db.Tx, d Due) error {
	months, err := json.Marshal(d.Shares)
	if err != nil {
		return fmt.Errorf("writing a due: %w", err)
	}
	d.Amount = 0
	for _, s := range d.Shares {
		d.Amount += s.Amount
	}
	_, err = tx.Exec(ctx, `INSERT INTO assistance_due (`+dueColumns+`) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?)`,
		db.NewID(), d.Benefit, d.Run, string(d.Kind), d.Amount, string(months), string(d.State), d.Why, db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("recording a due: %w", err)
	}
	return nil
}

// Dues returns the open dues of a benefit, oldest first.
func Dues(ctx context.Context, r db.Reader, benefit string) ([]Due, error) {
	all, err := db.All(ctx, r, scanDue, `SELECT `+dueColumns+` FROM assistance_due WHERE benefit = ? AND state = 'open' ORDER BY made_at, id`, benefit)
	if err != nil {
		return nil, fmt.Errorf("reading dues: %w", err)
	}
	return all, nil
}

// Left is what is still to be paid or offset.
func (d Due) Left() int64 {
	if d.State != Open {
		return 0
	}
	return d.Amount - d.Settled
}

// Settle records that so much of an open due was paid or offset. More than is
// left is refused as errs.Conflict, so that nothing is paid twice.
func Settle(ctx context.Context, tx *db.Tx, due string, amount int64) error {
	n, err := tx.Exec(ctx, `UPDATE assistance_due SET settled = settled + ?, settled_at = ?,
		state = CASE WHEN settled + ? = amount THEN 'settled' ELSE state END WHERE id = ? AND state = 'open' AND ? > 0 AND settled + ? <= amount`,
		amount, db.Millis(tx.Now), amount, due, amount, amount)
	if err != nil {
		return fmt.Errorf("settling a due: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这一笔已经结清，或者没有这么多要结。")
	}
	return nil
}

// Owed are the dues that one run has made.
type Owed struct {
	Kind       Kind
	State      State
	Households int
	Amount     int64
}

// OwedBy adds up the dues of a run by kind and state.
func OwedBy(ctx context.Context, r db.Reader, run string) ([]Owed, error) {
	all, err := db.All(ctx, r, func(r db.Row) (o Owed, err error) { return o, r.Scan(&o.Kind, &o.State, &o.Households, &o.Amount) },
		`SELECT kind, state, COUNT(*), CAST(SUM(amount) AS BIGINT) FROM assistance_due WHERE run = ? GROUP BY kind, state ORDER BY kind, state`, run)
	if err != nil {
		return nil, fmt.Errorf("adding up the dues of a run: %w", err)
	}
	return all, nil
}
