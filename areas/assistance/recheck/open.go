package recheck

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
)

// Occasion is why a benefit is looked at again.
type Occasion struct {
	Benefit string
	Origin  Origin
	Title   string            // for the timeline, and the applicant reads it
	Told    string            // the message to the applicant; "" is the usual one
	Facts   []fact.Statement  // about Subject, whose key nobody knows yet, or about members by their keys
	Person  string            // blind index of whom Subject stands for
	Members []casework.Member // who have come; their keys are given here
	Papers  []casework.Paper
	Detail  map[string]string
	Died    string       // blind index of a person who has died; "" is nobody
	Due     calendar.Day // 0: none
	By      casework.Actor
}

// Subject stands in an occasion's facts for the member with its blind index.
const Subject = "*"

// Look opens a re-check of a benefit, or has the occasion join the one that is
// open. A benefit that has ended is an error of kind Conflict.
func (r *Room) Look(ctx context.Context, tx *db.Tx, o Occasion) (casework.Case, error) {
	b, err := Find(ctx, tx, o.Benefit)
	if err != nil {
		return casework.Case{}, err
	}
	if !b.runs(ledger.MonthOf(calendar.DayOf(tx.Now))) {
		return casework.Case{}, errs.New(errs.Conflict, "这一项已经停了，不用再核对。")
	}
	id := db.NewID()
	n, err := tx.Exec(ctx, `INSERT INTO assistance_recheck (id, open_key, benefit, case_id, origin, month, found, heard, outcome, opened_at, closed_at)
		VALUES (?, ?, ?, ?, ?, ?, '', '', '', ?, 0) ON CONFLICT DO NOTHING`,
		id, b.ID, b.ID, id, string(o.Origin), string(ledger.MonthOf(calendar.DayOf(tx.Now))), db.Millis(tx.Now))
	if err != nil {
		return casework.Case{}, fmt.Errorf("opening a re-check: %w", err)
	}
	if n == 0 {
		return r.join(ctx, tx, b, o)
	}
	first := o
	told := len(o.Facts)+len(o.Members)+len(o.Papers) > 0
	if told { // which stands in a line of its own
		first.Title, first.Detail = "打开复核", nil
	}
	c, err := r.open(ctx, tx, b, id, first)
	if err != nil || !told {
		return c, err
	}
	return r.report(ctx, tx, c.ID, o)
}

func (r *Room) open(ctx context.Context, tx *db.Tx, b Benefit, id string, o Occasion) (casework.Case, error) {
	last, err := lastCase(ctx, tx, b)
	if err != nil {
		return last, err
	}
	g := casework.Again{Key: "recheck/" + id, Of: last, Procedure: Procedure, Applicant: last.Applicant, Due: o.Due, Title: o.Title, Told: o.Told, Detail: o.Detail, By: o.By}
	if err := r.heir(ctx, tx, last, o.Died, &g); err != nil {
		return last, err
	}
	c, err := r.desk.LookAgain(ctx, tx, g)
	if err != nil {
		return c, err
	}
	if _, err := tx.Exec(ctx, `UPDATE assistance_recheck SET case_id = ? WHERE id = ?`, c.ID, id); err != nil {
		return c, fmt.Errorf("opening a re-check: %w", err)
	}
	return c, nil
}

// heir has another of the family stand for it when the applicant has died: the
// spouse, else whoever is eldest. Nobody leaves it as it is.
func (r *Room) heir(ctx context.Context, tx *db.Tx, last casework.Case, died string, g *casework.Again) error {
	members, err := r.desk.Members(ctx, tx, last.ID)
	if err != nil || len(members) == 0 || died == "" || r.desk.People.Index(members[0].Number) != died {
		return err
	}
	s, err := r.desk.Services().Version(ctx, tx, last.Version)
	if err != nil || s.For != "" { // who applied for another is not who receives it
		return err
	}
	facts, err := r.desk.Facts(ctx, tx, last.ID)
	if err != nil {
		return err
	}
	rest := slices.Clone(members[1:])
	slices.SortStableFunc(rest, func(a, b casework.Member) int {
		if a.Relation == "配偶" || b.Relation == "配偶" {
			return map[bool]int{true: -1, false: 1}[a.Relation == "配偶"]
		}
		return int(a.Birth) - int(b.Birth)
	})
	for _, m := range rest {
		if !lives(facts, m.Key) {
			continue
		}
		p, err := r.desk.People.ByNumber(ctx, tx, m.Number)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		g.Applicant, g.First = p.ID, m.Key
		return nil
	}
	return nil
}

// lives reports whether a member counts among those who live together: nothing
// says that they do not, or that they have died.
func lives(facts *fact.Set, about string) bool {
	together, said := facts.Get("共同生活", about)
	dead, _ := facts.Get("已去世", about)
	return (!said || together.Bool()) && !dead.Bool()
}

// join adds an occasion to the re-check that is open.
func (r *Room) join(ctx context.Context, tx *db.Tx, b Benefit, o Occasion) (casework.Case, error) {
	id, err := db.One(ctx, tx, db.Value[string], `SELECT case_id FROM assistance_recheck WHERE open_key = ?`, b.ID)
	if errors.Is(err, db.ErrNone) {
		return casework.Case{}, errs.New(errs.Conflict, "这件事刚刚有人办过了，请刷新后再看。")
	}
	if err != nil {
		return casework.Case{}, fmt.Errorf("finding the open re-check of benefit %s: %w", b.ID, err)
	}
	if o.Origin == Due {
		return casework.Find(ctx, tx, casework.ID(id))
	}
	return r.report(ctx, tx, casework.ID(id), o)
}

func (r *Room) report(ctx context.Context, tx *db.Tx, id casework.ID, o Occasion) (casework.Case, error) {
	here, err := r.desk.Members(ctx, tx, id)
	if err != nil {
		return casework.Case{}, err
	}
	rep := casework.Reported{Facts: r.about(o, here), Papers: o.Papers, Title: o.Title, Detail: o.Detail, By: o.By}
	for i, m := range o.Members {
		m.Key = fmt.Sprintf("m%d", highest(here)+1+i)
		rep.Members = append(rep.Members, m)
	}
	c, err := r.desk.Report(ctx, tx, id, rep)
	if err != nil || c.Step != "same" {
		return c, err
	}
	return r.desk.Act(ctx, tx, casework.Doing{Case: id, Act: "told", Who: casework.System})
}

// about puts a member's key where an occasion's facts have Subject.
func (r *Room) about(o Occasion, members []casework.Member) []fact.Statement {
	var all []fact.Statement
	for _, one := range o.Facts {
		if one.About == Subject {
			i := slices.IndexFunc(members, func(m casework.Member) bool { return r.desk.People.Index(m.Number) == o.Person })
			if i < 0 {
				continue
			}
			one.About = members[i].Key
		}
		all = append(all, one)
	}
	return all
}

// highest is the highest number among the keys of members.
func highest(all []casework.Member) int {
	most := 0
	for _, m := range all {
		n := 0
		fmt.Sscanf(m.Key, "m%d", &n)
		most = max(most, n)
	}
	return most
}
