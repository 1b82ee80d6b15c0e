// Package area says what a business area may use and what it may bring.
//
// An area is one folder in areas/ and one line in app/areas.go. It brings
// services, facts, effects, tables and pages; it never reaches another area.
package area

import (
	"context"
	"io/fs"
	"net/http"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/job"
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
	// Benefits tells what residents receive, for the page of a resident; nil if
	// the area grants nothing.
	Benefits func(ctx context.Context, r db.Reader, person string) ([]Benefit, error)
	// Open begins the area's work in a house; nil if it has none beside its
	// services. It is called for every desk: the house's, and those with another
	// clock, which only do jobs.
	Open func(*casework.Desk) (*Opened, error)
}

// Opened is what an area does and shows in an open house. All may be nil.
type Opened struct {
	Jobs  map[string]job.Handler // by kind
	Staff *Staff                 // pages for staff
	// Payments tells what a resident was paid, the newest first.
	Payments func(ctx context.Context, r db.Reader, person string) ([]Payment, error)
}

// Staff are pages that an area hangs into the staff's portal, below /staff.
type Staff struct {
	Menu   func(ctx context.Context, who auth.Who) ([]web.MenuItem, error)
	Routes func(*web.Mux, Frame)
}

// Frame is what the staff's portal has for an area's pages.
type Frame struct {
	// In asks who is there before a handler runs.
	In func(func(http.ResponseWriter, *http.Request, auth.Who) error) web.Handler
	// Page is a page with the portal's menu.
	Page func(r *http.Request, who auth.Who, title, current string) (web.Page, error)
	// Put keeps a sentence for the next page, and Take takes it.
	Put  func(r *http.Request, key, text string)
	Take func(r *http.Request, key string) string
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

// Benefit is something that a resident receives.
type Benefit struct {
	Service string
	Title   string
	Amount  int64  // 分 a month
	From    string // first month, 2026-04
	State   string // running, ended
	Case    string
}
