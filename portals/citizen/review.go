package citizen

import (
	"cmp"
	"net/http"
	"strconv"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/web"
)

// reviewPage shows everything once more before it is handed in.
type reviewPage struct {
	web.Page
	Bar      web.QuestionView
	Base     string
	Short    string
	Count    int
	Groups   []reviewGroup
	Consent  catalog.Consent
	Waiting  []string // adults who have to consent themselves
	Children []string // for whom the applicant consents
	Declare  string
	Asks     bool // departments are asked
	Days     int
	Unit     string // what days are counted
	Problems errs.Problems
	Agreed   bool
	Declared bool
}

// reviewGroup is one page's answers.
type reviewGroup struct {
	Title string
	Edit  string
	Open  bool // not answered yet
	Rows  []web.FactRow
}

func (p *Portal) reviewView(r *http.Request, a applying) (reviewPage, error) {
	v := reviewPage{Page: p.page(r, "请您看一遍", "/services"), Base: "/draft/" + a.draft.ID, Short: a.service.Short,
		Asks: len(a.service.Lookups) > 0, Consent: a.service.Consent, Declare: a.service.Declare, Days: a.service.Clock.Days, Unit: a.service.Clock.Unit()}
	v.Narrow = true
	v.Bar, _ = p.bar(a, v.Base+"/review")
	v.Groups = append(v.Groups, p.people(a, v.Base)...)
	for _, t := range a.draft.Turns(a.service, p.today()) {
		v.Groups = append(v.Groups, p.answered(a, t, v.Base))
	}
	if len(a.service.Materials) > 0 {
		v.Groups = append(v.Groups, reviewGroup{Title: "材料", Edit: v.Base + "/papers", Open: p.papersLack(a),
			Rows: []web.FactRow{{Label: "已经传的", Value: strconv.Itoa(len(a.draft.Papers)) + " 份", Seals: []web.SealView{mine}}}})
	}
	for _, g := range v.Groups {
		v.Count += len(g.Rows)
	}
	for _, m := range a.draft.Members[1:] {
		switch {
		case !a.service.AsksConsent():
		case calendar.Age(m.Birth(), p.today()) < a.service.Consent.From:
			v.Children = append(v.Children, m.Name)
		default:
			v.Waiting = append(v.Waiting, m.Name)
		}
	}
	return v, nil
}

var mine = web.SealView{Char: "本", Title: "本人填写", Person: true}

func (p *Portal) people(a applying, base string) []reviewGroup {
	if a.service.Household == nil {
		return nil
	}
	g := reviewGroup{Title: "家里的人", Edit: base + "/household", Open: !a.draft.Done["household"]}
	for _, m := range a.draft.Members {
		row := p.row(m)
		label := cmp.Or(row.Name, "还没写姓名") + "（" + row.Relation + "）"
		g.Open = g.Open || row.Unnamed
		value := row.Age
		if !row.Together && !a.service.Household.Apart {
			value += "，不住在一起"
		}
		g.Rows = append(g.Rows, web.FactRow{Label: label, Value: value, Seals: []web.SealView{mine}})
	}
	return []reviewGroup{g}
}

func (p *Portal) answered(a applying, t casework.Turn, base string) reviewGroup {
	g := reviewGroup{Title: asking(t, a.draft), Edit: base + "/q/" + t.Key(), Open: !a.draft.Done[t.Key()]}
	typed := a.draft.Typed(t)
	for _, f := range t.Page.Fields {
		s, ok := typed[f.Name()]
		if !ok || s == "" {
			continue
		}
		g.Rows = append(g.Rows, web.FactRow{Label: f.Label, Value: p.shown(f, s), Seals: []web.SealView{mine}})
	}
	return g
}

// shown is a typed answer as the review shows it.
func (p *Portal) shown(f *form.Field, typed string) string {
	if typed == form.Unsure {
		return "说不清，请工作人员查"
	}
	answers, _ := form.Read([]*form.Field{{Fact: f.Fact, Label: f.Label, Check: f.Check, Max: f.Max, Def: f.Def, Optional: true}}, map[string][]string{f.Name(): {typed}}, p.Desk.DB.Now())
	if len(answers) == 0 || !answers[0].Known {
		return typed
	}
	v := answers[0].Value
	if v.Type() == fact.Bool && f.Yes != "" {
		return map[bool]string{true: f.Yes, false: f.No}[v.Bool()]
	}
	s := v.String()
	if v.Type() == fact.Int && f.Def.Unit != "" {
		s += " " + f.Def.Unit
	}
	if v.Type() == fact.Money && f.Def.Unit == "元/月" {
		s += "/月"
	}
	return s
}

func (p *Portal) reviewPage(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	if !a.draft.Done["review"] {
		a.draft.Done["review"] = true
		if err := p.save(r, a.draft); err != nil {
			return err
		}
	}
	v, err := p.reviewView(r, a)
	if err != nil {
		return err
	}
	return web.Render(w, r, review(v))
}

func (p *Portal) handIn(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	v, err := p.reviewView(r, a)
	if err != nil {
		return err
	}
	v.Agreed, v.Declared = sent.Get("agree") != "", sent.Get("declare") != ""
	v.Problems = unready(v)
	if len(v.Problems) > 0 {
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, review(v))
	}
	var c casework.Case
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		d, err := p.Desk.FindDraft(r.Context(), tx, a.me.ID, a.draft.ID) // it may have been handed in meanwhile
		if err != nil {
			return err
		}
		if err := p.keepPhone(r, tx, a, d); err != nil {
			return err
		}
		c, err = p.Desk.HandIn(r.Context(), tx, d, a.by)
		return err
	})
	if errs.Is(err, errs.Conflict) { // the other click was first
		if d, again := p.Desk.FindDraft(r.Context(), p.Desk.DB, a.me.ID, a.draft.ID); again == nil && d.Case != "" {
			return gone(w, r, handedIn{p.caseOf(a, d.Case)})
		}
	}
	if err != nil {
		return err
	}
	p.Auth.Put(r, "flash", "已经交上去了。受理号 "+c.Number+"，请记一下。")
	http.Redirect(w, r, p.caseOf(a, c.ID), http.StatusSeeOther)
	return nil
}

// unready lists what keeps an application from being handed in.
func unready(v reviewPage) (problems errs.Problems) {
	for _, g := range v.Groups {
		if g.Open {
			problems.Add("", "“"+g.Title+"”还没有答完。")
		}
	}
	if !v.Agreed && v.Consent.Text != "" {
		problems.Add("agree", "请勾选“我同意查询”。不同意的，请带材料到乡镇（街道）柜台办。")
	}
	if !v.Declared {
		problems.Add("declare", "请看一遍声明，再勾选。")
	}
	return problems
}

// keepPhone remembers the number of somebody of whom we had none.
func (p *Portal) keepPhone(r *http.Request, tx *db.Tx, a applying, d casework.Draft) error {
	typed := form.Tidy("phone", d.Answers[""]["phone"])
	if a.me.Phone != "" || a.proxied() || d.Case != "" || form.CheckText("phone", "", typed, tx.Now) != "" {
		return nil
	}
	return p.Desk.People.SetPhone(r.Context(), tx, a.me.ID, typed)
}
