package citizen

import (
	"net/http"
	"slices"
	"strings"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/rule"
	"minzheng/kernel/web"
)

// resultsOf shows what somebody may get, and why.
type resultsOf struct {
	talkPage
	Groups    []resultGroup
	Household bool
	Family    string
	Answers   []answerRow
	Told      []web.FactRow // by the register and the departments
	Amounts   bool          // asking on would tell amounts
	Silent    string
}

type resultGroup struct {
	Title, Lead string
	Results     []resultView
}

// resultView is one service.
type resultView struct {
	Service *catalog.Service
	Tone    web.Tone
	Icon    string
	Say     string
	Amount  string
	Reasons []reasonView
	Lacks   string
	Checks  string
	Online  bool
}

// reasonView is one condition.
type reasonView struct {
	Tone      web.Tone
	Icon, Say string
	Why, Law  string
	Values    string
}

// first puts what fails before all else.
func (r reasonView) first() int {
	if r.Tone == web.Bad {
		return 1
	}
	return 0
}

// answerRow is one answer, which can be given anew.
type answerRow struct{ Key, Label, Value string }

var resultGroups = []struct {
	chance      catalog.Chance
	tone        web.Tone
	icon        string
	say         string
	title, lead string
}{
	{catalog.Likely, web.OK, "check", "很可能符合", "很可能能享受", "按您说的，条件都符合。申请以后，部门会再核对。"},
	{catalog.CannotSay, web.Wait, "help-circle", "还说不准", "还说不准", "还差一些情况。不影响您申请，申请以后部门会去查。"},
	{catalog.Not, web.Mute, "minus", "现在不符合", "现在不符合", "按您说的，下面有条件不符合。情况变了，可以再来看。"},
}

func (p *Portal) showResults(w http.ResponseWriter, r *http.Request, s step, left int) error {
	s.Asks, s.Again = nil, false
	base, err := p.talkPage(r, s, benefitsTitle)
	if err != nil {
		return err
	}
	v := resultsOf{talkPage: base, Silent: strings.Join(s.Silent, "、"), Told: p.toldRows(s), Answers: p.answerRows(s),
		Household: s.view.Household() != nil && s.Named, Family: "您"}
	for _, m := range s.Members[1:] {
		v.Family += "、" + p.nameOf(s, m.Key)
	}
	v.Left = left
	found := s.view.Find(p.talk(s.held, s.me))
	for _, g := range resultGroups {
		group := resultGroup{Title: g.title, Lead: g.lead}
		for _, f := range found {
			if f.Chance == g.chance {
				one := p.result(s, f)
				one.Tone, one.Icon, one.Say = g.tone, g.icon, g.say
				group.Results = append(group.Results, one)
				v.Amounts = v.Amounts || f.Open && !s.Amounts
			}
		}
		if len(group.Results) > 0 {
			v.Groups = append(v.Groups, group)
		}
	}
	return web.Render(w, r, benefitResults(v))
}

func (p *Portal) result(s step, f catalog.Finding) resultView {
	v := resultView{Service: f.Service, Online: f.Service.StartedBy("citizen"), Checks: strings.Join(p.departments(f.Checks), "、")}
	if f.Amount.Known {
		v.Amount = f.Amount.Shown() + "/月"
	}
	for _, one := range f.Reasons {
		if f.Chance != catalog.Not || one.Known { // what is open changes nothing any more
			v.Reasons = append(v.Reasons, reason(one))
		}
	}
	slices.SortStableFunc(v.Reasons, func(a, b reasonView) int { return b.first() - a.first() })
	var lacks []string
	for _, m := range f.Lacks {
		if name := p.lack(s, m); !slices.Contains(lacks, name) {
			lacks = append(lacks, name)
		}
	}
	if len(lacks) > 5 {
		lacks = append(lacks[:5], "等 "+itoa(len(lacks))+" 项")
	}
	v.Lacks = strings.Join(lacks, "、")
	return v
}

// Kept says what is kept of the answers.
func (v resultsOf) Kept() string {
	if v.SignedIn {
		return "我们没有存您的回答。"
	}
	return "我们什么也没有存。"
}

// departments are those that know facts best.
func (p *Portal) departments(facts []string) []string {
	dict := p.Desk.Services().Known().Dictionary
	var all []string
	for _, name := range facts {
		title := dict.Source(dict.Find(name).Sources[0]).Title
		if !slices.Contains(all, title) {
			all = append(all, title)
		}
	}
	return all
}

func reason(r rule.Result) reasonView {
	v := reasonView{Tone: web.Wait, Icon: "help-circle", Say: "还不知道", Why: r.Rule.Why, Law: r.Rule.Law}
	switch {
	case r.Holds():
		v.Tone, v.Icon, v.Say = web.OK, "check", "符合"
	case r.Fails():
		v.Tone, v.Icon, v.Say = web.Bad, "x", "不符合"
	}
	var values []string
	for _, u := range r.Used {
		if shown := u.Shown(); r.Known && shown != "" && (u.Rule || u.Set != "") && u.About == "" {
			values = append(values, u.Name+" "+shown)
		}
	}
	v.Values = strings.Join(values, "，")
	return v
}

// lack is what one missing thing is called.
func (p *Portal) lack(s step, m rule.Missing) string {
	switch {
	case m.Parameter:
		return "本地的“" + m.Name + "”还没有定"
	case m.Name == "成员":
		return "家里有哪些人"
	}
	return p.nameOf(s, m.About) + "的" + m.Name
}

func (p *Portal) answerRows(s step) []answerRow {
	var all []answerRow
	for _, one := range s.Said {
		q, ok := s.view.Prompt(one.Fact, one.About)
		if !ok {
			continue
		}
		shown := "说不清"
		if one.Typed != form.Unsure {
			shown = p.shown(q.Field, one.Typed)
		}
		all = append(all, answerRow{Key: one.Fact + "/" + one.About, Label: p.nameOf(s, one.About) + "：" + q.Field.Label, Value: shown})
	}
	return all
}

// toldRows are what was not asked, with who told it.
func (p *Portal) toldRows(s step) []web.FactRow {
	dict := p.Desk.Services().Known().Dictionary
	var rows []web.FactRow
	row := func(name, about, value string, seal web.SealView) {
		one := web.FactRow{Label: p.nameOf(s, about) + "：" + name, Value: value, Seals: []web.SealView{seal}}
		i := slices.IndexFunc(rows, func(o web.FactRow) bool { return o.Label == one.Label && o.Value == value })
		if i < 0 {
			rows = append(rows, one)
		} else if !slices.Contains(rows[i].Seals, seal) {
			rows[i].Seals = append(rows[i].Seals, seal)
		}
	}
	ours := web.SealView{Char: "册", Title: "居民名册"}
	for _, m := range s.Members {
		if d, err := calendar.Parse(m.Birth); err == nil && m.Person != "" {
			row("出生日期", m.Key, d.Long(), ours)
		}
	}
	for _, st := range s.Told {
		def, seal := dict.Find(st.Name), ours
		if def == nil || def.Presume != "" { // that somebody lives need not be told them
			continue
		}
		if st.Source != register {
			seal = sealOf(dict, st.Source)
		}
		row(st.Name, st.About, withUnit(def, st.Value), seal)
	}
	return rows
}

func withUnit(def *fact.Def, v fact.Value) string {
	switch {
	case def.Unit == "":
		return v.String()
	case v.Type() == fact.Money:
		return v.String() + strings.TrimPrefix(def.Unit, "元")
	}
	return v.String() + " " + def.Unit
}
