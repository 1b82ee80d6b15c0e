package evidence_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/evidence"
	"minzheng/kernel/secret"
)

const (
	firstEntries = "tile/8/data/000"
	firstTile    = "tile/8/0/000"
	lastTile     = "tile/8/0/002.p/188" // of 700
)

func TestEachWayOfTamperingIsFoundInUnderASecond(t *testing.T) {
	h, half := filled(t, 700)
	whole := h.export()
	later := time.Now().Add(72 * time.Hour)
	for name, c := range map[string]struct {
		spoil func(fstest.MapFS)
		how   evidence.How
		says  string
	}{
		"a flipped byte in an entry":     {func(m fstest.MapFS) { flip(m, firstEntries, 300) }, evidence.How{}, "被改过"},
		"a flipped byte in a tile":       {func(m fstest.MapFS) { flip(m, firstTile, 32*9+3) }, evidence.How{}, "第 9 条"},
		"a flipped byte higher up":       {func(m fstest.MapFS) { flip(m, "tile/8/1/000.p/2", 40) }, evidence.How{}, "第 1 层"},
		"a flipped byte in the head":     {func(m fstest.MapFS) { flip(m, "checkpoint", 20) }, evidence.How{}, "检查点"},
		"a flipped byte in the past":     {func(m fstest.MapFS) { flip(m, "checkpoints.jsonl", 30) }, evidence.How{}, "第 1 个检查点"},
		"a truncated tile":               {func(m fstest.MapFS) { m[lastTile].Data = m[lastTile].Data[:100] }, evidence.How{}, "长度不对"},
		"a truncated file of entries":    {func(m fstest.MapFS) { m[firstEntries].Data = m[firstEntries].Data[:5000] }, evidence.How{}, "截断"},
		"a deleted entry":                {func(m fstest.MapFS) { dropLine(m, firstEntries, 7) }, evidence.How{}, "应当有 256 条"},
		"a deleted file of entries":      {func(m fstest.MapFS) { delete(m, firstEntries) }, evidence.How{}, "不在"},
		"a deleted tile":                 {func(m fstest.MapFS) { delete(m, firstTile) }, evidence.How{}, "缺少文件"},
		"two entries that change places": {func(m fstest.MapFS) { swapLines(m, firstEntries, 3, 4) }, evidence.How{}, "第 3 条"},
		"a file that somebody put in":    {func(m fstest.MapFS) { m["tile/8/0/007"] = &fstest.MapFile{} }, evidence.How{}, "不在检查点之内"},
		"a stale checkpoint inside":      {func(m fstest.MapFS) { m["checkpoint"] = &fstest.MapFile{Data: half} }, evidence.How{}, "旧"},
		"a checkpoint that is too old":   {func(fstest.MapFS) {}, evidence.How{Now: later, Fresh: 48 * time.Hour}, "太旧"},
	} {
		t.Run(name, func(t *testing.T) {
			m := clone(whole)
			c.spoil(m)
			began := time.Now()
			r := evidence.Verify(m, c.how)
			if all := strings.Join(r.Findings, "\n"); !strings.Contains(all, c.says) {
				t.Errorf("found %q, want something with %q", all, c.says)
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
	if r := evidence.Verify(whole, evidence.How{Trusted: half, Now: later, Fresh: 100 * time.Hour}); !r.OK() || r.History != 2 {
		t.Fatalf("what nobody touched: %v, %d checkpoints", r.Findings, r.History)
	}
}

func TestAForkedTreeIsFoundByWhoKnowsAnEarlierCheckpoint(t *testing.T) {
	h, half := filled(t, 400)
	fork := open(t, dbtest.Open(t, waiting, evidence.Schema()))
	fork.log = fork.another(h.box) // the same key, another past
	fork.n = 1
	fork.receive(400)
	m := fork.export()
	if r := evidence.Verify(m, evidence.How{}); !r.OK() {
		t.Fatalf("the fork by itself: %v", r.Findings)
	}
	r := evidence.Verify(m, evidence.How{Trusted: half})
	if !strings.Contains(strings.Join(r.Findings, ""), "分叉") {
		t.Errorf("against the checkpoint: %v", r.Findings)
	}
	whole := h.export()
	if r := evidence.Verify(whole, evidence.How{Trusted: m["checkpoint"].Data}); !strings.Contains(strings.Join(r.Findings, ""), "分叉") {
		t.Errorf("of the same size: %v", r.Findings)
	}
	m["checkpoints.jsonl"].Data = append(m["checkpoints.jsonl"].Data, quoted(t, half)...)
	if r := evidence.Verify(m, evidence.How{}); !strings.Contains(strings.Join(r.Findings, ""), "分叉") {
		t.Errorf("with the past of another: %v", r.Findings)
	}
}

func TestAnotherKeyIsNoneOfOurs(t *testing.T) {
	h, _ := filled(t, 4)
	other, err := secret.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	key, err := other.PublicKeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	if r := evidence.Verify(h.export(), evidence.How{Key: key}); r.OK() {
		t.Error("a log is taken that another key has signed")
	}
}

func TestOpenSSLVerifiesACheckpoint(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	h, _ := filled(t, 30)
	m, dir := h.export(), t.TempDir()
	text, last, _ := bytes.Cut(m["checkpoint"].Data, []byte("\n\n"))
	fields := strings.Fields(string(last)) // — name signature
	sig, err := base64.StdEncoding.DecodeString(fields[2])
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"text": append(text, '\n'), "sig": sig[4:], "pub.pem": m["key.pem"].Data} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(openssl, "pkeyutl", "-verify", "-pubin", "-inkey", "pub.pem", "-rawin", "-digest", "sm3", "-in", "text", "-sigfile", "sig", "-pkeyopt", "distid:1234567812345678")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("openssl: %v\n%s", err, out)
	}
}

// FuzzVerify changes one file of a good export: whatever it is changed to, it
// is told, and nothing breaks down.
func FuzzVerify(f *testing.F) {
	m := golden(f)
	var names []string
	for name := range m {
		names = append(names, name)
		f.Add(name, m[name].Data)
	}
	f.Add("checkpoint", []byte("a\n-1\n\n"))
	f.Add("checkpoints.jsonl", []byte(`"x"`))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if m[name] == nil {
			return
		}
		changed := clone(m)
		changed[name] = &fstest.MapFile{Data: data}
		same := bytes.Equal(data, m[name].Data)
		r := evidence.Verify(changed, evidence.How{Key: m["key.pem"].Data})
		if name != "key.pem" && name != "checkpoints.jsonl" && r.OK() != same {
			t.Errorf("%s as %q: %v", name, data, r.Findings)
		}
	})
}

