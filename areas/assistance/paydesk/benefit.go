package paydesk

import (
	"context"
	"net/http"
	"net/url"

	"minzheng/areas/assistance/bank"
	"minzheng/areas/assistance/ledger"
	"minzheng/areas/assistance/payment"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/web"
)

// benefitPage is one recipient with all that was paid.
type benefitPage struct {
	top
	Href, Case     string
	Facts          []web.FactRow
	Rows           []lineRow
	Holds          []holdRow
	Dues           []dueRow
	Tasks          []taskRow
	Clerk, Officer bool
	Fields         map[string]web.Field
}

type holdRow struct {
	ID, Months, Reason, Who string
	Lasts                   bool
}

type dueRow struct {
	Kind, Amount, Done, Why, When string
	State                         chip
}

func (p pages) benefit(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.shown(w, r, who, url.Values{}, nil)
}

func (p pages) shown(w http.ResponseWriter, r *http.Request, who auth.Who, typed url.Values, failure error) error {
	b, err := p.Benefit(r.Context(), p.DB, who, r.PathValue("benefit"))
	if err != nil {
		return err
	}
	t, err := p.begun(r, who, b.Name+"　"+b.Title, failure)
	if err != nil {
		return err
	}
	v := benefitPage{top: t, Href: benefitURL(b.ID), Case: "/staff/cases/" + b.Case, Clerk: p.Clerk(who, b.Township), Officer: p.Officer(who, b.Township)}
	v.crumbs(web.Crumb{Label: b.Name})
	if err := p.about(r, b, &v); err != nil {
		return err
	}
	if err := p.recorded(r, who, b, &v, typed); err != nil {
		return err
	}
	v.Fields = p.fields(typed, v.top)
	if err := p.looked(r, who, audit.Entry{Subject: b.Subject(), Person: b.Person, Purpose: "看发放情况"}); err != nil {
		return err
	}
	return web.RenderStatus(w, r, v.status, benefitView(v))
}

// about fills in what the recipient gets, and where it goes.
func (p pages) about(r *http.Request, b payment.Benefit, v *benefitPage) error {
	holder, number, bankName, err := p.AccountOf(r.Context(), p.DB, b)
	if err != nil {
		return err
	}
	now, err := ledger.AmountIn(r.Context(), p.DB, b.ID, payment.MonthOf(calendar.DayOf(p.DB.Now())))
	if err != nil {
		return err
	}
	months := "从" + b.Since.Long() + "起"
	if b.Until != "" {
		months += "，到" + b.Until.Long() + "止"
	}
	account := web.FactRow{Label: "收款账户", Value: "还没有登记"}
	if number != "" {
		account.Value, account.Note = number, "户名 "+holder
		if bankName != "" {
			account.Note += "，" + bankName
		}
	}
	v.Facts = []web.FactRow{{Label: "在哪里", Value: p.place(b.Township)}, {Label: "这个月的金额", Value: fact.Yuan(now)}, {Label: "发放月份", Value: months}, account}
	if c, err := casework.Find(r.Context(), p.DB, casework.ID(b.Case)); err == nil {
		v.Facts = append(v.Facts, web.FactRow{Label: "办件", Value: c.Number, Actions: []web.Action{{Href: v.Case, Label: "看办件"}}})
	}
	return nil
}

// recorded fills in what was paid, suspended and entered.
func (p pages) recorded(r *http.Request, who auth.Who, b payment.Benefit, v *benefitPage, typed url.Values) error {
	ctx := r.Context()
	history, err := p.History(ctx, p.DB, b)
	if err != nil {
		return err
	}
	for _, l := range history {
		row := p.line(payment.Roll{State: payment.Approved}, l)
		row.Href = rollURL(l.Roll)
		v.Rows = append(v.Rows, row)
	}
	holds, err := p.Holds(ctx, p.DB, b)
	if err != nil {
		return err
	}
	this := payment.MonthOf(calendar.DayOf(p.DB.Now()))
	for _, h := range holds {
		row := holdRow{ID: h.ID, Months: "从" + h.Since.Long() + "起", Reason: h.Reason, Who: h.MakerName + "　" + timed(h.At), Lasts: h.Until == "" || h.Until >= this}
		if h.Until != "" {
			row.Months += "，到" + h.Until.Long() + "止"
		}
		v.Holds = append(v.Holds, row)
	}
	dues, err := p.Dues(ctx, p.DB, b)
	if err != nil {
		return err
	}
	for _, d := range dues {
		v.Dues = append(v.Dues, due(d))
	}
	tasks, err := p.TasksOf(ctx, p.DB, b)
	if err != nil {
		return err
	}
	for _, one := range tasks {
		row := p.task(one, who, typed)
		if !one.DoneAt.IsZero() {
			row.May, row.What = false, one.What+"　"+one.DoneName+"："+one.How
			row.Kind = chip{web.OK, "check", "办完了"}
		}
		v.Tasks = append(v.Tasks, row)
	}
	return nil
}

