package calendar

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
)

// Calendar knows the working days of the years that are loaded. It does not
// change, and is safe for use by several goroutines.
type Calendar struct {
	years  map[int]Year
	except map[Day]bool // days that are not as their weekday says: true is worked
}

// National returns the calendar of the notices that are built in.
func National() (*Calendar, error) {
	dir, err := fs.Sub(national, "years")
	if err != nil {
		return nil, fmt.Errorf("opening built-in years: %w", err)
	}
	years, err := Load(dir)
	if err != nil {
		return nil, err
	}
	return (&Calendar{}).With(years...)
}

// With returns a calendar that knows the given years as well; a year that is
// there already is replaced.
func (c *Calendar) With(years ...Year) (*Calendar, error) {
	all := maps.Clone(c.years)
	if all == nil {
		all = map[int]Year{}
	}
	var wrong []error
	for _, y := range years {
		if err := y.check(); err != nil {
			wrong = append(wrong, fmt.Errorf("%d年放假安排：%w", y.Year, err))
		}
		all[y.Year] = y
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return &Calendar{years: all, except: exceptions(all)}, nil
}

// exceptions goes through the years in order, so that what a notice says about
// the December before wins over the older notice.
func exceptions(years map[int]Year) map[Day]bool {
	except := map[Day]bool{}
	for _, n := range slices.Sorted(maps.Keys(years)) {
		y := years[n]
		for _, s := range y.Off {
			for d := s.From; d <= s.To; d++ {
				except[d] = false
			}
		}
		for _, d := range y.Work {
			except[d] = true
		}
	}
	return except
}

// Loaded reports whether the notice of a year is known.
func (c *Calendar) Loaded(year int) bool { _, ok := c.years[year]; return ok }

// Notice returns the 文号 of a year's notice, or "" if it is not loaded.
func (c *Calendar) Notice(year int) string { return c.years[year].Notice }

// ErrUnloaded is wrapped by errors about a year whose notice is not loaded.
var ErrUnloaded = errors.New("这一年的放假安排还没有公布")

// IsWorkday reports whether offices work on the day. About a year that is not
// loaded it answers with ErrUnloaded.
func (c *Calendar) IsWorkday(d Day) (bool, error) {
	if y := d.Year(); !c.Loaded(y) {
		return false, fmt.Errorf("%d年：%w", y, ErrUnloaded)
	}
	return c.worked(d), nil
}

// worked takes weekdays for working days where no notice is known; whoever
// calls it marks the answer.
func (c *Calendar) worked(d Day) bool {
	if w, known := c.except[d]; known {
		return w
	}
	return isWeekday(d)
}

// A Deadline is the last day of a statutory clock.
type Deadline struct {
	Day         Day
	Provisional bool // days of a year without notice were counted as ordinary weeks
	Unloaded    int  // the first such year
}

// Note returns the sentence that must stand beside a provisional deadline, and
// "" for a firm one.
func (d Deadline) Note() string {
	if !d.Provisional {
		return ""
	}
	return fmt.Sprintf("暂定：%d年放假安排还没有公布", d.Unloaded)
}

// passed marks the deadline when the day belongs to a year without notice.
func (c *Calendar) passed(dl *Deadline, d Day) {
	if y := d.Year(); !dl.Provisional && !c.Loaded(y) {
		dl.Provisional, dl.Unloaded = true, y
	}
}

// AddWorkdays returns the last of n working days after from; from itself is not
// counted (民法典 art. 201). With n of 0 or less it is from.
func (c *Calendar) AddWorkdays(from Day, n int) Deadline {
	dl := Deadline{Day: from}
	for n > 0 {
		dl.Day++
		c.passed(&dl, dl.Day)
		if c.worked(dl.Day) {
			n--
		}
	}
	return dl
}

// Workdays counts the working days after from up to and including to; 0 if to
// is not after from. It is provisional if a year without notice lies between.
func (c *Calendar) Workdays(from, to Day) (n int, provisional bool) {
	var dl Deadline
	for d := from + 1; d <= to; d++ {
		c.passed(&dl, d)
		if c.worked(d) {
			n++
		}
	}
	return n, dl.Provisional
}

// RollToWorkday returns the day, or the first working day after it: where the
// last day of a period is a holiday, the period ends later (民法典 art. 203).
func (c *Calendar) RollToWorkday(d Day) Deadline {
	dl := Deadline{Day: d}
	for c.passed(&dl, dl.Day); !c.worked(dl.Day); c.passed(&dl, dl.Day) {
		dl.Day++
	}
	return dl
}
