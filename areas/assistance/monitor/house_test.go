package monitor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
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

	"minzheng/areas/assistance"
	"minzheng/areas/assistance/monitor"
	"minzheng/areas/assistance/recheck"
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
	qingxi = "390121"
	liuxi  = "390121001"
)

// house is a desk with the area's own services, departments that a test can
// make answer anything, and a clock that the test moves.
type house struct {
	t      testing.TB
	ctx    context.Context
	desk   *casework.Desk
	room   *monitor.Room
	queue  *job.Queue
	now    atomic.Pointer[time.Time]
	mu     sync.Mutex
	files  map[string]string // path and number → values as JSON
	feeds  map[string]func(after string) string
	events []event
	most   int // events in one batch
	pulls  int // of feeds
	serial int64
	at     place
	asked  []string // path and number, in the order in which departments were asked
}

type person struct {
	name, number string
	id           people.ID
	birth        calendar.Day
}

// engines runs a test on both engines.
func engines(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, open(t, place{dir: t.TempDir()})) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, open(t, place{dir: t.TempDir(), dsn: dbtest.DSN(t)})) })
}

// place is where a house stands: two processes may open the same.
type place struct{ dir, dsn, departments string }

func open(t testing.TB, at place) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background(), most: 100, files: map[string]string{}, feeds: map[string]func(string) string{}}
	h.on("2026-03-02")
	config := db.Config{Dir: at.dir, DSN: at.dsn, Now: func() time.Time { return *h.now.Load() }}
	if at.dsn != "" {
		config.Dir = ""
	}
	area := assistance.New()
	d, err := db.Open(h.ctx, config, job.Schema(), audit.Schema(), file.Schema(), people.Schema(), exchange.Schema(), notify.Schema(), casework.Schema(), *area.Schema)
	h.must(err)
	t.Cleanup(func() { d.Close() })
	box, err := secret.Open(at.dir)
	h.must(err)
	days, err := calendar.National()
	h.must(err)
	places, err := region.New(region.Place{Code: "390000", Name: "示例省", Parent: region.Nation}, region.Place{Code: "390100", Name: "云岭市", Parent: "390000"},
		region.Place{Code: qingxi, Name: "清溪县", Parent: "390100"}, region.Place{Code: liuxi, Name: "柳溪街道", Parent: qingxi})
	h.must(err)
	files, err := file.NewStore(at.dir, box)
	h.must(err)
	src, err := os.ReadFile("../../../app/sources.yaml")
	h.must(err)
	sources, err := exchange.ReadSources("sources.yaml", src)
	h.must(err)
	if h.at = at; at.departments == "" {
		departments := httptest.NewServer(http.HandlerFunc(h.answer))
		t.Cleanup(departments.Close)
		h.at.departments = departments.URL
	}
	log := slog.New(slog.DiscardHandler)
	h.queue = job.NewQueue(d, log, 2)
	outbox := notify.New(d, box, map[string]notify.Channel{})
	h.queue.Handle(notify.JobKind, outbox.Handler())
	x := exchange.New(exchange.Config{Gateway: h.at.departments, Sources: sources, Now: d.Now})
	known := h.known(area.Facts, x)
	for name := range area.Effects {
		known.Effects[name] = true
	}
	h.desk = casework.New(casework.Rooms{DB: d, Box: box, People: people.New(box), Audit: audit.New(d, box), Calendar: days, Places: places,
		Exchange: x, Queue: h.queue, Files: files, Notify: outbox, Log: log,
		Office: casework.Office{Bureau: "清溪县民政局", Phone: "0390-0000-2301", Review: "清溪县人民政府", Court: "清溪县人民法院", BaseURL: "http://example.test"},
		Staff: func(context.Context, db.Reader, string, string) ([]casework.Worker, error) {
			return []casework.Worker{{ID: "he", Name: "何芳"}, {ID: "ma", Name: "马志强"}}, nil
		}},
		casework.NewShelf(known, h.services(area.Files, known)), area.Effects)
	for _, j := range area.Jobs {
		h.queue.Handle(j.Kind, j.Does(h.desk))
	}
	h.do(func(tx *db.Tx) error { return h.desk.Services().Keep(h.ctx, tx) })
	h.room = monitor.New(h.desk)
	return h
}

