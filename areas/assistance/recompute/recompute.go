// Package recompute works out anew what families should have had since a
// standard changed as of a past month: arrears, overpayments, the budget.
//
// A run changes nothing: it writes draft lines, page by page, each with the
// place where it stands, so that it goes on after any crash. What it found is
// written by another person's confirmation, in the same way. A machine never
// cuts money: where facts lack nothing is said, overpayments are kept by the
// family and less is paid only if a person says so with a reason.
package recompute

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
)

// State is how far a run has come.
type State string

// The states.
const (
	Computing  State = "computing"
	Ready      State = "ready" // its drafts wait for another person
	Confirming State = "confirming"
	Confirmed  State = "confirmed"
	Dropped    State = "dropped"
)

// Run is one recomputation.
type Run struct {
	ID           string
	Service      string
	Title, Short string // of the service
	Region       string
	Version      string // rules and parameters that it works with
	First, Last  ledger.Month
	Document     string // 文号
	Why          string // one sentence for residents
	State        State
	Orderer      string
	OrdererName  string
	Ordered      time.Time
	Decider      string // who confirmed or dropped it
	DeciderName  string
	Decided      time.Time
	Claim        string // why overpayments are claimed back; "": they are not
	Lower        string // how families were heard before less is paid; "": it is not
	Done, Total  int    // benefits of the present work
	Begun        time.Time
	Computed     time.Time
	Finished     time.Time
	Failure      string // a sentence for the reader
	Revision     int64  // goes up with every exclusion

	cursor cursor
}

// cursor is the last benefit that is done, in the order of regions.
type cursor struct{ region, id string }

// Next is the month from which new amounts hold.
func (r Run) Next() ledger.Month { return r.Last.Add(1) }

// Months are the months of the run.
func (r Run) Months() []ledger.Month { return ledger.Months(r.First, r.Last) }

// Working reports whether a job is at the run.
func (r Run) Working() bool { return r.State == Computing || r.State == Confirming }

// Subject is the run's name in the audit log.
func (r Run) Subject() string { return "recompute/" + r.ID }

// Ends is when the present work will be done at its pace so far; zero when
// nothing can be said yet.
func (r Run) Ends(now time.Time) time.Time {
	if r.Begun.IsZero() || r.Done == 0 || r.Done >= r.Total || !now.After(r.Begun) {
		return time.Time{}
	}
	return now.Add(now.Sub(r.Begun) / time.Duration(r.Done) * time.Duration(r.Total-r.Done))
}

// Room does recomputations. It is safe for use by several goroutines.
type Room struct {
	desk *casework.Desk
	page int           // benefits in one transaction
	work time.Duration // how long a job works before it hands over to the next
}

const (
	pageSize = 400
	workTime = 45 * time.Second // less than a job may take
)

// New returns the room.
func New(d *casework.Desk) *Room { return &Room{desk: d, page: pageSize, work: workTime} }

// The roles that recompute matters to: officers of a county or higher order
// and confirm, auditors look.
const (
	officer = "county-officer"
	auditor = "auditor"
)

// Seats are the regions in which somebody may order and confirm runs.
func Seats(who auth.Who) []string { return seats(who, officer) }

func seats(who auth.Who, roles ...string) []string {
	var all []string
	for _, g := range who.Grants {
		level := region.Code(g.Region).Level()
		if slices.Contains(roles, g.Role) && level != region.Unknown && level <= region.OfCounty && !slices.Contains(all, g.Region) {
			all = append(all, g.Region)
		}
	}
	return all
}

// May reports whether somebody may order and confirm runs for a place.
func (m *Room) May(who auth.Who, place string) bool { return m.within(Seats(who), place) }

// sees reports whether somebody may look at runs for a place.
func (m *Room) sees(who auth.Who, place string) bool {
	return m.within(seats(who, officer, auditor), place)
}

