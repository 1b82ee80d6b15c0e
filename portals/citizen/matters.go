package citizen

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/joint"
	joined "minzheng/kernel/joint/matter"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// matterStartPage asks once what all parts of a joint matter need, and which of
// them are wanted.
type matterStartPage struct {
	web.Page
	Definition   *joined.Definition
	Once         string
	Name, Number *web.Field
	On           *web.Field
	Asked        web.Asked
	Parts        web.Field
	Law          []string
	Problems     errs.Problems
}

// matterPage is one joint matter with all its parts.
type matterPage struct {
	web.Page
	Flash  string
	Matter joined.Matter
	Said   string
	Parts  []matterPart
	Left   int // parts that are still open
}

type matterPart struct {
	Title, Lead, Law string
	Tone             web.Tone
	Icon, Word       string
	Note             string
	Go               string // where it goes on
	Button           string
	Link             string // to be opened as it is
}

// togetherRow is a joint matter in the list of 我的.
type togetherRow struct {
	Href, Title, Word string
	Tone              web.Tone
}

func (p *Portal) matterRoutes(m *web.Mux) {
	p.there = m.Reads
	if p.Matters == nil {
		return
	}
	m.Handle("GET /matters/{matter}", p.matterForm)
	m.Handle("POST /matters/{matter}", p.startMatter)
	m.Handle("GET /my/matters/{matter}", p.showMatter)
	m.Handle("POST /my/matters/{matter}/parts/{part}", p.goOn)
}

// offered are the parts that can be done here: a page that is not there is
// left out.
func (p *Portal) doable(d *joined.Definition) (all []joined.Part) {
	for _, one := range d.Parts {
		if one.Page == "" || p.there(one.Page) {
			all = append(all, one)
		}
	}
	return all
}

func (p *Portal) matterForm(w http.ResponseWriter, r *http.Request) error {
	me, err := p.me(r)
	if err != nil {
		return err
	}
	d, err := p.Matters.Definition(r.PathValue("matter"))
	if err != nil {
		return err
	}
	v := p.matterStart(r, d, url.Values{"once": {db.NewID()}}, nil)
	if me.Phone != "" {
		v.Asked.Typed["phone"] = me.Phone
	}
	return web.Render(w, r, matterStart(v))
}

func (p *Portal) matterStart(r *http.Request, d *joined.Definition, sent url.Values, problems errs.Problems) matterStartPage {
	v := matterStartPage{Page: p.page(r, d.Title, "/services"), Definition: d, Once: sent.Get("once"), Problems: problems, Law: slices.Clone(d.Law)}
	v.Narrow = true
	field := func(name, label, hint string) *web.Field {
		return &web.Field{Name: name, Label: label, Hint: hint, Value: sent.Get(name), Problem: problems.Of(name), Autocomplete: "off"}
	}
	if d.Person != nil {
		v.Name, v.Number = field("name", "姓名", "和身份证上一样"), field("number", "身份证号", "18 位")
		v.Name.MaxLength, v.Number.MaxLength = 50, 24
	}
	if d.Day != "" {
		v.On = field("on", d.Day, "")
		v.On.Max = p.today().String()
	}
	v.Asked = web.Asked{Fields: d.Asks, Typed: map[string]string{}, Problems: problems}
	for _, f := range d.Asks {
		v.Asked.Typed[f.Name()] = sent.Get(f.Name())
	}
	v.Parts = web.Field{Name: "agree", Label: "要办哪几件？", Hint: "每一件都由您定，打了勾的才办，才把上面写的告诉办这一件的单位。", Several: true, Problem: problems.Of("agree")}
	for _, one := range p.doable(d) {
		if one.Law != "" {
			v.Law = append(v.Law, one.Title+"："+one.Law)
		}
		v.Parts.Options = append(v.Parts.Options, web.Option{Value: one.Code, Label: one.Title, Hint: one.Lead, Checked: slices.Contains(sent["agree"], one.Code)})
	}
	return v
}

func (p *Portal) startMatter(w http.ResponseWriter, r *http.Request) error {
	me, err := p.me(r)
	if err != nil {
		return err
	}
	d, err := p.Matters.Definition(r.PathValue("matter"))
	if err != nil {
		return err
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	s := joined.Start{Once: string(me.ID) + "/" + sent.Get("once"), Code: d.Code, Me: me, Agree: sent["agree"]}
	s.Said = joined.Said{Name: sent.Get("name"), Number: sent.Get("number"), Typed: map[string]string{}}
	s.Said.On, _ = calendar.Parse(sent.Get("on"))
	for name, values := range web.FormValues(sent, d.Asks) {
		if len(values) > 0 {
			s.Said.Typed[name] = values[0]
		}
	}
	var id string
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) (err error) {
		id, err = p.Matters.Begin(r.Context(), tx, s)
		return err
	})
	var problems errs.Problems
	if errors.As(err, &problems) {
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, matterStart(p.matterStart(r, d, sent, problems)))
	}
	if err != nil {
		return err
	}
	p.Auth.Put(r, "flash", "开始办了。每一件办到哪里，都在这一页看。")
	http.Redirect(w, r, "/my/matters/"+id, http.StatusSeeOther)
	return nil
}

