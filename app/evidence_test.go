package app_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
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
