package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework/decision"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
)

// ID names one case. It is ours; people are told the Number.
type ID string

// The states of a case.
const (
	Open      = "open"
	Approved  = decision.Approved
	Refused   = "refused"
	Withdrawn = "withdrawn"
	Ended     = "ended"
)

// Case is one matter of one family or person.
type Case struct {
	ID          ID
	Number      string // 受理号, 390121-2026-000123
	Service     string
	Version     string
	Applicant   people.ID
	Name        string // the applicant's
	Region      string // where it is applied for
	County      string
	Office      string // the place whose office has it now
	Role        string // the role that acts next; citizen for the applicant
	Assignee    string
	Step        string
	CameFrom    string // the step before, where an act can lead back to
	StepSince   time.Time
	Opened      time.Time
	Accepted    calendar.Day // 0: not yet
	Due         calendar.Day // last day of the statutory period; 0: no clock yet
	Extended    bool         // its period is the one of special cases
	Provisional bool         // Due runs into a year whose holidays are not announced
	StepDue     calendar.Day // 0: none
	State       string
	Closed      time.Time
	Members     int
	Conflicts   int    // facts that sources tell differently
	Silent      int    // questions to departments without an answer
	Verdict     string // yes, no or unknown: what the rules say so far
	Amount      int64  // 分 a month, or once
	Revision    int64  // goes up with every act
	Again       ID     // the case whose matter this one looks at again; "" is none
	key         string
	prefer      string // who had it before, for a case that comes back
}

// Subject is the case's name in the audit log and among receipts.
func (c Case) Subject() string { return "case/" + string(c.ID) }

// IsOpen reports whether the case still goes on.
func (c Case) IsOpen() bool { return c.State == Open }

const columns = `id, number, open_key, service, version, applicant, name, region, county, office, role, assignee,
	step, came_from, step_since, opened, accepted, due, provisional, step_due, state, closed, members, conflicts, silent, verdict, amount, revision, again, extended`

func scan(r db.Row) (c Case, err error) {
	var since, opened, closed int64
	var accepted, due, stepDue string
	err = r.Scan(&c.ID, &c.Number, &c.key, &c.Service, &c.Version, &c.Applicant, &c.Name, &c.Region, &c.County, &c.Office, &c.Role, &c.Assignee,
		&c.Step, &c.CameFrom, &since, &opened, &accepted, &due, &c.Provisional, &stepDue, &c.State, &closed, &c.Members, &c.Conflicts, &c.Silent, &c.Verdict, &c.Amount, &c.Revision, &c.Again, &c.Extended)
	c.StepSince, c.Opened, c.Closed = db.Time(since), db.Time(opened), db.Time(closed)
	c.Accepted, c.Due, c.StepDue = day(accepted), day(due), day(stepDue)
	return c, err
}

func day(s string) calendar.Day {
	d, _ := calendar.Parse(s)
	return d
}

