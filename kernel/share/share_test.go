package share_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
	"minzheng/kernel/secret"
	"minzheng/kernel/share"
)

const (
	number = "390121198001010026"
	listed = `
periods: {open: 1, conditional: 10, extension: 10, delivery: 20, correction: 10}
resources:
  - {code: aid, title: 救助, attribute: conditional, law: 法, condition: 核对用, cycle: 实时, coverage: 本县, owner: 某股,
     fields: [{code: a, title: 在领甲, gives: receives, services: [a]}, {code: sum, title: 每月多少, gives: amount, services: [a]}, {code: since, title: 几月起, gives: since, services: [a]}]}
  - {code: card, title: 证, attribute: unconditional, law: 法, cycle: 实时, coverage: 本县, owner: 某股, fields: [{code: b, title: 在领乙, gives: receives, services: [b]}]}
  - {code: child, title: 儿童, attribute: withheld, law: 未成年人保护法, cycle: 实时, coverage: 本县, owner: 某股, fields: [{code: c, title: 丙}]}
  - {code: open, title: 标准, attribute: unconditional, law: 法, cycle: 每年, coverage: 本县, owner: 某股, at: /handbook}
`
)

var (
	officer = share.Actor{ID: "jiang", Name: "姜禾", Role: "data-officer"}
	leader  = share.Actor{ID: "zhou", Name: "周敏", Role: "county-officer"}
)

// house is the room with one resident and one department that has a key.
type house struct {
	*share.Room
	t     *testing.T
	their *secret.Box
	now   atomic.Pointer[time.Time]
	count atomic.Int64
}

func engines(t *testing.T, test func(t *testing.T, h *house)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, open(t, db.Config{Dir: t.TempDir()})) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, open(t, db.Config{DSN: dbtest.DSN(t)})) })
}

func open(t *testing.T, c db.Config) *house {
	t.Helper()
	h := &house{t: t}
	h.at("2026-03-02")
	c.Now = func() time.Time { return *h.now.Load() }
	d, err := db.Open(context.Background(), c, audit.Schema(), people.Schema(), share.Schema())
	h.must(err)
	t.Cleanup(func() { d.Close() })
	box, err := secret.Open(t.TempDir())
	h.must(err)
	h.their, err = secret.Open(t.TempDir())
	h.must(err)
	days, err := calendar.National()
	h.must(err)
	listing, err := share.ReadCatalogue("share.yaml", []byte(listed), map[string]bool{"a": true, "b": true})
	h.must(err)
	h.Room = share.New(share.Rooms{DB: d, Box: box, Audit: audit.New(d, box), People: people.New(box), Calendar: days,
		Holds: func(context.Context, *db.Tx, string) ([]share.Holding, error) {
			return []share.Holding{{Service: "a", Amount: 30000, From: "2026-02", Running: true}, {Service: "a", Amount: 5000, From: "2025-01"}, {Service: "z", Amount: 7, From: "2020-01", Running: true}}, nil
		}}, listing)
	key, err := h.their.PublicKeyPEM()
	h.must(err)
	h.do(func(tx *db.Tx) error {
		if _, err := h.People.Add(t.Context(), tx, people.Person{Name: "李秀芬", Number: number, Sex: "女", Birth: calendar.Date(1980, 1, 1)}); err != nil {
			return err
		}
		return h.Introduce(t.Context(), tx, share.Party{ID: "housing", Name: "县住房城乡建设局", Key: string(key)}, officer)
	})
	return h
}

func (h *house) at(day string) {
	d, err := calendar.Parse(day)
	h.must(err)
	now := d.Start().Add(9 * time.Hour)
	h.now.Store(&now)
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) do(fn func(tx *db.Tx) error) { h.t.Helper(); h.must(h.try(fn)) }

func (h *house) try(fn func(tx *db.Tx) error) error { return h.DB.Do(h.t.Context(), fn) }

// refused checks that something is refused with a kind.
func (h *house) refused(want errs.Kind, fn func(tx *db.Tx) error) {
	h.t.Helper()
	if err := h.try(fn); errs.KindOf(err) != want || err == nil {
		h.t.Errorf("got %v, want it refused as %s", err, want)
	}
}

func (h *house) asked(paper, resource string, fields ...string) (q share.Request) {
	h.t.Helper()
	h.do(func(tx *db.Tx) (err error) {
		q, err = h.Receive(h.t.Context(), tx, share.Request{Party: "housing", Resource: resource, Fields: fields, Purpose: "公租房资格核对", Law: "公共租赁住房管理办法", Paper: paper}, officer)
		return err
	})
	return q
}

