package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
)

// Mover has what a room keeps of one person be another's, and back.
type Mover struct {
	Room string
	Move func(ctx context.Context, tx *db.Tx, from, to people.Person) (keys []string, err error)
	Back func(ctx context.Context, tx *db.Tx, from, to people.Person, keys []string) error
}

// movers are casework's own and those of the areas.
func (d *Desk) movers() []Mover {
	return append([]Mover{{"casework", d.moveCases, d.moveCasesBack}}, d.Movers...)
}

// TwinsKind is the job that searches the register for people who are there
// twice.
const TwinsKind = "casework.twins"

// findTwins raises who may be one; it comes again tomorrow. Nothing is merged.
func (d *Desk) findTwins(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	all, pairs, err := d.People.Twins(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		if _, err := d.People.Raise(ctx, tx, all, pairs); err != nil || j.Key != "again" {
			return err
		}
		return job.Enqueue(ctx, tx, job.New{Kind: TwinsKind, Key: "again", At: (calendar.DayOf(tx.Now) + 1).Start().Add(2 * time.Hour)})
	}, nil
}

// MergePeople has two rows of the register be one person, with everything that
// any room keeps of them. It is done by a person, never by a machine.
func (d *Desk) MergePeople(ctx context.Context, tx *db.Tx, m people.Merge, by Actor) (people.Merge, error) {
	if doer(by) != "staff" {
		return m, errs.New(errs.Forbidden, "合并要由工作人员来做。")
	}
	kept, err := d.People.Find(ctx, tx, m.Kept)
	if err != nil {
		return m, err
	}
	gone, err := d.People.Find(ctx, tx, m.Gone)
	if err != nil {
		return m, err
	}
	m.By, m.Moved = people.By{ID: by.ID, Name: by.Name}, map[string][]string{}
	for _, one := range d.movers() {
		if m.Moved[one.Room], err = one.Move(ctx, tx, gone, kept); err != nil {
			return m, fmt.Errorf("merging what %s keeps: %w", one.Room, err)
		}
	}
	if m, err = d.People.Merge(ctx, tx, m); err != nil {
		return m, err
	}
	return m, d.mergeNoted(ctx, tx, m, by, "两条登记合并成一个人")
}

// UnmergePeople takes a merge back, by somebody else than who merged.
func (d *Desk) UnmergePeople(ctx context.Context, tx *db.Tx, m people.Merge, why string, by Actor) error {
	if doer(by) != "staff" {
		return errs.New(errs.Forbidden, "撤销合并要由工作人员来做。")
	}
	if err := d.People.Unmerge(ctx, tx, m, people.By{ID: by.ID, Name: by.Name, Note: why}); err != nil {
		return err
	}
	kept, err := d.People.Find(ctx, tx, m.Kept)
	if err != nil {
		return err
	}
	gone, err := d.People.Find(ctx, tx, m.Gone)
	if err != nil {
		return err
	}
	for _, one := range d.movers() {
		if err := one.Back(ctx, tx, gone, kept, m.Moved[one.Room]); err != nil {
			return fmt.Errorf("taking back what %s keeps: %w", one.Room, err)
		}
	}
	return d.mergeNoted(ctx, tx, m, by, "撤销合并，还是两个人")
}

// mergeNoted leaves a line in every case that moved, and one for each of both
// in the audit log.
func (d *Desk) mergeNoted(ctx context.Context, tx *db.Tx, m people.Merge, by Actor, title string) error {
	for _, key := range m.Moved["casework"] {
		id, ok := strings.CutPrefix(key, "case/")
		if !ok {
			continue
		}
		c, err := Find(ctx, tx, ID(id))
		if err != nil {
			return err
		}
		if err := d.Note(ctx, tx, c, Line{By: by, Code: "merge", Title: title}); err != nil {
			return err
		}
	}
	for _, who := range []people.ID{m.Kept, m.Gone} {
		if err := d.Audit.Record(ctx, tx, audit.Entry{Actor: by.ID, ActorName: by.Name, Role: by.Role, Verb: audit.Act, Subject: "person/" + string(who), Person: string(who),
			Purpose: title, Detail: map[string]string{"merge": m.ID, "kept": string(m.Kept), "gone": string(m.Gone)}}); err != nil {
			return err
		}
	}
	return nil
}

