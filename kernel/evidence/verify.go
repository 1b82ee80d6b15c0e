package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/gowebpki/jcs"
	"golang.org/x/mod/sumdb/tlog"
)

// How says against what an export is held.
type How struct {
	Key     []byte        // public key in PEM that must have signed; nil takes the one in the export
	Trusted []byte        // a checkpoint that the reader has from elsewhere; nil is none
	Now     time.Time     // the reader's clock
	Fresh   time.Duration // how old the checkpoint may be; 0 is any age
}

// Report is what a verification found.
type Report struct {
	Point    Point
	KeyID    string
	History  int // earlier checkpoints that fit
	Findings []string
}

// OK reports whether nothing is wrong.
func (r Report) OK() bool { return len(r.Findings) == 0 }

const (
	longestEntry  = 64 << 10
	longestBundle = width * longestEntry
	longestSmall  = 64 << 10
	longestPast   = 64 << 20
)

// Verify computes the whole log of an export anew and reports all that does
// not fit. It needs no network, no database and no key of ours but the public one.
func Verify(export fs.FS, how How) Report {
	c := &check{export: export, ids: map[string]int64{}, expected: map[string]bool{checkpointFile: true, historyFile: true, keyFile: true}}
	c.tree = &tiles{func(spot) ([]byte, error) { return nil, nil }, map[spot][]byte{}, map[spot]bool{}}
	key := how.Key
	if key == nil {
		key = c.read(keyFile, longestSmall)
	}
	if c.report.KeyID = KeyID(key); c.report.KeyID == "" {
		c.find("公钥读不懂。")
		return c.report
	}
	p, err := openPoint(c.read(checkpointFile, longestSmall), key)
	if err != nil {
		c.find("检查点不是这把钥匙签的，或者被改过。")
		return c.report
	}
	c.report.Point = p
	c.entries(p.Size)
	c.tiles(p.Size)
	if root, err := tlog.TreeHash(p.Size, c.tree); err != nil || root != p.Root {
		c.find("记录算出来的总散列和检查点不符。")
	}
	c.history(key)
	c.trusted(how, key)
	if how.Fresh > 0 && how.Now.Sub(p.At) > how.Fresh {
		c.find("检查点太旧：%s 签的，之后的记录不在里面。", p.At.In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04"))
	}
	c.strangers()
	return c.report
}

type check struct {
	export   fs.FS
	tree     *tiles
	ids      map[string]int64
	expected map[string]bool
	report   Report
}

const mostFindings = 50

func (c *check) find(format string, args ...any) {
	if len(c.report.Findings) < mostFindings {
		c.report.Findings = append(c.report.Findings, fmt.Sprintf(format, args...))
	}
}

// read returns a file, or reports that it is not there or cannot be ours.
func (c *check) read(path string, longest int64) []byte {
	f, err := c.export.Open(path)
	if err != nil {
		c.find("缺少文件 %s。", path)
		return nil
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, longest+1))
	if err != nil || int64(len(b)) > longest {
		c.find("文件 %s 读不出来，或者太大。", path)
		return nil
	}
	return b
}

// entries reads every entry and builds the tree from them.
func (c *check) entries(size int64) {
	for n := int64(0); n*width < size; n++ {
		t := bundle(n, size)
		c.expected[t.Path()] = true
		if _, err := fs.Stat(c.export, t.Path()); err != nil {
			c.find("第 %d 条到第 %d 条的文件 %s 不在。", n*width, n*width+int64(t.W)-1, t.Path())
			return // what follows stands on it
		}
		lines, ok := splitLines(c.read(t.Path(), longestBundle))
		if !ok || len(lines) != t.W {
			c.find("%s 里应当有 %d 条，现在是 %d 条：记录被删、被加或被截断。", t.Path(), t.W, len(lines))
		}
		for i, line := range lines[:min(len(lines), t.W)] {
			c.entry(n*width+int64(i), line)
		}
	}
}

func (c *check) entry(seq int64, body []byte) {
	id, err := entryID(body)
	if err != nil {
		c.find("第 %d 条不是规范写法：被改过。", seq)
	} else if before, twice := c.ids[id]; twice {
		c.find("第 %d 条和第 %d 条是同一条。", seq, before)
	} else {
		c.ids[id] = seq
	}
	if err := c.tree.add(seq, leaf(body)); err != nil && len(c.report.Findings) == 0 {
		c.find("第 %d 条接不上前一条。", seq)
	}
}

