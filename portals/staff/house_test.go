package staff_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"minzheng/kernel/area"
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
	"minzheng/kernel/letter"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/secret"
	"minzheng/kernel/web"
	"minzheng/portals/staff"
)

const (
	qingxi   = "390121"
	liuxi    = "390121001"
	shiqiao  = "390121100"
	village  = "390121001001"
	password = "qingxi-2026"
)

// house is a bureau with the 低保 folder, departments that answer, and staff.
type house struct {
	t        testing.TB
	desk     *casework.Desk
	auth     *auth.Auth
	queue    *job.Queue
	changes  *catalog.Changes
	files    *file.Store
	service  *catalog.Service
	known    catalog.Known
	now      atomic.Pointer[time.Time]
	url      string
	accounts map[string]string // login → id
	serial   int
	wage     int64 // that applicants say they have
}

func open(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, accounts: map[string]string{}, wage: 200000}
	h.at(time.Date(2026, 3, 2, 9, 0, 0, 0, shanghai()))
	clock := func() time.Time { return *h.now.Load() }
	d := dbtest.OpenAt(t, clock, job.Schema(), auth.Schema(), audit.Schema(), file.Schema(), people.Schema(), exchange.Schema(), notify.Schema(), catalog.Schema(), casework.Schema())
	box, err := secret.Open(t.TempDir())
	h.must(err)
	days, err := calendar.National()
	h.must(err)
	places, err := region.New(places()...)
	h.must(err)
	h.files, err = file.NewStore(t.TempDir(), box)
	h.must(err)
	h.auth, err = auth.New(d, box, auth.Config{})
	h.must(err)
	sources := h.folder()
	departments := httptest.NewServer(http.HandlerFunc(answer))
	t.Cleanup(departments.Close)
	log := slog.New(slog.DiscardHandler)
	h.queue = job.NewQueue(d, log, 2)
	outbox := notify.New(d, box, map[string]notify.Channel{})
	h.queue.Handle(notify.JobKind, outbox.Handler())
	asks := exchange.New(exchange.Config{Gateway: departments.URL, Sources: sources, Now: d.Now})
	h.desk = casework.New(casework.Rooms{DB: d, Box: box, People: people.New(box), Audit: audit.New(d, box), Calendar: days, Places: places,
		Exchange: asks, Queue: h.queue, Files: h.files, Notify: outbox, Log: log,
		Office: casework.Office{Bureau: "清溪县民政局", Phone: "0390-0000-2301", Review: "清溪县人民政府", Court: "清溪县人民法院", BaseURL: "http://example.test"},
		Staff:  workers, Name: workerName,
	}, casework.NewShelf(h.known, []*catalog.Service{h.service}), map[string]casework.Effect{"start-benefit": noEffect})
	h.changes = catalog.NewChanges(catalog.ChangeRooms{DB: d, Audit: h.desk.Audit, Queue: h.queue, Places: places, Known: h.known,
		Services: []*catalog.Service{h.service}, Officers: []string{"county-officer", "admin"}, Weigh: h.desk.Weigh})
	h.serve(asks, clock)
	h.staff()
	return h
}

func (h *house) serve(asks *exchange.Exchange, clock func() time.Time) {
	s := web.New(web.Config{Bureau: "清溪县民政局", Demo: true, Session: h.auth.Middleware, SignInURL: staff.SignInURL, Now: clock})
	staff.New(staff.Rooms{Desk: h.desk, Auth: h.auth, Files: h.files, Health: asks.Health, Drill: asks.Drill,
		PDF: func(l letter.Letter) ([]byte, error) { return []byte("%PDF-1.7 " + l.Title), nil },
		Benefits: func(context.Context, string) ([]area.Benefit, error) {
			return []area.Benefit{{Title: "高龄津贴", Amount: 5000, From: "2025-01", State: "running"}}, nil
		},
		DemoAccounts: []staff.DemoAccount{{Login: "he", Password: password, Name: "何芳", Title: "柳溪街道 经办人"}},
		Changes:      h.changes, Follow: func(ctx context.Context) error { return h.desk.Services().Follow(ctx, h.desk.DB, h.changes) }}).Routes(s.Mux)
	front := httptest.NewServer(s)
	h.t.Cleanup(front.Close)
	h.url = front.URL
}

// staff are two clerks and a head of 柳溪街道, a clerk of 石桥镇, two officers
// of the county, and an administrator.
func (h *house) staff() {
	hash, err := h.auth.HashPassword(h.t.Context(), password)
	h.must(err)
	for _, one := range []struct{ login, name, role, region string }{
		{"he", "何芳", "township-clerk", liuxi}, {"gao", "高洁", "township-clerk", liuxi}, {"ding", "丁卫东", "township-head", liuxi},
		{"luo", "罗一鸣", "township-clerk", shiqiao}, {"zhou", "周敏", "county-officer", qingxi}, {"han", "韩雪", "county-officer", qingxi}, {"tang", "唐宁", "admin", qingxi},
	} {
		h.do(func(tx *db.Tx) error {
			id, err := auth.Add(h.t.Context(), tx, auth.NewAccount{Login: one.login, Name: one.name, Password: hash, Grants: []auth.Grant{{Role: one.role, Region: one.region}}})
			h.accounts[one.login] = id
			return err
		})
	}
}

func workers(ctx context.Context, r db.Reader, role, place string) ([]casework.Worker, error) {
	accounts, err := auth.StaffIn(ctx, r, role, place)
	var all []casework.Worker
	for _, a := range accounts {
		all = append(all, casework.Worker{ID: a.ID, Name: a.Name})
	}
	return all, err
}

func workerName(ctx context.Context, r db.Reader, id string) string {
	a, _ := auth.Find(ctx, r, id)
	return a.Name
}

