package catalog_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
	"minzheng/kernel/region"
	"minzheng/kernel/secret"
)

var (
	zhou  = auth.Who{Kind: auth.Staff, Account: "zhou", Name: "周敏", Grants: []auth.Grant{{Role: "officer", Region: "390121"}}}
	tang  = auth.Who{Kind: auth.Staff, Account: "tang", Name: "唐宁", Grants: []auth.Grant{{Role: "officer", Region: "390121"}}}
	sheng = auth.Who{Kind: auth.Staff, Account: "sheng", Name: "沈省", Grants: []auth.Grant{{Role: "officer", Region: "390000"}}}
	other = auth.Who{Kind: auth.Staff, Account: "other", Name: "别县", Grants: []auth.Grant{{Role: "officer", Region: "390122"}}}
	he    = auth.Who{Kind: auth.Staff, Account: "he", Name: "何芳", Grants: []auth.Grant{{Role: "clerk", Region: "390121001"}, {Role: "officer", Region: "390121001"}}}
)

// office is a bureau with the water folder; what a change means is made up.
type office struct {
	t       testing.TB
	db      *db.DB
	queue   *job.Queue
	audit   *audit.Log
	changes *catalog.Changes
	now     atomic.Pointer[time.Time]
	weighed func(q catalog.Question) (catalog.Impact, error)
}

// offices runs a test on both engines.
func offices(t *testing.T, f func(t *testing.T, o *office)) {
	schemas := []db.Schema{job.Schema(), audit.Schema(), catalog.Schema()}
	dbtest.Each(t, func(t *testing.T, open func(...db.Schema) *db.DB) { f(t, newOffice(t, open(schemas...))) })
}

func newOffice(t testing.TB, d *db.DB) *office {
	t.Helper()
	o := &office{t: t}
	o.at("2026-03-02")
	o.db = d.At(func() time.Time { return *o.now.Load() })
	box, err := secret.Open(t.TempDir())
	o.must(err)
	places, err := region.New(region.Place{Code: "390000", Name: "示例省", Parent: region.Nation}, region.Place{Code: "390100", Name: "云岭市", Parent: "390000"},
		region.Place{Code: "390121", Name: "清溪县", Parent: "390100"}, region.Place{Code: "390122", Name: "望川县", Parent: "390100"},
		region.Place{Code: "390121001", Name: "柳溪街道", Parent: "390121"})
	o.must(err)
	o.queue, o.audit = job.NewQueue(o.db, slog.New(slog.DiscardHandler), 2), audit.New(o.db, box)
	o.weighed = func(q catalog.Question) (catalog.Impact, error) {
		return catalog.Impact{On: q.On.String(), Households: 3, After: 100}, nil
	}
	o.changes = catalog.NewChanges(catalog.ChangeRooms{DB: o.db, Audit: o.audit, Queue: o.queue, Places: places, Known: known(t),
		Services: []*catalog.Service{service(t, folder)}, Officers: []string{"officer"},
		Weigh: func(_ context.Context, q catalog.Question) (catalog.Impact, error) { return o.weighed(q) }})
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) at(day string) {
	d, err := time.ParseInLocation(time.DateOnly, day, time.FixedZone("CST", 8*3600))
	o.must(err)
	d = d.Add(9 * time.Hour)
	o.now.Store(&d)
}

func (o *office) do(fn func(tx *db.Tx) error) error { return o.db.Do(context.Background(), fn) }

// raise is a good proposal with what differs in it.
func raise(key string, set func(p *catalog.Proposal)) catalog.Proposal {
	p := catalog.Proposal{Key: key, Service: "water", Parameter: "收入线", Region: "390121", From: "2026-07-01", Value: "2100", Source: "清民发〔2026〕8号", Why: "按消费支出调整"}
	if set != nil {
		set(&p)
	}
	return p
}

func (o *office) propose(who auth.Who, p catalog.Proposal) (c catalog.Change, err error) {
	err = o.do(func(tx *db.Tx) error {
		c, err = o.changes.Propose(context.Background(), tx, who, p)
		return err
	})
	return c, err
}

// waiting is a proposal whose impact is worked out.
func (o *office) waiting(who auth.Who, p catalog.Proposal) catalog.Change {
	o.t.Helper()
	c, err := o.propose(who, p)
	o.must(err)
	o.must(o.queue.RunDue(context.Background()))
	return c
}

