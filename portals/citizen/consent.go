package citizen

import (
	"net/http"

	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// consentPage asks a member of a household whether they agree to the check.
type consentPage struct {
	web.Page
	Case     casework.Case
	Service  string
	Consent  catalog.Consent
	Done     bool
	Problems errs.Problems
}

// asked is a case that waits for the consent of whoever is signed in.
func (p *Portal) asked(r *http.Request) (people.Person, consentPage, error) {
	me, err := p.me(r)
	if err != nil {
		return me, consentPage{}, err
	}
	c, err := casework.Find(r.Context(), p.Desk.DB, casework.ID(r.PathValue("case")))
	if err != nil {
		return me, consentPage{}, err
	}
	m, belongs, err := p.Desk.Belongs(r.Context(), p.Desk.DB, c.ID, me.Number)
	if err != nil {
		return me, consentPage{}, err
	}
	if !belongs {
		return me, consentPage{}, errs.New(errs.NotFound, "没有找到这件事。")
	}
	s, err := p.Desk.Services().Version(r.Context(), p.Desk.DB, c.Version)
	if err != nil {
		return me, consentPage{}, err
	}
	v := consentPage{Page: p.page(r, "请您同意查询", "/my"), Case: c, Service: s.Title, Consent: s.Consent, Done: !m.Consented.IsZero()}
	v.Narrow = true
	return me, v, nil
}

func (p *Portal) consentPage(w http.ResponseWriter, r *http.Request) error {
	_, v, err := p.asked(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, consent(v))
}

func (p *Portal) consent(w http.ResponseWriter, r *http.Request) error {
	me, v, err := p.asked(r)
	if err != nil {
		return err
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	if sent.Get("agree") == "" {
		v.Problems.Add("agree", "请勾选“我本人同意查询”。不同意的，什么都不用做。")
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, consent(v))
	}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Desk.Consent(r.Context(), tx, v.Case.ID, me.Number, actor(me)) })
	if err != nil {
		return err
	}
	p.Auth.Put(r, "flash", "谢谢，您已经同意查询。")
	http.Redirect(w, r, "/my", http.StatusSeeOther)
	return nil
}

// consentRequest is a case that waits for the consent of whoever is signed in.
type consentRequest struct{ Case, Name, Service string }

func (p *Portal) requests(r *http.Request, me people.Person) ([]consentRequest, error) {
	found, err := p.Desk.Requests(r.Context(), p.Desk.DB, me.Number)
	if err != nil {
		return nil, err
	}
	var all []consentRequest
	for _, q := range found {
		s, err := p.Desk.Services().Version(r.Context(), p.Desk.DB, q.Case.Version)
		if err != nil {
			return nil, err
		}
		all = append(all, consentRequest{string(q.Case.ID), q.Case.Name, s.Short})
	}
	return all, nil
}
