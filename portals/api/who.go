package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
)

type whoKey struct{}

// remember brings whoever asks to where operations find them.
func remember(ctx huma.Context, next func(huma.Context)) {
	r, _ := humago.Unwrap(ctx)
	if who, ok := auth.From(r); ok {
		who, _ = who.Without(casework.Village) // who helps in a village sees no case by it
		ctx = huma.WithValue(ctx, whoKey{}, who)
	}
	next(ctx)
}

// anybody returns who is signed in.
func anybody(ctx context.Context) (auth.Who, error) {
	who, ok := ctx.Value(whoKey{}).(auth.Who)
	if !ok {
		return who, errs.New(errs.SignIn, "请先登录，再带上令牌（Authorization: Bearer …）来办。")
	}
	return who, nil
}

func citizen(ctx context.Context) (auth.Who, error) {
	who, err := anybody(ctx)
	if err == nil && who.Kind != auth.Citizen {
		return who, errs.New(errs.Forbidden, "这件事要由居民本人登录后来办。")
	}
	return who, err
}

func staff(ctx context.Context) (auth.Who, error) {
	who, err := anybody(ctx)
	if err == nil && who.Kind != auth.Staff {
		return who, errs.New(errs.Forbidden, "这里只有工作人员能用。")
	}
	return who, err
}

func applicant(who auth.Who) casework.Actor {
	return casework.Actor{ID: who.Person, Name: who.Name, Role: "citizen"}
}

func (p *Portal) within(code, ancestor string) bool {
	return p.Desk.Places.Within(region.Code(code), region.Code(ancestor))
}

// admin looks after the program and sees no case.
const admin = "admin"

// seen returns the role in which who may see a case: citizen for its
// applicant, and for staff a role in a place that the case lies in. For
// everybody else the case does not exist.
func (p *Portal) seen(ctx context.Context, r db.Reader, who auth.Who, c casework.Case) (role string, err error) {
	if who.Kind == auth.Citizen && who.Person == string(c.Applicant) {
		return "citizen", nil
	}
	if who.Kind == auth.Staff {
		for _, g := range who.Grants {
			if g.SeesCases() && p.within(c.Region, g.Region) {
				return g.Role, p.Desk.Keeps(ctx, r, c.ID, who.Account)
			}
		}
	}
	return "", errs.New(errs.NotFound, "没有找到这件事。")
}

// mayWork returns who as the one who acts in a case's step now, or the error
// that it is another's turn. While a case waits for its applicant, that is who
// sent it there.
func (p *Portal) mayWork(who auth.Who, c casework.Case, s *catalog.Service) (casework.Actor, error) {
	st := s.Step(c.Step)
	if st != nil && st.Role == "citizen" {
		st = s.Step(c.CameFrom)
	}
	if st == nil || who.Kind != auth.Staff {
		return casework.Actor{}, errs.New(errs.Forbidden, "现在不该您办这一步。")
	}
	if !who.Covers(st.Role, c.Region, p.within) {
		return casework.Actor{}, errs.Newf(errs.Forbidden, "这一步由%s办，您的岗位不能办。", p.Desk.Services().Known().Roles[st.Role])
	}
	return casework.Actor{ID: who.Account, Name: who.Name, Role: st.Role}, nil
}
