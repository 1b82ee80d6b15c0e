package staff

import (
	"context"
	"slices"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/region"
)

// Roles that the portal itself must know: admin looks after the program and
// sees no case; a county's officer sees how the departments answer.
const (
	admin  = "admin"
	county = "county-officer"
)

func (p *Portal) within(code, ancestor string) bool {
	return p.Desk.Places.Within(region.Code(code), region.Code(ancestor))
}

// viewRole is the role in which somebody may see a case; "" if they may not.
func (p *Portal) viewRole(who auth.Who, c casework.Case) string {
	for _, g := range who.Grants {
		if g.SeesCases() && p.within(c.Region, g.Region) {
			return g.Role
		}
	}
	return ""
}

// find returns a case that the reader may see. Any other is not there.
func (p *Portal) find(ctx context.Context, who auth.Who, id string) (casework.Case, error) {
	c, err := casework.Find(ctx, p.Desk.DB, casework.ID(id))
	if err != nil {
		return casework.Case{}, err
	}
	if p.viewRole(who, c) == "" {
		return casework.Case{}, errNoCase()
	}
	return c, p.Desk.Keeps(ctx, p.Desk.DB, c.ID, who.Account)
}

// actingRole is the role that acts in a case now. While it waits for its
// applicant that is the role it came from.
func actingRole(c casework.Case, s *catalog.Service) string {
	st := s.Step(c.Step)
	if st != nil && st.Role == "citizen" {
		st = s.Step(c.CameFrom)
	}
	if st == nil {
		return ""
	}
	return st.Role
}

// actor is the reader as somebody who acts in a case; ok is false when they
// may only look.
func (p *Portal) actor(who auth.Who, c casework.Case, s *catalog.Service) (a casework.Actor, ok bool) {
	role := actingRole(c, s)
	a = casework.Actor{ID: who.Account, Name: who.Name, Role: role}
	return a, c.IsOpen() && role != "" && who.Covers(role, c.Region, p.within)
}

// view is one list of cases that a reader may choose.
type view struct {
	key, label string
	query      casework.Inbox
	grant      auth.Grant
}

// views are the lists that a reader has; the first is their own. Who may see
// no case has none.
func (p *Portal) views(who auth.Who) []view {
	all := []view{{key: "mine", label: "分给我的", query: casework.Inbox{Assignee: who.Account}}}
	var counties []view
	for _, g := range who.Grants {
		if !g.SeesCases() {
			continue
		}
		name := p.Desk.OfficeName(g.Region)
		if p.acts(g.Role) {
			all = append(all, view{"office." + g.Role + "." + g.Region, name + "　" + p.roleTitle(g.Role),
				casework.Inbox{Office: g.Region, Role: g.Role}, g})
		}
		switch region.Code(g.Region).Level() {
		case region.OfTownship:
			counties = append(counties, view{"waiting." + g.Region, name + "　等申请人补材料", casework.Inbox{Office: g.Region, Role: "citizen"}, g})
		case region.OfCounty:
			counties = append(counties, view{"county." + g.Region, p.Desk.Places.Name(region.Code(g.Region)) + "全部", casework.Inbox{County: g.Region}, g})
		}
	}
	all = append(all, counties...)
	seen := map[string]bool{}
	all = slices.DeleteFunc(all, func(v view) bool {
		twice := seen[v.key]
		seen[v.key] = true
		return twice
	})
	if len(all) == 1 {
		return nil
	}
	return all
}

// acts reports whether some step of a service is done in a role.
func (p *Portal) acts(role string) bool {
	return slices.ContainsFunc(p.Desk.Services().All(), func(s *catalog.Service) bool {
		return slices.ContainsFunc(s.Steps, func(st catalog.Step) bool { return st.Role == role })
	})
}
