// Package secret seals, indexes, hashes and signs with the national algorithms
// (SM2, SM3, SM4).
//
// Nobody outside handles a key: a Box reads them from one file that only its
// owner may read, and gives each purpose a key of its own. What is sealed for
// one context opens in no other.
package secret

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
)

// ErrSealed says that something cannot be opened: it was changed, belongs to
// another context, or was sealed under a key that we do not have.
var ErrSealed = errors.New("sealed text cannot be opened")

const nonceSize = 12

// Box holds the keys. It is safe for use by several goroutines.
type Box struct {
	current byte
	seals   map[byte]cipher.AEAD
	root    []byte
	signer  *sm2.PrivateKey
}

func newBox(k keys) (*Box, error) {
	b := &Box{current: byte(k.Current), seals: map[byte]cipher.AEAD{}, root: k.Root}
	for _, m := range k.Masters {
		block, err := sm4.NewCipher(derive(m.Key, "seal")[:16])
		if err != nil {
			return nil, fmt.Errorf("sealing key %d: %w", m.ID, err)
		}
		if b.seals[byte(m.ID)], err = cipher.NewGCM(block); err != nil {
			return nil, fmt.Errorf("sealing key %d: %w", m.ID, err)
		}
	}
	var err error
	if b.signer, err = sm2.NewPrivateKey(k.Sign); err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	return b, nil
}

// derive makes the key of one purpose. Nothing can be learnt from it about the
// key of another.
func derive(master []byte, purpose string) []byte {
	h := hmac.New(sm3.New, master)
	h.Write([]byte("minzheng/1/" + purpose))
	return h.Sum(nil)
}

// Seal hides plain and guards it against change. It can be opened only with
// the same context, which names where it is kept ("people/number").
func (b *Box) Seal(plain []byte, context string) []byte {
	out := make([]byte, 1+nonceSize, 1+nonceSize+len(plain)+16)
	out[0] = b.current
	rand.Read(out[1:])
	return b.seals[b.current].Seal(out, out[1:], plain, bound(b.current, context))
}

// Unseal returns what was sealed for context, or ErrSealed.
func (b *Box) Unseal(sealed []byte, context string) ([]byte, error) {
	if len(sealed) < 1+nonceSize+16 {
		return nil, ErrSealed
	}
	aead, ok := b.seals[sealed[0]]
	if !ok {
		return nil, ErrSealed
	}
	plain, err := aead.Open(nil, sealed[1:1+nonceSize], sealed[1+nonceSize:], bound(sealed[0], context))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

func bound(id byte, context string) []byte { return append([]byte{id}, context...) }

// SealText is Seal as text, for a column of type TEXT.
func (b *Box) SealText(plain, context string) string {
	return base64.RawURLEncoding.EncodeToString(b.Seal([]byte(plain), context))
}

// UnsealText returns what SealText hid.
func (b *Box) UnsealText(sealed, context string) (string, error) {
	// Strict: two texts must not stand for the same sealed bytes.
	raw, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil {
		return "", ErrSealed
	}
	plain, err := b.Unseal(raw, context)
	return string(plain), err
}

// Index returns a blind index of value: equal values of a kind have equal
// indexes, so that a sealed number can be looked up, and without the key
// nobody can try numbers out. It is 22 characters long.
func (b *Box) Index(kind, value string) string {
	return base64.RawURLEncoding.EncodeToString(b.MAC("index/"+kind, []byte(value))[:16])
}

// MAC returns 32 bytes that only we can make for these bytes and this purpose.
// Compare them with hmac.Equal.
func (b *Box) MAC(purpose string, data []byte) []byte {
	h := hmac.New(sm3.New, derive(b.root, "mac/"+purpose))
	h.Write(data)
	return h.Sum(nil)
}

// Hash is SM3.
func Hash(data []byte) [32]byte { return sm3.Sum(data) }

// Sum is SM3 over chunks, each with its length before it, so that moving a
// byte from one chunk to the next changes the sum.
func Sum(chunks ...[]byte) (sum [32]byte) {
	h := sm3.New()
	var size [8]byte
	for _, c := range chunks {
		binary.BigEndian.PutUint64(size[:], uint64(len(c)))
		h.Write(size[:])
		h.Write(c)
	}
	h.Sum(sum[:0])
	return sum
}
