package casework

import (
	"context"
	"fmt"

	"minzheng/kernel/db"
	"minzheng/kernel/people"
)

// Last is the last case of a person.
type Last struct {
	Case   ID
	Region string
}

// Newest returns the last case of everybody who has applied for something.
func Newest(ctx context.Context, r db.Reader) (map[people.ID]Last, error) {
	type row struct {
		who  people.ID
		last Last
	}
	all, err := db.All(ctx, r, func(r db.Row) (v row, err error) { return v, r.Scan(&v.who, &v.last.Case, &v.last.Region) },
		`SELECT applicant, id, region FROM casework_case ORDER BY opened, id`)
	if err != nil {
		return nil, fmt.Errorf("reading the last cases: %w", err)
	}
	newest := make(map[people.ID]Last, len(all))
	for _, v := range all {
		newest[v.who] = v.last
	}
	return newest, nil
}
