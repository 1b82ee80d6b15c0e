package payment

import (
	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/calendar"
	"minzheng/kernel/errs"
)

// Month is a month of payment: "2026-03". Months sort as texts.
type Month = ledger.Month

// MonthOf returns the month of a day.
func MonthOf(d calendar.Day) Month { return ledger.MonthOf(d) }

// ParseMonth reads a month; its error has a sentence.
func ParseMonth(s string) (Month, error) {
	m, err := ledger.ParseMonth(s)
	if err != nil {
		return "", errs.New(errs.Invalid, "月份要写成 2026-03。")
	}
	return m, nil
}
