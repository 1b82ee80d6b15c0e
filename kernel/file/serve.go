package file

import (
	"bytes"
	"mime"
	"net/http"
	"time"
)

// Serve answers with the content of f, to be shown in the browser and kept
// nowhere. Whether the reader may see it, the caller has asked.
func (s *Store) Serve(w http.ResponseWriter, r *http.Request, f File) error {
	body, err := s.Open(r.Context(), f)
	if err != nil {
		return err
	}
	answer(w, r, f, body)
	return nil
}

// ServeThumb is Serve for the small picture.
func (s *Store) ServeThumb(w http.ResponseWriter, r *http.Request, f File) error {
	body, err := s.OpenThumb(r.Context(), f)
	if err != nil {
		return err
	}
	answer(w, r, f, body)
	return nil
}

func answer(w http.ResponseWriter, r *http.Request, f File, body []byte) {
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": f.Name}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Security-Policy", policy(f.Type))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// policy keeps a paper from doing anything. Chromium shows no PDF at all in a
// sandbox; what a PDF could do was refused when it was put.
func policy(kind string) string {
	const nothing = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
	if kind == "application/pdf" {
		return nothing + "; object-src 'self'; img-src 'self'"
	}
	return nothing + "; img-src 'self'; sandbox"
}
