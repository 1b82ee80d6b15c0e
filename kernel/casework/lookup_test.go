package casework_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/exchange"
	"minzheng/kernel/people"
)

// family is the case of 赵玉琴 whose husband has not agreed yet.
func (h *house) family() (casework.Case, people.Person) {
	h.t.Helper()
	husband := h.person("王建军")
	a := h.application(h.person("赵玉琴"), 50000)
	a.Members = append(a.Members, casework.Member{Key: "m2", Name: husband.Name, Number: husband.Number, Relation: "配偶", Birth: husband.Birth})
	c, err := h.open(a)
	h.must(err)
	h.jobs()
	return h.find(c.ID), husband
}

func (h *house) consent(c casework.Case, number string, who casework.Actor) error {
	return h.desk.DB.Do(h.ctx, func(tx *db.Tx) error { return h.desk.Consent(h.ctx, tx, c.ID, number, who) })
}

func (h *house) onPaper(c casework.Case, member string, who casework.Actor) error {
	return h.desk.DB.Do(h.ctx, func(tx *db.Tx) error { return h.desk.ConsentOnPaper(h.ctx, tx, c.ID, member, who) })
}

func TestWhatNeedsConsentIsAskedOnlyAfterIt(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		c, husband := h.family()
		if h.times("/police", "王建军") != 1 || h.times("/tax", "王建军")+h.times("/bank", "王建军") != 0 {
			t.Fatalf("before he agreed 公安 was asked %d, 税务 %d, 银行 %d times; want 1, 0, 0", h.times("/police", "王建军"), h.times("/tax", "王建军"), h.times("/bank", "王建军"))
		}
		open, err := h.desk.Requests(t.Context(), h.desk.DB, husband.Number)
		h.must(err)
		if len(open) != 1 || open[0].Case.ID != c.ID || open[0].Member != "m2" {
			t.Errorf("he is asked for %v", open)
		}
		stranger := h.person("孙国平")
		before := h.rows()
		if err := h.consent(c, stranger.Number, citizen(stranger)); !errs.Is(err, errs.NotFound) {
			t.Errorf("a stranger's consent gives %v", err)
		}
		if err := h.onPaper(c, "m2", citizen(stranger)); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a paper that no member of staff has seen gives %v", err)
		}
		if err := h.onPaper(c, "m9", staff("he")); !errs.Is(err, errs.NotFound) {
			t.Errorf("the paper of nobody gives %v", err)
		}
		if after := h.rows(); after != before {
			t.Errorf("something was left:\n%s\n%s", before, after)
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := h.consent(c, husband.Number, citizen(husband)); err != nil {
					t.Errorf("agreeing: %v", err)
				}
			})
		}
		all.Wait()
		h.jobs()
		if h.times("/tax", "王建军") != 1 || h.times("/bank", "王建军") != 1 || h.times("/tax", "赵玉琴") != 1 {
			t.Errorf("after he agreed 税务 was asked %d times, 银行 %d, about her again %d", h.times("/tax", "王建军"), h.times("/bank", "王建军"), h.times("/tax", "赵玉琴")-1)
		}
		if n := h.count(`SELECT COUNT(*) FROM casework_act WHERE case_id = ? AND code = 'consent'`, c.ID); n != 1 {
			t.Errorf("agreeing four times stands %d times in the timeline", n)
		}
		members, err := h.desk.Members(t.Context(), h.desk.DB, c.ID)
		h.must(err)
		if members[1].ConsentBy != "own" || members[1].Consented.IsZero() {
			t.Errorf("he has agreed by %q at %v", members[1].ConsentBy, members[1].Consented)
		}
		h.whole(t)
	})
}

func TestAConsentOnPaperIsOneOfStaffAndCountsOnce(t *testing.T) {
	t.Parallel()
	h := small(t)
	c, husband := h.family()
	for range 2 {
		h.must(h.onPaper(c, "m2", staff("he")))
	}
	h.must(h.consent(c, husband.Number, citizen(husband)))
	h.jobs()
	members, err := h.desk.Members(t.Context(), h.desk.DB, c.ID)
	h.must(err)
	if members[1].ConsentBy != "paper" || h.times("/tax", "王建军") != 1 {
		t.Errorf("consent by %q, 税务 asked %d times", members[1].ConsentBy, h.times("/tax", "王建军"))
	}
	c = h.find(c.ID)
	h.act(&c, "withdraw")
	if err := h.onPaper(c, "m2", staff("he")); !errs.Is(err, errs.Conflict) {
		t.Errorf("after the case ended: %v", err)
	}
}

// tries is how often the bank was asked about a member, whether the question
// reached it or not.
func (h *house) tries(c casework.Case, member string) int {
	h.t.Helper()
	asked, err := h.desk.Lookups(h.ctx, h.desk.DB, c.ID)
	h.must(err)
	for _, a := range asked {
		if a.Source == "bank.deposits" && a.Member == member {
			return a.Tries
		}
	}
	return 0
}

