// Package payment pays what has been granted, month by month.
//
// A roll lists what a service pays in a county in a month. One officer has it
// made, another approves it; from then on it is sealed and never changes: what
// was wrong is put right by an entry that a later roll pays or takes. A machine
// pays what was decided and never cuts it: where the rules now give something
// else, or lack facts, it pays as decided and asks a clerk to look. Each line
// has a key of what it pays, so that nothing is paid twice, whatever is made,
// killed, imported or repeated in whatever order.
package payment

import (
	"context"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
)

// Paymaster makes rolls and keeps what became of them. It is safe for use by
// several goroutines.
type Paymaster struct {
	*casework.Desk
	page int // benefits of one transaction; 0 is the usual
}

// New returns the paymaster who pays what the desk has decided.
func New(d *casework.Desk) *Paymaster { return &Paymaster{Desk: d} }

func (p *Paymaster) pageSize() int {
	if p.page > 0 {
		return p.page
	}
	return pageSize
}

// The roles that payment knows.
const (
	officer = "county-officer"
	clerk   = "township-clerk"
	head    = "township-head"
)

// Officer reports whether somebody makes and approves rolls of a county.
func (p *Paymaster) Officer(who auth.Who, county string) bool {
	return who.Covers(officer, county, p.within)
}

// Clerk reports whether somebody does the tasks of a township: one of its
// office, or an officer above it.
func (p *Paymaster) Clerk(who auth.Who, township string) bool {
	return who.Covers(clerk, township, p.within) || who.Covers(head, township, p.within) || who.Covers(officer, township, p.within)
}

// Scope is a place of which somebody may see what is paid.
type Scope struct {
	County string
	Within []region.Range // townships; nil is the whole county
}

// Scopes are the places whose payments somebody may see. An administrator looks
// after the program and sees none.
func (p *Paymaster) Scopes(who auth.Who) []Scope {
	var all []Scope
	for _, g := range who.Grants {
		place := region.Code(g.Region)
		county := p.Places.County(place)
		if !g.SeesCases() || county == "" {
			continue
		}
		s := Scope{County: string(county)}
		if place != county {
			s.Within = p.Places.Ranges(place)
		}
		all = append(all, s)
	}
	return all
}

// scope is what somebody may see of a county, all of it if any grant says so.
func (p *Paymaster) scope(who auth.Who, county string) (Scope, error) {
	found := Scope{}
	for _, s := range p.Scopes(who) {
		switch {
		case s.County != county:
		case s.Within == nil:
			return s, nil
		default:
			found.County, found.Within = county, append(found.Within, s.Within...)
		}
	}
	if found.County == "" {
		return Scope{}, errNoRoll()
	}
	return found, nil
}

// Sees reports whether somebody may see what is paid in a place.
func (p *Paymaster) Sees(who auth.Who, place string) bool {
	for _, g := range who.Grants {
		if g.SeesCases() && p.within(place, g.Region) {
			return true
		}
	}
	return false
}

func (p *Paymaster) within(code, ancestor string) bool {
	return p.Places.Within(region.Code(code), region.Code(ancestor))
}

// path is a place's path as rules take it.
func (p *Paymaster) path(code string) []string {
	var all []string
	for _, c := range p.Places.Path(region.Code(code)) {
		all = append(all, string(c))
	}
	return all
}

// township is the township of a place; where there is none, the place itself.
func (p *Paymaster) township(code string) string {
	for _, c := range p.Places.Path(region.Code(code)) {
		if c.Level() == region.OfTownship {
			return string(c)
		}
	}
	return code
}

func (p *Paymaster) record(ctx context.Context, tx *db.Tx, who auth.Who, e audit.Entry) error {
	e.Actor, e.ActorName = who.Account, who.Name
	if e.Verb == "" {
		e.Verb = audit.Act
	}
	if len(who.Grants) > 0 {
		e.Role = who.Grants[0].Role
	}
	return p.Audit.Record(ctx, tx, e)
}

func errNoRoll() error { return errs.New(errs.NotFound, "没有找到这份发放名册。") }

func errNotYours() error {
	return errs.New(errs.Forbidden, "这一步要由县民政局的审核人来做。")
}

// between is a condition that a column lies in one of some ranges.
func between(column string, ranges []region.Range) (string, []any) {
	if len(ranges) == 0 {
		return "1 = 0", nil
	}
	where, args := "(", []any{}
	for i, r := range ranges {
		if i > 0 {
			where += " OR "
		}
		where += column + " BETWEEN ? AND ?"
		args = append(args, r.Low, r.High)
	}
	return where + ")", args
}
