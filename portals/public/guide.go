package public

import (
	"net/http"

	"minzheng/kernel/catalog"
	"minzheng/kernel/web"
)

// guidePage explains one service, from its folder alone.
type guidePage struct {
	web.Page
	chapter
	Handbook string // address of the service's chapter
}

func (p *Portal) guide(w http.ResponseWriter, r *http.Request) error {
	s, err := p.Desk.Services().Find(r.PathValue("code"))
	if err != nil {
		return err
	}
	at := p.here()
	return web.Render(w, r, guideView(guidePage{p.page(r, s.Title, "/public"), p.chapterOf(s, at), at.address("/handbook/" + s.Code)}))
}

// way is the steps that most cases see, or the others.
func (p guidePage) way(usual bool) []web.TimelineStep {
	var all []web.TimelineStep
	for _, st := range p.Steps {
		if st.Usual == usual {
			all = append(all, web.TimelineStep{Title: st.Title, Note: st.note()})
		}
	}
	return all
}

// caseLine is one line of a choice; what follows below it is another choice.
func caseLine(c catalog.Choice) string {
	line := "其他的，"
	if c.When != "" {
		line = c.When + "的，"
	}
	if len(c.Then.Cases) > 0 {
		return line + "再往下看："
	}
	return line + c.Then.Text + "。"
}
