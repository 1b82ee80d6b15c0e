package offer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"minzheng/areas/assistance/offer"
	"minzheng/kernel/area"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
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
