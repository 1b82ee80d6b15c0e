package staff

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/errs"
	"minzheng/kernel/family"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// familyPage is one family (一户一档): what it receives, what it has asked for
// and what it may still get.
type familyPage struct {
	Page     web.Page
	Place    string
	Members  []memberRow
	Benefits []benefitRow
	Rows     []serviceRow
	Not      []serviceRow // that are not for them now
	Cases    []familyCase
	Offers   []foundRow
	Said     []saidGroup
	Visits   []web.FactRow
}

type memberRow struct {
	Name, Relation, Age string
	Notes               []string
	Gone                bool
}

type benefitRow struct{ Whose, Title, Amount, From, By, State string }

type familyCase struct{ Href, Number, Title, Whose, When, State string }

// serviceRow is how the family stands to one service.
type serviceRow struct {
	Title, Law string
	Chip       chip
	Whos       []standRow
}

type standRow struct {
	Name, Say string
	Reasons   []web.ConditionView
}

// saidGroup are the last words of departments about one person.
type saidGroup struct {
	Name string
	Rows []web.FactRow
}

func familyURL(p people.ID) string { return "/staff/families/" + string(p) }

func (p *Portal) showFamily(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	none := errs.New(errs.NotFound, "没有找到这一家。")
	if p.Families == nil {
		return none
	}
	one, err := p.Desk.People.Find(r.Context(), p.Desk.DB, people.ID(r.PathValue("person")))
	if err != nil {
		return err
	}
	home, err := p.Families.Of(r.Context(), p.Desk.DB, one)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(home.People, func(o family.Person) bool { return o.ID == one.ID })
	if !p.covers(who, home.People[at].Place()) {
		return none
	}
	if err := p.looksAtFamily(r.Context(), who, &home, one); err != nil {
		return err
	}
	pg, err := p.page(r, who, one.Name+"一家", "/staff/search")
	if err != nil {
		return err
	}
	pg.Crumbs = []web.Crumb{{Href: "/staff/search", Label: "查办件"}, {Label: "一户一档"}}
	v := familyPage{Page: pg, Place: p.Desk.Where(home.People[at].Place())}
	for _, part := range []func(context.Context, *familyPage, *family.Home, auth.Who) error{p.readMembers, p.readReceived, p.readMatters, p.readFound, p.readSaid} {
		if err := part(r.Context(), &v, &home, who); err != nil {
			return err
		}
	}
	return web.Render(w, r, familyView(v))
}

