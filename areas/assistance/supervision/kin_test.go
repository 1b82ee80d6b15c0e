package supervision_test

import (
	"strings"
	"testing"

	"minzheng/areas/assistance/supervision"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

func (h *house) declares(account, name, number, relation string) (id string, err error) {
	err = h.desk.DB.Do(h.ctx, func(tx *db.Tx) error {
		id, err = h.room.Declare(h.ctx, tx, supervision.Declaration{Account: account, Declarer: "何芳", Post: supervision.OfStaff, Region: liuxi,
			Name: name, Number: number, Relation: relation, By: casework.Actor{ID: account, Name: "何芳", Role: "township-clerk"}})
		return err
	})
	return id, err
}

func TestADeclaredRelativesApplicationIsFiledAndGivenToAnother(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		number := h.number("19700610")
		id, err := h.declares("he", "何大牛", number, "父母")
		h.must(err)
		for _, secret := range []string{number, "何大牛", "父母"} {
			if strings.Contains(h.stored(), secret) {
				t.Errorf("%s stands in the tables as it is", secret)
			}
		}
		if _, err := h.apply("何大牛", number, liuxi, "he"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("an officer hands in for their own father: %v", err)
		}
		c, err := h.apply("何大牛", number, liuxi, "")
		h.must(err)
		if c.Assignee != "gao" {
			t.Errorf("the case is with %q, want gao", c.Assignee)
		}
		filed, err := h.desk.Avoiding(h.ctx, h.desk.DB, c.ID)
		h.must(err)
		if len(filed) != 1 || filed[0].Account != "he" || filed[0].Why != "家里有工作人员何芳的父母" {
			t.Fatalf("filed is %+v", filed)
		}
		h.do(func(tx *db.Tx) error { return h.room.End(h.ctx, tx, id, casework.Actor{ID: "he"}) })
		h.must(h.desk.Keeps(h.ctx, h.desk.DB, c.ID, "he"))
		if err := h.desk.DB.Do(h.ctx, func(tx *db.Tx) error { return h.room.End(h.ctx, tx, id, casework.Actor{ID: "he"}) }); !errs.Is(err, errs.Conflict) {
			t.Errorf("taking it back twice gives %v", err)
		}
	})
}

func TestABadDeclarationIsSaidFieldByField(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	good := h.number("19700610")
	for _, one := range []struct{ name, number, relation, field string }{
		{"", good, "父母", "name"}, {"何大牛", "123", "父母", "number"}, {"何大牛", good[:17] + "A", "父母", "number"}, {"何大牛", good, "同学", "relation"},
	} {
		_, err := h.declares("he", one.name, one.number, one.relation)
		if p, ok := err.(errs.Problems); !ok || p.Of(one.field) == "" {
			t.Errorf("%+v gives %v", one, err)
		}
	}
	_, err := h.declares("he", "何大牛", good, "父母")
	h.must(err)
	if _, err := h.declares("he", "何大牛", good, "配偶"); err == nil {
		t.Error("the same relative can be declared twice")
	}
}
