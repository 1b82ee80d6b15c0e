package casework

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
	"minzheng/kernel/secret"
)

// heating is the tests' service, as judging needs it.
func heating(t *testing.T) judged {
	t.Helper()
	src, err := os.ReadFile("testdata/facts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dict, err := fact.ReadDictionary("facts.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	files, err := catalog.Contents(os.DirFS("testdata/heating"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := catalog.ForJudging(files, dict)
	if err != nil {
		t.Fatal(err)
	}
	text, err := excerpt(s, dict)
	if err != nil {
		t.Fatal(err)
	}
	return judged{s, dict, sum(text)}
}

// somebody says anything that a source can say of one of the rules' facts.
func somebodySays(t *rapid.T, by judged, members int) fact.Statement {
	def := by.dict.Find(rapid.SampledFrom(append(by.service.Rules.Facts(), "姓名")).Draw(t, "fact"))
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
	by := heating(t)
	text, err := excerpt(by.service, by.dict)
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		facts := fact.NewSet(by.dict)
		members := rapid.IntRange(1, 4).Draw(t, "members")
		for range rapid.IntRange(0, 25).Draw(t, "statements") {
			facts.Tell(somebodySays(t, by, members))
		}
		region := rapid.SampledFrom([][]string{{"390121001", "390121", "390000", "000000"}, {"110000"}, {}}).Draw(t, "region")
		on := calendar.Date(rapid.IntRange(2024, 2027).Draw(t, "year"), 3, 2)
		m := &move{c: &Case{Number: "390121-2026-000001", Name: "赵玉琴"}, service: by.service, facts: facts, today: on,
			judged: by.service.Rules.Judge(rule.Case{Facts: facts, Region: region, On: int32(on)})}
		dec := Decision{Number: "390121-2026-J000001", Outcome: Refused, Day: on.String(), Region: region, Service: "heating", Version: by.service.Version,
			Reason: rapid.String().Draw(t, "reason")}
		if r, ok := m.judged.Find("符合条件"); ok && r.Holds() {
			dec.Outcome, dec.Amount = Approved, 30000
		}
		rec, err := newRecord(dec, m, by)
		if err != nil {
			t.Fatal(err)
		}
		f, err := signRecord(box, rec)
		if err != nil {
			t.Fatal(err)
		}
		f.Definition = &Definition{by.service.Files, text}
		b, err := f.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if v, err := VerifyDecision(b, Verifying{}); err != nil || len(v.Wrong) > 0 {
			t.Fatalf("%v %v\n%s", v.Wrong, err, b)
		}
		var again DecisionFile
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
	by := heating(t)
	m := &move{c: &Case{}, service: by.service, facts: fact.NewSet(by.dict)}
	m.judged = by.service.Rules.Judge(rule.Case{Facts: m.facts, On: int32(calendar.Date(2026, 3, 2))})
	for name, change := range map[string]func(*Decision){"": func(*Decision) {}, "amount": func(d *Decision) { d.Amount = 1 }, "outcome": func(d *Decision) { d.Outcome = Approved },
		"day": func(d *Decision) { d.Day = "" }, "amount beyond all numbers": func(d *Decision) { d.Amount = 1 << 60 }, "region": func(d *Decision) { d.Region = []string{"390000"} },
		"service": func(d *Decision) { d.Service = "bathing" }} {
		dec := Decision{Outcome: Refused, Day: "2026-03-02", Service: "heating", Version: by.service.Version}
		change(&dec)
		if _, err := newRecord(dec, m, by); (err == nil) != (name == "") {
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

func TestDecisionsOfADatabaseFromBeforeSignaturesAreKept(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); keptFromBefore(t, db.Config{Dir: t.TempDir()}) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); keptFromBefore(t, db.Config{DSN: dbtest.DSN(t)}) })
}

func keptFromBefore(t *testing.T, c db.Config) {
	ctx, before := context.Background(), fstest.MapFS{}
	for _, name := range []string{"001_casework.sql", "002_county_step.sql"} {
		b, err := fs.ReadFile(Schema().Files, name)
		if err != nil {
			t.Fatal(err)
		}
		before[name] = &fstest.MapFile{Data: b}
	}
	d, err := db.Open(ctx, c, db.Schema{Room: "casework", Files: before})
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	err = d.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO casework_decision (case_id, number, outcome, day, amount, version, record) VALUES ('c', 'n', 'approved', '2026-03-10', 5, 'v', ?)`,
			box.SealText(`{"case":"c","number":"n","outcome":"approved","amount":5,"results":[{"set":"a","value":"b:1","known":true,"shown":"是","used":[{"name":"b","shown":"1"}]}]}`, "casework/decision"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err = db.Open(ctx, c, Schema()); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	desk := &Desk{Rooms: Rooms{Box: box}}
	dec, ok, err := desk.Decided(ctx, d, "c")
	if err != nil || !ok || dec.Amount != 5 || len(dec.Results) != 1 || !slices.Equal(dec.Results[0].Used, []FindingUsed{{Name: "b", Shown: "1"}}) {
		t.Errorf("it reads %+v, %t, %v", dec, ok, err)
	}
	if has, err := HasRecord(ctx, d, "c"); has || err != nil {
		t.Errorf("it has a record: %t, %v", has, err)
	}
}
