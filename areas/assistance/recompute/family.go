package recompute

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
	"minzheng/kernel/web"
)

// familyPage explains one family's line month by month.
type familyPage struct {
	Page     web.Page
	Flash    string
	Notice   string
	Problems errs.Problems
	Href     string
	Kind     chip
	Facts    []web.FactRow
	Months   []monthRow
	Missing  []string // what nobody said
	Told     string   // the message that the family will get, or has got
	Reasons  []reasonView
	Excluded string
	MayEdit  bool
	Typed    string
}

// monthRow is one month of the family.
type monthRow struct{ Month, Had, Due, Diff, Note string }

// reasonView is how the rules come to the amount of some months.
type reasonView struct {
	Months     string
	Amount     string
	Moved      []web.FactRow // standards that differ from those of the decision
	Conditions []web.ConditionView
	Steps      []stepRow
	Open       bool
}

type stepRow struct{ Name, Formula, Value, Law string }

func (p pages) family(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.explained(w, r, who, familyPage{Flash: p.door.Auth.Take(r, "recompute")}, http.StatusOK)
}

func (p pages) explained(w http.ResponseWriter, r *http.Request, who auth.Who, v familyPage, status int) error {
	ctx := r.Context()
	run, err := p.Find(ctx, p.desk.DB, who, r.PathValue("run"))
	if err != nil {
		return err
	}
	l, err := p.Line(ctx, p.desk.DB, run.ID, r.PathValue("benefit"))
	if err != nil {
		return err
	}
	c, err := casework.Find(ctx, p.desk.DB, l.Case)
	if err != nil {
		return err
	}
	accounts, err := ledger.Accounts(ctx, p.desk.DB, []string{l.Benefit})
	if err != nil {
		return err
	}
	if err := p.looked(ctx, who, run, c); err != nil {
		return err
	}
	if v.Page, err = p.door.Page(r, who, c.Name+"家的重算", home); err != nil {
		return err
	}
	v.Page.Crumbs = []web.Crumb{{Href: home, Label: "重算"}, {Href: runURL(run.ID), Label: run.Title}, {Label: c.Number}}
	v.Href, v.Kind, v.Excluded = familyURL(run.ID, l.Benefit), l.Kind.chip(), l.Excluded
	v.MayEdit = run.State == Ready && p.May(who, run.Region)
	v.Facts, v.Months = p.familyFacts(run, l, c), monthRows(run, l)
	v.Told = told(run, outcome(run, l, accounts[l.Benefit]), p.desk.Office.Phone)
	if l.State != Pending && l.State != Written {
		v.Told = ""
	}
	if err := p.reasons(ctx, run, l, accounts[l.Benefit], &v); err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, familyView(v))
}

// looked records that the reader has seen what the family's case says.
func (p pages) looked(ctx context.Context, who auth.Who, run Run, c casework.Case) error {
	return p.desk.Audit.RecordNow(ctx, audit.Entry{Actor: who.Account, ActorName: who.Name, Role: p.role(who, run.Region), Verb: audit.View,
		Subject: c.Subject(), Person: string(c.Applicant), Purpose: "查看" + run.Short + "重算", Detail: map[string]string{"run": run.ID}})
}

func (p pages) familyFacts(run Run, l Line, c casework.Case) []web.FactRow {
	rows := []web.FactRow{{Label: "受理号", Value: c.Number, Actions: []web.Action{{Href: "/staff/cases/" + string(c.ID), Label: "看办件"}}},
		{Label: "在哪里", Value: p.desk.Where(l.Region)}}
	if l.Kind != Unknown {
		rows = append(rows, web.FactRow{Label: "补发", Value: fact.Yuan(l.Arrears)}, web.FactRow{Label: "多发", Value: fact.Yuan(l.Over)})
	}
	if !l.GoesOn {
		return append(rows, web.FactRow{Label: run.Next().Long() + "起", Value: "已经停发"})
	}
	rows = append(rows, web.FactRow{Label: "现在每月", Value: fact.Yuan(l.Now)})
	if l.Kind == Unknown {
		return rows
	}
	next := web.FactRow{Label: run.Next().Long() + "起", Value: fact.Yuan(l.Next)}
	switch {
	case l.Stops():
		next.Note = "按新标准不再符合。这里不会停发，请另行复核"
	case l.Less() > 0:
		next.Note = "比现在少。确认的人写明怎么听取了意见，才会调减"
	}
	return append(rows, next)
}

func monthRows(run Run, l Line) []monthRow {
	var rows []monthRow
	for _, one := range l.Months {
		row := monthRow{Month: one.Month.Long(), Had: fact.Yuan(one.Had), Due: "算不出"}
		if one.Known {
			row.Due, row.Diff = fact.Yuan(one.Due), "不变"
			switch {
			case one.Arrears() > 0:
				row.Diff = "补 " + fact.Yuan(one.Arrears())
			case one.Over() > 0:
				row.Diff = "多 " + fact.Yuan(one.Over())
			}
		}
		if one.Waived > 0 {
			row.Note = "其中 " + fact.Yuan(one.Waived) + " 以前定了不用退"
		}
		rows = append(rows, row)
	}
	return rows
}

// reasons works the family out again, month by month, with all steps.
func (p pages) reasons(ctx context.Context, run Run, l Line, a ledger.Account, v *familyPage) error {
	sets, err := p.facts(ctx, []ledger.Account{a})
	if err != nil {
		return err
	}
	set := sets[l.Case]
	now, err := p.desk.Services().Version(ctx, p.desk.DB, run.Version)
	if err != nil {
		return err
	}
	then, err := p.desk.Services().Version(ctx, p.desk.DB, a.Version)
	if err != nil {
		then = nil // what it was decided by cannot be read any more: the new reasons still can
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

// exclude leaves a family out, or takes it in again.
func (p pages) exclude(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	run, benefit, out := r.PathValue("run"), r.PathValue("benefit"), sent.Get("out") == "1"
	err = p.desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		return p.Exclude(r.Context(), tx, who, run, benefit, sent.Get("reason"), out)
	})
	var problems errs.Problems
	switch {
	case errors.As(err, &problems):
		return p.explained(w, r, who, familyPage{Problems: problems, Typed: sent.Get("reason")}, http.StatusUnprocessableEntity)
	case errs.Is(err, errs.Conflict):
		return p.explained(w, r, who, familyPage{Notice: errs.Sentence(err)}, http.StatusConflict)
	case err != nil:
		return err
	}
	said := "这一户会照常执行。"
	if out {
		said = "这一户不执行。"
	}
	p.door.Auth.Put(r, "recompute", said)
	http.Redirect(w, r, familyURL(run, benefit), http.StatusSeeOther)
	return nil
}
