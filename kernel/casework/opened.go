package casework

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"sync"
	"time"
	"unicode/utf8"

	"minzheng/kernel/fact"
)

// sealedTold is what one source said of a case, as it is kept.
type sealedTold struct {
	id    ID
	facts string
}

const fewTold = 32 // are opened at once

// openAll opens what was told; of much, each processor opens a share.
func (d *Desk) openAll(rows []sealedTold) ([][]fact.Statement, error) {
	opened := make([][]fact.Statement, len(rows))
	workers := 1
	if len(rows) > fewTold {
		workers = runtime.GOMAXPROCS(0)
	}
	failures := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(rows) && failures[w] == nil; i += workers {
				opened[i], failures[w] = d.openTold(rows[i])
			}
		})
	}
	all.Wait()
	for _, err := range failures {
		if err != nil {
			return nil, err
		}
	}
	return opened, nil
}

func (d *Desk) openTold(row sealedTold) ([]fact.Statement, error) {
	plain, err := d.Box.UnsealText(row.facts, sealFacts)
	if err != nil {
		return nil, fmt.Errorf("opening the facts of case %s: %w", row.id, err)
	}
	facts, err := readTold([]byte(plain))
	if err != nil {
		return nil, fmt.Errorf("reading the facts of case %s: %w", row.id, err)
	}
	return facts, nil
}

// readTold reads statements. Those of a roll or a sweep are millions, so what
// tell writes is read straight; anything else about it is left to the library.
func readTold(b []byte) ([]fact.Statement, error) {
	r := plainReader{rest: b}
	if all := r.statements(); r.done() {
		return all, nil
	}
	var all []fact.Statement
	err := json.Unmarshal(b, &all)
	return all, err
}

// plainReader reads JSON without blanks and escapes. Once something else comes
// it reads nothing more.
type plainReader struct {
	rest   []byte
	failed bool
}

func (r *plainReader) done() bool { return !r.failed && len(r.rest) == 0 }

// take takes a sign, if it comes next.
func (r *plainReader) take(c byte) bool {
	if r.failed || len(r.rest) == 0 || r.rest[0] != c {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

func (r *plainReader) need(c byte) { r.failed = !r.take(c) }

// text takes a string.
func (r *plainReader) text() []byte {
	if r.need('"'); r.failed {
		return nil
	}
	end := bytes.IndexByte(r.rest, '"')
	if end < 0 || !plainText(r.rest[:end]) {
		r.failed = true
		return nil
	}
	s := r.rest[:end]
	r.rest = r.rest[end+1:]
	return s
}

// plainText reports whether a string stands for itself.
func plainText(s []byte) bool {
	for _, c := range s {
		if c == '\\' || c < ' ' {
			return false
		}
	}
	return utf8.Valid(s)
}

func (r *plainReader) statements() []fact.Statement {
	r.need('[')
	all := make([]fact.Statement, 0, 1+bytes.Count(r.rest, []byte("},{")))
	for !r.failed {
		all = append(all, r.statement())
		if !r.take(',') {
			r.need(']')
			break
		}
	}
	return all
}

func (r *plainReader) statement() (s fact.Statement) {
	r.need('{')
	for seen := 0; !r.failed; {
		field := 0
		switch key := r.text(); string(key) {
		case "name":
			field = 1
		case "about":
			field = 2
		case "value":
			field = 4
		case "source":
			field = 8
		case "at":
			field = 16
		case "proof":
			field = 32
		}
		if r.need(':'); field == 0 || seen&field != 0 || r.failed {
			r.failed = true
			return s
		}
		seen |= field
		r.set(&s, field, r.text())
		if !r.take(',') {
			r.need('}')
			return s
		}
	}
	return s
}

func (r *plainReader) set(s *fact.Statement, field int, text []byte) {
	var err error
	switch field {
	case 1:
		s.Name = string(text)
	case 2:
		s.About = string(text)
	case 4:
		err = s.Value.UnmarshalText(text)
	case 8:
		s.Source = string(text)
	case 16:
		s.At, err = time.Parse(time.RFC3339Nano, string(text))
	case 32:
		s.Proof = string(text)
	}
	r.failed = r.failed || err != nil
}