func due(d ledger.Due) dueRow {
	row := dueRow{Kind: payment.KindWord(d.Kind), Amount: fact.Yuan(d.Amount), Done: fact.Yuan(d.Settled), Why: d.Why, When: timed(d.Made), State: chip{web.Wait, "clock", "还没结清"}}
	switch d.State {
	case ledger.Settled:
		row.State = chip{web.OK, "check", "结清了"}
	case ledger.Waived:
		row.State = chip{web.Mute, "minus", "不扣回"}
	}
	return row
}

func (p pages) fields(typed url.Values, t top) map[string]web.Field {
	all := map[string]web.Field{}
	months := p.months()
	later := []web.Option{{Value: "", Label: "一直到恢复"}}
	var next []web.Option
	for i := range 12 {
		m := payment.MonthOf(calendar.DayOf(p.DB.Now())).Add(i)
		next, later = append(next, web.Option{Value: string(m), Label: m.Long()}), append(later, web.Option{Value: string(m), Label: m.Long()})
	}
	for _, f := range []web.Field{
		{Name: "holder", Label: "户名", Hint: "照着卡或者存折写。", MaxLength: 60},
		{Name: "number", Label: "账号", Hint: "看着卡或者存折抄，12 到 19 位。", MaxLength: 30, InputMode: "numeric", Autocomplete: "off"},
		{Name: "bank", Label: "开户行", Optional: true, MaxLength: 60},
		{Name: "since", Label: "从哪个月起暂停", Options: next},
		{Name: "until", Label: "到哪个月止", Options: later},
		{Name: "reason", Label: "为什么暂停", Hint: "本人看得到，写得明白、客气。", MaxLength: 200},
		{Name: "kind", Label: "补发还是扣回", Options: []web.Option{{Value: string(ledger.Arrears), Label: "补发", Hint: "以前少发的，下一份名册里补"}, {Value: string(ledger.Over), Label: "扣回", Hint: "和本人商量好的，每个月扣一部分"}}},
		{Name: "month", Label: "是哪个月的", Options: months},
		{Name: "amount", Label: "一共多少", Unit: "元", MaxLength: 14},
		{Name: "why", Label: "原因", Hint: "扣回的写明和本人怎么商量的。", MaxLength: 200},
	} {
		all[f.Name] = field(f, typed.Get, t.Problems)
	}
	return all
}

// change does what the reader pressed on a recipient's page.
func (p pages) change(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	id, said := r.PathValue("benefit"), ""
	err = p.do(r, func(ctx context.Context, tx *db.Tx) error {
		switch r.PathValue("verb") {
		case "account":
			said = "账户登记好了。没到账的，下一份名册里重发。"
			return p.SetAccount(ctx, tx, who, id, payment.NewAccount{Holder: sent.Get("holder"), Number: sent.Get("number"), Bank: sent.Get("bank")})
		case "suspend":
			said = "已经暂停。"
			return p.Suspend(ctx, tx, who, id, payment.Hold{Since: payment.Month(sent.Get("since")), Until: payment.Month(sent.Get("until")), Reason: sent.Get("reason")})
		case "resume":
			said = "已经恢复，从这个月起照常发。"
			return p.Resume(ctx, tx, who, id, sent.Get("hold"))
		case "enter":
			said = "记下了，下一份名册里执行。"
			fen, _ := bank.ParseAmount(sent.Get("amount"))
			return p.Enter(ctx, tx, who, id, payment.Entry{Kind: ledger.Kind(sent.Get("kind")), Month: payment.Month(sent.Get("month")), Amount: fen, Why: sent.Get("why")})
		}
		return errNoPage()
	})
	if err != nil {
		return p.shown(w, r, who, sent, err)
	}
	return p.said(w, r, said, benefitURL(id))
}
