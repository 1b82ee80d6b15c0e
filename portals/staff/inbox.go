package staff

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
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
}

// row is one case of a list.
type row struct {
	Href, Name, Matter string
	Number, Place      string
	Clock              web.ClockView
	Clocked            bool
	ClockNote          string
	Late               bool // the step's own deadline is over
	Step               string
	Chips              []chip
	Notes              []string
}

// load is how much one colleague has.
type load struct {
	Name  string
	Open  int
	Width string // of 100
	Much  bool   // far more than the others
}

const pageSize = 25

func (p *Portal) inbox(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	views := p.views(who)
	if len(views) == 0 && mayOperate(who) {
		http.Redirect(w, r, "/staff/operations", http.StatusSeeOther)
		return nil
	}
	if len(views) == 0 {
		return errNoDesk()
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

// rows are the cases of a list as it shows them. One that the reader may no
// longer see is left out.
func (p *Portal) rows(r *http.Request, who auth.Who, cases []casework.Case, chosen view) ([]row, error) {
	var all []row
	today := calendar.DayOf(p.Desk.DB.Now())
	names, err := p.names(r, chosen.grant)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		if p.viewRole(who, c) == "" {
			continue
		}
		s, err := p.Desk.Services().Version(r.Context(), p.Desk.DB, c.Version)
		if err != nil {
			return nil, err
		}
		one := p.row(c, s, today)
		if chosen.key != "mine" && c.IsOpen() {
			if name := names[c.Assignee]; name != "" {
				one.Notes = append(one.Notes, name+"在办")
			} else if c.Role != "citizen" {
				one.Notes = append(one.Notes, p.Desk.OfficeName(c.Office)+"在办")
			}
		}
		all = append(all, one)
	}
	return all, nil
}

func (p *Portal) row(c casework.Case, s *catalog.Service, today calendar.Day) row {
	one := row{Href: "/staff/cases/" + string(c.ID), Name: c.Name, Matter: s.Short + "申请", Number: c.Number, Place: p.Desk.Where(c.Region), Chips: chips(c)}
	one.Clock, one.Clocked = p.clockView(c, s, today)
	one.ClockNote, one.Late = stepNote(c, s, today), stepLate(c, today)
	if st := s.Step(c.Step); st != nil && c.IsOpen() {
		one.Step = st.Title
	}
	if c.Members > 1 {
		one.Notes = append(one.Notes, itoa(c.Members)+" 人")
	}
	if c.Verdict == "yes" && c.Amount > 0 {
		one.Notes = append(one.Notes, perMonth(c.Amount))
	}
	if c.Provisional {
		one.Notes = append(one.Notes, "到期日暂定")
	}
	return one
}

// chips say what stands in the way of a case, and what the rules say.
func chips(c casework.Case) []chip {
	if !c.IsOpen() {
		return []chip{stateChip(c)}
	}
	var all []chip
	if c.Role == "citizen" {
		all = append(all, chip{web.Mute, "clock-pause", "等申请人补材料"})
	}
	if c.Conflicts > 0 {
		all = append(all, chip{web.Wait, "alert-triangle", itoa(c.Conflicts) + " 处数据不一致"})
	}
	if c.Silent > 0 {
		all = append(all, chip{web.Wait, "hourglass", "等 " + itoa(c.Silent) + " 个部门回复"})
	}
	return append(all, verdictChip(c))
}

// names are those of the colleagues of an office and role, by account.
func (p *Portal) names(r *http.Request, g auth.Grant) (map[string]string, error) {
	if g.Role == "" {
		return nil, nil
	}
	staff, err := auth.StaffIn(r.Context(), p.Desk.DB, g.Role, g.Region)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, one := range staff {
		names[one.ID] = one.Name
	}
	return names, nil
}

const (
	mostColleagues = 12
	manyCases      = 10
)

// loads is how much the colleagues of the reader's office and role have.
func (p *Portal) loads(r *http.Request, who auth.Who, chosen view) ([]load, error) {
	g := chosen.grant
	if g.Role == "" {
		i := slices.IndexFunc(who.Grants, func(g auth.Grant) bool { return p.acts(g.Role) })
		if i < 0 {
			return nil, nil
		}
		g = who.Grants[i]
	}
	staff, err := auth.StaffIn(r.Context(), p.Desk.DB, g.Role, g.Region)
	if err != nil {
		return nil, err
	}
	staff = staff[:min(len(staff), mostColleagues)]
	ids, most := make([]string, len(staff)), 1
	for i, one := range staff {
		ids[i] = one.ID
	}
	open, err := casework.Loads(r.Context(), p.Desk.DB, ids)
	if err != nil {
		return nil, err
	}
	for _, n := range open {
		most = max(most, n)
	}
	total := 0
	for _, one := range staff {
		total += open[one.ID]
	}
	var all []load
	for _, one := range staff {
		l := load{Name: one.Name, Open: open[one.ID], Width: itoa(100 * open[one.ID] / most)}
		l.Much = l.Open >= manyCases && 2*l.Open*len(staff) > 3*total
		if one.ID == who.Account {
			l.Name += "（您）"
		}
		all = append(all, l)
	}
	return all, nil
}

// resting are the departments that failed again and again just now.
func (p *Portal) resting() []string {
	var all []string
	for _, h := range p.Health() {
		if name := h.Department + "（" + h.Title + "）"; h.Resting {
			all = append(all, name)
		}
	}
	return all
}
