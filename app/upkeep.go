package app

import (
	"context"
	"os"
	"time"

	"minzheng/assets"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/exchange"
	"minzheng/kernel/job"
	"minzheng/kernel/letter"
	"minzheng/kernel/notify"
)

// channels are the ways by which messages leave the house.
func (a *App) channels() map[string]notify.Channel {
	sms := a.Config.SMS
	if sms == nil {
		sms = notify.FileSink(a.Config.Dir, "sms")
	}
	return map[string]notify.Channel{"sms": sms, "wechat": notify.FileSink(a.Config.Dir, "wechat")}
}

// phone is the registered number to which a resident's sign-in code goes.
func (a *App) phone(ctx context.Context, number string) (string, error) {
	p, err := a.People.ByNumber(ctx, a.DB, number)
	if errs.Is(err, errs.NotFound) || err == nil && p.Phone == "" {
		return "", auth.ErrNoPhone
	}
	return p.Phone, err
}

// sendCode sends a sign-in code at once: it is of no use a minute later, so it
// is no job.
func (a *App) sendCode(ctx context.Context, phone, text string) error {
	_, err := a.channels()[notify.SMS].Deliver(ctx, notify.Outgoing{Key: db.NewID(), Phone: phone, Title: "登录验证码", Text: text})
	return err
}

const jobUpkeep = "app.upkeep"

// upkeep tidies once an hour: checkpoints of the audit log outside the
// database, expired sessions, papers that were never handed in.
func (a *App) upkeep() {
	a.Queue.Handle(jobUpkeep, func(ctx context.Context, _ job.Job) (func(context.Context, *db.Tx) error, error) {
		if err := a.Audit.Checkpoint(ctx, a.Config.Dir); err != nil {
			return nil, err
		}
		if _, err := a.Evidence.Checkpoint(ctx); err != nil {
			return nil, err
		}
		if _, err := a.Files.Sweep(ctx, a.DB); err != nil {
			return nil, err
		}
		return func(ctx context.Context, tx *db.Tx) error {
			if err := a.Auth.Sweep(ctx, tx); err != nil {
				return err
			}
			if err := exchange.Sweep(ctx, tx); err != nil {
				return err
			}
			return job.Enqueue(ctx, tx, job.New{Kind: jobUpkeep, Key: "again", At: tx.Now.Add(time.Hour)})
		}, nil
	})
}

// Begin enqueues the first upkeep, the first night's sweep and what areas do
// again and again; the others follow from them.
func (a *App) Begin(ctx context.Context) error {
	return a.DB.Do(ctx, func(tx *db.Tx) error {
		for _, one := range a.Catalogue.Areas {
			for _, j := range one.Jobs {
				if !j.Daily {
					continue
				}
				if err := job.Enqueue(ctx, tx, job.New{Kind: j.Kind, Key: "again"}); err != nil {
					return err
				}
			}
		}
		if err := enqueueSweep(ctx, tx); err != nil {
			return err
		}
		if err := job.Enqueue(ctx, tx, job.New{Kind: casework.TwinsKind, Key: "again"}); err != nil {
			return err
		}
		return job.Enqueue(ctx, tx, job.New{Kind: jobUpkeep, Key: "first"})
	})
}

// fonts are the letters' typefaces: those built into the program, and for rare
// characters one of the system's if it is there.
func fonts() (*letter.Fonts, error) {
	regular, err := assets.Font("Regular")
	if err != nil {
		return nil, err
	}
	bold, err := assets.Font("Bold")
	if err != nil {
		return nil, err
	}
	var more [][]byte
	if rare, err := os.ReadFile(letter.RareFont); err == nil {
		more = append(more, rare)
	}
	return letter.NewFonts(regular, bold, more...)
}
