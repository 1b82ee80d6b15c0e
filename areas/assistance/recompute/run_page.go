package recompute

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
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

func kpis(t Totals, run Run) []web.KPIView {
	kpi := func(label string, n int, amount int64, tone web.Tone) web.KPIView {
		if n == 0 {
			tone = ""
		}
		return web.KPIView{Label: label + " " + itoa(n) + " 户", Value: fact.Yuan(amount), Tone: tone}
	}
	next := web.KPIView{Label: run.Next().Long() + "起每月", Value: "不变"}
	switch by := t.All.More - t.All.Less; {
	case by > 0:
		next.Value = "多 " + fact.Yuan(by)
	case by < 0:
		next.Value = "少 " + fact.Yuan(-by)
	}
	unknown := web.KPIView{Label: "算不出", Value: itoa(t.All.UnknownN), Unit: "户"}
	if t.All.UnknownN > 0 {
		unknown.Tone = web.Wait
	}
	return []web.KPIView{kpi("补发", t.All.ArrearsN, t.All.Arrears, web.OK), kpi("多发", t.All.OverN, t.All.Over, web.Wait), next, unknown}
}

func left(s Sum) string {
	if s.Households == 0 {
		return ""
	}
	return fmt.Sprintf("有 %d 户不执行：少补发 %s，多发 %s 也不处理。上面的数里还包含它们。", s.Households, fact.Yuan(s.Arrears), fact.Yuan(s.Over))
}

func (p pages) parts(t Totals) []partRow {
	var rows []partRow
	for _, one := range t.Townships {
		name := p.desk.Places.Name(region.Code(one.Name))
		if name == "" {
			name = one.Name
		}
		rows = append(rows, part(name, one.Sum))
	}
	return append(rows, part("合计", t.All))
}

func part(name string, s Sum) partRow {
	return partRow{Name: name, Households: itoa(s.Households) + " 户", Arrears: counted(s.ArrearsN, s.Arrears), Over: counted(s.OverN, s.Over),
		Same: itoa(s.SameN) + " 户", Unknown: itoa(s.UnknownN) + " 户", Next: signed(s.More - s.Less)}
}

func monthParts(t Totals) []partRow {
	var rows []partRow
	var all Sum
	for _, one := range t.Months {
		all.Arrears, all.Over = all.Arrears+one.Arrears, all.Over+one.Over
		rows = append(rows, partRow{Name: ledger.Month(one.Name).Long(), Households: itoa(one.Households) + " 户",
			Arrears: counted(one.ArrearsN, one.Arrears), Over: counted(one.OverN, one.Over), Next: signed(one.Arrears - one.Over)})
	}
	if len(rows) > 0 {
		rows = append(rows, partRow{Name: "合计", Arrears: fact.Yuan(all.Arrears), Over: fact.Yuan(all.Over), Next: signed(all.Arrears - all.Over)})
	}
	return rows
}

func counted(n int, amount int64) string {
	if n == 0 {
		return "0 户"
	}
	return itoa(n) + " 户　" + fact.Yuan(amount)
}

func signed(fen int64) string {
	if fen > 0 {
		return "+" + fact.Yuan(fen)
	}
	return fact.Yuan(fen)
}

var filters = []struct {
	is    Filter
	label string
}{{"", "全部"}, {OfArrears, "补发"}, {OfOver, "多发"}, {OfSame, "不变"}, {OfUnknown, "算不出"}, {OfExcluded, "不执行的"}, {OfChanged, "又变了的"}}