func text(d calendar.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// nearest is the nearer of both deadlines; a case without one comes last.
func (c Case) nearest() string {
	n := "9999-12-31"
	for _, d := range []string{text(c.Due), text(c.StepDue)} {
		if d != "" && d < n {
			n = d
		}
	}
	return n
}

func (c Case) values() []any {
	return []any{c.ID, c.Number, c.key, c.Service, c.Version, c.Applicant, c.Name, c.Region, c.County, c.Office, c.Role, c.Assignee,
		c.Step, c.CameFrom, db.Millis(c.StepSince), db.Millis(c.Opened), text(c.Accepted), text(c.Due), b2i(c.Provisional), text(c.StepDue),
		c.State, db.Millis(c.Closed), c.Members, c.Conflicts, c.Silent, c.Verdict, c.Amount, c.Revision, c.Again, b2i(c.Extended)}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func insert(ctx context.Context, tx *db.Tx, c Case) error {
	_, err := tx.Exec(ctx, `INSERT INTO casework_case (`+columns+`, nearest)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, append(c.values(), c.nearest())...)
	if err != nil {
		return fmt.Errorf("adding a case: %w", err)
	}
	return nil
}

// update writes a case back; it must still have the revision that it was read with.
func update(ctx context.Context, tx *db.Tx, c *Case) error {
	n, err := tx.Exec(ctx, `UPDATE casework_case SET office = ?, role = ?, assignee = ?, step = ?, came_from = ?, step_since = ?,
		accepted = ?, due = ?, extended = ?, provisional = ?, step_due = ?, nearest = ?, state = ?, closed = ?, conflicts = ?, silent = ?, verdict = ?, amount = ?,
		revision = revision + 1 WHERE id = ? AND revision = ?`,
		c.Office, c.Role, c.Assignee, c.Step, c.CameFrom, db.Millis(c.StepSince),
		text(c.Accepted), text(c.Due), b2i(c.Extended), b2i(c.Provisional), text(c.StepDue), c.nearest(), c.State, db.Millis(c.Closed), c.Conflicts, c.Silent, c.Verdict, c.Amount,
		c.ID, c.Revision)
	if err != nil {
		return fmt.Errorf("updating case %s: %w", c.ID, err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这件事刚刚有人办过了，请刷新后再看。")
	}
	c.Revision++
	return nil
}

// Find returns a case, or an error of kind NotFound.
func Find(ctx context.Context, r db.Reader, id ID) (Case, error) {
	return one(ctx, r, `WHERE id = ?`, id)
}

// FindAll returns those of some cases that there are.
func FindAll(ctx context.Context, r db.Reader, ids []ID) (map[ID]Case, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := db.In(ids)
	some, err := all(ctx, r, `WHERE id IN (`+in+`)`, args...)
	found := make(map[ID]Case, len(some))
	for _, c := range some {
		found[c.ID] = c
	}
	return found, err
}

// hold finds a case and lets nobody else change it until tx ends, so that two
// acts at once come one after the other.
func hold(ctx context.Context, tx *db.Tx, id ID) (Case, error) {
	if tx.Engine() == db.PostgreSQL {
		return one(ctx, tx, `WHERE id = ? FOR UPDATE`, id)
	}
	return Find(ctx, tx, id)
}

// ByNumber returns the case with a 受理号, or an error of kind NotFound.
func ByNumber(ctx context.Context, r db.Reader, number string) (Case, error) {
	return one(ctx, r, `WHERE number = ?`, number)
}

func one(ctx context.Context, r db.Reader, where string, arg any) (Case, error) {
	c, err := db.One(ctx, r, scan, `SELECT `+columns+` FROM casework_case `+where, arg)
	if errors.Is(err, db.ErrNone) {
		return Case{}, errs.New(errs.NotFound, "没有找到这件事。")
	}
	if err != nil {
		return Case{}, fmt.Errorf("finding a case: %w", err)
	}
	return c, nil
}

// Of returns the cases of an applicant, newest first.
func Of(ctx context.Context, r db.Reader, applicant people.ID) ([]Case, error) {
	return all(ctx, r, `WHERE applicant = ? ORDER BY opened DESC, id DESC LIMIT 100`, applicant)
}

func all(ctx context.Context, r db.Reader, where string, args ...any) ([]Case, error) {
	cases, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM casework_case `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading cases: %w", err)
	}
	return cases, nil
}

// next counts up a named counter.
func next(ctx context.Context, tx *db.Tx, name string) (int64, error) {
	n, err := db.One(ctx, tx, db.Value[int64], `INSERT INTO casework_counter (name, n) VALUES (?, 1)
		ON CONFLICT (name) DO UPDATE SET n = casework_counter.n + 1 RETURNING n`, name)
	if err != nil {
		return 0, fmt.Errorf("counting %s: %w", name, err)
	}
	return n, nil
}

// Closed returns the cases of a county that were closed within a time, the
// earliest first.
func Closed(ctx context.Context, r db.Reader, county string, from, until time.Time) ([]Case, error) {
	return all(ctx, r, `WHERE county = ? AND closed >= ? AND closed < ? AND state <> 'open' ORDER BY closed, id`, county, db.Millis(from), db.Millis(until))
}
