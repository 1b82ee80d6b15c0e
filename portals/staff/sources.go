package staff

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/exchange"
	"minzheng/kernel/web"
)

// sourceRow is how one department's service has answered.
type sourceRow struct {
	Code, Department, Title string
	State                   chip
	Asked, Failed, Last     string
	Why                     []string // by class, how often there was no answer
	Took, Worst             string   // what half and nearly all stayed within
	Waits                   string   // how many questions wait for it
	Drilled                 bool
}

// sources are all sources with what waits for them.
func (p *Portal) sources(ctx context.Context, today calendar.Day) ([]sourceRow, error) {
	waits, err := casework.Unanswered(ctx, p.Desk.DB)
	if err != nil {
		return nil, err
	}
	deferred, err := exchange.Queues(ctx, p.Desk.DB)
	if err != nil {
		return nil, err
	}
	for _, q := range deferred {
		waits[q.Source] += q.Waits
	}
	var all []sourceRow
	for _, h := range p.Health() {
		one := sourceOf(h, today)
		if n := waits[h.Code]; n > 0 {
			one.Waits = itoa(n) + " 件"
		}
		all = append(all, one)
	}
	return all, nil
}

func sourceOf(h exchange.Health, today calendar.Day) sourceRow {
	one := sourceRow{Code: h.Code, Department: h.Department, Title: h.Title, Asked: itoa(h.Asked) + " 次", State: stateOf(h), Took: "—", Last: "还没有问过", Waits: "没有", Drilled: h.Drilled}
	failed := h.Silent + h.Garbled
	one.Failed = itoa(failed) + " 次"
	if h.Asked > 0 {
		one.Failed += fmt.Sprintf("（%d%%）", (100*failed+h.Asked/2)/h.Asked)
		one.Last = timed(h.LastAt, today)
	}
	if h.P50 > 0 {
		one.Took = fmt.Sprintf("一半在 %s 内", millis(h.P50))
		one.Worst = fmt.Sprintf("95%% 在 %s 内，99%% 在 %s 内", millis(h.P95), millis(h.P99))
	}
	for _, c := range slices.SortedFunc(maps.Keys(h.Causes), func(a, b exchange.Cause) int { return h.Causes[b] - h.Causes[a] }) {
		one.Why = append(one.Why, c.Text()+" "+itoa(h.Causes[c]))
	}
	return one
}

func stateOf(h exchange.Health) chip {
	switch {
	case h.Drilled:
		return chip{web.Wait, "plug-connected-x", "演练中，没有去问"}
	case h.Breaker == exchange.Open:
		return chip{web.Bad, "plug-connected-x", "连着没回复，先停一停"}
	case h.Breaker == exchange.Probing:
		return chip{web.Wait, "hourglass", "正在试着恢复"}
	case h.Asked == 0:
		return chip{web.Mute, "minus", "还没有问过"}
	case !h.Last.Said():
		return chip{web.Wait, "hourglass", "上一次没有回复"}
	}
	return chip{web.OK, "check", "正常"}
}

func millis(d time.Duration) string {
	if d < time.Millisecond {
		return "1 毫秒"
	}
	return fmt.Sprintf("%d 毫秒", d.Milliseconds())
}

// proof tells how far the evidence log is.
func (p *Portal) proof(ctx context.Context, today calendar.Day) ([]web.FactRow, error) {
	if p.Evidence == nil {
		return nil, nil
	}
	s, err := p.Evidence(ctx, p.Desk.DB)
	if err != nil {
		return nil, err
	}
	rows := []web.FactRow{{Label: "回执", Value: itoa(int(s.Size)) + " 条"}}
	if s.Signed.Size == 0 {
		return append(rows, web.FactRow{Label: "最近一次签署", Value: "还没有"}), nil
	}
	return append(rows, web.FactRow{Label: "最近一次签署", Value: timed(s.Signed.At, today) + "，" + itoa(int(s.Signed.Size)) + " 条"},
		web.FactRow{Label: "总散列", Value: s.Signed.Root.String()[:12] + "…"}), nil
}

// drill switches a source off for an exercise, or on again.
func (p *Portal) drill(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	source, on := r.PostFormValue("source"), r.PostFormValue("on") == "yes"
	if p.Drill == nil || !mayOperate(who) || !p.Drill(source, on) {
		return errs.New(errs.NotFound, "没有这个页面。可能是地址打错了，也可能它已经不在了。")
	}
	verb, told := "end", "演练结束，照常去问。"
	if on {
		verb, told = "begin", "演练开始：先当作它没有回复。只影响本系统，对方不知道。"
	}
	role := ""
	if len(who.Grants) > 0 {
		role = who.Grants[0].Role
	}
	err := p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		return p.Desk.Audit.Record(r.Context(), tx, audit.Entry{Actor: who.Account, ActorName: who.Name, Role: role, Verb: audit.Manage,
			Subject: "source/" + source, Purpose: "部门接口停机演练", Detail: map[string]string{"drill": verb}})
	})
	if err != nil {
		return err
	}
	p.Auth.Put(r, "operations", told)
	http.Redirect(w, r, "/staff/operations#source-"+anchor(source), http.StatusSeeOther)
	return nil
}

// anchor is a source's code as it may stand in an id.
func anchor(code string) string { return strings.ReplaceAll(code, ".", "-") }
