package departments_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"minzheng/app/demo/county"
	"minzheng/app/demo/departments"
	"minzheng/kernel/exchange"
)

// gateway serves quick departments over a real connection.
func gateway(t *testing.T) (http.Handler, string) {
	t.Helper()
	h := quick()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return h, s.URL
}

// client asks at the gateway's address and waits as long as within says.
func client(t *testing.T, url string, within time.Duration) *exchange.Exchange {
	t.Helper()
	sources := registered(t)
	for i := range sources {
		sources[i].Within = int(within.Milliseconds())
	}
	return exchange.New(exchange.Config{Gateway: url, Sources: sources, Now: now})
}

func question(source, number, name string) exchange.Question {
	return exchange.Question{Source: source, Subject: "case/1", Number: number, Name: name, County: "390121", Fields: all()[source],
		Actor: "system", Purpose: "核对收入", Law: "社会救助法 第41条"}
}

func switchTo(t *testing.T, h http.Handler, change string) {
	t.Helper()
	if w := post(h, "/control.json", []byte(change)); w.Code != 200 {
		t.Fatalf("%s: got %d %s", change, w.Code, w.Body)
	}
}

func TestTheProductsOwnClientUnderstandsEverySource(t *testing.T) {
	t.Parallel()
	_, url := gateway(t)
	var questions []exchange.Question
	for source := range all() {
		questions = append(questions, question(source, county.LiXiufen, "李秀芬"))
	}
	found := 0
	for _, a := range client(t, url, 3*time.Second).Ask(t.Context(), questions) {
		switch a.Outcome {
		case exchange.Found:
			found++
			if len(a.Values) == 0 {
				t.Errorf("%s found her and tells nothing", a.Source.Code)
			}
		case exchange.Absent:
		default:
			t.Errorf("%s: %s", a.Source.Code, a.Outcome)
		}
		if a.Source.Code == "tax.income" && string(a.Values["wage"]) != "246000" {
			t.Errorf("税务 tells %s", a.Values["wage"])
		}
	}
	if found != 6 {
		t.Errorf("%d sources found her, want 6", found)
	}
}

func TestTroubleReachesTheClientAsItsOutcome(t *testing.T) {
	t.Parallel()
	for change, want := range map[string]exchange.Outcome{
		`"mode":"hang"`:    exchange.Silent,
		`"mode":"reset"`:   exchange.Silent,
		`"errors":100`:     exchange.Silent,
		`"latency":5000`:   exchange.Silent,
		`"mode":"garbage"`: exchange.Garbled,
		`"mode":""`:        exchange.Found,
		`"latency":30`:     exchange.Found,
	} {
		t.Run(change, func(t *testing.T) {
			t.Parallel()
			h, url := gateway(t)
			switchTo(t, h, `{"source":"tax.income",`+change+`}`)
			x := client(t, url, time.Second)
			began := time.Now()
			answers := x.Ask(t.Context(), []exchange.Question{question("tax.income", county.LiXiufen, "李秀芬"), question("hrss.insurance", county.LiXiufen, "李秀芬")})
			if answers[0].Outcome != want || answers[1].Outcome != exchange.Found {
				t.Errorf("got %s and %s, want %s and found", answers[0].Outcome, answers[1].Outcome, want)
			}
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("the client was held for %v", took)
			}
		})
	}
}

func TestGarbageIsNeverTakenForAnAnswer(t *testing.T) {
	t.Parallel()
	h, url := gateway(t)
	switchTo(t, h, `{"source":"*","mode":"garbage"}`)
	for range 5 {
		x := client(t, url, 3*time.Second)
		for source := range all() {
			if a := x.Ask(t.Context(), []exchange.Question{question(source, county.LiXiufen, "李秀芬")})[0]; a.Outcome != exchange.Garbled && !resting(x, source) {
				t.Fatalf("%s: %s", source, a.Outcome)
			}
		}
	}
}

func resting(x *exchange.Exchange, source string) bool {
	for _, h := range x.Health() {
		if h.Code == source {
			return h.Resting
		}
	}
	return false
}

