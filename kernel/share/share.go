// Package share gives other departments what the bureau may share, and no more
// (政务数据共享条例).
//
// The catalogue says what there is and how it may be shared. A department asks,
// the statutory clocks run, and a grant names the fields, the purpose, the days
// and how often. What is read is asked for by signature, answered by the fields
// of the grant alone, and kept in the log of use for three years and longer.
package share

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
	"minzheng/kernel/secret"
)

//go:embed schema
var files embed.FS

// Schema returns the room's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "share", Files: sub}
}

// Holding is something that a person receives, as areas tell.
type Holding struct {
	Service string
	Amount  int64  // 分 a month, or once
	From    string // 2026-04
	Running bool
}

// Rooms are what the room stands on.
type Rooms struct {
	DB       *db.DB
	Box      *secret.Box
	Audit    *audit.Log
	People   *people.Register
	Calendar *calendar.Calendar
	// Holds tells what somebody with a citizen number receives, whoever of the
	// household applied.
	Holds func(ctx context.Context, tx *db.Tx, number string) ([]Holding, error)
}

// Room gives to other departments. It is safe for use by several goroutines.
type Room struct {
	Rooms
	catalogue Catalogue
}

// New returns the room.
func New(r Rooms, c Catalogue) *Room { return &Room{r, c} }

// Catalogue is what the bureau publishes.
func (m *Room) Catalogue() Catalogue { return m.catalogue }

// Actor is who does something here: a member of staff, or a department by its
// signature.
type Actor struct{ ID, Name, Role string }

func (m *Room) record(ctx context.Context, tx *db.Tx, who Actor, e audit.Entry) error {
	e.Actor, e.ActorName, e.Role = who.ID, who.Name, who.Role
	return m.Audit.Record(ctx, tx, e)
}

// Party is another department.
type Party struct {
	ID, Name string
	Key      string // PEM of its public key; "" can ask for nothing by itself
}

func scanParty(r db.Row) (p Party, err error) { return p, r.Scan(&p.ID, &p.Name, &p.Key) }

// Parties returns the departments by name.
func (m *Room) Parties(ctx context.Context, r db.Reader) ([]Party, error) {
	all, err := db.All(ctx, r, scanParty, `SELECT id, name, public_key FROM share_party ORDER BY name, id`)
	if err != nil {
		return nil, fmt.Errorf("reading departments: %w", err)
	}
	return all, nil
}

func (m *Room) party(ctx context.Context, r db.Reader, id string) (Party, error) {
	p, err := db.One(ctx, r, scanParty, `SELECT id, name, public_key FROM share_party WHERE id = ?`, id)
	if err != nil {
		return p, fmt.Errorf("finding a department: %w", err)
	}
	return p, nil
}

// Introduce puts a department with its public key on the list, or gives one
// that is there a new key; grants read with the key of the day.
func (m *Room) Introduce(ctx context.Context, tx *db.Tx, p Party, who Actor) error {
	var problems errs.Problems
	if p.ID == "" || len(p.ID) > 40 || !plain(p.ID) {
		problems.Add("id", "代号用小写字母、数字和短横，最多 40 个。")
	}
	if p.Name == "" || len([]rune(p.Name)) > 60 {
		problems.Add("name", "请写部门的全称。")
	}
	if p.Key != "" {
		if _, ours, err := secret.KeyID([]byte(p.Key)); err != nil {
			problems.Add("key", "公钥读不懂，要 PEM 格式的 SM2 公钥。")
		} else {
			p.Key = string(ours)
		}
	}
	if err := problems.Err(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO share_party (id, name, public_key, since) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, public_key = excluded.public_key`, p.ID, p.Name, p.Key, db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("adding a department: %w", err)
	}
	return m.record(ctx, tx, who, audit.Entry{Verb: audit.Manage, Subject: "share/" + p.ID, Purpose: "登记共享部门和公钥"})
}

// plain reports whether a code has only small letters, digits and dashes.
func plain(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
