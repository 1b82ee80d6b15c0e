package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
)

type placeView struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// caseItem is a case in a list.
type caseItem struct {
	ID          string     `json:"id"`
	Number      string     `json:"number" doc:"受理号"`
	Service     string     `json:"service"`
	Title       string     `json:"title"`
	Applicant   string     `json:"applicant"`
	Members     int        `json:"members"`
	Place       placeView  `json:"place"`
	Office      placeView  `json:"office" doc:"现在由谁办"`
	Role        string     `json:"role,omitempty"`
	Step        string     `json:"step"`
	Doing       string     `json:"doing" doc:"办到哪一步"`
	State       string     `json:"state" enum:"open,approved,refused,withdrawn,ended"`
	Opened      time.Time  `json:"opened"`
	Accepted    string     `json:"accepted,omitempty"`
	Due         string     `json:"due,omitempty" doc:"法定最晚办结日"`
	Provisional bool       `json:"provisional,omitempty" doc:"最晚日期还会随放假安排变"`
	StepDue     string     `json:"step_due,omitempty"`
	Revision    int64      `json:"revision" doc:"办理时写回来，别人先办了就不会办错"`
	Staff       *staffItem `json:"staff,omitempty" doc:"只有工作人员看得到"`
}

type staffItem struct {
	Assignee  string `json:"assignee"`
	Verdict   string `json:"verdict" enum:"yes,no,unknown" doc:"规则按现有数据算出来的，不是决定"`
	Amount    int64  `json:"amount" doc:"分/月"`
	Conflicts int    `json:"conflicts" doc:"几处数据不一致"`
	Silent    int    `json:"silent" doc:"几次查询没有回答"`
}

type casesOut struct {
	Body struct {
		Cases []caseItem `json:"cases"`
	}
}

type caseIn struct {
	ID string `path:"id" maxLength:"64"`
}

type caseOut struct{ Body caseView }

type decisionOut struct{ Body casework.Decision }

