package departments

import (
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

//go:embed control.css
var style []byte

// every stands for all sources in a change.
const every = "*"

// change is what is to become of a source; what is nil stays as it is.
type change struct {
	Source  string `json:"source"` // a code, or * for all
	Restore bool   `json:"restore"`
	Latency *int   `json:"latency"`
	Jitter  *int   `json:"jitter"`
	Errors  *int   `json:"errors"`
	Mode    *Mode  `json:"mode"`
}

// standing is a source as the control API tells it.
type standing struct {
	Source     string `json:"source"`
	Title      string `json:"title"`
	Department string `json:"department"`
	Path       string `json:"path"`
	Trouble
	Asked   int64 `json:"asked"`
	Found   int64 `json:"found"`
	Absent  int64 `json:"absent"`
	Refused int64 `json:"refused"`
	Failed  int64 `json:"failed"`
	last    time.Time
}

func (s *simulator) control(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		p := s.page()
		if r.URL.Query().Has("done") {
			p.Done = "改好了。"
		}
		s.show(w, r, http.StatusOK, p)
	})
	mux.HandleFunc("GET /control.css", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Write(style)
	})
	mux.HandleFunc("POST /control", s.submit)
	mux.HandleFunc("GET /control.json", func(w http.ResponseWriter, r *http.Request) { reply(w, http.StatusOK, s.standings()) })
	mux.HandleFunc("POST /control.json", s.command)
	mux.HandleFunc("POST /happen.json", s.happened)
}

// command takes a change as JSON and answers with all sources as they are then.
func (s *simulator) command(w http.ResponseWriter, r *http.Request) {
	var c change
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, longestQuestion))
	d.DisallowUnknownFields()
	if d.Decode(&c) != nil || d.Decode(&struct{}{}) != io.EOF {
		reply(w, http.StatusBadRequest, map[string]string{"error": "请求不是约定的 JSON"})
		return
	}
	if err := s.apply(c); err != nil {
		reply(w, http.StatusUnprocessableEntity, map[string]string{"error": err.Error()})
		return
	}
	reply(w, http.StatusOK, s.standings())
}

// submit takes a change from the page's forms.
func (s *simulator) submit(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, longestQuestion)
	if err := r.ParseForm(); err != nil {
		p := s.page()
		p.Problem = "没有读懂这张表，请再试一次。"
		s.show(w, r, http.StatusBadRequest, p)
		return
	}
	c, err := typed(r)
	if err == nil {
		err = s.apply(c)
	}
	if err != nil {
		p := s.page()
		p.Problem, p.At = err.Error(), c.Source
		p.keep(c.Source, r.PostForm)
		s.show(w, r, http.StatusUnprocessableEntity, p)
		return
	}
	to := "/?done"
	if c.Source != every {
		to += "#" + c.Source
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// typed reads a change from a form; what the form does not hold stays.
func typed(r *http.Request) (change, error) {
	c := change{Source: r.PostForm.Get("source"), Restore: r.PostForm.Has("restore")}
	if c.Restore {
		return c, nil
	}
	for name, into := range map[string]**int{"latency": &c.Latency, "jitter": &c.Jitter, "errors": &c.Errors} {
		if !r.PostForm.Has(name) {
			continue
		}
		n, err := strconv.Atoi(r.PostForm.Get(name))
		if err != nil {
			return c, errors.New("延时、抖动和出错的比例都要写整数。")
		}
		*into = &n
	}
	if r.PostForm.Has("mode") {
		m := Mode(r.PostForm.Get("mode"))
		c.Mode = &m
	}
	return c, nil
}

// apply makes a change, on all of its sources or on none.
func (s *simulator) apply(c change) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	next := map[*line]Trouble{}
	for _, l := range s.lines {
		if c.Source != every && c.Source != l.Code {
			continue
		}
		t := c.on(*l.trouble.Load(), s.usual)
		if err := t.check(); err != nil {
			return err
		}
		next[l] = t
	}
	if len(next) == 0 {
		return errors.New("没有这个接口。")
	}
	for l, t := range next {
		l.trouble.Store(&t)
	}
	s.log.Info("switched a source", "source", c.name(next))
	return nil
}

// name is the source's code as it may stand in the log.
func (c change) name(lines map[*line]Trouble) string {
	if len(lines) > 1 {
		return every
	}
	for l := range lines {
		return l.Code
	}
	return ""
}

// on returns what the change makes of t.
func (c change) on(t, usual Trouble) Trouble {
	if c.Restore {
		t = usual
	}
	set(&t.Latency, c.Latency)
	set(&t.Jitter, c.Jitter)
	set(&t.Errors, c.Errors)
	set(&t.Mode, c.Mode)
	return t
}

// set copies what there is.
func set[T any](into, from *T) {
	if from != nil {
		*into = *from
	}
}

func (s *simulator) standings() []standing {
	all := make([]standing, len(s.lines))
	for i, l := range s.lines {
		n := &l.tally
		all[i] = standing{
			Source: l.Code, Title: l.Title, Department: l.Department, Path: l.path(), Trouble: *l.trouble.Load(),
			Asked: n.asked.Load(), Found: n.found.Load(), Absent: n.absent.Load(), Refused: n.refused.Load(), Failed: n.failed.Load(),
		}
		if at := n.last.Load(); at != 0 {
			all[i].last = time.UnixMilli(at)
		}
	}
	return all
}
