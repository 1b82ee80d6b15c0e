package offer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"minzheng/areas/assistance/offer"
	"minzheng/kernel/area"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/family"
	"minzheng/kernel/people"
)

// crowd registers some who qualify and some who do not, in households of three.
func crowd(h *house, n int) (old int) {
	h.t.Helper()
	h.do(func(tx *db.Tx) error {
		old = 0
		for i := range n {
			year := 1930 + i*7%90
			p := people.Person{ID: people.ID(fmt.Sprintf("p%06d", i*7919%n)), Name: "某", Number: fmt.Sprintf("%018d", i), Region: village, Household: fmt.Sprintf("h%05d", i/3)}
			p.Birth = day(h, fmt.Sprintf("%d-01-15", year))
			if i%11 == 0 {
				p.Household = ""
			}
			if year <= 1946 {
				old++
			}
			if _, err := h.desk.People.Add(h.ctx, tx, p); err != nil {
				return err
			}
		}
		return nil
	})
	return old
}

func TestASweepThatIsKilledGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		old := crowd(h, 3000)
		kills := 0
		for pages := 0; ; pages++ {
			d := offer.New(h.desk)
			d.Pages(100)
			ctx, stop := context.WithCancelCause(h.ctx)
			n := 0
			d.OnPage(func() error { // the transaction of a page is about to be committed
				if n++; n > pages%5+1 {
					kills++
					err := errors.New("killed")
					stop(err)
					return err
				}
				return nil
			})
			s, err := d.Sweep(ctx, h.today())
			stop(nil)
			if err == nil {
				if s.People != 3000 || s.Made != old {
					t.Errorf("in the end the sweep has seen %d people and made %d offers, want 3000 and %d", s.People, s.Made, old)
				}
				break
			}
			if _, err := offer.New(h.desk).Sweep(h.ctx, h.today()); !errs.Is(err, errs.Conflict) {
				t.Fatalf("right after the kill another sweep gives %v, want a conflict: it may live", err)
			}
			now := h.db.Now().Add(time.Minute)
			h.now.Store(&now)
		}
		if kills < 5 {
			t.Fatalf("only %d kills", kills)
		}
		made := h.count(`SELECT COUNT(*) FROM assistance_offer`)
		whom := h.count(`SELECT COUNT(DISTINCT person) FROM assistance_offer`)
		if made != old || whom != old {
			t.Errorf("%d offers to %d people, want %d", made, whom, old)
		}
		if n := h.count(`SELECT COUNT(*) FROM assistance_sweep`); n != 1 {
			t.Errorf("%d sweeps were begun, want one that went on", n)
		}
	})
}

func TestASweepWhosePlaceIsTakenWritesNothingMore(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		old := crowd(h, 600)
		slow := offer.New(h.desk)
		slow.Pages(100)
		n := 0
		slow.OnPage(func() error {
			if n++; n == 2 { // it sleeps, and another one takes over and ends
				now := h.db.Now().Add(time.Minute)
				h.now.Store(&now)
				return errSleep
			}
			return nil
		})
		slow.Sweep(h.ctx, h.today())
		second := h.sweep()
		if got := h.count(`SELECT COUNT(*) FROM assistance_offer`); got != old || second.Made != old {
			t.Errorf("%d offers, the sweep says %d, want %d", got, second.Made, old)
		}
		yesterday := h.today() - 1
		if _, err := offer.New(h.desk).Sweep(h.ctx, yesterday); err != nil {
			t.Errorf("a sweep as of another day gives %v", err)
		}
	})
}

var errSleep = errors.New("asleep")

