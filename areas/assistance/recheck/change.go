package recheck

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// ChangeURL is where a resident reports that something has changed.
func ChangeURL(benefit string) string { return "/my/benefits/" + benefit + "/change" }

// changePages are the pages on which residents report what has changed.
type changePages struct {
	*Room
	door area.CitizenDoor
}

// CitizenPages hangs them.
func CitizenPages(door area.CitizenDoor) {
	p := changePages{New(door.Desk), door}
	door.Handle("GET /my/benefits/{benefit}/change", p.ask)
	door.Handle("POST /my/benefits/{benefit}/change", p.told)
}

// family is a benefit with the case that says last how the family is.
type family struct {
	b       Benefit
	c       casework.Case
	s       *catalog.Service
	members []casework.Member
	facts   *fact.Set
}

// mine reads the family of a benefit that the resident receives. Another's is
// not there.
func (p changePages) mine(r *http.Request, me people.Person) (f family, err error) {
	ctx, d := r.Context(), p.desk.DB
	if f.b, err = Find(ctx, d, r.PathValue("benefit")); err != nil {
		return f, err
	}
	if f.b.Recipient != string(me.ID) || !f.b.runs(p.month()) {
		return f, errs.New(errs.NotFound, "没有找到这一项待遇。")
	}
	if f.c, err = p.newest(ctx, f.b); err != nil {
		return f, err
	}
	if f.s, err = p.desk.Services().Version(ctx, d, f.c.Version); err != nil {
		return f, err
	}
	if f.members, err = p.desk.Members(ctx, d, f.c.ID); err != nil {
		return f, err
	}
	f.facts, err = p.desk.Facts(ctx, d, f.c.ID)
	return f, err
}

// newest is the open re-check's case, or that which was decided last.
func (p changePages) newest(ctx context.Context, b Benefit) (casework.Case, error) {
	id, err := db.One(ctx, p.desk.DB, db.Value[string], `SELECT case_id FROM assistance_recheck WHERE open_key = ?`, b.ID)
	if errors.Is(err, db.ErrNone) {
		return lastCase(ctx, p.desk.DB, b)
	}
	if err != nil {
		return casework.Case{}, err
	}
	return casework.Find(ctx, p.desk.DB, casework.ID(id))
}

// changePage asks what has changed, and then just that.
type changePage struct {
	Page     web.Page
	Title    string
	Action   string
	Choices  web.Field
	What     string // chosen
	Ask      string
	Lead     string
	Asked    web.Asked
	Who      *web.Field
	When     *web.Field
	New      []web.Field
	Relation *web.Field
	Words    web.Field
	Problems errs.Problems
}

// The changes that no page of the service's form asks for.
const (
	came  = "came"
	left  = "left"
	died  = "died"
	other = "other"
)

// choices are the questions that may have another answer now.
func (f family) choices(today calendar.Day) []web.Option {
	var all []web.Option
	for i := range f.s.Form {
		page := &f.s.Form[i]
		if page.Each == "" {
			all = append(all, web.Option{Value: page.Code, Label: page.Ask})
			continue
		}
		for _, m := range f.members {
			if page.Asks(m.Relation, m.Age(today)) && lives(f.facts, m.Key) {
				all = append(all, web.Option{Value: page.Code + "/" + m.Key, Label: strings.ReplaceAll(page.Ask, "{姓名}", f.called(m))})
			}
		}
	}
	all = slices.DeleteFunc(all, func(o web.Option) bool { return strings.HasPrefix(o.Value, "reason") })
	if f.s.Household != nil {
		all = append(all, web.Option{Value: came, Label: "家里添了人", Hint: "结婚、出生、搬来一起住"}, web.Option{Value: left, Label: "有人不在一起住了", Hint: "分家、出嫁、搬走"},
			web.Option{Value: died, Label: "家里有人去世了"})
	}
	return append(all, web.Option{Value: other, Label: "别的变化"})
}

func (f family) called(m casework.Member) string {
	if m.Key == casework.Applicant {
		return "您"
	}
	return m.Name
}

func (p changePages) ask(w http.ResponseWriter, r *http.Request, me people.Person) error {
	f, err := p.mine(r, me)
	if err != nil {
		return err
	}
	v := p.view(r, f, r.URL.Query().Get("what"), url.Values{}, nil)
	return web.Render(w, r, changeView(v))
}

