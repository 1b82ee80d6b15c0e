// Package audit keeps who saw or changed what, and why.
//
// Entries are only ever added, in the transaction of what they tell of. Each is
// hashed (SM3) onto the one before it, and the head of each chain is sealed
// with a key that is not in the database, so that whoever changes, removes or
// moves an entry there is found out; who puts back an old state of everything
// is found out by checkpoints kept outside.
package audit

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/secret"
)

//go:embed schema
var files embed.FS

// Schema returns the room's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "audit", Files: sub}
}

// Verb says what sort of thing was done.
type Verb string

// The verbs that every room shares.
const (
	View   Verb = "view"    // saw data of a person or a case
	Act    Verb = "act"     // changed something
	Ask    Verb = "ask"     // asked another department
	SignIn Verb = "sign-in" // signed in, or failed to
	Export Verb = "export"  // took data out
	Manage Verb = "manage"  // changed accounts, grants or settings
)

// Entry is one line of the log.
type Entry struct {
	Actor     string            // account that did it; "system" for a clock or a rule
	ActorName string            // its name on that day
	Role      string            // the role it acted in
	Verb      Verb              //
	Subject   string            // what it was done to: "case/…"
	Person    string            // id of the resident whom it is about, "" if none
	Purpose   string            // why, in words
	Detail    map[string]string // what else counts
	At        time.Time         // set by Record: the transaction's time
}

// Log records and verifies. It is safe for use by several goroutines.
type Log struct {
	d   *db.DB
	box *secret.Box
}

// New returns the log kept in d.
func New(d *db.DB, box *secret.Box) *Log { return &Log{d, box} }

// chains is how many writers of PostgreSQL can add entries at once.
const chains = 8

// chooseChain returns the chain of a subject, except that a transaction keeps
// to the chain of its first entry: two that held one and waited for the
// other's would never end. PostgreSQL forgets the choice with the transaction.
func chooseChain(ctx context.Context, tx *db.Tx, subject string) (int64, error) {
	sum := secret.Hash([]byte(subject))
	own := int64(sum[0] % chains)
	if tx.Engine() == db.SQLite {
		return own, nil
	}
	chosen, err := db.One(ctx, tx, db.Value[string],
		`SELECT set_config('minzheng.audit_chain', COALESCE(NULLIF(current_setting('minzheng.audit_chain', true), ''), ?), true)`,
		strconv.FormatInt(own, 10))
	if err != nil {
		return 0, fmt.Errorf("audit: choosing a chain: %w", err)
	}
	return strconv.ParseInt(chosen, 10, 64)
}

// Record adds e in the caller's transaction: what was done and its entry are
// kept together or not at all. It is best the last thing in a transaction,
// since on PostgreSQL it holds the chain until the end. It fails if somebody
// has tampered with the chain's head.
func (l *Log) Record(ctx context.Context, tx *db.Tx, e Entry) error {
	chain, err := chooseChain(ctx, tx, e.Subject)
	if err != nil {
		return err
	}
	if err := tx.Lock(ctx, "audit/"+strconv.FormatInt(chain, 10)); err != nil {
		return err
	}
	h, err := findHead(ctx, tx, chain)
	if err != nil {
		return err
	}
	// Sealing a forged head anew would hide the forgery for ever.
	if !h.sealed(l.box) {
		return fmt.Errorf("audit: the head of chain %d was tampered with, or the keys are not those of this database", chain)
	}
	e.At = tx.Now
	row, err := l.row(e, chain, h.entries+1)
	if err != nil {
		return fmt.Errorf("audit: writing an entry: %w", err)
	}
	row.hash = row.sum(h.hash)
	if err := insert(ctx, tx, row); err != nil {
		return fmt.Errorf("audit: adding an entry: %w", err)
	}
	return saveHead(ctx, tx, l.box, head{chain: chain, entries: h.entries + 1, hash: row.hash})
}

// RecordNow adds e in a transaction of its own: for what changes nothing else.
func (l *Log) RecordNow(ctx context.Context, e Entry) error {
	return l.d.Do(ctx, func(tx *db.Tx) error { return l.Record(ctx, tx, e) })
}

// About returns what was done with the data of one person, newest first.
func (l *Log) About(ctx context.Context, r db.Reader, person string, limit int) ([]Entry, error) {
	return l.list(ctx, r, `person = ? AND person <> ''`, person, limit)
}

// Of returns what was done to one subject, newest first.
func (l *Log) Of(ctx context.Context, r db.Reader, subject string, limit int) ([]Entry, error) {
	return l.list(ctx, r, `subject = ?`, subject, limit)
}

func (l *Log) list(ctx context.Context, r db.Reader, where, value string, limit int) ([]Entry, error) {
	rows, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM audit_entry WHERE `+where+`
		ORDER BY at DESC, chain DESC, seq DESC LIMIT ?`, value, limit)
	if err != nil {
		return nil, fmt.Errorf("audit: listing entries: %w", err)
	}
	all := make([]Entry, len(rows))
	for i, one := range rows {
		if all[i], err = l.entry(one); err != nil {
			return nil, fmt.Errorf("audit: reading entry %s of chain %s: %w", one.seq, one.chain, err)
		}
	}
	return all, nil
}

// row is an entry as stored. Numbers are kept as the text that the database
// gives, so that verification can name an unreadable one instead of failing.
type row struct {
	chain, seq, at                                          string
	actor, name, role, verb, subject, person, purpose, info string
	hash                                                    string
}

const columns = `chain, seq, at, actor, actor_name, role, verb, subject, person, purpose, detail, hash`

func scan(r db.Row) (v row, err error) {
	err = r.Scan(&v.chain, &v.seq, &v.at, &v.actor, &v.name, &v.role, &v.verb,
		&v.subject, &v.person, &v.purpose, &v.info, &v.hash)
	return v, err
}

// row seals what names or describes people: the log outlives the case.
func (l *Log) row(e Entry, chain, seq int64) (row, error) {
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return row{}, err
	}
	return row{
		chain: strconv.FormatInt(chain, 10), seq: strconv.FormatInt(seq, 10),
		at:    strconv.FormatInt(db.Millis(e.At), 10),
		actor: e.Actor, name: l.box.SealText(e.ActorName, "audit/name"), role: e.Role, verb: string(e.Verb),
		subject: e.Subject, person: e.Person, purpose: e.Purpose, info: l.box.SealText(string(detail), "audit/detail"),
	}, nil
}

func (l *Log) entry(v row) (Entry, error) {
	e := Entry{Actor: v.actor, Role: v.role, Verb: Verb(v.verb), Subject: v.subject, Person: v.person, Purpose: v.purpose}
	at, err := strconv.ParseInt(v.at, 10, 64)
	if err != nil {
		return Entry{}, err
	}
	e.At = db.Time(at)
	if e.ActorName, err = l.box.UnsealText(v.name, "audit/name"); err != nil {
		return Entry{}, err
	}
	detail, err := l.box.UnsealText(v.info, "audit/detail")
	if err != nil {
		return Entry{}, err
	}
	return e, json.Unmarshal([]byte(detail), &e.Detail)
}

func insert(ctx context.Context, tx *db.Tx, v row) error {
	at, err := strconv.ParseInt(v.at, 10, 64)
	if err != nil {
		return err
	}
	chain, seq, err := v.place()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO audit_entry (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		chain, seq, at, v.actor, v.name, v.role, v.verb, v.subject, v.person, v.purpose, v.info, v.hash)
	return err
}
