package web

import (
	"mime"
	"net/http"
	"strconv"
)

// Download answers with a file that a browser keeps under a name. It is for one
// reader alone: nobody between may keep it.
func Download(w http.ResponseWriter, name, kind string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body) // whoever has gone away cannot be told
	return nil
}
