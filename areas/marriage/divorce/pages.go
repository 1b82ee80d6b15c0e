package divorce

import (
	"context"
	"net/http"

	"minzheng/areas/marriage/register"
	"minzheng/areas/marriage/seat"
	"minzheng/kernel/area"
	"minzheng/kernel/audit"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/web"
)

const home = seat.Home + "/divorces"

func applicationURL(id string) string { return home + "/" + id }

// ApplyURL is where a divorce of a marriage is applied for.
func ApplyURL(marriage string) string { return seat.Home + "/apply/" + marriage }

type pages struct {
	*Room
	seat.Seat
}

// Pages hangs the pages for registrars.
func Pages(door area.StaffDoor) {
	p := pages{New(door.Desk), seat.Seat{Desk: door.Desk, Door: door}}
	p.Handle("GET "+home, p.list)
	p.Handle("GET "+seat.Home+"/apply/{marriage}", p.ask)
	p.Handle("POST "+seat.Home+"/apply/{marriage}", p.apply)
	p.Handle("GET "+home+"/{divorce}", p.one)
	p.Handle("POST "+home+"/{divorce}/withdraw", p.withdraw)
	p.Handle("POST "+home+"/{divorce}/finish", p.finish)
}

// listPage shows an office's applications.
type listPage struct {
	seat.Top
	Rows []row
}

type row struct {
	Href, Names, Applied, Until string
	State                       seat.Chip
}

func (p pages) list(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	t, err := p.Top(r, v, "离婚申请", nil)
	if err != nil {
		return err
	}
	out := listPage{Top: t}
	out.Crumbs(web.Crumb{Label: "离婚申请"})
	all, err := p.At(r.Context(), p.DB, v.Clerk.Office, 100)
	if err != nil {
		return err
	}
	for _, a := range all {
		out.Rows = append(out.Rows, row{applicationURL(a.ID), a.Doc.Names[0] + "、" + a.Doc.Names[1], a.Applied.Long(), p.window(a), p.chip(a)})
	}
	if len(all) > 0 {
		if err := p.Looked(r, v, audit.Entry{Subject: "marriage-office/" + v.Clerk.Office, Purpose: "看离婚申请"}); err != nil {
			return err
		}
	}
	return web.Render(w, r, listView(out))
}

func (p pages) window(a Application) string {
	t := p.Term(a)
	return t.From.Long() + "到" + t.Until.Long()
}

func (p pages) chip(a Application) seat.Chip { return Chip(p.Room, a) }

// Chip is where an application is, for readers.
func Chip(m *Room, a Application) seat.Chip {
	switch {
	case a.State == Withdrawn:
		return seat.Chip{Tone: web.Mute, Icon: "arrow-back-up", Text: "已撤回"}
	case a.State == Expired:
		return seat.Chip{Tone: web.Mute, Icon: "clock", Text: "到期终止"}
	case a.State == Done:
		return seat.Chip{Tone: web.OK, Icon: "check", Text: "已登记"}
	case m.stage(a) == Cooling:
		return seat.Chip{Tone: web.Info, Icon: "hourglass", Text: "冷静期"}
	case m.stage(a) == Coming:
		return seat.Chip{Tone: web.Wait, Icon: "calendar-check", Text: "可以领证"}
	}
	return seat.Chip{Tone: web.Mute, Icon: "clock", Text: "过期"}
}

// askPage is where an application is taken.
type askPage struct {
	seat.Top
	Marriage  register.Record
	Days      []web.FactRow
	Agreement web.Field
	Ticked    map[string]bool
}

func (p pages) ask(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	return p.asked(w, r, v, nil, nil)
}

func (p pages) asked(w http.ResponseWriter, r *http.Request, v seat.Visitor, sent map[string][]string, failure error) error {
	m, err := p.Book.Find(r.Context(), p.DB, r.PathValue("marriage"))
	if err != nil {
		return err
	}
	if m.Kind != register.Marriage || m.State != register.Live {
		return errs.New(errs.Conflict, "登记簿上这段婚姻已经不在有效状态。")
	}
	t, err := p.Top(r, v, "受理离婚申请　"+m.Names(), failure)
	if err != nil {
		return err
	}
	out := askPage{Top: t, Marriage: m, Days: days(Count(p.Calendar, p.Today())), Ticked: map[string]bool{},
		Agreement: web.Field{Name: "agreement", Label: "协议要点", Hint: "子女抚养、财产、债务各写一句。协议书原件归档。", MaxLength: 1000, Problem: t.Problems.Of("agreement")}}
	for name, values := range sent {
		out.Ticked[name] = len(values) > 0 && values[0] != ""
		if name == "agreement" {
			out.Agreement.Value = values[0]
		}
	}
	out.Crumbs(web.Crumb{Href: home, Label: "离婚申请"}, web.Crumb{Label: "受理"})
	if err := p.Looked(r, v, audit.Entry{Subject: m.Subject(), Purpose: "受理离婚申请"}); err != nil {
		return err
	}
	return web.RenderStatus(w, r, t.Status, askView(out))
}

