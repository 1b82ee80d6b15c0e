package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"minzheng/kernel/db"
)

// Received is a message as its reader sees it.
type Received struct {
	ID      string
	Title   string
	Text    string
	Link    string
	Subject string
	At      time.Time
	Read    bool
}

const received = `id, title, text, link, subject, made_at, read_at`

func (o *Outbox) scan(r db.Row) (m Received, err error) {
	var at, read int64
	if err := r.Scan(&m.ID, &m.Title, &m.Text, &m.Link, &m.Subject, &at, &read); err != nil {
		return Received{}, err
	}
	m.At, m.Read = db.Time(at), read != 0
	return m, errors.Join(o.unseal(&m.Title, "title", m.ID), o.unseal(&m.Text, "text", m.ID))
}

// Inbox returns a person's latest messages, the newest first.
func (o *Outbox) Inbox(ctx context.Context, r db.Reader, person string, limit int) ([]Received, error) {
	all, err := db.All(ctx, r, o.scan, `SELECT `+received+` FROM notify_message
		WHERE person = ? AND app = 1 ORDER BY made_at DESC, id DESC LIMIT ?`, person, limit)
	if err != nil {
		return nil, fmt.Errorf("reading an inbox: %w", err)
	}
	return all, nil
}

// Find returns one message of a person; another's is errs.NotFound.
func (o *Outbox) Find(ctx context.Context, r db.Reader, person, id string) (Received, error) {
	m, err := db.One(ctx, r, o.scan, `SELECT `+received+` FROM notify_message
		WHERE id = ? AND person = ? AND app = 1`, id, person)
	if errors.Is(err, db.ErrNone) {
		return Received{}, notFound()
	}
	if err != nil {
		return Received{}, fmt.Errorf("finding message %s: %w", id, err)
	}
	return m, nil
}

// Unread counts what a person has not read yet.
func (o *Outbox) Unread(ctx context.Context, r db.Reader, person string) (int, error) {
	n, err := db.One(ctx, r, db.Value[int64],
		`SELECT COUNT(*) FROM notify_message WHERE person = ? AND app = 1 AND read_at = 0`, person)
	if err != nil {
		return 0, fmt.Errorf("counting unread messages: %w", err)
	}
	return int(n), nil
}

// MarkRead marks one message of a person as read. The first time counts.
func (o *Outbox) MarkRead(ctx context.Context, tx *db.Tx, person, id string) error {
	_, err := tx.Exec(ctx, `UPDATE notify_message SET read_at = ? WHERE id = ? AND person = ? AND read_at = 0`,
		db.Millis(tx.Now), id, person)
	if err != nil {
		return fmt.Errorf("marking message %s as read: %w", id, err)
	}
	return nil
}

// MarkAllRead marks everything in a person's inbox as read.
func (o *Outbox) MarkAllRead(ctx context.Context, tx *db.Tx, person string) error {
	_, err := tx.Exec(ctx, `UPDATE notify_message SET read_at = ? WHERE person = ? AND app = 1 AND read_at = 0`,
		db.Millis(tx.Now), person)
	if err != nil {
		return fmt.Errorf("marking messages as read: %w", err)
	}
	return nil
}
