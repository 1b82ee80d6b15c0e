package citizen

import (
	"net/http"
	"slices"

	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	joined "minzheng/kernel/joint/matter"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// serviceGroup is what stands under one thing that happens to people.
type serviceGroup struct {
	Title    string
	Services []*catalog.Service
}

// servicesPage lists what can be asked for.
type servicesPage struct {
	web.Page
	Groups  []serviceGroup
	Matters []*joined.Definition
}

// groups are the services that residents may start, by what has happened to them.
func (p *Portal) groups() []serviceGroup {
	var all []serviceGroup
	for _, s := range p.Desk.Services().All() {
		if !s.StartedBy("citizen") {
			continue
		}
		i := slices.IndexFunc(all, func(g serviceGroup) bool { return g.Title == s.Group })
		if i < 0 {
			i, all = len(all), append(all, serviceGroup{Title: s.Group})
		}
		all[i].Services = append(all[i].Services, s)
	}
	return all
}

func (p *Portal) services(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, services(servicesPage{p.page(r, "办事", "/services"), p.groups(), p.together()}))
}

// begin starts an application, or goes on with the draft that is there.
func (p *Portal) begin(w http.ResponseWriter, r *http.Request) error {
	me, err := p.me(r)
	if err != nil {
		return err
	}
	s, err := p.Desk.Services().Find(r.PathValue("service"))
	if err != nil {
		return err
	}
	d, found, elsewhere, err := p.draftFor(r, me, s)
	switch {
	case err != nil:
		return err
	case elsewhere != "":
		http.Redirect(w, r, elsewhere, http.StatusSeeOther)
		return nil
	case found:
		http.Redirect(w, r, "/draft/"+d.ID, http.StatusSeeOther)
		return nil
	}
	if err := p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Desk.SaveDraft(r.Context(), tx, d) }); err != nil {
		return err
	}
	http.Redirect(w, r, "/draft/"+d.ID, http.StatusSeeOther)
	return nil
}

// draftFor is the draft in which somebody asks for a service: the one that is
// there, or a new one that is not kept yet. Elsewhere is the address of a case
// that is open already.
func (p *Portal) draftFor(r *http.Request, me people.Person, s *catalog.Service) (d casework.Draft, found bool, elsewhere string, err error) {
	if !s.StartedBy("citizen") {
		return d, false, "", errs.New(errs.Forbidden, "这件事要到窗口办。")
	}
	cases, err := casework.Of(r.Context(), p.Desk.DB, me.ID)
	if err != nil {
		return d, false, "", err
	}
	for _, c := range cases {
		if c.IsOpen() && c.Service == s.Code && s.For == "" { // who looks after two children applies twice
			p.Auth.Put(r, "flash", "您已经有一件"+s.Short+"申请正在办，不用再交一次。")
			return d, false, "/my/cases/" + string(c.ID), nil
		}
	}
	drafts, err := p.Desk.Drafts(r.Context(), p.Desk.DB, me.ID)
	if err != nil {
		return d, false, "", err
	}
	for _, one := range drafts {
		if one.Service == s.Code && one.Version == s.Version {
			return one, true, "", nil
		}
	}
	place := ""
	if p.Desk.Places.Within(codeOf(me.Region), codeOf(p.County)) {
		place = me.Region
	}
	return casework.NewDraft(me, s, place), false, "", nil
}
