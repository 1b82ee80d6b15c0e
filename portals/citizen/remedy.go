package citizen

import (
	"fmt"
	"net/http"

	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/catalog/remedy"
)

// remedyView is one thing that the resident may do about a decision.
type remedyView struct {
	Title, Body, Last, Left, Law, First string
	Over                                bool // its last day has passed
}

// appealLine is how an appeal of theirs stands.
type appealLine struct{ Title, Number, State string }

// remedies adds what may be done about the decision, with the days left, and
// what was. A case that is not answered in time has a remedy too.
func (p *Portal) remedies(r *http.Request, c casework.Case, s *catalog.Service, events []casework.Event, v *progressPage) error {
	all, err := p.Desk.RemediesOf(r.Context(), p.Desk.DB, c, s, events)
	if err != nil {
		return err
	}
	for _, one := range all {
		v.Remedies = append(v.Remedies, p.remedyOf(one))
	}
	if c.IsOpen() && c.Due != 0 && c.Due < p.today() {
		late, err := p.Desk.Remedies(remedy.Silence, c.Office, c.Due)
		if err != nil {
			return err
		}
		one := p.remedyOf(late[0])
		v.Late = &one
	}
	if p.Appeals == nil {
		return nil
	}
	appeals, err := p.Appeals.Of(r.Context(), p.Desk.DB, c.ID)
	for _, a := range appeals {
		line := appealLine{Title: a.Title(), Number: a.Number, State: "正在办"}
		if !a.IsOpen() {
			line.State = a.Outcome.Title() + "，" + a.Decided.Long()
		}
		v.Appeals = append(v.Appeals, line)
	}
	return err
}

func (p *Portal) remedyOf(one casework.Remedy) remedyView {
	v := remedyView{Title: one.Title, Body: one.Body, Last: one.Last.Day.Long(), Law: one.Law, First: one.First, Over: one.Last.Day < p.today()}
	if !v.Over {
		v.Left = fmt.Sprintf("还有 %d 天", int(one.Last.Day-p.today()))
	}
	return v
}
