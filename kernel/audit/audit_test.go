package audit_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/secret"
)

type house struct {
	*testing.T
	*audit.Log
	d   *db.DB
	dir string
}

func open(t *testing.T) house {
	t.Helper()
	return openOn(t, dbtest.Open(t, audit.Schema()))
}

func openOn(t *testing.T, d *db.DB) house {
	t.Helper()
	dir := t.TempDir()
	box, err := secret.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return house{t, audit.New(d, box), d, dir}
}

func (h house) record(subject string, n int) {
	h.Helper()
	for i := range n {
		e := audit.Entry{Actor: "acc-1", ActorName: "王敏", Role: "乡镇经办", Verb: audit.View, Subject: subject,
			Person: "p-1", Purpose: "初审", Detail: map[string]string{"页": fmt.Sprint(i)}}
		if err := h.RecordNow(context.Background(), e); err != nil {
			h.Fatal(err)
		}
	}
}

func (h house) attack(statement string, args ...any) {
	h.Helper()
	if err := h.d.Do(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), statement, args...)
		return err
	}); err != nil {
		h.Fatal(err)
	}
}

func (h house) verify() audit.Report {
	h.Helper()
	report, err := h.Verify(context.Background(), h.d, h.dir)
	if err != nil {
		h.Fatal(err)
	}
	return report
}

func (h house) wants(sentence string) {
	h.Helper()
	found := h.verify().Findings
	if !slices.ContainsFunc(found, func(f audit.Finding) bool { return strings.Contains(f.String(), sentence) }) {
		h.Fatalf("got %v, want a finding with %q", found, sentence)
	}
}

func TestAnUntouchedLogIsInOrderAndCanBeRead(t *testing.T) {
	t.Parallel()
	h := open(t)
	for i := range 20 {
		h.record(fmt.Sprintf("case/%d", i), 3)
	}
	if r := h.verify(); !r.OK() || r.Entries != 60 || r.Chains < 2 {
		t.Fatalf("got %+v, want 60 entries in several chains and no findings", r)
	}
	about, err := h.About(t.Context(), h.d, "p-1", 50)
	if err != nil || len(about) != 50 {
		t.Fatalf("got %d entries, %v; want 50", len(about), err)
	}
	of, err := h.Of(t.Context(), h.d, "case/7", 50)
	if err != nil || len(of) != 3 {
		t.Fatalf("got %d entries, %v; want 3", len(of), err)
	}
	e := of[0]
	if e.ActorName != "王敏" || e.Verb != audit.View || !maps.Equal(e.Detail, map[string]string{"页": "2"}) || e.At.IsZero() {
		t.Fatalf("got %+v, want the newest entry as recorded", e)
	}
}

func TestAnEntryIsKeptOnlyWithItsAct(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.d.Do(t.Context(), func(tx *db.Tx) error {
		if err := h.Record(t.Context(), tx, audit.Entry{Subject: "case/1"}); err != nil {
			t.Error(err)
		}
		return errors.New("the act fails")
	})
	if r := h.verify(); !r.OK() || r.Entries != 0 {
		t.Fatalf("got %+v, want nothing", r)
	}
}

func TestWhatNamesPeopleIsNotReadableInTheTable(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.record("case/1", 1)
	name, err := db.One(t.Context(), h.d, db.Value[string], `SELECT actor_name || detail FROM audit_entry`)
	if err != nil || strings.Contains(name, "王敏") || strings.Contains(name, "页") {
		t.Fatalf("got %q, %v", name, err)
	}
}

func TestADeletedEntryIsFound(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.record("case/1", 5)
	h.attack(`DELETE FROM audit_entry WHERE seq = 3`)
	h.wants("第 3 条：这一条缺失")
	h.attack(`DELETE FROM audit_entry WHERE seq IN (1, 2)`)
	h.wants("第 1 条：从这一条到第 3 条缺失")
}

func TestReorderedEntriesAreFound(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.record("case/1", 5)
	for _, move := range [][2]int{{2, 99}, {3, 2}, {99, 3}} {
		h.attack(`UPDATE audit_entry SET seq = ? WHERE seq = ?`, move[1], move[0])
	}
	h.wants("第 2 条：内容与散列不符")
}

func TestATruncatedTailIsFound(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.record("case/1", 5)
	h.attack(`DELETE FROM audit_entry WHERE seq > 3`)
	h.wants("末尾被截断：链头记有 5 条，只剩到第 3 条")
	h.attack(`UPDATE audit_head SET entries = 3, hash = (SELECT hash FROM audit_entry WHERE seq = 3)`)
	h.wants("链头被改动")
	h.attack(`DELETE FROM audit_head`)
	h.wants("链头不存在")
}

func TestAnAppendedEntryOfAStrangerIsFound(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.record("case/1", 2)
	h.attack(`INSERT INTO audit_entry SELECT chain, 3, at, actor, actor_name, role, verb, subject, person, purpose, detail, hash
		FROM audit_entry WHERE seq = 2`)
	h.wants("第 2 条之后的记录不是系统写入的")
}

func TestAForgedHeadIsNeverSealedAnew(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.record("case/1", 3)
	h.attack(`UPDATE audit_head SET hash = 'x'`)
	if err := h.RecordNow(t.Context(), audit.Entry{Subject: "case/1"}); err == nil {
		t.Fatal("an entry was added onto a forged head")
	}
	h.wants("链头被改动")
}

