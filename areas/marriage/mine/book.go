package mine

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"minzheng/areas/marriage/booking"
	"minzheng/areas/marriage/counter"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

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
