package staff

import (
	"context"
	"net/http"
	"slices"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
	"minzheng/kernel/web"
)

// standardPage is the history of one standard.
type standardPage struct {
	Page       web.Page
	About, Law string
	Place      string
	Propose    string // where to propose a change; "" for who cannot
	Table      bool   // a standard of many cells, which no form changes yet
	Rows       []valueRow
}

// valueRow is one value that holds, held or will hold.
type valueRow struct {
	From, Until, Place, Level, Value, Source string
	Sample, Now, Ahead                       bool
	Change, By                               string // the change that laid it in, and who activated it
}

func (p *Portal) standard(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	s, par, err := p.named(r, who)
	if err != nil {
		return err
	}
	name := r.PathValue("parameter")
	pg, err := p.page(r, who, name, standardsURL)
	if err != nil {
		return err
	}
	pg.Crumbs = []web.Crumb{{Href: standardsURL, Label: "标准和参数"}, {Label: s.Title}}
	place := p.placeOf(who)
	v := standardPage{Page: pg, About: par.About, Law: par.Law, Place: p.Desk.Places.FullName(region.Code(place)), Table: len(par.By) > 0}
	if len(p.Changes.Seats(who)) > 0 && !v.Table {
		v.Propose = standardURL(s.Code, name) + "/propose"
	}
	if v.Rows, err = p.valueRows(r.Context(), s, name, place); err != nil {
		return err
	}
	return web.Render(w, r, standardView(v))
}

// named is the service and the standard that an address names.
func (p *Portal) named(r *http.Request, who auth.Who) (*catalog.Service, *rule.Parameter, error) {
	if len(who.Grants) == 0 {
		return nil, nil, errNoDesk()
	}
	s, err := p.Desk.Services().Find(r.PathValue("service"))
	if err != nil {
		return nil, nil, err
	}
	par := s.Rules.Parameters()[r.PathValue("parameter")]
	if par == nil {
		return nil, nil, errs.New(errs.NotFound, "没有这个标准。")
	}
	return s, par, nil
}

// valueRows are the values of a place, of all above it and of all within it,
// the latest first.
func (p *Portal) valueRows(ctx context.Context, s *catalog.Service, name, place string) ([]valueRow, error) {
	laid, err := p.Changes.LaidInto(ctx, p.Desk.DB, s.Code, name)
	if err != nil {
		return nil, err
	}
	par, path := s.Rules.Parameters()[name], p.pathOf(place)
	today := calendar.DayOf(p.Desk.DB.Now())
	now := par.On(path, int32(today))
	var rows []valueRow
	for _, v := range par.Values {
		code := region.Code(v.Region)
		if !slices.Contains(path, v.Region) && !p.within(v.Region, place) {
			continue
		}
		row := valueRow{From: longDay(v.From), Until: longDay(lastDay(par, v)), Place: p.Desk.Places.Name(code), Level: code.Level().String(),
			Value: withUnit(par.Show(v), par.Unit), Source: v.Source, Sample: v.Sample, Now: v == now, Ahead: v.From > today.String()}
		if i := slices.IndexFunc(laid, func(c catalog.Change) bool { return c.Region == v.Region && c.From.String() == v.From }); i >= 0 {
			row.By = laid[i].DeciderName
			row.Change = changeURL(laid[i].ID)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// lastDay is the last day on which a value is its region's; "" while it is open.
func lastDay(par *rule.Parameter, v *rule.Dated) string {
	last := v.Until
	for _, o := range par.Values {
		if o.Region == v.Region && o.From > v.From {
			if before := calendar.AddDays(dayOf(o.From), -1).String(); last == "" || before < last {
				last = before
			}
		}
	}
	return last
}
