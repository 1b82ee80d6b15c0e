package recheck

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

const home = "/staff/recheck"

// The roles that the pages know.
const (
	clerk   = "township-clerk"
	officer = "county-officer"
)

// pages are the pages of re-checks, in the portal for staff.
type pages struct {
	*Room
	door area.StaffDoor
}

// Pages hangs them.
func Pages(door area.StaffDoor) {
	p := pages{New(door.Desk), door}
	door.Handle("GET "+home, p.list)
	door.Handle("POST "+home+"/confirm", p.confirm)
	door.Handle("POST "+home+"/overlaps/{overlap}", p.overlap)
	door.Handle("POST "+home+"/dues/{due}", p.due)
	door.Handle("GET "+home+"/report", p.reportForm)
	door.Handle("POST "+home+"/report", p.reported)
	door.Handle("GET "+home+"/household", p.household)
	door.Handle("POST "+home+"/household", p.householdDone)
}

// Menu is the way there for those who work on re-checks.
func Menu(_ context.Context, _ *casework.Desk, who auth.Who) ([]web.MenuItem, error) {
	if len(seats(who)) == 0 {
		return nil, nil
	}
	return []web.MenuItem{{Href: home, Icon: "clipboard-check", Label: "复核"}}, nil
}

// seats are the places in which somebody may look at re-checks.
func seats(who auth.Who) []auth.Grant {
	return slices.DeleteFunc(slices.Clone(who.Grants), func(g auth.Grant) bool { return !g.SeesCases() })
}

func (p pages) ranges(who auth.Who) []region.Range {
	var all []region.Range
	for _, g := range seats(who) {
		all = append(all, p.desk.Places.Ranges(region.Code(g.Region))...)
	}
	return all
}

func (p pages) within(code, ancestor string) bool {
	return p.desk.Places.Within(region.Code(code), region.Code(ancestor))
}

func actor(who auth.Who, role string) casework.Actor {
	return casework.Actor{ID: who.Account, Name: who.Name, Role: role}
}

// listPage is where re-checks are confirmed in bulk, with what else waits.
type listPage struct {
	Page     web.Page
	Flash    string
	Notice   string
	Failed   []string // what could not be confirmed, and why
	Problems errs.Problems
	KPIs     []web.KPIView
	Rows     []row
	More     int // that are not shown
	Clerk    bool
	Overlaps []overlapView
	Dues     []dueView
	Feeds    []string // that could not be read
}

// row is one re-check that has found nothing new.
type row struct {
	Href, Name, Number, Title string
	Value                     string // of the tick
	Amount                    string
	Checked                   string // 12 项，7 个部门
	By                        string
	On                        string
}

type overlapView struct {
	ID, Name, Says, Law string
	Items               []web.Option
	Facts               []web.FactRow
}

type dueView struct {
	ID, Title, Name, Months, Amount, Why string
	Officer                              bool
}

const mostRows = 50

func (p pages) list(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.listed(w, r, who, listPage{}, nil)
}

// listed shows the list, with what was not done and why.
func (p pages) listed(w http.ResponseWriter, r *http.Request, who auth.Who, v listPage, failure error) error {
	if len(seats(who)) == 0 {
		return errs.New(errs.NotFound, "没有这个页面。可能是地址打错了，也可能它已经不在了。")
	}
	status := http.StatusOK
	switch {
	case errors.As(failure, &v.Problems):
		status = http.StatusUnprocessableEntity
	case errs.Is(failure, errs.Conflict):
		v.Notice, status = errs.Sentence(failure), http.StatusConflict
	case failure != nil:
		return failure
	}
	var err error
	if v.Page, err = p.door.Page(r, who, "复核", home); err != nil {
		return err
	}
	if status == http.StatusOK && len(v.Failed) == 0 {
		v.Flash = p.door.Auth.Take(r, "recheck")
	}
	for _, part := range []func(context.Context, auth.Who, *listPage) error{p.rows, p.counts, p.overlaps, p.dues, p.feeds} {
		if err := part(r.Context(), who, &v); err != nil {
			return err
		}
	}
	return web.RenderStatus(w, r, status, listView(v))
}

// rows are the re-checks that wait for a confirmation.
func (p pages) rows(ctx context.Context, who auth.Who, v *listPage) error {
	for _, g := range seats(who) {
		q := casework.Inbox{County: g.Region, Service: Procedure, Step: "same", Limit: mostRows}
		if region.Code(g.Region).Level() != region.OfCounty {
			q.County, q.Office, q.Role = "", g.Region, clerk
		}
		v.Clerk = v.Clerk || g.Role == clerk
		cases, err := q.Read(ctx, p.desk.DB)
		if err != nil {
			return err
		}
		for _, c := range cases {
			if slices.ContainsFunc(v.Rows, func(o row) bool { return o.Number == c.Number }) {
				continue
			}
			one, err := p.row(ctx, c)
			if err != nil {
				return err
			}
			v.Rows = append(v.Rows, one)
		}
	}
	return nil
}

