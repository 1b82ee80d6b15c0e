package casework_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/job"
)

func (h *house) settle(c casework.Case, s casework.Settling) error {
	return h.desk.DB.Do(h.ctx, func(tx *db.Tx) error { return h.desk.Settle(h.ctx, tx, c.ID, s) })
}

// torn is a case whose wage the tax office tells differently.
func (h *house) torn() casework.Case {
	h.t.Helper()
	h.say("/tax", `{"found":true,"values":{"wage":246000,"business_income":0}}`)
	c := h.applied("赵玉琴")
	h.act(&c, "accept")
	return c
}

func TestAConflictIsKeptShownAndSettledWithAReason(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		c := h.torn()
		if c.Conflicts != 1 || c.Verdict != "no" {
			t.Fatalf("conflicts %d, verdict %s; want 1 and no by the higher rank", c.Conflicts, c.Verdict)
		}
		if _, err := h.try(casework.Doing{Case: c.ID, Act: "checked", Who: staff("he")}); !errs.Is(err, errs.Conflict) || !strings.Contains(err.Error(), "1 处") {
			t.Errorf("going on with a conflict gives %v", err)
		}
		before := h.rows()
		for name, s := range map[string]casework.Settling{
			"no reason":     {Fact: "工资收入", About: "m1", Value: fact.MoneyOf(1), Reason: " "},
			"no such fact":  {Fact: "运气", About: "m1", Value: fact.MoneyOf(1), Reason: "x"},
			"wrong type":    {Fact: "工资收入", About: "m1", Value: fact.BoolOf(true), Reason: "x"},
			"of nobody":     {Fact: "工资收入", Value: fact.MoneyOf(1), Reason: "x"},
			"of the family": {Fact: "手机号", About: "m1", Value: fact.TextOf("1"), Reason: "x"},
		} {
			if err := h.settle(c, s); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if after := h.rows(); after != before {
			t.Errorf("something was left:\n%s\n%s", before, after)
		}
		h.must(h.settle(c, casework.Settling{Fact: "工资收入", About: "m1", Value: fact.MoneyOf(60000), Reason: "看了工资条", Who: staff("he")}))
		facts, err := h.desk.Facts(t.Context(), h.desk.DB, c.ID)
		h.must(err)
		best, _ := facts.Best("工资收入", "m1")
		if best.Source != fact.Decided || best.Proof != "看了工资条" || len(facts.Latest("工资收入", "m1")) != 3 {
			t.Errorf("%v by %s because %q, %d voices; want the clerk's beside both others", best.Value, best.Source, best.Proof, len(facts.Latest("工资收入", "m1")))
		}
		if c = h.find(c.ID); c.Conflicts != 0 || c.Verdict != "yes" || c.Amount != 30000 {
			t.Errorf("conflicts %d, verdict %s, amount %d", c.Conflicts, c.Verdict, c.Amount)
		}
		h.act(&c, "checked")
		h.act(&c, "withdraw")
		if err := h.settle(c, casework.Settling{Fact: "工资收入", About: "m1", Value: fact.MoneyOf(1), Reason: "x"}); !errs.Is(err, errs.Conflict) {
			t.Errorf("after the end: %v", err)
		}
	})
}

func TestTheDecisionHoldsAllThatItStandsOn(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		c := h.torn()
		h.must(h.settle(c, casework.Settling{Fact: "工资收入", About: "m1", Value: fact.MoneyOf(60000), Reason: "看了工资条", Who: staff("he")}))
		c = h.find(c.ID)
		h.act(&c, "checked")
		h.act(&c, "visited")
		h.act(&c, "propose")
		h.at("2026-03-10")
		h.jobs()
		c = h.find(c.ID)
		if _, ok, err := h.desk.Decided(t.Context(), h.desk.DB, c.ID); ok || err != nil {
			t.Fatalf("it is decided before anybody has: %v", err)
		}
		h.act(&c, "agree")
		got, ok, err := h.desk.Decided(t.Context(), h.desk.DB, c.ID)
		h.must(err)
		want := casework.Decision{Case: c.ID, Number: "390121-2026-J000001", Outcome: casework.Approved, Day: "2026-03-10", Amount: 30000, Service: "heating",
			Version: h.service.Version, Region: got.Region, Facts: got.Facts, Results: got.Results, Reason: "查过了", Office: "清溪县民政局", Role: "经办人", By: "confirm"}
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		if !slices.Contains(got.Region, qingxi) || !slices.Contains(got.Region, liuxi) {
			t.Errorf("the region is %v", got.Region)
		}
		var voices []string
		for _, f := range got.Facts {
			if f.Name == "工资收入" {
				voices = append(voices, fmt.Sprintf("%s %d %v", f.Source, f.Value.Int64(), f.Proof != ""))
			}
		}
		slices.Sort(voices)
		if want := []string{"decided 60000 true", "self 50000 false", "tax 246000 true"}; !slices.Equal(voices, want) {
			t.Errorf("of the wage it holds %v, want %v", voices, want)
		}
		for _, set := range []string{"家庭收入", "收入符合", "符合条件", "月补助"} {
			i := slices.IndexFunc(got.Results, func(f casework.Finding) bool { return f.Set == set })
			if i < 0 || !got.Results[i].Known || got.Results[i].Law == "" || len(got.Results[i].Used) == 0 {
				t.Errorf("the result %s is not there with its article and inputs", set)
			}
		}
		before := h.rows()
		if _, err := h.try(casework.Doing{Case: c.ID, Act: "refuse", Who: staff("zhou"), Reason: "x"}); !errs.Is(err, errs.Conflict) {
			t.Errorf("deciding again gives %v", err)
		}
		if after := h.rows(); after != before {
			t.Error("a second decision left something")
		}
		if n := h.count(`SELECT COUNT(*) FROM casework_decision WHERE record LIKE '%工资%'`); n != 0 {
			t.Error("the record lies in the open")
		}
	})
}