func (h *house) granted(daily int, fields ...string) (g share.Grant) {
	h.t.Helper()
	q := h.asked(fmt.Sprintf("住建函%d号", h.count.Add(1)), "aid", "a", "sum", "since")
	today := calendar.DayOf(h.DB.Now())
	h.do(func(tx *db.Tx) (err error) {
		g, err = h.Agree(h.t.Context(), tx, q.ID, share.Terms{Fields: fields, From: today, Until: today + 30, Daily: daily}, officer)
		return err
	})
	return g
}

// signed is a reading as the department sends it.
func (h *house) signed(g share.Grant, fields ...string) share.Signed {
	h.t.Helper()
	body, err := json.Marshal(share.Reading{Grant: g.ID, Matter: "公租房-7", Number: number, Name: "李秀芬", Of: share.OfOwn, Fields: fields})
	h.must(err)
	return h.sign(share.Signed{Method: "POST", Path: "/api/share/read", Party: "housing", Timestamp: strconv.FormatInt(db.Millis(h.DB.Now()), 10), Nonce: fmt.Sprintf("nonce-%020d", h.count.Add(1)), Body: body})
}

func (h *house) sign(s share.Signed) share.Signed {
	h.t.Helper()
	sig, err := h.their.Sign(s.Text())
	h.must(err)
	s.Signature = base64.StdEncoding.EncodeToString(sig)
	return s
}

func (h *house) read(s share.Signed) (share.Answer, error) {
	h.t.Helper()
	body, sig, err := h.ReadingOf(h.t.Context(), s)
	if err != nil {
		return share.Answer{}, err
	}
	var a share.Answer
	h.must(json.Unmarshal(body, &a))
	if !h.Box.Verify(append([]byte(share.Bound(s)+"\n"), body...), sig) {
		h.t.Error("our signature of the answer is bad")
	}
	return a, nil
}

func TestOnlyGrantedFieldsAreRead(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		g := h.granted(10, "a", "since")
		a, err := h.read(h.signed(g, "a", "since"))
		if err != nil || !a.Found || a.Values["a"] != true || a.Values["since"] != "2026-02" || len(a.Values) != 2 {
			t.Fatalf("got %+v, %v", a, err)
		}
		if _, err := h.read(h.signed(g, "a", "sum")); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a field that was not granted: %v", err)
		}
		s := h.signed(g, "a")
		s.Body = []byte(strings.Replace(string(s.Body), "李秀芬", "李秀芳", 1))
		if a, err := h.read(h.sign(s)); err != nil || a.Found || len(a.Values) > 0 {
			t.Errorf("under another name: %+v, %v", a, err)
		}
		uses, err := h.Uses(t.Context(), h.DB, 10)
		h.must(err)
		var outcomes []string
		for _, u := range uses {
			outcomes = append(outcomes, u.Outcome)
		}
		if len(uses) != 3 || !strings.Contains(strings.Join(outcomes, " "), share.UseNo) {
			t.Errorf("the log of use has %v", outcomes)
		}
		p, err := h.People.ByNumber(t.Context(), h.DB, number)
		h.must(err)
		seen, err := h.Audit.About(t.Context(), h.DB, string(p.ID), 10)
		h.must(err)
		if len(seen) != 1 || seen[0].ActorName != "县住房城乡建设局" || seen[0].Detail["fields"] != "在领甲、几月起" {
			t.Errorf("the resident's log has %+v", seen)
		}
	})
}

