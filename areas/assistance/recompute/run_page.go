package recompute

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

// runPage is one run with what it found.
type runPage struct {
	Page     web.Page
	Flash    string
	Notice   string // why what was pressed was not done
	Problems errs.Problems
	Href     string
	State    chip
	Work     *workView
	Failure  string
	Resume   bool
	Lead     string
	Facts    []web.FactRow
	KPIs     []web.KPIView
	Parts    []partRow // townships, then all
	Months   []partRow
	Left     string // what is not executed
	Filters  []filterLink
	Filter   string
	Rows     []lineRow
	Pager    web.PagerView
	Result   []web.FactRow
	Past     []web.TimelineStep
	Export   bool
	Decide   *decideView
}

// workView is how far a job is.
type workView struct {
	Title, Text, Ends string
	Done, Total       string
}

// decideView is what the reader may do with the drafts.
type decideView struct {
	Confirm        bool // by another person than the one who ordered
	Drop           bool
	Blocked        string
	Seen           string
	Will           []string
	Claim, Lower   bool // whether there is anything to claim or to lower
	ClaimF, LowerF web.Field
	ClaimW, LowerW web.Field
}

// partRow is one row of the totals.
type partRow struct{ Name, Households, Arrears, Over, Same, Unknown, Next string }

type filterLink struct {
	Href, Label string
	Current     bool
}

// lineRow is one family in the table.
type lineRow struct {
	Href, Number, Name, Place string
	Kind                      chip
	Arrears, Over, Now, Next  string
	Notes                     []string
}

const rowsShown = 25

func (p pages) show(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	run, err := p.Find(r.Context(), p.desk.DB, who, r.PathValue("run"))
	if err != nil {
		return err
	}
	v := runPage{Flash: p.door.Auth.Take(r, "recompute")}
	if number := r.URL.Query().Get("number"); number != "" {
		to, err := p.numbered(r.Context(), run, number)
		if err == nil {
			http.Redirect(w, r, to, http.StatusSeeOther)
			return nil
		}
		if !errs.Is(err, errs.NotFound) {
			return err
		}
		v.Notice = "这次重算里没有这个受理号。"
	}
	return p.shown(w, r, who, run, v, http.StatusOK)
}

// numbered is the page of the family whose case has a number.
func (p pages) numbered(ctx context.Context, run Run, number string) (string, error) {
	c, err := casework.ByNumber(ctx, p.desk.DB, number)
	if err != nil {
		return "", err
	}
	l, err := p.LineOf(ctx, p.desk.DB, run.ID, c.ID)
	return familyURL(run.ID, l.Benefit), err
}

func (p pages) shown(w http.ResponseWriter, r *http.Request, who auth.Who, run Run, v runPage, status int) error {
	ctx := r.Context()
	var err error
	if v.Page, err = p.door.Page(r, who, "重算："+run.Title, home); err != nil {
		return err
	}
	v.Page.Crumbs = []web.Crumb{{Href: home, Label: "重算"}, {Label: run.Title}}
	v.Href, v.State, v.Facts, v.Past = runURL(run.ID), stateOf(run), p.ordered(run), past(run)
	if run.Failure != "" && run.Working() {
		v.Failure, v.Resume = run.Failure, p.May(who, run.Region)
	}
	if run.Working() {
		v.Work = work(run, p.desk.DB.Now())
		w.Header().Set("Refresh", "3; url="+v.Href) // also without script
	}
	totals, err := p.Totals(ctx, p.desk.DB, run.ID)
	if err != nil {
		return err
	}
	v.KPIs, v.Left = kpis(totals, run), left(totals.Excluded)
	v.Parts, v.Months = p.parts(totals), monthParts(totals)
	if err := p.table(ctx, r.URL.Query(), run, totals, &v); err != nil {
		return err
	}
	if run.State == Confirmed || run.State == Confirming {
		if v.Result, err = p.result(ctx, run); err != nil {
			return err
		}
	}
	v.Export = run.State != Computing
	p.deciding(who, run, totals, &v)
	return web.RenderStatus(w, r, status, runView(v))
}

