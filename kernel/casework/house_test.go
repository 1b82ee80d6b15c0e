package casework_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/exchange"
	"minzheng/kernel/fact"
	"minzheng/kernel/file"
	"minzheng/kernel/form"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/secret"
)

const (
	qingxi  = "390121"
	liuxi   = "390121001"
	shiqiao = "390121100"
)

// house is a desk with one service, departments that a test can make answer
// anything, and a clock that the test moves.
type house struct {
	t       testing.TB
	ctx     context.Context
	desk    *casework.Desk
	rooms   casework.Rooms
	queue   *job.Queue
	known   catalog.Known
	service *catalog.Service
	now     atomic.Pointer[time.Time]
	mu      sync.Mutex
	answers map[string]string // path → body; "" answers 502
	asked   map[string]int    // path and name → how often
	staff   map[string][]casework.Worker
	broken  atomic.Bool // the effect fails
	serial  atomic.Int64
}

// engines runs a test on both engines.
func engines(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, open(t, db.Config{Dir: t.TempDir()})) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, open(t, db.Config{DSN: dbtest.DSN(t)})) })
}

func small(t testing.TB) *house { t.Helper(); return open(t, db.Config{Dir: t.TempDir()}) }

func open(t testing.TB, config db.Config) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background(), asked: map[string]int{}, answers: map[string]string{
		"/police": `{"found":true,"values":{"local_hukou":true}}`, "/tax": `{"found":false}`, "/bank": `{"found":false}`},
		staff: map[string][]casework.Worker{"clerk/" + liuxi: {{ID: "he", Name: "何芳"}, {ID: "gao", Name: "高洁"}, {ID: "fu", Name: "傅明"}},
			"head/" + liuxi: {{ID: "ding", Name: "丁卫东"}}, "officer/" + qingxi: {{ID: "zhou", Name: "周敏"}}}}
	h.at("2026-03-02")
	config.Now = func() time.Time { return *h.now.Load() }
	d, err := db.Open(h.ctx, config, job.Schema(), audit.Schema(), file.Schema(), people.Schema(), exchange.Schema(), notify.Schema(), casework.Schema())
	h.must(err)
	t.Cleanup(func() { d.Close() })
	box, err := secret.Open(t.TempDir())
	h.must(err)
	days, err := calendar.National()
	h.must(err)
	places, err := region.New(region.Place{Code: "390000", Name: "示例省", Parent: region.Nation}, region.Place{Code: "390100", Name: "云岭市", Parent: "390000"},
		region.Place{Code: qingxi, Name: "清溪县", Parent: "390100"}, region.Place{Code: liuxi, Name: "柳溪街道", Parent: qingxi}, region.Place{Code: shiqiao, Name: "石桥镇", Parent: qingxi},
		region.Place{Code: "390122", Name: "望川县", Parent: "390100"}, region.Place{Code: "390122001", Name: "城关街道", Parent: "390122"})
	h.must(err)
	files, err := file.NewStore(t.TempDir(), box)
	h.must(err)
	sources := h.folder()
	departments := httptest.NewServer(http.HandlerFunc(h.answer))
	t.Cleanup(departments.Close)
	log := slog.New(slog.DiscardHandler)
	h.queue = job.NewQueue(d, log, 2)
	outbox := notify.New(d, box, map[string]notify.Channel{})
	h.queue.Handle(notify.JobKind, outbox.Handler())
	h.rooms = casework.Rooms{DB: d, Box: box, People: people.New(box), Audit: audit.New(d, box), Calendar: days, Places: places,
		Exchange: exchange.New(exchange.Config{Gateway: departments.URL, Sources: sources, Now: d.Now}), Queue: h.queue, Files: files, Notify: outbox, Log: log,
		Office: casework.Office{Bureau: "清溪县民政局", Phone: "0390-0000-2301", Review: "清溪县人民政府", Court: "清溪县人民法院", BaseURL: "http://example.test"},
		Staff: func(_ context.Context, _ db.Reader, role, place string) ([]casework.Worker, error) {
			return h.staff[role+"/"+place], nil
		}}
	h.desk = casework.New(h.rooms, casework.NewShelf(h.known, []*catalog.Service{h.service}), map[string]casework.Effect{"start": h.start})
	h.do(func(tx *db.Tx) error { return h.desk.Services().Keep(h.ctx, tx) })
	return h
}

