// Package bank speaks with banks: it writes files of payments, and reads files
// of what became of them.
//
// Files are written line by line as the lines come, so the first byte leaves
// before the last line is read and memory stays flat. What a bank sends is
// foreign input: what cannot be understood is said by line, and nothing is
// guessed.
package bank

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"minzheng/kernel/calendar"
)

// Batch is what a file says of all its payments together.
type Batch struct {
	ID      string // at most 35 characters; the same for every file of one roll
	Title   string // 最低生活保障 2026年3月
	Payer   Party
	Made    time.Time
	Day     calendar.Day // on which the bank is to pay
	Count   int
	Sum     int64  // 分
	Subject string // what the recipient reads on the statement
}

// Party is who pays.
type Party struct{ Name, Account string }

// Payment is one line.
type Payment struct {
	ID       string // end-to-end: comes back with the result
	Name     string
	Account  string
	Bank     string // "" where it is not known
	Amount   int64  // 分
	Month    string // 2026-03
	Township string
}

// Writer writes payments. Close must be called; it fails when the lines do not
// add up to what the batch says.
type Writer interface {
	Write(Payment) error
	Close() error
}

// Formats are the kinds of files, by the ends of their names.
var formats = map[string]func(io.Writer, Batch) (Writer, error){"csv": newCSV, "xlsx": newXLSX, "xml": newPain}

// NewWriter begins a file of a format: csv, xlsx, or xml for pain.001.
func NewWriter(w io.Writer, format string, b Batch) (Writer, error) {
	begin, ok := formats[format]
	if !ok {
		return nil, fmt.Errorf("no format %q of payment files", format)
	}
	out, err := begin(w, b)
	if err != nil {
		return nil, err
	}
	return &counted{Writer: out, batch: b}, nil
}

// MediaType is the type of a format's files.
func MediaType(format string) string {
	return map[string]string{"csv": "text/csv; charset=utf-8", "xml": "application/xml",
		"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}[format]
}

// counted sees that a file holds what its head says.
type counted struct {
	Writer
	batch Batch
	count int
	sum   int64
}

var errCount = errors.New("the lines do not add up to what the file's head says")

func (c *counted) Write(p Payment) error {
	if p.Amount <= 0 || p.ID == "" || p.Account == "" || p.Name == "" {
		return fmt.Errorf("payment %s cannot be made: it lacks an amount, a name or an account", p.ID)
	}
	c.count++
	c.sum += p.Amount
	return c.Writer.Write(p)
}

func (c *counted) Close() error {
	if c.count != c.batch.Count || c.sum != c.batch.Sum {
		return errCount
	}
	return c.Writer.Close()
}

// Amount is 分 as files write it: 1210.00.
func Amount(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	return sign + strconv.FormatInt(fen/100, 10) + "." + fmt.Sprintf("%02d", fen%100)
}

// ParseAmount reads an amount; false when it is none of whole 分.
func ParseAmount(s string) (int64, bool) {
	s = strings.NewReplacer(",", "", "，", "", "¥", "", "￥", "", "元", "").Replace(strings.TrimSpace(s))
	whole, part, _ := strings.Cut(s, ".")
	if trimmed := strings.TrimRight(part, "0"); len(trimmed) > 2 {
		return 0, false
	}
	part = (part + "00")[:2]
	if whole == "" || len(whole) > 13 || strings.Trim(whole+part, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+part, 10, 64)
	return n, err == nil
}

// Head are the columns of tables, in both directions; the last three are for
// the bank to fill in.
var head = []string{"流水号", "姓名", "账号", "开户行", "金额", "发放月份", "乡镇（街道）", "结果", "原因", "到账日期"}

func (p Payment) row() []string {
	return []string{p.ID, p.Name, p.Account, p.Bank, Amount(p.Amount), p.Month, p.Township, "", "", ""}
}
