package staff

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
	"minzheng/kernel/web"
)

// proposePage asks for a change of one standard.
type proposePage struct {
	Page     web.Page
	Problems errs.Problems
	Key      string
	Back     string
	Now      standardRow
	Kind     string // of the value: money, number, bool or date
	Value    web.Field
	Fields   map[string]web.Field
	Also     web.Field // other services in which the standard stands; without options there are none
}

func (p *Portal) proposeForm(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.asked(w, r, who, url.Values{"key": {db.NewID()}}, nil)
}

// propose keeps a change that another officer is to activate.
func (p *Portal) propose(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	s, _, err := p.named(r, who)
	if err != nil {
		return err
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	if len(p.Changes.Seats(who)) == 0 {
		return errNoOfficer()
	}
	var all []catalog.Change
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) (err error) {
		all, err = p.Changes.ProposeAll(r.Context(), tx, who, catalog.Proposal{Key: sent.Get("key"), Service: s.Code, Parameter: r.PathValue("parameter"),
			Region: sent.Get("region"), From: sent.Get("from"), Until: sent.Get("until"), Value: sent.Get("value"), Source: sent.Get("source"), Why: sent.Get("why"),
			Corrects: sent.Get("corrects") == "1", Retro: sent.Get("retro") == "1"}, sent["also"])
		return err
	})
	var problems errs.Problems
	if errors.As(err, &problems) {
		return p.asked(w, r, who, sent, problems)
	}
	if err != nil {
		return err
	}
	p.Auth.Put(r, "change", "已经提出。影响正在算，算好以后请另一位有权限的人复核。")
	http.Redirect(w, r, changeURL(all[0].ID), http.StatusSeeOther)
	return nil
}

func errNoOfficer() error {
	return errs.New(errs.Forbidden, "改标准要由县级以上民政部门有权限的人提出。")
}

// asked shows the form with what was typed.
func (p *Portal) asked(w http.ResponseWriter, r *http.Request, who auth.Who, typed url.Values, problems errs.Problems) error {
	s, par, err := p.named(r, who)
	if err != nil {
		return err
	}
	if len(p.Changes.Seats(who)) == 0 {
		return errNoOfficer()
	}
	name := r.PathValue("parameter")
	if len(par.By) > 0 {
		return errs.New(errs.Conflict, "这个标准是一张表，现在还不能在这里改，请改事项文件夹里的 rules.yaml。")
	}
	pg, err := p.page(r, who, "改"+name, standardsURL)
	if err != nil {
		return err
	}
	back := standardURL(s.Code, name)
	pg.Crumbs = []web.Crumb{{Href: standardsURL, Label: "标准和参数"}, {Href: back, Label: name}, {Label: "提出变更"}}
	v := proposePage{Page: pg, Problems: problems, Key: typed.Get("key"), Back: back, Kind: par.Type,
		Now: p.standardRow(s, name, p.placeOf(who), calendar.DayOf(p.Desk.DB.Now()))}
	v.Value, v.Fields = valueField(par, typed, problems), p.proposeFields(who, typed, problems)
	v.Also = p.alsoField(s, name, who, typed, problems)
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return web.RenderStatus(w, r, status, proposeView(v))
}

func valueField(par *rule.Parameter, typed url.Values, problems errs.Problems) web.Field {
	f := web.Field{Name: "value", Label: "新的值", Value: typed.Get("value"), Problem: problems.Of("value"), Unit: par.Unit, MaxLength: 20}
	switch par.Type {
	case "bool":
		f.Options = []web.Option{{Value: "是", Label: "是"}, {Value: "否", Label: "否"}}
	case "number":
		f.InputMode = "decimal"
		if par.Unit != "" {
			f.Hint = "单位是" + par.Unit + "。"
		}
	}
	return f
}

// alsoField offers to change a standard wherever else it stands. Where it has
// the same value today it is ticked: it most likely is the same decree.
func (p *Portal) alsoField(s *catalog.Service, name string, who auth.Who, typed url.Values, problems errs.Problems) web.Field {
	f := web.Field{Name: "also", Label: "这些事项里也有这个标准，一起改", Several: true, Optional: true, Problem: problems.Of("also")}
	today, path := int32(calendar.DayOf(p.Desk.DB.Now())), p.pathOf(p.placeOf(who))
	value := func(s *catalog.Service) string {
		par := s.Rules.Parameters()[name]
		if v := par.On(path, today); v != nil {
			return withUnit(par.Show(v), par.Unit)
		}
		return "没有值"
	}
	own := value(s)
	for _, o := range catalog.Sharing(p.Desk.Services().All(), s.Code, name) {
		now := value(o)
		ticked := now == own
		if typed.Has("value") {
			ticked = slices.Contains(typed["also"], o.Code)
		}
		f.Options = append(f.Options, web.Option{Value: o.Code, Label: o.Title, Hint: "现在" + now, Checked: ticked})
	}
	return f
}

func (p *Portal) proposeFields(who auth.Who, typed url.Values, problems errs.Problems) map[string]web.Field {
	fields := map[string]web.Field{}
	for _, f := range []web.Field{
		{Name: "region", Label: "在哪里用", Options: p.mayChoose(who)},
		{Name: "from", Label: "从哪一天起", Hint: "启用以后打开的办件，从这一天起按新的值算。"},
		{Name: "until", Label: "用到哪一天", Hint: "一直用的不填。以后再改，前一个值会自动截止。", Optional: true},
		{Name: "source", Label: "依据文件", Hint: "写文号或者名称，会印在决定书上。", MaxLength: 100, Placeholder: "某民发〔2026〕8号"},
		{Name: "why", Label: "为什么改", Hint: "给复核的人看。", MaxLength: 500},
		{Name: "corrects", Label: "更正", Several: true, Optional: true, Options: []web.Option{
			{Value: "1", Label: "更正从同一天起的值", Hint: "那个值写错了，或者还是示例。勾选以后用新的值代替它。", Checked: typed.Get("corrects") == "1"}}},
		{Name: "retro", Label: "追溯", Several: true, Optional: true, Options: []web.Option{
			{Value: "1", Label: "从过去的一天起算", Hint: "启用以后，这段时间的要重新算：补发或者退回。", Checked: typed.Get("retro") == "1"}}},
	} {
		f.Problem = problems.Of(f.Name)
		if !f.Several {
			f.Value = typed.Get(f.Name)
		}
		fields[f.Name] = f
	}
	return fields
}

// mayChoose are the places for which a reader may propose a change: their own,
// those next below, and from a province also its counties.
func (p *Portal) mayChoose(who auth.Who) []web.Option {
	var all []web.Option
	add := func(c region.Code, most region.Level) bool {
		if c.Level() > most {
			return false
		}
		all = append(all, web.Option{Value: string(c), Label: p.Desk.Places.FullName(c)})
		return true
	}
	for _, seat := range p.Changes.Seats(who) {
		own := region.Code(seat)
		add(own, region.OfVillage)
		for _, child := range p.Desk.Places.Children(own) {
			add(child.Code, region.OfVillage)
			if own.Level() != region.OfProvince {
				continue
			}
			for _, below := range p.Desk.Places.Children(child.Code) {
				add(below.Code, region.OfCounty)
			}
		}
	}
	return all
}
