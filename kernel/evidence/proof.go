package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Proof shows that one entry stands in the log, and tells nothing of any other.
type Proof struct {
	Entry      json.RawMessage  `json:"entry"`
	Seq        int64            `json:"seq"`
	Path       tlog.RecordProof `json:"path"`
	Checkpoint string           `json:"checkpoint"`
	Key        string           `json:"key"`
}

// Prove makes the proof of one entry under a new checkpoint.
func (l *Log) Prove(ctx context.Context, id string) (Proof, error) {
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		return Proof{}, err
	}
	p, err := openPoint(signed, l.signer.pem)
	if err != nil {
		return Proof{}, err
	}
	type found struct {
		seq  int64
		body string
	}
	e, err := db.One(ctx, l.db, func(r db.Row) (e found, err error) { return e, r.Scan(&e.seq, &e.body) },
		`SELECT seq, body FROM evidence_entry WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return Proof{}, errs.New(errs.NotFound, "证据日志里没有这张回执。")
	}
	if err != nil {
		return Proof{}, fmt.Errorf("finding an entry: %w", err)
	}
	path, err := tlog.ProveRecord(p.Size, e.seq, newTiles(ctx, l.db))
	if err != nil {
		return Proof{}, fmt.Errorf("proving entry %d: %w", e.seq, err)
	}
	return Proof{json.RawMessage(e.body), e.seq, path, string(signed), string(l.signer.pem)}, nil
}

// Bytes writes the proof as a file; json.Marshal would write the entry in
// another way than it was hashed.
func (p Proof) Bytes() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(p)
	return b.Bytes(), err
}

// VerifyProof checks a proof offline. key nil takes the one in the proof; a
// sentence says what is wrong, "" that all is well.
func VerifyProof(b, key []byte) (Proof, Point, string) {
	var p Proof
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if len(b) > longestBundle || d.Decode(&p) != nil || d.More() {
		return p, Point{}, "这不是一张回执的证明。"
	}
	if key == nil {
		key = []byte(p.Key)
	}
	point, err := openPoint([]byte(p.Checkpoint), key)
	if err != nil {
		return p, point, "检查点不是这把钥匙签的，或者被改过。"
	}
	var body bytes.Buffer
	if err := json.Compact(&body, p.Entry); err != nil {
		return p, point, "回执读不懂。"
	}
	if _, err := entryID(body.Bytes()); err != nil {
		return p, point, "回执不是规范写法：被改过。"
	}
	if p.Seq < 0 || p.Seq >= point.Size || tlog.CheckRecord(p.Path, point.Size, point.Root, p.Seq, leaf(body.Bytes())) != nil {
		return p, point, "回执和检查点不符：被改过，或者不在日志里。"
	}
	return p, point, ""
}
