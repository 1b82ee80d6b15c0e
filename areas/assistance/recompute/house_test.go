package recompute_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"minzheng/areas/assistance"
	"minzheng/areas/assistance/ledger"
	"minzheng/areas/assistance/recompute"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/casework/caseworktest"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/exchange"
	"minzheng/kernel/fact"
	"minzheng/kernel/file"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
	"minzheng/kernel/secret"
)

const (
	qingxi  = "390121"
	liuxi   = "390121001"
	shiqiao = "390121100"
)

// Two officers of the county, a clerk, an auditor, and an officer elsewhere.
var (
	zhou  = auth.Who{Kind: auth.Staff, Account: "zhou", Name: "周敏", Grants: []auth.Grant{{Role: "county-officer", Region: qingxi}}}
	gao   = auth.Who{Kind: auth.Staff, Account: "gao", Name: "高洁", Grants: []auth.Grant{{Role: "county-officer", Region: qingxi}}}
	he    = auth.Who{Kind: auth.Staff, Account: "he", Name: "何芳", Grants: []auth.Grant{{Role: "township-clerk", Region: liuxi}}}
	bai   = auth.Who{Kind: auth.Staff, Account: "bai", Name: "白露", Grants: []auth.Grant{{Role: "auditor", Region: qingxi}}}
	other = auth.Who{Kind: auth.Staff, Account: "other", Name: "罗一鸣", Grants: []auth.Grant{{Role: "county-officer", Region: "390122"}}}
)

// house is a bureau with the 低保 folder, into which a test lays standards.
type house struct {
	testing.TB
	dir     string
	db      *db.DB
	box     *secret.Box
	known   catalog.Known
	folder  *catalog.Service
	now     time.Time
	queue   *job.Queue
	desk    *casework.Desk
	room    *recompute.Room
	service *catalog.Service // as it is offered now
	serial  int
}

// schemas are all rooms that the house has.
func schemas() []db.Schema {
	return []db.Schema{job.Schema(), auth.Schema(), audit.Schema(), file.Schema(), people.Schema(), exchange.Schema(), notify.Schema(), catalog.Schema(), casework.Schema(), *assistance.New().Schema}
}

func engines(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, open(t, t.TempDir(), "")) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, open(t, t.TempDir(), dbtest.DSN(t))) })
}

// open opens a house on 2 March 2026 in Shanghai.
func open(t testing.TB, dir, dsn string) *house {
	t.Helper()
	h := &house{TB: t, dir: dir, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("", 8*3600))}
	c := db.Config{Dir: filepath.Join(dir, "db"), DSN: dsn, Now: func() time.Time { return h.now }}
	if dsn != "" {
		c.Dir = ""
	}
	var err error
	h.db, err = db.Open(context.Background(), c, schemas()...)
	h.must(err)
	t.Cleanup(func() { h.db.Close() })
	h.box, err = secret.Open(filepath.Join(dir, "keys"))
	h.must(err)
	_, h.known = caseworktest.Folder(t, "../../..", "assistance", "start-benefit", "weigh-appraisal")
	files, err := fs.Sub(os.DirFS("../services"), "dibao")
	h.must(err)
	h.folder, err = catalog.Read(files, "assistance", h.known)
	h.must(err)
	h.lay()
	return h
}

// lay offers the folder with changes of standards laid into it.
func (h *house) lay(changes ...rule.Change) {
	h.Helper()
	var err error
	h.service, err = h.folder.Lay(changes, h.known)
	h.must(err)
	places, err := region.New(region.Place{Code: "390000", Name: "示例省", Parent: region.Nation}, region.Place{Code: "390100", Name: "云岭市", Parent: "390000"},
		region.Place{Code: qingxi, Name: "清溪县", Parent: "390100"}, region.Place{Code: liuxi, Name: "柳溪街道", Parent: qingxi},
		region.Place{Code: liuxi + "001", Name: "东门社区", Parent: liuxi}, region.Place{Code: shiqiao, Name: "石桥镇", Parent: qingxi},
		region.Place{Code: "390122", Name: "望川县", Parent: "390100"}, region.Place{Code: "390122001", Name: "城关街道", Parent: "390122"})
	h.must(err)
	days, err := calendar.National()
	h.must(err)
	files, err := file.NewStore(h.dir, h.box)
	h.must(err)
	log := slog.New(slog.DiscardHandler)
	h.queue = job.NewQueue(h.db, log, 2)
	outbox := notify.New(h.db, h.box, map[string]notify.Channel{"sms": notify.FileSink(h.dir, "sms")})
	h.queue.Handle(notify.JobKind, outbox.Handler())
	h.desk = casework.New(casework.Rooms{DB: h.db, Box: h.box, People: people.New(h.box), Audit: audit.New(h.db, h.box), Calendar: days, Places: places,
		Exchange: exchange.New(exchange.Config{Now: h.db.Now}), Queue: h.queue, Files: files, Notify: outbox, Log: log,
		Office: casework.Office{Bureau: "清溪县民政局", Phone: "0390-0000-2301"}}, casework.NewShelf(h.known, []*catalog.Service{h.service}), nil)
	h.do(func(tx *db.Tx) error { return h.desk.Services().Keep(h.Context(), tx) })
	h.room = recompute.New(h.desk)
	h.queue.Handle(recompute.ComputeKind, h.room.Compute)
	h.queue.Handle(recompute.WriteKind, h.room.Write)
}

