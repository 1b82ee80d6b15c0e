package decision

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
	"minzheng/kernel/secret"
)

// desk is what decides: a service with the whole dictionary.
type desk struct {
	service *catalog.Service
	dict    *fact.Dictionary
	by      Bench
	def     Definition
}

// heating is a desk with the tests' service.
func heating(t *testing.T) desk {
	t.Helper()
	src, err := os.ReadFile("../testdata/facts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dict, err := fact.ReadDictionary("facts.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	files, err := catalog.Contents(os.DirFS("../testdata/heating"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := catalog.ForJudging(files, dict)
	if err != nil {
		t.Fatal(err)
	}
	def, err := Define(s, dict)
	if err != nil {
		t.Fatal(err)
	}
	by, err := def.Read()
	if err != nil {
		t.Fatal(err)
	}
	return desk{s, dict, by, def}
}

// somebody says anything that a source can say of one of the rules' facts.
func somebodySays(t *rapid.T, d desk, members int) fact.Statement {
	def := d.dict.Find(rapid.SampledFrom(append(d.service.Rules.Facts(), "姓名")).Draw(t, "fact"))
	st := fact.Statement{Name: def.Name, About: fmt.Sprintf("m%d", rapid.IntRange(1, members).Draw(t, "member")),
		Source: rapid.SampledFrom([]string{"self", "tax", "bank", "police", "visit", "implied", "nobody", fact.Decided}).Draw(t, "source"),
		At:     time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "at")), Proof: rapid.String().Draw(t, "proof")}
	switch def.Typed() {
	case fact.Money:
		st.Value = fact.MoneyOf(rapid.SampledFrom([]int64{0, 1, 99999, 100000, 100001, 1 << 60, -1 << 63}).Draw(t, "fen"))
	case fact.Bool:
		st.Value = fact.BoolOf(rapid.Bool().Draw(t, "yes"))
	default:
		st.Value = fact.TextOf(rapid.SampledFrom([]string{"本人", "配偶", "<儿子>\u2028&\x01\"", ""}).Draw(t, "text"))
	}
	return st
}

func TestWhateverWasSaidADecisionReplays(t *testing.T) {
	t.Parallel()
	d := heating(t)
	box, err := secret.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		facts := fact.NewSet(d.dict)
		members := rapid.IntRange(1, 4).Draw(t, "members")
		for range rapid.IntRange(0, 25).Draw(t, "statements") {
			facts.Tell(somebodySays(t, d, members))
		}
		region := rapid.SampledFrom([][]string{{"390121001", "390121", "390000", "000000"}, {"110000"}, {}}).Draw(t, "region")
		on := calendar.Date(rapid.IntRange(2024, 2027).Draw(t, "year"), 3, 2)
		j := d.service.Rules.Judge(rule.Case{Facts: facts, Region: region, On: int32(on)})
		rec := Record{Number: "390121-2026-J000001", Outcome: "refused", Day: on.String(), Region: region, Reason: rapid.String().Draw(t, "reason")}
		if r, ok := j.Find("符合条件"); ok && r.Holds() {
			rec.Outcome, rec.Amount = Approved, 30000
		}
		rec, err := Complete(rec, Basis{facts, j, d.by})
		if err != nil {
			t.Fatal(err)
		}
		f, err := Sign(box, rec)
		if err != nil {
			t.Fatal(err)
		}
		f.Definition = &d.def
		b, err := f.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if v, err := Verify(b, How{}); err != nil || len(v.Wrong) > 0 {
			t.Fatalf("%v %v\n%s", v.Wrong, err, b)
		}
		var again File
		if err := json.Unmarshal(b, &again); err != nil {
			t.Fatal(err)
		}
		if twice, err := again.Bytes(); err != nil || !bytes.Equal(twice, b) {
			t.Fatalf("written again it is otherwise: %v\n%s\n%s", err, b, twice)
		}
	})
}

func TestAJudgementThatDoesNotReplayIsNotSigned(t *testing.T) {
	t.Parallel()
	d := heating(t)
	facts := fact.NewSet(d.dict)
	j := d.service.Rules.Judge(rule.Case{Facts: facts, On: int32(calendar.Date(2026, 3, 2))})
	for name, change := range map[string]func(*Record){"": func(*Record) {}, "amount": func(r *Record) { r.Amount = 1 }, "outcome": func(r *Record) { r.Outcome = Approved },
		"day": func(r *Record) { r.Day = "" }, "amount beyond all numbers": func(r *Record) { r.Amount = 1 << 60 }, "region": func(r *Record) { r.Region = []string{"390000"} }} {
		rec := Record{Outcome: "refused", Day: "2026-03-02"}
		change(&rec)
		if _, err := Complete(rec, Basis{facts, j, d.by}); (err == nil) != (name == "") {
			t.Errorf("a decision with another %s: %v", name, err)
		}
	}
}

func TestThePathOfEveryByteIsKnown(t *testing.T) {
	t.Parallel()
	text := `{"a":[1,{"b":"x","c.d":[]}],"e":{"":null}}`
	for at, want := range map[int]string{0: "最外层", 1: "a", 6: "a[0]", 8: "a[1]", 9: "a[1].b", 14: "a[1].b", 19: `a[1]["c.d"]`, 25: "a[1]", 26: "a", 29: "e", 33: `e[""]`, 36: `e[""]`, 41: "最外层", 99: "最外层"} {
		if got := pathAt([]byte(text), at); got != want {
			t.Errorf("byte %d %q: got %s, want %s", at, text[min(at, len(text)-1):], got, want)
		}
	}
	if got := pathAt([]byte(`{"a":[1,x]}`), 8); got != "a[1]" {
		t.Errorf("of a broken text: %s", got)
	}
}