func (p *Portal) showMatter(w http.ResponseWriter, r *http.Request) error {
	me, err := p.me(r)
	if err != nil {
		return err
	}
	m, err := p.Matters.Find(r.Context(), p.Desk.DB, me.ID, r.PathValue("matter"))
	if err != nil {
		return err
	}
	v := matterPage{Page: p.page(r, m.Definition.Title, "/my"), Flash: p.Auth.Take(r, "flash"), Matter: m, Said: m.Said.Name}
	v.Narrow = true
	if m.Said.On != 0 {
		v.Said += "，" + m.Said.On.Long()
	}
	all, err := p.Matters.Progress(r.Context(), p.Desk.DB, m)
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.Page != "" && !p.there(one.Page) {
			continue
		}
		v.Parts = append(v.Parts, p.matterPart(m, one))
		if one.Stand != joined.Done && one.Stand != joined.Unwanted {
			v.Left++
		}
	}
	return web.Render(w, r, matterView(v))
}

// matterPart says how far one part is, and how it goes on.
func (p *Portal) matterPart(m joined.Matter, one joined.Progress) matterPart {
	v := matterPart{Title: one.Title, Lead: one.Lead, Law: one.Law, Tone: web.Mute, Icon: "minus", Word: "没有选"}
	here := "/my/matters/" + m.ID + "/parts/" + one.Code
	switch one.Stand {
	case joined.Waits:
		v.Icon, v.Word, v.Note = "clock-pause", "等前一件", "要先办完“"+one.Before+"”。"
	case joined.Ready:
		v.Tone, v.Icon, v.Word, v.Go, v.Button = web.Wait, "arrow-right", "等您办", here, "去办"
	case joined.Going:
		v.Tone, v.Icon, v.Word = web.Info, "clock", "正在办"
	case joined.Done:
		v.Tone, v.Icon, v.Word = web.OK, "check", "办好了"
	}
	switch {
	case one.Case.ID != "":
		v.Link, v.Button, v.Note = "/my/cases/"+string(one.Case.ID), "看进度", "受理号 "+one.Case.Number+"。"
		if !one.Case.IsOpen() {
			v.Word = "有结果了"
		}
	case one.Draft != "":
		v.Tone, v.Icon, v.Word, v.Link, v.Button = web.Wait, "pencil", "等您写完", "/draft/"+one.Draft, "接着写"
	case one.Task.ID != "":
		v.task(p, one.Task)
	case one.Change != "" && one.Stand == joined.Done:
		v.Word, v.Note = "告诉了", "他们核对以后，有变化会给您发通知。"
	case one.Page != "" && one.Stand == joined.Done:
		v.Word, v.Go, v.Button = "去看过了", here, "再去看看"
	}
	return v
}

func (v *matterPart) task(p *Portal, q joint.Request) {
	who := p.Joint().SeatTitle(q.To)
	switch q.State {
	case joint.Open:
		v.Note = "已经请" + who + "办，" + q.Due.Long() + "前答复您。"
	case joint.Declined:
		v.Tone, v.Icon, v.Word, v.Note = web.Wait, "alert-triangle", "办不了", who+"说：“"+q.Answer+"”。可以打电话问 "+p.Desk.Office.Phone+"。"
	default:
		v.Note = who + "说：“" + q.Answer + "”"
	}
}

// Joint is the room in which offices are asked.
func (p *Portal) Joint() *joint.Room { return p.Matters.Config.Joint }

// goOn leads on to a part.
func (p *Portal) goOn(w http.ResponseWriter, r *http.Request) error {
	me, err := p.me(r)
	if err != nil {
		return err
	}
	m, err := p.Matters.Find(r.Context(), p.Desk.DB, me.ID, r.PathValue("matter"))
	if err != nil {
		return err
	}
	var to string
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) (err error) {
		to, err = p.Matters.Open(r.Context(), tx, m, r.PathValue("part"), me)
		return err
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// togetherRows are the resident's joint matters.
func (p *Portal) togetherRows(r *http.Request, me people.Person) (rows []togetherRow, err error) {
	if p.Matters == nil {
		return nil, nil
	}
	all, err := p.Matters.Of(r.Context(), p.Desk.DB, me.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		parts, err := p.Matters.Progress(r.Context(), p.Desk.DB, m)
		if err != nil {
			return nil, err
		}
		done, wanted := 0, 0
		for _, one := range parts {
			if one.Stand != joined.Unwanted {
				wanted++
			}
			if one.Stand == joined.Done {
				done++
			}
		}
		row := togetherRow{Href: "/my/matters/" + m.ID, Title: m.Definition.Title, Word: "办好 " + itoa(done) + " 件，共 " + itoa(wanted) + " 件", Tone: web.Info}
		if done == wanted {
			row.Tone = web.OK
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// together are the joint matters that can be started.
func (p *Portal) together() []*joined.Definition {
	if p.Matters == nil {
		return nil
	}
	return p.Matters.Definitions
}
