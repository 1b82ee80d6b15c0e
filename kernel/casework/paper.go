package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// addPaper hands an uploaded paper to a case. It must not belong to another one.
func (d *Desk) addPaper(ctx context.Context, tx *db.Tx, c Case, p Paper) error {
	f, err := d.Files.Find(ctx, tx, p.File)
	if err != nil {
		return err
	}
	if strings.HasPrefix(f.Owner, "case/") && f.Owner != c.Subject() {
		return errs.New(errs.Forbidden, "这份材料不属于这件事。")
	}
	if err := d.Files.Give(ctx, tx, p.File, c.Subject()); err != nil {
		return err
	}
	return keepPaper(ctx, tx, c.ID, p)
}

func keepPaper(ctx context.Context, tx *db.Tx, id ID, p Paper) error {
	_, err := tx.Exec(ctx, `INSERT INTO casework_paper (case_id, file, material, by_name, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		id, p.File, p.Material, p.By, db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("adding a paper: %w", err)
	}
	return nil
}

// Added is a paper with its time.
type Added struct {
	Paper
	At time.Time
}

// Papers returns the papers of a case, oldest first.
func Papers(ctx context.Context, r db.Reader, id ID) ([]Added, error) {
	all, err := db.All(ctx, r, func(r db.Row) (a Added, err error) {
		var at int64
		err = r.Scan(&a.File, &a.Material, &a.By, &at)
		a.At = db.Time(at)
		return a, err
	}, `SELECT file, material, by_name, at FROM casework_paper WHERE case_id = ? ORDER BY at, file`, id)
	if err != nil {
		return nil, fmt.Errorf("reading the papers of case %s: %w", id, err)
	}
	return all, nil
}

// want writes down what is asked for in one notice (一次性告知).
func want(ctx context.Context, tx *db.Tx, id ID, what []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM casework_wanted WHERE case_id = ?`, id); err != nil {
		return fmt.Errorf("asking for papers: %w", err)
	}
	for i, w := range what {
		if _, err := tx.Exec(ctx, `INSERT INTO casework_wanted (case_id, seq, what, done) VALUES (?, ?, ?, 0)`, id, i+1, w); err != nil {
			return fmt.Errorf("asking for papers: %w", err)
		}
	}
	return nil
}

// Wanted returns what the last notice asked for.
func Wanted(ctx context.Context, r db.Reader, id ID) ([]string, error) {
	all, err := db.All(ctx, r, db.Value[string], `SELECT what FROM casework_wanted WHERE case_id = ? ORDER BY seq`, id)
	if err != nil {
		return nil, fmt.Errorf("reading what is asked for: %w", err)
	}
	return all, nil
}
