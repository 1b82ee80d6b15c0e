package monitor

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"minzheng/kernel/area"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/family"
	"minzheng/kernel/form"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

const home = "/staff/warnings"

const (
	officer = "county-officer"
	admin   = "admin"
)

// pages are the pages of warnings, in the portal for staff.
type pages struct {
	*Room
	door area.StaffDoor
}

// Pages hangs them.
func Pages(door area.StaffDoor) {
	p := pages{New(door.Desk), door}
	door.Handle("GET "+home, p.list)
	door.Handle("GET "+home+"/figures", p.figures)
	door.Handle("GET "+home+"/trial", p.trial)
	door.Handle("GET "+home+"/{warning}", p.show)
	door.Handle("POST "+home+"/{warning}/acts/{act}", p.act)
}

// Menu is the way there for those in whose places there are warnings.
func Menu(ctx context.Context, d *casework.Desk, who auth.Who) ([]web.MenuItem, error) {
	if len(seats(who)) == 0 {
		return nil, nil
	}
	r := New(d)
	_, n, err := r.List(ctx, d.DB, Query{In: r.ranges(who)})
	return []web.MenuItem{{Href: home, Icon: "bell", Label: "监测预警", Badge: n}}, err
}

// seats are the places in which somebody may look at warnings.
func seats(who auth.Who) []auth.Grant {
	return slices.DeleteFunc(slices.Clone(who.Grants), func(g auth.Grant) bool { return !g.SeesCases() || g.Role == "disability-officer" })
}

func (r *Room) ranges(who auth.Who) []region.Range {
	var all []region.Range
	for _, g := range seats(who) {
		all = append(all, r.desk.Places.Ranges(region.Code(g.Region))...)
	}
	return all
}

func (r *Room) within(code, ancestor string) bool {
	return r.desk.Places.Within(region.Code(code), region.Code(ancestor))
}

func noPage() error {
	return errs.New(errs.NotFound, "没有这个页面。可能是地址打错了，也可能它已经不在了。")
}

// listPage are the warnings of the places of a reader.
type listPage struct {
	Page   web.Page
	Flash  string
	KPIs   []web.KPIView
	Kinds  []web.Option
	Kind   string
	Closed bool
	Rows   []row
	Pager  web.PagerView
	Leads  bool // may look at figures and try values
}

type row struct {
	Href, Name, Kind, Place string
	Grade                   chip
	When                    string // 今天到期
	Late                    bool
	How                     string // where it stands, or how it was closed
}

type chip struct {
	Tone       web.Tone
	Icon, Text string
}

// gradeChip is a grade with a sign and a word: nobody needs to see its colour.
func gradeChip(g Grade) chip {
	switch g {
	case Red:
		return chip{web.Bad, "alert-triangle", "红 · 最急"}
	case Orange:
		return chip{web.Wait, "flag", "橙 · 较急"}
	}
	return chip{web.Info, "info-circle", "黄 · 提醒"}
}

const onPage = 30

func (p pages) list(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	if len(seats(who)) == 0 {
		return noPage()
	}
	sent := r.URL.Query()
	from, _ := strconv.Atoi(sent.Get("from"))
	q := Query{In: p.ranges(who), Closed: sent.Get("state") == "closed", Kind: sent.Get("kind"), Skip: max(from, 0), Limit: onPage}
	if _, ok := p.kind(q.Kind); !ok {
		q.Kind = ""
	}
	all, total, err := p.List(r.Context(), p.desk.DB, q)
	if err != nil {
		return err
	}
	v := listPage{Kind: q.Kind, Closed: q.Closed, Leads: leads(who)}
	if v.Page, err = p.door.Page(r, who, "监测预警", home); err != nil {
		return err
	}
	v.Flash = p.door.Auth.Take(r, "warning")
	for _, k := range p.kinds {
		v.Kinds = append(v.Kinds, web.Option{Value: k.Code, Label: k.Title})
	}
	for _, one := range all {
		v.Rows = append(v.Rows, p.row(one))
	}
	v.Pager = pager(sent, q.Skip, len(all), total)
	if err := p.counts(r.Context(), who, &v); err != nil {
		return err
	}
	return web.Render(w, r, listView(v))
}