// raised is the income line of the county from a month on.
func raised(from, yuan string) rule.Change {
	return rule.Change{Parameter: "低保标准", Region: qingxi, From: from, Value: rule.Written(yuan), Source: "清民发〔2026〕8号"}
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) do(fn func(tx *db.Tx) error) {
	h.Helper()
	h.must(h.db.Do(h.Context(), fn))
}

func (h *house) jobs() {
	h.Helper()
	h.must(h.queue.RunDue(h.Context()))
}

func (h *house) one(q string, args ...any) int64 {
	h.Helper()
	n, err := db.One(h.Context(), h.db, db.Value[int64], q, args...)
	h.must(err)
	return n
}

// grant is a family with a benefit that runs.
type grant struct {
	wage         int64 // 分 a month
	children     int
	region       string // "" is a village of 柳溪街道
	since, until string // "" is 2025-12, and running
	amount       int64  // 分; 0 is what the rules give on the day of the decision
	lacks        string // a fact that nobody said of the first person
}

// told are the facts of a family.
func (g grant) told() []fact.Statement {
	var all []fact.Statement
	at := time.Date(2025, 11, 3, 2, 0, 0, 0, time.UTC)
	for i := range 1 + g.children {
		about := fmt.Sprintf("m%d", i+1)
		tell := func(name string, v fact.Value) {
			if i > 0 || name != g.lacks {
				all = append(all, fact.Statement{Name: name, About: about, Source: "decided", Value: v, At: at})
			}
		}
		for _, name := range []string{"零工收入", "经营收入", "养老金", "基础养老金", "赡养抚养费", "就业成本", "存款", "车辆价值"} {
			tell(name, fact.MoneyOf(0))
		}
		for name, yes := range map[string]bool{"共同生活": true, "本县户籍": true, "服刑": false, "已去世": false, "患重病": false} {
			tell(name, fact.BoolOf(yes))
		}
		tell("房屋套数", fact.IntOf(0))
		tell("残疾等级", fact.EnumOf("无"))
		tell("学业", fact.EnumOf("不在校"))
		if i > 0 {
			tell("姓名", fact.TextOf(fmt.Sprintf("孩子%d", i)))
			tell("与申请人关系", fact.TextOf("女儿"))
			tell("出生日期", fact.DateOf(int32(calendar.Date(2015, 1, 1))))
			tell("工资收入", fact.MoneyOf(0))
			continue
		}
		tell("姓名", fact.TextOf("李秀芬"))
		tell("与申请人关系", fact.TextOf("本人"))
		tell("出生日期", fact.DateOf(int32(calendar.Date(1985, 1, 1))))
		tell("工资收入", fact.MoneyOf(g.wage))
	}
	return all
}

// family adds a decided case with its benefit, and returns the benefit.
func (h *house) family(g grant) string {
	h.Helper()
	var id string
	h.do(func(tx *db.Tx) (err error) {
		id, err = h.add(tx, g)
		return err
	})
	return id
}

