package casework

import (
	"context"
	"fmt"
	"strings"

	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
)

const weighedAtOnce = 200

// Weigh judges every family whose case of the service was decided, by its last
// decided case, under both versions of the service.
func (d *Desk) Weigh(ctx context.Context, q catalog.Question) (catalog.Impact, error) {
	where, args := d.decided(q)
	total, err := db.One(ctx, d.DB, db.Value[int], `SELECT COUNT(*) FROM casework_case AS c WHERE `+where, args...)
	if err != nil {
		return catalog.Impact{}, fmt.Errorf("counting decided cases: %w", err)
	}
	tally, last := catalog.NewTally(q), Case{}
	for done := 0; ; {
		type place struct {
			id     ID
			region string
		}
		some, err := db.All(ctx, d.DB, func(r db.Row) (p place, err error) { return p, r.Scan(&p.id, &p.region) },
			`SELECT c.id, c.region FROM casework_case AS c WHERE `+where+` AND c.id > ? ORDER BY c.id LIMIT ?`, append(args[:len(args):len(args)], last.ID, weighedAtOnce)...)
		if err != nil {
			return catalog.Impact{}, fmt.Errorf("reading decided cases: %w", err)
		}
		for _, one := range some {
			last = Case{ID: one.id, Region: one.region}
			if err := d.weighOne(ctx, q, tally, last); err != nil {
				return catalog.Impact{}, err
			}
			done++
			if q.Progress != nil {
				q.Progress(done, total)
			}
		}
		if len(some) < weighedAtOnce {
			return tally.Impact(), nil
		}
	}
}

func (d *Desk) weighOne(ctx context.Context, q catalog.Question, tally *catalog.Tally, c Case) error {
	facts, err := d.Facts(ctx, d.DB, c.ID)
	if err != nil {
		return err
	}
	in := rule.Case{Facts: facts, Region: d.path(c.Region), On: int32(q.On)}
	tally.Add(string(c.ID), q.Old.Rules.Judge(in), q.New.Rules.Judge(in))
	return nil
}

// decided is what chooses the cases: the last that was decided of each applicant.
func (d *Desk) decided(q catalog.Question) (string, []any) {
	where, args := `c.service = ? AND c.state IN ('approved', 'refused') AND NOT EXISTS (
		SELECT 1 FROM casework_case AS o WHERE o.applicant = c.applicant AND o.service = c.service AND o.state IN ('approved', 'refused') AND o.id > c.id)`,
		[]any{q.Old.Code}
	var in []string
	for _, r := range d.Places.Ranges(region.Code(q.Region)) {
		in, args = append(in, `c.region >= ? AND c.region <= ?`), append(args, r.Low, r.High)
	}
	if len(in) == 0 {
		in = []string{`1 = 0`}
	}
	return where + ` AND (` + strings.Join(in, ` OR `) + `)`, args
}
