package web

import (
	"net/http"
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