func (o *office) mark(id string) string {
	o.t.Helper()
	w, err := o.changes.Weighing(context.Background(), o.db, id)
	o.must(err)
	return w.Mark
}

func (o *office) activate(who auth.Who, id, seen string) error {
	return o.do(func(tx *db.Tx) error { return o.changes.Activate(context.Background(), tx, who, id, seen) })
}

func (o *office) today() (*catalog.Service, int64) {
	o.t.Helper()
	all, seq, err := o.changes.Today(context.Background(), o.db)
	o.must(err)
	return all[0], seq
}

// holds is the value of the income line in a place on a day.
func (o *office) holds(s *catalog.Service, on string, path ...string) string {
	o.t.Helper()
	d, err := calendar.Parse(on)
	o.must(err)
	p := s.Rules.Parameters()["收入线"]
	v := p.On(path, int32(d))
	if v == nil {
		return ""
	}
	return p.Show(v)
}

var inQingxi = []string{"390121", "390100", "390000", "000000"}

func refused(t *testing.T, err error, kind errs.Kind, words string) {
	t.Helper()
	if errs.KindOf(err) != kind || err == nil || !strings.Contains(errs.Sentence(err), words) {
		t.Fatalf("got %v of kind %v, want %v with %q", err, errs.KindOf(err), kind, words)
	}
}

func TestAChangeHoldsFromItsDayOnceASecondPersonActivatesIt(t *testing.T) {
	t.Parallel()
	offices(t, func(t *testing.T, o *office) {
		c := o.waiting(zhou, raise("k", nil))
		before, _ := o.today()
		refused(t, o.activate(zhou, c.ID, o.mark(c.ID)), errs.Forbidden, "您提出的")
		o.must(o.activate(tang, c.ID, o.mark(c.ID)))
		after, seq := o.today()
		if seq != 1 || after.Version == before.Version || !after.DiffersInValues(before) {
			t.Fatalf("after activation: seq %d, version %s, before %s", seq, after.Version, before.Version)
		}
		for _, v := range []struct{ on, want string }{{"2026-06-30", "¥2,000.00"}, {"2026-07-01", "¥2,100.00"}, {"2030-01-01", "¥2,100.00"}} {
			if got := o.holds(after, v.on, inQingxi...); got != v.want {
				t.Errorf("on %s the line is %s, want %s", v.on, got, v.want)
			}
		}
		if got := o.holds(after, "2026-07-01", "390122", "390100", "390000"); got != "¥2,000.00" {
			t.Errorf("the neighbour's line is %s", got)
		}
		again, err := catalog.ReadFiles(after.Files, after.Area, known(t))
		if err != nil || again.Version != after.Version {
			t.Errorf("the kept files give %v, %v", again, err)
		}
		entries, err := o.audit.Of(t.Context(), o.db, c.Subject(), 10)
		if err != nil || len(entries) != 2 || entries[0].Actor != "tang" || entries[1].Actor != "zhou" || entries[0].Detail["value"] != "2100.00" {
			t.Errorf("the audit log has %+v, %v", entries, err)
		}
		kept, err := o.changes.Find(t.Context(), o.db, zhou, c.ID)
		if err != nil || kept.State != catalog.Activated || kept.Impact == nil || kept.Impact.Households != 3 || kept.Version != after.Version {
			t.Errorf("kept is %+v, %v", kept, err)
		}
	})
}

