package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors are the kernel's rooms from the ground up. A room imports only rooms
// on lower floors.
var floors = map[string]int{
	"strict": -1, // the ground: reading files, which even floor 0 does
	"errs":   0, "fact": 0, "region": 0, "calendar": 0, "secret": 0, "db": 0,
	"form": 1, "rule": 1, "auth": 1, "audit": 1, "evidence": 1, "file": 1, "job": 1, "letter": 1,
	"people": 2, "catalog": 2, "web": 2,
	"exchange": 3, "notify": 3, "share": 3,
	"casework": 4,
	"family":   5, "seen": 5,
	"joint":  5, // offices that work on one matter together, whatever the area
	"appeal": 5, // reviews and suits: assistance and marriage both have them
	"area":   6,
}

// source is one Go file of the project that is not a test.
type source struct {
	path string // kernel/people/people.go
	file *ast.File
	text string
}

func (s source) top() string  { return strings.Split(s.path, "/")[0] }
func (s source) room() string { return strings.Split(s.path, "/")[1] }

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "bin" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, b, parser.ParseComments)
		if err != nil {
			return err
		}
		all = append(all, source{strings.TrimPrefix(filepath.ToSlash(path), "../"), f, string(b)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func imports(s source) []string {
	var all []string
	for _, i := range s.file.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		if strings.HasPrefix(p, "minzheng/") {
			all = append(all, strings.TrimPrefix(p, "minzheng/"))
		}
	}
	return all
}

func TestNobodyImportsUpwardsOrSideways(t *testing.T) {
	for _, s := range sources(t) {
		for _, target := range imports(s) {
			if why := forbidden(s, strings.Split(target, "/")); why != "" {
				t.Errorf("%s imports %s: %s", s.path, target, why)
			}
		}
	}
}

// forbidden says why a file may not import a package of ours, or "".
func forbidden(s source, target []string) string {
	to := target[0]
	switch s.top() {
	case "kernel":
		if to == "assets" && s.room() == "web" {
			return "" // the pages' own files
		}
		if to != "kernel" {
			return "the kernel knows nothing above it"
		}
		if target[1] != s.room() && floors[target[1]] >= floors[s.room()] {
			return "a room imports only rooms on lower floors"
		}
	case "areas", "portals":
		if to != "kernel" && !(to == s.top() && target[1] == s.room()) {
			return "areas and portals import the kernel and never each other"
		}
	case "app":
		if to == "cmd" || to == "bench" {
			return "nothing imports commands"
		}
		if strings.HasPrefix(s.path, "app/demo/county/") && to != "kernel" {
			return "the demo county is data alone"
		}
	case "assets":
		return "the browser side stands alone"
	}
	return ""
}

func TestEveryRoomHasAFloor(t *testing.T) {
	rooms, err := os.ReadDir("../kernel")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rooms {
		if _, ok := floors[r.Name()]; !ok {
			t.Errorf("kernel/%s has no floor: add it to the law with its reason", r.Name())
		}
	}
}

var statement = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE|TABLE|ON)\s+([a-z]+)_[a-z_]+`)

func TestARoomTouchesOnlyItsOwnTables(t *testing.T) {
	owners := map[string]bool{}
	for _, pattern := range []string{"../kernel/*/schema", "../areas/*/schema"} {
		dirs, _ := filepath.Glob(pattern)
		for _, d := range dirs {
			owners[filepath.Base(filepath.Dir(d))] = true
		}
	}
	if len(owners) < 5 {
		t.Fatalf("found only the schemas of %v", owners)
	}
	for _, s := range sources(t) {
		if strings.HasPrefix(s.path, "app/demo/") || strings.HasPrefix(s.path, "bench/") {
			continue // they look whether there is anything before they fill an empty bureau
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			for _, m := range statement.FindAllStringSubmatch(lit.Value, -1) {
				if owner := m[1]; owners[owner] && (len(strings.Split(s.path, "/")) < 3 || owner != s.room()) {
					t.Errorf("%s touches a table of %s", s.path, owner)
				}
			}
			return true
		})
	}
}

func TestNoKernelRoomKnowsAnAreasNoun(t *testing.T) {
	nouns := regexp.MustCompile(`低保|特困|dibao|tekun|assistance|marriage|eldercare`)
	for _, s := range sources(t) {
		if s.top() != "kernel" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			var text string
			switch n := n.(type) {
			case *ast.BasicLit:
				if n.Kind == token.STRING {
					text = n.Value
				}
			case *ast.Ident:
				text = n.Name
			}
			if m := nouns.FindString(text); m != "" {
				t.Errorf("%s knows %q", s.path, m)
			}
			return true
		})
	}
}

func TestEveryPackageOpensWithItsCharter(t *testing.T) {
	charter := map[string]bool{}
	for _, s := range sources(t) {
		dir := filepath.Dir(s.path)
		charter[dir] = charter[dir] || s.file.Doc != nil && len(s.file.Doc.Text()) > 40
	}
	for dir, ok := range charter {
		if !ok {
			t.Errorf("%s has no charter: a sentence what it is for", dir)
		}
	}
}

func TestNoInitAndNoNamesThatSayNothing(t *testing.T) {
	empty := []string{"util", "utils", "common", "helper", "helpers", "manager", "impl", "misc"}
	for _, s := range sources(t) {
		if slices.Contains(empty, s.file.Name.Name) {
			t.Errorf("%s: the package's name %s says nothing", s.path, s.file.Name.Name)
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" && !strings.HasSuffix(s.path, "_templ.go") {
				t.Errorf("%s has an init()", s.path)
			}
		}
	}
}
