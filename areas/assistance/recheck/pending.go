package recheck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/audit"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
)

// PendingDue is an overpayment that nobody has agreed on yet.
type PendingDue struct {
	ledger.Due
	Of   Benefit
	Name string
}

const dueColumns = `d.id, d.benefit, d.run, d.kind, d.amount, d.months, d.why`

func scanDue(row db.Row) (d PendingDue, err error) {
	var months string
	if err := row.Scan(&d.ID, &d.Due.Benefit, &d.Run, &d.Kind, &d.Amount, &months, &d.Why); err != nil {
		return d, err
	}
	d.State = Pending
	return d, json.Unmarshal([]byte(months), &d.Shares)
}

// Pending returns the overpayments in some places that wait for an agreement,
// the oldest first.
func (r *Room) Pending(ctx context.Context, rd db.Reader, places []region.Range, most int) ([]PendingDue, error) {
	in, args := within("b.region", places)
	all, err := db.All(ctx, rd, scanDue, `SELECT `+dueColumns+` FROM assistance_due AS d JOIN assistance_benefit AS b ON b.id = d.benefit
		WHERE d.state = 'found' AND `+in+` ORDER BY d.made_at, d.id LIMIT ?`, append(args, most)...)
	if err != nil {
		return nil, fmt.Errorf("reading overpayments: %w", err)
	}
	for i := range all {
		if err := all[i].read(ctx, rd); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (d *PendingDue) read(ctx context.Context, rd db.Reader) (err error) {
	if d.Of, err = Find(ctx, rd, d.Due.Benefit); err != nil {
		return err
	}
	c, err := lastCase(ctx, rd, d.Of)
	d.Name = c.Name
	return err
}

// FindPending returns one, or an error of kind NotFound.
func (r *Room) FindPending(ctx context.Context, rd db.Reader, id string) (PendingDue, error) {
	d, err := db.One(ctx, rd, scanDue, `SELECT `+dueColumns+` FROM assistance_due AS d WHERE d.id = ? AND d.state = 'found'`, id)
	if errors.Is(err, db.ErrNone) {
		return d, errs.New(errs.NotFound, "没有找到这一笔，可能刚刚有人处理了。")
	}
	if err != nil {
		return d, fmt.Errorf("finding an overpayment: %w", err)
	}
	return d, d.read(ctx, rd)
}

// Agreement is what becomes of an overpayment.
type Agreement struct {
	State ledger.State // Open: it will be offset; Waived: the family keeps it
	How   string
	By    casework.Actor
}

// Agree settles what becomes of an overpayment; only then anything may be
// offset.
func (r *Room) Agree(ctx context.Context, tx *db.Tx, d PendingDue, a Agreement) error {
	var p errs.Problems
	if a.State != ledger.Open && a.State != ledger.Waived {
		p.Add("state", "请选怎么处理。")
	}
	if a.How = strings.TrimSpace(a.How); a.How == "" || len([]rune(a.How)) > 300 {
		p.Add("how", "请写明和谁、什么时候、怎么商定的，最多 300 个字。")
	}
	if err := p.Err(); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE assistance_due SET state = ?, why = ? WHERE id = ? AND state = 'found'`, string(a.State), d.Why+"；商定："+a.How, d.ID)
	if err != nil {
		return fmt.Errorf("settling an overpayment: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这一笔刚刚有人处理了，请刷新后再看。")
	}
	return r.desk.Audit.Record(ctx, tx, audit.Entry{Actor: a.By.ID, ActorName: a.By.Name, Role: a.By.Role, Verb: audit.Act, Subject: "benefit/" + d.Of.ID,
		Person: d.Of.Recipient, Purpose: "处理多发的钱", Detail: map[string]string{"state": string(a.State)}})
}

// BenefitOf returns the running benefit that stands on a case, or an error of
// kind NotFound.
func BenefitOf(ctx context.Context, rd db.Reader, id casework.ID) (string, error) {
	b, err := db.One(ctx, rd, db.Value[string], `SELECT id FROM assistance_benefit WHERE until = '' AND kind <> 'once' AND (case_id = ? OR id IN (SELECT benefit FROM assistance_recheck WHERE case_id = ?))`, id, id)
	if errors.Is(err, db.ErrNone) {
		return "", errs.New(errs.NotFound, "没有找到这一项待遇。")
	}
	if err != nil {
		return "", fmt.Errorf("finding the benefit of case %s: %w", id, err)
	}
	return b, nil
}

type feedState struct{ source, failure string }

func feedStates(ctx context.Context, rd db.Reader) ([]feedState, error) {
	all, err := db.All(ctx, rd, func(row db.Row) (s feedState, err error) { return s, row.Scan(&s.source, &s.failure) },
		`SELECT source, failure FROM assistance_feed ORDER BY source`)
	if err != nil {
		return nil, fmt.Errorf("reading how feeds do: %w", err)
	}
	return all, nil
}
