package casework

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"minzheng/kernel/fact"
)

func same(t interface{ Fatalf(string, ...any) }, b []byte) {
	var want []fact.Statement
	wrong := json.Unmarshal(b, &want)
	got, err := readTold(b)
	if (err == nil) != (wrong == nil) {
		t.Fatalf("%q gives %v, want %v", b, err, wrong)
	}
	if err == nil && len(got)+len(want) > 0 && !cmp.Equal(got, want, cmp.Comparer(func(a, b fact.Value) bool { return a == b })) {
		t.Fatalf("%q gives %+v, want %+v", b, got, want)
	}
}

func TestWhatWasToldIsReadAsTheLibraryReadsIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[\p{Han}a-z0-9]{0,6}`), rapid.String())
		all := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) fact.Statement {
			return fact.Statement{Name: text.Draw(rt, "name"), About: text.Draw(rt, "about"), Source: text.Draw(rt, "source"), Proof: text.Draw(rt, "proof"),
				At:    time.UnixMilli(rapid.Int64Range(0, 1<<42).Draw(rt, "at")).In(time.FixedZone("", 8*3600)),
				Value: rapid.SampledFrom([]fact.Value{{}, fact.MoneyOf(121000), fact.BoolOf(true), fact.DateOf(20514), fact.EnumOf("在校"), fact.TextOf(text.Draw(rt, "text")), fact.IntOf(-3), fact.DecimalOf(1234, 2)}).Draw(rt, "value")}
		}), 0, 4).Draw(rt, "statements")
		b, err := json.Marshal(all)
		if err != nil {
			rt.Fatal(err)
		}
		same(rt, b)
	})
}

func FuzzReadTold(f *testing.F) {
	for _, s := range []string{`[]`, `null`, `[{"name":"工资收入","about":"m1","value":"m:121000","source":"tax","at":"2026-03-02T09:00:00+08:00"}]`,
		`[{"name":"a","name":"b"}]`, `[{"value":"x:1"}]`, `[{"at":""}]`, `[{"name":"\u4e00"}]`, `[{"name":"a"},]`, `[{"Name":"a"}]`, `[{"name":"a"}] `} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if bytes.ContainsAny(b, "\x00") {
			return
		}
		same(t, b)
	})
}
