package decision

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"minzheng/kernel/fact"
)

// common is how many bytes two texts have in common at their beginning.
func common(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// pathAt names the place in a JSON text that a byte lies in, as
// record.facts[3].value. Of a broken text it names how far it can be read.
func pathAt(text []byte, offset int) string {
	path := ""
	walk(text, func(here string, end int, _ json.Token) bool {
		path = here
		return end <= offset
	})
	if path == "" {
		return "最外层"
	}
	return path
}

// level is one object or array that a walk is in.
type level struct {
	path  string
	array bool
	n     int    // of an array: elements so far
	key   string // of an object: the key whose value comes; "" before a key
}

// walk calls fn with every value of a JSON text, where it stands and where it
// ends, until fn is content or the text cannot be read on.
func walk(text []byte, fn func(path string, end int, t json.Token) bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var in []level
	for {
		t, err := d.Token()
		path := here(in)
		if err != nil {
			fn(path, len(text)+1, nil)
			return
		}
		switch delim, _ := t.(json.Delim); {
		case delim == '}' || delim == ']':
			path = in[len(in)-1].path
			in = after(in[:len(in)-1])
		case delim != 0:
			in = append(in, level{path: path, array: delim == '['})
		case len(in) > 0 && !in[len(in)-1].array && in[len(in)-1].key == "":
			key, _ := t.(string)
			in[len(in)-1].key = key + "\x00" // a key may be empty
			path, t = here(in), nil          // to fn a key is part of the path
		default:
			in = after(in)
		}
		if !fn(path, int(d.InputOffset()), t) {
			return
		}
	}
}

// here is the path of the value that comes next.
func here(in []level) string {
	if len(in) == 0 {
		return ""
	}
	l := in[len(in)-1]
	if l.array {
		return l.path + "[" + strconv.Itoa(l.n) + "]"
	}
	key := strings.TrimSuffix(l.key, "\x00")
	switch {
	case l.key == "":
		return l.path
	case strings.ContainsAny(key, `./[]" `) || key == "":
		return l.path + "[" + strconv.Quote(key) + "]"
	case l.path == "":
		return key
	}
	return l.path + "." + key
}

// after notes that a value is complete.
func after(in []level) []level {
	if len(in) == 0 {
		return in
	}
	if l := &in[len(in)-1]; l.array {
		l.n++
	} else {
		l.key = ""
	}
	return in
}

// unreadable finds where a text stops being a decision's file: at a broken
// byte, or at a value that is not what belongs there.
func unreadable(text []byte, err error) (offset int, path string) {
	var syntax *json.SyntaxError
	var shape *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = max(int(syntax.Offset)-1, 0)
		return offset, pathAt(text, offset)
	case errors.As(err, &shape):
		offset = max(int(shape.Offset)-1, 0)
		return offset, pathAt(text, offset)
	}
	path = "最外层"
	before := 0
	walk(text, func(here string, end int, t json.Token) bool {
		s, ok := t.(string)
		if ok && !readable(here, s) {
			offset, path = before+bytes.IndexByte(text[before:], '"'), here
			return false
		}
		before = end
		return true
	})
	return offset, path
}

// readable reports whether a string can stand where it stands.
func readable(path, s string) bool {
	var err error
	switch {
	case path == "signature.value":
		_, err = base64.StdEncoding.DecodeString(s)
	case strings.HasPrefix(path, "record.f") && strings.HasSuffix(path, ".value"):
		err = new(fact.Value).UnmarshalText([]byte(s))
	case strings.HasPrefix(path, "record.f") && strings.HasSuffix(path, ".at"):
		_, err = time.Parse(time.RFC3339, s)
	}
	return err == nil
}