func TestARewrittenChainIsFoundByItsHead(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.record("case/1", 2)
	// Somebody who knows the algorithm can compute hashes, not the head's seal:
	// the last entry is replaced, and the head is left or made to fit.
	h.attack(`UPDATE audit_entry SET hash = 'fits' WHERE seq = 2`)
	h.wants("最后一条的散列与链头不符")
	h.attack(`UPDATE audit_head SET hash = 'fits'`)
	h.wants("链头被改动")
}

func TestGoingBackToAnOldStateIsFoundByCheckpoints(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.record("case/1", 3)
	old, err := db.One(t.Context(), h.d, func(r db.Row) (v [2]string, err error) { return v, r.Scan(&v[0], &v[1]) }, `SELECT hash, mac FROM audit_head`)
	if err != nil {
		t.Fatal(err)
	}
	h.record("case/1", 3)
	if err := h.Checkpoint(t.Context(), h.dir); err != nil {
		t.Fatal(err)
	}
	h.attack(`DELETE FROM audit_entry WHERE seq > 3`)
	h.attack(`UPDATE audit_head SET entries = 3, hash = ?, mac = ?`, old[0], old[1])
	if r, err := h.Verify(t.Context(), h.d, ""); err != nil || !r.OK() {
		t.Fatalf("without checkpoints got %v, %v; want nothing: the attack is not the one meant", r, err)
	}
	h.wants("第 6 条：检查点记录过这一条，现在没有")
	h.record("case/1", 5)
	h.wants("第 6 条：与检查点不符")
	h.attack(`DELETE FROM audit_entry`)
	h.attack(`DELETE FROM audit_head`)
	h.wants("整条链已不存在")
}

func TestTamperingWithCheckpointsIsFound(t *testing.T) {
	t.Parallel()
	h := open(t)
	for range 3 {
		h.record("case/1", 1)
		for range 2 { // the second adds nothing
			if err := h.Checkpoint(t.Context(), h.dir); err != nil {
				t.Fatal(err)
			}
		}
	}
	if r := h.verify(); !r.OK() || r.Points != 3 {
		t.Fatalf("got %+v, want 3 checkpoints and no findings", r)
	}
	file := audit.Checkpoints(h.dir)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(good), "\n")
	os.WriteFile(file, []byte(lines[0]+lines[2]), 0o600)
	h.wants("检查点文件第 2 行之前有删改")
	os.WriteFile(file, []byte(strings.Replace(string(good), `"point":"e`, `"point":"f`, 1)), 0o600)
	h.wants("检查点文件第 1 行不是本系统签署的")
}

func TestHalfACheckpointAfterACrashIsNoFindingAndIsMended(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.record("case/1", 1)
	if err := h.Checkpoint(t.Context(), h.dir); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(audit.Checkpoints(h.dir), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString(`{"point":"ey`)
	f.Close()
	if r := h.verify(); !r.OK() || r.Points != 1 {
		t.Fatalf("got %+v", r)
	}
	h.record("case/1", 1)
	if err := h.Checkpoint(t.Context(), h.dir); err != nil {
		t.Fatal(err)
	}
	if r := h.verify(); !r.OK() || r.Points != 2 {
		t.Fatalf("got %+v, want 2 checkpoints", r)
	}
}

func TestManyWritersKeepTheChainsWhole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func(...db.Schema) *db.DB) {
		h := openOn(t, open(audit.Schema()))
		stop, watched := make(chan struct{}), make(chan audit.Report, 1)
		go func() { // an auditor looks while others write
			for {
				r, err := h.Verify(context.Background(), h.d, "")
				if err != nil || !r.OK() {
					watched <- r
					return
				}
				select {
				case <-stop:
					watched <- r
					return
				case <-time.After(time.Millisecond):
				}
			}
		}()
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() { h.record(fmt.Sprintf("case/%d", i%3), 25) })
		}
		all.Wait()
		close(stop)
		if r := <-watched; !r.OK() {
			t.Errorf("while others wrote: %v", r.Findings)
		}
		if r := h.verify(); !r.OK() || r.Entries != 200 {
			t.Fatalf("got %+v, want 200 entries and no findings", r)
		}
		if of, err := h.Of(t.Context(), h.d, "case/1", 500); err != nil || len(of) != 75 || of[0].ActorName != "王敏" {
			t.Fatalf("got %d entries, %v; want 75", len(of), err)
		}
		if about, err := h.About(t.Context(), h.d, "p-1", 10); err != nil || len(about) != 10 {
			t.Fatalf("got %d entries, %v; want 10", len(about), err)
		}
		if err := h.Checkpoint(t.Context(), h.dir); err != nil {
			t.Fatal(err)
		}
		h.attack(`UPDATE audit_entry SET purpose = 'x' WHERE subject = 'case/1' AND seq = 30`)
		h.wants("第 30 条：内容与散列不符")
	})
}

func TestTransactionsThatCrossInTwoChainsBothSucceed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func(...db.Schema) *db.DB) {
		h := openOn(t, open(audit.Schema()))
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				subjects := []string{"case/1", "case/2", "case/3"}
				if i%2 == 1 {
					slices.Reverse(subjects)
				}
				err := h.d.Do(context.Background(), func(tx *db.Tx) error {
					for _, s := range subjects {
						if err := h.Record(context.Background(), tx, audit.Entry{Subject: s}); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if r := h.verify(); !r.OK() || r.Entries != 18 {
			t.Fatalf("got %+v, want 18 entries and no findings", r)
		}
	})
}

func writeCheckpoints(t *testing.T, dir string, content []byte) {
	t.Helper()
	if err := os.WriteFile(audit.Checkpoints(dir), content, 0o600); err != nil {
		t.Fatal(err)
	}
}
