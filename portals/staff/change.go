package staff

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

func changeURL(id string) string { return "/staff/changes/" + id }

// changePage is one change with what it means.
type changePage struct {
	Page     web.Page
	Flash    string
	Notice   string // why what was pressed was not done
	Problems errs.Problems
	Href     string
	State    chip
	From     string
	Facts    []web.FactRow
	Why      []string
	Retro    string // from which day on all is to be worked out anew
	Kept     string // what the change does not touch
	Past     []web.TimelineStep
	Weigh    weighView
	Impact   *impactView
	Review   bool // the reader may activate or refuse it
	Blocked  string
	Mark     string
	Together []siblingRow // all that were proposed at once, itself among them
	AllSeen  []string     // what is sent to activate all of them; empty: not all can be
	Own      bool         // the reader proposed it and may withdraw it
	Typed    string
}

// weighView says why no impact is shown, or that the one shown is out of date.
type weighView struct {
	Running    bool
	Share      string // 已经算了 3 户，共 9 户
	Done       int
	Total      int
	Failure    string
	Stale      string
	CanReweigh bool
}

func (p *Portal) showChange(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	c, err := p.Changes.Find(r.Context(), p.Desk.DB, who, r.PathValue("change"))
	if err != nil {
		return err
	}
	return p.renderChange(w, r, who, c, changePage{Flash: p.Auth.Take(r, "change")}, http.StatusOK)
}

func (p *Portal) renderChange(w http.ResponseWriter, r *http.Request, who auth.Who, c catalog.Change, v changePage, status int) error {
	var err error
	if v.Page, err = p.page(r, who, "标准变更："+c.Parameter, standardsURL); err != nil {
		return err
	}
	v.Page.Crumbs = []web.Crumb{{Href: standardsURL, Label: "标准和参数"}, {Href: standardURL(c.Service, c.Parameter), Label: c.Parameter}, {Label: "变更"}}
	today := calendar.DayOf(p.Desk.DB.Now())
	v.Href, v.State, v.Facts, v.Why = changeURL(c.ID), changeChip(c.State), p.changeFacts(c, today), strings.Split(c.Why, "\n")
	v.From, v.Past = c.From.Long(), changePast(c, today)
	if c.From < today && c.Retro {
		v.Retro = c.From.Long()
	}
	if v.Kept, err = p.kept(r.Context(), c); err != nil {
		return err
	}
	im := c.Impact
	if c.State == catalog.Proposed {
		if im, err = p.weighing(r.Context(), c, who, &v); err != nil {
			return err
		}
	}
	if im != nil {
		if v.Impact, err = p.impactView(r.Context(), who, c, *im); err != nil {
			return err
		}
	}
	if err := p.together(r.Context(), c, &v); err != nil {
		return err
	}
	if v.Weigh.Running {
		w.Header().Set("Refresh", "3; url="+v.Href) // also without script
	}
	return web.RenderStatus(w, r, status, changeView(v))
}

// weighing fills in how far the impact is and what the reader may do now.
func (p *Portal) weighing(ctx context.Context, c catalog.Change, who auth.Who, v *changePage) (*catalog.Impact, error) {
	got, err := p.Changes.Weighing(ctx, p.Desk.DB, c.ID)
	if err != nil {
		return nil, err
	}
	v.Own, v.Review, v.Mark = c.Proposer == who.Account, c.Proposer != who.Account, got.Mark
	v.Weigh = weighView{Failure: got.Failure, Done: got.Done, Total: got.Total, CanReweigh: true}
	_, then, err := p.Changes.Pair(ctx, p.Desk.DB, c)
	switch {
	case err != nil && errs.Is(err, errs.Fault):
		return nil, err
	case err != nil:
		v.Weigh.Failure, v.Weigh.CanReweigh = "这项变更和现在的标准合不上了："+errs.Sentence(err), false
		v.Blocked = "和现在的标准合不上，不能启用。请退回，或者请提出的人撤回再提。"
	case got.Impact == nil && got.Failure == "":
		v.Weigh.Running, v.Weigh.CanReweigh, v.Blocked = true, false, "影响还没有算好，算好了才能启用。"
	case got.Impact == nil:
		v.Blocked = "影响没有算出来，不能启用。"
	case got.Version != then.Version:
		v.Weigh.Stale, v.Blocked = "算影响以后标准又变了，下面的数不能作准。", "请先重新算影响。"
	case c.From < calendar.DayOf(p.Desk.DB.Now()) && !c.Retro:
		v.Blocked = "开始的日子已经过了。请提出的人撤回，改好日子或者勾选“追溯”，再提一次。"
	}
	return got.Impact, nil
}

