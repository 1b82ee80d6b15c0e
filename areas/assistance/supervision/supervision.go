// Package supervision watches over how benefits are granted: who of the
// applicants is related to an officer, which decisions are looked at once more
// by lot, and what anybody reports.
//
// Nobody is the judge of their own: a relative's case and a tip about oneself
// never come to one, and whoever decided a case does not check it. Nobody can
// choose what is checked, and anybody can draw again from what is published.
// Who reported something is seen only where it is needed, and each look at it
// is in the audit log.
package supervision

import (
	_ "embed"
	"fmt"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
)

// Supervisor is the role that receives tips, checks and the list of relatives.
const Supervisor = "supervisor"

const seal = "assistance/supervision"

// Room does supervision at a desk.
type Room struct{ desk *casework.Desk }

// New returns the room of a desk.
func New(d *casework.Desk) *Room { return &Room{d} }

func (r *Room) sealed(s string) string { return r.desk.Box.SealText(s, seal) }

// open opens what is sealed, in place.
func (r *Room) open(fields ...*string) (err error) {
	for _, f := range fields {
		if *f, err = r.desk.Box.UnsealText(*f, seal); err != nil {
			return err
		}
	}
	return nil
}

func (r *Room) county(place string) string { return string(r.desk.Places.County(region.Code(place))) }

func (r *Room) path(place string) []string {
	var all []string
	for _, c := range r.desk.Places.Path(region.Code(place)) {
		all = append(all, string(c))
	}
	return all
}

func (r *Room) within(code, ancestor string) bool {
	return r.desk.Places.Within(region.Code(code), region.Code(ancestor))
}

//go:embed supervision.yaml
var settings []byte

// Settings reads supervision.yaml, whose names may be of facts' dictionary.
func (r *Room) settings() (*rule.Rules, error) {
	return rule.Load("supervision.yaml", settings, r.desk.Services().Known().Dictionary)
}

// number is a parameter of a place on a day; else what stands for it under
// another name.
func (r *Room) number(place string, on calendar.Day, names ...string) (int, error) {
	rules, err := r.settings()
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		p := rules.Parameters()[name]
		if p == nil {
			continue
		}
		if v := p.On(r.path(place), int32(on)); v != nil {
			return int(p.Fact(v).Int64()), nil
		}
	}
	return 0, fmt.Errorf("supervision.yaml has none of %v for %s", names, place)
}
