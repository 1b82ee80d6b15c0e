package register

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

func errNone() error { return errs.New(errs.NotFound, "登记簿上没有找到。") }

func (g *Register) one(ctx context.Context, r db.Reader, where string, args ...any) (Record, error) {
	v, err := db.One(ctx, r, g.scan, `SELECT `+columns+` FROM marriage_record `+where, args...)
	if errors.Is(err, db.ErrNone) {
		return v, errNone()
	}
	if err != nil {
		return v, fmt.Errorf("reading the register of marriages: %w", err)
	}
	return v, nil
}

// Find returns a record, or an error of kind NotFound.
func (g *Register) Find(ctx context.Context, r db.Reader, id string) (Record, error) {
	return g.one(ctx, r, `WHERE id = ?`, id)
}

// ByNumber returns the record of a certificate's number, exactly as printed.
func (g *Register) ByNumber(ctx context.Context, r db.Reader, number string) (Record, error) {
	return g.one(ctx, r, `WHERE number = ? ORDER BY origin DESC`, number)
}

// LiveOf returns the live marriage of a citizen number, or an error of kind NotFound.
func (g *Register) LiveOf(ctx context.Context, r db.Reader, number string) (Record, error) {
	return g.one(ctx, r, `WHERE id = (SELECT record_id FROM marriage_live WHERE person = ?)`, g.people.Index(number))
}

const mostFound = 50

// Of returns the records of a citizen number, the newest first.
func (g *Register) Of(ctx context.Context, r db.Reader, number string) ([]Record, error) {
	return g.parties(ctx, r, `person = ?`, g.people.Index(number))
}

// Named returns the records of a name and a birthday, the newest first: old
// ones often lack the number, and two people may share one.
func (g *Register) Named(ctx context.Context, r db.Reader, name string, birth calendar.Day) ([]Record, error) {
	return g.parties(ctx, r, `named = ?`, g.named(name, birth))
}

func (g *Register) parties(ctx context.Context, r db.Reader, which, index string) ([]Record, error) {
	all, err := db.All(ctx, r, g.scan, `SELECT `+columns+` FROM marriage_record WHERE id IN
		(SELECT record_id FROM marriage_party WHERE `+which+`) ORDER BY at DESC, id DESC LIMIT ?`, index, mostFound)
	if err != nil {
		return nil, fmt.Errorf("searching the register of marriages: %w", err)
	}
	return all, nil
}

// About returns all records about one marriage, the oldest first.
func (g *Register) About(ctx context.Context, r db.Reader, marriage string) ([]Record, error) {
	all, err := db.All(ctx, r, g.scan, `SELECT `+columns+` FROM marriage_record WHERE about = ? ORDER BY at, id`, marriage)
	if err != nil {
		return nil, fmt.Errorf("reading the register of marriages: %w", err)
	}
	return all, nil
}

// Recent returns what an office registered on a day, the newest first.
func (g *Register) Recent(ctx context.Context, r db.Reader, office string, day calendar.Day) ([]Record, error) {
	all, err := db.All(ctx, r, g.scan, `SELECT `+columns+` FROM marriage_record WHERE office = ? AND day = ? AND origin = 'here' ORDER BY at DESC, id DESC LIMIT ?`, office, day, mostFound)
	if err != nil {
		return nil, fmt.Errorf("reading the register of marriages: %w", err)
	}
	return all, nil
}

// Claim is a certificate as somebody holds it in their hand.
type Claim struct{ Code, Number, One, Other string }

// Holds reports whether this very certificate was issued to these two and
// still holds. It says no more, whatever is wrong.
func (g *Register) Holds(ctx context.Context, r db.Reader, c Claim) (bool, error) {
	v, err := g.one(ctx, r, `WHERE code = ? AND origin = 'here'`, c.Code)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	a, b := v.Parties[0].Name, v.Parties[1].Name
	named := same(a, c.One) && same(b, c.Other) || same(a, c.Other) && same(b, c.One)
	if !named || !same(v.Number, c.Number) {
		return false, nil
	}
	if v.Kind == Marriage || v.Kind == MarriageAgain {
		m, err := g.Find(ctx, r, v.About)
		return err == nil && m.State == Live, err
	}
	return true, nil
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
