package staff

import (
	"context"
	"net/http"

	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/web"
)

// hang adds the pages that areas bring.
func (p *Portal) hang(m *web.Mux) {
	door := area.StaffDoor{Desk: p.Desk, Auth: p.Auth, Page: p.page,
		Handle: func(pattern string, h func(http.ResponseWriter, *http.Request, auth.Who) error) {
			m.Handle(pattern, p.in(h))
		},
		HandleLimit: func(pattern string, most int64, h func(http.ResponseWriter, *http.Request, auth.Who) error) {
			m.HandleLimit(pattern, most, p.in(h))
		}}
	for _, a := range p.Areas {
		if a.Staff != nil {
			a.Staff(door)
		}
	}
}

// elsewhere leads who has no cases to the first page that an area has for them.
func (p *Portal) elsewhere(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	menu, err := p.areaMenu(r.Context(), who)
	if err != nil {
		return err
	}
	if len(menu) == 0 {
		return errNoDesk()
	}
	http.Redirect(w, r, menu[0].Href, http.StatusSeeOther)
	return nil
}

// areaMenu are the menu items that areas bring for a reader.
func (p *Portal) areaMenu(ctx context.Context, who auth.Who) ([]web.MenuItem, error) {
	var all []web.MenuItem
	for _, a := range p.Areas {
		if a.StaffMenu == nil {
			continue
		}
		some, err := a.StaffMenu(ctx, p.Desk, who)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}
