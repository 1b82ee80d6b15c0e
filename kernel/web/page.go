package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// A Page is what a frame needs to know. PageFor fills in what follows from the request.
type Page struct {
	Title   string
	Current string // address of the menu item that the page belongs to
	Narrow  bool   // one column of text, as for a question or a letter
	Bureau  string
	Phone   string // the bureau's
	User    string // shown name; "" is nobody signed in
	Menu    []MenuItem
	Elder   bool // large print
	Demo    bool // the data are made up, and the page says so
	Crumbs  []Crumb
	Head    templ.Component // right part of the staff bar
	Mark    templ.Component // beside the staff page's heading, as a chip
	SignIn  string          // where to sign in; "" shows no link
	SignOut string          // what the sign-out button posts to; "" shows none
}

// A MenuItem is one entry of a menu.
type MenuItem struct {
	Href, Icon, Label string
	Badge             int // how many wait there; 0 shows nothing
	Current           bool
}

// A Crumb is one step of the way to a page; the last has no Href.
type Crumb struct{ Href, Label string }

type userKey struct{}

// WithUser puts the shown name of whoever is signed in where PageFor finds it.
func WithUser(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, userKey{}, name)
}

// PageFor returns a page of that title with all that follows from the request.
func PageFor(r *http.Request, title string) Page {
	p := Page{Title: title, Elder: elder(r)}
	p.User, _ = r.Context().Value(userKey{}).(string)
	s := visitOf(r).server
	if s == nil {
		return p
	}
	p.Bureau, p.Phone, p.Demo = s.c.Bureau, s.c.BureauPhone, s.c.Demo
	if p.User != "" {
		p.SignOut = s.c.SignOutURL
	} else if s.c.SignInURL != nil {
		p.SignIn = s.c.SignInURL(r)
	}
	return p
}

// on reports whether the item is the page's own.
func (p Page) on(m MenuItem) bool { return m.Current || (p.Current != "" && p.Current == m.Href) }

// tabs are the citizen's three places, unless the page brings a menu of its own.
func (p Page) tabs() []MenuItem {
	if p.Menu != nil {
		return p.Menu
	}
	return []MenuItem{
		{Href: "/", Icon: "home", Label: "首页"},
		{Href: "/services", Icon: "heart-handshake", Label: "办事"},
		{Href: "/my", Icon: "user-circle", Label: "我的"},
	}
}

// VillageMenu are the places of those who help in a village.
func VillageMenu() []MenuItem {
	return []MenuItem{
		{Href: "/village/", Icon: "home", Label: "村里的事"},
		{Href: "/village/report", Icon: "flag", Label: "报告困难"},
		{Href: "/village/file", Icon: "users", Label: "代办"},
	}
}

const elderCookie = "elder"

func elder(r *http.Request) bool {
	c, err := r.Cookie(elderCookie)
	return err == nil && c.Value == "1"
}

// setElder changes to large print, or back, and returns to where the reader was.
func (s *Server) setElder(w http.ResponseWriter, r *http.Request) error {
	form, err := Form(r)
	if err != nil {
		return err
	}
	c := &http.Cookie{Name: elderCookie, Value: "0", Path: "/", SameSite: http.SameSiteLaxMode, HttpOnly: true}
	if form.Get("on") == "1" {
		c.Value = "1"
	}
	if s.c.Elder != nil {
		if err := s.c.Elder(r, c.Value == "1"); err != nil {
			return err
		}
	}
	c.MaxAge = int((365 * 24 * time.Hour).Seconds())
	http.SetCookie(w, c)
	http.Redirect(w, r, s.back(r), http.StatusSeeOther)
	return nil
}

// back is the page of ours that the reader came from, or the front page.
func (s *Server) back(r *http.Request) string {
	from, err := url.Parse(r.Referer())
	if err != nil || from.Host != r.Host || !s.reads(from.EscapedPath()) {
		return "/"
	}
	to := url.URL{Path: from.Path, RawPath: from.RawPath, RawQuery: from.RawQuery}
	return to.String()
}

// publicMenu is the public portal's, unless the page brings one.
func (p Page) publicMenu() []MenuItem {
	if p.Menu != nil {
		return p.Menu
	}
	return []MenuItem{{Href: "/public", Label: "公开栏"}, {Href: "/", Label: "去办事"}}
}

func narrow(p Page) Page {
	p.Narrow = true
	return p
}

// telURL lets a phone dial the number.
func telURL(number string) string {
	digits := strings.Map(func(c rune) rune {
		if strings.ContainsRune("+0123456789", c) {
			return c
		}
		return -1
	}, number)
	return "tel:" + digits
}

// icon goes with the sort of trouble.
func (m message) icon() string {
	switch m.status {
	case http.StatusNotFound:
		return "file-search"
	case http.StatusUnauthorized, http.StatusForbidden:
		return "lock"
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		return "hourglass"
	}
	return "alert-triangle"
}