// leads reports whether somebody answers for how warnings go.
func leads(who auth.Who) bool {
	return who.Holds(officer) || who.Holds("township-head") || who.Holds("auditor")
}

func pager(sent url.Values, from, shown, total int) web.PagerView {
	at := func(from int) string {
		return home + "?" + url.Values{"kind": sent["kind"], "state": sent["state"], "from": {strconv.Itoa(from)}}.Encode()
	}
	v := web.PagerView{From: from + 1, To: from + shown, Total: total, Unit: "条"}
	if from > 0 {
		v.Prev = at(max(from-onPage, 0))
	}
	if from+shown < total {
		v.Next = at(from + onPage)
	}
	return v
}

func (p pages) row(w Warning) row {
	k, _ := p.kind(w.Kind)
	today := calendar.DayOf(p.desk.DB.Now())
	one := row{Href: home + "/" + w.ID, Name: w.Name, Kind: k.Title, Place: p.desk.Places.Name(region.Code(w.Township)), Grade: gradeChip(w.Grade)}
	switch {
	case !w.IsOpen():
		one.How, one.When = outcomeWord(w.Outcome), calendar.DayOf(w.Closed).Long()+"办结"
		if w.HelpName != "" {
			one.How += "，批了" + w.HelpName
		}
	case !w.Reached.IsZero():
		one.How, one.When = "联系上了，在帮", calendar.DayOf(w.Reached).Long()+"联系上"
	default:
		one.How, one.When, one.Late = "还没有联系", dueWord(w.Due, today), w.Due != 0 && w.Due < today
	}
	return one
}

func outcomeWord(code string) string {
	for _, o := range Outcomes() {
		if o[0] == code {
			return o[1]
		}
	}
	return code
}

func dueWord(due, today calendar.Day) string {
	switch {
	case due == 0:
		return "没有设期限"
	case due < today:
		return "过期 " + strconv.Itoa(int(today-due)) + " 天"
	case due == today:
		return "今天到期"
	}
	return due.Long() + "前联系"
}

func (p pages) counts(ctx context.Context, who auth.Who, v *listPage) error {
	for g := Red; g >= Yellow; g-- {
		_, n, err := p.List(ctx, p.desk.DB, Query{In: p.ranges(who), Grade: g})
		if err != nil {
			return err
		}
		v.KPIs = append(v.KPIs, web.KPIView{Label: gradeChip(g).Text, Value: strconv.Itoa(n), Unit: "条"})
	}
	return nil
}

// onePage is one warning: who, why, what they have and may have, what to do.
type onePage struct {
	Page     web.Page
	Flash    string
	Notice   string
	Problems errs.Problems
	ID       string
	Family   string // address of the family's page
	Case     string
	Place    string
	Grade    chip
	Facts    []web.FactRow
	Silent   []string
	Why      []web.ConditionView
	Gets     []string
	May      []string
	Acts     []actView
	Revision string
	Idle     string
}

// actView is one act with what it asks.
type actView struct {
	Code, Title, Hint string
	Primary, Open     bool
	Asked             web.Asked
	Reason            *web.Field
}

// mine is a warning in the places of a reader. Another is not there.
func (p pages) mine(r *http.Request, who auth.Who) (Warning, error) {
	w, err := p.Find(r.Context(), p.desk.DB, r.PathValue("warning"))
	if err == nil && !slices.ContainsFunc(seats(who), func(g auth.Grant) bool { return p.within(w.Region, g.Region) }) {
		err = errs.New(errs.NotFound, "没有找到这条预警。")
	}
	return w, err
}

