package paydesk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"minzheng/areas/assistance/payment"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/web"
)

// rollPage is one roll with its totals and some of its lines.
type rollPage struct {
	top
	Href               string
	Making             string // how far the making is
	Month              string
	Earlier            int // who receive from before the first roll
	State              chip
	KPIs               []web.KPIView
	Totals             []totalRow
	Sum                totalRow
	Rows               []lineRow
	Query              url.Values
	Show               web.Field
	Next               string
	Notes              []noteRow
	Past               []web.TimelineStep
	Exports            []exportRow
	Imports            []importRow
	Approve, Own       bool
	Officer, MayObject bool
	Approved           bool
	Mark               string
	Townships          []web.Option
	typed              url.Values
}

type totalRow struct {
	Href, Place            string
	Lines, Amount, Arrears string
	Taken, Held, Missing   string
	Paid, Failed           string
}

type lineRow struct {
	Href, Name, Place, Month, Account string
	Amount, Parts                     string
	State                             chip
	Note                              string
}

type noteRow struct {
	ID, Place, Who, When, Text string
	Answer, AnswerBy           string
	Field                      web.Field
}

type exportRow struct{ When, Who, What, Why string }

type importRow struct {
	Href, When, Who, Name, What string
	State                       chip
}

const linesOnPage = 50

func (p pages) roll(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.rolled(w, r, who, url.Values{}, nil)
}

func (p pages) rolled(w http.ResponseWriter, r *http.Request, who auth.Who, typed url.Values, failure error) error {
	o, err := p.Find(r.Context(), p.DB, who, r.PathValue("roll"))
	if err != nil {
		return err
	}
	t, err := p.begun(r, who, o.Month.Long()+o.Title, failure)
	if err != nil {
		return err
	}
	v := rollPage{top: t, Href: rollURL(o.ID), Month: o.Month.Long(), State: stateOf(o), Query: r.URL.Query(), Officer: p.Officer(who, o.County), Approved: o.State == payment.Approved, Mark: o.Mark(), typed: typed}
	v.crumbs(web.Crumb{Label: o.Month.Long() + o.Title})
	v.Own = v.Officer && o.Open() && o.Maker == who.Account
	v.Approve = v.Officer && o.State == payment.Made && o.Maker != who.Account
	v.MayObject = o.Open() && !v.Officer && (who.Holds("township-clerk") || who.Holds("township-head"))
	if o.State == payment.Making {
		v.Making = fmt.Sprintf("已经算了 %d 人，共 %d 人", o.Seen, o.Expected)
		w.Header().Set("Refresh", "2; url="+v.Href)
	}
	v.Past = past(o)
	if v.Earlier, err = p.Earlier(r.Context(), p.DB, o); err != nil {
		return err
	}
	if err := p.sums(r, who, o, &v); err != nil {
		return err
	}
	if err := p.lines(r, who, o, &v); err != nil {
		return err
	}
	if err := p.papers(r, who, o, &v); err != nil {
		return err
	}
	return web.RenderStatus(w, r, v.status, rollView(v))
}

// sums fills in the totals by township.
func (p pages) sums(r *http.Request, who auth.Who, o payment.Roll, v *rollPage) error {
	all, err := p.Totals(r.Context(), p.DB, who, o)
	if err != nil {
		return err
	}
	var sum payment.Total
	for _, t := range all {
		row := p.total(t)
		row.Href, row.Place = v.Href+"?township="+t.Township+"#lines", p.place(t.Township)
		v.Totals = append(v.Totals, row)
		v.Townships = append(v.Townships, web.Option{Value: t.Township, Label: p.place(t.Township)})
		sum.Add(t)
	}
	v.Sum = p.total(sum)
	v.KPIs = []web.KPIView{{Label: "合计", Value: fact.Yuan(sum.Amount)}, {Label: "笔数", Value: itoa(sum.Lines - sum.Held), Unit: "笔"}}
	if o.State == payment.Approved {
		left := sum.Lines - sum.Held - sum.Paid - sum.Failed
		v.KPIs = append(v.KPIs, web.KPIView{Label: "已到账", Value: itoa(sum.Paid), Unit: "笔", Tone: web.OK}, web.KPIView{Label: "没到账", Value: itoa(sum.Failed), Unit: "笔", Tone: toneOf(sum.Failed, web.Bad)},
			web.KPIView{Label: "等银行结果", Value: itoa(left), Unit: "笔", Tone: toneOf(left, web.Wait)})
		return nil
	}
	v.KPIs = append(v.KPIs, web.KPIView{Label: "暂停", Value: itoa(sum.Held), Unit: "人"}, web.KPIView{Label: "没有账户", Value: itoa(sum.Missing), Unit: "人", Tone: toneOf(sum.Missing, web.Wait)})
	return nil
}

func toneOf(n int, tone web.Tone) web.Tone {
	if n == 0 {
		return ""
	}
	return tone
}

func (p pages) total(t payment.Total) totalRow {
	return totalRow{Lines: itoa(t.Lines), Amount: fact.Yuan(t.Amount), Arrears: fact.Yuan(t.Arrears), Taken: fact.Yuan(t.Taken), Held: itoa(t.Held), Missing: itoa(t.Missing),
		Paid: itoa(t.Paid), Failed: itoa(t.Failed)}
}

var shows = []web.Option{{Value: "", Label: "全部"}, {Value: "waiting", Label: "等银行结果"}, {Value: "paid", Label: "已到账"}, {Value: "failed", Label: "没到账"},
	{Value: "changed", Label: "要复核的"}, {Value: "noaccount", Label: "没有账户"}, {Value: "held", Label: "暂停的"}}

