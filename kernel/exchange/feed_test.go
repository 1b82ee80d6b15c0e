package exchange

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"minzheng/kernel/errs"
)

const somebody = `{"id":"7","number":"390121198001010026","kind":"death","on":"2026-03-01"}`

func now() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

func TestAFeedIsReadFromItsCursor(t *testing.T) {
	t.Parallel()
	var asked string
	status := http.StatusOK
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Query().Get("after")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"events":[%s],"next":"b&c","more":true}`, somebody)
	}))
	defer s.Close()
	x := New(Config{Gateway: s.URL, Now: now, Sources: []Source{{Code: "a", Path: "/a", Within: 300, Feed: "/feeds/a"}, {Code: "b", Path: "/b", Within: 300}}})
	if feeds := x.Feeds(); len(feeds) != 1 || feeds[0].Code != "a" {
		t.Fatalf("feeds are %+v, want a's", feeds)
	}
	got, err := x.Pull(t.Context(), "a", "b&c=")
	if err != nil || asked != "b&c=" || len(got.Events) != 1 || got.Events[0].Number != "390121198001010026" || got.Events[0].On.String() != "2026-03-01" || got.Next != "b&c" || !got.More {
		t.Errorf("asked after %q, got %+v, %v", asked, got, err)
	}
	if got, err := x.Pull(t.Context(), "b", "5"); err != nil || got.Next != "5" || got.More {
		t.Errorf("a source that tells nothing gives %+v, %v", got, err)
	}
	status = http.StatusServiceUnavailable
	if _, err := x.Pull(t.Context(), "a", ""); errs.KindOf(err) != errs.Busy {
		t.Errorf("a source that cannot gives %v", err)
	}
	s.Close()
	if _, err := x.Pull(context.Background(), "a", ""); errs.KindOf(err) != errs.Busy || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("a source that is gone gives %v", err)
	}
}

func TestWhatIsNoEventIsCountedAndWhatIsNoBatchIsRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{`17`, `{}`, `null`, `{"id":"1"}`, strings.Replace(somebody, "0026", "0020", 1), strings.Replace(somebody, "2026-03-01", "2026-02-30", 1),
		strings.Replace(somebody, `"7"`, `""`, 1), strings.Replace(somebody, `"kind":"death"`, `"kind":""`, 1), strings.Replace(somebody, `}`, `,"wage":1}`, 1)} {
		got, err := readBatch([]byte(`{"events":[`+somebody+`,`+bad+`],"next":"2"}`), "1", now())
		if err != nil || got.Bad != 1 || len(got.Events) != 1 {
			t.Errorf("%s gives %+v, %v; want it counted and the other read", bad, got, err)
		}
	}
	for _, bad := range []string{``, `[]`, `{"events":[]}`, `{"events":[],"next":"1","x":1}`, `{"events":[],"next":"1"}{}`, `{"events":[],"next":"1","more":true}`, `{"events":[],"next":""}`,
		`{"events":[` + strings.Repeat("1,", mostEvents) + `1],"next":"2"}`} {
		if got, err := readBatch([]byte(bad), "1", now()); err == nil {
			t.Errorf("%.60s gives %+v", bad, got)
		}
	}
}

func FuzzBatch(f *testing.F) {
	f.Add([]byte(`{"events":[`+somebody+`],"next":"2","more":true}`), "1")
	f.Add([]byte(`{"events":[null,{}],"next":""}`), "")
	f.Fuzz(func(t *testing.T, b []byte, after string) {
		got, err := readBatch(b, after, now())
		if err != nil {
			return
		}
		if got.More && got.Next == after {
			t.Error("it would be read for ever")
		}
		for _, e := range got.Events {
			if e.ID == "" || len(e.Number) != 18 || e.On == 0 && e.Kind == "" {
				t.Errorf("an event is %+v", e)
			}
		}
	})
}