func (p pages) show(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.shown(w, r, who, typed{}, nil)
}

// typed is what was filled in for an act.
type typed struct {
	act  string
	sent url.Values
}

func (p pages) shown(w http.ResponseWriter, r *http.Request, who auth.Who, t typed, failure error) error {
	one, err := p.mine(r, who)
	if err != nil {
		return err
	}
	v, status := onePage{ID: one.ID, Family: "/staff/families/" + string(one.Person), Case: "/staff/cases/" + string(one.Case)}, http.StatusOK
	switch {
	case errors.As(failure, &v.Problems):
		status = http.StatusUnprocessableEntity
	case errs.Is(failure, errs.Conflict), errs.Is(failure, errs.Forbidden):
		v.Notice, status = errs.Sentence(failure), http.StatusConflict
	case failure != nil:
		return failure
	}
	if v.Page, err = p.door.Page(r, who, one.Name+"家："+p.kindTitle(one.Kind), home); err != nil {
		return err
	}
	v.Page.Crumbs = []web.Crumb{{Href: home, Label: "监测预警"}, {Label: one.Name}}
	v.Flash = p.door.Auth.Take(r, "warning")
	p.facts(one, &v)
	if err := p.helpOf(r.Context(), one, &v); err != nil {
		return err
	}
	if err := p.acts(r.Context(), who, one, t, &v); err != nil {
		return err
	}
	if err := p.desk.Audit.RecordNow(r.Context(), audit.Entry{Actor: who.Account, ActorName: who.Name, Role: roleOf(who), Verb: audit.View, Subject: "warning/" + one.ID,
		Person: string(one.Person), Purpose: "看动态监测预警"}); err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, oneView(v))
}

func roleOf(who auth.Who) string {
	if all := seats(who); len(all) > 0 {
		return all[0].Role
	}
	return ""
}

func (p pages) kindTitle(code string) string {
	k, _ := p.kind(code)
	return k.Title
}

func (p pages) facts(w Warning, v *onePage) {
	one := p.row(w)
	v.Grade, v.Place, v.Silent = one.Grade, p.desk.Where(w.Region), w.Silent
	v.Facts = []web.FactRow{{Label: "在哪里", Value: v.Place}, {Label: "从哪里知道", Value: strings.Join(w.Told, "；"), Note: calendar.DayOf(w.Raised).Long()}, {Label: "办到哪里", Value: one.How}, {Label: "期限", Value: one.When}}
	if w.HelpName != "" {
		v.Facts = append(v.Facts, web.FactRow{Label: "后来批了", Value: w.HelpName, Actions: []web.Action{{Href: "/staff/cases/" + string(w.Help), Label: "看那一件"}}})
	}
	for i, c := range w.Reasons {
		one := web.ConditionView{Title: c.Why, Law: c.Law, Tone: web.Wait, Result: "到线"}
		if c.Set == inReach {
			one.Tone, one.Result = web.Info, "在册"
		}
		for _, u := range c.From {
			if telling(u) && (c.Set == inReach || i == len(w.Reasons)-1) { // the gravest has what the milder have
				one.Calc = append(one.Calc, p.used(u.Whose, u.Name, u.Value, u.Source, u.Set))
			}
		}
		v.Why = append(v.Why, one)
	}
}

// telling reports whether a value says something to who reads why: that
// somebody lives, lives there and has no disability goes without saying. The
// case has them all.
func telling(u family.Used) bool {
	return u.Name != together && u.Value != "否" && u.Value != "无"
}

func (p pages) used(whose, name, value, source, document string) web.FactRow {
	row := web.FactRow{Label: name, Value: value, Note: document}
	if whose != "" {
		row.Label = whose + "的" + name
	}
	switch {
	case source == family.Assumed:
		row.Note = "先这样算，还没有人说过"
	case source != "":
		s := p.desk.Services().Known().Dictionary.Source(source)
		row.Seals = []web.SealView{{Char: s.Seal, Title: s.Title, Person: s.Person}}
	}
	return row
}

