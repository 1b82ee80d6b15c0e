package public

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"minzheng/kernel/audit"
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
	"minzheng/kernel/web"
)

const (
	qingxi  = "390121"
	village = "390121001001"
)

// house is a bureau with the 低保 folder, at a time that the test moves.
type house struct {
	t    *testing.T
	desk *casework.Desk
	web  *web.Server
	now  time.Time
	from string // address that asks
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("", 8*3600)), from: "192.0.2.1:4000"}
	clock := func() time.Time { return h.now }
	d := dbtest.OpenAt(t, clock, job.Schema(), audit.Schema(), file.Schema(), people.Schema(), exchange.Schema(), notify.Schema(), casework.Schema())
	box, err := secret.Open(t.TempDir())
	h.must(err)
	days, err := calendar.National()
	h.must(err)
	places, err := region.New(places()...)
	h.must(err)
	store, err := file.NewStore(t.TempDir(), box)
	h.must(err)
	sources, known := caseworktest.Folder(t, "../..", "assistance", "start-benefit", "weigh-appraisal")
	service, err := catalog.Read(os.DirFS("../../areas/assistance/services/dibao"), "assistance", known)
	h.must(err)
	log := slog.New(slog.DiscardHandler)
	h.desk = casework.New(casework.Rooms{DB: d, Box: box, People: people.New(box), Audit: audit.New(d, box), Calendar: days, Places: places,
		Exchange: exchange.New(exchange.Config{Gateway: "http://127.0.0.1:1", Sources: sources, Now: d.Now}), Queue: job.NewQueue(d, log, 1),
		Files: store, Notify: notify.New(d, box, map[string]notify.Channel{}), Log: log,
		Office: casework.Office{Bureau: "清溪县民政局", Phone: "0390-0000-2301", Review: "清溪县人民政府", Court: "清溪县人民法院", BaseURL: "http://example.test"},
		Staff:  func(context.Context, db.Reader, string, string) ([]casework.Worker, error) { return nil, nil },
	}, casework.NewShelf(known, []*catalog.Service{service}), map[string]casework.Effect{"start-benefit": noEffect})
	h.web = web.New(web.Config{Bureau: "清溪县民政局", BureauPhone: "0390-0000-2301", Demo: true, Now: clock})
	New(Rooms{Desk: h.desk, County: qingxi, PDF: plainPDF}).Routes(h.web.Mux)
	return h
}

// plainPDF stands for the renderer of letters: it keeps the words.
func plainPDF(l letter.Letter) ([]byte, error) {
	out := []byte("%PDF-1.7 " + l.Title + "\n" + l.Foot)
	for _, b := range l.Blocks {
		out = append(out, "\n"+letter.Plain(b.Text)+" "+letter.Plain(b.Value)...)
	}
	return out, nil
}

func noEffect(context.Context, *db.Tx, casework.Effecting) error { return nil }

func places() []region.Place {
	return []region.Place{
		{Code: "390000", Name: "示例省", Parent: region.Nation}, {Code: "390100", Name: "云岭市", Parent: "390000"},
		{Code: qingxi, Name: "清溪县", Parent: "390100"}, {Code: "390122", Name: "望川县", Parent: "390100"},
		{Code: "390121001", Name: "柳溪街道", Parent: qingxi}, {Code: village, Name: "东门社区", Parent: "390121001"},
	}
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

// get asks for a page; send posts a form.
func (h *house) get(path string) (int, *goquery.Document) {
	return h.ask(httptest.NewRequest(http.MethodGet, path, nil))
}

func (h *house) send(path string, values url.Values) (int, *goquery.Document) {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.ask(r)
}

func (h *house) ask(r *http.Request) (int, *goquery.Document) {
	h.t.Helper()
	r.RemoteAddr = h.from
	w := httptest.NewRecorder()
	h.web.ServeHTTP(w, r)
	if to := w.Header().Get("Location"); to != "" {
		return h.get(to)
	}
	body, err := io.ReadAll(w.Body)
	h.must(err)
	if dir := os.Getenv("PAGES"); dir != "" && w.Code < 500 {
		name := strings.NewReplacer("/", "_", "?", "-").Replace(h.t.Name() + r.Method + r.URL.Path)
		h.must(os.WriteFile(filepath.Join(dir, name+".html"), body, 0o600))
	}
	page, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	h.must(err)
	if n := page.Find("h1").Length(); n != 1 {
		h.t.Errorf("%s %s has %d h1, want 1", r.Method, r.URL.Path, n)
	}
	return w.Code, page
}

// number is a citizen number of the unassigned province, with its check digit.
func number(born string, seq string) string {
	body := "390121" + born + seq
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(body[i]-'0') * w
	}
	return body + string("10X98765432"[sum%11])
}

