package staff

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"minzheng/kernel/area"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

const foundURL = "/staff/found"

// foundPage lists those who qualify for something and have not asked.
type foundPage struct {
	Page     web.Page
	Flash    string
	Kinds    []web.Option
	Places   []web.Option
	Services []web.Option
	Rows     []foundRow
	Pager    web.PagerView
	Empty    web.EmptyView
}

type foundRow struct {
	Href, Name, Place, Title, Pays string
	Lead, When                     string
	Chip                           chip
}

// kinds are the lists of offers.
func kinds() []web.Option {
	return []web.Option{{Value: "worker", Label: "要上门或打电话的"}, {Value: "all", Label: "全部没有答复的"}, {Value: "closed", Label: "已经有结果的"}}
}

// seats are the places whose people a reader looks after; none for an
// administrator.
func (p *Portal) seats(who auth.Who) []string {
	var all []string
	for _, g := range who.Grants {
		if g.SeesCases() && !slices.Contains(all, g.Region) {
			all = append(all, g.Region)
		}
	}
	return all
}

func (p *Portal) covers(who auth.Who, place string) bool {
	return place != "" && slices.ContainsFunc(p.seats(who), func(seat string) bool { return p.within(place, seat) })
}

func (p *Portal) discovered(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	seats := p.seats(who)
	if p.Offers == nil || len(seats) == 0 {
		return errNoDesk()
	}
	asked := r.URL.Query()
	q := area.OfferQuery{Region: seats[0], Service: asked.Get("service"), Kind: "worker", Limit: pageSize}
	if kind := asked.Get("kind"); slices.ContainsFunc(kinds(), func(o web.Option) bool { return o.Value == kind }) {
		q.Kind = kind
	}
	if place := asked.Get("place"); p.covers(who, place) {
		q.Region = place
	}
	at := pageNumber(asked.Get("page"), 1<<30)
	q.Skip = (at - 1) * pageSize
	offers, n, err := p.Offers.List(r.Context(), p.Desk.DB, q)
	if err != nil {
		return err
	}
	pg, err := p.page(r, who, "主动发现 "+itoa(n)+" 项", foundURL)
	if err != nil {
		return err
	}
	v := foundPage{Page: pg, Flash: p.Auth.Take(r, "staff"), Places: p.placesOf(seats, q.Region), Pager: foundPager(asked, at, len(offers), n), Empty: emptyFound(q)}
	for _, k := range kinds() {
		k.Checked = k.Value == q.Kind
		v.Kinds = append(v.Kinds, k)
	}
	v.Services = p.finding(q.Service)
	today := calendar.DayOf(p.Desk.DB.Now())
	for _, o := range offers {
		v.Rows = append(v.Rows, p.foundRow(o, today))
	}
	return web.Render(w, r, foundView(v))
}

func (p *Portal) foundRow(o area.Offer, today calendar.Day) foundRow {
	return foundRow{Href: foundURL + "/" + o.ID, Name: o.Name, Place: p.Desk.Where(o.Region), Title: o.Title, Pays: o.Pays(), Lead: o.Lead,
		When: dated(calendar.DayOf(o.Made), today), Chip: offerChip(o)}
}

func offerChip(o area.Offer) chip {
	switch o.State {
	case area.Accepted:
		return chip{web.OK, "check", "本人同意了"}
	case area.Taken:
		return chip{web.OK, "check", "代办了"}
	case area.Declined:
		return chip{web.Mute, "minus", "不需要"}
	case area.Lapsed:
		return chip{web.Mute, "minus", "情况变了"}
	case area.Seen:
		return chip{web.Info, "eye-check", "手机上看过了"}
	}
	if o.Worker {
		return chip{web.Wait, "hand-stop", "手机上告诉不了"}
	}
	return chip{web.Info, "clock", "手机上还没看"}
}

