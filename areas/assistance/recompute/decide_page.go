package recompute

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/web"
)

// deciding fills in what the reader may do.
func (p pages) deciding(who auth.Who, run Run, t Totals, v *runPage) {
	if !p.May(who, run.Region) || run.State != Ready && run.State != Computing {
		return
	}
	d := &decideView{Drop: true, Confirm: run.State == Ready && run.Orderer != who.Account, Seen: strconv.FormatInt(run.Revision, 10)}
	if run.State == Ready {
		d.Blocked = p.Outdated(run)
	}
	all, out := t.All, t.Excluded
	if n := all.ArrearsN - out.ArrearsN; n > 0 {
		d.Will = append(d.Will, fmt.Sprintf("补发 %d 户，共 %s，随下次发放。", n, fact.Yuan(all.Arrears-out.Arrears)))
	} else {
		d.Will = append(d.Will, "没有要补发的。")
	}
	if more := all.More - out.More; more > 0 {
		d.Will = append(d.Will, run.Next().Long()+"起，该多发的按新金额发，每月一共多 "+fact.Yuan(more)+"。")
	}
	if all.StopsN > 0 {
		d.Will = append(d.Will, fmt.Sprintf("按新标准不再符合的 %d 户照旧发，请另行复核。", all.StopsN))
	}
	d.Claim, d.Lower = all.Over > out.Over, all.Less > out.Less
	d.ClaimF = web.Field{Name: "claim", Label: "多发的钱", Several: true, Optional: true, Options: []web.Option{
		{Value: "1", Label: "要追回多发的 " + fact.Yuan(all.Over-out.Over), Hint: "不勾选就不追回。标准是我们自己改的，一般不追回。", Checked: v.Decide != nil && v.Decide.ClaimF.Value == "1"}}}
	d.LowerF = web.Field{Name: "lower", Label: "以后每月变少的", Several: true, Optional: true, Options: []web.Option{
		{Value: "1", Label: "按新金额调减", Hint: "不勾选就先照旧发。调减以前要听取本人意见（社会救助法 第48条）。不再符合的不会在这里停发，要另行复核。", Checked: v.Decide != nil && v.Decide.LowerF.Value == "1"}}}
	d.ClaimW = web.Field{Name: "claim_why", Label: "凭什么追回", Hint: "勾选了就要写，会写进给居民的消息。", Optional: true, MaxLength: longReason, Problem: v.Problems.Of("claim_why")}
	d.LowerW = web.Field{Name: "lower_why", Label: "怎么听取了意见", Hint: "勾选了就要写。", Optional: true, MaxLength: longReason, Problem: v.Problems.Of("lower_why")}
	if v.Decide != nil {
		d.ClaimW.Value, d.LowerW.Value = v.Decide.ClaimW.Value, v.Decide.LowerW.Value
	}
	v.Decide = d
}

// decide does what the reader pressed.
func (p pages) decide(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	id, said := r.PathValue("run"), ""
	err = p.desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		switch r.PathValue("verb") {
		case "confirm":
			said = "已经确认，正在执行。"
			seen, _ := strconv.ParseInt(sent.Get("seen"), 10, 64)
			return p.Confirm(r.Context(), tx, who, id, Decision{Seen: seen, Claim: sent.Get("claim") == "1", Why: sent.Get("claim_why"),
				Lower: sent.Get("lower") == "1", Heard: sent.Get("lower_why")})
		case "drop":
			said = "已经作废，什么都没有变。"
			return p.Drop(r.Context(), tx, who, id)
		case "resume":
			said = "正在接着做。"
			return p.Resume(r.Context(), tx, who, id)
		}
		return errNoPage()
	})
	if err != nil {
		return p.undecided(w, r, who, sent, err)
	}
	p.door.Auth.Put(r, "recompute", said)
	http.Redirect(w, r, runURL(id), http.StatusSeeOther)
	return nil
}

// undecided shows the run as it is now, with why nothing was done.
func (p pages) undecided(w http.ResponseWriter, r *http.Request, who auth.Who, sent url.Values, err error) error {
	run, gone := p.Find(r.Context(), p.desk.DB, who, r.PathValue("run"))
	if gone != nil {
		return err
	}
	v, status := runPage{}, http.StatusConflict
	v.Decide = &decideView{ClaimF: web.Field{Value: sent.Get("claim")}, LowerF: web.Field{Value: sent.Get("lower")},
		ClaimW: web.Field{Value: sent.Get("claim_why")}, LowerW: web.Field{Value: sent.Get("lower_why")}}
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
	return p.shown(w, r, who, run, v, status)
}

func (p pages) export(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	run, err := p.Find(r.Context(), p.desk.DB, who, r.PathValue("run"))
	if err != nil {
		return err
	}
	if run.State == Computing {
		return errNotNow(run)
	}
	if err := p.Exported(r.Context(), who, run); err != nil {
		return err
	}
	name := "重算-" + run.Short + "-" + string(run.First) + "-" + string(run.Last) + ".csv"
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "private, no-store")
	return p.CSV(r.Context(), w, run)
}
