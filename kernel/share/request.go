package share

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// The states of a request.
const (
	Waiting    = "open"
	Incomplete = "incomplete"
	Granted    = "granted"
	Delivered  = "delivered"
	Refused    = "refused"
)

// Request is a department that asks to be given something.
type Request struct {
	ID        string
	Party     string
	Resource  string
	Fields    []string
	Purpose   string
	Law       string
	Paper     string // number of its letter; the same one is the same request
	Made      time.Time
	Due       calendar.Day
	Deliver   calendar.Day // 0: nothing is to be delivered yet
	State     string
	Lacks     string
	Told      bool   // what lacks was told, which is done once
	ExtendBy  string // who wants more days
	ExtendWhy string
	Extended  bool
	Reason    string
	DecidedBy string
}

const requestColumns = `id, party, resource, fields, purpose, law, paper, made_at, due, deliver, state, lacks, told_once, extend_by, extend_why, extended, reason, decided_by`

func scanRequest(r db.Row) (q Request, err error) {
	var fields, due, deliver string
	var made, told, extended int64
	err = r.Scan(&q.ID, &q.Party, &q.Resource, &fields, &q.Purpose, &q.Law, &q.Paper, &made, &due, &deliver, &q.State, &q.Lacks, &told, &q.ExtendBy, &q.ExtendWhy, &extended, &q.Reason, &q.DecidedBy)
	q.Fields, q.Made, q.Told, q.Extended = strings.Split(fields, ","), db.Time(made), told == 1, extended == 1
	q.Due, _ = calendar.Parse(due)
	q.Deliver, _ = calendar.Parse(deliver)
	return q, err
}

