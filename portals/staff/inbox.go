package staff

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/web"
)

// inboxPage shows what waits, the nearest deadline first.
type inboxPage struct {
	Page    web.Page
	Flash   string
	KPIs    []web.KPIView
	Views   []web.Option
	Lists   []web.Option // services
	Steps   []web.Option
	Rows    []row
	Pager   web.PagerView
	Empty   web.EmptyView
	Loads   []load
	Resting []string // departments that do not answer
	Review  int      // changes of standards that wait for the reader
}

const pageSize = 25

func (p *Portal) inbox(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	views := p.views(who)
	if len(views) == 0 && mayOperate(who) {
		http.Redirect(w, r, "/staff/operations", http.StatusSeeOther)
		return nil
	}
	if len(views) == 0 {
		return p.elsewhere(w, r, who)
	}
	asked := r.URL.Query()
	chosen := choose(views, asked.Get("v"))
	q := chosen.query
	q.Service, q.Step = asked.Get("service"), asked.Get("step")
	counts, err := p.counted(r.Context(), q)
	if err != nil {
		return err
	}
	at := pageNumber(asked.Get("page"), counts.All)
	q.Skip, q.Limit = (at-1)*pageSize, pageSize
	var cases []casework.Case
	if counts.All > 0 { // else a whole county would be read for nothing
		if cases, err = q.Read(r.Context(), p.Desk.DB); err != nil {
			return err
		}
	}
	title := "待办"
	if chosen.key != "mine" {
		title = chosen.label
	}
	pg, err := p.page(r, who, title+" "+itoa(counts.All)+" 件", "/staff")
	if err != nil {
		return err
	}
	today := calendar.DayOf(p.Desk.DB.Now())
	pg.Mark, pg.Head = inboxMark(today.Long()+"　"+today.Short()[len(today.Short())-len("周一"):]), searchBox("")
	v := inboxPage{Page: pg, Flash: p.Auth.Take(r, "staff"), KPIs: kpis(counts), Pager: pager(asked, at, len(cases), counts.All), Empty: emptyInbox(q)}
	v.Views, v.Lists, v.Steps = p.filters(views, chosen, q)
	if v.Rows, err = p.rows(r, who, cases, chosen); err != nil {
		return err
	}
	if v.Loads, err = p.loads(r, who, chosen); err != nil {
		return err
	}
	v.Resting = p.resting()
	if v.Review, err = p.toReview(r.Context(), who); err != nil {
		return err
	}
	return web.Render(w, r, inboxView(v))
}

func choose(views []view, key string) view {
	if i := slices.IndexFunc(views, func(v view) bool { return v.key == key }); i >= 0 {
		return views[i]
	}
	return views[0]
}

func pageNumber(typed string, total int) int {
	n, err := strconv.Atoi(typed)
	if err != nil || n < 1 {
		return 1
	}
	return min(n, max(1, (total+pageSize-1)/pageSize))
}

func pager(asked url.Values, at, shown, total int) web.PagerView {
	v := web.PagerView{From: (at-1)*pageSize + 1, To: (at-1)*pageSize + shown, Total: total}
	link := func(n int) string {
		q := url.Values{"page": {itoa(n)}}
		for _, name := range []string{"v", "service", "step"} {
			if asked.Get(name) != "" {
				q.Set(name, asked.Get(name))
			}
		}
		return "/staff?" + q.Encode()
	}
	if at > 1 {
		v.Prev = link(at - 1)
	}
	if v.To < total && shown > 0 {
		v.Next = link(at + 1)
	}
	return v
}

func kpis(n casework.Counts) []web.KPIView {
	tone := func(n int, t web.Tone) web.Tone {
		if n > 0 {
			return t
		}
		return ""
	}
	return []web.KPIView{
		{Label: "今天到期", Value: itoa(n.Today), Unit: "件", Tone: tone(n.Today, web.Bad)},
		{Label: itoa(soonDays) + " 个工作日内到期", Value: itoa(n.Soon), Unit: "件", Tone: tone(n.Soon, web.Wait)},
		{Label: "等部门回复", Value: itoa(n.Waiting), Unit: "件"},
		{Label: "已经超期", Value: itoa(n.Overdue), Unit: "件", Tone: tone(n.Overdue, web.Bad)},
	}
}

func emptyInbox(q casework.Inbox) web.EmptyView {
	if q.Service != "" || q.Step != "" {
		return web.EmptyView{Icon: "filter", Title: "没有符合筛选的办件", Text: "换一个事项或环节看看。", Href: "/staff", Action: "看全部待办"}
	}
	return web.EmptyView{Icon: "checks", Title: "都办完了", Text: "有新的申请分过来，会出现在这里，最急的排在最前面。"}
}

// filters are the choices above the list.
func (p *Portal) filters(views []view, chosen view, q casework.Inbox) (lists, services, steps []web.Option) {
	for _, v := range views {
		lists = append(lists, web.Option{Value: v.key, Label: v.label, Checked: v.key == chosen.key})
	}
	services, steps = []web.Option{{Label: "全部事项"}}, []web.Option{{Label: "全部环节"}}
	seen := map[string]bool{}
	for _, s := range p.Desk.Services().All() {
		services = append(services, web.Option{Value: s.Code, Label: s.Short, Checked: s.Code == q.Service})
		for _, st := range s.Steps {
			if !seen[st.Code] && (q.Service == "" || q.Service == s.Code) {
				seen[st.Code] = true
				steps = append(steps, web.Option{Value: st.Code, Label: st.Title, Checked: st.Code == q.Step})
			}
		}
	}
	return lists, services, steps
}
