package payment

import (
	"strconv"

	"minzheng/kernel/calendar"
	"minzheng/kernel/errs"
)

// Month is a month of payment: "2026-03". Months sort as texts.
type Month string

// MonthOf returns the month of a day.
func MonthOf(d calendar.Day) Month { return Month(d.String()[:7]) }

// ParseMonth reads a month; its error has a sentence.
func ParseMonth(s string) (Month, error) {
	d, err := calendar.Parse(s + "-01")
	if err != nil || d.Year() < 2000 {
		return "", errs.New(errs.Invalid, "月份要写成 2026-03。")
	}
	return MonthOf(d), nil
}

// First is the month's first day; 0 for what is no month.
func (m Month) First() calendar.Day {
	d, _ := calendar.Parse(string(m) + "-01")
	return d
}

// Next is the month after.
func (m Month) Next() Month { return MonthOf(m.First().AddMonths(1)) }

// Long is the month as letters write it: 2026年3月.
func (m Month) Long() string {
	d := m.First()
	if d == 0 {
		return string(m)
	}
	return strconv.Itoa(d.Year()) + "年" + strconv.Itoa(d.Month()) + "月"
}
