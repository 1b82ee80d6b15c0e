// Package seat says who sits at the counter of marriage registration and for
// which office, and what every page there begins with.
package seat

import (
	"context"
	"errors"
	"net/http"
	"time"

	"minzheng/areas/marriage/register"
	"minzheng/kernel/area"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

// Home is where the counter's pages begin.
const Home = "/staff/marriage"

// Role is that of a registrar.
const Role = "marriage-registrar"

// Clerk is the reader as a registrar; ok is false for everybody else.
func Clerk(who auth.Who) (c register.Clerk, ok bool) {
	for _, g := range who.Grants {
		if g.Role == Role && region.Code(g.Region).Level() == region.OfCounty {
			return register.Clerk{ID: who.Account, Name: who.Name, Office: g.Region}, true
		}
	}
	return c, false
}

// Seat is the portal for staff as the counter's pages see it.
type Seat struct {
	Desk *casework.Desk
	Door area.StaffDoor
}

// Handle hangs a page for registrars; for others it is not there.
func (s Seat) Handle(pattern string, h func(http.ResponseWriter, *http.Request, Visitor) error) {
	s.Door.Handle(pattern, func(w http.ResponseWriter, r *http.Request, who auth.Who) error {
		c, ok := Clerk(who)
		if !ok {
			return errs.New(errs.NotFound, "没有这个页面。可能是地址打错了，也可能它已经不在了。")
		}
		return h(w, r, Visitor{who, c})
	})
}

// Visitor is a registrar at a page.
type Visitor struct {
	Who   auth.Who
	Clerk register.Clerk
}

// Top is what every page begins with.
type Top struct {
	Page     web.Page
	Flash    string
	Notice   string // why what was pressed was not done
	Problems errs.Problems
	Status   int
}

// Top returns a page's beginning, with why something was not done; what a
// reader cannot put right is the error again.
func (s Seat) Top(r *http.Request, v Visitor, title string, failure error) (Top, error) {
	t := Top{Status: http.StatusOK}
	switch {
	case failure == nil:
		t.Flash = s.Door.Auth.Take(r, "marriage")
	case errors.As(failure, &t.Problems):
		t.Status = http.StatusUnprocessableEntity
	case errs.Is(failure, errs.Conflict):
		t.Notice, t.Status = errs.Sentence(failure), http.StatusConflict
	case errs.Is(failure, errs.Invalid):
		t.Notice, t.Status = errs.Sentence(failure), http.StatusUnprocessableEntity
	case errs.Is(failure, errs.Forbidden):
		t.Notice, t.Status = errs.Sentence(failure), http.StatusForbidden
	default:
		return t, failure
	}
	var err error
	t.Page, err = s.Door.Page(r, v.Who, title, Home)
	return t, err
}

// Crumbs are the way to a page.
func (t *Top) Crumbs(all ...web.Crumb) {
	t.Page.Crumbs = append([]web.Crumb{{Href: Home, Label: "婚姻登记"}}, all...)
}

// Said sends a reader on, who is told what was done.
func (s Seat) Said(w http.ResponseWriter, r *http.Request, text, to string) error {
	s.Door.Auth.Put(r, "marriage", text)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// Do runs fn in a transaction.
func (s Seat) Do(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return s.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

// Looked records that somebody saw what concerns others.
func (s Seat) Looked(r *http.Request, v Visitor, e audit.Entry) error {
	e.Actor, e.ActorName, e.Role, e.Verb = v.Clerk.ID, v.Clerk.Name, Role, audit.View
	return s.Desk.Audit.RecordNow(r.Context(), e)
}

// Today is the day in Shanghai.
func (s Seat) Today() calendar.Day { return calendar.DayOf(s.Desk.DB.Now()) }

// Clock is a time as lists write it: 10:07:12.
func Clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(calendar.DayOf(t).Start().Location()).Format("15:04:05")
}

// Chip is the state of one thing.
type Chip struct {
	Tone       web.Tone
	Icon, Text string
}
