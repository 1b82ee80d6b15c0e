package audit_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"minzheng/kernel/db"
	"pgregory.net/rapid"
)

var errUndo = errors.New("undo")

// mutate changes one value a little, as its type allows.
func mutate(t *rapid.T, value string, number bool) any {
	if number {
		var n int64
		fmt.Sscan(value, &n)
		return n + rapid.Int64Range(1, 1<<40).Draw(t, "by")*rapid.SampledFrom([]int64{-1, 1}).Draw(t, "sign")
	}
	b := []byte(value)
	if len(b) == 0 || rapid.Bool().Draw(t, "longer") {
		return value + rapid.StringMatching(`[ -~]{1,3}`).Draw(t, "tail")
	}
	at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
	if rapid.Bool().Draw(t, "shorter") {
		return string(append(b[:at:at], b[at+1:]...))
	}
	b[at] ^= byte(rapid.IntRange(1, 127).Draw(t, "flip"))
	return string(b)
}

func TestAnySingleChangeIsFound(t *testing.T) {
	t.Parallel()
	h := open(t)
	for i := range 6 {
		h.record(fmt.Sprintf("case/%d", i), 4)
	}
	if !h.verify().OK() {
		t.Fatal("the log is not in order before the attack")
	}
	columns := map[string][]string{
		"audit_entry": {"chain", "seq", "at", "actor", "actor_name", "role", "verb", "subject", "person", "purpose", "detail", "hash"},
		"audit_head":  {"chain", "entries", "hash", "mac"},
	}
	numbers := map[string]bool{"chain": true, "seq": true, "at": true, "entries": true}
	rapid.Check(t, func(rt *rapid.T) {
		table := rapid.SampledFrom([]string{"audit_entry", "audit_entry", "audit_head"}).Draw(rt, "table")
		column := rapid.SampledFrom(columns[table]).Draw(rt, "column")
		nth := rapid.IntRange(0, 23).Draw(rt, "row")
		rows, err := db.All(context.Background(), h.d, func(r db.Row) (p [2]string, err error) { return p, r.Scan(&p[0], &p[1]) },
			`SELECT rowid, `+column+` FROM `+table+` ORDER BY rowid`)
		if err != nil {
			rt.Fatal(err)
		}
		one := rows[nth%len(rows)]
		statement, args := `UPDATE `+table+` SET `+column+` = ? WHERE rowid = ?`, []any{mutate(rt, one[1], numbers[column]), one[0]}
		if rapid.IntRange(0, 9).Draw(rt, "delete") == 0 {
			statement, args = `DELETE FROM `+table+` WHERE rowid = ?`, []any{one[0]}
		}
		err = h.d.Do(context.Background(), func(tx *db.Tx) error {
			if _, err := tx.Exec(context.Background(), statement, args...); db.Taken(err) {
				return errUndo // the database itself refuses
			} else if err != nil {
				return err
			}
			report, err := h.Verify(context.Background(), tx, "")
			if err != nil {
				return err
			}
			if report.OK() {
				return fmt.Errorf("a change of %s.%s was not found", table, column)
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			rt.Fatal(err)
		}
	})
}

func FuzzNothingInACheckpointFileStopsTheVerification(f *testing.F) {
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"point":"e30=","sign":""}` + "\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		h := open(t)
		writeCheckpoints(t, h.dir, content)
		r, err := h.Verify(t.Context(), h.d, h.dir)
		if err != nil || r.Points != 0 {
			t.Fatalf("got %+v, %v", r, err)
		}
	})
}
