// Package api is the JSON door of the house: the same acts as on the pages,
// for programs.
//
// It decides nothing of its own: what a program sends passes the very checks
// that a page's form passes. Who asks is known by a bearer token. Amounts are
// whole 分. An error is a kind, a sentence and the fields it is about, and
// never what was sent.
package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/file"
	"minzheng/kernel/joint"
	"minzheng/kernel/people"
	"minzheng/kernel/share"
	"minzheng/kernel/web"
)

// Rooms are the rooms that the portal stands on.
type Rooms struct {
	Desk   *casework.Desk
	Auth   *auth.Auth
	Files  *file.Store
	County string      // the county that the bureau serves
	Joint  *joint.Room // nil: nobody is asked for help
	// Enrol brings somebody who has proved a citizen number into the register.
	// nil: who is not in it is sent to the counter.
	Enrol func(ctx context.Context, proved auth.Identity) (people.Person, error)
	Share *share.Room // nil: other departments are given nothing
}

// Portal serves the API. It is safe for use by several goroutines.
type Portal struct {
	Rooms
	api huma.API
}

// New returns the portal.
func New(r Rooms) *Portal { return &Portal{Rooms: r} }

const (
	address = "/api"
	// spare is what a multipart body may have around the file itself.
	spare = 64 << 10
)

// Routes hangs the API and its two descriptions under /api.
func (p *Portal) Routes(m *web.Mux) {
	speakChinese()
	p.api = humago.NewWithPrefix(doors{m}, address, config())
	p.api.UseMiddleware(remember)
	for _, add := range []func(){p.signIn, p.services, p.files, p.apply, p.cases, p.acts, p.notices, p.requests} {
		add()
	}
	m.Handle("GET /api/openapi.json", p.document())
	m.Handle("GET /api", p.index)
	p.shares(m)
}

func config() huma.Config {
	c := huma.DefaultConfig("智慧民政接口", "1")
	c.Info.Description = "和网页上能办的事一样。金额都是整数，单位是分。出错时返回 kind、sentence 和 problems，不会把您发来的内容再发回去。"
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"bearer": {Type: "http", Scheme: "bearer"}}
	return c
}

// doors gives each route the limit that its body may have.
type doors struct{ *web.Mux }

func (d doors) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	answer := func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		h(w, r)
		return nil
	}
	if pattern == "POST "+address+uploadPath {
		d.Mux.HandleLimit(pattern, file.MostBytes+spare, answer)
		return
	}
	d.Mux.Handle(pattern, answer)
}

// document serves the OpenAPI document, which is written once.
func (p *Portal) document() web.Handler {
	body, err := json.Marshal(p.api.OpenAPI())
	if err != nil {
		panic(fmt.Errorf("writing the OpenAPI document: %w", err)) // it is made of our own types
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		return web.JSON(w, r, http.StatusOK, json.RawMessage(body))
	}
}

// deed describes one operation.
type deed struct {
	id, method, path, title, about string
	open                           bool // for everybody
	status                         int
}

// offer adds an operation; fn's errors are told as all errors of ours are.
func offer[I, O any](p *Portal, d deed, fn func(context.Context, *I) (*O, error)) {
	op := huma.Operation{OperationID: d.id, Method: d.method, Path: d.path, Summary: d.title, Description: d.about, DefaultStatus: d.status,
		BodyReadTimeout: -1, Errors: []int{http.StatusBadRequest, http.StatusUnprocessableEntity}}
	if !d.open {
		op.Security = []map[string][]string{{"bearer": {}}}
		op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden)
	}
	huma.Register(p.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := fn(ctx, in)
		if err != nil {
			return nil, p.told(ctx, d.id, err)
		}
		return out, nil
	})
}