// What the sweep offers is what each person's own judgement says, whatever has
// happened to them, and never twice.
func TestWhoIsOfferedIsWhoQualifiesAndNobodyTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		h := small(t)
		var all []people.Person
		gets := map[people.ID]bool{}
		for range rapid.IntRange(1, 8).Draw(rt, "people") {
			year := rapid.SampledFrom([]string{"1926", "1946", "1947", "2001"}).Draw(rt, "year")
			md := rapid.SampledFrom([]string{"03-01", "03-02", "03-03", "12-31"}).Draw(rt, "day")
			p := h.person(year+"-"+md, func(p *people.Person) {
				p.Region = rapid.SampledFrom([]string{village, "", "330102001"}).Draw(rt, "region")
				p.Household = rapid.SampledFrom([]string{"", "a", "b"}).Draw(rt, "household")
				if rapid.Bool().Draw(rt, "dead") {
					p.Died = day(h, "2026-01-01")
				}
			})
			all = append(all, p)
		}
		for range rapid.IntRange(1, 12).Draw(rt, "events") {
			p := rapid.SampledFrom(all).Draw(rt, "who")
			switch rapid.IntRange(0, 5).Draw(rt, "what") {
			case 0, 1:
				h.sweep()
			case 2:
				if !gets[p.ID] {
					gets[p.ID] = true
					h.do(func(tx *db.Tx) error {
						_, err := tx.Exec(h.ctx, `INSERT INTO assistance_benefit (id, case_id, service, title, recipient, region, members, amount, since, version, review)
							VALUES (?, ?, 'gaoling', '', ?, '', 1, 1, '2026-01', '', '')`, db.NewID(), db.NewID(), p.ID)
						return err
					})
				}
			case 3:
				for _, o := range h.of(p) {
					h.accept(o.ID, p)
				}
			case 4:
				for _, o := range h.of(p) {
					h.db.Do(h.ctx, func(tx *db.Tx) error { return h.offers.Decline(h.ctx, tx, o.ID, p) })
				}
			case 5:
				now := h.db.Now().Add(24 * time.Hour)
				h.now.Store(&now)
			}
		}
		h.sweep()
		for _, p := range all {
			check(rt, h, p, gets[p.ID])
		}
	})
}

func check(rt *rapid.T, h *house, p people.Person, gets bool) {
	offers := h.of(p)
	live := slices.DeleteFunc(slices.Clone(offers), func(o area.Offer) bool { return !o.Live() })
	turned := p.Birth.AddMonths(80*12) <= h.today()
	want := turned && p.Died == 0 && p.Region == village && !gets
	closed := slices.ContainsFunc(offers, func(o area.Offer) bool { return o.State == area.Accepted || o.State == area.Declined })
	switch {
	case len(offers) > 1:
		rt.Errorf("%s was offered the same thing %d times", p.Birth, len(offers))
	case len(live) == 1 && (!want || closed):
		rt.Errorf("%s, region %q, died %d, receives %v: is offered it", p.Birth, p.Region, p.Died, gets)
	case len(live) == 0 && want && !closed:
		rt.Errorf("%s is not offered it", p.Birth)
	}
	if n := h.count(`SELECT COUNT(*) FROM casework_case WHERE applicant = ?`, p.ID); n > 1 {
		rt.Errorf("%s has %d cases", p.Birth, n)
	}
}

// applied has a mother apply for 低保 with her child, and the case closed in a
// state; grades are of their cards from the association of disabled people.
func (h *house) applied(wage int64, state string, grades ...string) (mother people.Person, c casework.Case) {
	h.t.Helper()
	grade := append(grades, "无", "无")
	h.serial++
	mother = h.person("1985-05-01", func(p *people.Person) { p.Household = fmt.Sprintf("family%d", h.serial) })
	child := h.person("2015-05-01", func(p *people.Person) { p.Household, p.Relation = mother.Household, "女" })
	s, err := h.desk.Services().Find("dibao")
	h.must(err)
	a := casework.Application{Key: db.NewID(), Service: s, Applicant: mother.ID, Region: village, By: clerk}
	for i, p := range []people.Person{mother, child} {
		key := fmt.Sprintf("m%d", i+1)
		a.Members = append(a.Members, casework.Member{Key: key, Name: p.Name, Number: p.Number, Relation: []string{"本人", "女儿"}[i], Birth: p.Birth})
		for name, v := range map[string]fact.Value{"共同生活": fact.BoolOf(true), "工资收入": fact.MoneyOf(wage * int64(1-i)), "零工收入": fact.MoneyOf(0), "经营收入": fact.MoneyOf(0), "养老金": fact.MoneyOf(0),
			"赡养抚养费": fact.MoneyOf(0), "就业成本": fact.MoneyOf(0), "存款": fact.MoneyOf(100000), "房屋套数": fact.IntOf(0), "车辆价值": fact.MoneyOf(0), "患重病": fact.BoolOf(false), "学业": fact.EnumOf("不在校")} {
			a.Facts = append(a.Facts, fact.Statement{Name: name, About: key, Value: v, Source: "self", At: h.db.Now()})
		}
		a.Facts = append(a.Facts, fact.Statement{Name: "服刑", About: key, Value: fact.BoolOf(false), Source: "justice", At: h.db.Now(), Proof: "r1"},
			fact.Statement{Name: "残疾等级", About: key, Value: fact.EnumOf(grade[i]), Source: "disabled", At: h.db.Now(), Proof: "r2"},
			fact.Statement{Name: "残疾类别", About: key, Value: fact.EnumOf(map[bool]string{true: "无", false: "肢体"}[grade[i] == "无"]), Source: "disabled", At: h.db.Now(), Proof: "r2"})
		if grade[i] != "无" {
			a.Facts = append(a.Facts, fact.Statement{Name: "残疾证有效期止", About: key, Value: fact.DateOf(int32(h.today() + 900)), Source: "disabled", At: h.db.Now(), Proof: "r2"})
		}
	}
	h.do(func(tx *db.Tx) (err error) {
		c, err = h.desk.OpenCase(h.ctx, tx, a)
		if err == nil && state != casework.Open {
			_, err = tx.Exec(h.ctx, `UPDATE casework_case SET state = ?, closed = ? WHERE id = ?`, state, db.Millis(tx.Now), c.ID)
		}
		return err
	})
	return mother, c
}

