// Package mine is marriage registration as the two themselves see it: their
// own certificates, a divorce that is under way and can be withdrawn, and the
// time they have booked. Nobody reads here what a department said about the
// other one.
package mine

import (
	"context"
	"net/http"

	"minzheng/areas/marriage/archive"
	"minzheng/areas/marriage/booking"
	"minzheng/areas/marriage/counter"
	"minzheng/areas/marriage/divorce"
	"minzheng/areas/marriage/register"
	"minzheng/areas/marriage/seat"
	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

// Home is the page of somebody's own matters.
const Home = "/my/marriage"

type pages struct {
	*casework.Desk
	door    area.CitizenDoor
	book    *register.Register
	booking *booking.Room
	divorce *divorce.Room
}

// Pages hangs the pages for residents.
func Pages(door area.CitizenDoor) {
	c := counter.New(door.Desk)
	p := pages{door.Desk, door, c.Book, booking.New(door.Desk, c), divorce.New(door.Desk)}
	door.Handle("GET "+Home, p.home)
	door.Handle("GET "+Home+"/book", p.choose)
	door.Handle("POST "+Home+"/book", p.take)
	door.Handle("POST "+Home+"/booking/cancel", p.cancel)
	door.Handle("POST "+Home+"/booking/confirm", p.confirm)
	door.Handle("POST "+Home+"/divorces/{divorce}/withdraw", p.withdraw)
}

func (p pages) today() calendar.Day { return calendar.DayOf(p.DB.Now()) }

// homePage is what somebody has with the office.
type homePage struct {
	web.Page
	Notice   string
	Records  []web.FactRow
	Divorces []divorceView
	Booking  *bookingView
}

type divorceView struct {
	ID    string
	State seat.Chip
	Rows  []web.FactRow
	Note  string
	May   bool // be withdrawn
}

type bookingView struct {
	When, Where, With string
	Waiting           bool
	Confirm           bool // it is still for the reader to say that they come
	Other             bool // the other one has said so
	Looked            bool
	Hints             []string
}

func (p pages) home(w http.ResponseWriter, r *http.Request, me people.Person) error {
	return p.shown(w, r, me, nil)
}

func (p pages) shown(w http.ResponseWriter, r *http.Request, me people.Person, failure error) error {
	v, status := homePage{Page: p.door.Page(r, "我的婚姻登记")}, http.StatusOK
	switch {
	case errs.Is(failure, errs.Conflict):
		v.Notice, status = errs.Sentence(failure), http.StatusConflict
	case failure != nil:
		return failure
	}
	var err error
	if v.Records, err = archive.Mine(r.Context(), p.book, p.DB, me.Number); err != nil {
		return err
	}
	if v.Divorces, err = p.divorces(r.Context(), me); err != nil {
		return err
	}
	if v.Booking, err = p.booked(r.Context(), me); err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, homeView(v))
}

// divorces are those about somebody's own marriages.
func (p pages) divorces(ctx context.Context, me people.Person) ([]divorceView, error) {
	records, err := p.book.Of(ctx, p.DB, me.Number)
	if err != nil {
		return nil, err
	}
	var all []divorceView
	for _, rec := range records {
		if rec.Kind != register.Marriage {
			continue
		}
		some, err := p.divorce.Of(ctx, p.DB, rec.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range some {
			t := p.divorce.Term(a)
			all = append(all, divorceView{a.ID, divorce.Chip(p.divorce, a), divorce.Days(t), t.Note, a.State == divorce.Open && t.On(p.today()) == divorce.Cooling})
		}
	}
	return all, nil
}

func (p pages) booked(ctx context.Context, me people.Person) (*bookingView, error) {
	b, err := p.booking.Of(ctx, p.DB, me.Number)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	side := 0
	if b.Doc.People[1].Number == me.Number {
		side = 1
	}
	return &bookingView{When: b.When(), Where: p.Places.Name(region.Code(b.Office)) + "婚姻登记处", With: b.Doc.People[1-side].Name, Waiting: b.State == booking.Waiting,
		Confirm: !b.Doc.Confirmed[side], Other: b.Doc.Confirmed[1-side], Looked: b.Doc.Looked[side], Hints: b.Doc.Hints[side]}, nil
}

func (p pages) withdraw(w http.ResponseWriter, r *http.Request, me people.Person) error {
	err := p.DB.Do(r.Context(), func(tx *db.Tx) error {
		return p.divorce.Withdraw(r.Context(), tx, register.Clerk{ID: string(me.ID), Name: me.Name}, r.PathValue("divorce"), me.Number)
	})
	if err != nil {
		return p.shown(w, r, me, err)
	}
	return p.said(w, r, "离婚申请撤回了，婚姻关系不变。")
}

func (p pages) said(w http.ResponseWriter, r *http.Request, sentence string) error {
	p.door.Tell(r, sentence)
	http.Redirect(w, r, "/my", http.StatusSeeOther)
	return nil
}

// mineNow runs fn on the reader's booking that stands.
func (p pages) mineNow(w http.ResponseWriter, r *http.Request, me people.Person, fn func(ctx context.Context, tx *db.Tx, id string) error) error {
	return p.DB.Do(r.Context(), func(tx *db.Tx) error {
		b, err := p.booking.Of(r.Context(), tx, me.Number)
		if err != nil {
			return err
		}
		return fn(r.Context(), tx, b.ID)
	})
}

func (p pages) cancel(w http.ResponseWriter, r *http.Request, me people.Person) error {
	if err := p.mineNow(w, r, me, p.booking.Cancel); err != nil {
		return p.shown(w, r, me, err)
	}
	return p.said(w, r, "预约退掉了。")
}

func (p pages) confirm(w http.ResponseWriter, r *http.Request, me people.Person) error {
	err := p.mineNow(w, r, me, func(ctx context.Context, tx *db.Tx, id string) error {
		return p.booking.Confirm(ctx, tx, id, me.Number)
	})
	if err != nil {
		return p.shown(w, r, me, err)
	}
	return p.said(w, r, "确认好了。我们会提前核对您要带什么。")
}
