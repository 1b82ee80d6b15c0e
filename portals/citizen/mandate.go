package citizen

import (
	"net/http"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// mandateView is that somebody applies for the resident.
type mandateView struct {
	casework.Mandate
	Title string // of what is applied for
	When  string
}

// mandatePage shows one mandate and lets the resident take it back.
type mandatePage struct {
	web.Page
	Flash   string
	Mandate mandateView
}

// mandates are those that the resident has given and that still matter.
func (p *Portal) mandates(r *http.Request, me people.Person) ([]mandateView, error) {
	given, err := p.Desk.MandatesFrom(r.Context(), p.Desk.DB, me.ID)
	if err != nil {
		return nil, err
	}
	var all []mandateView
	for _, m := range given {
		if m.State != casework.MandateGiven {
			continue
		}
		v, err := p.mandateView(r, m)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

func (p *Portal) mandateView(r *http.Request, m casework.Mandate) (mandateView, error) {
	s, err := p.Desk.Services().Version(r.Context(), p.Desk.DB, m.Version)
	if err != nil {
		return mandateView{}, err
	}
	return mandateView{m, s.Title, moment(m.At)}, nil
}

// myMandate is a mandate of the resident's; another's is not there.
func (p *Portal) myMandate(r *http.Request) (people.Person, casework.Mandate, error) {
	me, err := p.me(r)
	if err != nil {
		return me, casework.Mandate{}, err
	}
	m, err := p.Desk.Mandate(r.Context(), p.Desk.DB, r.PathValue("mandate"))
	if err == nil && m.Person != me.ID {
		err = errs.New(errs.NotFound, "没有找到这份委托。")
	}
	return me, m, err
}

func (p *Portal) mandatePage(w http.ResponseWriter, r *http.Request) error {
	_, m, err := p.myMandate(r)
	if err != nil {
		return err
	}
	v := mandatePage{Page: p.page(r, "有人替您申请", "/my"), Flash: p.Auth.Take(r, "flash")}
	v.Narrow = true
	if v.Mandate, err = p.mandateView(r, m); err != nil {
		return err
	}
	return web.Render(w, r, mandateShown(v))
}

func (p *Portal) mandateProof(w http.ResponseWriter, r *http.Request) error {
	_, m, err := p.myMandate(r)
	if err != nil {
		return err
	}
	f, err := p.Files.Find(r.Context(), p.Desk.DB, m.Proof)
	if err != nil {
		return err
	}
	return p.Files.Serve(w, r, f)
}

func (p *Portal) revoke(w http.ResponseWriter, r *http.Request) error {
	me, m, err := p.myMandate(r)
	if err != nil {
		return err
	}
	if err := p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Desk.Revoke(r.Context(), tx, m.ID, me) }); err != nil {
		return err
	}
	p.Auth.Put(r, "flash", "委托收回了。"+m.By+"不能再替您办，也看不到这件事了。")
	http.Redirect(w, r, "/my/mandates/"+m.ID, http.StatusSeeOther)
	return nil
}
