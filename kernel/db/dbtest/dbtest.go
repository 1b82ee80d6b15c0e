// Package dbtest gives tests real, fresh databases.
//
// Every test has one of its own, so tests may run in parallel. SQLite lies in
// the test's directory. PostgreSQL runs as one small server for each test
// binary, and is gone with it however it ends; where PostgreSQL is not
// installed the test is skipped and says so.
package dbtest

import (
	"context"
	"testing"
	"time"

	"minzheng/kernel/db"
)

// Open returns a fresh SQLite database with the schemas applied. It is closed
// when the test ends.
func Open(t testing.TB, schemas ...db.Schema) *db.DB {
	t.Helper()
	return open(t, db.Config{Dir: t.TempDir()}, schemas)
}

// OpenAt is Open with the test's own clock.
func OpenAt(t testing.TB, now func() time.Time, schemas ...db.Schema) *db.DB {
	t.Helper()
	return open(t, db.Config{Dir: t.TempDir(), Now: now}, schemas)
}

// OpenPostgres is Open with PostgreSQL.
func OpenPostgres(t testing.TB, schemas ...db.Schema) *db.DB {
	t.Helper()
	return open(t, db.Config{DSN: DSN(t)}, schemas)
}

// Each runs f as the subtests "sqlite" and "postgres". Each call of open gives
// one more fresh database of that engine.
func Each(t *testing.T, f func(t *testing.T, open func(schemas ...db.Schema) *db.DB)) {
	t.Helper()
	on := func(engine db.Engine, openOn func(testing.TB, ...db.Schema) *db.DB) {
		t.Run(string(engine), func(t *testing.T) {
			f(t, func(schemas ...db.Schema) *db.DB {
				t.Helper()
				return openOn(t, schemas...)
			})
		})
	}
	on(db.SQLite, Open)
	on(db.PostgreSQL, OpenPostgres)
}

func open(t testing.TB, c db.Config, schemas []db.Schema) *db.DB {
	t.Helper()
	// Not the test's context: that one has ended when cleanups run.
	d, err := db.Open(context.Background(), c, schemas...)
	if err != nil {
		t.Fatalf("opening a database: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("closing the database: %v", err)
		}
	})
	return d
}
