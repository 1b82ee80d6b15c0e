package staff

import (
	"net/http"
	"strings"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/errs"
	"minzheng/kernel/web"
)

// doorPage is the sign-in page.
type doorPage struct {
	Page     web.Page
	Next     string
	Login    string
	Problems errs.Problems
	Accounts []DemoAccount
}

func (p *Portal) door(r *http.Request) doorPage {
	d := doorPage{Page: web.PageFor(r, "工作人员登录")}
	d.Page.Narrow, d.Page.Menu, d.Page.SignIn = true, []web.MenuItem{}, ""
	if d.Page.Demo {
		d.Accounts = p.DemoAccounts
	}
	return d
}

func (p *Portal) signInPage(w http.ResponseWriter, r *http.Request) error {
	if who, ok := auth.From(r); ok && who.Kind == auth.Staff {
		http.Redirect(w, r, "/staff", http.StatusSeeOther)
		return nil
	}
	d := p.door(r)
	d.Next = ours(r.URL.Query().Get("next"))
	return web.Render(w, r, signInView(d))
}

func (p *Portal) signIn(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	login, next := form.Get("login"), ours(form.Get("next"))
	who, err := p.Auth.SignInStaff(r.Context(), login, form.Get("password"), strings.TrimSpace(form.Get("code")))
	switch {
	case errs.Is(err, errs.SignIn):
		if err := p.recordFailure(r, login); err != nil {
			return err
		}
		return p.refused(w, r, http.StatusUnprocessableEntity, login, next, err)
	case errs.Is(err, errs.TooMany):
		return p.refused(w, r, http.StatusTooManyRequests, login, next, err)
	case err != nil:
		return err
	}
	entry := audit.Entry{Actor: who.Account, ActorName: who.Name, Verb: audit.SignIn, Subject: "account/" + who.Account, Purpose: "登录",
		Detail: map[string]string{"result": "in"}}
	if err := p.Desk.Audit.RecordNow(r.Context(), entry); err != nil {
		return err
	}
	if err := p.Auth.SignIn(r, who); err != nil {
		return err
	}
	if next == "" {
		next = "/staff"
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

func (p *Portal) refused(w http.ResponseWriter, r *http.Request, status int, login, next string, err error) error {
	d := p.door(r)
	d.Login, d.Next = login, next
	d.Problems.Add("login", errs.Sentence(err))
	return web.RenderStatus(w, r, status, signInView(d))
}

// recordFailure keeps that somebody failed to sign in. What was typed is not
// kept: people type passwords into the wrong line.
func (p *Portal) recordFailure(r *http.Request, login string) error {
	e := audit.Entry{Verb: audit.SignIn, Subject: "account/unknown", Purpose: "登录", Detail: map[string]string{"result": "failed"}}
	account, err := auth.ByLogin(r.Context(), p.Desk.DB, login)
	if err == nil {
		e.Subject, e.Actor, e.ActorName = "account/"+account.ID, account.ID, account.Name
	} else if !errs.Is(err, errs.NotFound) {
		return err
	}
	return p.Desk.Audit.RecordNow(r.Context(), e)
}

func (p *Portal) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := p.Auth.SignOut(r); err != nil {
		return err
	}
	http.Redirect(w, r, "/staff/sign-in", http.StatusSeeOther)
	return nil
}

// ours is an address of this portal or of the villages', or "".
func ours(next string) string {
	if (strings.HasPrefix(next, "/staff/") || strings.HasPrefix(next, "/village/") || strings.HasPrefix(next, "/draft/")) && !strings.ContainsAny(next, "\\\r\n") {
		return next
	}
	return ""
}
