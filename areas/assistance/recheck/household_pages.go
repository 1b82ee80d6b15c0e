package recheck

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/web"
)

// householdPage is where a clerk has a family become two, or somebody join one.
type householdPage struct {
	Page     web.Page
	Flash    string
	Notice   string
	Problems errs.Problems
	Number   web.Field
	Title    string // of the benefit; "" before one is chosen
	Post     string
	Who      web.Field
	Why      web.Field
	On       web.Field
	Note     web.Field
	Stays    *Outlook // nil before it was asked what would follow
	Leaves   *Outlook
	Before   string
	Join     []web.Field
	Relation web.Field
	JoinOn   web.Field
	JoinNote web.Field
}

func (p pages) household(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.householdShown(w, r, who, r.URL.Query(), householdPage{}, nil)
}

// householdShown shows the page, with what was typed and what is wrong.
func (p pages) householdShown(w http.ResponseWriter, r *http.Request, who auth.Who, sent url.Values, v householdPage, failure error) error {
	if !who.Holds(clerk) {
		return errs.New(errs.Forbidden, "分户、并户由乡镇（街道）经办人办理。")
	}
	status := http.StatusOK
	switch {
	case errors.As(failure, &v.Problems):
		status = http.StatusUnprocessableEntity
	case errs.Is(failure, errs.Conflict):
		v.Notice, status = errs.Sentence(failure), http.StatusConflict
	case failure != nil:
		return failure
	}
	var err error
	if v.Page, err = p.door.Page(r, who, "分户、并户", home); err != nil {
		return err
	}
	v.Page.Crumbs = []web.Crumb{{Href: home, Label: "复核"}, {Label: "分户、并户"}}
	number := strings.TrimSpace(sent.Get("number"))
	v.Number = web.Field{Name: "number", Label: "受理号", Hint: "领待遇的那一件的，例如 390121-2026-000001", Value: number, MaxLength: 40, Autocomplete: "off", Problem: v.Problems.Of("number")}
	if number != "" {
		benefit, err := p.benefitAt(r.Context(), who, number)
		if errs.Is(err, errs.NotFound) {
			v.Problems.Add("number", errs.Sentence(err))
			v.Number.Problem, status = errs.Sentence(err), http.StatusUnprocessableEntity
		} else if err != nil {
			return err
		} else if err := p.householdFields(r.Context(), benefit, sent, &v); err != nil {
			return err
		}
	}
	return web.RenderStatus(w, r, status, householdView(v))
}

// benefitAt is the benefit that a case within the clerk's places is about.
func (p pages) benefitAt(ctx context.Context, who auth.Who, number string) (string, error) {
	c, err := casework.ByNumber(ctx, p.desk.DB, number)
	if err != nil || !who.Covers(clerk, c.Region, p.within) {
		return "", errs.New(errs.NotFound, "没有找到这个受理号。在“查办件”里按姓名查，抄申请或复核的受理号。")
	}
	return BenefitOf(ctx, p.desk.DB, c.ID)
}

func (p pages) householdFields(ctx context.Context, benefit string, sent url.Values, v *householdPage) error {
	f, err := p.standing(ctx, p.desk.DB, benefit)
	if err != nil {
		return err
	}
	today := calendar.DayOf(p.desk.DB.Now())
	before, err := p.now(ctx, p.desk.DB, f.b, today)
	if err != nil {
		return err
	}
	v.Title, v.Post, v.Before = f.b.Title+"　"+f.c.Name+"家", home+"/household", fact.Yuan(before)+"/月"
	field := func(name, label, hint string) web.Field {
		return web.Field{Name: name, Label: label, Hint: hint, Value: sent.Get(name), Problem: v.Problems.Of(name), MaxLength: 500, Autocomplete: "off"}
	}
	v.Who, v.Why, v.On, v.Note = field("who", "谁分出去", ""), field("why", "为什么分开", "离婚的，跟着走的未成年孩子算在另一方。"), field("on", "从哪天起", ""), field("note", "怎么知道的", "例如看了离婚证、户口本，入户看过。")
	v.Who.Several, v.On.Max = true, today.String()
	for _, m := range f.members {
		if m.Key != casework.Applicant && lives(f.facts, m.Key) {
			v.Who.Options = append(v.Who.Options, web.Option{Value: m.Key, Label: m.Name + "（" + m.Relation + "）", Checked: slices.Contains(sent["who"], m.Key)})
		}
	}
	for _, word := range partings() {
		v.Why.Options = append(v.Why.Options, web.Option{Value: word, Label: word})
	}
	v.Join = []web.Field{field("name", "姓名", "和身份证上一样"), field("id", "身份证号", "18 位；孩子的在户口本上")}
	v.Relation, v.JoinOn, v.JoinNote = field("relation", "是申请人的什么人", ""), field("joinon", "从哪天起", ""), field("joinnote", "怎么知道的", "")
	v.JoinOn.Max = today.String()
	if f.s.Household != nil {
		v.Relation.Options = []web.Option{{Label: "请选一项"}}
		for _, word := range f.s.Household.Relations {
			v.Relation.Options = append(v.Relation.Options, web.Option{Value: word, Label: word})
		}
	}
	return nil
}

