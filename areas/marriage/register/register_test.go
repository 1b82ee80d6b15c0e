package register_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"minzheng/areas/marriage/register"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
)

func TestAMarriageGetsTheNextNumberAndIsFoundAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		v, err := h.marry(woman(1), man(1))
		h.must(err)
		want := fmt.Sprintf("J%s-%04d-000001", office, v.Day.Year())
		if v.Number != want {
			t.Errorf("the number is %s, want %s", v.Number, want)
		}
		if v.Parties[0].Sex != "男" {
			t.Error("the man does not stand first")
		}
		for name, find := range map[string]func() (register.Record, error){
			"id":     func() (register.Record, error) { return h.Find(t.Context(), h.d, v.ID) },
			"number": func() (register.Record, error) { return h.ByNumber(t.Context(), h.d, v.Number) },
			"person": func() (register.Record, error) { return h.LiveOf(t.Context(), h.d, woman(1).Number) },
		} {
			got, err := find()
			if err != nil || got.Parties != v.Parties || got.State != register.Live {
				t.Errorf("by %s: %+v, %v", name, got, err)
			}
		}
		all, err := h.Named(t.Context(), h.d, man(1).Name, man(1).Birth)
		if err != nil || len(all) != 1 {
			t.Errorf("by name and birthday: %d, %v", len(all), err)
		}
		if all, _ := h.Named(t.Context(), h.d, man(1).Name, man(1).Birth+1); len(all) != 0 {
			t.Error("another birthday finds the record too")
		}
	})
}

func TestWhoeverIsMarriedCannotMarry(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		first, err := h.marry(man(1), woman(1))
		h.must(err)
		for _, other := range [][2]register.Party{{man(1), woman(2)}, {man(2), woman(1)}, {man(1), woman(1)}} {
			if _, err := h.marry(other[0], other[1]); !errs.Is(err, errs.Conflict) {
				t.Errorf("%s and %s: %v, want a conflict", other[0].Name, other[1].Name, err)
			}
		}
		if _, err := h.marry(man(2), woman(2)); err != nil {
			t.Errorf("who was refused beside a married person stays free: %v", err)
		}
		d, err := h.part(first.ID)
		h.must(err)
		if !strings.HasPrefix(d.Number, "L"+office) || d.About != first.ID {
			t.Errorf("the divorce is %s about %s", d.Number, d.About)
		}
		if _, err := h.part(first.ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("a second divorce: %v, want a conflict", err)
		}
		if _, err := h.marry(man(1), woman(1)); err != nil {
			t.Errorf("they marry each other anew (art. 1083): %v", err)
		}
	})
}

func TestTwoOfOneSexOrOnePersonAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for _, two := range [][2]register.Party{{man(1), man(2)}, {woman(1), woman(2)}, {man(1), man(1)}} {
			if _, err := h.marry(two[0], two[1]); !errs.Is(err, errs.Invalid) {
				t.Errorf("%v, want a refusal", err)
			}
		}
	})
}

func TestNumbersHaveNoGapsWhenManyRegisterAndSomeFail(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		var wait sync.WaitGroup
		var mu sync.Mutex
		var got []string
		broken := errors.New("the printer is out of paper")
		for i := range 40 {
			wait.Go(func() {
				var v register.Record
				err := h.do(func(tx *db.Tx) (err error) {
					v, err = h.Marry(t.Context(), tx, [2]register.Party{man(i), woman(i)}, clerk(i), "")
					if err == nil && i%5 == 0 {
						return broken // drawn, and given back
					}
					return err
				})
				if i%5 == 0 && !errors.Is(err, broken) || i%5 != 0 && err != nil {
					t.Errorf("couple %d: %v", i, err)
				}
				if err == nil {
					mu.Lock()
					got = append(got, v.Number)
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		slices.Sort(got)
		for i, n := range got {
			if want := fmt.Sprintf("-%06d", i+1); !strings.HasSuffix(n, want) {
				t.Fatalf("number %d is %s, want %s", i, n, want)
			}
		}
		if len(got) != 32 {
			t.Errorf("%d marriages, want 32", len(got))
		}
	})
}

func TestAnAnnulledMarriageLeavesBothFreeAndStaysOnFile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		v, err := h.marry(man(1), woman(1))
		h.must(err)
		j := register.Judgment{Number: "（2026）示0121民初1号", Body: "清溪县人民法院", Says: "婚姻无效"}
		h.must(h.do(func(tx *db.Tx) error { return h.Annul(t.Context(), tx, v.ID, j, clerk(1)) }))
		got, err := h.Find(t.Context(), h.d, v.ID)
		h.must(err)
		notes, err := h.Notes(t.Context(), h.d, v.ID)
		h.must(err)
		if got.State != register.Void || len(notes) != 1 || notes[0].Judgment != j {
			t.Errorf("state %s, notes %+v", got.State, notes)
		}
		if ok, _ := h.Holds(t.Context(), h.d, register.Claim{Code: v.Code, Number: v.Number, One: man(1).Name, Other: woman(1).Name}); ok {
			t.Error("the certificate still holds")
		}
		if _, err := h.marry(man(1), woman(2)); err != nil {
			t.Errorf("the man cannot marry: %v", err)
		}
		if err := h.do(func(tx *db.Tx) error { return h.Annul(t.Context(), tx, v.ID, register.Judgment{}, clerk(1)) }); err == nil {
			t.Error("a judgment without number is taken")
		}
	})
}

