package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"minzheng/kernel/errs"
	"minzheng/kernel/web"
)

// journal is a log that several requests write at once.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func serve(t *testing.T) (*web.Server, *journal) {
	t.Helper()
	j := &journal{}
	s := web.New(web.Config{
		Bureau: "清溪县民政局", BureauPhone: "0571-0000-2301", Demo: true, MaxBody: 2048,
		Log:       slog.New(slog.NewJSONHandler(j, nil)),
		SignInURL: func(*http.Request) string { return "/sign-in" },
	})
	return s, j
}

// fails adds a route that returns err.
func fails(s *web.Server, pattern string, err error) {
	s.Handle(pattern, func(http.ResponseWriter, *http.Request) error { return err })
}

func send(h http.Handler, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func document(t *testing.T, w *httptest.ResponseRecorder) *goquery.Document {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEachKindOfErrorHasItsStatusAndIsToldInItsSentence(t *testing.T) {
	t.Parallel()
	var problems errs.Problems
	problems.Add("phone", "手机号要 11 位。")
	for _, c := range []struct {
		err    error
		status int
		kind   string
	}{
		{errs.New(errs.Invalid, "甲句"), 400, "invalid"},
		{problems, 422, "invalid"},
		{fmt.Errorf("outer: %w", errs.New(errs.NotFound, "乙句")), 404, "not-found"},
		{errs.New(errs.Forbidden, "丙句"), 403, "forbidden"},
		{errs.New(errs.Conflict, "丁句"), 409, "conflict"},
		{errs.New(errs.TooMany, "戊句"), 429, "too-many"},
		{errs.New(errs.TooLarge, "己句"), 413, "too-large"},
		{errs.New(errs.Busy, "庚句"), 503, "busy"},
		{fmt.Errorf("asking: %w", context.DeadlineExceeded), 503, "busy"},
		{errors.New("辛的细节"), 500, "fault"},
	} {
		s, _ := serve(t)
		fails(s, "GET /x", c.err)
		fails(s, "GET /api/x", c.err)
		page := send(s, "GET", "/x", "")
		if page.Code != c.status || strings.Contains(page.Body.String(), "辛的细节") {
			t.Errorf("%v: got status %d, want %d, and no detail", c.err, page.Code, c.status)
		}
		d := document(t, page)
		if said := d.Find("main .z-lead").Text(); c.kind != "fault" && c.kind != "busy" && said != errs.Sentence(c.err) {
			t.Errorf("%v: the page says %q", c.err, said)
		}
		if d.Find("h1").Length() != 1 {
			t.Errorf("%v: the page has %d h1, want 1", c.err, d.Find("h1").Length())
		}
		for _, w := range []*httptest.ResponseRecorder{send(s, "GET", "/api/x", ""), send(s, "GET", "/x", "", "Accept", "application/json, text/html;q=0.5")} {
			var m struct {
				Kind, Sentence string
				Problems       errs.Problems
			}
			if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil || w.Code != c.status || m.Kind != c.kind || m.Sentence == "" {
				t.Errorf("%v: JSON is %d %+v (%v), want %d %s", c.err, w.Code, m, err, c.status, c.kind)
			}
		}
	}
}

func TestABrowserGetsPagesAndNotJSON(t *testing.T) {
	t.Parallel()
	s, _ := serve(t)
	w := send(s, "GET", "/nowhere", "", "Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	if kind := w.Header().Get("Content-Type"); w.Code != 404 || kind != "text/html; charset=utf-8" {
		t.Fatalf("got %d %s, want a page", w.Code, kind)
	}
}

func TestAPanicBecomesAPageWithAReferenceAndTheDetailStaysInTheLog(t *testing.T) {
	t.Parallel()
	s, j := serve(t)
	s.Handle("GET /x/{id}", func(http.ResponseWriter, *http.Request) error { panic("内部细节") })
	w := send(s, "GET", "/x/310101199001011234?name=李秀芬", "")
	d := document(t, w)
	ref := d.Find("main b").First().Text()
	if w.Code != 500 || strings.Contains(d.Text(), "内部细节") || len(ref) != 8 {
		t.Fatalf("got %d, reference %q: %s", w.Code, ref, d.Find("main").Text())
	}
	logged := j.String()
	if !strings.Contains(logged, ref) || !strings.Contains(logged, "内部细节") || !strings.Contains(logged, `"route":"GET /x/{id}"`) {
		t.Errorf("the log lacks the fault, its reference or its route:\n%s", logged)
	}
	if strings.Contains(logged, "310101199001011234") || strings.Contains(logged, "李秀芬") {
		t.Errorf("the log holds the address:\n%s", logged)
	}
}

func TestNothingInlineMayRunAndNoOtherSiteMayFrameUs(t *testing.T) {
	t.Parallel()
	s, _ := serve(t)
	s.Handle("GET /paper", func(w http.ResponseWriter, r *http.Request) error {
		web.Framable(w)
		w.Write([]byte("%PDF"))
		return nil
	})
	for path, frame := range map[string]string{"/nowhere": "frame-ancestors 'none'", "/paper": "frame-ancestors 'self'"} {
		w := send(s, "GET", path, "")
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'self'") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, frame) {
			t.Errorf("%s: policy is %q", path, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if w.Header().Get("Permissions-Policy") == "" {
			t.Errorf("%s: no Permissions-Policy", path)
		}
	}
}

func TestARequestThatAnotherSiteMakesIsRefused(t *testing.T) {
	t.Parallel()
	s, _ := serve(t)
	done := 0
	s.Handle("POST /act", func(w http.ResponseWriter, r *http.Request) error { done++; return nil })
	if w := send(s, "POST", "/act", "", "Sec-Fetch-Site", "same-origin"); w.Code != 200 || done != 1 {
		t.Fatalf("own request: got %d, done %d times", w.Code, done)
	}
	for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://elsewhere.example"}} {
		w := send(s, "POST", "/act", "", headers...)
		if body := w.Body.String(); w.Code != 403 || done != 1 || !strings.Contains(body, "这个请求不是从本站页面发出的") {
			t.Errorf("%v: got %d, done %d times: %s", headers, w.Code, done, body)
		}
	}
}

func TestMoreThanTheLimitIsRefusedHoweverItIsSent(t *testing.T) {
	t.Parallel()
	s, _ := serve(t)
	read := func(w http.ResponseWriter, r *http.Request) error {
		form, err := web.Form(r)
		if err != nil {
			return err
		}
		fmt.Fprint(w, len(form.Get("a")))
		return nil
	}
	s.Handle("POST /form", read)
	s.HandleLimit("POST /upload", 8192, read)
	form := func(n int) string { return "a=" + strings.Repeat("x", n) }
	kind := []string{"Content-Type", "application/x-www-form-urlencoded"}
	if w := send(s, "POST", "/form", form(2000), kind...); w.Body.String() != "2000" {
		t.Errorf("within the limit: got %d %s", w.Code, w.Body)
	}
	if w := send(s, "POST", "/upload", form(8000), kind...); w.Body.String() != "8000" {
		t.Errorf("within the larger limit: got %d %s", w.Code, w.Body)
	}
	if w := send(s, "POST", "/form", form(3000), kind...); w.Code != 413 || !strings.Contains(w.Body.String(), "最多 2 KB") {
		t.Errorf("with a length: got %d %s", w.Code, w.Body)
	}
	r := httptest.NewRequest("POST", "/form", io.MultiReader(strings.NewReader(form(3000)))) // no length known
	r.ContentLength = -1
	r.Header.Set(kind[0], kind[1])
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != 413 {
		t.Errorf("without a length: got %d, want 413", w.Code)
	}
}

func TestTextThatNoDatabaseTakesIsRefused(t *testing.T) {
	t.Parallel()
	s, _ := serve(t)
	s.Handle("POST /form", func(w http.ResponseWriter, r *http.Request) error {
		_, err := web.Form(r)
		return err
	})
	for body, want := range map[string]int{"a=%E6%9D%8E": 200, "a=%00": 400, "a=%ff": 400, "%ff=a": 400, "a=%zz": 400} {
		if w := send(s, "POST", "/form", body, "Content-Type", "application/x-www-form-urlencoded"); w.Code != want {
			t.Errorf("%s: got %d, want %d", body, w.Code, want)
		}
	}
}

func FuzzForm(f *testing.F) {
	f.Add("a=1&b=%00", "application/x-www-form-urlencoded")
	f.Add("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n", "multipart/form-data; boundary=x")
	f.Fuzz(func(t *testing.T, body, kind string) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header["Content-Type"] = []string{kind}
		form, err := web.Form(r)
		if err != nil && errs.KindOf(err) != errs.Invalid {
			t.Fatalf("got an error without a kind: %v", err)
		}
		for _, values := range form {
			if strings.ContainsRune(strings.Join(values, ""), 0) {
				t.Fatal("a NUL came through")
			}
		}
	})
}

func TestLargePagesArePackedForThoseWhoTakeIt(t *testing.T) {
	t.Parallel()
	s, _ := serve(t)
	long := strings.Repeat("低保申请办理进度。", 400)
	s.Handle("GET /long", func(w http.ResponseWriter, r *http.Request) error { return web.Render(w, r, templ.Raw(long)) })
	s.Handle("GET /short", func(w http.ResponseWriter, r *http.Request) error { return web.Render(w, r, templ.Raw("短")) })
	w := send(s, "GET", "/long", "", "Accept-Encoding", "br, gzip")
	z, err := gzip.NewReader(w.Body)
	if err != nil || w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("not packed: %v %v", err, w.Header())
	}
	if got, err := io.ReadAll(z); err != nil || string(got) != long {
		t.Fatalf("unpacked %d bytes (%v), want %d", len(got), err, len(long))
	}
	for path, accept := range map[string]string{"/long": "gzip;q=0, identity", "/short": "gzip"} {
		if w := send(s, "GET", path, "", "Accept-Encoding", accept); w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s with %q is packed", path, accept)
		}
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control is %q", got)
	}
}

