package staff

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/secret"
	"minzheng/kernel/web"
)

const twinsURL = "/staff/twins"

// twinsPage lists who may be in the register twice, who is in two families'
// cases, and what was merged.
type twinsPage struct {
	Page     web.Page
	Flash    string
	Notice   string
	Problems errs.Problems
	Pairs    []twinView
	Doubles  []doubleView
	Merges   []mergeView
}

// twinView is one pair.
type twinView struct {
	ID, Why      string
	Rows         []twinRow
	What, Reason web.Field
	Elsewhere    string // why the reader may not decide; "" if they may
	Open         bool
}

// twinRow is one thing that both have, side by side.
type twinRow struct {
	Label, A, B string
	Differs     bool
}

type doubleView struct {
	Name, Service string
	Cases         []web.FactRow
	Hrefs         [2]string // "" for a case that the reader may not see
}

type mergeView struct {
	ID, Kept, Gone, When, By, Reason, Undone string
	Why                                      *web.Field // nil: it was taken back, or the reader merged it themselves
}

func (p *Portal) twinRoutes(m *web.Mux) {
	m.Handle("GET "+twinsURL, p.in(p.twins))
	m.Handle("POST "+twinsURL+"/find", p.in(p.findTwins))
	m.Handle("POST "+twinsURL+"/{twin}", p.in(p.decideTwin))
	m.Handle("POST "+twinsURL+"/merges/{merge}", p.in(p.undoMerge))
}

func (p *Portal) twins(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.showTwins(w, r, who, url.Values{}, nil)
}

// showTwins shows the page, with what was typed and what is wrong.
func (p *Portal) showTwins(w http.ResponseWriter, r *http.Request, who auth.Who, sent url.Values, failure error) error {
	if len(p.seats(who)) == 0 {
		return errNoDesk()
	}
	v, status := twinsPage{}, http.StatusOK
	switch {
	case errors.As(failure, &v.Problems):
		status = http.StatusUnprocessableEntity
	case errs.Is(failure, errs.Conflict), errs.Is(failure, errs.NotFound):
		v.Notice, status = errs.Sentence(failure), http.StatusConflict
	case failure != nil:
		return failure
	}
	var err error
	if v.Page, err = p.page(r, who, "登记重复的人", "/staff/search"); err != nil {
		return err
	}
	v.Page.Crumbs = []web.Crumb{{Href: "/staff/search", Label: "查办件"}, {Label: "登记重复的人"}}
	if status == http.StatusOK {
		v.Flash = p.Auth.Take(r, "staff")
	}
	for _, part := range []func(context.Context, auth.Who, url.Values, *twinsPage) error{p.pairs, p.doubles, p.merges} {
		if err := part(r.Context(), who, sent, &v); err != nil {
			return err
		}
	}
	entry := audit.Entry{Actor: who.Account, ActorName: who.Name, Verb: audit.View, Subject: "twins", Purpose: "查登记重复的人", Detail: map[string]string{"pairs": itoa(len(v.Pairs))}}
	if err := p.Desk.Audit.RecordNow(r.Context(), entry); err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, twinsView(v))
}

const mostTwins = 50

func (p *Portal) pairs(ctx context.Context, who auth.Who, sent url.Values, v *twinsPage) error {
	all, err := p.Desk.People.OpenTwins(ctx, p.Desk.DB, p.reach(who), mostTwins)
	if err != nil {
		return err
	}
	for _, t := range all {
		a, err := p.Desk.People.Find(ctx, p.Desk.DB, t.A)
		if err != nil {
			return err
		}
		b, err := p.Desk.People.Find(ctx, p.Desk.DB, t.B)
		if err != nil {
			return err
		}
		one := twinView{ID: t.ID, Why: whyTwins(t, a, b), Rows: p.sideBySide(a, b)}
		one.What = web.Field{Name: "what-" + t.ID, Label: "是不是同一个人", Value: sent.Get("what-" + t.ID), Problem: v.Problems.Of("what-" + t.ID), Options: []web.Option{
			{Value: "a", Label: "是，留甲的身份证号"}, {Value: "b", Label: "是，留乙的身份证号"}, {Value: "different", Label: "不是，是两个人"}}}
		one.Reason = web.Field{Name: "reason-" + t.ID, Label: "怎么知道的", Hint: "例如看了户口本、身份证，问了本人。", Value: sent.Get("reason-" + t.ID), Problem: v.Problems.Of("reason-" + t.ID), MaxLength: 500}
		one.Open = one.What.Problem+one.Reason.Problem != ""
		if !p.decidesOn(who, t) {
			one.Elsewhere = "有一个人不在您管的地方，由县民政局来定。"
		}
		v.Pairs = append(v.Pairs, one)
	}
	return nil
}

