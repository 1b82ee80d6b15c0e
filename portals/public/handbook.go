package public

import (
	"net/http"
	"slices"

	"minzheng/kernel/catalog"
	"minzheng/kernel/web"
)

// bookPage is the handbook 政策手册: its contents, and the chapters that are
// open.
type bookPage struct {
	web.Page
	At       place
	Choose   chooser
	Groups   []group
	Chapters []chapter
	Whole    bool
}

// handbook shows the contents.
func (p *Portal) handbook(w http.ResponseWriter, r *http.Request) error {
	at, err := p.asked(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, bookView(p.book(r, at, "/handbook")))
}

// handbookWhole shows all chapters one after the other, to be printed.
func (p *Portal) handbookWhole(w http.ResponseWriter, r *http.Request) error {
	at, err := p.asked(r)
	if err != nil {
		return err
	}
	v := p.book(r, at, "/handbook/whole")
	v.Whole, v.Chapters = true, p.chapters(at)
	return web.Render(w, r, bookView(v))
}

// handbookOne shows the chapter of one service.
func (p *Portal) handbookOne(w http.ResponseWriter, r *http.Request) error {
	c, err := p.chapterAsked(r)
	if err != nil {
		return err
	}
	v := p.book(r, c.Place, "/handbook/"+c.Service.Code)
	v.Title, v.Chapters = "政策手册："+c.Service.Title, []chapter{c}
	return web.Render(w, r, chapterPage(v))
}

func (p *Portal) book(r *http.Request, at place, action string) bookPage {
	return bookPage{Page: p.page(r, "政策手册", "/handbook"), At: at, Choose: p.chooser(action, at), Groups: groups(p.Desk.Services().All())}
}

func (p *Portal) chapterAsked(r *http.Request) (chapter, error) {
	s, err := p.Desk.Services().Find(r.PathValue("code"))
	if err != nil {
		return chapter{}, err
	}
	at, err := p.asked(r)
	if err != nil {
		return chapter{}, err
	}
	return p.chapterOf(s, at), nil
}

// chapters are all services, in the order of the contents.
func (p *Portal) chapters(at place) []chapter {
	var all []chapter
	for _, g := range groups(p.Desk.Services().All()) {
		for _, s := range g.Services {
			c := p.chapterOf(s, at)
			c.Number = len(all) + 1
			all = append(all, c)
		}
	}
	return all
}

// services are in the order of the chapters.
func (p bookPage) services() []*catalog.Service {
	var all []*catalog.Service
	for _, g := range p.Groups {
		all = append(all, g.Services...)
	}
	return all
}

// chapterAddress is where a chapter is: further down, or on its own page.
func (p bookPage) chapterAddress(code string) string {
	if p.Whole {
		return "#" + code
	}
	return p.At.address("/handbook/" + code)
}

// standards are all parameters of a chapter.
func (c chapter) standards() []parameterView { return slices.Concat(c.Parameters, c.More) }
