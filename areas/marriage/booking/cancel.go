package booking

import (
	"context"
	"errors"
	"fmt"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

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
