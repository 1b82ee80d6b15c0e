package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/job"
)

// JobKind is the kind of job that asks what was deferred.
const JobKind = "exchange.deferred"

// Deferred is a question that may wait for its answer.
type Deferred struct {
	Question Question
	Hook     string    // who waits for the answer; "" keeps it, sealed, for the case
	Note     string    // the hook's own, sealed like the question
	At       time.Time // not before; the zero time is at once
	Until    time.Time // given up then, and an answer kept no longer
}

// Hook takes the answer to a deferred question, in the transaction that keeps
// its receipt; a silent one when it was given up. It is called once.
type Hook func(ctx context.Context, tx *db.Tx, a Answer, note string) error

// Between two tries of a deferred question; the last one stays.
var askDeferred = []time.Duration{20 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute}

// letter is a deferred question as it is kept.
type letter struct {
	Question Question `json:"question"`
	Note     string   `json:"note"`
}

// Defer has a question asked by a job until it is answered or its time is over.
// It keeps one number all the while, so that it counts once.
func (x *Exchange) Defer(ctx context.Context, tx *db.Tx, d Deferred) error {
	if x.box == nil {
		return errors.New("an exchange without keys can defer nothing")
	}
	if d.Question.ID == "" {
		d.Question.ID = db.NewID()
	}
	id := d.Question.ID
	b, err := json.Marshal(letter{d.Question, d.Note})
	if err != nil {
		return fmt.Errorf("writing a deferred question: %w", err)
	}
	n, err := tx.Exec(ctx, `INSERT INTO exchange_deferred (id, source, subject, hook, question, at, ends) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		id, d.Question.Source, d.Question.Subject, d.Hook, x.box.SealText(string(b), "exchange/deferred/"+id), db.Millis(tx.Now), db.Millis(d.Until))
	if err != nil || n == 0 {
		return err
	}
	return job.Enqueue(ctx, tx, job.New{Kind: JobKind, Key: id + "/0", Payload: id, At: d.At})
}

// Prefetch asks for a case before it is needed, as at a booking; AskKept finds
// the answers until their time is over.
func (x *Exchange) Prefetch(ctx context.Context, tx *db.Tx, questions []Question, at, until time.Time) error {
	for _, q := range questions {
		if err := x.Defer(ctx, tx, Deferred{Question: q, At: at, Until: until}); err != nil {
			return err
		}
	}
	return nil
}

// Serve has the queue ask what is deferred. Hooks are those that wait.
func (x *Exchange) Serve(q *job.Queue, d *db.DB, hooks map[string]Hook) {
	q.Handle(JobKind, func(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
		return x.deferred(ctx, d, hooks, j)
	})
}

// waiting is a row of the queue.
type waiting struct {
	id, hook, question string
	tries              int
	ends               int64
}

func (x *Exchange) deferred(ctx context.Context, d *db.DB, hooks map[string]Hook, j job.Job) (func(context.Context, *db.Tx) error, error) {
	id, err := job.Read[string](j)
	if err != nil {
		return nil, err
	}
	w, err := db.One(ctx, d, func(r db.Row) (w waiting, err error) {
		return w, r.Scan(&w.id, &w.hook, &w.question, &w.tries, &w.ends)
	},
		`SELECT id, hook, question, tries, ends FROM exchange_deferred WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading a deferred question: %w", err)
	}
	l, err := x.open(w)
	if err != nil {
		return nil, err
	}
	hook, ok := hooks[w.hook]
	if !ok && w.hook != "" {
		return nil, fmt.Errorf("nobody waits as %q", w.hook)
	}
	a := x.Ask(ctx, []Question{l.Question})[0]
	return func(ctx context.Context, tx *db.Tx) error {
		if !a.Outcome.Said() && db.Millis(tx.Now) < w.ends {
			return later(ctx, tx, w)
		}
		return x.arrived(ctx, tx, w, a, func() error {
			if hook == nil {
				return x.Remember(ctx, tx, []Answer{a}, db.Time(w.ends))
			}
			return hook(ctx, tx, a, l.Note)
		})
	}, nil
}

func (x *Exchange) open(w waiting) (l letter, err error) {
	plain, err := x.box.UnsealText(w.question, "exchange/deferred/"+w.id)
	if err == nil {
		err = json.Unmarshal([]byte(plain), &l)
	}
	if err != nil {
		return l, fmt.Errorf("opening a deferred question: %w", err)
	}
	return l, nil
}

// later puts a question back.
func later(ctx context.Context, tx *db.Tx, w waiting) error {
	next := tx.Now.Add(askDeferred[min(w.tries, len(askDeferred)-1)])
	if ends := db.Time(w.ends); next.After(ends) {
		next = ends
	}
	if _, err := tx.Exec(ctx, `UPDATE exchange_deferred SET tries = tries + 1 WHERE id = ?`, w.id); err != nil {
		return fmt.Errorf("putting a question back: %w", err)
	}
	return job.Enqueue(ctx, tx, job.New{Kind: JobKind, Key: w.id + "/" + strconv.Itoa(w.tries+1), Payload: w.id, At: next})
}

// arrived ends the waiting: who takes the row out is the one that counts.
func (x *Exchange) arrived(ctx context.Context, tx *db.Tx, w waiting, a Answer, then func() error) error {
	n, err := tx.Exec(ctx, `DELETE FROM exchange_deferred WHERE id = ?`, w.id)
	if err != nil || n == 0 {
		return err
	}
	if err := Keep(ctx, tx, []Answer{a}); err != nil {
		return err
	}
	return then()
}

// Queue is how many questions wait for a source, and since when.
type Queue struct {
	Source string
	Waits  int
	Since  time.Time
}

// Queues returns the sources for which questions wait.
func Queues(ctx context.Context, r db.Reader) ([]Queue, error) {
	all, err := db.All(ctx, r, func(r db.Row) (q Queue, err error) {
		var since int64
		err = r.Scan(&q.Source, &q.Waits, &since)
		q.Since = db.Time(since)
		return q, err
	}, `SELECT source, COUNT(*), MIN(at) FROM exchange_deferred GROUP BY source ORDER BY source`)
	if err != nil {
		return nil, fmt.Errorf("counting deferred questions: %w", err)
	}
	return all, nil
}
