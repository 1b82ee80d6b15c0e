package evidence_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/evidence"
	"minzheng/kernel/secret"
)

// waiting is a room that has receipts to give.
var waiting = db.Schema{Room: "waiting", Files: fstest.MapFS{"001_waiting.sql": {Data: []byte(`-- +goose Up
CREATE TABLE waiting_receipt (id TEXT PRIMARY KEY, taken BIGINT NOT NULL DEFAULT 0);
`)}}}

type house struct {
	t     testing.TB
	db    *db.DB
	box   *secret.Box
	log   *evidence.Log
	crash int // what the feed has left before it breaks down; 0 never
	n     int
}

var errCrash = errors.New("the power is gone")

func open(t testing.TB, d *db.DB) *house {
	t.Helper()
	box, err := secret.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, db: d, box: box}
	h.log = h.another(box)
	return h
}

func (h *house) another(box *secret.Box) *evidence.Log {
	h.t.Helper()
	l, err := evidence.New(h.db, box, "minzheng-390121", h.feed)
	if err != nil {
		h.t.Fatal(err)
	}
	return l
}

func (h *house) feed(ctx context.Context, tx *db.Tx, limit int) ([]evidence.Entry, error) {
	ids, err := db.All(ctx, tx, db.Value[string], `SELECT id FROM waiting_receipt WHERE taken = 0 ORDER BY id LIMIT ?`, limit)
	if err != nil {
		return nil, err
	}
	var all []evidence.Entry
	for _, id := range ids {
		if _, err := tx.Exec(ctx, `UPDATE waiting_receipt SET taken = 1 WHERE id = ?`, id); err != nil {
			return nil, err
		}
		all = append(all, evidence.Entry{ID: id, Body: map[string]any{"source": "tax.income", "took": len(id), "law": "社会救助法 <第41条>"}})
	}
	if h.crash > 0 {
		if h.crash--; h.crash == 0 {
			return nil, errCrash
		}
	}
	return all, nil
}

// receive has n more receipts come in.
func (h *house) receive(n int) {
	h.t.Helper()
	err := h.db.Do(context.Background(), func(tx *db.Tx) error {
		for i := range n {
			if _, err := tx.Exec(context.Background(), `INSERT INTO waiting_receipt (id) VALUES (?)`, fmt.Sprintf("r-%06d", h.n+i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.n += n
}

// export returns a whole export in memory.
func (h *house) export() fstest.MapFS {
	h.t.Helper()
	dir := filepath.Join(h.t.TempDir(), "out")
	if _, err := h.log.Export(context.Background(), dir); err != nil {
		h.t.Fatal(err)
	}
	return load(h.t, dir)
}

func load(t testing.TB, dir string) fstest.MapFS {
	t.Helper()
	all := fstest.MapFS{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// filled is a log of n entries with a checkpoint at half of them.
func filled(t *testing.T, n int) (*house, []byte) {
	h := open(t, dbtest.Open(t, waiting, evidence.Schema()))
	h.receive(n / 2)
	half, err := h.log.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.receive(n - n/2)
	return h, half
}

// last is how many entries there are once nothing crashes any more.
func (h *house) last() (int64, error) {
	h.crash = 0
	if _, err := h.log.Sequence(context.Background()); err != nil {
		return 0, err
	}
	return db.One(context.Background(), h.db, db.Value[int64], `SELECT COUNT(*) FROM evidence_entry`)
}