func (h *house) known(facts []byte, x *exchange.Exchange) catalog.Known {
	dict, err := fact.ReadDictionary("facts.yaml", facts)
	h.must(err)
	k := catalog.Known{Dictionary: dict, Needs: casework.Needs, Effects: map[string]bool{}, Sources: x.Codes(),
		Roles: map[string]string{"township-clerk": "经办人", "township-head": "负责人", "county-officer": "审核人", "disability-officer": "残联"}}
	for name := range casework.Effects() {
		k.Effects[name] = true
	}
	return k
}

func (h *house) services(files fs.FS, k catalog.Known) []*catalog.Service {
	dirs, err := fs.ReadDir(files, "services")
	h.must(err)
	var all []*catalog.Service
	for _, d := range dirs {
		dir, err := fs.Sub(files, "services/"+d.Name())
		h.must(err)
		s, err := catalog.Read(dir, "assistance", k)
		h.must(err)
		all = append(all, s)
	}
	return all
}

// answer is all departments: what is on file about a number, or no record.
func (h *house) answer(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if source, ok := strings.CutPrefix(r.URL.Path, "/feeds/"); ok {
		h.pulls++
		if feed := h.feeds[source]; feed != nil {
			fmt.Fprint(w, feed(r.URL.Query().Get("after")))
			return
		}
		fmt.Fprintf(w, `{"events":[],"next":%q}`, r.URL.Query().Get("after"))
		return
	}
	var q struct{ Number string }
	json.NewDecoder(r.Body).Decode(&q)
	h.asked = append(h.asked, r.URL.Path+" "+q.Number)
	values := h.files[r.URL.Path+" "+q.Number]
	switch {
	case values == "silent":
		w.WriteHeader(http.StatusBadGateway)
	case values != "":
		fmt.Fprintf(w, `{"found":true,"values":%s}`, values)
	case r.URL.Path == "/police/household":
		fmt.Fprint(w, `{"found":true,"values":{"local_hukou":true}}`)
	default:
		fmt.Fprint(w, `{"found":false}`)
	}
}

// say puts what a department has on file about somebody.
func (h *house) say(path, number, values string) {
	h.mu.Lock()
	h.files[path+" "+number] = values
	h.mu.Unlock()
}

func (h *house) feed(source string, f func(after string) string) {
	h.mu.Lock()
	h.feeds[source] = f
	h.mu.Unlock()
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) do(fn func(tx *db.Tx) error) { h.t.Helper(); h.must(h.desk.DB.Do(h.ctx, fn)) }

// on moves the clock to nine in the morning of a day.
func (h *house) on(day string) {
	d, err := calendar.Parse(day)
	if err != nil {
		h.t.Fatal(err)
	}
	at := d.Start().Add(9 * time.Hour)
	h.now.Store(&at)
}

func (h *house) jobs() { h.t.Helper(); h.must(h.queue.RunDue(h.ctx)) }

// number is a citizen number of the unassigned province, with its check digit.
func (h *house) number(birth string) string {
	h.serial++
	s := fmt.Sprintf("%s%s%03d", qingxi, birth, h.serial%1000)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + string("10X98765432"[sum%11])
}

