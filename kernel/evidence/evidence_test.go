package evidence_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/evidence"
	"minzheng/kernel/secret"
)

func TestEveryReceiptStandsOnceInTheLog(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, opened func(...db.Schema) *db.DB) {
		h := open(t, opened(waiting, evidence.Schema()))
		for _, n := range []int{0, 1, 254, 1, 1, 300, 3000} { // over the edges of tiles and of a transaction
			h.receive(n)
			if took, err := h.log.Sequence(t.Context()); err != nil || took != n {
				t.Fatalf("took %d of %d: %v", took, n, err)
			}
		}
		r := evidence.Verify(h.export(), evidence.How{})
		if !r.OK() || r.Point.Size != int64(h.n) {
			t.Fatalf("the export of %d entries has %d, and %v", h.n, r.Point.Size, r.Findings)
		}
	})
}

func TestTwoSequencersAtOnceLoseAndDoubleNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, opened func(...db.Schema) *db.DB) {
		h := open(t, opened(waiting, evidence.Schema()))
		h.receive(900)
		other := h.another(h.box)
		done := make(chan error, 2)
		for _, l := range []*evidence.Log{h.log, other} {
			go func() { _, err := l.Sequence(context.Background()); done <- err }()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		if r := evidence.Verify(h.export(), evidence.How{}); !r.OK() || r.Point.Size != 900 {
			t.Fatalf("%d entries, %v", r.Point.Size, r.Findings)
		}
	})
}

func TestACrashOfTheSequencerLosesNothing(t *testing.T) {
	h := open(t, dbtest.Open(t, waiting, evidence.Schema()))
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 4).Draw(rt, "times") {
			h.receive(rapid.IntRange(0, 60).Draw(rt, "receipts"))
			h.crash = rapid.IntRange(0, 2).Draw(rt, "crash")
			if _, err := h.log.Sequence(t.Context()); err != nil && !errors.Is(err, errCrash) {
				rt.Fatal(err)
			}
		}
		if p, err := h.last(); err != nil || p != int64(h.n) {
			rt.Fatalf("%d of %d entries, %v", p, h.n, err)
		}
	})
	if r := evidence.Verify(h.export(), evidence.How{}); !r.OK() || r.Point.Size != int64(h.n) {
		t.Fatalf("%d of %d entries, %v", r.Point.Size, h.n, r.Findings)
	}
}

func TestALogThatWasRewrittenGetsNoSignature(t *testing.T) {
	for name, change := range map[string]string{
		"an entry taken from the end": `DELETE FROM evidence_entry WHERE seq = 299`,
		"a hash changed":              `UPDATE evidence_tile SET hashes = REPLACE(hashes, SUBSTR(hashes, 1, 8), 'AAAAAAAA') WHERE level = 1`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := filled(t, 300)
			if _, err := h.log.Checkpoint(t.Context()); err != nil {
				t.Fatal(err)
			}
			tamper(t, h, change)
			if _, err := h.log.Checkpoint(t.Context()); err == nil {
				t.Fatal("it was signed")
			}
		})
	}
}

func tamper(t *testing.T, h *house, change string) {
	t.Helper()
	err := h.db.Do(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), change); return err })
	if err != nil {
		t.Fatal(err)
	}
}

func TestAChangedEntryInTheDatabaseIsFoundInTheExport(t *testing.T) {
	h, _ := filled(t, 300)
	if _, err := h.log.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	tamper(t, h, `UPDATE evidence_entry SET body = REPLACE(body, 'tax', 'fax') WHERE seq = 17`)
	r := evidence.Verify(h.export(), evidence.How{})
	if r.OK() || !strings.Contains(strings.Join(r.Findings, ""), "第 17 条") {
		t.Fatalf("found %v, want entry 17", r.Findings)
	}
}

func TestOneReceiptIsProvenWithoutTheOthers(t *testing.T) {
	h, _ := filled(t, 700)
	p, err := h.log.Prove(t.Context(), "r-000300")
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if _, point, wrong := evidence.VerifyProof(b, nil); wrong != "" || point.Size != 700 {
		t.Fatalf("of %d: %s", point.Size, wrong)
	}
	if strings.Contains(string(b), "r-000299") || len(b) > 4<<10 {
		t.Errorf("the proof tells of others, or is long: %d bytes", len(b))
	}
	for _, bad := range []string{strings.Replace(string(b), "tax", "fax", 1), strings.Replace(string(b), `"seq":300`, `"seq":301`, 1),
		strings.Replace(string(b), `"seq":300`, `"seq":-1`, 1), string(b) + "{}", "{}"} {
		if _, _, wrong := evidence.VerifyProof([]byte(bad), nil); wrong == "" {
			t.Errorf("taken: %.80s", bad)
		}
	}
	other, err := secret.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	key, _ := other.PublicKeyPEM()
	if _, _, wrong := evidence.VerifyProof(b, key); wrong == "" {
		t.Error("a proof is taken that somebody else has signed")
	}
	if _, err := h.log.Prove(t.Context(), "nobody"); err == nil {
		t.Error("a receipt that is not there was proven")
	}
}

func TestAnExportOverwritesNothing(t *testing.T) {
	h, _ := filled(t, 3)
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/mine", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := h.log.Export(t.Context(), dir); err == nil {
		t.Fatal("it was written into a directory that was there")
	}
}