// lines fills in one page of lines; that somebody saw them is recorded.
func (p pages) lines(r *http.Request, who auth.Who, o payment.Roll, v *rollPage) error {
	q := v.Query
	after, _ := strconv.Atoi(q.Get("after"))
	f := payment.Filter{Township: q.Get("township"), Name: strings.TrimSpace(q.Get("q")), Show: q.Get("show"), After: max(after, 0), Limit: linesOnPage + 1}
	rows, err := p.Lines(r.Context(), p.DB, who, o, f)
	if err != nil {
		return err
	}
	v.Show = web.Field{Name: "show", Value: f.Show, Options: shows}
	if len(rows) > linesOnPage {
		rows = rows[:linesOnPage]
		next := url.Values{"after": {itoa(rows[len(rows)-1].Seq)}}
		for _, name := range []string{"township", "q", "show"} {
			if q.Get(name) != "" {
				next.Set(name, q.Get(name))
			}
		}
		v.Next = v.Href + "?" + next.Encode() + "#lines"
	}
	for _, l := range rows {
		v.Rows = append(v.Rows, p.line(o, l))
	}
	if len(rows) == 0 {
		return nil
	}
	return p.looked(r, who, audit.Entry{Subject: o.Subject(), Purpose: "看发放名册", Detail: map[string]string{"lines": itoa(len(rows))}})
}

func (p pages) line(o payment.Roll, l payment.Row) lineRow {
	row := lineRow{Href: benefitURL(l.Benefit), Name: l.Name, Place: p.place(l.Township), Month: l.Month.Long(), Account: l.Account(), Amount: fact.Yuan(l.Amount), Note: l.Note}
	var parts []string
	if l.Kind == payment.Late {
		parts = append(parts, "补发漏发的月份")
	}
	if l.Arrears > 0 {
		parts = append(parts, "含补发 "+fact.Yuan(l.Arrears))
	}
	if l.Taken > 0 {
		parts = append(parts, "已扣回 "+fact.Yuan(l.Taken))
	}
	row.Parts, row.State = strings.Join(parts, "，"), lineState(o, l)
	if l.Outcome == "failed" {
		row.Note = l.Reason
	}
	return row
}

func lineState(o payment.Roll, l payment.Row) chip {
	switch {
	case l.Kind == payment.Held:
		return chip{web.Mute, "player-pause", "暂停"}
	case l.Outcome == "paid":
		return chip{web.OK, "check", "已到账"}
	case l.Outcome == "failed":
		return chip{web.Bad, "x", "没到账"}
	case l.Tail == "":
		return chip{web.Wait, "credit-card", "没有账户"}
	case o.State == payment.Approved:
		return chip{web.Info, "hourglass", "等银行结果"}
	case l.Kind == payment.Again:
		return chip{web.Info, "refresh", "重发"}
	case l.Found == payment.None:
		return chip{web.Info, "check", "照批准的发"}
	case l.Found == payment.Changed:
		return chip{web.Wait, "alert-triangle", "要复核"}
	case l.Found == payment.Unknown:
		return chip{web.Wait, "question-mark", "缺事实"}
	}
	return chip{web.OK, "check", "算过，一样"}
}

func past(o payment.Roll) []web.TimelineStep {
	steps := []web.TimelineStep{{State: web.Done, Title: o.MakerName + "开始做", Note: timed(o.MadeAt)}}
	if !o.ReadyAt.IsZero() {
		steps = append(steps, web.TimelineStep{State: web.Done, Title: "做好了", Note: timed(o.ReadyAt) + "　用时 " + took(o.ReadyAt.Sub(o.MadeAt))})
	}
	switch o.State {
	case payment.Making:
		return append(steps, web.TimelineStep{State: web.Under, Title: "正在做"})
	case payment.Made:
		return append(steps, web.TimelineStep{State: web.Under, Title: "等另一位审核人审核"})
	}
	last := web.TimelineStep{State: web.Done, Title: o.CheckerName + o.State.Word(), Note: timed(o.CheckedAt)}
	if o.Reason != "" {
		last.Note += "　原因：" + o.Reason
	}
	return append(steps, last)
}

func took(d time.Duration) string {
	if d < time.Minute {
		return itoa(int(d.Seconds())+1) + " 秒"
	}
	return itoa(int(d.Minutes())+1) + " 分钟"
}

// decide does what the reader pressed.
func (p pages) decide(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	id, text := r.PathValue("roll"), ""
	in := func(done string, fn func(ctx context.Context, tx *db.Tx) error) error {
		text = done
		return p.do(r, fn)
	}
	switch r.PathValue("verb") {
	case "approve":
		text = "审核过了，名册不能再改。现在可以导出交给银行。"
		err = p.Approve(r.Context(), who, id, sent.Get("seen"))
	case "return":
		err = in("已经退回。", func(ctx context.Context, tx *db.Tx) error { return p.Return(ctx, tx, who, id, sent.Get("reason")) })
	case "drop":
		err = in("已经撤回，可以重新做。", func(ctx context.Context, tx *db.Tx) error { return p.Drop(ctx, tx, who, id) })
	case "note":
		err = in("意见已经提给县民政局。", func(ctx context.Context, tx *db.Tx) error { return p.Object(ctx, tx, who, id, sent.Get("note")) })
	case "answer":
		note := sent.Get("id")
		err = in("答复已经记下。", func(ctx context.Context, tx *db.Tx) error {
			return p.Answer(ctx, tx, who, id, note, sent.Get("answer-"+note))
		})
	default:
		return errNoPage()
	}
	if err != nil {
		return p.rolled(w, r, who, sent, err)
	}
	return p.said(w, r, text, rollURL(id))
}