func TestAttacksOnTheSignedDoorAreRefused(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		g := h.granted(100, "a")
		stranger, err := secret.Open(t.TempDir())
		h.must(err)
		for name, c := range map[string]struct {
			want   errs.Kind
			change func(s *share.Signed)
		}{
			"altered body": {errs.Forbidden, func(s *share.Signed) { s.Body = []byte(strings.Replace(string(s.Body), "0026", "0034", 1)) }},
			"other path":   {errs.Forbidden, func(s *share.Signed) { s.Path = "/api/share/requests" }},
			"other nonce":  {errs.Forbidden, func(s *share.Signed) { s.Nonce += "x" }},
			"other time":   {errs.Forbidden, func(s *share.Signed) { s.Timestamp += "0" }},
			"other party":  {errs.Forbidden, func(s *share.Signed) { s.Party = "tax" }},
			"no signature": {errs.Forbidden, func(s *share.Signed) { s.Signature = "" }},
			"other key": {errs.Forbidden, func(s *share.Signed) {
				sig, _ := stranger.Sign(s.Text())
				s.Signature = base64.StdEncoding.EncodeToString(sig)
			}},
			"too old": {errs.Forbidden, func(s *share.Signed) {
				s.Timestamp = millis(h.DB.Now().Add(-share.Skew - time.Second))
				*s = h.sign(*s)
			}},
			"to come":     {errs.Forbidden, func(s *share.Signed) { s.Timestamp = millis(h.DB.Now().Add(share.Skew + time.Second)); *s = h.sign(*s) }},
			"short nonce": {errs.Invalid, func(s *share.Signed) { s.Nonce = "1"; *s = h.sign(*s) }},
			"garbage":     {errs.Invalid, func(s *share.Signed) { s.Body = []byte(`{"grant":1}`); *s = h.sign(*s) }},
			"more":        {errs.Invalid, func(s *share.Signed) { s.Body = append(s.Body, s.Body...); *s = h.sign(*s) }},
			"no grant":    {errs.Forbidden, func(s *share.Signed) { s.Body = []byte(strings.Replace(string(s.Body), g.ID, "x", 1)); *s = h.sign(*s) }},
		} {
			s := h.signed(g, "a")
			c.change(&s)
			if a, err := h.read(s); errs.KindOf(err) != c.want {
				t.Errorf("%s: got %+v, %v; want %s", name, a, err, c.want)
			}
		}
		s := h.signed(g, "a")
		if _, err := h.read(s); err != nil {
			t.Fatal(err)
		}
		for _, later := range []time.Duration{0, share.Skew - time.Second} {
			now := h.DB.Now().Add(later)
			h.now.Store(&now)
			if _, err := h.read(s); errs.KindOf(err) != errs.Conflict {
				t.Errorf("the same again after %v: %v", later, err)
			}
		}
		now := h.DB.Now().Add(3 * share.Skew) // its nonce is forgotten, but its time is over
		h.now.Store(&now)
		if _, err := h.read(h.signed(g, "a")); err != nil {
			t.Error(err)
		}
		if _, err := h.read(s); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("the same again much later: %v", err)
		}
	})
}

func millis(t time.Time) string { return strconv.FormatInt(db.Millis(t), 10) }

func TestAGrantEnds(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		g := h.granted(3, "a")
		for range 3 {
			if _, err := h.read(h.signed(g, "a")); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := h.read(h.signed(g, "a")); errs.KindOf(err) != errs.TooMany {
			t.Errorf("over the daily limit: %v", err)
		}
		h.at("2026-03-03")
		if _, err := h.read(h.signed(g, "a")); err != nil {
			t.Errorf("the next day: %v", err)
		}
		h.at("2026-04-02")
		if _, err := h.read(h.signed(g, "a")); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("after its last day: %v", err)
		}
		g = h.granted(3, "a")
		h.do(func(tx *db.Tx) error { return h.Stop(t.Context(), tx, g.ID, "用途已经结束了", officer) })
		if _, err := h.read(h.signed(g, "a")); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a stopped one: %v", err)
		}
	})
}