// moveCases moves applications and what is not handed in yet. Who was said to
// live in a family stays as it was said.
func (d *Desk) moveCases(ctx context.Context, tx *db.Tx, from, to people.Person) ([]string, error) {
	keys, err := db.All(ctx, tx, db.Value[string], `SELECT 'case/' || id FROM casework_case WHERE applicant = ?
		UNION ALL SELECT 'draft/' || id FROM casework_draft WHERE person = ? AND case_id = '' ORDER BY 1`, from.ID, from.ID)
	if err != nil {
		return nil, fmt.Errorf("reading the cases of a person: %w", err)
	}
	return keys, d.setApplicant(ctx, tx, to.ID, keys)
}

func (d *Desk) moveCasesBack(ctx context.Context, tx *db.Tx, from, _ people.Person, keys []string) error {
	return d.setApplicant(ctx, tx, from.ID, keys)
}

func (d *Desk) setApplicant(ctx context.Context, tx *db.Tx, to people.ID, keys []string) error {
	for _, key := range keys {
		kind, id, _ := strings.Cut(key, "/")
		statement := `UPDATE casework_case SET applicant = ? WHERE id = ?`
		if kind == "draft" {
			statement = `UPDATE casework_draft SET person = ? WHERE id = ?`
		}
		if _, err := tx.Exec(ctx, statement, to, id); err != nil {
			return fmt.Errorf("moving a case: %w", err)
		}
	}
	return nil
}

// Double is one person in two families' cases for the same thing.
type Double struct {
	Name          string
	First, Second Belonging
}

// Doubles finds who is a member of an open case and of another one for the same
// service that is open too, or was approved; by the same number, also across
// townships. Those who look again at the same matter are no double.
func Doubles(ctx context.Context, r db.Reader, places []region.Range, most int) ([]Double, error) {
	in, args := []string{`1 = 0`}, []any{}
	for _, p := range places {
		in, args = append(in, `c.region BETWEEN ? AND ?`), append(args, p.Low, p.High)
	}
	const half = `%[1]sm.number_ix, %[1]sm.member, %[1]sm.relation, %[1]s.id, %[1]s.number, %[1]s.service, %[1]s.version, %[1]s.state, %[1]s.applicant, %[1]s.region, %[1]s.opened, %[1]s.closed`
	all, err := db.All(ctx, r, scanDouble, `SELECT cm.name, `+fmt.Sprintf(half, "c")+`, `+fmt.Sprintf(half, "o")+`
		FROM casework_case AS c JOIN casework_member AS cm ON cm.case_id = c.id JOIN casework_member AS om ON om.number_ix = cm.number_ix AND om.case_id <> c.id
		JOIN casework_case AS o ON o.id = om.case_id
		WHERE c.state = 'open' AND c.again = '' AND o.again = '' AND o.service = c.service AND (o.state = 'open' AND o.id > c.id OR o.state = 'approved') AND (`+strings.Join(in, ` OR `)+`)
		ORDER BY c.id, cm.member LIMIT ?`, append(args, most)...)
	if err != nil {
		return nil, fmt.Errorf("looking for people in two cases: %w", err)
	}
	return all, nil
}

func scanDouble(r db.Row) (v Double, err error) {
	var at [4]int64
	a, b := &v.First, &v.Second
	err = r.Scan(&v.Name, &a.Index, &a.Member, &a.Relation, &a.Case, &a.Number, &a.Service, &a.Version, &a.State, &a.Applicant, &a.Region, &at[0], &at[1],
		&b.Index, &b.Member, &b.Relation, &b.Case, &b.Number, &b.Service, &b.Version, &b.State, &b.Applicant, &b.Region, &at[2], &at[3])
	a.Opened, a.Closed, b.Opened, b.Closed = db.Time(at[0]), db.Time(at[1]), db.Time(at[2]), db.Time(at[3])
	return v, err
}
