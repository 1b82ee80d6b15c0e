package payment

import (
	"context"
	"fmt"

	"minzheng/kernel/db"
)

// Here payment reads what the rest of the area keeps about benefits.

// grant is a benefit as a roll sees it.
type grant struct {
	ID, Case, Person, Region string
	Since, Until             Month
	amount                   int64 // as it was granted
}

const grantColumns = `b.id, b.case_id, b.recipient, b.region, b.since, b.until, b.amount`

func scanGrant(r db.Row) (g grant, err error) {
	err = r.Scan(&g.ID, &g.Case, &g.Person, &g.Region, &g.Since, &g.Until, &g.amount)
	return g, err
}

// amountOf is what was decided that a benefit pays in a month.
func amountOf(g grant, _ Month) int64 { return g.amount }

// due is an amount that is owed to a recipient, or by one, and is not settled.
type due struct {
	id, benefit string
	arrears     bool // 补发; else 扣回
	left        int64
	why         string
}

// isOwed is a condition that something is owed to or by the recipient of b.
const isOwed = `EXISTS (SELECT 1 FROM assistance_entry e WHERE e.benefit = b.id AND e.state = 'open')`

// duesOf are the unsettled amounts of benefits, the oldest first.
func duesOf(ctx context.Context, r db.Reader, benefits []string) (map[string][]due, error) {
	list, args := db.In(benefits)
	all, err := db.All(ctx, r, func(r db.Row) (d due, err error) {
		var kind string
		err = r.Scan(&d.id, &d.benefit, &kind, &d.left, &d.why)
		d.arrears = kind == Arrears
		return d, err
	}, `SELECT e.id, e.benefit, e.kind, e.amount - COALESCE((SELECT CAST(SUM(p.amount) AS BIGINT) FROM assistance_part p WHERE p.entry = e.id), 0), e.why
		FROM assistance_entry e WHERE e.benefit IN (`+list+`) AND e.state = 'open' ORDER BY e.at, e.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading what is owed: %w", err)
	}
	of := map[string][]due{}
	for _, d := range all {
		if d.left > 0 {
			of[d.benefit] = append(of[d.benefit], d)
		}
	}
	return of, nil
}