func (p *Portal) changeFacts(c catalog.Change, today calendar.Day) []web.FactRow {
	par := p.parameter(c.Service, c.Parameter)
	title := c.Service
	if s, err := p.Desk.Services().Find(c.Service); err == nil {
		title = s.Title
	}
	rows := []web.FactRow{{Label: "事项", Value: title}, {Label: "标准", Value: c.Parameter},
		{Label: "在哪里用", Value: p.Desk.Places.FullName(region.Code(c.Region))}}
	if par != nil {
		before := calendar.AddDays(c.From, -1)
		if v := par.On(p.pathOf(c.Region), int32(before)); v != nil {
			rows = append(rows, web.FactRow{Label: "之前的值", Value: withUnit(par.Show(v), par.Unit), Note: before.Long() + "那天的，依据 " + v.Source})
		} else {
			rows = append(rows, web.FactRow{Label: "之前的值", Value: "没有"})
		}
	}
	rows = append(rows, web.FactRow{Label: "新的值", Value: worth(par, c.Value)}, web.FactRow{Label: "从哪一天起", Value: c.From.Long()})
	if c.Until != 0 {
		rows = append(rows, web.FactRow{Label: "用到哪一天", Value: c.Until.Long()})
	}
	rows = append(rows, web.FactRow{Label: "依据文件", Value: c.Source})
	if c.Corrects {
		rows = append(rows, web.FactRow{Label: "更正", Value: "代替这里从同一天起的值"})
	}
	return rows
}

func changePast(c catalog.Change, today calendar.Day) []web.TimelineStep {
	steps := []web.TimelineStep{{State: web.Done, Title: c.ProposerName + "提出", Note: timed(c.ProposedAt, today)}}
	if c.State == catalog.Proposed {
		return append(steps, web.TimelineStep{State: web.Under, Title: "等另一位有权限的人复核"})
	}
	last := web.TimelineStep{State: web.Done, Title: c.DeciderName + c.State.Word(), Note: timed(c.DecidedAt, today)}
	if c.Reason != "" {
		last.Note += "　原因：" + c.Reason
	}
	return append(steps, last)
}

// kept says which cases go on by the values that they were opened with.
func (p *Portal) kept(ctx context.Context, c catalog.Change) (string, error) {
	county := string(p.Desk.Places.County(region.Code(c.Region)))
	if county == "" || c.State != catalog.Proposed {
		return "启用前已经打开的办件，仍按打开那天的标准算。", nil
	}
	n, err := p.counted(ctx, casework.Inbox{County: county, Service: c.Service})
	if err != nil {
		return "", err
	}
	if n.All == 0 {
		return "现在没有正在办的，不会有办件按旧标准接着办。", nil
	}
	return p.Desk.Places.Name(region.Code(county)) + "正在办的 " + itoa(n.All) + " 件，仍按打开那天的标准算。", nil
}

// decideChange does what the reader pressed.
func (p *Portal) decideChange(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	id, verb, said := r.PathValue("change"), r.PathValue("verb"), ""
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		switch verb {
		case "activate":
			said = "已经启用。"
			return p.Changes.Activate(r.Context(), tx, who, id, sent.Get("seen"))
		case "activate-all":
			said = "已经一起启用。"
			return p.Changes.ActivateAll(r.Context(), tx, who, seenOf(sent["seen"]))
		case "refuse":
			said = "已经退回。"
			return p.Changes.Refuse(r.Context(), tx, who, id, sent.Get("why"))
		case "withdraw":
			said = "已经撤回。"
			return p.Changes.Withdraw(r.Context(), tx, who, id)
		case "reweigh":
			said = "正在重新算。"
			return p.Changes.Reweigh(r.Context(), tx, who, id)
		}
		return errs.New(errs.NotFound, "没有这个页面。可能是地址打错了，也可能它已经不在了。")
	})
	if err == nil && strings.HasPrefix(verb, "activate") {
		err = p.Follow(r.Context())
	}
	if err != nil {
		return p.undecided(w, r, who, sent.Get("why"), err)
	}
	p.Auth.Put(r, "change", said)
	http.Redirect(w, r, changeURL(id), http.StatusSeeOther)
	return nil
}

// undecided shows the change as it is now, with why nothing was done.
func (p *Portal) undecided(w http.ResponseWriter, r *http.Request, who auth.Who, typed string, err error) error {
	c, gone := p.Changes.Find(r.Context(), p.Desk.DB, who, r.PathValue("change"))
	if gone != nil {
		return err
	}
	v, status := changePage{Typed: typed}, http.StatusConflict
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
	return p.renderChange(w, r, who, c, v, status)
}

// toReview counts the changes that wait for a reader: those of others.
func (p *Portal) toReview(ctx context.Context, who auth.Who) (int, error) {
	all, err := p.Changes.Waiting(ctx, p.Desk.DB, who)
	return len(slices.DeleteFunc(all, func(c catalog.Change) bool { return c.Proposer == who.Account })), err
}
