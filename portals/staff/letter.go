package staff

import (
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/errs"
	"minzheng/kernel/letter"
	"minzheng/kernel/web"
)

// letterPage shows one letter as the applicant has it.
type letterPage struct {
	Page  web.Page
	PDF   string
	Sent  casework.Sent
	Parts []letter.Group
}

// letter shows a letter of a case, as a page or as it is printed.
func (p *Portal) letter(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	c, err := p.find(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	id, printed := strings.CutSuffix(r.PathValue("letter"), ".pdf")
	letters, err := p.Desk.Letters(r.Context(), p.Desk.DB, c.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(letters, func(s casework.Sent) bool { return s.ID == id })
	if i < 0 {
		return errs.New(errs.NotFound, "没有找到这份文书。")
	}
	d := &dossier{p: p, c: c, who: who}
	if d.s, err = p.Desk.Services().Version(r.Context(), p.Desk.DB, c.Version); err != nil {
		return err
	}
	if err := d.looked(r.Context(), map[string]string{"letter": id}); err != nil {
		return err
	}
	if printed {
		return p.printed(w, letters[i])
	}
	return p.letterOnPage(w, r, who, c, letters[i])
}

// decision hands out the signed record of how a case was decided.
func (p *Portal) decision(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	c, err := p.find(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	d := &dossier{p: p, c: c, who: who}
	if d.s, err = p.Desk.Services().Version(r.Context(), p.Desk.DB, c.Version); err != nil {
		return err
	}
	number, b, err := p.Desk.Download(r.Context(), p.Desk.DB, c.ID)
	if err != nil {
		return err
	}
	if err := d.looked(r.Context(), map[string]string{"decision": number}); err != nil {
		return err
	}
	return web.Download(w, number+".json", "application/json", b)
}

func (p *Portal) letterOnPage(w http.ResponseWriter, r *http.Request, who auth.Who, c casework.Case, sent casework.Sent) error {
	pg, err := p.page(r, who, sent.Letter.Title, "/staff")
	if err != nil {
		return err
	}
	here := "/staff/cases/" + string(c.ID)
	pg.Crumbs = []web.Crumb{{Href: "/staff", Label: "待办"}, {Href: here, Label: c.Number}, {Label: "文书"}}
	return web.Render(w, r, letterView(letterPage{Page: pg, Sent: sent, PDF: here + "/letters/" + sent.ID + ".pdf",
		Parts: letter.Groups(sent.Letter.Blocks)}))
}

func (p *Portal) printed(w http.ResponseWriter, sent casework.Sent) error {
	body, err := p.PDF(sent.Letter)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": sent.Letter.Title + ".pdf"}))
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body) // whoever has gone away cannot be told
	return nil
}
