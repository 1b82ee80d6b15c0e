package exchange

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/secret"
)

// request is what goes to a department. See docs/exchange.md.
type request struct {
	Request string   `json:"request"` // one id for all tries of one question
	Case    string   `json:"case"`
	Actor   string   `json:"actor"`
	Purpose string   `json:"purpose"`
	Law     string   `json:"law"`
	Number  string   `json:"number"`
	Name    string   `json:"name"`
	County  string   `json:"county"`
	Fields  []string `json:"fields"`
}

// reply is what a department sends back.
type reply struct {
	Found  *bool                      `json:"found"`
	Values map[string]json.RawMessage `json:"values"`
	digest string
}

const longestReply = 64 << 10

var errGarbled = errors.New("the answer cannot be read")

func (x *Exchange) ask(ctx context.Context, q Question) Answer {
	a := Answer{Question: q, Outcome: Silent, At: x.now(), Receipt: db.NewID()}
	l, ok := x.sources[q.Source]
	if !ok || x.base == "" {
		return a
	}
	a.Source = l.Source
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, time.Duration(l.Within)*time.Millisecond)
	defer cancel()
	got, err := l.guard.WithContext(ctx).Get(func() (*reply, error) { return x.send(ctx, l.Source, q, a.Receipt) })
	a.Took = time.Since(began)
	switch {
	case errors.Is(err, errGarbled):
		a.Outcome = Garbled
	case err != nil:
		a.Outcome = Silent
	case !*got.Found:
		a.Outcome, a.digest = Absent, got.digest
	default:
		a.Outcome, a.digest, a.Values = Found, got.digest, only(got.Values, q.Fields)
	}
	l.count(a)
	return a
}

func (x *Exchange) send(ctx context.Context, s Source, q Question, id string) (*reply, error) {
	body, err := json.Marshal(request{id, q.Subject, q.Actor, q.Purpose, q.Law, q.Number, q.Name, q.County, q.Fields})
	if err != nil {
		return nil, fmt.Errorf("writing a question: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, x.base+s.Path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("writing a question: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := x.client.Do(req)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("asking %s failed", s.Code), context.Cause(ctx)) // the error's text may hold the address
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, longestReply+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading the answer of %s: %w", s.Code, err)
	case resp.StatusCode >= 500:
		return nil, fmt.Errorf("%s answers %d", s.Code, resp.StatusCode)
	case resp.StatusCode != http.StatusOK || len(b) > longestReply:
		return nil, errGarbled
	}
	return readReply(b)
}

func readReply(b []byte) (*reply, error) {
	var r reply
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil || r.Found == nil {
		return nil, errGarbled
	}
	if err := d.Decode(&struct{}{}); err != io.EOF {
		return nil, errGarbled
	}
	sum := secret.Hash(b)
	r.digest = hex.EncodeToString(sum[:])
	return &r, nil
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

// Keep writes the receipts of answers.
func Keep(ctx context.Context, tx *db.Tx, answers []Answer) error {
	for _, a := range answers {
		_, err := tx.Exec(ctx, `INSERT INTO exchange_receipt (id, source, subject, person, actor, purpose, law, fields, outcome, at, took, digest)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			a.Receipt, a.Question.Source, a.Question.Subject, a.Question.Index, a.Question.Actor, a.Question.Purpose, a.Question.Law,
			strings.Join(a.Question.Fields, ","), string(a.Outcome), db.Millis(a.At), a.Took.Milliseconds(), a.digest)
		if err != nil {
			return fmt.Errorf("keeping a receipt: %w", err)
		}
	}
	return nil
}

// Receipt is one question as it was kept.
type Receipt struct {
	ID, Source, Subject, Purpose, Law, Fields string
	Outcome                                   Outcome
	At                                        time.Time
	Took                                      time.Duration
}

// Receipts returns the questions asked for a subject, newest first.
func Receipts(ctx context.Context, r db.Reader, subject string) ([]Receipt, error) {
	return receipts(ctx, r, `WHERE subject = ? ORDER BY at DESC, id DESC`, subject)
}

// About returns the questions asked about a person (blind index), newest first.
func About(ctx context.Context, r db.Reader, person string, limit int) ([]Receipt, error) {
	return receipts(ctx, r, `WHERE person = ? ORDER BY at DESC, id DESC LIMIT ?`, person, limit)
}

func receipts(ctx context.Context, r db.Reader, where string, args ...any) ([]Receipt, error) {
	all, err := db.All(ctx, r, func(r db.Row) (v Receipt, err error) {
		var at, took int64
		err = r.Scan(&v.ID, &v.Source, &v.Subject, &v.Purpose, &v.Law, &v.Fields, &v.Outcome, &at, &took)
		v.At, v.Took = db.Time(at), time.Duration(took)*time.Millisecond
		return v, err
	}, `SELECT id, source, subject, purpose, law, fields, outcome, at, took FROM exchange_receipt `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading receipts: %w", err)
	}
	return all, nil
}