func (h *house) start(ctx context.Context, tx *db.Tx, e casework.Effecting) error {
	if h.broken.Load() {
		return errors.New("the effect fails")
	}
	return nil
}

func (h *house) folder() []exchange.Source {
	read := func(name string) []byte {
		src, err := os.ReadFile("testdata/" + name)
		h.must(err)
		return src
	}
	dict, err := fact.ReadDictionary("facts.yaml", read("facts.yaml"))
	h.must(err)
	sources, err := exchange.ReadSources("sources.yaml", read("sources.yaml"))
	h.must(err)
	h.known = catalog.Known{Dictionary: dict, Needs: casework.Needs, Effects: map[string]bool{"start": true, "answer-objections": true}, Sources: map[string]bool{},
		Roles: map[string]string{"clerk": "经办人", "head": "负责人", "officer": "审核人"}}
	for _, s := range sources {
		h.known.Sources[s.Code] = true
	}
	h.service, err = catalog.Read(os.DirFS("testdata/heating"), "testing", h.known)
	h.must(err)
	return sources
}

// answer is all departments.
func (h *house) answer(w http.ResponseWriter, r *http.Request) {
	var q struct{ Name string }
	json.NewDecoder(r.Body).Decode(&q)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked[r.URL.Path+" "+q.Name]++
	body := h.answers[r.URL.Path]
	if body == "" {
		w.WriteHeader(http.StatusBadGateway)
	}
	fmt.Fprint(w, body)
}

func (h *house) say(path, body string) { h.mu.Lock(); h.answers[path] = body; h.mu.Unlock() }

func (h *house) times(path, name string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asked[path+" "+name]
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) do(fn func(tx *db.Tx) error) { h.t.Helper(); h.must(h.desk.DB.Do(h.ctx, fn)) }