// family registers a household: somebody born 1980, and the others of the births.
func (h *house) family(name string, births ...string) []person {
	h.t.Helper()
	all := []person{{name: name, number: h.number("19800610")}}
	for i, b := range births {
		all = append(all, person{name: fmt.Sprintf("%s家%d", name, i+1), number: h.number(b)})
	}
	h.do(func(tx *db.Tx) error {
		for i := range all {
			p := &all[i]
			birth, err := calendar.Parse(p.number[6:10] + "-" + p.number[10:12] + "-" + p.number[12:14])
			if err != nil {
				return err
			}
			p.birth = birth
			relation := "子"
			if i == 0 {
				relation = "户主"
			}
			p.id, err = h.desk.People.Add(h.ctx, tx, people.Person{Name: p.name, Number: p.number, Birth: birth, Region: liuxi, Household: "hu" + all[0].number[6:], Relation: relation})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return all
}

// apply has a family apply for a service, and ends the case in a state as an
// officer's decision would leave it.
func (h *house) apply(code, state string, all []person) casework.Case {
	h.t.Helper()
	var members []casework.Member
	var facts []fact.Statement
	at := h.desk.DB.Now().UTC()
	for i, p := range all {
		m := casework.Member{Key: fmt.Sprintf("m%d", i+1), Name: p.name, Number: p.number, Relation: "儿子", Birth: p.birth, Consented: at, ConsentBy: "own"}
		if i == 0 {
			m.Relation = "本人"
		}
		members = append(members, m)
		facts = append(facts, fact.Statement{Name: together, About: m.Key, Value: fact.BoolOf(true), Source: "self", At: at})
	}
	s, err := h.desk.Services().Find(code)
	h.must(err)
	var c casework.Case
	h.do(func(tx *db.Tx) (err error) {
		if c, err = h.desk.OpenCase(h.ctx, tx, casework.Application{Key: db.NewID(), Service: s, Applicant: all[0].id, Region: liuxi, Members: members, Facts: facts,
			By: casework.Actor{ID: string(all[0].id), Name: all[0].name, Role: "citizen"}}); err != nil || state == casework.Open {
			return err
		}
		if state == casework.Approved {
			if _, err := tx.Exec(h.ctx, `INSERT INTO assistance_benefit (id, case_id, service, title, recipient, region, members, amount, since, version, review)
				VALUES (?, ?, ?, '低保', ?, ?, ?, 50000, ?, 'v', '')`, db.NewID(), c.ID, code, all[0].id, liuxi, len(all), calendar.DayOf(tx.Now).String()[:7]); err != nil {
				return err
			}
		}
		_, err = tx.Exec(h.ctx, `UPDATE casework_case SET state = ?, closed = ? WHERE id = ?`, state, db.Millis(tx.Now), c.ID)
		return err
	})
	return c
}

const together = "共同生活"

// happens has a department tell of something, and has the feeds read.
func (h *house) happens(source, kind string, all ...person) {
	h.t.Helper()
	h.tell(source, kind, all...)
	h.must(recheck.New(h.desk).Telling(h.room).ReadFeeds(h.ctx))
	h.jobs()
}

// tell adds events to a feed.
func (h *house) tell(source, kind string, all ...person) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range all {
		h.events = append(h.events, event{source, fmt.Sprintf("e%d", len(h.events)), p.number, kind, calendar.DayOf(h.desk.DB.Now()).String()})
	}
	h.feeds[source] = func(after string) string { return batch(h.events, source, after, h.most) }
}

type event struct{ source, ID, Number, Kind, On string }

// batch is what a feed tells after a cursor, at most so many events.
func batch(events []event, source, after string, most int) string {
	n, told := 0, []string{}
	fmt.Sscan(after, &n)
	next := n
	for ; next < len(events) && len(told) < most; next++ {
		if e := events[next]; e.source == source {
			told = append(told, fmt.Sprintf(`{"id":%q,"number":%q,"kind":%q,"on":%q}`, e.ID, e.Number, e.Kind, e.On))
		}
	}
	return fmt.Sprintf(`{"events":[%s],"next":"%d","more":%t}`, strings.Join(told, ","), next, next < len(events))
}

// warnings are all that were raised, in order.
func (h *house) warnings() []monitor.Warning {
	h.t.Helper()
	ids, err := db.All(h.ctx, h.desk.DB, db.Value[string], `SELECT id FROM assistance_warning ORDER BY raised, id`)
	h.must(err)
	var all []monitor.Warning
	for _, id := range ids {
		w, err := h.room.Find(h.ctx, h.desk.DB, id)
		h.must(err)
		all = append(all, w)
	}
	return all
}

func (h *house) text(query string, args ...any) string {
	h.t.Helper()
	s, err := db.One(h.ctx, h.desk.DB, db.Value[string], query, args...)
	h.must(err)
	return s
}

func (h *house) count(query string, args ...any) int64 {
	h.t.Helper()
	n, err := db.One(h.ctx, h.desk.DB, db.Value[int64], query, args...)
	h.must(err)
	return n
}

// try does an act; who it is says the step.
func (h *house) try(c casework.Case, act string) (casework.Case, error) {
	s, err := h.desk.Services().Version(h.ctx, h.desk.DB, c.Version)
	h.must(err)
	do := casework.Doing{Case: c.ID, Act: act, Reason: "查过了", Who: casework.Actor{ID: c.Step + "/" + act, Name: "何芳", Role: "township-clerk"}}
	st := s.Step(c.Step)
	if st == nil || st.Act(act) == nil {
		return c, fmt.Errorf("no act %s in step %s", act, c.Step)
	}
	if st.Act(act).Doer() == "citizen" {
		do.Who = casework.Actor{ID: string(c.Applicant), Name: c.Name, Role: "citizen"}
	}
	do.Answers = h.filled(st.Act(act))
	err = h.desk.DB.Do(h.ctx, func(tx *db.Tx) (err error) {
		c, err = h.desk.Act(h.ctx, tx, do)
		return err
	})
	return c, err
}

// act does an act that must succeed.
func (h *house) act(c casework.Case, acts ...string) casework.Case {
	h.t.Helper()
	for _, a := range acts {
		var err error
		if c, err = h.try(c, a); err != nil {
			h.t.Fatalf("%s: %v", a, err)
		}
	}
	return c
}

// filled is an act's form with something in every field.
func (h *house) filled(a *catalog.Act) []form.Answer {
	sent := url.Values{}
	for _, f := range a.Form {
		switch {
		case len(f.Def.Words) > 0:
			sent.Set(f.Name(), f.Def.Words[0])
		case f.Def.Typed() == fact.Date:
			sent.Set(f.Name(), "2026-03-02")
		default:
			sent.Set(f.Name(), "工资是临时的")
		}
	}
	answers, problems := form.Read(a.Form, sent, h.desk.DB.Now())
	h.must(problems.Err())
	return answers
}

// died has somebody say in a case on which day the applicant died.
func (h *house) died(tx *db.Tx, id casework.ID, day string) error {
	d, err := calendar.Parse(day)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(h.ctx, `UPDATE casework_case SET state = 'open' WHERE id = ?`, id); err != nil {
		return err
	}
	facts := []fact.Statement{{Name: "去世日期", About: "m1", Value: fact.DateOf(int32(d)), Source: "self", At: tx.Now.UTC()}}
	if _, err := h.desk.Report(h.ctx, tx, id, casework.Reported{Facts: facts, Title: "家里人说", Told: true}); err != nil {
		return err
	}
	_, err = tx.Exec(h.ctx, `UPDATE casework_case SET state = 'refused' WHERE id = ?`, id)
	return err
}

// costs has the applicant of a decided case say what illness has cost them.
func (h *house) costs(tx *db.Tx, id casework.ID, fen int64) error {
	if _, err := tx.Exec(h.ctx, `UPDATE casework_case SET state = 'open' WHERE id = ?`, id); err != nil {
		return err
	}
	facts := []fact.Statement{{Name: "个人负担医疗费", About: "m1", Value: fact.MoneyOf(fen), Source: "self", At: tx.Now.UTC()}}
	if _, err := h.desk.Report(h.ctx, tx, id, casework.Reported{Facts: facts, Title: "本人说", Told: true}); err != nil {
		return err
	}
	_, err := tx.Exec(h.ctx, `UPDATE casework_case SET state = 'approved' WHERE id = ?`, id)
	return err
}
