package divorce

import (
	"context"
	"fmt"
	"slices"

	"minzheng/areas/marriage/register"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
)

// close ends an open application once, whoever comes first.
func (m *Room) close(ctx context.Context, tx *db.Tx, a Application, state string) error {
	sealed, err := m.seal(a.Doc)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE marriage_divorce SET state = ?, doc = ?, record_id = ?, closed = ? WHERE id = ? AND state = 'open'`, state, sealed, a.Record, db.Millis(tx.Now), a.ID)
	if err != nil {
		return fmt.Errorf("ending an application for divorce: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这份离婚申请已经结束了，请刷新后再看。")
	}
	return nil
}

// Withdraw takes an application back for one of the two, by their citizen
// number. The other need not agree.
func (m *Room) Withdraw(ctx context.Context, tx *db.Tx, by register.Clerk, id, number string) error {
	a, err := m.Find(ctx, tx, id)
	if err != nil {
		return err
	}
	was, err := m.Book.Find(ctx, tx, a.Marriage)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(was.Parties[:], func(p register.Party) bool { return p.Number == number })
	if i < 0 {
		return errs.New(errs.NotFound, "没有找到这份离婚申请。")
	}
	if t := m.Term(a); a.State == Open && t.On(calendar.DayOf(tx.Now)) != Cooling {
		return errs.Newf(errs.Conflict, "可以撤回的三十日到 %s 为止（民法典第1077条）。现在不想离的，不去领证就行，到 %s 申请自动终止。", t.Withdraw.Long(), t.Until.Long())
	}
	a.Doc.Withdrew = was.Parties[i].Name
	if err := m.close(ctx, tx, a, Withdrawn); err != nil {
		return err
	}
	if err := m.record(ctx, tx, by, a, "撤回离婚申请"); err != nil {
		return err
	}
	return m.tell(ctx, tx, a, Withdrawn, "离婚申请撤回了", "离婚申请已经撤回，婚姻关系不变。")
}

// Finish registers the divorce: both have come, in the window, to the office
// that took the application.
func (m *Room) Finish(ctx context.Context, tx *db.Tx, who register.Clerk, id string) (register.Record, error) {
	a, err := m.Find(ctx, tx, id)
	if err != nil {
		return register.Record{}, err
	}
	if a.Office != who.Office {
		return register.Record{}, errs.New(errs.Forbidden, "要在受理申请的登记处办（婚姻登记条例第16条）。")
	}
	t := m.Term(a)
	switch t.On(calendar.DayOf(tx.Now)) {
	case Cooling:
		return register.Record{}, errs.Newf(errs.Conflict, "三十日没有满，%s 起才能发证（民法典第1077条）。", t.From.Long())
	case Over:
		return register.Record{}, errs.Newf(errs.Conflict, "双方要在 %s 以前来，已经过了，视为撤回（民法典第1077条）。还想离的，重新申请。", t.Until.Long())
	}
	if a.State != Open {
		return register.Record{}, errs.New(errs.Conflict, "这份离婚申请已经结束了，请刷新后再看。")
	}
	r, err := m.Book.Part(ctx, tx, a.Marriage, who, a.Doc.Remark)
	if err != nil {
		return r, err
	}
	a.Record = r.ID
	if err := m.close(ctx, tx, a, Done); err != nil {
		return r, err
	}
	if err := m.record(ctx, tx, who, a, "登记离婚"); err != nil {
		return r, err
	}
	return r, m.tell(ctx, tx, a, Done, "离婚登记办好了", "离婚登记已经办好，离婚证字号 "+r.Number+"。")
}

// Over ends an application whose window has passed. Holidays that were
// announced since it was taken count, so it looks again.
func (m *Room) Over(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	id, err := job.Read[string](j)
	if err != nil {
		return nil, err
	}
	a, err := m.Find(ctx, m.DB, id)
	if err != nil {
		return nil, err
	}
	if t := m.Term(a); a.State == Open && t.On(calendar.DayOf(m.DB.Now())) != Over {
		return nil, job.Again{At: (t.Until + 1).Start()}
	}
	return func(ctx context.Context, tx *db.Tx) error {
		now, err := m.Find(ctx, tx, id)
		if err != nil || now.State != Open {
			return err
		}
		if err := m.close(ctx, tx, now, Expired); err != nil {
			return err
		}
		if err := m.record(ctx, tx, register.Clerk{ID: casework.System.ID, Name: casework.System.Name}, now, "到期没有领证，离婚申请终止"); err != nil {
			return err
		}
		return m.tell(ctx, tx, now, Expired, "离婚申请终止了", "双方没有在期限内一起来领离婚证，按规定视为撤回，婚姻关系不变。")
	}, nil
}
