package monitor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/region"
)

// Figure is what came of some warnings.
type Figure struct {
	Key     string // kind, township or month
	Raised  int
	Open    int
	Wrong   int // closed as 信息有误
	Helped  int // became help
	Ripe    int // closed, or so old that help would have come
	Reached int
	days    []float64 // from raising to the first contact
}

// Share is how many of a hundred ripe warnings became help; ok is false while
// there is none.
func (f Figure) Share() (int, bool) {
	if f.Ripe == 0 {
		return 0, false
	}
	return (f.Helped*100 + f.Ripe/2) / f.Ripe, true
}

// Median is the median of days to the first contact; ok is false while there
// was none.
func (f Figure) Median() (float64, bool) {
	if len(f.days) == 0 {
		return 0, false
	}
	days := slices.Sorted(slices.Values(f.days))
	if n := len(days); n%2 == 0 {
		return (days[n/2-1] + days[n/2]) / 2, true
	}
	return days[len(days)/2], true
}

// Low reports whether few of enough ripe warnings became help: the rule wants
// looking at.
func (f Figure) Low() bool {
	share, ok := f.Share()
	return ok && f.Ripe >= enough && share < tooFew
}

const (
	enough = 10 // warnings, below which a share says nothing
	tooFew = 20 // of a hundred
)

// Figures are the warnings of a time, in all and by kind, township and month.
type Figures struct {
	All                       Figure
	Kinds, Townships, Monthly []Figure
}

// outcome is a warning as figures count it.
type outcome struct {
	kind, township, how, help string
	raised, reached, closed   time.Time
	helpBy                    time.Time
}

// Count counts the warnings raised since a time, in some ranges of places.
func (r *Room) Count(ctx context.Context, rd db.Reader, in []region.Range, since time.Time) (Figures, error) {
	where, args := within(in)
	rows, err := db.All(ctx, rd, func(r db.Row) (o outcome, err error) {
		var raised, reached, closed, helpBy int64
		err = r.Scan(&o.kind, &o.township, &raised, &reached, &closed, &o.how, &o.help, &helpBy)
		o.raised, o.reached, o.closed, o.helpBy = db.Time(raised), db.Time(reached), db.Time(closed), db.Time(helpBy)
		return o, err
	}, `SELECT kind, township, raised, reached, closed, outcome, help, help_by FROM assistance_warning WHERE `+where+` AND raised >= ? ORDER BY raised, id`,
		append(args, db.Millis(since))...)
	if err != nil {
		return Figures{}, fmt.Errorf("counting warnings: %w", err)
	}
	return counted(rows, r.desk.DB.Now()), nil
}

func counted(rows []outcome, now time.Time) (f Figures) {
	for _, o := range rows {
		for _, one := range []*Figure{&f.All, of(&f.Kinds, o.kind), of(&f.Townships, o.township), of(&f.Monthly, calendar.DayOf(o.raised).String()[:7])} {
			one.add(o, now)
		}
	}
	slices.SortFunc(f.Townships, func(a, b Figure) int { return b.Raised - a.Raised })
	return f
}

// of is the figure with a key, which is begun if there is none.
func of(all *[]Figure, key string) *Figure {
	i := slices.IndexFunc(*all, func(f Figure) bool { return f.Key == key })
	if i < 0 {
		i, *all = len(*all), append(*all, Figure{Key: key})
	}
	return &(*all)[i]
}

func (f *Figure) add(o outcome, now time.Time) {
	f.Raised++
	if o.closed.IsZero() {
		f.Open++
	}
	if o.how == "wrong" {
		f.Wrong++
	}
	if o.help != "" {
		f.Helped++
	}
	if o.help != "" || !o.closed.IsZero() || now.After(o.helpBy) {
		f.Ripe++
	}
	if !o.reached.IsZero() {
		f.Reached++
		f.days = append(f.days, o.reached.Sub(o.raised).Hours()/24)
	}
}