func TestRequestsRunByTheClocksOfTheLaw(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		if q := h.asked("函1", "card", "b"); q.Due.String() != "2026-03-03" {
			t.Errorf("without condition it is due on %s", q.Due)
		}
		q := h.asked("函2", "aid", "a")
		if q.Due.String() != "2026-03-16" {
			t.Errorf("with condition it is due on %s", q.Due)
		}
		if again := h.asked("函2", "aid", "a"); again.ID != q.ID {
			t.Error("the same letter makes two requests")
		}
		h.do(func(tx *db.Tx) error { return h.Lack(ctx, tx, q.ID, "没有写明法律依据的条款", officer) })
		h.refused(errs.Conflict, func(tx *db.Tx) error { return h.Refuse(ctx, tx, q.ID, "缺条款，不同意", officer) })
		h.at("2026-03-20")
		h.do(func(tx *db.Tx) error { return h.Complete(ctx, tx, q.ID, officer) })
		h.refused(errs.Conflict, func(tx *db.Tx) error { return h.Lack(ctx, tx, q.ID, "还缺一份说明材料", officer) })
		h.do(func(tx *db.Tx) error { return h.Extend(ctx, tx, q.ID, "要征求业务股室的意见", officer) })
		h.refused(errs.Forbidden, func(tx *db.Tx) error { return h.ApproveExtension(ctx, tx, q.ID, officer) })
		h.do(func(tx *db.Tx) error { return h.ApproveExtension(ctx, tx, q.ID, leader) })
		h.refused(errs.Conflict, func(tx *db.Tx) error { return h.Extend(ctx, tx, q.ID, "还要再征求一次意见", officer) })
		q, err := h.Request(ctx, h.DB, q.ID)
		h.must(err)
		if want := h.Calendar.AddWorkdays(h.Calendar.AddWorkdays(calendar.Date(2026, 3, 20), 10).Day, 10).Day; q.Due != want {
			t.Errorf("after completion and extension it is due on %s, want %s", q.Due, want)
		}
		if err := h.try(func(tx *db.Tx) error { return h.Refuse(ctx, tx, q.ID, "不行", officer) }); err == nil {
			t.Error("it is refused without reasons")
		}
		terms := share.Terms{Fields: []string{"a"}, From: calendar.Date(2026, 3, 20), Until: calendar.Date(2026, 4, 20), Daily: 5}
		for _, bad := range []share.Terms{{Fields: []string{"sum"}, From: terms.From, Until: terms.Until, Daily: 5}, {Fields: terms.Fields, From: terms.From, Until: terms.From + 400, Daily: 5}, {Fields: terms.Fields, From: terms.From, Until: terms.Until}} {
			if err := h.try(func(tx *db.Tx) error { _, err := h.Agree(ctx, tx, q.ID, bad, officer); return err }); err == nil {
				t.Errorf("terms %+v are taken", bad)
			}
		}
		h.do(func(tx *db.Tx) error { _, err := h.Agree(ctx, tx, q.ID, terms, officer); return err })
		q, err = h.Request(ctx, h.DB, q.ID)
		h.must(err)
		if want := h.Calendar.AddWorkdays(calendar.Date(2026, 3, 20), 20).Day; q.Deliver != want {
			t.Errorf("to be delivered by %s, want %s", q.Deliver, want)
		}
		h.do(func(tx *db.Tx) error { return h.Deliver(ctx, tx, q.ID, officer) })
		for _, c := range []share.Request{{Resource: "child", Fields: []string{"c"}}, {Resource: "open", Fields: []string{"x"}}, {Resource: "aid", Fields: []string{"c"}}, {Resource: "aid"}, {Resource: "no", Fields: []string{"a"}}} {
			c.Party, c.Purpose, c.Law, c.Paper = "housing", "核对", "办法", "函9"
			if err := h.try(func(tx *db.Tx) error { _, err := h.Receive(ctx, tx, c, officer); return err }); err == nil {
				t.Errorf("a request for %s %v is taken", c.Resource, c.Fields)
			}
		}
	})
}

func TestTheLogOfUseIsKeptThreeYears(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		g := h.granted(9, "a")
		if _, err := h.read(h.signed(g, "a")); err != nil {
			t.Fatal(err)
		}
		h.refused(errs.Forbidden, func(tx *db.Tx) error { _, err := h.Forget(t.Context(), tx, tx.Now); return err })
		h.refused(errs.Forbidden, func(tx *db.Tx) error {
			_, err := h.Forget(t.Context(), tx, tx.Now.AddDate(-share.Years, 0, 1))
			return err
		})
		var out strings.Builder
		h.must(h.Export(t.Context(), h.DB, &out))
		if lines := strings.Split(strings.TrimSpace(out.String()), "\n"); len(lines) != 2 || !strings.Contains(lines[1], "公租房-7") || strings.Contains(out.String(), number) {
			t.Errorf("the export is %q", out.String())
		}
		h.at("2029-03-05")
		h.do(func(tx *db.Tx) error {
			n, err := h.Forget(t.Context(), tx, tx.Now.AddDate(-share.Years, 0, 0))
			if n != 1 {
				t.Errorf("after three years %d are forgotten", n)
			}
			return err
		})
	})
}

