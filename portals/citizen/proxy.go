package citizen

import (
	"net/http"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/errs"
	"minzheng/kernel/web"
)

// writingFor is a draft that a member of staff writes under its applicant's
// mandate. Without one it is not there for them.
func (p *Portal) writingFor(r *http.Request, who auth.Who) (applying, error) {
	m, ok, err := p.Desk.MandateFor(r.Context(), p.Desk.DB, r.PathValue("draft"))
	if err != nil {
		return applying{}, err
	}
	if !ok || m.Account != who.Account || m.State != casework.MandateGiven {
		return applying{}, errs.New(errs.NotFound, "没有找到这份没交的申请。")
	}
	a := applying{by: m.Actor(), home: "/village/filed/" + m.ID}
	if m.Role != casework.Village {
		a.home = "/staff"
	}
	if m.Case != "" {
		return a, handedIn{p.caseOf(a, m.Case)}
	}
	if a.me, err = p.Desk.People.Find(r.Context(), p.Desk.DB, m.Person); err != nil {
		return a, err
	}
	if a.draft, err = p.Desk.FindDraft(r.Context(), p.Desk.DB, m.Person, m.Draft); err != nil {
		return a, err
	}
	a.service, err = p.Desk.Services().Version(r.Context(), p.Desk.DB, a.draft.Version)
	return a, err
}

// caseOf is where whoever wrote an application follows it.
func (p *Portal) caseOf(a applying, id casework.ID) string {
	switch {
	case !a.proxied():
		return "/my/cases/" + string(id)
	case a.by.Role == casework.Village:
		return a.home
	}
	return "/staff/cases/" + string(id)
}

// writerMenu leads staff who write for somebody back to their own pages.
func writerMenu(r *http.Request, page *web.Page) {
	who, ok := auth.From(r)
	if !ok || who.Kind != auth.Staff {
		return
	}
	page.SignOut = "/staff/sign-out"
	page.Menu = []web.MenuItem{{Href: "/staff", Icon: "inbox", Label: "待办"}}
	if who.Holds(casework.Village) {
		page.Menu = web.VillageMenu()
	}
}