func TestErrorsComeAsOftenAsSwitched(t *testing.T) {
	t.Parallel()
	h := quick()
	switchTo(t, h, `{"source":"tax.income","errors":30}`)
	failed, q := 0, ask(county.LiXiufen, "李秀芬", "wage")
	for range 2000 {
		if w := post(h, "/tax/income", q); w.Code == 500 {
			failed++
		}
	}
	if failed < 450 || failed > 750 { // 600 ± 7 deviations
		t.Errorf("%d of 2000 failed, want about 600", failed)
	}
}

func TestASourceTakesItsLatencyAndNoMoreThanItsJitter(t *testing.T) {
	t.Parallel()
	sample() // made outside of the bubble
	synctest.Test(t, func(t *testing.T) {
		h := departments.New(sample(), now, slog.New(slog.DiscardHandler))
		q := ask(county.LiXiufen, "李秀芬", "wage")
		took := func() time.Duration {
			began := time.Now()
			post(h, "/tax/income", q)
			return time.Since(began)
		}
		low, high := time.Hour, time.Duration(0)
		for range 300 {
			low, high = min(low, took()), max(high, took())
		}
		if low < 20*time.Millisecond || low > 30*time.Millisecond || high < 110*time.Millisecond || high > 120*time.Millisecond {
			t.Errorf("naturally %v to %v, want 20 to 120 ms", low, high)
		}
		switchTo(t, h, `{"source":"tax.income","latency":1500,"jitter":0}`)
		if got := took(); got != 1500*time.Millisecond {
			t.Errorf("took %v, want 1.5 s", got)
		}
	})
}

func TestAnOutageHoldsNobodyLongerThanThirtySeconds(t *testing.T) {
	t.Parallel()
	sample()
	synctest.Test(t, func(t *testing.T) {
		h := quick()
		switchTo(t, h, `{"source":"tax.income","mode":"hang"}`)
		began := time.Now()
		defer func() {
			if err := recover(); err != http.ErrAbortHandler {
				t.Errorf("ended with %v, want the connection cut", err)
			}
			if took := time.Since(began); took != 30*time.Second {
				t.Errorf("held for %v", took)
			}
		}()
		post(h, "/tax/income", ask(county.LiXiufen, "李秀芬", "wage"))
	})
}

func TestAQuestionThatIsNotPutRightIsRefused(t *testing.T) {
	t.Parallel()
	h := quick()
	send := func(method, to, kind, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, to, strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	good, _ := json.Marshal(ask(county.LiXiufen, "李秀芬", "wage"))
	long, _ := json.Marshal(ask(county.LiXiufen, strings.Repeat("李", 6000), "wage"))
	other, _ := json.Marshal(ask(county.LiXiufen, "李秀芬", "houses"))
	nobody, _ := json.Marshal(ask("39012119900101999X", "某人", "wage"))
	for what, c := range map[string]struct {
		method, to, kind, body string
		want                   int
	}{
		"right":                  {"POST", "/tax/income", "application/json; charset=utf-8", string(good), 200},
		"GET":                    {"GET", "/tax/income", "application/json", string(good), 405},
		"PUT":                    {"PUT", "/tax/income", "application/json", string(good), 405},
		"an unknown source":      {"POST", "/tax/refunds", "application/json", string(good), 404},
		"a form":                 {"POST", "/tax/income", "application/x-www-form-urlencoded", string(good), 415},
		"too long":               {"POST", "/tax/income", "application/json", string(long), 413},
		"another's fields alone": {"POST", "/tax/income", "application/json", string(other), 403},
		"somebody unknown":       {"POST", "/tax/income", "application/json", string(nobody), 200},
	} {
		got := send(c.method, c.to, c.kind, c.body)
		if got.Code != c.want {
			t.Errorf("%s: got %d %s, want %d", what, got.Code, got.Body, c.want)
		}
		if got.Code >= 400 && (strings.Contains(got.Body.String(), county.LiXiufen) || strings.Contains(got.Body.String(), "李")) {
			t.Errorf("%s: the refusal repeats the person", what)
		}
	}
	if got := send("POST", "/tax/income", "application/json", string(nobody)); got.Body.String() != `{"found":false}` {
		t.Errorf("somebody unknown: got %s", got.Body)
	}
}
