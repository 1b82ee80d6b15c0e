// Package monitor watches over people of low income (低收入人口动态监测): what
// departments tell of them raises a warning by rule, and a warning has somebody
// look in on the family.
//
// What a department tells unasked is a hint, never a fact: it has those
// departments asked, and what they answer counts. Only people on the register of
// low income, or who left it or were refused within a year, are asked about; of
// all others nothing is kept but that a hint came. Of one family and one kind at
// most one warning is open, and nothing is granted or taken away by it.
package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/family"
	"minzheng/kernel/people"
)

// Service is the code of the folder that says when and how.
const Service = "jiance"

// Room raises warnings and keeps what came of them.
type Room struct {
	desk     *casework.Desk
	families *family.Room
	kinds    []Kind
}

// New returns the room of a desk.
func New(d *casework.Desk) *Room { return &Room{d, family.New(d), Kinds()} }

func (r *Room) service() (*catalog.Service, error) { return r.desk.Services().Find(Service) }

// Warning is one family that somebody is to look in on, and what came of it.
type Warning struct {
	ID       string
	Family   string // the household in the register
	Kind     string
	Grade    Grade
	Person   people.ID // somebody of the family who lives
	Name     string
	Region   string
	Township string
	Case     casework.ID
	Origin   string // feed: a department has told; night: the register was looked through
	Raised   time.Time
	Due      calendar.Day // by which somebody is to be in touch; 0: the service's own
	Reached  time.Time    // zero: not yet
	Closed   time.Time    // zero: it is open
	Outcome  string       // the act that closed it
	Help     casework.ID  // granted afterwards; "" is none
	HelpName string       // 临时救助（急难型）
	HelpBy   time.Time    // what is granted until then counts as help
	Version  string       // of the rules that raised it
	Why
}

// Why is what speaks for a warning: it is kept as it was then.
type Why struct {
	Reasons []family.Reason `json:"reasons"`
	Told    []string        `json:"told"`             // 医保告知：有人看病自己付的钱多
	Silent  []string        `json:"silent,omitempty"` // departments that did not answer: it is not confirmed
}

// IsOpen reports whether nobody has closed it.
func (w Warning) IsOpen() bool { return w.Closed.IsZero() }

const sealWhy = "assistance/warning"

const columns = `id, family, kind, grade, person, name, region, township, case_id, origin, raised, due, reached, closed, outcome, help, help_name, help_by, version, why`

func (r *Room) scan(row db.Row) (w Warning, err error) {
	var raised, reached, closed, helpBy int64
	var due, why string
	if err := row.Scan(&w.ID, &w.Family, &w.Kind, &w.Grade, &w.Person, &w.Name, &w.Region, &w.Township, &w.Case, &w.Origin, &raised, &due, &reached, &closed,
		&w.Outcome, &w.Help, &w.HelpName, &helpBy, &w.Version, &why); err != nil {
		return w, err
	}
	w.Raised, w.Reached, w.Closed, w.HelpBy = db.Time(raised), db.Time(reached), db.Time(closed), db.Time(helpBy)
	w.Due, _ = calendar.Parse(due)
	plain, err := r.desk.Box.UnsealText(why, sealWhy)
	if err != nil {
		return w, fmt.Errorf("opening why a warning was raised: %w", err)
	}
	return w, json.Unmarshal([]byte(plain), &w.Why)
}

func (r *Room) sealed(why Why) (string, error) {
	b, err := json.Marshal(why)
	if err != nil {
		return "", fmt.Errorf("writing why a warning was raised: %w", err)
	}
	return r.desk.Box.SealText(string(b), sealWhy), nil
}

// Find returns a warning, or an error of kind NotFound.
func (r *Room) Find(ctx context.Context, rd db.Reader, id string) (Warning, error) {
	return r.one(ctx, rd, `WHERE id = ?`, id)
}

// OfCase returns the warning that a case is about, or an error of kind NotFound.
func (r *Room) OfCase(ctx context.Context, rd db.Reader, id casework.ID) (Warning, error) {
	return r.one(ctx, rd, `WHERE case_id = ?`, id)
}

func (r *Room) one(ctx context.Context, rd db.Reader, where string, args ...any) (Warning, error) {
	w, err := db.One(ctx, rd, r.scan, `SELECT `+columns+` FROM assistance_warning `+where, args...)
	if errors.Is(err, db.ErrNone) {
		return w, errs.New(errs.NotFound, "没有找到这条预警。")
	}
	if err != nil {
		return w, fmt.Errorf("finding a warning: %w", err)
	}
	return w, nil
}

// Outcomes are how a warning can be closed, with what readers read.
func Outcomes() [][2]string {
	return [][2]string{{"helped", "已经救助"}, {"covered", "已经有保障"}, {"referred", "转给了别的部门"}, {"unwilling", "本人不愿接受"},
		{"wrong", "信息有误"}, {"unreachable", "联系不上"}, {"moved", "不在本地住了"}}
}
