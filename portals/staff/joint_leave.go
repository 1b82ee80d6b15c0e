package staff

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

// leaveView says who is away, and lets the reader say so.
type leaveView struct {
	Away                        []awayRow
	Who, From, Until, To, Words web.Field
	Open                        bool
}

type awayRow struct{ Name, When, Account string }

// underneath are the reader and those whose work they look after.
func (p *Portal) underneath(ctx context.Context, who auth.Who) ([]auth.Account, error) {
	var places []string
	for _, g := range who.Grants {
		places = append(places, g.Region)
		for _, one := range p.Desk.Places.Children(region.Code(g.Region)) {
			if one.Code.Level() == region.OfTownship {
				places = append(places, string(one.Code))
			}
		}
	}
	all, err := auth.StaffAt(ctx, p.Desk.DB, places)
	return slices.DeleteFunc(all, func(a auth.Account) bool { return !p.Joint.MaySend(who, a) }), err
}

const (
	keepWork  = "keep"
	shareWork = "share"
)

func (p *Portal) leaveView(ctx context.Context, who auth.Who, t typed, today calendar.Day) (*leaveView, error) {
	staff, err := p.underneath(ctx, who)
	if err != nil || len(staff) == 0 {
		return nil, err
	}
	away, err := casework.Absences(ctx, p.Desk.DB, today)
	if err != nil {
		return nil, err
	}
	field := func(name, label string) web.Field {
		return web.Field{Name: "leave." + name, Label: label, Value: t.value("leave", name), Problem: t.problem("leave", name)}
	}
	v := &leaveView{Open: t.is("leave"), Who: field("who", "谁"), From: field("from", "从哪天起"), Until: field("until", "到哪天为止"), To: field("to", "手上在办的怎么办"), Words: field("reason", "说明")}
	v.Words.Optional, v.Words.MaxLength, v.From.Min, v.Until.Min = true, 2000, "", today.String()
	v.To.Options = []web.Option{{Value: keepWork, Label: "先留着，不转"}, {Value: shareWork, Label: "公平分给同单位同岗位的同事"}}
	if v.Who.Value == "" {
		v.Who.Value = who.Account
	}
	for _, a := range staff {
		label := a.Name
		if len(a.Grants) > 0 {
			label += "（" + p.Joint.SeatTitle(casework.Seat{Role: a.Grants[0].Role, Office: a.Grants[0].Region}) + "）"
		}
		if a.ID == who.Account {
			label = a.Name + "（您）"
		}
		v.Who.Options = append(v.Who.Options, web.Option{Value: a.ID, Label: label})
		if one, ok := away[a.ID]; ok {
			v.Away = append(v.Away, awayRow{a.Name, dated(one.From, today) + " 到 " + dated(one.Until, today), a.ID})
		}
	}
	return v, p.mates(ctx, who, staff, v)
}

// mates offers whom all work can be given to: those of the same offices.
func (p *Portal) mates(ctx context.Context, who auth.Who, staff []auth.Account, v *leaveView) error {
	var grants []auth.Grant
	for _, a := range staff {
		grants = append(grants, a.Grants...)
	}
	var places []string
	for _, g := range grants {
		places = append(places, g.Region)
	}
	all, err := auth.StaffAt(ctx, p.Desk.DB, places)
	if err != nil {
		return err
	}
	for _, a := range all {
		if slices.ContainsFunc(a.Grants, func(g auth.Grant) bool { return slices.Contains(grants, g) }) {
			v.To.Options = append(v.To.Options, web.Option{Value: a.ID, Label: "都给" + a.Name})
		}
	}
	return nil
}

// leave says that somebody is away.
func (p *Portal) leave(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	t := typed{key: "leave", values: under(sent, "leave")}
	by := casework.Actor{ID: who.Account, Name: who.Name}
	if len(who.Grants) > 0 {
		by.Role = who.Grants[0].Role
	}
	a := casework.Absence{Account: t.values.Get("who"), By: by}
	a.From, _ = calendar.Parse(strings.TrimSpace(t.values.Get("from")))
	a.Until, _ = calendar.Parse(strings.TrimSpace(t.values.Get("until")))
	var hand *casework.Leaving
	if to := t.values.Get("to"); to != keepWork {
		hand = &casework.Leaving{To: to, Reason: strings.TrimSpace(t.values.Get("reason")), Who: by}
		if to == shareWork {
			hand.To = ""
		}
	}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Joint.Leave(r.Context(), tx, who, a, hand) })
	var problems errs.Problems
	if errors.As(err, &problems) {
		return p.jointShown(w, r, who, t.with(problems))
	}
	if err != nil {
		return err
	}
	said := "记下了，这几天不再分新的事。"
	if hand != nil {
		said = "记下了，这几天不再分新的事；手上的正在转给同事。"
	}
	return p.backToJoint(w, r, said)
}

// comeBack says that somebody is back.
func (p *Portal) comeBack(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Joint.Return(r.Context(), tx, who, sent.Get("account")) }); err != nil {
		return err
	}
	return p.backToJoint(w, r, "记下了，从现在起又可以分事情。")
}

func (p *Portal) backToJoint(w http.ResponseWriter, r *http.Request, said string) error {
	p.counts.changed()
	p.Auth.Put(r, "staff", said)
	http.Redirect(w, r, jointURL, http.StatusSeeOther)
	return nil
}
