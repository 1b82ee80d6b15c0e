// Package departments answers as other departments would, about the people of
// the demo county: 公安, 税务, 人社 and the rest, each with what it has on file.
//
// It is the product's one stand-in and a program of its own: the product meets
// it only over HTTP, by the protocol of docs/exchange.md, as it would meet a
// real gateway. The same question gets the same bytes. How a source misbehaves
// is switched on the control page. Nothing of a question is logged, and of a
// signed one only its hash and answer are kept, for the time in which it may be
// sent again.
package departments

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"minzheng/app/demo/county"
)

// Natural is what a source takes before every answer unless told otherwise:
// 20 to 120 milliseconds.
func Natural() Trouble { return Trouble{Latency: 20, Jitter: 100} }

// Option changes how the simulator begins.
type Option func(*simulator)

// Usual makes t the state that every source begins in and is restored to. The
// zero Trouble answers at once, as benchmarks want it.
func Usual(t Trouble) Option { return func(s *simulator) { s.usual = t } }

// simulator is all departments together.
type simulator struct {
	county *county.County
	now    func() time.Time
	log    *slog.Logger
	usual  Trouble
	since  time.Time
	lines  []*line

	notary   *notary
	agreed   []Agreement
	changing sync.Mutex // one change at a time

	life   sync.RWMutex
	happen map[string][]happening // by source, in the order in which they were told
}

// line is one source as it stands at this moment.
type line struct {
	source
	trouble atomic.Pointer[Trouble]
	tally   tally
}

// tally counts what became of the questions since the start.
type tally struct {
	asked, found, absent, refused, failed atomic.Int64
	last                                  atomic.Int64 // epoch ms
}

// New returns the departments' gateway with its control page at /. It is safe
// for use by several goroutines; the county must not change any more.
func New(c *county.County, now func() time.Time, log *slog.Logger, options ...Option) http.Handler {
	s := &simulator{county: c, now: now, log: log, usual: Natural(), since: now(), happen: map[string][]happening{}}
	for _, o := range options {
		o(s)
	}
	s.notary = mustNotary()
	mux := http.NewServeMux()
	for _, src := range sources() {
		l := &line{source: src}
		l.trouble.Store(&s.usual)
		s.lines = append(s.lines, l)
		mux.HandleFunc("GET "+feedPath(src), func(w http.ResponseWriter, r *http.Request) { s.feed(w, r, l) })
		mux.HandleFunc("POST "+src.path(), func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, l) })
	}
	s.control(mux)
	s.dialects(mux)
	s.begin()
	return http.NewCrossOriginProtection().Handler(mux)
}

// mustNotary makes the departments' key; a machine without randomness is none.
func mustNotary() *notary {
	n, err := newNotary()
	if err != nil {
		panic(err)
	}
	return n
}

// serve takes one question: the source's trouble comes first, as it does in
// life, then signature and question are read, and only a whole one is answered.
func (s *simulator) serve(w http.ResponseWriter, r *http.Request, l *line) {
	body, ok := s.arrive(w, r, l)
	if !ok {
		return
	}
	asked, no := s.notary.check(r, body, s.now())
	if no != nil {
		s.turnAway(w, l, no)
		return
	}
	b, no := s.respond(l, body, asked != "")
	if no != nil {
		s.turnAway(w, l, no)
		return
	}
	if asked != "" {
		if err := s.notary.sign(w, asked, b); err != nil {
			http.Error(w, "", http.StatusInternalServerError)
			return
		}
	}
	send(w, http.StatusOK, b)
}

// arrive reads a question's body and lets the source's trouble have its way.
func (s *simulator) arrive(w http.ResponseWriter, r *http.Request, l *line) ([]byte, bool) {
	l.tally.asked.Add(1)
	l.tally.last.Store(s.now().UnixMilli())
	body, no := readBody(w, r)
	if no != nil {
		s.turnAway(w, l, no)
		return nil, false
	}
	if l.trouble.Load().spoil(w, r) {
		l.tally.failed.Add(1)
		return nil, false
	}
	q, no := readQuestion(body, s.now())
	if p, ok := s.county.ByNumber(q.Number); no == nil && ok && p.Late == l.Code {
		pause(r.Context(), longestHang)
		cut(w)
		return nil, false
	}
	return body, true
}

// respond answers a question. One that is sent again gets the same bytes and
// counts once, if signatures tell it from another of the same number.
func (s *simulator) respond(l *line, body []byte, signed bool) ([]byte, *refusal) {
	q, no := readQuestion(body, s.now())
	if no != nil {
		return nil, no
	}
	if signed {
		if b, no := s.notary.before(q.Request, body, s.now()); no != nil || b != nil {
			return b, no
		}
	}
	a, no := s.answer(l.source, q)
	if no != nil {
		return nil, no
	}
	if a.Found {
		l.tally.found.Add(1)
	} else {
		l.tally.absent.Add(1)
	}
	b, err := json.Marshal(a)
	if err != nil { // only types of this package come here
		return nil, refuse(http.StatusInternalServerError, "部门系统出错")
	}
	if signed {
		s.notary.remember(q.Request, body, b, s.now())
	}
	return b, nil
}

func (s *simulator) turnAway(w http.ResponseWriter, l *line, no *refusal) {
	l.tally.refused.Add(1)
	s.log.Debug("refused a question", "source", l.Code, "status", no.status)
	reply(w, no.status, map[string]string{"error": no.reason})
}

// answer is what goes back. Values stand in the order of their names.
type answer struct {
	Found   bool     `json:"found"`
	Match   *bool    `json:"match,omitempty"`
	Differs []string `json:"differs,omitempty"`
	Values  values   `json:"values,omitempty"`
}

// answer asks the source about the person of the question and lets out only
// what was asked for.
func (s *simulator) answer(src source, q question) (answer, *refusal) {
	fields := src.offers(q.Fields)
	if len(fields) == 0 {
		return answer{}, refuse(http.StatusForbidden, "本接口不提供这些字段")
	}
	if no := src.check(q); no != nil {
		return answer{}, no
	}
	if no := s.grants(src, q); no != nil {
		return answer{}, no
	}
	p, ok := s.county.ByNumber(q.Number)
	if !ok {
		return answer{}, nil
	}
	file, ok := src.look(s.county, p, q)
	if file, ok = s.lately(src, q.Number, file, ok); !ok {
		return answer{}, nil
	}
	if len(q.Claims) > 0 {
		match, differs := claimed(q, file)
		return answer{Found: true, Match: &match, Differs: differs}, nil
	}
	kept := values{}
	for _, f := range fields {
		if v, ok := file[f]; ok {
			kept[f] = v
		}
	}
	return answer{Found: true, Values: kept}, nil
}

// reply writes v as JSON.
func reply(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil { // only types of this package come here
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	send(w, status, b)
}

func send(w http.ResponseWriter, status int, b []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(b)
}
