// Package people is the register of residents and households and the ties
// between them.
//
// A citizen number is sealed at rest and found by a blind index; it leaves the
// room only inside a Person. The register says who belongs to whom by law;
// whom a family lives with is said anew in each case.
package people

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/secret"
)

//go:embed schema
var files embed.FS

// Schema returns the room's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "people", Files: sub}
}

// ID names one resident. It is ours and is never shown; the citizen number is
// a field of Person, so that a correction of it loses no history.
type ID string

// Person is one resident.
type Person struct {
	ID        ID
	Name      string
	Number    string // citizen number, 18 characters
	Sex       string // 男 or 女, as registered
	Birth     calendar.Day
	Died      calendar.Day // 0: living
	Region    string       // village of the registered residence, "" if unknown
	Household string
	Relation  string // to the head of the household
	Phone     string
	Elder     bool // prefers the elders' edition
}

// Tie is what one person is to another.
type Tie struct {
	Person ID
	Kind   string // spouse, father, mother
	Other  ID
}

// Register reads and writes the register with the keys that its numbers are
// sealed with.
type Register struct{ box *secret.Box }

// New returns the register.
func New(box *secret.Box) *Register { return &Register{box} }

const columns = `id, name, number, sex, birth, died, region, household, relation, phone, elder`

func (g *Register) scan(r db.Row) (p Person, err error) {
	var number, phone, birth, died string
	if err := r.Scan(&p.ID, &p.Name, &number, &p.Sex, &birth, &died, &p.Region, &p.Household, &p.Relation, &phone, &p.Elder); err != nil {
		return p, err
	}
	if p.Number, err = g.box.UnsealText(number, "people/number"); err != nil {
		return p, fmt.Errorf("opening the number of %s: %w", p.ID, err)
	}
	if phone != "" {
		if p.Phone, err = g.box.UnsealText(phone, "people/phone"); err != nil {
			return p, fmt.Errorf("opening the phone of %s: %w", p.ID, err)
		}
	}
	p.Birth, p.Died = day(birth), day(died)
	return p, nil
}

func day(s string) calendar.Day {
	d, _ := calendar.Parse(s)
	return d
}

