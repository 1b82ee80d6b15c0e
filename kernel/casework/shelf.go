package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Shelf holds the services: those offered today, and those that open cases
// were begun under. Today's are exchanged all at once.
type Shelf struct {
	known   catalog.Known
	current atomic.Pointer[[]*catalog.Service]
	mu      sync.Mutex
	byVer   map[string]*catalog.Service
	over    sync.Map // services under a procedure, by both versions

	following sync.Mutex
	seq       int64 // of the activations that today's services hold; -1 before the first look
}

// NewShelf returns a shelf with the services of today.
func NewShelf(known catalog.Known, services []*catalog.Service) *Shelf {
	s := &Shelf{known: known, byVer: map[string]*catalog.Service{}, seq: -1}
	s.Offer(services)
	return s
}

// Offer has today's services be these, all at once.
func (s *Shelf) Offer(services []*catalog.Service) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range services {
		s.byVer[one.Version] = one
	}
	s.current.Store(&services)
}

// Follow offers the services as the activated changes have them. They are kept
// before anybody can open a case under them.
func (s *Shelf) Follow(ctx context.Context, d *db.DB, c *catalog.Changes) error {
	s.following.Lock()
	defer s.following.Unlock()
	if seq, err := c.Seq(ctx, d); err != nil || seq == s.seq {
		return err
	}
	services, seq, err := c.Today(ctx, d)
	if err != nil {
		return err
	}
	if err := d.Do(ctx, func(tx *db.Tx) error { return keep(ctx, tx, services) }); err != nil {
		return err
	}
	s.Offer(services)
	s.seq = seq
	return nil
}

// newest returns today's service instead of another version of it, where they
// differ only in values: what was begun before a change is opened after it.
func (s *Shelf) newest(one *catalog.Service) *catalog.Service {
	if now, err := s.Find(one.Code); err == nil && now.DiffersInValues(one) {
		return now
	}
	return one
}

// All returns the services of today.
func (s *Shelf) All() []*catalog.Service { return *s.current.Load() }

// Known returns what services may name.
func (s *Shelf) Known() catalog.Known { return s.known }

// Find returns today's service with a code, or an error of kind NotFound.
func (s *Shelf) Find(code string) (*catalog.Service, error) {
	for _, one := range s.All() {
		if one.Code == code {
			return one, nil
		}
	}
	return nil, errs.New(errs.NotFound, "没有这个事项。")
}

// Admits reports whether a role may see cases of a service, as far as that
// depends on the role: guests see those in which they have something to do.
func (s *Shelf) Admits(role, service string) bool {
	if !s.known.Guests[role] {
		return true
	}
	one, err := s.Find(service)
	return err == nil && slices.ContainsFunc(one.Steps, func(st catalog.Step) bool { return st.Role == role })
}

// Over returns a service with a procedure of today laid over it.
func (s *Shelf) Over(procedure string, base *catalog.Service) (*catalog.Service, error) {
	p, err := s.Find(procedure)
	if err != nil {
		return nil, err
	}
	key := p.Version + base.Version
	if one, ok := s.over.Load(key); ok {
		return one.(*catalog.Service), nil
	}
	one, err := p.Over(base, s.known)
	if err != nil {
		return nil, fmt.Errorf("laying %s over %s: %w", procedure, base.Code, err)
	}
	s.over.Store(key, one)
	return one, nil
}

// Keep writes today's definitions down, so that cases opened under them can be
// worked after they have changed.
func (s *Shelf) Keep(ctx context.Context, tx *db.Tx) error { return keep(ctx, tx, s.All()) }

func keep(ctx context.Context, tx *db.Tx, services []*catalog.Service) error {
	for _, one := range services {
		b, err := json.Marshal(one.Files)
		if err != nil {
			return fmt.Errorf("writing service %s: %w", one.Code, err)
		}
		_, err = tx.Exec(ctx, `INSERT INTO casework_definition (version, service, area, files, since) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			one.Version, one.Code, one.Area, string(b), db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("keeping service %s: %w", one.Code, err)
		}
	}
	return nil
}

// Version returns the service as it was when a case was opened.
func (s *Shelf) Version(ctx context.Context, r db.Reader, version string) (*catalog.Service, error) {
	if one := s.read(version); one != nil {
		return one, nil
	}
	type row struct{ area, files string }
	found, err := db.One(ctx, r, func(r db.Row) (v row, err error) { return v, r.Scan(&v.area, &v.files) },
		`SELECT area, files FROM casework_definition WHERE version = ?`, version)
	if errors.Is(err, db.ErrNone) {
		return nil, fmt.Errorf("the definition %s of a case is lost", version)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a definition: %w", err)
	}
	files := map[string]string{}
	if err := json.Unmarshal([]byte(found.files), &files); err != nil {
		return nil, fmt.Errorf("reading a definition: %w", err)
	}
	one, err := catalog.ReadFiles(files, found.area, s.known)
	if err != nil {
		return nil, fmt.Errorf("an older definition can no longer be read: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byVer[version] = one
	return one, nil
}

// read returns a version that is in memory. The lock is never held while the
// database is asked: whoever holds its last connection may wait for the lock.
func (s *Shelf) read(version string) *catalog.Service {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byVer[version]
}
