package citizen

import (
	"strings"

	"minzheng/kernel/region"
)

// homeOf is the county of registration as an application has it; before it was
// asked, what the number says, if that is another county.
func (p *Portal) homeOf(a applying) string {
	home := codeOf(a.draft.Home)
	if home == "" && !a.draft.Done["place"] && len(a.me.Number) == 18 {
		home = codeOf(a.me.Number[:6])
	}
	if found, ok := p.Desk.Places.Find(home); !ok || found.Code.Level() != region.OfCounty || string(home) == p.County {
		return ""
	}
	return p.Desk.Places.FullName(home)
}

// countyNamed finds the one county that is called so, alone or with what lies
// above it; ok is false when there is none or more than one.
func (p *Portal) countyNamed(name string) (code string, ok bool) {
	name = strings.Join(strings.Fields(name), "")
	n := 0
	var walk func(region.Code)
	walk = func(c region.Code) {
		for _, one := range p.Desk.Places.Children(c) {
			if one.To != "" || one.Code.Level() > region.OfCounty {
				continue
			}
			if one.Code.Level() == region.OfCounty {
				if one.Name == name || strings.HasSuffix(name, p.Desk.Places.FullName(one.Code)) {
					code, n = string(one.Code), n+1
				}
				continue
			}
			walk(one.Code)
		}
	}
	walk(region.Nation)
	return code, n == 1
}