// householdDone shows what would follow from a parting, or does what was asked.
func (p pages) householdDone(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	if !who.Holds(clerk) {
		return p.householdShown(w, r, who, sent, householdPage{}, nil)
	}
	benefit, err := p.benefitAt(r.Context(), who, strings.TrimSpace(sent.Get("number")))
	if errs.Is(err, errs.NotFound) {
		return p.householdShown(w, r, who, sent, householdPage{}, nil)
	}
	if err != nil {
		return err
	}
	part := Parting{Benefit: benefit, Who: sent["who"], Why: sent.Get("why"), On: dayOf(sent.Get("on")), Note: strings.TrimSpace(sent.Get("note")), By: actor(who, clerk)}
	var c casework.Case
	switch sent.Get("do") {
	case "part":
		err = p.desk.DB.Do(r.Context(), func(tx *db.Tx) (err error) { c, err = p.Part(r.Context(), tx, part); return err })
	case "join":
		c, err = p.joined(r.Context(), benefit, sent, actor(who, clerk))
	default:
		stays, leaves, err := p.Foresee(r.Context(), p.desk.DB, part)
		if err != nil {
			return p.householdShown(w, r, who, sent, householdPage{}, err)
		}
		return p.householdShown(w, r, who, sent, householdPage{Stays: &stays, Leaves: &leaves}, nil)
	}
	if err != nil {
		return p.householdShown(w, r, who, sent, householdPage{}, err)
	}
	http.Redirect(w, r, "/staff/cases/"+string(c.ID), http.StatusSeeOther)
	return nil
}

func dayOf(s string) calendar.Day {
	d, _ := calendar.Parse(strings.TrimSpace(s)) // what is no day is 0, and refused as such
	return d
}

func (p pages) joined(ctx context.Context, benefit string, sent url.Values, by casework.Actor) (c casework.Case, err error) {
	var wrong errs.Problems
	now := p.desk.DB.Now()
	j := Joining{Benefit: benefit, On: dayOf(sent.Get("joinon")), Note: strings.TrimSpace(sent.Get("joinnote")), By: by}
	j.Member = casework.Member{Name: form.Tidy("name", sent.Get("name")), Number: form.Tidy("number", sent.Get("id")), Relation: sent.Get("relation")}
	f, err := p.standing(ctx, p.desk.DB, benefit)
	if err != nil {
		return c, err
	}
	if s := form.CheckText("name", "姓名", j.Member.Name, now); s != "" {
		wrong.Add("name", s)
	}
	if s := form.CheckNumber(j.Member.Number, now); s != "" {
		wrong.Add("id", s)
	} else if slices.ContainsFunc(f.members, func(m casework.Member) bool { return m.Number == j.Member.Number }) {
		wrong.Add("id", "这个人已经在这一户里了。")
	}
	if f.s.Household == nil || !slices.Contains(f.s.Household.Relations, j.Member.Relation) {
		wrong.Add("relation", "请选是申请人的什么人。")
	}
	if j.On == 0 || j.On > calendar.DayOf(now) {
		wrong.Add("joinon", "请写哪一天，不能晚于今天。")
	}
	if n := len([]rune(j.Note)); n < 2 || n > 500 {
		wrong.Add("joinnote", "请写明怎么知道的，最多 500 个字。")
	}
	if len(wrong) > 0 {
		return c, wrong
	}
	born, _ := form.Born(j.Member.Number)
	if j.Member.Birth = calendar.Date(born.Year(), int(born.Month()), born.Day()); j.Member.Age(calendar.DayOf(now)) < f.s.Consent.From {
		j.Member.Consented, j.Member.ConsentBy = now, "guardian"
	}
	err = p.desk.DB.Do(ctx, func(tx *db.Tx) (err error) { c, _, err = p.Join(ctx, tx, j); return err })
	return c, err
}

// said is an outlook for readers.
func (o Outlook) said() string {
	switch {
	case !o.Known:
		return "还下不了结论，缺：" + strings.Join(o.Lacks, "、") + "。"
	case !o.Holds:
		return "不再符合条件。"
	}
	return "符合，每月 " + fact.Yuan(o.Amount) + "。"
}