func (p pages) row(ctx context.Context, c casework.Case) (row, error) {
	one := row{Href: "/staff/cases/" + string(c.ID), Name: c.Name, Number: c.Number, Value: string(c.ID) + ":" + strconv.FormatInt(c.Revision, 10)}
	re, err := p.OfCase(ctx, p.desk.DB, c.ID)
	if err != nil {
		return one, err
	}
	b, err := Find(ctx, p.desk.DB, re.Benefit)
	if err != nil {
		return one, err
	}
	one.Title, one.Amount = b.Title, "不变"
	if re.Found != nil {
		one.Amount = fact.Yuan(re.Found.Before) + "/月"
	}
	asked, err := p.desk.Lookups(ctx, p.desk.DB, c.ID)
	if err != nil {
		return one, err
	}
	var by []string
	last := c.Opened
	for _, a := range asked {
		source, _ := p.desk.Exchange.Source(a.Source)
		if a.Answered() && !slices.Contains(by, source.Department) {
			by = append(by, source.Department)
		}
		if a.At.After(last) {
			last = a.At
		}
	}
	one.Checked, one.By, one.On = strconv.Itoa(len(asked))+" 项", strings.Join(by, "、"), calendar.DayOf(last).Long()
	return one, nil
}

// counts says how many are where.
func (p pages) counts(ctx context.Context, who auth.Who, v *listPage) error {
	today := calendar.DayOf(p.desk.DB.Now())
	for _, k := range []struct{ step, role, label string }{{"asking", clerk, "正在问部门"}, {"same", clerk, "没有变化，等确认"}, {"differs", clerk, "有变化，要核实"},
		{"hearing", "citizen", "等本人说意见"}, {"heard", clerk, "听完了，要提建议"}, {"decide", officer, "等县局决定"}} {
		n := 0
		for _, g := range seats(who) {
			q := casework.Inbox{County: g.Region, Service: Procedure, Step: k.step}
			if region.Code(g.Region).Level() != region.OfCounty {
				q.County, q.Office, q.Role = "", g.Region, k.role
			}
			some, err := q.Count(ctx, p.desk.DB, today, today)
			if err != nil {
				return err
			}
			n += some.All
		}
		if k.step == "same" {
			v.More = max(0, n-len(v.Rows))
		}
		v.KPIs = append(v.KPIs, web.KPIView{Label: k.label, Value: strconv.Itoa(n), Unit: "件"})
	}
	if !who.Holds(officer) { // a township's office never has them
		v.KPIs = v.KPIs[:len(v.KPIs)-1]
	}
	return nil
}

func (p pages) overlaps(ctx context.Context, who auth.Who, v *listPage) error {
	all, err := p.Overlaps(ctx, p.desk.DB, p.ranges(who), mostRows)
	if err != nil {
		return err
	}
	for _, o := range all {
		one := overlapView{ID: o.ID, Name: o.Name, Says: o.Rule.Says, Law: o.Rule.Law}
		for _, b := range []Benefit{o.First, o.Second} {
			amount, err := p.now(ctx, p.desk.DB, b, calendar.DayOf(p.desk.DB.Now()))
			if err != nil {
				return err
			}
			c, err := lastCase(ctx, p.desk.DB, b)
			if err != nil {
				return err
			}
			label := b.Title + "（" + c.Name + "）"
			one.Facts = append(one.Facts, web.FactRow{Label: label, Value: fact.Yuan(amount) + "/月，从" + b.Since.Long() + "起"})
			one.Items = append(one.Items, web.Option{Value: b.ID, Label: "复核" + label})
		}
		one.Items = append(one.Items, web.Option{Value: "none", Label: "不用复核", Hint: "例如名字一样，其实是两个人"})
		v.Overlaps = append(v.Overlaps, one)
	}
	return nil
}

func (p pages) dues(ctx context.Context, who auth.Who, v *listPage) error {
	all, err := p.Pending(ctx, p.desk.DB, p.ranges(who), mostRows)
	if err != nil {
		return err
	}
	for _, d := range all {
		one := dueView{ID: d.ID, Title: d.Of.Title, Name: d.Name, Amount: fact.Yuan(d.Amount), Why: d.Why, Officer: who.Covers(officer, d.Of.Region, p.within)}
		var months []string
		for _, s := range d.Shares {
			months = append(months, s.Month.Long()+" "+fact.Yuan(s.Amount))
		}
		one.Months = strings.Join(months, "，")
		v.Dues = append(v.Dues, one)
	}
	return nil
}

func (p pages) feeds(ctx context.Context, _ auth.Who, v *listPage) error {
	states, err := feedStates(ctx, p.desk.DB)
	if err != nil {
		return err
	}
	for _, s := range states {
		if s.failure == "" {
			continue
		}
		source, _ := p.desk.Exchange.Source(s.source)
		v.Feeds = append(v.Feeds, source.Department+"（"+source.Title+"）："+s.failure)
	}
	return nil
}

func sameHeads(v listPage) []string {
	first := "申请人"
	if v.Clerk {
		first = "打勾　申请人"
	}
	return []string{first, "每月", "核对了", "谁说的", "哪天"}
}
