// Package recheck looks at running benefits again: when their month has come,
// and when a family's circumstances change.
//
// A re-check is a case like any other; this package opens it, says what has
// changed, and writes down what was decided. Of one benefit at most one is
// open, and whatever comes meanwhile joins it. Less is never paid, and nothing
// stopped, before the recipient was told of just that and could answer; only
// death leaves nobody to hear.
package recheck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/exchange"
)

// Procedure is the code of the service folder that says how a re-check goes.
const Procedure = "fuhe"

// Origin is what has opened a re-check.
type Origin string

// The origins.
const (
	Due      Origin = "due"      // its month has come
	Resident Origin = "resident" // the family told us
	Feed     Origin = "feed"     // a department told us
	Clerk    Origin = "clerk"    // somebody reported it to a clerk
	Watch    Origin = "watch"    // supervision asked for it
)

// Outcome is how a re-check ended.
type Outcome string

// The outcomes.
const (
	Same     Outcome = "same"
	More     Outcome = "more"
	Less     Outcome = "less"
	Stopped  Outcome = "stop"
	Faded    Outcome = "fade"
	Ended    Outcome = "dead"
	Replaced Outcome = "replaced" // another of the family took the applicant's place, in a re-check of its own
)

// Recheck is one look at a benefit.
type Recheck struct {
	ID, Benefit string
	Case        casework.ID
	Origin      Origin
	Month       ledger.Month // in which it was opened
	Found       *Finding     // nil before anything was compared
	Heard       *Hearing     // nil before the recipient was told
	Outcome     Outcome      // "" while it is open
	Opened      time.Time
	Closed      time.Time
}

// Hearing is what the recipient was told, and what they said.
type Hearing struct {
	Told    Finding `json:"told"`
	Opinion string  `json:"opinion"`
	Answer  string  `json:"answer"` // which act ended it
}

// Room does re-checks at a desk.
type Room struct {
	desk    *casework.Desk
	hearers []Hearer
}

// A Hearer listens to what departments tell unasked. Both of its verbs run in
// the transaction that holds how far a feed was read.
type Hearer interface {
	// Concerns reports whether an event is about somebody of concern; of all
	// others only that it came is kept.
	Concerns(ctx context.Context, tx *db.Tx, e exchange.Event) (bool, error)
	// Heard takes an event that concerns, once.
	Heard(ctx context.Context, tx *db.Tx, source exchange.Source, e exchange.Event) error
}

// Telling has others hear what the feeds tell.
func (r *Room) Telling(all ...Hearer) *Room {
	r.hearers = append(r.hearers, all...)
	return r
}

// New returns the room of a desk.
func New(d *casework.Desk) *Room { return &Room{desk: d} }

const columns = `id, benefit, case_id, origin, month, found, heard, outcome, opened_at, closed_at`

const seal = "assistance/recheck"

func (r *Room) scan(row db.Row) (c Recheck, err error) {
	var found, heard string
	var opened, closed int64
	if err := row.Scan(&c.ID, &c.Benefit, &c.Case, &c.Origin, &c.Month, &found, &heard, &c.Outcome, &opened, &closed); err != nil {
		return c, err
	}
	c.Opened, c.Closed = db.Time(opened), db.Time(closed)
	if err := r.unseal(found, &c.Found); err != nil {
		return c, err
	}
	return c, r.unseal(heard, &c.Heard)
}

func (r *Room) unseal(sealed string, into any) error {
	if sealed == "" {
		return nil
	}
	plain, err := r.desk.Box.UnsealText(sealed, seal)
	if err != nil {
		return fmt.Errorf("opening what a re-check found: %w", err)
	}
	return json.Unmarshal([]byte(plain), into)
}

func (r *Room) sealed(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("writing what a re-check found: %w", err)
	}
	return r.desk.Box.SealText(string(b), seal), nil
}

// OfCase returns the re-check that a case is, or an error of kind NotFound.
func (r *Room) OfCase(ctx context.Context, rd db.Reader, id casework.ID) (Recheck, error) {
	c, err := db.One(ctx, rd, r.scan, `SELECT `+columns+` FROM assistance_recheck WHERE case_id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return c, errs.New(errs.NotFound, "这件事不是复核。")
	}
	if err != nil {
		return c, fmt.Errorf("finding the re-check of case %s: %w", id, err)
	}
	return c, nil
}

// Of returns the re-checks of a benefit, the newest first.
func (r *Room) Of(ctx context.Context, rd db.Reader, benefit string) ([]Recheck, error) {
	all, err := db.All(ctx, rd, r.scan, `SELECT `+columns+` FROM assistance_recheck WHERE benefit = ? ORDER BY opened_at DESC, id DESC`, benefit)
	if err != nil {
		return nil, fmt.Errorf("reading the re-checks of benefit %s: %w", benefit, err)
	}
	return all, nil
}

// Benefit is a benefit as a re-check sees it.
type Benefit struct {
	ledger.Benefit
	Title  string
	Kind   string
	Ends   ledger.Month // the last in which it can hold by itself; "" is open
	Review ledger.Month // of the next re-check; "" is none
}

// Find returns a benefit, or an error of kind NotFound.
func Find(ctx context.Context, rd db.Reader, id string) (Benefit, error) {
	b, err := db.One(ctx, rd, scanBenefit, `SELECT `+benefitColumns+` FROM assistance_benefit WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return b, errs.New(errs.NotFound, "没有找到这一项待遇。")
	}
	if err != nil {
		return b, fmt.Errorf("finding benefit %s: %w", id, err)
	}
	return b, nil
}

const benefitColumns = `id, case_id, service, title, recipient, region, members, amount, since, until, version, kind, ends, review`

func scanBenefit(row db.Row) (b Benefit, err error) {
	err = row.Scan(&b.ID, &b.Case, &b.Service, &b.Title, &b.Recipient, &b.Region, &b.Members, &b.Amount, &b.Since, &b.Until, &b.Version, &b.Kind, &b.Ends, &b.Review)
	return b, err
}

// running reports whether nobody has ended a benefit.
func (b Benefit) running() bool { return b.Until == "" }

// runs reports whether it goes on in a month, or is to begin after it.
func (b Benefit) runs(m ledger.Month) bool {
	return b.running() && b.Kind != catalog.Once && (b.Ends == "" || b.Ends >= m)
}

// goesOn is runs in SQL, for a table or its alias; the month is its argument.
func goesOn(table string) string {
	return table + `.until = '' AND ` + table + `.kind <> 'once' AND (` + table + `.ends = '' OR ` + table + `.ends >= ?)`
}

// now is what a benefit is worth in the month of a day; before it has begun,
// what it will be worth.
func (r *Room) now(ctx context.Context, rd db.Reader, b Benefit, today calendar.Day) (int64, error) {
	m := max(ledger.MonthOf(today), b.Since)
	all, err := ledger.Accounts(ctx, rd, []string{b.ID})
	return all[b.ID].In(m), err
}

// lastCase is the case that says last what a benefit stands on.
func lastCase(ctx context.Context, rd db.Reader, b Benefit) (casework.Case, error) {
	id, err := db.One(ctx, rd, db.Value[string], `SELECT case_id FROM assistance_recheck WHERE benefit = ? AND outcome NOT IN ('', 'replaced')
		ORDER BY closed_at DESC, id DESC LIMIT 1`, b.ID)
	if errors.Is(err, db.ErrNone) {
		id, err = b.Case, nil
	}
	if err != nil {
		return casework.Case{}, fmt.Errorf("finding the last case of benefit %s: %w", b.ID, err)
	}
	return casework.Find(ctx, rd, casework.ID(id))
}
