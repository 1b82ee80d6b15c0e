package region

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxFile    = 256 << 20 // all villages of the country are some 40 MB
	maxName    = 60
	maxTold    = 20 // mistakes told at once
	fieldNames = "代码、名称、上级、起、止、后继"
)

// ReadPlaces reads places from lines of fields parted by tabs: code, name,
// parent, from, to, successor; the last three may be left out. Lines that are
// empty or begin with # are skipped. What is not understood is refused with
// the number of its line.
func ReadPlaces(r io.Reader) ([]Place, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading places: %w", err)
	}
	if len(data) > maxFile {
		return nil, errors.New("行政区划文件太大")
	}
	text := string(bytes.TrimPrefix(data, []byte("\ufeff")))
	places := make([]Place, 0, strings.Count(text, "\n")+1)
	var wrong []error
	for n := 1; text != "" && len(wrong) < maxTold; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		line = strings.TrimSuffix(line, "\r")
		if line == "" || line[0] == '#' {
			continue
		}
		p, err := readPlace(line)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("第 %d 行：%w", n, err))
			continue
		}
		places = append(places, p)
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return places, nil
}

func readPlace(line string) (Place, error) {
	var f [6]string
	n, rest, more := 0, line, true
	for ; more && n < len(f); n++ {
		f[n], rest, more = strings.Cut(rest, "\t")
	}
	if more || n < 3 {
		return Place{}, fmt.Errorf("要有 3 到 6 栏，用制表符隔开：%s", fieldNames)
	}
	p := Place{Code(f[0]), f[1], Code(f[2]), f[3], f[4], Code(f[5])}
	return p, p.check()
}

// check refuses what no place can be, whatever the tree.
func (p Place) check() error {
	switch l := p.Code.Level(); {
	case l == Unknown || l == OfNation:
		return fmt.Errorf("代码%q不对：要 6、9 或 12 位数字", p.Code)
	case !goodName(p.Name):
		return fmt.Errorf("代码 %s 的名称%q不对", p.Code, p.Name)
	case p.Parent.Level() == Unknown:
		return fmt.Errorf("%s（%s）的上级代码%q不对", p.Name, p.Code, p.Parent)
	case p.Parent.Level() >= l:
		return fmt.Errorf("%s（%s）的上级 %s 没有比它高，会绕成一圈", p.Name, p.Code, p.Parent)
	case !goodDay(p.From) || !goodDay(p.To):
		return fmt.Errorf("%s（%s）的起止日期要写成 2026-03-02 的样子", p.Name, p.Code)
	case p.From != "" && p.To != "" && p.To < p.From:
		return fmt.Errorf("%s（%s）的止早于起", p.Name, p.Code)
	case p.Successor != "" && (p.To == "" || p.Successor.Level() == Unknown):
		return fmt.Errorf("%s（%s）的后继不对：有后继就要有止的日期和完整的代码", p.Name, p.Code)
	}
	return nil
}

func goodName(s string) bool {
	n := 0
	for _, r := range s {
		n++
		han := r >= 0x4e00 && r <= 0x9fff // most are; the general test is slow
		if !han && (r == utf8.RuneError || unicode.IsSpace(r) || !unicode.IsPrint(r)) {
			return false
		}
	}
	return n > 0 && n <= maxName
}

func goodDay(s string) bool {
	if s == "" {
		return true
	}
	_, err := time.Parse("2006-01-02", s)
	return err == nil && len(s) == 10
}

// dayBefore returns the ISO day before s.
func dayBefore(s string) string {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		return ""
	}
	return t.AddDate(0, 0, -1).Format("2006-01-02")
}