func TestNothingIsActivatedWithoutTheImpactOfExactlyThisChange(t *testing.T) {
	t.Parallel()
	offices(t, func(t *testing.T, o *office) {
		c, err := o.propose(zhou, raise("k", nil))
		o.must(err)
		refused(t, o.activate(tang, c.ID, ""), errs.Conflict, "还没有算好")
		o.must(o.queue.RunDue(t.Context()))
		refused(t, o.activate(tang, c.ID, ""), errs.Conflict, "重新算过")
		seen := o.mark(c.ID)
		o.must(o.do(func(tx *db.Tx) error { return o.changes.Reweigh(t.Context(), tx, tang, c.ID) }))
		refused(t, o.activate(tang, c.ID, seen), errs.Conflict, "还没有算好")
		o.weighed = func(q catalog.Question) (catalog.Impact, error) {
			return catalog.Impact{On: q.On.String(), Households: 4}, nil
		}
		o.must(o.queue.RunDue(t.Context()))
		refused(t, o.activate(tang, c.ID, seen), errs.Conflict, "重新算过")
		elsewhere := o.waiting(zhou, raise("k2", func(p *catalog.Proposal) { p.Parameter, p.Value = "补贴", "30" }))
		mine := o.mark(c.ID)
		o.must(o.activate(tang, elsewhere.ID, o.mark(elsewhere.ID)))
		refused(t, o.activate(tang, c.ID, mine), errs.Conflict, "还没有算好")
		o.must(o.queue.RunDue(t.Context()))
		o.must(o.activate(tang, c.ID, o.mark(c.ID)))
	})
}

func TestWhatIsWrongWithAProposalIsSaidByField(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Open(t, job.Schema(), audit.Schema(), catalog.Schema()))
	for _, c := range []struct {
		field string
		set   func(p *catalog.Proposal)
	}{
		{"value", func(p *catalog.Proposal) { p.Value = "很多" }},
		{"value", func(p *catalog.Proposal) { p.Value = "-5" }},
		{"value", func(p *catalog.Proposal) { p.Value = "12.345" }},
		{"value", func(p *catalog.Proposal) { p.Value = "1\", corrects: true, x: \"" }},
		{"region", func(p *catalog.Proposal) { p.Region = "390122" }},
		{"region", func(p *catalog.Proposal) { p.Region = "390000" }},
		{"region", func(p *catalog.Proposal) { p.Region = "999999" }},
		{"region", func(p *catalog.Proposal) { p.Region = "" }},
		{"from", func(p *catalog.Proposal) { p.From = "下个月" }},
		{"from", func(p *catalog.Proposal) { p.From = "2062-07-01" }},
		{"retro", func(p *catalog.Proposal) { p.From = "2026-03-01" }},
		{"until", func(p *catalog.Proposal) { p.Until = "2026-06-30" }},
		{"until", func(p *catalog.Proposal) { p.Until = "年底" }},
		{"source", func(p *catalog.Proposal) { p.Source = "  " }},
		{"source", func(p *catalog.Proposal) { p.Source = "8号\n文" }},
		{"source", func(p *catalog.Proposal) { p.Source = "8\u202e号" }},
		{"why", func(p *catalog.Proposal) { p.Why = strings.Repeat("长", 501) }},
		{"corrects", func(p *catalog.Proposal) { p.Corrects = true }},
	} {
		_, err := o.propose(zhou, raise("k", c.set))
		problems, ok := err.(errs.Problems)
		if !ok || problems.Of(c.field) == "" {
			t.Errorf("%+v: got %v, want a problem of %s", raise("k", c.set), err, c.field)
		}
	}
	for _, set := range []func(p *catalog.Proposal){func(p *catalog.Proposal) { p.Service = "fire" }, func(p *catalog.Proposal) { p.Parameter = "家庭收入" }} {
		if _, err := o.propose(zhou, raise("k", set)); errs.KindOf(err) != errs.NotFound {
			t.Errorf("an unknown standard gives %v", err)
		}
	}
	if all, err := o.changes.Waiting(t.Context(), o.db, zhou); err != nil || len(all) != 0 {
		t.Errorf("%d are kept (%v), want none", len(all), err)
	}
}

