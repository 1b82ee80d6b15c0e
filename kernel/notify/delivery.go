package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
)

// State says how far a delivery has come.
type State string

// The states.
const (
	Queued State = "queued"
	Sent   State = "sent"
	Failed State = "failed" // it is not tried any more
)

// Delivery is one message on its way through one outside channel.
type Delivery struct {
	ID      string
	Channel string
	State   State
	Tries   int
	Receipt string // what the carrier gave for it
	Failure string // why the last try failed
	At      time.Time
	Done    time.Time // when it was sent or given up; zero while queued
}

// Outgoing is what a channel carries.
type Outgoing struct {
	Key   string // the same at every try of one delivery
	To    string // the person's id
	Phone string // of an SMS
	Title string
	Text  string
	Link  string
}

// Channel carries messages out of the house. It returns what proves that the
// message was taken. An error that wraps ErrRefused ends the trying. The
// texts of errors hold nothing personal.
type Channel interface {
	Deliver(ctx context.Context, o Outgoing) (receipt string, err error)
}

// ErrRefused says that a carrier will never take this message.
var ErrRefused = errors.New("refused by the carrier")

// JobKind is the kind of the jobs that Handler does.
const JobKind = "notify.deliver"

const (
	mostTries   = 10
	longestWait = time.Hour
)

// Handler delivers what Send has enqueued. A failed try is written down and
// made again later, ten times within about three hours.
func (o *Outbox) Handler() job.Handler {
	return func(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
		id, err := job.Read[string](j)
		if err != nil {
			return nil, err
		}
		p, err := o.pending(ctx, id)
		if err != nil || p.state != Queued {
			return nil, err // whatever is not queued was done before
		}
		carrier := o.channels[p.channel]
		if carrier == nil {
			return nil, fmt.Errorf("there is no channel %q", p.channel)
		}
		receipt, err := carrier.Deliver(ctx, p.out)
		if err != nil {
			return o.failed(p, err), nil
		}
		return o.sent(p, receipt), nil
	}
}

type pending struct {
	channel string
	state   State
	tries   int
	out     Outgoing
}

func (o *Outbox) pending(ctx context.Context, id string) (pending, error) {
	p, err := db.One(ctx, o.db, func(r db.Row) (p pending, err error) {
		var message string
		p.out.Key = id
		if err := r.Scan(&p.channel, &p.state, &p.tries, &p.out.Phone, &message, &p.out.To, &p.out.Title, &p.out.Text, &p.out.Link); err != nil {
			return pending{}, err
		}
		if p.out.Phone != "" {
			err = o.unseal(&p.out.Phone, "phone", id)
		}
		return p, errors.Join(err, o.unseal(&p.out.Title, "title", message), o.unseal(&p.out.Text, "short", message))
	}, `SELECT d.channel, d.state, d.tries, d.phone, m.id, m.person, m.title, m.short, m.link
		FROM notify_delivery d JOIN notify_message m ON m.id = d.message WHERE d.id = ?`, id)
	if err != nil {
		return pending{}, fmt.Errorf("reading delivery %s: %w", id, err)
	}
	return p, nil
}

func (o *Outbox) sent(p pending, receipt string) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		// The number has done its service and is not kept.
		_, err := tx.Exec(ctx, `UPDATE notify_delivery SET state = ?, tries = tries + 1, receipt = ?, failure = '', phone = '', done_at = ?
			WHERE id = ? AND state = ?`, string(Sent), receipt, db.Millis(tx.Now), p.out.Key, string(Queued))
		return err
	}
}

func (o *Outbox) failed(p pending, why error) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		state, done := Queued, int64(0)
		if errors.Is(why, ErrRefused) || p.tries+1 >= mostTries {
			state, done = Failed, db.Millis(tx.Now)
		}
		n, err := tx.Exec(ctx, `UPDATE notify_delivery SET state = ?, tries = tries + 1, failure = ?, done_at = ?
			WHERE id = ? AND state = ?`, string(state), why.Error(), done, p.out.Key, string(Queued))
		if err != nil || n == 0 || state == Failed {
			return err
		}
		at := tx.Now.Add(min(30*time.Second<<p.tries, longestWait))
		return job.Enqueue(ctx, tx, job.New{Kind: JobKind, Key: p.out.Key, Payload: p.out.Key, At: at})
	}
}

// Again has a failed delivery tried anew, when staff ask for it.
func (o *Outbox) Again(ctx context.Context, tx *db.Tx, id string) error {
	n, err := tx.Exec(ctx, `UPDATE notify_delivery SET state = ?, tries = 0, failure = '', done_at = 0
		WHERE id = ? AND state = ? AND (channel <> ? OR phone <> '')`, string(Queued), id, string(Failed), SMS)
	if err != nil {
		return fmt.Errorf("delivery %s again: %w", id, err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这条消息不能重发：它已经发出、正在发送，或者没有登记手机号。")
	}
	return job.Enqueue(ctx, tx, job.New{Kind: JobKind, Key: id, Payload: id})
}

// Deliveries returns what was sent about a subject, the newest first; for the
// staff's page.
func (o *Outbox) Deliveries(ctx context.Context, r db.Reader, subject string) ([]Delivery, error) {
	all, err := db.All(ctx, r, func(r db.Row) (d Delivery, err error) {
		var at, done int64
		err = r.Scan(&d.ID, &d.Channel, &d.State, &d.Tries, &d.Receipt, &d.Failure, &at, &done)
		d.At, d.Done = db.Time(at), db.Time(done)
		return d, err
	}, `SELECT id, channel, state, tries, receipt, failure, made_at, done_at FROM notify_delivery
		WHERE subject = ? ORDER BY made_at DESC, id DESC`, subject)
	if err != nil {
		return nil, fmt.Errorf("reading the deliveries of %s: %w", subject, err)
	}
	return all, nil
}