func TestAWrongValueIsVerifiedAndAnswered(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		sent := func(body string) (share.Standing, error) {
			return h.Take(ctx, h.sign(share.Signed{Method: "POST", Path: "/api/share/corrections", Party: "housing", Timestamp: millis(h.DB.Now()), Nonce: fmt.Sprintf("nonce-%020d", h.count.Add(1)), Body: []byte(body)}))
		}
		claim := `{"resource":"aid","field":"a","paper":"校核1","claim":{"number":"` + number + `","name":"李秀芬","words":"已经停发了"}}`
		c, err := sent(claim)
		if err != nil || c.Due.String() != "2026-03-16" || c.State != share.ToVerify {
			t.Fatalf("got %+v, %v", c, err)
		}
		h.refused(errs.Invalid, func(tx *db.Tx) error { return h.Settle(ctx, tx, c.ID, "open", "核实过了没有问题", officer) })
		if err := h.try(func(tx *db.Tx) error { return h.Settle(ctx, tx, c.ID, share.NotAtFault, "没错", officer) }); err == nil {
			t.Error("it is answered without reasons")
		}
		h.do(func(tx *db.Tx) error {
			return h.Settle(ctx, tx, c.ID, share.Corrected, "上月已停发，刚刚更正", officer)
		})
		h.refused(errs.Conflict, func(tx *db.Tx) error {
			return h.Settle(ctx, tx, c.ID, share.NotAtFault, "核实无误，仍在发放", officer)
		})
		if again, err := sent(claim); err != nil || again.ID != c.ID || again.State != share.Corrected || again.Reason != "上月已停发，刚刚更正" {
			t.Errorf("asked again: %+v, %v", again, err)
		}
		if _, err := sent(`{"resource":"aid","field":"z","paper":"校核2","claim":{"number":"` + number + `","name":"李秀芬","words":"已经停发了"}}`); err == nil {
			t.Error("a field that is none is taken")
		}
		if q, err := sent(`{"resource":"aid","fields":["a"],"paper":"函5","purpose":"公租房核对","law":"办法"}`); err != nil || q.State != share.Waiting {
			t.Errorf("a signed request: %+v, %v", q, err)
		}
	})
}

func TestACatalogueThatIsNotWholeIsRefused(t *testing.T) {
	t.Parallel()
	services := map[string]bool{"a": true, "b": true}
	for _, change := range [][2]string{{"law: 法, condition", "condition"}, {"attribute: conditional", "attribute: open"}, {"condition: 核对用, ", ""}, {"services: [b]", "services: [x]"}, {"gives: amount", "gives: all"},
		{"code: card", "code: aid"}, {"open: 1", "open: 0"}, {"code: sum", "code: a"}, {"title: 标准", "titel: 标准"}} {
		src := strings.Replace(listed, change[0], change[1], 1)
		if src == listed {
			t.Fatalf("%q is not there", change[0])
		}
		if _, err := share.ReadCatalogue("x", []byte(src), services); err == nil {
			t.Errorf("with %q for %q it is taken", change[1], change[0])
		}
	}
}

// TestNothingBesideTheGrantComesOut draws any grant and any reading.
func TestNothingBesideTheGrantComesOut(t *testing.T) {
	h := open(t, db.Config{Dir: t.TempDir()})
	all := []string{"a", "sum", "since"}
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(label string) []string {
			return rapid.SliceOfNDistinct(rapid.SampledFrom(append(all, "c", "z")), 1, 4, rapid.ID[string]).Draw(rt, label)
		}
		granted := rapid.SliceOfNDistinct(rapid.SampledFrom(all), 1, 3, rapid.ID[string]).Draw(rt, "granted")
		fields := draw("fields")
		a, err := h.read(h.signed(h.granted(5, granted...), fields...))
		within := true
		for _, f := range fields {
			within = within && strings.Contains(" "+strings.Join(granted, " ")+" ", " "+f+" ")
		}
		if (err == nil) != within {
			rt.Fatalf("granted %v, asked %v: %v", granted, fields, err)
		}
		for f := range a.Values {
			if !within || !strings.Contains(strings.Join(fields, " "), f) {
				rt.Fatalf("%s came out", f)
			}
		}
	})
}

func FuzzReading(f *testing.F) {
	f.Add([]byte(`{"grant":"g","matter":"m","number":"390121198001010026","name":"李","of":"own","fields":["a"]}`))
	f.Add([]byte(`{"fields":null}{}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		q, err := share.ReadReading(b)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Errorf("%q gives %v", b, err)
			}
			return
		}
		if q.Grant == "" || q.Number == "" || len(q.Fields) == 0 || len(q.Fields) > 32 {
			t.Errorf("%q is read as %+v", b, q)
		}
	})
}