// view is the page as it was asked for, with what was typed and what is wrong.
func (p changePages) view(r *http.Request, f family, what string, sent url.Values, problems errs.Problems) changePage {
	today := calendar.DayOf(p.desk.DB.Now())
	v := changePage{Page: p.door.Page(r, "家里情况变了"), Title: f.b.Title, Action: ChangeURL(f.b.ID), What: what, Problems: problems,
		Words: web.Field{Name: "words", Label: "还想说的", Optional: what != other, Value: sent.Get("words"), Problem: problems.Of("words"), MaxLength: 1000}}
	v.Page.Narrow = true
	all := f.choices(today)
	i := slices.IndexFunc(all, func(o web.Option) bool { return o.Value == what })
	if i < 0 {
		v.What, v.Choices = "", web.Field{Name: "what", Label: "哪里变了？", Heading: true, Hint: "一次说一样。说完了可以接着说下一样。", Options: all}
		return v
	}
	v.Ask = all[i].Label
	switch what {
	case other:
		v.Words.Label, v.Words.Hint = "变了什么", "写清谁、什么时候、变了什么"
	case came:
		v.Lead = "写新来的人。成年人会收到短信，要本人同意查询。"
		v.New = []web.Field{{Name: "name", Label: "姓名", Hint: "和身份证上一样", Autocomplete: "off", MaxLength: 50}, {Name: "number", Label: "身份证号", Hint: "18 位；孩子的在户口本上", Autocomplete: "off", MaxLength: 24}}
		for i := range v.New {
			v.New[i].Value, v.New[i].Problem = sent.Get(v.New[i].Name), problems.Of(v.New[i].Name)
		}
		v.Relation = &web.Field{Name: "relation", Label: "是您的什么人", Value: sent.Get("relation"), Problem: problems.Of("relation")}
		for _, word := range f.s.Household.Relations {
			v.Relation.Options = append(v.Relation.Options, web.Option{Value: word, Label: word})
		}
	case left, died:
		v.Who = &web.Field{Name: "who", Label: "是谁", Value: sent.Get("who"), Problem: problems.Of("who")}
		for _, m := range f.members {
			if m.Key != casework.Applicant && lives(f.facts, m.Key) {
				v.Who.Options = append(v.Who.Options, web.Option{Value: m.Key, Label: m.Name + "（" + m.Relation + "）"})
			}
		}
		if what == left && f.apartWhy() != nil {
			v.Relation = &web.Field{Name: "apart", Label: "为什么不在一起住了", Value: sent.Get("apart"), Problem: problems.Of("apart")}
			for _, word := range f.apartWhy().Words {
				v.Relation.Options = append(v.Relation.Options, web.Option{Value: word, Label: word})
			}
		}
		v.When = &web.Field{Name: "on", Label: "哪一天", Value: sent.Get("on"), Problem: problems.Of("on"), Max: today.String()}
	default:
		page, m := f.page(what)
		v.Lead, v.Asked = page.Lead, web.Asked{Fields: page.Fields, Typed: f.typed(page, m, sent), Problems: problems, Name: f.called(m)}
	}
	return v
}

// page is the form's page that a choice means, and whom it is about.
func (f family) page(what string) (*form.Page, casework.Member) {
	code, key, _ := strings.Cut(what, "/")
	var m casework.Member
	if i := slices.IndexFunc(f.members, func(m casework.Member) bool { return m.Key == key }); i >= 0 {
		m = f.members[i]
	}
	for i := range f.s.Form {
		if f.s.Form[i].Code == code {
			return &f.s.Form[i], m
		}
	}
	return &form.Page{}, m
}

// typed is what was typed, or what counts so far.
func (f family) typed(page *form.Page, m casework.Member, sent url.Values) map[string]string {
	typed := map[string]string{}
	for _, field := range page.Fields {
		if len(sent) > 0 {
			typed[field.Name()] = sent.Get(field.Name())
			continue
		}
		v, ok := f.facts.Get(field.Fact, m.Key)
		if !ok || field.Def.Private {
			continue
		}
		if typed[field.Name()] = v.String(); v.Type() == fact.Money {
			typed[field.Name()] = strings.TrimPrefix(v.String(), "¥")
		}
	}
	return typed
}

func (p changePages) told(w http.ResponseWriter, r *http.Request, me people.Person) error {
	f, err := p.mine(r, me)
	if err != nil {
		return err
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	what := sent.Get("what")
	o, problems := p.occasion(f, what, sent)
	if len(problems) == 0 {
		o.By = casework.Actor{ID: string(me.ID), Name: me.Name, Role: "citizen"}
		err = p.desk.DB.Do(r.Context(), func(tx *db.Tx) error {
			_, err := p.Look(r.Context(), tx, o)
			return err
		})
	}
	var wrong errs.Problems
	if errors.As(err, &wrong) {
		problems, err = wrong, nil
	}
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, changeView(p.view(r, f, what, sent, problems)))
	}
	p.door.Tell(r, "知道了。我们先向部门核对，这段时间照常发。要减、要停，一定先听您的意见。")
	http.Redirect(w, r, "/my", http.StatusSeeOther)
	return nil
}

