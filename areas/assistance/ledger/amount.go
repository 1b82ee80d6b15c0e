package ledger

import (
	"context"
	"fmt"

	"minzheng/kernel/db"
)

// Amount is what a benefit is worth from a month on.
type Amount struct {
	ID      string // set by Set
	Benefit string
	Since   Month
	Amount  int64 // 分 a month
	Version string
	Why     string // document
	Run     string // recomputation that gave it; "" is none
}

const amountColumns = `id, benefit, since, amount, version, why, run`

func scanAmount(r db.Row) (a Amount, err error) {
	err = r.Scan(&a.ID, &a.Benefit, &a.Since, &a.Amount, &a.Version, &a.Why, &a.Run)
	return a, err
}

// Set records an amount. What was recorded for earlier months stays.
func Set(ctx context.Context, tx *db.Tx, a Amount) error {
	_, err := tx.Exec(ctx, `INSERT INTO assistance_amount (`+amountColumns+`, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		db.NewID(), a.Benefit, string(a.Since), a.Amount, a.Version, a.Why, a.Run, db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("recording an amount: %w", err)
	}
	return nil
}

// AmountIn returns what is recorded of one benefit for a month.
func AmountIn(ctx context.Context, r db.Reader, benefit string, m Month) (int64, error) {
	all, err := Accounts(ctx, r, []string{benefit})
	if err != nil {
		return 0, err
	}
	a, ok := all[benefit]
	if !ok {
		return 0, fmt.Errorf("reading benefit %s: %w", benefit, db.ErrNone)
	}
	return a.In(m), nil
}
