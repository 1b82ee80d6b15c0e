package staff

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/region"
	"minzheng/kernel/seen"
	"minzheng/kernel/web"
)

// dataOfficer answers what residents ask about who looked at them.
const dataOfficer = "data-officer"

const privacyURL = "/staff/privacy"

// figuresFor are the roles that see how questions are answered.
var figuresFor = []string{dataOfficer, county, "auditor"}

// grantAs is the reader's grant of one of some roles.
func grantAs(who auth.Who, roles ...string) (auth.Grant, bool) {
	i := slices.IndexFunc(who.Grants, func(g auth.Grant) bool { return slices.Contains(roles, g.Role) })
	if i < 0 {
		return auth.Grant{}, false
	}
	return who.Grants[i], true
}

func (p *Portal) countyOf(g auth.Grant) string {
	return string(p.Desk.Places.County(region.Code(g.Region)))
}

// privacyPage is what residents ask, and the locks of the counter.
type privacyPage struct {
	Page      web.Page
	Flash     string
	Figures   seen.Figures
	Shown     bool // the figures and questions
	Questions []questionRow
	MayLift   bool
	Number    string
	Reason    string
	Problems  errs.Problems
}

type questionRow struct {
	seen.Question
	Href, Name, Kind, Made string
	Chip                   chip
}

const questionsShown = 100

func (p *Portal) privacy(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	v, err := p.privacyView(r, who)
	if err != nil {
		return err
	}
	return web.Render(w, r, privacyView(v))
}

func (p *Portal) privacyView(r *http.Request, who auth.Who) (privacyPage, error) {
	pg, err := p.page(r, who, "信息保护", privacyURL)
	if err != nil {
		return privacyPage{}, err
	}
	v := privacyPage{Page: pg, Flash: p.Auth.Take(r, "privacy"), MayLift: mayLift(who)}
	g, ok := grantAs(who, figuresFor...)
	if !ok && !v.MayLift {
		return v, errNoDesk()
	}
	if v.Shown = ok; !ok {
		return v, nil
	}
	if v.Figures, err = p.Seen.Figures(r.Context(), p.Desk.DB, p.countyOf(g)); err != nil {
		return v, err
	}
	all, err := p.Seen.Asked(r.Context(), p.Desk.DB, p.countyOf(g), questionsShown)
	if err != nil {
		return v, err
	}
	for _, q := range all {
		row, err := p.questionRow(r.Context(), q)
		if err != nil {
			return v, err
		}
		v.Questions = append(v.Questions, row)
	}
	return v, nil
}

func (p *Portal) questionRow(ctx context.Context, q seen.Question) (questionRow, error) {
	person, err := p.Desk.People.Find(ctx, p.Desk.DB, q.Person)
	if err != nil {
		return questionRow{}, err
	}
	today := calendar.DayOf(p.Desk.DB.Now())
	row := questionRow{Question: q, Href: privacyURL + "/questions/" + q.ID, Name: person.Name, Kind: seen.Asks[q.Kind], Made: timed(q.Made, today), Chip: chip{web.OK, "check", "已答复"}}
	switch {
	case q.Open && q.Due < today:
		row.Chip = chip{web.Bad, "alert-triangle", "超期，" + q.Due.Short()}
	case q.Open:
		row.Chip = chip{web.Wait, "hourglass", "最晚 " + q.Due.Short()}
	}
	return row, nil
}

// questionPage is one question, with everything that the entry stands for.
type questionPage struct {
	Page      web.Page
	Row       questionRow
	Behind    []seen.Told
	MayAnswer bool
	Outcome   string
	Text      string
	Problems  errs.Problems
}

func (p *Portal) questionOf(r *http.Request, who auth.Who) (questionPage, auth.Grant, error) {
	g, ok := grantAs(who, figuresFor...)
	if !ok {
		return questionPage{}, g, errNoDesk()
	}
	q, err := p.Seen.Question(r.Context(), p.Desk.DB, p.countyOf(g), r.PathValue("id"))
	if err != nil {
		return questionPage{}, g, err
	}
	pg, err := p.page(r, who, "居民的提问", privacyURL)
	if err != nil {
		return questionPage{}, g, err
	}
	pg.Crumbs = []web.Crumb{{Href: privacyURL, Label: "信息保护"}, {Label: "提问"}}
	v := questionPage{Page: pg, MayAnswer: who.Holds(dataOfficer) && q.Open}
	if v.Row, err = p.questionRow(r.Context(), q); err != nil {
		return v, g, err
	}
	v.Behind, err = p.Seen.Behind(r.Context(), p.Desk.DB, q)
	return v, g, err
}

