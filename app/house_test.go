package app_test

import (
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"minzheng/app"
	"minzheng/app/demo"
	"minzheng/app/demo/county"
	"minzheng/app/demo/departments"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db/dbtest"
)

// house is a whole bureau in a test: the very program with a clock of its own,
// the story's families, its staff, and the departments behind real HTTP.
type house struct {
	*app.App
	t           *testing.T
	server      *httptest.Server
	departments *httptest.Server
	mu          sync.Mutex
	now         time.Time
}

var shanghai = time.FixedZone("CST", 8*3600)

// engines runs a flow on both databases.
func engines(t *testing.T, flow func(t *testing.T, h *house)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); flow(t, open(t, app.Config{})) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); flow(t, open(t, app.Config{DSN: dbtest.DSN(t)})) })
}

func open(t *testing.T, c app.Config) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 3, 2, 9, 14, 0, 0, shanghai)}
	c.Now = func() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.now }
	c.Dir, c.Demo, c.Log = t.TempDir(), true, slog.New(slog.DiscardHandler)
	c.Auth.Codes = auth.OnScreen{}
	people := county.Generate(demo.Seed, calendar.DayOf(h.now))
	h.departments = httptest.NewServer(departments.New(people, c.Now, c.Log, departments.Usual(departments.Trouble{})))
	t.Cleanup(h.departments.Close)
	if c.Departments == "" {
		c.Departments = h.departments.URL
	}
	h.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.App.ServeHTTP(w, r) }))
	t.Cleanup(h.server.Close)
	for i := range c.Auth.OIDC {
		c.Auth.OIDC[i].Redirect = h.server.URL + "/sign-in/back/" + c.Auth.OIDC[i].Name
	}
	var err error
	if h.App, err = app.Open(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.App.Close() })
	if err := demo.Households(t.Context(), h.App, people, 9); err != nil {
		t.Fatal(err)
	}
	if err := demo.Staff(t.Context(), h.App); err != nil {
		t.Fatal(err)
	}
	return h
}

// later moves the clock and has everything done that has become due.
func (h *house) later(d time.Duration) {
	h.t.Helper()
	h.mu.Lock()
	h.now = h.now.Add(d)
	h.mu.Unlock()
	h.jobs()
}

