package casework_test

import (
	"testing"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
)

func (h *house) applicants(ids ...casework.ID) (all []people.ID) {
	h.t.Helper()
	for _, id := range ids {
		all = append(all, h.find(id).Applicant)
	}
	return all
}

func TestCasesFollowWhoWasMergedAndComeBackWhenItIsTakenBack(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		first, second := h.applied("李秀芬"), h.applied("李秀芬")
		a, b := first.Applicant, second.Applicant
		merge := func(by casework.Actor) (m people.Merge, err error) {
			err = h.desk.DB.Do(h.ctx, func(tx *db.Tx) error {
				m, err = h.desk.MergePeople(h.ctx, tx, people.Merge{Kept: a, Gone: b, Reason: "户口本上是同一个人"}, by)
				return err
			})
			return m, err
		}
		for _, by := range []casework.Actor{casework.System, citizen(people.Person{ID: a})} {
			if _, err := merge(by); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s merges: %v, want forbidden", by.Role, err)
			}
		}
		m, err := merge(staff("he"))
		h.must(err)
		if got := h.applicants(first.ID, second.ID); got[0] != a || got[1] != a {
			t.Errorf("the applicants are %v, want %s twice", got, a)
		}
		if some, err := casework.Of(h.ctx, h.desk.DB, a); err != nil || len(some) != 2 {
			t.Errorf("they have %d cases, %v", len(some), err)
		}
		third := h.applied("李秀芬") // what comes meanwhile is nobody else's
		undo := func(by string) error {
			return h.desk.DB.Do(h.ctx, func(tx *db.Tx) error { return h.desk.UnmergePeople(h.ctx, tx, m, "其实是两个人", staff(by)) })
		}
		if err := undo("he"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("whoever merged takes it back: %v, want forbidden", err)
		}
		h.must(undo("zhou"))
		if err := undo("zhou"); !errs.Is(err, errs.Conflict) {
			t.Errorf("taking it back twice: %v, want a conflict", err)
		}
		if got := h.applicants(first.ID, second.ID, third.ID); got[0] != a || got[1] != b || got[2] != third.Applicant {
			t.Errorf("the applicants are %v, want %s and %s", got, a, b)
		}
		past, err := h.desk.Timeline(h.ctx, h.desk.DB, second.ID)
		h.must(err)
		if last := past[len(past)-1]; last.Title != "撤销合并，还是两个人" || last.Actor.ID != "zhou" {
			t.Errorf("the timeline ends with %s by %s", last.Title, last.Actor.ID)
		}
		seen, err := h.desk.Audit.About(h.ctx, h.desk.DB, string(b), 10)
		h.must(err)
		if len(seen) < 2 {
			t.Errorf("the audit log has %d lines about who went", len(seen))
		}
	})
}

func TestOnePersonInTwoFamiliesCasesIsSeenAcrossTownships(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		child := h.person("王小明")
		in := func(parent, place string) casework.Case {
			p := h.person(parent)
			a := h.application(p, 50000)
			a.Region = place
			a.Members = append(a.Members, casework.Member{Key: "m2", Name: child.Name, Number: child.Number, Relation: "儿子", Birth: child.Birth})
			c, err := h.open(a)
			h.must(err)
			return c
		}
		first, second := in("王建国", liuxi), in("李秀芬", shiqiao)
		for _, place := range []string{liuxi, qingxi} {
			all, err := casework.Doubles(h.ctx, h.desk.DB, h.desk.Places.Ranges(region.Code(place)), 10)
			h.must(err)
			if len(all) != 1 || all[0].Name != "王小明" || all[0].First.Case != first.ID || all[0].Second.Case != second.ID || all[0].Second.Relation != "儿子" {
				t.Errorf("seen from %s: %+v", place, all)
			}
		}
		h.applied("赵玉琴")
		if all, err := casework.Doubles(h.ctx, h.desk.DB, h.desk.Places.Ranges(qingxi), 10); err != nil || len(all) != 1 {
			t.Errorf("who is in one case alone: %d doubles, %v", len(all), err)
		}
	})
}
