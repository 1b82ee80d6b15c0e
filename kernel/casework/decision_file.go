package casework

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/secret"
)

// DecisionFile is a record with its signature, as it is kept and handed out.
// It has exactly one form, byte for byte.
type DecisionFile struct {
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
func (f DecisionFile) Bytes() ([]byte, error) { return canonical(f) }

// signRecord signs a record with the house's key.
func signRecord(box *secret.Box, rec Record) (f DecisionFile, err error) {
	b, err := rec.bytes()
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

// ReadDecision reads a file of a decision. Wrong says, for readers, where it
// is not in its one form; what can be read of it is returned all the same, and
// ok is false when nothing can.
func ReadDecision(b []byte) (f DecisionFile, wrong string, ok bool) {
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

// signed returns the file of a decision, sealed for its column.
func (d *Desk) signed(ctx context.Context, tx *db.Tx, dec Decision, m *move) (string, error) {
	def, err := Define(m.service, d.shelf.known.Dictionary)
	if err != nil {
		return "", err
	}
	if err := keepDictionary(ctx, tx, def.Facts); err != nil {
		return "", err
	}
	rec, err := newRecord(dec, m, judged{m.service, d.shelf.known.Dictionary, sum(def.Facts)})
	if err != nil {
		return "", err
	}
	f, err := signRecord(d.Box, rec)
	if err != nil {
		return "", err
	}
	b, err := f.Bytes()
	return d.Box.SealText(string(b), sealSigned), err
}

const sealSigned = "casework/signed"

// SignedDecision returns the signed record of a case's decision; of kind
// NotFound when there is none, or when it was decided before records were
// signed.
func SignedDecision(ctx context.Context, r db.Reader, box *secret.Box, id ID) (f DecisionFile, err error) {
	sealed, err := db.One(ctx, r, db.Value[string], `SELECT signed FROM casework_decision WHERE case_id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return f, errs.New(errs.NotFound, "这件事还没有决定。")
	}
	if err != nil {
		return f, fmt.Errorf("reading the decision of case %s: %w", id, err)
	}
	if sealed == "" {
		return f, errs.New(errs.NotFound, "这份决定是启用决定记录以前作的，没有可以下载的记录。")
	}
	plain, err := box.UnsealText(sealed, sealSigned)
	if err != nil {
		return f, fmt.Errorf("opening the decision of case %s: %w", id, err)
	}
	if err := json.Unmarshal([]byte(plain), &f); err != nil {
		return f, fmt.Errorf("reading the decision of case %s: %w", id, err)
	}
	return f, nil
}

// WholeDecision is SignedDecision with the rules of its day inside.
func WholeDecision(ctx context.Context, r db.Reader, box *secret.Box, id ID) (DecisionFile, error) {
	f, err := SignedDecision(ctx, r, box, id)
	if err != nil {
		return f, err
	}
	def, err := definitionOf(ctx, r, f.Record)
	f.Definition = &def
	return f, err
}

// Download is the whole file of a case's decision, and the decision's number.
func (d *Desk) Download(ctx context.Context, r db.Reader, id ID) (number string, b []byte, err error) {
	f, err := WholeDecision(ctx, r, d.Box, id)
	if err != nil {
		return "", nil, err
	}
	b, err = f.Bytes()
	return f.Record.Number, b, err
}

// HasRecord reports whether a case has a decision with a signed record.
func HasRecord(ctx context.Context, r db.Reader, id ID) (bool, error) {
	n, err := db.One(ctx, r, db.Value[int64], `SELECT COUNT(*) FROM casework_decision WHERE case_id = ? AND signed <> ''`, id)
	if err != nil {
		return false, fmt.Errorf("reading the decision of case %s: %w", id, err)
	}
	return n > 0, nil
}

// DecidedCase returns the case with a decision's number, or a 受理号.
func DecidedCase(ctx context.Context, r db.Reader, number string) (Case, error) {
	id, err := db.One(ctx, r, db.Value[string], `SELECT case_id FROM casework_decision WHERE number = ?`, number)
	if errors.Is(err, db.ErrNone) {
		return ByNumber(ctx, r, number)
	}
	if err != nil {
		return Case{}, fmt.Errorf("finding a decision: %w", err)
	}
	return Find(ctx, r, ID(id))
}

// Standing is what anybody may know of a signed decision: that it holds.
type Standing struct {
	Number string
	Hash   string // SM3 of the record
	KeyID  string
	Holds  bool // the record is in its form, and signed by us
}

// Standing says whether the signed decision of a case holds, without anything
// of what is in it; ok is false when there is none.
func (d *Desk) Standing(ctx context.Context, r db.Reader, id ID) (s Standing, ok bool, err error) {
	f, err := SignedDecision(ctx, r, d.Box, id)
	if errs.Is(err, errs.NotFound) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	b, err := f.Record.bytes()
	if err != nil {
		return s, false, fmt.Errorf("writing the decision of case %s: %w", id, err)
	}
	s = Standing{f.Record.Number, sum(string(b)), f.Signature.KeyID, d.Box.Verify(b, f.Signature.Value)}
	return s, true, nil
}
