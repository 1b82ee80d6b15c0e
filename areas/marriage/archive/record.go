package archive

import (
	"context"
	"net/http"
	"strconv"

	"minzheng/areas/marriage/register"
	"minzheng/areas/marriage/seat"
	"minzheng/kernel/audit"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/secret"
	"minzheng/kernel/web"
)

// recordPage is one certificate with what belongs to it.
type recordPage struct {
	seat.Top
	ID      string
	Paper   paper
	State   seat.Chip
	Old     bool
	Others  []row // about the same marriage
	Notes   []noteView
	Again   bool   // may be reissued
	Judge   bool   // a judgment can be noted
	Divorce string // where a divorce is applied for; "" is nowhere
	Remark  string
	By      string
}

// paper is what is printed.
type paper struct {
	Title, Number, Office, Day, Code, QR, Address string
	Parties                                       [2]web.FactRow
	Sample                                        bool // 示例
}

type noteView struct{ Title, Text, When string }

func itoa(n int) string { return strconv.Itoa(n) }

func (p pages) record(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	return p.shown(w, r, v, nil)
}

func (p pages) shown(w http.ResponseWriter, r *http.Request, v seat.Visitor, failure error) error {
	rec, err := p.Find(r.Context(), p.Desk.DB, r.PathValue("record"))
	if err != nil {
		return err
	}
	t, err := p.Top(r, v, rec.Kind.Title()+"　"+rec.Number, failure)
	if err != nil {
		return err
	}
	out := recordPage{Top: t, ID: rec.ID, State: chip(rec), Old: rec.Old, Remark: rec.Remark, By: rec.By}
	out.Crumbs(web.Crumb{Href: home, Label: "档案"}, web.Crumb{Label: rec.Kind.Title()})
	out.Again = rec.Kind == register.Marriage && rec.State == register.Live || rec.Kind == register.Divorce
	out.Judge = rec.Kind == register.Marriage && rec.State == register.Live
	if out.Judge {
		out.Divorce = seat.Home + "/apply/" + rec.ID
	}
	if out.Paper, err = p.paper(rec, t.Page.Demo); err != nil {
		return err
	}
	if err := p.beside(r.Context(), rec, &out); err != nil {
		return err
	}
	if err := p.Looked(r, v, audit.Entry{Subject: rec.Subject(), Purpose: "看婚姻登记档案"}); err != nil {
		return err
	}
	return web.RenderStatus(w, r, t.Status, recordView(out))
}

func (p pages) paper(rec register.Record, sample bool) (paper, error) {
	out := paper{Title: rec.Kind.Title(), Number: rec.Number, Office: p.office(rec.Office), Day: rec.Day.Long(), Code: rec.Code,
		Address: p.Desk.Office.BaseURL + verifyURL(rec.Code), Sample: sample}
	for i, one := range rec.Parties {
		out.Parties[i] = web.FactRow{Label: one.Name, Value: one.Sex + "，" + one.Birth.Long(), Note: one.Number}
	}
	var err error
	out.QR, err = qr(out.Address)
	return out, err
}

// beside fills in what else there is about the marriage.
func (p pages) beside(ctx context.Context, rec register.Record, out *recordPage) error {
	all, err := p.About(ctx, p.Desk.DB, rec.About)
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.ID != rec.ID {
			out.Others = append(out.Others, row{recordURL(one.ID), one.Number, one.Kind.Title(), one.Day.Long(), chip(one)})
		}
		notes, err := p.Notes(ctx, p.Desk.DB, one.ID)
		if err != nil {
			return err
		}
		for _, n := range notes {
			out.Notes = append(out.Notes, noteView{n.Title(), n.Body + " " + n.Number + " " + n.Says, seat.Clock(n.At) + " " + n.By})
		}
	}
	return nil
}

func (p pages) reissue(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	reason := sent.Get("reason")
	if reason == "" || len([]rune(reason)) > 200 || sent.Get("present") == "" {
		return p.shown(w, r, v, errs.New(errs.Invalid, "请核对本人和身份证，写明为什么补领。"))
	}
	var rec register.Record
	err = p.Do(r, func(ctx context.Context, tx *db.Tx) error {
		if rec, err = p.Reissue(ctx, tx, r.PathValue("record"), v.Clerk, reason); err != nil {
			return err
		}
		return p.wrote(ctx, tx, v, rec.Subject(), "补领"+rec.Kind.Title())
	})
	if err != nil {
		return p.shown(w, r, v, err)
	}
	return p.Said(w, r, "补领办好了，请打印。", recordURL(rec.ID))
}

func (p pages) note(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	id, j := r.PathValue("record"), register.Judgment{Number: sent.Get("paper"), Body: sent.Get("body"), Says: sent.Get("says")}
	do, known := map[string]func(context.Context, *db.Tx, string, register.Judgment, register.Clerk) error{
		"void": p.Annul, "ended": p.Dissolve, "corrected": p.Correct}[sent.Get("kind")]
	if !known {
		return p.shown(w, r, v, errs.New(errs.Invalid, "请选要注明什么。"))
	}
	err = p.Do(r, func(ctx context.Context, tx *db.Tx) error {
		if err := do(ctx, tx, id, j, v.Clerk); err != nil {
			return err
		}
		return p.wrote(ctx, tx, v, "marriage/"+id, "在档案上注明")
	})
	if err != nil {
		return p.shown(w, r, v, err)
	}
	return p.Said(w, r, "注明好了。原来的记录没有改。", recordURL(id))
}

func (p pages) wrote(ctx context.Context, tx *db.Tx, v seat.Visitor, subject, what string) error {
	return p.Desk.Audit.Record(ctx, tx, audit.Entry{Actor: v.Clerk.ID, ActorName: v.Clerk.Name, Role: seat.Role, Verb: audit.Act, Subject: subject, Purpose: what})
}

// Mine returns somebody's own records, for their own page.
func Mine(ctx context.Context, g *register.Register, r db.Reader, number string) ([]web.FactRow, error) {
	all, err := g.Of(ctx, r, number)
	var rows []web.FactRow
	for _, one := range all {
		with := one.Parties[0]
		if with.Number == number {
			with = one.Parties[1]
		}
		rows = append(rows, web.FactRow{Label: one.Kind.Title(), Value: one.Number, Note: one.Day.Long() + "，和" + secret.MaskName(with.Name) + "，" + chip(one).Text})
	}
	return rows, err
}
