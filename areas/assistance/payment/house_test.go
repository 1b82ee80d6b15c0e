package payment_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"minzheng/app"
	"minzheng/areas/assistance/payment"
	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/fact"
	"minzheng/kernel/people"
	"minzheng/kernel/rule"
)

const (
	county = "390121"
	liuxi  = "390121001"
	heba   = "390121200"
)

// house is a bureau with recipients, its clock on 2026-04-08.
type house struct {
	*app.App
	t   testing.TB
	pay *payment.Paymaster
	dir string
	dsn string
	mu  sync.Mutex
	now time.Time
	n   int
}

func engines(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); f(t, open(t, t.TempDir(), "")) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); f(t, open(t, t.TempDir(), dbtest.DSN(t))) })
}

func open(t testing.TB, dir, dsn string) *house {
	t.Helper()
	h := &house{t: t, dir: dir, dsn: dsn, now: time.Date(2026, 4, 8, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))}
	h.start()
	t.Cleanup(func() { h.Close() })
	return h
}

// start opens the bureau, or opens it again.
func (h *house) start() {
	h.t.Helper()
	var err error
	h.App, err = app.Open(h.t.Context(), app.Config{Dir: h.dir, DSN: h.dsn, Demo: true, Log: slog.New(slog.DiscardHandler), Auth: auth.Config{Codes: auth.OnScreen{}},
		Now: func() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.now }})
	if err != nil {
		h.t.Fatal(err)
	}
	h.pay = payment.New(h.Desk)
}

func (h *house) at(y int, m time.Month, d int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = time.Date(y, m, d, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))
}

func staff(account, role, place string) auth.Who {
	return auth.Who{Kind: auth.Staff, Account: account, Name: account, Grants: []auth.Grant{{Role: role, Region: place}}}
}

var (
	zhou = staff("zhou", "county-officer", county)
	gao  = staff("gao", "county-officer", county)
	he   = staff("he", "township-clerk", liuxi)
	tang = staff("tang", "admin", county)
	bai  = staff("bai", "auditor", county)
)

// grant is one recipient.
type grant struct {
	Region  string
	Wage    int64 // 分
	Amount  int64 // 0 is what the rules give
	Since   string
	Until   string
	Lacks   string // a fact that nobody told
	Account string // "" is one of their own, "-" none
	id      string
	person  string
}

