package casework

import (
	"context"
	"fmt"

	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
)

// Inbox says which cases are wanted.
type Inbox struct {
	Assignee string // whose; "" is the whole office
	Office   string // of an office with its role
	Role     string
	County   string // or of a whole county, whatever the step
	Service  string // only of one service
	Step     string
	Skip     int
	Limit    int
}

func (q Inbox) where() (string, []any) {
	var where string
	var args []any
	switch {
	case q.Assignee != "":
		where, args = `WHERE assignee = ? AND state = 'open'`, []any{q.Assignee}
	case q.Office != "":
		where, args = `WHERE office = ? AND role = ? AND state = 'open'`, []any{q.Office, q.Role}
	default:
		where, args = `WHERE county = ? AND state = 'open'`, []any{q.County}
	}
	if q.Service != "" {
		where, args = where+` AND service = ?`, append(args, q.Service)
	}
	if q.Step != "" {
		where, args = where+` AND step = ?`, append(args, q.Step)
	}
	return where, args
}

// Read returns the open cases, the nearest statutory deadline first.
func (q Inbox) Read(ctx context.Context, r db.Reader) ([]Case, error) {
	where, args := q.where()
	return all(ctx, r, where+` ORDER BY nearest, id LIMIT ? OFFSET ?`, append(args, q.Limit, q.Skip)...)
}

// Counts are the figures over an inbox.
type Counts struct{ All, Overdue, Today, Soon, Waiting int }

// Count counts the open cases: all, past their deadline, due today, due until
// soon, and waiting for a department.
func (q Inbox) Count(ctx context.Context, r db.Reader, today, soon calendar.Day) (Counts, error) {
	where, args := q.where()
	args = append([]any{today.String(), today.String(), today.String(), soon.String()}, args...)
	n, err := db.One(ctx, r, func(r db.Row) (n Counts, err error) {
		return n, r.Scan(&n.All, &n.Overdue, &n.Today, &n.Soon, &n.Waiting)
	}, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN nearest < ? THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN nearest = ? THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN nearest > ? AND nearest <= ? THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN silent > 0 THEN 1 ELSE 0 END), 0)
		FROM casework_case `+where, args...)
	if err != nil {
		return Counts{}, fmt.Errorf("counting an inbox: %w", err)
	}
	return n, nil
}

// Search returns cases of a county by 受理号 or by the beginning of the
// applicant's name, newest first.
func Search(ctx context.Context, r db.Reader, county, words string, limit int) ([]Case, error) {
	return all(ctx, r, `WHERE county = ? AND (number = ? OR (name >= ? AND name < ?)) ORDER BY opened DESC, id DESC LIMIT ?`,
		county, words, words, words+"\U0010FFFF", limit)
}

// Loads returns how many open cases members of staff have.
func Loads(ctx context.Context, r db.Reader, accounts []string) (map[string]int, error) {
	n := map[string]int{}
	if len(accounts) == 0 {
		return n, nil
	}
	in, args := db.In(accounts)
	type load struct {
		account string
		open    int
	}
	rows, err := db.All(ctx, r, func(r db.Row) (l load, err error) { return l, r.Scan(&l.account, &l.open) },
		`SELECT account, open FROM casework_load WHERE account IN (`+in+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading who has how many: %w", err)
	}
	for _, l := range rows {
		n[l.account] = l.open
	}
	return n, nil
}
