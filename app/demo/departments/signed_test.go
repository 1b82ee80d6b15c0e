package departments_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"minzheng/app/demo/county"
	"minzheng/kernel/exchange"
	"minzheng/kernel/secret"
)

// wire is departments that know the product's key, behind a middleman who sees
// and can change everything.
type wire struct {
	t      *testing.T
	h      http.Handler
	url    string
	box    *secret.Box
	mu     sync.Mutex
	seen   []*http.Request
	bodies [][]byte
	change func(http.Header, []byte) []byte // of answers
}

func signedWire(t *testing.T) *wire {
	t.Helper()
	w := &wire{t: t, h: quick()}
	box, err := secret.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.box = box
	key, err := box.PublicKeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	if got := post(w.h, "/client.pem?client=390121", key); got.Code != 200 {
		t.Fatalf("the key is answered %d %s", got.Code, got.Body)
	}
	s := httptest.NewServer(w)
	t.Cleanup(s.Close)
	w.url = s.URL
	return w
}

func (m *wire) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	m.mu.Lock()
	m.seen, m.bodies = append(m.seen, r.Clone(r.Context())), append(m.bodies, b)
	m.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(b))
	rec := httptest.NewRecorder()
	m.h.ServeHTTP(rec, r)
	out := rec.Body.Bytes()
	if m.change != nil {
		out = m.change(rec.Header(), out)
	}
	for name, v := range rec.Header() {
		w.Header()[name] = v
	}
	w.WriteHeader(rec.Code)
	w.Write(out)
}

// again sends a question that went by once more, changed by f.
func (m *wire) again(f func(*http.Request, []byte) []byte) *httptest.ResponseRecorder {
	m.mu.Lock()
	old, b := m.seen[len(m.seen)-1], bytes.Clone(m.bodies[len(m.bodies)-1])
	m.mu.Unlock()
	r := httptest.NewRequest(old.Method, old.URL.Path, nil)
	r.Header = old.Header.Clone()
	if f != nil {
		b = f(r, b)
	}
	r.Body = io.NopCloser(bytes.NewReader(b))
	rec := httptest.NewRecorder()
	m.h.ServeHTTP(rec, r)
	return rec
}

func (m *wire) key() []byte {
	rec := httptest.NewRecorder()
	m.h.ServeHTTP(rec, httptest.NewRequest("GET", "/key.pem", nil))
	return rec.Body.Bytes()
}

func (m *wire) client(wall func() time.Time) *exchange.Exchange {
	m.t.Helper()
	return exchange.New(exchange.Config{Gateway: m.url, Sources: registered(m.t), Now: now, Wall: wall, Box: m.box, Key: m.key(), Client: "390121"})
}

func one(x *exchange.Exchange, t *testing.T, q exchange.Question) exchange.Answer {
	t.Helper()
	return x.Ask(t.Context(), []exchange.Question{q})[0]
}

func TestQuestionAndAnswerAreSignedAndBound(t *testing.T) {
	t.Parallel()
	w := signedWire(t)
	a := one(w.client(now), t, question("tax.income", county.LiXiufen, "李秀芬"))
	if a.Outcome != exchange.Found || a.Guard != exchange.Signed || string(a.Values["wage"]) != "246000" {
		t.Fatalf("got %s (%s), guarded by %q, %s", a.Outcome, a.Cause, a.Guard, a.Values["wage"])
	}
	if unsigned := post(w.h, "/tax/income", ask(county.LiXiufen, "李秀芬", "wage")); unsigned.Code != 401 {
		t.Errorf("a question without signature is answered %d", unsigned.Code)
	}
}

func TestWhoChangesRepeatsOrDelaysAQuestionIsRefused(t *testing.T) {
	t.Parallel()
	w := signedWire(t)
	if a := one(w.client(now), t, question("tax.income", county.LiXiufen, "李秀芬")); a.Outcome != exchange.Found {
		t.Fatal(a.Cause)
	}
	for name, f := range map[string]func(*http.Request, []byte) []byte{
		"the same once more": nil,
		"another person": func(_ *http.Request, b []byte) []byte {
			return bytes.ReplaceAll(b, []byte(county.LiXiufen), []byte(county.WangJianjun))
		},
		"more fields": func(_ *http.Request, b []byte) []byte {
			return bytes.Replace(b, []byte(`"wage"`), []byte(`"houses"`), 1)
		},
		"another path":     func(r *http.Request, b []byte) []byte { r.URL.Path = "/hrss/insurance"; return b },
		"another nonce":    func(r *http.Request, b []byte) []byte { r.Header.Set("X-Mz-Nonce", strings.Repeat("n", 22)); return b },
		"another time":     func(r *http.Request, b []byte) []byte { r.Header.Set("X-Mz-Time", "1773104400001"); return b },
		"another client":   func(r *http.Request, b []byte) []byte { r.Header.Set("X-Mz-Client", "390199"); return b },
		"no signature":     func(r *http.Request, b []byte) []byte { r.Header.Del("X-Mz-Sign"); return b },
		"half a signature": func(r *http.Request, b []byte) []byte { r.Header.Set("X-Mz-Sign", "MEUCIQ=="); return b },
	} {
		if got := w.again(f); got.Code != 401 {
			t.Errorf("%s: answered %d %s", name, got.Code, got.Body)
		}
	}
}