func text(d calendar.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// Add puts a person into the register. A number that is there already is an
// error of kind Conflict.
func (g *Register) Add(ctx context.Context, tx *db.Tx, p Person) (ID, error) {
	if p.ID == "" {
		p.ID = ID(db.NewID())
	}
	phone := ""
	if p.Phone != "" {
		phone = g.box.SealText(p.Phone, "people/phone")
	}
	_, err := tx.Exec(ctx, `INSERT INTO people_person (id, name, number, number_ix, sex, birth, died, region, household, relation, phone)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		p.ID, p.Name, g.box.SealText(p.Number, "people/number"), g.Index(p.Number), p.Sex, text(p.Birth), text(p.Died),
		p.Region, p.Household, p.Relation, phone)
	if db.Taken(err) {
		return "", errs.New(errs.Conflict, "这个身份证号已经登记过了。")
	}
	if err != nil {
		return "", fmt.Errorf("adding a person: %w", err)
	}
	return p.ID, nil
}

// Index is the blind index of a citizen number, the same in every room.
func (g *Register) Index(number string) string { return g.box.Index("number", number) }

// Find returns the person called id, or an error of kind NotFound.
func (g *Register) Find(ctx context.Context, r db.Reader, id ID) (Person, error) {
	return g.one(ctx, r, `WHERE id = ?`, id)
}

// ByNumber returns the person with a citizen number, or an error of kind
// NotFound. The number of somebody who was merged finds whom they turned out to be.
func (g *Register) ByNumber(ctx context.Context, r db.Reader, number string) (Person, error) {
	return g.one(ctx, r, `WHERE id = (SELECT CASE merged WHEN '' THEN id ELSE merged END FROM people_person WHERE number_ix = ?)`, g.Index(number))
}

func (g *Register) one(ctx context.Context, r db.Reader, where string, arg any) (Person, error) {
	p, err := db.One(ctx, r, g.scan, `SELECT `+columns+` FROM people_person `+where, arg)
	if errors.Is(err, db.ErrNone) {
		return Person{}, errs.New(errs.NotFound, "没有找到该居民。")
	}
	if err != nil {
		return Person{}, fmt.Errorf("finding a person: %w", err)
	}
	return p, nil
}

// Household returns the members of a registered household, the head first.
func (g *Register) Household(ctx context.Context, r db.Reader, id string) ([]Person, error) {
	if id == "" {
		return nil, nil
	}
	all, err := db.All(ctx, r, g.scan, `SELECT `+columns+` FROM people_person WHERE household = ? AND merged = ''
		ORDER BY CASE relation WHEN '户主' THEN 0 WHEN '配偶' THEN 1 ELSE 2 END, birth, id`, id)
	if err != nil {
		return nil, fmt.Errorf("reading a household: %w", err)
	}
	return all, nil
}

// AddHousehold puts a household into the register.
func (g *Register) AddHousehold(ctx context.Context, tx *db.Tx, id, region, address string) error {
	if _, err := tx.Exec(ctx, `INSERT INTO people_household (id, region, address) VALUES (?, ?, ?)`, id, region, address); err != nil {
		return fmt.Errorf("adding a household: %w", err)
	}
	return nil
}

// EnsureHousehold is AddHousehold for one that may be there already; then it
// changes nothing.
func (g *Register) EnsureHousehold(ctx context.Context, tx *db.Tx, id, region, address string) error {
	if _, err := tx.Exec(ctx, `INSERT INTO people_household (id, region, address) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, id, region, address); err != nil {
		return fmt.Errorf("adding a household: %w", err)
	}
	return nil
}

// Address returns the address of a household, "" if it has none.
func (g *Register) Address(ctx context.Context, r db.Reader, household string) (string, error) {
	a, err := db.One(ctx, r, db.Value[string], `SELECT address FROM people_household WHERE id = ?`, household)
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	return a, err
}

// Bind records a tie; recording it again changes nothing.
func (g *Register) Bind(ctx context.Context, tx *db.Tx, t Tie) error {
	if _, err := tx.Exec(ctx, `INSERT INTO people_tie (person, kind, other) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, t.Person, t.Kind, t.Other); err != nil {
		return fmt.Errorf("recording a tie: %w", err)
	}
	return nil
}

// Unbind removes a tie that has ended; one that is not there changes nothing.
func (g *Register) Unbind(ctx context.Context, tx *db.Tx, t Tie) error {
	if _, err := tx.Exec(ctx, `DELETE FROM people_tie WHERE person = ? AND kind = ? AND other = ?`, t.Person, t.Kind, t.Other); err != nil {
		return fmt.Errorf("removing a tie: %w", err)
	}
	return nil
}

// Ties returns what a person is to others.
func (g *Register) Ties(ctx context.Context, r db.Reader, id ID) ([]Tie, error) {
	return db.All(ctx, r, func(r db.Row) (t Tie, err error) { return t, r.Scan(&t.Person, &t.Kind, &t.Other) },
		`SELECT person, kind, other FROM people_tie WHERE person = ? ORDER BY kind, other`, id)
}

// SetElder remembers which edition a person prefers.
func (g *Register) SetElder(ctx context.Context, tx *db.Tx, id ID, elder bool) error {
	on := 0
	if elder {
		on = 1
	}
	if _, err := tx.Exec(ctx, `UPDATE people_person SET elder = ? WHERE id = ?`, on, id); err != nil {
		return fmt.Errorf("remembering the edition: %w", err)
	}
	return nil
}

// SetPhone changes the phone of a person.
func (g *Register) SetPhone(ctx context.Context, tx *db.Tx, id ID, phone string) error {
	if _, err := tx.Exec(ctx, `UPDATE people_person SET phone = ? WHERE id = ?`, g.box.SealText(phone, "people/phone"), id); err != nil {
		return fmt.Errorf("changing a phone: %w", err)
	}
	return nil
}

// Count returns how many persons the register holds.
func (g *Register) Count(ctx context.Context, r db.Reader) (int, error) {
	return db.One(ctx, r, db.Value[int], `SELECT COUNT(*) FROM people_person WHERE merged = ''`)
}
