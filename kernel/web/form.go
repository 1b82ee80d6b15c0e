package web

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"minzheng/kernel/errs"
)

// inMemory is how much of an upload is held before the rest goes to a temporary file.
const inMemory = 8 << 20

// Form reads what was filled in, with or without files (then r.MultipartForm
// holds them), and never what stands in the address. What no database takes
// as text is refused. Its errors may be returned as they are.
func Form(r *http.Request) (url.Values, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	if kind == "multipart/form-data" {
		err = r.ParseMultipartForm(inMemory)
	} else {
		err = r.ParseForm()
	}
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return nil, err
	}
	if err != nil {
		return nil, errs.New(errs.Invalid, "没有收全您填的内容，可能是网络断了。请再交一次。")
	}
	for name, values := range r.PostForm {
		for _, text := range append(values, name) {
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				return nil, errs.New(errs.Invalid, "您填的内容里有认不出的字符。请删掉再交。")
			}
		}
	}
	return r.PostForm, nil
}
