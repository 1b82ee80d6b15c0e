// Package staff is the portal of those who work on cases.
//
// It shows what waits, and each case with all that is known about it; what is
// decided there it hands to casework. A case outside a reader's places does
// not exist for them. Every look at a case is recorded, and the page says so.
package staff

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"minzheng/kernel/appeal"
	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/evidence"
	"minzheng/kernel/exchange"
	"minzheng/kernel/family"
	"minzheng/kernel/file"
	"minzheng/kernel/joint"
	"minzheng/kernel/joint/matter"
	"minzheng/kernel/letter"
	"minzheng/kernel/seen"
	"minzheng/kernel/share"
	"minzheng/kernel/web"
)

// DemoAccount is an account that the sign-in page of a demo shows.
type DemoAccount struct{ Login, Password, Name, Title string }

// Rooms are what the portal stands on.
type Rooms struct {
	Desk         *casework.Desk
	Auth         *auth.Auth
	Files        *file.Store
	Health       func() []exchange.Health
	Drill        func(source string, on bool) bool                                 // nil: no exercises here
	Evidence     func(ctx context.Context, r db.Reader) (evidence.Standing, error) // nil: nobody keeps a log
	PDF          func(letter.Letter) ([]byte, error)
	Benefits     func(ctx context.Context, person string) ([]area.Benefit, error) // nil: nobody grants anything
	DemoAccounts []DemoAccount
	Changes      *catalog.Changes
	Follow       func(context.Context) error // has this process offer what has just been activated
	Areas        []area.Area                 // whose pages hang here
	Offers       *area.Offers                // nil: nobody is looked for
	Families     *family.Room
	Seen         *seen.Room   // nil: nobody asks who looked
	Share        *share.Room  // nil: other departments are given nothing
	Appeals      *appeal.Room // nil: nobody records appeals
	Joint        *joint.Room  // nil: nobody is asked for help
	Matters      *matter.Room // nil: nothing is done as one
}

// Portal serves the pages below /staff.
type Portal struct {
	Rooms
	counts *counter
}

// New returns the portal.
func New(r Rooms) *Portal { return &Portal{Rooms: r, counts: newCounter()} }

// mostUpload is what one act may bring: six papers and what is written.
const mostUpload = 6*file.MostBytes + 1<<20

// Routes adds the portal's pages.
func (p *Portal) Routes(m *web.Mux) {
	m.Handle("GET /staff/sign-in", p.signInPage)
	m.Handle("POST /staff/sign-in", p.signIn)
	m.Handle("POST /staff/sign-out", p.signOut)
	m.Handle("GET /staff", p.in(p.inbox))
	m.Handle("GET /staff/search", p.in(p.search))
	m.Handle("GET /staff/families/{person}", p.in(p.showFamily))
	m.Handle("GET /staff/found", p.in(p.discovered))
	m.Handle("GET /staff/found/{offer}", p.in(p.showOffer))
	m.Handle("POST /staff/found/{offer}/visit", p.in(p.visitOffer))
	m.Handle("POST /staff/found/{offer}/take", p.in(p.takeUpOffer))
	m.Handle("GET /staff/operations", p.in(p.operations))
	m.Handle("POST /staff/operations/drill", p.in(p.drill))
	m.Handle("GET /staff/standards", p.in(p.standards))
	m.Handle("GET /staff/standards/{service}/{parameter}", p.in(p.standard))
	m.Handle("GET /staff/standards/{service}/{parameter}/propose", p.in(p.proposeForm))
	m.Handle("POST /staff/standards/{service}/{parameter}/propose", p.in(p.propose))
	m.Handle("GET /staff/changes/{change}", p.in(p.showChange))
	m.Handle("POST /staff/changes/{change}/{verb}", p.in(p.decideChange))
	m.Handle("GET /staff/cases/{id}", p.in(p.showCase))
	m.Handle("GET /staff/cases/{id}/papers/{file}", p.in(p.paper))
	m.Handle("POST /staff/cases/{id}/transfer", p.in(p.passOn))
	m.Handle("POST /staff/cases/{id}/transfer/answer", p.in(p.answered))
	m.Handle("GET /staff/cases/{id}/transfer/{paper}", p.in(p.transferPaper))
	m.Handle("GET /staff/cases/{id}/mandate", p.in(p.mandateProof))
	m.Handle("GET /staff/cases/{id}/letters/{letter}", p.in(p.letter))
	m.Handle("GET /staff/cases/{id}/decision.json", p.in(p.decision))
	m.HandleLimit("POST /staff/cases/{id}/acts/{act}", mostUpload, p.in(p.act))
	m.Handle("POST /staff/cases/{id}/settle", p.in(p.settle))
	m.Handle("POST /staff/cases/{id}/consent/{member}", p.in(p.consent))
	m.Handle("POST /staff/cases/{id}/assign", p.in(p.assign))
	m.Handle("GET /staff/privacy", p.in(p.privacy))
	m.Handle("POST /staff/privacy/lock", p.in(p.lift))
	m.Handle("GET /staff/privacy/questions/{id}", p.in(p.showQuestion))
	m.Handle("POST /staff/privacy/questions/{id}", p.in(p.answerQuestion))
	p.sharePages(m)
	p.appealRoutes(m)
	p.jointRoutes(m)
	p.twinRoutes(m)
	p.hang(m)
}

