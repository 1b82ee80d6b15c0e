package staff

import (
	"context"
	"net/http"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/letter"
	"minzheng/kernel/web"
)

// transferView is that another county decides a case, with what is to be done here.
type transferView struct {
	casework.Transfer
	Base      string
	Acts      bool
	Townships []web.Option // in this house; none: it goes out as a file
	Problems  errs.Problems
}

func (d *dossier) transferring(ctx context.Context, t typed) (*transferView, error) {
	if d.transfer == nil {
		return nil, nil
	}
	v := &transferView{Transfer: *d.transfer, Base: "/staff/cases/" + string(d.c.ID) + "/transfer", Acts: d.mayAct && d.c.IsOpen() && d.c.Role != "citizen", Problems: t.problems}
	offices, err := d.p.Desk.Townships(ctx, d.p.Desk.DB, *d.transfer, d.s)
	for _, one := range offices {
		v.Townships = append(v.Townships, web.Option{Value: string(one.Code), Label: one.Name})
	}
	return v, err
}

// passOn sends a complete application to where it is decided.
func (p *Portal) passOn(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.transferred(w, r, who, func(tx *db.Tx, d *dossier) error {
		return p.Desk.Pass(r.Context(), tx, d.c.ID, d.actor, r.PostForm.Get("transfer.township"))
	})
}

// answered ends a case with what the other county says.
func (p *Portal) answered(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.transferred(w, r, who, func(tx *db.Tx, d *dossier) error {
		return p.Desk.Answered(r.Context(), tx, d.c.ID, d.actor, strings.TrimSpace(r.PostForm.Get("transfer.answer")))
	})
}

func (p *Portal) transferred(w http.ResponseWriter, r *http.Request, who auth.Who, do func(*db.Tx, *dossier) error) error {
	d, err := p.read(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	if !d.mayAct {
		return errs.New(errs.Forbidden, "这一步不由您来办。")
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return do(tx, d) })
	if problems, ok := err.(errs.Problems); ok {
		return p.render(w, r, d, typed{key: "transfer", problems: problems}, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	p.Auth.Put(r, "staff", "办好了，申请人会收到通知。")
	to := "/staff/cases/" + string(d.c.ID)
	if c, err := casework.Find(r.Context(), p.Desk.DB, d.c.ID); err == nil && p.viewRole(who, c) == "" {
		to = "/staff" // it lies in another office now
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// transferPaper hands out the signed file, or the letter that goes with it.
func (p *Portal) transferPaper(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	d, err := p.read(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	b, err := p.Desk.TransferFile(r.Context(), p.Desk.DB, d.c.ID)
	if err != nil {
		return err
	}
	if err := d.looked(r.Context(), map[string]string{"paper": "转办文件"}); err != nil {
		return err
	}
	name, kind := "transfer.json", "application/json"
	if r.PathValue("paper") == "letter.pdf" {
		name, kind = "letter.pdf", "application/pdf"
		if b, err = p.PDF(d.transferLetter()); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, err = w.Write(b)
	return err
}

func (d *dossier) transferLetter() letter.Letter {
	t := d.transfer
	line := func(s string) letter.Block {
		return letter.Block{Kind: letter.Paragraph, Text: []letter.Run{{Text: s}}}
	}
	return letter.Letter{Title: "跨省通办转办函", Office: d.p.Desk.Office.Bureau, Number: d.c.Number, Day: longDay(t.Moved.Format("2006-01-02")), Blocks: []letter.Block{
		line(t.HomeName + "民政局："),
		line("户籍在你地的" + d.c.Name + "在我地申请" + d.s.Title + "，材料经查齐全，现转请办理。"),
		line("随函附有数字签名的转办文件，里面是申请人填写的内容和材料的校验值；材料另附。我地没有替你地作任何认定。"),
		line("请收到后按规定期限办理，并把结果告诉申请人和我地。依据：" + d.s.Anywhere.Law + "。"),
		line("联系电话：" + d.p.Desk.Office.Phone),
	}}
}
