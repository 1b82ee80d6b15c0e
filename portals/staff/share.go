package staff

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/share"
	"minzheng/kernel/web"
)

const (
	shareURL  = "/staff/share"
	mostShare = 200
)

// sharePage is all that has to do with other departments' requests.
type sharePage struct {
	Page        web.Page
	Flash       string
	May         bool // does the work; else looks on
	Requests    []requestRow
	Grants      []grantRow
	Corrections []correctionRow
	Uses        []useRow
	Parties     []share.Party
}

type requestRow struct {
	share.Request
	Href, Party, Title string
	Chip               chip
}

type grantRow struct {
	share.Grant
	Party, Title, Fields string
	Chip                 chip
}

type correctionRow struct {
	share.Correction
	Href, Party, Title string
	Chip               chip
}

type useRow struct{ When, Party, Purpose, Outcome string }

// sharing is what pages about sharing need to know.
type sharing struct {
	names map[string]string
	list  share.Catalogue
	today calendar.Day
}

func (p *Portal) sharing(r *http.Request) (sharing, []share.Party, error) {
	all, err := p.Share.Parties(r.Context(), p.Desk.DB)
	s := sharing{map[string]string{}, p.Share.Catalogue(), calendar.DayOf(p.Desk.DB.Now())}
	for _, one := range all {
		s.names[one.ID] = one.Name
	}
	return s, all, err
}

func (s sharing) title(resource string) string {
	if r, err := s.list.Find(resource); err == nil {
		return r.Title
	}
	return resource
}

func (s sharing) due(d calendar.Day, what string) chip {
	if d < s.today {
		return chip{web.Bad, "alert-triangle", "超期，" + d.Short() + what}
	}
	return chip{web.Wait, "hourglass", "最晚 " + d.Short() + what}
}

func (s sharing) request(q share.Request) requestRow {
	row := requestRow{Request: q, Href: shareURL + "/requests/" + q.ID, Party: s.names[q.Party], Title: s.title(q.Resource)}
	switch q.State {
	case share.Waiting:
		row.Chip = s.due(q.Due, "答复")
	case share.Granted:
		row.Chip = s.due(q.Deliver, "给到")
	case share.Incomplete:
		row.Chip = chip{web.Mute, "clock-pause", "等对方补正"}
	case share.Delivered:
		row.Chip = chip{web.OK, "check", "已经给到"}
	case share.Refused:
		row.Chip = chip{web.Mute, "x", "不同意"}
	}
	return row
}

func (s sharing) grant(g share.Grant) grantRow {
	row := grantRow{Grant: g, Party: s.names[g.Party], Title: s.title(g.Resource), Chip: chip{web.OK, "check", "在用"}}
	if r, err := s.list.Find(g.Resource); err == nil {
		row.Fields = strings.Join(r.Titles(g.Fields), "、")
	}
	switch {
	case g.Stopped:
		row.Chip = chip{web.Mute, "x", "停了"}
	case s.today > g.Until:
		row.Chip = chip{web.Mute, "clock", "到期了"}
	case s.today < g.From:
		row.Chip = chip{web.Wait, "clock", "还没开始"}
	}
	return row
}

func (s sharing) correction(c share.Correction) correctionRow {
	row := correctionRow{Correction: c, Href: shareURL + "/corrections/" + c.ID, Party: s.names[c.Party], Title: s.title(c.Resource), Chip: s.due(c.Due, "答复")}
	switch c.State {
	case share.Corrected:
		row.Chip = chip{web.OK, "check", "已经更正"}
	case share.NotAtFault:
		row.Chip = chip{web.Mute, "check", "核实无误"}
	}
	return row
}

// sharer is the reader's grant; ok is false for those who have nothing to do
// with sharing.
func sharer(who auth.Who) (share.Actor, bool) {
	g, ok := grantAs(who, figuresFor...)
	return share.Actor{ID: who.Account, Name: who.Name, Role: g.Role}, ok
}

