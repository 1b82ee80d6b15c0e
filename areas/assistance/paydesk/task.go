package paydesk

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"minzheng/areas/assistance/payment"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/web"
)

// taskPage shows what waits in the townships of a reader.
type taskPage struct {
	top
	Kinds []web.Option
	Rows  []taskRow
	Pager web.PagerView
}

type taskRow struct {
	ID, Href, Name, Place string
	Kind                  chip
	What, When            string
	How                   web.Field
	Account               bool // is done by registering an account
	May                   bool
}

const tasksOnPage = 30

var taskKinds = []web.Option{{Value: "", Label: "全部"}, {Value: payment.Failure, Label: "没到账"}, {Value: payment.NoAccount, Label: "没有账户"},
	{Value: payment.Recheck, Label: "要复核"}, {Value: payment.Missing, Label: "缺事实"}}

func (p pages) tasks(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.tasked(w, r, who, nil, nil)
}

func (p pages) tasked(w http.ResponseWriter, r *http.Request, who auth.Who, typed url.Values, failure error) error {
	if len(p.Scopes(who)) == 0 {
		return errNoPage()
	}
	t, err := p.begun(r, who, "发放待办", failure)
	if err != nil {
		return err
	}
	v := taskPage{top: t}
	v.crumbs(web.Crumb{Label: "待办"})
	kind, from := r.URL.Query().Get("kind"), 0
	from, _ = strconv.Atoi(r.URL.Query().Get("from"))
	from = max(from, 0)
	for _, k := range taskKinds {
		k.Checked = k.Value == kind
		v.Kinds = append(v.Kinds, k)
	}
	all, total, err := p.Tasks(r.Context(), p.DB, who, kind, from, tasksOnPage)
	if err != nil {
		return err
	}
	for _, one := range all {
		v.Rows = append(v.Rows, p.task(one, who, typed))
	}
	v.Pager = pager(kind, from, len(all), total)
	if len(all) > 0 {
		if err := p.looked(r, who, audit.Entry{Subject: "payment-tasks", Purpose: "看发放待办", Detail: map[string]string{"tasks": itoa(len(all))}}); err != nil {
			return err
		}
	}
	return web.RenderStatus(w, r, v.status, taskView(v))
}

func pager(kind string, from, shown, total int) web.PagerView {
	at := func(from int) string {
		return home + "/tasks?" + url.Values{"kind": {kind}, "from": {itoa(from)}}.Encode()
	}
	v := web.PagerView{From: from + 1, To: from + shown, Total: total}
	if from > 0 {
		v.Prev = at(max(from-tasksOnPage, 0))
	}
	if from+shown < total {
		v.Next = at(from + tasksOnPage)
	}
	return v
}

func (p pages) task(t payment.Task, who auth.Who, typed url.Values) taskRow {
	row := taskRow{ID: t.ID, Href: benefitURL(t.Benefit), Name: t.Name, Place: p.place(t.Township), Kind: kindChip(t.Kind), What: t.What, When: timed(t.At),
		Account: t.Kind == payment.NoAccount, May: p.Clerk(who, t.Township)}
	label := "怎么处理的"
	if t.Kind == payment.Failure {
		label = "账户没有错，写明情况"
	}
	row.How = web.Field{Name: "how-" + t.ID, Label: label, MaxLength: 200, Value: typed.Get("how-" + t.ID)}
	return row
}

func kindChip(kind string) chip {
	switch kind {
	case payment.Failure:
		return chip{web.Bad, "x", "没到账"}
	case payment.NoAccount:
		return chip{web.Wait, "credit-card", "没有账户"}
	case payment.Recheck:
		return chip{web.Wait, "alert-triangle", "要复核"}
	}
	return chip{web.Info, "question-mark", "缺事实"}
}

func (p pages) done(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	id := r.PathValue("task")
	err = p.do(r, func(ctx context.Context, tx *db.Tx) error { return p.Done(ctx, tx, who, id, sent.Get("how-"+id)) })
	if err != nil {
		return p.tasked(w, r, who, sent, err)
	}
	return p.said(w, r, "这件事办完了。", home+"/tasks")
}
