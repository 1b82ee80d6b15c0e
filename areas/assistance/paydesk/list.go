package paydesk

import (
	"context"
	"net/http"
	"net/url"

	"minzheng/areas/assistance/payment"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

// listPage shows the rolls, and the form that has one made.
type listPage struct {
	top
	Officer bool
	Service web.Field
	Month   web.Field
	Tasks   int
	Rows    []rollRow
}

// rollRow is one roll in the list.
type rollRow struct {
	Href, Month, Title, Place string
	Lines, Amount             string
	Maker                     string
	State                     chip
	Yours                     bool // waits for the reader
}

func (p pages) list(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.listed(w, r, who, url.Values{}, nil)
}

func (p pages) listed(w http.ResponseWriter, r *http.Request, who auth.Who, typed url.Values, failure error) error {
	if len(p.Scopes(who)) == 0 {
		return errNoPage()
	}
	t, err := p.begun(r, who, "发放", failure)
	if err != nil {
		return err
	}
	v := listPage{top: t, Officer: p.seat(who) != ""}
	rolls, err := p.Rolls(r.Context(), p.DB, who)
	if err != nil {
		return err
	}
	for _, o := range rolls {
		v.Rows = append(v.Rows, p.row(o, who))
	}
	if _, v.Tasks, err = p.Tasks(r.Context(), p.DB, who, "", 0, 0); err != nil {
		return err
	}
	v.Service = field(web.Field{Name: "service", Label: "发哪一项"}, typed.Get, v.Problems)
	for _, s := range p.Services().All() {
		if payment.Pays(s) {
			v.Service.Options = append(v.Service.Options, web.Option{Value: s.Code, Label: s.Title})
		}
	}
	if len(v.Service.Options) > 1 {
		v.Service.Options = append([]web.Option{{Label: "请选"}}, v.Service.Options...)
	}
	v.Month = field(web.Field{Name: "month", Label: "发哪个月的", Hint: "以前漏发的月份会自动放进来。", Options: p.months()}, typed.Get, v.Problems)
	return web.RenderStatus(w, r, v.status, listView(v))
}

// seat is the county in which somebody makes rolls, "" if none.
func (p pages) seat(who auth.Who) string {
	for _, g := range who.Grants {
		if region.Code(g.Region).Level() == region.OfCounty && p.Officer(who, g.Region) {
			return g.Region
		}
	}
	return ""
}

// months offers this month and some before it.
func (p pages) months() []web.Option {
	var all []web.Option
	for i := range 6 {
		m := payment.MonthOf(calendar.DayOf(p.DB.Now())).Add(-i)
		all = append(all, web.Option{Value: string(m), Label: m.Long()})
	}
	return all
}

func (p pages) row(o payment.Roll, who auth.Who) rollRow {
	row := rollRow{Href: rollURL(o.ID), Month: o.Month.Long(), Title: o.Title, Place: p.place(o.County), Maker: o.MakerName, State: stateOf(o),
		Lines: itoa(o.Lines) + " 笔", Amount: fact.Yuan(o.Amount), Yours: o.State == payment.Made && o.Maker != who.Account && p.Officer(who, o.County)}
	if o.Number > 1 {
		row.Title += "（补充 " + itoa(o.Number-1) + "）"
	}
	return row
}

func stateOf(o payment.Roll) chip {
	switch o.State {
	case payment.Making:
		return chip{web.Info, "hourglass", "正在做"}
	case payment.Made:
		return chip{web.Wait, "clock", "等审核"}
	case payment.Approved:
		return chip{web.OK, "check", "已审核"}
	case payment.Returned:
		return chip{web.Bad, "x", "已退回"}
	}
	return chip{web.Mute, "minus", "已撤回"}
}

// begin has a roll made.
func (p pages) begin(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	var o payment.Roll
	m, err := payment.ParseMonth(sent.Get("month"))
	if err == nil && sent.Get("service") == "" {
		err = errs.Problems{{Field: "service", Sentence: "请选发哪一项。"}}
	}
	if err == nil {
		err = p.do(r, func(ctx context.Context, tx *db.Tx) (err error) {
			o, err = p.Begin(ctx, tx, who, payment.Order{Service: sent.Get("service"), Month: m, County: p.seat(who)})
			return err
		})
	}
	if err != nil {
		return p.listed(w, r, who, sent, err)
	}
	http.Redirect(w, r, rollURL(o.ID), http.StatusSeeOther)
	return nil
}
