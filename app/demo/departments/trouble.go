package departments

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// Mode is what a source does instead of answering.
type Mode string

// The modes. Normal is the zero value.
const (
	Normal  Mode = ""
	Garbage Mode = "garbage" // answers what nobody can read
	Hang    Mode = "hang"    // takes the question and never answers
	Reset   Mode = "reset"   // cuts the connection
)

// Trouble is how a source behaves. The zero value answers at once and well.
type Trouble struct {
	Latency int  `json:"latency"` // milliseconds before every answer
	Jitter  int  `json:"jitter"`  // up to so many milliseconds more
	Errors  int  `json:"errors"`  // so many of a hundred answers are a 500
	Mode    Mode `json:"mode"`
}

const (
	longestWait = 30_000 // milliseconds
	longestHang = 30 * time.Second
)

// check returns the sentence that says what cannot be, or nil.
func (t Trouble) check() error {
	switch {
	case t.Latency < 0 || t.Latency > longestWait || t.Jitter < 0 || t.Jitter > longestWait:
		return errors.New("延时和抖动要在 0 到 30000 毫秒之间。")
	case t.Errors < 0 || t.Errors > 100:
		return errors.New("出错的比例要在 0 到 100 之间。")
	}
	switch t.Mode {
	case Normal, Garbage, Hang, Reset:
		return nil
	}
	return errors.New("没有这种状态。")
}

// spoil makes the caller wait and reports whether it has spoilt the answer.
func (t *Trouble) spoil(w http.ResponseWriter, r *http.Request) bool {
	wait := time.Duration(t.Latency) * time.Millisecond
	if t.Jitter > 0 {
		wait += rand.N(time.Duration(t.Jitter) * time.Millisecond)
	}
	if !pause(r.Context(), wait) {
		return true
	}
	switch {
	case t.Mode == Hang:
		pause(r.Context(), longestHang)
		cut(w)
	case t.Mode == Reset:
		cut(w)
	case t.Errors > rand.IntN(100):
		reply(w, http.StatusInternalServerError, map[string]string{"error": "部门系统出错"})
	case t.Mode == Garbage:
		garble(w)
	default:
		return false
	}
	return true
}

// pause reports whether the caller is still there after d.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// cut ends the connection without an answer, with a reset where it can.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}

// garble answers in one of the ways in which real interfaces break: the page
// of a proxy, half an answer, another type, somebody else's protocol.
func garble(w http.ResponseWriter) {
	all := []string{
		"<html><body>系统维护中</body></html>", `{"found":true,"values":{"wage":24`,
		`{"found":"Y","values":{}}`, `{"code":"00","msg":"success","data":[]}`, "",
	}
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, all[rand.IntN(len(all))])
}