func (p *Portal) sharePages(m *web.Mux) {
	if p.Share == nil {
		return
	}
	m.Handle("GET /staff/share", p.in(p.showSharing))
	m.Handle("GET /staff/share/uses.csv", p.in(p.usesCSV))
	m.Handle("GET /staff/share/parties/new", p.in(p.shareForm(partyForm)))
	m.Handle("POST /staff/share/parties/new", p.in(p.addParty))
	m.Handle("GET /staff/share/requests/new", p.in(p.shareForm(requestForm)))
	m.Handle("POST /staff/share/requests/new", p.in(p.addRequest))
	m.Handle("GET /staff/share/requests/{id}", p.in(p.showRequest))
	m.Handle("POST /staff/share/requests/{id}/{verb}", p.in(p.doRequest))
	m.Handle("GET /staff/share/corrections/new", p.in(p.shareForm(correctionForm)))
	m.Handle("POST /staff/share/corrections/new", p.in(p.addCorrection))
	m.Handle("GET /staff/share/corrections/{id}", p.in(p.showCorrection))
	m.Handle("POST /staff/share/corrections/{id}", p.in(p.settleCorrection))
}

func (p *Portal) showSharing(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	if _, ok := sharer(who); !ok {
		return errNoDesk()
	}
	pg, err := p.page(r, who, "数据共享", shareURL)
	if err != nil {
		return err
	}
	s, parties, err := p.sharing(r)
	if err != nil {
		return err
	}
	v := sharePage{Page: pg, Flash: p.Auth.Take(r, "share"), May: who.Holds(dataOfficer), Parties: parties}
	if err := p.fillSharing(r, s, &v); err != nil {
		return err
	}
	return web.Render(w, r, shareView(v))
}

func (p *Portal) fillSharing(r *http.Request, s sharing, v *sharePage) error {
	requests, err := p.Share.Requests(r.Context(), p.Desk.DB, mostShare)
	if err != nil {
		return err
	}
	for _, q := range requests {
		v.Requests = append(v.Requests, s.request(q))
	}
	grants, err := p.Share.Grants(r.Context(), p.Desk.DB, mostShare)
	if err != nil {
		return err
	}
	for _, g := range grants {
		v.Grants = append(v.Grants, s.grant(g))
	}
	corrections, err := p.Share.Corrections(r.Context(), p.Desk.DB, mostShare)
	if err != nil {
		return err
	}
	for _, c := range corrections {
		v.Corrections = append(v.Corrections, s.correction(c))
	}
	uses, err := p.Share.Uses(r.Context(), p.Desk.DB, 20)
	if err != nil {
		return err
	}
	for _, u := range uses {
		v.Uses = append(v.Uses, useRow{exactly(u.At), s.names[u.Party], u.Purpose, map[string]string{share.UseFound: "答复了", share.UseAbsent: "没有这个人", share.UseNo: "没有给"}[u.Outcome]})
	}
	return nil
}

func (p *Portal) usesCSV(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	actor, ok := sharer(who)
	if !ok {
		return errNoDesk()
	}
	var b bytes.Buffer
	b.WriteString("\ufeff")
	if err := p.Share.Export(r.Context(), p.Desk.DB, &b); err != nil {
		return err
	}
	err := p.Desk.Audit.RecordNow(r.Context(), audit.Entry{Actor: actor.ID, ActorName: actor.Name, Role: actor.Role, Verb: audit.Export, Subject: "share", Purpose: "导出共享使用记录"})
	if err != nil {
		return err
	}
	return web.Download(w, "共享使用记录.csv", "text/csv; charset=utf-8", b.Bytes())
}

// sharePart is one form of three.
type sharePart int

const (
	partyForm sharePart = iota
	requestForm
	correctionForm
)

// shareFormPage takes in what came on paper.
type shareFormPage struct {
	Page      web.Page
	Part      sharePart
	Typed     url.Values
	Parties   []web.Option
	Resources []web.Option
	Fields    []web.Option
	Problems  errs.Problems
}

func (p *Portal) shareForm(part sharePart) func(http.ResponseWriter, *http.Request, auth.Who) error {
	return func(w http.ResponseWriter, r *http.Request, who auth.Who) error {
		v, err := p.shareFormView(r, who, part, url.Values{})
		if err != nil {
			return err
		}
		return web.Render(w, r, shareFormView(v))
	}
}

