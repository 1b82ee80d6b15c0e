package monitor_test

import (
	"testing"
	"time"

	"minzheng/areas/assistance/monitor"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
)

func (h *house) figures(since string) monitor.Figures {
	h.t.Helper()
	at, err := time.Parse(time.DateOnly, since)
	h.must(err)
	f, err := h.room.Count(h.ctx, h.desk.DB, h.desk.Places.Ranges(region.Code(qingxi)), at)
	h.must(err)
	return f
}

func TestFiguresSayHowManyBecameHelpAndHowSoonSomebodyWasInTouch(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		var all [][]person
		for range 4 {
			f := h.family("周一")
			all = append(all, f)
			h.apply("dibao", casework.Approved, f)
			h.say("/hsa/costs", f[0].number, `{"medical_cost":9000000}`)
			h.happens("hsa.costs", "medical", f[0])
		}
		for i, day := range []string{"2026-03-03", "2026-03-04", "2026-03-06"} {
			h.on(day)
			c, err := casework.Find(h.ctx, h.desk.DB, h.warnings()[i].Case)
			h.must(err)
			h.act(c, "reached")
		}
		h.apply("zhichu", casework.Approved, all[0])
		h.closeAs(h.warnings()[0], "helped") // tied at once
		h.closeAs(h.warnings()[1], "wrong")
		f := h.figures("2026-03-01")
		if f.All.Raised != 4 || f.All.Open != 2 || f.All.Ripe != 2 || f.All.Helped != 1 || f.All.Wrong != 1 || f.All.Reached != 3 {
			t.Errorf("in all %+v", f.All)
		}
		if share, ok := f.All.Share(); !ok || share != 50 {
			t.Errorf("%d of a hundred became help, want 50", share)
		}
		if days, ok := f.All.Median(); !ok || days != 2 {
			t.Errorf("somebody was in touch after %v days, want 2", days)
		}
		if f.All.Low() {
			t.Error("of two warnings nobody can say that few became help")
		}
		if len(f.Kinds) != 1 || len(f.Townships) != 1 || f.Townships[0].Key != liuxi || len(f.Monthly) != 1 || f.Monthly[0].Key != "2026-03" {
			t.Errorf("by kind, township and month: %+v", f)
		}
		if n := h.figures("2026-03-05").All.Raised; n != 0 {
			t.Errorf("%d were raised since, want none", n)
		}
		h.on("2026-06-02")
		if f := h.figures("2026-03-01"); f.All.Ripe != 4 {
			t.Errorf("after the days are over %d are ripe, want 4", f.All.Ripe)
		}
	})
}

func TestARuleOfWhichFewWarningsBecameHelpStandsOut(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		helped, ripe int
		want         bool
	}{{0, 9, false}, {0, 10, true}, {1, 10, true}, {2, 10, false}, {19, 100, true}, {20, 100, false}} {
		if got := (monitor.Figure{Helped: one.helped, Ripe: one.ripe}).Low(); got != one.want {
			t.Errorf("%d of %d: low is %t, want %t", one.helped, one.ripe, got, one.want)
		}
	}
}

func TestATrialSaysWhatAnotherLineWouldMeanAndChangesNothing(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		for i, fen := range []string{"800000", "1000000", "9000000"} {
			f := h.family("周一")
			h.apply("dibao", casework.Approved, f)
			h.say("/hsa/costs", f[0].number, `{"medical_cost":`+fen+`}`)
			h.happens("hsa.costs", "medical", f[0])
			if i == 1 {
				h.on("2026-03-04")
				h.apply("zhichu", casework.Approved, f)
				h.must(h.room.LinkHelp(h.ctx))
			}
		}
		h.apply("dibao", casework.Refused, h.family("吴二"))
		if n := len(h.warnings()); n != 3 {
			t.Fatalf("%d warnings, want 3", n)
		}
		tried, err := h.room.Try(h.ctx, "医疗黄线", qingxi, "10") // 12,100
		h.must(err)
		if tried.Families != 4 || tried.Past != 3 || tried.Lost != 2 || tried.Helped != 1 || tried.Milder != 0 {
			t.Errorf("with a higher line %+v", tried)
		}
		if tried, err = h.room.Try(h.ctx, "医疗红线", qingxi, "100"); err != nil || tried.Lost != 0 || tried.Milder != 1 {
			t.Errorf("with a higher red line %+v, %v", tried, err)
		}
		before := h.count(`SELECT COUNT(*) FROM assistance_warning`)
		if _, err := h.room.Try(h.ctx, "医疗黄线", qingxi, "六"); !errs.Is(err, errs.Invalid) {
			t.Errorf("a value that is none gives %v", err)
		}
		if _, err := h.room.Try(h.ctx, "没有这个数", qingxi, "6"); !errs.Is(err, errs.NotFound) {
			t.Errorf("a parameter that is none gives %v", err)
		}
		s, err := h.desk.Services().Find(monitor.Service)
		h.must(err)
		if h.count(`SELECT COUNT(*) FROM assistance_warning`) != before || len(s.Files["changes.yaml"]) > 0 {
			t.Error("a trial has changed something")
		}
	})
}

func TestATrialCountsTheRegisterByWhatIsKnown(t *testing.T) {
	t.Parallel()
	h := open(t, place{dir: t.TempDir()})
	for _, fen := range []int64{500_000, 1_000_000, 9_000_000} {
		f := h.family("周一")
		c := h.apply("dibao", casework.Approved, f)
		h.do(func(tx *db.Tx) error { return h.costs(tx, c.ID, fen) })
	}
	lower, err := h.room.Try(h.ctx, "医疗黄线", qingxi, "4")
	h.must(err)
	higher, err := h.room.Try(h.ctx, "医疗黄线", qingxi, "10")
	h.must(err)
	if k := lower.Kinds[0]; k.Was != 2 || k.Is != 3 || k.More != 1 || k.Fewer != 0 {
		t.Errorf("with a lower line %+v", k)
	}
	if k := higher.Kinds[0]; k.Was != 2 || k.Is != 1 || k.More != 0 || k.Fewer != 1 {
		t.Errorf("with a higher line %+v", k)
	}
}

func TestATableOfKindsIsReadStrictly(t *testing.T) {
	t.Parallel()
	h := open(t, place{dir: t.TempDir()})
	s, err := h.desk.Services().Find(monitor.Service)
	h.must(err)
	for _, k := range monitor.Kinds() { // the one that is there names rules and look-ups that are
		for _, g := range k.Grades {
			if s.Rules.Find(k.Rule+g) == nil {
				t.Errorf("kind %s: no rule %s", k.Code, k.Rule+g)
			}
		}
		for _, source := range k.Asks {
			found := false
			for _, l := range s.Lookups {
				found = found || l.Source == source
			}
			if !found {
				t.Errorf("kind %s: no look-up at %s", k.Code, source)
			}
		}
	}
	const good = `- {kind: a, title: 甲, rule: 甲, grades: [黄], asks: [b], said: 丙}`
	if _, err := monitor.ReadKinds("k", []byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, src := range map[string]string{"twice": good + "\n" + good, "unknown word": good[:len(good)-1] + ", colour: 红}", "red first": `- {kind: a, title: 甲, rule: 甲, grades: [红], asks: [b], said: 丙}`, "nobody to ask": `- {kind: a, title: 甲, rule: 甲, grades: [黄], asks: [], said: 丙}`} {
		if _, err := monitor.ReadKinds("k", []byte(src)); err == nil {
			t.Errorf("%s: is read", name)
		}
	}
}