// occasion reads what was reported.
func (p changePages) occasion(f family, what string, sent url.Values) (o Occasion, problems errs.Problems) {
	now := p.desk.DB.Now()
	all := f.choices(calendar.DayOf(now))
	i := slices.IndexFunc(all, func(one web.Option) bool { return one.Value == what })
	if i < 0 {
		problems.Add("what", "请选哪里变了。")
		return o, problems
	}
	words := strings.TrimSpace(sent.Get("words"))
	if len([]rune(words)) > 1000 {
		problems.Add("words", "最多写 1000 个字。")
	}
	o = Occasion{Benefit: f.b.ID, Origin: Resident, Title: "您说家里情况变了", Detail: map[string]string{"变了什么": all[i].Label},
		Told: "您说的变化我们收到了，先向部门核对，有结果会告诉您。这段时间照常发。"}
	if words != "" {
		o.Detail["说了什么"] = words
	}
	tell := func(name, about string, v fact.Value) {
		o.Facts = append(o.Facts, fact.Statement{Name: name, About: about, Value: v, Source: "self", At: now.UTC()})
	}
	switch what {
	case other:
		if len([]rune(words)) < 4 {
			problems.Add("words", "请写清变了什么。")
		}
	case came:
		problems = append(problems, p.newcomer(f, sent, &o)...)
	case left, died:
		who := sent.Get("who")
		if !slices.ContainsFunc(f.members, func(m casework.Member) bool { return m.Key == who && who != casework.Applicant }) {
			problems.Add("who", "请选是谁。")
		}
		on, err := calendar.Parse(strings.TrimSpace(sent.Get("on")))
		if err != nil || on > calendar.DayOf(now) {
			problems.Add("on", "请写哪一天，例如 2026-03-02，不能晚于今天。")
		}
		if what == left {
			tell("共同生活", who, fact.BoolOf(false))
			f.whyLeft(sent, tell, &problems)
			o.Detail["从哪天起"] = on.Long()
			break
		}
		tell("已去世", who, fact.BoolOf(true))
		tell("去世日期", who, fact.DateOf(int32(on)))
	default:
		page, m := f.page(what)
		answers, wrong := form.Read(page.Fields, web.FormValues(sent, page.Fields), now)
		problems = append(problems, wrong...)
		for _, a := range answers {
			if a.Known {
				tell(a.Field.Fact, m.Key, a.Value)
			}
		}
	}
	return o, problems
}

// apartWhy is the fact that says why somebody lives apart; nil is not asked.
func (f family) apartWhy() *fact.Def {
	if f.s.Household == nil || f.s.Household.ApartWhy == "" {
		return nil
	}
	return f.facts.Dictionary().Find(f.s.Household.ApartWhy)
}

// whyLeft reads why somebody lives apart now.
func (f family) whyLeft(sent url.Values, tell func(string, string, fact.Value), problems *errs.Problems) {
	def := f.apartWhy()
	if def == nil {
		return
	}
	if !slices.Contains(def.Words, sent.Get("apart")) {
		problems.Add("apart", "请选为什么不在一起住了。")
		return
	}
	tell(def.Name, sent.Get("who"), fact.EnumOf(sent.Get("apart")))
}

// newcomer reads who has come to the family.
func (p changePages) newcomer(f family, sent url.Values, o *Occasion) (problems errs.Problems) {
	now := p.desk.DB.Now()
	name, number := form.Tidy("name", sent.Get("name")), form.Tidy("number", sent.Get("number"))
	if s := form.CheckText("name", "姓名", name, now); s != "" {
		problems.Add("name", s)
	}
	if s := form.CheckText("number", "身份证号", number, now); s != "" {
		problems.Add("number", s)
	}
	if slices.ContainsFunc(f.members, func(m casework.Member) bool { return m.Number == number }) {
		problems.Add("number", "这个身份证号已经写过了。")
	}
	relation := sent.Get("relation")
	if !slices.Contains(f.s.Household.Relations, relation) {
		problems.Add("relation", "请选是您的什么人。")
	}
	if len(problems) > 0 {
		return problems
	}
	born, _ := form.Born(number)
	m := casework.Member{Name: name, Number: number, Relation: relation, Birth: calendar.Date(born.Year(), int(born.Month()), born.Day())}
	if m.Age(calendar.DayOf(now)) < f.s.Consent.From {
		m.Consented, m.ConsentBy = now, "guardian"
	}
	o.Members = []casework.Member{m}
	return nil
}
