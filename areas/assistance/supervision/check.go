package supervision

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Task is a decision that was drawn, to be checked by somebody who took no
// part in it.
type Task struct {
	ID       string
	Case     casework.ID
	Service  string
	Kind     string
	Township string
	Month    ledger.Month
	Due      calendar.Day
	Outcome  string // "" is not checked yet
	Way      string
	On       calendar.Day
	Found    string
	Again    casework.ID
	By       string
	Done     time.Time
}

// Ways are how something may be checked, and Results what may come of it.
func Ways() []string { return []string{"入户", "电话或视频", "查资料"} }

// Results are what may come of a check, for readers.
func Results() [][2]string {
	return [][2]string{{"fine", "属实，没有问题"}, {"papers", "材料不全，要补"}, {"doubt", "可能不符合，要复核"}}
}

// ResultWord is a result for readers, "" if there is none of that name.
func ResultWord(result string) string {
	for _, o := range Results() {
		if o[0] == result {
			return o[1]
		}
	}
	return ""
}

const taskColumns = `c.id, c.case_id, c.service, c.kind, c.township, d.month, c.due, c.outcome, c.way, c.day, c.found, c.again, c.by_name, c.done_at`

func (r *Room) scanTask(row db.Row) (t Task, err error) {
	var due, on string
	var done int64
	if err := row.Scan(&t.ID, &t.Case, &t.Service, &t.Kind, &t.Township, &t.Month, &due, &t.Outcome, &t.Way, &on, &t.Found, &t.Again, &t.By, &done); err != nil {
		return t, err
	}
	t.Due, _ = calendar.Parse(due)
	t.On, _ = calendar.Parse(on)
	if t.Done = db.Time(done); t.Found != "" {
		err = r.open(&t.Found)
	}
	return t, err
}

const tasks = ` FROM assistance_check AS c JOIN assistance_draw AS d ON d.id = c.draw WHERE c.picked = 1`

// checkers may check: supervisors, and the county's officers.
func checkers() []string { return []string{Supervisor, "county-officer"} }

func checks(who auth.Who) bool { return slices.ContainsFunc(checkers(), who.Holds) }

// Tasks returns what somebody may check, the nearest deadline first, and how
// many there are.
func (r *Room) Tasks(ctx context.Context, rd db.Reader, who auth.Who, most int) ([]Task, int, error) {
	var where string
	var args []any
	for _, role := range checkers() {
		if ranges := r.places(who, role); len(ranges) > 0 {
			where, args = inRanges("c.township", ranges)
			break
		}
	}
	if where == "" {
		return nil, 0, nil
	}
	where = ` AND c.done_at = 0 AND ` + where
	n, err := db.One(ctx, rd, db.Value[int], `SELECT COUNT(*)`+tasks+where, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("counting checks: %w", err)
	}
	all, err := db.All(ctx, rd, r.scanTask, `SELECT `+taskColumns+tasks+where+` ORDER BY c.due, c.id LIMIT ?`, append(args, most)...)
	if err != nil {
		return nil, 0, fmt.Errorf("reading checks: %w", err)
	}
	return all, n, nil
}

// FindTask returns a check for somebody who may do it. For anybody else it is
// not there.
func (r *Room) FindTask(ctx context.Context, rd db.Reader, who auth.Who, id string) (Task, casework.Case, error) {
	t, err := db.One(ctx, rd, r.scanTask, `SELECT `+taskColumns+tasks+` AND c.id = ?`, id)
	if errors.Is(err, db.ErrNone) || err == nil && !r.mayCheck(who, t) {
		return Task{}, casework.Case{}, errs.New(errs.NotFound, "没有找到这一件抽查。")
	}
	if err != nil {
		return t, casework.Case{}, fmt.Errorf("finding a check: %w", err)
	}
	c, err := casework.Find(ctx, rd, t.Case)
	if err != nil {
		return t, c, err
	}
	return t, c, r.desk.Keeps(ctx, rd, c.ID, who.Account)
}

func (r *Room) mayCheck(who auth.Who, t Task) bool {
	return slices.ContainsFunc(checkers(), func(role string) bool { return who.Covers(role, t.Township, r.within) })
}

// Finding is what a check found.
type Finding struct {
	Outcome, Way, Found string
	On                  calendar.Day
}

