package staff

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/rule"
	"minzheng/kernel/web"
)

// settleView asks which value of a fact counts.
type settleView struct {
	Key, Title string
	Href       string
	Revision   string
	Which      string     // code@member; "" where Pick asks for it
	Pick       *web.Field // which of the facts that nobody has told
	Choose     *web.Field // which of the values that were told
	Typed      web.Field
	Reason     web.Field
	Open       bool
}

// other is the choice of a value that no source has told.
const other = "other"

func conflictKey(def *fact.Def, about string) string {
	if about == "" {
		return "c-" + def.Code
	}
	return "c-" + def.Code + "-" + about
}

// suppose judges the case as if a value had been chosen.
func (d *dossier) suppose(def *fact.Def, about string, v fact.Value) rule.Judgement {
	set := fact.NewSet(d.facts.Dictionary())
	d.facts.Each(func(_, _ string, said []fact.Statement) { set.Tell(said...) })
	set.Tell(fact.Statement{Name: def.Name, About: about, Value: v, Source: fact.Decided, At: d.p.Desk.DB.Now()})
	return d.p.Desk.Judge(d.c, d.s, set, d.today)
}

// gives says what the rules would give with a value.
func (d *dossier) gives(def *fact.Def, about string, v fact.Value) string {
	j := d.suppose(def, about, v)
	r, _ := j.Find(d.s.Decides)
	switch {
	case r.Fails():
		return "按这个算，不符合"
	case !r.Known:
		return "按这个算，还下不了结论"
	}
	if a, ok := j.Find(d.s.Amount); ok && a.Known {
		return "按这个算，符合，" + perMonth(a.Value.Int64())
	}
	return "按这个算，符合"
}

// swings reports whether the values of some conflict lead to different results.
func (d *dossier) swings() bool {
	return slices.ContainsFunc(d.conflicts, func(c fact.Conflict) bool {
		results := map[string]bool{}
		for _, s := range c.Said {
			r, _ := d.suppose(c.Def, c.About, s.Value).Find(d.s.Decides)
			results[r.Shown()] = true
		}
		return len(results) > 1
	})
}

// settles are the forms for what must be settled, and for what may be.
func (d *dossier) settles(t typed) []settleView {
	if !d.mayAct {
		return nil
	}
	var all []settleView
	for _, c := range d.conflicts {
		v := d.settleForm(conflictKey(c.Def, c.About), d.ofWhom(c.Def.Name, c.About)+"采用哪个", t)
		v.Which, v.Open = c.Def.Code+"@"+c.About, true
		choose := web.Field{Name: v.Key + ".value", Label: v.Title, Value: t.value(v.Key, "value"), Problem: t.problem(v.Key, "value")}
		for _, s := range c.Said {
			choose.Options = append(choose.Options, web.Option{Value: s.Value.Encode(), Label: d.seal(s.Source).Title + "　" + worded(c.Def, s.Value), Hint: d.gives(c.Def, c.About, s.Value)})
		}
		choose.Options = append(choose.Options, web.Option{Value: other, Label: "都不用", Hint: "查清楚了是另一个数，写在下面"})
		v.Choose = &choose
		v.Typed.Label, v.Typed.Hint = "另外的值", typedHint(c.Def)
		all = append(all, v)
	}
	if missing := d.missing(); len(missing) > 0 {
		v := d.settleForm("missing", "没有人回答的，由您认定", t)
		pick := web.Field{Name: "missing.which", Label: "认定哪一项", Value: t.value("missing", "which"), Problem: t.problem("missing", "which"), Options: []web.Option{{Label: "请选一项"}}}
		for _, m := range missing {
			def := d.facts.Dictionary().Find(m.Name)
			pick.Options = append(pick.Options, web.Option{Value: def.Code + "@" + m.About, Label: d.ofWhom(m.Name, m.About)})
		}
		v.Pick, v.Typed.Optional = &pick, false
		v.Typed.Label, v.Typed.Hint = "认定的值", "金额写数字；是不是的，写“是”或者“否”。"
		v.Open = t.key == "missing"
		all = append(all, v)
	}
	return all
}

