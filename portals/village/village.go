// Package village is the portal of those who help in a village: on a telephone,
// often with no line. They report who is in need and apply for others with
// their mandate.
//
// They see what they have sent and how it goes, and nothing that departments
// or cases say. Whatever they send carries a key, so that sent five times it
// arrives once. Every page works without script; with it, what is written
// waits in the telephone until there is a line.
package village

import (
	"net/http"

	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/errs"
	"minzheng/kernel/file"
	"minzheng/kernel/web"
)

const home = "/village/"

// Rooms are what the portal stands on.
type Rooms struct {
	Desk    *casework.Desk
	Auth    *auth.Auth
	Files   *file.Store
	Reports *area.Reports // nil: nobody takes reports
}

// Portal serves the pages below /village.
type Portal struct{ Rooms }

// New returns the portal.
func New(r Rooms) *Portal { return &Portal{r} }

// mostSent bounds one sending of photos.
const mostSent = 8*file.MostBytes + 1<<20

// Routes hangs the portal's pages.
func (p *Portal) Routes(m *web.Mux) {
	m.Handle("GET /village", func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, home, http.StatusSeeOther)
		return nil
	})
	m.Handle("GET /village/{$}", p.in(p.home))
	m.Handle("GET /village/shell", p.in(p.shell))
	m.Handle("GET /village/sw.js", p.worker)
	m.Handle("GET /village/report", p.in(p.reportPage))
	m.HandleLimit("POST /village/report", mostSent, p.in(p.report))
	m.Handle("GET /village/reports/{report}", p.in(p.reported))
	m.Handle("GET /village/file", p.in(p.services))
	m.Handle("GET /village/file/{service}", p.in(p.filePage))
	m.HandleLimit("POST /village/file/{service}", mostSent, p.in(p.file))
	m.Handle("GET /village/filed/{mandate}", p.in(p.filed))
	m.Handle("POST /village/filed/{mandate}/code", p.in(p.confirm))
	m.Handle("POST /village/filed/{mandate}/again", p.in(p.sendAgain))
}

// in asks who is there before h runs.
func (p *Portal) in(h func(http.ResponseWriter, *http.Request, auth.Who) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		who, err := auth.Require(r, auth.Staff)
		if err != nil {
			return err
		}
		if !who.Holds(casework.Village) {
			return errs.New(errs.Forbidden, "这里给村级协理员用。您的岗位请从“待办”进去。")
		}
		return h(w, r, who)
	}
}

// SignInURL is where a reader of the portal is sent to sign in.
func SignInURL(r *http.Request) string {
	if r.Method != http.MethodGet {
		return "/staff/sign-in?next=" + home
	}
	return "/staff/sign-in?next=" + r.URL.EscapedPath()
}

func (p *Portal) page(r *http.Request, title, current string) web.Page {
	pg := web.PageFor(r, title)
	pg.Narrow, pg.Current, pg.Menu = true, current, web.VillageMenu()
	pg.SignIn, pg.SignOut = "", "/staff/sign-out"
	return pg
}

// place is the village in which somebody helps.
func place(who auth.Who) string {
	for _, g := range who.Grants {
		if g.Role == casework.Village {
			return g.Region
		}
	}
	return ""
}

func actor(who auth.Who) casework.Actor {
	return casework.Actor{ID: who.Account, Name: who.Name, Role: casework.Village}
}

// offered are the services that may be applied for by another.
func (p *Portal) offered() []*catalog.Service {
	var all []*catalog.Service
	for _, s := range p.Desk.Services().All() {
		if s.StartedBy("staff") && !s.Procedure {
			all = append(all, s)
		}
	}
	return all
}

// arrived answers that something has arrived: to a script that sends it with
// the sentence, to a browser with the page.
func (p *Portal) arrived(w http.ResponseWriter, r *http.Request, said, href string) error {
	if web.PrefersJSON(r) {
		return web.JSON(w, r, http.StatusOK, map[string]string{"said": said, "href": href})
	}
	p.Auth.Put(r, "village", said)
	http.Redirect(w, r, href, http.StatusSeeOther)
	return nil
}

// key is what makes a sending the same when it comes again. What somebody else
// has written on this telephone is not sent in the reader's name.
func key(r *http.Request, who auth.Who) (string, error) {
	if wrote := r.PostForm.Get("who"); wrote != "" && wrote != who.Account {
		return "", errs.New(errs.SignIn, "这是别人写的，请用写的人的账号登录再发。")
	}
	k := r.PostForm.Get("key")
	if len(k) < 16 || len(k) > 64 {
		return "", errs.New(errs.Invalid, "没有收全您填的内容，可能是网络断了。请再交一次。")
	}
	return k, nil
}