func TestReissuedCertificatesHaveANumberOfTheirOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		v, err := h.marry(man(1), woman(1))
		h.must(err)
		again := func(id string) (r register.Record, err error) {
			err = h.do(func(tx *db.Tx) error { r, err = h.Reissue(t.Context(), tx, id, clerk(1), "遗失"); return err })
			return r, err
		}
		bj, err := again(v.ID)
		h.must(err)
		if !strings.HasPrefix(bj.Number, "BJ"+office+"-") || !strings.HasSuffix(bj.Number, "-000001") {
			t.Errorf("reissued as %s", bj.Number)
		}
		d, err := h.part(v.ID)
		h.must(err)
		if _, err := again(v.ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("a certificate of a marriage that has ended is reissued: %v", err)
		}
		bl, err := again(d.ID)
		h.must(err)
		if bl.Kind != register.DivorceAgain || bl.About != v.ID {
			t.Errorf("reissued %s about %s", bl.Number, bl.About)
		}
		if ok, _ := h.Holds(t.Context(), h.d, register.Claim{Code: bj.Code, Number: bj.Number, One: man(1).Name, Other: woman(1).Name}); ok {
			t.Error("the reissued certificate of an ended marriage still holds")
		}
		all, err := h.About(t.Context(), h.d, v.ID)
		if err != nil || len(all) != 4 {
			t.Errorf("%d records about the marriage, want 4 (%v)", len(all), err)
		}
	})
}

func TestACertificateHoldsOnlyForItsNumberAndBothNames(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		v, err := h.marry(man(1), woman(1))
		h.must(err)
		whole := register.Claim{Code: v.Code, Number: v.Number, One: man(1).Name, Other: woman(1).Name}
		for name, change := range map[string]func(*register.Claim){
			"another code": func(c *register.Claim) { c.Code = "AAAAAAAAAAAA" }, "another number": func(c *register.Claim) { c.Number += "0" },
			"another woman": func(c *register.Claim) { c.Other = woman(2).Name }, "one name twice": func(c *register.Claim) { c.Other = c.One },
			"no names": func(c *register.Claim) { c.One, c.Other = "", "" },
		} {
			c := whole
			change(&c)
			if ok, err := h.Holds(t.Context(), h.d, c); ok || err != nil {
				t.Errorf("%s: %v, %v", name, ok, err)
			}
		}
		whole.One, whole.Other = whole.Other, whole.One
		if ok, err := h.Holds(t.Context(), h.d, whole); !ok || err != nil {
			t.Errorf("the names in the other order: %v, %v", ok, err)
		}
	})
}

func TestAnOldMarriageIsTakenInOnceAndBindsBoth(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		old := register.Old{Number: "（87）清婚字第12号", Office: office, Day: calendar.Date(1987, 5, 1), Two: [2]register.Party{woman(1), man(1)}}
		take := func(o register.Old) (v register.Record, err error) {
			err = h.do(func(tx *db.Tx) error { v, err = h.TakeIn(t.Context(), tx, o, clerk(1)); return err })
			return v, err
		}
		first, err := take(old)
		h.must(err)
		second, err := take(old)
		if err != nil || second.ID != first.ID {
			t.Errorf("the second time gives %s, %v, want %s", second.ID, err, first.ID)
		}
		if _, err := h.marry(man(1), woman(2)); !errs.Is(err, errs.Conflict) {
			t.Errorf("who is in the archives as married marries: %v", err)
		}
		other := old
		other.Two = [2]register.Party{man(3), woman(3)}
		if _, err := take(other); !errs.Is(err, errs.Conflict) {
			t.Errorf("one number for two couples: %v", err)
		}
	})
}

func TestTheRegisterOfResidentsHearsOfMarriageAndDivorce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		var ids [2]people.ID
		h.must(h.do(func(tx *db.Tx) error {
			for i, p := range []register.Party{man(1), woman(1)} {
				id, err := h.people.Add(t.Context(), tx, people.Person{Name: p.Name, Number: p.Number})
				if err != nil {
					return err
				}
				ids[i] = id
			}
			return nil
		}))
		v, err := h.marry(man(1), woman(1))
		h.must(err)
		ties, _ := h.people.Ties(t.Context(), h.d, ids[1])
		if len(ties) != 1 || ties[0].Kind != "spouse" || ties[0].Other != ids[0] {
			t.Errorf("her ties are %v", ties)
		}
		_, err = h.part(v.ID)
		h.must(err)
		if ties, _ := h.people.Ties(t.Context(), h.d, ids[1]); len(ties) != 0 {
			t.Errorf("her ties after the divorce are %v", ties)
		}
	})
}
