package monitor_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"minzheng/areas/assistance/monitor"
	"minzheng/areas/assistance/offer"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

func TestAHintIsAskedAboutAndWhatTheDepartmentAnswersRaisesAWarning(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		all := h.family("周一", "20150101")
		h.apply("dibao", casework.Approved, all)
		h.say("/hsa/costs", all[1].number, `{"medical_cost":1500000}`)
		h.asked = nil
		messages := h.count(`SELECT COUNT(*) FROM notify_message`)
		h.happens("hsa.costs", "medical", all[1])
		got := h.warnings()
		if len(got) != 1 {
			t.Fatalf("%d warnings, want 1", len(got))
		}
		w := got[0]
		if w.Kind != "medical" || w.Grade != monitor.Orange || w.Township != liuxi || w.Origin != "feed" || !w.IsOpen() || w.Name != "周一" {
			t.Errorf("the warning is %+v", w)
		}
		if w.Due.String() != "2026-03-05" { // three working days from Monday
			t.Errorf("somebody is to be in touch until %s, want 2026-03-05", w.Due)
		}
		if len(w.Reasons) != 3 || !w.Reasons[2].Holds || !strings.Contains(w.Reasons[2].Why, "橙线") || len(w.Told) != 1 || !strings.Contains(w.Told[0], "医保告知") {
			t.Errorf("why it was raised: %+v", w.Why)
		}
		for _, one := range h.asked { // only what the kind needs
			if !strings.HasPrefix(one, "/hsa/costs ") {
				t.Errorf("asked was %s", strings.Fields(one)[0])
			}
		}
		c, err := casework.Find(h.ctx, h.desk.DB, w.Case)
		h.must(err)
		if c.Service != monitor.Service || c.Step != "contact" || c.StepDue != w.Due || c.Assignee == "" || c.Verdict != "yes" {
			t.Errorf("its case is %+v", c)
		}
		if n := h.count(`SELECT COUNT(*) FROM notify_message`) - messages; n != 0 {
			t.Errorf("%d messages went out: nobody has applied for anything", n)
		}
		if n := h.count(`SELECT COUNT(*) FROM exchange_receipt WHERE purpose = '核实医疗支出的告知' AND law <> ''`); n != 2 {
			t.Errorf("%d receipts with the purpose, want one for each of the family", n)
		}
	})
}

func TestAHintThatDepartmentsDoNotConfirmRaisesNothing(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		all := h.family("周一")
		h.apply("dibao", casework.Approved, all)
		h.happens("hsa.costs", "medical", all[0])
		h.say("/hsa/costs", all[0].number, `{"medical_cost":725999}`)
		h.happens("hsa.costs", "medical", all[0])
		if got := h.warnings(); len(got) != 0 {
			t.Fatalf("raised was %+v", got)
		}
		h.say("/hsa/costs", all[0].number, `{"medical_cost":726000}`)
		h.happens("hsa.costs", "medical", all[0])
		if got := h.warnings(); len(got) != 1 || got[0].Grade != monitor.Yellow {
			t.Fatalf("at the line %+v, want a yellow one", got)
		}
	})
}

func TestOfPeopleWhoAreNotWatchedOverNothingIsAskedAndNothingIsKept(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		stranger, elder := h.family("周一"), h.family("吴二")
		h.apply("gaoling-jintie", casework.Approved, elder) // no register of low income
		h.jobs()
		h.asked = nil
		h.happens("hsa.costs", "medical", stranger[0], elder[0], person{number: h.number("19700101")})
		h.happens("hsa.costs", "earthquake", stranger[0])
		if len(h.asked) != 0 || len(h.warnings()) != 0 {
			t.Errorf("asked was %v", h.asked)
		}
		if n := h.count(`SELECT COUNT(*) FROM assistance_event WHERE person = ''`); n != 4 {
			t.Errorf("%d events are counted without a person, want 4", n)
		}
		if n := h.count(`SELECT COUNT(*) FROM assistance_event WHERE person <> '' AND kind = 'earthquake'`); n != 0 {
			t.Error("of a kind that nobody knows a person is kept")
		}
	})
}

func TestWhoWasRefusedOrEndedIsWatchedOverForAYear(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		refused, ended, covered := h.family("周一"), h.family("吴二"), h.family("郑三")
		h.apply("dibao", casework.Refused, refused)
		h.apply("dibao", casework.Approved, ended)
		h.apply("gangxing", casework.Approved, covered)
		h.do(func(tx *db.Tx) error {
			_, err := tx.Exec(h.ctx, `UPDATE assistance_benefit SET until = '2026-03' WHERE recipient = ?`, ended[0].id)
			return err
		})
		for _, day := range []struct {
			on   string
			want int
		}{{"2027-03-01", 3}, {"2027-03-02", 2}, {"2027-04-01", 1}} {
			h.on(day.on)
			before := len(h.warnings())
			for _, f := range [][]person{refused, ended, covered} {
				h.say("/hsa/costs", f[0].number, `{"medical_cost":9000000}`)
				h.happens("hsa.costs", "medical", f[0])
			}
			if got := len(h.warnings()) - before; got != day.want {
				t.Errorf("on %s %d families are watched over, want %d", day.on, got, day.want)
			}
			for _, w := range h.warnings() {
				if w.IsOpen() {
					h.closeAs(w, "moved")
				}
			}
			h.do(func(tx *db.Tx) error {
				_, err := tx.Exec(h.ctx, `UPDATE assistance_warning SET basis = id`)
				return err
			})
		}
	})
}

