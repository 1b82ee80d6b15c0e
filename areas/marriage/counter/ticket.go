package counter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"minzheng/areas/marriage/register"
	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// ticketDays is how long a department has (政务数据共享条例 art. 26).
const ticketDays = 10

// The states of a ticket.
const (
	TicketOpen = "open"
	Corrected  = "corrected" // the department was wrong, and has corrected it
	Kept       = "kept"      // the department stands by what it said
)

// Ticket asks a department whether what it said is right (校核).
type Ticket struct {
	ID, Office, Visit string
	Side              int
	About             string
	Department        string
	Doc               TicketDoc
	State             string
	Opened            time.Time
	Due               calendar.Day
	By                string
	Closed            time.Time
	ClosedBy          string
}

// TicketDoc is what is sealed of a ticket.
type TicketDoc struct {
	Name   string `json:"name"`
	What   string `json:"what"`
	Answer string `json:"answer,omitempty"`
}

// Query opens a ticket about something that departments and people tell
// differently. There is one for each thing, however often it is pressed.
func (m *Room) Query(ctx context.Context, tx *db.Tx, who register.Clerk, id string, side int, about string) error {
	v, err := m.open(ctx, tx, id)
	if err != nil {
		return err
	}
	if side < 0 || side > 1 {
		return errs.New(errs.Invalid, "请选是谁的哪一项。")
	}
	c := Weigh(v, Known{On: v.Day}).cell(side, about)
	if c.Standing != Mismatch && c.Standing != NotFound || c.Source == "" || about == Checkup {
		return errs.New(errs.Conflict, "这一项没有要校核的。")
	}
	s, _ := m.Exchange.Source(c.Source)
	sealed, err := m.seal(TicketDoc{Name: v.Couple.People[side].Name, What: c.Says})
	if err != nil {
		return err
	}
	due := m.Calendar.AddWorkdays(calendar.DayOf(tx.Now), ticketDays)
	_, err = tx.Exec(ctx, `INSERT INTO marriage_ticket (id, office, visit, side, about, department, doc, state, opened, due, by_name, closed, closed_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, 0, '') ON CONFLICT (visit, side, about) DO NOTHING`,
		db.NewID(), v.Office, id, side, about, s.Department, sealed, db.Millis(tx.Now), due.Day, who.Name)
	if err != nil {
		return fmt.Errorf("opening a ticket: %w", err)
	}
	return m.record(ctx, tx, v, who, audit.Entry{Verb: audit.Act, Purpose: "报给部门校核", Detail: map[string]string{"about": about, "department": s.Department}})
}

// Answer closes a ticket with what the department said.
func (m *Room) Answer(ctx context.Context, tx *db.Tx, who register.Clerk, id, state, answer string) error {
	if state != Corrected && state != Kept || answer == "" {
		return errs.New(errs.Invalid, "请选结果，并写明对方怎么答复的。")
	}
	all, err := m.tickets(ctx, tx, `id = ?`, id)
	if err != nil {
		return err
	}
	if len(all) == 0 || all[0].Office != who.Office {
		return errs.New(errs.NotFound, "没有找到这张校核单。")
	}
	all[0].Doc.Answer = answer
	sealed, err := m.seal(all[0].Doc)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE marriage_ticket SET state = ?, doc = ?, closed = ?, closed_by = ? WHERE id = ? AND state = 'open'`, state, sealed, db.Millis(tx.Now), who.Name, id)
	if err != nil {
		return fmt.Errorf("closing a ticket: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这张校核单已经办结了。")
	}
	return m.record(ctx, tx, Visit{ID: all[0].Visit}, who, audit.Entry{Verb: audit.Act, Purpose: "登记校核结果", Detail: map[string]string{"state": state}})
}

// Tickets returns an office's tickets, those that are due first on top.
func (m *Room) Tickets(ctx context.Context, r db.Reader, office string, most int) ([]Ticket, error) {
	return m.tickets(ctx, r, `office = ? ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, due, id LIMIT ?`, office, most)
}

// OpenTickets counts those that wait for an answer.
func (m *Room) OpenTickets(ctx context.Context, r db.Reader, office string) (int, error) {
	n, err := db.One(ctx, r, db.Value[int], `SELECT COUNT(*) FROM marriage_ticket WHERE office = ? AND state = 'open'`, office)
	if errors.Is(err, db.ErrNone) {
		return 0, nil
	}
	return n, err
}

func (m *Room) tickets(ctx context.Context, r db.Reader, where string, args ...any) ([]Ticket, error) {
	all, err := db.All(ctx, r, func(r db.Row) (t Ticket, err error) {
		var sealed string
		var opened, closed int64
		if err := r.Scan(&t.ID, &t.Office, &t.Visit, &t.Side, &t.About, &t.Department, &sealed, &t.State, &opened, &t.Due, &t.By, &closed, &t.ClosedBy); err != nil {
			return t, err
		}
		t.Opened, t.Closed = db.Time(opened), db.Time(closed)
		return t, m.unseal(sealed, &t.Doc)
	}, `SELECT id, office, visit, side, about, department, doc, state, opened, due, by_name, closed, closed_by FROM marriage_ticket WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading tickets: %w", err)
	}
	return all, nil
}
