// Package area says what a business area may use and what it may bring.
//
// An area is one folder in areas/ and one line in app/areas.go. It brings
// services, facts, effects, tables and pages; it never reaches another area.
package area

import (
	"context"
	"io/fs"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
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
	// Offers are what the area has found for people who have not asked; nil if
	// it looks for nobody.
	Offers func(*casework.Desk) *Offers
	// Sweep looks through the whole register for such people, as of a day. One
	// that was broken off goes on where it stopped; nil if the area looks for nobody.
	Sweep func(ctx context.Context, desk *casework.Desk, on calendar.Day) (Swept, error)
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
