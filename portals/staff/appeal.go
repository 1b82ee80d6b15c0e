package staff

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"minzheng/kernel/appeal"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

const appealsURL = "/staff/appeals"

// appealsPage lists what reviewers and courts have open with us.
type appealsPage struct {
	Page web.Page
	Rows []appealRow
}

type appealRow struct {
	Href, Name, Matter, Title, Body, Number, Due, State string
	Tone                                                web.Tone
}

// caseAppealsPage is what may be done about one decision, and what was.
type caseAppealsPage struct {
	Page     web.Page
	Flash    string
	Notice   string
	Problems errs.Problems
	Remedies []web.FactRow
	Appeals  []appealView
	Record   *appealForm // nil: the reader may not
	Post     string
}

type appealForm struct {
	Way                                       web.Field
	Body, Number, Appellant, Received, Served web.Field
}

// appealView is one appeal.
type appealView struct {
	Title, State string
	Tone         web.Tone
	Facts        []web.FactRow
	SM3          string
	Download     string
	Answered     *web.Field // nil: answered, decided, or the reader may not
	Ending       *appealEnding
	Here         string
	Anew         string // the case in which we decide anew
}

type appealEnding struct{ Outcome, Decided, Note web.Field }

// mostAppeals is how many the list shows.
const mostAppeals = 100

func (p *Portal) appealRoutes(m *web.Mux) {
	if p.Appeals == nil {
		return
	}
	m.Handle("GET "+appealsURL, p.in(p.appeals))
	m.Handle("GET /staff/cases/{id}/appeals", p.in(p.caseAppeals))
	m.Handle("POST /staff/cases/{id}/appeals", p.in(p.beginAppeal))
	m.Handle("GET /staff/cases/{id}/appeals/{appeal}/file.zip", p.in(p.appealFile))
	m.Handle("POST /staff/cases/{id}/appeals/{appeal}/answer", p.in(p.answerAppeal))
	m.Handle("POST /staff/cases/{id}/appeals/{appeal}/end", p.in(p.endAppeal))
}

// appealMenu is the way to the list for those who see cases.
func (p *Portal) appealMenu(ctx context.Context, who auth.Who) ([]web.MenuItem, error) {
	if p.Appeals == nil || len(p.seats(who)) == 0 {
		return nil, nil
	}
	n, err := p.Appeals.Waiting(ctx, p.Desk.DB, p.reach(who))
	return []web.MenuItem{{Href: appealsURL, Icon: "scale", Label: "复议和诉讼", Badge: n}}, err
}

// reach are the places whose cases somebody sees.
func (p *Portal) reach(who auth.Who) []region.Range {
	var all []region.Range
	for _, g := range who.Grants {
		if g.SeesCases() {
			all = append(all, p.Desk.Places.Ranges(region.Code(g.Region))...)
		}
	}
	return all
}

func (p *Portal) appeals(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	pg, err := p.page(r, who, "复议和诉讼", appealsURL)
	if err != nil {
		return err
	}
	all, err := p.Appeals.Open(r.Context(), p.Desk.DB, p.reach(who), mostAppeals)
	if err != nil {
		return err
	}
	v := appealsPage{Page: pg}
	for _, a := range all {
		c, err := casework.Find(r.Context(), p.Desk.DB, a.Case)
		if err != nil {
			return err
		}
		s, err := p.Desk.Services().Version(r.Context(), p.Desk.DB, c.Version)
		if err != nil {
			return err
		}
		state, tone := p.appealState(a)
		v.Rows = append(v.Rows, appealRow{Href: caseAppealsURL(c.ID), Name: c.Name, Matter: s.ShortMatter(), Title: a.Title(), Body: a.Body, Number: a.Number, Due: a.Due.Long(), State: state, Tone: tone})
	}
	return web.Render(w, r, appealsView(v))
}

func caseAppealsURL(id casework.ID) string { return "/staff/cases/" + string(id) + "/appeals" }