func (p *Portal) showQuestion(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	v, g, err := p.questionOf(r, who)
	if err != nil {
		return err
	}
	err = p.Desk.Audit.RecordNow(r.Context(), audit.Entry{Actor: who.Account, ActorName: who.Name, Role: g.Role, Verb: audit.View, Subject: "person/" + string(v.Row.Person),
		Person: string(v.Row.Person), Purpose: "查对查看记录的提问"})
	if err != nil {
		return err
	}
	return web.Render(w, r, questionView(v))
}

func (p *Portal) answerQuestion(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	g, ok := grantAs(who, dataOfficer)
	if !ok {
		return errs.New(errs.Forbidden, "提问由数据专员答复。")
	}
	reply := seen.Reply{Question: r.PathValue("id"), County: p.countyOf(g), Outcome: sent.Get("outcome"), Text: sent.Get("text")}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Seen.Answer(r.Context(), tx, reply, who, g.Role) })
	var problems errs.Problems
	if errors.As(err, &problems) {
		v, _, err := p.questionOf(r, who)
		if err != nil {
			return err
		}
		v.Problems, v.Outcome, v.Text = problems, reply.Outcome, reply.Text
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, questionView(v))
	}
	if err != nil {
		return err
	}
	p.Auth.Put(r, "privacy", "已经答复，居民在手机上看得到。")
	http.Redirect(w, r, privacyURL, http.StatusSeeOther)
	return nil
}

// counters are the roles that sit at a counter.
var counters = []string{"township-clerk", "township-head", "marriage-registrar", county}

// mayLift reports whether the reader sits at a counter.
func mayLift(who auth.Who) bool {
	_, ok := grantAs(who, counters...)
	return ok
}

// lift opens a lock for somebody who stands at the counter.
func (p *Portal) lift(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	g, ok := grantAs(who, counters...)
	if !ok {
		return errs.New(errs.Forbidden, "身份锁由柜台经办人临时打开。")
	}
	number := form.Tidy("number", sent.Get("number"))
	var problems errs.Problems
	if why := form.CheckNumber(number, p.Desk.DB.Now()); why != "" {
		problems.Add("number", why)
	}
	if sent.Get("present") == "" {
		problems.Add("present", "本人不在场的，不能打开。请核对身份证后勾选。")
	}
	err = problems.Err()
	if err == nil {
		err = p.liftNow(r.Context(), number, casework.Actor{ID: who.Account, Name: who.Name, Role: g.Role}, sent.Get("reason"))
	}
	if err == nil {
		p.Auth.Put(r, "privacy", "锁已临时打开 "+itoa(p.Seen.Rules().Lifted)+" 分钟，请抓紧办。原因已经记下，本人会收到通知。")
		http.Redirect(w, r, privacyURL, http.StatusSeeOther)
		return nil
	}
	if kind := errs.KindOf(err); kind != errs.Invalid && kind != errs.NotFound && kind != errs.Conflict {
		return err
	}
	if len(problems) == 0 {
		problems.Add("reason", errs.Sentence(err))
	}
	v, err := p.privacyView(r, who)
	if err != nil {
		return err
	}
	v.Problems, v.Number, v.Reason = problems, sent.Get("number"), sent.Get("reason")
	return web.RenderStatus(w, r, http.StatusUnprocessableEntity, privacyView(v))
}

func (p *Portal) liftNow(ctx context.Context, number string, who casework.Actor, reason string) error {
	return p.Desk.DB.Do(ctx, func(tx *db.Tx) error {
		person, err := p.Desk.People.ByNumber(ctx, tx, number)
		if err != nil {
			return err
		}
		return p.Seen.Lift(ctx, tx, person, who, reason)
	})
}

// privacyMenu is the menu item for those who have something to do there.
func (p *Portal) privacyMenu(ctx context.Context, who auth.Who) ([]web.MenuItem, error) {
	if p.Seen == nil {
		return nil, nil
	}
	g, figures := grantAs(who, figuresFor...)
	if !figures && !mayLift(who) {
		return nil, nil
	}
	item := web.MenuItem{Href: privacyURL, Icon: "shield-lock", Label: "信息保护"}
	if who.Holds(dataOfficer) {
		f, err := p.Seen.Figures(ctx, p.Desk.DB, p.countyOf(g))
		if err != nil {
			return nil, err
		}
		item.Badge = f.Open
	}
	all := []web.MenuItem{item}
	if figures && p.Share != nil {
		all = append(all, web.MenuItem{Href: shareURL, Icon: "building-bank", Label: "数据共享"})
	}
	return all, nil
}

// exactly is a time to the minute.
func exactly(t time.Time) string {
	return t.In(calendar.DayOf(t).Start().Location()).Format("2006-01-02 15:04")
}