// add puts recipients into the bureau and returns them.
func (h *house) add(all ...grant) []grant {
	h.t.Helper()
	s, err := h.Desk.Services().Find("dibao")
	if err != nil {
		h.t.Fatal(err)
	}
	err = h.DB.Do(h.t.Context(), func(tx *db.Tx) error {
		for i := range all {
			h.n++
			if err := h.one(tx, &all[i], s.Version); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

func (h *house) one(tx *db.Tx, g *grant, version string) error {
	ctx := h.t.Context()
	if g.Region == "" {
		g.Region = liuxi + "001"
	}
	if g.Since == "" {
		g.Since = "2026-04"
	}
	switch g.Account {
	case "":
		g.Account = fmt.Sprintf("62170001%08d", h.n)
	case "-":
		g.Account = ""
	}
	name := "赵" + string(rune('一'+h.n%5000))
	g.id, g.person = db.NewID(), db.NewID()
	if _, err := h.People.Add(ctx, tx, people.Person{ID: people.ID(g.person), Name: name, Number: fmt.Sprintf("39012119800101%04d", h.n), Region: g.Region, Phone: "19000000001"}); err != nil {
		return err
	}
	told := told(g, name)
	body, err := json.Marshal(told)
	if err != nil {
		return err
	}
	caseID := db.NewID()
	if _, err := tx.Exec(ctx, `INSERT INTO casework_told (case_id, seq, source, at, facts) VALUES (?, 1, 'self', 0, ?)`, caseID, h.Box.SealText(string(body), "casework/told")); err != nil {
		return err
	}
	if g.Amount == 0 {
		g.Amount = h.worth(told, g.Region)
	}
	_, err = tx.Exec(ctx, `INSERT INTO assistance_benefit (id, case_id, service, title, recipient, region, members, amount, since, until, version, review) VALUES (?, ?, 'dibao', '最低生活保障', ?, ?, 1, ?, ?, ?, ?, '2027-04')`,
		g.id, caseID, g.person, g.Region, g.Amount, g.Since, g.Until, version)
	return err
}

func told(g *grant, name string) []fact.Statement {
	var all []fact.Statement
	tell := func(fact_, about string, v fact.Value) {
		if fact_ != g.Lacks {
			all = append(all, fact.Statement{Name: fact_, About: about, Source: "self", Value: v})
		}
	}
	if g.Account != "" {
		tell("收款账户", "", fact.TextOf(g.Account))
	}
	tell("姓名", "m1", fact.TextOf(name))
	tell("与申请人关系", "m1", fact.TextOf("本人"))
	for _, n := range []string{"零工收入", "经营收入", "养老金", "基础养老金", "赡养抚养费", "就业成本", "存款", "车辆价值"} {
		tell(n, "m1", fact.MoneyOf(0))
	}
	tell("工资收入", "m1", fact.MoneyOf(g.Wage))
	tell("房屋套数", "m1", fact.IntOf(0))
	tell("残疾等级", "m1", fact.EnumOf("无"))
	tell("出生日期", "m1", fact.DateOf(5479)) // 1985-01-01
	for n, v := range map[string]bool{"共同生活": true, "本县户籍": true, "服刑": false, "已去世": false, "患重病": false} {
		tell(n, "m1", fact.BoolOf(v))
	}
	return all
}

// worth is what the rules give today.
func (h *house) worth(told []fact.Statement, place string) int64 {
	s, _ := h.Desk.Services().Find("dibao")
	set := fact.NewSet(s.Rules.Dictionary())
	set.Tell(told...)
	j := s.Rules.Judge(rule.Case{Facts: set, Region: []string{place, place[:9], county, "390100", "390000", rule.Nation}, On: 20544})
	a, _ := j.Find(s.Amount)
	return a.Value.Int64()
}

// do runs fn in a transaction.
func (h *house) do(fn func(*db.Tx) error) error { return h.DB.Do(h.t.Context(), fn) }

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// begin orders a roll.
func (h *house) begin(month string) payment.Roll {
	h.t.Helper()
	var o payment.Roll
	h.must(h.do(func(tx *db.Tx) (err error) {
		o, err = h.pay.Begin(h.t.Context(), tx, zhou, payment.Order{Service: "dibao", Month: payment.Month(month), County: county})
		return err
	}))
	return o
}

func (h *house) jobs() {
	h.t.Helper()
	h.must(h.Queue.RunDue(h.t.Context()))
}

func (h *house) roll(id string) payment.Roll {
	h.t.Helper()
	o, err := h.pay.Find(h.t.Context(), h.DB, bai, id)
	h.must(err)
	return o
}

// made is a roll that waits for the second officer; approved one that is sealed.
func (h *house) made(month string) payment.Roll {
	h.t.Helper()
	o := h.begin(month)
	h.jobs()
	o = h.roll(o.ID)
	if o.State != payment.Made {
		h.t.Fatalf("the roll is %s, want made", o.State)
	}
	return o
}

func (h *house) approved(month string) payment.Roll {
	h.t.Helper()
	o := h.made(month)
	h.must(h.pay.Approve(h.t.Context(), gao, o.ID, o.Mark()))
	return h.roll(o.ID)
}

func (h *house) lines(o payment.Roll) []payment.Row {
	h.t.Helper()
	rows, err := h.pay.Lines(h.t.Context(), h.DB, bai, o, payment.Filter{Limit: 100000})
	h.must(err)
	return rows
}

// of are the lines of one recipient.
func (h *house) of(o payment.Roll, g grant) []payment.Row {
	h.t.Helper()
	var all []payment.Row
	for _, l := range h.lines(o) {
		if l.Benefit == g.id {
			all = append(all, l)
		}
	}
	return all
}

func (h *house) tasks(kind string) []payment.Task {
	h.t.Helper()
	all, _, err := h.pay.Tasks(h.t.Context(), h.DB, zhou, kind, 0, 1000)
	h.must(err)
	return all
}

// exported is what a bank gets.
func (h *house) exported(o payment.Roll, format string) []byte {
	h.t.Helper()
	e, err := h.pay.OrderExport(h.t.Context(), zhou, o.ID, payment.Export{Format: format, Purpose: "交银行代发"})
	h.must(err)
	var b bytes.Buffer
	h.must(h.pay.Write(h.t.Context(), e, &b))
	return b.Bytes()
}

// answer fills results into an exported CSV: failed says why, "" is paid, "-"
// leaves the line out.
func (h *house) answer(o payment.Roll, failed func(i int) string) []byte {
	h.t.Helper()
	var rows [][]string
	for i, line := range csvRows(h.t, h.exported(o, "csv")) {
		why := ""
		if i > 0 {
			why = failed(i - 1)
		}
		switch {
		case i == 0:
		case why == "-":
			continue
		case why == "":
			line[7], line[9] = "成功", "2026-04-08"
		default:
			line[7], line[8] = "失败", why
		}
		rows = append(rows, line)
	}
	return written(h.t, rows)
}

// take uploads results and takes them.
func (h *house) take(o payment.Roll, data []byte) error {
	h.t.Helper()
	i, err := h.pay.Receive(h.t.Context(), zhou, o.ID, "结果.csv", data)
	if err != nil {
		return err
	}
	return h.do(func(tx *db.Tx) error { return h.pay.Take(h.t.Context(), tx, zhou, i.ID) })
}

// sound fails the test when what was paid does not hold together.
func (h *house) sound() {
	h.t.Helper()
	r, err := h.pay.Verify(h.t.Context(), h.DB)
	h.must(err)
	if !r.OK() {
		h.t.Fatalf("the books do not hold together: %v", r.Findings)
	}
}

func count(t testing.TB, r db.Reader, query string, args ...any) int {
	t.Helper()
	n, err := db.One(t.Context(), r, db.Value[int], query, args...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
