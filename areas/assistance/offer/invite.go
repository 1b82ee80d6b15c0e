package offer

import (
	"context"
	"fmt"
	"time"

	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
)

// InviteKind is the kind of job that tells people what was found for them.
const InviteKind = "assistance.invite"

const (
	invitedOnce = 200
	// By the clock of the county: what is found at night wakes nobody.
	inviteHour = 9 * time.Hour
)

// Invite tells everybody with a phone of the offers that nobody has told them
// of, some at a time, and comes again tomorrow morning. Each message has the
// offer's key and is marked in its own transaction, so nobody is told twice.
func (d *Desk) Invite(ctx context.Context, _ job.Job) (func(context.Context, *db.Tx) error, error) {
	if early := calendar.DayOf(d.DB.Now()).Start().Add(inviteHour); d.DB.Now().Before(early) {
		return nil, job.Again{At: early}
	}
	for {
		n, err := d.inviteSome(ctx)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return func(ctx context.Context, tx *db.Tx) error {
				tomorrow := (calendar.DayOf(tx.Now) + 1).Start().Add(inviteHour)
				return job.Enqueue(ctx, tx, job.New{Kind: InviteKind, Key: "again", At: tomorrow})
			}, nil
		}
	}
}

func (d *Desk) inviteSome(ctx context.Context) (n int, err error) {
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		some, err := db.All(ctx, tx, d.scan, `SELECT `+columns+` FROM assistance_offer WHERE told = 0 AND worker = 0 AND state = 'made' ORDER BY id LIMIT ?`, invitedOnce)
		if err != nil {
			return fmt.Errorf("reading offers nobody was told of: %w", err)
		}
		for _, o := range some {
			if err := d.invite(ctx, tx, o); err != nil {
				return err
			}
		}
		n = len(some)
		return nil
	})
	return n, err
}

func (d *Desk) invite(ctx context.Context, tx *db.Tx, o area.Offer) error {
	who, err := d.People.Find(ctx, tx, o.Person)
	if err != nil {
		return err
	}
	m := notify.Message{Key: "offer/" + o.ID, To: string(o.Person), Phone: who.Phone, Title: "有一项您可能能领的：" + o.Title,
		Text:  o.Lead + "点开看看为什么。愿意的话点一下“同意”，不用再填表。",
		Short: "有一项补助您可能能领，请登录看看，不登录也可以打 " + d.Office.Phone + "。",
		Link:  "/my/offers/" + o.ID, Subject: "offer/" + o.ID, Channels: []string{notify.App}}
	if who.Phone != "" {
		m.Channels = append(m.Channels, notify.SMS)
	}
	if err := d.Notify.Send(ctx, tx, m); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE assistance_offer SET told = ? WHERE id = ?`, db.Millis(tx.Now), o.ID); err != nil {
		return fmt.Errorf("marking an offer as told: %w", err)
	}
	return nil
}
