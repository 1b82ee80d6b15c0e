package citizen

import (
	"net/http"
	"slices"
	"strings"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

const benefitsTitle = "我能享受什么"

// welcomePage is where an interview begins.
type welcomePage struct {
	web.Page
	Notice   string // why it begins again
	SignedIn bool
	Services int
	Asks     []departmentAsk // what departments would be asked
	To       string          // where to sign in
}

type departmentAsk struct{ Department, What, Law string }

func (p *Portal) welcome(w http.ResponseWriter, r *http.Request, status int, notice string) error {
	services := p.Desk.Services().All()
	v := welcomePage{Page: p.page(r, benefitsTitle, "/services"), Notice: notice, Services: len(services), To: signInURL("/benefits")}
	v.Narrow = true
	var err error
	if _, v.SignedIn, err = p.visitor(r); err != nil {
		return err
	}
	for _, l := range casework.Lookups(services) {
		source, _ := p.Desk.Exchange.Source(l.Source)
		v.Asks = append(v.Asks, departmentAsk{source.Department, strings.Join(l.Tells, "、"), l.Law})
	}
	return web.RenderStatus(w, r, status, welcome(v))
}

// talkPage is what every page of an interview has.
type talkPage struct {
	web.Page
	Talk     string // the interview itself, sealed
	At       int
	Left     int // about how many questions are still to come, with this one
	SignedIn bool
	Problems errs.Problems
}

func (p *Portal) talkPage(r *http.Request, s step, title string) (talkPage, error) {
	v := talkPage{Page: p.page(r, title, "/services"), At: len(s.Said) + 1, SignedIn: s.me.ID != "", Problems: s.problems}
	v.Narrow = true
	if s.view.Household() != nil && s.Named {
		v.At++
	}
	var err error
	v.Talk, err = p.seal(s.held)
	return v, err
}

// Bar are the questions so far and still to come, for the drawing alone.
func (v talkPage) Bar() []string {
	all := make([]string, min(v.At+v.Left-1, 24))
	for i := range all {
		switch at := v.At * len(all) / max(v.At+v.Left-1, 1); {
		case i < at-1:
			all[i] = "d"
		case i == at-1 || at == 0 && i == 0:
			all[i] = "n"
		}
	}
	return all
}

// showNext answers with the page that comes next.
func (p *Portal) showNext(w http.ResponseWriter, r *http.Request, s step) error {
	q, more := s.view.Next(p.talk(s.held, s.me))
	if s.Asks != nil {
		if before, ok := s.view.Prompt(s.Asks.Fact, s.Asks.About); ok {
			before.For, before.Left = q.For, max(q.Left, 1)
			if s.typed == nil {
				s.typed = map[string]string{before.Field.Name(): s.Asks.Typed}
			}
			return p.showQuestion(w, r, s, before)
		}
	}
	switch {
	case s.ends || !more:
		return p.showResults(w, r, s, q.Left)
	case q.Household:
		return p.showHousehold(w, r, s, q)
	}
	s.Asks = &catalog.Said{Fact: q.Field.Fact, About: q.About}
	return p.showQuestion(w, r, s, q)
}

// questionOf asks one question.
type questionOf struct {
	talkPage
	Who    string // whom it is about, and what the form says above it
	Asked  web.Asked
	Why    string
	Law    string
	Silent string // departments that did not answer
	Again  bool
}

func (p *Portal) showQuestion(w http.ResponseWriter, r *http.Request, s step, q catalog.Prompt) error {
	base, err := p.talkPage(r, s, benefitsTitle)
	if err != nil {
		return err
	}
	who := p.nameOf(s, q.About)
	v := questionOf{talkPage: base, Who: "关于" + who, Silent: strings.Join(s.Silent, "、"), Again: s.Again,
		Asked: web.Asked{Fields: []*form.Field{q.Field}, Typed: s.typed, Problems: s.problems, Name: who, Heading: true}}
	v.Left = q.Left
	if q.Page != nil {
		v.Who, v.Why, v.Law = strings.ReplaceAll(q.Page.Ask, "{姓名}", who), q.Page.Why, q.Page.Law
	}
	if v.Why == "" && len(q.For) > 0 {
		v.Why = shorts(q.For) + "要看这一条。"
	}
	return web.RenderStatus(w, r, status(s), benefitQuestion(v))
}

func status(s step) int {
	if len(s.problems) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

func shorts(all []*catalog.Service) string {
	var names []string
	for _, s := range all {
		names = append(names, s.Short)
	}
	return strings.Join(names, "、")
}

// nameOf is how a page speaks of a member: 您, 王小雨（女儿）, 您的配偶（45 岁）.
func (p *Portal) nameOf(s step, key string) string {
	i := slices.IndexFunc(s.Members, func(m catalog.Relative) bool { return m.Key == key })
	switch {
	case i < 0:
		return "您家"
	case key == catalog.First:
		return "您"
	}
	m := s.Members[i]
	if one, ok := s.relative(m.Person); ok {
		return one.Name + "（" + m.Relation + "）"
	}
	return "您的" + m.Relation + "（" + p.ageOf(m) + "）"
}

// relative finds somebody of the registered household.
func (s step) relative(id string) (people.Person, bool) {
	i := slices.IndexFunc(s.family, func(o people.Person) bool { return id != "" && string(o.ID) == id })
	if i < 0 {
		return people.Person{}, false
	}
	return s.family[i], true
}

// householdOf asks who lives together.
type householdOf struct {
	talkPage
	*catalog.Household
	Members   []memberRow
	Known     []memberRow // of the registered household, not added yet
	Relations []web.Option
	Typed     map[string]string
	Open      bool // the form for another member is open
}

func (p *Portal) showHousehold(w http.ResponseWriter, r *http.Request, s step, q catalog.Prompt) error {
	base, err := p.talkPage(r, s, benefitsTitle)
	if err != nil {
		return err
	}
	v := householdOf{talkPage: base, Household: s.view.Household(), Typed: s.typed, Open: len(s.problems) > 0 && s.typed["who"] == ""}
	v.Left = q.Left
	for _, m := range s.Members[1:] {
		row := memberRow{Key: m.Key, Name: m.Relation, Age: p.ageOf(m), Together: m.Together}
		if one, ok := s.relative(m.Person); ok {
			row.Name = one.Name + "（" + m.Relation + "）"
		}
		v.Members = append(v.Members, row)
	}
	for _, one := range s.family {
		if !slices.ContainsFunc(s.Members, func(m catalog.Relative) bool { return m.Person == string(one.ID) }) {
			v.Known = append(v.Known, memberRow{Name: one.Name, Age: years(calendar.Age(one.Birth, p.today())), Number: string(one.ID)})
		}
	}
	v.Relations = []web.Option{{Value: "", Label: "请选"}}
	for _, one := range v.Household.Relations {
		v.Relations = append(v.Relations, web.Option{Value: one, Label: one})
	}
	return web.RenderStatus(w, r, status(s), benefitHousehold(v))
}
