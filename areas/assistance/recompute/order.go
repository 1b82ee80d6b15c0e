package recompute

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
	"minzheng/kernel/region"
)

// Order is what somebody asks to be recomputed.
type Order struct {
	Key      string // of the form: pressing twice orders once
	Service  string
	Region   string // "" is the orderer's own
	First    string // month from which on
	Document string // 文号
	Why      string // one sentence for residents
}

// mostBack is how many months back a run may begin.
const mostBack = 60

const (
	longDocument = 100
	longWhy      = 60
	longReason   = 300
)

// Order begins a run up to the present month, with the rules of today.
func (m *Room) Order(ctx context.Context, tx *db.Tx, who auth.Who, o Order) (Run, error) {
	if err := tx.Lock(ctx, "assistance/recompute"); err != nil {
		return Run{}, err
	}
	if old, err := one(ctx, tx, `WHERE form_key = ?`, o.Key); err == nil && old.Orderer == who.Account && o.Key != "" {
		return old, nil
	} else if err != nil && !errs.Is(err, errs.NotFound) {
		return Run{}, err
	}
	run, s, err := m.read(tx, who, o)
	if err != nil {
		return Run{}, err
	}
	if _, err := s.Rules.Plan(s.Decides, s.Amount); err != nil {
		return Run{}, errs.Newf(errs.Conflict, "这个事项的规则不能批量算：%v", err)
	}
	if err := m.alone(ctx, tx, run); err != nil {
		return Run{}, err
	}
	if run.Total, err = m.walk(run).Count(ctx, tx); err != nil {
		return Run{}, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO assistance_recompute (id, form_key, service, title, short, region, version, first_month, last_month, document, why, state,
		orderer, orderer_name, ordered_at, begun_at, total) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		run.ID, o.Key, run.Service, run.Title, run.Short, run.Region, run.Version, string(run.First), string(run.Last), run.Document, run.Why, string(run.State),
		run.Orderer, run.OrdererName, db.Millis(run.Ordered), db.Millis(run.Ordered), run.Total)
	if err != nil {
		return Run{}, fmt.Errorf("ordering a recomputation: %w", err)
	}
	if err := m.record(ctx, tx, who, run, "安排重算", map[string]string{"文号": run.Document, "从": string(run.First), "到": string(run.Last)}); err != nil {
		return Run{}, err
	}
	return run, job.Enqueue(ctx, tx, job.New{Kind: ComputeKind, Key: run.ID, Payload: run.ID})
}

// read checks what was asked for.
func (m *Room) read(tx *db.Tx, who auth.Who, o Order) (Run, *catalog.Service, error) {
	own := Seats(who)
	if len(own) == 0 {
		return Run{}, nil, errNoOfficer()
	}
	run := Run{ID: db.NewID(), Service: o.Service, Region: o.Region, State: Computing, Orderer: who.Account, OrdererName: who.Name, Ordered: tx.Now}
	if run.Region == "" {
		run.Region = own[0]
	}
	var p errs.Problems
	if o.Key == "" || len(o.Key) > 64 {
		p.Add("", "页面放得太久了，请刷新以后再填。")
	}
	if !m.May(who, run.Region) {
		p.Add("region", "请选您管的地方。")
	}
	s, err := m.desk.Services().Find(o.Service)
	if err != nil || s.Amount == "" {
		p.Add("service", "请选要重算哪一项。")
	} else {
		run.Title, run.Short, run.Version = s.Title, s.Short, s.Version
	}
	run.Last = ledger.MonthOf(calendar.DayOf(tx.Now))
	run.First, err = ledger.ParseMonth(o.First)
	switch {
	case err != nil:
		p.Add("first", "请选从哪个月起重算。")
	case run.First > run.Last:
		p.Add("first", "还没有到那个月，不用重算。")
	case run.First < run.Last.Add(-mostBack):
		p.Add("first", "最多往前算五年。")
	}
	run.Document = plain(&p, "document", o.Document, longDocument, "请写依据哪份文件。")
	run.Why = strings.TrimRight(plain(&p, "why", o.Why, longWhy, "请用一句话写明为什么重算，居民会看到。"), "。；，,.;")
	return run, s, p.Err()
}

func errNoOfficer() error {
	return errs.New(errs.Forbidden, "重算要由县级以上民政部门有权限的人办。")
}

// plain is one line of text that must be there.
func plain(p *errs.Problems, field, typed string, most int, lacks string) string {
	text := strings.Join(strings.Fields(typed), " ")
	switch {
	case text == "":
		p.Add(field, lacks)
	case utf8.RuneCountInString(text) > most:
		p.Add(field, fmt.Sprintf("最多写 %d 个字。", most))
	}
	return text
}

// alone refuses a run while another one of the service is under way in the
// same places: both would pay the same difference.
func (m *Room) alone(ctx context.Context, tx *db.Tx, run Run) error {
	open, err := db.All(ctx, tx, scan, `SELECT `+columns+` FROM assistance_recompute WHERE service = ? AND state IN ('computing', 'ready', 'confirming')`, run.Service)
	if err != nil {
		return fmt.Errorf("listing recomputations: %w", err)
	}
	for _, o := range open {
		if m.within([]string{o.Region}, run.Region) || m.within([]string{run.Region}, o.Region) {
			return errs.Newf(errs.Conflict, "%s在%s还有一次重算没有办完，请先确认或者作废它。", run.Short, m.desk.Places.Name(region.Code(o.Region)))
		}
	}
	return nil
}

func (m *Room) record(ctx context.Context, tx *db.Tx, who auth.Who, run Run, purpose string, detail map[string]string) error {
	return m.desk.Audit.Record(ctx, tx, audit.Entry{Actor: who.Account, ActorName: who.Name, Role: m.role(who, run.Region), Verb: audit.Act, Subject: run.Subject(),
		Purpose: purpose, Detail: detail})
}

// role is the role in which somebody acts for a place.
func (m *Room) role(who auth.Who, place string) string {
	for _, g := range who.Grants {
		if m.sees(auth.Who{Grants: []auth.Grant{g}}, place) {
			return g.Role
		}
	}
	return ""
}
