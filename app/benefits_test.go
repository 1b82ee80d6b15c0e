package app_test

import (
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"minzheng/kernel/db"
	"minzheng/kernel/secret"
)

// tables are all tables of the database with how many rows they have.
func (h *house) tables() map[string]int64 {
	h.t.Helper()
	list := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if h.Config.DSN != "" {
		list = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	}
	names, err := db.All(h.t.Context(), h.DB, db.Value[string], list)
	if err != nil || len(names) < 20 {
		h.t.Fatalf("found %d tables: %v", len(names), err)
	}
	all := map[string]int64{}
	for _, name := range names {
		n, err := db.One(h.t.Context(), h.DB, db.Value[int64], `SELECT COUNT(*) FROM "`+name+`"`)
		if err != nil {
			h.t.Fatal(err)
		}
		all[name] = n
	}
	return all
}

// files are all files of the data directory with their contents' hash. The
// shared memory of the database says only who reads.
func (h *house) files() map[string]string {
	h.t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(h.Config.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "-shm") {
			return err
		}
		b, err := os.ReadFile(path)
		all[path] = fmt.Sprint(secret.Hash(b))
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

func TestAnInterviewOfNobodyInParticularLeavesNothing(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		rows, files := h.tables(), h.files()
		v := h.visitor()
		p := v.get("/benefits")
		p = v.post("/benefits", "begin", "1")
		onward := func(pairs ...string) {
			t.Helper()
			if p = v.post("/benefits", append([]string{"talk", p.Find("input[name=talk]").AttrOr("value", "")}, pairs...)...); p.status >= 500 {
				t.Fatalf("%v answers %d", pairs, p.status)
			}
		}
		onward("relation", "配偶", "birth", "1980-01-02", "add", "1")
		onward("named", "1")
		for range 80 {
			field := p.Find(".z-asked input").First()
			name := field.AttrOr("name", "")
			if name == "" {
				break
			}
			typed := map[string]string{"work": "没有工作", "birth": "1940-01-01", "local_hukou": "是"}[name]
			switch {
			case typed != "":
			case field.AttrOr("type", "") == "radio":
				typed = p.Find(".z-asked input[value=否], .z-asked input[value=无], .z-asked input[value=不在校]").AttrOr("value", field.AttrOr("value", ""))
			default:
				typed = "0"
			}
			onward(name, typed, "next", "1")
		}
		if text := p.Find("main").Text(); !strings.Contains(text, "很可能符合") {
			t.Fatalf("no results:\n%s", text)
		}
		onward("change", "存款/m1")
		onward("deposits", "1", "next", "1")
		if v.post("/benefits", "talk", "x").status != 400 {
			t.Error("a broken page is taken")
		}
		if after := h.tables(); !maps.Equal(rows, after) {
			t.Errorf("rows before %v\nand after %v", rows, after)
		}
		if after := h.files(); !maps.Equal(files, after) {
			t.Error("files of the data directory have changed")
		}
		front, err := url.Parse(h.server.URL)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range v.client.Jar.Cookies(front) {
			t.Errorf("there is a cookie %s", c.Name)
		}
	})
}
