// Package offer finds people who qualify for something and have not asked
// (免申即享), and offers it to them.
//
// An offer pays nothing. Whoever accepts it opens a case, which goes to a
// person's decision like any other. The same thing is offered once for the
// same reason: who said no is not asked again.
package offer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/family"
	"minzheng/kernel/people"
)

// Desk makes offers and takes their answers.
type Desk struct {
	*casework.Desk
	families *family.Room
	most     int          // people in a page of a sweep
	written  func() error // called before a page is committed
	beside   []Watcher
}

// A Watcher looks at the pages of a sweep for something else. What it returns
// is done in the transaction that holds how far the sweep has come.
type Watcher interface {
	Watch(ctx context.Context, r db.Reader, homes []family.Home, on calendar.Day) (func(context.Context, *db.Tx) error, error)
}

// Beside has others look at the pages of a sweep too.
func (d *Desk) Beside(all ...Watcher) *Desk {
	d.beside = append(d.beside, all...)
	return d
}

// New returns a desk of offers beside the desk of cases.
func New(d *casework.Desk) *Desk {
	return &Desk{Desk: d, families: family.New(d), most: pageOfPeople, written: func() error { return nil }}
}

// Offers is the desk as portals use it.
func (d *Desk) Offers() *area.Offers {
	return &area.Offers{Find: d.Find, Of: d.Of, List: d.List, See: d.See, Accept: d.Accept, Decline: d.Decline,
		TakeUp: d.TakeUp, Visit: d.Visit, Visits: d.Visits}
}

const sealBody = "assistance/offer"

const columns = `id, service, version, title, person, name, region, family, worker, amount, day, body, state, made, seen, closed, by_name, case_id`

func (d *Desk) scan(r db.Row) (o area.Offer, err error) {
	var body, day string
	var made, seen, closed int64
	if err := r.Scan(&o.ID, &o.Service, &o.Version, &o.Title, &o.Person, &o.Name, &o.Region, &o.Family, &o.Worker, &o.Amount, &day, &body,
		&o.State, &made, &seen, &closed, &o.By, &o.Case); err != nil {
		return o, err
	}
	o.Day, _ = calendar.Parse(day)
	o.Made, o.Seen, o.Closed = db.Time(made), db.Time(seen), db.Time(closed)
	plain, err := d.Box.UnsealText(body, sealBody)
	if err != nil {
		return o, err
	}
	if err := json.Unmarshal([]byte(plain), &o.Body); err != nil {
		return o, err
	}
	if s, err := d.Services().Find(o.Service); err == nil && s.Finds != nil {
		o.Lead, o.Grants = s.Finds.Lead, s.Grants()
	}
	return o, nil
}

func errNone() error { return errs.New(errs.NotFound, "没有找到这一项。") }

// Find returns an offer, or an error of kind NotFound.
func (d *Desk) Find(ctx context.Context, r db.Reader, id string) (area.Offer, error) {
	o, err := db.One(ctx, r, d.scan, `SELECT `+columns+` FROM assistance_offer WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return area.Offer{}, errNone()
	}
	if err != nil {
		return area.Offer{}, fmt.Errorf("finding an offer: %w", err)
	}
	return o, nil
}

// hold is Find for somebody who changes the offer: two at once come one after
// the other.
func (d *Desk) hold(ctx context.Context, tx *db.Tx, id string) (area.Offer, error) {
	if err := tx.Lock(ctx, "assistance/offer/"+id); err != nil {
		return area.Offer{}, err
	}
	return d.Find(ctx, tx, id)
}

// Of returns the offers made to somebody, newest first, closed ones too.
func (d *Desk) Of(ctx context.Context, r db.Reader, person people.ID) ([]area.Offer, error) {
	all, err := db.All(ctx, r, d.scan, `SELECT `+columns+` FROM assistance_offer WHERE person = ? ORDER BY made DESC, id DESC LIMIT 100`, person)
	if err != nil {
		return nil, fmt.Errorf("reading offers: %w", err)
	}
	return all, nil
}

// See marks what was made to somebody as seen.
func (d *Desk) See(ctx context.Context, tx *db.Tx, person people.ID) error {
	if _, err := tx.Exec(ctx, `UPDATE assistance_offer SET state = 'seen', seen = ? WHERE person = ? AND state = 'made'`, db.Millis(tx.Now), person); err != nil {
		return fmt.Errorf("marking offers as seen: %w", err)
	}
	return nil
}

// ending is how an offer is closed.
type ending struct {
	state string
	who   casework.Actor
	c     casework.ID
}

func closeOffer(ctx context.Context, tx *db.Tx, o area.Offer, e ending) error {
	n, err := tx.Exec(ctx, `UPDATE assistance_offer SET state = ?, closed = ?, closer = ?, by_name = ?, case_id = ? WHERE id = ? AND state IN ('made', 'seen')`,
		e.state, db.Millis(tx.Now), e.who.ID, e.who.Name, e.c, o.ID)
	if err != nil {
		return fmt.Errorf("closing an offer: %w", err)
	}
	if n == 0 {
		return gone(o)
	}
	return nil
}

// gone says why an offer can no longer be answered.
func gone(o area.Offer) error {
	switch o.State {
	case area.Accepted, area.Taken:
		return errs.New(errs.Conflict, "这一项已经交上去了，请在“我的”里看办到哪一步。")
	case area.Declined:
		return errs.New(errs.Conflict, "这一项已经说过不需要了。想领的，随时可以自己申请。")
	}
	return errs.New(errs.Conflict, "这一项现在不能直接办了：情况有了变化。想申请的，请到“办事”里申请。")
}
