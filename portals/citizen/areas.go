package citizen

import (
	"net/http"

	"minzheng/kernel/area"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// hang adds the pages that areas bring.
func (p *Portal) hang(m *web.Mux) {
	door := area.CitizenDoor{Desk: p.Desk,
		Page: func(r *http.Request, title string) web.Page { return p.page(r, title, "/my") },
		Tell: func(r *http.Request, sentence string) { p.Auth.Put(r, "flash", sentence) },
		Handle: func(pattern string, h func(http.ResponseWriter, *http.Request, people.Person) error) {
			m.Handle(pattern, func(w http.ResponseWriter, r *http.Request) error {
				me, err := p.me(r)
				if err != nil {
					return err
				}
				return h(w, r, me)
			})
		}}
	for _, a := range p.Areas {
		if a.Citizen != nil {
			a.Citizen(door)
		}
	}
}

// areaMenu are the pages of areas that stand among a resident's own matters.
func (p *Portal) areaMenu() (all []web.MenuItem) {
	for _, a := range p.Areas {
		all = append(all, a.CitizenMenu...)
	}
	return all
}
