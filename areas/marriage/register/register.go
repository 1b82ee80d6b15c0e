// Package register keeps the register of marriages and divorces (婚姻登记档案).
//
// Nobody has two live marriages: whoever is married has one row of their own
// in marriage_live, and the database refuses a second, whoever registers it and
// wherever. A certificate's number is drawn in the transaction that writes its
// record, so a year's numbers have no gap. Nothing is overwritten: what changes
// later is a note beside the record.
package register

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/people"
	"minzheng/kernel/secret"
)

// Kind is what a certificate certifies.
type Kind string

// The kinds, as they stand in a certificate's number.
const (
	Marriage      Kind = "J"
	Divorce       Kind = "L"
	MarriageAgain Kind = "BJ" // reissued
	DivorceAgain  Kind = "BL"
)

// Title is the certificate's name.
func (k Kind) Title() string {
	if k == Divorce || k == DivorceAgain {
		return "离婚证"
	}
	return "结婚证"
}

// State is how a record stands.
type State string

// The states. Only marriages are live, ended or void.
const (
	Live  State = "live"
	Ended State = "ended"
	Void  State = "void" // a court has annulled it (民法典 art. 1051–1054)
	Valid State = "valid"
)

// Party is one of the two as they were on the day of the record.
type Party struct {
	Number  string       `json:"number"`
	Name    string       `json:"name"`
	Sex     string       `json:"sex"`
	Birth   calendar.Day `json:"birth"`
	Nation  string       `json:"nation,omitempty"`
	Declare string       `json:"declare,omitempty"` // 未婚, 离异, 丧偶
}

// Record is one certificate with what it is about.
type Record struct {
	ID      string
	Kind    Kind
	Number  string
	Office  string // code of the county that registered it
	Day     calendar.Day
	About   string // the marriage
	State   State
	Old     bool // entered from the archives, not registered here
	Code    string
	Parties [2]Party // the man first
	Clerk   string
	By      string // the clerk's name
	At      time.Time
	Remark  string // of the day
}

// Subject names the record for the audit log.
func (r Record) Subject() string { return "marriage/" + r.ID }

// Names are the names of both.
func (r Record) Names() string { return r.Parties[0].Name + "、" + r.Parties[1].Name }

// Clerk is who registers, and for which office.
type Clerk struct {
	ID, Name string
	Office   string // six digits
}

// Register reads and writes the register. It is safe for use by several goroutines.
type Register struct {
	box    *secret.Box
	people *people.Register
}

// New returns the register.
func New(box *secret.Box, residents *people.Register) *Register { return &Register{box, residents} }

// doc is what is sealed in a record.
type doc struct {
	Parties [2]Party `json:"parties"`
	Remark  string   `json:"remark,omitempty"`
}

const sealedAs = "marriage/record"

const columns = `id, kind, number, office, day, about, state, origin, code, doc, clerk, clerk_name, at`

func (g *Register) scan(r db.Row) (v Record, err error) {
	var origin, sealed string
	var at int64
	if err := r.Scan(&v.ID, &v.Kind, &v.Number, &v.Office, &v.Day, &v.About, &v.State, &origin, &v.Code, &sealed, &v.Clerk, &v.By, &at); err != nil {
		return v, err
	}
	v.Old, v.At = origin == "archive", db.Time(at)
	text, err := g.box.UnsealText(sealed, sealedAs)
	if err != nil {
		return v, fmt.Errorf("opening record %s: %w", v.ID, err)
	}
	var d doc
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return v, fmt.Errorf("reading record %s: %w", v.ID, err)
	}
	v.Parties, v.Remark = d.Parties, d.Remark
	return v, nil
}

// write puts a record and its parties into the register.
func (g *Register) write(ctx context.Context, tx *db.Tx, v Record) error {
	text, err := json.Marshal(doc{v.Parties, v.Remark})
	if err != nil {
		return fmt.Errorf("writing a record: %w", err)
	}
	origin := "here"
	if v.Old {
		origin = "archive"
	}
	_, err = tx.Exec(ctx, `INSERT INTO marriage_record (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		v.ID, string(v.Kind), v.Number, v.Office, v.Day, v.About, string(v.State), origin, v.Code, g.box.SealText(string(text), sealedAs), v.Clerk, v.By, db.Millis(v.At))
	if err != nil {
		return fmt.Errorf("writing a record: %w", err)
	}
	a, b := v.Parties[0], v.Parties[1]
	_, err = tx.Exec(ctx, `INSERT INTO marriage_party (record_id, side, person, named) VALUES (?, 0, ?, ?), (?, 1, ?, ?)`,
		v.ID, g.people.Index(a.Number), g.named(a.Name, a.Birth), v.ID, g.people.Index(b.Number), g.named(b.Name, b.Birth))
	if err != nil {
		return fmt.Errorf("writing the parties of a record: %w", err)
	}
	return nil
}

// named is the blind index by which old records without numbers are found.
func (g *Register) named(name string, birth calendar.Day) string {
	return g.box.Index("marriage-name", name+"|"+birth.String())
}