var partTitles = map[sharePart]string{partyForm: "登记部门", requestForm: "登记共享申请", correctionForm: "登记数据校核"}

func (p *Portal) shareFormView(r *http.Request, who auth.Who, part sharePart, typed url.Values) (shareFormPage, error) {
	if !who.Holds(dataOfficer) {
		return shareFormPage{}, errs.New(errs.Forbidden, "数据共享由数据专员办。")
	}
	pg, err := p.page(r, who, partTitles[part], shareURL)
	if err != nil {
		return shareFormPage{}, err
	}
	pg.Crumbs = []web.Crumb{{Href: shareURL, Label: "数据共享"}, {Label: partTitles[part]}}
	s, parties, err := p.sharing(r)
	if err != nil {
		return shareFormPage{}, err
	}
	v := shareFormPage{Page: pg, Part: part, Typed: typed}
	for _, one := range parties {
		v.Parties = append(v.Parties, web.Option{Value: one.ID, Label: one.Name, Checked: typed.Get("party") == one.ID})
	}
	for _, one := range s.list.Resources {
		if one.Attribute == share.Withheld || one.At != "" {
			continue
		}
		v.Resources = append(v.Resources, web.Option{Value: one.Code, Label: one.Title, Checked: typed.Get("resource") == one.Code})
		for _, f := range one.Fields {
			v.Fields = append(v.Fields, web.Option{Value: f.Code, Label: f.Title, Checked: slices.Contains(typed["fields"], f.Code)})
		}
	}
	return v, nil
}

// taken keeps what a form brings, or shows the form again.
func (p *Portal) taken(w http.ResponseWriter, r *http.Request, who auth.Who, part sharePart, keep func(tx *db.Tx, sent url.Values, who share.Actor) error) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	v, err := p.shareFormView(r, who, part, sent)
	if err != nil {
		return err
	}
	actor, _ := sharer(who)
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return keep(tx, sent, actor) })
	if v.Problems = problemsOf(err); len(v.Problems) > 0 {
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, shareFormView(v))
	}
	return p.shared(w, r, err, shareURL, "已经登记。")
}

// shared goes on after something was done.
func (p *Portal) shared(w http.ResponseWriter, r *http.Request, err error, to, said string) error {
	if err != nil {
		return err
	}
	p.Auth.Put(r, "share", said)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (p *Portal) addParty(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.taken(w, r, who, partyForm, func(tx *db.Tx, sent url.Values, who share.Actor) error {
		return p.Share.Introduce(r.Context(), tx, share.Party{ID: trimmed(sent, "id"), Name: trimmed(sent, "name"), Key: trimmed(sent, "key")}, who)
	})
}

func (p *Portal) addRequest(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.taken(w, r, who, requestForm, func(tx *db.Tx, sent url.Values, who share.Actor) error {
		_, err := p.Share.Receive(r.Context(), tx, share.Request{Party: trimmed(sent, "party"), Resource: trimmed(sent, "resource"), Fields: sent["fields"],
			Purpose: trimmed(sent, "purpose"), Law: trimmed(sent, "law"), Paper: trimmed(sent, "paper")}, who)
		return err
	})
}

func (p *Portal) addCorrection(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.taken(w, r, who, correctionForm, func(tx *db.Tx, sent url.Values, who share.Actor) error {
		_, err := p.Share.Claimed(r.Context(), tx, share.Correction{Party: trimmed(sent, "party"), Paper: trimmed(sent, "paper"), Ours: sent.Get("ours") == "1", Resource: trimmed(sent, "resource"), Field: trimmed(sent, "field"),
			Claim: share.Claim{Number: trimmed(sent, "number"), Name: trimmed(sent, "name"), Words: trimmed(sent, "words")}}, who)
		return err
	})
}

func trimmed(sent url.Values, name string) string { return strings.TrimSpace(sent.Get(name)) }

func count(sent url.Values, name string) int {
	n, _ := strconv.Atoi(trimmed(sent, name))
	return n
}
