package app_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/db"
	"minzheng/kernel/evidence"
	"minzheng/kernel/exchange"
)

// verifyEvidence runs the command and returns its exit code, what it said and
// how long it took.
func verifyEvidence(t *testing.T, args ...string) (int, string, time.Duration) {
	t.Helper()
	began := time.Now()
	out, err := exec.Command(built(t), append([]string{"evidence", "verify"}, args...)...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit != nil {
		return exit.ExitCode(), string(out), time.Since(began)
	}
	return 0, string(out), time.Since(began)
}

func TestTheVerifierExitsWithOneForEveryTampering(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program")
	}
	t.Parallel()
	built(t)
	whole := func() string {
		dir := filepath.Join(t.TempDir(), "export")
		if err := os.CopyFS(dir, os.DirFS("../kernel/evidence/testdata/export")); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	if code, said, _ := verifyEvidence(t, whole()); code != 0 || !strings.Contains(said, "3 条") {
		t.Fatalf("what nobody touched: exit %d\n%s", code, said)
	}
	for file, change := range map[string]func([]byte) []byte{
		"checkpoint":             func(b []byte) []byte { b[25] ^= 1; return b },
		"tile/8/data/000.p/3":    func(b []byte) []byte { return b[:len(b)/2] },
		"tile/8/0/000.p/3":       func(b []byte) []byte { b[40] ^= 1; return b },
		"tile/8/0/001":           func([]byte) []byte { return []byte("more") },
		"key.pem":                func(b []byte) []byte { return b[:20] },
		"checkpoints.jsonl":      func(b []byte) []byte { return append(b, "\"x\"\n"...) },
		"tile/8/data/../0/000.p": nil, // taken away with all in it
	} {
		dir := whole()
		path := filepath.Join(dir, filepath.FromSlash(file))
		if change == nil {
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
		} else {
			b, _ := os.ReadFile(path)
			if err := os.WriteFile(path, change(b), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if code, said, took := verifyEvidence(t, dir); code != 1 || said == "" {
			t.Errorf("%s: exit %d after %v\n%s", file, code, took, said)
		}
	}
	if code, _, _ := verifyEvidence(t, filepath.Join(t.TempDir(), "nothing")); code != 2 {
		t.Errorf("what is not there: exit %d", code)
	}
	if code, said, _ := verifyEvidence(t, whole(), "--fresh", "1ns"); code != 1 || !strings.Contains(said, "太旧") {
		t.Errorf("an old checkpoint: exit %d\n%s", code, said)
	}
}

func TestAnybodyCanKeepACheckpointAndHoldALaterExportAgainstIt(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	h.visitor().get("/public/evidence-checkpoint").must(t, 404)
	if size := h.ask(t, 3); size != 3 {
		t.Fatalf("%d receipts in the log", size)
	}
	kept := h.visitor().get("/public/evidence-checkpoint").must(t, 200).raw
	h.ask(t, 2)
	dir := filepath.Join(t.TempDir(), "export")
	if _, err := h.Evidence.Export(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if r := evidence.Verify(os.DirFS(dir), evidence.How{Trusted: []byte(kept)}); !r.OK() || r.Point.Size != 5 {
		t.Errorf("%d receipts, %v", r.Point.Size, r.Findings)
	}
}

// ask has n questions asked and kept, and says how many receipts are signed then.
func (h *house) ask(t *testing.T, n int) int64 {
	t.Helper()
	for range n {
		answers := h.Exchange.Ask(t.Context(), []exchange.Question{{Source: "tax.income", Subject: "test/1", Number: county.LiXiufen, Name: "李秀芬", County: "390121",
			Fields: []string{"wage"}, Actor: "system", Purpose: "核对收入", Law: "社会救助法 第41条"}})
		if answers[0].Outcome != exchange.Found {
			t.Fatalf("asked: %s (%s)", answers[0].Outcome, answers[0].Cause)
		}
		if err := h.DB.Do(t.Context(), func(tx *db.Tx) error { return exchange.Keep(t.Context(), tx, answers) }); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.Evidence.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := h.Evidence.Standing(t.Context(), h.DB)
	if err != nil {
		t.Fatal(err)
	}
	return s.Signed.Size
}
