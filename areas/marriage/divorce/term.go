// Package divorce keeps the way of a divorce by agreement: application, thirty
// days in which either may withdraw, thirty days in which both must come, and
// its end by the clock (民法典 art. 1076–1078).
//
// The days are counted from the day of applying whenever they are needed, so a
// holiday notice that comes later counts as well. Only the office that took an
// application finishes it (婚姻登记条例 art. 16).
package divorce

import "minzheng/kernel/calendar"

const (
	coolingDays = 30 // 民法典 art. 1077, first paragraph
	comingDays  = 30 // 民法典 art. 1077, second paragraph
)

// Term are the days of one application.
type Term struct {
	Applied  calendar.Day
	Withdraw calendar.Day // the last day on which either may withdraw
	From     calendar.Day // the first day on which both may come
	Until    calendar.Day // the last
	Note     string       // that the days run into a year whose holidays are not announced
}

// Count counts an application's days: the first day is not counted, and where
// the last is a holiday the period ends on the first day after (art. 201, 203).
func Count(days *calendar.Calendar, applied calendar.Day) Term {
	first := days.RollToWorkday(calendar.AddDays(applied, coolingDays))
	last := days.RollToWorkday(calendar.AddDays(first.Day, comingDays))
	t := Term{Applied: applied, Withdraw: first.Day, From: first.Day + 1, Until: last.Day, Note: last.Note()}
	if first.Provisional {
		t.Note = first.Note()
	}
	return t
}

// Stage is where an application is on a day.
type Stage string

// The stages.
const (
	Cooling Stage = "cooling"
	Coming  Stage = "coming"
	Over    Stage = "over"
)

// On returns the stage on a day.
func (t Term) On(day calendar.Day) Stage {
	switch {
	case day <= t.Withdraw:
		return Cooling
	case day <= t.Until:
		return Coming
	}
	return Over
}
