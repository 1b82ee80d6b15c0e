package recompute

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
)

// Kind says what a line found.
type Kind string

// The kinds.
const (
	Arrears Kind = "arrears"
	Over    Kind = "over"
	Both    Kind = "both" // some months too little, others too much
	Same    Kind = "same"
	Unknown Kind = "unknown" // facts or parameters lack
)

// Fate says what confirmation made of a line.
type Fate string

// The fates.
const (
	Pending  Fate = ""
	Written  Fate = "done"
	Kept     Fate = "kept" // nothing was to be written
	Excluded Fate = "excluded"
	Changed  Fate = "changed" // the benefit had changed since it was computed
)

// Line is the draft of one family.
type Line struct {
	Benefit  string
	Case     casework.ID
	Region   string
	Township string
	Kind     Kind
	Arrears  int64 // 分
	Over     int64
	GoesOn   bool  // the benefit runs in the next month
	Now      int64 // recorded for the next month
	Next     int64 // by the rules of the run; unknown lines have 0
	Months   []Month
	Excluded string // why it is left out
	State    Fate
}

// Month is one month of a line.
type Month struct {
	Month  ledger.Month `json:"m"`
	Had    int64        `json:"h"`           // what the family has, or is to have
	Waived int64        `json:"w,omitempty"` // what it has too much and may keep
	Due    int64        `json:"d"`           // by the rules of the run
	Known  bool         `json:"k"`
}

// Arrears is what the month lacks.
func (m Month) Arrears() int64 {
	if !m.Known {
		return 0
	}
	return max(m.Due-m.Had, 0)
}

// Over is what the month has too much, beyond what the family may keep.
func (m Month) Over() int64 {
	if !m.Known {
		return 0
	}
	return max(m.Had-m.Due-m.Waived, 0)
}

// Stops reports that by the rules nothing is due any more from the next month
// on: that is for a person to look into, and no run ends a benefit.
func (l Line) Stops() bool { return l.Kind != Unknown && l.GoesOn && l.Now > 0 && l.Next == 0 }

// More and Less are by how much the monthly amount would change.
func (l Line) More() int64 { return l.moved(1) }

// Less is More downwards.
func (l Line) Less() int64 { return l.moved(-1) }

func (l Line) moved(sign int64) int64 {
	if l.Kind == Unknown || !l.GoesOn {
		return 0
	}
	return max(sign*(l.Next-l.Now), 0)
}

// unknown is a month's or the next month's amount that nobody can say.
const unknown = -1

// draft makes the line of an account; due are the amounts by the rules of the
// run, for its months and the next.
func draft(run Run, a ledger.Account, due []int64) Line {
	l := Line{Benefit: a.ID, Case: casework.ID(a.Case), Region: a.Region, Kind: Same, GoesOn: a.Runs(run.Next()), Now: a.In(run.Next())}
	lacks := false
	for i, m := range run.Months() {
		if !a.Runs(m) {
			continue
		}
		one := Month{Month: m, Had: a.Had(m), Waived: a.Waived(m), Due: max(due[i], 0), Known: due[i] != unknown}
		lacks = lacks || !one.Known
		l.Months = append(l.Months, one)
	}
	next := due[len(due)-1]
	if lacks || l.GoesOn && next == unknown {
		l.Kind = Unknown
		return l
	}
	if l.GoesOn {
		l.Next = next
	}
	for _, one := range l.Months {
		l.Arrears, l.Over = l.Arrears+one.Arrears(), l.Over+one.Over()
	}
	switch {
	case l.Arrears > 0 && l.Over > 0:
		l.Kind = Both
	case l.Arrears > 0:
		l.Kind = Arrears
	case l.Over > 0:
		l.Kind = Over
	}
	return l
}

// fits reports whether the account is still as the line found it.
func (l Line) fits(run Run, a ledger.Account) bool {
	if l.GoesOn != a.Runs(run.Next()) || l.Now != a.In(run.Next()) {
		return false
	}
	given := 0
	for _, m := range run.Months() {
		if a.Runs(m) {
			given++
		}
	}
	if given != len(l.Months) {
		return false
	}
	for _, one := range l.Months {
		if !a.Runs(one.Month) || a.Had(one.Month) != one.Had || a.Waived(one.Month) != one.Waived {
			return false
		}
	}
	return true
}

const lineColumns = `benefit, case_id, region, township, kind, arrears, over, goes_on, now, next, months, excluded, state`

