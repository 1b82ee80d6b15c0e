package supervision_test

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/areas/assistance/supervision"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
)

// act does an act with what is filled in.
func (h *house) act(c casework.Case, act string, sent url.Values) (casework.Case, error) {
	s, err := h.desk.Services().Version(h.ctx, h.desk.DB, c.Version)
	h.must(err)
	do := casework.Doing{Case: c.ID, Act: act, Reason: "查过了", Who: casework.Actor{ID: c.Step + "/" + act, Name: "何芳", Role: "township-clerk"}}
	one := s.Step(c.Step).Act(act)
	if one == nil {
		h.t.Fatalf("no act %s in step %s", act, c.Step)
	}
	if one.Doer() == "clock" {
		do.Who = casework.System
	}
	var problems errs.Problems
	do.Answers, problems = form.Read(one.Form, sent, h.desk.DB.Now())
	h.must(problems.Err())
	err = h.desk.DB.Do(h.ctx, func(tx *db.Tx) error {
		c, err = h.desk.Act(h.ctx, tx, do)
		return err
	})
	return c, err
}

// disputed is a case whose notice was objected to.
func (h *house) disputed() casework.Case {
	h.t.Helper()
	c, _ := h.applied("王大田", liuxi)
	visited := url.Values{"visited_on": {"2026-03-02"}, "visit_way": {"入户"}, "investigator_1": {"何芳"}, "investigator_2": {"张明"}, "visit_found": {"情况属实"}, "visit_signed": {"是"}}
	for _, one := range []struct {
		act  string
		sent url.Values
	}{{"accept", nil}, {"checked", nil}, {"visited", visited}, {"propose", nil}} {
		var err error
		c, err = h.act(c, one.act, one.sent)
		h.must(err)
	}
	notices, _, err := casework.Notices(h.ctx, h.desk.DB, qingxi, c.Accepted, 0, 1)
	h.must(err)
	h.do(func(tx *db.Tx) error {
		_, err := h.desk.Object(h.ctx, tx, notices[0].ID, "他家有门面房，请查一查。", "")
		return err
	})
	h.on("2026-03-10")
	h.jobs()
	return h.find(c.ID)
}

func meeting(yes, no, none, delegates int, clear string) url.Values {
	n := strconv.Itoa
	return url.Values{"appraised_on": {"2026-03-10"}, "appraised_at": {"村委会"}, "appraisal_chair": {"赵主任"}, "appraisal_present": {n(yes + no + none)}, "appraisal_delegates": {n(delegates)},
		"appraisal_for": {n(yes)}, "appraisal_against": {n(no)}, "appraisal_abstained": {n(none)}, "appraisal_said": {"大家都说他家没有门面房"}, "appraisal_clear": {clear}}
}

func TestADisputedObjectionIsAppraisedByTheVillageWhichDecidesNothing(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := h.disputed()
		if c.Step != "reinvestigate" || c.StepDue == 0 || !c.Extended || c.Due.String() != "2026-05-08" {
			t.Fatalf("with an objection the case is at %s until %s, want 45 working days in all", c.Step, c.Due)
		}
		if _, err := h.act(c, "appraised", meeting(8, 2, 1, 9, "是")); !errs.Is(err, errs.Conflict) {
			t.Errorf("a meeting that nobody convened is recorded: %v", err)
		}
		due := c.StepDue
		c, err := h.act(c, "appraise", nil)
		h.must(err)
		for field, sent := range map[string]url.Values{"appraisal_present": meeting(3, 1, 0, 4, "是"), "appraisal_delegates": meeting(8, 2, 1, 3, "是"), "appraisal_clear": meeting(8, 2, 1, 9, "否")} {
			_, err := h.act(c, "appraised", sent)
			if p := (errs.Problems{}); !errors.As(err, &p) || p.Of(field) == "" {
				t.Errorf("a meeting with a bad %s gives %v", field, err)
			}
		}
		verdict := c.Verdict
		c, err = h.act(c, "appraised", meeting(2, 8, 1, 9, "是"))
		h.must(err)
		if c.Step != "reinvestigate" || c.StepDue != due || c.Verdict != verdict || !c.IsOpen() {
			t.Errorf("after the meeting it is at %s until %s with %s; want the same clock, and nothing decided", c.Step, c.StepDue, c.Verdict)
		}
		past, err := h.desk.Timeline(h.ctx, h.desk.DB, c.ID)
		h.must(err)
		if got := past[len(past)-1].Detail["评议结果"]; !strings.Contains(got, "赞成 2 人，不赞成 8 人，弃权 1 人：多数不赞成") {
			t.Errorf("the record says %q", got)
		}
		c, err = h.act(c, "answer", nil)
		h.must(err)
		if c.Step != "confirm" {
			t.Errorf("it goes on to %s, want confirm: the county decides", c.Step)
		}
	})
}

