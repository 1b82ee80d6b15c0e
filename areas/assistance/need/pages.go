package need

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"minzheng/kernel/area"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/errs"
	"minzheng/kernel/file"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

const home = "/staff/needs"

const clerk = "township-clerk"

// looking are the roles that see reports; only clerks answer them.
func looking() []string { return []string{clerk, "township-head", "county-officer"} }

// pages are the pages on which a township answers reports.
type pages struct {
	*Desk
	door area.StaffDoor
}

// Pages hangs them.
func Pages(door area.StaffDoor) {
	p := pages{New(door.Desk), door}
	door.Handle("GET "+home, p.all)
	door.Handle("GET "+home+"/{report}", p.show)
	door.Handle("GET "+home+"/{report}/photos/{file}", p.photo)
	door.HandleLimit("POST "+home+"/{report}/apply", file.MostBytes+1<<20, p.apply)
	door.HandleLimit("POST "+home+"/{report}/urgent", file.MostBytes+1<<20, p.urgent)
	door.Handle("POST "+home+"/{report}/visit", p.visited)
	door.Handle("POST "+home+"/{report}/close", p.closed)
}

// Menu is the way there.
func Menu(ctx context.Context, d *casework.Desk, who auth.Who) ([]web.MenuItem, error) {
	n := New(d)
	offices := n.offices(who)
	if len(offices) == 0 {
		return nil, nil
	}
	all, err := n.At(ctx, d.DB, offices)
	if err != nil {
		return nil, err
	}
	t, err := n.Count(ctx, d.DB, all, calendar.DayOf(d.DB.Now()))
	return []web.MenuItem{{Href: home, Icon: "flag", Label: "村里报告", Badge: t.Waiting}}, err
}

