package decision

import (
	"bytes"
	"encoding/json"
	"fmt"

	"minzheng/kernel/secret"
)

// File is a record with its signature, as it is kept and handed out.
// It has exactly one form, byte for byte.
type File struct {
	Definition *Definition `json:"definition,omitempty"` // so that the file can be replayed without anything else
	Record     Record      `json:"record"`
	Signature  Signature   `json:"signature"`
}

// Signature is over the record's canonical bytes.
type Signature struct {
	Algorithm string `json:"algorithm"`
	KeyID     string `json:"key_id"`     // secret.KeyID
	PublicKey string `json:"public_key"` // PEM
	Value     []byte `json:"value"`      // DER
}

// Bytes are the file.
func (f File) Bytes() ([]byte, error) { return canonical(f) }

// Sign signs a record with the house's key.
func Sign(box *secret.Box, rec Record) (f File, err error) {
	b, err := rec.Bytes()
	if err != nil {
		return f, err
	}
	f.Record, f.Signature.Algorithm = rec, secret.Algorithm
	if f.Signature.Value, err = box.Sign(b); err != nil {
		return f, err
	}
	public, err := box.PublicKeyPEM()
	if err != nil {
		return f, err
	}
	f.Signature.PublicKey = string(public)
	f.Signature.KeyID, _, err = secret.KeyID(public)
	return f, err
}

// Read reads a file of a decision. Wrong says, for readers, where it
// is not in its one form; what can be read of it is returned all the same, and
// ok is false when nothing can.
func Read(b []byte) (f File, wrong string, ok bool) {
	if err := json.Unmarshal(b, &f); err != nil {
		offset, path := unreadable(b, err)
		return f, fmt.Sprintf("格式：第 %d 个字节（%s）读不懂", offset+1, path), false
	}
	form, err := f.Bytes()
	if err != nil {
		return f, "格式：读不懂", false
	}
	if bytes.Equal(form, b) {
		return f, "", true
	}
	n := common(b, form)
	if n == len(form) {
		return f, fmt.Sprintf("格式：第 %d 个字节起多了内容", n+1), true
	}
	return f, fmt.Sprintf("格式：第 %d 个字节（%s）不是规范的写法", n+1, pathAt(b, n)), true
}
