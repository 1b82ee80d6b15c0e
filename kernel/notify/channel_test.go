package notify_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"minzheng/kernel/notify"
)

var outgoing = notify.Outgoing{Key: "k1", To: "p1", Phone: "13900001234", Title: "题", Text: "两行\n“引号”", Link: "/my"}

func TestTheFileSinkKeepsWholeLines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sink, file := notify.FileSink(dir, "sms"), filepath.Join(dir, "outbox", "sms.jsonl")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if r, err := sink.Deliver(t.Context(), outgoing); err != nil || r != "sms-k1" {
				t.Errorf("receipt %q, %v", r, err)
			}
		})
	}
	all.Wait()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString(`{"key":"torn by a cra`)
	f.Close()
	if _, err := notify.FileSink(dir, "sms").Deliver(t.Context(), outgoing); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	whole, torn := readLines(t, file)
	if whole != 21 || torn != 1 {
		t.Errorf("%d whole lines and %d torn, want 21 and 1", whole, torn)
	}
}

func readLines(t *testing.T, file string) (whole, torn int) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var line struct{ Key, Phone, Text string }
		if json.Unmarshal(s.Bytes(), &line) != nil {
			torn++
			continue
		}
		if line.Key != "k1" || line.Phone != outgoing.Phone || line.Text != outgoing.Text {
			t.Errorf("line %+v", line)
		}
		whole++
	}
	return whole, torn
}

func TestTheGatewayPostsOnceWithTheKeyOfTheDelivery(t *testing.T) {
	t.Parallel()
	var got map[string]string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != "POST" || r.Header.Get("Authorization") != "Bearer token" || r.Header.Get("Idempotency-Key") != "k1" ||
			r.URL.RawQuery != "" || json.NewDecoder(r.Body).Decode(&got) != nil {
			t.Errorf("request %s %s %v", r.Method, r.URL, r.Header)
		}
		w.Write([]byte(`{"receipt":"abc"}`))
	}))
	defer s.Close()
	receipt, err := notify.Gateway(s.URL, "token").Deliver(t.Context(), outgoing)
	if err != nil || receipt != "abc" {
		t.Fatalf("receipt %q, %v", receipt, err)
	}
	if got["phone"] != outgoing.Phone || got["text"] != outgoing.Text || got["key"] != "k1" {
		t.Errorf("posted %v", got)
	}
}

func TestTheGatewayTellsRefusalFromTrouble(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code    int
		body    string
		refused bool
	}{
		{422, `号码 13900001234 是空号`, true}, {404, "", true}, {429, "", false}, {401, "", false}, {500, "13900001234", false},
		{302, "", false}, {200, "{}", false}, {200, "<html>", false}, {200, `{"receipt":"` + strings.Repeat("x", 100<<10) + `"}`, false},
	} {
		hits := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			hits++
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(c.code)
			w.Write([]byte(c.body))
		}))
		_, err := notify.Gateway(s.URL+"/?secret=1", "token").Deliver(t.Context(), outgoing)
		s.Close()
		if err == nil || errors.Is(err, notify.ErrRefused) != c.refused || hits != 1 {
			t.Errorf("%d %.20s: %v after %d requests, want refused: %v", c.code, c.body, err, hits, c.refused)
		}
		if err != nil && (strings.Contains(err.Error(), "1390000") || strings.Contains(err.Error(), "secret")) {
			t.Errorf("the error tells too much: %v", err)
		}
	}
	s := httptest.NewServer(nil)
	s.Close()
	_, err := notify.Gateway(s.URL+"/?secret=1", "token").Deliver(t.Context(), outgoing)
	if err == nil || errors.Is(err, notify.ErrRefused) || strings.Contains(err.Error(), "secret") {
		t.Errorf("nobody listens: %v", err)
	}
}
