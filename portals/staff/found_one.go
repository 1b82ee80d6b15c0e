package staff

import (
	"errors"
	"net/http"
	"strings"

	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/family"
	"minzheng/kernel/web"
)

// offerPage is one who qualifies for something, why, and what was done about it.
type offerPage struct {
	Page     web.Page
	Flash    string
	Problems errs.Problems
	Offer    area.Offer
	Place    string
	Family   string // where the family's page is
	Case     string
	Chip     chip
	Reasons  []web.ConditionView
	Asks     []area.Point // what must be asked of them
	Checked  []string     // what departments will be asked
	Consent  catalog.Consent
	Visits   []visitRow
	Acts     bool
	Idle     string
	Way      web.Field
	Outcome  web.Field
	Note     web.Field
	Mandate  web.Field
	Words    web.Field
}

type visitRow struct{ When, Who, What, Note string }

func (p *Portal) showOffer(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	o, err := p.offered(r, who)
	if err != nil {
		return err
	}
	return p.offerView(w, r, who, o, nil)
}

func (p *Portal) offerView(w http.ResponseWriter, r *http.Request, who auth.Who, o area.Offer, problems errs.Problems) error {
	if err := p.looksAt(r.Context(), who, o); err != nil {
		return err
	}
	pg, err := p.page(r, who, o.Name+"　"+o.Title, foundURL)
	if err != nil {
		return err
	}
	pg.Crumbs = []web.Crumb{{Href: foundURL, Label: "主动发现"}, {Label: o.Name}}
	v := offerPage{Page: pg, Problems: problems, Offer: o, Place: p.Desk.Where(o.Region), Family: familyURL(o.Person), Chip: offerChip(o), Reasons: p.reasonViews(o.Reasons)}
	pg.Mark = headChips([]chip{v.Chip})
	v.Page = pg
	if problems == nil {
		v.Flash = p.Auth.Take(r, "staff")
	}
	if o.Case != "" {
		v.Case = "/staff/cases/" + string(o.Case)
	}
	for _, one := range o.Confirm {
		if one.Said {
			v.Asks = append(v.Asks, one)
		} else {
			v.Checked = append(v.Checked, one.Whose+one.Fact)
		}
	}
	if err := p.readVisits(r, &v); err != nil {
		return err
	}
	p.offerActs(&v, who, o, r)
	status := http.StatusOK
	if problems != nil {
		status = http.StatusUnprocessableEntity
	}
	return web.RenderStatus(w, r, status, offerOne(v))
}

func (p *Portal) readVisits(r *http.Request, v *offerPage) error {
	visits, err := p.Offers.Visits(r.Context(), p.Desk.DB, v.Offer.ID)
	if err != nil {
		return err
	}
	today := calendar.DayOf(p.Desk.DB.Now())
	for _, one := range visits {
		v.Visits = append(v.Visits, visitRow{timed(one.At, today), one.By, visitWords(one), one.Note})
	}
	return nil
}

func visitWords(v area.Visit) string {
	words := map[string]string{"mandate": "代办", "taken": "开了办件"}
	for _, w := range append(area.Ways(), area.Outcomes()...) {
		words[w[0]] = w[1]
	}
	return words[v.Way] + "：" + words[v.Outcome]
}

// offerActs are the forms, for those whose task the first step is.
func (p *Portal) offerActs(v *offerPage, who auth.Who, o area.Offer, r *http.Request) {
	s, err := p.Desk.Services().Find(o.Service)
	switch {
	case !o.Live():
		v.Idle = "这一项已经有结果了。"
		return
	case err != nil || !s.StartedBy("staff"):
		v.Idle = "这件事要本人自己申请。"
		return
	case !who.Covers(s.Steps[0].Role, o.Region, p.within):
		v.Idle = "上门和代办由" + p.Desk.OfficeName(o.Region) + "的" + p.roleTitle(s.Steps[0].Role) + "做，您可以看，不能办。"
		return
	}
	v.Acts, v.Consent = true, s.Consent
	sent := r.PostForm
	field := func(name, label string, choices [][2]string) web.Field {
		f := web.Field{Name: name, Label: label, Value: sent.Get(name), Problem: v.Problems.Of(name)}
		for _, c := range choices {
			f.Options = append(f.Options, web.Option{Value: c[0], Label: c[1], Checked: c[0] == f.Value})
		}
		return f
	}
	v.Way, v.Outcome = field("way", "怎么联系的", area.Ways()), field("outcome", "结果怎么样", area.Outcomes())
	v.Note = field("note", "记一笔", nil)
	v.Note.Optional = true
	v.Mandate = field("mandate", "本人怎么委托的", [][2]string{{"当面", "当面"}, {"电话", "打电话"}, {"书面", "写了委托书"}})
	v.Words = field("words", "说明", nil)
	v.Words.Hint = "什么时候、在哪里、谁在场。例如：9 月 3 日上门，老人口述，儿子在场"
}

