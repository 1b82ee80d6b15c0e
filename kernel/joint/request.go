package joint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

// Kind is what is asked for.
type Kind string

// The kinds.
const (
	Assist      Kind = "assist"      // 协查: help with finding out
	Countersign Kind = "countersign" // 会签: agree or not
	Task        Kind = "task"        // an office's part of a joint matter
)

// Word is the kind for readers.
func (k Kind) Word() string {
	switch k {
	case Countersign:
		return "会签"
	case Task:
		return "一件事里的任务"
	}
	return "协查"
}

// State is how far a request is.
type State string

// The states. One that is open and past its day is overdue.
const (
	Open      State = "open"
	Answered  State = "answered"
	Declined  State = "declined"
	Withdrawn State = "withdrawn"
)

// Request asks another office, or one colleague, for something.
type Request struct {
	ID          string
	Kind        Kind
	Case        casework.ID
	Part        string // of a joint matter
	Step        string // where the case was
	To          casework.Seat
	Assignee    string // whoever has it there; "" is nobody yet
	Named       bool   // asked of the assignee and nobody else
	By          casework.Actor
	Asks        string
	Law         string
	Grant       Grant
	Made        time.Time
	Due         calendar.Day
	Provisional bool
	State       State
	Answer      string // or why not
	Agrees      string // yes, no; of a countersignature
	Closed      time.Time
	ClosedBy    casework.Worker
}

// Overdue reports whether the request is open past its day.
func (q Request) Overdue(today calendar.Day) bool { return q.State == Open && today > q.Due }

const sealAsks, sealGrant, sealAnswer = "joint/asks", "joint/grant", "joint/answer"

const columns = `id, kind, case_id, part, step, office, role, assignee, named, by_account, by_name, by_role, asks, law, lets_see,
	made, due, provisional, state, answer, agrees, closed, closed_by, closed_name`

func (x *Room) scan(r db.Row) (q Request, err error) {
	var asks, grant, answer, due string
	var made, closed int64
	if err := r.Scan(&q.ID, &q.Kind, &q.Case, &q.Part, &q.Step, &q.To.Office, &q.To.Role, &q.Assignee, &q.Named, &q.By.ID, &q.By.Name, &q.By.Role, &asks, &q.Law, &grant,
		&made, &due, &q.Provisional, &q.State, &answer, &q.Agrees, &closed, &q.ClosedBy.ID, &q.ClosedBy.Name); err != nil {
		return q, err
	}
	q.Made, q.Closed = db.Time(made), db.Time(closed)
	if q.Due, err = calendar.Parse(due); err != nil {
		return q, err
	}
	if q.Asks, err = x.desk.Box.UnsealText(asks, sealAsks); err != nil {
		return q, err
	}
	if q.Answer, err = x.desk.Box.UnsealText(answer, sealAnswer); err != nil {
		return q, err
	}
	plain, err := x.desk.Box.UnsealText(grant, sealGrant)
	if err != nil {
		return q, err
	}
	return q, json.Unmarshal([]byte(plain), &q.Grant)
}

