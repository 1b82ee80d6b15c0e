package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"time"

	_ "modernc.org/sqlite" // the embedded engine
)

// A writer that waits longer than this for the others gives up.
const writeWait = 10 * time.Second

func (d *DB) openSQLite(dir string) error {
	if err := ensureDir(dir); err != nil {
		return err
	}
	d.engine = SQLite
	var err error
	if d.writers, err = sql.Open("sqlite", sqliteDSN(File(dir))); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	d.writers.SetMaxOpenConns(1)
	d.writers.SetMaxIdleConns(1)
	if err := d.writers.Ping(); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	if d.readers, err = sql.Open("sqlite", sqliteDSN(File(dir))+"&_pragma=query_only(1)"); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	d.readers.SetMaxOpenConns(8)
	d.readers.SetMaxIdleConns(8)
	d.reading = newPrepared(d.readers)
	d.queue, d.ended = make(chan *work, 1024), make(chan struct{})
	go d.commitTogether()
	return nil
}

func sqliteDSN(file string) string {
	q := url.Values{"_pragma": {
		"busy_timeout(10000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)",
		"cache_size(-16000)", "temp_store(memory)", "journal_size_limit(67108864)"}}
	return "file:" + url.PathEscape(file) + "?" + q.Encode()
}

// work is one transaction that waits for the writer.
type work struct {
	ctx  context.Context
	now  func() time.Time
	fn   func(*Tx) error
	done chan error
	tx   *Tx
	err  error // of fn
}

// commitTogether is the one writer of SQLite. Each wait for the disk is shared
// by all transactions that queued meanwhile: every fn runs in a savepoint of
// its own, and nobody is answered before the commit.
func (d *DB) commitTogether() {
	defer close(d.ended)
	var conn *prepared
	for {
		select {
		case <-d.closed:
			return
		case first := <-d.queue:
			if conn == nil {
				only, err := d.writers.Conn(context.Background())
				if err != nil {
					first.done <- fmt.Errorf("reaching the database: %w", err)
					continue
				}
				defer only.Close()
				conn = newPrepared(only)
			}
			d.commitGroup(conn, first)
		}
	}
}

const (
	groupMost = 64
	groupTime = 8 * time.Millisecond
)

func (d *DB) commitGroup(conn *prepared, first *work) {
	ctx := context.Background()
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		first.done <- fmt.Errorf("beginning a transaction: %w", err)
		return
	}
	var good, bad []*work
	began := time.Now()
	for w := first; w != nil; w = d.next(began, len(good)+len(bad)) {
		if w.err = d.runSaved(conn, w); w.err != nil {
			bad = append(bad, w) // it may have been refused for what nobody else can see yet
			continue
		}
		good = append(good, w)
	}
	_, err := conn.ExecContext(ctx, "COMMIT")
	if err != nil {
		conn.ExecContext(ctx, "ROLLBACK")
		err = fmt.Errorf("committing: %w", err)
	}
	for _, w := range good {
		w.done <- err
	}
	for _, w := range bad {
		w.done <- cmp.Or(err, w.err)
	}
}

func (d *DB) next(began time.Time, taken int) *work {
	if taken >= groupMost || time.Since(began) > groupTime {
		return nil
	}
	select {
	case w := <-d.queue:
		return w
	default:
		return nil
	}
}

// runSaved runs one work in a savepoint. Its statements ignore the caller's
// deadline: interrupting one would roll back the others' work as well.
func (d *DB) runSaved(conn *prepared, w *work) (err error) {
	ctx := context.Background()
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "SAVEPOINT one"); err != nil {
		return fmt.Errorf("beginning a savepoint: %w", err)
	}
	w.tx = &Tx{query: query{conn, SQLite}, Now: w.now().Truncate(time.Millisecond)}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %v", p)
		}
		if err != nil {
			if _, undo := conn.ExecContext(ctx, "ROLLBACK TO one"); undo != nil {
				err = fmt.Errorf("undoing: %w (after %w)", undo, err)
			}
		}
		if _, end := conn.ExecContext(ctx, "RELEASE one"); end != nil && err == nil {
			err = fmt.Errorf("ending a savepoint: %w", end)
		}
	}()
	return w.fn(w.tx)
}
