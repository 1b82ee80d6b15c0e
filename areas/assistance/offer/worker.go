package offer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/area"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
)

// An offer that lies on a phone for so long without being looked at goes to
// the village's worker as well.
const unseenFor = 14 * 24 * time.Hour

// List returns the offers that a worker looks for, the longest waiting first,
// and how many there are in all.
func (d *Desk) List(ctx context.Context, r db.Reader, q area.OfferQuery) ([]area.Offer, int, error) {
	where, args := d.chosen(q)
	n, err := db.One(ctx, r, db.Value[int], `SELECT COUNT(*) FROM assistance_offer WHERE `+where, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("counting offers: %w", err)
	}
	order := `made, id`
	if q.Kind == "closed" {
		order = `closed DESC, id`
	}
	all, err := db.All(ctx, r, d.scan, `SELECT `+columns+` FROM assistance_offer WHERE `+where+` ORDER BY `+order+` LIMIT ? OFFSET ?`, append(args, q.Limit, q.Skip)...)
	if err != nil {
		return nil, 0, fmt.Errorf("listing offers: %w", err)
	}
	return all, n, nil
}

func (d *Desk) chosen(q area.OfferQuery) (string, []any) {
	var in []string
	var args []any
	for _, one := range d.Places.Ranges(region.Code(q.Region)) {
		in, args = append(in, `region >= ? AND region <= ?`), append(args, one.Low, one.High)
	}
	if len(in) == 0 {
		return `1 = 0`, nil
	}
	where := `(` + strings.Join(in, ` OR `) + `)`
	unseen := db.Millis(d.DB.Now().Add(-unseenFor))
	switch q.Kind {
	case "closed":
		where += ` AND state IN ('accepted', 'taken', 'declined')`
	case "worker":
		where, args = where+` AND state IN ('made', 'seen') AND (worker = 1 OR state = 'made' AND made <= ?)`, append(args, unseen)
	default:
		where += ` AND state IN ('made', 'seen')`
	}
	if q.Service != "" {
		where, args = where+` AND service = ?`, append(args, q.Service)
	}
	return where, args
}

// Visit records a call or a visit. Whoever says no is not asked again.
func (d *Desk) Visit(ctx context.Context, tx *db.Tx, id string, who casework.Actor, v area.Visit) error {
	o, err := d.hold(ctx, tx, id)
	if err != nil {
		return err
	}
	if !o.Live() {
		return gone(o)
	}
	var p errs.Problems
	if !slices.ContainsFunc(area.Ways(), func(w [2]string) bool { return w[0] == v.Way }) {
		p.Add("way", "请选是怎么联系的。")
	}
	if !slices.ContainsFunc(area.Outcomes(), func(w [2]string) bool { return w[0] == v.Outcome }) {
		p.Add("outcome", "请选结果怎么样。")
	}
	if len([]rune(v.Note)) > 500 {
		p.Add("note", "最多写 500 个字。")
	}
	if err := p.Err(); err != nil {
		return err
	}
	if err := d.keepVisit(ctx, tx, id, who, v); err != nil {
		return err
	}
	if v.Outcome == "no" {
		return d.decline(ctx, tx, o, who)
	}
	return d.record(ctx, tx, o, who, "联系"+o.Title+"的申请人")
}

const sealNote = "assistance/visit"

func (d *Desk) keepVisit(ctx context.Context, tx *db.Tx, id string, who casework.Actor, v area.Visit) error {
	_, err := tx.Exec(ctx, `INSERT INTO assistance_offer_visit (id, offer, at, actor, by_name, way, outcome, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		db.NewID(), id, db.Millis(tx.Now), who.ID, who.Name, v.Way, v.Outcome, d.Box.SealText(v.Note, sealNote))
	if err != nil {
		return fmt.Errorf("keeping a visit: %w", err)
	}
	return nil
}

// Visits are what was tried to reach somebody, the latest first.
func (d *Desk) Visits(ctx context.Context, r db.Reader, id string) ([]area.Visit, error) {
	all, err := db.All(ctx, r, func(r db.Row) (v area.Visit, err error) {
		var at int64
		var note string
		if err := r.Scan(&at, &v.By, &v.Way, &v.Outcome, &note); err != nil {
			return v, err
		}
		v.At = db.Time(at)
		v.Note, err = d.Box.UnsealText(note, sealNote)
		return v, err
	}, `SELECT at, by_name, way, outcome, note FROM assistance_offer_visit WHERE offer = ? ORDER BY at DESC, id DESC`, id)
	if err != nil {
		return nil, fmt.Errorf("reading visits: %w", err)
	}
	return all, nil
}