func TestAnObjectionThatHoldsHasTheFamilyLookedAtAndShownAnew(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	c, err := h.act(h.disputed(), "upheld", nil)
	h.must(err)
	if c.Step != "visit" {
		t.Fatalf("it goes to %s, want visit", c.Step)
	}
	all, err := h.desk.Objections(h.ctx, h.desk.DB, c.ID)
	h.must(err)
	if len(all) != 1 || all[0].Answer == "" {
		t.Errorf("whoever objected reads %+v", all)
	}
}

// However the counts are, a record is taken only if they add up, enough came
// and enough of them are delegates.
func TestOnlyCountsThatCanBeAreRecorded(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	c, err := h.act(h.disputed(), "appraise", nil)
	h.must(err)
	s, err := h.desk.Services().Version(h.ctx, h.desk.DB, c.Version)
	h.must(err)
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(name string) int { return rapid.IntRange(0, 12).Draw(rt, name) }
		yes, no, none, present, delegates := draw("yes"), draw("no"), draw("none"), draw("present"), draw("delegates")
		sent := meeting(yes, no, none, delegates, "是")
		sent.Set("appraisal_present", strconv.Itoa(present))
		answers, problems := form.Read(s.Step("reinvestigate").Act("appraised").Form, sent, h.desk.DB.Now())
		if len(problems) > 0 {
			rt.Fatal(problems)
		}
		err := h.desk.DB.Do(h.ctx, func(tx *db.Tx) error {
			return supervision.Effects()["weigh-appraisal"](h.ctx, tx, casework.Effecting{Desk: h.desk, Case: c, Answers: answers, Day: c.Accepted, Detail: map[string]string{}})
		})
		can := yes+no+none == present && present >= 7 && delegates <= present && delegates*100 >= 60*present
		if (err == nil) != can {
			rt.Fatalf("%d+%d+%d of %d with %d delegates gives %v", yes, no, none, present, delegates, err)
		}
	})
}

// What is never shown in public is never talked over in a village either.
func TestWhatIsNeverShownInPublicIsNeverAppraised(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	public := 0
	for _, s := range h.desk.Services().All() {
		shown := false
		for _, st := range s.Steps {
			shown = shown || st.Publicity != nil
		}
		if appraises(s) != shown {
			t.Errorf("%s: shown in public %t, appraised %t", s.Code, shown, appraises(s))
		}
		if shown {
			public++
		}
		if (s.Code == "guer" || s.Code == "wuren-fuyang") && shown {
			t.Errorf("%s is shown in public", s.Code)
		}
	}
	if public == 0 {
		t.Error("no service is shown in public")
	}
}

func appraises(s *catalog.Service) bool {
	for _, st := range s.Steps {
		for _, a := range st.Acts {
			for _, f := range a.Form {
				if strings.HasPrefix(f.Fact, "评议") {
					return true
				}
			}
		}
	}
	return false
}
