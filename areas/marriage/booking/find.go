package booking

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/notify"
)

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