func (h *house) add(tx *db.Tx, g grant) (string, error) {
	if g.region == "" {
		g.region = liuxi + "001"
	}
	if g.since == "" {
		g.since = "2025-12"
	}
	h.serial++
	ctx, set := context.Background(), fact.NewSet(h.known.Dictionary)
	facts := g.told()
	set.Tell(facts...)
	if g.amount == 0 {
		r, _ := h.judge(h.folder, g.region, set, ledger.Month(g.since).First()).Find("月保障金额")
		g.amount = r.Value.Int64()
	}
	who, err := h.desk.People.Add(ctx, tx, people.Person{Name: "李秀芬", Number: fmt.Sprintf("39012119850101%04d", h.serial), Region: g.region, Phone: "13900000000"})
	if err != nil {
		return "", err
	}
	c, b := db.NewID(), db.NewID()
	told, err := json.Marshal(facts)
	if err != nil {
		return "", err
	}
	number := fmt.Sprintf("390121-2025-%06d", h.serial)
	if _, err := tx.Exec(ctx, `INSERT INTO casework_case (id, number, open_key, service, version, applicant, name, region, county, office, role, assignee,
		step, came_from, step_since, opened, accepted, due, provisional, step_due, state, closed, members, conflicts, silent, verdict, amount, revision, nearest)
		VALUES (?, ?, ?, 'dibao', ?, ?, '李秀芬', ?, ?, ?, '', '', 'confirm', '', 1, 1, '', '', 0, '', 'approved', 1, ?, 0, 0, 'yes', ?, 1, '9999-12-31')`,
		c, number, c, h.folder.Version, string(who), g.region, qingxi, qingxi, 1+g.children, g.amount); err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO casework_told (case_id, seq, source, at, facts) VALUES (?, 1, 'decided', 1, ?)`, c, h.box.SealText(string(told), "casework/told")); err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `INSERT INTO assistance_benefit (id, case_id, service, title, recipient, region, members, amount, since, until, version, review)
		VALUES (?, ?, 'dibao', '最低生活保障', ?, ?, ?, ?, ?, ?, ?, '2026-12')`, b, c, string(who), g.region, 1+g.children, g.amount, g.since, g.until, h.folder.Version)
	return b, err
}

func (h *house) judge(s *catalog.Service, place string, set *fact.Set, on calendar.Day) rule.Judgement {
	var path []string
	for _, c := range h.desk.Places.Path(region.Code(place)) {
		path = append(path, string(c))
	}
	return s.Rules.Judge(rule.Case{Facts: set, Region: path, On: int32(on)})
}

// order orders a run by 周敏.
func (h *house) order(first string) recompute.Run {
	h.Helper()
	run, err := h.try(zhou, recompute.Order{Key: db.NewID(), Service: "dibao", First: first, Document: "清民发〔2026〕8号", Why: "低保标准从2026年1月起提高了"})
	h.must(err)
	return run
}

func (h *house) try(who auth.Who, o recompute.Order) (run recompute.Run, err error) {
	err = h.db.Do(h.Context(), func(tx *db.Tx) error {
		run, err = h.room.Order(h.Context(), tx, who, o)
		return err
	})
	return run, err
}

// computed is a run of which all is worked out.
func (h *house) computed(first string) recompute.Run {
	h.Helper()
	run := h.order(first)
	h.jobs()
	run = h.find(run.ID)
	if run.State != recompute.Ready {
		h.Fatalf("the run is %s", run.State)
	}
	return run
}

func (h *house) find(id string) recompute.Run {
	h.Helper()
	run, err := h.room.Find(h.Context(), h.db, zhou, id)
	h.must(err)
	return run
}

func (h *house) confirm(who auth.Who, run recompute.Run, d recompute.Decision) error {
	d.Seen = h.find(run.ID).Revision
	return h.db.Do(h.Context(), func(tx *db.Tx) error { return h.room.Confirm(h.Context(), tx, who, run.ID, d) })
}

// confirmed confirms a run by 高洁 and has it written.
func (h *house) confirmed(run recompute.Run, d recompute.Decision) {
	h.Helper()
	h.must(h.confirm(gao, run, d))
	h.jobs()
	if got := h.find(run.ID); got.State != recompute.Confirmed {
		h.Fatalf("the run is %s", got.State)
	}
}

func (h *house) line(run recompute.Run, benefit string) recompute.Line {
	h.Helper()
	l, err := h.room.Line(h.Context(), h.db, run.ID, benefit)
	h.must(err)
	return l
}

func (h *house) totals(run recompute.Run) recompute.Totals {
	h.Helper()
	t, err := h.room.Totals(h.Context(), h.db, run.ID)
	h.must(err)
	return t
}

func (h *house) account(benefit string) ledger.Account {
	h.Helper()
	all, err := ledger.Accounts(h.Context(), h.db, []string{benefit})
	h.must(err)
	return all[benefit]
}
