package citizen

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

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
	"minzheng/kernel/file"
	"minzheng/kernel/form"
	"minzheng/kernel/job"
	"minzheng/kernel/letter"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/secret"
	"minzheng/kernel/seen"
	"minzheng/kernel/web"
)

const (
	qingxi  = "390121"
	liuxi   = "390121001"
	village = "390121001001"
)

// house is a bureau with the 低保 folder behind the residents' portal.
type house struct {
	t     *testing.T
	desk  *casework.Desk
	queue *job.Queue
	now   atomic.Pointer[time.Time]
	url   string
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t}
	h.at("2026-03-02")
	clock := func() time.Time { return *h.now.Load() }
	d := dbtest.OpenAt(t, clock, job.Schema(), auth.Schema(), audit.Schema(), file.Schema(), people.Schema(), exchange.Schema(), notify.Schema(), casework.Schema(), seen.Schema())
	box, err := secret.Open(t.TempDir())
	h.must(err)
	days, err := calendar.National()
	h.must(err)
	places, err := region.New(region.Place{Code: "390000", Name: "示例省", Parent: region.Nation}, region.Place{Code: "390100", Name: "云岭市", Parent: "390000"},
		region.Place{Code: qingxi, Name: "清溪县", Parent: "390100"}, region.Place{Code: liuxi, Name: "柳溪街道", Parent: qingxi}, region.Place{Code: village, Name: "东门社区", Parent: liuxi})
	h.must(err)
	files, err := file.NewStore(t.TempDir(), box)
	h.must(err)
	door, err := auth.New(d, box, auth.Config{Codes: auth.OnScreen{}})
	h.must(err)
	sources, known := caseworktest.Folder(t, "../..", "assistance", "start-benefit", "weigh-appraisal")
	service, err := catalog.Read(os.DirFS("../../areas/assistance/services/dibao"), "assistance", known)
	h.must(err)
	departments := httptest.NewServer(http.HandlerFunc(answer))
	t.Cleanup(departments.Close)
	log := slog.New(slog.DiscardHandler)
	h.queue = job.NewQueue(d, log, 1)
	outbox := notify.New(d, box, map[string]notify.Channel{notify.SMS: notify.FileSink(t.TempDir(), "sms")})
	h.queue.Handle(notify.JobKind, outbox.Handler())
	h.desk = casework.New(casework.Rooms{DB: d, Box: box, People: people.New(box), Audit: audit.New(d, box), Calendar: days, Places: places,
		Exchange: exchange.New(exchange.Config{Gateway: departments.URL, Sources: sources, Now: d.Now}), Queue: h.queue, Files: files, Notify: outbox, Log: log,
		Office: casework.Office{Bureau: "清溪县民政局", Phone: "0390-0000-2301", Review: "清溪县人民政府", Court: "清溪县人民法院", BaseURL: "http://example.test"},
		Staff: func(context.Context, db.Reader, string, string) ([]casework.Worker, error) {
			return []casework.Worker{{ID: "he", Name: "何芳"}}, nil
		},
		Name: func(context.Context, db.Reader, string) string { return "何芳" },
	}, casework.NewShelf(known, []*catalog.Service{service}), map[string]casework.Effect{"start-benefit": noEffect})
	portal := New(Rooms{Desk: h.desk, Auth: door, Files: files, County: qingxi, Seen: seen.New(h.desk, seen.Rules{Staff: seen.NameWhole, Answer: 5, Lifted: 30, Own: []string{"inquiry"}, Rules: []seen.Rule{{Matter: []string{"*"}, Relation: []seen.Relation{seen.Own}, Show: seen.Full}}}, nil),
		PDF: func(l letter.Letter) ([]byte, error) { return []byte("%PDF-1.7 " + l.Title), nil },
		Benefits: func(context.Context, db.Reader, string) ([]area.Benefit, error) {
			return []area.Benefit{{Title: "高龄津贴", Amount: 5000, From: "2025-01", State: "running"}}, nil
		},
		Demo: []DemoPerson{{Number: number("19790610", 1), Name: "赵玉琴", Story: "一个人过"}}})
	s := web.New(web.Config{Bureau: "清溪县民政局", Demo: true, Session: door.Middleware, SignInURL: SignInURL, Elder: portal.KeepEdition, Now: clock})
	portal.Routes(s.Mux)
	h.do(func(tx *db.Tx) error {
		return h.desk.People.AddHousehold(t.Context(), tx, "hh", village, "文昌路 18 号")
	})
	front := httptest.NewServer(s)
	t.Cleanup(front.Close)
	h.url = front.URL
	return h
}