func TestApprovingAgainstTheRulesIsRefused(t *testing.T) {
	t.Parallel()
	h := small(t)
	c := h.until("accept", "checked", "visited", "oppose")
	h.settled(c, "存款", fact.MoneyOf(9000000))
	before := h.rows()
	if _, err := h.try(casework.Doing{Case: c.ID, Act: "agree", Who: staff("zhou"), Reason: "可怜"}); !errs.Is(err, errs.Conflict) {
		t.Errorf("approved all the same: %v", err)
	}
	if after := h.rows(); after != before {
		t.Errorf("something was left:\n%s\n%s", before, after)
	}
}

func TestWhatTheRulesCannotJudgeIsNotDecidedAndSaysWhatItLacks(t *testing.T) {
	t.Parallel()
	h := small(t)
	h.say("/police", `{"found":true,"values":{}}`)
	c := h.until("accept", "checked", "visited")
	for _, act := range []string{"propose", "oppose"} {
		_, err := h.try(casework.Doing{Case: c.ID, Act: act, Who: staff("ding"), Reason: "x"})
		if !errs.Is(err, errs.Conflict) || !strings.Contains(err.Error(), "赵玉琴的本县户籍") {
			t.Errorf("%s without a verdict: %v", act, err)
		}
	}
	all, err := h.desk.Choices(t.Context(), h.desk.DB, c, staff("ding"))
	h.must(err)
	for _, one := range all {
		if blocked := one.Blocked != ""; blocked != (one.Code != "return") {
			t.Errorf("%s is shown as blocked by %q", one.Code, one.Blocked)
		}
	}
}

func TestALetterIsFixedAndItsRemediesEndOnWorkingDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ day, review, suit string }{
		{"2026-03-05", "2026年5月6日", "2026年9月7日"},         // 60 days on 5-4, a holiday; 6 months on a Saturday
		{"2026-03-10", "2026年5月9日", "2026年9月10日"},        // 5-9 is a Saturday that is worked
		{"2026-08-31", "2026年10月30日", "2027年3月1日（暂定，那年"}, // 6 months from 8-31 are 2-28, a Sunday
	} {
		t.Run(c.day, func(t *testing.T) {
			t.Parallel()
			h := small(t)
			h.at(c.day)
			opened := h.until("accept", "checked", "visited", "oppose")
			h.act(&opened, "refuse")
			all, err := h.desk.Letters(t.Context(), h.desk.DB, opened.ID)
			h.must(err)
			if len(all) != 1 {
				t.Fatalf("%d letters, want 1", len(all))
			}
			text := fmt.Sprintf("%+v", all[0].Letter)
			for _, want := range []string{"赵玉琴", "查过了", "行政复议最晚 " + c.review, "起诉最晚 " + c.suit, "申请人的户籍在本县：符合"} {
				if !strings.Contains(text, want) {
					t.Errorf("the letter does not say %q:\n%s", want, text)
				}
			}
			if !strings.HasSuffix(all[0].Letter.VerifyURL, "/public/verify/"+all[0].Code) || !strings.Contains(all[0].Letter.Number, "-J") {
				t.Errorf("address %s, number %s", all[0].Letter.VerifyURL, all[0].Letter.Number)
			}
			rooms := h.rooms // the bureau has another name meanwhile
			rooms.Office, rooms.Queue = casework.Office{Bureau: "别的局"}, job.NewQueue(h.desk.DB, rooms.Log, 1)
			h.at("2026-12-01")
			again, err := casework.New(rooms, h.desk.Services(), nil).LetterByCode(t.Context(), h.desk.DB, all[0].Code)
			h.must(err)
			if !reflect.DeepEqual(again, all[0]) {
				t.Errorf("later it reads otherwise:\n%+v\n%+v", again, all[0])
			}
			if _, err := h.desk.LetterByCode(t.Context(), h.desk.DB, casework.Code()); !errs.Is(err, errs.NotFound) {
				t.Errorf("another code gives %v", err)
			}
		})
	}
}