// days are an application's days, for readers.
func days(t Term) []web.FactRow {
	return []web.FactRow{
		{Label: "申请", Value: t.Applied.Long(), Note: "这一天不算在三十日里"},
		{Label: "任何一方可以撤回", Value: "到 " + t.Withdraw.Long(), Note: "遇到放假，顺延到放假后第一天"},
		{Label: "双方一起来领证", Value: t.From.Long() + "到" + t.Until.Long(), Note: "到原登记处，不来视为撤回"},
	}
}

func (p pages) apply(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	on := func(name string) bool { return sent.Get(name) != "" }
	a, err := p.Apply(r.Context(), v.Clerk, r.PathValue("marriage"), Said{on("present"), on("willing"), on("agreed"), on("able"), on("inland"), sent.Get("agreement")})
	if err != nil {
		return p.asked(w, r, v, sent, err)
	}
	return p.Said(w, r, "离婚申请受理了。请把日子当面说给双方听。", applicationURL(a.ID))
}

// onePage is one application.
type onePage struct {
	seat.Top
	ID       string
	State    seat.Chip
	Days     []web.FactRow
	Note     string
	Doc      Doc
	By       string
	Parties  []web.Option // who may withdraw
	Finish   bool
	Record   string
	Marriage string
}

func (p pages) one(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	return p.shown(w, r, v, nil)
}

func (p pages) shown(w http.ResponseWriter, r *http.Request, v seat.Visitor, failure error) error {
	a, err := p.mine(r, v)
	if err != nil {
		return err
	}
	t, err := p.Top(r, v, "离婚申请　"+a.Doc.Names[0]+"、"+a.Doc.Names[1], failure)
	if err != nil {
		return err
	}
	term := p.Term(a)
	out := onePage{Top: t, ID: a.ID, State: p.chip(a), Days: days(term), Note: term.Note, Doc: a.Doc, By: a.By, Marriage: seat.Home + "/records/" + a.Marriage}
	out.Crumbs(web.Crumb{Href: home, Label: "离婚申请"}, web.Crumb{Label: "一份申请"})
	if a.Record != "" {
		out.Record = seat.Home + "/records/" + a.Record
	}
	stage := p.stage(a)
	out.Finish = a.State == Open && stage == Coming
	if a.State == Open && stage == Cooling {
		for i, name := range a.Doc.Names {
			out.Parties = append(out.Parties, web.Option{Value: []string{"0", "1"}[i], Label: name})
		}
	}
	if err := p.Looked(r, v, audit.Entry{Subject: a.Subject(), Purpose: "看离婚申请"}); err != nil {
		return err
	}
	return web.RenderStatus(w, r, t.Status, oneView(out))
}

// mine is an application of the reader's own office; any other is not there.
func (p pages) mine(r *http.Request, v seat.Visitor) (Application, error) {
	a, err := p.Find(r.Context(), p.DB, r.PathValue("divorce"))
	if err == nil && a.Office != v.Clerk.Office {
		return Application{}, errs.New(errs.NotFound, "没有找到这份离婚申请。")
	}
	return a, err
}

func (p pages) withdraw(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	a, err := p.mine(r, v)
	if err != nil {
		return err
	}
	was, err := p.Book.Find(r.Context(), p.DB, a.Marriage)
	if err != nil {
		return err
	}
	side, known := map[string]int{"0": 0, "1": 1}[sent.Get("side")]
	if !known {
		return p.shown(w, r, v, errs.New(errs.Invalid, "请选是谁撤回。"))
	}
	err = p.Do(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Withdraw(ctx, tx, v.Clerk, a.ID, was.Parties[side].Number)
	})
	if err != nil {
		return p.shown(w, r, v, err)
	}
	return p.Said(w, r, "撤回了，婚姻关系不变。", applicationURL(a.ID))
}

func (p pages) finish(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	a, err := p.mine(r, v)
	if err != nil {
		return err
	}
	if sent.Get("present") == "" || sent.Get("willing") == "" {
		return p.shown(w, r, v, errs.New(errs.Invalid, "双方要一起来，当面确认还要离婚。"))
	}
	to := ""
	err = p.Do(r, func(ctx context.Context, tx *db.Tx) error {
		rec, err := p.Finish(ctx, tx, v.Clerk, a.ID)
		to = seat.Home + "/records/" + rec.ID
		return err
	})
	if err != nil {
		return p.shown(w, r, v, err)
	}
	return p.Said(w, r, "离婚登记办好了，请打印离婚证。", to)
}
