package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"minzheng/kernel/errs"
)

// Each hash takes 19 MiB and some 50 ms of a processor. More at once would
// only be slower, and a flood of sign-ins must not take all memory.
const (
	hashesAtOnce = 4
	hashesQueued = 64
	hashMemory   = 19 * 1024
	hashTime     = 2
)

// PasswordHash is a password as stored (argon2id). Only HashPassword makes it.
type PasswordHash string

// HashPassword checks that a new password is good enough, and hashes it. It is
// slow: it is called before a transaction, never inside one.
func (a *Auth) HashPassword(ctx context.Context, password string) (PasswordHash, error) {
	if err := goodPassword(password); err != nil {
		return "", err
	}
	salt := make([]byte, 16)
	rand.Read(salt)
	sum, err := a.hash(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return encodeHash(salt, sum), nil
}

func goodPassword(password string) error {
	n := utf8.RuneCountInString(password)
	if n < 10 || !strings.ContainsFunc(password, unicode.IsLetter) || !strings.ContainsFunc(password, unicode.IsDigit) {
		return errs.New(errs.Invalid, "密码至少 10 位，要同时有字母和数字。")
	}
	if len(password) > 256 {
		return errs.New(errs.Invalid, "密码太长了。")
	}
	return nil
}

// hash waits for a place and hashes.
func (a *Auth) hash(ctx context.Context, password string, salt []byte) ([]byte, error) {
	defer a.waiting.Add(-1)
	if a.waiting.Add(1) > hashesQueued {
		return nil, errs.New(errs.Busy, "现在登录的人很多，请过一会儿再试。")
	}
	select {
	case a.hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-a.hashing }()
	return argon2.IDKey([]byte(password), salt, hashTime, hashMemory, 1, 32), nil
}

// matches reports whether password is the one that stored was made of. With an
// empty stored hash it takes as long, and is false.
func (a *Auth) matches(ctx context.Context, stored PasswordHash, password string) (bool, error) {
	salt, want, err := decodeHash(stored)
	if stored == "" {
		salt, want, err = make([]byte, 16), make([]byte, 32), nil
	}
	if err != nil {
		return false, err
	}
	if len(password) > 256 {
		password = ""
	}
	got, err := a.hash(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && stored != "", nil
}

var hashPrefix = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$", argon2.Version, hashMemory, hashTime)

func encodeHash(salt, sum []byte) PasswordHash {
	e := base64.RawStdEncoding
	return PasswordHash(hashPrefix + e.EncodeToString(salt) + "$" + e.EncodeToString(sum))
}

func decodeHash(stored PasswordHash) (salt, sum []byte, err error) {
	rest, ok := strings.CutPrefix(string(stored), hashPrefix)
	before, after, two := strings.Cut(rest, "$")
	if !ok || !two {
		return nil, nil, fmt.Errorf("a stored password has an unknown form")
	}
	if salt, err = base64.RawStdEncoding.DecodeString(before); err != nil {
		return nil, nil, fmt.Errorf("a stored password: %w", err)
	}
	if sum, err = base64.RawStdEncoding.DecodeString(after); err != nil {
		return nil, nil, fmt.Errorf("a stored password: %w", err)
	}
	return salt, sum, nil
}