func date(s string) calendar.Day {
	d, err := calendar.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// at moves the clock to nine in the morning of a day.
func (h *house) at(day string) { h.wait(date(day).Start().Add(9 * time.Hour)) }

func (h *house) wait(now time.Time) { h.now.Store(&now) }

func (h *house) jobs() { h.t.Helper(); h.must(h.queue.RunDue(h.ctx)) }

// number is a citizen number of the unassigned province, with its check digit.
func number(birth string, serial int64) string {
	s := fmt.Sprintf("%s%s%03d", qingxi, birth, serial)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + string("10X98765432"[sum%11])
}

// person adds somebody to the register.
func (h *house) person(name string) people.Person {
	h.t.Helper()
	n := h.serial.Add(1)
	p := people.Person{Name: name, Number: number(fmt.Sprintf("1979%02d10", 1+n/1000), n%1000), Birth: date("1979-06-10"), Region: liuxi}
	h.do(func(tx *db.Tx) (err error) {
		p.ID, err = h.desk.People.Add(h.ctx, tx, p)
		return err
	})
	return p
}

func citizen(p people.Person) casework.Actor {
	return casework.Actor{ID: string(p.ID), Name: p.Name, Role: "citizen"}
}

// application is what a person alone hands in; wage is in 分.
func (h *house) application(p people.Person, wage int64) casework.Application {
	now := h.desk.DB.Now()
	return casework.Application{Key: "key/" + string(p.ID), Service: h.service, Applicant: p.ID, Region: liuxi, By: citizen(p),
		Members: []casework.Member{{Key: "m1", Name: p.Name, Number: p.Number, Relation: "本人", Birth: p.Birth, Consented: now, ConsentBy: "own"}},
		Facts: []fact.Statement{h.self("共同生活", fact.BoolOf(true)), h.self("工资收入", fact.MoneyOf(wage)), h.self("经营收入", fact.MoneyOf(0)),
			h.self("存款", fact.MoneyOf(0))}}
}

func (h *house) self(name string, v fact.Value) fact.Statement {
	return fact.Statement{Name: name, About: "m1", Value: v, Source: "self", At: h.desk.DB.Now().UTC()}
}

func (h *house) open(a casework.Application) (c casework.Case, err error) {
	err = h.desk.DB.Do(h.ctx, func(tx *db.Tx) error {
		c, err = h.desk.OpenCase(h.ctx, tx, a)
		return err
	})
	return c, err
}

// applied is a fresh case whose departments have answered.
func (h *house) applied(name string) casework.Case {
	h.t.Helper()
	c, err := h.open(h.application(h.person(name), 50000))
	h.must(err)
	h.jobs()
	return h.find(c.ID)
}

func (h *house) find(id casework.ID) casework.Case {
	h.t.Helper()
	c, err := casework.Find(h.ctx, h.desk.DB, id)
	h.must(err)
	return c
}

// try does an act.
func (h *house) try(do casework.Doing) (c casework.Case, err error) {
	err = h.desk.DB.Do(h.ctx, func(tx *db.Tx) error {
		c, err = h.desk.Act(h.ctx, tx, do)
		return err
	})
	return c, err
}

func staff(id string) casework.Actor { return casework.Actor{ID: id, Name: id, Role: "clerk"} }

// act does an act that must succeed.
func (h *house) act(c *casework.Case, act string) {
	h.t.Helper()
	do := casework.Doing{Case: c.ID, Act: act, Revision: c.Revision, Who: staff(c.Step), Reason: "查过了"}
	if act == "visited" {
		do.Answers = h.visit(*c, "张三", "李四")
	}
	if act == "supplement" {
		do.Lacks = []string{"收入证明"}
	}
	switch h.service.Step(c.Step).Act(act).Doer() {
	case "citizen":
		do.Who = casework.Actor{ID: string(c.Applicant), Name: c.Name, Role: "citizen"}
	case "clock":
		do.Who = casework.System
	}
	var err error
	*c, err = h.try(do)
	h.must(err)
}

// visit is the filled in form of the visit.
func (h *house) visit(c casework.Case, one, two string) []form.Answer {
	answers, problems := form.Read(h.service.Step("visit").Act("visited").Form, url.Values{"investigator_1": {one}, "investigator_2": {two}}, h.desk.DB.Now())
	h.must(problems.Err())
	return answers
}

// until brings a fresh case forward by acts.
func (h *house) until(acts ...string) casework.Case {
	h.t.Helper()
	c := h.applied("赵玉琴")
	for _, a := range acts {
		h.act(&c, a)
	}
	return c
}

func (h *house) count(query string, args ...any) int64 {
	h.t.Helper()
	n, err := db.One(h.ctx, h.desk.DB, db.Value[int64], query, args...)
	h.must(err)
	return n
}

// rows is how much is written down in all that an act may touch.
func (h *house) rows() string {
	h.t.Helper()
	var all strings.Builder
	for _, table := range []string{"casework_case", "casework_told", "casework_act", "casework_member", "casework_lookup", "casework_notice", "casework_objection",
		"casework_decision", "casework_letter", "casework_wanted", "casework_counter", "audit_entry", "job_job", "notify_message"} {
		fmt.Fprintf(&all, "%s %d, ", table, h.count(`SELECT COUNT(*) FROM `+table))
	}
	return all.String() + fmt.Sprint(h.count(`SELECT COALESCE(SUM(open), 0) FROM casework_load`), h.count(`SELECT COALESCE(SUM(n), 0) FROM casework_counter`))
}

func replaceOnce(t testing.TB, s, from, to string) string {
	t.Helper()
	if strings.Count(s, from) != 1 {
		t.Fatalf("%q is there %d times", from, strings.Count(s, from))
	}
	return strings.Replace(s, from, to, 1)
}
