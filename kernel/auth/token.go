package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"minzheng/kernel/db"
)

// IssueToken returns a bearer token with which a program acts as who for ttl.
// It is shown once: only its hash is kept.
func (a *Auth) IssueToken(ctx context.Context, tx *db.Tx, who Who, ttl time.Duration) (string, error) {
	text, err := remember(ctx, tx, who)
	if err != nil {
		return "", err
	}
	token := "mz_" + rand.Text() + rand.Text()
	hash := hashToken(token)
	_, err = tx.Exec(ctx, `INSERT INTO auth_token (token, who, account, expires_at) VALUES (?, ?, ?, ?)`,
		hash, a.box.SealText(text, "auth/token/"+hash), who.Account, db.Millis(tx.Now.Add(ttl)))
	if err != nil {
		return "", fmt.Errorf("issuing a token: %w", err)
	}
	return token, nil
}

// RevokeTokens ends all tokens of an account.
func RevokeTokens(ctx context.Context, tx *db.Tx, account string) error {
	_, err := tx.Exec(ctx, `DELETE FROM auth_token WHERE account = ?`, account)
	return wrap("revoking tokens", err)
}

// findToken returns what a token remembers, or "" when it is not good.
func (a *Auth) findToken(ctx context.Context, token string) (string, error) {
	hash := hashToken(token)
	sealed, err := db.One(ctx, a.d, db.Value[string], `SELECT who FROM auth_token WHERE token = ? AND expires_at > ?`,
		hash, db.Millis(a.d.Now()))
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("finding a token: %w", err)
	}
	text, err := a.box.UnsealText(sealed, "auth/token/"+hash)
	return text, wrap("reading a token", err)
}
