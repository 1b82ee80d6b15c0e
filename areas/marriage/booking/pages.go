package booking

import (
	"context"
	"net/http"

	"minzheng/areas/marriage/counter"
	"minzheng/areas/marriage/seat"
	"minzheng/kernel/area"
	"minzheng/kernel/audit"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/web"
)

const home = seat.Home + "/bookings"

type pages struct {
	*Room
	seat.Seat
}

// Pages hangs the page for registrars.
func Pages(m *Room, door area.StaffDoor) {
	p := pages{m, seat.Seat{Desk: door.Desk, Door: door}}
	p.Handle("GET "+home, p.list)
	p.Handle("POST "+home+"/{booking}", p.come)
}

// listPage shows who has booked today.
type listPage struct {
	seat.Top
	Rows []row
}

type row struct {
	ID, At, Names string
	State         seat.Chip
}

func (p pages) list(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	return p.listed(w, r, v, nil)
}

func (p pages) listed(w http.ResponseWriter, r *http.Request, v seat.Visitor, failure error) error {
	t, err := p.Top(r, v, "今天的预约", failure)
	if err != nil {
		return err
	}
	out := listPage{Top: t}
	out.Crumbs(web.Crumb{Label: "预约"})
	all, err := p.On(r.Context(), p.DB, v.Clerk.Office, p.Today())
	if err != nil {
		return err
	}
	for _, b := range all {
		out.Rows = append(out.Rows, row{b.ID, b.At, b.Doc.People[0].Name + "、" + b.Doc.People[1].Name, chip(b)})
	}
	if len(all) > 0 {
		if err := p.Looked(r, v, audit.Entry{Subject: "marriage-office/" + v.Clerk.Office, Purpose: "看今天的预约"}); err != nil {
			return err
		}
	}
	return web.RenderStatus(w, r, t.Status, listView(out))
}

// chip says how far a couple was looked at in advance.
func chip(b Booking) seat.Chip {
	switch {
	case len(b.Doc.Hints[0])+len(b.Doc.Hints[1]) > 0:
		return seat.Chip{Tone: web.Wait, Icon: "alert-triangle", Text: "有要带的"}
	case b.Doc.Looked == [2]bool{true, true}:
		return seat.Chip{Tone: web.OK, Icon: "check", Text: "提前核过"}
	}
	return seat.Chip{Tone: web.Mute, Icon: "minus", Text: "没有提前核"}
}

// come begins a booked couple's visit: departments are asked anew.
func (p pages) come(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	b, err := p.Find(r.Context(), p.DB, r.PathValue("booking"))
	if err != nil {
		return err
	}
	if b.Office != v.Clerk.Office || b.Day != p.Today() || b.State != Booked {
		return p.listed(w, r, v, errs.New(errs.Conflict, "这个预约不是今天的，或者已经办过、退掉了。"))
	}
	visit, err := p.counter.Enter(r.Context(), v.Clerk, counter.Enter{People: b.Doc.People, Booking: b.ID})
	if err != nil {
		return p.listed(w, r, v, err)
	}
	if err := p.Do(r, func(ctx context.Context, tx *db.Tx) error { return p.Come(ctx, tx, b) }); err != nil {
		return p.listed(w, r, v, err)
	}
	if sent.Get("script") == "" {
		p.counter.Wait(r.Context(), visit.ID)
	}
	http.Redirect(w, r, counter.VisitURL(visit.ID), http.StatusSeeOther)
	return nil
}
