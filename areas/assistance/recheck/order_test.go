package recheck_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/areas/assistance/ledger"
	"minzheng/areas/assistance/recheck"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
)

func TestOpeningThatIsCutOffOpensNoneTwiceAndLosesNone(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		const families = 12
		for i := range families {
			h.granted(fmt.Sprintf("冯%d", i))
		}
		h.on("2026-10-09")
		h.must(h.room.CoverAll(h.ctx))
		for cut := 1; cut <= 4; cut++ { // each time it comes a little further before it is cut off in the middle of a transaction
			ctx, cancel := context.WithCancel(h.ctx)
			seen := 0
			h.entering = func() error {
				if seen++; seen == 3 {
					cancel()
				}
				return ctx.Err()
			}
			if _, err := h.room.OpenDue(ctx); err == nil {
				t.Fatalf("cut %d: nothing is said of being cut off", cut)
			}
			h.entering = nil
			if n, want := h.count(`SELECT COUNT(*) FROM assistance_recheck`), int64(2*cut); n != want {
				t.Fatalf("after cut %d there are %d re-checks, want %d: what was whole stays, what was not is gone", cut, n, want)
			}
		}
		if _, err := h.room.OpenDue(h.ctx); err != nil {
			t.Fatal(err)
		}
		if n := h.count(`SELECT COUNT(DISTINCT benefit) FROM assistance_recheck`); n != families {
			t.Errorf("%d benefits are looked at, want %d", n, families)
		}
		for what, query := range map[string]string{
			"re-checks":             `SELECT COUNT(*) FROM assistance_recheck`,
			"cases":                 `SELECT COUNT(*) FROM casework_case WHERE again <> ''`,
			"cases with a re-check": `SELECT COUNT(*) FROM casework_case c JOIN assistance_recheck r ON r.case_id = c.id`,
		} {
			if n := h.count(query); n != families {
				t.Errorf("there are %d %s, want %d", n, what, families)
			}
		}
	})
}

func TestABenefitThatCannotBeOpenedHoldsNoOtherBack(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	broken, _ := h.granted("陈一")
	h.granted("陈二")
	h.on("2026-10-09")
	h.must(h.room.CoverAll(h.ctx))
	h.do(func(tx *db.Tx) error {
		_, err := tx.Exec(h.ctx, `UPDATE assistance_benefit SET case_id = 'lost' WHERE id = ?`, broken)
		return err
	})
	if n, err := h.room.OpenDue(h.ctx); err != nil || n != 1 {
		t.Errorf("%d are opened (%v), want the other one", n, err)
	}
}

// worse are the effects that take something away.
var worse = []string{"recheck-less", "recheck-fade", "recheck-stop", "recheck-end"}

func TestEveryWayToLessPassesTheHearingOrNamesWhatLetsItSkip(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	s, err := h.desk.Services().Find(recheck.Procedure)
	h.must(err)
	found := map[string]bool{}
	for _, st := range s.Steps {
		for _, a := range st.Acts {
			for _, e := range a.Effects {
				if !slices.Contains(worse, e) {
					continue
				}
				found[e] = true
				if a.Doer() != "staff" || !a.Decides || a.Letter == "" || a.Law == "" {
					t.Errorf("%s takes something away without a person, a record, a letter or an article", a.Code)
				}
				if !slices.Contains(a.Needs, "done:hear") && !(strings.Contains(a.Hint, "社会救助法第48条") && e == "recheck-end") {
					t.Errorf("%s needs no hearing and does not say why", a.Code)
				}
			}
		}
	}
	if len(found) != len(worse) {
		t.Errorf("only %v are in the procedure", found)
	}
	hear := s.Step("differs").Act("hear")
	if to := s.Step(hear.To); to == nil || to.Wait == nil || to.Role != "citizen" || hear.Letter == "" {
		t.Error("the hearing does not wait for the recipient with a letter")
	}
}

func TestTheEffectsThemselvesRefuseLessWithoutAHearing(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	b, all := h.granted("褚一")
	h.say("/tax/income", all[0].number, `{"wage":200000}`)
	h.daily("2026-10-09")
	c := h.open(b)
	s, err := h.desk.Services().Version(h.ctx, h.desk.DB, c.Version)
	h.must(err)
	facts, err := h.desk.Facts(h.ctx, h.desk.DB, c.ID)
	h.must(err)
	for _, name := range worse {
		err := h.desk.DB.Do(h.ctx, func(tx *db.Tx) error {
			day := calendar.DayOf(tx.Now)
			return recheck.Effects()[name](h.ctx, tx, casework.Effecting{Case: c, Service: s, Facts: facts, Judgement: h.desk.Judge(c, s, facts, day), Day: day, Desk: h.desk,
				Words: map[string]any{}, Detail: map[string]string{}, Or: func() {}})
		})
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("%s without a hearing gives %v, want a conflict", name, err)
		}
	}
	if n := h.count(`SELECT COUNT(*) FROM assistance_benefit WHERE until = ''`); n != 1 {
		t.Error("the benefit was ended")
	}
}

