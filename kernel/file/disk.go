package file

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/secret"
)

// keepFor is how long content waits for a row that names it.
const keepFor = 24 * time.Hour

// Store keeps contents in a directory. It is safe for use by several
// goroutines; several processes may share the directory.
type Store struct {
	dir      string
	box      *secret.Box
	decoding *semaphore.Weighted
	writing  sync.RWMutex // Sweep holds it against write
}

// NewStore returns the store in dir, which is made if it is missing.
func NewStore(dir string, box *secret.Box) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the directory of files: %w", err)
	}
	return &Store{dir: dir, box: box, decoding: semaphore.NewWeighted(2)}, nil
}

// Open returns the content of f.
func (s *Store) Open(_ context.Context, f File) ([]byte, error) { return s.load(f.Blob) }

// OpenThumb returns the small picture of f; a PDF has none.
func (s *Store) OpenThumb(_ context.Context, f File) ([]byte, error) {
	if f.Thumb == "" {
		return nil, errs.New(errs.NotFound, "这份材料没有缩略图。")
	}
	return s.load(f.Thumb)
}

func (s *Store) load(hash string) ([]byte, error) {
	if !isHash(hash) {
		return nil, fmt.Errorf("%q is no name of content", hash)
	}
	sealed, err := os.ReadFile(s.path(hash))
	if err != nil {
		return nil, fmt.Errorf("opening content: %w", err)
	}
	plain, err := s.box.Unseal(sealed, contentOf(hash))
	if err != nil {
		return nil, fmt.Errorf("opening content %s: %w", hash, err)
	}
	return plain, nil
}

// write stores data under its keyed hash, durably, once. Content that is there
// already counts as new.
func (s *Store) write(data []byte) (string, error) {
	hash := hex.EncodeToString(s.box.MAC("file", data))
	s.writing.RLock()
	defer s.writing.RUnlock()
	now := time.Now()
	err := os.Chtimes(s.path(hash), now, now)
	if errors.Is(err, fs.ErrNotExist) {
		err = s.create(hash, data)
	}
	if err != nil {
		return "", fmt.Errorf("storing content: %w", err)
	}
	return hash, nil
}

func (s *Store) create(hash string, data []byte) error {
	shelf := filepath.Dir(s.path(hash))
	if err := os.Mkdir(shelf, 0o700); err == nil {
		err = syncDir(s.dir)
		if err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := os.CreateTemp(shelf, ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(s.box.Seal(data, contentOf(hash)))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), s.path(hash))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(shelf)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Sweep removes content older than a day that no row names: what was uploaded
// and never submitted. It returns how many pieces went.
func (s *Store) Sweep(ctx context.Context, r db.Reader) (int, error) {
	shelves, err := os.ReadDir(s.dir)
	if err != nil {
		return 0, fmt.Errorf("sweeping files: %w", err)
	}
	removed := 0
	for _, shelf := range shelves {
		if !shelf.IsDir() || ctx.Err() != nil {
			continue
		}
		n, err := s.sweepShelf(ctx, r, filepath.Join(s.dir, shelf.Name()))
		removed += n
		if err != nil {
			return removed, fmt.Errorf("sweeping files: %w", err)
		}
	}
	return removed, ctx.Err()
}

func (s *Store) sweepShelf(ctx context.Context, r db.Reader, shelf string) (removed int, err error) {
	s.writing.Lock() // what write touches from here on waits, then is made anew
	defer s.writing.Unlock()
	entries, err := os.ReadDir(shelf)
	if err != nil {
		return 0, err
	}
	var old []string
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > keepFor {
			old = append(old, e.Name())
		}
	}
	for len(old) > 0 {
		some := old[:min(len(old), 200)]
		old = old[len(some):]
		named, err := s.named(ctx, r, some)
		if err != nil {
			return removed, err
		}
		for _, name := range some {
			if named[name] {
				continue
			}
			if err := os.Remove(filepath.Join(shelf, name)); err != nil {
				return removed, err
			}
			removed++
		}
	}
	return removed, nil
}

func (s *Store) named(ctx context.Context, r db.Reader, hashes []string) (map[string]bool, error) {
	marks, args := db.In(hashes)
	all, err := db.All(ctx, r, db.Value[string],
		`SELECT content FROM file_file WHERE content IN (`+marks+`)
		UNION SELECT thumb FROM file_file WHERE thumb IN (`+marks+`)`, append(args, args...)...)
	if err != nil {
		return nil, err
	}
	named := map[string]bool{}
	for _, hash := range all {
		named[hash] = true
	}
	return named, nil
}

func (s *Store) has(hash string) bool {
	if !isHash(hash) {
		return false
	}
	_, err := os.Stat(s.path(hash))
	return err == nil
}

func (s *Store) path(hash string) string { return filepath.Join(s.dir, hash[:2], hash) }

func contentOf(hash string) string { return "file/content/" + hash }

func isHash(hash string) bool {
	raw, err := hex.DecodeString(hash)
	return err == nil && len(raw) == 32
}
