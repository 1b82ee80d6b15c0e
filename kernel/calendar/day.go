// Package calendar counts the days of law.
//
// A Day is a date in Asia/Shanghai. Working days come from the yearly notices
// of 国务院办公厅, one file for each year; a year without a notice is never
// guessed: whoever asks about it gets an error, and a deadline that runs into
// it is marked provisional.
package calendar

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Day is a date of law in Asia/Shanghai, as days since 1970-01-01. Days can be
// compared and subtracted as numbers.
type Day int32

const (
	layout     = "2006-01-02"
	daySeconds = 24 * 60 * 60
)

// shanghai has a fixed offset, so that no zone database is needed. The summer
// time of 1986–1991 is left out: births are registered by date, not by hour.
func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

// DayOf returns the date that it is in Shanghai at t.
func DayOf(t time.Time) Day {
	s := t.Unix() + 8*60*60
	d := s / daySeconds
	if s%daySeconds < 0 {
		d--
	}
	return Day(d)
}

// Date returns the day of a year, month and day of the month. Values out of
// range run over into the next month or year, as in time.Date.
func Date(year, month, day int) Day {
	return Day(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / daySeconds)
}

// Parse reads "2026-03-02" and nothing else.
func Parse(s string) (Day, error) {
	t, err := time.Parse(layout, s)
	if err != nil || len(s) != len(layout) {
		return 0, fmt.Errorf("calendar: not a date of the form 2006-01-02")
	}
	return Day(t.Unix() / daySeconds), nil
}

func (d Day) utc() time.Time { return time.Unix(int64(d)*daySeconds, 0).UTC() }

// String returns the day as "2026-03-02".
func (d Day) String() string { return d.utc().Format(layout) }

// Long returns the day as letters write it: "2026年3月2日".
func (d Day) Long() string { return d.utc().Format("2006年1月2日") }

// Short returns the day as lists write it: "3月2日 周一".
func (d Day) Short() string {
	names := [...]string{"日", "一", "二", "三", "四", "五", "六"}
	return d.utc().Format("1月2日 周") + names[d.Weekday()]
}

// Year returns the day's year.
func (d Day) Year() int { return d.utc().Year() }

// Month returns the day's month, 1 to 12.
func (d Day) Month() int { return int(d.utc().Month()) }

// DayOfMonth returns 1 to 31.
func (d Day) DayOfMonth() int { return d.utc().Day() }

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday { return time.Weekday(((int(d)+4)%7 + 7) % 7) }

// Start returns 00:00 of the day in Shanghai.
func (d Day) Start() time.Time {
	return time.Unix(int64(d)*daySeconds-8*60*60, 0).In(shanghai())
}

// AddMonths returns the corresponding day n months later (or earlier), or the
// last day of that month if it has no such day: 民法典 art. 202.
func (d Day) AddMonths(n int) Day {
	t := d.utc()
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Date(first.Year(), int(first.Month()), min(t.Day(), last))
}

// Age returns the full years of a person born on birth, on the day on. Born on
// 29 February, a person grows a year older on the 28th when there is no 29th.
// Before birth it is negative.
func Age(birth, on Day) int {
	years := on.Year() - birth.Year()
	if birth.AddMonths(12*years) > on {
		years--
	}
	return years
}

// AddDays returns the last of n calendar days after from; from itself is not
// counted: 民法典 art. 201.
func AddDays(from Day, n int) Day { return from + Day(n) }

// MarshalText writes the day as "2026-03-02"; it is used for JSON as well.
func (d Day) MarshalText() ([]byte, error) {
	if y := d.Year(); y < 0 || y > 9999 {
		return nil, fmt.Errorf("calendar: the year %d has not four digits", y)
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (d *Day) UnmarshalText(text []byte) error {
	day, err := Parse(string(text))
	if err != nil {
		return err
	}
	*d = day
	return nil
}

// Value stores the day as TEXT, so that stored days sort as days.
func (d Day) Value() (driver.Value, error) {
	text, err := d.MarshalText()
	return string(text), err
}

// Scan reads a stored day. NULL is an error: use sql.Null[Day] where a day may
// be missing.
func (d *Day) Scan(stored any) error {
	switch v := stored.(type) {
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	}
	return fmt.Errorf("calendar: a day cannot be read from a %T", stored)
}
