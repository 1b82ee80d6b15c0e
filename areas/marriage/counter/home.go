package counter

import (
	"context"
	"net/http"
	"net/url"

	"minzheng/areas/marriage/seat"
	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/web"
)

// homePage is where the next two are entered, with what was done today.
type homePage struct {
	seat.Top
	People  [2]entering
	Visits  []visitRow
	Records []recordRow
	Tickets int
}

// entering are the fields for one of the two.
type entering struct{ Name, Number, Declared web.Field }

type visitRow struct {
	Href, Names, At, By string
	State               seat.Chip
}

const mostToday = 30

func (p pages) home(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	return p.homed(w, r, v, nil, nil)
}

func (p pages) homed(w http.ResponseWriter, r *http.Request, v seat.Visitor, typed url.Values, failure error) error {
	t, err := p.Top(r, v, "婚姻登记", failure)
	if err != nil {
		return err
	}
	out := homePage{Top: t}
	for i, end := range p.people {
		out.People[i] = enterFields(end, typed, t)
	}
	if err := p.fill(r.Context(), v, &out); err != nil {
		return err
	}
	if len(out.Visits)+len(out.Records) > 0 {
		if err := p.Looked(r, v, audit.Entry{Subject: "marriage-office/" + v.Clerk.Office, Purpose: "看今天的婚姻登记"}); err != nil {
			return err
		}
	}
	return web.RenderStatus(w, r, t.Status, homeView(out))
}

func enterFields(end string, typed url.Values, t seat.Top) entering {
	field := func(name, label string) web.Field {
		return web.Field{Name: name + end, Label: label, Value: typed.Get(name + end), Problem: t.Problems.Of(name + end), Autocomplete: "off"}
	}
	out := entering{field("name", "姓名"), field("number", "身份证号"), field("declared", "本人声明")}
	out.Name.MaxLength, out.Number.MaxLength = 30, 24
	out.Declared.Options = []web.Option{{Value: "", Label: "请选"}}
	for _, s := range declared() {
		out.Declared.Options = append(out.Declared.Options, web.Option{Value: s, Label: s})
	}
	return out
}

func (p pages) fill(ctx context.Context, v seat.Visitor, out *homePage) error {
	visits, err := p.Room.Today(ctx, p.DB, v.Clerk.Office, p.today(), mostToday)
	if err != nil {
		return err
	}
	for _, one := range visits {
		out.Visits = append(out.Visits, visitRow{VisitURL(one.ID), one.Names(), seat.Clock(one.Opened), one.By, stateChip(one.State)})
	}
	records, err := p.Book.Recent(ctx, p.DB, v.Clerk.Office, p.today())
	if err != nil {
		return err
	}
	out.Records = recordRows(records)
	out.Tickets, err = p.OpenTickets(ctx, p.DB, v.Clerk.Office)
	return err
}

// ticketPage shows what departments were asked to look at again.
type ticketPage struct {
	seat.Top
	Rows []ticketRow
}

type ticketRow struct {
	ID, Name, What, Department string
	Opened, Due, By            string
	State                      seat.Chip
	Open                       bool
	Answer                     string
	Visit                      string
}

func (p pages) tickets(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	return p.ticketsShown(w, r, v, nil)
}

func (p pages) ticketsShown(w http.ResponseWriter, r *http.Request, v seat.Visitor, failure error) error {
	t, err := p.Top(r, v, "校核", failure)
	if err != nil {
		return err
	}
	out := ticketPage{Top: t}
	out.Crumbs(web.Crumb{Label: "校核"})
	all, err := p.Room.Tickets(r.Context(), p.DB, v.Clerk.Office, 100)
	if err != nil {
		return err
	}
	for _, one := range all {
		row := ticketRow{ID: one.ID, Name: one.Doc.Name, What: titles()[one.About] + "：" + one.Doc.What, Department: one.Department, Opened: calendar.DayOf(one.Opened).Long(), Due: one.Due.Long(), By: one.By,
			Open: one.State == TicketOpen, Answer: one.Doc.Answer, Visit: VisitURL(one.Visit)}
		switch {
		case one.State == Corrected:
			row.State = seat.Chip{Tone: web.OK, Icon: "check", Text: "已更正"}
		case one.State == Kept:
			row.State = seat.Chip{Tone: web.Mute, Icon: "minus", Text: "维持"}
		case one.Due < p.today():
			row.State = seat.Chip{Tone: web.Bad, Icon: "alert-triangle", Text: "超期"}
		default:
			row.State = seat.Chip{Tone: web.Wait, Icon: "clock", Text: "等答复"}
		}
		out.Rows = append(out.Rows, row)
	}
	if len(all) > 0 {
		if err := p.Looked(r, v, audit.Entry{Subject: "marriage-office/" + v.Clerk.Office, Purpose: "看校核单"}); err != nil {
			return err
		}
	}
	return web.RenderStatus(w, r, t.Status, ticketView(out))
}

func (p pages) closeTicket(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	err = p.Do(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Answer(ctx, tx, v.Clerk, r.PathValue("ticket"), sent.Get("state"), sent.Get("answer"))
	})
	if err != nil {
		return p.ticketsShown(w, r, v, err)
	}
	return p.Said(w, r, "校核单办结了。", ticketsURL)
}
