package departments

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"minzheng/kernel/form"
)

const (
	longestQuestion = 16 << 10
	mostFields      = 32
)

// question is what the product sends. See docs/exchange.md.
type question struct {
	Request string   `json:"request"`
	Case    string   `json:"case"`
	Actor   string   `json:"actor"`
	Purpose string   `json:"purpose"`
	Law     string   `json:"law"`
	Number  string   `json:"number"`
	Name    string   `json:"name"`
	County  string   `json:"county"`
	Fields  []string `json:"fields"`

	Claims map[string]json.RawMessage `json:"claims"` // only whether these are so is asked
}

// refusal is why a question is not answered. The reason repeats nothing of it.
type refusal struct {
	status int
	reason string
}

func refuse(status int, reason string) *refusal { return &refusal{status, reason} }

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *refusal) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, refuse(http.StatusUnsupportedMediaType, "请求要是 application/json")
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestQuestion))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return nil, refuse(http.StatusRequestEntityTooLarge, "请求超过 16 KB")
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "请求没有传完")
	}
	return b, nil
}

// readQuestion reads a question as a gateway does that guards other people's
// data: every member known, written once and of its type, and none missing.
func readQuestion(body []byte, now time.Time) (question, *refusal) {
	var q question
	if !utf8.Valid(body) || !q.decode(body) {
		return question{}, refuse(http.StatusBadRequest, "请求不是约定的 JSON")
	}
	blank := func(s string) bool { return strings.TrimSpace(s) == "" }
	switch {
	case blank(q.Purpose):
		return question{}, refuse(http.StatusForbidden, "没有写明查询目的（purpose），不予查询")
	case blank(q.Law):
		return question{}, refuse(http.StatusForbidden, "没有写明法律依据（law），不予查询")
	case blank(q.Request):
		return question{}, refuse(http.StatusBadRequest, "缺少请求号（request）")
	case blank(q.Case):
		return question{}, refuse(http.StatusBadRequest, "缺少办件号（case）")
	case q.Number != form.Tidy("number", q.Number) || form.CheckNumber(q.Number, now) != "":
		return question{}, refuse(http.StatusBadRequest, "公民身份号码（number）不对")
	case !fieldsRight(q.Fields), len(q.Claims) > 0 && !claimsRight(q):
		return question{}, refuse(http.StatusBadRequest, "要查的字段（fields）没有写，或者写重了")
	}
	return q, nil
}

// decode reads the members one by one: encoding/json would take a member in
// other letters for a known one, and the last of two for both.
func (q *question) decode(body []byte) bool {
	members := map[string]any{
		"request": &q.Request, "case": &q.Case, "actor": &q.Actor, "purpose": &q.Purpose, "law": &q.Law,
		"number": &q.Number, "name": &q.Name, "county": &q.County, "fields": &q.Fields, "claims": &q.Claims,
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return false
	}
	for d.More() {
		t, err := d.Token()
		name, _ := t.(string)
		into := members[name]
		if err != nil || into == nil || d.Decode(into) != nil {
			return false
		}
		delete(members, name)
	}
	if _, err := d.Token(); err != nil {
		return false
	}
	_, err := d.Token()
	return errors.Is(err, io.EOF)
}

func fieldsRight(fields []string) bool {
	seen := map[string]bool{}
	for _, f := range fields {
		if f == "" || len(f) > 64 || seen[f] {
			return false
		}
		seen[f] = true
	}
	return len(fields) > 0 && len(fields) <= mostFields
}

// claimsRight reports whether a question claims something of each of its fields
// and of no other.
func claimsRight(q question) bool {
	for _, f := range q.Fields {
		if _, ok := q.Claims[f]; !ok {
			return false
		}
	}
	return len(q.Claims) == len(q.Fields)
}
