package file

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/errs"
	"minzheng/kernel/secret"
)

func store(t testing.TB) *Store {
	t.Helper()
	box, err := secret.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewStore(filepath.Join(t.TempDir(), "files"), box)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustPut(t testing.TB, s *Store, name string, data []byte) Blob {
	t.Helper()
	b, err := s.Put(t.Context(), name, bytes.NewReader(data))
	if err != nil {
		t.Fatalf("putting %s: %v", name, err)
	}
	return b
}

// picture is dark, with a bright red corner at the top left.
func picture(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{20, 20, 60, 255}
			if x < w/4 && y < h/4 {
				c = color.RGBA{250, 10, 10, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func onePixelWebP(t testing.TB) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func pdf(body string) []byte {
	return []byte("%PDF-1.4\n1 0 obj\n<< /Type /Catalog " + body + " >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n")
}

func TestAPaperIsFoundAgainAfterItsTransaction(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func(...db.Schema) *db.DB) {
		d, s := open(Schema()), store(t)
		b := mustPut(t, s, `C:\照片\户口本.PNG`, asPNG(t, picture(40, 30)))
		var f File
		err := d.Do(t.Context(), func(tx *db.Tx) (err error) {
			f, err = s.Add(t.Context(), tx, b.File("draft/1", "account/1"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		found, err := s.Find(t.Context(), d, f.ID)
		if err != nil || found.Name != "户口本.jpg" || found.Type != "image/jpeg" || found.Owner != "draft/1" || !found.At.Equal(f.At) {
			t.Fatalf("found %+v, %v", found, err)
		}
		if body, err := s.Open(t.Context(), found); err != nil || int64(len(body)) != found.Size {
			t.Fatalf("content has %d bytes, want %d; error %v", len(body), found.Size, err)
		}
		if all, err := s.Of(t.Context(), d, "draft/1"); err != nil || len(all) != 1 || all[0] != found {
			t.Fatalf("of the draft: %+v, %v", all, err)
		}
		d.Do(t.Context(), func(tx *db.Tx) error { return s.Give(t.Context(), tx, f.ID, "case/1") })
		if all, err := s.Of(t.Context(), d, "case/1"); err != nil || len(all) != 1 {
			t.Fatalf("of the case: %+v, %v", all, err)
		}
		d.Do(t.Context(), func(tx *db.Tx) error { return s.Remove(t.Context(), tx, f.ID) })
		if _, err := s.Find(t.Context(), d, f.ID); !errs.Is(err, errs.NotFound) {
			t.Fatalf("after removal: %v, want not found", err)
		}
	})
}

func TestNothingReadableLiesOnTheDisk(t *testing.T) {
	t.Parallel()
	d, s := dbtest.Open(t, Schema()), store(t)
	secretText := "secret-in-a-paper"
	b := mustPut(t, s, "李秀英的离婚证.pdf", pdf("/Title ("+secretText+")"))
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		_, err := s.Add(t.Context(), tx, b.File("case/1", "system"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	name, err := db.One(t.Context(), d, db.Value[string], `SELECT name FROM file_file`)
	if err != nil || strings.Contains(name, "李秀英") {
		t.Errorf("the row shows the name %q, %v", name, err)
	}
	found := 0
	filepath.WalkDir(s.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		found++
		body, err := os.ReadFile(path)
		if bytes.Contains(body, []byte(secretText)) || bytes.Contains(body, []byte("%PDF")) {
			t.Errorf("%s is readable", path)
		}
		return err
	})
	if found != 1 {
		t.Errorf("%d files on the disk, want 1", found)
	}
}

func TestTheSameContentIsStoredOnceAndAChangedOneIsNoticed(t *testing.T) {
	t.Parallel()
	s := store(t)
	a, b := mustPut(t, s, "a.pdf", pdf("/A 1")), mustPut(t, s, "b.pdf", pdf("/A 1"))
	if a.Hash != b.Hash {
		t.Fatalf("hashes %s and %s, want one", a.Hash, b.Hash)
	}
	other := mustPut(t, s, "c.pdf", pdf("/A 2"))
	body, err := os.ReadFile(s.path(other.Hash))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path(a.Hash), body, 0o600); err != nil { // one paper in another's place
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), File{Blob: a.Hash}); err == nil {
		t.Fatal("content that was exchanged opens")
	}
	if _, err := s.Open(t.Context(), File{Blob: "../../etc/passwd"}); err == nil {
		t.Fatal("a path opens")
	}
}

func TestSweepRemovesOnlyWhatNobodyNamesForADay(t *testing.T) {
	t.Parallel()
	d, s := dbtest.Open(t, Schema()), store(t)
	kept, lost := mustPut(t, s, "a.png", asPNG(t, picture(8, 8))), mustPut(t, s, "b.pdf", pdf("/A 1"))
	again, fresh := mustPut(t, s, "d.pdf", pdf("/A 2")), mustPut(t, s, "c.pdf", pdf("/A 3"))
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		_, err := s.Add(t.Context(), tx, kept.File("case/1", "system"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-25 * time.Hour)
	for _, hash := range []string{kept.Hash, kept.Thumb, lost.Hash, again.Hash} {
		if err := os.Chtimes(s.path(hash), old, old); err != nil {
			t.Fatal(err)
		}
	}
	mustPut(t, s, "d.pdf", pdf("/A 2")) // uploaded once more today
	if n, err := s.Sweep(t.Context(), d); err != nil || n != 1 {
		t.Fatalf("swept %d, %v; want 1", n, err)
	}
	for hash, want := range map[string]bool{kept.Hash: true, kept.Thumb: true, lost.Hash: false, again.Hash: true, fresh.Hash: true} {
		if s.has(hash) != want {
			t.Errorf("%s is there: %v, want %v", hash, s.has(hash), want)
		}
	}
	err = d.Do(t.Context(), func(tx *db.Tx) error {
		_, err := s.Add(t.Context(), tx, lost.File("case/1", "system"))
		return err
	})
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("adding swept content: %v, want a conflict", err)
	}
}

func TestNamesAreFitToBeShown(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"../../etc/passwd":                "passwd",
		`C:\Users\a\身份证.jpg`:              "身份证.jpg",
		"photo\u202Egpj.exe":              "photogpj.exe",
		"<script>alert(1)</script>":       "script",
		"":                                "材料",
		"..":                              "材料",
		"a\x00b\r\nX: y.pdf":              "abX y.pdf",
		strings.Repeat("长", 200) + ".pdf": strings.Repeat("长", 40) + "…" + strings.Repeat("长", 35) + ".pdf",
	} {
		if got := clean(given); got != want {
			t.Errorf("clean(%q) is %q, want %q", given, got, want)
		}
	}
}

func TestServedPapersCanDoNothing(t *testing.T) {
	t.Parallel()
	s := store(t)
	for _, b := range []Blob{mustPut(t, s, `证"明.pdf`, pdf("")), mustPut(t, s, "图.png", asPNG(t, picture(9, 9)))} {
		w := httptest.NewRecorder()
		if err := s.Serve(w, httptest.NewRequest("GET", "/", nil), b.File("case/1", "a")); err != nil {
			t.Fatal(err)
		}
		h := w.Header()
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "private, no-store" ||
			h.Get("Content-Type") != b.Type || !strings.HasPrefix(h.Get("Content-Disposition"), "inline; filename*=utf-8''") ||
			!strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("headers of %s: %v", b.Type, h)
		}
		if sandbox := strings.HasSuffix(h.Get("Content-Security-Policy"), "sandbox"); sandbox != (b.Type == "image/jpeg") {
			t.Errorf("%s in a sandbox: %v", b.Type, sandbox)
		}
		if int64(w.Body.Len()) != b.Size {
			t.Errorf("%s: %d bytes, want %d", b.Type, w.Body.Len(), b.Size)
		}
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
