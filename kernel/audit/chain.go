package audit

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"

	"minzheng/kernel/db"
	"minzheng/kernel/secret"
)

// sum is the hash of an entry that follows one with the hash before.
func (v row) sum(before string) string {
	sum := secret.Sum([]byte("audit/1"), []byte(before), []byte(v.chain), []byte(v.seq), []byte(v.at),
		[]byte(v.actor), []byte(v.name), []byte(v.role), []byte(v.verb), []byte(v.subject),
		[]byte(v.person), []byte(v.purpose), []byte(v.info))
	return text(sum[:])
}

// place returns where the entry says that it stands.
func (v row) place() (chain, seq int64, err error) {
	if chain, err = strconv.ParseInt(v.chain, 10, 64); err != nil {
		return 0, 0, err
	}
	seq, err = strconv.ParseInt(v.seq, 10, 64)
	return chain, seq, err
}

// head says how long a chain is and how it ends.
type head struct {
	chain, entries int64
	hash, mac      string
}

// findHead returns the head of a chain; one that has no entries has none.
func findHead(ctx context.Context, r db.Reader, chain int64) (head, error) {
	h, err := db.One(ctx, r, scanHead, `SELECT chain, entries, hash, mac FROM audit_head WHERE chain = ?`, chain)
	if errors.Is(err, db.ErrNone) {
		return head{chain: chain}, nil
	}
	if err != nil {
		return head{}, fmt.Errorf("audit: finding the head of chain %d: %w", chain, err)
	}
	return h, nil
}

func scanHead(r db.Row) (h head, err error) {
	err = r.Scan(&h.chain, &h.entries, &h.hash, &h.mac)
	return h, err
}

func saveHead(ctx context.Context, tx *db.Tx, box *secret.Box, h head) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit_head (chain, entries, hash, mac) VALUES (?, ?, ?, ?)
		ON CONFLICT (chain) DO UPDATE SET entries = excluded.entries, hash = excluded.hash, mac = excluded.mac`,
		h.chain, h.entries, h.hash, h.seal(box))
	if err != nil {
		return fmt.Errorf("audit: moving the head of chain %d: %w", h.chain, err)
	}
	return nil
}

func (h head) seal(box *secret.Box) string {
	sum := secret.Sum([]byte(strconv.FormatInt(h.chain, 10)), []byte(strconv.FormatInt(h.entries, 10)), []byte(h.hash))
	return text(box.MAC("audit/head", sum[:]))
}

// sealed reports whether we made this head. A chain without a head is empty.
func (h head) sealed(box *secret.Box) bool {
	if h == (head{chain: h.chain}) {
		return true
	}
	return h.entries > 0 && hmac.Equal([]byte(h.mac), []byte(h.seal(box)))
}

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
