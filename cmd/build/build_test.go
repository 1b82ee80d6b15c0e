package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// project is an empty project with one page and one script.
func project(t *testing.T) *bench {
	t.Helper()
	root := t.TempDir()
	for name, body := range map[string]string{
		"area/page.templ": `<p class="z-box wait">`, "assets/js/own.js": `el.className = 'z-made';`,
		"assets/node_modules/kit/kit.templ": "alien", "cmd/build/main.go": "package main",
	} {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := open(root)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatWasMadeIsRememberedAndWhatIsOldIsClearedAway(t *testing.T) {
	t.Parallel()
	b := project(t)
	make := func(body string) {
		t.Helper()
		b.done("styles", body)
		if err := b.put("app.css", []byte(body)); err != nil {
			t.Fatal(err)
		}
		if err := b.close(); err != nil {
			t.Fatal(err)
		}
	}
	make("old")
	old := b.list.Served["app.css"]
	make("new")
	again, err := open(b.root)
	if err != nil {
		t.Fatal(err)
	}
	if !again.fresh("styles", "new", "app.css") || again.fresh("styles", "old", "app.css") || again.fresh("styles", "new", "other.css") {
		t.Error("what was made from what is not remembered")
	}
	if _, err := os.Stat(b.dist(old)); !os.IsNotExist(err) {
		t.Errorf("%s of the earlier build is still there", old)
	}
	if err := os.Remove(b.dist(again.list.Served["app.css"] + ".gz")); err != nil {
		t.Fatal(err)
	}
	if again.fresh("styles", "new", "app.css") {
		t.Error("a lost file is taken for made")
	}
}

func TestABrokenListMakesEverythingAnew(t *testing.T) {
	t.Parallel()
	b := project(t)
	if err := os.WriteFile(b.dist("manifest.json"), []byte(`{"served": {`), 0o644); err != nil {
		t.Fatal(err)
	}
	again, err := open(b.root)
	if err != nil || len(again.list.Served) != 0 || again.list.From == nil {
		t.Errorf("got %+v (%v)", again.list, err)
	}
}

func TestTheWordsOfOurPagesAndScriptsAloneDecideWhatIsKept(t *testing.T) {
	t.Parallel()
	words, err := project(t).words()
	if err != nil {
		t.Fatal(err)
	}
	lines := "\n" + words + "\n"
	for _, want := range []string{"z-box", "wait", "z-made"} {
		if !strings.Contains(lines, "\n"+want+"\n") {
			t.Errorf("%s is missing in %q", want, words)
		}
	}
	if strings.Contains(lines, "alien") {
		t.Error("words of a package are taken for ours")
	}
}

func TestTheDigestChangesWithContentAndName(t *testing.T) {
	t.Parallel()
	b := project(t)
	page, script := filepath.Join(b.root, "area", "page.templ"), b.assets("js", "own.js")
	seen := map[string]bool{}
	note := func(files ...string) {
		t.Helper()
		d, err := b.digest(files...)
		if err != nil || seen[d] {
			t.Errorf("digest %q (%v) is not new", d, err)
		}
		seen[d] = true
	}
	note(page)
	note(script)
	note(page, script)
	if err := os.WriteFile(page, []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	note(page)
	if _, err := b.digest(b.assets("none")); err == nil {
		t.Error("a missing file has a digest")
	}
}
