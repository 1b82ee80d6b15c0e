package share

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/secret"
)

// Answer is what a department is told. Who is not in the register, or whose
// name is another, is not found: nobody finds out by trying which it was.
type Answer struct {
	Found   bool           `json:"found"`
	Values  map[string]any `json:"values,omitempty"`
	Receipt string         `json:"receipt"`
}

// Outcomes of a use.
const (
	UseFound  = "found"
	UseAbsent = "absent"
	UseNo     = "refused"
)

// ReadingOf answers a signed reading: the answer as it goes out, our signature
// of it, or the refusal. What was authentic is kept in the log of use, also
// when it is refused.
func (m *Room) ReadingOf(ctx context.Context, s Signed) (body, sig []byte, err error) {
	var refusal error
	err = m.DB.Do(ctx, func(tx *db.Tx) error {
		refusal = nil
		p, err := m.Authentic(ctx, tx, s)
		if err != nil {
			return err
		}
		q, err := ReadReading(s.Body)
		if err != nil {
			return err
		}
		body, refusal, err = m.answer(ctx, tx, p, q)
		return err
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return nil, nil, err
	}
	sig, err = m.Box.Sign(append([]byte(Bound(s)+"\n"), body...))
	return body, sig, err
}

// Bound is what ties an answer to its request: the SM3 of what was signed, in
// hex. The answer's signature is over it, a line end and the body.
func Bound(s Signed) string {
	sum := secret.Hash(s.Text())
	return hex.EncodeToString(sum[:])
}

func (m *Room) answer(ctx context.Context, tx *db.Tx, p Party, q Reading) (body []byte, refusal, err error) {
	u := Use{ID: db.NewID(), Grant: q.Grant, Party: p.ID, Matter: q.Matter, Fields: q.Fields, Outcome: UseNo}
	if err := tx.Lock(ctx, "share/"+q.Grant); err != nil {
		return nil, nil, err
	}
	g, refusal, err := m.allowed(ctx, tx, p, q)
	if err != nil {
		return nil, nil, err
	}
	if refusal != nil {
		return nil, refusal, m.keep(ctx, tx, u)
	}
	u.Purpose = g.Purpose
	a, person, err := m.values(ctx, tx, g, q)
	if err != nil {
		return nil, nil, err
	}
	a.Receipt, u.Outcome = u.ID, UseAbsent
	if body, err = json.Marshal(a); err != nil {
		return nil, nil, fmt.Errorf("writing an answer: %w", err)
	}
	sum := secret.Hash(body)
	u.digest = hex.EncodeToString(sum[:])
	if a.Found {
		u.Outcome, u.person = UseFound, m.People.Index(q.Number)
	}
	if err := m.keep(ctx, tx, u); err != nil || !a.Found {
		return body, nil, err
	}
	res, err := m.catalogue.Find(g.Resource)
	if err != nil {
		return nil, nil, err
	}
	return body, nil, m.record(ctx, tx, Actor{p.ID, p.Name, DepartmentRole}, audit.Entry{Verb: audit.Export, Subject: "share/" + u.ID, Person: person, Purpose: g.Purpose,
		Detail: map[string]string{"fields": strings.Join(res.Titles(q.Fields), "、"), "law": g.Law, "outcome": "已经答复", "of": q.Of}})
}

// DepartmentRole is the role of another department in the audit log.
const DepartmentRole = "department"

// allowed finds the grant, or says why nothing may be read.
func (m *Room) allowed(ctx context.Context, tx *db.Tx, p Party, q Reading) (g Grant, refusal, err error) {
	g, err = oneGrant(ctx, tx, `id = ?`, q.Grant)
	if errs.Is(err, errs.NotFound) || err == nil && g.Party != p.ID {
		return g, errs.New(errs.Forbidden, "没有这个授权。"), nil
	}
	if err != nil {
		return g, nil, err
	}
	today := calendar.DayOf(tx.Now)
	if !g.Holds(today) {
		return g, errs.New(errs.Forbidden, "授权还没开始、已经到期，或者停了。"), nil
	}
	if slices.ContainsFunc(q.Fields, func(f string) bool { return !slices.Contains(g.Fields, f) }) {
		return g, errs.New(errs.Forbidden, "有的字段没有授权。"), nil
	}
	n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM share_use WHERE grant_id = ? AND day = ? AND outcome <> 'refused'`, g.ID, today)
	if err != nil {
		return g, nil, fmt.Errorf("counting uses: %w", err)
	}
	if n >= g.Daily {
		return g, errs.New(errs.TooMany, "今天的次数用完了。"), nil
	}
	return g, nil, nil
}

// values draws the fields of one person.
func (m *Room) values(ctx context.Context, tx *db.Tx, g Grant, q Reading) (Answer, string, error) {
	p, err := m.People.ByNumber(ctx, tx, q.Number)
	if errs.Is(err, errs.NotFound) || err == nil && p.Name != q.Name {
		return Answer{}, "", nil
	}
	if err != nil {
		return Answer{}, "", err
	}
	res, err := m.catalogue.Find(g.Resource)
	if err != nil {
		return Answer{}, "", err
	}
	all, err := m.Holds(ctx, tx, q.Number)
	if err != nil {
		return Answer{}, "", err
	}
	a := Answer{Found: true, Values: map[string]any{}}
	for _, code := range q.Fields {
		if f, ok := res.field(code); ok {
			if v := f.draw(all); v != nil {
				a.Values[code] = v
			}
		}
	}
	return a, string(p.ID), nil
}
