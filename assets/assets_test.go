package assets_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"regexp"
	"strings"
	"testing"

	"minzheng/assets"
)

func TestEachServedFileIsNamedByItsContentAndPackedTruly(t *testing.T) {
	t.Parallel()
	hashed := regexp.MustCompile(`^/assets/[a-z]+\.[0-9a-f]{12}\.(css|js|svg)$`)
	for name, kind := range map[string]string{
		"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "htmx.js": "text/javascript; charset=utf-8",
		"icons.svg": "image/svg+xml", "mark.svg": "image/svg+xml",
	} {
		at := assets.URL(name)
		f, ok := assets.Open(strings.TrimPrefix(at, "/assets/"))
		if !hashed.MatchString(at) || !ok || f.Type != kind {
			t.Errorf("%s: at %s, there: %v, type %q", name, at, ok, f.Type)
			continue
		}
		z, err := gzip.NewReader(bytes.NewReader(f.Zip))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if plain, err := io.ReadAll(z); err != nil || !bytes.Equal(plain, f.Plain) || len(plain) == 0 {
			t.Errorf("%s: unpacks to %d bytes (%v), want %d", name, len(plain), err, len(f.Plain))
		}
	}
	if _, ok := assets.Open("app.css"); ok {
		t.Error("a file is served under its plain name")
	}
}

func TestTheStyleSheetHasWhatThePagesAreMadeOf(t *testing.T) {
	t.Parallel()
	f, _ := assets.Open(strings.TrimPrefix(assets.URL("app.css"), "/assets/"))
	sheet := string(f.Plain)
	for _, class := range []string{".card-header", ".form-check-input[type=radio]", ".form-check-input:checked", ".btn-primary", ".z-opt", ".z-letter", ".visually-hidden", ".input-group"} {
		if !strings.Contains(sheet, class) {
			t.Errorf("%s is missing", class)
		}
	}
	if n := len(sheet); n > 150_000 {
		t.Errorf("the sheet has %d bytes: the kit was not purged", n)
	}
	if strings.Contains(sheet, "url(http") || strings.Contains(sheet, "@import") {
		t.Error("the sheet asks for something elsewhere")
	}
}

func TestLettersHaveTwoFonts(t *testing.T) {
	t.Parallel()
	for _, weight := range []string{"Regular", "Bold"} {
		body, err := assets.Font(weight)
		if err != nil || len(body) < 1<<20 || !bytes.HasPrefix(body, []byte{0, 1, 0, 0}) {
			t.Errorf("%s: %d bytes (%v), want a TrueType font", weight, len(body), err)
		}
	}
	if _, err := assets.Font("../manifest"); err == nil {
		t.Error("a font that is not there is given out")
	}
}

func TestIconsArePlainDrawingsThatTakeTheirColourFromTheWords(t *testing.T) {
	t.Parallel()
	f, _ := assets.Open(strings.TrimPrefix(assets.URL("icons.svg"), "/assets/"))
	for _, name := range []string{"check", "point", "home", "user-circle"} {
		if !assets.HasIcon(name) || !bytes.Contains(f.Plain, []byte(`id="`+name+`"`)) {
			t.Errorf("%s is missing", name)
		}
	}
	if bytes.Contains(f.Plain, []byte("stroke-width=\"2\"")) || bytes.Contains(f.Plain, []byte("<script")) || assets.HasIcon("no such") {
		t.Error("a drawing brings its own stroke or a script, or a made-up one is there")
	}
}
