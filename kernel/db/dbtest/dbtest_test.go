package dbtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
)

var schema = db.Schema{Room: "thing", Files: fstest.MapFS{"001_thing.sql": {Data: []byte(
	"-- +goose Up\nCREATE TABLE thing_thing (id TEXT PRIMARY KEY, n BIGINT NOT NULL);\n")}}}

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[db.Engine]bool{}
	dbtest.Each(t, func(t *testing.T, open func(...db.Schema) *db.DB) {
		for range 2 { // the second finds nothing of the first
			d := open(schema)
			seen[d.Engine()] = true
			err := d.Do(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `INSERT INTO thing_thing (id, n) VALUES ('a', ?)`, 1)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	if !seen[db.SQLite] {
		t.Error("not run on SQLite")
	}
}

func TestBothEnginesSortChineseTheSameWay(t *testing.T) {
	t.Parallel()
	got := map[db.Engine]string{}
	dbtest.Each(t, func(t *testing.T, open func(...db.Schema) *db.DB) {
		d := open(schema)
		err := d.Do(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO thing_thing (id, n) VALUES ('一', 1), ('Z', 2), ('a', 3), ('𠮷', 4), ('丁', 5)`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		all, err := db.All(t.Context(), d, db.Value[string], `SELECT id FROM thing_thing ORDER BY id`)
		if err != nil {
			t.Fatal(err)
		}
		got[d.Engine()] = strings.Join(all, "")
		if got[d.Engine()] != "Za一丁𠮷" {
			t.Errorf("sorted %s, want Za一丁𠮷", got[d.Engine()])
		}
	})
}

func TestOpenAtUsesTheTestsClock(t *testing.T) {
	t.Parallel()
	then := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	if d := dbtest.OpenAt(t, func() time.Time { return then }); !d.Now().Equal(then) {
		t.Fatalf("now is %v, want %v", d.Now(), then)
	}
}

// The server must not outlive its tests, even killed ones: this test runs
// itself as a child that is killed while the server runs.
func TestTheServerDiesWithAKilledTest(t *testing.T) {
	if out := os.Getenv("DBTEST_CHILD"); out != "" {
		if err := os.WriteFile(out, []byte(dbtest.DSN(t)), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		return
	}
	dbtest.DSN(t) // skips where there is no PostgreSQL
	out := filepath.Join(t.TempDir(), "dsn")
	child := exec.Command(os.Args[0], "-test.run=^TestTheServerDiesWithAKilledTest$")
	child.Env = append(os.Environ(), "DBTEST_CHILD="+out)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	dir := waitForDir(t, out)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	for range 500 {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("%s is still there", dir)
}

func waitForDir(t *testing.T, out string) string {
	t.Helper()
	for range 1500 {
		if dsn, err := os.ReadFile(out); err == nil && len(dsn) > 0 {
			_, dir, _ := strings.Cut(string(dsn), "host=")
			dir, _, _ = strings.Cut(dir, "&")
			return dir
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the child started no server")
	return ""
}