// applies hands an application in and returns its case.
func (h *house) applies(name, seq string) casework.Case {
	h.t.Helper()
	p := people.Person{Name: name, Number: number("19790610", seq), Region: village}
	var c casework.Case
	h.do(func(tx *db.Tx) (err error) {
		if p.ID, err = h.desk.People.Add(h.t.Context(), tx, p); err != nil {
			return err
		}
		s, err := h.desk.Services().Find("dibao")
		if err != nil {
			return err
		}
		dr := casework.NewDraft(p, s, village)
		for _, t := range dr.Turns(s, calendar.DayOf(tx.Now)) {
			read, problems := form.Read(t.Page.Fields, answers(), tx.Now)
			if len(problems) > 0 {
				return problems
			}
			dr.Keep(t, read, true)
		}
		c, err = h.desk.HandIn(h.t.Context(), tx, dr, casework.Actor{ID: string(p.ID), Name: name, Role: "citizen"})
		return err
	})
	return c
}

func answers() url.Values {
	return url.Values{"phone": {"13800000000"}, "address": {"文昌路 18 号"}, "work": {"没有工作"}, "pension": {"0"}, "support": {"0"},
		"deposits": {"1200"}, "houses": {"0"}, "vehicle_value": {"0"}, "serious_illness": {"是"}, "schooling": {"不在校"}, "dwelling": {"租房"}, "reason": {"得了肝癌，没法干活"}}
}

// act does an act of the case's step.
func (h *house) act(c *casework.Case, act, who, reason string, more ...form.Answer) {
	h.t.Helper()
	actor := casework.Actor{ID: who, Name: who, Role: c.Role}
	if who == casework.System.ID {
		actor = casework.System
	}
	h.do(func(tx *db.Tx) (err error) {
		*c, err = h.desk.Act(h.t.Context(), tx, casework.Doing{Case: c.ID, Act: act, Who: actor, Reason: reason, Answers: more})
		return err
	})
}

// published brings a case as far as its public notice.
func (h *house) published(c casework.Case) casework.Case {
	h.t.Helper()
	h.act(&c, "accept", "clerk", "")
	for name, typed := range map[string]string{"本县户籍": "是", "服刑": "否", "已去世": "否", "残疾等级": "无", "基础养老金": "0"} {
		h.do(func(tx *db.Tx) error {
			v, err := catalog.ParseFact(h.desk.Services().Known().Dictionary.Find(name), typed)
			if err != nil {
				return err
			}
			return h.desk.Settle(h.t.Context(), tx, c.ID, casework.Settling{Fact: name, About: "m1", Value: v, Reason: "查过了", Who: casework.Actor{ID: "clerk"}})
		})
	}
	h.act(&c, "checked", "clerk", "")
	s, err := h.desk.Services().Find("dibao")
	h.must(err)
	read, problems := form.Read(s.Step("visit").Act("visited").Form, url.Values{"visited_on": {"2026-03-02"}, "visit_way": {"入户"}, "investigator_1": {"张三"},
		"investigator_2": {"李四"}, "visit_found": {"家里很困难"}, "visit_signed": {"是"}}, h.now)
	h.must(problems.Err())
	h.act(&c, "visited", "clerk", "", read...)
	h.act(&c, "propose", "head", "符合")
	return c
}

func (h *house) noticeOf(c casework.Case) casework.Notice {
	h.t.Helper()
	all, _, err := casework.Notices(h.t.Context(), h.desk.DB, qingxi, calendar.DayOf(h.now), 0, 100)
	h.must(err)
	for _, n := range all {
		if n.Case == c.ID {
			return n
		}
	}
	h.t.Fatal("the case has no notice")
	return casework.Notice{}
}

func text(page *goquery.Document) string {
	return strings.Join(strings.Fields(page.Find("main").Text()), " ")
}
