package casework

import (
	"context"
	"fmt"
	"slices"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Absence is when a member of staff is away. From its first day to its last
// nothing new is given to them.
type Absence struct {
	Account string
	From    calendar.Day
	Until   calendar.Day // the last day away
	By      Actor        // who said so
}

// On reports whether the absence covers a day.
func (a Absence) On(day calendar.Day) bool { return a.From <= day && day <= a.Until }

// mostAway is how long an absence may last: whoever stays away longer needs
// another arrangement than this.
const mostAway = 366

// SetAbsence says that somebody is away; it takes the place of what was said
// before.
func (d *Desk) SetAbsence(ctx context.Context, tx *db.Tx, a Absence) error {
	var p errs.Problems
	today := calendar.DayOf(tx.Now)
	switch {
	case a.From == 0:
		p.Add("from", "请写从哪天起，例如 2026-03-02。")
	case a.Until == 0:
		p.Add("until", "请写到哪天为止，例如 2026-03-06。")
	case a.Until < a.From:
		p.Add("until", "最后一天不能早于第一天。")
	case a.Until < today:
		p.Add("until", "最后一天不能早于今天。")
	case a.Until-a.From >= mostAway:
		p.Add("until", "一次最多写一年。")
	}
	if err := p.Err(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO casework_absence (account, since, until, by_whom, by_name, at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (account) DO UPDATE SET since = excluded.since, until = excluded.until, by_whom = excluded.by_whom, by_name = excluded.by_name, at = excluded.at`,
		a.Account, text(a.From), text(a.Until), a.By.ID, a.By.Name, db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("keeping an absence: %w", err)
	}
	return d.Audit.Record(ctx, tx, audit.Entry{Actor: a.By.ID, ActorName: a.By.Name, Role: a.By.Role, Verb: audit.Manage, Subject: "account/" + a.Account,
		Purpose: "登记离岗", Detail: map[string]string{"from": text(a.From), "until": text(a.Until)}})
}

// EndAbsence says that somebody is back.
func (d *Desk) EndAbsence(ctx context.Context, tx *db.Tx, account string, by Actor) error {
	n, err := tx.Exec(ctx, `DELETE FROM casework_absence WHERE account = ?`, account)
	if err != nil {
		return fmt.Errorf("ending an absence: %w", err)
	}
	if n == 0 {
		return nil
	}
	return d.Audit.Record(ctx, tx, audit.Entry{Actor: by.ID, ActorName: by.Name, Role: by.Role, Verb: audit.Manage, Subject: "account/" + account, Purpose: "登记回岗"})
}

// Absences returns who is away on a day or will be, by account.
func Absences(ctx context.Context, r db.Reader, on calendar.Day) (map[string]Absence, error) {
	rows, err := db.All(ctx, r, func(r db.Row) (a Absence, err error) {
		var from, until string
		err = r.Scan(&a.Account, &from, &until, &a.By.ID, &a.By.Name)
		a.From, a.Until = day(from), day(until)
		return a, err
	}, `SELECT account, since, until, by_whom, by_name FROM casework_absence WHERE until >= ?`, text(on))
	if err != nil {
		return nil, fmt.Errorf("reading who is away: %w", err)
	}
	all := make(map[string]Absence, len(rows))
	for _, a := range rows {
		all[a.Account] = a
	}
	return all, nil
}

// Present returns those of an office and role to whom something new can be
// given on a day.
func (d *Desk) Present(ctx context.Context, r db.Reader, role, office string, on calendar.Day) ([]Worker, error) {
	staff, err := d.Staff(ctx, r, role, office)
	if err != nil {
		return nil, fmt.Errorf("finding staff: %w", err)
	}
	away, err := Absences(ctx, r, on)
	return slices.DeleteFunc(slices.Clone(staff), func(w Worker) bool { return away[w.ID].Account != "" && away[w.ID].On(on) }), err
}

// Ready returns those of an office and role to whom a case can be given on a
// day: they are there, and need not keep away from it.
func (d *Desk) Ready(ctx context.Context, r db.Reader, id ID, at Seat, on calendar.Day) ([]Worker, error) {
	staff, err := d.Present(ctx, r, at.Role, at.Office, on)
	if err != nil {
		return nil, err
	}
	return d.may(ctx, r, id, staff)
}

// Seat is a role in an office.
type Seat struct{ Role, Office string }

func (c Case) seat() Seat { return Seat{c.Role, c.Office} }
