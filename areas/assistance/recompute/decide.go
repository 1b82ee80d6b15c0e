package recompute

import (
	"context"
	"fmt"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
)

// Decision is how somebody confirms a run.
type Decision struct {
	Seen  int64  // the revision that the reader was shown
	Claim bool   // have overpayments given back
	Why   string // then: why
	Lower bool   // pay less from the next month on, where the rules say so
	Heard string // then: how the families were heard
}

// hold returns a run that somebody may decide, and keeps it from others.
func (m *Room) hold(ctx context.Context, tx *db.Tx, who auth.Who, id string) (Run, error) {
	if err := tx.Lock(ctx, "assistance/recompute"); err != nil {
		return Run{}, err
	}
	run, err := m.Find(ctx, tx, who, id)
	if err == nil && !m.May(who, run.Region) {
		return Run{}, errNoOfficer()
	}
	return run, err
}

// Confirm has what a run found written. Whoever ordered it cannot confirm it.
func (m *Room) Confirm(ctx context.Context, tx *db.Tx, who auth.Who, id string, d Decision) error {
	run, err := m.hold(ctx, tx, who, id)
	if err != nil {
		return err
	}
	switch {
	case (run.State == Confirming || run.State == Confirmed) && run.Decider == who.Account:
		return nil // pressed twice
	case run.State != Ready:
		return errNotNow(run)
	case run.Orderer == who.Account:
		return errs.New(errs.Forbidden, "这次重算是您安排的，要请另一位有权限的人确认。")
	case run.Revision != d.Seen:
		return errs.New(errs.Conflict, "您打开页面以后，有人改了哪些户不执行。请看看新的数，再决定。")
	}
	if why := m.outdated(run, calendar.DayOf(tx.Now)); why != "" {
		return errs.New(errs.Conflict, why)
	}
	if run.Claim, run.Lower, err = d.reasons(); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE assistance_recompute SET state = 'confirming', decider = ?, decider_name = ?, decided_at = ?, begun_at = ?, claim = ?, lower = ?,
		cursor_region = '', cursor_id = '', done = 0, failure = '' WHERE id = ? AND state = 'ready'`,
		who.Account, who.Name, db.Millis(tx.Now), db.Millis(tx.Now), run.Claim, run.Lower, run.ID)
	if err != nil {
		return fmt.Errorf("confirming run %s: %w", run.ID, err)
	}
	if err := m.record(ctx, tx, who, run, "确认重算", map[string]string{"文号": run.Document, "追回多发的": run.Claim, "调减": run.Lower}); err != nil {
		return err
	}
	return job.Enqueue(ctx, tx, job.New{Kind: WriteKind, Key: run.ID, Payload: run.ID})
}

func (d Decision) reasons() (claim, lower string, err error) {
	var p errs.Problems
	if d.Claim {
		claim = plain(&p, "claim_why", d.Why, longReason, "请写明凭什么追回。标准是我们自己改的，一般不追回。")
	}
	if d.Lower {
		lower = plain(&p, "lower_why", d.Heard, longReason, "请写明怎么听取了这些家庭的意见。")
	}
	return claim, lower, p.Err()
}

// outdated says why what a run found is no longer so, or "".
func (m *Room) outdated(run Run, today calendar.Day) string {
	s, err := m.desk.Services().Find(run.Service)
	switch {
	case err != nil:
		return "这个事项已经不在目录里了，不能执行。请作废这次重算。"
	case s.Version != run.Version:
		return "算完以后标准又变了。请作废这次，重新算一次。"
	case ledger.MonthOf(today) != run.Last:
		return "这是" + run.Last.Long() + "算的，现在已经是" + ledger.MonthOf(today).Long() + "了。请作废这次，重新算一次。"
	}
	return ""
}

// Outdated is why a run can no longer be confirmed, or "".
func (m *Room) Outdated(run Run) string { return m.outdated(run, calendar.DayOf(m.desk.DB.Now())) }

func errNotNow(run Run) error {
	switch run.State {
	case Computing:
		return errs.New(errs.Conflict, "还没有算完，算完了再确认。")
	case Dropped:
		return errs.Newf(errs.Conflict, "这次重算已经由%s作废了。", run.DeciderName)
	}
	return errs.Newf(errs.Conflict, "这次重算已经由%s确认了。", run.DeciderName)
}

// Drop ends a run whose drafts nobody wants.
func (m *Room) Drop(ctx context.Context, tx *db.Tx, who auth.Who, id string) error {
	run, err := m.hold(ctx, tx, who, id)
	switch {
	case err != nil:
		return err
	case run.State == Dropped && run.Decider == who.Account:
		return nil
	case run.State != Computing && run.State != Ready:
		return errNotNow(run)
	}
	_, err = tx.Exec(ctx, `UPDATE assistance_recompute SET state = 'dropped', decider = ?, decider_name = ?, decided_at = ? WHERE id = ? AND state IN ('computing', 'ready')`,
		who.Account, who.Name, db.Millis(tx.Now), run.ID)
	if err != nil {
		return fmt.Errorf("dropping run %s: %w", run.ID, err)
	}
	return m.record(ctx, tx, who, run, "作废重算", nil)
}

// Resume has a run that stands still taken up again.
func (m *Room) Resume(ctx context.Context, tx *db.Tx, who auth.Who, id string) error {
	run, err := m.hold(ctx, tx, who, id)
	if err != nil || !run.Working() {
		return err
	}
	kind := ComputeKind
	if run.State == Confirming {
		kind = WriteKind
	}
	return job.Enqueue(ctx, tx, job.New{Kind: kind, Key: run.ID, Payload: run.ID})
}

// Exclude leaves one family out of what is confirmed, or takes it in again
// when there is no reason.
func (m *Room) Exclude(ctx context.Context, tx *db.Tx, who auth.Who, id, benefit, reason string, out bool) error {
	run, err := m.hold(ctx, tx, who, id)
	if err != nil {
		return err
	}
	if run.State != Ready {
		return errNotNow(run)
	}
	l, err := m.Line(ctx, tx, run.ID, benefit)
	if err != nil {
		return err
	}
	sealed, purpose := "", "重算：照常执行这一户"
	if out {
		var p errs.Problems
		reason = plain(&p, "reason", reason, longReason, "请写明为什么这一户不执行。")
		if err := p.Err(); err != nil {
			return err
		}
		sealed, purpose = m.desk.Box.SealText(reason, sealExcluded), "重算：这一户不执行"
	}
	if _, err := tx.Exec(ctx, `UPDATE assistance_recompute_line SET excluded = ? WHERE run = ? AND benefit = ?`, sealed, run.ID, benefit); err != nil {
		return fmt.Errorf("excluding a line: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE assistance_recompute SET revision = revision + 1 WHERE id = ?`, run.ID); err != nil {
		return fmt.Errorf("excluding a line: %w", err)
	}
	person, err := m.applicant(ctx, tx, l.Case)
	if err != nil {
		return err
	}
	return m.desk.Audit.Record(ctx, tx, audit.Entry{Actor: who.Account, ActorName: who.Name, Role: m.role(who, run.Region), Verb: audit.Act,
		Subject: casework.Case{ID: l.Case}.Subject(), Person: person, Purpose: purpose, Detail: map[string]string{"run": run.ID, "理由": reason}})
}

func (m *Room) applicant(ctx context.Context, r db.Reader, id casework.ID) (string, error) {
	c, err := casework.Find(ctx, r, id)
	if errs.Is(err, errs.NotFound) {
		return "", nil
	}
	return string(c.Applicant), err
}
