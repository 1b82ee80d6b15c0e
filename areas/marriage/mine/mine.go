// Package mine is marriage registration as the two themselves see it: their
// own certificates, a divorce that is under way and can be withdrawn, and the
// time they have booked. Nobody reads here what a department said about the
// other one.
package mine

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

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

// bookPage is where a day and a time are chosen.
type bookPage struct {
	web.Page
	Problems errs.Problems
	Notice   string
	Days     []dayView
	Day      string
	Title    string
	Peak     bool
	Slots    []slotView
	Fields   []web.Field
	Where    string
}

type dayView struct {
	Href, Weekday, Number, Note string
	Current                     bool
}

type slotView struct {
	At, Note string
	Full     bool
	Checked  bool
}

const daysShown = 14

func (p pages) choose(w http.ResponseWriter, r *http.Request, me people.Person) error {
	return p.chosen(w, r, me, url.Values{"day": {r.URL.Query().Get("day")}}, nil)
}

func (p pages) chosen(w http.ResponseWriter, r *http.Request, me people.Person, sent url.Values, failure error) error {
	if county(me) == "" {
		return errs.New(errs.Conflict, "名册上没有您的户籍地，网上约不了。请打电话约，或者直接来。")
	}
	v, status := bookPage{Page: p.door.Page(r, "约结婚登记")}, http.StatusOK
	switch {
	case errors.As(failure, &v.Problems):
		status = http.StatusUnprocessableEntity
	case errs.Is(failure, errs.Conflict):
		v.Notice, status = errs.Sentence(failure), http.StatusConflict
	case failure != nil:
		return failure
	}
	day, err := calendar.Parse(sent.Get("day"))
	if err != nil || len(p.booking.Offered(p.today(), day).Slots) == 0 {
		day = p.next(p.today() + 1)
	}
	v.Days = p.days(day)
	offered := p.booking.Offered(p.today(), day)
	v.Day, v.Title, v.Peak, v.Where = day.String(), day.Short(), offered.Peak, p.Places.Name(region.Code(county(me)))+"婚姻登记处"
	taken, err := p.booking.Taken(r.Context(), p.DB, county(me), day)
	if err != nil {
		return err
	}
	for _, at := range offered.Slots {
		left := offered.Capacity - taken[at]
		one := slotView{At: at, Note: "还有 " + strconv.FormatInt(left, 10) + " 对", Checked: sent.Get("at") == at}
		if left < 1 {
			one.Full, one.Note = true, "约满，可候补"
		}
		v.Slots = append(v.Slots, one)
	}
	v.Fields = []web.Field{
		{Name: "name", Label: "对方姓名", Value: sent.Get("name"), Problem: v.Problems.Of("name"), MaxLength: 30, Autocomplete: "off"},
		{Name: "number", Label: "对方身份证号", Value: sent.Get("number"), Problem: v.Problems.Of("number"), MaxLength: 24, Autocomplete: "off"}}
	return web.RenderStatus(w, r, status, bookView(v))
}

// county is where a resident books: the office of their own county.
func county(me people.Person) string {
	if len(me.Region) < 6 {
		return ""
	}
	return me.Region[:6]
}

// next is the first day from one on that can be booked.
func (p pages) next(day calendar.Day) calendar.Day {
	for d := day; d < day+90; d++ {
		if len(p.booking.Offered(p.today(), d).Slots) > 0 {
			return d
		}
	}
	return day
}

// days are the next ones that can be booked, and the one that is chosen.
func (p pages) days(chosen calendar.Day) []dayView {
	var all []dayView
	from := p.today() + 1
	if chosen > from+daysShown {
		from = chosen - 3
	}
	for d := from; d < from+60 && len(all) < daysShown; d++ {
		offered := p.booking.Offered(p.today(), d)
		if len(offered.Slots) == 0 {
			continue
		}
		one := dayView{Href: Home + "/book?day=" + d.String(), Weekday: d.Short()[len(d.Short())-len("周一"):], Number: strconv.Itoa(d.DayOfMonth()), Note: strconv.Itoa(d.Month()) + "月", Current: d == chosen}
		if offered.Peak {
			one.Note = "人多"
		}
		all = append(all, one)
	}
	return all
}

func (p pages) take(w http.ResponseWriter, r *http.Request, me people.Person) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	day, err := calendar.Parse(sent.Get("day"))
	if err != nil || county(me) == "" {
		return errs.New(errs.Invalid, "请选一天。")
	}
	wish := booking.Wish{Office: county(me), Day: day, At: sent.Get("at"), Wait: sent.Get("wait") != "",
		People: [2]counter.Person{{Number: me.Number, Name: me.Name, Declared: "未婚"}, {Number: sent.Get("number"), Name: sent.Get("name"), Declared: "未婚"}}}
	for i, name := range []string{"declared", "declared-other"} {
		if d := sent.Get(name); d == "离异" || d == "丧偶" {
			wish.People[i].Declared = d
		}
	}
	var b booking.Booking
	err = p.DB.Do(r.Context(), func(tx *db.Tx) error { b, err = p.booking.Book(r.Context(), tx, wish); return err })
	if err != nil {
		return p.chosen(w, r, me, sent, err)
	}
	if b.State == booking.Waiting {
		return p.said(w, r, "这个时间约满了，您在候补。有人退了马上告诉您。")
	}
	return p.said(w, r, "约好了："+b.When()+"。请双方本人带身份证来，请对方也登录确认。")
}
