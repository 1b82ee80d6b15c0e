package secret

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/emmansun/gmsm/sm2"
)

// keys is the file of keys. The root and the signing key stay for ever: blind
// indexes and old signatures depend on them. Masters are rotated.
type keys struct {
	Format  int      `json:"format"`
	Current int      `json:"current"`
	Masters []master `json:"masters"`
	Root    []byte   `json:"root"`
	Sign    []byte   `json:"sign"`
}

type master struct {
	ID  int    `json:"id"`
	Key []byte `json:"key"`
}

const keySize = 32

// File returns the path of the keys inside a data directory. Whoever loses it
// loses everything sealed: it is kept apart from copies of the database.
func File(dir string) string { return filepath.Join(dir, "keys.json") }

// Open reads the keys of dir, and makes them at the first start. It refuses a
// file that others may read, and one with anything missing or unknown in it.
func Open(dir string) (*Box, error) {
	k, err := load(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(dir); err != nil {
			return nil, fmt.Errorf("making the keys: %w", err)
		}
		k, err = load(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the keys: %w", err)
	}
	return newBox(k)
}

// Rotate adds a new sealing key to dir and makes it the current one. What was
// sealed before can still be opened. It counts from the next Open on.
func Rotate(dir string) error {
	k, err := load(dir)
	if err != nil {
		return fmt.Errorf("reading the keys: %w", err)
	}
	last := k.Masters[len(k.Masters)-1].ID
	if last == 255 {
		return errors.New("rotating the keys: all 255 numbers of keys are used up")
	}
	k.Masters = append(k.Masters, master{last + 1, random()})
	k.Current = last + 1
	tmp, err := write(dir, k)
	if err != nil {
		return fmt.Errorf("rotating the keys: %w", err)
	}
	if err := os.Rename(tmp, File(dir)); err != nil {
		return errors.Join(fmt.Errorf("rotating the keys: %w", err), os.Remove(tmp))
	}
	return syncDir(dir)
}

func load(dir string) (keys, error) {
	f, err := os.Open(File(dir))
	if err != nil {
		return keys{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return keys{}, err
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		return keys{}, fmt.Errorf("%s may be read by others (mode %04o): set it to 0600", f.Name(), info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return keys{}, err
	}
	return parse(text)
}

func parse(text []byte) (k keys, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&k); err != nil {
		return keys{}, fmt.Errorf("not a file of keys: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return keys{}, errors.New("something follows the keys")
	}
	return k, k.check()
}

func (k keys) check() error {
	if k.Format != 1 {
		return fmt.Errorf("format %d is not known", k.Format)
	}
	if len(k.Root) != keySize || len(k.Masters) == 0 {
		return errors.New("the root or the masters are missing")
	}
	last, found := 0, false
	for _, m := range k.Masters {
		if m.ID <= last || m.ID > 255 || len(m.Key) != keySize {
			return fmt.Errorf("master %d is out of order or has not %d bytes", m.ID, keySize)
		}
		last = m.ID
		found = found || m.ID == k.Current
	}
	if !found {
		return fmt.Errorf("the current master %d is missing", k.Current)
	}
	if _, err := sm2.NewPrivateKey(k.Sign); err != nil {
		return fmt.Errorf("the signing key: %w", err)
	}
	return nil
}

func create(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	signer, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	k := keys{Format: 1, Current: 1, Masters: []master{{1, random()}}, Root: random(),
		Sign: signer.D.FillBytes(make([]byte, keySize))}
	tmp, err := write(dir, k)
	if err != nil {
		return err
	}
	defer os.Remove(tmp)
	// A link, not a rename: of two that start together the first one's keys stay.
	if err := os.Link(tmp, File(dir)); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

// write leaves the keys, on the disk, in a file beside the real one.
func write(dir string, k keys) (string, error) {
	text, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, ".keys-*") // made with mode 0600
	if err != nil {
		return "", err
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func random() []byte {
	b := make([]byte, keySize)
	rand.Read(b)
	return b
}
