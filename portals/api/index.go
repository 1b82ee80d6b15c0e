package api

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"minzheng/kernel/web"
)

// line is one operation as the index lists it.
type line struct {
	Method, Path, Title, About string
	Open                       bool
}

// index lists the operations for people.
func (p *Portal) index(w http.ResponseWriter, r *http.Request) error {
	page := web.PageFor(r, "接口")
	page.Current = "/api"
	return web.Render(w, r, indexPage(page, lines(p.api.OpenAPI())))
}

func lines(doc *huma.OpenAPI) []line {
	var all []line
	for path, item := range doc.Paths {
		for method, op := range map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPost: item.Post} {
			if op != nil {
				all = append(all, line{method, address + path, op.Summary, op.Description, len(op.Security) == 0})
			}
		}
	}
	slices.SortFunc(all, func(a, b line) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method)) })
	return all
}
