package paydesk

import (
	"context"
	"io"
	"net/http"

	"minzheng/areas/assistance/payment"
	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/web"
)

// importPage shows a file of results before it is taken, and afterwards.
type importPage struct {
	top
	Href, Back string
	Name       string
	State      chip
	Seen       bool
	Counts     string
	Refused    []payment.Refused
	More       int // rows that are wrong and not listed
	Facts      []web.FactRow
}

const mostRefused = 200 // rows listed

// upload keeps a file of results to be looked at.
func (p pages) upload(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	i, err := p.received(r, who)
	if err != nil {
		return p.rolled(w, r, who, sent, err)
	}
	http.Redirect(w, r, importURL(i.ID), http.StatusSeeOther)
	return nil
}

func (p pages) received(r *http.Request, who auth.Who) (payment.Import, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 {
		return payment.Import{}, errs.Problems{{Field: "file", Sentence: "请选银行给的结果文件。"}}
	}
	head := r.MultipartForm.File["file"][0]
	f, err := head.Open()
	if err != nil {
		return payment.Import{}, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return payment.Import{}, err
	}
	return p.Receive(r.Context(), who, r.PathValue("roll"), head.Filename, data)
}

func (p pages) preview(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.previewed(w, r, who, nil)
}

func (p pages) previewed(w http.ResponseWriter, r *http.Request, who auth.Who, failure error) error {
	i, o, err := p.Import(r.Context(), p.DB, who, r.PathValue("import"))
	if err != nil {
		return err
	}
	t, err := p.begun(r, who, "银行结果", failure)
	if err != nil {
		return err
	}
	v := importPage{top: t, Href: importURL(i.ID), Back: rollURL(o.ID), Name: i.Name, State: importState(i), Seen: i.State == "seen", Counts: counts(i)}
	v.crumbs(web.Crumb{Href: v.Back, Label: o.Month.Long() + o.Title}, web.Crumb{Label: "银行结果"})
	v.Facts = []web.FactRow{{Label: "名册", Value: o.Month.Long() + o.Title}, {Label: "文件", Value: i.Name}, {Label: "文件里", Value: v.Counts}, {Label: "谁上传的", Value: i.MakerName, Note: timed(i.At)}}
	if v.Seen {
		if v.Refused, err = p.Examine(r.Context(), p.DB, i, o); err != nil {
			return err
		}
	}
	if n := len(v.Refused); n > mostRefused {
		v.Refused, v.More = v.Refused[:mostRefused], n-mostRefused
	}
	return web.RenderStatus(w, r, v.status, importView(v))
}

// settle takes a file, or leaves it.
func (p pages) settle(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	i, o, err := p.Import(r.Context(), p.DB, who, r.PathValue("import"))
	if err != nil {
		return err
	}
	switch r.PathValue("verb") {
	case "take":
		err = p.do(r, func(ctx context.Context, tx *db.Tx) error { return p.Take(ctx, tx, who, i.ID) })
	case "leave":
		err = p.do(r, func(ctx context.Context, tx *db.Tx) error { return p.Forget(ctx, tx, who, i.ID) })
		if err == nil {
			return p.said(w, r, "没有收，文件已经删掉。", rollURL(o.ID))
		}
	default:
		return errNoPage()
	}
	if err != nil {
		return p.previewed(w, r, who, err)
	}
	text := "结果收下了。"
	if i.Failed > 0 {
		text += "没到账的 " + itoa(i.Failed) + " 笔已经交给乡镇，也告诉了本人。"
	}
	return p.said(w, r, text, rollURL(o.ID))
}
