package staff

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
	"minzheng/kernel/web"
)

const standardsURL = "/staff/standards"

// standardsPage lists all standards with the values of today.
type standardsPage struct {
	Page    web.Page
	Flash   string
	Place   string
	Officer bool
	Waiting []changeRow
	Groups  []standardGroup
	Past    []changeRow
}

type standardGroup struct {
	Code, Title string
	Rows        []standardRow
}

// standardRow is one standard as it holds for the reader's county today.
type standardRow struct {
	Name, About, Href string
	Value             string // "" is none today
	Source, Since     string
	Level, Place      string // whose value it is: 省级, 示例省
	Sample            bool
	Next              string // what comes, and when
}

// changeRow is one change in a list.
type changeRow struct {
	Href, Title, Value string
	Place, From, Who   string
	State              chip
	Mine               bool
}

func (p *Portal) standards(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	if len(who.Grants) == 0 {
		return errNoDesk()
	}
	pg, err := p.page(r, who, "标准和参数", standardsURL)
	if err != nil {
		return err
	}
	place, today := p.placeOf(who), calendar.DayOf(p.Desk.DB.Now())
	v := standardsPage{Page: pg, Flash: p.Auth.Take(r, "standards"), Place: p.Desk.Places.FullName(region.Code(place)), Officer: len(p.Changes.Seats(who)) > 0}
	for _, s := range p.Desk.Services().All() {
		g := standardGroup{Code: s.Code, Title: s.Title}
		for _, name := range standardNames(s.Rules) {
			g.Rows = append(g.Rows, p.standardRow(s, name, place, today))
		}
		if len(g.Rows) > 0 {
			v.Groups = append(v.Groups, g)
		}
	}
	waiting, err := p.Changes.Waiting(r.Context(), p.Desk.DB, who)
	if err != nil {
		return err
	}
	past, err := p.Changes.Past(r.Context(), p.Desk.DB, who)
	if err != nil {
		return err
	}
	v.Waiting, v.Past = p.changeRows(waiting, who), p.changeRows(past, who)
	return web.Render(w, r, standardsView(v))
}

// placeOf is the place whose values a reader sees: where they are an officer,
// else the county that they work in.
func (p *Portal) placeOf(who auth.Who) string {
	if seats := p.Changes.Seats(who); len(seats) > 0 {
		return seats[0]
	}
	place := region.Code(who.Grants[0].Region)
	return string(cmp.Or(p.Desk.Places.County(place), place))
}

func (p *Portal) pathOf(place string) []string {
	var all []string
	for _, c := range p.Desk.Places.Path(region.Code(place)) {
		all = append(all, string(c))
	}
	return all
}

// standardNames are the parameters in the order in which the rules read them.
func standardNames(r *rule.Rules) []string {
	first := map[string]int{}
	var names []string
	for name := range r.Parameters() {
		names = append(names, name)
		first[name] = slices.IndexFunc(r.All(), func(one *rule.Rule) bool { return strings.Contains(one.As, name) })
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(first[a], first[b]), cmp.Compare(a, b))
	})
	return names
}

func standardURL(service, name string) string {
	return standardsURL + "/" + url.PathEscape(service) + "/" + url.PathEscape(name)
}

func (p *Portal) standardRow(s *catalog.Service, name, place string, today calendar.Day) standardRow {
	par, path := s.Rules.Parameters()[name], p.pathOf(place)
	row := standardRow{Name: name, About: par.About, Href: standardURL(s.Code, name)}
	if v := par.On(path, int32(today)); v != nil {
		row.Value, row.Source, row.Sample, row.Since = withUnit(par.Show(v), par.Unit), v.Source, v.Sample, longDay(v.From)
		row.Level, row.Place = region.Code(v.Region).Level().String(), p.Desk.Places.Name(region.Code(v.Region))
	}
	for _, v := range slices.Backward(par.Values) { // the earliest first
		if v.From > today.String() && par.On(path, int32(dayOf(v.From))) == v {
			row.Next = longDay(v.From) + "起 " + withUnit(par.Show(v), par.Unit)
			break
		}
	}
	return row
}

func dayOf(s string) calendar.Day {
	d, _ := calendar.Parse(s) // what the rules hold was read before
	return d
}

func longDay(s string) string {
	if s == "" {
		return ""
	}
	return dayOf(s).Long()
}

// withUnit puts the unit behind a value; the ¥ stands for 元 already.
func withUnit(shown, unit string) string {
	if rest, ok := strings.CutPrefix(unit, "元"); ok && strings.HasPrefix(shown, "¥") {
		return shown + rest
	}
	return strings.TrimSpace(shown + " " + unit)
}

// worth is a change's value for readers.
func worth(par *rule.Parameter, value string) string {
	if par == nil {
		return value
	}
	shown := value
	switch par.Type {
	case "money":
		if fen, ok := fact.ParseYuan(value); ok {
			shown = fact.Yuan(fen)
		}
	case "bool":
		shown = map[string]string{"true": "是", "false": "否"}[value]
	case "date":
		shown = longDay(value)
	}
	return withUnit(shown, par.Unit)
}

func (p *Portal) parameter(service, name string) *rule.Parameter {
	s, err := p.Desk.Services().Find(service)
	if err != nil {
		return nil
	}
	return s.Rules.Parameters()[name]
}

// titleOf is a change's standard with its service's short title.
func (p *Portal) titleOf(c catalog.Change) string {
	s, err := p.Desk.Services().Find(c.Service)
	if err != nil || s.Short == "" || strings.HasPrefix(c.Parameter, s.Short) {
		return c.Parameter
	}
	return s.Short + "　" + c.Parameter
}

func (p *Portal) changeRows(all []catalog.Change, reader auth.Who) []changeRow {
	var rows []changeRow
	for _, c := range all {
		who := c.ProposerName
		if c.State != catalog.Proposed {
			who = c.DeciderName
		}
		rows = append(rows, changeRow{Href: changeURL(c.ID), Title: p.titleOf(c), Value: worth(p.parameter(c.Service, c.Parameter), c.Value),
			Place: p.Desk.Places.Name(region.Code(c.Region)), From: c.From.Long(), Who: who, State: changeChip(c.State),
			Mine: c.Proposer == reader.Account})
	}
	return rows
}

func changeChip(s catalog.State) chip {
	switch s {
	case catalog.Activated:
		return chip{web.OK, "check", "已启用"}
	case catalog.Refused:
		return chip{web.Bad, "x", "已退回"}
	case catalog.Withdrawn:
		return chip{web.Mute, "minus", "已撤回"}
	}
	return chip{web.Wait, "hourglass", "等复核"}
}
