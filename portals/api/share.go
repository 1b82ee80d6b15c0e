package api

import (
	"encoding/base64"
	"io"
	"net/http"

	"golang.org/x/time/rate"

	"minzheng/kernel/errs"
	"minzheng/kernel/share"
	"minzheng/kernel/web"
)

// shareAtOnce is how many signed requests are taken in a second: each costs a
// verification, whoever sends it.
const shareAtOnce = 100

// shares hangs the door at which other departments ask by signature.
func (p *Portal) shares(m *web.Mux) {
	if p.Share == nil {
		return
	}
	gate := rate.NewLimiter(shareAtOnce, 2*shareAtOnce)
	signed := func(h func(http.ResponseWriter, *http.Request, share.Signed) error) web.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Cache-Control", "no-store")
			if !gate.Allow() {
				return errs.New(errs.TooMany, "请求太多，请过一会儿再试。")
			}
			s, err := signedOf(r)
			if err != nil {
				return err
			}
			return h(w, r, s)
		}
	}
	m.Handle("POST /api/share/read", signed(p.shareRead))
	m.Handle("POST /api/share/requests", signed(p.shareTake))
	m.Handle("POST /api/share/corrections", signed(p.shareTake))
}

// signedOf reads a request with the headers that sign it.
func signedOf(r *http.Request) (share.Signed, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, share.LongestBody+1))
	if err != nil {
		return share.Signed{}, errs.New(errs.Invalid, "正文没有收完整。")
	}
	if len(body) > share.LongestBody {
		return share.Signed{}, errs.New(errs.TooLarge, "正文太长了。")
	}
	h := r.Header.Get
	return share.Signed{Method: r.Method, Path: r.URL.Path, Party: h("X-Share-Party"), Timestamp: h("X-Share-Timestamp"), Nonce: h("X-Share-Nonce"), Signature: h("X-Share-Signature"), Body: body}, nil
}

func (p *Portal) shareRead(w http.ResponseWriter, r *http.Request, s share.Signed) error {
	body, sig, err := p.Share.ReadingOf(r.Context(), s)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Share-Signature", base64.StdEncoding.EncodeToString(sig))
	_, err = w.Write(body)
	return err
}

func (p *Portal) shareTake(w http.ResponseWriter, r *http.Request, s share.Signed) error {
	out, err := p.Share.Take(r.Context(), s)
	if err != nil {
		return err
	}
	return web.JSON(w, r, http.StatusOK, out)
}