func (m *Room) scanLine(r db.Row) (l Line, err error) {
	var months string
	if err := r.Scan(&l.Benefit, &l.Case, &l.Region, &l.Township, &l.Kind, &l.Arrears, &l.Over, &l.GoesOn, &l.Now, &l.Next, &months, &l.Excluded, &l.State); err != nil {
		return l, err
	}
	if l.Excluded != "" {
		if l.Excluded, err = m.desk.Box.UnsealText(l.Excluded, sealExcluded); err != nil {
			return l, err
		}
	}
	return l, json.Unmarshal([]byte(months), &l.Months)
}

const sealExcluded = "assistance/excluded"

func addLines(ctx context.Context, tx *db.Tx, run string, lines []Line) error {
	for _, l := range lines {
		months, err := json.Marshal(l.Months)
		if err != nil {
			return fmt.Errorf("writing a line: %w", err)
		}
		goesOn := 0
		if l.GoesOn {
			goesOn = 1
		}
		_, err = tx.Exec(ctx, `INSERT INTO assistance_recompute_line (run, benefit, case_id, region, township, kind, arrears, over, goes_on, now, next, months)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			run, l.Benefit, string(l.Case), l.Region, l.Township, string(l.Kind), l.Arrears, l.Over, goesOn, l.Now, l.Next, string(months))
		if err != nil {
			return fmt.Errorf("adding a line: %w", err)
		}
	}
	return nil
}

// Filter chooses lines of a run.
type Filter string

// The filters; "" is all.
const (
	OfArrears  Filter = "arrears"
	OfOver     Filter = "over"
	OfSame     Filter = "same"
	OfUnknown  Filter = "unknown"
	OfExcluded Filter = "excluded"
	OfChanged  Filter = "changed"
)

func (f Filter) where() string {
	switch f {
	case OfArrears, OfOver:
		return ` AND kind IN ('` + string(f) + `', 'both')`
	case OfSame, OfUnknown:
		return ` AND kind = '` + string(f) + `'`
	case OfExcluded:
		return ` AND excluded > ''`
	case OfChanged:
		return ` AND state = 'changed'`
	}
	return ""
}

// Lines returns some lines of a run in the order of regions.
func (m *Room) Lines(ctx context.Context, r db.Reader, run string, f Filter, skip, most int) ([]Line, error) {
	return m.lines(ctx, r, `WHERE run = ?`+f.where()+` ORDER BY region, benefit LIMIT ? OFFSET ?`, run, most, skip)
}

// CountLines counts the lines that a filter chooses.
func CountLines(ctx context.Context, r db.Reader, run string, f Filter) (int, error) {
	n, err := db.One(ctx, r, db.Value[int], `SELECT COUNT(*) FROM assistance_recompute_line WHERE run = ?`+f.where(), run)
	if err != nil {
		return 0, fmt.Errorf("counting lines: %w", err)
	}
	return n, nil
}

// after returns the lines that come after a cursor.
func (m *Room) after(ctx context.Context, r db.Reader, run string, c cursor) ([]Line, error) {
	return m.lines(ctx, r, `WHERE run = ? AND (region > ? OR region = ? AND benefit > ?) ORDER BY region, benefit LIMIT ?`, run, c.region, c.region, c.id, m.page)
}

func (m *Room) lines(ctx context.Context, r db.Reader, where string, args ...any) ([]Line, error) {
	all, err := db.All(ctx, r, m.scanLine, `SELECT `+lineColumns+` FROM assistance_recompute_line `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading lines: %w", err)
	}
	return all, nil
}

// Line returns the line of one benefit, or an error of kind NotFound.
func (m *Room) Line(ctx context.Context, r db.Reader, run, benefit string) (Line, error) {
	return m.oneLine(ctx, r, `benefit = ?`, run, benefit)
}

// LineOf returns the line of a case, or an error of kind NotFound.
func (m *Room) LineOf(ctx context.Context, r db.Reader, run string, c casework.ID) (Line, error) {
	return m.oneLine(ctx, r, `case_id = ?`, run, string(c))
}

func (m *Room) oneLine(ctx context.Context, r db.Reader, which, run, arg string) (Line, error) {
	l, err := db.One(ctx, r, m.scanLine, `SELECT `+lineColumns+` FROM assistance_recompute_line WHERE run = ? AND `+which, run, arg)
	if errors.Is(err, db.ErrNone) {
		return Line{}, errs.New(errs.NotFound, "这次重算里没有这一户。")
	}
	if err != nil {
		return Line{}, fmt.Errorf("finding a line: %w", err)
	}
	return l, nil
}

// township is the township that a region is or lies in; what is higher stands
// for itself.
func (m *Room) township(code string) string {
	for _, c := range m.desk.Places.Path(region.Code(code)) {
		if c.Level() == region.OfTownship {
			return string(c)
		}
	}
	return strings.TrimSpace(code)
}
