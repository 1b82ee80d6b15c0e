package share

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Grant is what a department may read: nothing beside it.
type Grant struct {
	ID       string
	Request  string
	Party    string
	Resource string
	Fields   []string
	Purpose  string
	Law      string
	From     calendar.Day
	Until    calendar.Day // the last day
	Daily    int          // readings in a day
	Stopped  bool
}

// Terms are what is decided when a request is agreed to.
type Terms struct {
	Fields []string // of those that were asked for
	From   calendar.Day
	Until  calendar.Day
	Daily  int
}

const (
	grantColumns = `id, request, party, resource, fields, purpose, law, from_day, until_day, daily, stopped`
	longest      = 366 // days of a grant: after that the purpose is looked at anew
	mostDaily    = 100000
)

func scanGrant(r db.Row) (g Grant, err error) {
	var fields string
	var stopped int64
	err = r.Scan(&g.ID, &g.Request, &g.Party, &g.Resource, &fields, &g.Purpose, &g.Law, &g.From, &g.Until, &g.Daily, &stopped)
	g.Fields, g.Stopped = strings.Split(fields, ","), stopped > 0
	return g, err
}

// Holds reports whether a grant is in force on a day.
func (g Grant) Holds(on calendar.Day) bool { return !g.Stopped && g.From <= on && on <= g.Until }

// Grants returns all grants, the newest first.
func (m *Room) Grants(ctx context.Context, r db.Reader, limit int) ([]Grant, error) {
	all, err := db.All(ctx, r, scanGrant, `SELECT `+grantColumns+` FROM share_grant ORDER BY id DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("reading grants: %w", err)
	}
	return all, nil
}

// GrantOf returns the grant of a request, or an error of kind NotFound.
func (m *Room) GrantOf(ctx context.Context, r db.Reader, request string) (Grant, error) {
	return oneGrant(ctx, r, `request = ?`, request)
}

func oneGrant(ctx context.Context, r db.Reader, where, arg string) (Grant, error) {
	g, err := db.One(ctx, r, scanGrant, `SELECT `+grantColumns+` FROM share_grant WHERE `+where, arg)
	if errors.Is(err, db.ErrNone) {
		return g, errs.New(errs.NotFound, "没有找到这个授权。")
	}
	if err != nil {
		return g, fmt.Errorf("finding a grant: %w", err)
	}
	return g, nil
}

// Agree agrees to a request: by field, for a purpose, for some days, with a
// daily limit. The days within which it must be delivered begin.
func (m *Room) Agree(ctx context.Context, tx *db.Tx, id string, t Terms, who Actor) (Grant, error) {
	was, err := m.at(ctx, tx, id, Waiting)
	if err != nil {
		return Grant{}, err
	}
	today := calendar.DayOf(tx.Now)
	if err := t.check(was, today); err != nil {
		return Grant{}, err
	}
	g := Grant{ID: db.NewID(), Request: id, Party: was.Party, Resource: was.Resource, Fields: t.Fields, Purpose: was.Purpose, Law: was.Law, From: t.From, Until: t.Until, Daily: t.Daily}
	_, err = tx.Exec(ctx, `INSERT INTO share_grant (`+grantColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
		g.ID, g.Request, g.Party, g.Resource, strings.Join(g.Fields, ","), g.Purpose, g.Law, g.From, g.Until, g.Daily)
	if err != nil {
		return Grant{}, fmt.Errorf("granting: %w", err)
	}
	q := was
	q.State, q.DecidedBy, q.Deliver = Granted, who.ID, m.Calendar.AddWorkdays(today, m.catalogue.Periods.Delivery).Day
	return g, m.step(ctx, tx, was, q, who, "同意共享")
}

func (t Terms) check(q Request, today calendar.Day) error {
	var p errs.Problems
	if len(t.Fields) == 0 || slices.ContainsFunc(t.Fields, func(f string) bool { return !slices.Contains(q.Fields, f) }) {
		p.Add("granted", "请在申请的字段里选，至少一个。")
	}
	if t.From < today || t.Until < t.From || t.Until-t.From >= longest {
		p.Add("until", "起止日期不对：从今天或以后起，最长一年。")
	}
	if t.Daily < 1 || t.Daily > mostDaily {
		p.Add("daily", "每天最多查多少次，1 到 100000。")
	}
	return p.Err()
}

// Deliver notes that the department can read now.
func (m *Room) Deliver(ctx context.Context, tx *db.Tx, id string, who Actor) error {
	was, err := m.at(ctx, tx, id, Granted)
	if err != nil {
		return err
	}
	p, err := m.party(ctx, tx, was.Party)
	if err != nil {
		return err
	}
	if p.Key == "" {
		return errs.New(errs.Conflict, "对方还没有给公钥，接不通。")
	}
	q := was
	q.State = Delivered
	return m.step(ctx, tx, was, q, who, "接口已经开通")
}

// Stop ends a grant before its time.
func (m *Room) Stop(ctx context.Context, tx *db.Tx, id, why string, who Actor) error {
	if err := worded("why", why); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE share_grant SET stopped = ? WHERE id = ? AND stopped = 0`, db.Millis(tx.Now), id)
	if err != nil {
		return fmt.Errorf("stopping a grant: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这个授权已经停了。")
	}
	return m.record(ctx, tx, who, audit.Entry{Verb: audit.Manage, Subject: "share/" + id, Purpose: "停止共享：" + strings.TrimSpace(why)})
}