// acts are what the reader can do, where it is their office's turn.
func (p pages) acts(ctx context.Context, who auth.Who, w Warning, t typed, v *onePage) error {
	c, err := casework.Find(ctx, p.desk.DB, w.Case)
	if err != nil {
		return err
	}
	v.Revision = strconv.FormatInt(c.Revision, 10)
	switch {
	case !c.IsOpen():
		v.Idle = "这条预警已经办结：" + outcomeWord(w.Outcome) + "。"
		return nil
	case !who.Covers(c.Role, c.Region, p.within):
		v.Idle = "现在由" + p.desk.Places.Name(region.Code(c.Office)) + "的" + p.desk.Services().Known().Roles[c.Role] + "办，您可以看，不能办。"
		return nil
	}
	choices, err := p.desk.Choices(ctx, p.desk.DB, c, actor(who, c.Role))
	if err != nil {
		return err
	}
	for _, one := range choices {
		a := actView{Code: one.Code, Title: one.Title, Hint: one.Hint, Primary: one.Tone == "primary", Open: t.act == one.Code}
		values := map[string]string{}
		if a.Open {
			for name := range t.sent {
				values[name] = t.sent.Get(name)
			}
		}
		var wrong errs.Problems
		if a.Open {
			wrong = v.Problems
		}
		a.Asked = web.Asked{Fields: one.Form, Typed: values, Problems: wrong}
		if one.Reason != "" {
			a.Reason = &web.Field{Name: one.Code + ".reason", Label: "写明情况", MaxLength: 2000, Value: values[one.Code+".reason"], Problem: wrong.Of(one.Code + ".reason"), Optional: one.Reason != "required"}
		}
		v.Acts = append(v.Acts, a)
	}
	return nil
}

func actor(who auth.Who, role string) casework.Actor {
	return casework.Actor{ID: who.Account, Name: who.Name, Role: role}
}

func (p pages) act(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	one, err := p.mine(r, who)
	if err != nil {
		return err
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	code := r.PathValue("act")
	title, err := p.do(r.Context(), who, one, code, sent)
	if err != nil {
		return p.shown(w, r, who, typed{code, sent}, err)
	}
	p.door.Auth.Put(r, "warning", "已办：“"+title+"”。")
	to := home + "/" + one.ID
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (p pages) do(ctx context.Context, who auth.Who, w Warning, code string, sent url.Values) (title string, err error) {
	c, err := casework.Find(ctx, p.desk.DB, w.Case)
	if err != nil {
		return "", err
	}
	s, err := p.desk.Services().Version(ctx, p.desk.DB, c.Version)
	if err != nil {
		return "", err
	}
	st := s.Step(c.Step)
	if !c.IsOpen() || st == nil || st.Act(code) == nil {
		return "", errs.New(errs.Conflict, "这件事已经走到下一步了，请看看现在的情况再办。")
	}
	if !who.Covers(c.Role, c.Region, p.within) {
		return "", errs.New(errs.Forbidden, "这一步不由您来办。")
	}
	a := st.Act(code)
	answers, problems := form.Read(a.Form, web.FormValues(sent, a.Form), p.desk.DB.Now())
	reason := strings.TrimSpace(sent.Get(code + ".reason"))
	if a.Reason == "required" && reason == "" {
		problems.Add(code+".reason", "请写明情况。")
	}
	if len(problems) > 0 {
		return "", problems
	}
	revision, _ := strconv.ParseInt(sent.Get("revision"), 10, 64)
	return a.Title, p.desk.DB.Do(ctx, func(tx *db.Tx) error {
		_, err := p.desk.Act(ctx, tx, casework.Doing{Case: c.ID, Act: code, Revision: max(revision, -1), Who: actor(who, c.Role), Reason: reason, Answers: answers})
		return err
	})
}
