package citizen

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/rule"
	"minzheng/kernel/web"
)

// householdPage lists who lives together.
type householdPage struct {
	web.Page
	Bar      web.QuestionView
	Base     string
	Ask      string
	Lead     string
	Why      string
	Law      string
	Members  []memberRow
	Known    []memberRow // of the registered household, not added yet
	Apart    bool        // whether they live together does not matter
	Problems errs.Problems
}

// memberRow is one member as the list shows them.
type memberRow struct {
	Key, Name, Relation, Age, Number string
	Self                             bool
	Together                         bool
	Unnamed                          bool   // the name or the number is still to be written
	Counts                           string // whether they count among the family and why, by what is known; "" is not said
	Law                              string
}

func (p *Portal) householdView(r *http.Request, a applying) (householdPage, error) {
	h := a.service.Household
	if h == nil {
		return householdPage{}, errs.New(errs.NotFound, "这件事不用填家里人。")
	}
	v := householdPage{Page: p.page(r, h.Ask, "/services"), Base: "/draft/" + a.draft.ID, Ask: h.Ask, Lead: h.Lead, Why: h.Why, Law: h.Law, Apart: h.Apart}
	v.Narrow = true
	v.Bar, _ = p.bar(a, v.Base+"/household")
	added := map[string]bool{}
	for _, m := range a.draft.Members {
		added[m.Number] = true
		v.Members = append(v.Members, p.row(m))
	}
	p.counted(a, v.Members)
	registered, err := p.Desk.People.Household(r.Context(), p.Desk.DB, a.me.Household)
	if err != nil {
		return v, err
	}
	for _, one := range registered {
		if !added[one.Number] && one.Died == 0 && !a.proxied() { // the register is not for others to read
			v.Known = append(v.Known, memberRow{Key: "new", Name: one.Name, Age: years(calendar.Age(one.Birth, p.today())), Number: string(one.ID)})
		}
	}
	return v, nil
}

// counted says of each member whether they count among the family and why, by
// what has been said so far.
func (p *Portal) counted(a applying, rows []memberRow) {
	facts := fact.NewSet(p.Desk.Services().Known().Dictionary)
	now := p.Desk.DB.Now()
	said, _ := a.draft.Facts(a.service, now) // what is not answered yet is no matter
	facts.Tell(said...)
	for _, m := range a.draft.Members {
		facts.Tell(fact.Statement{Name: "与申请人关系", About: m.Key, Value: fact.TextOf(m.Relation), Source: "self", At: now})
		if birth := m.Birth(); birth != 0 {
			facts.Tell(fact.Statement{Name: "出生日期", About: m.Key, Value: fact.DateOf(int32(birth)), Source: "self", At: now})
		}
	}
	j := a.service.Rules.Judge(rule.Case{Facts: facts, On: int32(p.today())})
	for i, row := range rows {
		if c := a.service.Counted(j, row.Key); c.Why != "" {
			rows[i].Counts, rows[i].Law = "算家里人："+c.Why, c.Law
			if c.Known && !c.In {
				rows[i].Counts = "不算家里人：" + c.Why
			}
		}
	}
}

// apartWords are the reasons that a service knows for living apart.
func (p *Portal) apartWords(a applying) []string {
	if a.service.Household.ApartWhy == "" {
		return nil
	}
	return p.Desk.Services().Known().Dictionary.Find(a.service.Household.ApartWhy).Words
}

func (p *Portal) row(m casework.DraftMember) memberRow {
	return memberRow{Key: m.Key, Name: m.Name, Relation: m.Relation, Age: years(calendar.Age(m.Birth(), p.today())),
		Self: m.Key == casework.Applicant, Together: m.Together != "否", Unnamed: !m.Named()}
}

func (p *Portal) householdPage(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	v, err := p.householdView(r, a)
	if err != nil {
		return err
	}
	return web.Render(w, r, household(v))
}

func (p *Portal) householdDone(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	if sent.Get("later") != "" { // the members are kept already
		http.Redirect(w, r, a.home, http.StatusSeeOther)
		return nil
	}
	for _, m := range a.draft.Members {
		if !m.Named() {
			v, err := p.householdView(r, a)
			if err != nil {
				return err
			}
			v.Problems.Add("member-"+m.Key, "请补上您的"+cmp.Or(m.Relation, "家里人")+"的姓名和身份证号，不算家里人的请去掉。")
			return web.RenderStatus(w, r, http.StatusUnprocessableEntity, household(v))
		}
	}
	if problems, ok := casework.CheckNeeds(a.service, relations(a.draft)).(errs.Problems); ok {
		v, err := p.householdView(r, a)
		if err != nil {
			return err
		}
		v.Problems = problems
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, household(v))
	}
	a.draft.Done["household"] = true
	if err := p.save(r, a.draft); err != nil {
		return err
	}
	_, after := p.bar(a, "/draft/"+a.draft.ID+"/household")
	http.Redirect(w, r, after, http.StatusSeeOther)
	return nil
}