func (f Finding) check(today calendar.Day) error {
	var p errs.Problems
	if ResultWord(f.Outcome) == "" {
		p.Add("outcome", "请选查下来怎么样。")
	}
	if !slices.Contains(Ways(), f.Way) {
		p.Add("way", "请选怎么查的。")
	}
	if f.On == 0 || f.On > today {
		p.Add("on", "请写哪一天查的，不能晚于今天。")
	}
	if n := len([]rune(f.Found)); n < 5 || n > 1000 {
		p.Add("found", "请写查到了什么，5 到 1000 个字。")
	}
	return p.Err()
}

// Finish writes down what a check found. What is in doubt has the benefit
// looked at again, if it runs; nothing is decided here.
func (r *Room) Finish(ctx context.Context, tx *db.Tx, who auth.Who, id string, f Finding) error {
	t, c, err := r.FindTask(ctx, tx, who, id)
	if err != nil {
		return err
	}
	if err := r.independent(ctx, tx, c, who.Account); err != nil {
		return err
	}
	f.Found = strings.TrimSpace(f.Found)
	if err := f.check(calendar.DayOf(tx.Now)); err != nil {
		return err
	}
	by := casework.Actor{ID: who.Account, Name: who.Name, Role: Supervisor}
	if !who.Holds(Supervisor) {
		by.Role = "county-officer"
	}
	if f.Outcome == "doubt" {
		t.Again, err = r.again(ctx, tx, by, c)
		if err != nil && !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Conflict) { // it does not run any more
			return err
		}
	}
	n, err := tx.Exec(ctx, `UPDATE assistance_check SET outcome = ?, way = ?, day = ?, found = ?, again = ?, by_account = ?, by_name = ?, done_at = ? WHERE id = ? AND done_at = 0`,
		f.Outcome, f.Way, f.On.String(), r.sealed(f.Found), t.Again, by.ID, by.Name, db.Millis(tx.Now), id)
	if err != nil {
		return fmt.Errorf("writing down a check: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这一件刚刚已经查完了，请刷新后再看。")
	}
	return r.desk.Audit.Record(ctx, tx, audit.Entry{Actor: by.ID, ActorName: by.Name, Role: by.Role, Verb: audit.Act, Subject: c.Subject(),
		Person: string(c.Applicant), Purpose: "抽查核实", Detail: map[string]string{"outcome": f.Outcome}})
}

// Reached is how far the checks of a month are, in one township and service.
type Reached struct {
	Month             ledger.Month
	Township, Service string
	All, Picked, Done int
	Asked             int // per cent
	Doubts            int
}

// Short reports whether fewer are checked than was asked for.
func (c Reached) Short() bool { return c.Done*100 < c.Asked*c.All }

// Percent is how many per cent are checked, rounded down.
func (c Reached) Percent() int { return c.Done * 100 / max(1, c.All) }

// Shares returns how far the checks are, the newest month first.
func (r *Room) Shares(ctx context.Context, rd db.Reader, who auth.Who, since ledger.Month) ([]Reached, error) {
	var out []Reached
	for _, role := range checkers() {
		ranges := r.places(who, role)
		if len(ranges) == 0 {
			continue
		}
		where, args := inRanges("c.township", ranges)
		some, err := db.All(ctx, rd, func(row db.Row) (c Reached, err error) {
			return c, row.Scan(&c.Month, &c.Township, &c.Service, &c.All, &c.Picked, &c.Done, &c.Asked, &c.Doubts)
		}, `SELECT d.month, c.township, c.service, COUNT(*), SUM(c.picked), SUM(CASE WHEN c.done_at > 0 THEN 1 ELSE 0 END), MAX(c.share),
			SUM(CASE WHEN c.outcome = 'doubt' THEN 1 ELSE 0 END)
			FROM assistance_check AS c JOIN assistance_draw AS d ON d.id = c.draw WHERE `+where+` AND d.month >= ?
			GROUP BY d.month, c.township, c.service ORDER BY d.month DESC, c.township, c.service`, append(args, string(since))...)
		if err != nil {
			return nil, fmt.Errorf("reading how far the checks are: %w", err)
		}
		out = some
		break
	}
	return out, nil
}

func viewOf(who auth.Who, c casework.Case) audit.Entry {
	role := "county-officer"
	if who.Holds(Supervisor) {
		role = Supervisor
	}
	return audit.Entry{Actor: who.Account, ActorName: who.Name, Role: role, Verb: audit.View, Subject: c.Subject(), Person: string(c.Applicant), Purpose: "抽查核实"}
}
