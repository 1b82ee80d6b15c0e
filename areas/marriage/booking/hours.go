// Package booking keeps the times that couples book at the counter (预约).
//
// A time is never oversold: what is taken is counted by the database, and a
// time that is given back goes to whoever has waited longest, in the same
// transaction. So a free place means that nobody waits. Departments are asked
// in advance about somebody only once they have confirmed it themselves.
package booking

import (
	_ "embed"
	"fmt"
	"slices"

	"minzheng/kernel/calendar"
	"minzheng/kernel/strict"
)

//go:embed hours.yaml
var hoursYAML []byte

// Hours are when an office takes couples, from a day on.
type Hours struct {
	From     string           `yaml:"from"`
	Source   string           `yaml:"source"`
	Ahead    int              `yaml:"ahead"` // days ahead that can be booked
	Slots    []string         `yaml:"slots"`
	Capacity int64            `yaml:"capacity"` // couples in one slot
	Peaks    map[string]int64 `yaml:"peaks"`    // capacity of a day of the year, 05-20
	from     calendar.Day
}

// ReadHours reads hours strictly.
func ReadHours(name string, src []byte) ([]Hours, error) {
	var all []Hours
	if err := strict.YAML(src, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i := range all {
		h := &all[i]
		var err error
		if h.from, err = calendar.Parse(h.From); err != nil || h.Source == "" || h.Ahead < 1 || h.Capacity < 1 || !slices.IsSorted(h.Slots) || len(h.Slots) == 0 || i > 0 && h.from <= all[i-1].from {
			return nil, fmt.Errorf("%s: 第 %d 段预约时间没有写全，或者顺序不对", name, i+1)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: 没有预约时间", name)
	}
	return all, nil
}

// Day is what an office offers on a day.
type Day struct {
	Slots    []string
	Capacity int64
	Peak     bool
}

// on returns what is offered on a day; nothing on a day on which it is closed.
func on(all []Hours, days *calendar.Calendar, day calendar.Day) Day {
	i := len(all) - 1
	for i > 0 && day < all[i].from {
		i--
	}
	h := all[i]
	if n, peak := h.Peaks[day.String()[5:]]; peak {
		return Day{h.Slots, n, true}
	}
	open, err := days.IsWorkday(day)
	if err != nil || !open || day < h.from {
		return Day{} // a year without notice is not booked into
	}
	return Day{h.Slots, h.Capacity, false}
}
