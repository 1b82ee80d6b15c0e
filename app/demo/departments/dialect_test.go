package departments_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"minzheng/app/demo/county"
	"minzheng/app/demo/departments"
	"minzheng/kernel/exchange"
)

// spoken are sources that are spoken to in each tongue.
func spoken(dir string) []exchange.Source {
	return []exchange.Source{
		{Code: "tif", Title: "甲", Department: "税务", Vouches: "tax", Adapter: exchange.Gateway, Path: "/tif/tax/income", Within: 2000, Client: "minzheng", Fields: []string{"wage", "business_income"}},
		{Code: "road", Title: "乙", Department: "税务", Vouches: "tax", Adapter: exchange.XRoad, Path: "/r1/DEMO/GOV/tax/registry/income/v1", Within: 2000, Client: departments.DemoMember},
		{Code: "fhir", Title: "丙", Department: "卫健", Vouches: "tax", Adapter: exchange.FHIR, Path: "/fhir", Within: 2000, Service: "urn:minzheng:demo|ability-assessment", Fields: []string{"assessed", "assessed_on"}},
		{Code: "tax.income", Title: "丁", Department: "税务", Vouches: "tax", Adapter: exchange.Drop, Path: "/", Address: dir, Within: 2000},
	}
}

func tongues(t *testing.T, dir string, wall func() time.Time) (http.Handler, *exchange.Exchange) {
	t.Helper()
	h, url := gateway(t)
	return h, exchange.New(exchange.Config{Gateway: url, Sources: spoken(dir), Now: now, Wall: wall, Tokens: map[string]string{"tif": departments.DemoToken}})
}

func about(source, number, name string, fields ...string) exchange.Question {
	return exchange.Question{Source: source, Subject: "case/1", Number: number, Name: name, County: "390121", Fields: fields, Actor: "system", Purpose: "核对收入", Law: "社会救助法 第41条"}
}

func TestEachTongueTellsFoundFromAbsent(t *testing.T) {
	t.Parallel()
	_, x := tongues(t, t.TempDir(), now)
	for _, c := range []struct {
		q     exchange.Question
		want  exchange.Outcome
		guard exchange.Guard
		value string
	}{
		{about("tif", county.LiXiufen, "李秀芬", "wage"), exchange.Found, exchange.Token, "246000"},
		{about("tif", county.ChenDashan, "陈大山", "wage"), exchange.Absent, exchange.Token, ""},
		{about("road", county.LiXiufen, "李秀芬", "wage"), exchange.Found, exchange.Hashed, "246000"},
		{about("road", county.ChenDashan, "陈大山", "wage"), exchange.Absent, exchange.Hashed, ""},
		{about("fhir", county.HeSuzhen, "何素珍", "assessed", "assessed_on"), exchange.Found, exchange.Plain, "true"},
		{about("fhir", county.LiXiufen, "李秀芬", "assessed"), exchange.Absent, exchange.Plain, ""},
	} {
		a := one(x, t, c.q)
		if a.Outcome != c.want || a.Guard != c.guard || string(a.Values[c.q.Fields[0]]) != c.value {
			t.Errorf("%s: got %s (%s) %q guarded by %q, want %s %q by %q", c.q.Source, a.Outcome, a.Cause, a.Values[c.q.Fields[0]], a.Guard, c.want, c.value, c.guard)
		}
		if a.Outcome == exchange.Found && len(a.Values) != len(c.q.Fields) {
			t.Errorf("%s: %d values for %d fields", c.q.Source, len(a.Values), len(c.q.Fields))
		}
	}
}

func TestAGatewaysOwnRefusalIsNoOutage(t *testing.T) {
	t.Parallel()
	_, url := gateway(t)
	x := exchange.New(exchange.Config{Gateway: url, Sources: spoken(t.TempDir()), Now: now, Wall: now, Tokens: map[string]string{"tif": "wrong"}})
	if a := one(x, t, about("tif", county.LiXiufen, "李秀芬", "wage")); a.Outcome != exchange.Garbled || a.Cause != exchange.Refused {
		t.Errorf("a wrong token: %s (%s)", a.Outcome, a.Cause)
	}
	_, x = tongues(t, t.TempDir(), func() time.Time { return now().Add(181 * time.Second) })
	if a := one(x, t, about("tif", county.LiXiufen, "李秀芬", "wage")); a.Cause != exchange.Refused {
		t.Errorf("three minutes off: %s (%s)", a.Outcome, a.Cause)
	}
}

func TestXRoadTellsAnErrorOnTheWayFromARefusal(t *testing.T) {
	t.Parallel()
	_, url := gateway(t)
	sources := spoken(t.TempDir())
	sources[1].Client = "DEMO/GOV/other/else"
	x := exchange.New(exchange.Config{Gateway: url, Sources: sources, Now: now})
	if a := one(x, t, about("road", county.LiXiufen, "李秀芬", "wage")); a.Outcome != exchange.Silent || a.Cause != exchange.Down {
		t.Errorf("an error of the security server: %s (%s)", a.Outcome, a.Cause)
	}
	_, x = tongues(t, t.TempDir(), now)
	if a := one(x, t, about("road", county.LiXiufen, "李秀芬", "houses")); a.Outcome != exchange.Garbled || a.Cause != exchange.Refused {
		t.Errorf("a field that it has not: %s (%s)", a.Outcome, a.Cause)
	}
}