func TestValuesOfOneRegionNeverOverlap(t *testing.T) {
	t.Parallel()
	offices(t, func(t *testing.T, o *office) {
		winter := o.waiting(zhou, raise("w", func(p *catalog.Proposal) { p.Until = "2026-09-30" }))
		o.must(o.activate(tang, winter.ID, o.mark(winter.ID)))
		for _, c := range []struct {
			field       string
			from, until string
		}{{"corrects", "2026-07-01", ""}, {"from", "2026-09-30", ""}, {"from", "2026-06-01", ""}, {"from", "2026-06-01", "2026-07-01"}} {
			_, err := o.propose(zhou, raise("x", func(p *catalog.Proposal) { p.From, p.Until = c.from, c.until }))
			if problems, ok := err.(errs.Problems); !ok || problems.Of(c.field) == "" {
				t.Errorf("from %s until %q gives %v, want a problem of %s", c.from, c.until, err, c.field)
			}
		}
		open := o.waiting(zhou, raise("o", func(p *catalog.Proposal) { p.From, p.Value = "2026-10-01", "2200" }))
		o.must(o.activate(tang, open.ID, o.mark(open.ID)))
		_, err := o.propose(zhou, raise("y", func(p *catalog.Proposal) { p.From, p.Until = "2026-11-01", "2026-12-31" }))
		if problems, ok := err.(errs.Problems); !ok || problems.Of("until") == "" {
			t.Errorf("a bounded value over an open one gives %v", err)
		}
		right := o.waiting(zhou, raise("r", func(p *catalog.Proposal) { p.From, p.Value, p.Corrects = "2026-10-01", "2250", true }))
		o.must(o.activate(tang, right.ID, o.mark(right.ID)))
		s, _ := o.today()
		for on, want := range map[string]string{"2026-06-30": "¥2,000.00", "2026-07-01": "¥2,100.00", "2026-09-30": "¥2,100.00", "2026-10-01": "¥2,250.00"} {
			if got := o.holds(s, on, inQingxi...); got != want {
				t.Errorf("on %s the line is %s, want %s", on, got, want)
			}
		}
	})
}

func TestTwoThatCannotBothHoldAreNotBothActivated(t *testing.T) {
	t.Parallel()
	offices(t, func(t *testing.T, o *office) {
		a := o.waiting(zhou, raise("a", nil))
		b := o.waiting(zhou, raise("b", func(p *catalog.Proposal) { p.Value = "2200" }))
		seen := map[string]string{a.ID: o.mark(a.ID), b.ID: o.mark(b.ID)}
		var all sync.WaitGroup
		var done atomic.Int64
		for id, mark := range seen {
			all.Go(func() {
				if err := o.activate(tang, id, mark); err == nil {
					done.Add(1)
				} else if errs.KindOf(err) != errs.Conflict {
					t.Errorf("the loser is told %v", err)
				}
			})
		}
		all.Wait()
		if _, seq := o.today(); done.Load() != 1 || seq != 1 {
			t.Fatalf("%d were activated, seq %d", done.Load(), seq)
		}
		o.must(o.queue.RunDue(t.Context()))
		left, err := o.changes.Waiting(t.Context(), o.db, tang)
		if err != nil || len(left) != 1 {
			t.Fatalf("%d wait (%v), want one", len(left), err)
		}
		if w, err := o.changes.Weighing(t.Context(), o.db, left[0].ID); err != nil || w.Impact != nil || !strings.Contains(w.Failure, "合不上") {
			t.Errorf("what cannot be laid in any more has %+v, %v", w, err)
		}
	})
}

func TestOnlyOfficersOfTheRegionSeeAndDecideAChange(t *testing.T) {
	t.Parallel()
	offices(t, func(t *testing.T, o *office) {
		c := o.waiting(zhou, raise("k", nil))
		for _, who := range []auth.Who{other, he, {}} {
			if _, err := o.changes.Find(t.Context(), o.db, who, c.ID); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s finds it: %v", who.Name, err)
			}
			if err := o.activate(who, c.ID, o.mark(c.ID)); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s activates: %v", who.Name, err)
			}
			if all, err := o.changes.Waiting(t.Context(), o.db, who); err != nil || len(all) != 0 {
				t.Errorf("%s is shown %d (%v)", who.Name, len(all), err)
			}
			_, err := o.propose(who, raise("of "+who.Account, nil))
			if problems, ok := err.(errs.Problems); !ok || problems.Of("region") == "" {
				t.Errorf("%s proposes: %v", who.Name, err)
			}
		}
		for _, id := range []string{"", "x' OR '1'='1", db.NewID()} {
			if err := o.activate(tang, id, o.mark(c.ID)); errs.KindOf(err) != errs.NotFound {
				t.Errorf("the id %q gives %v", id, err)
			}
		}
		o.must(o.activate(sheng, c.ID, o.mark(c.ID)))
	})
}