// entryID reads the id of an entry that is written as we write it.
func entryID(body []byte) (string, error) {
	var e struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(body, &e); err != nil || e.ID == "" {
		return "", errors.New("no entry")
	}
	again, err := jcs.Transform(body)
	if err != nil || !bytes.Equal(again, body) {
		return "", errors.New("not canonical")
	}
	return e.ID, nil
}

func splitLines(b []byte) ([][]byte, bool) {
	if len(b) == 0 {
		return nil, false
	}
	whole := b[len(b)-1] == '\n'
	return bytes.Split(bytes.TrimSuffix(b, []byte("\n")), []byte("\n")), whole
}

// tiles holds the tiles of the export against those that the entries make.
func (c *check) tiles(size int64) {
	for _, t := range spots(size) {
		c.expected[t.Path()] = true
		got, want := c.read(t.Path(), width*tlog.HashSize), c.tree.known[spot{t.L, t.N}]
		switch {
		case len(got) != t.W*tlog.HashSize:
			c.find("散列文件 %s 长度不对：应当是 %d 字节，现在是 %d 字节。", t.Path(), t.W*tlog.HashSize, len(got))
		case len(want) < len(got):
			c.find("散列文件 %s 没有对应的记录。", t.Path())
		default:
			c.compare(t, got, want[:len(got)])
		}
	}
}

func (c *check) compare(t tlog.Tile, got, want []byte) {
	for i := 0; i < len(got); i += tlog.HashSize {
		if bytes.Equal(got[i:i+tlog.HashSize], want[i:i+tlog.HashSize]) {
			continue
		}
		at := t.N*width + int64(i/tlog.HashSize)
		if t.L == 0 {
			c.find("第 %d 条和它的散列不符：记录或散列被改过。", at)
		} else {
			c.find("第 %d 层第 %d 个散列和下层不符。", t.L, at)
		}
	}
}

// history holds the log against every earlier checkpoint of the export.
func (c *check) history(key []byte) {
	b := c.read(historyFile, longestPast)
	d := json.NewDecoder(bytes.NewReader(b))
	for n := 1; ; n++ {
		var signed string
		if err := d.Decode(&signed); err == io.EOF {
			break
		} else if err != nil {
			c.find("%s 第 %d 个检查点读不懂。", historyFile, n)
			return
		}
		p, err := openPoint([]byte(signed), key)
		if err != nil {
			c.find("%s 第 %d 个检查点不是这把钥匙签的，或者被改过。", historyFile, n)
			continue
		}
		c.fits(p, fmt.Sprintf("%s 第 %d 个检查点", historyFile, n))
		c.report.History++
	}
}

// trusted holds the log against a checkpoint from elsewhere.
func (c *check) trusted(how How, key []byte) {
	if how.Trusted == nil {
		return
	}
	p, err := openPoint(how.Trusted, key)
	if err != nil {
		c.find("您手里的检查点不是这把钥匙签的。")
		return
	}
	if p.Origin != c.report.Point.Origin {
		c.find("您手里的检查点是另一份日志的。")
		return
	}
	c.fits(p, "您手里的检查点")
}

func (c *check) fits(p Point, whose string) {
	switch root, err := tlog.TreeHash(min(p.Size, c.report.Point.Size), c.tree); {
	case p.Size > c.report.Point.Size:
		c.find("导出的检查点是旧的：%s 已经有 %d 条，这里只到 %d 条。", whose, p.Size, c.report.Point.Size)
	case err != nil || root != p.Root:
		c.find("%s（%d 条）和现在的记录不是同一棵树：日志分叉，或者被重写过。", whose, p.Size)
	}
}

// strangers reports files that belong to no tree of this size.
func (c *check) strangers() {
	var more []string
	err := fs.WalkDir(c.export, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !c.expected[path] {
			more = append(more, path)
		}
		return err
	})
	slices.Sort(more)
	switch {
	case err != nil:
		c.find("导出的目录读不全。")
	case len(more) > 0:
		c.find("有 %d 个文件不在检查点之内（%s）：检查点是旧的，或者有人放进来的。", len(more), more[0])
	}
}