type inboxIn struct {
	Scope string `query:"scope" enum:"mine,office,county" default:"mine" doc:"我的、本单位这个岗位的、全县的"`
	Role  string `query:"role" maxLength:"64" doc:"有几个岗位时看哪一个"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Skip  int    `query:"skip" minimum:"0" maximum:"1000000"`
}

func (p *Portal) cases() {
	offer(p, deed{id: "my-cases", method: http.MethodGet, path: "/cases", title: "我的申请"}, p.myCases)
	offer(p, deed{id: "get-case", method: http.MethodGet, path: "/cases/{id}", title: "一件申请办到哪了", about: "申请人看自己的，工作人员看本地的；每次查看都会记下来。"}, p.getCase)
	offer(p, deed{id: "get-decision", method: http.MethodGet, path: "/cases/{id}/decision", title: "决定记录：依据的数据、每一条规则的结果"}, p.getDecision)
	offer(p, deed{id: "inbox", method: http.MethodGet, path: "/inbox", title: "待办，最早到期的在前"}, p.inbox)
}

func (p *Portal) myCases(ctx context.Context, _ *none) (*casesOut, error) {
	who, err := citizen(ctx)
	if err != nil {
		return nil, err
	}
	mine, err := casework.Of(ctx, p.Desk.DB, people.ID(who.Person))
	if err != nil {
		return nil, err
	}
	return p.list(ctx, mine, false)
}

func (p *Portal) inbox(ctx context.Context, in *inboxIn) (*casesOut, error) {
	who, err := staff(ctx)
	if err != nil {
		return nil, err
	}
	q := casework.Inbox{Assignee: who.Account, Skip: in.Skip, Limit: in.Limit}
	if in.Scope != "mine" {
		g, err := p.grant(who, in)
		if err != nil {
			return nil, err
		}
		q.Assignee = ""
		if q.County = p.County; in.Scope == "office" {
			q.Office, q.Role = g.Region, g.Role
		}
	}
	found, err := q.Read(ctx, p.Desk.DB)
	if err != nil {
		return nil, err
	}
	return p.list(ctx, found, true)
}

// grant is the one by which a member of staff reads more than their own inbox.
func (p *Portal) grant(who auth.Who, in *inboxIn) (auth.Grant, error) {
	for _, g := range who.Grants {
		if in.Role != "" && g.Role != in.Role || !g.SeesCases() {
			continue
		}
		if in.Scope == "office" && p.works(g.Role) || in.Scope == "county" && p.within(p.County, g.Region) {
			return g, nil
		}
	}
	if in.Scope == "county" {
		return auth.Grant{}, errs.New(errs.Forbidden, "您的岗位不能看全县的件，请看本单位的（scope=office）。")
	}
	return auth.Grant{}, errs.New(errs.Forbidden, "您没有这个岗位，没有待办。")
}

// works reports whether a role acts in a step of some service.
func (p *Portal) works(role string) bool {
	return slices.ContainsFunc(p.Desk.Services().All(), func(s *catalog.Service) bool {
		return slices.ContainsFunc(s.Steps, func(st catalog.Step) bool { return st.Role == role })
	})
}

func (p *Portal) list(ctx context.Context, all []casework.Case, staff bool) (*casesOut, error) {
	out := &casesOut{}
	out.Body.Cases = make([]caseItem, len(all))
	for i, c := range all {
		var err error
		if out.Body.Cases[i], err = p.item(ctx, p.Desk.DB, c, staff); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (p *Portal) item(ctx context.Context, r db.Reader, c casework.Case, staff bool) (caseItem, error) {
	s, err := p.Desk.Services().Version(ctx, r, c.Version)
	if err != nil {
		return caseItem{}, err
	}
	v := caseItem{ID: string(c.ID), Number: c.Number, Service: c.Service, Title: s.Title, Applicant: c.Name, Members: c.Members,
		Place: placeView{c.Region, p.Desk.Where(c.Region)}, Office: placeView{c.Office, p.Desk.OfficeName(c.Office)}, Role: c.Role, Step: c.Step,
		Doing: doing(c, s), State: c.State, Opened: c.Opened, Accepted: date(c.Accepted), Due: date(c.Due), Provisional: c.Provisional,
		StepDue: date(c.StepDue), Revision: c.Revision}
	if staff {
		v.Staff = &staffItem{c.Assignee, c.Verdict, c.Amount, c.Conflicts, c.Silent}
	}
	return v, nil
}

func doing(c casework.Case, s *catalog.Service) string {
	switch c.State {
	case casework.Approved:
		return "批准了"
	case casework.Refused:
		return "没有批准"
	case casework.Withdrawn:
		return "您撤回了"
	case casework.Ended:
		return "办完了"
	}
	if st := s.Step(c.Step); st != nil {
		return st.Doing
	}
	return ""
}

func date(d calendar.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// look finds a case that who may see, and records that it was looked at.
func (p *Portal) look(ctx context.Context, id, purpose string) (c casework.Case, s *catalog.Service, who auth.Who, err error) {
	if who, err = anybody(ctx); err != nil {
		return c, nil, who, err
	}
	if c, err = casework.Find(ctx, p.Desk.DB, casework.ID(id)); err != nil {
		return c, nil, who, err
	}
	if s, err = p.Desk.Services().Version(ctx, p.Desk.DB, c.Version); err != nil {
		return c, nil, who, err
	}
	role, err := p.seen(ctx, p.Desk.DB, who, c)
	if err != nil {
		return c, nil, who, err
	}
	return c, s, who, p.Desk.Audit.RecordNow(ctx, audit.Entry{Actor: who.Account, ActorName: who.Name, Role: role, Verb: audit.View,
		Subject: c.Subject(), Person: string(c.Applicant), Purpose: purpose, Detail: map[string]string{"by": "api"}})
}

func (p *Portal) getDecision(ctx context.Context, in *caseIn) (*decisionOut, error) {
	c, _, _, err := p.look(ctx, in.ID, "查看决定记录")
	if err != nil {
		return nil, err
	}
	dec, ok, err := p.Desk.Decided(ctx, p.Desk.DB, c.ID)
	if err == nil && !ok {
		err = errs.New(errs.NotFound, "这件事还没有决定。")
	}
	if err != nil {
		return nil, err
	}
	return &decisionOut{dec}, nil
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
