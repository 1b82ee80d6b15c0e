package secret

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
)

func TestTheSameKeysAreThereAfterARestart(t *testing.T) {
	dir := t.TempDir()
	first, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	sealed := first.SealText("值", "c")
	second, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := second.UnsealText(sealed, "c"); err != nil || got != "值" {
		t.Fatalf("got %q, %v", got, err)
	}
	info, err := os.Stat(File(dir))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file has %v, %v; want 0600", info.Mode(), err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Fatalf("%d files are left, want 1", len(left))
	}
}

func TestOfSeveralThatStartTogetherAllHaveOneKey(t *testing.T) {
	dir := t.TempDir()
	indexes := make([]string, 8)
	var all sync.WaitGroup
	for i := range indexes {
		all.Go(func() {
			if b, err := Open(dir); err == nil {
				indexes[i] = b.Index("k", "v")
			}
		})
	}
	all.Wait()
	for _, one := range indexes {
		if one == "" || one != indexes[0] {
			t.Fatalf("the indexes differ: %v", indexes)
		}
	}
}

func TestAfterRotationOldTextsOpenAndNewOnesHaveTheNewKey(t *testing.T) {
	dir := t.TempDir()
	old, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	sealed, index := old.Seal([]byte("旧"), "c"), old.Index("k", "v")
	if err := Rotate(dir); err != nil {
		t.Fatal(err)
	}
	b, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := b.Unseal(sealed, "c"); err != nil || string(got) != "旧" {
		t.Fatalf("got %q, %v", got, err)
	}
	if fresh := b.Seal(nil, "c"); fresh[0] != 2 || b.Index("k", "v") != index {
		t.Fatalf("sealed with key %d, want 2; or the index has changed", fresh[0])
	}
	if _, err := old.Unseal(b.Seal(nil, "c"), "c"); !errors.Is(err, ErrSealed) {
		t.Fatalf("an unknown key gives %v", err)
	}
}

func TestAKeyFileThatOthersMayReadIsRefused(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(File(dir), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "0600") {
		t.Fatalf("got %v, want advice to set 0600", err)
	}
}

func TestABrokenKeyFileIsRefusedAndKept(t *testing.T) {
	good := t.TempDir()
	if _, err := Open(good); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(File(good))
	if err != nil {
		t.Fatal(err)
	}
	for name, broken := range map[string]string{
		"empty":          "",
		"cut":            string(text[:len(text)/2]),
		"unknown word":   strings.Replace(string(text), `"format"`, `"colour": 1, "format"`, 1),
		"tail":           string(text) + "{}",
		"other format":   strings.Replace(string(text), `"format": 1`, `"format": 2`, 1),
		"current absent": strings.Replace(string(text), `"current": 1`, `"current": 7`, 1),
		"short key":      strings.Replace(string(text), `"root": "`, `"root": "AAAA`, 1),
	} {
		dir := t.TempDir()
		if err := os.WriteFile(File(dir), []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v", name, err)
		}
		if after, _ := os.ReadFile(File(dir)); string(after) != broken {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func FuzzKeys(f *testing.F) {
	f.Add([]byte(`{"format":1,"current":1,"masters":[{"id":1,"key":""}],"root":"","sign":""}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if k, err := parse(text); err == nil {
			if _, err := newBox(k); err != nil {
				t.Fatalf("read without complaint, yet: %v", err)
			}
		}
	})
}
