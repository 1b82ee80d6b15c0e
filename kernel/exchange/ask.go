package exchange

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/secret"
)

// ask asks one question. Whatever happens, an answer comes back.
func (x *Exchange) ask(ctx context.Context, q Question) Answer {
	if len(q.Claims) > 0 {
		q.Fields = slices.Sorted(maps.Keys(q.Claims))
	}
	a := Answer{Question: q, Outcome: Silent, At: x.now(), Receipt: cmp.Or(q.ID, db.NewID())}
	l, ok := x.sources[q.Source]
	if !ok {
		a.Cause = Nobody
		return a
	}
	a.Source = l.Source
	if a.Cause = x.before(l, q); a.Cause == "" {
		x.get(ctx, l, &a)
	}
	if a.Cause != "" {
		a.Outcome = a.Cause.outcome()
	}
	l.count(a)
	return a
}

// before says why a question is not asked at all.
func (x *Exchange) before(l *line, q Question) Cause {
	switch {
	case l.adapter == nil:
		return Nobody
	case !x.allowed(q, l.Source):
		return Ungranted
	case l.drilling():
		return Drill
	case !l.spend(x.now()):
		return Spent
	}
	return ""
}

func (x *Exchange) get(ctx context.Context, l *line, a *Answer) {
	began := time.Now()
	defer func() { a.Took = time.Since(began) }()
	ctx, cancel := context.WithTimeout(ctx, time.Duration(l.within())*time.Millisecond)
	defer cancel()
	done, err := x.place(ctx)
	if err != nil {
		a.Cause = causeOf(err)
		return
	}
	defer done()
	got, err := l.guard.WithContext(ctx).Get(func() (*reply, error) { return l.adapter.ask(ctx, a.Question, a.Receipt) })
	if err != nil {
		a.Cause = causeOf(err)
		return
	}
	a.take(got)
}

// take reads what a source has said.
func (a *Answer) take(r *reply) {
	a.digest, a.asked, a.sign, a.Guard = r.digest, r.asked, r.sign, r.guard
	covered := r.Covered == nil || *r.Covered
	switch {
	case !*r.Found && covered && a.Source.Coverage.covers(a.Question.Number):
		a.Outcome = Absent
	case !*r.Found:
		a.Outcome = Uncovered
	case len(a.Question.Claims) == 0:
		a.Outcome, a.Values = Found, only(r.Values, a.Question.Fields)
	case r.Match == nil:
		a.Cause = Unread
	case *r.Match:
		a.Outcome = Match
	default:
		a.Outcome, a.Differs = Mismatch, slices.DeleteFunc(r.Differs, func(f string) bool { return a.Question.Claims[f] == nil })
	}
}

// reply is what a department sends back, as our own protocol has it.
type reply struct {
	Found   *bool                      `json:"found"`
	Covered *bool                      `json:"covered"`
	Match   *bool                      `json:"match"`
	Differs []string                   `json:"differs"`
	Values  map[string]json.RawMessage `json:"values"`

	digest, asked string
	sign          []byte
	guard         Guard
}

const longestReply = 64 << 10

// fetch sends a request and returns its answer, however it is spoken.
func (x *Exchange) fetch(req *http.Request) (http.Header, []byte, error) {
	resp, err := x.client.Do(req)
	if err != nil { // its text may hold the address
		return nil, nil, errors.Join(failure{causeOf(cmp.Or(req.Context().Err(), err))}, context.Cause(req.Context()))
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, longestReply+1))
	switch {
	case err != nil:
		return nil, nil, failure{causeOf(cmp.Or(req.Context().Err(), err))}
	case resp.StatusCode >= 500:
		return resp.Header, b, failure{Down}
	case resp.StatusCode >= 400:
		return resp.Header, b, failure{Refused}
	case resp.StatusCode != http.StatusOK || len(b) > longestReply:
		return resp.Header, b, failure{Unread}
	}
	return resp.Header, b, nil
}

func readReply(b []byte) (*reply, error) {
	var r reply
	if err := strictly(b, &r); err != nil || r.Found == nil || !*r.Found && (r.Match != nil || len(r.Values) > 0) {
		return nil, failure{Unread}
	}
	r.digest = hash(b)
	return &r, nil
}

// strictly reads one JSON value of known members and nothing after it.
func strictly(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if err := d.Decode(&struct{}{}); err != io.EOF {
		return failure{Unread}
	}
	return nil
}

func hash(b []byte) string {
	sum := secret.Hash(b)
	return hex.EncodeToString(sum[:])
}

// only lets in nothing that was not asked for.
func only(values map[string]json.RawMessage, fields []string) map[string]json.RawMessage {
	kept := map[string]json.RawMessage{}
	for _, f := range fields {
		if v, ok := values[f]; ok {
			kept[f] = v
		}
	}
	return kept
}
