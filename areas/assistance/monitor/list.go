package monitor

import (
	"context"
	"fmt"
	"strings"

	"minzheng/kernel/db"
	"minzheng/kernel/region"
)

// Query chooses warnings.
type Query struct {
	In     []region.Range // only here; none is nowhere
	Closed bool           // those that are closed, the newest first; else the open ones, the gravest and the nearest deadline first
	Kind   string         // "" is all
	Grade  Grade          // None is all
	Skip   int
	Limit  int
}

func (q Query) where() (string, []any) {
	where, args := within(q.In)
	if where += ` AND closed = 0`; q.Closed {
		where = strings.TrimSuffix(where, `= 0`) + `> 0`
	}
	if q.Kind != "" {
		where, args = where+` AND kind = ?`, append(args, q.Kind)
	}
	if q.Grade != None {
		where, args = where+` AND grade = ?`, append(args, q.Grade)
	}
	return where, args
}

// within is a condition for the townships of some ranges.
func within(ranges []region.Range) (string, []any) {
	var in []string
	var args []any
	for _, one := range ranges {
		in, args = append(in, `township >= ? AND township <= ?`), append(args, one.Low, one.High)
	}
	if len(in) == 0 {
		return `1 = 0`, nil
	}
	return `(` + strings.Join(in, ` OR `) + `)`, args
}

// List returns the warnings that a query chooses, and how many there are in all.
func (r *Room) List(ctx context.Context, rd db.Reader, q Query) ([]Warning, int, error) {
	where, args := q.where()
	n, err := db.One(ctx, rd, db.Value[int], `SELECT COUNT(*) FROM assistance_warning WHERE `+where, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("counting warnings: %w", err)
	}
	order := `grade DESC, due, id`
	if q.Closed {
		order = `closed DESC, id`
	}
	all, err := db.All(ctx, rd, r.scan, `SELECT `+columns+` FROM assistance_warning WHERE `+where+` ORDER BY `+order+` LIMIT ? OFFSET ?`, append(args, q.Limit, q.Skip)...)
	if err != nil {
		return nil, 0, fmt.Errorf("listing warnings: %w", err)
	}
	return all, n, nil
}
