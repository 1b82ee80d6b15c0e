package casework

import (
	"context"
	"fmt"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/people"
)

// Belonging is a case as one of its members belongs to it.
type Belonging struct {
	Index     string // the blind index of the member's number
	Member    string
	Relation  string // to the applicant
	Case      ID
	Number    string
	Service   string
	Version   string
	State     string
	Applicant people.ID
	Region    string
	Opened    time.Time
	Closed    time.Time
}

// IsOpen reports whether the case still goes on.
func (b Belonging) IsOpen() bool { return b.State == Open }

// belongAtOnce is how many people are looked up in one question. The last
// question is filled up, so that there is one text for the engine to prepare.
const belongAtOnce = 200

// Belongings returns the cases of the people with these blind indexes, each
// person's oldest case first.
func Belongings(ctx context.Context, r db.Reader, indexes []string) (map[string][]Belonging, error) {
	all := map[string][]Belonging{}
	for from := 0; from < len(indexes); from += belongAtOnce {
		some := indexes[from:min(from+belongAtOnce, len(indexes))]
		list := make([]string, belongAtOnce)
		for i := range list {
			list[i] = some[min(i, len(some)-1)]
		}
		in, args := db.In(list)
		found, err := db.All(ctx, r, scanBelonging, `SELECT m.number_ix, m.member, m.relation, c.id, c.number, c.service, c.version, c.state, c.applicant, c.region, c.opened, c.closed
			FROM casework_member AS m JOIN casework_case AS c ON c.id = m.case_id WHERE m.number_ix IN (`+in+`) ORDER BY c.opened, c.id`, args...)
		if err != nil {
			return nil, fmt.Errorf("reading whose cases there are: %w", err)
		}
		for _, b := range found {
			all[b.Index] = append(all[b.Index], b)
		}
	}
	return all, nil
}

func scanBelonging(r db.Row) (b Belonging, err error) {
	var opened, closed int64
	err = r.Scan(&b.Index, &b.Member, &b.Relation, &b.Case, &b.Number, &b.Service, &b.Version, &b.State, &b.Applicant, &b.Region, &opened, &closed)
	b.Opened, b.Closed = db.Time(opened), db.Time(closed)
	return b, err
}

// Everybody calls fn with the blind index of everybody who is a member of a
// case; somebody in two cases comes twice.
func Everybody(ctx context.Context, r db.Reader, fn func(index string)) error {
	rows, err := r.Query(ctx, `SELECT number_ix FROM casework_member`)
	if err != nil {
		return fmt.Errorf("reading who has a case: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var index string
		if err := rows.Scan(&index); err != nil {
			return fmt.Errorf("reading who has a case: %w", err)
		}
		fn(index)
	}
	return rows.Err()
}
