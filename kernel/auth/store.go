package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/secret"
)

// store keeps sessions in the database, under the hash of their token.
type store struct{ a *Auth }

// foundKey leads to the hash of the session that a request came with.
type foundKey struct{}

// A session is marked as seen at most this often: reading must not write.
const seenEvery = time.Minute

func hashToken(token string) string {
	sum := secret.Hash([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (s *store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	type kept struct {
		data          string
		expires, seen int64
	}
	hash := hashToken(token)
	k, err := db.One(ctx, s.a.d, func(r db.Row) (k kept, err error) { return k, r.Scan(&k.data, &k.expires, &k.seen) },
		`SELECT data, expires_at, seen_at FROM auth_session WHERE token = ?`, hash)
	if errors.Is(err, db.ErrNone) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("finding a session: %w", err)
	}
	now := s.a.d.Now()
	if db.Millis(now) >= k.expires || k.seen <= db.Millis(now.Add(-s.a.config.Idle)) {
		return nil, false, nil
	}
	data, err := s.a.box.UnsealText(k.data, "auth/session/"+hash)
	if err != nil {
		return nil, false, nil
	}
	if k.seen <= db.Millis(now.Add(-seenEvery)) {
		if err := s.touch(ctx, hash); err != nil {
			return nil, false, err
		}
	}
	if found, ok := ctx.Value(foundKey{}).(*string); ok {
		*found = hash
	}
	return []byte(data), true, nil
}

// touch only updates: a session that ended meanwhile does not come back.
func (s *store) touch(ctx context.Context, hash string) error {
	return s.a.d.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE auth_session SET seen_at = ? WHERE token = ?`, db.Millis(tx.Now), hash)
		return wrap("marking a session as seen", err)
	})
}

func (s *store) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	hash := hashToken(token)
	left := time.Until(expiry) // scs has the machine's clock, we have the house's
	statement := `INSERT INTO auth_session (data, expires_at, seen_at, token) VALUES (?, ?, ?, ?)`
	if found, ok := ctx.Value(foundKey{}).(*string); ok && *found == hash {
		// Signed out by another request meanwhile, it must not come back.
		statement = `UPDATE auth_session SET data = ?, expires_at = ?, seen_at = ? WHERE token = ?`
	}
	return s.a.d.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, statement, s.a.box.SealText(string(data), "auth/session/"+hash),
			db.Millis(tx.Now.Add(left)), db.Millis(tx.Now), hash)
		return wrap("keeping a session", err)
	})
}

func (s *store) DeleteCtx(ctx context.Context, token string) error {
	return s.a.d.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM auth_session WHERE token = ?`, hashToken(token))
		return wrap("ending a session", err)
	})
}

// scs asks for these too, and calls those above.
func (s *store) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}
func (s *store) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
func (s *store) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}
