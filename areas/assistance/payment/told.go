package payment

import (
	"context"
	"fmt"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
)

// TellKind is the kind of job that tells of failed payments.
const TellKind = "assistance.tell"

const toldOnce = 200

// Tell tells recipients that a payment did not arrive, some at a time. Each
// message has a key of its own, so that nobody is told twice.
func (p *Paymaster) Tell(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	id, err := job.Read[string](j)
	if err != nil {
		return nil, err
	}
	for {
		from, err := db.One(ctx, p.DB, db.Value[string], `SELECT told FROM assistance_import WHERE id = ?`, id)
		if err != nil {
			return nil, fmt.Errorf("finding import %s: %w", id, err)
		}
		rows, err := db.All(ctx, p.DB, scanRow, `SELECT l.`+lineList+`, r.outcome, r.day, r.reason FROM assistance_result AS r JOIN assistance_line AS l ON l.id = r.line
			WHERE r.import = ? AND r.outcome = 'failed' AND r.line > ? ORDER BY r.line LIMIT ?`, id, from, toldOnce)
		if err != nil {
			return nil, fmt.Errorf("reading failed payments: %w", err)
		}
		if len(rows) == 0 {
			return nil, nil
		}
		err = p.DB.Do(ctx, func(tx *db.Tx) error {
			for _, v := range rows {
				if err := p.tellFailure(ctx, tx, v); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, `UPDATE assistance_import SET told = ? WHERE id = ?`, rows[len(rows)-1].ID, id)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
}

func (p *Paymaster) tellFailure(ctx context.Context, tx *db.Tx, v Row) error {
	to, err := p.applicant(ctx, tx, v.Line)
	if err != nil {
		return err
	}
	who, err := p.People.Find(ctx, tx, to)
	if err != nil {
		return err
	}
	o, err := one(ctx, tx, v.Roll)
	if err != nil {
		return err
	}
	return p.Notify.Send(ctx, tx, notify.Message{
		Key: "payment/" + v.ID + "/failed", To: string(to), Phone: who.Phone, Title: "有一笔钱没有到账",
		Text:  v.Month.Long() + "的" + o.Title + " " + fact.Yuan(v.Amount) + " 没有到账：" + v.Reason + "。" + p.remedy(v.Township) + "钱不会少，改好以后下次一起补上。",
		Short: "有一笔补助没有到账，请登录查看，或打 " + p.Office.Phone + "。",
		Link:  "/my/payments", Subject: "payment/" + v.ID, Channels: []string{notify.App, notify.SMS},
	})
}

// applicant is who named the account: whoever applied, as a parent for a child.
func (p *Paymaster) applicant(ctx context.Context, r db.Reader, l Line) (people.ID, error) {
	all, err := accounts(ctx, r, []string{l.Benefit})
	if err != nil {
		return "", err
	}
	c, err := casework.Find(ctx, r, casework.ID(all[0].Case))
	if errs.Is(err, errs.NotFound) {
		return people.ID(l.Person), nil
	}
	return c.Applicant, err
}

// remedy says what somebody whose money has not arrived does.
func (p *Paymaster) remedy(township string) string {
	return "请带上身份证和银行卡，到" + p.Places.Name(region.Code(township)) + "便民服务中心换一个账户，也可以打 " + p.Office.Phone + "。"
}
