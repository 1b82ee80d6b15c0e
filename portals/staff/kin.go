package staff

import (
	"context"

	"minzheng/kernel/calendar"
)

// kinView is what was filed of near relatives with a case, and whether it
// agrees with what the applicant said.
type kinView struct {
	Filed    []string
	Mismatch string
}

// saysKin is the fact in which an applicant says whether a near relative works here.
const saysKin = "近亲属经办"

// kin is nil where there is nothing to say.
func (d *dossier) kin(ctx context.Context) (*kinView, error) {
	filed, err := d.p.Desk.Avoiding(ctx, d.p.Desk.DB, d.c.ID)
	if err != nil {
		return nil, err
	}
	var v kinView
	for _, a := range filed {
		v.Filed = append(v.Filed, a.Why+"（"+dated(calendar.DayOf(a.At), d.today)+"备案）")
	}
	said, ok := d.facts.Get(saysKin, "")
	switch {
	case len(filed) > 0 && ok && !said.Bool():
		v.Mismatch = "申请人说家里没有近亲属是经办人员或者村（居）委会成员，和备案的不一样，请问清楚。"
	case len(filed) > 0 && !ok:
		v.Mismatch = "申请人没有回答这一问。"
	case len(filed) == 0 && ok && said.Bool():
		v.Mismatch = "申请人说家里有近亲属是经办人员或者村（居）委会成员，但是没有人报过，请问清楚是谁，补报备案。"
	case len(filed) == 0:
		return nil, nil
	}
	return &v, nil
}
