// Package seen tells residents who looked at what is known about them, for
// which matter, by which law; and lets them question it, be told at once, and
// lock their number.
//
// What arises from somebody else's matter must not tell of that person: it is
// shown by disclosure rules that are data, coarsely and late enough, or not at
// all while the law says so. Whoever owns a matter or has consented to it sees
// all of it.
package seen

import (
	"context"
	"embed"
	"io/fs"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/people"
)

//go:embed schema
var files embed.FS

// Schema returns the room's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "seen", Files: sub}
}

// Finder tells what a subject of its kind is and what it is to a person; it is
// called with the part after the kind: "marriage-visit/7" with "7".
type Finder func(ctx context.Context, r db.Reader, id string, who people.Person) (Matter, error)

// Room tells residents who looked. It is safe for use by several goroutines.
type Room struct {
	desk    *casework.Desk
	rules   Rules
	finders map[string]Finder
}

// New returns the room. Of subjects that no finder knows only the coarse is
// told.
func New(desk *casework.Desk, rules Rules, finders map[string]Finder) *Room {
	return &Room{desk: desk, rules: rules, finders: finders}
}

// Rules are the rules by which the room tells.
func (m *Room) Rules() Rules { return m.rules }
