package web

import (
	"net/http"

	"minzheng/kernel/errs"
)

const policy = "default-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'self'; object-src 'self'; frame-src 'self'; frame-ancestors "

// headed sets the headers that keep a page to itself. Nothing inline runs.
func headed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy+"'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// Framable lets pages of this site, and no other, show the answer in a frame,
// as a paper beside its case. Call it before anything is written.
func Framable(w http.ResponseWriter) {
	w.Header().Set("Content-Security-Policy", policy+"'self'")
}

// sameOrigin refuses what another site makes a reader's browser send.
func (s *Server) sameOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Answer(w, r, errs.New(errs.Forbidden, "这个请求不是从本站页面发出的，我们没有照办。请回到本站的页面再试一次。"))
	}))
	return guard.Handler(next)
}
