package assistance

import (
	"context"
	"fmt"

	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// startBenefit begins a monthly benefit with the month after the decision
// (民发〔2021〕57号 第21条), to be re-checked within a year (第31条).
func startBenefit(ctx context.Context, tx *db.Tx, e casework.Effecting) error {
	if e.Case.Amount <= 0 {
		return errs.New(errs.Conflict, "算出来的金额是 0，不能批准发放。")
	}
	running, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM assistance_benefit WHERE recipient = ? AND service = ? AND until = ''`, e.Case.Applicant, e.Service.Code)
	if err != nil {
		return fmt.Errorf("reading benefits: %w", err)
	}
	if running > 0 {
		return errs.New(errs.Conflict, "申请人已经在领这一项，不能再批一次。")
	}
	first := calendar.Date(e.Day.Year(), e.Day.Month(), 1).AddMonths(1)
	_, err = tx.Exec(ctx, `INSERT INTO assistance_benefit (id, case_id, service, title, recipient, region, members, amount, since, version, review)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		db.NewID(), e.Case.ID, e.Service.Code, e.Service.Title, e.Case.Applicant, e.Case.Region, e.Case.Members, e.Case.Amount,
		month(first), e.Case.Version, month(first.AddMonths(12)))
	if err != nil {
		return fmt.Errorf("starting a benefit: %w", err)
	}
	return nil
}

func month(d calendar.Day) string { return d.String()[:7] }

// Of returns what a person receives as of a day, newest first.
func Of(ctx context.Context, r db.Reader, person string, today calendar.Day) ([]area.Benefit, error) {
	all, err := db.All(ctx, r, func(r db.Row) (b area.Benefit, err error) {
		var until string
		err = r.Scan(&b.Service, &b.Title, &b.Amount, &b.From, &until, &b.Case)
		if b.State = "running"; until != "" {
			b.State = "ended"
		}
		return b, err
	}, `SELECT service, title, COALESCE((SELECT a.amount FROM assistance_amount AS a WHERE a.benefit = b.id AND a.since <= ? ORDER BY a.since DESC, a.id DESC LIMIT 1), amount),
		since, until, case_id FROM assistance_benefit AS b WHERE recipient = ? ORDER BY since DESC, id DESC`, month(today), person)
	if err != nil {
		return nil, fmt.Errorf("reading benefits: %w", err)
	}
	return all, nil
}
