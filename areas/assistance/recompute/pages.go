package recompute

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

const home = "/staff/recompute"

func runURL(id string) string { return home + "/" + id }

func familyURL(run, benefit string) string { return runURL(run) + "/families/" + benefit }

// pages are the pages of recomputations, in the portal for staff.
type pages struct {
	*Room
	door area.StaffDoor
}

// Pages hangs them.
func Pages(door area.StaffDoor) {
	p := pages{New(door.Desk), door}
	door.Handle("GET "+home, p.list)
	door.Handle("POST "+home, p.order)
	door.Handle("GET "+home+"/{run}", p.show)
	door.Handle("POST "+home+"/{run}/export", p.export)
	door.Handle("POST "+home+"/{run}/{verb}", p.decide)
	door.Handle("GET "+home+"/{run}/families/{benefit}", p.family)
	door.Handle("POST "+home+"/{run}/families/{benefit}", p.exclude)
}

// Menu is the way there for those who may look, with how many wait for them.
func Menu(ctx context.Context, d *casework.Desk, who auth.Who) ([]web.MenuItem, error) {
	if len(seats(who, officer, auditor)) == 0 {
		return nil, nil
	}
	n, err := New(d).Waiting(ctx, d.DB, who)
	return []web.MenuItem{{Href: home, Icon: "refresh", Label: "重算", Badge: n}}, err
}

func errNoPage() error {
	return errs.New(errs.NotFound, "没有这个页面。可能是地址打错了，也可能它已经不在了。")
}

// listPage shows the runs, and the form that orders one.
type listPage struct {
	Page     web.Page
	Problems errs.Problems
	Notice   string
	Officer  bool
	Key      string
	Fields   map[string]web.Field
	Services []web.Option
	Places   []web.Option
	Rows     []runRow
}

// runRow is one run in the list.
type runRow struct {
	Href, Title, Period, Document, Place, Who string
	State                                     chip
	Yours                                     bool // waits for the reader
}

type chip struct {
	Tone       web.Tone
	Icon, Text string
}

func (p pages) list(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.listed(w, r, who, url.Values{"key": {db.NewID()}}, nil)
}

// listed shows the list, with what was typed and why it was not done.
func (p pages) listed(w http.ResponseWriter, r *http.Request, who auth.Who, typed url.Values, failure error) error {
	if len(seats(who, officer, auditor)) == 0 {
		return errNoPage()
	}
	v, status := listPage{Officer: len(Seats(who)) > 0, Key: typed.Get("key")}, http.StatusOK
	switch {
	case errors.As(failure, &v.Problems):
		status = http.StatusUnprocessableEntity
	case errs.Is(failure, errs.Conflict):
		v.Notice, status = errs.Sentence(failure), http.StatusConflict
	case failure != nil:
		return failure
	}
	var err error
	if v.Page, err = p.door.Page(r, who, "重算", home); err != nil {
		return err
	}
	runs, err := p.List(r.Context(), p.desk.DB, who)
	if err != nil {
		return err
	}
	for _, run := range runs {
		v.Rows = append(v.Rows, p.row(run, who))
	}
	v.Fields, v.Services, v.Places = p.fields(typed, v.Problems), p.services(typed.Get("service")), p.places(who, typed.Get("region"))
	return web.RenderStatus(w, r, status, listView(v))
}

func (p pages) row(run Run, who auth.Who) runRow {
	return runRow{Href: runURL(run.ID), Title: run.Title, Period: period(run), Document: run.Document, Who: run.OrdererName,
		Place: p.desk.Places.Name(region.Code(run.Region)), State: stateOf(run), Yours: run.State == Ready && run.Orderer != who.Account && p.May(who, run.Region)}
}

func period(run Run) string {
	if run.First == run.Last {
		return run.First.Long()
	}
	return run.First.Long() + " 到 " + run.Last.Long()
}

func stateOf(run Run) chip {
	switch run.State {
	case Computing:
		return chip{web.Info, "hourglass", "正在算"}
	case Confirming:
		return chip{web.Info, "hourglass", "正在执行"}
	case Confirmed:
		return chip{web.OK, "check", "已执行"}
	case Dropped:
		return chip{web.Mute, "minus", "已作废"}
	}
	return chip{web.Wait, "clock", "等确认"}
}

func (p pages) fields(typed url.Values, problems errs.Problems) map[string]web.Field {
	all := map[string]web.Field{}
	for _, f := range []web.Field{
		{Name: "service", Label: "重算哪一项"},
		{Name: "region", Label: "在哪里"},
		{Name: "first", Label: "从哪个月起", Hint: "标准从哪个月起变的，就从哪个月算。算到这个月为止，下个月起按新金额发。", Options: p.months()},
		{Name: "document", Label: "依据文件", Hint: "写文号或者名称。", MaxLength: longDocument, Placeholder: "某民发〔2026〕8号"},
		{Name: "why", Label: "用一句话写为什么重算", Hint: "居民收到的消息就用这一句开头，例如：低保标准从2026年1月起提高了。", MaxLength: longWhy},
	} {
		f.Value, f.Problem = typed.Get(f.Name), problems.Of(f.Name)
		all[f.Name] = f
	}
	return all
}

// monthsOffered is how many months back the form offers.
const monthsOffered = 36

func (p pages) months() []web.Option {
	all := []web.Option{{Label: "请选"}}
	now := ledger.MonthOf(calendar.DayOf(p.desk.DB.Now()))
	for i := range monthsOffered {
		m := now.Add(-i)
		all = append(all, web.Option{Value: string(m), Label: m.Long()})
	}
	return all
}

func (p pages) services(chosen string) []web.Option {
	var all []web.Option
	for _, s := range p.Services() {
		all = append(all, web.Option{Value: s.Code, Label: s.Title, Checked: s.Code == chosen})
	}
	return all
}

func (p pages) places(who auth.Who, chosen string) []web.Option {
	var all []web.Option
	for _, seat := range Seats(who) {
		all = append(all, web.Option{Value: seat, Label: p.desk.Places.FullName(region.Code(seat)), Checked: seat == chosen})
	}
	return all
}

func (p pages) order(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	var run Run
	err = p.desk.DB.Do(r.Context(), func(tx *db.Tx) (err error) {
		run, err = p.Order(r.Context(), tx, who, Order{Key: sent.Get("key"), Service: sent.Get("service"), Region: sent.Get("region"),
			First: sent.Get("first"), Document: sent.Get("document"), Why: sent.Get("why")})
		return err
	})
	if err != nil {
		return p.listed(w, r, who, sent, err)
	}
	http.Redirect(w, r, runURL(run.ID), http.StatusSeeOther)
	return nil
}

// timed is a time for readers.
func timed(t time.Time) string {
	d := calendar.DayOf(t)
	return d.Long() + " " + t.In(d.Start().Location()).Format("15:04")
}

func itoa(n int) string { return strconv.Itoa(n) }

// with gives a field its answers to choose from.
func with(f web.Field, options []web.Option) web.Field {
	f.Options = options
	return f
}