// raised is 低保 with a standard that goes up on a day.
func raised(h *house, on string) *catalog.Service {
	h.t.Helper()
	s, err := h.desk.Services().Find("dibao")
	h.must(err)
	files := maps.Clone(s.Files)
	files["rules.yaml"] = strings.Replace(files["rules.yaml"], `value: 1210.00, source: 示例文件〔2025〕1号, 示例: true}`,
		`value: 1210.00, source: 示例文件〔2025〕1号, 示例: true}
      - {from: `+on+`, region: "390000", value: 1300.00, source: 示例文件〔2026〕77号, 示例: true}`, 1)
	files["examples.yaml"] = "[]"
	one, err := catalog.ReadFiles(files, "assistance", h.desk.Services().Known())
	h.must(err)
	return one
}

func TestAFamilyThatMissedTheLineIsFoundWhenTheStandardRises(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		mother, first := h.applied(250000, casework.Refused) // 1,250 元 a head, above 1,210
		poor, _ := h.applied(200000, casework.Refused)       // below: refused for something else
		if s := h.sweep(); s.Made != 0 {
			t.Fatalf("right after the refusals %d offers are made", s.Made)
		}
		desk := h.withServices([]*catalog.Service{raised(h, "2026-07-01"), h.elderly})
		h.desk, h.offers = desk, offer.New(desk)
		h.do(func(tx *db.Tx) error { return desk.Services().Keep(h.ctx, tx) })
		h.at("2026-06-30")
		if s := h.sweep(); s.Made != 0 {
			t.Fatalf("the day before the standard rises %d offers are made", s.Made)
		}
		h.at("2026-07-01")
		if s := h.sweep(); s.Made != 1 {
			t.Fatalf("when the standard rises %d offers are made, want 1", s.Made)
		}
		if len(h.of(poor)) != 0 {
			t.Error("whose refusal had another reason is offered it again")
		}
		o := h.of(mother)[0]
		if !o.Family || o.Service != "dibao" || o.Amount == 0 {
			t.Errorf("the offer is %+v", o)
		}
		c, err := h.accept(o.ID, mother)
		h.must(err)
		members, err := h.desk.Members(h.ctx, h.db, c.ID)
		h.must(err)
		if len(members) != 2 || members[0].ConsentBy != "own" || members[1].ConsentBy != "guardian" || members[1].Relation != "女儿" {
			t.Errorf("the members are %+v", members)
		}
		facts, err := h.desk.Facts(h.ctx, h.db, c.ID)
		h.must(err)
		if st, ok := facts.Best("工资收入", "m1"); !ok || st.Value != fact.MoneyOf(250000) || st.Source != "self" || st.At.After(first.Opened) {
			t.Errorf("the wage is carried over as %+v", st)
		}
		if _, ok := facts.Best("服刑", "m1"); ok {
			t.Error("what a department said in the old case is carried over instead of asked anew")
		}
	})
}

func TestWhatWasAskedWithConsentIsUsedForNothingElse(t *testing.T) {
	t.Parallel()
	h := small(t)
	_, c := h.applied(100000, casework.Ended)
	tell := func(wage int64) {
		h.do(func(tx *db.Tx) error {
			st := []fact.Statement{{Name: "工资收入", About: "m1", Value: fact.MoneyOf(wage), Source: "tax", At: h.db.Now(), Proof: "r9"},
				{Name: "存款", About: "m1", Value: fact.MoneyOf(90000000), Source: "decided", At: h.db.Now(), Proof: "按银行的数"}}
			b, err := json.Marshal(st)
			if err != nil {
				return err
			}
			_, err = tx.Exec(h.ctx, `INSERT INTO casework_told (case_id, seq, source, at, facts) VALUES (?, 99, 'tax', 0, ?)`, c.ID, h.desk.Box.SealText(string(b), "casework/told"))
			return err
		})
	}
	tell(900000)
	home, err := family.New(h.desk).Of(h.ctx, h.db, h.mother(c))
	h.must(err)
	k, ok := home.Together(h.db.Now(), family.Lens{})
	if !ok {
		t.Fatal("the family is not known")
	}
	if st, _ := k.Best("工资收入", "m1"); st.Value != fact.MoneyOf(100000) || st.Source != "self" {
		t.Errorf("the wage that counts is %+v, want what she said herself", st)
	}
	if st, _ := k.Best("存款", "m1"); st.Value != fact.MoneyOf(100000) {
		t.Errorf("the deposits that count are %+v, want what she said herself", st)
	}
	if st, ok := k.Best("服刑", "m1"); !ok || st.Source != "justice" {
		t.Errorf("what needed no consent is %+v", st)
	}
}

