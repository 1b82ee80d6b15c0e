package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"minzheng/kernel/db"
	"minzheng/kernel/secret"
)

// books are the data directory that a command works on beside the program.
type books struct {
	Data string `help:"The data directory." required:"" type:"existingdir"`
	DSN  string `help:"postgres://… if the database is a server." name:"dsn" env:"MINZHENG_DSN"`
}

// open opens the database and its keys. A directory without keys is none of
// ours: new keys would open nothing.
func (b books) open(ctx context.Context, schemas ...db.Schema) (*db.DB, *secret.Box, error) {
	for _, needed := range []string{secret.File(b.Data), db.File(b.Data)} {
		if _, err := os.Stat(needed); errors.Is(err, fs.ErrNotExist) && (b.DSN == "" || needed == secret.File(b.Data)) {
			return nil, nil, usageError{fmt.Errorf("%s is not a data directory of minzheng: it lacks its database or keys; start the program there once", b.Data)}
		}
	}
	box, err := secret.Open(b.Data)
	if err != nil {
		return nil, nil, err
	}
	cfg := db.Config{Dir: b.Data}
	if b.DSN != "" {
		cfg = db.Config{DSN: b.DSN}
	}
	d, err := db.Open(ctx, cfg, schemas...)
	return d, box, err
}
