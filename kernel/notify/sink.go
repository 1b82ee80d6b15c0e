package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// FileSink returns a channel that appends each message as one line of JSON to
// dir/outbox/<name>.jsonl: for trying things out, and for carriers that fetch
// a file. The file holds telephone numbers; only its owner may read it.
func FileSink(dir, name string) Channel {
	return &sink{path: filepath.Join(dir, "outbox", name+".jsonl"), name: name}
}

type sink struct {
	mu         sync.Mutex
	path, name string
}

// entry is one line of the file.
type entry struct {
	Key     string    `json:"key"`
	Receipt string    `json:"receipt"`
	At      time.Time `json:"at"`
	To      string    `json:"to"`
	Phone   string    `json:"phone,omitempty"`
	Title   string    `json:"title"`
	Text    string    `json:"text"`
	Link    string    `json:"link,omitempty"`
}

// Deliver returns once the line is on the disk.
func (s *sink) Deliver(_ context.Context, o Outgoing) (string, error) {
	receipt := s.name + "-" + o.Key
	line, err := json.Marshal(entry{o.Key, receipt, time.Now().UTC().Truncate(time.Millisecond), o.To, o.Phone, o.Title, o.Text, o.Link})
	if err != nil {
		return "", fmt.Errorf("writing to the outbox: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.append(append(line, '\n')); err != nil {
		return "", fmt.Errorf("writing to the outbox: %w", err)
	}
	return receipt, nil
}

func (s *sink) append(line []byte) error {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	if torn(f, info.Size()) {
		line = append([]byte("\n"), line...)
	}
	_, err = f.Write(line)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil && info.Size() == 0 {
		err = errors.Join(syncDir(filepath.Dir(s.path)), syncDir(filepath.Dir(filepath.Dir(s.path))))
	}
	return err
}

// torn reports whether a crash has left half a line at the end.
func torn(f *os.File, size int64) bool {
	last := make([]byte, 1)
	if size == 0 {
		return false
	}
	_, err := f.ReadAt(last, size-1)
	return err == nil && last[0] != '\n'
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
