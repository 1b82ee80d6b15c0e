package booking

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"

	"minzheng/areas/marriage/counter"
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

// Cancel gives a time back; whoever has waited longest gets it at once.
func (m *Room) Cancel(ctx context.Context, tx *db.Tx, id string) error {
	b, err := m.Find(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := m.lock(ctx, tx, b); err != nil {
		return err
	}
	if b, err = m.Find(ctx, tx, id); err != nil { // as it is now that nobody else is at the slot
		return err
	}
	if err := m.close(ctx, tx, b, Cancelled); err != nil {
		return err
	}
	if b.State == Waiting {
		return nil
	}
	next, err := db.One(ctx, tx, m.scan, `SELECT `+columns+` FROM marriage_booking WHERE office = ? AND day = ? AND at = ? AND state = 'waiting' ORDER BY id LIMIT 1`, b.Office, b.Day, b.At)
	if errors.Is(err, db.ErrNone) {
		_, err = tx.Exec(ctx, `UPDATE marriage_slot SET taken = taken - 1 WHERE office = ? AND day = ? AND at = ?`, b.Office, b.Day, b.At)
		return err
	}
	if err != nil {
		return fmt.Errorf("reading a queue: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE marriage_booking SET state = 'booked' WHERE id = ?`, next.ID); err != nil {
		return fmt.Errorf("moving a queue up: %w", err)
	}
	next.State = Booked
	if err := m.tell(ctx, tx, next, "moved-up", "候补到了", "您候补的 "+next.When()+" 有了位置，已经给您留好。不来请退掉。"); err != nil {
		return err
	}
	return m.remind(ctx, tx, next)
}

// close ends a booking and lets both book again.
func (m *Room) close(ctx context.Context, tx *db.Tx, b Booking, state string) error {
	n, err := tx.Exec(ctx, `UPDATE marriage_booking SET state = ?, closed = ? WHERE id = ? AND state IN ('booked', 'waiting')`, state, db.Millis(tx.Now), b.ID)
	if err != nil {
		return fmt.Errorf("ending a booking: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这个预约已经退了或者办过了。")
	}
	if _, err := tx.Exec(ctx, `DELETE FROM marriage_booked WHERE booking = ?`, b.ID); err != nil {
		return fmt.Errorf("ending a booking: %w", err)
	}
	return nil
}

// Come notes that the two are at the counter.
func (m *Room) Come(ctx context.Context, tx *db.Tx, b Booking) error {
	return m.close(ctx, tx, b, Came)
}

// When is a booking's time, for readers.
func (b Booking) When() string { return b.Day.Long() + " " + b.At }

const columns = `id, office, day, at, state, doc, made`

func (m *Room) scan(r db.Row) (b Booking, err error) {
	var sealed string
	var made int64
	if err := r.Scan(&b.ID, &b.Office, &b.Day, &b.At, &b.State, &sealed, &made); err != nil {
		return b, err
	}
	b.Made = db.Time(made)
	text, err := m.Box.UnsealText(sealed, "marriage/booking")
	if err != nil {
		return b, fmt.Errorf("opening a booking: %w", err)
	}
	return b, json.Unmarshal([]byte(text), &b.Doc)
}

func (m *Room) seal(d Doc) (string, error) {
	b, err := json.Marshal(d)
	return m.Box.SealText(string(b), "marriage/booking"), err
}

// Find returns a booking, or an error of kind NotFound.
func (m *Room) Find(ctx context.Context, r db.Reader, id string) (Booking, error) {
	return m.one(ctx, r, `id = ?`, id)
}

// Of returns the booking that stands for a citizen number, or an error of kind NotFound.
func (m *Room) Of(ctx context.Context, r db.Reader, number string) (Booking, error) {
	return m.one(ctx, r, `id = (SELECT booking FROM marriage_booked WHERE person = ?)`, m.People.Index(number))
}

func (m *Room) one(ctx context.Context, r db.Reader, where string, arg any) (Booking, error) {
	b, err := db.One(ctx, r, m.scan, `SELECT `+columns+` FROM marriage_booking WHERE `+where, arg)
	if errors.Is(err, db.ErrNone) {
		return b, errs.New(errs.NotFound, "没有找到这个预约。")
	}
	if err != nil {
		return b, fmt.Errorf("reading a booking: %w", err)
	}
	return b, nil
}

// On returns an office's bookings of a day that stand, by time.
func (m *Room) On(ctx context.Context, r db.Reader, office string, day calendar.Day) ([]Booking, error) {
	all, err := db.All(ctx, r, m.scan, `SELECT `+columns+` FROM marriage_booking WHERE office = ? AND day = ? AND state = 'booked' ORDER BY at, id LIMIT 300`, office, day)
	if err != nil {
		return nil, fmt.Errorf("reading the bookings of a day: %w", err)
	}
	return all, nil
}

// Taken returns how many have booked each time of a day.
func (m *Room) Taken(ctx context.Context, r db.Reader, office string, day calendar.Day) (map[string]int64, error) {
	type slot struct {
		at    string
		taken int64
	}
	all, err := db.All(ctx, r, func(r db.Row) (s slot, err error) { return s, r.Scan(&s.at, &s.taken) },
		`SELECT at, taken FROM marriage_slot WHERE office = ? AND day = ?`, office, day)
	out := map[string]int64{}
	for _, s := range all {
		out[s.at] = s.taken
	}
	return out, err
}

// tell writes to those of the two who have an inbox with us.
func (m *Room) tell(ctx context.Context, tx *db.Tx, b Booking, what, title, text string) error {
	for _, p := range b.Doc.People {
		one, err := m.People.ByNumber(ctx, tx, p.Number)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		err = m.Notify.Send(ctx, tx, notify.Message{Key: b.Subject() + "/" + what + "/" + string(one.ID), To: string(one.ID), Title: title, Text: text,
			Short: "您预约的事项有消息，请登录查看。", Link: "/my/marriage", Subject: b.Subject(), Channels: []string{"app"}})
		if err != nil {
			return err
		}
	}
	return nil
}
