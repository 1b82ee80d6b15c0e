// Package evidence keeps an append-only log of what others have told us, that
// anybody can check without us.
//
// Entries are the leaves of a Merkle tree, laid out in tiles as by
// golang.org/x/mod/sumdb/tlog; its head is signed (SM2) as a checkpoint. A room
// writes its receipts in its own transaction; the sequencer takes them from
// there in a transaction that both lays them into the tree and marks them as
// taken, so that a crash at any point neither loses nor doubles one. An entry
// never names a person.
package evidence

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/gowebpki/jcs"
	"golang.org/x/mod/sumdb/tlog"

	"minzheng/kernel/db"
	"minzheng/kernel/secret"
)

//go:embed schema
var files embed.FS

// Schema returns the room's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "evidence", Files: sub}
}

// Entry is one thing that was told.
type Entry struct {
	ID   string
	Body any // becomes an object of canonical JSON, with the id as its member "id"
}

// Feed gives the sequencer at most limit entries that it has not been given
// before, and marks them as given, all in tx.
type Feed func(ctx context.Context, tx *db.Tx, limit int) ([]Entry, error)

// Log is the log. It is safe for use by several goroutines and processes.
type Log struct {
	db     *db.DB
	signer signer
	feeds  []Feed
}

// New returns the log. Origin names it in its checkpoints, without spaces.
func New(d *db.DB, box *secret.Box, origin string, feeds ...Feed) (*Log, error) {
	s, err := newSigner(box, origin)
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	return &Log{d, s, feeds}, nil
}

const atOnce = 2048 // entries of one transaction

// Sequence takes everything that waits into the log and says how much that was.
func (l *Log) Sequence(ctx context.Context) (int, error) {
	all := 0
	for {
		n := 0
		err := l.db.Do(ctx, func(tx *db.Tx) error {
			var err error
			n, err = l.take(ctx, tx)
			return err
		})
		if err != nil {
			return all, fmt.Errorf("evidence: taking entries: %w", err)
		}
		if all += n; n < atOnce {
			return all, nil
		}
	}
}

func (l *Log) take(ctx context.Context, tx *db.Tx) (int, error) {
	if err := tx.Lock(ctx, "evidence"); err != nil {
		return 0, err
	}
	var all []Entry
	for _, feed := range l.feeds {
		more, err := feed(ctx, tx, atOnce-len(all))
		if err != nil {
			return 0, err
		}
		all = append(all, more...)
	}
	if len(all) == 0 {
		return 0, nil
	}
	size, err := size(ctx, tx)
	if err != nil {
		return 0, err
	}
	edge := newTiles(ctx, tx)
	for _, e := range all {
		body, err := canonical(e)
		if err != nil {
			return 0, err
		}
		if err := keepEntry(ctx, tx, size, e.ID, body); err != nil {
			return 0, err
		}
		if err := edge.add(size, leaf(body)); err != nil {
			return 0, err
		}
		size++
	}
	return len(all), edge.keep(ctx, tx)
}

func keepEntry(ctx context.Context, tx *db.Tx, seq int64, id string, body []byte) error {
	if _, err := tx.Exec(ctx, `INSERT INTO evidence_entry (seq, id, body) VALUES (?, ?, ?)`, seq, id, string(body)); err != nil {
		return fmt.Errorf("keeping entry %d: %w", seq, err)
	}
	return nil
}

// leaf is the hash of an entry in the tree: over its SM3, so that a proof says
// nothing about what stands in the entries beside it.
func leaf(body []byte) tlog.Hash {
	sum := secret.Hash(body)
	return tlog.RecordHash(sum[:])
}

func canonical(e Entry) ([]byte, error) {
	b, err := json.Marshal(e.Body)
	if err != nil {
		return nil, fmt.Errorf("writing entry %s: %w", e.ID, err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil || members == nil {
		return nil, fmt.Errorf("entry %s is no object", e.ID)
	}
	id, err := json.Marshal(e.ID)
	if err != nil {
		return nil, err
	}
	members["id"] = id
	if b, err = json.Marshal(members); err != nil {
		return nil, err
	}
	if b, err = jcs.Transform(b); err == nil && bytes.ContainsRune(b, '\n') {
		err = errors.New("a line break in canonical JSON")
	}
	return b, err
}

// size is how many entries the log has.
func size(ctx context.Context, r db.Reader) (int64, error) {
	n, err := db.One(ctx, r, db.Value[int64], `SELECT COALESCE(MAX(seq), -1) + 1 FROM evidence_entry`)
	if err != nil {
		return 0, fmt.Errorf("reading the size of the log: %w", err)
	}
	return n, nil
}

// Run sequences again and again until ctx ends.
func (l *Log) Run(ctx context.Context, every time.Duration, failed func(error)) {
	for {
		if _, err := l.Sequence(ctx); err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
	}
}

// Standing is how far the log is.
type Standing struct {
	Size   int64
	Signed Point // the last checkpoint
}

// Standing tells how far the log is.
func (l *Log) Standing(ctx context.Context, r db.Reader) (s Standing, err error) {
	if s.Size, err = size(ctx, r); err != nil {
		return s, err
	}
	s.Signed, err = l.last(ctx, r)
	return s, err
}
