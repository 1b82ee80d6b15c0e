package recheck

import (
	"context"
	"errors"
	"fmt"
	"time"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/exchange"
	"minzheng/kernel/fact"
	"minzheng/kernel/job"
)

// An event of a feed is a hint, never a fact: it has the departments asked, and
// what they answer counts. So one that comes twice, late or out of order can
// do no harm. Of people who receive nothing, nothing is kept.

// kinds are what feeds may tell, in words for the timeline.
var kinds = map[string]string{"death": "部门登记去世", "prison": "部门登记服刑", "income": "部门登记的收入有变化", "move": "部门登记迁走", "marriage": "部门登记的婚姻有变化"}

// settleDeath is within how many months after a death it must be settled
// (2022年四部门通知).
const settleDeath = 3

// Feeds reads what is new in the departments' feeds, and comes again.
func (r *Room) Feeds(ctx context.Context, _ job.Job) (func(context.Context, *db.Tx) error, error) {
	if err := r.ReadFeeds(ctx); err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		return job.Enqueue(ctx, tx, job.New{Kind: FeedsKind, Key: "again", At: tx.Now.Add(feedsEvery)})
	}, nil
}

// ReadFeeds reads every feed to its end. One that fails stays where it is.
func (r *Room) ReadFeeds(ctx context.Context) error {
	if err := r.CoverAll(ctx); err != nil {
		return err
	}
	for _, source := range r.desk.Exchange.Feeds() {
		for more := true; more; {
			var err error
			if more, err = r.readFeed(ctx, source); err != nil {
				return err
			}
		}
	}
	return nil
}

// readFeed reads one batch. Its events, its cursor and what follows are one
// transaction.
func (r *Room) readFeed(ctx context.Context, source exchange.Source) (more bool, err error) {
	after, err := cursor(ctx, r.desk.DB, source.Code)
	if err != nil {
		return false, err
	}
	batch, failure := r.desk.Exchange.Pull(ctx, source.Code, after)
	err = r.desk.DB.Do(ctx, func(tx *db.Tx) error {
		more = false
		if now, err := cursor(ctx, tx, source.Code); err != nil || now != after {
			return err // another process was faster
		}
		said := ""
		switch {
		case failure != nil:
			said = errs.Sentence(failure)
		case batch.Bad > 0:
			said = fmt.Sprintf("有 %d 条读不懂，跳过了。", batch.Bad)
		}
		for _, e := range batch.Events {
			if err := r.take(ctx, tx, source, e); err != nil {
				return err
			}
		}
		more = failure == nil && batch.More
		next := after
		if failure == nil {
			next = batch.Next
		}
		_, err := tx.Exec(ctx, `INSERT INTO assistance_feed (source, cursor, at, failure) VALUES (?, ?, ?, ?)
			ON CONFLICT (source) DO UPDATE SET cursor = excluded.cursor, at = excluded.at, failure = excluded.failure`, source.Code, next, db.Millis(tx.Now), said)
		if err != nil {
			return fmt.Errorf("keeping the cursor of %s: %w", source.Code, err)
		}
		return nil
	})
	return more, err
}

func cursor(ctx context.Context, rd db.Reader, source string) (string, error) {
	c, err := db.One(ctx, rd, db.Value[string], `SELECT cursor FROM assistance_feed WHERE source = ?`, source)
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading the cursor of %s: %w", source, err)
	}
	return c, nil
}

// happened is an event that matters to a benefit.
type happened struct {
	Benefit, Source, Kind, Person string
	Event                         string
	On                            calendar.Day
}

// take keeps an event once, and has it looked at where it matters to somebody.
func (r *Room) take(ctx context.Context, tx *db.Tx, source exchange.Source, e exchange.Event) error {
	person := r.desk.People.Index(e.Number)
	benefits, err := livingOn(ctx, tx, person, ledger.MonthOf(calendar.DayOf(tx.Now)))
	if err != nil {
		return err
	}
	if kinds[e.Kind] == "" {
		benefits = nil
	}
	concerned, err := r.concerned(ctx, tx, e)
	if err != nil {
		return err
	}
	if len(benefits)+len(concerned) == 0 {
		person = ""
	}
	n, err := tx.Exec(ctx, `INSERT INTO assistance_event (source, event, kind, person, day, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		source.Code, e.ID, e.Kind, person, e.On.String(), db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("keeping an event of %s: %w", source.Code, err)
	}
	if n == 0 {
		return nil // it came before
	}
	for _, one := range concerned {
		if err := one.Heard(ctx, tx, source, e); err != nil {
			return err
		}
	}
	for _, b := range benefits {
		h := happened{b, source.Code, e.Kind, person, e.ID, e.On}
		if err := job.Enqueue(ctx, tx, job.New{Kind: EventKind, Key: source.Code + "/" + e.ID + "/" + b, Payload: h}); err != nil {
			return err
		}
	}
	return nil
}

// concerned are those who listen and whom an event concerns.
func (r *Room) concerned(ctx context.Context, tx *db.Tx, e exchange.Event) (all []Hearer, err error) {
	for _, one := range r.hearers {
		yes, err := one.Concerns(ctx, tx, e)
		if err != nil {
			return nil, err
		}
		if yes {
			all = append(all, one)
		}
	}
	return all, nil
}

// Event has a benefit looked at because of an event.
func (r *Room) Event(_ context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	h, err := job.Read[happened](j)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		b, err := Find(ctx, tx, h.Benefit)
		if err != nil || !b.runs(ledger.MonthOf(calendar.DayOf(tx.Now))) {
			return err
		}
		_, err = r.Look(ctx, tx, r.occasion(b, h, tx.Now))
		return err
	}, nil
}

func (r *Room) occasion(b Benefit, h happened, now time.Time) Occasion {
	source, _ := r.desk.Exchange.Source(h.Source)
	o := Occasion{Benefit: b.ID, Origin: Feed, Title: source.Department + "告知：" + kinds[h.Kind], By: casework.System, Person: h.Person,
		Told: "部门告诉我们，您家的情况可能有变化。我们先向部门核对，需要您说明的会告诉您。"}
	if h.Kind == "death" && h.On > calendar.DayOf(now) { // the day is wrong; whether is asked anyway
		o.Died, o.Told = h.Person, ""
	} else if h.Kind == "death" {
		o.Died, o.Due, o.Told = h.Person, h.On.AddMonths(settleDeath), ""
		o.Facts = []fact.Statement{{Name: "去世日期", About: Subject, Value: fact.DateOf(int32(h.On)), Source: source.Vouches, At: now.UTC(), Proof: h.Source + "/" + h.Event}}
	}
	return o
}
