package citizen

import (
	"net/http"

	"minzheng/kernel/area"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/family"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// offerView is something that the resident may get and has not asked for.
type offerView struct {
	area.Offer
	Service *catalog.Service
	Reasons []becauseView
	Checked []string // what departments are asked once more
}

// leads is what it is, in a sentence or two.
func (v offerView) leads() string {
	if v.Pays() == "" {
		return v.Lead
	}
	return v.Lead + "照现在的标准，是" + v.Pays() + "。"
}

// means says what a tap on yes says.
func (v offerView) means() string {
	said := "点“一键同意”，就是请我们替您申请。"
	for _, c := range v.Confirm {
		if c.Said {
			said += "您也是在说：" + c.Whose + c.Say + "。"
		}
	}
	return said + v.Service.Consent.Text + "最后给不给、给多少，由工作人员核对以后决定。"
}

// becauseView is a condition in plain words, with what it was seen from.
type becauseView struct {
	Why, Law string
	Holds    bool
	From     []web.FactRow
}

// offers are those that the resident can answer; what they are shown is seen.
func (p *Portal) offers(r *http.Request, me people.Person) ([]offerView, error) {
	if p.Offers == nil {
		return nil, nil
	}
	all, err := p.Offers.Of(r.Context(), p.Desk.DB, me.ID)
	if err != nil {
		return nil, err
	}
	var live []offerView
	fresh := false
	for _, o := range all {
		if !o.Live() {
			continue
		}
		v, ok := p.offer(o)
		if !ok {
			continue
		}
		live, fresh = append(live, v), fresh || o.State == area.Made
	}
	if fresh {
		err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Offers.See(r.Context(), tx, me.ID) })
	}
	return live, err
}

// offer is an offer of a service that there still is.
func (p *Portal) offer(o area.Offer) (offerView, bool) {
	s, err := p.Desk.Services().Find(o.Service)
	if err != nil {
		return offerView{}, false
	}
	v := offerView{Offer: o, Service: s, Reasons: p.reasons(o.Reasons)}
	for _, one := range o.Confirm {
		if !one.Said {
			v.Checked = append(v.Checked, one.Whose+one.Fact)
		}
	}
	return v, true
}

func (p *Portal) reasons(all []family.Reason) []becauseView {
	var out []becauseView
	for _, one := range all {
		v := becauseView{Why: one.Why, Law: one.Law, Holds: one.Holds}
		for _, u := range one.From {
			v.From = append(v.From, p.usedRow(u))
		}
		out = append(out, v)
	}
	return out
}

func (p *Portal) usedRow(u family.Used) web.FactRow {
	row := web.FactRow{Label: u.Name, Value: u.Value}
	if u.Whose != "" {
		row.Label = u.Whose + "的" + u.Name
	}
	switch {
	case u.Source == family.Assumed:
		row.Value, row.Note = u.Value+"（先这样算）", "还没有人说过，要您确认或者再查"
	case u.Source != "":
		row.Seals = []web.SealView{sealOf(p.Desk.Services().Known().Dictionary, u.Source)}
		if !u.At.IsZero() {
			row.Note = moment(u.At) + "说的"
		}
	case u.Set != "":
		row.Note = "依据 " + u.Set
	}
	return row
}

// offerPage is one offer with all that it rests on.
type offerPage struct {
	web.Page
	Offer offerView
}

func errNoOffer() error { return errs.New(errs.NotFound, "没有找到这一项。") }

// offered reads an offer made to the resident.
func (p *Portal) offered(r *http.Request) (people.Person, offerView, error) {
	me, err := p.me(r)
	if err != nil {
		return me, offerView{}, err
	}
	if p.Offers == nil {
		return me, offerView{}, errNoOffer()
	}
	o, err := p.Offers.Find(r.Context(), p.Desk.DB, r.PathValue("offer"))
	if err != nil {
		return me, offerView{}, err
	}
	v, ok := p.offer(o)
	if !ok || o.Person != me.ID {
		return me, offerView{}, errNoOffer()
	}
	return me, v, nil
}

func (p *Portal) offerPage(w http.ResponseWriter, r *http.Request) error {
	_, v, err := p.offered(r)
	if err != nil {
		return err
	}
	if v.Case != "" {
		http.Redirect(w, r, "/my/cases/"+string(v.Case), http.StatusSeeOther)
		return nil
	}
	page := offerPage{p.page(r, "您可能可以领"+v.Title, "/my"), v}
	page.Narrow = true
	return web.Render(w, r, offer(page))
}

func (p *Portal) acceptOffer(w http.ResponseWriter, r *http.Request) error {
	me, v, err := p.offered(r)
	if err != nil {
		return err
	}
	var c casework.Case
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) (err error) {
		c, err = p.Offers.Accept(r.Context(), tx, v.ID, me)
		return err
	})
	if err != nil {
		return err
	}
	p.Auth.Put(r, "flash", "好的，已经替您交上去了，受理号 "+c.Number+"。工作人员核对以后给您结果。")
	http.Redirect(w, r, "/my/cases/"+string(c.ID), http.StatusSeeOther)
	return nil
}

func (p *Portal) declineOffer(w http.ResponseWriter, r *http.Request) error {
	me, v, err := p.offered(r)
	if err != nil {
		return err
	}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Offers.Decline(r.Context(), tx, v.ID, me) })
	if err != nil {
		return err
	}
	p.Auth.Put(r, "flash", "好的，不再问您"+v.Title+"了。以后想领，随时可以到“办事”里申请。")
	http.Redirect(w, r, "/my", http.StatusSeeOther)
	return nil
}
