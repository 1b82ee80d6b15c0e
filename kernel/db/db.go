// Package db opens the database, brings its schema up to date and gives out
// transactions with their time.
//
// The database is SQLite in a directory, or PostgreSQL by address; the SQL of
// every room is the same on both. Who writes needs a *Tx, who reads takes a
// Reader, and inside Do only the Tx is used: reading past it sees an older
// state, and on SQLite writing past it would wait for itself.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Config says where the database is. The zero value is not usable: set Dir or DSN.
type Config struct {
	Dir string           // directory of the embedded database, created if missing
	DSN string           // postgres://… for a server instead of Dir
	Now func() time.Time // the clock; nil is the machine's
}

// A Schema is the numbered files of one room. They are never edited after release.
type Schema struct {
	Room  string // the prefix of the room's tables
	Files fs.FS  // NNN_name.sql at its top, in goose's format
}

// Engine names the kind of server below.
type Engine string

// The engines.
const (
	SQLite     Engine = "sqlite"
	PostgreSQL Engine = "postgres"
)

// DB is the open database. It is safe for use by several goroutines.
type DB struct {
	engine  Engine
	readers *sql.DB
	writers *sql.DB
	reading runner // the readers, with their statements prepared
	now     func() time.Time
	queue   chan *work // SQLite only: writers wait here and are committed together
	closed  chan struct{}
	ended   chan struct{} // SQLite only: the writer has stopped
}

// Open opens the database and applies the schemas in their order.
func Open(ctx context.Context, c Config, schemas ...Schema) (*DB, error) {
	d := &DB{now: c.Now, closed: make(chan struct{})}
	if d.now == nil {
		d.now = time.Now
	}
	var err error
	switch {
	case strings.HasPrefix(c.DSN, "postgres://"), strings.HasPrefix(c.DSN, "postgresql://"):
		err = d.openPostgres(ctx, c.DSN)
	case c.DSN != "":
		return nil, errors.New("the database address must begin with postgres://")
	case c.Dir != "":
		err = d.openSQLite(c.Dir)
	default:
		return nil, errors.New("neither a directory nor an address of a database is given")
	}
	if err != nil {
		return nil, err
	}
	if err := d.migrate(ctx, schemas); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Engine tells which engine is below; for the few statements that differ.
func (d *DB) Engine() Engine { return d.engine }

// Now returns the clock's time, to the millisecond, as stored times are.
func (d *DB) Now() time.Time { return d.now().Truncate(time.Millisecond) }

// At returns the same database with another clock: what Do begins through it
// happens at the time that now tells.
func (d *DB) At(now func() time.Time) *DB {
	other := *d
	other.now = now
	return &other
}

// Close ends open connections. What waits for the writer is refused.
func (d *DB) Close() error {
	select {
	case <-d.closed:
		return nil
	default:
		close(d.closed)
	}
	if d.ended != nil {
		<-d.ended
	}
	err := d.readers.Close()
	if d.writers != d.readers {
		err = errors.Join(err, d.writers.Close())
	}
	return err
}

func ensureDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the data directory: %w", err)
	}
	return nil
}

// File returns the path of the embedded database inside a data directory.
func File(dir string) string { return filepath.Join(dir, "minzheng.db") }