func TestAClockThatIsTwoMinutesOffIsRefused(t *testing.T) {
	t.Parallel()
	w := signedWire(t)
	for off, want := range map[time.Duration]exchange.Outcome{0: exchange.Found, 119 * time.Second: exchange.Found, -119 * time.Second: exchange.Found,
		121 * time.Second: exchange.Garbled, -121 * time.Second: exchange.Garbled} {
		x := w.client(func() time.Time { return now().Add(off) })
		if a := one(x, t, question("tax.income", county.LiXiufen, "李秀芬")); a.Outcome != want || want == exchange.Garbled && a.Cause != exchange.Refused {
			t.Errorf("%v off: got %s (%s), want %s", off, a.Outcome, a.Cause, want)
		}
	}
}

func TestAnAnswerThatWasChangedOrIsToAnotherQuestionIsNotTaken(t *testing.T) {
	t.Parallel()
	w := signedWire(t)
	x := w.client(now)
	var sign string
	w.change = func(h http.Header, b []byte) []byte { sign = h.Get("X-Mz-Sign"); return b }
	if a := one(x, t, question("tax.income", county.LiXiufen, "李秀芬")); a.Outcome != exchange.Found {
		t.Fatal(a.Cause)
	}
	for name, f := range map[string]func(http.Header, []byte) []byte{
		"a changed value":              func(_ http.Header, b []byte) []byte { return bytes.Replace(b, []byte("246000"), []byte("046000"), 1) },
		"no signature":                 func(h http.Header, b []byte) []byte { h.Del("X-Mz-Sign"); return b },
		"the answer of a time before":  func(h http.Header, b []byte) []byte { h.Set("X-Mz-Sign", sign); return b },
		"a signature that is nonsense": func(h http.Header, b []byte) []byte { h.Set("X-Mz-Sign", "x"); return b },
	} {
		w.change = f
		if a := one(x, t, question("tax.income", county.LiXiufen, "李秀芬")); a.Outcome != exchange.Garbled || a.Cause != exchange.Unsigned {
			t.Errorf("%s: got %s (%s)", name, a.Outcome, a.Cause)
		}
	}
}

func TestOneNumberCountsOnceHoweverOftenItIsAsked(t *testing.T) {
	t.Parallel()
	w := signedWire(t)
	x := w.client(now)
	q := question("tax.income", county.LiXiufen, "李秀芬")
	q.ID = "0198-77"
	first, second := one(x, t, q), one(x, t, q)
	if first.Outcome != exchange.Found || second.Outcome != exchange.Found || first.Receipt != q.ID || second.Receipt != q.ID {
		t.Fatalf("got %s and %s", first.Outcome, second.Outcome)
	}
	var all []struct {
		Source string
		Found  int
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, httptest.NewRequest("GET", "/control.json", nil))
	if err := json.Unmarshal(rec.Body.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		if one.Source == "tax.income" && one.Found != 1 {
			t.Errorf("it counts as %d inquiries", one.Found)
		}
	}
	q.Number, q.Name = county.WangJianjun, "王建军"
	if a := one(x, t, q); a.Outcome != exchange.Garbled || a.Cause != exchange.Refused {
		t.Errorf("the same number with another person: %s (%s)", a.Outcome, a.Cause)
	}
}

func TestOpenSSLVerifiesQuestionAndAnswer(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	w := signedWire(t)
	var sign string
	var body []byte
	w.change = func(h http.Header, b []byte) []byte { sign, body = h.Get("X-Mz-Sign"), b; return b }
	if a := one(w.client(now), t, question("tax.income", county.LiXiufen, "李秀芬")); a.Outcome != exchange.Found {
		t.Fatal(a.Cause)
	}
	ours, err := w.box.PublicKeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	h := w.seen[0].Header
	asked := "minzheng-question/1\nPOST\n/tax/income\n390121\n" + h.Get("X-Mz-Time") + "\n" + h.Get("X-Mz-Nonce") + "\n" + sm3(t, openssl, w.bodies[0]) + "\n"
	verify(t, openssl, ours, asked, h.Get("X-Mz-Sign"))
	verify(t, openssl, w.key(), "minzheng-answer/1\n"+sm3(t, openssl, []byte(asked))+"\n200\n"+sm3(t, openssl, body)+"\n", sign)
}

func sm3(t *testing.T, openssl string, b []byte) string {
	t.Helper()
	c := exec.Command(openssl, "dgst", "-sm3", "-r")
	c.Stdin = bytes.NewReader(b)
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))[0]
}

func verify(t *testing.T, openssl string, key []byte, text, sign string) {
	t.Helper()
	dir := t.TempDir()
	sig, err := base64.StdEncoding.DecodeString(sign)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"text": []byte(text), "sig": sig, "pub.pem": key} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(openssl, "pkeyutl", "-verify", "-pubin", "-inkey", "pub.pem", "-rawin", "-digest", "sm3", "-in", "text", "-sigfile", "sig", "-pkeyopt", "distid:1234567812345678")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("openssl: %v\n%s", err, out)
	}
}
