package payment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"minzheng/kernel/db"
)

var lineList = strings.ReplaceAll(lineColumns, ", ", ", l.")

// write adds a page to a roll, all of it or nothing, and returns the roll as it
// then is.
func (p *Paymaster) write(ctx context.Context, o Roll, pg page) (Roll, error) {
	var after Roll
	err := p.DB.Do(ctx, func(tx *db.Tx) error {
		after = o
		lines := after.place(pg.lines)
		after.Seen, after.phase, after.region, after.at = o.Seen+pg.seen, pg.phase, pg.region, pg.at
		if pg.phase == finished {
			after.State, after.ReadyAt = Made, tx.Now
		}
		if err := o.move(ctx, tx, after); err != nil {
			return err
		}
		if err := insertLines(ctx, tx, lines); err != nil {
			return err
		}
		if err := addTotals(ctx, tx, o.ID, lines); err != nil {
			return err
		}
		if err := insertParts(ctx, tx, pg.parts); err != nil {
			return err
		}
		if err := takeUp(ctx, tx, pg.again); err != nil {
			return err
		}
		if err := keepKnown(ctx, tx, pg.mark, pg.known); err != nil {
			return err
		}
		if err := closeWell(ctx, tx, pg.well); err != nil {
			return err
		}
		return raise(ctx, tx, o.Service, pg.tasks)
	})
	return after, err
}

// place gives the lines their place and their hash, and the roll their sums.
func (o *Roll) place(lines []Line) []Line {
	lines = slices.Clone(lines)
	for i := range lines {
		l := &lines[i]
		o.Lines++
		l.Seq, l.hash = o.Lines, ""
		l.hash = l.sum(o.hash)
		o.hash = l.hash
		o.Amount += l.Amount
		if l.Payable() {
			o.Payable++
			o.PayableSum += l.Amount
		}
	}
	return lines
}

// move has the roll say how far it is, if it still is where o says.
func (o Roll) move(ctx context.Context, tx *db.Tx, to Roll) error {
	n, err := tx.Exec(ctx, `UPDATE assistance_roll SET phase = ?, at_region = ?, at_id = ?, seen = ?, lines = ?, amount = ?, payable = ?, payable_sum = ?, hash = ?, state = ?, ready_at = ?
		WHERE id = ? AND state = 'making' AND phase = ? AND at_region = ? AND at_id = ? AND lines = ?`,
		to.phase, to.region, to.at, to.Seen, to.Lines, to.Amount, to.Payable, to.PayableSum, to.hash, to.State, db.Millis(to.ReadyAt),
		o.ID, o.phase, o.region, o.at, o.Lines)
	if err != nil {
		return fmt.Errorf("moving roll %s on: %w", o.ID, err)
	}
	if n == 0 {
		return errOvertaken
	}
	return nil
}

const atOnce = 250 // rows of one statement

func insertLines(ctx context.Context, tx *db.Tx, lines []Line) error {
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", lineWidth), ", ") + ")"
	return inserted(ctx, tx, `INSERT INTO assistance_line (`+lineColumns+`) VALUES `, row, "", len(lines), func(i int) []any { return lines[i].values() })
}

func insertParts(ctx context.Context, tx *db.Tx, parts []part) error {
	return inserted(ctx, tx, `INSERT INTO assistance_part (line, due, amount) VALUES `, "(?, ?, ?)", "", len(parts),
		func(i int) []any { return []any{parts[i].line, parts[i].due, parts[i].amount} })
}

// inserted runs an INSERT of many rows, some at a time.
func inserted(ctx context.Context, tx *db.Tx, before, row, after string, n int, values func(int) []any) error {
	for from := 0; from < n; from += atOnce {
		to := min(from+atOnce, n)
		var args []any
		for i := from; i < to; i++ {
			args = append(args, values(i)...)
		}
		statement := before + strings.TrimSuffix(strings.Repeat(row+", ", to-from), ", ") + after
		if _, err := tx.Exec(ctx, statement, args...); err != nil {
			return fmt.Errorf("adding %d rows: %w", to-from, err)
		}
	}
	return nil
}

func addTotals(ctx context.Context, tx *db.Tx, roll string, lines []Line) error {
	sums := map[string]*Total{}
	var order []string
	for _, l := range lines {
		t := sums[l.Township]
		if t == nil {
			t = &Total{Township: l.Township}
			sums[l.Township] = t
			order = append(order, l.Township)
		}
		t.Add(l.total())
	}
	return inserted(ctx, tx, `INSERT INTO assistance_total (roll, township, lines, amount, base, arrears, taken, held, missing) VALUES `, "(?, ?, ?, ?, ?, ?, ?, ?, ?)",
		` ON CONFLICT (roll, township) DO UPDATE SET lines = assistance_total.lines + excluded.lines, amount = assistance_total.amount + excluded.amount,
		base = assistance_total.base + excluded.base, arrears = assistance_total.arrears + excluded.arrears, taken = assistance_total.taken + excluded.taken,
		held = assistance_total.held + excluded.held, missing = assistance_total.missing + excluded.missing`, len(order), func(i int) []any {
			t := sums[order[i]]
			return []any{roll, t.Township, t.Lines, t.Amount, t.Base, t.Arrears, t.Taken, t.Held, t.Missing}
		})
}

// total is the line as a total of one.
func (l Line) total() Total {
	t := Total{Township: l.Township, Lines: 1, Amount: l.Amount, Base: l.Base, Arrears: l.Arrears, Taken: l.Taken}
	if l.Kind == Held {
		t.Held = 1
	}
	if l.Amount > 0 && l.account == "" {
		t.Missing = 1
	}
	return t
}

// takeUp marks failed payments as paid again, each once.
func takeUp(ctx context.Context, tx *db.Tx, lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	list, args := db.In(lines)
	n, err := tx.Exec(ctx, `UPDATE assistance_result SET next = 'again' WHERE next = 'mended' AND line IN (`+list+`)`, args...)
	if err != nil {
		return fmt.Errorf("taking up failed payments: %w", err)
	}
	if int(n) != len(lines) {
		return errOvertaken
	}
	return nil
}
