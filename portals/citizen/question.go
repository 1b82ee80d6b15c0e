package citizen

import (
	"cmp"
	"net/http"
	"strings"

	"minzheng/kernel/casework"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/web"
)

// questionPage asks one question.
type questionPage struct {
	web.Page
	Bar    web.QuestionView
	Ask    string
	Lead   string
	Why    string
	Law    string
	Asked  web.Asked
	Action string
}

// asking is the question with the member's name in it.
func asking(t casework.Turn, d casework.Draft) string {
	m, _ := d.Member(t.Member)
	name := cmp.Or(m.Name, "您的"+m.Relation)
	if t.Member == casework.Applicant {
		name = "您"
	}
	return strings.ReplaceAll(t.Page.Ask, "{姓名}", name)
}

// turnOf finds the page that an address means.
func (p *Portal) turnOf(a applying, key string) (casework.Turn, error) {
	for _, t := range a.draft.Turns(a.service, p.today()) {
		if t.Key() == key {
			return t, nil
		}
	}
	return casework.Turn{}, errs.New(errs.NotFound, "没有这一题。")
}

func (p *Portal) questionView(r *http.Request, a applying, t casework.Turn) questionPage {
	v := questionPage{Page: p.page(r, asking(t, a.draft), "/services"), Ask: asking(t, a.draft), Lead: t.Page.Lead, Why: t.Page.Why, Law: t.Page.Law,
		Action: "/draft/" + a.draft.ID + "/q/" + t.Key()}
	v.Narrow = true
	v.Bar, _ = p.bar(a, v.Action)
	m, _ := a.draft.Member(t.Member)
	v.Asked = web.Asked{Fields: t.Page.Fields, Typed: a.draft.Typed(t), Name: m.Name}
	return v
}

func (p *Portal) questionPage(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	t, err := p.turnOf(a, r.PathValue("page"))
	if err != nil {
		return err
	}
	v := p.questionView(r, a, t)
	if v.Asked.Typed == nil {
		v.Asked.Typed = p.suggest(a, t)
	}
	return web.Render(w, r, question(v))
}

// suggest fills in what we know of the applicant and may show them.
func (p *Portal) suggest(a applying, t casework.Turn) map[string]string {
	typed := map[string]string{}
	if a.proxied() {
		return typed
	}
	for _, f := range t.Page.Fields {
		if f.Check == "phone" && t.Member == "" {
			typed[f.Name()] = a.me.Phone
		}
	}
	return typed
}

func (p *Portal) answer(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	t, err := p.turnOf(a, r.PathValue("page"))
	if err != nil {
		return err
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	answers, problems := form.Read(t.Page.Fields, web.FormValues(sent, t.Page.Fields), p.Desk.DB.Now())
	later := sent.Get("later") != ""
	a.draft.Keep(t, answers, len(problems) == 0)
	if err := p.save(r, a.draft); err != nil {
		return err
	}
	if later {
		http.Redirect(w, r, a.home, http.StatusSeeOther)
		return nil
	}
	if len(problems) > 0 {
		v := p.questionView(r, a, t)
		v.Asked.Problems = problems
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, question(v))
	}
	_, after := p.bar(a, "/draft/"+a.draft.ID+"/q/"+t.Key())
	http.Redirect(w, r, after, http.StatusSeeOther)
	return nil
}
