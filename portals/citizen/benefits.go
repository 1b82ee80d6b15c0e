package citizen

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// step is one step of somebody through the interview.
type step struct {
	held
	me       people.Person
	family   []people.Person // the registered household, without whoever asks
	view     *catalog.Interview
	ends     bool // wants the results now
	typed    map[string]string
	problems errs.Problems
}

func (p *Portal) benefitsPage(w http.ResponseWriter, r *http.Request) error {
	return p.welcome(w, r, http.StatusOK, "")
}

// benefits takes what was sent with one page and answers with the next. All
// that is known comes with it, and nothing stays here.
func (p *Portal) benefits(w http.ResponseWriter, r *http.Request) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	s, err := p.step(r, sent)
	if errs.Is(err, errs.Invalid) {
		return p.welcome(w, r, http.StatusBadRequest, errs.Sentence(err))
	}
	if err != nil {
		return err
	}
	p.press(&s, sent)
	if s.Agreed && !s.asksHousehold() {
		if err := p.inquire(r, &s); err != nil {
			return err
		}
	}
	return p.showNext(w, r, s)
}

// step reads where the reader is.
func (p *Portal) step(r *http.Request, sent url.Values) (step, error) {
	s := step{view: p.interviews.of(p.Desk.Services())}
	me, in, err := p.visitor(r)
	if err != nil {
		return s, err
	}
	if s.me = me; in {
		if s.family, err = p.relatives(r, me); err != nil {
			return s, err
		}
	}
	if sent.Get("begin") != "" {
		s.held = p.begun(me, sent.Get("agree") != "")
		if in {
			told, err := p.Desk.Receiving(r.Context(), catalog.First, me, p.Desk.Services().All())
			s.Told = append(s.Told, told...)
			return s, err
		}
		return s, nil
	}
	s.held, err = p.unseal(sent.Get("talk"), me.ID)
	return s, err
}

// relatives is the registered household without whoever asks.
func (p *Portal) relatives(r *http.Request, me people.Person) ([]people.Person, error) {
	all, err := p.Desk.People.Household(r.Context(), p.Desk.DB, me.Household)
	return slices.DeleteFunc(all, func(o people.Person) bool { return o.ID == me.ID || o.Died != 0 }), err
}

func (s *step) asksHousehold() bool { return s.view.Household() != nil && !s.Named }

// press does what the reader pressed.
func (p *Portal) press(s *step, sent url.Values) {
	switch {
	case sent.Get("back") != "":
		s.ends = s.Again
		s.back()
	case sent.Get("results") != "":
		s.ends, s.Asks, s.Again = true, nil, false
	case sent.Get("amounts") != "":
		s.Amounts, s.Asks, s.Again = true, nil, false
	case sent.Get("change") != "":
		s.change(sent.Get("change"))
	case sent.Get("household") != "":
		s.Named, s.Asks, s.Again = false, nil, false
	case sent.Get("remove") != "":
		s.drop(sent.Get("remove"))
	case sent.Get("add") != "":
		p.addRelative(s, sent)
	case sent.Get("named") != "":
		s.Named = true
	case s.Asks != nil && sent.Get("unsure") != "":
		s.ends = s.Again
		s.answer(form.Unsure)
	case s.Asks != nil && sent.Get("next") != "":
		p.takeAnswer(s, sent)
	}
}

func (p *Portal) takeAnswer(s *step, sent url.Values) {
	q, ok := s.view.Prompt(s.Asks.Fact, s.Asks.About)
	if !ok { // the services have changed meanwhile
		s.Asks = nil
		return
	}
	read, problems := form.Read([]*form.Field{q.Field}, sent, p.Desk.DB.Now())
	if len(problems) > 0 {
		s.problems, s.typed = problems, map[string]string{q.Field.Name(): read[0].Typed}
		return
	}
	s.ends = s.Again
	s.answer(read[0].Typed)
}