// closeAs closes a warning by an act.
func (h *house) closeAs(w monitor.Warning, act string) {
	h.t.Helper()
	c, err := casework.Find(h.ctx, h.desk.DB, w.Case)
	h.must(err)
	if s, _ := h.desk.Services().Version(h.ctx, h.desk.DB, c.Version); s.Step(c.Step).Act(act) == nil {
		c = h.act(c, "reached")
	}
	h.act(c, act)
}

func TestWhatComesMoreJoinsTheOpenWarningAndCanOnlyMakeItGraver(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		all := h.family("周一", "19500101")
		h.apply("dibao", casework.Approved, all)
		cost := func(fen string) {
			h.say("/hsa/costs", all[0].number, `{"medical_cost":`+fen+`}`)
			h.happens("hsa.costs", "medical", all[0])
		}
		cost("800000")
		cost("3000000")
		cost("800000")
		got := h.warnings()
		if len(got) != 1 || got[0].Grade != monitor.Red || got[0].Due.String() != "2026-03-03" || len(got[0].Told) != 2 {
			t.Fatalf("the warnings are %+v", got)
		}
		c, err := casework.Find(h.ctx, h.desk.DB, got[0].Case)
		h.must(err)
		if c.StepDue.String() != "2026-03-03" {
			t.Errorf("its case is due on %s", c.StepDue)
		}
		h.say("/hrss/unemployment", all[0].number, `{"unemployed":true}`)
		h.happens("hrss.unemployment", "job", all[0])
		if got := h.warnings(); len(got) != 2 || got[1].Kind != "job" || got[1].Grade != monitor.Orange {
			t.Errorf("another kind is a warning of its own: %+v", got)
		}
	})
}

func TestTheSameIsNotRaisedAgainSoonUnlessItIsGraver(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		all := h.family("周一")
		h.apply("dibao", casework.Approved, all)
		h.say("/hsa/costs", all[0].number, `{"medical_cost":800000}`)
		h.happens("hsa.costs", "medical", all[0])
		h.closeAs(h.warnings()[0], "wrong")
		h.happens("hsa.costs", "medical", all[0])
		if n := len(h.warnings()); n != 1 {
			t.Fatalf("the same comes again at once: %d warnings", n)
		}
		h.say("/hsa/costs", all[0].number, `{"medical_cost":1800000}`)
		h.happens("hsa.costs", "medical", all[0])
		if n := len(h.warnings()); n != 2 {
			t.Fatalf("what is graver is not raised: %d warnings", n)
		}
		h.closeAs(h.warnings()[1], "covered")
		for _, day := range []struct {
			on   string
			want int
		}{{"2026-08-29", 2}, {"2026-08-30", 3}} {
			h.on(day.on)
			h.happens("hsa.costs", "medical", all[0])
			if n := len(h.warnings()); n != day.want {
				t.Errorf("on %s there are %d warnings, want %d", day.on, n, day.want)
			}
		}
	})
}

func TestADepartmentThatKeepsSilentIsAskedAgainAndThenAPersonLooks(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		all := h.family("周一")
		h.apply("dibao", casework.Approved, all)
		h.say("/emergency/damage", all[0].number, "silent")
		h.happens("emergency.damage", "disaster", all[0])
		for n := range 4 {
			if len(h.warnings()) != 0 {
				t.Fatalf("after %d times it is raised already", n+1)
			}
			now := h.desk.DB.Now().Add(25 * time.Hour)
			h.now.Store(&now)
			h.jobs()
		}
		got := h.warnings()
		if len(got) != 1 || got[0].Grade != monitor.Yellow || !slices.Equal(got[0].Silent, []string{"应急"}) {
			t.Fatalf("in the end %+v, want a yellow one that is not confirmed", got)
		}
	})
}

func TestAFeedThatComesTwiceLateAndOutOfOrderRaisesOneWarning(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		all := h.family("周一", "20150101")
		h.apply("dibao", casework.Approved, all)
		h.say("/emergency/damage", all[0].number, `{"damage":"严重","damaged_on":"2026-02-20"}`)
		h.tell("emergency.damage", "disaster", all[1], all[0], all[0])
		h.events[1].On, h.events[2].On = "2026-02-28", "2026-02-20" // the later first
		h.happens("emergency.damage", "disaster")
		h.do(func(tx *db.Tx) error { // and all of it once more
			_, err := tx.Exec(h.ctx, `UPDATE assistance_feed SET cursor = ''`)
			return err
		})
		h.happens("emergency.damage", "disaster")
		if got := h.warnings(); len(got) != 1 || got[0].Grade != monitor.Red {
			t.Fatalf("raised were %+v, want one red", got)
		}
		if n := h.count(`SELECT COUNT(*) FROM casework_case WHERE service = 'jiance'`); n != 1 {
			t.Errorf("%d cases", n)
		}
	})
}

