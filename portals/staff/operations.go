package staff

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

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
	Sources []sourceRow
	Jobs    []web.FactRow
	Dead    int
	Review  int // changes of standards that wait for the reader
}

// sourceRow is how one department's service has answered.
type sourceRow struct {
	Department, Title string
	State             chip
	Asked, Failed     string
	Took, Last        string
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
	for _, h := range p.Health() {
		v.Sources = append(v.Sources, sourceOf(h, calendar.DayOf(now)))
	}
	for _, kind := range slices.Sorted(maps.Keys(waiting)) {
		if kind != "dead" {
			v.Jobs = append(v.Jobs, web.FactRow{Label: p.jobTitle(kind), Value: itoa(waiting[kind]) + " 件"})
		}
	}
	return web.Render(w, r, operationsView(v))
}

func sourceOf(h exchange.Health, today calendar.Day) sourceRow {
	one := sourceRow{Department: h.Department, Title: h.Title, Asked: itoa(h.Asked) + " 次", State: chip{web.OK, "check", "正常"}, Took: "—", Last: "还没有问过"}
	failed := h.Silent + h.Garbled
	switch {
	case h.Resting:
		one.State = chip{web.Bad, "plug-connected-x", "连着没回复，先停一停"}
	case h.Asked == 0:
		one.State = chip{web.Mute, "minus", "还没有问过"}
	case h.Last == exchange.Silent || h.Last == exchange.Garbled:
		one.State = chip{web.Wait, "hourglass", "上一次没有回复"}
	}
	one.Failed = itoa(failed) + " 次"
	if h.Asked > 0 {
		one.Failed += fmt.Sprintf("（%d%%）", (100*failed+h.Asked/2)/h.Asked)
		one.Took = fmt.Sprintf("%d 毫秒", (h.Took / time.Duration(h.Asked)).Milliseconds())
		one.Last = timed(h.LastAt, today)
	}
	return one
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
	case "app.upkeep":
		return "每小时的整理"
	}
	return kind
}