// table fills in the families that were asked for.
func (p pages) table(ctx context.Context, asked url.Values, run Run, t Totals, v *runPage) error {
	chosen, n := Filter(""), t.All.Households
	for _, f := range filters {
		count, err := countOf(ctx, p.desk.DB, run, t, f.is)
		if err != nil {
			return err
		}
		current := asked.Get("kind") == string(f.is)
		if current {
			chosen, n = f.is, count
		}
		if count > 0 || f.is == "" || current {
			v.Filters = append(v.Filters, filterLink{v.Href + "?kind=" + string(f.is) + "#families", f.label + " " + itoa(count), current})
		}
	}
	v.Filter = string(chosen)
	at, _ := strconv.Atoi(asked.Get("page"))
	at = max(1, min(at, (n+rowsShown-1)/rowsShown))
	lines, err := p.Lines(ctx, p.desk.DB, run.ID, chosen, (at-1)*rowsShown, rowsShown)
	if err != nil {
		return err
	}
	v.Pager = web.PagerView{Unit: "户", From: (at-1)*rowsShown + 1, To: (at-1)*rowsShown + len(lines), Total: n}
	link := func(n int) string { return v.Href + "?kind=" + string(chosen) + "&page=" + itoa(n) + "#families" }
	if at > 1 {
		v.Pager.Prev = link(at - 1)
	}
	if v.Pager.To < n && len(lines) > 0 {
		v.Pager.Next = link(at + 1)
	}
	v.Rows, err = p.lineRows(ctx, run, lines)
	return err
}

// countOf takes from the totals what they know.
func countOf(ctx context.Context, r db.Reader, run Run, t Totals, f Filter) (int, error) {
	switch f {
	case "":
		return t.All.Households, nil
	case OfArrears:
		return t.All.ArrearsN, nil
	case OfOver:
		return t.All.OverN, nil
	case OfSame:
		return t.All.SameN, nil
	case OfUnknown:
		return t.All.UnknownN, nil
	case OfExcluded:
		return t.Excluded.Households, nil
	}
	return CountLines(ctx, r, run.ID, f)
}

func (p pages) lineRows(ctx context.Context, run Run, lines []Line) ([]lineRow, error) {
	ids := make([]casework.ID, len(lines))
	for i, l := range lines {
		ids[i] = l.Case
	}
	cases, err := casework.FindAll(ctx, p.desk.DB, ids)
	if err != nil {
		return nil, err
	}
	rows := make([]lineRow, len(lines))
	for i, l := range lines {
		c := cases[l.Case]
		row := lineRow{Href: familyURL(run.ID, l.Benefit), Number: c.Number, Name: c.Name, Place: p.desk.Where(l.Region), Kind: l.Kind.chip(), Notes: notes(l)}
		if c.Name == "" {
			row.Name = "（办件不在了）"
		}
		row.Arrears, row.Over = dash(l.Arrears), dash(l.Over)
		row.Now, row.Next = "已停发", ""
		if l.GoesOn {
			row.Now, row.Next = fact.Yuan(l.Now), fact.Yuan(l.Next)
		}
		if l.Kind == Unknown {
			row.Arrears, row.Over, row.Next = "", "", ""
		}
		rows[i] = row
	}
	return rows, nil
}

func dash(fen int64) string {
	if fen == 0 {
		return "—"
	}
	return fact.Yuan(fen)
}

func (k Kind) chip() chip {
	switch k {
	case Arrears:
		return chip{web.OK, "plus", k.word()}
	case Over, Both:
		return chip{web.Wait, "alert-triangle", k.word()}
	case Unknown:
		return chip{web.Info, "question-mark", k.word()}
	}
	return chip{web.Mute, "minus", k.word()}
}

