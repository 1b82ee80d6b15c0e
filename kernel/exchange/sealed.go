package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/db"
)

// sealed is an answer as it is kept for its case.
type sealed struct {
	Outcome Outcome                    `json:"outcome"`
	Values  map[string]json.RawMessage `json:"values,omitempty"`
	Differs []string                   `json:"differs,omitempty"`
	At      int64                      `json:"at"`
	Receipt string                     `json:"receipt"`
	Guard   Guard                      `json:"guard"`
}

// sealID names what is asked for which case: an answer that was kept for one
// case opens for no other, nor for more fields, nor for another purpose.
func sealID(q Question) string {
	fields := slices.Sorted(slices.Values(q.Fields))
	claims, _ := json.Marshal(q.Claims)
	return hash([]byte(strings.Join([]string{q.Subject, q.Source, q.Index, q.Number, strings.Join(fields, ","), string(claims), q.Purpose, q.Law}, "\n")))
}

// Remember keeps answers for their cases until a time, sealed. Those that say
// nothing are not kept.
func (x *Exchange) Remember(ctx context.Context, tx *db.Tx, answers []Answer, until time.Time) error {
	if x.box == nil {
		return errors.New("an exchange without keys can keep no answers")
	}
	for _, a := range answers {
		if !a.Outcome.Said() || a.Kept {
			continue
		}
		b, err := json.Marshal(sealed{a.Outcome, a.Values, a.Differs, db.Millis(a.At), a.Receipt, a.Guard})
		if err != nil {
			return fmt.Errorf("writing an answer: %w", err)
		}
		id := sealID(a.Question)
		_, err = tx.Exec(ctx, `INSERT INTO exchange_sealed (id, subject, answer, ends) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET answer = excluded.answer, ends = excluded.ends`,
			id, a.Question.Subject, x.box.SealText(string(b), "exchange/sealed/"+id), db.Millis(until))
		if err != nil {
			return fmt.Errorf("keeping an answer: %w", err)
		}
	}
	return nil
}

// recall returns the answer that is kept for a question and has not ended.
func (x *Exchange) recall(ctx context.Context, r db.Reader, q Question) (a Answer, ok bool, err error) {
	l := x.sources[q.Source]
	if x.box == nil || l == nil {
		return a, false, nil
	}
	id := sealID(q)
	text, err := db.One(ctx, r, db.Value[string], `SELECT answer FROM exchange_sealed WHERE id = ? AND ends > ?`, id, db.Millis(x.now()))
	if errors.Is(err, db.ErrNone) {
		return a, false, nil
	}
	if err != nil {
		return a, false, fmt.Errorf("reading a kept answer: %w", err)
	}
	plain, err := x.box.UnsealText(text, "exchange/sealed/"+id)
	if err != nil {
		return a, false, fmt.Errorf("opening a kept answer: %w", err)
	}
	var s sealed
	if err := json.Unmarshal([]byte(plain), &s); err != nil {
		return a, false, fmt.Errorf("opening a kept answer: %w", err)
	}
	return Answer{Question: q, Source: l.Source, Outcome: s.Outcome, Values: s.Values, Differs: s.Differs, At: db.Time(s.At),
		Receipt: s.Receipt, Guard: s.Guard, Kept: true}, true, nil
}

// AskKept is Ask, but what is kept for the case is not asked again.
func (x *Exchange) AskKept(ctx context.Context, r db.Reader, all []Question) ([]Answer, error) {
	answers := make([]Answer, len(all))
	var open []int
	var questions []Question
	for i, q := range all {
		a, ok, err := x.recall(ctx, r, q)
		if err != nil {
			return nil, err
		}
		if answers[i] = a; !ok {
			open, questions = append(open, i), append(questions, q)
		}
	}
	for i, a := range x.Ask(ctx, questions) {
		answers[open[i]] = a
	}
	return answers, nil
}

// Forget removes what is kept for a case, at the latest when it is closed.
func Forget(ctx context.Context, tx *db.Tx, subject string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM exchange_sealed WHERE subject = ?`, subject); err != nil {
		return fmt.Errorf("forgetting answers: %w", err)
	}
	return nil
}

// Sweep removes kept answers whose time is over.
func Sweep(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM exchange_sealed WHERE ends <= ?`, db.Millis(tx.Now)); err != nil {
		return fmt.Errorf("sweeping kept answers: %w", err)
	}
	return nil
}