// decidesOn reports whether both of a pair are within the reader's places, in a
// role that works on cases.
func (p *Portal) decidesOn(who auth.Who, t people.Twin) bool {
	for _, place := range t.Regions {
		ok := false
		for _, g := range who.Grants {
			ok = ok || p.acts(g.Role) && p.within(place, g.Region)
		}
		if !ok {
			return false
		}
	}
	return true
}

// whyTwins says why two may be one.
func whyTwins(t people.Twin, a, b people.Person) string {
	var all []string
	for _, why := range t.Why {
		switch why {
		case people.OldNumber:
			all = append(all, "一个是 15 位的老号，换成 18 位就是另一个")
		case people.OneDigit:
			all = append(all, "身份证号只差第 "+places(a, b)+" 位")
		case people.TwoSwapped:
			all = append(all, "身份证号第 "+places(a, b)+" 位写反了")
		case people.SameBirth:
			all = append(all, "姓名和出生日期都一样")
		}
	}
	said := strings.Join(all, "；")
	for who, one := range map[string]people.Person{"甲": a, "乙": b} {
		if len(one.Number) == 18 && !people.Checks(one.Number) {
			said += "；" + who + "的身份证号校验码不对，肯定写错了"
		}
	}
	return said + "。"
}

func places(a, b people.Person) string {
	var all []string
	for _, n := range people.Places(a.Number, b.Number) {
		all = append(all, itoa(n))
	}
	return strings.Join(all, "、")
}

func (p *Portal) sideBySide(a, b people.Person) []twinRow {
	day := func(d calendar.Day) string {
		if d == 0 {
			return "没有登记"
		}
		return d.Long()
	}
	row := func(label, x, y string) twinRow { return twinRow{label, x, y, x != y} }
	where := func(one people.Person) string { return p.Desk.Places.FullName(region.Code(one.Region)) }
	number := row("身份证号", shownNumber(a.Number, b.Number), shownNumber(b.Number, a.Number))
	return []twinRow{row("姓名", a.Name, b.Name), number, row("出生日期", day(a.Birth), day(b.Birth)), row("性别", a.Sex, b.Sex), row("户籍", where(a), where(b)),
		row("与户主关系", a.Relation, b.Relation), row("去世", dead(a), dead(b))}
}

func dead(p people.Person) string {
	if p.Died == 0 {
		return "没有登记"
	}
	return p.Died.Long()
}

// shownNumber is a number masked, but for the places in which it differs.
func shownNumber(number, other string) string {
	masked := []rune(secret.MaskNumber(number))
	if len(number) != len(other) || len(masked) != len(number) {
		return string(masked)
	}
	for _, n := range people.Places(number, other) {
		if len(number) == 18 {
			masked[n-1] = rune(number[n-1])
		}
	}
	return string(masked)
}

func (p *Portal) doubles(ctx context.Context, who auth.Who, _ url.Values, v *twinsPage) error {
	all, err := casework.Doubles(ctx, p.Desk.DB, p.reach(who), mostTwins)
	if err != nil {
		return err
	}
	for _, one := range all {
		if ok, err := p.stillRuns(ctx, one.Second); err != nil || !ok {
			if err != nil {
				return err
			}
			continue
		}
		d := doubleView{Name: one.Name}
		for i, b := range []casework.Belonging{one.First, one.Second} {
			s, err := p.Desk.Services().Version(ctx, p.Desk.DB, b.Version)
			if err != nil {
				return err
			}
			d.Service = s.Title
			c, err := casework.Find(ctx, p.Desk.DB, b.Case)
			if err != nil {
				return err
			}
			state := "正在办"
			if !b.IsOpen() {
				state = "已经批准"
			}
			if p.viewRole(who, c) != "" {
				d.Hrefs[i] = "/staff/cases/" + string(c.ID)
			}
			d.Cases = append(d.Cases, web.FactRow{Label: b.Number, Value: c.Name + "家，" + p.Desk.Where(c.Region) + "，算作" + b.Relation + "，" + state})
		}
		v.Doubles = append(v.Doubles, d)
	}
	return nil
}

// stillRuns reports whether a case is open, or what it brought still runs.
func (p *Portal) stillRuns(ctx context.Context, b casework.Belonging) (bool, error) {
	if b.IsOpen() || p.Desk.Holds == nil {
		return b.IsOpen(), nil
	}
	held, err := p.Desk.Holds(ctx, p.Desk.DB, b.Applicant)
	for _, h := range held {
		if h.Case == b.Case {
			return true, err
		}
	}
	return false, err
}

