// Package counter is the counter of marriage registration: two people, two
// numbers, and everything else comes from departments, side by side.
//
// Each question carries its purpose, its article and the fewest fields. Silence
// is never an answer: who is not known to be unmarried cannot be registered,
// while a department that is only asked out of care (婚检) stops nobody. Where
// an original paper may stand in for a department, two clerks see it.
package counter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"minzheng/areas/marriage/register"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
)

// The states of a visit.
const (
	Open = "open"
	Done = "done" // registered
	Left = "left" // closed without registration
)

// Person is one of the two as they say they are.
type Person struct {
	Number   string    `json:"number"`
	Name     string    `json:"name"`
	Declared string    `json:"declared"` // 未婚, 离异, 丧偶
	Resident people.ID `json:"resident,omitempty"`
}

// Couple is what is sealed of a visit when it begins.
type Couple struct {
	People [2]Person `json:"people"`
	Kin    string    `json:"kin,omitempty"` // how they are related, as the register of residents knows
}

// Got is what one source said about one of them.
type Got struct {
	Side    int                        `json:"side"`
	Source  string                     `json:"source"`
	Outcome string                     `json:"outcome"`
	Values  map[string]json.RawMessage `json:"values,omitempty"`
	At      time.Time                  `json:"at"`
	Took    int64                      `json:"took"` // milliseconds
	Tries   int                        `json:"tries,omitempty"`
}

// text is a value that is a text; "" if it was not told.
func (g Got) text(field string) string {
	var s string
	if json.Unmarshal(g.Values[field], &s) != nil {
		return ""
	}
	return s
}

func (g Got) yes(field string) bool {
	var b bool
	return json.Unmarshal(g.Values[field], &b) == nil && b
}

// Visit is two people at the counter.
type Visit struct {
	ID      string
	Office  string
	Day     calendar.Day
	State   string
	Couple  Couple
	Got     []Got
	Record  string
	Booking string
	Clerk   string
	By      string
	Opened  time.Time
	Closed  time.Time
}

// Subject names the visit for receipts and the audit log.
func (v Visit) Subject() string { return "marriage-visit/" + v.ID }

// Names are the names of both.
func (v Visit) Names() string { return v.Couple.People[0].Name + "、" + v.Couple.People[1].Name }

// Room is the counter. It is safe for use by several goroutines.
type Room struct {
	*casework.Desk
	Book   *register.Register
	mu     sync.Mutex
	asking map[string]*asking // visits whose answers are on their way, in this process
}

// New returns the counter on a desk.
func New(d *casework.Desk) *Room {
	return &Room{Desk: d, Book: register.New(d.Box, d.People), asking: map[string]*asking{}}
}

func (m *Room) today() calendar.Day { return calendar.DayOf(m.DB.Now()) }

const visitColumns = `id, office, day, state, couple, answers, record_id, booking, clerk, clerk_name, opened, closed`

func (m *Room) scan(r db.Row) (v Visit, err error) {
	var couple, answers string
	var opened, closed int64
	if err := r.Scan(&v.ID, &v.Office, &v.Day, &v.State, &couple, &answers, &v.Record, &v.Booking, &v.Clerk, &v.By, &opened, &closed); err != nil {
		return v, err
	}
	v.Opened, v.Closed = db.Time(opened), db.Time(closed)
	if err := m.unseal(couple, &v.Couple); err != nil {
		return v, err
	}
	if answers == "" {
		return v, nil
	}
	return v, m.unseal(answers, &v.Got)
}

func (m *Room) seal(v any) (string, error) {
	b, err := json.Marshal(v)
	return m.Box.SealText(string(b), "marriage/visit"), err
}

func (m *Room) unseal(sealed string, into any) error {
	text, err := m.Box.UnsealText(sealed, "marriage/visit")
	if err != nil {
		return fmt.Errorf("opening a visit: %w", err)
	}
	return json.Unmarshal([]byte(text), into)
}

// Find returns a visit with the answers that have come so far.
func (m *Room) Find(ctx context.Context, r db.Reader, id string) (Visit, error) {
	v, err := db.One(ctx, r, m.scan, `SELECT `+visitColumns+` FROM marriage_visit WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return v, errs.New(errs.NotFound, "没有找到这一对的办理记录。")
	}
	if err != nil {
		return v, fmt.Errorf("reading a visit: %w", err)
	}
	return v, nil
}

// Today returns an office's visits of a day, the newest first.
func (m *Room) Today(ctx context.Context, r db.Reader, office string, day calendar.Day, most int) ([]Visit, error) {
	all, err := db.All(ctx, r, m.scan, `SELECT `+visitColumns+` FROM marriage_visit WHERE office = ? AND day = ? ORDER BY opened DESC, id DESC LIMIT ?`, office, day, most)
	if err != nil {
		return nil, fmt.Errorf("reading the visits of a day: %w", err)
	}
	return all, nil
}
