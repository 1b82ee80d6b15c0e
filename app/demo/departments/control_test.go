package departments_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"minzheng/app/demo/county"
	"minzheng/app/demo/departments"
)

type standing struct {
	Source, Mode                                                   string
	Latency, Jitter, Errors, Asked, Found, Absent, Refused, Failed int
	Title, Department, Path                                        string
}

func standings(t *testing.T, h http.Handler) map[string]standing {
	t.Helper()
	w := get(h, "/control.json")
	var list []standing
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || w.Code != 200 {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	by := map[string]standing{}
	for _, s := range list {
		by[s.Source] = s
	}
	return by
}

func get(h http.Handler, to string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", to, nil))
	return w
}

func submit(h http.Handler, site string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/control", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", site)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestQuestionsAreCountedByWhatBecameOfThem(t *testing.T) {
	t.Parallel()
	h := quick()
	li, wang := ask(county.LiXiufen, "李秀芬", "wage"), ask(county.WangJianjun, "王建军", "wage")
	post(h, "/tax/income", li)
	post(h, "/tax/income", wang)
	delete(wang, "law")
	post(h, "/tax/income", wang)
	switchTo(t, h, `{"source":"tax.income","errors":100}`)
	post(h, "/tax/income", li)
	s := standings(t, h)["tax.income"]
	if s.Asked != 4 || s.Found != 1 || s.Absent != 1 || s.Refused != 1 || s.Failed != 1 {
		t.Errorf("got %+v, want one of each", s)
	}
	if other := standings(t, h)["hrss.insurance"]; other.Asked != 0 || other.Errors != 0 {
		t.Errorf("another source has %+v", other)
	}
}

func TestAllSourcesAreSwitchedAndRestoredTogether(t *testing.T) {
	t.Parallel()
	h := departments.New(sample(), now, slog.New(slog.DiscardHandler))
	switchTo(t, h, `{"source":"*","latency":0,"jitter":0,"mode":"hang"}`)
	for code, s := range standings(t, h) {
		if s.Latency != 0 || s.Jitter != 0 || s.Mode != "hang" {
			t.Errorf("%s: got %+v", code, s)
		}
	}
	switchTo(t, h, `{"source":"*","restore":true}`)
	for code, s := range standings(t, h) {
		if s.Latency != 20 || s.Jitter != 100 || s.Mode != "" || s.Errors != 0 {
			t.Errorf("%s: got %+v, want the natural state", code, s)
		}
	}
}

func TestAWrongChangeChangesNothing(t *testing.T) {
	t.Parallel()
	h := quick()
	for change, want := range map[string]int{
		`{"source":"*","latency":-1}`:                          422,
		`{"source":"*","errors":10,"latency":30001}`:           422,
		`{"source":"tax.income","errors":101}`:                 422,
		`{"source":"tax.income","errors":10,"mode":"explode"}`: 422,
		`{"source":"tax.refunds","errors":10}`:                 422,
		`{"errors":10}`:                                        422,
		`{"source":"*","error":10}`:                            400,
		`{"source":"*","errors":"10"}`:                         400,
		`{"source":"*","errors":10}trailing`:                   400,
		``:                                                     400,
	} {
		if w := post(h, "/control.json", []byte(change)); w.Code != want {
			t.Errorf("%s: got %d %s, want %d", change, w.Code, w.Body, want)
		}
	}
	for code, s := range standings(t, h) {
		if s.Errors != 0 || s.Latency != 0 || s.Mode != "" {
			t.Errorf("%s: got %+v", code, s)
		}
	}
}

func TestTheControlPageShowsAndSwitchesWithoutScript(t *testing.T) {
	t.Parallel()
	h := quick()
	w := submit(h, "same-origin", url.Values{"source": {"tax.income"}, "latency": {"7"}, "jitter": {"3"}, "errors": {"25"}, "mode": {"garbage"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/?done#tax.income" {
		t.Fatalf("got %d to %q", w.Code, w.Header().Get("Location"))
	}
	if s := standings(t, h)["tax.income"]; s.Latency != 7 || s.Jitter != 3 || s.Errors != 25 || s.Mode != "garbage" {
		t.Errorf("got %+v", s)
	}
	page := get(h, "/?done").Body.String()
	for _, want := range []string{"示例数据 · 部门模拟器", "税务 · 个人所得税申报", "车管 · 机动车登记", "改好了。", `value="25"`, `<option value="garbage" selected>`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if n := strings.Count(page, `<section class="card"`); n != len(all()) {
		t.Errorf("%d sources on the page, want %d", n, len(all()))
	}
	submit(h, "same-origin", url.Values{"source": {"*"}, "restore": {"1"}})
	if s := standings(t, h)["tax.income"]; s.Errors != 0 || s.Mode != "" {
		t.Errorf("after restoring: %+v", s)
	}
}

func TestAFormWithAProblemKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := quick()
	w := submit(h, "same-origin", url.Values{"source": {"tax.income"}, "latency": {"很久<b>"}, "jitter": {"5"}, "errors": {"0"}, "mode": {"hang"}})
	body := w.Body.String()
	if w.Code != 422 || !strings.Contains(body, "都要写整数") || !strings.Contains(body, `href="#tax.income"`) || !strings.Contains(body, "很久&lt;b&gt;") {
		t.Errorf("got %d", w.Code)
	}
	if s := standings(t, h)["tax.income"]; s.Mode != "" || s.Jitter != 0 {
		t.Errorf("half of it was done: %+v", s)
	}
}

func TestThePageLoadsNothingFromElsewhereAndHearsNoOtherSite(t *testing.T) {
	t.Parallel()
	h := quick()
	w := get(h, "/")
	if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'self'") {
		t.Errorf("policy %q", csp)
	}
	for _, no := range []string{"<script", "style=", "<style", "http:", "https:", "//"} {
		if strings.Contains(w.Body.String(), no) {
			t.Errorf("the page holds %q", no)
		}
	}
	if css := get(h, "/control.css"); css.Code != 200 || bytes.Contains(css.Body.Bytes(), []byte("url(")) {
		t.Errorf("the style sheet: %d", css.Code)
	}
	if w := submit(h, "cross-site", url.Values{"source": {"*"}, "mode": {"hang"}}); w.Code != http.StatusForbidden {
		t.Errorf("another site's form: got %d", w.Code)
	}
}

func TestNothingOfAPersonIsLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := departments.New(sample(), now, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), departments.Usual(departments.Trouble{}))
	q := ask(county.LiXiufen, "李秀芬", "wage")
	post(h, "/tax/income", q)
	delete(q, "law")
	post(h, "/tax/income", q)
	switchTo(t, h, `{"source":"tax.income","errors":1}`)
	if s := log.String(); !strings.Contains(s, "tax.income") || strings.Contains(s, county.LiXiufen) || strings.Contains(s, "李秀芬") {
		t.Errorf("the log says %s", s)
	}
}