func noEffect(context.Context, *db.Tx, casework.Effecting) error { return nil }

// answer is all departments: 公安 knows everybody, the others nobody, and the
// bank is silent.
func answer(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/police/household":
		json.NewEncoder(w).Encode(map[string]any{"found": true, "values": map[string]any{"local_hukou": true}})
	case "/bank/deposits":
		http.Error(w, "no", http.StatusNotFound)
	default:
		json.NewEncoder(w).Encode(map[string]any{"found": false})
	}
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) do(fn func(tx *db.Tx) error) { h.t.Helper(); h.must(h.desk.DB.Do(h.t.Context(), fn)) }

func (h *house) at(day string) {
	h.t.Helper()
	d, err := calendar.Parse(day)
	h.must(err)
	now := d.Start().Add(9 * time.Hour)
	h.now.Store(&now)
}

func (h *house) jobs() { h.t.Helper(); h.must(h.queue.RunDue(h.t.Context())) }

func number(birth string, serial int) string {
	s := fmt.Sprintf("%s%s%03d", qingxi, birth, serial)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + string("10X98765432"[sum%11])
}

// visitor is somebody with a browser.
type visitor struct {
	h      *house
	client *http.Client
	me     people.Person
}

func (h *house) visitor() *visitor {
	jar, _ := cookiejar.New(nil)
	return &visitor{h: h, client: &http.Client{Jar: jar, Timeout: 10 * time.Second}}
}

// resident is somebody of the register who has signed in; all live together.
func (h *house) resident(name string, serial int) *visitor {
	h.t.Helper()
	v := h.visitor()
	v.me = people.Person{Name: name, Number: number("19790610", serial), Birth: calendar.Date(1979, 6, 10), Region: village, Household: "hh"}
	h.do(func(tx *db.Tx) (err error) {
		v.me.ID, err = h.desk.People.Add(h.t.Context(), tx, v.me)
		return err
	})
	v.signIn()
	return v
}

func (v *visitor) signIn() page {
	v.h.t.Helper()
	p := v.send("/sign-in", "number", v.me.Number)
	return v.send("/sign-in/code", "challenge", p.Find("input[name=challenge]").AttrOr("value", ""), "code", p.Find("[data-code]").Text())
}

// page is what came back.
type page struct {
	*goquery.Document
	status int
	path   string
	raw    string
}

func (v *visitor) get(path string) page {
	v.h.t.Helper()
	req, err := http.NewRequest(http.MethodGet, v.h.url+path, nil)
	v.h.must(err)
	return v.ask(req)
}

// send posts a form of names and values.
func (v *visitor) send(path string, pairs ...string) page {
	v.h.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	req, err := http.NewRequest(http.MethodPost, v.h.url+path, strings.NewReader(form.Encode()))
	v.h.must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.ask(req)
}

func (v *visitor) ask(req *http.Request) page {
	v.h.t.Helper()
	resp, err := v.client.Do(req)
	v.h.must(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	v.h.must(err)
	d, err := goquery.NewDocumentFromReader(strings.NewReader(string(b)))
	v.h.must(err)
	p := page{d, resp.StatusCode, resp.Request.URL.Path, string(b)}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		v.h.sound(req.Method+" "+p.path, p)
	}
	return p
}

