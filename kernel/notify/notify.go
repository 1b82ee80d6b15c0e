// Package notify tells people what has happened: in the app, by SMS, by
// WeChat.
//
// A message is written in the transaction of what it tells about. What goes
// outside is delivered by jobs after that; every delivery has a key of its
// own that stays the same however often it is tried, so that whoever carries
// it can drop a repetition. Texts and telephone numbers lie sealed.
package notify

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
	"minzheng/kernel/secret"
)

//go:embed schema
var files embed.FS

// Schema returns the room's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "notify", Files: sub}
}

// App is the one channel that is not outside: the inbox of the portal. SMS is
// the one that needs a telephone number.
const (
	App = "app"
	SMS = "sms"
)

// Outbox sends messages. It is safe for use by several goroutines.
type Outbox struct {
	db       *db.DB
	box      *secret.Box
	channels map[string]Channel
}

// New returns an outbox with the outside channels it has, by their names.
func New(d *db.DB, box *secret.Box, channels map[string]Channel) *Outbox {
	return &Outbox{d, box, channels}
}

// Message is what one person is to be told.
type Message struct {
	Key      string   // what makes it this message: "case/…/decided"; sent once
	To       string   // the person's id
	Phone    string   // for SMS
	Title    string   // "低保申请有结果了"
	Text     string   // in the app
	Short    string   // for outside, where others may look on; "" is Text
	Link     string   // a path of the portal, "/my/cases/…"
	Subject  string   // what it is about, "case/…"
	Channels []string // "app", "sms", "wechat"
}

// Send writes m and enqueues its deliveries in tx. Sending the same Key again
// does nothing.
func (o *Outbox) Send(ctx context.Context, tx *db.Tx, m Message) error {
	if err := o.check(m); err != nil {
		return fmt.Errorf("sending a message: %w", err)
	}
	id, app := db.NewID(), 0
	for _, c := range m.Channels {
		if c == App {
			app = 1
		}
	}
	if m.Short == "" {
		m.Short = m.Text
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO notify_message (id, message_key, person, app, title, text, short, link, subject, made_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (message_key) DO NOTHING`,
		id, m.Key, m.To, app, o.seal(m.Title, "title", id), o.seal(m.Text, "text", id), o.seal(m.Short, "short", id),
		m.Link, m.Subject, db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("sending a message: %w", err)
	}
	if n == 0 {
		return nil // it was sent before
	}
	for _, c := range m.Channels {
		if c == App {
			continue
		}
		if err := o.enqueue(ctx, tx, m, id, c); err != nil {
			return fmt.Errorf("sending a message by %s: %w", c, err)
		}
	}
	return nil
}

func (o *Outbox) check(m Message) error {
	if m.Key == "" || m.To == "" || m.Title == "" {
		return errors.New("it has no key, no person or no title")
	}
	if m.Link != "" && (!strings.HasPrefix(m.Link, "/") || strings.HasPrefix(m.Link, "//")) {
		return errors.New("its link leads out of the portal")
	}
	seen := map[string]bool{}
	for _, c := range m.Channels {
		if c != App && o.channels[c] == nil {
			return fmt.Errorf("there is no channel %q", c)
		}
		if seen[c] {
			return fmt.Errorf("the channel %q is named twice", c)
		}
		seen[c] = true
	}
	return nil
}

func (o *Outbox) enqueue(ctx context.Context, tx *db.Tx, m Message, message, channel string) error {
	id, state, failure, phone := db.NewID(), Queued, "", ""
	switch {
	case channel == SMS && m.Phone == "":
		state, failure = Failed, "没有登记手机号"
	case channel == SMS:
		phone = o.seal(m.Phone, "phone", id)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO notify_delivery (id, message, subject, channel, phone, state, failure, made_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, id, message, m.Subject, channel, phone, string(state), failure, db.Millis(tx.Now))
	if err != nil || state == Failed {
		return err
	}
	return job.Enqueue(ctx, tx, job.New{Kind: JobKind, Key: id, Payload: id})
}

func (o *Outbox) seal(plain, field, id string) string {
	return o.box.SealText(plain, "notify/"+field+"/"+id)
}

func (o *Outbox) unseal(sealed *string, field, id string) error {
	plain, err := o.box.UnsealText(*sealed, "notify/"+field+"/"+id)
	if err != nil {
		return fmt.Errorf("the %s of message %s: %w", field, id, err)
	}
	*sealed = plain
	return nil
}

func notFound() error { return errs.New(errs.NotFound, "没有找到这条消息。") }
