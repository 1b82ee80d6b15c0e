package api

import (
	"context"
	"net/http"

	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
)

type none struct{}

type serviceItem struct {
	Code    string `json:"code"`
	Title   string `json:"title"`
	Short   string `json:"short"`
	Group   string `json:"group"`
	Summary string `json:"summary"`
	Online  bool   `json:"online" doc:"居民能在网上申请"`
	Days    int    `json:"days,omitempty" doc:"从受理算起的法定工作日"`
}

type servicesOut struct {
	Body struct {
		Services []serviceItem `json:"services"`
	}
}

type serviceIn struct {
	Code string `path:"code"`
}

type serviceOut struct{ Body serviceView }

// serviceView is all that a program needs to hand in an application.
type serviceView struct {
	serviceItem
	Version   string         `json:"version"`
	Law       []string       `json:"law"`
	Relations []string       `json:"relations,omitempty" doc:"家里人和申请人的关系；没有就是只为一个人办的事项"`
	Pages     []pageView     `json:"pages" doc:"要回答的问题"`
	Materials []materialView `json:"materials"`
	Consent   string         `json:"consent,omitempty"`
	Declare   string         `json:"declare"`
	Steps     []stepView     `json:"steps"`
}

type pageView struct {
	Code   string      `json:"code"`
	Ask    string      `json:"ask"`
	Each   bool        `json:"each" doc:"每个人都要答；答案写在 answers 的 m1、m2……下面，否则写在 \"\" 下面"`
	From   int         `json:"from,omitempty" doc:"满几岁才要答"`
	Fields []fieldView `json:"fields"`
}

type fieldView struct {
	Code     string    `json:"code"`
	Label    string    `json:"label"`
	Type     string    `json:"type" enum:"money,int,bool,date,enum,text" doc:"money 用整数写，单位是分"`
	Unit     string    `json:"unit,omitempty"`
	Words    []string  `json:"words,omitempty"`
	Optional bool      `json:"optional,omitempty"`
	Unsure   bool      `json:"unsure,omitempty" doc:"说不清的写 \"?\""`
	When     *whenView `json:"when,omitempty" doc:"只有这一项是这几个答案时才要答"`
}

type whenView struct {
	Code string   `json:"code"`
	In   []string `json:"in"`
}

type materialView struct {
	Code     string `json:"code"`
	Title    string `json:"title"`
	Optional bool   `json:"optional"`
}

type stepView struct {
	Code  string    `json:"code"`
	Title string    `json:"title"`
	Role  string    `json:"role"`
	Level string    `json:"level"`
	Acts  []actView `json:"acts"`
}

type actView struct {
	Code    string      `json:"code"`
	Title   string      `json:"title"`
	By      string      `json:"by" enum:"staff,citizen,clock"`
	Reason  string      `json:"reason,omitempty" doc:"required：要写理由"`
	Lacks   bool        `json:"lacks,omitempty" doc:"要写缺什么"`
	Papers  bool        `json:"papers,omitempty" doc:"可以附材料"`
	Fields  []fieldView `json:"fields,omitempty"`
	Blocked string      `json:"blocked,omitempty" doc:"现在还不能办的原因"`
}

func (p *Portal) services() {
	offer(p, deed{id: "list-services", method: http.MethodGet, path: "/services", title: "有哪些事项", open: true}, p.listServices)
	offer(p, deed{id: "get-service", method: http.MethodGet, path: "/services/{code}", title: "一个事项怎么办、要填什么", open: true}, p.getService)
}

func (p *Portal) listServices(context.Context, *none) (*servicesOut, error) {
	out := &servicesOut{}
	out.Body.Services = []serviceItem{}
	for _, s := range p.Desk.Services().All() {
		if s.Internal {
			continue
		}
		out.Body.Services = append(out.Body.Services, itemOf(s))
	}
	return out, nil
}

func (p *Portal) getService(_ context.Context, in *serviceIn) (*serviceOut, error) {
	s, err := p.Desk.Services().Find(in.Code)
	if err != nil {
		return nil, err
	}
	v := serviceView{serviceItem: itemOf(s), Version: s.Version, Law: s.Law, Consent: s.Consent.Text, Declare: s.Declare}
	if s.Household != nil {
		v.Relations = s.Household.Relations
	}
	dict := s.Rules.Dictionary()
	for _, page := range s.Form {
		v.Pages = append(v.Pages, pageView{page.Code, page.Ask, page.Each != "", page.From, fieldsOf(page.Fields, dict)})
	}
	for _, m := range s.Materials {
		v.Materials = append(v.Materials, materialView{m.Code, m.Title, m.Optional})
	}
	for i := range s.Steps {
		st := &s.Steps[i]
		one := stepView{Code: st.Code, Title: st.Title, Role: st.Role, Level: st.Level}
		for j := range st.Acts {
			one.Acts = append(one.Acts, actOf(&st.Acts[j], dict))
		}
		v.Steps = append(v.Steps, one)
	}
	return &serviceOut{v}, nil
}

func itemOf(s *catalog.Service) serviceItem {
	return serviceItem{s.Code, s.Title, s.Short, s.Group, s.Summary, s.StartedBy("citizen"), s.Clock.Days}
}

func actOf(a *catalog.Act, dict *fact.Dictionary) actView {
	return actView{Code: a.Code, Title: a.Title, By: a.Doer(), Reason: a.Reason, Lacks: a.Missing, Papers: a.Photos, Fields: fieldsOf(a.Form, dict)}
}

func fieldsOf(all []*form.Field, dict *fact.Dictionary) []fieldView {
	var out []fieldView
	for _, f := range all {
		v := fieldView{Code: f.Name(), Label: f.Label, Type: f.Def.Type, Unit: f.Def.Unit, Optional: f.Optional, Unsure: f.Unsure}
		if f.Def.Typed() == fact.Enum {
			v.Words = f.Def.Words
		}
		if f.When != nil {
			v.When = &whenView{dict.Find(f.When.Fact).Code, f.When.In}
		}
		out = append(out, v)
	}
	return out
}
