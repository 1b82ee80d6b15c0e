package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"minzheng/kernel/db"
)

var schema = db.Schema{Room: "thing", Files: fstest.MapFS{"001_thing.sql": {Data: []byte(
	"-- +goose Up\nCREATE TABLE thing_thing (id TEXT PRIMARY KEY, n BIGINT NOT NULL);\n")}}}

func open(t *testing.T) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), db.Config{Dir: t.TempDir()}, schema)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func count(t *testing.T, d *db.DB) int64 {
	t.Helper()
	n, err := db.One(t.Context(), d, db.Value[int64], `SELECT COUNT(*) FROM thing_thing`)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatFailsLeavesNothingAndHarmsNoNeighbour(t *testing.T) {
	d := open(t)
	results := make(chan error, 40)
	for i := range 40 {
		go func() {
			results <- d.Do(context.Background(), func(tx *db.Tx) error {
				if _, err := tx.Exec(t.Context(), `INSERT INTO thing_thing (id, n) VALUES (?, ?)`, db.NewID(), i); err != nil {
					return err
				}
				switch i % 4 {
				case 1:
					return errors.New("no")
				case 2:
					panic("broken")
				}
				return nil
			})
		}()
	}
	failed := 0
	for range 40 {
		if <-results != nil {
			failed++
		}
	}
	if got := count(t, d); failed != 20 || got != 20 {
		t.Fatalf("failed %d, kept %d rows; want 20 and 20", failed, got)
	}
}

func TestAfterRunsOnlyWhenCommitted(t *testing.T) {
	d := open(t)
	ran := 0
	if err := d.Do(t.Context(), func(tx *db.Tx) error { tx.After(func() { ran++ }); return nil }); err != nil {
		t.Fatal(err)
	}
	d.Do(t.Context(), func(tx *db.Tx) error { tx.After(func() { ran += 10 }); return errors.New("no") })
	if ran != 1 {
		t.Fatalf("ran %d, want 1", ran)
	}
}

func TestTakenTellsADoubleFromOtherErrors(t *testing.T) {
	d := open(t)
	put := func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO thing_thing (id, n) VALUES ('a', 1)`)
		return err
	}
	if err := d.Do(t.Context(), put); err != nil {
		t.Fatal(err)
	}
	if err := d.Do(t.Context(), put); !db.Taken(err) {
		t.Fatalf("a second 'a' gives %v, want a taken error", err)
	}
}

func TestWhoIsRefusedCanSeeWhatFor(t *testing.T) {
	d := open(t)
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			for i := range 40 {
				id := fmt.Sprint(i)
				err := d.Do(t.Context(), func(tx *db.Tx) error {
					_, err := tx.Exec(t.Context(), `INSERT INTO thing_thing (id, n) VALUES (?, 1)`, id)
					return err
				})
				if err != nil && !db.Taken(err) {
					t.Errorf("writing: %v", err)
				}
				n, err := db.One(t.Context(), d, db.Value[int], `SELECT COUNT(*) FROM thing_thing WHERE id = ?`, id)
				if err != nil || n != 1 {
					t.Errorf("%q was refused as a double, and there are %d (%v)", id, n, err)
				}
			}
		})
	}
	wait.Wait()
}

func TestTheClockOfAtIsTheTransactionsTime(t *testing.T) {
	d := open(t)
	then := time.Date(2026, 3, 2, 9, 14, 0, 0, time.UTC)
	d.At(func() time.Time { return then }).Do(t.Context(), func(tx *db.Tx) error {
		if !tx.Now.Equal(then) {
			t.Errorf("now is %v, want %v", tx.Now, then)
		}
		return nil
	})
}
