package citizen

import (
	"net/http"

	"minzheng/kernel/auth"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// homePage is the front page, with what waits for whoever is signed in.
type homePage struct {
	web.Page
	Today    string
	Greeting string
	SignedIn bool
	Matters  []matter
	Requests []consentRequest
	Offers   []offerView
	Seen     int
	Groups   []serviceGroup
	Messages []notify.Received
}

func (p *Portal) home(w http.ResponseWriter, r *http.Request) error {
	now := p.Desk.DB.Now()
	v := homePage{Page: p.page(r, "首页", "/"), Today: p.today().Long() + " " + weekday(p.today()), Groups: p.groups()}
	who, ok := auth.From(r)
	if !ok || who.Kind != auth.Citizen {
		return web.Render(w, r, home(v))
	}
	me, err := p.Desk.People.Find(r.Context(), p.Desk.DB, people.ID(who.Person))
	if err != nil {
		return err
	}
	v.SignedIn, v.Greeting = true, me.Name+"，"+hello(now)
	if v.Matters, err = p.matters(r, me); err != nil {
		return err
	}
	if v.Requests, err = p.requests(r, me); err != nil {
		return err
	}
	if v.Offers, err = p.offers(r, me); err != nil {
		return err
	}
	if v.Seen, err = p.recent(r, me); err != nil {
		return err
	}
	v.Messages, err = p.Desk.Notify.Inbox(r.Context(), p.Desk.DB, string(me.ID), 3)
	if err != nil {
		return err
	}
	return web.Render(w, r, home(v))
}
