// Package exchange asks other departments and keeps what they answered.
//
// Every question names its case, purpose, legal basis and the fields that it
// may bring; nothing else of an answer is let in, and nothing is asked that the
// matrix of the service folders does not grant. Question and answer are signed
// and bound to each other. Departments are asked side by side, each within its
// own time, and never inside a transaction. Who does not answer leaves facts
// unknown and is nobody's fault; a source that fails again and again is left in
// peace for a while. Every answer is a receipt in the evidence log.
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
	"minzheng/kernel/secret"
)

//go:embed schema
var files embed.FS

// Schema returns the room's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "exchange", Files: sub}
}

// Question is what is asked of one source about one person.
type Question struct {
	ID      string // the same whenever it is asked again; "" makes one up
	Source  string
	Subject string // case/…
	Number  string // citizen number asked about
	Name    string
	Index   string // blind index of the number
	County  string // our county, for questions such as "is she registered here"
	Fields  []string
	Claims  map[string]json.RawMessage // only whether these are so is asked, by field; then no value comes back
	Actor   string
	Purpose string
	Law     string
}

// Outcome is how an asking ended.
type Outcome string

// The outcomes.
const (
	Found     Outcome = "found"
	Match     Outcome = "match"     // what was claimed is so
	Mismatch  Outcome = "mismatch"  // some of it is not
	Absent    Outcome = "absent"    // the source covers the person and has no record
	Uncovered Outcome = "uncovered" // it has no record and would have none: that says nothing
	Silent    Outcome = "silent"    // no answer in time, or none at all
	Garbled   Outcome = "garbled"   // an answer that cannot be read or is not signed as it must be
)

// Said reports whether the source has said something; asking again would bring
// nothing new.
func (o Outcome) Said() bool {
	switch o {
	case Found, Match, Mismatch, Absent, Uncovered:
		return true
	}
	return false
}

// Answer is what came back.
type Answer struct {
	Question Question
	Source   Source
	Outcome  Outcome
	Values   map[string]json.RawMessage // only the fields that were asked for
	Differs  []string                   // fields of a mismatch, as far as the source tells
	At       time.Time
	Took     time.Duration
	Receipt  string // id of the receipt
	Cause    Cause  // why it is silent or garbled
	Guard    Guard  // how strongly it was protected on its way
	Kept     bool   // it was kept for this case before; its receipt stands already
	digest   string // SM3 of the answer
	asked    string // SM3 of the question as it was signed
	sign     []byte // the department's signature
}

// Exchange asks. It is safe for use by several goroutines.
type Exchange struct {
	base     string
	client   *http.Client
	now      func() time.Time
	wall     func() time.Time
	box      *secret.Box
	budget   time.Duration
	sources  map[string]*line
	order    []string
	capacity chan struct{}
	bound    map[string]bool // kinds of subjects
	granting sync.RWMutex
	grants   map[grantKey]map[string]bool
}

// line is one source with what guards it.
type line struct {
	Source
	adapter adapter
	guard   failsafe.Executor[*reply]
	cb      circuitbreaker.CircuitBreaker[*reply]
	mu      sync.Mutex
	tally   Tally
	took    window
	today   day
	drill   bool
}

// Config says whom to ask and where.
type Config struct {
	Gateway string // address of the gateway; "" leaves every source silent that has no address of its own
	Sources []Source
	Bound   []string // kinds of subjects (case, inquiry) that ask for nothing but what the matrix grants
	Now     func() time.Time
	Wall    func() time.Time  // the time that others have; nil is the machine's
	Box     *secret.Box       // signs questions and seals answers; nil does neither
	Key     []byte            // public key in PEM of whoever signs answers at the gateway; nil takes unsigned ones
	Client  string            // as whom the gateway knows us
	Tokens  map[string]string // of gateways that want one, by source
	Budget  time.Duration     // of all questions of one asking; 0 is what the slowest may take
	Rest    time.Duration     // how long a source is left in peace; 0 is 20 seconds
}

// New returns an exchange. A key that cannot be read leaves its source silent.
func New(c Config) *Exchange {
	x := &Exchange{base: strings.TrimSuffix(c.Gateway, "/"), now: c.Now, wall: c.Wall, box: c.Box, budget: c.Budget, sources: map[string]*line{},
		capacity: make(chan struct{}, 96), bound: map[string]bool{}, grants: map[grantKey]map[string]bool{}}
	if x.now == nil {
		x.now = time.Now
	}
	if x.wall == nil {
		x.wall = time.Now
	}
	if c.Rest == 0 {
		c.Rest = 20 * time.Second
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost, t.MaxConnsPerHost = 64, 96
	t.Proxy = nil
	x.client = &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, s := range c.Sources {
		x.sources[s.Code] = x.line(c, s)
		x.order = append(x.order, s.Code)
	}
	for _, kind := range c.Bound {
		x.bound[kind] = true
	}
	return x
}

func (x *Exchange) line(c Config, s Source) *line {
	cb := circuitbreaker.NewBuilder[*reply]().HandleIf(func(_ *reply, err error) bool { return causeOf(err).counts() }).WithFailureThreshold(5).WithDelay(c.Rest).WithSuccessThreshold(1).Build()
	retry := retrypolicy.NewBuilder[*reply]().WithMaxRetries(1).WithBackoff(60*time.Millisecond, time.Second).
		AbortIf(func(_ *reply, err error) bool { return !causeOf(err).passing() }).Build()
	return &line{Source: s, adapter: x.adapter(c, s), cb: cb, guard: failsafe.With[*reply](retry, cb)}
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
// It takes no longer than the slowest source may, nor than the budget.
func (x *Exchange) Ask(ctx context.Context, all []Question) []Answer {
	if x.budget > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, x.budget, errBudget)
		defer cancel()
	}
	answers := make([]Answer, len(all))
	var wait sync.WaitGroup
	for i, q := range all {
		wait.Go(func() { answers[i] = x.ask(ctx, q) })
	}
	wait.Wait()
	return answers
}

// place waits until one more question may be under way.
func (x *Exchange) place(ctx context.Context) (done func(), err error) {
	select {
	case x.capacity <- struct{}{}:
		return func() { <-x.capacity }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for a free place: %w", context.Cause(ctx))
	}
}
