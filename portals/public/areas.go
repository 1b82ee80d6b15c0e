package public

import (
	"minzheng/kernel/area"
	"minzheng/kernel/web"
)

// hang adds the pages that areas bring.
func (p *Portal) hang(m *web.Mux) {
	door := area.PublicDoor{Desk: p.Desk, County: p.County, Page: p.page, Allow: p.sending.allow, Handle: m.Handle, HandleLimit: m.HandleLimit}
	for _, a := range p.Areas {
		if a.Public != nil {
			a.Public(door)
		}
	}
}