// looksAtFamily records the look for everybody whom it shows.
func (p *Portal) looksAtFamily(ctx context.Context, who auth.Who, h *family.Home, asked people.Person) error {
	for _, one := range h.People {
		role := ""
		for _, g := range who.Grants {
			if g.SeesCases() && p.within(h.People[0].Place(), g.Region) {
				role = g.Role
			}
		}
		err := p.Desk.Audit.RecordNow(ctx, audit.Entry{Actor: who.Account, ActorName: who.Name, Role: role, Verb: audit.View, Subject: "family/" + string(asked.ID),
			Person: string(one.ID), Purpose: "一户一档：看这一家在领什么、还能领什么"})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *Portal) readMembers(_ context.Context, v *familyPage, h *family.Home, _ auth.Who) error {
	today := calendar.DayOf(p.Desk.DB.Now())
	for _, one := range h.People {
		m := memberRow{Name: one.Name, Relation: one.Relation, Gone: one.Died()}
		switch {
		case m.Gone:
			m.Notes = append(m.Notes, "已去世")
		case one.Birth != 0:
			m.Age = itoa(calendar.Age(one.Birth, today)) + " 岁"
		}
		if !one.Phoned && !m.Gone {
			m.Notes = append(m.Notes, "没有登记手机号")
		}
		v.Members = append(v.Members, m)
	}
	return nil
}

func (p *Portal) readReceived(ctx context.Context, v *familyPage, h *family.Home, _ auth.Who) error {
	if p.Benefits == nil {
		return nil
	}
	runs := map[casework.ID]casework.Held{}
	whose := map[people.ID][]string{}
	for _, one := range h.People {
		all, err := p.Benefits(ctx, string(one.ID))
		if err != nil {
			return err
		}
		for _, b := range all {
			row := benefitRow{Whose: one.Name, Title: b.Title, Amount: b.Shown(), From: b.From, By: p.Desk.Office.Bureau, State: "在领"}
			if b.State != "running" {
				row.State = "停了"
			} else {
				runs[casework.ID(b.Case)] = b.Held()
				whose[one.ID] = append(whose[one.ID], b.Service)
			}
			v.Benefits = append(v.Benefits, row)
		}
	}
	p.Families.Hold(h, runs)
	gets := func(one family.Person, service string) bool {
		return slices.Contains(whose[one.ID], service) || slices.ContainsFunc(one.Held, func(b casework.Held) bool { return b.Service == service })
	}
	for _, s := range p.Families.Standings(h, p.Desk.DB.Now(), gets) {
		if row := p.serviceRow(h, s); s.Best() == family.Not {
			v.Not = append(v.Not, row)
		} else {
			v.Rows = append(v.Rows, row)
		}
	}
	return nil
}

func (p *Portal) serviceRow(h *family.Home, s family.Standing) serviceRow {
	row := serviceRow{Title: s.Service.Title, Law: strings.Join(s.Service.Law, "；"), Chip: verdictOf(s.Best())}
	for _, one := range s.Who {
		name := h.People[one.Person].Name
		if s.Family {
			name += "一家"
		}
		row.Whos = append(row.Whos, standRow{name, standSay(s.Service, one), p.reasonViews(one.Reasons)})
	}
	return row
}

func verdictOf(v family.Verdict) chip {
	switch v {
	case family.Gets:
		return chip{web.OK, "check", "在领"}
	case family.Asked:
		return chip{web.Info, "clock", "正在办"}
	case family.May:
		return chip{web.OK, "heart-handshake", "可能可以领"}
	case family.Unsure:
		return chip{web.Wait, "hourglass", "说不准"}
	}
	return chip{web.Mute, "minus", "现在不符合"}
}

func standSay(s *catalog.Service, one family.Stand) string {
	switch one.Verdict {
	case family.Gets:
		return "在领"
	case family.Asked:
		return "申请正在办"
	case family.May:
		if one.Amount > 0 {
			return "照已知情况符合，" + s.Grants().Pays(one.Amount)
		}
		return "照已知情况符合"
	case family.Unsure:
		return "还缺：" + strings.Join(one.Lacks, "、")
	}
	if why, ok := one.Failing(); ok {
		return "不符合：" + why.Why
	}
	return "不符合"
}

// readMatters are the cases of all members, the newest first.
func (p *Portal) readMatters(ctx context.Context, v *familyPage, h *family.Home, who auth.Who) error {
	today := calendar.DayOf(p.Desk.DB.Now())
	var all []casework.Belonging
	names := map[casework.ID]string{}
	for _, one := range h.People {
		for _, b := range one.In {
			if names[b.Case] == "" {
				all = append(all, b)
			} else {
				names[b.Case] += "、"
			}
			names[b.Case] += one.Name
		}
	}
	slices.SortFunc(all, func(a, b casework.Belonging) int { return b.Opened.Compare(a.Opened) })
	for _, b := range all {
		s, err := p.Desk.Services().Version(ctx, p.Desk.DB, b.Version)
		if err != nil {
			return err
		}
		c := familyCase{Number: b.Number, Title: s.ShortMatter(), Whose: names[b.Case], When: timed(b.Opened, today), State: stateChip(casework.Case{State: b.State}).Text}
		if b.IsOpen() {
			c.State = "正在办"
		}
		if p.covers(who, b.Region) {
			c.Href = "/staff/cases/" + string(b.Case)
		}
		v.Cases = append(v.Cases, c)
	}
	return nil
}

func (p *Portal) readFound(ctx context.Context, v *familyPage, h *family.Home, who auth.Who) error {
	if p.Offers == nil {
		return nil
	}
	today := calendar.DayOf(p.Desk.DB.Now())
	for _, one := range h.People {
		all, err := p.Offers.Of(ctx, p.Desk.DB, one.ID)
		if err != nil {
			return err
		}
		for _, o := range all {
			row := p.foundRow(o, today)
			if !p.covers(who, o.Region) {
				row.Href = ""
			}
			v.Offers = append(v.Offers, row)
			visits, err := p.Offers.Visits(ctx, p.Desk.DB, o.ID)
			if err != nil {
				return err
			}
			for _, visit := range visits {
				v.Visits = append(v.Visits, web.FactRow{Label: visitWords(visit), Value: visit.Note, Note: timed(visit.At, today) + "　" + visit.By})
			}
		}
	}
	return nil
}

// readSaid is what departments said last, and what was seen at home.
func (p *Portal) readSaid(_ context.Context, v *familyPage, h *family.Home, _ auth.Who) error {
	dict := p.Desk.Services().Known().Dictionary
	seen := map[string]bool{}
	for i, one := range h.People {
		g := saidGroup{Name: one.Name}
		for _, said := range h.Told(i) {
			g.Rows = append(g.Rows, web.FactRow{Label: said.Name, Value: worded(dict.Find(said.Name), said.Value), Note: calendar.DayOf(said.At).Long(),
				Seals: []web.SealView{seal(dict, said.Source)}})
		}
		if len(g.Rows) > 0 {
			v.Said = append(v.Said, g)
		}
		for _, said := range h.Visited(i) {
			if key := string(said.Case) + said.Name; !seen[key] {
				seen[key] = true
				v.Visits = append(v.Visits, web.FactRow{Label: said.Name, Value: worded(dict.Find(said.Name), said.Value), Note: calendar.DayOf(said.At).Long(),
					Seals: []web.SealView{seal(dict, said.Source)}})
			}
		}
	}
	return nil
}

// resident is somebody of the register whom a search found.
type resident struct{ Href, Name, Note, Place string }

const mostResidents = 20

// residents are those of the register whose name begins with words, or whose
// number it is, in the reader's places.
func (p *Portal) residents(ctx context.Context, who auth.Who, words string) ([]resident, error) {
	if p.Families == nil {
		return nil, nil
	}
	found, err := p.Desk.People.Search(ctx, p.Desk.DB, words, readFound)
	if err != nil {
		return nil, err
	}
	today := calendar.DayOf(p.Desk.DB.Now())
	var all []resident
	for _, one := range found {
		if !p.covers(who, one.Region) || len(all) == mostResidents {
			continue
		}
		row := resident{Href: familyURL(one.ID), Name: one.Name, Place: p.Desk.Where(one.Region)}
		if one.Birth != 0 {
			row.Note = one.Sex + "　" + itoa(calendar.Age(one.Birth, today)) + " 岁"
		}
		all = append(all, row)
	}
	return all, nil
}
