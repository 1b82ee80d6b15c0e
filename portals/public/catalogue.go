package public

import (
	"net/http"

	"minzheng/kernel/share"
	"minzheng/kernel/web"
)

// cataloguePage is what the bureau shares with other departments.
type cataloguePage struct {
	web.Page
	share.Catalogue
}

func (p *Portal) catalogue(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, catalogueView(cataloguePage{p.page(r, "数据共享目录", "/public"), p.Sharing}))
}

func (p *Portal) catalogueJSON(w http.ResponseWriter, r *http.Request) error {
	return web.JSON(w, r, http.StatusOK, p.Sharing)
}

// shareTone is the tone of an attribute.
func shareTone(a share.Attribute) (web.Tone, string) {
	switch a {
	case share.Open:
		return web.OK, "check"
	case share.Conditional:
		return web.Info, "file-text"
	}
	return web.Mute, "lock"
}
