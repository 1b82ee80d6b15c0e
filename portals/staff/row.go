package staff

import (
	"net/http"
	"slices"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/web"
)

// row is one case of a list.
type row struct {
	Href, Name, Matter string
	Number, Place      string
	Clock              web.ClockView
	Clocked            bool
	ClockNote          string
	Late               bool // the step's own deadline is over
	Step               string
	Chips              []chip
	Notes              []string
}

// load is how much one colleague has.
type load struct {
	Name  string
	Open  int
	Width string // of 100
	Much  bool   // far more than the others
}

// rows are the cases of a list as it shows them. One that the reader may no
// longer see is left out.
func (p *Portal) rows(r *http.Request, who auth.Who, cases []casework.Case, chosen view) ([]row, error) {
	var all []row
	today := calendar.DayOf(p.Desk.DB.Now())
	names, err := p.names(r, chosen.grant)
	if err != nil {
		return nil, err
	}
	var ids []casework.ID
	for _, c := range cases {
		ids = append(ids, c.ID)
	}
	proxies, err := casework.Proxies(r.Context(), p.Desk.DB, ids)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		if p.viewRole(who, c) == "" {
			continue
		}
		s, err := p.Desk.Services().Version(r.Context(), p.Desk.DB, c.Version)
		if err != nil {
			return nil, err
		}
		one := p.row(c, s, today)
		if by := proxies[c.ID]; by != "" {
			one.Notes = append(one.Notes, by+"代办")
		}
		if chosen.key != "mine" && c.IsOpen() {
			if name := names[c.Assignee]; name != "" {
				one.Notes = append(one.Notes, name+"在办")
			} else if c.Role != "citizen" {
				one.Notes = append(one.Notes, p.Desk.OfficeName(c.Office)+"在办")
			}
		}
		all = append(all, one)
	}
	return all, nil
}

func (p *Portal) row(c casework.Case, s *catalog.Service, today calendar.Day) row {
	one := row{Href: "/staff/cases/" + string(c.ID), Name: c.Name, Matter: s.ShortMatter(), Number: c.Number, Place: p.Desk.Where(c.Region), Chips: chips(c, s)}
	one.Clock, one.Clocked = p.clockView(c, s, today)
	one.ClockNote, one.Late = stepNote(c, s, today), stepLate(c, today)
	if st := s.Step(c.Step); st != nil && c.IsOpen() {
		one.Step = st.Title
	}
	if c.Members > 1 {
		one.Notes = append(one.Notes, itoa(c.Members)+" 人")
	}
	if c.Verdict == "yes" && c.Amount > 0 {
		one.Notes = append(one.Notes, s.Grants().Pays(c.Amount))
	}
	if c.Provisional {
		one.Notes = append(one.Notes, "到期日暂定")
	}
	return one
}

// chips say what stands in the way of a case, and what the rules say.
func chips(c casework.Case, s *catalog.Service) []chip {
	if !c.IsOpen() && s.Process != nil {
		return []chip{{web.Mute, "check", "已办结"}}
	}
	if !c.IsOpen() {
		return []chip{stateChip(c)}
	}
	var all []chip
	if c.Role == "citizen" {
		waits := "等申请人补材料"
		if st := s.Step(c.Step); st != nil && st.Wait != nil {
			waits = "等本人说意见"
		}
		all = append(all, chip{web.Mute, "clock-pause", waits})
	}
	if c.Conflicts > 0 {
		all = append(all, chip{web.Wait, "alert-triangle", itoa(c.Conflicts) + " 处数据不一致"})
	}
	if c.Silent > 0 {
		all = append(all, chip{web.Wait, "hourglass", "等 " + itoa(c.Silent) + " 个部门回复"})
	}
	return append(all, verdictChip(c))
}

// names are those of the colleagues of an office and role, by account.
func (p *Portal) names(r *http.Request, g auth.Grant) (map[string]string, error) {
	if g.Role == "" {
		return nil, nil
	}
	staff, err := auth.StaffIn(r.Context(), p.Desk.DB, g.Role, g.Region)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, one := range staff {
		names[one.ID] = one.Name
	}
	return names, nil
}

const (
	mostColleagues = 12
	manyCases      = 10
)

// loads is how much the colleagues of the reader's office and role have.
func (p *Portal) loads(r *http.Request, who auth.Who, chosen view) ([]load, error) {
	g := chosen.grant
	if g.Role == "" {
		i := slices.IndexFunc(who.Grants, func(g auth.Grant) bool { return p.acts(g.Role) })
		if i < 0 {
			return nil, nil
		}
		g = who.Grants[i]
	}
	staff, err := auth.StaffIn(r.Context(), p.Desk.DB, g.Role, g.Region)
	if err != nil {
		return nil, err
	}
	staff = staff[:min(len(staff), mostColleagues)]
	ids, most := make([]string, len(staff)), 1
	for i, one := range staff {
		ids[i] = one.ID
	}
	open, err := casework.Loads(r.Context(), p.Desk.DB, ids)
	if err != nil {
		return nil, err
	}
	for _, n := range open {
		most = max(most, n)
	}
	total := 0
	for _, one := range staff {
		total += open[one.ID]
	}
	var all []load
	for _, one := range staff {
		l := load{Name: one.Name, Open: open[one.ID], Width: itoa(100 * open[one.ID] / most)}
		l.Much = l.Open >= manyCases && 2*l.Open*len(staff) > 3*total
		if one.ID == who.Account {
			l.Name += "（您）"
		}
		all = append(all, l)
	}
	return all, nil
}

// resting are the departments that failed again and again just now.
func (p *Portal) resting() []string {
	var all []string
	for _, h := range p.Health() {
		if name := h.Department + "（" + h.Title + "）"; h.Resting {
			all = append(all, name)
		}
	}
	return all
}
