package archive

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"minzheng/areas/marriage/register"
	"minzheng/kernel/area"
	"minzheng/kernel/errs"
	"minzheng/kernel/web"
)

const verifyHome = "/public/marriage"

// verifyURL is what a certificate's drawing leads to. It names nobody.
func verifyURL(code string) string { return verifyHome + "/" + url.PathEscape(code) }

// verifyPage says of a certificate that it holds, or that it does not.
type verifyPage struct {
	web.Page
	Code     string
	Fields   []web.Field
	Problems errs.Problems
	Asked    bool
	Holds    bool
}

// verifier answers who holds a certificate in their hand.
type verifier struct {
	*register.Register
	door area.PublicDoor
	mu   sync.Mutex
	seen map[netip.Addr]*rate.Limiter
}

// Verify hangs the public page.
func Verify(g *register.Register, door area.PublicDoor) {
	p := &verifier{Register: g, door: door, seen: map[netip.Addr]*rate.Limiter{}}
	door.Handle("GET "+verifyHome, p.ask)
	door.Handle("GET "+verifyHome+"/{code}", p.ask)
	door.Handle("POST "+verifyHome, p.answer)
}

func (p *verifier) page(r *http.Request, sent url.Values, problems errs.Problems) verifyPage {
	v := verifyPage{Page: p.door.Page(r, "验结婚证、离婚证", "/public"), Problems: problems}
	v.Narrow = true
	for _, f := range [][3]string{{"code", "核验码", "证件上二维码旁边的 12 位字母和数字，扫码会自动填好"}, {"number", "字号", "例如 J390121-2026-000001"}, {"one", "一方姓名", ""}, {"other", "另一方姓名", ""}} {
		v.Fields = append(v.Fields, web.Field{Name: f[0], Label: f[1], Hint: f[2], Value: sent.Get(f[0]), Problem: problems.Of(f[0]), MaxLength: 40, Autocomplete: "off"})
	}
	return v
}

func (p *verifier) ask(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, verifyView(p.page(r, url.Values{"code": {r.PathValue("code")}}, nil)))
}

func (p *verifier) answer(w http.ResponseWriter, r *http.Request) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	if !p.allow(r) {
		return errs.New(errs.TooMany, "验得太快了，请过一分钟再验。")
	}
	var problems errs.Problems
	for _, name := range []string{"code", "number", "one", "other"} {
		if strings.TrimSpace(sent.Get(name)) == "" {
			problems.Add(name, "这一项要填写。")
		}
	}
	v := p.page(r, sent, problems)
	if len(problems) > 0 {
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, verifyView(v))
	}
	tidy := func(name string) string { return strings.TrimSpace(sent.Get(name)) }
	v.Asked = true
	v.Holds, err = p.Holds(r.Context(), p.door.Desk.DB, register.Claim{Code: strings.ToUpper(tidy("code")), Number: strings.ToUpper(tidy("number")), One: tidy("one"), Other: tidy("other")})
	if err != nil {
		return err
	}
	return web.Render(w, r, verifyView(v))
}

// Ten at once and one each six seconds: enough for a person with papers.
func (p *verifier) allow(r *http.Request) bool {
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.seen) > 4096 {
		clear(p.seen)
	}
	one := p.seen[at.Addr()]
	if one == nil {
		one = rate.NewLimiter(rate.Every(6*time.Second), 10)
		p.seen[at.Addr()] = one
	}
	return one.AllowN(p.door.Desk.DB.Now(), 1)
}
