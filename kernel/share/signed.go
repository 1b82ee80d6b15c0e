package share

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/secret"
)

// Signed is a request as it came, with what signs it.
type Signed struct {
	Method, Path string
	Party        string
	Timestamp    string // milliseconds since 1970
	Nonce        string
	Signature    string // base64 of an SM2 signature in DER
	Body         []byte
}

const (
	// Skew is how far the clocks of both sides may differ.
	Skew        = 120 * time.Second
	LongestBody = 16 << 10
)

// Text is what is signed.
func (s Signed) Text() []byte {
	sum := secret.Hash(s.Body)
	return []byte(strings.Join([]string{s.Method, s.Path, s.Party, s.Timestamp, s.Nonce, hex.EncodeToString(sum[:])}, "\n"))
}

// errSignature does not say what is wrong: whoever has the key finds out
// without it.
func errSignature() error {
	return errs.New(errs.Forbidden, "签名不对，或者部门没有登记。")
}

// Authentic returns the department that signed, if its clock is ours, the
// signature is good and the nonce was never used. In a transaction that is kept
// a request counts once.
func (m *Room) Authentic(ctx context.Context, tx *db.Tx, s Signed) (Party, error) {
	ms, err := strconv.ParseInt(s.Timestamp, 10, 64)
	if err != nil || len(s.Nonce) < 16 || len(s.Nonce) > 64 || len(s.Body) > LongestBody {
		return Party{}, errs.New(errs.Invalid, "时间戳、随机串或者正文不合约定。")
	}
	p, err := m.party(ctx, tx, s.Party)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return Party{}, err
	}
	sig, bad := base64.StdEncoding.DecodeString(s.Signature)
	if err != nil || bad != nil || p.Key == "" || !secret.VerifyWith([]byte(p.Key), s.Text(), sig) {
		return Party{}, errSignature()
	}
	if off := tx.Now.Sub(db.Time(ms)); off > Skew || off < -Skew {
		return Party{}, errs.New(errs.Forbidden, "时间戳和我们的时间差得太多，请校准时钟。")
	}
	// A nonce is kept for twice the skew: before that its time-stamp still counts.
	if _, err := tx.Exec(ctx, `DELETE FROM share_nonce WHERE at < ?`, db.Millis(tx.Now.Add(-2*Skew))); err != nil {
		return Party{}, fmt.Errorf("forgetting nonces: %w", err)
	}
	n, err := tx.Exec(ctx, `INSERT INTO share_nonce (party, nonce, at) VALUES (?, ?, ?) ON CONFLICT (party, nonce) DO NOTHING`, p.ID, s.Nonce, db.Millis(tx.Now))
	if err != nil {
		return Party{}, fmt.Errorf("keeping a nonce: %w", err)
	}
	if n == 0 {
		return Party{}, errs.New(errs.Conflict, "这个请求已经收到过一次。")
	}
	return p, nil
}

// Reading is what a department asks to read about one person.
type Reading struct {
	Grant  string   `json:"grant"`
	Matter string   `json:"matter"` // its own reference
	Number string   `json:"number"`
	Name   string   `json:"name"`
	Of     string   `json:"of"` // whose matter it is there: the person's own, or another's
	Fields []string `json:"fields"`
}

// Whose matter a reading is for. Of another's the person is told no more than
// the month.
const (
	OfOwn   = "own"
	OfOther = "other"
)

// ReadReading reads what was sent, strictly.
func ReadReading(b []byte) (Reading, error) {
	var q Reading
	if err := readJSON(b, &q); err != nil {
		return q, err
	}
	if q.Grant == "" || len(q.Grant) > 64 || q.Matter == "" || len(q.Matter) > 128 || q.Number == "" || len(q.Number) > 32 || q.Name == "" || len(q.Name) > 128 || len(q.Fields) == 0 || len(q.Fields) > 32 || q.Of != OfOwn && q.Of != OfOther {
		return q, errUnreadable()
	}
	seen := map[string]bool{}
	for _, f := range q.Fields {
		if f == "" || seen[f] {
			return q, errUnreadable()
		}
		seen[f] = true
	}
	return q, nil
}

func errUnreadable() error { return errs.New(errs.Invalid, "正文不是约定的 JSON。") }

func readJSON(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if len(b) > LongestBody || d.Decode(into) != nil {
		return errUnreadable()
	}
	if err := d.Decode(&struct{}{}); err != io.EOF {
		return errUnreadable()
	}
	return nil
}
