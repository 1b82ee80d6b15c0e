package supervision

import (
	"context"
	"errors"
	"net/http"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/file"
	"minzheng/kernel/web"
)

// tipPage is one tip with the inquiry into it. Who reported it is not on it
// unless a supervisor has just asked, and said why.
type tipPage struct {
	Page     web.Page
	Notice   string
	Problems errs.Problems
	Typed    map[string]string
	Tip      Tip
	Href     string
	Kind     string
	Place    string
	At, Due  string
	Late     bool
	Holder   string
	Outcome  string
	Done     string
	Photos   []file.File
	By       *Reporter
	Case     string // 受理号 of what is looked at again
	CaseHref string
}

func (p pages) tip(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.tipShown(w, r, who, tipPage{}, http.StatusOK)
}

// tipShown opens a tip; each opening is in the audit log.
func (p pages) tipShown(w http.ResponseWriter, r *http.Request, who auth.Who, v tipPage, status int) error {
	ctx := r.Context()
	err := p.desk.DB.Do(ctx, func(tx *db.Tx) (err error) {
		v.Tip, err = p.ReadTip(ctx, tx, who, r.PathValue("tip"))
		return err
	})
	if err != nil {
		return err
	}
	t := v.Tip
	v.Href, v.Kind, v.Place, v.At, v.Due = home+"/tips/"+t.ID, kindWord(t.Kind), p.desk.Where(t.Region), calendar.DayOf(t.At).Long(), t.Due.Long()
	v.Late, v.Outcome, v.Holder = t.State == Open && t.Due < p.today(), OutcomeWord(t.Outcome), p.desk.WorkerName(ctx, p.desk.DB, t.Assignee)
	if t.State != Open {
		v.Done = calendar.DayOf(t.Done).Long()
	}
	if v.Photos, err = p.desk.Files.Of(ctx, p.desk.DB, t.Subject()); err != nil {
		return err
	}
	if t.Case != "" {
		c, err := casework.Find(ctx, p.desk.DB, t.Case)
		if err != nil {
			return err
		}
		v.Case, v.CaseHref = c.Number, "/staff/cases/"+string(c.ID)
	}
	if v.Page, err = p.door.Page(r, who, "举报："+v.Kind, home); err != nil {
		return err
	}
	v.Page.Crumbs = []web.Crumb{{Href: home, Label: "监督"}, {Label: "举报"}}
	return web.RenderStatus(w, r, status, tipView(v))
}

// paper shows a photo of a tip.
func (p pages) paper(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	var t Tip
	err := p.desk.DB.Do(r.Context(), func(tx *db.Tx) (err error) {
		t, err = p.ReadTip(r.Context(), tx, who, r.PathValue("tip"))
		return err
	})
	if err != nil {
		return err
	}
	f, err := p.desk.Files.Find(r.Context(), p.desk.DB, r.PathValue("file"))
	if err != nil {
		return err
	}
	if f.Owner != t.Subject() {
		return errs.New(errs.NotFound, "没有找到这份材料。")
	}
	if r.URL.Query().Get("small") != "" && f.Thumb != "" {
		return p.desk.Files.ServeThumb(w, r, f)
	}
	return p.desk.Files.Serve(w, r, f)
}

// did answers after something was done with a tip.
func (p pages) did(w http.ResponseWriter, r *http.Request, who auth.Who, typed map[string]string, err error) error {
	v := tipPage{Typed: typed}
	switch {
	case errors.As(err, &v.Problems):
		return p.tipShown(w, r, who, v, http.StatusUnprocessableEntity)
	case errs.Is(err, errs.Conflict):
		v.Notice = errs.Sentence(err)
		return p.tipShown(w, r, who, v, http.StatusConflict)
	}
	return err
}

func (p pages) reporter(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	var by Reporter
	err = p.desk.DB.Do(r.Context(), func(tx *db.Tx) (err error) {
		by, err = p.Reporter(r.Context(), tx, who, r.PathValue("tip"), sent.Get("why"))
		return err
	})
	if err != nil {
		return p.did(w, r, who, map[string]string{"why": sent.Get("why")}, err)
	}
	return p.tipShown(w, r, who, tipPage{By: &by}, http.StatusOK)
}