func TestAPageThatFailsHalfwayIsAFaultAndNotHalfAPage(t *testing.T) {
	t.Parallel()
	s, _ := serve(t)
	s.Handle("GET /x", func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			io.WriteString(w, "上半页")
			return errors.New("broken")
		}))
	})
	if w := send(s, "GET", "/x", ""); w.Code != 500 || strings.Contains(w.Body.String(), "上半页") {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
}

func TestWhoIsNotSignedInIsSentToSignInOnlyWhenReading(t *testing.T) {
	t.Parallel()
	s, _ := serve(t)
	fails(s, "/my", errs.New(errs.SignIn, "请先登录。"))
	fails(s, "/api/my", errs.New(errs.SignIn, "请先登录。"))
	if w := send(s, "GET", "/my", ""); w.Code != 303 || w.Header().Get("Location") != "/sign-in" {
		t.Errorf("reading: got %d %s", w.Code, w.Header().Get("Location"))
	}
	w := send(s, "POST", "/my", "")
	if link := document(t, w).Find(`main a[href="/sign-in"]`); w.Code != 401 || link.Length() != 1 {
		t.Errorf("writing: got %d with %d links, want 401 with one", w.Code, link.Length())
	}
	if w := send(s, "GET", "/api/my", ""); w.Code != 401 {
		t.Errorf("a program: got %d, want 401", w.Code)
	}
}

