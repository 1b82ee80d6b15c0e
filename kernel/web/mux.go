package web

import (
	"io"
	"net/http"

	"minzheng/kernel/errs"
)

// A Mux is http.ServeMux for handlers that return errors, with pages of ours
// for what it does not find. Patterns are those of net/http.
type Mux struct {
	server *Server
	mux    *http.ServeMux
}

// Handle answers pattern with h. The body may be as large as an ordinary form.
func (m *Mux) Handle(pattern string, h Handler) { m.HandleLimit(pattern, m.server.c.MaxBody, h) }

// HandleLimit is Handle for a body of at most max bytes, as for uploads.
func (m *Mux) HandleLimit(pattern string, max int64, h Handler) {
	m.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		visitOf(r).pattern = r.Pattern
		whole := r.Body
		r.Body = http.MaxBytesReader(w, r.Body, max)
		var err error
		if r.ContentLength > max {
			err = &http.MaxBytesError{Limit: max}
		} else {
			err = h(w, r)
		}
		if err == nil {
			return
		}
		if errs.KindOf(known(err)) == errs.TooLarge {
			drain(whole)
		}
		m.server.Answer(w, r, err)
	})
}

// HandleFunc adds a handler that answers its own errors, as the JSON API's are.
func (m *Mux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, func(w http.ResponseWriter, r *http.Request) error {
		h(w, r)
		return nil
	})
}

// ServeHTTP hands the request to its handler, or answers that there is none.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h, pattern := m.mux.Handler(r)
	if pattern != "" {
		m.mux.ServeHTTP(w, r)
		return
	}
	miss := &missed{header: http.Header{}}
	h.ServeHTTP(miss, r)
	for _, name := range []string{"Allow", "Location"} {
		if v := miss.header.Get(name); v != "" {
			w.Header().Set(name, v)
		}
	}
	switch miss.status {
	case http.StatusNotFound:
		m.server.Answer(w, r, errs.New(errs.NotFound, "没有这个页面。可能是地址打错了，也可能它已经不在了。"))
	case http.StatusMethodNotAllowed:
		m.server.tell(w, r, message{
			status: miss.status, Kind: errs.Invalid.String(), title: "这里不能这样打开",
			Sentence: "这个地址不能这样打开。请回到首页，从菜单里进去。",
		})
	default:
		w.WriteHeader(miss.status)
	}
}

// Reads reports whether path can be opened with GET, so that a page can leave
// out what leads nowhere.
func (m *Mux) Reads(path string) bool { return m.reads(path) }

// reads reports whether path can be opened with GET.
func (m *Mux) reads(path string) bool {
	r, err := http.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		return false
	}
	_, pattern := m.mux.Handler(r)
	return pattern != ""
}

// missed hears what ServeMux would have said.
type missed struct {
	header http.Header
	status int
}

func (m *missed) Header() http.Header         { return m.header }
func (m *missed) Write(b []byte) (int, error) { return len(b), nil }
func (m *missed) WriteHeader(status int)      { m.status = status }

// drain reads on for a while when too much is sent: a browser that is cut off
// while sending shows a broken line and not our sentence.
func drain(body io.Reader) { io.CopyN(io.Discard, body, 64<<20) }
