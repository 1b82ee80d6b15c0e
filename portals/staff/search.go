package staff

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

// searchPage shows what a search found.
type searchPage struct {
	Page  web.Page
	Words string
	Asked bool
	Hint  string // why nothing was looked for
	Rows  []row
	Most  int // more than these are not shown; 0 when all are
	Known []resident
}

const (
	mostFound = 50
	readFound = 500 // of a county; those outside the reader's places fall out
)

func errNoDesk() error {
	return errs.New(errs.Forbidden, "您的账号还没有岗位，请找本单位的管理员。")
}

func (p *Portal) search(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	if len(p.views(who)) == 0 {
		return errNoDesk()
	}
	pg, err := p.page(r, who, "查办件", "/staff/search")
	if err != nil {
		return err
	}
	v := searchPage{Page: pg, Words: strings.TrimSpace(r.URL.Query().Get("q"))}
	switch n := len([]rune(v.Words)); {
	case n == 0:
	case n < 2 || n > 60:
		v.Hint = "请写受理号，或者申请人姓名的前两个字以上。"
	default:
		v.Asked = true
		found, err := p.found(r.Context(), who, v.Words)
		if err != nil {
			return err
		}
		if len(found) > mostFound {
			found, v.Most = found[:mostFound], mostFound
		}
		if v.Rows, err = p.rows(r, who, found, view{}); err != nil {
			return err
		}
		if v.Known, err = p.residents(r.Context(), who, v.Words); err != nil {
			return err
		}
		entry := audit.Entry{Actor: who.Account, ActorName: who.Name, Verb: audit.View, Subject: "search", Purpose: "按受理号或姓名查办件",
			Detail: map[string]string{"words": v.Words, "found": itoa(len(v.Rows))}}
		if err := p.Desk.Audit.RecordNow(r.Context(), entry); err != nil {
			return err
		}
	}
	return web.Render(w, r, searchView(v))
}

// found returns the cases that the reader may see, newest first.
func (p *Portal) found(ctx context.Context, who auth.Who, words string) ([]casework.Case, error) {
	var counties []string
	for _, g := range who.Grants {
		if c := string(p.Desk.Places.County(region.Code(g.Region))); g.SeesCases() && c != "" && !slices.Contains(counties, c) {
			counties = append(counties, c)
		}
	}
	var all []casework.Case
	for _, c := range counties {
		found, err := casework.Search(ctx, p.Desk.DB, c, words, readFound)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return slices.DeleteFunc(all, func(c casework.Case) bool { return p.viewRole(who, c) == "" }), nil
}