func TestAnXRoadAnswerToAnotherQuestionIsNotTaken(t *testing.T) {
	t.Parallel()
	h, _ := gateway(t)
	for name, f := range map[string]func(http.Header){
		"another hash":    func(h http.Header) { h.Set("X-Road-Request-Hash", "AAAA") },
		"another number":  func(h http.Header) { h.Set("X-Road-Id", "1") },
		"another service": func(h http.Header) { h.Set("X-Road-Service", "DEMO/GOV/bank/registry/deposits") },
		"no number of it": func(h http.Header) { h.Del("X-Road-Request-Id") },
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			f(rec.Header())
			for name, v := range rec.Header() {
				w.Header()[name] = v
			}
			w.Write(rec.Body.Bytes())
		}))
		x := exchange.New(exchange.Config{Gateway: s.URL, Sources: spoken(t.TempDir()), Now: now})
		if a := one(x, t, about("road", county.LiXiufen, "李秀芬", "wage")); a.Cause != exchange.Unsigned {
			t.Errorf("%s: %s (%s)", name, a.Outcome, a.Cause)
		}
		s.Close()
	}
}

func TestAReportThatHoldsAResultIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	h, _ := gateway(t)
	for name, member := range map[string]any{"result": []any{map[string]string{"reference": "Observation/1"}}, "conclusion": "…", "presentedForm": []any{}, "contained": []any{}, "text": map[string]string{"div": "…"}} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			var b struct {
				ResourceType, Type string
				Entry              []struct{ Resource map[string]any }
			}
			json.Unmarshal(rec.Body.Bytes(), &b)
			b.Entry[0].Resource[name] = member
			json.NewEncoder(w).Encode(map[string]any{"resourceType": b.ResourceType, "type": b.Type, "entry": []any{map[string]any{"resource": b.Entry[0].Resource}}})
		}))
		x := exchange.New(exchange.Config{Gateway: s.URL, Sources: spoken(t.TempDir()), Now: now})
		if a := one(x, t, about("fhir", county.HeSuzhen, "何素珍", "assessed")); a.Outcome != exchange.Garbled || len(a.Values) > 0 {
			t.Errorf("with %s: %s", name, a.Outcome)
		}
		s.Close()
	}
}

func TestFilesAreAskedOnceAndAnsweredWhenTheyCome(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, x := tongues(t, dir, now)
	questions := []exchange.Question{about("tax.income", county.LiXiufen, "李秀芬", "wage"), about("tax.income", county.ChenDashan, "陈大山", "wage", "business_income")}
	for range 3 {
		for _, a := range x.Ask(t.Context(), questions) {
			if a.Outcome != exchange.Silent || a.Cause != exchange.Pending {
				t.Fatalf("before the file: %s (%s)", a.Outcome, a.Cause)
			}
		}
	}
	if err := departments.AnswerFiles(sample(), dir); err != nil {
		t.Fatal(err)
	}
	got := x.Ask(t.Context(), questions)
	if got[0].Outcome != exchange.Found || string(got[0].Values["wage"]) != "246000" || len(got[0].Values) != 1 || got[1].Outcome != exchange.Absent {
		t.Fatalf("after it: %s %v, %s (%s)", got[0].Outcome, got[0].Values, got[1].Outcome, got[1].Cause)
	}
	if h := x.Health(); h[3].Resting {
		t.Error("a source that answers by file is left in peace")
	}
}

func TestAClaimIsMatchedWithoutAValueGoingOut(t *testing.T) {
	t.Parallel()
	w := signedWire(t)
	x := w.client(now)
	claim := func(source string, claims map[string]json.RawMessage) exchange.Answer {
		q := about(source, county.LiXiufen, "李秀芬")
		q.Claims = claims
		return one(x, t, q)
	}
	a := claim("police.household", map[string]json.RawMessage{"birth": json.RawMessage(`"1980-01-15"`), "sex": json.RawMessage(`"女"`)})
	if a.Outcome != exchange.Match || len(a.Values) > 0 {
		t.Errorf("what is so: %s (%s) with %v", a.Outcome, a.Cause, a.Values)
	}
	a = claim("police.household", map[string]json.RawMessage{"birth": json.RawMessage(`"1981-01-15"`), "sex": json.RawMessage(`"女"`)})
	if a.Outcome != exchange.Mismatch || len(a.Differs) != 1 || a.Differs[0] != "birth" {
		t.Errorf("what is not: %s, %v differs", a.Outcome, a.Differs)
	}
	if a := claim("civil.marriage", map[string]json.RawMessage{"marital": json.RawMessage(`"未婚"`)}); a.Outcome != exchange.Mismatch {
		t.Errorf("a married person claimed to be single: %s", a.Outcome)
	}
	for _, b := range w.bodies {
		if bytes.Contains(b, []byte("246000")) {
			t.Error("a value went out")
		}
	}
}

func TestTheDepartmentHoldsQuestionsAgainstItsOwnCopyOfTheMatrix(t *testing.T) {
	t.Parallel()
	h := departments.New(sample(), now, slog.New(slog.DiscardHandler), departments.Usual(departments.Trouble{}), departments.Agreed([]departments.Agreement{
		{Source: "tax.income", Purpose: "核对收入", Law: "社会救助法 第41条", Fields: []string{"wage"}}}))
	q := ask(county.LiXiufen, "李秀芬", "wage")
	if got := post(h, "/tax/income", q); got.Code != 200 {
		t.Fatalf("what is agreed: %d %s", got.Code, got.Body)
	}
	for member, v := range map[string]any{"fields": []string{"wage", "business_income"}, "purpose": "看看", "law": "社会救助法 第42条"} {
		bad := ask(county.LiXiufen, "李秀芬", "wage")
		bad[member] = v
		if got := post(h, "/tax/income", bad); got.Code != 403 {
			t.Errorf("with %s %v: %d", member, v, got.Code)
		}
	}
}
