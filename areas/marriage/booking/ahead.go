package booking

import (
	"context"
	"slices"
	"time"

	"minzheng/areas/marriage/counter"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
)

// remindAt is the hour of the day before at which people are reminded.
const remindAt = 10 * time.Hour

// look is whom to ask about in advance.
type look struct {
	Booking string `json:"booking"`
	Side    int    `json:"side"`
}

func (m *Room) remind(ctx context.Context, tx *db.Tx, b Booking) error {
	if b.State != Booked {
		return nil
	}
	return job.Enqueue(ctx, tx, job.New{Kind: RemindKind, Key: b.ID, Payload: b.ID, At: (b.Day - 1).Start().Add(remindAt)})
}

// Remind reminds both the day before, if they still come.
func (m *Room) Remind(_ context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	id, err := job.Read[string](j)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		b, err := m.Find(ctx, tx, id)
		if err != nil || b.State != Booked {
			return err
		}
		return m.tell(ctx, tx, b, "remind", "明天来登记", "您约了 "+b.When()+" 办结婚登记。请双方本人带身份证来；来不了请退掉，让给排队的人。")
	}, nil
}

// Confirm is the word of the other one that they come too.
func (m *Room) Confirm(ctx context.Context, tx *db.Tx, id, number string) error {
	b, err := m.Find(ctx, tx, id)
	if err != nil {
		return err
	}
	side := b.side(number)
	if side < 0 || b.State != Booked && b.State != Waiting {
		return errs.New(errs.NotFound, "没有找到这个预约。")
	}
	b.Doc.Confirmed[side] = true
	if err := m.save(ctx, tx, b); err != nil {
		return err
	}
	return job.Enqueue(ctx, tx, job.New{Kind: LookKind, Payload: look{b.ID, side}})
}

// side is which of the two has a number; -1 is neither.
func (b Booking) side(number string) int {
	return slices.IndexFunc(b.Doc.People[:], func(p counter.Person) bool { return p.Number == number })
}

func (m *Room) save(ctx context.Context, tx *db.Tx, b Booking) error {
	sealed, err := m.seal(b.Doc)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE marriage_booking SET doc = ? WHERE id = ?`, sealed, b.ID)
	return err
}

// Look asks about one who has confirmed, so that they know what to bring. At
// the counter departments are asked again: this is advice and no evidence.
func (m *Room) Look(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	l, err := job.Read[look](j)
	if err != nil {
		return nil, err
	}
	b, err := m.Find(ctx, m.DB, l.Booking)
	if err != nil {
		return nil, err
	}
	if b.State != Booked && b.State != Waiting || !b.Doc.Confirmed[l.Side] {
		return func(context.Context, *db.Tx) error { return nil }, nil
	}
	hints, keep := m.counter.Ahead(ctx, counter.Visit{ID: b.ID, Office: b.Office, Day: b.Day, Couple: counter.Couple{People: b.Doc.People}}, l.Side)
	return func(ctx context.Context, tx *db.Tx) error {
		now, err := m.Find(ctx, tx, b.ID)
		if err != nil {
			return err
		}
		now.Doc.Looked[l.Side], now.Doc.Hints[l.Side] = true, hints
		if err := m.save(ctx, tx, now); err != nil {
			return err
		}
		return keep(ctx, tx)
	}, nil
}