// offices are the townships whose reports somebody sees.
func (d *Desk) offices(who auth.Who) []string {
	var all []string
	for _, g := range who.Grants {
		if !slices.Contains(looking(), g.Role) {
			continue
		}
		if region.Code(g.Region).Level() != region.OfCounty {
			all = append(all, g.Region)
			continue
		}
		for _, t := range d.Places.Children(region.Code(g.Region)) {
			all = append(all, string(t.Code))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

type listPage struct {
	Page  web.Page
	Flash string
	KPIs  []web.KPIView
	Rows  []row
}

type row struct {
	Href, Name, Where, Urgency, What, Due, By string
	Late                                      bool
	Tone                                      web.Tone
	Icon, State                               string
}

func (p pages) all(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	offices := p.offices(who)
	if len(offices) == 0 {
		return errs.New(errs.NotFound, "没有这个页面。可能是地址打错了，也可能它已经不在了。")
	}
	all, err := p.At(r.Context(), p.DB, offices)
	if err != nil {
		return err
	}
	today := calendar.DayOf(p.DB.Now())
	t, err := p.Count(r.Context(), p.DB, all, today)
	if err != nil {
		return err
	}
	pg, err := p.door.Page(r, who, "村里报告的困难家庭", home)
	if err != nil {
		return err
	}
	v := listPage{Page: pg, Flash: p.door.Auth.Take(r, "need"), KPIs: []web.KPIView{
		{Label: "等着处理", Value: strconv.Itoa(t.Waiting), Unit: "件"}, {Label: "超过时限", Value: strconv.Itoa(t.Late), Unit: "件", Tone: lateTone(t.Late)},
		{Label: "报告一共", Value: strconv.Itoa(t.All), Unit: "件"}, {Label: "开了申请", Value: strconv.Itoa(t.Applied), Unit: "件"}, {Label: "得到救助", Value: strconv.Itoa(t.Helped), Unit: "件"}}}
	for _, n := range all {
		v.Rows = append(v.Rows, p.row(n, today))
	}
	return web.Render(w, r, listView(v))
}

func lateTone(n int) web.Tone {
	if n > 0 {
		return web.Bad
	}
	return ""
}

func (p pages) row(n area.Report, today calendar.Day) row {
	out := row{Href: home + "/" + n.ID, Name: n.Name, Where: p.Where(n.Region) + "　" + n.Told.Where, Urgency: n.UrgencyWords(), What: n.What, Due: n.Due.Long(), By: n.By}
	switch n.State {
	case area.Closed:
		out.Tone, out.Icon, out.State = web.Mute, "check", "办结了"
	case area.Applied:
		out.Tone, out.Icon, out.State = web.OK, "check", "开了申请"
	case area.Visited:
		out.Tone, out.Icon, out.State = web.Info, "home", "去看过了"
	default:
		out.Tone, out.Icon, out.State = web.Wait, "clock", "等着处理"
	}
	out.Late = (n.State == area.Reported || n.State == area.Visited) && n.Due < today
	return out
}

type onePage struct {
	Page     web.Page
	Flash    string
	Problems errs.Problems
	Report   area.Report
	Row      row
	Facts    []web.FactRow
	Photos   []file.File
	Draft    string // where the application is written on
	Case     string
	Acts     bool
	Idle     string
	Services []web.Option
	Typed    func(name string) string
}

// seen reads a report that somebody may see. Any other is not there.
func (p pages) seen(r *http.Request, who auth.Who) (area.Report, error) {
	n, err := p.Find(r.Context(), p.DB, r.PathValue("report"))
	if err == nil && !slices.Contains(p.offices(who), n.Office) {
		err = errs.New(errs.NotFound, "没有找到这份报告。")
	}
	return n, err
}

func (p pages) show(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	n, err := p.seen(r, who)
	if err != nil {
		return err
	}
	return p.shown(w, r, who, n, nil)
}

func (p pages) shown(w http.ResponseWriter, r *http.Request, who auth.Who, n area.Report, problems errs.Problems) error {
	pg, err := p.door.Page(r, who, "报告："+n.Name, home)
	if err != nil {
		return err
	}
	pg.Crumbs = []web.Crumb{{Href: home, Label: "村里报告"}, {Label: n.Name}}
	v := onePage{Page: pg, Problems: problems, Report: n, Row: p.row(n, calendar.DayOf(p.DB.Now())), Typed: func(name string) string { return r.PostForm.Get(name) }}
	status := http.StatusUnprocessableEntity
	if problems == nil {
		v.Flash, status = p.door.Auth.Take(r, "need"), http.StatusOK
	}
	v.Facts = p.facts(n)
	if v.Photos, err = p.Files.Of(r.Context(), p.DB, n.Owner()); err != nil {
		return err
	}
	if err := p.became(r, who, n, &v); err != nil {
		return err
	}
	for _, s := range p.Services().All() {
		if s.StartedBy("staff") && !s.Procedure {
			v.Services = append(v.Services, web.Option{Value: s.Code, Label: s.Title})
		}
	}
	if err := p.Audit.RecordNow(r.Context(), audit.Entry{Actor: who.Account, ActorName: who.Name, Verb: audit.View, Subject: n.Owner(), Purpose: "处理困难家庭报告"}); err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, oneView(v))
}

func (p pages) facts(n area.Report) []web.FactRow {
	all := []web.FactRow{{Label: "谁家", Value: n.Name}, {Label: "在哪里", Value: p.Where(n.Region) + "　" + n.Told.Where}}
	if n.Phone != "" {
		all = append(all, web.FactRow{Label: "电话", Value: n.Phone})
	}
	all = append(all, web.FactRow{Label: "出了什么事", Value: n.What, Note: n.Words}, web.FactRow{Label: "急不急", Value: n.UrgencyWords()})
	if n.Spot != "" {
		all = append(all, web.FactRow{Label: "位置", Value: n.Spot, Note: "纬度和经度，手机上报告时记的"})
	}
	return append(all, web.FactRow{Label: "谁报告的", Value: n.By, Note: n.At.In(calendar.DayOf(n.At).Start().Location()).Format("1 月 2 日 15:04")})
}

// became adds what is under way for the family.
func (p pages) became(r *http.Request, who auth.Who, n area.Report, v *onePage) error {
	switch {
	case n.State == area.Closed:
		v.Idle = "这份报告已经办结：" + n.Outcome
	case !who.Covers(clerk, n.Office, p.within):
		v.Idle = "报告由" + p.OfficeName(n.Office) + "的经办人处理，您可以看。"
	default:
		v.Acts = true
	}
	if n.Mandate == "" {
		return nil
	}
	m, err := p.Mandate(r.Context(), p.DB, n.Mandate)
	switch {
	case err != nil:
		return err
	case m.Case != "":
		v.Case = "/staff/cases/" + string(m.Case)
	case m.Account == who.Account && m.State == casework.MandateGiven:
		v.Draft = "/draft/" + m.Draft
	}
	return nil
}

func (p pages) within(code, ancestor string) bool {
	return p.Places.Within(region.Code(code), region.Code(ancestor))
}

func (p pages) photo(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	n, err := p.seen(r, who)
	if err != nil {
		return err
	}
	f, err := p.Files.Find(r.Context(), p.DB, r.PathValue("file"))
	if err != nil {
		return err
	}
	if f.Owner != n.Owner() {
		return errs.New(errs.NotFound, "没有找到这张照片。")
	}
	return p.Files.Serve(w, r, f)
}

// answering is a report that the reader may answer, and who they are then.
func (p pages) answering(r *http.Request, who auth.Who) (area.Report, casework.Actor, error) {
	n, err := p.seen(r, who)
	if err != nil {
		return n, casework.Actor{}, err
	}
	if !who.Covers(clerk, n.Office, p.within) {
		return n, casework.Actor{}, errs.New(errs.Forbidden, "报告由"+p.OfficeName(n.Office)+"的经办人处理。")
	}
	_, err = web.Form(r)
	return n, casework.Actor{ID: who.Account, Name: who.Name, Role: clerk}, err
}

// again shows the report with what is to be put right, or returns the error.
func (p pages) again(w http.ResponseWriter, r *http.Request, who auth.Who, n area.Report, err error) error {
	var problems errs.Problems
	if errors.As(err, &problems) {
		return p.shown(w, r, who, n, problems)
	}
	return err
}

func (p pages) done(w http.ResponseWriter, r *http.Request, said, to string) error {
	p.door.Auth.Put(r, "need", said)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func trimmed(r *http.Request, name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }

func (p pages) service(code string) (*catalog.Service, error) {
	s, err := p.Services().Find(code)
	if err != nil || !s.StartedBy("staff") || s.Procedure {
		var wrong errs.Problems
		wrong.Add("service", "请选申请什么。")
		return nil, wrong
	}
	return s, nil
}