// must checks the status and that the page says all words.
func (p page) must(t *testing.T, status int, words ...string) page {
	t.Helper()
	if p.status != status {
		t.Fatalf("%s answers %d, want %d:\n%s", p.path, p.status, status, squeeze(p.Find("main").Text()))
	}
	for _, w := range words {
		if !strings.Contains(squeeze(p.Text()), w) {
			t.Fatalf("%s does not say %q:\n%s", p.path, w, squeeze(p.Find("main").Text()))
		}
	}
	return p
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// sound checks what must hold of every page.
func (h *house) sound(name string, p page) {
	h.t.Helper()
	if n := p.Find("h1").Length(); n != 1 {
		h.t.Errorf("%s has %d h1, want 1", name, n)
	}
	if p.Find("html[lang]").Length() != 1 || squeeze(p.Find("title").Text()) == "" {
		h.t.Errorf("%s has no language or no title", name)
	}
	ids := map[string]int{}
	p.Find("[id]").Each(func(_ int, s *goquery.Selection) { ids[s.AttrOr("id", "")]++ })
	for id, n := range ids {
		if n > 1 {
			h.t.Errorf("%s has the id %s %d times", name, id, n)
		}
	}
	p.Find("input, textarea, select").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		switch kind := s.AttrOr("type", ""); {
		case kind == "hidden" || kind == "submit" || s.AttrOr("aria-label", "") != "" || s.Closest("label").Length() > 0:
		case id == "" || squeeze(p.Find(`label[for="`+id+`"]`).Text()) == "":
			html, _ := goquery.OuterHtml(s)
			h.t.Errorf("%s: no label for %s", name, html)
		}
	})
	p.Find("[role=alert] a").Each(func(_ int, s *goquery.Selection) {
		if to, ok := strings.CutPrefix(s.AttrOr("href", ""), "#"); !ok || ids[to] != 1 {
			h.t.Errorf("%s: the problem %q leads to %q, which is not there", name, s.Text(), s.AttrOr("href", ""))
		}
	})
	p.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Nodes[0].Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				h.t.Errorf("%s: <%s %s=%q> is inline", name, s.Nodes[0].Data, a.Key, a.Val)
			}
		}
	})
	if n := p.Find("style, script:not([src])").Length(); n > 0 {
		h.t.Errorf("%s has %d inline styles or scripts", name, n)
	}
}

// answers are what somebody types who is ill and alone.
func answers(more ...string) url.Values {
	v := url.Values{"phone": {"13800000000"}, "address": {"文昌路 18 号"}, "work": {"没有工作"}, "pension": {"0"}, "support": {"0"}, "deposits": {"1200"}, "houses": {"0"},
		"vehicle_value": {"0"}, "serious_illness": {"否"}, "schooling": {"不在校"}, "dwelling": {"自有住房"}, "reason": {"得了病，没法干活"}}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

// begin starts an application and returns the draft's address.
func (v *visitor) begin() string {
	v.h.t.Helper()
	p := v.send("/apply/dibao").must(v.h.t, 200)
	parts := strings.Split(p.path, "/")
	return "/draft/" + parts[2]
}

// answer sends the page of a question with what fits of the answers.
func (v *visitor) answer(base, key string, with url.Values) page {
	v.h.t.Helper()
	var pairs []string
	for name, values := range with {
		pairs = append(pairs, name, values[0])
	}
	return v.send(base+"/q/"+key, pairs...)
}

// finish answers everything that is open, up to the review.
func (v *visitor) finish(base string, with url.Values) page {
	v.h.t.Helper()
	v.send(base+"/household").must(v.h.t, 200)
	for _, key := range []string{"contact", "living/m1", "property/m1", "health/m1", "reason"} {
		v.answer(base, key, with).must(v.h.t, 200)
	}
	v.send(base+"/papers", "next", "1").must(v.h.t, 200)
	return v.get(base+"/review").must(v.h.t, 200)
}

// applied hands an application in and has the departments asked.
func (v *visitor) applied(with url.Values) casework.Case {
	v.h.t.Helper()
	base := v.begin()
	v.finish(base, with)
	v.send(base+"/review", "agree", "1", "declare", "1").must(v.h.t, 200, "已经交上去了")
	v.h.jobs()
	all, err := casework.Of(v.h.t.Context(), v.h.desk.DB, v.me.ID)
	v.h.must(err)
	return all[0]
}

// act does an act of staff, past the pages.
func (h *house) act(c casework.Case, act, who string, more ...form.Answer) casework.Case {
	h.t.Helper()
	h.do(func(tx *db.Tx) (err error) {
		actor := casework.Actor{ID: who, Name: who, Role: c.Role}
		if who == casework.System.ID {
			actor = casework.System
		}
		c, err = h.desk.Act(h.t.Context(), tx, casework.Doing{Case: c.ID, Act: act, Who: actor, Reason: "查过了", Lacks: []string{`<b>收入</b>的证明`}, Answers: more})
		return err
	})
	return c
}
