package recheck

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/web"
)

// reportPage takes what somebody has reported to a clerk.
type reportPage struct {
	Page     web.Page
	Problems errs.Problems
	Typed    map[string]string
}

func (p pages) reportForm(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.reportShown(w, r, who, map[string]string{"number": r.URL.Query().Get("number")}, nil)
}

func (p pages) reportShown(w http.ResponseWriter, r *http.Request, who auth.Who, typed map[string]string, problems errs.Problems) error {
	if !who.Holds(clerk) {
		return errs.New(errs.Forbidden, "家里的变化由乡镇（街道）经办人登记。")
	}
	v := reportPage{Typed: typed, Problems: problems}
	var err error
	if v.Page, err = p.door.Page(r, who, "登记家里的变化", home); err != nil {
		return err
	}
	v.Page.Crumbs = []web.Crumb{{Href: home, Label: "复核"}, {Label: "登记家里的变化"}}
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return web.RenderStatus(w, r, status, reportView(v))
}

func (p pages) reported(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	typed := map[string]string{}
	for _, name := range []string{"number", "from", "what"} {
		typed[name] = strings.TrimSpace(sent.Get(name))
	}
	benefit, problems, err := p.reportOf(r.Context(), who, typed)
	if err != nil || len(problems) > 0 {
		if err != nil {
			return err
		}
		return p.reportShown(w, r, who, typed, problems)
	}
	var c casework.Case
	err = p.desk.DB.Do(r.Context(), func(tx *db.Tx) (err error) {
		c, err = p.Look(r.Context(), tx, Occasion{Benefit: benefit, Origin: Clerk, Title: "登记家里的变化（" + typed["from"] + "）", By: actor(who, clerk),
			Detail: map[string]string{"说了什么": typed["what"]}, Told: "我们知道您家的情况可能有变化，先向部门核对，需要您说明的会告诉您。"})
		return err
	})
	if errs.Is(err, errs.Conflict) {
		return p.reportShown(w, r, who, typed, errs.Problems{{Field: "number", Sentence: errs.Sentence(err)}})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/staff/cases/"+string(c.ID), http.StatusSeeOther)
	return nil
}

// reportOf finds the benefit that a report is about.
func (p pages) reportOf(ctx context.Context, who auth.Who, typed map[string]string) (benefit string, problems errs.Problems, err error) {
	if n := len([]rune(typed["what"])); n < 4 || n > 1000 {
		problems.Add("what", "请写明谁、什么时候、有什么变化，4 到 1000 个字。")
	}
	if !slices.Contains([]string{"本人来说", "村（社区）报告", "邻居反映", "入户发现"}, typed["from"]) {
		problems.Add("from", "请选是从哪里知道的。")
	}
	c, err := casework.ByNumber(ctx, p.desk.DB, typed["number"])
	if err == nil && !who.Covers(clerk, c.Region, p.within) {
		err = errs.New(errs.NotFound, "")
	}
	if errs.Is(err, errs.NotFound) {
		problems.Add("number", "没有找到这个受理号。在“查办件”里按姓名查，抄申请或复核的受理号。")
		return "", problems, nil
	}
	if err != nil {
		return "", nil, err
	}
	benefit, err = BenefitOf(ctx, p.desk.DB, c.ID)
	if errs.Is(err, errs.NotFound) {
		problems.Add("number", "这件事没有正在发的待遇，不用登记变化。")
		return "", problems, nil
	}
	return benefit, problems, err
}
