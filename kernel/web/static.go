package web

import (
	"net/http"
	"path"
	"strconv"

	"minzheng/assets"
	"minzheng/kernel/errs"
)

// serveAsset serves a file whose name holds the hash of its content, so it
// never changes and may be kept for ever.
func serveAsset(w http.ResponseWriter, r *http.Request) error {
	f, ok := assets.Open(r.PathValue("file"))
	if !ok {
		return errs.New(errs.NotFound, "没有这个文件。")
	}
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := f.Plain
	if takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = f.Zip
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
	return nil
}

// AssetURL is the address of a served file by its plain name.
func AssetURL(name string) string { return assets.URL(name) }

// Worker serves a built script as a service worker of the pages beside which
// it lies. What it shall keep goes before it; it is asked for anew each time.
func Worker(w http.ResponseWriter, name string, keep []byte) error {
	f, ok := assets.Open(path.Base(assets.URL(name)))
	if !ok {
		return errs.New(errs.NotFound, "没有这个文件。")
	}
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	for _, part := range [][]byte{[]byte("self.KEEP="), keep, []byte(";\n"), f.Plain} {
		if _, err := w.Write(part); err != nil {
			return nil // the reader has gone
		}
	}
	return nil
}
