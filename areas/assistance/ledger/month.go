package ledger

import (
	"fmt"
	"time"

	"minzheng/kernel/calendar"
)

// Month is a month of benefits, "2026-04". Months sort as text.
type Month string

// MonthOf returns the month of a day.
func MonthOf(d calendar.Day) Month { return Month(d.String()[:7]) }

// ParseMonth reads "2026-04" and nothing else.
func ParseMonth(s string) (Month, error) {
	if _, err := time.Parse("2006-01", s); err != nil || len(s) != 7 {
		return "", fmt.Errorf("not a month of the form 2006-01")
	}
	return Month(s), nil
}

// First returns the month's first day.
func (m Month) First() calendar.Day {
	d, _ := calendar.Parse(string(m) + "-01") // every Month was read or made as one
	return d
}

// Add returns the month n months later.
func (m Month) Add(n int) Month { return MonthOf(m.First().AddMonths(n)) }

// Long is the month for readers: 2026年4月.
func (m Month) Long() string {
	return fmt.Sprintf("%d年%d月", m.First().Year(), m.First().Month())
}

// Months returns the months from first to last.
func Months(first, last Month) []Month {
	var all []Month
	for m := first; m <= last; m = m.Add(1) {
		all = append(all, m)
	}
	return all
}
