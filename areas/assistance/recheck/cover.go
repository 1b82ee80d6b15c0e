package recheck

import (
	"context"
	"fmt"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/people"
)

// Here stands who lives on a benefit, by blind indices, so that a department's
// word about a person finds the benefits that it matters to.

// cover writes down who lives on a benefit by a case.
func (r *Room) cover(ctx context.Context, tx *db.Tx, b Benefit, c casework.Case) error {
	if err := r.uncover(ctx, tx, b.ID); err != nil {
		return err
	}
	persons, err := r.persons(ctx, tx, b, c)
	if err != nil {
		return err
	}
	for _, p := range persons {
		if _, err := tx.Exec(ctx, `INSERT INTO assistance_covered (benefit, person) VALUES (?, ?) ON CONFLICT DO NOTHING`, b.ID, p); err != nil {
			return fmt.Errorf("writing who lives on a benefit: %w", err)
		}
	}
	return nil
}

// persons are those who live on a benefit: the recipient alone where it is
// given to one person, else the family without those who have died or left.
func (r *Room) persons(ctx context.Context, rd db.Reader, b Benefit, c casework.Case) ([]string, error) {
	if b.Members == 1 {
		p, err := r.desk.People.Find(ctx, rd, people.ID(b.Recipient))
		if err == nil {
			return []string{r.desk.People.Index(p.Number)}, nil
		}
	}
	members, err := r.desk.Members(ctx, rd, c.ID)
	if err != nil {
		return nil, err
	}
	facts, err := r.desk.Facts(ctx, rd, c.ID)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, m := range members {
		if lives(facts, m.Key) {
			all = append(all, r.desk.People.Index(m.Number))
		}
	}
	return all, nil
}

func (r *Room) uncover(ctx context.Context, tx *db.Tx, benefit string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM assistance_covered WHERE benefit = ?`, benefit); err != nil {
		return fmt.Errorf("writing who lives on a benefit: %w", err)
	}
	return nil
}

const atOnce = 100

// CoverAll covers the running benefits that are new, and brings their first
// re-check forward where the family's class wants it sooner. Each is one
// transaction, so it may be ended anywhere and begun again.
func (r *Room) CoverAll(ctx context.Context) error {
	for last := ""; ; {
		some, err := db.All(ctx, r.desk.DB, scanBenefit, `SELECT `+benefitColumns+` FROM assistance_benefit AS b WHERE `+goesOn("b")+` AND id > ?
			AND NOT EXISTS (SELECT 1 FROM assistance_covered AS c WHERE c.benefit = b.id) ORDER BY id LIMIT ?`, string(r.month()), last, atOnce)
		if err != nil {
			return fmt.Errorf("reading benefits that are not covered: %w", err)
		}
		for _, b := range some {
			last = b.ID
			if err := r.desk.DB.Do(ctx, func(tx *db.Tx) error { return r.coverNew(ctx, tx, b) }); err != nil {
				r.desk.Log.Error("covering a benefit", "benefit", b.ID, "error", err)
			}
		}
		if len(some) < atOnce {
			return nil
		}
	}
}

func (r *Room) coverNew(ctx context.Context, tx *db.Tx, b Benefit) error {
	c, err := lastCase(ctx, tx, b)
	if err != nil {
		return err
	}
	if err := r.cover(ctx, tx, b, c); err != nil || b.Review == "" {
		return err
	}
	months, ok, err := r.class(ctx, tx, c)
	if err != nil || !ok || b.Since.Add(months) >= b.Review {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE assistance_benefit SET review = ? WHERE id = ? AND until = ''`, string(b.Since.Add(months)), b.ID)
	if err != nil {
		return fmt.Errorf("setting the first re-check: %w", err)
	}
	return nil
}

// class is after how many months a family is looked at, by its facts; ok is
// false where they leave it open.
func (r *Room) class(ctx context.Context, rd db.Reader, c casework.Case) (months int, ok bool, err error) {
	s, err := r.desk.Services().Find(Procedure)
	if err != nil {
		return 0, false, err
	}
	l := looked{c: c, today: calendar.DayOf(r.desk.DB.Now()), path: r.path(c.Region)}
	if l.facts, err = r.desk.Facts(ctx, rd, c.ID); err != nil {
		return 0, false, err
	}
	if l.service, err = r.desk.Services().Version(ctx, rd, c.Version); err != nil {
		return 0, false, err
	}
	with := *l.service
	with.Process = s
	l.service = &with
	got, found := l.process(Finding{}).Find("复核间隔月数")
	if !found || !got.Known {
		return 0, false, nil
	}
	return int(got.Value.Int64()), true, nil
}

// livingOn returns the running benefits of a person by blind index.
func livingOn(ctx context.Context, rd db.Reader, person string, m ledger.Month) ([]string, error) {
	all, err := db.All(ctx, rd, db.Value[string], `SELECT c.benefit FROM assistance_covered AS c JOIN assistance_benefit AS b ON b.id = c.benefit
		WHERE c.person = ? AND `+goesOn("b")+` ORDER BY c.benefit`, person, string(m))
	if err != nil {
		return nil, fmt.Errorf("finding the benefits of a person: %w", err)
	}
	return all, nil
}

// month is the month of an instant.
func (r *Room) month() ledger.Month { return ledger.MonthOf(calendar.DayOf(r.desk.DB.Now())) }
