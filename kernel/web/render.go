package web

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// small is the size below which packing costs more than it saves.
const small = 1400

// Render answers with a page. It is made whole before anything is sent, so
// that a page that fails leaves room for an error to be told.
func Render(w http.ResponseWriter, r *http.Request, page templ.Component) error {
	return RenderStatus(w, r, http.StatusOK, page)
}

// RenderStatus is Render with another status; a form that is shown again with
// its problems has http.StatusUnprocessableEntity.
func RenderStatus(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	buf := templ.GetBuffer()
	defer templ.ReleaseBuffer(buf)
	if err := page.Render(r.Context(), buf); err != nil {
		return fmt.Errorf("rendering: %w", err)
	}
	return send(w, r, status, "text/html; charset=utf-8", buf.Bytes())
}

// send answers with body, packed if the reader takes that. Pages hold what
// concerns one person, so nobody keeps them unless the handler has said so.
func send(w http.ResponseWriter, r *http.Request, status int, kind string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Add("Vary", "Accept-Encoding")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	v := visitOf(r)
	if len(body) >= small && v.server != nil && takesGzip(r) && h.Get("Content-Encoding") == "" {
		packed, err := v.server.pack(body)
		if err != nil {
			return err
		}
		h.Set("Content-Encoding", "gzip")
		body = packed
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // whoever has gone away cannot be told
	return nil
}

func (s *Server) pack(body []byte) ([]byte, error) {
	z := s.zips.Get().(*gzip.Writer)
	defer s.zips.Put(z)
	var out bytes.Buffer
	out.Grow(len(body) / 4)
	z.Reset(&out)
	if _, err := z.Write(body); err != nil {
		return nil, fmt.Errorf("packing: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("packing: %w", err)
	}
	return out.Bytes(), nil
}

func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name != "gzip" && name != "*" {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimPrefix(strings.ReplaceAll(q, " ", ""), "q="), 64)
		return q == "" || err != nil || n > 0
	}
	return false
}