func TestASilentSourceIsAskedOnTheScheduleAndThenNoMore(t *testing.T) {
	t.Parallel()
	h := small(t)
	h.say("/bank", `{"nonsense":1}`)
	c := h.applied("赵玉琴")
	if c.Silent != 1 {
		t.Fatalf("%d departments are silent, want 1", c.Silent)
	}
	now := h.desk.DB.Now()
	tries := 1
	for _, after := range []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 4 * time.Hour, 24 * time.Hour, 24 * time.Hour, 48 * time.Hour} {
		h.wait(now.Add(after - time.Second))
		h.jobs()
		if n := h.tries(c, "m1"); n != tries {
			t.Fatalf("before %v have passed it is asked %d times, want %d", after, n, tries)
		}
		now = now.Add(after)
		h.wait(now)
		h.jobs()
		if tries++; h.tries(c, "m1") != tries {
			t.Fatalf("after %v it is asked %d times, want %d", after, h.tries(c, "m1"), tries)
		}
	}
	h.wait(now.Add(1000 * time.Hour))
	h.jobs()
	if h.tries(c, "m1") != tries || h.times("/tax", "赵玉琴") != 1 || h.count(`SELECT COUNT(*) FROM job_job WHERE kind = 'casework.lookup'`) != 0 {
		t.Errorf("it never ends: asked %d times", h.tries(c, "m1"))
	}
	if c = h.find(c.ID); c.Silent != 1 || c.Verdict != "yes" {
		t.Errorf("the case goes on with silent %d, verdict %s by what she said", c.Silent, c.Verdict)
	}
}

func TestWhoAgreesLateIsNotLeftOutForASourceThatWasGivenUp(t *testing.T) {
	t.Parallel()
	h := small(t)
	h.say("/bank", `{"nonsense":1}`)
	c, husband := h.family()
	for range 10 {
		h.wait(h.desk.DB.Now().Add(50 * time.Hour))
		h.jobs()
	}
	h.must(h.consent(c, husband.Number, citizen(husband)))
	h.jobs()
	h.wait(h.desk.DB.Now().Add(2 * time.Minute))
	h.jobs()
	if h.tries(c, "m2") != 2 {
		t.Errorf("asked about him %d times, want again after a minute", h.tries(c, "m2"))
	}
}

func TestAnAnswerWithAValueOfTheWrongTypeCountsAsGarbledAndTellsNothing(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a word as money":    `{"found":true,"values":{"wage":246000,"business_income":"much"}}`,
		"a fraction of 分":    `{"found":true,"values":{"wage":246000,"business_income":0.5}}`,
		"money without end":  `{"found":true,"values":{"wage":1e300,"business_income":1}}`,
		"a list":             `{"found":true,"values":{"wage":246000,"business_income":[1]}}`,
		"another answer too": `{"found":true,"values":{"wage":246000}} {}`,
		"no found":           `{"values":{"wage":246000}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := small(t)
			h.say("/tax", body)
			c := h.applied("赵玉琴")
			asked, err := h.desk.Lookups(t.Context(), h.desk.DB, c.ID)
			h.must(err)
			for _, a := range asked {
				if want := a.Source != "tax.income"; a.Answered() != want || !want && a.Outcome != exchange.Garbled {
					t.Errorf("%s: %s", a.Source, a.Outcome)
				}
			}
			facts, err := h.desk.Facts(t.Context(), h.desk.DB, c.ID)
			h.must(err)
			for _, fact := range []string{"工资收入", "经营收入"} {
				if best, _ := facts.Best(fact, "m1"); best.Source != "self" {
					t.Errorf("%s counts as %s says: %v", fact, best.Source, best.Value)
				}
			}
			if c.Silent != 1 || c.Conflicts != 0 {
				t.Errorf("silent %d, conflicts %d; want 1, 0", c.Silent, c.Conflicts)
			}
		})
	}
}

func TestANullIsUntoldAndWhatWasNotAskedIsNotLetIn(t *testing.T) {
	t.Parallel()
	h := small(t)
	h.say("/tax", `{"found":true,"values":{"wage":null,"business_income":700,"deposits":99900000}}`)
	c := h.applied("赵玉琴")
	facts, err := h.desk.Facts(t.Context(), h.desk.DB, c.ID)
	h.must(err)
	wage, _ := facts.Best("工资收入", "m1")
	income, _ := facts.Best("经营收入", "m1")
	savings, _ := facts.Best("存款", "m1")
	if wage.Source != "self" || income.Source != "tax" || income.Value.Int64() != 700 || savings.Value.Int64() != 0 || income.Proof == "" {
		t.Errorf("工资 by %s, 经营收入 %v by %s, 存款 %v", wage.Source, income.Value, income.Source, savings.Value)
	}
}

func TestAnAnswerThatComesAfterTheEndIsNotKept(t *testing.T) {
	t.Parallel()
	h := small(t)
	c, err := h.open(h.application(h.person("赵玉琴"), 0))
	h.must(err)
	h.act(&c, "withdraw")
	before := h.count(`SELECT COUNT(*) FROM casework_told`)
	h.jobs()
	if h.times("/police", "赵玉琴") != 0 || h.count(`SELECT COUNT(*) FROM casework_told`) != before {
		t.Error("after she withdrew the departments are still asked")
	}
}

func TestWhoMustAgreeIsToldOnce(t *testing.T) {
	t.Parallel()
	h := small(t)
	c, husband := h.family()
	inbox, err := h.desk.Notify.Inbox(t.Context(), h.desk.DB, string(husband.ID), 10)
	h.must(err)
	if len(inbox) != 1 || inbox[0].Link != "/my/consents/"+string(c.ID) || !strings.Contains(inbox[0].Text, "赵玉琴") {
		t.Errorf("he is told %v", inbox)
	}
}
