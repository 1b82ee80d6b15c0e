// Package web routes requests, renders pages and holds the components that
// all pages share.
//
// It is the one place where errors meet readers: handlers return them, and
// here they become a page or JSON. A fault of ours is logged under a short
// reference and shown with that reference alone. Nothing that a person typed,
// and no address with a query, goes into the log.
package web

import (
	"compress/gzip"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// A Handler answers a request, or returns the error that is to be answered.
// It returns an error only before it has written anything.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Config is all that may be set. The zero value serves.
type Config struct {
	Bureau      string // shown name, as 清溪县民政局
	BureauPhone string // shown beside "不方便上网"; "" is 12345
	Demo        bool   // every page says that its data are made up
	Log         *slog.Logger
	Session     func(http.Handler) http.Handler      // loads who is signed in; nil is nobody
	SignInURL   func(*http.Request) string           // where a reader is sent to sign in; nil or "" is nowhere
	SignOutURL  string                               // what the sign-out button posts to; "" shows none
	Elder       func(r *http.Request, on bool) error // keeps the chosen edition for the account; nil keeps it in the browser alone
	MaxBody     int64                                // bytes of an ordinary form; 0 is 1 MiB
	Now         func() time.Time
}

// A Server is the front door: every request passes the same chain and ends at
// the Mux, to which routes may be added until serving begins.
type Server struct {
	*Mux
	c     Config
	chain http.Handler
	zips  sync.Pool // *gzip.Writer
}

// New returns a server that serves /assets/ and /elder and whatever is added to its Mux.
func New(c Config) *Server {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.MaxBody == 0 {
		c.MaxBody = 1 << 20
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.BureauPhone == "" {
		c.BureauPhone = "12345"
	}
	s := &Server{c: c}
	s.zips.New = func() any {
		z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is a known one
		return z
	}
	s.Mux = &Mux{server: s, mux: http.NewServeMux()}
	s.Handle("GET /assets/{file}", serveAsset)
	s.Handle("POST /elder", s.setElder)

	s.chain = s.Mux
	if c.Session != nil {
		s.chain = c.Session(s.chain)
	}
	s.chain = s.visited(headed(s.sameOrigin(s.chain)))
	return s
}

// ServeHTTP passes the request through the chain: log and recover, security
// headers, cross-origin check, session, and then the route with its limit on
// the body.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.chain.ServeHTTP(w, r) }