func FuzzVerifyProof(f *testing.F) {
	f.Add([]byte(`{"entry":{"id":"a"},"seq":0,"path":[],"checkpoint":"","key":""}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, _, wrong := evidence.VerifyProof(b, nil); wrong == "" {
			t.Errorf("taken: %q", b)
		}
	})
}

// golden is an export that was made once and is kept with the tests: what we
// export today is read for decades.
func golden(f *testing.F) fstest.MapFS {
	m := load(f, "testdata/export")
	if r := evidence.Verify(m, evidence.How{}); !r.OK() || r.Point.Size != 3 {
		f.Fatalf("the kept export: %v", r.Findings)
	}
	return m
}

func clone(m fstest.MapFS) fstest.MapFS {
	c := fstest.MapFS{}
	for name, f := range m {
		c[name] = &fstest.MapFile{Data: bytes.Clone(f.Data)}
	}
	return c
}

func flip(m fstest.MapFS, name string, at int) { m[name].Data[at] ^= 1 }

func dropLine(m fstest.MapFS, name string, at int) {
	lines := bytes.SplitAfter(m[name].Data, []byte("\n"))
	m[name].Data = bytes.Join(append(lines[:at:at], lines[at+1:]...), nil)
}

func swapLines(m fstest.MapFS, name string, a, b int) {
	lines := bytes.SplitAfter(m[name].Data, []byte("\n"))
	lines[a], lines[b] = lines[b], lines[a]
	m[name].Data = bytes.Join(lines, nil)
}

func quoted(t *testing.T, b []byte) []byte {
	t.Helper()
	q, err := json.Marshal(string(b))
	if err != nil {
		t.Fatal(err)
	}
	return append(q, '\n')
}
