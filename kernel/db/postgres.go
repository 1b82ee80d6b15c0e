package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the server's driver
)

func (d *DB) openPostgres(ctx context.Context, dsn string) error {
	d.engine = PostgreSQL
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	pool.SetMaxOpenConns(24)
	pool.SetMaxIdleConns(24)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	d.readers, d.writers, d.reading = pool, pool, pool
	var collate string
	if err := pool.QueryRowContext(ctx, `SELECT datcollate FROM pg_database WHERE datname = current_database()`).Scan(&collate); err != nil {
		return errors.Join(fmt.Errorf("reaching the database: %w", err), pool.Close())
	}
	if collate != "C" && collate != "C.UTF-8" && collate != "C.utf8" {
		return errors.Join(fmt.Errorf("the database must be created with LC_COLLATE 'C.UTF-8' (it has %q): codes and names would sort wrongly", collate), pool.Close())
	}
	return nil
}

// doPostgres runs fn in a transaction, again when the server says that two
// transactions crossed.
func (d *DB) doPostgres(ctx context.Context, fn func(*Tx) error) error {
	for try := 1; ; try++ {
		tx, err := d.onPostgres(ctx, fn)
		if crossed(err) && try < 4 {
			continue
		}
		if err == nil {
			tx.committed()
		}
		return err
	}
}

func (d *DB) onPostgres(ctx context.Context, fn func(*Tx) error) (*Tx, error) {
	sqlTx, err := d.writers.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("beginning a transaction: %w", err)
	}
	defer sqlTx.Rollback()
	tx := &Tx{query: query{sqlTx, PostgreSQL}, Now: d.Now()}
	if err := fn(tx); err != nil {
		return nil, err
	}
	if err := sqlTx.Commit(); err != nil {
		return nil, fmt.Errorf("committing: %w", err)
	}
	return tx, nil
}

// crossed reports a serialization failure or a deadlock.
func crossed(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// Taken reports whether err says that a unique value exists already.
func Taken(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite interface{ Code() int }
	return errors.As(err, &lite) && (lite.Code() == 2067 || lite.Code() == 1555)
}
