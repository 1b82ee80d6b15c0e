// Package exchange asks other departments and keeps what they answered.
//
// Every question names its case, purpose, legal basis and the fields that it
// may bring; nothing else of an answer is let in. Departments are asked side by
// side, each within its own time, and never inside a transaction. Who does not
// answer leaves facts unknown and is nobody's fault; a source that fails again
// and again is left in peace for a while.
package exchange

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/retrypolicy"

	"minzheng/kernel/db"
	"minzheng/kernel/strict"
)

//go:embed schema
var files embed.FS

// Schema returns the room's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "exchange", Files: sub}
}

// Source is one service that a department offers.
type Source struct {
	Code       string `yaml:"code"`       // police.household
	Title      string `yaml:"title"`      // 户籍信息
	Department string `yaml:"department"` // 公安: who is said to have answered
	Vouches    string `yaml:"vouches"`    // the dictionary's code of the source: police
	Path       string `yaml:"path"`       // below the gateway's address
	Within     int    `yaml:"within"`     // milliseconds that it may take
	Feed       string `yaml:"feed"`       // path of what it tells unasked; "" is nothing
}

// ReadSources reads sources.yaml strictly.
func ReadSources(name string, src []byte) ([]Source, error) {
	var all []Source
	if err := strict.YAML(src, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	seen := map[string]bool{}
	for _, s := range all {
		if s.Code == "" || s.Title == "" || s.Department == "" || s.Vouches == "" || s.Path == "" || s.Within < 1 || seen[s.Code] {
			return nil, fmt.Errorf("%s: 部门接口 %q 没有写全，或者写了两次", name, s.Code)
		}
		seen[s.Code] = true
	}
	return all, nil
}

// Question is what is asked of one source about one person.
type Question struct {
	Source  string
	Subject string // case/…
	Number  string // citizen number asked about
	Name    string
	Index   string // blind index of the number
	County  string // our county, for questions such as "is she registered here"
	Fields  []string
	Actor   string
	Purpose string
	Law     string
}

// Outcome is how an asking ended.
type Outcome string

// The outcomes.
const (
	Found   Outcome = "found"
	Absent  Outcome = "absent"  // the source covers the person and has no record
	Silent  Outcome = "silent"  // no answer in time, or none at all
	Garbled Outcome = "garbled" // an answer that cannot be read
)

// Answer is what came back.
type Answer struct {
	Question Question
	Source   Source
	Outcome  Outcome
	Values   map[string]json.RawMessage // only the fields that were asked for
	At       time.Time
	Took     time.Duration
	Receipt  string // id of the receipt
	digest   string
}

// Exchange asks. It is safe for use by several goroutines.
type Exchange struct {
	base     string
	client   *http.Client
	now      func() time.Time
	sources  map[string]*line
	order    []string
	capacity chan struct{}
}

// line is one source with what guards it.
type line struct {
	Source
	guard failsafe.Executor[*reply]
	cb    circuitbreaker.CircuitBreaker[*reply]
	mu    sync.Mutex
	tally Tally
}

// Config says whom to ask and where.
type Config struct {
	Gateway string // address of the gateway; "" leaves every source silent
	Sources []Source
	Now     func() time.Time
}

// New returns an exchange.
func New(c Config) *Exchange {
	x := &Exchange{base: strings.TrimSuffix(c.Gateway, "/"), now: c.Now, sources: map[string]*line{}, capacity: make(chan struct{}, 96)}
	if x.now == nil {
		x.now = time.Now
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost, t.MaxConnsPerHost = 64, 96
	t.Proxy = nil
	x.client = &http.Client{Transport: t}
	for _, s := range c.Sources {
		cb := circuitbreaker.NewBuilder[*reply]().WithFailureThreshold(5).WithDelay(20 * time.Second).WithSuccessThreshold(1).Build()
		retry := retrypolicy.NewBuilder[*reply]().WithMaxRetries(1).WithBackoff(60*time.Millisecond, time.Second).
			AbortOnErrors(circuitbreaker.ErrOpen, errGarbled, context.DeadlineExceeded).Build()
		x.sources[s.Code] = &line{Source: s, cb: cb, guard: failsafe.With[*reply](retry, cb)}
		x.order = append(x.order, s.Code)
	}
	return x
}

// Codes returns the codes of all sources.
func (x *Exchange) Codes() map[string]bool {
	all := map[string]bool{}
	for code := range x.sources {
		all[code] = true
	}
	return all
}

// Source returns a source by its code.
func (x *Exchange) Source(code string) (Source, bool) {
	l, ok := x.sources[code]
	if !ok {
		return Source{}, false
	}
	return l.Source, true
}

// Ask asks all questions side by side and returns the answers in their order.
// It takes no longer than the slowest source may.
func (x *Exchange) Ask(ctx context.Context, all []Question) []Answer {
	answers := make([]Answer, len(all))
	var wait sync.WaitGroup
	for i, q := range all {
		wait.Go(func() {
			x.capacity <- struct{}{}
			defer func() { <-x.capacity }()
			answers[i] = x.ask(ctx, q)
		})
	}
	wait.Wait()
	return answers
}
