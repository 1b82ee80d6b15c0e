package joint

import (
	"context"
	"slices"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
	"minzheng/kernel/region"
)

const jobPass = "joint.pass"

// passAtOnce is how many requests change hands in one transaction.
const passAtOnce = 50

// MaySend reports whether somebody may say that another is away and hand over
// their work: they themselves, and who looks after their office.
func (x *Room) MaySend(who auth.Who, of auth.Account) bool {
	if who.Account == of.ID {
		return len(of.Grants) > 0
	}
	return slices.ContainsFunc(of.Grants, func(g auth.Grant) bool {
		head := x.Heads[g.Role]
		return head != "" && who.Covers(head, g.Region, func(code, above string) bool { return x.desk.Places.Within(region.Code(code), region.Code(above)) })
	})
}

// Leave says that somebody is away, and hands all their open work over if hand
// is set: cases and requests, to one colleague or shared fairly.
func (x *Room) Leave(ctx context.Context, tx *db.Tx, who auth.Who, a casework.Absence, hand *casework.Leaving) error {
	of, err := auth.Find(ctx, tx, a.Account)
	if err != nil {
		return err
	}
	if !x.MaySend(who, of) {
		return errs.New(errs.Forbidden, "只有本人，或者管这个岗位的负责人，可以登记离岗和转交。")
	}
	if err := x.desk.SetAbsence(ctx, tx, a); err != nil {
		return err
	}
	if hand == nil {
		return nil
	}
	hand.From = a.Account
	if hand.To != "" {
		to, err := auth.Find(ctx, tx, hand.To)
		if err != nil || !slices.ContainsFunc(to.Grants, func(g auth.Grant) bool { return slices.Contains(of.Grants, g) }) {
			return errs.Problems{{Field: "to", Sentence: "请选一位同一个单位、同一个岗位的同事。"}}
		}
	}
	if err := x.desk.HandOver(ctx, tx, *hand); err != nil {
		return err
	}
	return job.Enqueue(ctx, tx, job.New{Kind: jobPass, Key: hand.From, Payload: hand})
}

// Return says that somebody is back.
func (x *Room) Return(ctx context.Context, tx *db.Tx, who auth.Who, account string) error {
	of, err := auth.Find(ctx, tx, account)
	if err != nil {
		return err
	}
	if !x.MaySend(who, of) {
		return errs.New(errs.Forbidden, "只有本人，或者管这个岗位的负责人，可以登记回岗。")
	}
	return x.desk.EndAbsence(ctx, tx, account, actor(who, ""))
}

// passOn is the job that gives the open requests of somebody to others, and
// comes again while there are more. What was asked of them by name goes to
// their office.
func (x *Room) passOn(_ context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	l, err := job.Read[casework.Leaving](j)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		all, err := x.list(ctx, tx, `assignee = ? AND state = 'open' ORDER BY due, id LIMIT ?`, l.From, passAtOnce)
		if err != nil {
			return err
		}
		for _, q := range all {
			if err := x.pass(ctx, tx, q.ID, l); err != nil {
				return err
			}
		}
		if len(all) < passAtOnce {
			return nil
		}
		return job.Enqueue(ctx, tx, job.New{Kind: jobPass, Key: l.From, Payload: l})
	}, nil
}

func (x *Room) pass(ctx context.Context, tx *db.Tx, id string, l casework.Leaving) error {
	q, err := x.hold(ctx, tx, id)
	if err != nil || q.State != Open || q.Assignee != l.From {
		return err
	}
	staff, err := x.desk.Ready(ctx, tx, q.Case, q.To, calendar.DayOf(tx.Now))
	if err != nil {
		return err
	}
	staff = slices.DeleteFunc(slices.Clone(staff), func(w casework.Worker) bool { return w.ID == l.From || w.ID == q.By.ID })
	to := l.To
	if !slices.ContainsFunc(staff, func(w casework.Worker) bool { return w.ID == to }) {
		if to, err = x.least(ctx, tx, staff); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE joint_request SET assignee = ?, named = 0 WHERE id = ?`, to, q.ID); err != nil {
		return wrap("handing a request over", err)
	}
	if err := x.record(ctx, tx, q, l.Who, "转交"+q.Kind.Word()); err != nil {
		return err
	}
	return x.tell(ctx, tx, notify.Message{Key: "joint/" + q.ID + "/passed/" + to + "/" + db.NewID(), To: to, Title: "转给您一件" + q.Kind.Word(),
		Text: q.By.Name + "请的" + q.Kind.Word() + "转给您了，" + q.Due.Long() + "前答复。", Link: URL(q.ID), Subject: q.Subject()})
}