func notes(l Line) []string {
	var all []string
	if l.Excluded != "" {
		all = append(all, "不执行")
	}
	if l.Stops() {
		all = append(all, "按新标准不再符合，要另行复核")
	} else if l.Less() > 0 {
		all = append(all, "每月会变少")
	}
	if l.State == Changed {
		all = append(all, l.State.word())
	}
	return all
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

// deciding fills in what the reader may do.
func (p pages) deciding(who auth.Who, run Run, t Totals, v *runPage) {
	if !p.May(who, run.Region) || run.State != Ready && run.State != Computing {
		return
	}
	d := &decideView{Drop: true, Confirm: run.State == Ready && run.Orderer != who.Account, Seen: strconv.FormatInt(run.Revision, 10)}
	if run.State == Ready {
		d.Blocked = p.Outdated(run)
	}
	all, out := t.All, t.Excluded
	d.Will = append(d.Will, fmt.Sprintf("补发 %d 户，共 %s，随下次发放。", all.ArrearsN-out.ArrearsN, fact.Yuan(all.Arrears-out.Arrears)))
	if more := all.More - out.More; more > 0 {
		d.Will = append(d.Will, run.Next().Long()+"起，该多发的按新金额发，每月一共多 "+fact.Yuan(more)+"。")
	}
	d.Claim, d.Lower = all.Over > out.Over, all.Less > out.Less
	d.ClaimF = web.Field{Name: "claim", Label: "多发的钱", Several: true, Optional: true, Options: []web.Option{
		{Value: "1", Label: "要追回多发的 " + fact.Yuan(all.Over-out.Over), Hint: "不勾选就不追回。标准是我们自己改的，一般不追回。", Checked: v.Decide != nil && v.Decide.ClaimF.Value == "1"}}}
	d.LowerF = web.Field{Name: "lower", Label: "以后每月变少的", Several: true, Optional: true, Options: []web.Option{
		{Value: "1", Label: "按新金额调减", Hint: "不勾选就先照旧发。调减以前要听取本人意见（社会救助法 第48条）。不再符合的不会在这里停发，要另行复核。", Checked: v.Decide != nil && v.Decide.LowerF.Value == "1"}}}
	d.ClaimW = web.Field{Name: "claim_why", Label: "凭什么追回", Hint: "会写进给居民的消息。", Optional: true, MaxLength: longReason, Problem: v.Problems.Of("claim_why")}
	d.LowerW = web.Field{Name: "lower_why", Label: "怎么听取了意见", Optional: true, MaxLength: longReason, Problem: v.Problems.Of("lower_why")}
	if v.Decide != nil {
		d.ClaimW.Value, d.LowerW.Value = v.Decide.ClaimW.Value, v.Decide.LowerW.Value
	}
	v.Decide = d
}

// decide does what the reader pressed.
func (p pages) decide(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	id, said := r.PathValue("run"), ""
	err = p.desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		switch r.PathValue("verb") {
		case "confirm":
			said = "已经确认，正在执行。"
			seen, _ := strconv.ParseInt(sent.Get("seen"), 10, 64)
			return p.Confirm(r.Context(), tx, who, id, Decision{Seen: seen, Claim: sent.Get("claim") == "1", Why: sent.Get("claim_why"),
				Lower: sent.Get("lower") == "1", Heard: sent.Get("lower_why")})
		case "drop":
			said = "已经作废，什么都没有变。"
			return p.Drop(r.Context(), tx, who, id)
		case "resume":
			said = "正在接着做。"
			return p.Resume(r.Context(), tx, who, id)
		}
		return errNoPage()
	})
	if err != nil {
		return p.undecided(w, r, who, sent, err)
	}
	p.door.Auth.Put(r, "recompute", said)
	http.Redirect(w, r, runURL(id), http.StatusSeeOther)
	return nil
}

// undecided shows the run as it is now, with why nothing was done.
func (p pages) undecided(w http.ResponseWriter, r *http.Request, who auth.Who, sent url.Values, err error) error {
	run, gone := p.Find(r.Context(), p.desk.DB, who, r.PathValue("run"))
	if gone != nil {
		return err
	}
	v, status := runPage{}, http.StatusConflict
	v.Decide = &decideView{ClaimF: web.Field{Value: sent.Get("claim")}, LowerF: web.Field{Value: sent.Get("lower")},
		ClaimW: web.Field{Value: sent.Get("claim_why")}, LowerW: web.Field{Value: sent.Get("lower_why")}}
	switch {
	case errors.As(err, &v.Problems):
		status = http.StatusUnprocessableEntity
	case errs.Is(err, errs.Forbidden):
		v.Notice, status = errs.Sentence(err), http.StatusForbidden
	case errs.Is(err, errs.Conflict):
		v.Notice = errs.Sentence(err)
	default:
		return err
	}
	return p.shown(w, r, who, run, v, status)
}

func (p pages) export(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	run, err := p.Find(r.Context(), p.desk.DB, who, r.PathValue("run"))
	if err != nil {
		return err
	}
	if run.State == Computing {
		return errNotNow(run)
	}
	if err := p.Exported(r.Context(), who, run); err != nil {
		return err
	}
	name := "重算-" + run.Short + "-" + string(run.First) + "-" + string(run.Last) + ".csv"
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "private, no-store")
	return p.CSV(r.Context(), w, run)
}
