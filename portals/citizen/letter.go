package citizen

import (
	"net/http"
	"strconv"

	"minzheng/kernel/casework"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/web"
)

// letterPage shows one letter.
type letterPage struct {
	web.Page
	Sent casework.Sent
	Base string
}

func (p *Portal) letter(r *http.Request) (casework.Sent, error) {
	_, c, _, err := p.mine(r)
	if err != nil {
		return casework.Sent{}, err
	}
	all, err := p.Desk.Letters(r.Context(), p.Desk.DB, c.ID)
	if err != nil {
		return casework.Sent{}, err
	}
	for _, one := range all {
		if one.ID == r.PathValue("letter") {
			return one, nil
		}
	}
	return casework.Sent{}, errs.New(errs.NotFound, "没有找到这封信。")
}

func (p *Portal) letterPage(w http.ResponseWriter, r *http.Request) error {
	sent, err := p.letter(r)
	if err != nil {
		return err
	}
	v := letterPage{p.page(r, sent.Letter.Title, "/my"), sent, "/my/cases/" + string(sent.Case)}
	v.Narrow = true
	return web.Render(w, r, letterView(v))
}

func (p *Portal) letterPDF(w http.ResponseWriter, r *http.Request) error {
	sent, err := p.letter(r)
	if err != nil {
		return err
	}
	b, err := p.PDF(sent.Letter)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="letter.pdf"`)
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.Write(b)
	return nil
}

// decision hands out the signed record of how a case was decided.
func (p *Portal) decision(w http.ResponseWriter, r *http.Request) error {
	_, c, _, err := p.mine(r)
	if err != nil {
		return err
	}
	number, b, err := p.Desk.Download(r.Context(), p.Desk.DB, c.ID)
	if err != nil {
		return err
	}
	return web.Download(w, number+".json", "application/json", b)
}

func yuan(fen int64) string { return fact.Yuan(fen) }

func itoa(n int) string { return strconv.Itoa(n) }

func years(n int) string { return strconv.Itoa(n) + " 岁" }