// appealState says how far an appeal is.
func (p *Portal) appealState(a appeal.Appeal) (string, web.Tone) {
	today := calendar.DayOf(p.Desk.DB.Now())
	switch {
	case !a.IsOpen():
		return a.Outcome.Title(), web.OK
	case a.Answered != 0:
		return "已答复，等结果", web.Wait
	case a.Due < today:
		return fmt.Sprintf("答复已超过 %d 天", int(today-a.Due)), web.Bad
	}
	return fmt.Sprintf("要答复，还有 %d 天", int(a.Due-today)), web.Wait
}

// appealed is a decided case that the reader may see.
func (p *Portal) appealed(r *http.Request, who auth.Who) (*dossier, error) {
	d, err := p.read(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	_, ok, err := p.Desk.Decided(r.Context(), p.Desk.DB, d.c.ID)
	if err == nil && !ok {
		err = errs.New(errs.NotFound, "这件事还没有作决定，没有复议、诉讼。")
	}
	return d, err
}

// mayAppeal reports whether the reader records appeals, and does not only look.
func (d *dossier) mayAppeal() bool {
	role := d.p.viewRole(d.who, d.c)
	return role != "" && d.p.acts(role)
}

func (p *Portal) caseAppeals(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	d, err := p.appealed(r, who)
	if err != nil {
		return err
	}
	return p.showAppeals(w, r, d, url.Values{}, nil)
}

// showAppeals shows the page, with what was typed and what is wrong.
func (p *Portal) showAppeals(w http.ResponseWriter, r *http.Request, d *dossier, sent url.Values, failure error) error {
	v, status := caseAppealsPage{Post: caseAppealsURL(d.c.ID)}, http.StatusOK
	switch {
	case errors.As(failure, &v.Problems):
		status = http.StatusUnprocessableEntity
	case errs.Is(failure, errs.Conflict):
		v.Notice, status = errs.Sentence(failure), http.StatusConflict
	case failure != nil:
		return failure
	}
	if err := d.looked(r.Context(), map[string]string{"page": "appeals"}); err != nil {
		return err
	}
	var err error
	if v.Page, err = p.page(r, d.who, "复议和诉讼", appealsURL); err != nil {
		return err
	}
	v.Page.Crumbs = []web.Crumb{{Href: appealsURL, Label: "复议和诉讼"}, {Href: "/staff/cases/" + string(d.c.ID), Label: d.c.Number}, {Label: "这一件"}}
	if status == http.StatusOK {
		v.Flash = p.Auth.Take(r, "staff")
	}
	if v.Remedies, err = d.remedies(r.Context()); err != nil {
		return err
	}
	if err := d.appeals(r.Context(), &v, sent); err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, caseAppealsView(v))
}

// remedies are what the applicant was told of.
func (d *dossier) remedies(ctx context.Context) ([]web.FactRow, error) {
	all, err := d.p.Desk.RemediesOf(ctx, d.p.Desk.DB, d.c, d.s, d.past)
	var rows []web.FactRow
	for _, one := range all {
		left := "，已经过了"
		if one.Last.Day >= d.today {
			left = fmt.Sprintf("，还有 %d 天", int(one.Last.Day-d.today))
		}
		rows = append(rows, web.FactRow{Label: one.Title, Value: one.Body + "，最晚 " + one.Last.Day.Long() + left + "（" + one.Law + "）"})
	}
	return rows, err
}

func (d *dossier) appeals(ctx context.Context, v *caseAppealsPage, sent url.Values) error {
	all, err := d.p.Appeals.Of(ctx, d.p.Desk.DB, d.c.ID)
	if err != nil {
		return err
	}
	for _, a := range all {
		v.Appeals = append(v.Appeals, d.appealView(a, sent, v.Problems))
	}
	if d.mayAppeal() {
		v.Record = d.appealForm(sent, v.Problems)
	}
	return nil
}

