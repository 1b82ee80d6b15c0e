package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"

	"minzheng/kernel/db"
)

// The names in an export. Entries and tiles have the paths that tlog gives.
const (
	checkpointFile = "checkpoint"
	historyFile    = "checkpoints.jsonl"
	keyFile        = "key.pem"
)

// bundle is the tile of entries: one canonical JSON in each line.
func bundle(n int64, size int64) tlog.Tile {
	return tlog.Tile{H: height, L: -1, N: n, W: int(min(width, size-n*width))}
}

// Export writes the whole log into dir, which it makes: signed checkpoint,
// earlier checkpoints, public key, tiles and entries. Whoever has it needs
// nothing of ours to check it.
func (l *Log) Export(ctx context.Context, dir string) (Point, error) {
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		return Point{}, err
	}
	p, err := openPoint(signed, l.signer.pem)
	if err != nil {
		return Point{}, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return Point{}, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return Point{}, fmt.Errorf("an export needs a directory that is not there yet: %w", err)
	}
	for n := int64(0); n*width < p.Size; n++ {
		if err := l.exportBundle(ctx, dir, bundle(n, p.Size)); err != nil {
			return Point{}, err
		}
	}
	tree := newTiles(ctx, l.db)
	for _, t := range spots(p.Size) {
		data, err := tree.get(spot{t.L, t.N})
		if err != nil {
			return Point{}, err
		}
		if len(data) < t.W*tlog.HashSize {
			return Point{}, fmt.Errorf("tile %d/%d is too short", t.L, t.N)
		}
		if err := put(dir, t.Path(), data[:t.W*tlog.HashSize]); err != nil {
			return Point{}, err
		}
	}
	return p, l.exportHead(ctx, dir, signed)
}

func (l *Log) exportBundle(ctx context.Context, dir string, t tlog.Tile) error {
	bodies, err := db.All(ctx, l.db, db.Value[string], `SELECT body FROM evidence_entry WHERE seq >= ? AND seq < ? ORDER BY seq`,
		t.N*width, t.N*width+int64(t.W))
	if err != nil {
		return fmt.Errorf("reading entries: %w", err)
	}
	var b bytes.Buffer
	for _, body := range bodies {
		b.WriteString(body)
		b.WriteByte('\n')
	}
	return put(dir, t.Path(), b.Bytes())
}

func (l *Log) exportHead(ctx context.Context, dir string, signed []byte) error {
	notes, err := db.All(ctx, l.db, db.Value[string], `SELECT note FROM evidence_checkpoint ORDER BY size`)
	if err != nil {
		return fmt.Errorf("reading checkpoints: %w", err)
	}
	var history bytes.Buffer
	for _, one := range notes {
		if err := json.NewEncoder(&history).Encode(one); err != nil {
			return err
		}
	}
	if err := put(dir, historyFile, history.Bytes()); err != nil {
		return err
	}
	if err := put(dir, keyFile, l.signer.pem); err != nil {
		return err
	}
	return put(dir, checkpointFile, signed)
}

func put(dir, path string, b []byte) error {
	full := filepath.Join(dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
		return err
	}
	return os.WriteFile(full, b, 0o600)
}
