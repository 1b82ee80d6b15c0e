package calendar

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
)

//go:embed years/*.json
var national embed.FS

// A Year is what one notice of 国务院办公厅 says about one year. The days may
// reach into the December before, as the holiday of 元旦 sometimes does.
type Year struct {
	Year   int    `json:"year"`
	Notice string `json:"notice"` // 文号, shown beside deadlines
	Off    []Span `json:"off"`    // days off
	Work   []Day  `json:"work"`   // days of a weekend that are worked
}

// A Span is a holiday from its first to its last day.
type Span struct {
	Name string `json:"name"`
	From Day    `json:"from"`
	To   Day    `json:"to"`
}

// Load reads every *.json at the top of dir, one file for each year, and
// refuses what is not wholly understood. All that is wrong is said at once.
func Load(dir fs.FS) ([]Year, error) {
	names, err := fs.Glob(dir, "*.json")
	if err != nil {
		return nil, fmt.Errorf("listing years: %w", err)
	}
	var years []Year
	var wrong []error
	for _, name := range names {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("reading year %s: %w", name, err)
		}
		y, err := parseYear(string(data))
		if err != nil {
			wrong = append(wrong, fmt.Errorf("放假安排文件 %s：%w", name, err))
			continue
		}
		years = append(years, y)
	}
	return years, errors.Join(wrong...)
}

func parseYear(data string) (Year, error) {
	var y Year
	d := json.NewDecoder(strings.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&y); err != nil {
		return Year{}, fmt.Errorf("读不懂：%w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Year{}, errors.New("后面还有多余的内容")
	}
	return y, y.check()
}

// check refuses a table that cannot be a whole notice. New Year's Day and
// National Day are off in every year: a table without them is empty or half.
func (y Year) check() error {
	if y.Year < 1950 || y.Year > 2200 {
		return fmt.Errorf("年份 %d 不对", y.Year)
	}
	if strings.TrimSpace(y.Notice) == "" {
		return errors.New("没有写通知的文号")
	}
	off := map[Day]bool{}
	for _, s := range y.Off {
		if s.From > s.To || s.To-s.From > 30 {
			return fmt.Errorf("%s的起止日期不对", s.Name)
		}
		for d := s.From; d <= s.To; d++ {
			if !y.holds(d) || off[d] {
				return fmt.Errorf("%s 不属于这一年，或写了两次", d)
			}
			off[d] = true
		}
	}
	if !off[Date(y.Year, 1, 1)] || !off[Date(y.Year, 10, 1)] {
		return errors.New("缺少元旦或国庆节，不是完整的放假安排")
	}
	for _, d := range y.Work {
		if !y.holds(d) || off[d] || isWeekday(d) {
			return fmt.Errorf("调休上班日 %s 不对：它要是这一年的周末，又不在假期里", d)
		}
		off[d] = true // so that a second mention is refused
	}
	return nil
}

func (y Year) holds(d Day) bool {
	return d.Year() == y.Year || d.Year() == y.Year-1 && d.Month() == 12
}

func isWeekday(d Day) bool {
	w := d.Weekday()
	return w != time.Saturday && w != time.Sunday
}
