package assistance

import (
	"context"
	"fmt"

	"minzheng/areas/assistance/payment"
	"minzheng/areas/assistance/recheck"
	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
)

// startBenefit begins what a case was decided for, as the service's folder says:
// money of every month, once, as a voucher, or a standing without money.
func startBenefit(ctx context.Context, tx *db.Tx, e casework.Effecting) error {
	kind := e.Service.Grants().Kind
	if e.Case.Amount <= 0 && kind != catalog.Standing {
		return errs.New(errs.Conflict, "算出来的金额是 0，不能批准发放。")
	}
	b, err := runs(e)
	if err != nil {
		return err
	}
	if err := overlaps(ctx, tx, e, b.since); err != nil {
		return err
	}
	if err := seated(ctx, tx, e); err != nil {
		return err
	}
	id := db.NewID()
	_, err = tx.Exec(ctx, `INSERT INTO assistance_benefit (id, case_id, service, title, kind, recipient, region, members, amount, since, ends, version, review)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, e.Case.ID, e.Service.Code, e.Service.Title, kind, e.For, e.Case.Region, b.members, e.Case.Amount,
		b.since, b.ends, e.Case.Version, b.review)
	if err != nil {
		return fmt.Errorf("starting a benefit: %w", err)
	}
	if !payment.Pays(e.Service) {
		return nil
	}
	return job.Enqueue(ctx, tx, job.New{Kind: payment.PackKind, Key: id, Payload: id})
}

// overlaps refuses to give the same thing twice in one month. What is given
// once may be given again, for another misfortune.
func overlaps(ctx context.Context, tx *db.Tx, e casework.Effecting, since string) error {
	if e.Service.Grants().Kind == catalog.Once {
		return nil
	}
	n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM assistance_benefit WHERE recipient = ? AND service = ?
		AND (until = '' OR until >= ?) AND (ends = '' OR ends >= ?)`, e.For, e.Service.Code, since, since)
	if err != nil {
		return fmt.Errorf("reading benefits: %w", err)
	}
	if n > 0 {
		return errs.New(errs.Conflict, "已经在领这一项，不能再批一次。")
	}
	return nil
}

// running is how a benefit runs, in months.
type running struct {
	since, ends, review string
	members             int
}

func runs(e casework.Effecting) (running, error) {
	grants := e.Service.Grants()
	first := grants.FirstMonth(calendar.DayOf(e.Case.Opened), e.Day)
	b := running{since: month(first), members: e.Persons}
	if e.Service.For != "" {
		b.members = 1
	}
	if grants.Review > 0 {
		b.review = month(first.AddMonths(grants.Review))
	}
	last, err := grants.LastDay(e.Judgement)
	switch {
	case err != nil:
		return b, errs.New(errs.Conflict, "还算不出能发到哪一天，请先把缺的数据补上。")
	case grants.Kind == catalog.Once:
		b.ends = b.since
	case last != 0:
		b.ends = month(last)
	}
	if b.ends != "" && b.ends < b.since {
		return b, errs.New(errs.Conflict, "从起发的那个月起就不能再发了，不能批准。")
	}
	return b, nil
}

func month(d calendar.Day) string { return d.String()[:7] }

// Of returns what a person receives as of a day, newest first.
func Of(ctx context.Context, r db.Reader, person string, today calendar.Day) ([]area.Benefit, error) {
	all, err := db.All(ctx, r, func(r db.Row) (b area.Benefit, err error) {
		var id, until, ends string
		err = r.Scan(&id, &b.Service, &b.Title, &b.Kind, &b.Amount, &b.Persons, &b.From, &until, &ends, &b.Case)
		if b.Until = ends; until != "" {
			b.Until = until
		}
		if b.State = "running"; b.Until != "" && b.Until < month(today) {
			b.State = "ended"
		}
		if until == "" && b.State == "running" && b.Kind != catalog.Once {
			b.Change = recheck.ChangeURL(id)
		}
		return b, err
	}, `SELECT id, service, title, kind, COALESCE((SELECT a.amount FROM assistance_amount AS a WHERE a.benefit = b.id AND a.since <= ? ORDER BY a.since DESC, a.id DESC LIMIT 1), amount),
		members, since, until, ends, case_id FROM assistance_benefit AS b WHERE recipient = ? ORDER BY since DESC, id DESC`, month(today), person)
	if err != nil {
		return nil, fmt.Errorf("reading benefits: %w", err)
	}
	return all, nil
}
