package bank

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"minzheng/kernel/calendar"
	"minzheng/kernel/errs"
)

// Outcome is what became of a payment.
type Outcome string

// The outcomes. Pending is not final: the bank will say more.
const (
	Paid    Outcome = "paid"
	Failed  Outcome = "failed"
	Pending Outcome = "pending"
)

// Result is what a bank says of one payment.
type Result struct {
	Row     int     `json:"r"` // of the file, as a reader counts
	ID      string  `json:"i"`
	Outcome Outcome `json:"o"`
	Amount  int64   `json:"a"` // 0 where the file does not repeat it
	Name    string  `json:"n,omitempty"`
	Account string  `json:"c,omitempty"`
	Day     string  `json:"d,omitempty"`
	Code    string  `json:"k,omitempty"` // the standard's reason
	Reason  string  `json:"w,omitempty"` // in the bank's words
	Bad     string  `json:"b,omitempty"` // why the row cannot be understood
}

// What a file may hold at most.
const (
	MostBytes = 64 << 20
	mostLines = 500_000
	mostCell  = 400
)

// Read reads a file of results, of whichever kind it is, and hands over each
// row. A file that is none is an error with a sentence; a row that is wrong
// is handed over with what is wrong.
func Read(data []byte, each func(Result) error) error {
	switch {
	case len(data) > MostBytes:
		return errs.New(errs.TooLarge, "文件太大了，请让银行分几个文件给。")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return readXLSX(data, each)
	case bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \r\n\t"), []byte("<")):
		return readPain(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))), each)
	}
	return readCSV(data, each)
}

func readCSV(data []byte, each func(Result) error) error {
	if !utf8.Valid(data) { // what most banks' programs write
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
		if err != nil {
			return errRead()
		}
		data = decoded
	}
	r := csv.NewReader(bufio.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))))
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	t := table{each: each}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t.done()
		}
		if err != nil {
			return errs.Newf(errs.Invalid, "文件第 %d 行读不下去，可能少了引号。请让银行重新给。", t.row+1)
		}
		if err := t.add(row); err != nil {
			return err
		}
	}
}

func readXLSX(data []byte, each func(Result) error) (err error) {
	defer func() { // what is broken inside must not stop the program
		if recover() != nil {
			err = errRead()
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: 512 << 20, UnzipXMLSizeLimit: 32 << 20})
	if err != nil {
		return errRead()
	}
	defer f.Close()
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return errRead()
	}
	rows, err := f.Rows(sheets[0])
	if err != nil {
		return errRead()
	}
	defer rows.Close()
	t := table{each: each}
	for rows.Next() {
		row, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return errRead()
		}
		if err := t.add(row); err != nil {
			return err
		}
	}
	if rows.Error() != nil {
		return errRead()
	}
	return t.done()
}

func errRead() error {
	return errs.New(errs.Invalid, "读不懂这个文件。请用银行给的 XLSX、CSV 或者 pain.002 原文件，不要另存成别的格式。")
}

// table reads rows under a head whose columns may stand in any order.
type table struct {
	each   func(Result) error
	column map[string]int
	row    int
	found  int
}

func (t *table) add(row []string) error {
	t.row++
	if t.row > mostLines {
		return errs.Newf(errs.TooLarge, "文件超过 %d 行，请让银行分几个文件给。", mostLines)
	}
	empty := !slices.ContainsFunc(row, func(s string) bool { return strings.TrimSpace(s) != "" })
	switch {
	case empty:
		return nil
	case t.column == nil:
		return t.heads(row)
	}
	t.found++
	return t.each(t.result(row))
}

func (t *table) done() error {
	if t.column == nil || t.found == 0 {
		return errs.New(errs.Invalid, "文件里一行结果也没有。")
	}
	return nil
}

// needed are the columns without which nothing can be checked.
var needed = []string{"流水号", "姓名", "账号", "金额", "结果"}

func (t *table) heads(row []string) error {
	t.column = map[string]int{}
	for i, name := range row {
		if name = strings.TrimSpace(name); slices.Contains(head, name) {
			if _, twice := t.column[name]; twice {
				return errs.Newf(errs.Invalid, "表头里“%s”有两列。", name)
			}
			t.column[name] = i
		}
	}
	for _, name := range needed {
		if _, ok := t.column[name]; !ok {
			return errs.Newf(errs.Invalid, "第 1 行要是表头，里面要有“%s”这一列。请用导出的文件让银行填结果。", name)
		}
	}
	return nil
}

func (t *table) cell(row []string, name string) string {
	i, ok := t.column[name]
	if !ok || i >= len(row) {
		return ""
	}
	return strings.TrimSpace(row[i])
}

func (t *table) result(row []string) Result {
	r := Result{Row: t.row, ID: strings.ToLower(t.cell(row, "流水号")), Name: t.cell(row, "姓名"), Account: t.cell(row, "账号"),
		Reason: t.cell(row, "原因")}
	var ok bool
	if r.Outcome, ok = words[t.cell(row, "结果")]; !ok {
		r.bad("“结果”要写成功或者失败。")
	}
	if r.Amount, ok = ParseAmount(t.cell(row, "金额")); !ok || r.Amount == 0 {
		r.bad("金额读不懂。")
	}
	if strings.ContainsAny(r.Account, "eE.") {
		r.bad("账号变成了科学计数，后几位丢了。请让银行按文本格式给。")
	}
	var err error
	if r.Day, err = dayOf(t.cell(row, "到账日期")); err != nil {
		r.bad("到账日期要写成 2026-03-12。")
	}
	return r.checked()
}

var words = map[string]Outcome{"成功": Paid, "已到账": Paid, "到账": Paid, "交易成功": Paid, "处理成功": Paid,
	"失败": Failed, "未到账": Failed, "退回": Failed, "交易失败": Failed, "处理失败": Failed, "处理中": Pending, "": Pending}

func (r *Result) bad(why string) {
	if r.Bad == "" {
		r.Bad = why
	}
}

var plainID = regexp.MustCompile(`^[0-9a-z-]{1,35}$`)

// checked refuses what no line of ours can be, so that it goes no further.
func (r Result) checked() Result {
	if !plainID.MatchString(r.ID) {
		r.ID = ""
		r.bad("没有流水号，或者流水号不对。")
	}
	for _, s := range []*string{&r.Name, &r.Account, &r.Reason, &r.Code} {
		if utf8.RuneCountInString(*s) > mostCell || !utf8.ValidString(*s) || strings.ContainsRune(*s, 0) {
			*s = ""
			r.bad("有一格太长，或者有认不出的字符。")
		}
	}
	return r
}

func dayOf(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	if len(s) == 8 {
		s = s[:4] + "-" + s[4:6] + "-" + s[6:]
	}
	s, _, _ = strings.Cut(strings.ReplaceAll(s, "/", "-"), " ")
	d, err := calendar.Parse(s)
	if err != nil {
		return "", fmt.Errorf("reading a day: %w", err)
	}
	return d.String(), nil
}
