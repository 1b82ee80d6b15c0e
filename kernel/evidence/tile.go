package evidence

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"minzheng/kernel/db"
)

const (
	height = 8 // of a tile: 256 hashes at its bottom
	width  = 1 << height
)

// spot is the place of a tile.
type spot struct {
	level int
	n     int64
}

// tiles are the tiles of a tree as far as they have been read or changed.
type tiles struct {
	load    func(spot) ([]byte, error)
	known   map[spot][]byte
	changed map[spot]bool
}

func newTiles(ctx context.Context, r db.Reader) *tiles {
	load := func(at spot) ([]byte, error) {
		text, err := db.One(ctx, r, db.Value[string], `SELECT hashes FROM evidence_tile WHERE level = ? AND n = ?`, at.level, at.n)
		if errors.Is(err, db.ErrNone) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading a tile: %w", err)
		}
		return base64.StdEncoding.DecodeString(text)
	}
	return &tiles{load, map[spot][]byte{}, map[spot]bool{}}
}

func (t *tiles) get(at spot) ([]byte, error) {
	if data, ok := t.known[at]; ok {
		return data, nil
	}
	data, err := t.load(at)
	if err != nil {
		return nil, err
	}
	t.known[at] = data
	return data, nil
}

// add lays the leaf seq into the tree.
func (t *tiles) add(seq int64, h tlog.Hash) error {
	for level := 0; ; level++ {
		at := spot{level, seq / width}
		data, err := t.get(at)
		if err != nil {
			return err
		}
		if int64(len(data)) != seq%width*tlog.HashSize {
			return fmt.Errorf("tile %d/%d does not end before hash %d: the log was changed from outside", at.level, at.n, seq)
		}
		data = append(data, h[:]...)
		t.known[at], t.changed[at] = data, true
		if len(data) < width*tlog.HashSize {
			return nil
		}
		h, seq = fold(data), at.n
	}
}

// fold is the hash above a full tile.
func fold(data []byte) tlog.Hash {
	row := make([]tlog.Hash, len(data)/tlog.HashSize)
	for i := range row {
		copy(row[i][:], data[i*tlog.HashSize:])
	}
	for ; len(row) > 1; row = row[:len(row)/2] {
		for i := range len(row) / 2 {
			row[i] = tlog.NodeHash(row[2*i], row[2*i+1])
		}
	}
	return row[0]
}

func (t *tiles) keep(ctx context.Context, tx *db.Tx) error {
	for at := range maps.Keys(t.changed) {
		_, err := tx.Exec(ctx, `INSERT INTO evidence_tile (level, n, hashes) VALUES (?, ?, ?)
			ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes`, at.level, at.n, base64.StdEncoding.EncodeToString(t.known[at]))
		if err != nil {
			return fmt.Errorf("keeping a tile: %w", err)
		}
	}
	return nil
}

// ReadHashes makes the tiles a tlog.HashReader.
func (t *tiles) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	all := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		tile := tlog.TileForIndex(height, index)
		data, err := t.get(spot{tile.L, tile.N})
		if err != nil {
			return nil, err
		}
		if len(data) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("tile %d/%d is too short", tile.L, tile.N)
		}
		if all[i], err = tlog.HashFromTile(tile, data[:tile.W*tlog.HashSize], index); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// spots are the tiles of a tree of a size, from the leaves up.
func spots(size int64) []tlog.Tile { return slices.Clone(tlog.NewTiles(height, 0, size)) }
