package db

import (
	"context"
	"fmt"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// migrate brings each room's tables up to date. Every room keeps its own
// count, so that rooms can be added in any order.
func (d *DB) migrate(ctx context.Context, schemas []Schema) error {
	dialect := database.DialectSQLite3
	if d.engine == PostgreSQL {
		dialect = database.DialectPostgres
		release, err := d.lockSchema(ctx)
		if err != nil {
			return err
		}
		defer release()
	}
	for _, s := range schemas {
		store, err := database.NewStore(dialect, "schema_"+s.Room)
		if err != nil {
			return fmt.Errorf("schema of %s: %w", s.Room, err)
		}
		p, err := goose.NewProvider("", d.writers, s.Files, goose.WithStore(store))
		if err != nil {
			return fmt.Errorf("schema of %s: %w", s.Room, err)
		}
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("schema of %s: %w", s.Room, err)
		}
	}
	return nil
}

// lockSchema lets one of several processes that start together migrate first.
func (d *DB) lockSchema(ctx context.Context) (func(), error) {
	conn, err := d.writers.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("reaching the database: %w", err)
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(7219)`); err != nil {
		conn.Close()
		return nil, fmt.Errorf("locking the schema: %w", err)
	}
	return func() {
		conn.ExecContext(ctx, `SELECT pg_advisory_unlock(7219)`)
		conn.Close()
	}, nil
}
