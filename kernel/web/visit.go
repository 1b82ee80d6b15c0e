package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"
)

// A visit is what the frame knows about one request.
type visit struct {
	server  *Server
	pattern string // the route, for the log; never the address itself
}

type visitKey struct{}

// visitOf returns the request's visit; outside a Server it is an empty one.
func visitOf(r *http.Request) *visit {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// visited logs each request and turns a panic into an answer.
func (s *Server) visited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.c.Now()
		v := &visit{server: s, pattern: "-"}
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
		rec := &recorder{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				s.panicked(rec, r, p)
			}
			s.c.Log.LogAttrs(r.Context(), levelOf(rec.status), "request", logAttrs(r, v, rec, s.c.Now().Sub(began))...)
		}()
		next.ServeHTTP(rec, r)
	})
}

func (s *Server) panicked(w *recorder, r *http.Request, p any) {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	s.Answer(w, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
}

// reference is a short name for one fault, easy to read over the phone.
func reference() string { return rand.Text()[:8] }

// A recorder remembers the status, for the log and for whether it is too late to answer.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// begun reports whether an answer is already under way.
func begun(w http.ResponseWriter) bool {
	for w != nil {
		if rec, ok := w.(*recorder); ok {
			return rec.status != 0
		}
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return false
		}
		w = u.Unwrap()
	}
	return false
}

func roundMillis(d time.Duration) float64 { return float64(d.Round(10*time.Microsecond)) / 1e6 }