func (d *dossier) appealForm(sent url.Values, p errs.Problems) *appealForm {
	field := func(name, label, hint string) web.Field {
		return web.Field{Name: name, Label: label, Hint: hint, Value: sent.Get(name), Problem: p.Of(name), MaxLength: 100, Autocomplete: "off"}
	}
	f := &appealForm{Way: field("way", "是什么", ""), Body: field("body", "哪个机关、哪个法院", "例如 "+d.p.Desk.Office.Review), Number: field("number", "对方文书的编号", "答复通知书、应诉通知书上的"),
		Appellant: field("appellant", "谁提出的", ""), Received: field("received", "谁签收的", ""), Served: field("served", "哪天收到的", "答复期限从第二天算")}
	if len(sent) == 0 {
		f.Appellant.Value, f.Received.Value = d.c.Name, d.who.Name
	}
	f.Served.Max = d.today.String()
	f.Way.Options = []web.Option{{Value: "review", Label: "行政复议", Hint: "10 个工作日内答复"}, {Value: "review-simple", Label: "行政复议，简易程序", Hint: "5 个工作日内答复"}, {Value: "suit", Label: "行政诉讼", Hint: "15 天内答辩"}}
	return f
}

func (d *dossier) appealView(a appeal.Appeal, sent url.Values, p errs.Problems) appealView {
	v := appealView{Title: a.Title() + "　" + a.Number, SM3: a.SM3, Here: caseAppealsURL(d.c.ID) + "/" + a.ID}
	v.Download = v.Here + "/file.zip"
	v.State, v.Tone = d.p.appealState(a)
	v.Facts = []web.FactRow{{Label: "机关", Value: a.Body}, {Label: "谁提出的", Value: a.Appellant}, {Label: "收到", Value: a.Served.Long() + "，" + a.Received + "签收"},
		{Label: "最晚答复", Value: a.Due.Long() + "（" + a.Law + "）"}}
	if a.Answered != 0 {
		v.Facts = append(v.Facts, web.FactRow{Label: "答复", Value: a.Answered.Long()})
	}
	if !a.IsOpen() {
		v.Facts = append(v.Facts, web.FactRow{Label: "结果", Value: a.Outcome.Title() + "，" + a.Decided.Long()}, web.FactRow{Label: "怎么说的", Value: a.Note})
	}
	if a.Anew != "" {
		v.Anew = "/staff/cases/" + string(a.Anew)
	}
	if !a.IsOpen() || !d.mayAppeal() {
		return v
	}
	day := func(name, label string) web.Field {
		return web.Field{Name: name + "-" + a.ID, Label: label, Value: sent.Get(name + "-" + a.ID), Problem: p.Of(name + "-" + a.ID), Min: a.Served.String(), Max: d.today.String()}
	}
	if a.Answered == 0 {
		f := day("answered", "哪天答复的")
		v.Answered = &f
	}
	e := appealEnding{Outcome: day("outcome", "结果"), Decided: day("decided", "对方哪天决定的"), Note: day("note", "对方怎么说的")}
	for _, o := range appeal.Outcomes() {
		one := web.Option{Value: string(o.Code), Label: o.Title}
		if o.Code == appeal.Ordered {
			one.Hint = "会马上打开一件新的，重新办"
		}
		e.Outcome.Options = append(e.Outcome.Options, one)
	}
	e.Note.MaxLength = 2000
	v.Ending = &e
	return v
}

// appealActor is the reader as somebody who records; an error if they may not.
func (d *dossier) appealActor() (casework.Actor, error) {
	if !d.mayAppeal() {
		return casework.Actor{}, errs.New(errs.Forbidden, "您可以看，不能登记。")
	}
	return casework.Actor{ID: d.who.Account, Name: d.who.Name, Role: d.p.viewRole(d.who, d.c)}, nil
}

