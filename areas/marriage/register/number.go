package register

import (
	"context"
	"fmt"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// next draws the next number of a kind, an office and a year. The row stays
// locked until the transaction ends, and a transaction that fails gives its
// number back: so there are no gaps and no doubles.
func next(ctx context.Context, tx *db.Tx, k Kind, office string, year int) (string, error) {
	_, err := tx.Exec(ctx, `INSERT INTO marriage_sequence (kind, office, year, last) VALUES (?, ?, ?, 1)
		ON CONFLICT (kind, office, year) DO UPDATE SET last = marriage_sequence.last + 1`, string(k), office, year)
	if err != nil {
		return "", fmt.Errorf("drawing a number: %w", err)
	}
	n, err := db.One(ctx, tx, db.Value[int64], `SELECT last FROM marriage_sequence WHERE kind = ? AND office = ? AND year = ?`, string(k), office, year)
	if err != nil {
		return "", fmt.Errorf("drawing a number: %w", err)
	}
	if n > 999_999 {
		return "", errs.New(errs.Conflict, "今年的字号已经用完，请联系系统管理员。")
	}
	return Number(k, office, year, n), nil
}

// Number writes a certificate's number: J390121-2026-000001.
func Number(k Kind, office string, year int, n int64) string {
	return fmt.Sprintf("%s%s-%04d-%06d", k, office, year, n)
}
