// Package area says what a business area may use and what it may bring.
//
// An area is one folder in areas/ and one line in app/areas.go. It brings
// services, facts, effects, tables and pages; it never reaches another area.
package area

import (
	"context"
	"io/fs"
	"net/http"

	"minzheng/kernel/appeal"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/exchange"
	"minzheng/kernel/fact"
	"minzheng/kernel/job"
	"minzheng/kernel/joint/matter"
	"minzheng/kernel/people"
	"minzheng/kernel/seen"
	"minzheng/kernel/web"
)

// Area is what one business area brings.
type Area struct {
	Name    string // its folder
	Title   string // 社会救助
	Facts   []byte // facts.yaml
	Files   fs.FS  // services/<code>/…
	Schema  *db.Schema
	Effects map[string]casework.Effect
	// Benefits tells what a resident receives as of a day; nil if the area
	// grants nothing.
	Benefits func(ctx context.Context, r db.Reader, person string, today calendar.Day) ([]Benefit, error)
	// Offers are what the area has found for people who have not asked; nil if
	// it looks for nobody.
	Offers func(*casework.Desk) *Offers
	// Sweep looks through the whole register for such people, as of a day. One
	// that was broken off goes on where it stopped; nil if the area looks for nobody.
	Sweep func(ctx context.Context, desk *casework.Desk, on calendar.Day) (Swept, error)
	Jobs  []Job
	// Asks is what the area asks of departments beside the look-ups of its
	// services: nothing else of it goes out.
	Asks  []exchange.Grant
	Bound []string // the kinds of subjects for which it does
	// Waits are those who take answers to questions that the area has deferred,
	// by the hook that it named; nil defers nothing.
	Waits func(*casework.Desk) map[string]exchange.Hook
	// Reports takes reports of families in need; nil if it is not the area's task.
	Reports func(*casework.Desk) *Reports
	// Staff hangs the area's pages into the portal for staff; nil if it has none.
	Staff func(StaffDoor)
	// Citizen hangs the area's pages into the portal for residents; nil is none.
	Citizen func(CitizenDoor)
	// CitizenMenu are those of them that stand among a resident's own matters.
	CitizenMenu []web.MenuItem
	// StaffMenu tells which of them stand in somebody's menu; nil is none.
	StaffMenu func(ctx context.Context, d *casework.Desk, who auth.Who) ([]web.MenuItem, error)
	// Mover moves what the area keeps of a person who is there twice; nil is
	// nothing.
	Mover *casework.Mover
	// Anew opens the case in which something of the area's is decided anew after
	// an appeal; nil if each service's own way does.
	Anew func(*casework.Desk) appeal.Anew
	// Change has the area look at what has changed in a family, as a joint matter
	// (一件事) reports it; it returns the cases that do. nil: it concerns nobody.
	Change func(ctx context.Context, tx *db.Tx, d *casework.Desk, c matter.Change) ([]casework.ID, error)
	// Public hangs pages that anybody may see without signing in; nil is none.
	// PublicTiles lead there from the portal's first page.
	Public      func(PublicDoor)
	PublicTiles []web.TileView
	// Avoids tells who has to keep away from a case with these members, by the
	// blind indexes of their numbers; nil if the area knows of nobody.
	Avoids func(ctx context.Context, d *casework.Desk, r db.Reader, members []string) ([]casework.Avoided, error)
	// Payments tells what a resident was paid and is to be paid, newest first;
	// nil if the area pays nothing.
	Payments func(ctx context.Context, d *casework.Desk, r db.Reader, person string) ([]Payment, error)
	// Seen tells by kind what a subject of receipts and the audit log that is no
	// case is to a person; of others only the coarse is told.
	Seen func(*casework.Desk) map[string]seen.Finder
}

// Job is a kind of work that the area does later or by the clock.
type Job struct {
	Kind  string // assistance.recompute
	Title string // for readers
	Does  func(*casework.Desk) job.Handler
	Daily bool // it waits from the beginning of the house on, with the key "again", and comes again by itself
}

// StaffDoor is the portal for staff as an area sees it.
type StaffDoor struct {
	Desk *casework.Desk
	Auth *auth.Auth
	// Handle answers a pattern below /staff for whoever is signed in as staff.
	Handle func(pattern string, h func(http.ResponseWriter, *http.Request, auth.Who) error)
	// HandleLimit is Handle for a body of at most so many bytes, as for uploads.
	HandleLimit func(pattern string, most int64, h func(http.ResponseWriter, *http.Request, auth.Who) error)
	// Page returns the portal's frame; current is the address of a menu item.
	Page func(r *http.Request, who auth.Who, title, current string) (web.Page, error)
}

// CitizenDoor is the portal for residents as an area sees it.
type CitizenDoor struct {
	Desk *casework.Desk
	// Handle answers a pattern below /my for the resident who is signed in.
	Handle func(pattern string, h func(http.ResponseWriter, *http.Request, people.Person) error)
	// Page returns the portal's frame.
	Page func(r *http.Request, title string) web.Page
	// Tell keeps a sentence for the page that comes next.
	Tell func(r *http.Request, sentence string)
}

// PublicDoor is the portal for everybody as an area sees it.
type PublicDoor struct {
	Desk   *casework.Desk
	County string // that the bureau serves
	// Handle answers a pattern below /public for anybody.
	Handle func(pattern string, h web.Handler)
	// HandleLimit is Handle for a body of at most so many bytes, as for uploads.
	HandleLimit func(pattern string, most int64, h web.Handler)
	// Page returns the portal's frame; current is the address of a menu item.
	Page func(r *http.Request, title, current string) web.Page
	// Allow refuses whoever has sent too much of late.
	Allow func(r *http.Request) error
}

// Benefit is something that a resident receives.
type Benefit struct {
	Service string
	Title   string
	Kind    string // monthly, once, voucher or standing, as catalog says
	Amount  int64  // 分 a month, or once
	Persons int    // for how many it is
	From    string // first month, 2026-04
	Until   string // last month; "" is open
	State   string // running, ended
	Case    string
	Change  string // where a change of circumstances is reported; "" is nowhere
}

// Shown is what the benefit gives, for readers.
func (b Benefit) Shown() string {
	switch b.Kind {
	case catalog.Standing:
		return "已认定"
	case catalog.Once:
		return fact.Yuan(b.Amount) + "，一次发"
	case catalog.Voucher:
		return fact.Yuan(b.Amount) + "/月，发消费券"
	}
	return fact.Yuan(b.Amount) + "/月"
}

// Held is the benefit as casework knows it.
func (b Benefit) Held() casework.Held {
	return casework.Held{Case: casework.ID(b.Case), Service: b.Service, Share: b.Amount / int64(max(1, b.Persons))}
}

// PaymentState is how far a payment is.
type PaymentState string

// The states of a payment.
const (
	Waiting   PaymentState = "waiting" // approved, and the bank has not said more
	Paid      PaymentState = "paid"
	Failed    PaymentState = "failed"
	PaidAgain PaymentState = "again" // it failed, and is in a later payment
	Suspended PaymentState = "suspended"
)

// Payment is one payment to a resident, in words for them.
type Payment struct {
	Title   string
	Month   string // 2026年3月
	Amount  int64  // 分
	State   PaymentState
	Day     string   // paid, or while it waits approved, on this day
	Account string   // masked
	Why     []string // what the amount is made of
	Reason  string   // why it did not arrive or is suspended
	Remedy  string   // what to do now
	Case    string
}