func (d *dossier) settleForm(key, title string, t typed) settleView {
	return settleView{Key: key, Title: title, Href: "/staff/cases/" + string(d.c.ID) + "/settle", Revision: d.revision(),
		Typed:  web.Field{Name: key + ".typed", Value: t.value(key, "typed"), Problem: t.problem(key, "typed"), Optional: true, MaxLength: 120},
		Reason: web.Field{Name: key + ".reason", Label: "为什么", Hint: "会写进决定书。", Value: t.value(key, "reason"), Problem: t.problem(key, "reason"), MaxLength: 2000}}
}

func typedHint(def *fact.Def) string {
	switch def.Typed() {
	case fact.Money:
		return "选“都不用”才写。写金额，例如 2460。"
	case fact.Bool:
		return "选“都不用”才写。写“是”或者“否”。"
	case fact.Enum:
		return "选“都不用”才写。写其中一个：" + strings.Join(def.Words, "、") + "。"
	}
	return "选“都不用”才写。"
}

// missing are the facts that the decision lacks.
func (d *dossier) missing() []rule.Missing {
	r, ok := d.judged.Find(d.s.Decides)
	if !ok || r.Known || !d.c.IsOpen() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(r.Missing), func(m rule.Missing) bool {
		return m.Parameter || d.facts.Dictionary().Find(m.Name) == nil
	})
}

// settle has the reader decide what counts.
func (p *Portal) settle(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	d, sent, err := p.opened(r, who)
	if err != nil {
		return err
	}
	key := sent.Get("key")
	t := typed{key: key, values: under(sent, key)}
	s, title, problems := d.settling(t.values)
	if len(problems) > 0 {
		return p.again(w, r, d, t.with(problems))
	}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		if err := d.unchanged(r, tx, sent.Get("revision")); err != nil {
			return err
		}
		return p.Desk.Settle(r.Context(), tx, d.c.ID, s)
	})
	return p.done(w, r, d, t, err, "已认定"+title+"，规则重新算过了。")
}

// settling reads which value of which fact is to count.
func (d *dossier) settling(sent url.Values) (s casework.Settling, title string, p errs.Problems) {
	code, about, _ := strings.Cut(sent.Get("which"), "@")
	def := d.facts.Dictionary().Coded(code)
	if def == nil || !d.open(def, about) {
		p.Add("which", "请选一项。")
		return s, "", p
	}
	s = casework.Settling{Fact: def.Name, About: about, Reason: strings.TrimSpace(sent.Get("reason")), Who: d.actor}
	told := slices.IndexFunc(d.facts.Latest(def.Name, about), func(st fact.Statement) bool { return st.Value.Encode() == sent.Get("value") })
	switch {
	case told >= 0:
		s.Value = d.facts.Latest(def.Name, about)[told].Value
	case sent.Get("value") == "" && len(d.facts.Latest(def.Name, about)) > 0:
		p.Add("value", "请选采用哪个。")
	default:
		f := &form.Field{Fact: def.Name, Label: "值", Def: def}
		answers, problems := form.Read([]*form.Field{f}, url.Values{f.Name(): {sent.Get("typed")}}, d.p.Desk.DB.Now())
		for _, one := range problems {
			p.Add("typed", one.Sentence)
		}
		s.Value = answers[0].Value
	}
	if s.Reason == "" {
		p.Add("reason", "请写明为什么采用这个值，会写进决定书。")
	} else if len([]rune(s.Reason)) > 2000 {
		p.Add("reason", "理由最多写 2000 个字。")
	}
	return s, d.ofWhom(def.Name, about), p
}

// open reports whether a fact is in dispute or told by nobody.
func (d *dossier) open(def *fact.Def, about string) bool {
	return slices.ContainsFunc(d.conflicts, func(c fact.Conflict) bool { return c.Def == def && c.About == about }) ||
		slices.ContainsFunc(d.missing(), func(m rule.Missing) bool { return m.Name == def.Name && m.About == about })
}