// placesOf are the places that a reader may choose, down to the villages of
// the one that is chosen.
func (p *Portal) placesOf(seats []string, chosen string) []web.Option {
	var all []web.Option
	add := func(code region.Code, deep string) {
		if !slices.ContainsFunc(all, func(o web.Option) bool { return o.Value == string(code) }) {
			all = append(all, web.Option{Value: string(code), Label: deep + p.Desk.Places.Name(code), Checked: string(code) == chosen})
		}
	}
	for _, seat := range seats {
		add(region.Code(seat), "")
		for _, child := range p.Desk.Places.Children(region.Code(seat)) {
			add(child.Code, "　")
			if p.within(chosen, string(child.Code)) {
				for _, village := range p.Desk.Places.Children(child.Code) {
					add(village.Code, "　　")
				}
			}
		}
	}
	return all
}

// finding are the services that look for people.
func (p *Portal) finding(chosen string) []web.Option {
	all := []web.Option{{Label: "全部事项"}}
	for _, s := range p.Desk.Services().All() {
		if s.Finds != nil {
			all = append(all, web.Option{Value: s.Code, Label: s.Short, Checked: s.Code == chosen})
		}
	}
	return all
}

func foundPager(asked url.Values, at, shown, total int) web.PagerView {
	v := web.PagerView{From: (at-1)*pageSize + 1, To: (at-1)*pageSize + shown, Total: total}
	link := func(n int) string {
		q := url.Values{"page": {itoa(n)}}
		for _, name := range []string{"kind", "place", "service"} {
			if asked.Get(name) != "" {
				q.Set(name, asked.Get(name))
			}
		}
		return foundURL + "?" + q.Encode()
	}
	if at > 1 {
		v.Prev = link(at - 1)
	}
	if v.To < total && shown > 0 {
		v.Next = link(at + 1)
	}
	return v
}

func emptyFound(q area.OfferQuery) web.EmptyView {
	if q.Kind == "closed" {
		return web.EmptyView{Icon: "inbox", Title: "还没有结果", Text: "本人同意、代办或者说不需要的，会列在这里。"}
	}
	return web.EmptyView{Icon: "checks", Title: "现在没有", Text: "每天夜里照政策条件看一遍名册，找到符合条件还没申请的人，会列在这里。"}
}

// toFind is how many of a reader's people no phone reaches: the menu's badge.
func (p *Portal) toFind(ctx context.Context, who auth.Who) (int, error) {
	seats := p.seats(who)
	if p.Offers == nil || len(seats) == 0 || !p.takesUp(who) {
		return 0, nil
	}
	_, n, err := p.Offers.List(ctx, p.Desk.DB, area.OfferQuery{Region: seats[0], Kind: "worker"})
	return n, err
}

// takesUp reports whether a reader does the first step of some service.
func (p *Portal) takesUp(who auth.Who) bool {
	for _, s := range p.Desk.Services().All() {
		if s.Finds != nil && who.Holds(s.Steps[0].Role) {
			return true
		}
	}
	return false
}

// offered reads an offer to somebody in the reader's places; any other is not
// there.
func (p *Portal) offered(r *http.Request, who auth.Who) (area.Offer, error) {
	none := errs.New(errs.NotFound, "没有找到这一项。")
	if p.Offers == nil {
		return area.Offer{}, none
	}
	o, err := p.Offers.Find(r.Context(), p.Desk.DB, r.PathValue("offer"))
	if err != nil {
		return o, err
	}
	if !p.covers(who, o.Region) {
		return area.Offer{}, none
	}
	return o, nil
}

func (p *Portal) looksAt(ctx context.Context, who auth.Who, o area.Offer) error {
	role := ""
	for _, g := range who.Grants {
		if g.SeesCases() && p.within(o.Region, g.Region) {
			role = g.Role
		}
	}
	return p.Desk.Audit.RecordNow(ctx, audit.Entry{Actor: who.Account, ActorName: who.Name, Role: role, Verb: audit.View, Subject: "offer/" + o.ID,
		Person: string(o.Person), Purpose: "主动发现：" + strings.TrimSpace(o.Title)})
}
