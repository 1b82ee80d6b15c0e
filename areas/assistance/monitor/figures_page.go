package monitor

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

// figuresPage says how warnings go, for those who answer for it.
type figuresPage struct {
	Page   web.Page
	KPIs   []web.KPIView
	Since  string
	Tables []figureTable
	May    bool // try values
}

// figureTable is one table of figures with its bars.
type figureTable struct {
	ID, Title, Head, Note string
	Rows                  []figureRow
}

type figureRow struct {
	Name, Raised, Open, Helped, Share, Days, Wrong string
	Width                                          string // of a hundred
	Low                                            bool
}

const shownMonths = 12

func (p pages) figures(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	if !leads(who) {
		return noPage()
	}
	now := p.desk.DB.Now()
	today := calendar.DayOf(now)
	since := calendar.Date(today.Year(), today.Month(), 1).AddMonths(1 - shownMonths)
	f, err := p.Count(r.Context(), p.desk.DB, p.ranges(who), since.Start())
	if err != nil {
		return err
	}
	v := figuresPage{Since: since.Long(), May: who.Holds(officer)}
	if v.Page, err = p.door.Page(r, who, "预警办得怎么样", home); err != nil {
		return err
	}
	v.Page.Crumbs = []web.Crumb{{Href: home, Label: "监测预警"}, {Label: "办得怎么样"}}
	all := figure(f.All, "", f.All.Raised)
	v.KPIs = []web.KPIView{{Label: "发出预警", Value: all.Raised, Unit: "条"}, {Label: "变成了救助", Value: all.Share}, {Label: "几天联系上（中位数）", Value: all.Days}, {Label: "信息有误", Value: all.Wrong, Unit: "条"}}
	v.Tables = []figureTable{
		p.table("kinds", "按哪一类事", "类别", f.Kinds, p.kindTitle),
		p.table("townships", "按乡镇（街道）", "乡镇（街道）", f.Townships, func(code string) string { return p.desk.Places.Name(region.Code(code)) }),
		p.table("months", "按月", "月份", f.Monthly, func(m string) string { return strings.Replace(m, "-", "年", 1) + "月" }),
	}
	v.Tables[0].Note = "办结或者到了期限的有 " + strconv.Itoa(enough) + " 条以上，变成救助的不到 " + strconv.Itoa(tooFew) + "%，会标出来：多半是线画得不对，或者部门的信息不准。"
	return web.Render(w, r, figuresView(v))
}

func (p pages) table(id, title, head string, all []Figure, name func(string) string) figureTable {
	t := figureTable{ID: id, Title: title, Head: head}
	most := 0
	for _, f := range all {
		most = max(most, f.Raised)
	}
	for _, f := range all {
		t.Rows = append(t.Rows, figure(f, name(f.Key), most))
	}
	return t
}

func figure(f Figure, name string, most int) figureRow {
	row := figureRow{Name: name, Raised: strconv.Itoa(f.Raised), Open: strconv.Itoa(f.Open), Helped: strconv.Itoa(f.Helped), Wrong: strconv.Itoa(f.Wrong),
		Share: "还说不准", Days: "还没有", Width: strconv.Itoa(f.Raised * 100 / max(most, 1)), Low: f.Low()}
	if share, ok := f.Share(); ok {
		row.Share = strconv.Itoa(share) + "%"
	}
	if days, ok := f.Median(); ok {
		row.Days = fmt.Sprintf("%.1f 天", days)
	}
	return row
}

// trialPage tries another value of a parameter.
type trialPage struct {
	Page      web.Page
	Parameter web.Field
	Value     web.Field
	Problems  errs.Problems
	Done      bool
	Said      string
	Now       string // the value that counts now
	Kinds     []trialRow
	Past      []web.FactRow
	Took      string
	Change    string // where the value can be proposed
}

type trialRow struct{ Kind, Was, Is, More, Fewer, Graver, Milder string }

func (p pages) trial(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	seat := p.seat(who)
	if seat == "" {
		return noPage()
	}
	s, err := p.service()
	if err != nil {
		return err
	}
	sent := r.URL.Query()
	parameter, value := sent.Get("parameter"), strings.TrimSpace(sent.Get("value"))
	v := trialPage{Parameter: web.Field{Name: "parameter", Label: "哪个数", Value: parameter}, Value: web.Field{Name: "value", Label: "改成多少", Value: value, Hint: "只是试算，什么也不会变。", MaxLength: 12, Autocomplete: "off"}}
	if v.Page, err = p.door.Page(r, who, "试一条线", home); err != nil {
		return err
	}
	v.Page.Crumbs = []web.Crumb{{Href: home, Label: "监测预警"}, {Href: home + "/figures", Label: "办得怎么样"}, {Label: "试一条线"}}
	for _, name := range tunable(s) {
		v.Parameter.Options = append(v.Parameter.Options, web.Option{Value: name, Label: name, Checked: name == parameter})
	}
	status := http.StatusOK
	if parameter != "" || value != "" {
		t, err := p.Try(r.Context(), parameter, seat, value)
		switch {
		case errors.As(err, &v.Problems):
			status, v.Value.Problem = http.StatusUnprocessableEntity, v.Problems.Of("value")
		case errs.Is(err, errs.NotFound):
			v.Problems.Add("parameter", "请选一个数。")
			status, v.Parameter.Problem = http.StatusUnprocessableEntity, "请选一个数。"
		case err != nil:
			return err
		default:
			v.result(t, parameter, value)
		}
	}
	return web.RenderStatus(w, r, status, trialView(v))
}

// seat is the county of an officer; "" is none.
func (p pages) seat(who auth.Who) string {
	for _, g := range who.Grants {
		if g.Role == officer {
			return g.Region
		}
	}
	return ""
}

func (v *trialPage) result(t Trial, parameter, value string) {
	v.Done, v.Took = true, fmt.Sprintf("%.1f 秒", t.Took.Round(100*time.Millisecond).Seconds())
	v.Said = "“" + parameter + "”改成 " + value
	for _, k := range t.Kinds {
		if k.Was+k.Is > 0 {
			v.Kinds = append(v.Kinds, trialRow{k.Title, strconv.Itoa(k.Was), strconv.Itoa(k.Is), strconv.Itoa(k.More), strconv.Itoa(k.Fewer), strconv.Itoa(k.Graver), strconv.Itoa(k.Milder)})
		}
	}
	v.Past = []web.FactRow{{Label: "在监测的家庭", Value: strconv.Itoa(t.Families) + " 户"}, {Label: "最近一年的预警", Value: strconv.Itoa(t.Past) + " 条"},
		{Label: "其中不会再发的", Value: strconv.Itoa(t.Lost) + " 条"}, {Label: "不会再发的里面，后来帮到了人的", Value: strconv.Itoa(t.Helped) + " 条"}, {Label: "会轻一级的", Value: strconv.Itoa(t.Milder) + " 条"}}
}
