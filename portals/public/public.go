// Package public is what anybody may see without signing in: how each service
// works and is reckoned, what is on public notice, and whether a letter is real.
//
// It is drawn from the service folders and the notices alone. Nothing of
// anybody's income, illness or family is shown here.
package public

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/letter"
	"minzheng/kernel/share"
	"minzheng/kernel/web"
)

// Rooms are what the portal stands on.
type Rooms struct {
	Desk   *casework.Desk
	County string // the county that the bureau serves
	PDF    func(letter.Letter) ([]byte, error)
	Areas  []area.Area // whose pages hang here
	// Checkpoint is the last signed checkpoint of the evidence log; nil keeps none.
	Checkpoint func(ctx context.Context, r db.Reader) ([]byte, error)

	Sharing share.Catalogue // what the bureau gives to other departments
}

// Portal serves the pages. It is safe for use by several goroutines.
type Portal struct {
	Rooms
	objecting *limiter
	sending   *limiter      // to what areas take
	printing  chan struct{} // whoever lays a handbook out holds a place
}

// printers is how many handbooks are laid out at a time: it takes a processor
// a tenth of a second, and nobody need sign in for it.
const printers = 2

// New returns the portal.
func New(r Rooms) *Portal {
	return &Portal{Rooms: r, objecting: newLimiter(r.Desk.DB.Now), sending: newLimiter(r.Desk.DB.Now), printing: make(chan struct{}, printers)}
}

// Routes hangs the pages under /public, and the handbook under /handbook.
func (p *Portal) Routes(m *web.Mux) {
	m.Handle("GET /public", p.home)
	m.Handle("GET /public/services/{code}", p.guide)
	m.Handle("GET /public/notices", p.notices)
	m.Handle("GET /public/notices/{id}", p.notice)
	m.Handle("POST /public/notices/{id}/objections", p.object)
	m.Handle("GET /public/objections", p.askAnswer)
	m.Handle("POST /public/objections", p.answer)
	m.Handle("GET /public/verify", p.askVerify)
	m.Handle("GET /public/verify/{code}", p.verify)
	m.Handle("GET /public/decision-key.pem", p.key)
	m.Handle("GET /public/evidence-checkpoint", p.checkpoint)
	m.Handle("GET /public/review", p.review)
	m.Handle("GET /public/catalogue", p.catalogue)
	m.Handle("GET /public/catalogue.json", p.catalogueJSON)
	p.hang(m)
	m.Handle("GET /handbook", p.handbook)
	m.Handle("GET /handbook/whole", p.handbookWhole)
	m.Handle("GET /handbook/whole/pdf", p.handbookWholePDF)
	m.Handle("GET /handbook/{code}", p.handbookOne)
	m.Handle("GET /handbook/{code}/pdf", p.handbookOnePDF)
}

func (p *Portal) today() calendar.Day { return calendar.DayOf(p.Desk.DB.Now()) }

// page is a page in the portal's frame.
func (p *Portal) page(r *http.Request, title, current string) web.Page {
	v := web.PageFor(r, title)
	v.Menu = []web.MenuItem{{Href: "/public", Label: "公开栏"}, {Href: "/handbook", Label: "政策手册"}, {Href: "/public/notices", Label: "公示"}, {Href: "/public/verify", Label: "查真伪"}, {Href: "/", Label: "去办事"}}
	v.Current = current
	v.Bureau, v.Phone = cmp.Or(v.Bureau, p.Desk.Office.Bureau), cmp.Or(p.Desk.Office.Phone, v.Phone)
	return v
}

// homePage is the way in.
type homePage struct {
	web.Page
	Tiles   []web.TileView // to the areas' own pages
	Groups  []group
	Notices []noticeView
	Total   int
}

// group is the services under one heading.
type group struct {
	Title    string
	Services []*catalog.Service
}

// shownAtHome is how many notices stand on the first page.
const shownAtHome = 5

func (p *Portal) home(w http.ResponseWriter, r *http.Request) error {
	v := homePage{Page: p.page(r, "公开栏", "/public"), Groups: groups(slices.DeleteFunc(slices.Clone(p.Desk.Services().All()), func(s *catalog.Service) bool { return s.Procedure || s.Internal }))} // nobody asks for those
	all, total, err := casework.Notices(r.Context(), p.Desk.DB, p.County, p.today(), 0, shownAtHome)
	if err != nil {
		return err
	}
	v.Notices, v.Total = p.views(all), total
	for _, a := range p.Areas {
		v.Tiles = append(v.Tiles, a.PublicTiles...)
	}
	return web.Render(w, r, homeView(v))
}

// groups puts the services under their headings, in the order in which the
// headings first come.
func groups(services []*catalog.Service) []group {
	var all []group
	at := map[string]int{}
	for _, s := range services {
		title := cmp.Or(s.Group, "其他")
		i, ok := at[title]
		if !ok {
			i = len(all)
			at[title], all = i, append(all, group{Title: title})
		}
		all[i].Services = append(all[i].Services, s)
	}
	return all
}