// SignInURL is where a reader of the portal is sent to sign in; "" for the
// pages of others.
func SignInURL(r *http.Request) string {
	if r.URL.Path != "/staff" && !strings.HasPrefix(r.URL.Path, "/staff/") {
		return ""
	}
	if r.Method != http.MethodGet || r.URL.Path == "/staff" {
		return "/staff/sign-in"
	}
	return "/staff/sign-in?next=" + url.QueryEscape(r.URL.Path)
}

// in asks who is there before h runs.
func (p *Portal) in(h func(http.ResponseWriter, *http.Request, auth.Who) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		who, err := auth.Require(r, auth.Staff)
		if err != nil {
			return err
		}
		desk, any := who.Without(casework.Village) // who helps in a village sees no case by it
		if !any && who.Holds(casework.Village) {
			return toVillage(w, r)
		}
		return h(w, r, desk)
	}
}

// toVillage leads who only helps in a village to their own pages.
func toVillage(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet || r.URL.Path != "/staff" {
		return errs.New(errs.Forbidden, "您的岗位是村级协理员，请到“村里的事”里办。")
	}
	http.Redirect(w, r, "/village/", http.StatusSeeOther)
	return nil
}

// page returns a page with the portal's frame.
func (p *Portal) page(r *http.Request, who auth.Who, title, current string) (web.Page, error) {
	pg := web.PageFor(r, title)
	pg.Current, pg.SignIn, pg.SignOut = current, "", "/staff/sign-out"
	pg.User = who.Name + "　" + p.titles(who)
	views := p.views(who)
	if len(views) > 0 {
		n, err := p.counted(r.Context(), views[0].query)
		if err != nil {
			return web.Page{}, err
		}
		pg.Menu = append(pg.Menu, web.MenuItem{Href: "/staff", Icon: "inbox", Label: "待办", Badge: n.All},
			web.MenuItem{Href: "/staff/search", Icon: "search", Label: "查办件"})
	}
	others, err := p.jointMenu(r.Context(), who)
	if err != nil {
		return web.Page{}, err
	}
	pg.Menu = append(pg.Menu, others...)
	if p.Offers != nil && len(p.seats(who)) > 0 {
		n, err := p.toFind(r.Context(), who)
		if err != nil {
			return web.Page{}, err
		}
		pg.Menu = append(pg.Menu, web.MenuItem{Href: foundURL, Icon: "heart-handshake", Label: "主动发现", Badge: n})
	}
	if len(who.Grants) > 0 {
		n, err := p.toReview(r.Context(), who)
		if err != nil {
			return web.Page{}, err
		}
		pg.Menu = append(pg.Menu, web.MenuItem{Href: standardsURL, Icon: "adjustments", Label: "标准和参数", Badge: n})
	}
	appeals, err := p.appealMenu(r.Context(), who)
	if err != nil {
		return web.Page{}, err
	}
	pg.Menu = append(pg.Menu, appeals...)
	own, err := p.areaMenu(r.Context(), who)
	if err != nil {
		return web.Page{}, err
	}
	pg.Menu = append(pg.Menu, own...)
	guard, err := p.privacyMenu(r.Context(), who)
	if err != nil {
		return web.Page{}, err
	}
	pg.Menu = append(pg.Menu, guard...)
	if mayOperate(who) {
		pg.Menu = append(pg.Menu, web.MenuItem{Href: "/staff/operations", Icon: "activity", Label: "运行情况"})
	}
	return pg, nil
}

// titles are the roles of a member of staff, for readers.
func (p *Portal) titles(who auth.Who) string {
	var all []string
	for _, g := range who.Grants {
		if t := p.roleTitle(g.Role); !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return strings.Join(all, "、")
}

func (p *Portal) roleTitle(role string) string {
	if role == "citizen" {
		return "申请人"
	}
	if t := p.Desk.Services().Known().Roles[role]; t != "" {
		return t
	}
	return role
}

func errNoCase() error { return errs.New(errs.NotFound, "没有找到这件事。") }
