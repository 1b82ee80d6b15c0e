package auth

import (
	"context"
	"testing"

	"minzheng/kernel/errs"
)

func FuzzAStoredPasswordIsReadOrRefused(f *testing.F) {
	f.Add(string(encodeHash(make([]byte, 16), make([]byte, 32))))
	f.Add(hashPrefix + "$")
	f.Add("")
	f.Fuzz(func(t *testing.T, stored string) {
		salt, sum, err := decodeHash(PasswordHash(stored))
		if err != nil {
			return
		}
		again, sum2, err := decodeHash(encodeHash(salt, sum))
		if err != nil || string(again) != string(salt) || string(sum2) != string(sum) {
			t.Fatalf("%q does not survive: %v", stored, err)
		}
	})
}

func TestAFloodOfSignInsIsToldToWait(t *testing.T) {
	a := &Auth{hashing: make(chan struct{}, hashesAtOnce)}
	a.waiting.Store(hashesQueued)
	if _, err := a.hash(t.Context(), "x", nil); !errs.Is(err, errs.Busy) {
		t.Fatalf("got %v, want busy", err)
	}
	a.waiting.Store(0)
	for range hashesAtOnce {
		a.hashing <- struct{}{}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.hash(gone, "x", nil); err == nil || a.waiting.Load() != 0 {
		t.Fatalf("got %v and %d waiting, want an error and none", err, a.waiting.Load())
	}
}
