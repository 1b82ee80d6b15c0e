package exchange

import (
	"encoding/json"
	"strings"
	"testing"
)

// What departments send is foreign: whatever it is, it is read or refused, and
// nothing that was not asked for comes in.

func FuzzReadReply(f *testing.F) {
	for _, s := range []string{`{"found":true,"values":{"wage":1}}`, `{"found":false}`, `{"found":false,"covered":false}`, `{"found":true,"match":false,"differs":["a"]}`, `{"found":1}`, `{}`, ``} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := readReply(b)
		if err != nil {
			if causeOf(err) != Unread {
				t.Errorf("%q: %v", b, err)
			}
			return
		}
		a := Answer{Question: Question{Fields: []string{"wage"}}}
		if a.take(r); a.Outcome == "" || len(a.Values) > 1 || !*r.Found && len(a.Values) > 0 {
			t.Errorf("%q: %s with %v", b, a.Outcome, a.Values)
		}
	})
}

func FuzzOpenEnvelope(f *testing.F) {
	for _, s := range []string{`{"code":0,"message":"ok","data":{"found":false}}`, `{"code":"200","data":{"found":true,"values":{}}}`, `{"code":503}`, `{"code":0}`, `x`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := openEnvelope(b); err == nil && r.Found == nil {
			t.Errorf("%q is an answer", b)
		}
	})
}

func FuzzReadReports(f *testing.F) {
	const one = `{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"DiagnosticReport","status":"final","code":{"coding":[{"code":"c"}]},"subject":{"identifier":{"value":"1"}},"effectiveDateTime":"2026-01-02T00:00:00Z"}}]}`
	for _, s := range []string{one, strings.Replace(one, `"status":"final"`, `"status":"final","result":[]`, 1), strings.Replace(one, "final", "partial", 1), `{}`, `{"resourceType":"Bundle","type":"searchset"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := readReports(b, "1", Source{Service: "c", Fields: []string{"made", "made_on"}})
		if err != nil {
			return
		}
		for name, v := range r.Values {
			if name != "made" && name != "made_on" || !json.Valid(v) {
				t.Errorf("%q tells %s = %s", b, name, v)
			}
		}
	})
}

func FuzzReadDrop(f *testing.F) {
	f.Add([]byte("编号,结果,wage\nk,查到,123\nx,没有记录\n"), ".csv")
	f.Add([]byte("\xef\xbb\xbf编号,结果\nk,不覆盖\n"), ".csv")
	f.Add([]byte("PK\x03\x04"), ".xlsx")
	f.Add([]byte("编号,结果,name\nk,查到,\"a\nb\"\n"), ".csv")
	f.Fuzz(func(t *testing.T, b []byte, ext string) {
		r, err := readDrop(b, ext, "k")
		if err != nil || r == nil {
			return
		}
		for name, v := range r.Values {
			if !json.Valid(v) {
				t.Errorf("%s is %q", name, v)
			}
		}
	})
}

func FuzzReadSources(f *testing.F) {
	f.Add([]byte(`- {code: a, title: 甲, department: 甲局, vouches: a, path: /a, within: 100, adapter: x-road, client: A/B, coverage: {since: "2000-01-01", age: 20, regions: ["39"]}, daily: 3, closed: true}`))
	f.Add([]byte(`- {code: a, adapter: nothing}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := ReadSources("x", b)
		if err != nil {
			return
		}
		New(Config{Sources: all, Gateway: "http://127.0.0.1:1"}) // whatever is read can be asked
	})
}
