package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/job"
)

// enter moves a case into a step: to whose office, to whom, until when.
func (d *Desk) enter(ctx context.Context, tx *db.Tx, c *Case, s *catalog.Service, code string) error {
	st := s.Step(code)
	if st == nil {
		return fmt.Errorf("service %s has no step %s", s.Code, code)
	}
	office, err := d.office(c.Region, st.Level)
	if err != nil {
		return err
	}
	moved := office != c.Office || st.Role != c.Role
	c.CameFrom, c.Step, c.StepSince = c.Step, code, tx.Now
	c.Office, c.Role = office, st.Role
	c.StepDue = 0
	if st.Within > 0 {
		c.StepDue = d.Calendar.AddWorkdays(calendar.DayOf(tx.Now), st.Within).Day
	}
	if moved {
		if err := d.assign(ctx, tx, c); err != nil {
			return err
		}
	}
	if st.Wait != nil {
		return d.await(ctx, tx, c, st)
	}
	if st.Publicity != nil {
		return d.publish(ctx, tx, c, s, st)
	}
	return nil
}

// assign gives a case to the member of staff of its office and role who has
// the fewest, or back to whoever had it before. Nobody there leaves it with the
// office.
func (d *Desk) assign(ctx context.Context, tx *db.Tx, c *Case) error {
	was := c.Assignee
	c.Assignee = ""
	if c.Role != "citizen" && c.IsOpen() {
		staff, err := d.Staff(ctx, tx, c.Role, c.Office)
		if err != nil {
			return fmt.Errorf("finding staff: %w", err)
		}
		if staff, err = d.may(ctx, tx, c.ID, staff); err != nil {
			return err
		}
		if slices.ContainsFunc(staff, func(w Worker) bool { return w.ID == c.prefer }) {
			c.Assignee = c.prefer
		} else if c.Assignee, err = least(ctx, tx, staff); err != nil {
			return err
		}
	}
	return shift(ctx, tx, was, c.Assignee)
}

func least(ctx context.Context, tx *db.Tx, staff []Worker) (string, error) {
	best, fewest := "", int64(-1)
	for _, w := range staff {
		n, err := db.One(ctx, tx, db.Value[int64], `SELECT COALESCE(MAX(open), 0) FROM casework_load WHERE account = ?`, w.ID)
		if err != nil {
			return "", fmt.Errorf("reading who has how many: %w", err)
		}
		if fewest < 0 || n < fewest {
			best, fewest = w.ID, n
		}
	}
	return best, nil
}

// shift counts a case from one member of staff to another.
func shift(ctx context.Context, tx *db.Tx, from, to string) error {
	if from == to {
		return nil
	}
	by := map[string]int{from: -1, to: 1}
	for _, account := range slices.Sorted(maps.Keys(by)) { // in one order, or two at once block each other
		if account == "" {
			continue
		}
		_, err := tx.Exec(ctx, `INSERT INTO casework_load (account, open) VALUES (?, ?)
			ON CONFLICT (account) DO UPDATE SET open = casework_load.open + excluded.open`, account, by[account])
		if err != nil {
			return fmt.Errorf("counting cases of staff: %w", err)
		}
	}
	return nil
}

// startClock begins the statutory period: the day of 受理 does not count.
func (d *Desk) startClock(c *Case, s *catalog.Service, today calendar.Day) {
	if c.Accepted != 0 || s.Clock.Days == 0 {
		return
	}
	c.Accepted = today
	d.reckon(c, s)
}

// extend gives a case the period of special cases.
func (d *Desk) extend(c *Case, s *catalog.Service) {
	if c.Accepted != 0 && s.Clock.Special > s.Clock.Days {
		c.Extended = true
		d.reckon(c, s)
	}
}

// period is how many days a case may take.
func period(c Case, s *catalog.Service) int {
	if c.Extended {
		return s.Clock.Special
	}
	return s.Clock.Days
}

func (d *Desk) reckon(c *Case, s *catalog.Service) {
	if c.Due = calendar.AddDays(c.Accepted, period(*c, s)); s.Clock.Natural {
		return
	}
	end := d.Calendar.AddWorkdays(c.Accepted, period(*c, s))
	c.Due, c.Provisional = end.Day, end.Provisional
}

// Clock is where a case stands in its statutory period.
type Clock struct {
	Day         int // the day of the period that today is, counted from 受理
	Total       int
	Due         calendar.Day
	Left        int // days left; negative when it is over
	Provisional bool
	Year        int // whose holidays are not announced yet
	Law         string
	Unit        string // what days are counted: 个工作日 or 天
	Word        string // 法定 or 承诺
}

// Clock returns where a case stands; ok is false before 受理.
func (d *Desk) Clock(c Case, s *catalog.Service, today calendar.Day) (k Clock, ok bool) {
	if c.Accepted == 0 || c.Due == 0 {
		return Clock{}, false
	}
	if !c.Closed.IsZero() {
		today = calendar.DayOf(c.Closed)
	}
	k = Clock{Total: period(c, s), Due: c.Due, Provisional: c.Provisional, Law: s.Clock.Law, Unit: s.Clock.Unit(), Word: s.Clock.Word()}
	if k.Day = int(today - c.Accepted); !s.Clock.Natural {
		k.Day, _ = d.Calendar.Workdays(c.Accepted, today)
	}
	k.Left = k.Total - k.Day
	if c.Provisional {
		k.Year = c.Due.Year()
	}
	return k, true
}

// Reclock counts the deadlines of open cases anew. It is called at the start
// of the program: a year whose holidays have become known meanwhile moves what
// ran into it provisionally.
func (d *Desk) Reclock(ctx context.Context) error {
	cases, err := all(ctx, d.DB, `WHERE state = 'open' AND provisional = 1`)
	if err != nil {
		return err
	}
	for _, c := range cases {
		s, err := d.shelf.Version(ctx, d.DB, c.Version)
		if err != nil {
			return err
		}
		end := d.Calendar.AddWorkdays(c.Accepted, period(c, s))
		if end.Provisional {
			continue
		}
		c.Due, c.Provisional = end.Day, false
		if err := d.DB.Do(ctx, func(tx *db.Tx) error { return update(ctx, tx, &c) }); err != nil {
			return err
		}
	}
	return nil
}

const jobPublicity = "casework.publicity"

func at(ctx context.Context, tx *db.Tx, kind string, id ID, when calendar.Day) error {
	return job.Enqueue(ctx, tx, job.New{Kind: kind, Key: string(id), Payload: id, At: when.Start()})
}
