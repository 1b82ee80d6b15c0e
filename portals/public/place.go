package public

import (
	"net/http"
	"net/url"
	"slices"

	"minzheng/kernel/calendar"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
)

// place is the county and the day whose standards are shown.
type place struct {
	County region.Code
	Name   string
	On     calendar.Day
	path   []string // from the county up to the nation
}

// here is the bureau's own county, today.
func (p *Portal) here() place { return p.placeOf(region.Code(p.County), p.today()) }

func (p *Portal) placeOf(county region.Code, on calendar.Day) place {
	return place{county, p.Desk.Places.Name(county), on, p.path(string(county))}
}

// path is the way from a place up to the nation, as rules take it.
func (p *Portal) path(of string) []string {
	var all []string
	for _, c := range p.Desk.Places.Path(region.Code(of)) {
		all = append(all, string(c))
	}
	return all
}

// asked is the county and the day that the reader chose.
func (p *Portal) asked(r *http.Request) (place, error) {
	q, at := r.URL.Query(), p.here()
	county, on := at.County, at.On
	if c := region.Code(q.Get("county")); c != "" {
		if p.Desk.Places.Name(c) == "" || p.Desk.Places.County(c) != c {
			return at, errs.New(errs.Invalid, "没有这个县（市、区）。请从名单里选。")
		}
		county = c
	}
	if typed := q.Get("on"); typed != "" {
		d, err := calendar.Parse(typed)
		if err != nil {
			return at, errs.New(errs.Invalid, "日期要写成 2026-03-02 这样。")
		}
		on = d
	}
	return p.placeOf(county, on), nil
}

// address is a page for the same county and day.
func (at place) address(path string) string {
	return path + "?" + url.Values{"county": {string(at.County)}, "on": {at.On.String()}}.Encode()
}

// chooser is the form by which a reader chooses a county and a day.
type chooser struct {
	Action string
	At     place
	Groups []countyGroup
}

// countyGroup is the counties of one prefecture.
type countyGroup struct {
	Title    string
	Counties []region.Place
}

// chooser offers the counties of the bureau's own province: others have
// standards of their own, which are not in these folders.
func (p *Portal) chooser(action string, at place) chooser {
	c := chooser{Action: action, At: at}
	path := p.Desk.Places.Path(region.Code(p.County))
	if len(path) < 2 {
		return c
	}
	province := path[len(path)-2]
	for _, one := range p.Desk.Places.Children(province) {
		g := countyGroup{Title: one.Name}
		if one.Code.Level() == region.OfCounty {
			g.Title, g.Counties = p.Desk.Places.Name(province), []region.Place{one}
		} else {
			g.Counties = p.Desk.Places.Children(one.Code)
		}
		if n := len(c.Groups); n > 0 && c.Groups[n-1].Title == g.Title {
			c.Groups[n-1].Counties = append(c.Groups[n-1].Counties, g.Counties...)
		} else if len(g.Counties) > 0 {
			c.Groups = append(c.Groups, g)
		}
	}
	if !slices.ContainsFunc(c.Groups, func(g countyGroup) bool {
		return slices.ContainsFunc(g.Counties, func(l region.Place) bool { return l.Code == at.County })
	}) {
		c.Groups = append(c.Groups, countyGroup{Title: "别的地方", Counties: []region.Place{{Code: at.County, Name: at.Name}}})
	}
	return c
}
