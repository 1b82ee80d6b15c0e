// Package paydesk shows payment to staff (发放): the rolls of each month, what
// banks say of them, what townships are to look at, and one recipient with all
// that was paid. It decides nothing itself; accounts are shown masked, and
// every look at recipients is recorded.
package paydesk

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"minzheng/areas/assistance/bank"
	"minzheng/areas/assistance/payment"
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

const home = "/staff/payments"

func rollURL(id string) string    { return home + "/rolls/" + id }
func importURL(id string) string  { return home + "/imports/" + id }
func benefitURL(id string) string { return home + "/benefits/" + id }

// pages are the pages of payment, in the portal for staff.
type pages struct {
	*payment.Paymaster
	door area.StaffDoor
}

// mostUpload is what a file of results and the form around it may be.
const mostUpload = bank.MostBytes + 1<<20

// Pages hangs them.
func Pages(door area.StaffDoor) {
	p := pages{payment.New(door.Desk), door}
	door.Handle("GET "+home, p.list)
	door.Handle("POST "+home, p.begin)
	door.Handle("GET "+home+"/rolls/{roll}", p.roll)
	door.Handle("POST "+home+"/rolls/{roll}/export", p.export)
	door.HandleLimit("POST "+home+"/rolls/{roll}/results", mostUpload, p.upload)
	door.Handle("POST "+home+"/rolls/{roll}/{verb}", p.decide)
	door.Handle("GET "+home+"/imports/{import}", p.preview)
	door.Handle("POST "+home+"/imports/{import}/{verb}", p.settle)
	door.Handle("GET "+home+"/tasks", p.tasks)
	door.Handle("POST "+home+"/tasks/{task}", p.done)
	door.Handle("GET "+home+"/benefits/{benefit}", p.benefit)
	door.Handle("POST "+home+"/benefits/{benefit}/{verb}", p.change)
}

// Menu is the way there for those who may look, with how much waits for them.
func Menu(ctx context.Context, d *casework.Desk, who auth.Who) ([]web.MenuItem, error) {
	p := payment.New(d)
	if len(p.Scopes(who)) == 0 {
		return nil, nil
	}
	_, n, err := p.Tasks(ctx, d.DB, who, "", 0, 0)
	return []web.MenuItem{{Href: home, Icon: "cash", Label: "发放", Badge: n}}, err
}

// top is what every page of payment begins with.
type top struct {
	Page     web.Page
	Flash    string
	Notice   string // why what was pressed was not done
	Problems errs.Problems
	status   int
}

// begun returns a page's top, with why something was not done; what a reader
// cannot put right is the error again.
func (p pages) begun(r *http.Request, who auth.Who, title string, failure error) (top, error) {
	t := top{status: http.StatusOK}
	switch {
	case failure == nil:
		t.Flash = p.door.Auth.Take(r, "payments")
	case errors.As(failure, &t.Problems):
		t.status = http.StatusUnprocessableEntity
	case errs.Is(failure, errs.Conflict):
		t.Notice, t.status = errs.Sentence(failure), http.StatusConflict
	case errs.Is(failure, errs.Invalid):
		t.Notice, t.status = errs.Sentence(failure), http.StatusUnprocessableEntity
	case errs.Is(failure, errs.Forbidden):
		t.Notice, t.status = errs.Sentence(failure), http.StatusForbidden
	default:
		return t, failure
	}
	var err error
	t.Page, err = p.door.Page(r, who, title, home)
	return t, err
}

func (t *top) crumbs(all ...web.Crumb) {
	t.Page.Crumbs = append([]web.Crumb{{Href: home, Label: "发放"}}, all...)
}

// said sends a reader on, who is told what was done.
func (p pages) said(w http.ResponseWriter, r *http.Request, text, to string) error {
	p.door.Auth.Put(r, "payments", text)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// do runs fn in a transaction.
func (p pages) do(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Do(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

// looked records that somebody saw recipients.
func (p pages) looked(r *http.Request, who auth.Who, e audit.Entry) error {
	e.Actor, e.ActorName, e.Verb = who.Account, who.Name, audit.View
	if len(who.Grants) > 0 {
		e.Role = who.Grants[0].Role
	}
	return p.Audit.RecordNow(r.Context(), e)
}

func errNoPage() error {
	return errs.New(errs.NotFound, "没有这个页面。可能是地址打错了，也可能它已经不在了。")
}

type chip struct {
	Tone       web.Tone
	Icon, Text string
}

func (p pages) place(code string) string { return p.Places.Name(region.Code(code)) }

func timed(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	d := calendar.DayOf(t)
	return d.Long() + " " + t.In(d.Start().Location()).Format("15:04")
}

func itoa(n int) string { return strconv.Itoa(n) }

// field is a field with what was typed and what is wrong with it.
func field(f web.Field, typed func(string) string, problems errs.Problems) web.Field {
	f.Problem = problems.Of(f.Name)
	if typed != nil {
		f.Value = typed(f.Name)
	}
	return f
}
