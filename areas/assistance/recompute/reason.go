package recompute

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
	"minzheng/kernel/web"
)

// reasons works the family out again, month by month, with all steps.
func (p pages) reasons(ctx context.Context, run Run, l Line, a ledger.Account, v *familyPage) error {
	sets, err := p.facts(ctx, []ledger.Account{a})
	if err != nil {
		return err
	}
	now, err := p.desk.Services().Version(ctx, p.desk.DB, run.Version)
	if err != nil {
		return err
	}
	then, err := p.desk.Services().Version(ctx, p.desk.DB, before(run, a))
	if err != nil {
		then = nil // those rules cannot be read any more: the new reasons still can
	}
	var months []ledger.Month
	for _, one := range l.Months {
		months = append(months, one.Month)
	}
	if l.GoesOn {
		months = append(months, run.Next())
	}
	last := ""
	for _, m := range months {
		set := sets[casework.ID(a.CaseIn(m))]
		j := judge(now, p.desk.Places, a.Region, set, m)
		key, err := json.Marshal(casework.Findings(j, set))
		if err != nil {
			return err
		}
		if n := len(v.Reasons); n > 0 && string(key) == last {
			first, _, _ := strings.Cut(v.Reasons[n-1].Months, " 到 ")
			v.Reasons[n-1].Months = first + " 到 " + m.Long()
			continue
		}
		last = string(key)
		r := reasonOf(now, j, set)
		r.Months, r.Open = m.Long(), len(v.Reasons) == 0
		if then != nil {
			r.Moved = moved(judge(then, p.desk.Places, a.Region, set, m), j)
		}
		v.Reasons = append(v.Reasons, r)
		for _, name := range lacking(now, j, set) {
			if !slices.Contains(v.Missing, name) {
				v.Missing = append(v.Missing, name)
			}
		}
	}
	return nil
}

// before is the version of the rules that gave what the family had so far.
func before(run Run, a ledger.Account) string {
	version := a.Version
	for _, one := range a.Amounts {
		if one.Run != run.ID && one.Since <= run.Next() {
			version = one.Version
		}
	}
	return version
}

// lacking names what keeps an amount from being known.
func lacking(s *catalog.Service, j rule.Judgement, set *fact.Set) []string {
	if amountIn(s, j) != unknown {
		return nil
	}
	var all []string
	for _, name := range []string{s.Decides, s.Amount} {
		r, _ := j.Find(name)
		all = append(all, casework.MissingNames(set, r.Missing)...)
		if r.Broken != "" {
			all = append(all, r.Broken)
		}
	}
	return all
}

// reasonOf is a judgement for readers.
func reasonOf(s *catalog.Service, j rule.Judgement, set *fact.Set) reasonView {
	v := reasonView{Amount: "算不出"}
	if amount := amountIn(s, j); amount != unknown {
		v.Amount = fact.Yuan(amount)
	}
	for _, r := range j.Results {
		if r.Rule.Condition() && r.About == "" {
			v.Conditions = append(v.Conditions, conditionOf(r, set))
			continue
		}
		step := stepRow{Name: ofWhom(set, r.Rule.Set, r.About), Formula: r.Rule.As, Value: "不知道", Law: r.Rule.Law}
		if r.Known {
			step.Value = withUnit(r.Shown(), r.Rule.Unit)
		}
		v.Steps = append(v.Steps, step)
	}
	return v
}

func conditionOf(r rule.Result, set *fact.Set) web.ConditionView {
	v := web.ConditionView{Title: r.Rule.Why, Law: r.Rule.Law, Tone: web.Wait, Result: "还不知道"}
	switch {
	case r.Holds():
		v.Tone, v.Result = web.OK, "符合"
	case r.Fails():
		v.Tone, v.Result = web.Bad, "不符合"
	case r.Broken != "":
		v.Sentence = r.Broken
	default:
		v.Sentence = "缺 " + strings.Join(casework.MissingNames(set, r.Missing), "、") + "。"
	}
	for _, u := range r.Used {
		row := web.FactRow{Label: ofWhom(set, u.Name, u.About), Value: "不知道"}
		if u.Known {
			row.Value = u.Shown()
		}
		if u.Set != "" {
			row.Note = "依据 " + u.Set
		}
		v.Calc = append(v.Calc, row)
	}
	return v
}

// moved are the standards of which the rules now read another value than those
// that the amount was decided by.
func moved(then, now rule.Judgement) []web.FactRow {
	was := standards(then)
	var rows []web.FactRow
	for _, u := range inOrder(now) {
		old, ok := was[u.Name]
		if !ok || old.Value == u.Value && old.Set == u.Set {
			continue
		}
		rows = append(rows, web.FactRow{Label: u.Name, Value: old.Shown() + " 改为 " + u.Shown(), Note: "依据 " + u.Set})
	}
	return rows
}

func standards(j rule.Judgement) map[string]rule.Used {
	all := map[string]rule.Used{}
	for _, u := range inOrder(j) {
		all[u.Name] = u
	}
	return all
}

// inOrder are the standards that a judgement read, each once.
func inOrder(j rule.Judgement) []rule.Used {
	var all []rule.Used
	seen := map[string]bool{}
	for _, r := range j.Results {
		for _, u := range r.Used {
			if u.Set != "" && !seen[u.Name] {
				seen[u.Name] = true
				all = append(all, u)
			}
		}
	}
	return all
}

func ofWhom(set *fact.Set, name, about string) string {
	if who, ok := set.Get("姓名", about); ok && about != "" {
		return who.Word() + "的" + name
	}
	return name
}

// withUnit puts the unit behind a value; the ¥ stands for 元 already.
func withUnit(shown, unit string) string {
	if rest, ok := strings.CutPrefix(unit, "元"); ok && strings.Contains(shown, "¥") {
		return shown + rest
	}
	return strings.TrimSpace(shown + " " + unit)
}