func noEffect(context.Context, *db.Tx, casework.Effecting) error { return nil }

func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

func places() []region.Place {
	return []region.Place{
		{Code: "390000", Name: "示例省", Parent: region.Nation}, {Code: "390100", Name: "云岭市", Parent: "390000"},
		{Code: qingxi, Name: "清溪县", Parent: "390100"}, {Code: liuxi, Name: "柳溪街道", Parent: qingxi}, {Code: village, Name: "东门社区", Parent: liuxi},
		{Code: shiqiao, Name: "石桥镇", Parent: qingxi},
	}
}

// folder reads the service as data: the portal knows no area.
func (h *house) folder() []exchange.Source {
	var sources []exchange.Source
	sources, h.known = caseworktest.Folder(h.t, "../..", "assistance", "start-benefit", "weigh-appraisal")
	h.known.Roles["admin"] = "系统管理员"
	var err error
	h.service, err = catalog.Read(os.DirFS("../../areas/assistance/services/dibao"), "assistance", h.known)
	h.must(err)
	return sources
}

// answer is all departments: the tax office and the insurance tell different
// wages of whoever's name ends with 芬, and the bank does not answer about them.
func answer(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Name   string
		Fields []string
	}
	if json.NewDecoder(r.Body).Decode(&q) != nil {
		http.Error(w, "no question", http.StatusBadRequest)
		return
	}
	torn := strings.HasSuffix(q.Name, "芬")
	values := map[string]any{}
	switch r.URL.Path {
	case "/police/household":
		values = map[string]any{"local_hukou": true}
	case "/tax/income":
		if torn {
			values = map[string]any{"wage": 246000}
		}
	case "/hrss/insurance":
		if torn {
			values = map[string]any{"wage": 198000}
		}
	case "/bank/deposits":
		if torn {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
	}
	found := len(values) > 0
	json.NewEncoder(w).Encode(map[string]any{"found": found, "values": values})
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) do(fn func(tx *db.Tx) error) {
	h.t.Helper()
	h.must(h.desk.DB.Do(h.t.Context(), fn))
}

func (h *house) at(now time.Time) { h.now.Store(&now) }

// number is a valid citizen number of our fictional county.
func number(birth string, serial int) string {
	s := fmt.Sprintf("%s%s%03d", qingxi, birth, serial)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + string("10X98765432"[sum%11])
}

// apply opens a case of one person, with a husband where that is wanted, and
// has the departments asked.
func (h *house) apply(name, place string, husband bool) casework.Case {
	h.t.Helper()
	c := h.open(name, place, husband)
	h.must(h.queue.RunDue(h.t.Context()))
	c, err := casework.Find(h.t.Context(), h.desk.DB, c.ID)
	h.must(err)
	return c
}

func (h *house) open(name, place string, husband bool) (c casework.Case) {
	h.t.Helper()
	h.serial++
	now := h.desk.DB.Now()
	me := casework.Member{Key: "m1", Name: name, Number: number("19790610", h.serial), Relation: "本人", Birth: calendar.Date(1979, 6, 10), Consented: now, ConsentBy: "own"}
	a := casework.Application{Key: fmt.Sprint("test/", h.serial), Service: h.service, Region: place, Members: []casework.Member{me}, By: casework.Actor{Name: name, Role: "citizen"}}
	a.Facts = self("m1", now, h.wage)
	if husband {
		a.Members = append(a.Members, casework.Member{Key: "m2", Name: "王建军", Number: number("19800501", h.serial), Relation: "配偶", Birth: calendar.Date(1980, 5, 1)})
		a.Facts = append(a.Facts, self("m2", now, 0)...)
	}
	a.Facts = append(a.Facts, say("手机号", "", fact.TextOf("13812346217"), now), say("收款账户", "", fact.TextOf("6228480000001234567"), now), say("申请原因", "", fact.TextOf("丈夫病了，只有我一个人上班。"), now))
	h.do(func(tx *db.Tx) (err error) {
		a.Applicant, err = h.desk.People.Add(h.t.Context(), tx, people.Person{Name: name, Number: me.Number, Sex: "女", Birth: me.Birth, Region: place})
		if err != nil {
			return err
		}
		a.By.ID = string(a.Applicant)
		c, err = h.desk.OpenCase(h.t.Context(), tx, a)
		return err
	})
	return c
}

func say(name, about string, v fact.Value, at time.Time) fact.Statement {
	return fact.Statement{Name: name, About: about, Value: v, Source: "self", At: at.UTC()}
}

func self(about string, at time.Time, wage int64) []fact.Statement {
	all := []fact.Statement{say("共同生活", about, fact.BoolOf(true), at), say("患重病", about, fact.BoolOf(false), at), say("学业", about, fact.EnumOf("不在校"), at),
		say("工资收入", about, fact.MoneyOf(wage), at), say("房屋套数", about, fact.IntOf(0), at)}
	for _, name := range []string{"零工收入", "经营收入", "养老金", "赡养抚养费", "就业成本"} {
		all = append(all, say(name, about, fact.MoneyOf(0), at))
	}
	return all
}

// act does an act as somebody, past the pages.
func (h *house) act(c casework.Case, login, role, act, reason string) casework.Case {
	h.t.Helper()
	h.do(func(tx *db.Tx) (err error) {
		c, err = h.desk.Act(h.t.Context(), tx, casework.Doing{Case: c.ID, Act: act, Who: casework.Actor{ID: h.accounts[login], Name: login, Role: role}, Reason: reason})
		return err
	})
	return c
}

func (h *house) find(id casework.ID) casework.Case {
	h.t.Helper()
	c, err := casework.Find(h.t.Context(), h.desk.DB, id)
	h.must(err)
	return c
}
