package exchange

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"minzheng/kernel/calendar"
)

// drop asks by file: questions go into a list a day in DIR/out, answers are
// read from the lists (CSV or XLSX) in DIR/in. Until one is there the source is
// silent, and whoever asks again finds it.
type drop struct {
	x   *Exchange
	s   Source
	dir string
}

// The columns of both lists; the fields stand beside them by their codes.
const (
	colKey    = "编号"
	colResult = "结果"
)

const mostDrop = 16 << 20 // bytes of one list

func (a drop) ask(_ context.Context, q Question, _ string) (*reply, error) {
	fields := append([]string{q.Source, q.Subject, q.Number}, q.Fields...)
	key := hash([]byte(strings.Join(fields, "\n")))[:32]
	r, err := a.find(key)
	if err != nil || r != nil {
		return r, err
	}
	if err := a.put(key, q); err != nil {
		return nil, failure{Cut}
	}
	return nil, failure{Pending}
}

// find looks for the answer in all lists, the newest name first.
func (a drop) find(key string) (*reply, error) {
	all, err := os.ReadDir(filepath.Join(a.dir, "in"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, failure{Cut}
	}
	slices.Reverse(all)
	for _, e := range all {
		ext := strings.ToLower(filepath.Ext(e.Name()))
		info, err := e.Info()
		if err != nil || ext != ".csv" && ext != ".xlsx" || info.Size() > mostDrop {
			continue
		}
		b, err := os.ReadFile(filepath.Join(a.dir, "in", e.Name()))
		if err != nil {
			return nil, failure{Cut}
		}
		if r, err := readDrop(b, ext, key); err != nil || r != nil {
			return r, err
		}
	}
	return nil, nil
}

// readDrop returns the answer to a question, nil if the list has none.
func readDrop(b []byte, ext, key string) (*reply, error) {
	rows, err := dropRows(b, ext)
	if err != nil || len(rows) == 0 {
		return nil, failure{Unread}
	}
	head := rows[0]
	at, result := slices.Index(head, colKey), slices.Index(head, colResult)
	if at < 0 || result < 0 {
		return nil, failure{Unread}
	}
	for _, row := range rows[1:] {
		if at < len(row) && row[at] == key {
			return dropReply(head, row, result)
		}
	}
	return nil, nil
}

func dropRows(b []byte, ext string) ([][]string, error) {
	if ext == ".csv" {
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))))
		r.FieldsPerRecord = -1
		return r.ReadAll()
	}
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: 8 * mostDrop, UnzipXMLSizeLimit: mostDrop})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.GetRows(f.GetSheetName(0))
}

func dropReply(head, row []string, result int) (*reply, error) {
	if result >= len(row) {
		return nil, failure{Unread}
	}
	found, covered := row[result] == "查到", row[result] != "不覆盖"
	if !found && row[result] != "没有记录" && covered {
		return nil, failure{Unread}
	}
	r := &reply{Found: &found, Covered: &covered, Values: map[string]json.RawMessage{}, digest: hash([]byte(strings.Join(row, "\n"))), guard: Plain}
	for i, v := range row {
		if found && i < len(head) && head[i] != colKey && head[i] != colResult && v != "" {
			r.Values[head[i]] = cell(v)
		}
	}
	return r, nil
}

// cell is a value as a list has it: a whole number, yes or no, or words.
func cell(v string) json.RawMessage {
	if n, err := strconv.ParseInt(v, 10, 64); err == nil && strconv.FormatInt(n, 10) == v {
		return json.RawMessage(v)
	}
	switch v {
	case "是":
		return json.RawMessage("true")
	case "否":
		return json.RawMessage("false")
	}
	b, _ := json.Marshal(v)
	return b
}

// put lays a question into today's list, once however often it is asked.
func (a drop) put(key string, q Question) error {
	asked := filepath.Join(a.dir, "asked")
	for _, dir := range []string{asked, filepath.Join(a.dir, "out"), filepath.Join(a.dir, "in")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(asked, key)); err == nil {
		return nil
	}
	if err := a.write(key, q); err != nil {
		return err
	}
	// Marked only after the line is there: a crash between them asks twice,
	// which the department sees by the number, and never loses one.
	return os.WriteFile(filepath.Join(asked, key), nil, 0o600)
}

func (a drop) write(key string, q Question) error {
	name := filepath.Join(a.dir, "out", a.s.Code+"-"+calendar.DayOf(a.x.now()).String()+".csv")
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if end, err := f.Seek(0, io.SeekEnd); err == nil && end == 0 {
		w.Write([]string{colKey, "公民身份号码", "姓名", "字段", "目的", "依据", "办件", "县"})
	}
	w.Write([]string{key, q.Number, q.Name, strings.Join(q.Fields, " "), q.Purpose, q.Law, q.Subject, q.County})
	w.Flush()
	_, err = f.Write(b.Bytes())
	return errors.Join(err, f.Sync(), f.Close())
}