func (h *house) jobs() {
	h.t.Helper()
	if err := h.Queue.RunDue(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// trouble switches a department.
func (h *house) trouble(body string) {
	h.t.Helper()
	resp, err := http.Post(h.departments.URL+"/control.json", "application/json", strings.NewReader(body))
	if err != nil || resp.StatusCode != http.StatusOK {
		h.t.Fatalf("switching a department: %v %v", err, resp)
	}
	resp.Body.Close()
}

// visitor is somebody with a browser.
type visitor struct {
	h      *house
	client *http.Client
}

func (h *house) visitor() *visitor {
	jar, _ := cookiejar.New(nil)
	return &visitor{h, &http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

// page is what came back.
type page struct {
	*goquery.Document
	status int
	path   string
	raw    string
}

func (v *visitor) do(req *http.Request) page {
	v.h.t.Helper()
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := v.client.Do(req)
	if err != nil {
		v.h.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		v.h.t.Fatal(err)
	}
	d, err := goquery.NewDocumentFromReader(strings.NewReader(string(b)))
	if err != nil {
		v.h.t.Fatal(err)
	}
	return page{d, resp.StatusCode, resp.Request.URL.Path, string(b)}
}

func (v *visitor) get(path string) page {
	v.h.t.Helper()
	req, err := http.NewRequest(http.MethodGet, v.h.server.URL+path, nil)
	if err != nil {
		v.h.t.Fatal(err)
	}
	return v.do(req)
}

// post sends a form; pairs are name, value.
func (v *visitor) post(path string, pairs ...string) page {
	v.h.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	req, err := http.NewRequest(http.MethodPost, v.h.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(req)
}

// must fails the test unless the page answers with a status and shows words.
func (p page) must(t *testing.T, status int, words ...string) page {
	t.Helper()
	text := p.Text()
	if p.status != status {
		t.Fatalf("%s answers %d, want %d:\n%s", p.path, p.status, status, squeeze(text))
	}
	for _, w := range words {
		if !strings.Contains(squeeze(text), squeeze(w)) {
			t.Fatalf("%s does not show %q:\n%s", p.path, w, squeeze(text))
		}
	}
	return p
}

func (p page) mustNot(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(p.raw, w) {
			t.Fatalf("%s shows %q", p.path, w)
		}
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// resident signs somebody in by number and the code on the screen.
func (h *house) resident(number string) *visitor {
	h.t.Helper()
	v := h.visitor()
	p := v.post("/sign-in", "number", number, "next", "/").must(h.t, http.StatusOK)
	challenge, _ := p.Find("[name=challenge]").Attr("value")
	v.post("/sign-in/code", "challenge", challenge, "code", p.Find("[data-code]").Text(), "next", "/").must(h.t, http.StatusOK)
	return v
}

// staff signs a member of staff in.
func (h *house) staff(login string) *visitor {
	h.t.Helper()
	v := h.visitor()
	v.post("/staff/sign-in", "login", login, "password", demo.Password).must(h.t, http.StatusOK, "待办")
	return v
}

// press fills in the form that holds the button with a title, and sends it as
// a browser would. pairs are field, value; a field may be named by its end.
func (v *visitor) press(p page, button string, pairs ...string) page {
	v.h.t.Helper()
	b := p.Find("form button").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return strings.HasPrefix(squeeze(s.Text()), button) && s.AttrOr("aria-disabled", "") != "true"
	}).First()
	if b.Length() == 0 {
		v.h.t.Fatalf("%s has no button %q:\n%s", p.path, button, squeeze(p.Text()))
	}
	form := b.Closest("form")
	values := filled(form)
	if name, ok := b.Attr("name"); ok {
		values.Set(name, b.AttrOr("value", ""))
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[v.named(form, pairs[i])] = []string{pairs[i+1]}
	}
	action := form.AttrOr("action", p.path)
	req := v.request(action, form.AttrOr("enctype", ""), values)
	return v.do(req)
}

// filled are the values of a form as it stands.
func filled(form *goquery.Selection) url.Values {
	values := url.Values{}
	form.Find("input, textarea, select").Each(func(_ int, s *goquery.Selection) {
		name, ok := s.Attr("name")
		if !ok {
			return
		}
		kind := s.AttrOr("type", "text")
		_, checked := s.Attr("checked")
		switch {
		case goquery.NodeName(s) == "textarea":
			values.Add(name, s.Text())
		case goquery.NodeName(s) == "select":
			values.Add(name, s.Find("option[selected]").AttrOr("value", s.Find("option").First().AttrOr("value", "")))
		case kind == "radio" || kind == "checkbox":
			if checked {
				values.Add(name, s.AttrOr("value", "on"))
			}
		case kind != "file":
			values.Add(name, s.AttrOr("value", ""))
		}
	})
	return values
}

func (v *visitor) named(form *goquery.Selection, field string) string {
	v.h.t.Helper()
	found := ""
	form.Find("[name]").Each(func(_ int, s *goquery.Selection) {
		if n := s.AttrOr("name", ""); n == field || strings.HasSuffix(n, "."+field) {
			found = n
		}
	})
	if found == "" {
		v.h.t.Fatalf("the form has no field %s", field)
	}
	return found
}

func (v *visitor) request(action, enctype string, values url.Values) *http.Request {
	v.h.t.Helper()
	body, kind := strings.NewReader(values.Encode()), "application/x-www-form-urlencoded"
	if enctype == "multipart/form-data" {
		var b strings.Builder
		m := multipart.NewWriter(&b)
		for name, all := range values {
			for _, one := range all {
				m.WriteField(name, one)
			}
		}
		m.Close()
		body, kind = strings.NewReader(b.String()), m.FormDataContentType()
	}
	req, err := http.NewRequest(http.MethodPost, v.h.server.URL+action, body)
	if err != nil {
		v.h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	return req
}

type selection = goquery.Selection
