package bank

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"minzheng/kernel/errs"
)

// rezip is a workbook whose parts are changed by f.
func rezip(t testing.TB, data []byte, f func(name, text string) string) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, part := range r.File {
		in, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		to, err := w.Create(part.Name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(to, f(part.Name, string(b)))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAWorkbookMadeToHarmIsRefusedOrReadAndNeverOurFault(t *testing.T) {
	t.Parallel()
	good := write(t, "xlsx", some(3))
	sheet := func(from, to string) []byte {
		return rezip(t, good, func(name, text string) string {
			if !strings.HasSuffix(name, "sheet1.xml") {
				return text
			}
			return strings.Replace(text, from, to, 1)
		})
	}
	for what, data := range map[string][]byte{
		"a row at the end of the sheet": sheet(`<row r="3">`, `<row r="1048576">`), "a row of no number": sheet(`<row r="3">`, `<row r="x">`), "a row below one": sheet(`<row r="3">`, `<row r="-3">`),
		"a cell far to the right": sheet(`r="B2"`, `r="XFD2"`), "a cell nowhere": sheet(`r="B2"`, `r="2B"`), "an unknown text": sheet(`t="inlineStr"`, `t="s"`),
		"a sheet that never ends": sheet(`</sheetData>`, ``), "an entity": sheet(`<sheetData>`, `<!DOCTYPE a [<!ENTITY b "bbbb">]><sheetData>`),
		"a great deal of nothing": rezip(t, good, func(name, text string) string {
			if !strings.HasSuffix(name, "sheet1.xml") {
				return text
			}
			return strings.Replace(text, `</sheetData>`, strings.Repeat(`<row></row>`, 600_000)+`</sheetData>`, 1)
		}),
	} {
		began := time.Now()
		if _, err := results(data); err != nil && errs.KindOf(err) == errs.Fault {
			t.Errorf("%s is our fault: %v", what, err)
		}
		if d := time.Since(began); d > 30*time.Second {
			t.Errorf("%s takes %s", what, d)
		}
	}
}

func TestABrokenWorkbookIsNeverOurFault(t *testing.T) {
	t.Parallel()
	good := write(t, "xlsx", some(2))
	rapid.Check(t, func(rt *rapid.T) {
		b := bytes.Clone(good)
		for range rapid.IntRange(1, 6).Draw(rt, "changes") {
			b[rapid.IntRange(0, len(b)-1).Draw(rt, "where")] = rapid.Byte().Draw(rt, "what")
		}
		b = b[:rapid.IntRange(len(b)/2, len(b)).Draw(rt, "length")]
		if _, err := results(b); err != nil && errs.KindOf(err) == errs.Fault {
			rt.Fatalf("a broken workbook is our fault: %v", err)
		}
	})
}
