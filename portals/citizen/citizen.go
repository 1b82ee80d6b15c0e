// Package citizen is the portal for residents: what they can ask for, how they
// ask, and how their matters stand. Phone first; every page works without
// script. A resident sees only what is theirs.
package citizen

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"minzheng/kernel/appeal"
	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/family"
	"minzheng/kernel/file"
	joined "minzheng/kernel/joint/matter"
	"minzheng/kernel/letter"
	"minzheng/kernel/people"
	"minzheng/kernel/seen"
	"minzheng/kernel/web"
)

// DemoPerson is somebody whom a visitor of the demo may sign in as.
type DemoPerson struct{ Number, Name, Story string }

// Rooms are what the portal stands on.
type Rooms struct {
	Desk     *casework.Desk
	Auth     *auth.Auth
	Files    *file.Store
	County   string // the county that the bureau serves
	PDF      func(letter.Letter) ([]byte, error)
	Benefits func(ctx context.Context, r db.Reader, person string) ([]area.Benefit, error)
	Offers   *area.Offers // nil: nobody is looked for
	Families *family.Room
	Matters  *joined.Room // nil: nothing is done as one
	Seen     *seen.Room
	Appeals  *appeal.Room                                                                  // nil: nobody records appeals
	Payments func(ctx context.Context, r db.Reader, person string) ([]area.Payment, error) // nil: nothing is paid
	Demo     []DemoPerson
	Areas    []area.Area // whose pages hang here
}

// Portal is the residents' portal.
type Portal struct {
	Rooms
	there      func(path string) bool // whether there is such a page
	interviews interviews
}

// New returns the portal.
func New(r Rooms) *Portal { return &Portal{Rooms: r} }

// uploadMost bounds one sending of photos: twelve of the largest.
const uploadMost = 12*file.MostBytes + 1<<20

// Routes hangs the portal's pages.
func (p *Portal) Routes(m *web.Mux) {
	m.Handle("GET /{$}", p.home)
	m.Handle("GET /sign-in", p.signInPage)
	m.Handle("POST /sign-in", p.sendCode)
	m.Handle("POST /sign-in/code", p.checkCode)
	m.Handle("GET /sign-in/with/{provider}", p.leave)
	m.Handle("POST /sign-in/with/{provider}", p.keepCarry)
	m.Handle("GET /sign-in/back/{provider}", p.comeBack)
	m.Handle("POST /sign-out", p.signOut)
	m.Handle("GET /services", p.services)
	m.Handle("GET /benefits", p.benefitsPage)
	m.Handle("POST /benefits", p.benefits)
	m.Handle("POST /benefits/apply/{service}", p.applyFrom)
	m.Handle("POST /apply/{service}", p.begin)
	m.Handle("GET /draft/{draft}", p.resume)
	m.Handle("POST /draft/{draft}/drop", p.drop)
	m.Handle("GET /draft/{draft}/place", p.placePage)
	m.Handle("POST /draft/{draft}/place", p.setPlace)
	m.Handle("GET /draft/{draft}/household", p.householdPage)
	m.Handle("POST /draft/{draft}/household", p.householdDone)
	m.Handle("GET /draft/{draft}/member/{member}", p.memberPage)
	m.Handle("POST /draft/{draft}/member/{member}", p.saveMember)
	m.Handle("POST /draft/{draft}/member/{member}/remove", p.removeMember)
	m.Handle("GET /draft/{draft}/q/{page...}", p.questionPage)
	m.Handle("POST /draft/{draft}/q/{page...}", p.answer)
	m.Handle("GET /draft/{draft}/papers", p.papersPage)
	m.HandleLimit("POST /draft/{draft}/papers", uploadMost, p.upload)
	m.Handle("POST /draft/{draft}/papers/{file}/remove", p.removePaper)
	m.Handle("GET /draft/{draft}/papers/{file}", p.draftPaper)
	m.Handle("GET /draft/{draft}/review", p.reviewPage)
	m.Handle("POST /draft/{draft}/review", p.handIn)
	m.Handle("GET /my", p.my)
	m.Handle("GET /my/seen", p.seen)
	m.Handle("GET /my/seen/entry", p.seenEntry)
	m.Handle("POST /my/seen/question", p.seenAsk)
	m.Handle("GET /my/lock", p.lockPage)
	m.Handle("POST /my/lock", p.lock)
	m.Handle("POST /my/lock/code", p.lockCode)
	m.Handle("POST /my/lock/open", p.unlock)
	m.Handle("POST /my/lock/notice", p.quiet)
	m.Handle("GET /my/messages", p.messages)
	m.Handle("GET /my/payments", p.payments)
	m.Handle("GET /my/consents/{case}", p.consentPage)
	m.Handle("POST /my/consents/{case}", p.consent)
	m.Handle("GET /my/offers/{offer}", p.offerPage)
	m.Handle("POST /my/offers/{offer}/accept", p.acceptOffer)
	m.Handle("POST /my/offers/{offer}/decline", p.declineOffer)
	m.Handle("GET /my/family", p.family)
	p.matterRoutes(m)
	m.Handle("GET /my/mandates/{mandate}", p.mandatePage)
	m.Handle("GET /my/mandates/{mandate}/proof", p.mandateProof)
	m.Handle("POST /my/mandates/{mandate}/revoke", p.revoke)
	m.Handle("GET /my/cases/{case}", p.progress)
	m.HandleLimit("POST /my/cases/{case}/acts/{act}", uploadMost, p.act)
	m.Handle("GET /my/cases/{case}/papers/{file}", p.casePaper)
	m.Handle("GET /my/cases/{case}/decision.json", p.decision)
	m.Handle("GET /my/cases/{case}/letters/{letter}", p.letterPage)
	m.Handle("GET /my/cases/{case}/letters/{letter}/pdf", p.letterPDF)
	p.hang(m)
}

// me is the resident who is signed in, as the register has them.
func (p *Portal) me(r *http.Request) (people.Person, error) {
	who, err := auth.Require(r, auth.Citizen)
	if err != nil {
		return people.Person{}, err
	}
	return p.Desk.People.Find(r.Context(), p.Desk.DB, people.ID(who.Person))
}

func actor(me people.Person) casework.Actor {
	return casework.Actor{ID: string(me.ID), Name: me.Name, Role: "citizen"}
}

// page is a page with the menu's place.
func (p *Portal) page(r *http.Request, title, current string) web.Page {
	page := web.PageFor(r, title)
	page.Current = current
	writerMenu(r, &page)
	return page
}

func (p *Portal) today() calendar.Day { return calendar.DayOf(p.Desk.DB.Now()) }

// SignInURL is where somebody is sent who must sign in first.
func SignInURL(r *http.Request) string {
	if strings.HasPrefix(r.URL.Path, "/sign-in") {
		return ""
	}
	if r.Method != http.MethodGet || r.URL.Path == "/" {
		return "/sign-in"
	}
	return "/sign-in?next=" + url.QueryEscape(r.URL.Path)
}

// next is where to go after signing in: a page of ours only. Browsers leave
// out tabs and line ends and take \ for /, so an address with any of them is
// none of ours.
func next(to string) string {
	u, err := url.Parse(to) // refuses control characters
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.Contains(to, "\\") {
		return "/"
	}
	return to
}
