package evidence

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/secret"
)

// Point is what a checkpoint says: so large was the log at a time, and this is
// the hash of all of it.
type Point struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	At     time.Time
}

// text is the body of the signed note, in the form of c2sp.org/tlog-checkpoint.
func (p Point) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n%s\n", p.Origin, p.Size, p.Root, p.At.UTC().Format(time.RFC3339))
}

func readPoint(text string) (p Point, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[4] != "" {
		return p, errors.New("not four lines")
	}
	p.Origin = lines[0]
	if p.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || p.Size < 0 {
		return p, errors.New("no size")
	}
	if p.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return p, errors.New("no hash")
	}
	if p.At, err = time.Parse(time.RFC3339, lines[3]); err != nil || p.text() != text {
		return p, errors.New("not written as we write it")
	}
	return p, nil
}

// verifier checks the signatures of one SM2 key in signed notes.
type verifier struct {
	name string
	pem  []byte
	hash uint32
}

func (v verifier) Name() string                { return v.name }
func (v verifier) KeyHash() uint32             { return v.hash }
func (v verifier) Verify(msg, sig []byte) bool { return secret.VerifyWith(v.pem, msg, sig) }

func newVerifier(name string, publicPEM []byte) (verifier, error) {
	id, ours, err := secret.KeyID(publicPEM)
	if err != nil {
		return verifier{}, err
	}
	sum := secret.Hash([]byte(name + "\nSM2-SM3\n" + id))
	return verifier{name, ours, binary.BigEndian.Uint32(sum[:])}, nil
}

// signer signs notes with our key.
type signer struct {
	verifier
	box *secret.Box
}

func (s signer) Sign(msg []byte) ([]byte, error) { return s.box.Sign(msg) }

func newSigner(box *secret.Box, name string) (signer, error) {
	if name == "" || strings.ContainsAny(name, " +\n") {
		return signer{}, fmt.Errorf("%q cannot name a log", name)
	}
	pem, err := box.PublicKeyPEM()
	if err != nil {
		return signer{}, err
	}
	v, err := newVerifier(name, pem)
	return signer{v, box}, err
}

// openPoint reads a signed checkpoint. The key alone decides whose it is.
func openPoint(signed, publicPEM []byte) (Point, error) {
	name, _, _ := strings.Cut(string(signed), "\n")
	v, err := newVerifier(name, publicPEM)
	if err != nil {
		return Point{}, err
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return Point{}, err
	}
	return readPoint(n.Text)
}

// KeyID is the fingerprint of a public key in PEM, "" if it is none.
func KeyID(publicPEM []byte) string {
	id, _, err := secret.KeyID(publicPEM)
	if _, hexErr := hex.DecodeString(id); err != nil || hexErr != nil {
		return ""
	}
	return id
}

// Checkpoint takes what waits into the log, signs its head and returns the
// signed note. Before it signs it looks that the log still holds what the last
// checkpoint has seen: a log that was rewritten gets no signature.
func (l *Log) Checkpoint(ctx context.Context) ([]byte, error) {
	if _, err := l.Sequence(ctx); err != nil {
		return nil, err
	}
	var signed []byte
	err := l.db.Do(ctx, func(tx *db.Tx) error {
		var err error
		signed, err = l.checkpoint(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("evidence: writing a checkpoint: %w", err)
	}
	return signed, nil
}

func (l *Log) checkpoint(ctx context.Context, tx *db.Tx) ([]byte, error) {
	if err := tx.Lock(ctx, "evidence"); err != nil {
		return nil, err
	}
	n, err := size(ctx, tx)
	if err != nil {
		return nil, err
	}
	tree := newTiles(ctx, tx)
	before, err := l.last(ctx, tx)
	if err != nil {
		return nil, err
	}
	if err := before.heldBy(tree, n); err != nil {
		return nil, err
	}
	p := Point{Origin: l.signer.Name(), Size: n, At: tx.Now.Truncate(time.Second)}
	if p.Root, err = tlog.TreeHash(n, tree); err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: p.text()}, l.signer)
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO evidence_checkpoint (size, at, note) VALUES (?, ?, ?)
		ON CONFLICT (size) DO UPDATE SET at = excluded.at, note = excluded.note`, n, db.Millis(tx.Now), string(signed))
	return signed, err
}

// last is the newest checkpoint, or one of an empty log.
func (l *Log) last(ctx context.Context, r db.Reader) (Point, error) {
	text, err := db.One(ctx, r, db.Value[string], `SELECT note FROM evidence_checkpoint ORDER BY size DESC LIMIT 1`)
	if errors.Is(err, db.ErrNone) {
		return Point{}, nil
	}
	if err != nil {
		return Point{}, err
	}
	n, err := note.Open([]byte(text), note.VerifierList(l.signer))
	if err != nil {
		return Point{}, fmt.Errorf("the last checkpoint is not ours: %w", err)
	}
	return readPoint(n.Text)
}

// heldBy says what is wrong if a tree of a size does not go on from p.
func (p Point) heldBy(tree *tiles, size int64) error {
	if p.Size == 0 {
		return nil
	}
	if p.Size > size {
		return errs.New(errs.Conflict, "证据日志比上一个检查点短：记录被删过。")
	}
	root, err := tlog.TreeHash(p.Size, tree)
	if err != nil || root != p.Root {
		return errs.New(errs.Conflict, "证据日志和上一个检查点不符：记录被改写过。")
	}
	return nil
}
