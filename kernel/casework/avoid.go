package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Avoided is somebody who has to keep away from a case (回避). It is filed with
// the case: they are not given it, do not see it, and no act of theirs counts.
type Avoided struct {
	Cause   string // the declaration that says so; a case has it once
	Account string // "" of somebody who does no cases, which is filed all the same
	Name    string
	Why     string // 配偶
	At      time.Time
}

const avoidColumns = `cause, account, name, why, at`

func (d *Desk) scanAvoided(r db.Row) (a Avoided, err error) {
	var at int64
	if err := r.Scan(&a.Cause, &a.Account, &a.Name, &a.Why, &at); err != nil {
		return a, err
	}
	a.At = db.Time(at)
	for _, field := range []*string{&a.Name, &a.Why} {
		if *field, err = d.Box.UnsealText(*field, "casework/avoid"); err != nil {
			return a, err
		}
	}
	return a, nil
}

// Avoiding returns who keeps away from a case, in the order of filing.
func (d *Desk) Avoiding(ctx context.Context, r db.Reader, id ID) ([]Avoided, error) {
	all, err := db.All(ctx, r, d.scanAvoided, `SELECT `+avoidColumns+` FROM casework_avoid WHERE case_id = ? ORDER BY at, cause`, id)
	if err != nil {
		return nil, fmt.Errorf("reading who keeps away from case %s: %w", id, err)
	}
	return all, nil
}

// Keeps refuses whoever has to keep away from a case.
func (d *Desk) Keeps(ctx context.Context, r db.Reader, id ID, account string) error {
	n, err := db.One(ctx, r, db.Value[int], `SELECT COUNT(*) FROM casework_avoid WHERE case_id = ? AND account = ? AND account <> ''`, id, account)
	if err != nil {
		return fmt.Errorf("reading who keeps away from case %s: %w", id, err)
	}
	if n > 0 {
		return errs.New(errs.Forbidden, "这一家有您申报过的近亲属，按规定您要回避，由别的同事来办。")
	}
	return nil
}

// may are those of some staff who need not keep away from a case.
func (d *Desk) may(ctx context.Context, r db.Reader, id ID, staff []Worker) ([]Worker, error) {
	away, err := db.All(ctx, r, db.Value[string], `SELECT account FROM casework_avoid WHERE case_id = ? AND account <> ''`, id)
	if err != nil {
		return nil, fmt.Errorf("reading who keeps away from case %s: %w", id, err)
	}
	if len(away) == 0 {
		return staff, nil
	}
	return slices.DeleteFunc(slices.Clone(staff), func(w Worker) bool { return slices.Contains(away, w.ID) }), nil
}

// file files who has to keep away from a case because of some of its members.
func (d *Desk) file(ctx context.Context, tx *db.Tx, id ID, members []Member) error {
	if d.Avoids == nil {
		return nil
	}
	var indexes []string
	for _, m := range members {
		indexes = append(indexes, d.People.Index(m.Number))
	}
	all, err := d.Avoids(ctx, tx, indexes)
	if err != nil {
		return fmt.Errorf("asking who keeps away from case %s: %w", id, err)
	}
	for _, a := range all {
		if err := d.keepAway(ctx, tx, id, a); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) keepAway(ctx context.Context, tx *db.Tx, id ID, a Avoided) error {
	_, err := tx.Exec(ctx, `INSERT INTO casework_avoid (case_id, `+avoidColumns+`) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		id, a.Cause, a.Account, d.Box.SealText(a.Name, "casework/avoid"), d.Box.SealText(a.Why, "casework/avoid"), db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("filing who keeps away from case %s: %w", id, err)
	}
	return nil
}

// Avoid files somebody with every open case that a person, by the blind index
// of their number, is a member of, and takes those cases from them.
func (d *Desk) Avoid(ctx context.Context, tx *db.Tx, index string, a Avoided) error {
	ids, err := db.All(ctx, tx, db.Value[ID], `SELECT DISTINCT c.id FROM casework_case AS c JOIN casework_member AS m ON m.case_id = c.id
		WHERE m.number_ix = ? AND c.state = 'open' ORDER BY c.id`, index)
	if err != nil {
		return fmt.Errorf("finding the cases to keep away from: %w", err)
	}
	for _, id := range ids {
		c, err := hold(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := d.keepAway(ctx, tx, id, a); err != nil {
			return err
		}
		if err := d.handOn(ctx, tx, &c); err != nil {
			return err
		}
		if err := update(ctx, tx, &c); err != nil {
			return err
		}
		if err := d.note(ctx, tx, c, entry{who: System, code: "avoid", title: "近亲属备案", from: c.Step, to: c.Step}); err != nil {
			return err
		}
	}
	return nil
}

// Readmit takes a filing back from the open cases: it was a mistake, or holds
// no longer. What is decided stays filed.
func (d *Desk) Readmit(ctx context.Context, tx *db.Tx, cause string) error {
	_, err := tx.Exec(ctx, `DELETE FROM casework_avoid WHERE cause = ? AND case_id IN (SELECT id FROM casework_case WHERE state = 'open')`, cause)
	if err != nil {
		return fmt.Errorf("taking back a filing: %w", err)
	}
	return nil
}

// handOn gives a case to another if whoever has it must keep away.
func (d *Desk) handOn(ctx context.Context, tx *db.Tx, c *Case) error {
	if c.Assignee == "" {
		return nil
	}
	left, err := d.may(ctx, tx, c.ID, []Worker{{ID: c.Assignee}})
	if err != nil || len(left) > 0 {
		return err
	}
	return d.assign(ctx, tx, c)
}
