package offer

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"time"

	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
)

const (
	pageOfPeople = 5000
	ahead        = 2 // pages that are read before the one at work is written
	// A sweep that has not been heard of for so long has died.
	silence = 30 * time.Second
)

// errTaken ends a sweep whose place another has taken.
var errTaken = errors.New("another sweep has taken over")

// Sweep looks through the whole register, as of a day, for people who qualify
// for something that they neither receive nor have asked for, and makes offers.
// It reads and writes page by page. One of the same day that was broken off
// goes on where it stopped; while one is running another is an error of kind
// Conflict.
func (d *Desk) Sweep(ctx context.Context, on calendar.Day) (area.Swept, error) {
	began := time.Now()
	all, err := groups(d.Services().All())
	if err != nil {
		return area.Swept{}, err
	}
	run, err := d.begin(ctx, on)
	if err != nil {
		return area.Swept{}, err
	}
	if err = d.walk(ctx, &run, all); err == nil {
		err = d.end(ctx, run)
	}
	if errors.Is(err, errTaken) {
		err = busy()
	}
	sum := run.Swept
	sum.Took = time.Since(began)
	for _, g := range all {
		for _, p := range g.plans {
			sum.Services = append(sum.Services, p.s.Code)
		}
	}
	return sum, err
}

func busy() error {
	return errs.New(errs.Conflict, "另一次查找正在进行，等它做完再来。")
}

// run is one sweep as it stands.
type run struct {
	area.Swept
	id, runner string
	at         people.Mark
}

// begin takes up the sweep of a day that was broken off, or begins one.
func (d *Desk) begin(ctx context.Context, on calendar.Day) (run, error) {
	r := run{runner: db.NewID()}
	r.Day = on
	err := d.DB.Do(ctx, func(tx *db.Tx) error {
		r.id = ""
		if err := tx.Lock(ctx, "assistance/sweep"); err != nil {
			return err
		}
		old, beat, err := running(ctx, tx)
		switch {
		case errors.Is(err, db.ErrNone):
			return r.start(ctx, tx)
		case err != nil:
			return fmt.Errorf("reading the running sweep: %w", err)
		case beat.After(tx.Now.Add(-silence)):
			return busy()
		case old.Day != on:
			if _, err := tx.Exec(ctx, `UPDATE assistance_sweep SET state = 'dropped', ended = ? WHERE id = ?`, db.Millis(tx.Now), old.id); err != nil {
				return fmt.Errorf("dropping a sweep: %w", err)
			}
			return r.start(ctx, tx)
		}
		old.runner = r.runner
		r = old
		_, err = tx.Exec(ctx, `UPDATE assistance_sweep SET runner = ?, beat_at = ? WHERE id = ?`, r.runner, db.Millis(tx.Now), r.id)
		return err
	})
	return r, err
}

func (r *run) start(ctx context.Context, tx *db.Tx) error {
	r.id, r.at, r.Swept = db.NewID(), people.Mark{}, area.Swept{Day: r.Day}
	_, err := tx.Exec(ctx, `INSERT INTO assistance_sweep (id, day, state, runner, beat_at, began) VALUES (?, ?, 'running', ?, ?, ?)`,
		r.id, r.Day.String(), r.runner, db.Millis(tx.Now), db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("beginning a sweep: %w", err)
	}
	return nil
}

// running is the sweep that is running, and when it was last heard of.
func running(ctx context.Context, r db.Reader) (run, time.Time, error) {
	type row struct {
		run
		beat time.Time
	}
	v, err := db.One(ctx, r, func(r db.Row) (v row, err error) {
		var day string
		var beat int64
		err = r.Scan(&v.id, &day, &v.at.Alone, &v.at.Key, &v.Households, &v.People, &v.Made, &v.Lapsed, &beat)
		v.Day, _ = calendar.Parse(day)
		v.beat = db.Time(beat)
		return v, err
	}, `SELECT id, day, alone, walk, households, people, made, lapsed, beat_at FROM assistance_sweep WHERE state = 'running'`)
	return v.run, v.beat, err
}

