package recompute

import (
	"context"
	"errors"
	"net/http"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/web"
)

// familyPage explains one family's line month by month.
type familyPage struct {
	Page     web.Page
	Flash    string
	Notice   string
	Problems errs.Problems
	Href     string
	Case     string // address of the case
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
	Moved      []web.FactRow // standards that differ from those of what the family had
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
	v.Href, v.Case, v.Kind, v.Excluded = familyURL(run.ID, l.Benefit), "/staff/cases/"+string(c.ID), l.Kind.chip(), l.Excluded
	v.MayEdit = run.State == Ready && p.May(who, run.Region)
	v.Facts, v.Months = p.familyFacts(run, l, c), monthRows(run, l)
	v.Told = p.message(run, l, accounts[l.Benefit])
	if err := p.reasons(ctx, run, l, accounts[l.Benefit], &v); err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, familyView(v))
}

// message is what the family is told, or will be.
func (p pages) message(run Run, l Line, a ledger.Account) string {
	switch l.State {
	case Pending:
		return told(run, outcome(run, l, a), p.desk.Office.Phone)
	case Written:
		return told(run, done(run, l, a), p.desk.Office.Phone)
	}
	return ""
}

// looked records that the reader has seen what the family's case says.
func (p pages) looked(ctx context.Context, who auth.Who, run Run, c casework.Case) error {
	return p.desk.Audit.RecordNow(ctx, audit.Entry{Actor: who.Account, ActorName: who.Name, Role: p.role(who, run.Region), Verb: audit.View,
		Subject: c.Subject(), Person: string(c.Applicant), Purpose: "查看" + run.Short + "重算", Detail: map[string]string{"run": run.ID}})
}

func (p pages) familyFacts(run Run, l Line, c casework.Case) []web.FactRow {
	rows := []web.FactRow{{Label: "受理号", Value: c.Number},
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
