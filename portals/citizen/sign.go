package citizen

import (
	"net"
	"net/http"
	"net/url"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// signPage asks for a citizen number, or for the code that was sent.
type signPage struct {
	web.Page
	Next      string
	Carry     string // answers that come along, sealed
	Typed     string
	Problems  errs.Problems
	Challenge string
	Shown     string // the code, in the demo
	Providers []provider
	Demo      []DemoPerson
}

type provider struct{ Name, Title string }

func (p *Portal) signPage(r *http.Request, next string) signPage {
	v := signPage{Page: p.page(r, "登录", ""), Next: next, Demo: p.Demo}
	v.Narrow, v.SignIn = true, ""
	for _, one := range p.Auth.Providers() {
		name, title := one.Names()
		v.Providers = append(v.Providers, provider{name, title})
	}
	return v
}

func (p *Portal) signInPage(w http.ResponseWriter, r *http.Request) error {
	if who, ok := auth.From(r); ok && who.Kind == auth.Citizen {
		http.Redirect(w, r, next(r.URL.Query().Get("next")), http.StatusSeeOther)
		return nil
	}
	return web.Render(w, r, signIn(p.signPage(r, next(r.URL.Query().Get("next")))))
}

func (p *Portal) sendCode(w http.ResponseWriter, r *http.Request) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	v := p.signPage(r, next(sent.Get("next")))
	if v.Typed, v.Carry = sent.Get("number"), sent.Get("carry"); sent.Get("again") != "" {
		return web.Render(w, r, signIn(v))
	}
	number := form.Tidy("number", v.Typed)
	if sentence := form.CheckNumber(number, p.Desk.DB.Now()); sentence != "" {
		v.Problems.Add("number", sentence)
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, signIn(v))
	}
	c, err := p.Auth.RequestCode(r.Context(), number, address(r))
	if err != nil {
		return err
	}
	v.Challenge, v.Shown = c.ID, c.Shown
	return web.Render(w, r, signCode(v))
}

// address is the network address that asks; behind a proxy it is the proxy's,
// which then has to limit by itself.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (p *Portal) checkCode(w http.ResponseWriter, r *http.Request) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	id, err := p.Auth.ConfirmCode(r.Context(), sent.Get("challenge"), sent.Get("code"))
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.SignIn) {
		v := p.signPage(r, next(sent.Get("next")))
		v.Challenge, v.Shown, v.Carry = sent.Get("challenge"), "", sent.Get("carry")
		v.Problems.Add("code", errs.Sentence(err))
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, signCode(v))
	}
	if err != nil {
		return err
	}
	if err := p.Auth.Bind(r, id); err != nil {
		return err
	}
	return p.admit(w, r, id, way{next(sent.Get("next")), sent.Get("carry")})
}

// way is where somebody goes after signing in, and the answers that come along.
type way struct{ next, carry string }

// admit signs in whoever proved a citizen number.
func (p *Portal) admit(w http.ResponseWriter, r *http.Request, id auth.Identity, on way) error {
	me, err := p.Desk.People.ByNumber(r.Context(), p.Desk.DB, id.Number)
	if errs.Is(err, errs.NotFound) {
		return errs.New(errs.NotFound, "我们的名册里还没有您。请带身份证到乡镇（街道）便民中心登记一次，或者打电话，我们帮您登记。")
	}
	if err != nil {
		return err
	}
	who := auth.Who{Kind: auth.Citizen, Account: string(me.ID), Person: string(me.ID), Name: me.Name}
	if err := p.Auth.SignIn(r, who); err != nil {
		return err
	}
	if err := p.Desk.Audit.RecordNow(r.Context(), audit.Entry{Actor: string(me.ID), ActorName: me.Name, Role: "citizen", Verb: audit.SignIn,
		Subject: "person/" + string(me.ID), Person: string(me.ID), Purpose: "本人登录", Detail: map[string]string{"provider": id.Provider}}); err != nil {
		return err
	}
	if me.Elder {
		http.SetCookie(w, &http.Cookie{Name: "elder", Value: "1", Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	}
	to, err := p.carried(r, me, on.carry, on.next)
	if err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// keepCarry keeps answers while somebody signs in elsewhere, where no form can
// take them along. The way there is a link: a form may not lead off our site.
func (p *Portal) keepCarry(w http.ResponseWriter, r *http.Request) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	v := p.signPage(r, "/services")
	for _, one := range v.Providers {
		if one.Name == r.PathValue("provider") {
			p.Auth.Put(r, "carry", sent.Get("carry"))
			v.Providers = []provider{one}
			return web.Render(w, r, signElsewhere(v))
		}
	}
	return errs.New(errs.NotFound, "没有这种登录方式。")
}

func (p *Portal) leave(w http.ResponseWriter, r *http.Request) error {
	to, err := p.Auth.Begin(r, r.PathValue("provider"))
	if err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (p *Portal) comeBack(w http.ResponseWriter, r *http.Request) error {
	id, err := p.Auth.Finish(r, r.PathValue("provider"))
	if err != nil {
		return err
	}
	if id.Number == "" { // they must prove once whose account this is
		v := p.signPage(r, "/")
		v.Carry = p.Auth.Take(r, "carry")
		return web.Render(w, r, signIn(v))
	}
	return p.admit(w, r, id, way{"/", p.Auth.Take(r, "carry")})
}

func (p *Portal) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := p.Auth.SignOut(r); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// KeepEdition remembers for whoever is signed in which edition they chose, so
// that they find it on another telephone too.
func (p *Portal) KeepEdition(r *http.Request, elder bool) error {
	who, ok := auth.From(r)
	if !ok || who.Kind != auth.Citizen {
		return nil
	}
	return p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Desk.People.SetElder(r.Context(), tx, people.ID(who.Person), elder) })
}

func signInURL(next string) string {
	if next == "/" || next == "" {
		return "/sign-in"
	}
	return "/sign-in?next=" + url.QueryEscape(next)
}