func (p *Portal) merges(ctx context.Context, who auth.Who, sent url.Values, v *twinsPage) error {
	all, err := p.Desk.People.Merges(ctx, p.Desk.DB, p.reach(who), mostTwins)
	if err != nil {
		return err
	}
	for _, m := range all {
		kept, err := p.Desk.People.Find(ctx, p.Desk.DB, m.Kept)
		if err != nil {
			return err
		}
		gone, err := p.Desk.People.Find(ctx, p.Desk.DB, m.Gone)
		if err != nil {
			return err
		}
		one := mergeView{ID: m.ID, Kept: kept.Name + "　" + secret.MaskNumber(kept.Number), Gone: gone.Name + "　" + secret.MaskNumber(gone.Number), When: calendar.DayOf(m.At).Long(), By: m.By.Name, Reason: m.Reason}
		switch {
		case !m.Stands():
			one.Undone = fmt.Sprintf("%s %s撤销：%s", calendar.DayOf(m.Undone).Long(), m.UndoneBy.Name, m.UndoneBy.Note)
		case m.By.ID != who.Account && p.decidesOn(who, people.Twin{Regions: [2]string{kept.Region, gone.Region}}):
			one.Why = &web.Field{Name: "why-" + m.ID, Label: "为什么撤销", Value: sent.Get("why-" + m.ID), Problem: v.Problems.Of("why-" + m.ID), MaxLength: 500}
		}
		v.Merges = append(v.Merges, one)
	}
	return nil
}

// findTwins has the register searched anew, soon.
func (p *Portal) findTwins(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	if len(p.seats(who)) == 0 {
		return errNoDesk()
	}
	err := p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		return job.Enqueue(r.Context(), tx, job.New{Kind: casework.TwinsKind, Key: "now"})
	})
	if err != nil {
		return err
	}
	p.Auth.Put(r, "staff", "正在找，一会儿刷新这一页就能看到。")
	http.Redirect(w, r, twinsURL, http.StatusSeeOther)
	return nil
}

// decideTwin merges a pair, or says that they are two.
func (p *Portal) decideTwin(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	t, err := p.Desk.People.FindTwin(r.Context(), p.Desk.DB, r.PathValue("twin"))
	if err != nil {
		return p.showTwins(w, r, who, sent, err)
	}
	if !p.decidesOn(who, t) {
		return errs.New(errs.NotFound, "没有找到这一对。")
	}
	what, reason := sent.Get("what-"+t.ID), strings.TrimSpace(sent.Get("reason-"+t.ID))
	var problems errs.Problems
	if what != "a" && what != "b" && what != "different" {
		problems.Add("what-"+t.ID, "请选是不是同一个人。")
	}
	if reason == "" || len([]rune(reason)) > 500 {
		problems.Add("reason-"+t.ID, "请写明怎么知道的，最多 500 个字。")
	}
	if len(problems) > 0 {
		return p.showTwins(w, r, who, sent, problems)
	}
	if err := p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.decide(r.Context(), tx, t, what, reason, p.workerOf(who)) }); err != nil {
		return p.showTwins(w, r, who, sent, err)
	}
	p.Auth.Put(r, "staff", map[bool]string{true: "记下了，是两个人，以后不再提。", false: "合并好了。两个身份证号都找得到这个人；错了可以由另一位同事撤销。"}[what == "different"])
	http.Redirect(w, r, twinsURL, http.StatusSeeOther)
	return nil
}

func (p *Portal) decide(ctx context.Context, tx *db.Tx, t people.Twin, what, reason string, by casework.Actor) error {
	if what == "different" {
		return p.Desk.People.Different(ctx, tx, t, people.By{ID: by.ID, Name: by.Name, Note: reason})
	}
	m := people.Merge{Kept: t.A, Gone: t.B, Reason: reason}
	if what == "b" {
		m.Kept, m.Gone = t.B, t.A
	}
	_, err := p.Desk.MergePeople(ctx, tx, m, by)
	return err
}

// workerOf is somebody as an actor, in their first role that works on cases.
func (p *Portal) workerOf(who auth.Who) casework.Actor {
	a := casework.Actor{ID: who.Account, Name: who.Name}
	for _, g := range who.Grants {
		if p.acts(g.Role) {
			a.Role = g.Role
			break
		}
	}
	return a
}

func (p *Portal) undoMerge(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	m, err := p.Desk.People.FindMerge(r.Context(), p.Desk.DB, r.PathValue("merge"))
	if err != nil {
		return err
	}
	gone, err := p.Desk.People.Find(r.Context(), p.Desk.DB, m.Gone)
	if err != nil {
		return err
	}
	if !p.decidesOn(who, people.Twin{Regions: [2]string{m.Region, gone.Region}}) {
		return errs.New(errs.NotFound, "没有找到这次合并。")
	}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		return p.Desk.UnmergePeople(r.Context(), tx, m, sent.Get("why-"+m.ID), p.workerOf(who))
	})
	if err != nil {
		return p.showTwins(w, r, who, sent, err)
	}
	p.Auth.Put(r, "staff", "撤销了，还是两个人，各自的事都回到各自名下。")
	http.Redirect(w, r, twinsURL, http.StatusSeeOther)
	return nil
}
