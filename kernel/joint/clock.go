package joint

import (
	"context"
	"time"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
	"minzheng/kernel/region"
)

const (
	jobRemind = "joint.remind"
	jobLate   = "joint.late"
)

// morning is when staff are reminded.
const morning = 8 * time.Hour

// clocks has the asked reminded on the last working day before the request's
// day, and their superiors told when it is over.
func (x *Room) clocks(ctx context.Context, tx *db.Tx, q Request) error {
	if err := job.Enqueue(ctx, tx, job.New{Kind: jobRemind, Key: q.ID, Payload: q.ID, At: x.reminds(q).Start().Add(morning)}); err != nil {
		return err
	}
	return job.Enqueue(ctx, tx, job.New{Kind: jobLate, Key: q.ID, Payload: q.ID, At: (q.Due + 1).Start()})
}

// reminds is the day on which a request is reminded of: the last working day
// before its own, or its own where that was the day of asking.
func (x *Room) reminds(q Request) calendar.Day {
	day := q.Due - 1
	for day > calendar.DayOf(q.Made) {
		if on, err := x.desk.Calendar.IsWorkday(day); on || err != nil {
			return day
		}
		day--
	}
	return q.Due
}

// remind is the job that tells the asked that their time is nearly over. A
// request that is over already is told of by late.
func (x *Room) remind(_ context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	id, err := job.Read[string](j)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		q, err := x.hold(ctx, tx, id)
		if err != nil || q.State != Open || q.Overdue(calendar.DayOf(tx.Now)) {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE joint_request SET reminded = ? WHERE id = ? AND reminded = 0`, db.Millis(tx.Now), id)
		if err != nil || n == 0 {
			return wrap("reminding of a request", err)
		}
		return x.tellAsked(ctx, tx, q, "remind", q.Kind.Word()+"快到期了", q.By.Name+"请您的"+q.Kind.Word()+"，"+q.Due.Long()+"到期，请按时答复。")
	}, nil
}

// late is the job that tells the asked, their superior and whoever asked that
// the time is over.
func (x *Room) late(_ context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	id, err := job.Read[string](j)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		q, err := x.hold(ctx, tx, id)
		if err != nil || !q.Overdue(calendar.DayOf(tx.Now)) {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE joint_request SET escalated = ? WHERE id = ? AND escalated = 0`, db.Millis(tx.Now), id)
		if err != nil || n == 0 {
			return wrap("escalating a request", err)
		}
		return x.escalate(ctx, tx, q)
	}, nil
}

func (x *Room) escalate(ctx context.Context, tx *db.Tx, q Request) error {
	if err := x.tellAsked(ctx, tx, q, "late", q.Kind.Word()+"超期了", q.By.Name+"请您的"+q.Kind.Word()+"，"+q.Due.Long()+"到期，还没有答复。请尽快答复，办不了的请写明原因退回。"); err != nil {
		return err
	}
	err := x.tell(ctx, tx, notify.Message{Key: "joint/" + q.ID + "/late/asker", To: q.By.ID, Title: "您请的" + q.Kind.Word() + "超期了",
		Text: "请" + x.SeatTitle(q.To) + "的" + q.Kind.Word() + "，" + q.Due.Long() + "到期，还没有答复。已经告诉对方的负责人。", Link: x.back(q), Subject: q.Subject()})
	if err != nil {
		return err
	}
	heads, err := x.heads(ctx, tx, q.To)
	if err != nil {
		return err
	}
	holder := x.SeatTitle(q.To)
	if name := x.desk.WorkerName(ctx, tx, q.Assignee); name != "" {
		holder += name
	}
	for _, h := range heads {
		if h.ID == q.Assignee || h.ID == q.By.ID {
			continue
		}
		err := x.tell(ctx, tx, notify.Message{Key: "joint/" + q.ID + "/late/" + h.ID, To: h.ID, Title: "有一件" + q.Kind.Word() + "超期",
			Text: holder + "手上有一件" + q.Kind.Word() + "，" + q.Due.Long() + "到期，还没有答复。请督促。", Subject: q.Subject()})
		if err != nil {
			return err
		}
	}
	return nil
}

// tellAsked writes to whoever has a request, or where nobody has it to all whom
// it reaches.
func (x *Room) tellAsked(ctx context.Context, tx *db.Tx, q Request, why, title, words string) error {
	to := []string{q.Assignee}
	if q.Assignee == "" {
		staff, err := x.desk.Staff(ctx, tx, q.To.Role, q.To.Office)
		if err != nil {
			return err
		}
		to = nil
		for _, w := range staff {
			to = append(to, w.ID)
		}
	}
	for _, account := range to {
		if err := x.tell(ctx, tx, notify.Message{Key: "joint/" + q.ID + "/" + why + "/" + account, To: account, Title: title, Text: words, Link: URL(q.ID), Subject: q.Subject()}); err != nil {
			return err
		}
	}
	return nil
}

// heads are those who look after a seat: of the nearest place upwards that has
// somebody in the role above.
func (x *Room) heads(ctx context.Context, r db.Reader, at casework.Seat) ([]auth.Account, error) {
	role := x.Heads[at.Role]
	if role == "" {
		return nil, nil
	}
	path := x.desk.Places.Path(region.Code(at.Office))
	for i := range path {
		place := path[i]
		all, err := auth.StaffIn(ctx, r, role, string(place))
		if err != nil || len(all) > 0 {
			return all, err
		}
	}
	return nil, nil
}
