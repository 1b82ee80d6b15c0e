package departments_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"minzheng/app/demo/county"
)

type told struct {
	Events []struct{ ID, Number, Kind, On string }
	Next   string
	More   bool
}

func feed(t *testing.T, h http.Handler, path string) (int, told) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	var got told
	if w.Code == http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
	}
	return w.Code, got
}

func TestAFeedTellsTheCountysDeathsAndGoesOnFromItsCursor(t *testing.T) {
	t.Parallel()
	h := quick()
	seen, after := map[string]bool{}, ""
	for range 50 {
		code, got := feed(t, h, "/feeds/civil.death?after="+after)
		if code != 200 {
			t.Fatalf("the feed answers %d", code)
		}
		for _, e := range got.Events {
			if seen[e.ID] || e.Kind != "death" || e.On > "2026-03-10" || e.On < "2026-01-01" {
				t.Errorf("it tells %+v", e)
			}
			seen[e.ID] = true
		}
		if after = got.Next; !got.More {
			break
		}
	}
	if len(seen) == 0 {
		t.Error("nobody has died in sixty days")
	}
	if _, got := feed(t, h, "/feeds/civil.death?after="+after); len(got.Events) != 0 || got.Next != after {
		t.Errorf("after its end it tells %+v", got)
	}
	for _, bad := range []string{"x", "-1"} {
		if code, _ := feed(t, h, "/feeds/civil.death?after="+bad); code != 400 {
			t.Errorf("after %s it answers %d, want 400", bad, code)
		}
	}
}

func TestWhatHappensToSomebodyIsToldAndAnswered(t *testing.T) {
	t.Parallel()
	h := quick()
	happen := func(body string) int { return post(h, "/happen.json", []byte(body)).Code }
	if code := happen(`{"source":"tax.income","number":"` + county.ZhaoYuqin + `","kind":"income","on":"2026-03-09","values":{"wage":123400}}`); code != 200 {
		t.Fatalf("a happening is answered %d", code)
	}
	if code := happen(`{"source":"tax.income","number":"` + county.ZhaoYuqin + `","kind":"","on":"2026-03-10","values":{"business_income":5}}`); code != 200 {
		t.Fatalf("a silent happening is answered %d", code)
	}
	if got := post(h, "/tax/income", ask(county.ZhaoYuqin, "赵玉琴", "wage", "business_income")).Body.String(); got != `{"found":true,"values":{"business_income":5,"wage":123400}}` {
		t.Errorf("the tax office says %s", got)
	}
	if _, got := feed(t, h, "/feeds/tax.income"); len(got.Events) != 1 || got.Events[0].Number != county.ZhaoYuqin || got.Next != "2" {
		t.Errorf("its feed tells %+v, want the one that is told", got)
	}
	for _, bad := range []string{`{}`, `{"source":"tax.income","number":"` + county.ZhaoYuqin + `","on":"soon"}`, `{"source":"nobody","number":"` + county.ZhaoYuqin + `","on":"2026-03-09"}`,
		`{"source":"tax.income","number":"1","on":"2026-03-09"}`, `{"source":"tax.income","extra":1}`} {
		if code := happen(bad); code < 400 {
			t.Errorf("%s is answered %d", bad, code)
		}
	}
	post(h, "/control.json", map[string]any{"source": "tax.income", "errors": 100})
	if code, _ := feed(t, h, "/feeds/tax.income"); code != 500 {
		t.Errorf("in trouble the feed answers %d, want 500", code)
	}
	if strings.Contains(post(h, "/happen.json", []byte(`{"source":"tax.income","number":"9","on":"2026-03-09"}`)).Body.String(), "9\"") {
		t.Error("a refusal repeats the number")
	}
}
