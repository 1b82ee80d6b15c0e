package api

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/people"
)

// A token lasts as long as a session: a working day.
const tokenLasts = 12 * time.Hour

type codeIn struct {
	address string
	Body    struct {
		Number string `json:"number" doc:"身份证号"`
	}
}

// Resolve notes where the request comes from.
func (in *codeIn) Resolve(ctx huma.Context) []error {
	in.address = ctx.RemoteAddr()
	if host, _, err := net.SplitHostPort(in.address); err == nil {
		in.address = host
	}
	return nil
}

type codeOut struct {
	Body struct {
		Challenge string `json:"challenge" doc:"和验证码一起交回来"`
		Shown     string `json:"shown,omitempty" doc:"演示时直接显示的验证码"`
	}
}

type signInIn struct {
	Body struct {
		Challenge string `json:"challenge"`
		Code      string `json:"code" doc:"收到的验证码"`
	}
}

type staffIn struct {
	Body struct {
		Login    string `json:"login"`
		Password string `json:"password"`
		Code     string `json:"code,omitempty" doc:"动态码，绑定过才要"`
	}
}

type tokenOut struct {
	Body struct {
		Token   string    `json:"token" doc:"放在 Authorization: Bearer 后面"`
		Name    string    `json:"name"`
		Expires time.Time `json:"expires"`
	}
}

func (p *Portal) signIn() {
	offer(p, deed{id: "request-code", method: http.MethodPost, path: "/sign-in/code", title: "要一个登录验证码", open: true}, p.requestCode)
	offer(p, deed{id: "sign-in", method: http.MethodPost, path: "/sign-in", title: "居民登录", open: true}, p.signInCitizen)
	offer(p, deed{id: "staff-sign-in", method: http.MethodPost, path: "/staff/sign-in", title: "工作人员登录", open: true}, p.signInStaff)
}

func (p *Portal) requestCode(ctx context.Context, in *codeIn) (*codeOut, error) {
	number := form.Tidy("number", in.Body.Number)
	if wrong := form.CheckNumber(number, p.Desk.DB.Now()); wrong != "" {
		return nil, errs.Problems{{Field: "number", Sentence: wrong}}
	}
	c, err := p.Auth.RequestCode(ctx, number, in.address)
	if err != nil {
		return nil, err
	}
	out := &codeOut{}
	out.Body.Challenge, out.Body.Shown = c.ID, c.Shown
	return out, nil
}

func (p *Portal) signInCitizen(ctx context.Context, in *signInIn) (*tokenOut, error) {
	proved, err := p.Auth.ConfirmCode(ctx, in.Body.Challenge, in.Body.Code)
	if err != nil {
		return nil, err
	}
	who, err := p.person(ctx, proved)
	if err != nil {
		return nil, err
	}
	return p.token(ctx, auth.Who{Kind: auth.Citizen, Account: string(who.ID), Name: who.Name, Person: string(who.ID)})
}

// person is whose number was proved, brought into the register if need be.
func (p *Portal) person(ctx context.Context, proved auth.Identity) (people.Person, error) {
	who, err := p.Desk.People.ByNumber(ctx, p.Desk.DB, proved.Number)
	if !errs.Is(err, errs.NotFound) {
		return who, err
	}
	if p.Enrol == nil {
		return who, errs.New(errs.NotFound, "我们这里还没有您的登记。请带身份证到乡镇（街道）柜台登记，登记好就能用了。")
	}
	return p.Enrol(ctx, proved)
}

func (p *Portal) signInStaff(ctx context.Context, in *staffIn) (*tokenOut, error) {
	who, err := p.Auth.SignInStaff(ctx, in.Body.Login, in.Body.Password, in.Body.Code)
	if err != nil {
		return nil, err
	}
	return p.token(ctx, who)
}

func (p *Portal) token(ctx context.Context, who auth.Who) (*tokenOut, error) {
	out := &tokenOut{}
	out.Body.Name = who.Name
	role := "citizen"
	if who.Kind == auth.Staff {
		role = "staff"
	}
	err := p.Desk.DB.Do(ctx, func(tx *db.Tx) (err error) {
		out.Body.Expires = tx.Now.Add(tokenLasts)
		if out.Body.Token, err = p.Auth.IssueToken(ctx, tx, who, tokenLasts); err != nil {
			return err
		}
		return p.Desk.Audit.Record(ctx, tx, audit.Entry{Actor: who.Account, ActorName: who.Name, Role: role, Verb: audit.SignIn,
			Subject: "account/" + who.Account, Person: who.Person, Purpose: "从接口登录"})
	})
	return out, err
}
