package staff

import (
	"maps"
	"net/http"
	"slices"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/errs"
	"minzheng/kernel/exchange"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
	"minzheng/kernel/web"
)

// operationsPage shows how the program and the departments are doing.
type operationsPage struct {
	Page    web.Page
	At      string
	Flash   string
	Sources []sourceRow
	Drills  bool // sources can be switched off for an exercise
	Proof   []web.FactRow
	Jobs    []web.FactRow
	Dead    int
	Review  int // changes of standards that wait for the reader
}

func mayOperate(who auth.Who) bool { return who.Holds(admin) || who.Holds(county) }

func (p *Portal) operations(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	if !mayOperate(who) {
		return errs.New(errs.NotFound, "没有这个页面。可能是地址打错了，也可能它已经不在了。")
	}
	pg, err := p.page(r, who, "运行情况", "/staff/operations")
	if err != nil {
		return err
	}
	waiting, err := job.Waiting(r.Context(), p.Desk.DB)
	if err != nil {
		return err
	}
	now := p.Desk.DB.Now()
	v := operationsPage{Page: pg, At: timed(now, calendar.DayOf(now)), Dead: waiting["dead"]}
	if v.Review, err = p.toReview(r.Context(), who); err != nil {
		return err
	}
	v.Flash, v.Drills = p.Auth.Take(r, "operations"), p.Drill != nil
	if v.Sources, err = p.sources(r.Context(), calendar.DayOf(now)); err != nil {
		return err
	}
	if v.Proof, err = p.proof(r.Context(), calendar.DayOf(now)); err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(waiting)) {
		if kind != "dead" {
			v.Jobs = append(v.Jobs, web.FactRow{Label: p.jobTitle(kind), Value: itoa(waiting[kind]) + " 件"})
		}
	}
	return web.Render(w, r, operationsView(v))
}

// jobTitle is a kind of job for readers; one that nobody has named keeps its code.
func (p *Portal) jobTitle(kind string) string {
	for _, a := range p.Areas {
		for _, j := range a.Jobs {
			if j.Kind == kind {
				return j.Title
			}
		}
	}
	switch kind {
	case "casework.lookup":
		return "向部门核对"
	case "casework.publicity":
		return "公示到期"
	case notify.JobKind:
		return "发短信和消息"
	case "catalog.impact":
		return "算标准变更的影响"
	case exchange.JobKind:
		return "等部门回复的询问"
	case "app.upkeep":
		return "每小时的整理"
	}
	return kind
}