func (p *Portal) reasonViews(all []family.Reason) []web.ConditionView {
	var out []web.ConditionView
	for _, one := range all {
		v := web.ConditionView{Title: one.Why, Law: one.Law, Tone: web.Wait, Result: "还不知道"}
		switch {
		case one.Holds:
			v.Tone, v.Result = web.OK, "符合"
		case one.Known:
			v.Tone, v.Result = web.Bad, "不符合"
		}
		for _, u := range one.From {
			v.Calc = append(v.Calc, p.usedRow(u))
		}
		out = append(out, v)
	}
	return out
}

func (p *Portal) usedRow(u family.Used) web.FactRow {
	row := web.FactRow{Label: u.Name, Value: u.Value}
	if u.Whose != "" {
		row.Label = u.Whose + "的" + u.Name
	}
	switch {
	case u.Source == family.Assumed:
		row.Note = "先这样算，还没有人说过"
	case u.Source != "":
		row.Seals = []web.SealView{seal(p.Desk.Services().Known().Dictionary, u.Source)}
		if !u.At.IsZero() {
			row.Note = calendar.DayOf(u.At).Long()
		}
	case u.Set != "":
		row.Note = "依据 " + u.Set
	}
	return row
}

// doer is the reader as somebody who does the first step of an offer's service.
func (p *Portal) doer(who auth.Who, o area.Offer) (casework.Actor, error) {
	s, err := p.Desk.Services().Find(o.Service)
	if err != nil {
		return casework.Actor{}, err
	}
	if !s.StartedBy("staff") || !who.Covers(s.Steps[0].Role, o.Region, p.within) {
		return casework.Actor{}, errs.New(errs.Forbidden, "您不能办这一项。")
	}
	return casework.Actor{ID: who.Account, Name: who.Name, Role: s.Steps[0].Role}, nil
}

// visitOffer records a call or a visit.
func (p *Portal) visitOffer(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.answerOffer(w, r, who, func(tx *db.Tx, o area.Offer, a casework.Actor) (string, error) {
		sent := r.PostForm
		v := area.Visit{Way: sent.Get("way"), Outcome: sent.Get("outcome"), Note: strings.TrimSpace(sent.Get("note"))}
		return "记下了。", p.Offers.Visit(r.Context(), tx, o.ID, a, v)
	})
}

// takeUpOffer opens a case for somebody by mandate.
func (p *Portal) takeUpOffer(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.answerOffer(w, r, who, func(tx *db.Tx, o area.Offer, a casework.Actor) (string, error) {
		sent := r.PostForm
		m := area.Mandate{Way: sent.Get("mandate"), Note: strings.TrimSpace(sent.Get("words")), Sign: sent.Get("sign") == "1"}
		var problems errs.Problems
		if m.Way != "当面" && m.Way != "电话" && m.Way != "书面" {
			problems.Add("mandate", "请选本人是怎么委托的。")
		}
		if n := len([]rune(m.Note)); n < 4 || n > 300 {
			problems.Add("words", "请写明什么时候、怎么委托的，4 到 300 个字。")
		}
		if err := problems.Err(); err != nil {
			return "", err
		}
		c, err := p.Offers.TakeUp(r.Context(), tx, o.ID, a, m)
		return "代办好了，受理号 " + c.Number + "，已经进了待办。", err
	})
}

func (p *Portal) answerOffer(w http.ResponseWriter, r *http.Request, who auth.Who, do func(*db.Tx, area.Offer, casework.Actor) (string, error)) error {
	o, err := p.offered(r, who)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	a, err := p.doer(who, o)
	if err != nil {
		return err
	}
	said := ""
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) (err error) { said, err = do(tx, o, a); return err })
	var problems errs.Problems
	if errors.As(err, &problems) {
		return p.offerView(w, r, who, o, problems)
	}
	if err != nil {
		return err
	}
	p.Auth.Put(r, "staff", said)
	http.Redirect(w, r, foundURL+"/"+o.ID, http.StatusSeeOther)
	return nil
}