func (h *house) mother(c casework.Case) people.Person {
	p, err := h.desk.People.Find(h.ctx, h.db, c.Applicant)
	h.must(err)
	return p
}

func TestWhoseFamilyWasLastSaidByAnotherHouseholdIsLeftToIt(t *testing.T) {
	t.Parallel()
	h := small(t)
	mother, _ := h.applied(100000, casework.Ended)
	set := func(household string) {
		h.do(func(tx *db.Tx) error {
			_, err := tx.Exec(h.ctx, `UPDATE people_person SET household = ? WHERE birth = '2015-05-01'`, household)
			return err
		})
	}
	families := family.New(h.desk)
	child, err := h.desk.People.Search(h.ctx, h.db, "周某", 10)
	h.must(err)
	set("elsewhere")
	own, err := families.Of(h.ctx, h.db, mother)
	h.must(err)
	if k, ok := own.Together(h.db.Now(), family.Lens{}); !ok || len(k.Members()) != 2 || k.Person("m1") != 0 || k.Person("m2") != -1 {
		t.Errorf("the mother's family is %+v, want both, the child of another household", k.Members())
	}
	for _, p := range child {
		if p.ID == mother.ID {
			continue
		}
		home, err := families.Of(h.ctx, h.db, people.Person{ID: p.ID, Household: "elsewhere"})
		h.must(err)
		if _, ok := home.Together(h.db.Now(), family.Lens{}); ok {
			t.Error("the child's household is taken for a family of its own")
		}
	}
}

func TestWhoLivesOnLowIncomeBenefitsAndHasACardIsFound(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		mother, c := h.applied(100000, casework.Open, "二级")
		h.applied(100000, casework.Open) // no card
		if s := h.sweep(); s.Made != 0 {
			t.Fatalf("before anything is decided %d offers are made", s.Made)
		}
		h.at("2026-04-07")
		h.do(func(tx *db.Tx) error {
			if _, err := tx.Exec(h.ctx, `UPDATE casework_case SET state = 'approved', closed = ? WHERE id = ?`, db.Millis(tx.Now), c.ID); err != nil {
				return err
			}
			_, err := tx.Exec(h.ctx, `INSERT INTO assistance_benefit (id, case_id, service, title, recipient, region, members, amount, since, version, review)
				VALUES ('b', ?, 'dibao', '最低生活保障', ?, ?, 2, 100000, '2026-05', 'v', '2027-05')`, c.ID, mother.ID, village)
			return err
		})
		if s := h.sweep(); s.Made != 1 {
			t.Fatalf("newly on the benefit: %+v, want one offer", s)
		}
		o := h.of(mother)[0]
		if o.Service != "canji-shenghuo" || o.Family || o.Amount == 0 || o.Worker {
			t.Errorf("the offer is %+v", o)
		}
		var own, said bool
		for _, r := range o.Reasons {
			for _, u := range r.From {
				own = own || u.Name == "享受低保" && u.Source == "own"
				said = said || u.Name == "残疾等级" && u.Source == "disabled"
			}
		}
		if !own || !said || len(o.Confirm) != 2 {
			t.Errorf("it rests on %+v, still to be confirmed %+v", o.Reasons, o.Confirm)
		}
		for _, point := range o.Confirm {
			if point.Said != (point.Fact == "同类生活补贴") {
				t.Errorf("%s is said by whoever accepts: %v", point.Fact, point.Said)
			}
		}
		if _, err := h.accept(o.ID, mother); err != nil {
			t.Errorf("accepting it gives %v", err)
		}
		h.do(func(tx *db.Tx) error { // it ends, and so does what rests on it
			_, err := tx.Exec(h.ctx, `UPDATE assistance_benefit SET until = '2026-03'`)
			return err
		})
		if s := h.sweep(); s.Made != 0 {
			t.Errorf("after the benefit has ended: %+v", s)
		}
	})
}