// change has an answer given anew; the key is its fact and about whom.
func (s *step) change(key string) {
	name, about, _ := strings.Cut(key, "/")
	for _, one := range s.Said {
		if one.Fact == name && one.About == about {
			s.Asks, s.Again = &one, true
		}
	}
}

// addRelative puts in somebody of the register, or somebody as they are told.
func (p *Portal) addRelative(s *step, sent url.Values) {
	who := sent.Get("who")
	field := relationField(who)
	m := catalog.Relative{Relation: sent.Get(field), Together: sent.Get("together") != "否"}
	s.typed = map[string]string{"relation": m.Relation, "birth": sent.Get("birth"), "together": sent.Get("together"), "who": who}
	s.checkRelation(field, m.Relation)
	var told []fact.Statement
	if who != "" {
		one, ok := s.relative(who)
		if !ok || slices.ContainsFunc(s.Members, func(o catalog.Relative) bool { return o.Person == who }) {
			s.problems = errs.Problems{{Sentence: "请选户口本上还没有加的一个人。"}}
			return
		}
		m.Person, m.Birth, told = who, one.Birth.String(), p.registered("", one)
	} else if m.Birth = p.readBirth(sent.Get("birth")); m.Birth == "" {
		s.problems.Add("birth", "出生日期要写成日期，例如 1952-03-08。")
	}
	if len(s.problems) == 0 {
		s.add(m, told)
		s.typed = nil
	}
}

func (s *step) checkRelation(field, relation string) {
	h := s.view.Household()
	switch {
	case len(s.Members) >= mostMembers:
		s.problems.Add(field, "一次最多写 "+itoa(mostMembers)+" 个人，人更多请到柜台问。")
	case h == nil || !slices.Contains(h.Relations, relation):
		s.problems.Add(field, "请选这个人是您的什么人。")
	case relation == "配偶" && slices.ContainsFunc(s.Members, func(o catalog.Relative) bool { return o.Relation == "配偶" }):
		s.problems.Add(field, "配偶只能有一位，请看看关系是不是选错了。")
	}
}

// readBirth reads a day as people write it; "" when it is none that anybody
// living was born on.
func (p *Portal) readBirth(typed string) string {
	f := form.Field{Fact: "出生日期", Label: "出生日期", Def: p.Desk.Services().Known().Dictionary.Find("出生日期")}
	if f.Def == nil {
		return ""
	}
	read, problems := form.Read([]*form.Field{&f}, url.Values{f.Name(): {typed}}, p.Desk.DB.Now())
	if len(problems) > 0 {
		return ""
	}
	d := calendar.Day(read[0].Value.Int64())
	if d > p.today() || calendar.Age(d, p.today()) > 130 {
		return ""
	}
	return d.String()
}

// inquire has the departments asked, once, about whoever asks and the children
// who live with them. Grown members would have to agree themselves.
func (p *Portal) inquire(r *http.Request, s *step) error {
	about := map[string]people.Person{}
	for _, m := range s.Members {
		i := slices.IndexFunc(s.family, func(o people.Person) bool { return string(o.ID) == m.Person })
		switch {
		case slices.Contains(s.Inquired, m.Key):
		case m.Key == catalog.First:
			about[m.Key] = s.me
		case i >= 0 && m.Together && calendar.Age(s.family[i].Birth, p.today()) < 18:
			about[m.Key] = s.family[i]
		}
	}
	if s.me.ID == "" || len(about) == 0 {
		return nil
	}
	got, err := p.Desk.Inquire(r.Context(), casework.Inquiry{Who: s.me, About: about, Services: p.Desk.Services().All()})
	if err != nil {
		return err
	}
	s.Told = append(s.Told, got.Facts...)
	s.Inquired = append(s.Inquired, slices.Sorted(maps.Keys(about))...)
	for _, name := range got.Silent {
		if !slices.Contains(s.Silent, name) {
			s.Silent = append(s.Silent, name)
		}
	}
	return nil
}
