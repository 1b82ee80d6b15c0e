package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ErrNone is returned by One when no row answers.
var ErrNone = errors.New("no row")

// Reader is what reading verbs take: the database or a transaction. Queries
// are written with ? and go to either engine.
type Reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	Engine() Engine
}

// Tx is one transaction. Its Now is the only clock inside it.
type Tx struct {
	query
	Now   time.Time
	after []func()
}

// Exec runs a statement and returns how many rows it touched.
func (t *Tx) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	if t.engine == SQLite {
		ctx = context.WithoutCancel(ctx)
	}
	r, err := t.on.ExecContext(ctx, rebind(t.engine, statement), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// After has fn called once this transaction is committed, and never otherwise.
// It must be quick and must not fail: what has to happen is a job.
func (t *Tx) After(fn func()) { t.after = append(t.after, fn) }

func (t *Tx) committed() {
	for _, fn := range t.after {
		fn()
	}
}

// NewID returns a new identifier (UUID, version 7: later ones sort later).
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// Do runs fn in one transaction: all of it is kept, durably, or nothing is.
// fn may be run again when the engine asks for it, so it changes nothing but
// the database.
func (d *DB) Do(ctx context.Context, fn func(*Tx) error) error {
	if d.engine == PostgreSQL {
		return d.doPostgres(ctx, fn)
	}
	w := &work{ctx: ctx, now: d.now, fn: fn, done: make(chan error, 1)}
	wait := time.NewTimer(writeWait)
	defer wait.Stop()
	select {
	case d.queue <- w:
	case <-ctx.Done():
		return ctx.Err()
	case <-d.closed:
		return errors.New("the database is closed")
	case <-wait.C:
		return errors.New("waited too long for the writer")
	}
	select {
	case err := <-w.done:
		if err == nil {
			w.tx.committed()
		}
		return err
	case <-d.closed:
		return errors.New("the database was closed")
	}
}

// Query reads from the last committed state.
func (d *DB) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	return d.reading.QueryContext(ctx, rebind(d.engine, q), args...)
}

type query struct {
	on     runner
	engine Engine
}

func (q query) Engine() Engine { return q.engine }

func (q query) Query(ctx context.Context, s string, args ...any) (*sql.Rows, error) {
	if q.engine == SQLite {
		ctx = context.WithoutCancel(ctx)
	}
	return q.on.QueryContext(ctx, rebind(q.engine, s), args...)
}

// Row is what a scan function reads one row from.
type Row interface{ Scan(dest ...any) error }

// All returns every row that answers, each read by scan.
func All[T any](ctx context.Context, r Reader, scan func(Row) (T, error), q string, args ...any) ([]T, error) {
	rows, err := r.Query(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// One returns the first row that answers, or ErrNone.
func One[T any](ctx context.Context, r Reader, scan func(Row) (T, error), q string, args ...any) (T, error) {
	var none T
	rows, err := r.Query(ctx, q, args...)
	if err != nil {
		return none, err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return none, err
		}
		return none, ErrNone
	}
	return scan(rows)
}

// Value scans a row of one column.
func Value[T any](r Row) (v T, err error) {
	err = r.Scan(&v)
	return v, err
}

// In returns the placeholders and arguments of an IN list.
func In[T any](list []T) (string, []any) {
	args := make([]any, len(list))
	for i, v := range list {
		args[i] = v
	}
	return strings.TrimSuffix(strings.Repeat("?,", len(list)), ","), args
}

// Millis is a time as stored; the zero time is 0.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Time is a stored time; 0 is the zero time.
func Time(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// rebind turns ? into $1, $2 … for PostgreSQL. Quoted text is left alone.
func rebind(e Engine, q string) string {
	if e != PostgreSQL || !strings.Contains(q, "?") {
		return q
	}
	var b strings.Builder
	b.Grow(len(q) + 16)
	n, quoted := 0, false
	for i := 0; i < len(q); i++ {
		switch {
		case q[i] == '\'':
			quoted = !quoted
			b.WriteByte(q[i])
		case q[i] == '?' && !quoted:
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		default:
			b.WriteByte(q[i])
		}
	}
	return b.String()
}

// Lock takes a lock named key until the transaction ends, where several
// writers exist; the one writer of SQLite needs none.
func (t *Tx) Lock(ctx context.Context, key string) error {
	if t.engine == SQLite {
		return nil
	}
	if _, err := t.on.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, key); err != nil {
		return fmt.Errorf("taking the lock %s: %w", key, err)
	}
	return nil
}
