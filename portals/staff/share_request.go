package staff

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/share"
	"minzheng/kernel/web"
)

// shareRequestPage is one request with what can be done about it.
type shareRequestPage struct {
	Page     web.Page
	Flash    string
	Row      requestRow
	Fields   []web.Option // of the request
	Titles   []string
	Grant    *grantRow
	May      bool // does the work
	Approve  bool // may approve the extension
	CanMore  bool // an extension can be asked for
	From     string
	Until    string
	Typed    url.Values
	Problems errs.Problems
}

const grantDays = 365 // proposed

func problemsOf(err error) errs.Problems {
	var p errs.Problems
	errors.As(err, &p)
	return p
}

func (p *Portal) requestView(r *http.Request, who auth.Who, typed url.Values) (shareRequestPage, error) {
	actor, ok := sharer(who)
	if !ok {
		return shareRequestPage{}, errNoDesk()
	}
	q, err := p.Share.Request(r.Context(), p.Desk.DB, r.PathValue("id"))
	if err != nil {
		return shareRequestPage{}, err
	}
	pg, err := p.page(r, who, "共享申请", shareURL)
	if err != nil {
		return shareRequestPage{}, err
	}
	pg.Crumbs = []web.Crumb{{Href: shareURL, Label: "数据共享"}, {Label: "申请"}}
	s, _, err := p.sharing(r)
	if err != nil {
		return shareRequestPage{}, err
	}
	v := shareRequestPage{Page: pg, Row: s.request(q), May: who.Holds(dataOfficer), Typed: typed, From: s.today.String(), Until: (s.today + grantDays).String()}
	v.Approve = q.State == share.Waiting && q.ExtendBy != "" && !q.Extended && q.ExtendBy != actor.ID && who.Holds(county)
	res, err := s.list.Find(q.Resource)
	if err == nil {
		v.Titles = res.Titles(q.Fields)
		v.CanMore = res.Attribute == share.Conditional && q.ExtendBy == ""
		for _, f := range res.Fields {
			if slices.Contains(q.Fields, f.Code) {
				v.Fields = append(v.Fields, web.Option{Value: f.Code, Label: f.Title, Checked: typed == nil || slices.Contains(typed["granted"], f.Code)})
			}
		}
	}
	g, err := p.Share.GrantOf(r.Context(), p.Desk.DB, q.ID)
	if errs.Is(err, errs.NotFound) {
		return v, nil
	}
	row := s.grant(g)
	v.Grant = &row
	return v, err
}

func (p *Portal) showRequest(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	v, err := p.requestView(r, who, nil)
	if err != nil {
		return err
	}
	v.Flash = p.Auth.Take(r, "share")
	return web.Render(w, r, shareRequestView(v))
}

// doRequest does one of the things that can be done about a request.
func (p *Portal) doRequest(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	verb, actor := r.PathValue("verb"), share.Actor{}
	if actor, _ = sharer(who); verb == "approve" {
		actor.Role = county
	}
	if !who.Holds(map[bool]string{true: county, false: dataOfficer}[verb == "approve"]) {
		return errs.New(errs.Forbidden, "这一步不是您办的。")
	}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.moveRequest(r, tx, verb, sent, actor) })
	if problems := problemsOf(err); len(problems) > 0 {
		v, err := p.requestView(r, who, sent)
		if err != nil {
			return err
		}
		v.Problems = problems
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, shareRequestView(v))
	}
	return p.shared(w, r, err, shareURL+"/requests/"+url.PathEscape(r.PathValue("id")), "已经办好。")
}

func (p *Portal) moveRequest(r *http.Request, tx *db.Tx, verb string, sent url.Values, who share.Actor) error {
	ctx, id := r.Context(), r.PathValue("id")
	switch verb {
	case "lack":
		return p.Share.Lack(ctx, tx, id, trimmed(sent, "lacks"), who)
	case "complete":
		return p.Share.Complete(ctx, tx, id, who)
	case "refuse":
		return p.Share.Refuse(ctx, tx, id, trimmed(sent, "reason"), who)
	case "extend":
		return p.Share.Extend(ctx, tx, id, trimmed(sent, "why"), who)
	case "approve":
		return p.Share.ApproveExtension(ctx, tx, id, who)
	case "deliver":
		return p.Share.Deliver(ctx, tx, id, who)
	case "agree":
		t := share.Terms{Fields: sent["granted"], Daily: count(sent, "daily")}
		t.From, _ = calendar.Parse(trimmed(sent, "from"))
		t.Until, _ = calendar.Parse(trimmed(sent, "until"))
		_, err := p.Share.Agree(ctx, tx, id, t, who)
		return err
	case "stop":
		g, err := p.Share.GrantOf(ctx, tx, id)
		if err != nil {
			return err
		}
		return p.Share.Stop(ctx, tx, g.ID, trimmed(sent, "why"), who)
	}
	return errs.New(errs.NotFound, "没有这个办法。")
}

// correctionPage is one correction.
type correctionPage struct {
	Page     web.Page
	Row      correctionRow
	May      bool
	Typed    url.Values
	Problems errs.Problems
}

func (p *Portal) correctionView(r *http.Request, who auth.Who, typed url.Values) (correctionPage, error) {
	actor, ok := sharer(who)
	if !ok {
		return correctionPage{}, errNoDesk()
	}
	c, err := p.Share.Correction(r.Context(), p.Desk.DB, r.PathValue("id"))
	if err != nil {
		return correctionPage{}, err
	}
	pg, err := p.page(r, who, "数据校核", shareURL)
	if err != nil {
		return correctionPage{}, err
	}
	pg.Crumbs = []web.Crumb{{Href: shareURL, Label: "数据共享"}, {Label: "校核"}}
	s, _, err := p.sharing(r)
	if err != nil {
		return correctionPage{}, err
	}
	err = p.Desk.Audit.RecordNow(r.Context(), audit.Entry{Actor: actor.ID, ActorName: actor.Name, Role: actor.Role, Verb: audit.View, Subject: "correction/" + c.ID, Purpose: "核实其他部门提出的数据校核"})
	return correctionPage{Page: pg, Row: s.correction(c), May: who.Holds(dataOfficer) && c.State == share.ToVerify, Typed: typed}, err
}

func (p *Portal) showCorrection(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	v, err := p.correctionView(r, who, nil)
	if err != nil {
		return err
	}
	return web.Render(w, r, correctionOne(v))
}

func (p *Portal) settleCorrection(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	if !who.Holds(dataOfficer) {
		return errs.New(errs.Forbidden, "数据校核由数据专员答复。")
	}
	actor, _ := sharer(who)
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		return p.Share.Settle(r.Context(), tx, r.PathValue("id"), sent.Get("state"), trimmed(sent, "answer"), actor)
	})
	if problems := problemsOf(err); len(problems) > 0 {
		v, err := p.correctionView(r, who, sent)
		if err != nil {
			return err
		}
		v.Problems = problems
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, correctionOne(v))
	}
	return p.shared(w, r, err, shareURL, "已经答复。")
}