func TestAddressesThatAreNotThereGetAPageOfOurs(t *testing.T) {
	t.Parallel()
	s, _ := serve(t)
	s.Handle("GET /only/{$}", func(w http.ResponseWriter, r *http.Request) error { return nil })
	if w := send(s, "GET", "/nowhere", ""); w.Code != 404 || !strings.Contains(w.Body.String(), "没有这个页面") {
		t.Errorf("got %d", w.Code)
	}
	if w := send(s, "POST", "/only/", ""); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" || !strings.Contains(w.Body.String(), "<h1>") {
		t.Errorf("got %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	if w := send(s, "GET", "/only//", ""); w.Header().Get("Location") != "/only/" {
		t.Errorf("an untidy address: got %d to %q", w.Code, w.Header().Get("Location"))
	}
}

func TestLargePrintIsRememberedAndLeadsBackToOurOwnPagesOnly(t *testing.T) {
	t.Parallel()
	s, _ := serve(t)
	s.Handle("GET /here", func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, web.CitizenFrame(web.PageFor(r, "这里")))
	})
	s.Handle("POST /form", func(w http.ResponseWriter, r *http.Request) error { return nil })
	for from, want := range map[string]string{
		"http://example.com/here?page=2": "/here?page=2", "https://elsewhere.example/here": "/",
		"http://example.com/form": "/", "http://example.com//elsewhere.example": "/", "": "/",
	} {
		w := send(s, "POST", "/elder", "on=1", "Content-Type", "application/x-www-form-urlencoded", "Referer", from)
		c := w.Result().Cookies()
		if w.Code != 303 || w.Header().Get("Location") != want || len(c) != 1 || c[0].Value != "1" || c[0].MaxAge < 360*24*3600 {
			t.Errorf("from %q: got %d to %q with %v, want %q", from, w.Code, w.Header().Get("Location"), c, want)
		}
	}
	d := document(t, send(s, "GET", "/here", "", "Cookie", "elder=1"))
	if d.Find("html.elder").Length() != 1 || d.Find("[data-say]").Length() != 1 || d.Find(`.z-aloud a[href="tel:057100002301"]`).Length() != 1 {
		t.Error("large print lacks its class, its reading button or its phone button")
	}
}

func TestEveryFileThatAPageAsksForIsThereAndMayBeKeptForEver(t *testing.T) {
	t.Parallel()
	s, _ := serve(t)
	d := document(t, send(s, "GET", "/nowhere", ""))
	n := 0
	d.Find("script[src], link[href], use[href]").Each(func(_ int, e *goquery.Selection) {
		n++
		at := e.AttrOr("src", e.AttrOr("href", ""))
		at, _, _ = strings.Cut(at, "#")
		for _, accept := range []string{"", "gzip"} {
			w := send(s, "GET", at, "", "Accept-Encoding", accept)
			if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Encoding") != accept || w.Body.Len() == 0 {
				t.Errorf("%s with %q: got %d %v", at, accept, w.Code, w.Header())
			}
		}
	})
	if n < 5 {
		t.Errorf("only %d files are asked for", n)
	}
	if w := send(s, "GET", "/assets/manifest.json", ""); w.Code != 404 {
		t.Errorf("the list is served: %d", w.Code)
	}
}
