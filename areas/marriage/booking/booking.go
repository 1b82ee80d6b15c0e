package booking

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"minzheng/areas/marriage/counter"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/job"
)

// The states of a booking.
const (
	Booked    = "booked"
	Waiting   = "waiting"
	Cancelled = "cancelled"
	Came      = "came"
)

// The jobs of booking.
const (
	RemindKind = "marriage.booking-remind"
	LookKind   = "marriage.booking-look"
)

// Booking is two with a time, or in the queue for one.
type Booking struct {
	ID     string
	Office string
	Day    calendar.Day
	At     string // 09:00
	State  string
	Doc    Doc
	Made   time.Time
}

// Subject names the booking for receipts.
func (b Booking) Subject() string { return "marriage-booking/" + b.ID }

// Doc is what is sealed of a booking.
type Doc struct {
	People    [2]counter.Person `json:"people"`
	Confirmed [2]bool           `json:"confirmed"`
	Looked    [2]bool           `json:"looked"`
	Hints     [2][]string       `json:"hints"` // what each is to bring, told to themselves alone
}

// Room is the booking of times. It is safe for use by several goroutines.
type Room struct {
	*casework.Desk
	hours   []Hours
	counter *counter.Room
}

// New returns the room on a desk, beside its counter.
func New(d *casework.Desk, c *counter.Room) *Room {
	hours, err := ReadHours("hours.yaml", hoursYAML)
	if err != nil {
		panic(err) // it is embedded
	}
	return &Room{d, hours, c}
}

// Offered is what an office offers on a day, seen from today.
func (m *Room) Offered(today, day calendar.Day) Day {
	if day <= today || day > today+calendar.Day(m.hours[len(m.hours)-1].Ahead) {
		return Day{}
	}
	return on(m.hours, m.Calendar, day)
}

// Wish is what somebody wants to book.
type Wish struct {
	Office string
	Day    calendar.Day
	At     string
	People [2]counter.Person // the first is who books
	Wait   bool              // in the queue, where the time is full
}

func (m *Room) check(w *Wish, now time.Time) error {
	var problems errs.Problems
	offered := m.Offered(calendar.DayOf(now), w.Day)
	if !slices.Contains(offered.Slots, w.At) {
		problems.Add("at", "请选一个时间。")
	}
	other := &w.People[1]
	other.Number, other.Name = form.Tidy("number", other.Number), strings.TrimSpace(other.Name)
	if say := form.CheckNumber(other.Number, now); say != "" {
		problems.Add("number", say)
	} else if other.Number == w.People[0].Number {
		problems.Add("number", "要填对方的身份证号。")
	}
	if other.Name == "" || len([]rune(other.Name)) > 30 {
		problems.Add("name", "请填写对方身份证上的姓名。")
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// Book takes a time for two, or a place in its queue.
func (m *Room) Book(ctx context.Context, tx *db.Tx, w Wish) (Booking, error) {
	if err := m.check(&w, tx.Now); err != nil {
		return Booking{}, err
	}
	b := Booking{ID: db.NewID(), Office: w.Office, Day: w.Day, At: w.At, State: Booked, Doc: Doc{People: w.People, Confirmed: [2]bool{true, false}}, Made: tx.Now}
	if err := m.lock(ctx, tx, b); err != nil {
		return b, err
	}
	got, err := m.take(ctx, tx, b, m.Offered(calendar.DayOf(tx.Now), w.Day).Capacity)
	if err != nil {
		return b, err
	}
	if !got && !w.Wait {
		return b, errs.New(errs.Conflict, "这个时间刚刚约满了。请选别的时间，或者排候补。")
	}
	if !got {
		b.State = Waiting
	}
	if err := m.put(ctx, tx, b); err != nil {
		return b, err
	}
	if err := job.Enqueue(ctx, tx, job.New{Kind: LookKind, Payload: look{b.ID, 0}}); err != nil {
		return b, err
	}
	return b, m.remind(ctx, tx, b)
}

// lock lets one at a time into a slot.
func (m *Room) lock(ctx context.Context, tx *db.Tx, b Booking) error {
	return tx.Lock(ctx, "marriage-slot/"+b.Office+"/"+b.Day.String()+"/"+b.At)
}

// take counts one more into a slot, if there is room.
func (m *Room) take(ctx context.Context, tx *db.Tx, b Booking, capacity int64) (bool, error) {
	_, err := tx.Exec(ctx, `INSERT INTO marriage_slot (office, day, at, capacity, taken) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING`, b.Office, b.Day, b.At, capacity)
	if err != nil {
		return false, fmt.Errorf("opening a slot: %w", err)
	}
	n, err := tx.Exec(ctx, `UPDATE marriage_slot SET taken = taken + 1 WHERE office = ? AND day = ? AND at = ? AND taken < capacity`, b.Office, b.Day, b.At)
	if err != nil {
		return false, fmt.Errorf("taking a slot: %w", err)
	}
	return n == 1, nil
}

func (m *Room) put(ctx context.Context, tx *db.Tx, b Booking) error {
	one, other := m.People.Index(b.Doc.People[0].Number), m.People.Index(b.Doc.People[1].Number)
	for _, index := range []string{min(one, other), max(one, other)} {
		n, err := tx.Exec(ctx, `INSERT INTO marriage_booked (person, booking) VALUES (?, ?) ON CONFLICT DO NOTHING`, index, b.ID)
		if err != nil {
			return fmt.Errorf("booking: %w", err)
		}
		if n == 0 {
			return m.twice(ctx, tx, b, one)
		}
	}
	sealed, err := m.seal(b.Doc)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO marriage_booking (id, office, day, at, state, doc, made, closed) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
		b.ID, b.Office, b.Day, b.At, b.State, sealed, db.Millis(b.Made))
	if err != nil {
		return fmt.Errorf("booking: %w", err)
	}
	return nil
}

// twice says why two cannot book once more; of the other one it tells nothing.
func (m *Room) twice(ctx context.Context, tx *db.Tx, b Booking, own string) error {
	n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM marriage_booked WHERE person = ? AND booking <> ?`, own, b.ID)
	if err != nil {
		return fmt.Errorf("booking: %w", err)
	}
	if n > 0 {
		return errs.New(errs.Conflict, "您已经有一个预约了。要改时间，请先退掉原来的。")
	}
	return errs.New(errs.Conflict, "现在不能这样预约。请和对方确认有没有别的预约，或者打电话问我们。")
}

// When is a booking's time, for readers.
func (b Booking) When() string { return b.Day.Long() + " " + b.At }
