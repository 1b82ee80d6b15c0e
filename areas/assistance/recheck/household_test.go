package recheck_test

import (
	"testing"

	"minzheng/areas/assistance/recheck"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
)

func clerk() casework.Actor { return casework.Actor{ID: "he", Name: "何芳", Role: "township-clerk"} }

func TestAFamilyThatPartsIsForeseenAndLookedAtAgain(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		benefit, _ := h.granted("王建国", "20100101", "19950101")
		room := recheck.New(h.desk)
		today := calendar.DayOf(h.desk.DB.Now())
		p := recheck.Parting{Benefit: benefit, Who: []string{"m3"}, Why: "分家另过", On: today, Note: "入户看过", By: clerk()}
		stays, leaves, err := room.Foresee(h.ctx, h.desk.DB, p)
		h.must(err)
		if !stays.Known || !stays.Holds || len(stays.Names) != 2 || !leaves.Known || !leaves.Holds || len(leaves.Names) != 1 || stays.Amount <= leaves.Amount {
			t.Errorf("foreseen: %+v and %+v", stays, leaves)
		}
		if n := h.count(`SELECT COUNT(*) FROM assistance_recheck`); n != 0 {
			t.Fatalf("foreseeing has opened %d re-checks", n)
		}
		for name, bad := range map[string]recheck.Parting{
			"nobody":        {Benefit: benefit, Why: "离婚", On: today, Note: "入户看过"},
			"the applicant": {Benefit: benefit, Who: []string{"m1"}, Why: "离婚", On: today, Note: "入户看过"},
			"a stranger":    {Benefit: benefit, Who: []string{"m9"}, Why: "离婚", On: today, Note: "入户看过"},
			"no reason":     {Benefit: benefit, Who: []string{"m3"}, Why: "高兴", On: today, Note: "入户看过"},
			"tomorrow":      {Benefit: benefit, Who: []string{"m3"}, Why: "离婚", On: today + 1, Note: "入户看过"},
		} {
			err := h.desk.DB.Do(h.ctx, func(tx *db.Tx) error { _, err := room.Part(h.ctx, tx, bad); return err })
			if !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v, want it refused", name, err)
			}
		}
		var c casework.Case
		h.do(func(tx *db.Tx) (err error) { c, err = room.Part(h.ctx, tx, p); return err })
		facts, err := h.desk.Facts(h.ctx, h.desk.DB, c.ID)
		h.must(err)
		if v, _ := facts.Get("共同生活", "m3"); v != fact.BoolOf(false) {
			t.Errorf("whoever left lives there still: %v", v)
		}
		if v, _ := facts.Get("分开住的原因", "m3"); v.Word() != "分家另过" {
			t.Errorf("why they left is %q", v.Word())
		}
		h.jobs()
		if c, err = casework.Find(h.ctx, h.desk.DB, c.ID); err != nil || c.Step != "differs" {
			t.Errorf("the re-check is at %s, %v: less is never paid without a hearing", c.Step, err)
		}
	})
}

func TestWhoJoinsAFamilyLeavesTheOtherOne(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		first, _ := h.granted("王建国", "20100101")
		second, people := h.granted("李秀芬", "20120101")
		room := recheck.New(h.desk)
		h.must(room.CoverAll(h.ctx))
		child := people[1]
		j := recheck.Joining{Benefit: first, On: calendar.DayOf(h.desk.DB.Now()), Note: "看了户口本", By: clerk(),
			Member: casework.Member{Name: child.name, Number: child.number, Relation: "女儿", Birth: calendar.Date(2012, 1, 1), Consented: h.desk.DB.Now(), ConsentBy: "guardian"}}
		h.do(func(tx *db.Tx) error {
			_, left, err := room.Join(h.ctx, tx, j)
			if err == nil && (len(left) != 1 || left[0].Again == "") {
				t.Errorf("left: %+v", left)
			}
			return err
		})
		for _, b := range []string{first, second} {
			h.open(b)
		}
		facts, err := h.desk.Facts(h.ctx, h.desk.DB, h.open(second).ID)
		h.must(err)
		if v, _ := facts.Get("共同生活", "m2"); v != fact.BoolOf(false) {
			t.Errorf("they live in the other family still: %v", v)
		}
		j.Member.Name, j.Member.Number = people[0].name, people[0].number
		err = h.desk.DB.Do(h.ctx, func(tx *db.Tx) error { _, _, err := room.Join(h.ctx, tx, j); return err })
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("another family's applicant joins: %v, want a conflict", err)
		}
	})
}
