package staff

import (
	"context"
	"strings"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
)

// siblingRow is one of the changes that were proposed at once.
type siblingRow struct {
	Title  string
	Href   string
	Here   bool
	State  chip
	Budget string
}

// together fills in what was proposed with a change, and what it takes to
// activate all of it in one act.
func (p *Portal) together(ctx context.Context, c catalog.Change, v *changePage) error {
	all, err := p.Changes.Siblings(ctx, p.Desk.DB, c)
	if err != nil {
		return err
	}
	ready := v.Review
	for _, one := range all {
		row := siblingRow{Title: one.Service, Href: changeURL(one.ID), Here: one.ID == c.ID, State: changeChip(one.State), Budget: "还没有算好"}
		if s, err := p.Desk.Services().Find(one.Service); err == nil {
			row.Title = s.Title
		}
		im := one.Impact
		if one.State == catalog.Proposed {
			mark, got, err := p.fresh(ctx, one)
			if err != nil {
				return err
			}
			im, ready = got, ready && mark != ""
			v.AllSeen = append(v.AllSeen, one.ID+" "+mark)
		}
		if im != nil {
			row.Budget = fact.Yuan(im.Before) + " → " + fact.Yuan(im.After)
		}
		v.Together = append(v.Together, row)
	}
	if !ready || len(v.AllSeen) < 2 {
		v.AllSeen = nil
	}
	return nil
}

// fresh returns the impact of a proposed change with its mark; the mark is
// empty as long as it could not be activated.
func (p *Portal) fresh(ctx context.Context, one catalog.Change) (string, *catalog.Impact, error) {
	w, err := p.Changes.Weighing(ctx, p.Desk.DB, one.ID)
	if err != nil {
		return "", nil, err
	}
	_, then, err := p.Changes.Pair(ctx, p.Desk.DB, one)
	switch late := one.From < calendar.DayOf(p.Desk.DB.Now()) && !one.Retro; {
	case err != nil && errs.Is(err, errs.Fault):
		return "", nil, err
	case err != nil || late || w.Impact == nil || w.Version != then.Version:
		return "", w.Impact, nil
	}
	return w.Mark, w.Impact, nil
}

// seenOf reads the pairs of change and mark that the page sent.
func seenOf(sent []string) []catalog.Seen {
	var all []catalog.Seen
	for _, s := range sent {
		id, mark, _ := strings.Cut(s, " ")
		all = append(all, catalog.Seen{Change: id, Mark: mark})
	}
	return all
}