func TestPressingTwiceIsDoneOnce(t *testing.T) {
	t.Parallel()
	offices(t, func(t *testing.T, o *office) {
		one := o.waiting(zhou, raise("k", nil))
		two, err := o.propose(zhou, raise("k", func(p *catalog.Proposal) { p.Value = "9" }))
		if err != nil || two.ID != one.ID || two.Value != "2100.00" {
			t.Fatalf("the same form again gives %+v, %v", two, err)
		}
		if _, err := o.propose(tang, raise("k", nil)); errs.KindOf(err) != errs.NotFound {
			t.Errorf("somebody else's form gives %v", err)
		}
		seen := o.mark(one.ID)
		o.must(o.activate(tang, one.ID, seen))
		o.must(o.activate(tang, one.ID, seen))
		refused(t, o.activate(sheng, one.ID, seen), errs.Conflict, "唐宁启用")
		refused(t, o.do(func(tx *db.Tx) error { return o.changes.Withdraw(t.Context(), tx, zhou, one.ID) }), errs.Conflict, "唐宁启用")
		if _, seq := o.today(); seq != 1 {
			t.Errorf("%d activations, want one", seq)
		}
	})
}

func TestADayThatIsPastNeedsTheTick(t *testing.T) {
	t.Parallel()
	offices(t, func(t *testing.T, o *office) {
		late := o.waiting(zhou, raise("late", nil))
		o.at("2026-07-02")
		refused(t, o.activate(tang, late.ID, o.mark(late.ID)), errs.Conflict, "已经过了")
		o.must(o.do(func(tx *db.Tx) error { return o.changes.Withdraw(t.Context(), tx, zhou, late.ID) }))
		back := o.waiting(zhou, raise("back", func(p *catalog.Proposal) { p.Retro = true }))
		w, err := o.changes.Weighing(t.Context(), o.db, back.ID)
		if err != nil || w.Impact == nil || w.Impact.On != "2026-07-02" {
			t.Fatalf("a value that began yesterday is weighed as %+v, %v; want as on today", w.Impact, err)
		}
		o.must(o.activate(tang, back.ID, w.Mark))
		s, _ := o.today()
		if got := o.holds(s, "2026-07-01", inQingxi...); got != "¥2,100.00" {
			t.Errorf("yesterday's line is %s", got)
		}
	})
}

func TestARefusalNeedsAReasonAndEndsTheChange(t *testing.T) {
	t.Parallel()
	offices(t, func(t *testing.T, o *office) {
		c := o.waiting(zhou, raise("k", nil))
		refuse := func(who auth.Who, why string) error {
			return o.do(func(tx *db.Tx) error { return o.changes.Refuse(t.Context(), tx, who, c.ID, why) })
		}
		refused(t, refuse(tang, " "), errs.Invalid, "为什么退回")
		refused(t, refuse(zhou, "不改了"), errs.Forbidden, "您提出的")
		refused(t, o.do(func(tx *db.Tx) error { return o.changes.Withdraw(t.Context(), tx, tang, c.ID) }), errs.Forbidden, "提出的人")
		o.must(refuse(tang, "文号不对"))
		refused(t, o.activate(sheng, c.ID, o.mark(c.ID)), errs.Conflict, "唐宁退回")
		past, err := o.changes.Past(t.Context(), o.db, zhou)
		if err != nil || len(past) != 1 || past[0].Reason != "文号不对" || past[0].State != catalog.Refused {
			t.Errorf("past are %+v, %v", past, err)
		}
		if _, seq := o.today(); seq != 0 {
			t.Error("a refused change holds")
		}
	})
}

func TestARunThatDiesIsTakenOverAndALivingOneIsNot(t *testing.T) {
	t.Parallel()
	offices(t, func(t *testing.T, o *office) {
		c, err := o.propose(zhou, raise("k", nil))
		o.must(err)
		o.must(o.do(func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE catalog_impact SET run = 'elsewhere', beat_at = ? WHERE change_id = ?`, db.Millis(tx.Now), c.ID)
			return err
		}))
		o.must(o.queue.RunDue(t.Context()))
		if o.mark(c.ID) != "" {
			t.Fatal("two runs work on one impact at once")
		}
		later := o.now.Load().Add(time.Minute)
		o.now.Store(&later)
		o.must(o.queue.RunDue(t.Context()))
		if o.mark(c.ID) == "" {
			t.Fatal("nobody takes over from a run that has died")
		}
	})
}