func (p *Portal) beginAppeal(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	d, err := p.appealed(r, who)
	if err != nil {
		return err
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	by, err := d.appealActor()
	if err != nil {
		return err
	}
	a, err := p.Appeals.Begin(r.Context(), d.c, appeal.Record{Way: sent.Get("way"), Body: sent.Get("body"), Number: sent.Get("number"), Appellant: sent.Get("appellant"),
		Received: sent.Get("received"), Served: readDay(sent.Get("served")), By: by})
	if err != nil {
		return p.showAppeals(w, r, d, sent, err)
	}
	p.Auth.Put(r, "staff", "登记好了，案卷已经封存。最晚 "+a.Due.Long()+" 答复。")
	http.Redirect(w, r, caseAppealsURL(d.c.ID), http.StatusSeeOther)
	return nil
}

func readDay(s string) calendar.Day {
	d, _ := calendar.Parse(strings.TrimSpace(s)) // a day that is none is 0, and refused as such
	return d
}

// oneAppeal is an appeal about the case in the address.
func (p *Portal) oneAppeal(r *http.Request, who auth.Who) (*dossier, appeal.Appeal, error) {
	d, err := p.appealed(r, who)
	if err != nil {
		return nil, appeal.Appeal{}, err
	}
	a, err := p.Appeals.Find(r.Context(), p.Desk.DB, r.PathValue("appeal"))
	if err == nil && a.Case != d.c.ID {
		err = errs.New(errs.NotFound, "没有找到这件复议、诉讼。")
	}
	return d, a, err
}

func (p *Portal) answerAppeal(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.changeAppeal(w, r, who, func(tx *db.Tx, a appeal.Appeal, sent url.Values, by casework.Actor) (string, error) {
		return "已记下答复。", p.Appeals.Answer(r.Context(), tx, a, readDay(sent.Get("answered-"+a.ID)), by)
	})
}

func (p *Portal) endAppeal(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.changeAppeal(w, r, who, func(tx *db.Tx, a appeal.Appeal, sent url.Values, by casework.Actor) (string, error) {
		a, err := p.Appeals.End(r.Context(), tx, a, appeal.Ending{Outcome: appeal.Outcome(sent.Get("outcome-" + a.ID)), On: readDay(sent.Get("decided-" + a.ID)), Note: sent.Get("note-" + a.ID), By: by})
		if a.Anew != "" {
			return "结果记下了，重新办的那一件已经打开。", err
		}
		return "结果记下了。", err
	})
}

// changeAppeal does something to an appeal, and shows the page again where it
// could not be done.
func (p *Portal) changeAppeal(w http.ResponseWriter, r *http.Request, who auth.Who, change func(*db.Tx, appeal.Appeal, url.Values, casework.Actor) (string, error)) error {
	d, a, err := p.oneAppeal(r, who)
	if err != nil {
		return err
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	by, err := d.appealActor()
	if err != nil {
		return err
	}
	said := ""
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) (err error) {
		said, err = change(tx, a, sent, by)
		return err
	})
	var wrong errs.Problems
	if errors.As(err, &wrong) {
		for i := range wrong {
			wrong[i].Field += "-" + a.ID
		}
		err = wrong
	}
	if err != nil {
		return p.showAppeals(w, r, d, sent, err)
	}
	p.Auth.Put(r, "staff", said)
	http.Redirect(w, r, caseAppealsURL(d.c.ID), http.StatusSeeOther)
	return nil
}

// appealFile hands out the frozen file. Taking it out is recorded.
func (p *Portal) appealFile(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	d, a, err := p.oneAppeal(r, who)
	if err != nil {
		return err
	}
	b, err := p.Appeals.Content(r.Context(), p.Desk.DB, a)
	if err != nil {
		return err
	}
	err = p.Desk.Audit.RecordNow(r.Context(), audit.Entry{Actor: who.Account, ActorName: who.Name, Role: p.viewRole(who, d.c), Verb: audit.Export, Subject: d.c.Subject(),
		Person: string(d.c.Applicant), Purpose: "下载" + a.Title() + "案卷", Detail: map[string]string{"appeal": a.ID}})
	if err != nil {
		return err
	}
	return web.Download(w, d.c.Number+"-"+a.Served.String()+".zip", "application/zip", b)
}