func relations(d casework.Draft) []string {
	var all []string
	for _, m := range d.Members {
		all = append(all, m.Relation)
	}
	return all
}

// memberPage asks who one member is.
type memberPage struct {
	web.Page
	Base      string
	Key       string // new, or the member's
	Typed     casework.DraftMember
	Relations []web.Option
	Apart     bool
	ApartWhy  []web.Option // why somebody lives apart; none is not asked
	Problems  errs.Problems
}

func (p *Portal) memberView(r *http.Request, a applying, m casework.DraftMember) memberPage {
	title := "添加家里人"
	if m.Key != "" {
		title = "修改家里人"
	}
	if m.Key != "" && !m.Named() {
		title = "补上姓名和身份证号"
	}
	v := memberPage{Page: p.page(r, title, "/services"), Base: "/draft/" + a.draft.ID, Key: m.Key, Typed: m}
	if v.Key == "" {
		v.Key = "new"
	}
	v.Narrow, v.Apart = true, a.service.Household.Apart
	for _, word := range p.apartWords(a) {
		v.ApartWhy = append(v.ApartWhy, web.Option{Value: word, Label: word})
	}
	for _, rel := range a.service.Household.Relations {
		v.Relations = append(v.Relations, web.Option{Value: rel, Label: rel, Checked: rel == m.Relation})
	}
	return v
}

func (p *Portal) memberPage(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	if a.service.Household == nil {
		return errs.New(errs.NotFound, "这件事不用填家里人。")
	}
	key := r.PathValue("member")
	m, ok := a.draft.Member(key)
	if key == "new" {
		m, err = p.suggested(r, a)
	} else if !ok || key == casework.Applicant {
		err = errs.New(errs.NotFound, "没有找到这个人。")
	}
	if err != nil {
		return err
	}
	return web.Render(w, r, member(p.memberView(r, a, m)))
}

// suggested fills in somebody of the applicant's registered household.
func (p *Portal) suggested(r *http.Request, a applying) (casework.DraftMember, error) {
	m := casework.DraftMember{Together: "是"}
	id := r.URL.Query().Get("who")
	if id == "" {
		return m, nil
	}
	registered, err := p.Desk.People.Household(r.Context(), p.Desk.DB, a.me.Household)
	if err != nil {
		return m, err
	}
	for _, one := range registered {
		if string(one.ID) == id {
			m.Name, m.Number = one.Name, one.Number
		}
	}
	return m, nil
}

func (p *Portal) saveMember(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	if a.service.Household == nil {
		return errs.New(errs.NotFound, "这件事不用填家里人。")
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	m := casework.DraftMember{Key: strings.TrimPrefix(r.PathValue("member"), "new"), Name: strings.TrimSpace(sent.Get("name")),
		Number: form.Tidy("number", sent.Get("number")), Relation: sent.Get("relation"), Together: sent.Get("together"), ApartWhy: sent.Get("apart")}
	if m.Together != "否" {
		m.ApartWhy = ""
	}
	if _, ok := a.draft.Member(m.Key); m.Key != "" && (!ok || m.Key == casework.Applicant) {
		return errs.New(errs.NotFound, "没有找到这个人。")
	}
	problems := p.checkMember(a, m)
	if len(problems) == 0 {
		if err := a.draft.AddMember(m); err != nil {
			problems, _ = err.(errs.Problems)
		}
	}
	if len(problems) > 0 {
		v := p.memberView(r, a, m)
		v.Problems = problems
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, member(v))
	}
	if err := p.save(r, a.draft); err != nil {
		return err
	}
	http.Redirect(w, r, "/draft/"+a.draft.ID+"/household", http.StatusSeeOther)
	return nil
}

func (p *Portal) checkMember(a applying, m casework.DraftMember) (problems errs.Problems) {
	now := p.Desk.DB.Now()
	if s := form.CheckText("name", "姓名", m.Name, now); s != "" {
		problems.Add("name", s)
	}
	if s := form.CheckNumber(m.Number, now); s != "" {
		problems.Add("number", s)
	}
	known := false
	for _, rel := range a.service.Household.Relations {
		known = known || rel == m.Relation
	}
	if !known {
		problems.Add("relation", "请选这个人和您的关系。")
	}
	if m.Together != "是" && m.Together != "否" && !a.service.Household.Apart {
		problems.Add("together", "请选是不是住在一起。")
	}
	if words := p.apartWords(a); len(words) > 0 && m.Together == "否" && !slices.Contains(words, m.ApartWhy) {
		problems.Add("apart", "请选为什么不住在一起。")
	}
	return problems
}

func (p *Portal) removeMember(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	a.draft.RemoveMember(r.PathValue("member"))
	if err := p.save(r, a.draft); err != nil {
		return err
	}
	http.Redirect(w, r, "/draft/"+a.draft.ID+"/household", http.StatusSeeOther)
	return nil
}
