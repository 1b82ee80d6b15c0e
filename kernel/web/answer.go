package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"minzheng/kernel/errs"
)

// message is an error as its reader sees it.
type message struct {
	Kind      string        `json:"kind"`
	Sentence  string        `json:"sentence"`
	Problems  errs.Problems `json:"problems,omitempty"`
	Reference string        `json:"reference,omitempty"` // what a fault is called in the log

	status int
	title  string
	signIn string // where to sign in, if that would help
}

// Answer tells the reader about err, as a page or as JSON. Only what has a
// kind is told; the rest is logged, and the reader gets its reference.
func (s *Server) Answer(w http.ResponseWriter, r *http.Request, err error) {
	if begun(w) {
		s.c.Log.ErrorContext(r.Context(), "answer broken off", "route", visitOf(r).pattern, "error", err)
		return
	}
	err = known(err)
	m := messageOf(err)
	if m.Reference != "" {
		s.c.Log.LogAttrs(r.Context(), slog.LevelError, "fault",
			slog.String("reference", m.Reference), slog.String("route", visitOf(r).pattern), slog.Any("error", err))
	}
	if errs.Is(err, errs.SignIn) && s.c.SignInURL != nil {
		m.signIn = s.c.SignInURL(r)
		if m.signIn != "" && !PrefersJSON(r) && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, m.signIn, http.StatusSeeOther)
			return
		}
	}
	if errs.Is(err, errs.Busy) || errs.Is(err, errs.TooMany) {
		w.Header().Set("Retry-After", "30")
	}
	s.tell(w, r, m)
}

func (s *Server) tell(w http.ResponseWriter, r *http.Request, m message) {
	var err error
	if PrefersJSON(r) {
		err = JSON(w, r, m.status, m)
	} else {
		err = RenderStatus(w, r, m.status, oops(PageFor(r, m.title), m))
	}
	if err != nil && !begun(w) {
		http.Error(w, m.Sentence, m.status)
	}
}

// known gives a kind to errors of the libraries below that are not our fault.
func known(err error) error {
	var big *http.MaxBytesError
	switch {
	case errs.KindOf(err) != errs.Fault:
		return err
	case errors.As(err, &big):
		return errs.Newf(errs.TooLarge, "一次交的内容太多了，最多 %s。请分几次交，或者把照片拍小一点。", bytesText(big.Limit))
	case errors.Is(err, context.DeadlineExceeded):
		return errs.New(errs.Busy, "现在办事的人多，没来得及办完。请过一会儿再试。")
	}
	return err
}

func bytesText(n int64) string {
	if n < 1<<20 {
		return strconv.FormatInt(n>>10, 10) + " KB"
	}
	return strconv.FormatInt(n>>20, 10) + " MB"
}

func messageOf(err error) message {
	kind := errs.KindOf(err)
	m := message{Kind: kind.String(), Sentence: errs.Sentence(err)}
	m.status, m.title = statusOf(kind)
	if errors.As(err, &m.Problems) {
		m.status = http.StatusUnprocessableEntity
	}
	if kind == errs.Fault {
		m.Reference = reference()
	}
	return m
}

func statusOf(k errs.Kind) (int, string) {
	switch k {
	case errs.Invalid:
		return http.StatusBadRequest, "有地方要改"
	case errs.NotFound:
		return http.StatusNotFound, "没有找到"
	case errs.Forbidden:
		return http.StatusForbidden, "这里不能进"
	case errs.Conflict:
		return http.StatusConflict, "情况有变化"
	case errs.SignIn:
		return http.StatusUnauthorized, "请先登录"
	case errs.TooMany:
		return http.StatusTooManyRequests, "请慢一点"
	case errs.TooLarge:
		return http.StatusRequestEntityTooLarge, "内容太大了"
	case errs.Busy:
		return http.StatusServiceUnavailable, "现在有点忙"
	}
	return http.StatusInternalServerError, "对不起，没有办成"
}

// PrefersJSON reports whether the reader is a program.
func PrefersJSON(r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		return true
	}
	return weight(r, "application/json") > weight(r, "text/html")
}

// weight is the q that Accept gives to a type named in full.
func weight(r *http.Request, want string) float64 {
	for part := range strings.SplitSeq(r.Header.Get("Accept"), ",") {
		kind, params, err := mime.ParseMediaType(part)
		if err != nil || kind != want {
			continue
		}
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil {
			return q
		}
		return 1
	}
	return 0
}

// JSON answers with v as JSON.
func JSON(w http.ResponseWriter, r *http.Request, status int, v any) error {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	return send(w, r, status, "application/json; charset=utf-8", body.Bytes())
}
