package counter

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"minzheng/areas/marriage/seat"
	"minzheng/kernel/area"
	"minzheng/kernel/audit"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/web"
)

// VisitURL is the page of a visit.
func VisitURL(id string) string { return seat.Home + "/visits/" + id }

const ticketsURL = seat.Home + "/tickets"

// pages are the counter's pages, in the portal for staff.
type pages struct {
	*Room
	seat.Seat
	people [2]string // names of the fields' endings
}

// Pages hangs them.
func Pages(m *Room, door area.StaffDoor) {
	p := pages{m, seat.Seat{Desk: door.Desk, Door: door}, [2]string{"-1", "-2"}}
	p.Handle("GET "+seat.Home, p.home)
	p.Handle("POST "+seat.Home, p.enter)
	at := seat.Home + "/visits/{visit}"
	p.Handle("GET "+at, p.visit)
	p.Handle("GET "+at+"/answers", p.answers)
	p.Handle("POST "+at+"/again", p.again)
	p.Handle("POST "+at+"/register", p.marry)
	p.Handle("POST "+at+"/evidence", p.show)
	p.Handle("POST "+at+"/second", p.second)
	p.Handle("POST "+at+"/declare", p.declare)
	p.Handle("POST "+at+"/ticket", p.ticket)
	p.Handle("POST "+at+"/leave", p.leave)
	p.Handle("GET "+ticketsURL, p.tickets)
	p.Handle("POST "+ticketsURL+"/{ticket}", p.closeTicket)
}

// find returns a visit of the reader's own office; any other is not there.
func (p pages) find(r *http.Request, v seat.Visitor) (Visit, error) {
	one, err := p.Find(r.Context(), p.DB, r.PathValue("visit"))
	if err == nil && one.Office != v.Clerk.Office {
		return Visit{}, errs.New(errs.NotFound, "没有找到这一对的办理记录。")
	}
	return one, err
}

func (p pages) visit(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	return p.visited(w, r, v, nil)
}

// visited shows a visit, with what was not done and why.
func (p pages) visited(w http.ResponseWriter, r *http.Request, v seat.Visitor, failure error) error {
	one, err := p.find(r, v)
	if err != nil {
		return err
	}
	t, err := p.Top(r, v, "结婚登记　"+one.Names(), failure)
	if err != nil {
		return err
	}
	view, err := p.view(r.Context(), v, one)
	if err != nil {
		return err
	}
	view.Top = t
	view.Top.Crumbs(web.Crumb{Label: "结婚登记"})
	view.Page.Head = head(view)
	if one.Clerk != v.Clerk.ID || one.Day != p.today() {
		if err := p.Looked(r, v, audit.Entry{Subject: one.Subject(), Purpose: "看结婚登记的核对结果"}); err != nil {
			return err
		}
	}
	return web.RenderStatus(w, r, t.Status, visitView(view))
}

// answers is the part of a visit that changes while answers come.
func (p pages) answers(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	one, err := p.find(r, v)
	if err != nil {
		return err
	}
	view, err := p.view(r.Context(), v, one)
	if err != nil {
		return err
	}
	return web.Render(w, r, body(view))
}

func (p pages) enter(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	var e Enter
	for i, end := range p.people {
		e.People[i] = Person{Number: sent.Get("number" + end), Name: sent.Get("name" + end), Declared: sent.Get("declared" + end)}
	}
	one, err := p.Enter(r.Context(), v.Clerk, e)
	if err != nil {
		return p.homed(w, r, v, sent, err)
	}
	return p.follow(w, r, sent, one.ID)
}

// follow leads to a visit: at once where script shows answers as they come,
// else when they are there, which is no longer than departments may take.
func (p pages) follow(w http.ResponseWriter, r *http.Request, sent url.Values, id string) error {
	if sent.Get("script") == "" {
		p.Wait(r.Context(), id)
	}
	http.Redirect(w, r, VisitURL(id), http.StatusSeeOther)
	return nil
}

func (p pages) again(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	one, err := p.find(r, v)
	if err != nil {
		return err
	}
	if _, err := p.Again(r.Context(), v.Clerk, one.ID, sent.Get("all") != ""); err != nil {
		return err
	}
	return p.follow(w, r, sent, one.ID)
}

// act does one thing with a visit and says so.
func (p pages) act(w http.ResponseWriter, r *http.Request, v seat.Visitor, said string, fn func(ctx context.Context, tx *db.Tx, id string, sent url.Values) error) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	one, err := p.find(r, v)
	if err != nil {
		return err
	}
	err = p.Do(r, func(ctx context.Context, tx *db.Tx) error { return fn(ctx, tx, one.ID, sent) })
	if err != nil {
		return p.visited(w, r, v, err)
	}
	return p.Said(w, r, said, VisitURL(one.ID))
}

func side(sent url.Values) int {
	n, err := strconv.Atoi(sent.Get("side"))
	if err != nil {
		return -1
	}
	return n
}

func (p pages) show(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	return p.act(w, r, v, "记下了。请另一位登记员看过原件以后确认。", func(ctx context.Context, tx *db.Tx, id string, sent url.Values) error {
		return p.Show(ctx, tx, v.Clerk, id, Evidence{Side: side(sent), About: sent.Get("about"), Paper: Paper{sent.Get("kind"), sent.Get("paper"), sent.Get("says")}})
	})
}

func (p pages) second(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	return p.act(w, r, v, "两人都核对过了。", func(ctx context.Context, tx *db.Tx, id string, sent url.Values) error {
		return p.Second(ctx, tx, v.Clerk, id, sent.Get("evidence"))
	})
}

func (p pages) declare(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	return p.act(w, r, v, "声明改好了。请重新打印声明书，本人签字。", func(ctx context.Context, tx *db.Tx, id string, sent url.Values) error {
		return p.Declare(ctx, tx, v.Clerk, id, side(sent), sent.Get("declared"))
	})
}

func (p pages) ticket(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	return p.act(w, r, v, "校核单开好了，对方要在 10 个工作日内答复。", func(ctx context.Context, tx *db.Tx, id string, sent url.Values) error {
		return p.Query(ctx, tx, v.Clerk, id, side(sent), sent.Get("about"))
	})
}

func (p pages) leave(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	return p.act(w, r, v, "这一对今天先到这里。", func(ctx context.Context, tx *db.Tx, id string, _ url.Values) error {
		return p.Leave(ctx, tx, v.Clerk, id)
	})
}

func (p pages) marry(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	one, err := p.find(r, v)
	if err != nil {
		return err
	}
	on := func(name string) bool { return sent.Get(name) != "" }
	seen := Seen{on("present"), on("willing"), on("nokin"), on("told"), on("signed")}
	to := ""
	err = p.Do(r, func(ctx context.Context, tx *db.Tx) error {
		rec, err := p.Marry(ctx, tx, v.Clerk, one.ID, seen)
		to = seat.Home + "/records/" + rec.ID
		return err
	})
	if err != nil {
		return p.visited(w, r, v, err)
	}
	return p.Said(w, r, "登记好了。请打印结婚证，双方当场领取。", to)
}
