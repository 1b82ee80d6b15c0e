package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"minzheng/kernel/db"
	"minzheng/kernel/secret"
)

// Checkpoints returns the path of the checkpoints in dir. A copy of it on
// another machine guards against somebody who can change this one as a whole.
func Checkpoints(dir string) string { return filepath.Join(dir, "audit-checkpoints.jsonl") }

// point is the state of all heads at one time; before is the hash of the line
// before it.
type point struct {
	At     int64       `json:"at"`
	Heads  []pointHead `json:"heads"`
	Before string      `json:"before"`
}

type pointHead struct {
	Chain   int64  `json:"chain"`
	Entries int64  `json:"entries"`
	Hash    string `json:"hash"`
}

// line is one line of the file: the bytes that are signed, and the signature.
type line struct {
	Point []byte `json:"point"`
	Sign  []byte `json:"sign"`
}

// Checkpoint adds the heads as they are now, signed, to the checkpoints in
// dir. When nothing was recorded since the last one it adds nothing. One
// process at a time writes to a dir.
func (l *Log) Checkpoint(ctx context.Context, dir string) error {
	heads, err := db.All(ctx, l.d, scanHead, `SELECT chain, entries, hash, mac FROM audit_head ORDER BY chain`)
	if err != nil {
		return fmt.Errorf("audit: reading heads: %w", err)
	}
	p := point{At: db.Millis(l.d.Now())}
	for _, h := range heads {
		if !h.sealed(l.box) {
			return fmt.Errorf("audit: the head of chain %d was tampered with: it is not signed", h.chain)
		}
		p.Heads = append(p.Heads, pointHead{h.chain, h.entries, h.hash})
	}
	if err := l.add(dir, p); err != nil {
		return fmt.Errorf("audit: writing a checkpoint: %w", err)
	}
	return nil
}

func (l *Log) add(dir string, p point) error {
	f, err := os.OpenFile(Checkpoints(dir), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	last, end, err := lastLine(f)
	if err != nil {
		return err
	}
	if len(last) > 0 {
		sum := secret.Hash(last)
		p.Before = text(sum[:])
		if before, err := l.read(last); err == nil && slices.Equal(before.Heads, p.Heads) {
			return nil
		}
	} else if len(p.Heads) == 0 {
		return nil
	}
	signed, err := l.sign(p)
	if err != nil {
		return err
	}
	// Half a line is what a crash left; nobody was told that it is there.
	if err := f.Truncate(end); err != nil {
		return err
	}
	if _, err := f.WriteAt(append(signed, '\n'), end); err != nil {
		return err
	}
	return f.Sync()
}

func (l *Log) sign(p point) ([]byte, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	sig, err := l.box.Sign(body)
	if err != nil {
		return nil, err
	}
	return json.Marshal(line{body, sig})
}

func (l *Log) read(text []byte) (p point, err error) {
	var one line
	if err := json.Unmarshal(text, &one); err != nil {
		return p, err
	}
	if !l.box.Verify(one.Point, one.Sign) {
		return p, errors.New("the signature is not ours")
	}
	return p, json.Unmarshal(one.Point, &p)
}

// lastLine returns the last whole line and where it ends.
func lastLine(f *os.File) (last []byte, end int64, err error) {
	all, err := io.ReadAll(f)
	if err != nil {
		return nil, 0, err
	}
	whole := bytes.LastIndexByte(all, '\n') + 1
	if whole == 0 {
		return nil, 0, nil
	}
	before := bytes.LastIndexByte(all[:whole-1], '\n') + 1
	return all[before : whole-1], int64(whole), nil
}

// points are the hashes that checkpoints vouch for, by chain and number.
type points map[int64]map[int64]string

// loadPoints reads the checkpoints of dir and reports those that are not ours
// or not in order.
func (v *verifier) loadPoints(dir string) error {
	all, err := os.ReadFile(Checkpoints(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("audit: reading checkpoints: %w", err)
	}
	before := ""
	for n, one := range bytes.Split(bytes.TrimSuffix(all, []byte("\n")), []byte("\n")) {
		p, err := v.l.read(one)
		switch {
		case err != nil && !bytes.HasSuffix(all, []byte("\n")) && bytes.HasSuffix(all, one):
			return nil // half a line, left by a crash
		case err != nil:
			v.find(-1, 0, fmt.Sprintf("检查点文件第 %d 行不是本系统签署的", n+1))
		case p.Before != before:
			v.find(-1, 0, fmt.Sprintf("检查点文件第 %d 行之前有删改", n+1))
		}
		if err == nil {
			v.points.take(p)
			v.report.Points++
		}
		sum := secret.Hash(one)
		before = text(sum[:])
	}
	return nil
}

func (p points) take(one point) {
	for _, h := range one.Heads {
		if p[h.Chain] == nil {
			p[h.Chain] = map[int64]string{}
		}
		p[h.Chain][h.Entries] = h.Hash
	}
}

// compare holds an entry against the checkpoint that names it, if there is one.
func (v *verifier) compare(chain, seq int64, hash string) {
	want, ok := v.points[chain][seq]
	if !ok {
		return
	}
	if hash != want {
		v.find(chain, seq, "与检查点不符：签署之后被重写过")
	}
	delete(v.points[chain], seq)
}

// missed reports entries that a checkpoint has seen and that are gone.
func (v *verifier) missed(w *walk) {
	for seq := range v.points[w.chain] {
		v.find(w.chain, seq, "检查点记录过这一条，现在没有：记录被退回到从前的状态")
	}
}