func (p pages) aside(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	err := p.desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.StepAside(r.Context(), tx, who, r.PathValue("tip")) })
	if err != nil {
		return p.did(w, r, who, nil, err)
	}
	p.door.Auth.Put(r, "supervision", "转给别人了，您不再看得到这一件。")
	http.Redirect(w, r, home, http.StatusSeeOther)
	return nil
}

func (p pages) close(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	typed := map[string]string{}
	for _, name := range []string{"outcome", "found", "answer", "number"} {
		typed[name] = sent.Get(name)
	}
	err = p.desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		return p.Close(r.Context(), tx, who, r.PathValue("tip"), Inquiry{Outcome: typed["outcome"], Found: typed["found"], Answer: typed["answer"], Number: typed["number"]})
	})
	if err != nil {
		return p.did(w, r, who, typed, err)
	}
	p.door.Auth.Put(r, "supervision", "答复了，举报人用查询码看得到。")
	http.Redirect(w, r, home, http.StatusSeeOther)
	return nil
}

// checkPage is one check with the form of what was found.
type checkPage struct {
	Page     web.Page
	Notice   string
	Problems errs.Problems
	Typed    map[string]string
	Task     Task
	Facts    []web.FactRow
	CaseHref string
	Href     string
	Blocked  string // why the reader may not do it
	Today    string
}

func (p pages) check(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.checkShown(w, r, who, checkPage{Typed: map[string]string{"on": p.today().String()}}, http.StatusOK)
}

func (p pages) checkShown(w http.ResponseWriter, r *http.Request, who auth.Who, v checkPage, status int) error {
	ctx := r.Context()
	t, c, err := p.FindTask(ctx, p.desk.DB, who, r.PathValue("check"))
	if err != nil {
		return err
	}
	title, err := p.matter(ctx, c)
	if err != nil {
		return err
	}
	v.Task, v.Href, v.CaseHref, v.Today = t, home+"/checks/"+t.ID, "/staff/cases/"+string(c.ID), p.today().String()
	v.Facts = []web.FactRow{{Label: "申请人", Value: c.Name}, {Label: "事项", Value: title + "（" + checkKind(t.Kind) + "）"}, {Label: "受理号", Value: c.Number},
		{Label: "地方", Value: p.desk.Where(c.Region)}, {Label: "哪个月办的", Value: t.Month.Long()}, {Label: "最晚", Value: t.Due.Long() + "查完"}}
	if err := p.independent(ctx, p.desk.DB, c, who.Account); errs.Is(err, errs.Forbidden) {
		v.Blocked = errs.Sentence(err)
	} else if err != nil {
		return err
	}
	if t.Again != "" {
		again, err := casework.Find(ctx, p.desk.DB, t.Again)
		if err != nil {
			return err
		}
		v.Facts = append(v.Facts, web.FactRow{Label: "打开的复核", Value: again.Number, Actions: []web.Action{{Href: "/staff/cases/" + string(again.ID), Label: "去看"}}})
	}
	if err := p.viewed(ctx, who, c); err != nil {
		return err
	}
	if v.Page, err = p.door.Page(r, who, "抽查："+c.Name, home); err != nil {
		return err
	}
	v.Page.Crumbs = []web.Crumb{{Href: home, Label: "监督"}, {Label: "抽查"}}
	return web.RenderStatus(w, r, status, checkView(v))
}

func (p pages) checked(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	v := checkPage{Typed: map[string]string{}}
	for _, name := range []string{"outcome", "way", "on", "found"} {
		v.Typed[name] = sent.Get(name)
	}
	on, _ := calendar.Parse(v.Typed["on"])
	err = p.desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		return p.Finish(r.Context(), tx, who, r.PathValue("check"), Finding{Outcome: v.Typed["outcome"], Way: v.Typed["way"], Found: v.Typed["found"], On: on})
	})
	switch {
	case errors.As(err, &v.Problems):
		return p.checkShown(w, r, who, v, http.StatusUnprocessableEntity)
	case errs.Is(err, errs.Conflict):
		v.Notice = errs.Sentence(err)
		return p.checkShown(w, r, who, v, http.StatusConflict)
	case err != nil:
		return err
	}
	p.door.Auth.Put(r, "supervision", "记下了。")
	http.Redirect(w, r, home, http.StatusSeeOther)
	return nil
}

// viewed records that somebody saw whom a check is about.
func (p pages) viewed(ctx context.Context, who auth.Who, c casework.Case) error {
	return p.desk.Audit.RecordNow(ctx, viewOf(who, c))
}