// walk reads, works out and writes, each on its own: while one page is written
// the next is worked out, and the one after it read.
func (d *Desk) walk(ctx context.Context, r *run, all []*group) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	has, err := d.members(ctx)
	if err != nil {
		return err
	}
	at := moment{r.Day, d.DB.Now()}
	read, worked := make(chan page, ahead), make(chan work, ahead)
	go d.reading(ctx, r.at, has, read, stop)
	go func() {
		defer close(worked)
		for p := range read {
			some, err := d.find(ctx, d.DB, all, p, at)
			if err != nil {
				stop(err)
				return
			}
			also, err := d.watch(ctx, p, at)
			if err != nil {
				stop(err)
				return
			}
			worked <- work{p, some, also}
		}
	}()
	for w := range worked {
		if err := d.keep(ctx, r, w); err != nil {
			stop(err)
			for range worked { // until the others have seen it
			}
			return err
		}
	}
	return context.Cause(ctx)
}

// work is a page with what can be offered on it.
type work struct {
	page
	all  []candidate
	also []func(context.Context, *db.Tx) error // what others have found
}

// watch has others look at a page.
func (d *Desk) watch(ctx context.Context, p page, at moment) ([]func(context.Context, *db.Tx) error, error) {
	var all []func(context.Context, *db.Tx) error
	for _, w := range d.beside {
		one, err := w.Watch(ctx, d.DB, p.homes, at.day)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func (d *Desk) reading(ctx context.Context, from people.Mark, has func(string) bool, out chan<- page, stop context.CancelCauseFunc) {
	defer close(out)
	for {
		p, err := d.read(ctx, d.DB, from, has)
		if err != nil {
			stop(err)
			return
		}
		if len(p.homes) == 0 {
			return
		}
		select {
		case out <- p:
		case <-ctx.Done():
			return
		}
		from = p.last
	}
}

// members tells who may be a member of a case: most people are of none, and
// need not be asked for one by one.
func (d *Desk) members(ctx context.Context) (func(index string) bool, error) {
	seed, all := maphash.MakeSeed(), map[uint64]struct{}{}
	err := casework.Everybody(ctx, d.DB, func(index string) { all[maphash.String(seed, index)] = struct{}{} })
	return func(index string) bool { _, ok := all[maphash.String(seed, index)]; return ok }, err
}

// keep writes a page and, in the same transaction, that it is done.
func (d *Desk) keep(ctx context.Context, r *run, w work) error {
	var made, lapsed int
	err := d.DB.Do(ctx, func(tx *db.Tx) (err error) {
		n, err := tx.Exec(ctx, `UPDATE assistance_sweep SET alone = ?, walk = ?, beat_at = ? WHERE id = ? AND runner = ? AND state = 'running' AND alone = ? AND walk = ?`,
			b2i(w.last.Alone), w.last.Key, db.Millis(tx.Now), r.id, r.runner, b2i(r.at.Alone), r.at.Key)
		if err != nil {
			return fmt.Errorf("writing where a sweep stands: %w", err)
		}
		if n == 0 {
			return errTaken
		}
		if made, lapsed, err = d.write(ctx, tx, w.page, w.all); err != nil {
			return err
		}
		for _, write := range w.also {
			if err := write(ctx, tx); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `UPDATE assistance_sweep SET households = households + ?, people = people + ?, made = made + ?, lapsed = lapsed + ? WHERE id = ?`,
			len(w.homes), w.people, made, lapsed, r.id)
		if err != nil {
			return fmt.Errorf("counting what a sweep has done: %w", err)
		}
		return d.written()
	})
	if err != nil {
		return err
	}
	r.at = w.last
	r.Households, r.People, r.Made, r.Lapsed = r.Households+len(w.homes), r.People+w.people, r.Made+made, r.Lapsed+lapsed
	return nil
}

// end closes a sweep. What was offered to households beyond the last, which are
// no more, lapses.
func (d *Desk) end(ctx context.Context, r run) error {
	return d.DB.Do(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE assistance_offer SET state = 'lapsed', closed = ? WHERE (alone, walk) > (?, ?) AND state IN ('made', 'seen')`,
			db.Millis(tx.Now), b2i(r.at.Alone), r.at.Key); err != nil {
			return fmt.Errorf("having offers lapse: %w", err)
		}
		n, err := tx.Exec(ctx, `UPDATE assistance_sweep SET state = 'done', ended = ?, beat_at = ? WHERE id = ? AND runner = ? AND state = 'running'`,
			db.Millis(tx.Now), db.Millis(tx.Now), r.id, r.runner)
		if err == nil && n == 0 {
			return errTaken
		}
		return err
	})
}