func (x *Room) insert(ctx context.Context, tx *db.Tx, q Request) error {
	grant, err := json.Marshal(q.Grant)
	if err != nil {
		return fmt.Errorf("writing a request: %w", err)
	}
	box := x.desk.Box
	_, err = tx.Exec(ctx, `INSERT INTO joint_request (`+columns+`, reminded, escalated)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, '', '', 0, 0)`,
		q.ID, q.Kind, q.Case, q.Part, q.Step, q.To.Office, q.To.Role, q.Assignee, b2i(q.Named), q.By.ID, q.By.Name, q.By.Role,
		box.SealText(q.Asks, sealAsks), q.Law, box.SealText(string(grant), sealGrant),
		db.Millis(q.Made), q.Due.String(), b2i(q.Provisional), q.State, box.SealText("", sealAnswer))
	return wrap("adding a request", err)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Find returns a request, or an error of kind NotFound.
func (x *Room) Find(ctx context.Context, r db.Reader, id string) (Request, error) {
	q, err := db.One(ctx, r, x.scan, `SELECT `+columns+` FROM joint_request WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return q, errNoRequest()
	}
	return q, wrap("finding a request", err)
}

// hold finds a request and lets nobody else change it until tx ends.
func (x *Room) hold(ctx context.Context, tx *db.Tx, id string) (Request, error) {
	if err := tx.Lock(ctx, "joint/request/"+id); err != nil {
		return Request{}, err
	}
	return x.Find(ctx, tx, id)
}

func (x *Room) list(ctx context.Context, r db.Reader, where string, args ...any) ([]Request, error) {
	all, err := db.All(ctx, r, x.scan, `SELECT `+columns+` FROM joint_request WHERE `+where, args...)
	return all, wrap("reading requests", err)
}

// Of returns the requests about a case, oldest first.
func (x *Room) Of(ctx context.Context, r db.Reader, c casework.ID) ([]Request, error) {
	return x.list(ctx, r, `case_id = ? AND case_id <> '' ORDER BY made, id`, c)
}

// mostListed is how many requests a list shows.
const mostListed = 200

// AskedOf returns the open requests that somebody can answer, the nearest
// deadline first.
func (x *Room) AskedOf(ctx context.Context, r db.Reader, who auth.Who) ([]Request, error) {
	where, args := []string{`assignee = ? AND state = 'open'`}, []any{who.Account}
	for _, g := range who.Grants {
		where, args = append(where, `office = ? AND role = ? AND named = 0 AND state = 'open'`), append(args, g.Region, g.Role)
	}
	for i := range where {
		where[i] = "(" + where[i] + ")"
	}
	return x.list(ctx, r, strings.Join(where, " OR ")+` ORDER BY due, id LIMIT ?`, append(args, mostListed)...)
}

// AskedBy returns what somebody has asked, the open ones and the nearest
// deadline first.
func (x *Room) AskedBy(ctx context.Context, r db.Reader, account string) ([]Request, error) {
	return x.list(ctx, r, `by_account = ? ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, CASE WHEN state = 'open' THEN due ELSE '' END, made DESC, id LIMIT ?`, account, mostListed)
}

// Reaches reports whether somebody can answer a request: it was asked of them,
// or of their office.
func (q Request) Reaches(who auth.Who) bool {
	if who.Kind != auth.Staff || who.Account == "" {
		return false
	}
	if q.Named {
		return q.Assignee == who.Account
	}
	return q.Assignee == who.Account || slices.Contains(who.Grants, auth.Grant{Role: q.To.Role, Region: q.To.Office})
}

// Waiting counts what waits for somebody: requests that are theirs, and
// mentions that they have not seen.
func (x *Room) Waiting(ctx context.Context, r db.Reader, account string) (int, error) {
	n, err := db.One(ctx, r, db.Value[int], `SELECT (SELECT COUNT(*) FROM joint_request WHERE assignee = ? AND state = 'open')
		+ (SELECT COUNT(*) FROM joint_mention AS m JOIN joint_comment AS c ON c.id = m.comment WHERE m.account = ? AND m.seen = 0 AND c.back = 0)`, account, account)
	return n, wrap("counting requests", err)
}

// Countersigned tells which roles have countersigned a case since it came into
// the step where it is. The last word of a role counts.
func Countersigned(ctx context.Context, r db.Reader, c casework.Case) ([]string, error) {
	type signed struct{ role, agrees string }
	rows, err := db.All(ctx, r, func(r db.Row) (s signed, err error) { return s, r.Scan(&s.role, &s.agrees) },
		`SELECT role, agrees FROM joint_request WHERE case_id = ? AND kind = 'countersign' AND state = 'answered' AND step = ? AND made >= ? ORDER BY closed, id`,
		c.ID, c.Step, db.Millis(c.StepSince))
	if err != nil {
		return nil, fmt.Errorf("reading the countersignatures of case %s: %w", c.ID, err)
	}
	last := map[string]string{}
	for _, s := range rows {
		last[s.role] = s.agrees
	}
	var roles []string
	for role, agrees := range last {
		if agrees == "yes" {
			roles = append(roles, role)
		}
	}
	return roles, nil
}
