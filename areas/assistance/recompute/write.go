package recompute

import (
	"context"
	"fmt"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/audit"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
)

// Write writes what a confirmed run found: dues, new amounts, messages, and an
// audit entry for each family. It may be killed at any moment.
func (m *Room) Write(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	return m.along(ctx, j, WriteKind, m.writePage)
}

func (m *Room) writePage(ctx context.Context, id string) (more bool, err error) {
	err = m.desk.DB.Do(ctx, func(tx *db.Tx) error {
		more = false
		run, err := find(ctx, tx, id)
		if err != nil || run.State != Confirming {
			if errs.Is(err, errs.NotFound) {
				return nil
			}
			return err
		}
		lines, err := m.after(ctx, tx, run.ID, run.cursor)
		if err != nil {
			return err
		}
		if len(lines) == 0 {
			return written(ctx, tx, run)
		}
		last := lines[len(lines)-1]
		if err := move(ctx, tx, run, cursor{last.Region, last.Benefit}, len(lines)); err != nil {
			return err
		}
		more = true
		return m.writeLines(ctx, tx, run, lines)
	})
	return more, err
}

func written(ctx context.Context, tx *db.Tx, run Run) error {
	_, err := tx.Exec(ctx, `UPDATE assistance_recompute SET state = 'confirmed', finished_at = ?, total = done, failure = ''
		WHERE id = ? AND state = 'confirming' AND cursor_region = ? AND cursor_id = ?`, db.Millis(tx.Now), run.ID, run.cursor.region, run.cursor.id)
	if err != nil {
		return fmt.Errorf("ending run %s: %w", run.ID, err)
	}
	return nil
}

// writeLines writes some families, and then all audit entries: those hold a
// lock until the end.
func (m *Room) writeLines(ctx context.Context, tx *db.Tx, run Run, lines []Line) error {
	ids := make([]string, len(lines))
	for i, l := range lines {
		ids[i] = l.Benefit
	}
	accounts, err := ledger.Hold(ctx, tx, ids)
	if err != nil {
		return err
	}
	var entries []audit.Entry
	for _, l := range lines {
		did := outcome(run, l, accounts[l.Benefit])
		if _, err := tx.Exec(ctx, `UPDATE assistance_recompute_line SET state = ? WHERE run = ? AND benefit = ?`, string(did.fate), run.ID, l.Benefit); err != nil {
			return fmt.Errorf("marking a line: %w", err)
		}
		if did.fate != Written {
			continue
		}
		if err := m.writeOne(ctx, tx, run, did); err != nil {
			return err
		}
		entries = append(entries, did.entry(run))
	}
	for _, e := range entries {
		if err := m.desk.Audit.Record(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

// deed is what confirmation makes of one line.
type deed struct {
	line   Line
	a      ledger.Account
	fate   Fate
	dues   []ledger.Due
	amount int64 // from the next month on; 0: it stays
}

// outcome decides what is to be written of a line.
func outcome(run Run, l Line, a ledger.Account) deed {
	d := deed{line: l, a: a, fate: Kept}
	switch {
	case l.Excluded != "":
		d.fate = Excluded
		return d
	case l.Kind == Unknown:
		return d
	case !l.fits(run, a):
		d.fate = Changed
		return d
	}
	d.owe(run, ledger.Arrears, ledger.Open, run.Document, Month.Arrears)
	if run.Claim != "" {
		d.owe(run, ledger.Over, ledger.Open, run.Claim, Month.Over)
	} else {
		d.owe(run, ledger.Over, ledger.Waived, run.Document, Month.Over)
	}
	if l.More() > 0 || l.Less() > 0 && run.Lower != "" && !l.Stops() {
		d.amount = l.Next
	}
	if len(d.dues) > 0 || d.amount > 0 {
		d.fate = Written
	}
	return d
}

func (d *deed) owe(run Run, kind ledger.Kind, state ledger.State, why string, part func(Month) int64) {
	due := ledger.Due{Benefit: d.a.ID, Run: run.ID, Kind: kind, State: state, Why: why}
	for _, one := range d.line.Months {
		if amount := part(one); amount > 0 {
			due.Shares, due.Amount = append(due.Shares, ledger.Share{Month: one.Month, Amount: amount}), due.Amount+amount
		}
	}
	if due.Amount > 0 {
		d.dues = append(d.dues, due)
	}
}

func (m *Room) writeOne(ctx context.Context, tx *db.Tx, run Run, d deed) error {
	for _, due := range d.dues {
		if err := ledger.Owe(ctx, tx, due); err != nil {
			return err
		}
	}
	if d.amount > 0 {
		err := ledger.Set(ctx, tx, ledger.Amount{Benefit: d.a.ID, Since: run.Next(), Amount: d.amount, Version: run.Version, Why: run.Document, Run: run.ID})
		if err != nil {
			return err
		}
	}
	return m.tell(ctx, tx, run, d)
}

// entry is what the audit log keeps of one family.
func (d deed) entry(run Run) audit.Entry {
	detail := map[string]string{"run": run.ID, "文号": run.Document}
	for _, due := range d.dues {
		detail[word(due)] = fmt.Sprint(due.Amount)
	}
	if d.amount > 0 {
		detail["每月改为"], detail["从"] = fmt.Sprint(d.amount), string(run.Next())
	}
	return audit.Entry{Actor: run.Decider, ActorName: run.DeciderName, Role: officer, Verb: audit.Act, Subject: casework.Case{ID: d.line.Case}.Subject(),
		Person: d.a.Recipient, Purpose: "执行重算", Detail: detail}
}

// word names a due for readers.
func word(d ledger.Due) string {
	switch {
	case d.Kind == ledger.Arrears:
		return "补发"
	case d.State == ledger.Waived:
		return "多发，不追回"
	}
	return "多发，要退回"
}