func (m *Room) within(seats []string, place string) bool {
	return slices.ContainsFunc(seats, func(seat string) bool { return m.desk.Places.Within(region.Code(place), region.Code(seat)) })
}

const columns = `id, service, title, short, region, version, first_month, last_month, document, why, state, orderer, orderer_name, ordered_at,
	decider, decider_name, decided_at, claim, lower, cursor_region, cursor_id, done, total, begun_at, computed_at, finished_at, failure, revision`

func scan(r db.Row) (v Run, err error) {
	var ordered, decided, begun, computed, finished int64
	err = r.Scan(&v.ID, &v.Service, &v.Title, &v.Short, &v.Region, &v.Version, &v.First, &v.Last, &v.Document, &v.Why, &v.State, &v.Orderer, &v.OrdererName, &ordered,
		&v.Decider, &v.DeciderName, &decided, &v.Claim, &v.Lower, &v.cursor.region, &v.cursor.id, &v.Done, &v.Total, &begun, &computed, &finished, &v.Failure, &v.Revision)
	v.Ordered, v.Decided, v.Begun, v.Computed, v.Finished = db.Time(ordered), db.Time(decided), db.Time(begun), db.Time(computed), db.Time(finished)
	return v, err
}

func find(ctx context.Context, r db.Reader, id string) (Run, error) {
	return one(ctx, r, `WHERE id = ?`, id)
}

func one(ctx context.Context, r db.Reader, where, arg string) (Run, error) {
	v, err := db.One(ctx, r, scan, `SELECT `+columns+` FROM assistance_recompute `+where, arg)
	if errors.Is(err, db.ErrNone) {
		return Run{}, errNoRun()
	}
	if err != nil {
		return Run{}, fmt.Errorf("finding a recomputation: %w", err)
	}
	return v, nil
}

func errNoRun() error { return errs.New(errs.NotFound, "没有找到这次重算。") }

// Find returns a run that somebody may look at. Any other is not there.
func (m *Room) Find(ctx context.Context, r db.Reader, who auth.Who, id string) (Run, error) {
	run, err := find(ctx, r, id)
	if err == nil && !m.sees(who, run.Region) {
		return Run{}, errNoRun()
	}
	return run, err
}

// mostListed is how many runs a list shows.
const mostListed = 100

// List returns the runs that somebody may look at, latest first.
func (m *Room) List(ctx context.Context, r db.Reader, who auth.Who) ([]Run, error) {
	all, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM assistance_recompute ORDER BY ordered_at DESC, id DESC LIMIT 1000`)
	if err != nil {
		return nil, fmt.Errorf("listing recomputations: %w", err)
	}
	all = slices.DeleteFunc(all, func(run Run) bool { return !m.sees(who, run.Region) })
	return all[:min(len(all), mostListed)], nil
}

// Waiting counts the runs that wait for somebody's confirmation.
func (m *Room) Waiting(ctx context.Context, r db.Reader, who auth.Who) (int, error) {
	all, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM assistance_recompute WHERE state = 'ready'`)
	if err != nil {
		return 0, fmt.Errorf("listing recomputations: %w", err)
	}
	n := 0
	for _, run := range all {
		if run.Orderer != who.Account && m.May(who, run.Region) {
			n++
		}
	}
	return n, nil
}

// Services are those that can be recomputed: the ones that give money of every
// month.
func (m *Room) Services() []*catalog.Service {
	return slices.DeleteFunc(slices.Clone(m.desk.Services().All()), func(s *catalog.Service) bool { return !monthly(s) })
}

// monthly leaves out vouchers: those say what may be spent at most, and what was
// not to be spent then cannot be paid now.
func monthly(s *catalog.Service) bool { return s.Grants().Kind == catalog.Monthly }

func (m *Room) walk(r Run) ledger.Walk {
	return ledger.Walk{Service: r.Service, Places: m.desk.Places.Ranges(region.Code(r.Region)), First: r.First, Last: r.Next()}
}
