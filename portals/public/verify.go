package public

import (
	"net/http"
	"net/url"
	"strings"

	"minzheng/kernel/casework"
	"minzheng/kernel/errs"
	"minzheng/kernel/secret"
	"minzheng/kernel/web"
)

// verifyPage asks for a letter's code, or says that the letter is real.
type verifyPage struct {
	web.Page
	Code     string
	Problems errs.Problems
	Real     bool
	Rows     []web.FactRow
	Record   *recordView // of the decision that the letter tells
	KeyID    string      // of the key that signs decisions
}

// recordView is that a decision's record holds, and nothing of what is in it.
type recordView struct {
	Holds bool
	Rows  []web.FactRow
}

// askVerify leads to the address that stands on the letter itself.
func (p *Portal) askVerify(w http.ResponseWriter, r *http.Request) error {
	v, err := p.verifyPage(r)
	if err != nil {
		return err
	}
	asked := r.URL.Query()
	if code := tidy(asked.Get("code")); code != "" {
		http.Redirect(w, r, "/public/verify/"+url.PathEscape(code), http.StatusSeeOther)
		return nil
	}
	if asked.Has("code") {
		v.Problems.Add("code", "请填写核验码。")
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, verifyView(v))
	}
	return web.Render(w, r, verifyView(v))
}

// verify says of a letter no more than that it is real and to whom it went.
func (p *Portal) verify(w http.ResponseWriter, r *http.Request) error {
	v, err := p.verifyPage(r)
	if err != nil {
		return err
	}
	v.Code = tidy(r.PathValue("code"))
	sent, err := p.Desk.LetterByCode(r.Context(), p.Desk.DB, v.Code)
	if errs.Is(err, errs.NotFound) {
		v.Problems.Add("code", "我们没有发过这个核验码的文书。请看看有没有写错；没写错的，这份文书可能是假的，请打电话问我们。")
		return web.RenderStatus(w, r, http.StatusNotFound, verifyView(v))
	}
	if err != nil {
		return err
	}
	c, err := casework.Find(r.Context(), p.Desk.DB, sent.Case)
	if err != nil {
		return err
	}
	l := sent.Letter
	v.Real = true
	v.Rows = []web.FactRow{{Label: "编号", Value: l.Number}, {Label: "日期", Value: l.Day}, {Label: "什么文书", Value: l.Title},
		{Label: "谁发的", Value: l.Office}, {Label: "发给谁", Value: secret.MaskName(c.Name)}}
	if v.Record, err = p.recordView(r, sent); err != nil {
		return err
	}
	return web.Render(w, r, verifyView(v))
}

func (p *Portal) verifyPage(r *http.Request) (v verifyPage, err error) {
	v.Page = p.page(r, "查文书真伪", "/public/verify")
	pem, err := p.Desk.Box.PublicKeyPEM()
	if err != nil {
		return v, err
	}
	v.KeyID, _, err = secret.KeyID(pem)
	return v, err
}

// recordView says whether the record of the decision that a letter tells
// holds; nil when the letter tells none, or one of before records were signed.
func (p *Portal) recordView(r *http.Request, sent casework.Sent) (*recordView, error) {
	s, ok, err := p.Desk.Standing(r.Context(), p.Desk.DB, sent.Case)
	if err != nil || !ok || s.Number != sent.Letter.Number {
		return nil, err
	}
	return &recordView{s.Holds, []web.FactRow{{Label: "决定编号", Value: s.Number}, {Label: "记录的 SM3", Value: inFours(s.Hash)},
		{Label: "公钥指纹", Value: inFours(s.KeyID)}}}, nil
}

// inFours parts a long number so that two people can read it to each other.
func inFours(hex string) string {
	var parts []string
	for ; len(hex) > 4; hex = hex[4:] {
		parts = append(parts, hex[:4])
	}
	return strings.Join(append(parts, hex), " ")
}

// key hands out the public key with which decisions are verified.
func (p *Portal) key(w http.ResponseWriter, r *http.Request) error {
	pem, err := p.Desk.Box.PublicKeyPEM()
	if err != nil {
		return err
	}
	return web.Download(w, "decision-key.pem", "application/x-pem-file", pem)
}

// checkpoint hands out the head of the evidence log. Whoever keeps it can tell
// for ever whether what was recorded until then has been rewritten.
func (p *Portal) checkpoint(w http.ResponseWriter, r *http.Request) error {
	if p.Checkpoint == nil {
		return errs.New(errs.NotFound, "还没有签过检查点。")
	}
	signed, err := p.Checkpoint(r.Context(), p.Desk.DB)
	if err != nil {
		return err
	}
	return web.Download(w, "evidence-checkpoint.txt", "text/plain; charset=utf-8", signed)
}

// reviewPage says how to ask for a review.
type reviewPage struct {
	web.Page
	Office casework.Office
}

func (p *Portal) review(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, reviewView(reviewPage{p.page(r, "申请行政复议", "/public"), p.Desk.Office}))
}