func TestWhatNobodyWasInTouchAboutInTimeGoesToTheHead(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		all := h.family("周一")
		h.apply("dibao", casework.Approved, all)
		h.say("/hsa/costs", all[0].number, `{"medical_cost":9000000}`)
		h.happens("hsa.costs", "medical", all[0])
		step := func() string {
			h.must(h.room.Escalate(h.ctx))
			c, err := casework.Find(h.ctx, h.desk.DB, h.warnings()[0].Case)
			h.must(err)
			return c.Step + " " + c.Role
		}
		h.on("2026-03-03") // the last day
		if got := step(); got != "contact township-clerk" {
			t.Fatalf("on its last day it is at %s", got)
		}
		h.on("2026-03-04")
		if got := step(); got != "overdue township-head" {
			t.Fatalf("the day after it is at %s", got)
		}
		c, err := casework.Find(h.ctx, h.desk.DB, h.warnings()[0].Case)
		h.must(err)
		h.act(c, "urge")
		if got := step(); got != "contact township-clerk" {
			t.Errorf("sent back, on the same day it is at %s", got)
		}
		h.on("2026-03-06")
		if got := step(); got != "overdue township-head" {
			t.Errorf("again not in time it is at %s", got)
		}
	})
}

func TestHelpGrantedAfterAWarningIsTiedToItAndOtherGrantsAreNot(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		all, late := h.family("周一", "20150101"), h.family("吴二")
		for _, f := range [][]person{all, late} {
			h.apply("dibao", casework.Approved, f)
			h.say("/hsa/costs", f[0].number, `{"medical_cost":9000000}`)
			h.happens("hsa.costs", "medical", f[0])
		}
		h.on("2026-03-10")
		open := h.apply("zhichu", casework.Open, all)
		h.must(h.room.LinkHelp(h.ctx))
		if w := h.warnings()[0]; w.Help != "" {
			t.Fatal("what is only asked for counts as help")
		}
		h.do(func(tx *db.Tx) error {
			_, err := tx.Exec(h.ctx, `UPDATE casework_case SET state = 'approved', closed = ? WHERE id = ?`, db.Millis(tx.Now), open.ID)
			return err
		})
		h.must(h.room.LinkHelp(h.ctx))
		if w := h.warnings()[0]; w.Help != open.ID || !strings.HasPrefix(w.HelpName, "临时救助") || !w.IsOpen() {
			t.Errorf("the warning has become %+v", w)
		}
		h.on("2026-06-01") // 91 days after
		h.apply("zhichu", casework.Approved, late)
		h.must(h.room.LinkHelp(h.ctx))
		if w := h.warnings()[1]; w.Help != "" {
			t.Error("what was granted after the days counts as help")
		}
	})
}

func TestDeathOfAnEarnerNamesSomebodyWhoLives(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		all := h.family("周一", "19500101", "20160101")
		h.apply("dibao", casework.Approved, all)
		h.say("/civil/death", all[0].number, `{"dead":true,"died_on":"2026-02-25"}`)
		h.happens("civil.death", "death", all[0])
		got := h.warnings()
		if len(got) != 1 || got[0].Grade != monitor.Red || got[0].Name == all[0].name || got[0].Person == all[0].id {
			t.Fatalf("raised was %+v", got)
		}
	})
}

func TestANightFindsWhatIsKnownAndHasItConfirmedOnce(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		all := h.family("周一", "20150101")
		h.family("生人")
		h.apply("dibao", casework.Approved, all)
		h.say("/civil/death", all[0].number, `{"dead":true,"died_on":"2026-02-25"}`)
		h.do(func(tx *db.Tx) error {
			_, err := tx.Exec(h.ctx, `UPDATE people_person SET died = '2026-02-25' WHERE id = ?`, all[0].id)
			return err
		})
		night := func() {
			_, err := offer.New(h.desk).Beside(h.room).Sweep(h.ctx, calendar.DayOf(h.desk.DB.Now()))
			h.must(err)
			h.jobs()
		}
		h.on("2026-03-03")
		c := h.apply("gangxing", casework.Refused, all) // where somebody says on which day
		h.do(func(tx *db.Tx) error { return h.died(tx, c.ID, "2026-02-25") })
		night()
		got := h.warnings()
		if len(got) != 1 || got[0].Origin != "night" || got[0].Kind != "death" {
			t.Fatalf("a night has raised %+v", got)
		}
		h.closeAs(got[0], "covered")
		asked := len(h.asked)
		h.on("2026-03-04")
		night()
		if len(h.asked) != asked || len(h.warnings()) != 1 {
			t.Error("the next night asks about the same again")
		}
	})
}
