package staff

import (
	"strings"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
	"minzheng/kernel/web"
)

// ruleStep is one working-out on the way to the result.
type ruleStep struct{ Name, Formula, Value, Law string }

// conditions are the conditions of the law as cards.
func (d *dossier) conditions() []web.ConditionView {
	var all []web.ConditionView
	for _, r := range d.judged.Conditions() {
		v := web.ConditionView{Title: r.Rule.Why, Law: r.Rule.Law, Tone: web.Wait, Result: "还不知道"}
		switch {
		case r.Holds():
			v.Tone, v.Result = web.OK, "符合"
		case r.Fails():
			v.Tone, v.Result = web.Bad, "不符合"
		case r.Broken != "":
			v.Sentence = r.Broken
		default:
			if lacks := d.lacks(r.Rule.Set); len(lacks) > 0 {
				v.Sentence = "缺 " + strings.Join(lacks, "、") + "。"
			}
		}
		for _, u := range r.Used {
			v.Calc = append(v.Calc, d.used(u))
		}
		if r.Known {
			v.Sentence = d.turns(r.Rule.Set, 1)
		}
		all = append(all, v)
	}
	return all
}

// used is one value that a rule read, with who or what stands behind it.
func (d *dossier) used(u rule.Used) web.FactRow {
	row := web.FactRow{Label: d.ofWhom(u.Name, u.About), Value: u.Shown()}
	if r := d.s.Rules.Find(u.Name); r != nil && u.Known {
		row.Value = d.measured(u.Shown(), r)
	}
	if !u.Known {
		row.Value = "不知道"
	}
	if u.Source != "" {
		row.Seals = []web.SealView{d.seal(u.Source)}
	}
	if u.Set != "" {
		row.Note = "依据 " + u.Set
	}
	return row
}

// measured is a result with the unit of its rule.
func (d *dossier) measured(shown string, r *rule.Rule) string {
	switch t, _ := d.s.Rules.Yields(r.Set); {
	case t == fact.Money && strings.HasSuffix(r.Unit, "/月"):
		return shown + "/月"
	case t == fact.Money || r.Unit == "":
		return shown
	}
	return shown + " " + r.Unit
}

// turns says by what smallest changes an outcome would turn, so many of them;
// "" when there are none.
func (d *dossier) turns(set string, most int) string {
	all := d.p.Desk.Turns(d.c, d.s, d.facts, d.today, set)
	if len(all) == 0 {
		return ""
	}
	return strings.Join(all[:min(most, len(all))], "；") + "。"
}

// lacks names what could still change an outcome.
func (d *dossier) lacks(set string) []string {
	return d.p.Desk.StillLacks(d.c, d.s, d.facts, d.today, set)
}

// ruleSteps are all rules but the conditions, as they were worked out.
func (d *dossier) ruleSteps() []ruleStep {
	var all []ruleStep
	for _, r := range d.judged.Results {
		if r.Rule.Condition() {
			continue
		}
		s := ruleStep{Name: d.ofWhom(r.Rule.Set, r.About), Formula: r.Rule.As, Value: r.Shown(), Law: r.Rule.Law}
		s.Value = d.measured(r.Shown(), r.Rule)
		if !r.Known {
			s.Value = "不知道"
		}
		all = append(all, s)
	}
	return all
}

// summary is the case in a few sentences.
func (d *dossier) summary() string {
	said := d.p.Desk.Where(d.c.Region)
	if len(d.members) > 1 {
		said += " " + itoa(len(d.members)) + " 口人。"
	} else {
		said += " 1 人户。"
	}
	r, _ := d.judged.Find(d.s.Decides)
	switch {
	case r.Holds():
		said += "按现有数据" + d.s.Decides
		if a, ok := d.judged.Find(d.s.Amount); ok && a.Known {
			said += "，算下来 " + perMonth(a.Value.Int64())
		}
		said += "。" + d.turns(d.s.Decides, 1)
	case r.Fails():
		said += "按现有数据还不够条件：" + strings.Join(d.failing(), "；") + "没有满足。" + d.turns(d.s.Decides, 2)
	default:
		said += "规则还下不了结论" + d.lacking(r) + "。"
	}
	if n := len(d.conflicts); n > 0 {
		said += "有 " + itoa(n) + " 处数据不一致，要先定下来"
		if d.swings() {
			said += "；采用不同的值，结论会不一样"
		}
		said += "。"
	}
	return said
}

func (d *dossier) failing() []string {
	var all []string
	for _, r := range d.judged.Conditions() {
		if r.Fails() {
			all = append(all, "“"+r.Rule.Why+"”")
		}
	}
	return all
}

const mostNamed = 4

func (d *dossier) lacking(r rule.Result) string {
	if r.Broken != "" {
		return "：" + r.Broken
	}
	names := d.lacks(d.s.Decides)
	switch {
	case len(names) == 0:
		return ""
	case len(names) > mostNamed:
		return "，缺" + strings.Join(names[:mostNamed], "、") + "等 " + itoa(len(names)) + " 项"
	}
	return "，缺" + strings.Join(names, "、")
}
