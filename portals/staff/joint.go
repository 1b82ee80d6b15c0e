package staff

import (
	"context"
	"net/http"
	"slices"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/joint"
	"minzheng/kernel/web"
)

const jointURL = "/staff/joint"

// jointPage is what a reader has to do with others: what they are asked, what
// mentions them, what they have asked.
type jointPage struct {
	Page     web.Page
	Flash    string
	Problems errs.Problems
	Asked    []jointRow
	Mentions []mentionRow
	Asking   []jointRow
	Notices  []noticeRow
	Leave    *leaveView // nil: the reader has no work of their own or of others
}

// jointRow is one request in a list.
type jointRow struct {
	Href, Title, Asks, From, To, Due, Left string
	State                                  chip
	Mine                                   bool
}

type mentionRow struct {
	Href, Who, At, Text string
	New                 bool
}

type noticeRow struct {
	Href, Title, Text, At string
	New                   bool
}

func (p *Portal) jointRoutes(m *web.Mux) {
	if p.Joint == nil {
		return
	}
	m.Handle("GET "+jointURL, p.in(p.joint))
	m.Handle("POST "+jointURL+"/leave", p.in(p.leave))
	m.Handle("POST "+jointURL+"/return", p.in(p.comeBack))
	m.Handle("GET "+jointURL+"/{request}", p.in(p.jointOne))
	m.HandleLimit("POST "+jointURL+"/{request}/{verb}", mostUpload, p.in(p.answerJoint))
	m.Handle("GET "+jointURL+"/{request}/papers/{file}", p.in(p.jointPaper))
	m.Handle("GET /staff/cases/{id}/joint", p.in(p.askJointForm))
	m.Handle("POST /staff/cases/{id}/joint", p.in(p.askJoint))
	m.Handle("POST /staff/cases/{id}/joint/{request}/withdraw", p.in(p.withdrawJoint))
	m.Handle("POST /staff/cases/{id}/comments", p.in(p.comment))
	m.Handle("POST /staff/cases/{id}/comments/{comment}/back", p.in(p.takeBack))
}

// jointMenu is the way to the list for those who can be asked.
func (p *Portal) jointMenu(ctx context.Context, who auth.Who) ([]web.MenuItem, error) {
	if p.Joint == nil || !slices.ContainsFunc(who.Grants, func(g auth.Grant) bool { return !slices.Contains(p.Joint.Blind, g.Role) }) {
		return nil, nil
	}
	n, err := p.Joint.Waiting(ctx, p.Desk.DB, who.Account)
	return []web.MenuItem{{Href: jointURL, Icon: "users-group", Label: "协同", Badge: n}}, err
}

func (p *Portal) joint(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.jointShown(w, r, who, typed{})
}

func (p *Portal) jointShown(w http.ResponseWriter, r *http.Request, who auth.Who, t typed) error {
	pg, err := p.page(r, who, "协同", jointURL)
	if err != nil {
		return err
	}
	v := jointPage{Page: pg, Problems: t.summary()}
	ctx, today := r.Context(), calendar.DayOf(p.Desk.DB.Now())
	asked, err := p.Joint.AskedOf(ctx, p.Desk.DB, who)
	if err != nil {
		return err
	}
	for _, q := range asked {
		v.Asked = append(v.Asked, p.jointRow(ctx, q, who, today))
	}
	asking, err := p.Joint.AskedBy(ctx, p.Desk.DB, who.Account)
	if err != nil {
		return err
	}
	for _, q := range asking {
		row := p.jointRow(ctx, q, who, today)
		row.Href = "/staff/cases/" + string(q.Case) + "#joint"
		v.Asking = append(v.Asking, row)
	}
	if err := p.jointNews(ctx, who, &v, today); err != nil {
		return err
	}
	if v.Leave, err = p.leaveView(ctx, who, t, today); err != nil {
		return err
	}
	status := http.StatusOK
	if len(t.problems) > 0 {
		status = http.StatusUnprocessableEntity
	} else {
		v.Flash = p.Auth.Take(r, "staff")
	}
	return web.RenderStatus(w, r, status, jointView(v))
}

// jointNews adds what mentions the reader, and what they were told; that is
// read then.
func (p *Portal) jointNews(ctx context.Context, who auth.Who, v *jointPage, today calendar.Day) error {
	mentions, err := p.Joint.MentionsOf(ctx, p.Desk.DB, who.Account)
	if err != nil {
		return err
	}
	for _, m := range mentions {
		c, err := casework.Find(ctx, p.Desk.DB, m.Case)
		if err != nil {
			return err
		}
		if p.viewRole(who, c) == "" {
			continue // their duties have changed since
		}
		v.Mentions = append(v.Mentions, mentionRow{Href: "/staff/cases/" + string(m.Case) + "#joint", Who: m.By.Name, At: timed(m.At, today), Text: cut(m.Text, 120), New: !m.Seen})
	}
	notices, err := p.Joint.Notices(ctx, p.Desk.DB, who.Account)
	if err != nil {
		return err
	}
	fresh := false
	for _, n := range notices {
		v.Notices = append(v.Notices, noticeRow{n.Link, n.Title, n.Text, timed(n.At, today), !n.Read})
		fresh = fresh || !n.Read
	}
	if !fresh {
		return nil
	}
	return p.Desk.DB.Do(ctx, func(tx *db.Tx) error { return p.Desk.Notify.MarkAllRead(ctx, tx, who.Account) })
}

func (p *Portal) jointRow(ctx context.Context, q joint.Request, who auth.Who, today calendar.Day) jointRow {
	row := jointRow{Href: joint.URL(q.ID), Title: q.Kind.Word(), Asks: cut(q.Asks, 80), From: q.By.Name, To: p.Joint.SeatTitle(q.To), Due: dated(q.Due, today),
		State: jointState(q, today), Mine: q.Assignee == who.Account}
	if name := p.Desk.WorkerName(ctx, p.Desk.DB, q.Assignee); name != "" {
		row.To += "　" + name
	}
	if q.State == joint.Open {
		row.Left = p.daysLeft(q.Due, today)
	}
	return row
}

// daysLeft says how far a day is, in working days.
func (p *Portal) daysLeft(due, today calendar.Day) string {
	if today > due {
		n, _ := p.Desk.Calendar.Workdays(due, today)
		return "超过 " + itoa(max(n, 1)) + " 个工作日"
	}
	n, _ := p.Desk.Calendar.Workdays(today, due)
	if n == 0 {
		return "今天到期"
	}
	return "剩 " + itoa(n) + " 个工作日"
}

// jointState is how far a request is.
func jointState(q joint.Request, today calendar.Day) chip {
	switch {
	case q.Overdue(today):
		return chip{web.Bad, "alert-triangle", "超期没有答复"}
	case q.State == joint.Declined:
		return chip{web.Wait, "hand-stop", "说办不了"}
	case q.State == joint.Withdrawn:
		return chip{web.Mute, "arrow-back-up", "收回了"}
	case q.State == joint.Open:
		return chip{web.Info, "clock", "等答复"}
	case q.Kind == joint.Countersign && q.Agrees == "yes":
		return chip{web.OK, "signature", "会签同意"}
	case q.Kind == joint.Countersign:
		return chip{web.Bad, "x", "会签不同意"}
	}
	return chip{web.OK, "check", "答复了"}
}
