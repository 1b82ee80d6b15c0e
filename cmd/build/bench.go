package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A bench is where things are made: what was made, and from what.
type bench struct {
	root string
	made int // steps that had something to do
	list list
}

// list is assets/dist/manifest.json. The program reads Served and Icons.
type list struct {
	Served map[string]string `json:"served"` // plain name → name with hash
	Icons  []string          `json:"icons"`
	From   map[string]string `json:"from"` // step → digest of what it was made from
}

func open(root string) (*bench, error) {
	b := &bench{root: root, list: list{Served: map[string]string{}, From: map[string]string{}}}
	body, err := os.ReadFile(b.dist("manifest.json"))
	if os.IsNotExist(err) {
		return b, os.MkdirAll(b.dist("fonts"), 0o755)
	}
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(body, &b.list) != nil { // broken or of an older kind: make all anew
		b.list = list{Served: map[string]string{}, From: map[string]string{}}
	}
	return b, os.MkdirAll(b.dist("fonts"), 0o755)
}

func (b *bench) assets(parts ...string) string {
	return filepath.Join(append([]string{b.root, "assets"}, parts...)...)
}

func (b *bench) dist(parts ...string) string {
	return b.assets(append([]string{"dist"}, parts...)...)
}

// fresh reports whether step was made from the same as now and all it made is there.
func (b *bench) fresh(step, from string, outputs ...string) bool {
	if b.list.From[step] != from {
		return false
	}
	for _, name := range outputs {
		served := b.list.Served[name]
		if served == "" {
			return false
		}
		for _, file := range []string{served, served + ".gz"} {
			if _, err := os.Stat(b.dist(file)); err != nil {
				return false
			}
		}
	}
	return true
}

func (b *bench) done(step, from string) {
	b.list.From[step] = from
	b.made++
}

// put keeps body under its name and the hash of its content, plain and compressed.
func (b *bench) put(name string, body []byte) error {
	sum := sha256.Sum256(body)
	ext := filepath.Ext(name)
	served := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	var zipped bytes.Buffer
	w, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(body); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	b.list.Served[name] = served
	if err := write(b.dist(served), body); err != nil {
		return err
	}
	return write(b.dist(served+".gz"), zipped.Bytes())
}

// close writes the list and clears away what an earlier build left.
func (b *bench) close() error {
	if b.made == 0 {
		return nil
	}
	body, err := json.MarshalIndent(b.list, "", "  ")
	if err != nil {
		return err
	}
	if err := write(b.dist("manifest.json"), body); err != nil {
		return err
	}
	keep := map[string]bool{"manifest.json": true, "fonts": true}
	for _, served := range b.list.Served {
		keep[served], keep[served+".gz"] = true, true
	}
	entries, err := os.ReadDir(b.dist())
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !keep[e.Name()] {
			if err := os.RemoveAll(b.dist(e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// write replaces a file whole, so that a build that is broken off leaves no half of one.
func write(name string, body []byte) error {
	half := name + ".new"
	if err := os.WriteFile(half, body, 0o644); err != nil {
		return err
	}
	return os.Rename(half, name)
}

// digest names the content of files, and of this command, which makes things from them.
func (b *bench) digest(files ...string) (string, error) {
	own, err := filepath.Glob(filepath.Join(b.root, "cmd", "build", "*.go"))
	if err != nil {
		return "", err
	}
	return b.contents(append(own, files...)...)
}

// contents names the content of files alone.
func (b *bench) contents(files ...string) (string, error) {
	h := sha256.New()
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n", strings.TrimPrefix(name, b.root), len(body))
		h.Write(body)
	}
	return hex.EncodeToString(h.Sum(nil)[:12]), nil
}

func shortSum(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

// find lists the project's own files that end so, in a fixed order.
func (b *bench) find(suffix string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(b.root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != b.root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "dist" || d.Name() == "data") {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(name, suffix) {
			found = append(found, name)
		}
		return nil
	})
	return found, err
}
