package exchange

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/evidence"
)

// Keep writes the receipts of answers.
func Keep(ctx context.Context, tx *db.Tx, answers []Answer) error {
	for _, a := range answers {
		if a.Kept {
			continue
		}
		_, err := tx.Exec(ctx, `INSERT INTO exchange_receipt (id, source, subject, person, actor, purpose, law, fields, outcome, at, took, digest, question, sign, guard)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			a.Receipt, a.Question.Source, a.Question.Subject, a.Question.Index, a.Question.Actor, a.Question.Purpose, a.Question.Law,
			strings.Join(a.Question.Fields, ","), string(a.Outcome), db.Millis(a.At), a.Took.Milliseconds(), a.digest,
			a.asked, base64.StdEncoding.EncodeToString(a.sign), string(a.Guard))
		if err != nil {
			return fmt.Errorf("keeping a receipt: %w", err)
		}
	}
	return nil
}

// Receipt is one question as it was kept.
type Receipt struct {
	ID, Source, Subject, Purpose, Law, Fields string
	Actor                                     string // who asked: an account, a person or the system
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
		err = r.Scan(&v.ID, &v.Source, &v.Subject, &v.Actor, &v.Purpose, &v.Law, &v.Fields, &v.Outcome, &at, &took)
		v.At, v.Took = db.Time(at), time.Duration(took)*time.Millisecond
		return v, err
	}, `SELECT id, source, subject, actor, purpose, law, fields, outcome, at, took FROM exchange_receipt `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading receipts: %w", err)
	}
	return all, nil
}

// proof is a receipt as it stands in the evidence log. With the department's
// public key anybody can check there that it answered this question so.
type proof struct {
	Format   string   `json:"format"`
	Source   string   `json:"source"`
	Subject  string   `json:"subject"`
	Person   string   `json:"person"` // blind index
	Actor    string   `json:"actor"`
	Purpose  string   `json:"purpose"`
	Law      string   `json:"law"`
	Fields   []string `json:"fields"`
	Outcome  string   `json:"outcome"`
	At       string   `json:"at"`
	Took     int64    `json:"took"`
	Question string   `json:"question,omitempty"`
	Answer   string   `json:"answer,omitempty"`
	Sign     string   `json:"sign,omitempty"`
	Guard    string   `json:"guard,omitempty"`
}

// Unlogged gives receipts to the evidence log, each once.
func Unlogged(ctx context.Context, tx *db.Tx, limit int) ([]evidence.Entry, error) {
	var ids []string
	all, err := db.All(ctx, tx, func(r db.Row) (evidence.Entry, error) {
		p, id, fields, at := proof{Format: "minzheng-receipt/1"}, "", "", int64(0)
		err := r.Scan(&id, &p.Source, &p.Subject, &p.Person, &p.Actor, &p.Purpose, &p.Law, &fields, &p.Outcome, &at, &p.Took, &p.Answer, &p.Question, &p.Sign, &p.Guard)
		p.Fields, p.At, ids = strings.Split(fields, ","), db.Time(at).UTC().Format(time.RFC3339Nano), append(ids, id)
		return evidence.Entry{ID: id, Body: p}, err
	}, `SELECT id, source, subject, person, actor, purpose, law, fields, outcome, at, took, digest, question, sign, guard
		FROM exchange_receipt WHERE logged = 0 ORDER BY at, id LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("reading receipts for the log: %w", err)
	}
	for _, id := range ids {
		if _, err := tx.Exec(ctx, `UPDATE exchange_receipt SET logged = 1 WHERE id = ?`, id); err != nil {
			return nil, fmt.Errorf("marking a receipt: %w", err)
		}
	}
	return all, nil
}
