package offer_test

import (
	"strings"
	"testing"

	"minzheng/kernel/area"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
)

func TestWhoReachesTheAgeIsOfferedItOnceWithItsReasons(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		p := h.person("1946-03-03")
		young := h.person("1990-01-01")
		if s := h.sweep(); s.Made != 0 || s.People != 2 || s.Households != 2 {
			t.Fatalf("the day before the birthday the sweep gives %+v, want 2 people and no offer", s)
		}
		h.at("2026-03-03")
		if s := h.sweep(); s.Made != 1 {
			t.Fatalf("on the birthday %d offers are made, want 1", s.Made)
		}
		all := h.of(p)
		if len(all) != 1 || len(h.of(young)) != 0 {
			t.Fatalf("offered are %+v", all)
		}
		o := all[0]
		if o.Service != "gaoling" || o.Amount != 6000 || o.State != area.Made || o.Worker || o.Family || o.Lead == "" || o.Day != h.today() {
			t.Errorf("the offer is %+v", o)
		}
		if len(o.Reasons) != 4 || !strings.Contains(o.Reasons[0].Why, "80") || o.Reasons[0].Law == "" || !o.Reasons[0].Holds {
			t.Errorf("the reasons are %+v", o.Reasons)
		}
		if len(o.Confirm) != 1 || o.Confirm[0].Say != "在别的县领着吗？没有领" || !o.Confirm[0].Said {
			t.Errorf("still to be confirmed is %+v", o.Confirm)
		}
		h.at("2026-03-04")
		if s := h.sweep(); s.Made != 0 || s.Lapsed != 0 {
			t.Errorf("the next night gives %+v, want nothing new", s)
		}
	})
}

func TestAcceptedTwiceItIsOneCaseThatBeginsWithWhatIsKnown(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		p := h.person("1940-05-01")
		h.sweep()
		o := h.of(p)[0]
		c, err := h.accept(o.ID, p)
		h.must(err)
		again, err := h.accept(o.ID, p)
		h.must(err)
		if c.ID != again.ID || h.count(`SELECT COUNT(*) FROM casework_case`) != 1 {
			t.Fatalf("two taps make %s and %s", c.ID, again.ID)
		}
		if c.Service != "gaoling" || c.Applicant != p.ID || c.Region != village || !c.IsOpen() {
			t.Errorf("the case is %+v", c)
		}
		members, err := h.desk.Members(h.ctx, h.db, c.ID)
		h.must(err)
		if len(members) != 1 || members[0].ConsentBy != "own" || members[0].Number != p.Number {
			t.Errorf("its members are %+v", members)
		}
		facts, err := h.desk.Facts(h.ctx, h.db, c.ID)
		h.must(err)
		if st, ok := facts.Best("在别处领高龄津贴", "m1"); !ok || st.Value.Bool() || st.Source != "self" {
			t.Errorf("what was confirmed by the tap is %+v", st)
		}
		if st, ok := facts.Best("手机号", ""); !ok || st.Value.Word() != p.Phone || st.Source != "register" {
			t.Errorf("the phone is %+v", st)
		}
		if h.count(`SELECT COUNT(*) FROM assistance_benefit`) != 0 {
			t.Error("accepting has started a payment")
		}
		if s := h.sweep(); s.Made != 0 {
			t.Errorf("while the case is open %d offers are made", s.Made)
		}
		if got := h.of(p)[0]; got.State != area.Accepted || got.Case != c.ID {
			t.Errorf("the offer is %s with case %s", got.State, got.Case)
		}
	})
}

func TestSomebodyElsesOfferIsNotThere(t *testing.T) {
	t.Parallel()
	h := small(t)
	p, other := h.person("1940-05-01"), h.person("1950-05-01")
	h.sweep()
	o := h.of(p)[0]
	for _, id := range []string{o.ID, "forged", ""} {
		if _, err := h.accept(id, other); !errs.Is(err, errs.NotFound) {
			t.Errorf("accepting %q for somebody else gives %v, want NotFound", id, err)
		}
		err := h.db.Do(h.ctx, func(tx *db.Tx) error { return h.offers.Decline(h.ctx, tx, id, other) })
		if !errs.Is(err, errs.NotFound) {
			t.Errorf("declining %q for somebody else gives %v, want NotFound", id, err)
		}
	}
	if got := h.of(p)[0]; got.State != area.Made || h.count(`SELECT COUNT(*) FROM casework_case`) != 0 {
		t.Errorf("after that the offer is %s", got.State)
	}
}

func TestWhoSaidNoIsNotAskedAgainForTheSameReason(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		p := h.person("1940-05-01")
		h.sweep()
		o := h.of(p)[0]
		decline := func(tx *db.Tx) error { return h.offers.Decline(h.ctx, tx, o.ID, p) }
		h.do(decline)
		h.do(decline) // a second tap is no error
		for _, day := range []string{"2026-03-03", "2027-03-03", "2036-05-01"} {
			h.at(day)
			if s := h.sweep(); s.Made != 0 {
				t.Errorf("on %s it is offered again", day)
			}
		}
		if _, err := h.accept(o.ID, p); !errs.Is(err, errs.Conflict) {
			t.Errorf("accepting it now gives %v, want a conflict", err)
		}
	})
}

