package public

import (
	"net/http"

	"minzheng/kernel/area"
	"minzheng/kernel/web"
)

// hang adds the pages that areas bring.
func (p *Portal) hang(m *web.Mux) {
	door := area.PublicDoor{Desk: p.Desk,
		Page: func(r *http.Request, title string) web.Page { return p.page(r, title, "/public") },
		Handle: func(pattern string, h func(http.ResponseWriter, *http.Request) error) {
			m.Handle(pattern, h)
		}}
	for _, a := range p.Areas {
		if a.Public != nil {
			a.Public(door)
		}
	}
}