func work(run Run, now time.Time) *workView {
	v := &workView{Title: "正在算", Done: itoa(run.Done), Total: itoa(max(run.Total, 1)), Text: fmt.Sprintf("已经算了 %d 户，共 %d 户。", run.Done, run.Total)}
	if run.State == Confirming {
		v.Title, v.Text = "正在执行", fmt.Sprintf("已经执行了 %d 户，共 %d 户。", run.Done, run.Total)
	}
	if ends := run.Ends(now); !ends.IsZero() {
		v.Ends = "照现在的快慢，大约 " + timed(ends) + " 做完。"
	}
	return v
}

// ordered is what was ordered.
func (p pages) ordered(run Run) []web.FactRow {
	return []web.FactRow{{Label: "事项", Value: run.Title}, {Label: "在哪里", Value: p.desk.Places.FullName(region.Code(run.Region))},
		{Label: "哪几个月", Value: period(run)}, {Label: "依据文件", Value: run.Document}, {Label: "告诉居民", Value: run.Why + "。"},
		{Label: "规则版本", Value: run.Version[:min(len(run.Version), 12)], Note: "按每月 1 日有效的标准算，用批准时认定的事实"}}
}

func past(run Run) []web.TimelineStep {
	steps := []web.TimelineStep{{State: web.Done, Title: run.OrdererName + "安排重算", Note: timed(run.Ordered)}}
	if !run.Computed.IsZero() {
		steps = append(steps, web.TimelineStep{State: web.Done, Title: "算完了 " + itoa(run.Total) + " 户", Note: timed(run.Computed)})
	}
	switch run.State {
	case Computing:
		steps = append(steps, web.TimelineStep{State: web.Under, Title: "正在算"})
	case Ready:
		steps = append(steps, web.TimelineStep{State: web.Under, Title: "等另一位有权限的人确认"})
	case Dropped:
		steps = append(steps, web.TimelineStep{State: web.Done, Title: run.DeciderName + "作废", Note: timed(run.Decided)})
	default:
		steps = append(steps, web.TimelineStep{State: web.Done, Title: run.DeciderName + "确认", Note: timed(run.Decided)})
	}
	switch run.State {
	case Confirming:
		steps = append(steps, web.TimelineStep{State: web.Under, Title: "正在执行"})
	case Confirmed:
		steps = append(steps, web.TimelineStep{State: web.Done, Title: "执行完了", Note: timed(run.Finished)})
	}
	return steps
}

// result is what confirmation has written so far.
func (p pages) result(ctx context.Context, run Run) ([]web.FactRow, error) {
	owed, err := ledger.OwedBy(ctx, p.desk.DB, run.ID)
	if err != nil {
		return nil, err
	}
	var rows []web.FactRow
	for _, o := range owed {
		label := word(ledger.Due{Kind: o.Kind, State: o.State})
		if o.State == ledger.Settled {
			label += "（已结清）"
		}
		rows = append(rows, web.FactRow{Label: label, Value: counted(o.Households, o.Amount)})
	}
	if len(owed) == 0 {
		rows = append(rows, web.FactRow{Label: "补发", Value: "没有"})
	}
	changed, err := CountLines(ctx, p.desk.DB, run.ID, OfChanged)
	if changed > 0 {
		rows = append(rows, web.FactRow{Label: "没有执行", Value: itoa(changed) + " 户", Note: "算完以后它们的发放又变了，请再重算一次"})
	}
	if run.Claim != "" {
		rows = append(rows, web.FactRow{Label: "为什么追回", Value: run.Claim})
	}
	if run.Lower != "" {
		rows = append(rows, web.FactRow{Label: "怎么听取意见", Value: run.Lower})
	}
	return rows, err
}