func TestWhatNoLongerHoldsLapsesAndComesBackWhenItHoldsAgain(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		p := h.person("1940-05-01")
		h.sweep()
		set := func(column, value string) {
			h.do(func(tx *db.Tx) error {
				_, err := tx.Exec(h.ctx, `UPDATE people_person SET `+column+` = ? WHERE id = ?`, value, p.ID)
				return err
			})
		}
		set("region", "")
		if s := h.sweep(); s.Lapsed != 1 || h.of(p)[0].State != area.Lapsed {
			t.Fatalf("after moving away: %+v, %s", s, h.of(p)[0].State)
		}
		if _, err := h.accept(h.of(p)[0].ID, p); !errs.Is(err, errs.Conflict) {
			t.Errorf("accepting what has lapsed gives %v, want a conflict", err)
		}
		set("region", village)
		if s := h.sweep(); s.Made != 1 || len(h.of(p)) != 1 || h.of(p)[0].State != area.Made {
			t.Fatalf("after coming back: %+v", s)
		}
		set("household", "aaa") // earlier on the walk than where the offer stands
		h.sweep()
		if got := h.of(p); len(got) != 1 || got[0].State != area.Made {
			t.Errorf("in another household the offers are %+v", got)
		}
		set("household", "") // at the very end of the walk
		h.sweep()
		if got := h.of(p); len(got) != 1 || got[0].State != area.Made {
			t.Errorf("in no household the offers are %+v", got)
		}
		set("died", "2026-03-01")
		if s := h.sweep(); s.Lapsed != 1 {
			t.Errorf("after the death %+v, want it lapsed", s)
		}
	})
}

func TestNobodyIsOfferedWhatTheyReceiveOrWereRefusedForTheSameReason(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		p, q := h.person("1940-05-01"), h.person("1946-03-20")
		h.do(func(tx *db.Tx) error {
			_, err := tx.Exec(h.ctx, `INSERT INTO assistance_benefit (id, case_id, service, title, recipient, region, members, amount, since, version, review)
				VALUES ('b', 'c', 'gaoling', '高龄津贴', ?, ?, 1, 6000, '2026-01', 'v', '2027-01')`, p.ID, village)
			return err
		})
		if s := h.sweep(); s.Made != 0 {
			t.Fatalf("who receives it is offered it: %+v", s)
		}
		h.do(func(tx *db.Tx) error {
			_, err := tx.Exec(h.ctx, `UPDATE assistance_benefit SET until = '2026-02'`)
			return err
		})
		if s := h.sweep(); s.Made != 1 {
			t.Errorf("after it has ended: %+v, want an offer", s)
		}
		refused := func(p people.Person) {
			c, err := h.accept(h.of(p)[0].ID, p)
			h.must(err)
			h.do(func(tx *db.Tx) error { // as an officer's refusal leaves it
				_, err := tx.Exec(h.ctx, `UPDATE casework_case SET state = 'refused', closed = ? WHERE id = ?`, db.Millis(tx.Now), c.ID)
				return err
			})
		}
		refused(p)
		h.at("2026-03-05")
		if s := h.sweep(); s.Made != 0 {
			t.Errorf("after a refusal by the same facts: %+v", s)
		}
		// who was refused for being too young is found when old enough
		h.apply(q, "refused")
		h.at("2026-03-20")
		if s := h.sweep(); s.Made != 1 || len(h.of(q)) != 1 {
			t.Errorf("refused at 79 and now 80: %+v, want an offer", s)
		}
	})
}

func TestWhomNoPhoneReachesTheWorkerTakesUp(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		p := h.person("1940-05-01", func(p *people.Person) { p.Phone = "" })
		h.person("1941-05-01")
		h.sweep()
		list := func(kind string) []area.Offer {
			all, n, err := h.offers.List(h.ctx, h.db, area.OfferQuery{Region: "390121001", Kind: kind, Limit: 10})
			h.must(err)
			if n != len(all) {
				t.Errorf("%d of %d are listed", len(all), n)
			}
			return all
		}
		if got := list("worker"); len(got) != 1 || got[0].Person != p.ID || !got[0].Worker {
			t.Fatalf("the worker's list is %+v", got)
		}
		h.at("2026-03-20")
		if got := list("worker"); len(got) != 2 {
			t.Errorf("after two weeks unseen the worker's list has %d", len(got))
		}
		id := h.of(p)[0].ID
		visit := func(v area.Visit) error {
			return h.db.Do(h.ctx, func(tx *db.Tx) error { return h.offers.Visit(h.ctx, tx, id, clerk, v) })
		}
		if err := visit(area.Visit{Way: "dream", Outcome: "x"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("a visit of no kind gives %v", err)
		}
		h.must(visit(area.Visit{Way: "home", Outcome: "later", Note: "要等儿子回来"}))
		var c1, c2 string
		take := func(tx *db.Tx) error {
			c, err := h.offers.TakeUp(h.ctx, tx, id, clerk, area.Mandate{Way: "当面", Note: "老人按了手印", Sign: true})
			c1, c2 = c2, string(c.ID)
			return err
		}
		h.do(take)
		h.do(take)
		if c1 != c2 || h.of(p)[0].State != area.Taken {
			t.Fatalf("taken up twice it is %s and %s, %s", c1, c2, h.of(p)[0].State)
		}
		visits, err := h.offers.Visits(h.ctx, h.db, id)
		h.must(err)
		if len(visits) != 2 || visits[1].Note != "要等儿子回来" {
			t.Errorf("the visits are %+v", visits)
		}
		if got := list("closed"); len(got) != 1 || got[0].By != clerk.Name {
			t.Errorf("closed are %+v", got)
		}
		if n := h.count(`SELECT COUNT(*) FROM assistance_offer_visit WHERE note LIKE '%儿子%'`); n != 0 {
			t.Error("a note lies open in the database")
		}
	})
}