// life is one family's fate under test.
type life struct {
	*house
	rt      *rapid.T
	benefit string
	all     []person
	day     calendar.Day
	past    map[ledger.Month]int64
	events  []string
	dead    map[string]bool
}

func TestWhateverComesInWhateverOrderABenefitHasOneAmountAMonthAndOneOpenRecheck(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		if n++; n > 30 && os.Getenv("MINZHENG_TESTS") != "whole" {
			return // each is half a year of a family
		}
		h.on("2026-03-02")
		l := &life{house: h, rt: rt, past: map[ledger.Month]int64{}, dead: map[string]bool{}}
		l.benefit, l.all = h.granted(fmt.Sprintf("卫%d", n), "19720101", "20150101")
		l.day, _ = calendar.Parse("2026-04-01")
		h.on(l.day.String())
		h.feed("tax.income", func(string) string { return l.told() })
		for range rapid.IntRange(4, 16).Draw(rt, "steps") {
			l.step()
			l.holds()
		}
		h.do(func(tx *db.Tx) error { // the next family starts in spring
			if _, err := tx.Exec(h.ctx, `UPDATE assistance_benefit SET until = '2026-03'`); err != nil {
				return err
			}
			_, err := tx.Exec(h.ctx, `DELETE FROM assistance_feed`)
			return err
		})
	})
}

// told is all that the feed has ever told, always from the beginning.
func (l *life) told() string {
	return `{"events":[` + strings.Join(l.events, ",") + `],"next":"x"}`
}

func (l *life) step() {
	l.t.Helper()
	switch rapid.SampledFrom([]string{"wait", "wage", "death", "event", "act", "act", "drive", "drive", "report", "daily"}).Draw(l.rt, "what") {
	case "wait":
		l.day += calendar.Day(rapid.IntRange(1, 40).Draw(l.rt, "days"))
		l.on(l.day.String())
		l.jobs()
	case "wage":
		who := rapid.IntRange(0, 1).Draw(l.rt, "who")
		l.say("/tax/income", l.all[who].number, fmt.Sprintf(`{"wage":%d}`, rapid.Int64Range(0, 400000).Draw(l.rt, "wage")))
	case "death":
		who := rapid.IntRange(0, 2).Draw(l.rt, "who")
		if !l.dead[l.all[who].number] {
			l.dead[l.all[who].number] = true
			l.say("/civil/death", l.all[who].number, fmt.Sprintf(`{"dead":true,"died_on":%q}`, l.day))
		}
	case "event":
		who := l.all[rapid.IntRange(0, 2).Draw(l.rt, "who")]
		kind := rapid.SampledFrom([]string{"income", "death", "move", "prison", "marriage"}).Draw(l.rt, "kind")
		l.events = append(l.events, fmt.Sprintf(`{"id":%q,"number":%q,"kind":%q,"on":%q}`, who.number+kind, who.number, kind, l.day-calendar.Day(rapid.IntRange(0, 60).Draw(l.rt, "ago"))))
		l.must(l.room.ReadFeeds(l.ctx))
		l.jobs()
	case "daily":
		l.must(l.room.CoverAll(l.ctx))
		_, err := l.room.OpenDue(l.ctx)
		l.must(err)
		l.jobs()
	case "report":
		l.report()
	case "act":
		l.actSomehow("")
	case "drive":
		l.drive()
	}
}

// drive goes for a decision, by whatever acts lead there.
func (l *life) drive() {
	for _, a := range []string{"hear", "raise", "died", "replace", "agree", "propose"} {
		l.actSomehow(a)
	}
	for _, a := range rapid.Permutation([]string{"more", "less", "keep", "fade", "stop", "end", "unchanged", "confirm"}).Draw(l.rt, "decisions") {
		l.actSomehow(a)
	}
}

func (l *life) report() {
	err := l.desk.DB.Do(l.ctx, func(tx *db.Tx) error {
		_, err := l.room.Look(l.ctx, tx, recheck.Occasion{Benefit: l.benefit, Origin: recheck.Resident, Title: "您说家里情况变了", By: casework.Actor{ID: "x", Name: "x", Role: "citizen"},
			Facts: []fact.Statement{{Name: "零工收入", About: "m2", Value: fact.MoneyOf(rapid.Int64Range(0, 200000).Draw(l.rt, "odd")), Source: "self", At: tx.Now.UTC()}}})
		return err
	})
	if err != nil && !errs.Is(err, errs.Conflict) {
		l.rt.Fatalf("reporting a change: %v", err)
	}
	l.jobs()
}