// Requests returns all requests: those that wait first, by the day they are due.
func (m *Room) Requests(ctx context.Context, r db.Reader, limit int) ([]Request, error) {
	all, err := db.All(ctx, r, scanRequest, `SELECT `+requestColumns+` FROM share_request
		ORDER BY CASE state WHEN 'open' THEN 0 WHEN 'granted' THEN 1 WHEN 'incomplete' THEN 2 ELSE 3 END, due, id LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("reading requests: %w", err)
	}
	return all, nil
}

// Request returns one request.
func (m *Room) Request(ctx context.Context, r db.Reader, id string) (Request, error) {
	return oneRequest(ctx, r, `id = ?`, id)
}

func oneRequest(ctx context.Context, r db.Reader, where string, args ...any) (Request, error) {
	q, err := db.One(ctx, r, scanRequest, `SELECT `+requestColumns+` FROM share_request WHERE `+where, args...)
	if errors.Is(err, db.ErrNone) {
		return q, errs.New(errs.NotFound, "没有找到这个共享申请。")
	}
	if err != nil {
		return q, fmt.Errorf("finding a request: %w", err)
	}
	return q, nil
}

// Receive takes a request in and starts its clock. The same letter of the same
// department is the same request.
func (m *Room) Receive(ctx context.Context, tx *db.Tx, q Request, who Actor) (Request, error) {
	res, err := m.mayAsk(ctx, tx, q)
	if err != nil {
		return Request{}, err
	}
	q.ID, q.Made, q.State = db.NewID(), tx.Now, Waiting
	q.Due = m.Calendar.AddWorkdays(calendar.DayOf(tx.Now), m.period(res)).Day
	n, err := tx.Exec(ctx, `INSERT INTO share_request (id, party, resource, fields, purpose, law, paper, made_at, due, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (party, paper) DO NOTHING`, q.ID, q.Party, q.Resource, strings.Join(q.Fields, ","), q.Purpose, q.Law, q.Paper, db.Millis(tx.Now), q.Due, q.State)
	if err != nil {
		return Request{}, fmt.Errorf("keeping a request: %w", err)
	}
	if n == 0 {
		return oneRequest(ctx, tx, `party = ? AND paper = ?`, q.Party, q.Paper)
	}
	return q, m.record(ctx, tx, who, audit.Entry{Verb: audit.Act, Subject: "share/" + q.ID, Purpose: "收到共享申请"})
}

func (m *Room) mayAsk(ctx context.Context, r db.Reader, q Request) (Resource, error) {
	var p errs.Problems
	if _, err := m.party(ctx, r, q.Party); errors.Is(err, db.ErrNone) {
		p.Add("party", "请先登记这个部门。")
	} else if err != nil {
		return Resource{}, err
	}
	res, err := m.catalogue.Find(q.Resource)
	switch {
	case err != nil:
		p.Add("resource", "共享目录里没有这一项。")
	case res.Attribute == Withheld:
		p.Add("resource", "这一项不予共享："+res.Law+"。")
	case res.At != "":
		p.Add("resource", "这一项已经公开，不用申请，直接看。")
	}
	if len(q.Fields) == 0 || slices.ContainsFunc(q.Fields, func(f string) bool { _, ok := res.field(f); return !ok }) {
		p.Add("fields", "请选要哪些字段，只选用得着的。")
	}
	for name, value := range map[string]string{"purpose": q.Purpose, "law": q.Law, "paper": q.Paper} {
		if n := len([]rune(strings.TrimSpace(value))); n < 2 || n > 200 {
			p.Add(name, "这一项要写，2 到 200 个字。")
		}
	}
	slices.SortFunc(p, func(a, b errs.Problem) int { return strings.Compare(a.Field, b.Field) })
	return res, p.Err()
}

func (m *Room) period(r Resource) int {
	if r.Attribute == Open {
		return m.catalogue.Periods.Open
	}
	return m.catalogue.Periods.Condition
}

// step changes a request that stands as it was read.
func (m *Room) step(ctx context.Context, tx *db.Tx, was, q Request, who Actor, purpose string) error {
	n, err := tx.Exec(ctx, `UPDATE share_request SET due = ?, deliver = ?, state = ?, lacks = ?, told_once = ?, extend_by = ?, extend_why = ?, extended = ?, reason = ?, decided_by = ?, decided_at = ?
		WHERE id = ? AND state = ? AND extended = ? AND extend_by = ?`, q.Due, dayText(q.Deliver), q.State, q.Lacks, bit(q.Told), q.ExtendBy, q.ExtendWhy, bit(q.Extended), q.Reason, q.DecidedBy, db.Millis(tx.Now),
		q.ID, was.State, bit(was.Extended), was.ExtendBy)
	if err != nil {
		return fmt.Errorf("changing a request: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这个申请刚刚有人办过了，请刷新后再看。")
	}
	return m.record(ctx, tx, who, audit.Entry{Verb: audit.Act, Subject: "share/" + q.ID, Purpose: purpose})
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func dayText(d calendar.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func (m *Room) at(ctx context.Context, r db.Reader, id string, states ...string) (Request, error) {
	q, err := m.Request(ctx, r, id)
	if err == nil && !slices.Contains(states, q.State) {
		err = errs.New(errs.Conflict, "这个申请现在不能这样办，请刷新后再看。")
	}
	return q, err
}

// worded checks a reason.
func worded(name, text string) error {
	if n := len([]rune(strings.TrimSpace(text))); n < 6 || n > 500 {
		var p errs.Problems
		p.Add(name, "请写清楚理由，6 到 500 个字。")
		return p.Err()
	}
	return nil
}

// Lack tells the department, once, everything that lacks; until it is
// completed no clock runs (art. 21).
func (m *Room) Lack(ctx context.Context, tx *db.Tx, id, lacks string, who Actor) error {
	was, err := m.at(ctx, tx, id, Waiting)
	if err != nil {
		return err
	}
	if was.Told {
		return errs.New(errs.Conflict, "缺什么只能一次告知，已经告知过了。")
	}
	if err := worded("lacks", lacks); err != nil {
		return err
	}
	q := was
	q.State, q.Lacks, q.Told = Incomplete, lacks, true
	return m.step(ctx, tx, was, q, who, "一次性告知补正")
}

// Complete notes that what lacked has come; the clock begins anew.
func (m *Room) Complete(ctx context.Context, tx *db.Tx, id string, who Actor) error {
	was, err := m.at(ctx, tx, id, Incomplete)
	if err != nil {
		return err
	}
	res, err := m.catalogue.Find(was.Resource)
	if err != nil {
		return err
	}
	q := was
	q.State, q.Due = Waiting, m.Calendar.AddWorkdays(calendar.DayOf(tx.Now), m.period(res)).Day
	return m.step(ctx, tx, was, q, who, "补正齐全")
}

// Refuse refuses with reasons, which the law wants.
func (m *Room) Refuse(ctx context.Context, tx *db.Tx, id, reason string, who Actor) error {
	was, err := m.at(ctx, tx, id, Waiting)
	if err != nil {
		return err
	}
	if err := worded("reason", reason); err != nil {
		return err
	}
	q := was
	q.State, q.Reason, q.DecidedBy = Refused, reason, who.ID
	return m.step(ctx, tx, was, q, who, "不同意共享")
}

// Extend asks for more days for what is shared on condition; it counts once
// another person has approved it.
func (m *Room) Extend(ctx context.Context, tx *db.Tx, id, why string, who Actor) error {
	was, err := m.at(ctx, tx, id, Waiting)
	if err != nil {
		return err
	}
	res, err := m.catalogue.Find(was.Resource)
	if err != nil {
		return err
	}
	if res.Attribute != Conditional || was.Extended || was.ExtendBy != "" {
		return errs.New(errs.Conflict, "只有有条件共享的可以延长，而且只能一次。")
	}
	if err := worded("why", why); err != nil {
		return err
	}
	q := was
	q.ExtendBy, q.ExtendWhy = who.ID, why
	return m.step(ctx, tx, was, q, who, "申请延长答复")
}

// ApproveExtension gives the days.
func (m *Room) ApproveExtension(ctx context.Context, tx *db.Tx, id string, who Actor) error {
	was, err := m.at(ctx, tx, id, Waiting)
	if err != nil {
		return err
	}
	switch {
	case was.ExtendBy == "" || was.Extended:
		return errs.New(errs.Conflict, "没有等批准的延长。")
	case was.ExtendBy == who.ID:
		return errs.New(errs.Forbidden, "申请延长的人不能自己批准。")
	}
	q := was
	q.Extended, q.Due = true, m.Calendar.AddWorkdays(was.Due, m.catalogue.Periods.Extension).Day
	return m.step(ctx, tx, was, q, who, "批准延长答复")
}
