package people

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/form"
)

// Resident is one line of a list of residents, with the address of the household.
type Resident struct {
	Person
	Address string
}

// heads are the columns of a list of residents, in any order. The first four
// are needed.
var heads = []string{"姓名", "身份证号", "户号", "村（社区）代码", "与户主关系", "住址", "手机号"}

const mostWrong = 50

// ReadCSV reads a list of residents with a line of heads. The error names all
// lines that are wrong (the first fifty), without what stands in them.
func ReadCSV(r io.Reader, now time.Time) ([]Resident, error) {
	in := csv.NewReader(skipMark(r))
	in.TrimLeadingSpace = true
	first, err := in.Read()
	if err != nil {
		return nil, errors.New("第 1 行读不懂，要写列名：" + strings.Join(heads, "，"))
	}
	at, err := columnsOf(first)
	if err != nil {
		return nil, err
	}
	var all []Resident
	var wrong []error
	seen := map[string]bool{}
	for len(wrong) < mostWrong {
		row, err := in.Read()
		if err == io.EOF {
			break
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return nil, errors.Join(append(wrong, fmt.Errorf("第 %d 行读不懂，引号或列数不对", bad.Line))...)
		} else if err != nil {
			return nil, fmt.Errorf("reading a list of residents: %w", err)
		}
		line, _ := in.FieldPos(0)
		one, why := resident(row, at, now)
		if why == "" && seen[one.Number] {
			why = "身份证号和前面一行相同"
		}
		if why != "" {
			wrong = append(wrong, fmt.Errorf("第 %d 行：%s", line, why))
			continue
		}
		seen[one.Number] = true
		all = append(all, one)
	}
	return all, errors.Join(wrong...)
}

// skipMark leaves out the mark that spreadsheets put before UTF-8.
func skipMark(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if mark, err := b.Peek(3); err == nil && string(mark) == "\ufeff" {
		b.Discard(3)
	}
	return b
}

func columnsOf(first []string) (map[string]int, error) {
	at := map[string]int{}
	for i, head := range first {
		head = strings.TrimSpace(head)
		if _, twice := at[head]; twice || !slices.Contains(heads, head) {
			return nil, fmt.Errorf("第 1 行的列名“%s”不认识，或者写了两次；可以有：%s", head, strings.Join(heads, "，"))
		}
		at[head] = i
	}
	for _, head := range heads[:4] {
		if _, ok := at[head]; !ok {
			return nil, fmt.Errorf("第 1 行缺少列名“%s”", head)
		}
	}
	return at, nil
}

func resident(row []string, at map[string]int, now time.Time) (Resident, string) {
	get := func(head string) string {
		if i, ok := at[head]; ok {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	r := Resident{Person: Person{Name: get("姓名"), Number: form.Tidy("number", get("身份证号")), Household: get("户号"), Region: get("村（社区）代码"),
		Relation: get("与户主关系"), Phone: form.Tidy("phone", get("手机号"))}, Address: get("住址")}
	for _, why := range []string{form.CheckText("name", "姓名", r.Name, now), form.CheckNumber(r.Number, now), form.CheckText("", "住址", r.Address, now)} {
		if why != "" {
			return r, why
		}
	}
	switch {
	case r.Phone != "" && form.CheckText("phone", "手机号", r.Phone, now) != "":
		return r, "手机号要 11 位数字"
	case len(r.Region) != 12 || strings.Trim(r.Region, "0123456789") != "":
		return r, "村（社区）代码要 12 位数字"
	case r.Household == "":
		return r, "没有户号"
	}
	born, _ := form.Born(r.Number)
	r.Birth = calendar.Date(born.Year(), int(born.Month()), born.Day())
	r.Sex = "男"
	if form.Female(r.Number) {
		r.Sex = "女"
	}
	return r, ""
}