// actSomehow tries an act, or any of the step, whether it may be done or not.
func (l *life) actSomehow(code string) {
	id, err := db.One(l.ctx, l.desk.DB, db.Value[string], `SELECT case_id FROM assistance_recheck WHERE open_key = ?`, l.benefit)
	if err != nil {
		return
	}
	c, err := casework.Find(l.ctx, l.desk.DB, casework.ID(id))
	l.must(err)
	s, err := l.desk.Services().Version(l.ctx, l.desk.DB, c.Version)
	l.must(err)
	acts := s.Step(c.Step).Acts
	a := s.Step(c.Step).Act(code)
	if code == "" {
		a = &acts[rapid.IntRange(0, len(acts)-1).Draw(l.rt, "act")]
	}
	if a == nil || a.Doer() == "clock" {
		return
	}
	l.settleAll(c)
	if _, err := l.try(c, a.Code); err != nil && errs.KindOf(err) == errs.Fault {
		l.rt.Fatalf("%s in %s: %v", a.Code, c.Step, err)
	}
	l.jobs()
}

// settleAll takes the best source where sources differ.
func (l *life) settleAll(c casework.Case) {
	s, err := l.desk.Services().Version(l.ctx, l.desk.DB, c.Version)
	l.must(err)
	facts, err := l.desk.Facts(l.ctx, l.desk.DB, c.ID)
	l.must(err)
	for _, k := range l.desk.Conflicts(s, facts) {
		l.do(func(tx *db.Tx) error {
			return l.desk.Settle(l.ctx, tx, c.ID, casework.Settling{Fact: k.Def.Name, About: k.About, Value: k.Said[0].Value, Reason: "查过了", Who: casework.Actor{ID: "he", Role: "township-clerk"}})
		})
	}
}

// holds checks what must be so after every step.
func (l *life) holds() {
	l.t.Helper()
	if n := l.count(`SELECT COUNT(*) FROM assistance_recheck WHERE benefit = ? AND outcome = ''`, l.benefit); n > 1 {
		l.rt.Fatalf("%d re-checks are open", n)
	}
	if n := l.count(`SELECT COUNT(*) FROM casework_case AS c JOIN assistance_recheck AS r ON r.case_id = c.id WHERE r.benefit = ? AND (c.state = 'open') <> (r.outcome = '')`, l.benefit); n != 0 {
		l.rt.Fatalf("%d re-checks and their cases do not end together", n)
	}
	b, err := recheck.Find(l.ctx, l.desk.DB, l.benefit)
	l.must(err)
	this := ledger.MonthOf(l.day)
	for _, m := range ledger.Months(b.Since, this) {
		now, err := ledger.AmountIn(l.ctx, l.desk.DB, l.benefit, m)
		l.must(err)
		if was, seen := l.past[m]; seen && was != now || now < 0 {
			l.rt.Fatalf("%s was %d and is %d: what has passed must not change", m, was, now)
		}
		l.past[m] = now
	}
	all, err := l.room.Of(l.ctx, l.desk.DB, l.benefit)
	l.must(err)
	for _, re := range all {
		takes := re.Outcome == recheck.Less || re.Outcome == recheck.Stopped || re.Outcome == recheck.Faded
		if takes && (re.Heard == nil || re.Heard.Answer == "") {
			l.rt.Fatalf("it ended as %s without a hearing", re.Outcome)
		}
		if re.Outcome == recheck.Ended && len(l.dead) < 3 {
			l.rt.Fatalf("it ended with everybody's death, and %d have died", len(l.dead))
		}
	}
	if b.Until != "" && l.count(`SELECT COUNT(*) FROM assistance_recheck WHERE benefit = ? AND outcome IN ('stop', 'fade', 'dead')`, l.benefit) != 1 {
		l.rt.Fatalf("it has ended, and no decision says so")
	}
}

func TestEveryServiceThatRunsCanBeLookedAtAgainAndOverlapsNameServicesThatAre(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	codes, over := map[string]bool{}, 0
	for _, s := range h.desk.Services().All() {
		if codes[s.Code] = true; s.Procedure || s.Grants().Kind == catalog.Once {
			continue
		}
		one, err := h.desk.Services().Over(recheck.Procedure, s)
		if err != nil || one.Base() != s.Code || one.Step("hearing") == nil {
			t.Errorf("%s cannot be looked at again: %v", s.Code, err)
		}
		if s.Grants().Review > 0 && s.AsksConsent() && !s.Consent.Lasts {
			t.Errorf("%s is looked at again, and its consent does not last", s.Code)
		}
		over++
	}
	if over < 8 {
		t.Errorf("only %d services run", over)
	}
	rules, err := recheck.Rules()
	h.must(err)
	for _, r := range rules {
		for _, code := range append(slices.Clone(r.A), r.B...) {
			if !codes[code] {
				t.Errorf("overlap %s names %s, which is no service", r.Code, code)
			}
		}
	}
}
