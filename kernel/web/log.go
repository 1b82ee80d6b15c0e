package web

import (
	"log/slog"
	"net/http"
	"time"
)

func levelOf(status int) slog.Level {
	if status >= 500 {
		return slog.LevelError
	}
	return slog.LevelInfo
}

// logAttrs says what was asked by its route, so that no number or name that
// stands in an address is kept.
func logAttrs(r *http.Request, v *visit, w *recorder, took time.Duration) []slog.Attr {
	status := w.status
	if status == 0 {
		status = http.StatusOK
	}
	return []slog.Attr{
		slog.String("method", method(r.Method)),
		slog.String("route", v.pattern),
		slog.Int("status", status),
		slog.Int64("bytes", w.bytes),
		slog.Float64("ms", roundMillis(took)),
	}
}

// method keeps a made-up method, which may hold anything, out of the log.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}
