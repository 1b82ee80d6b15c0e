package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/job"
)

// stage plays the cases of the demo: what happened on earlier days is done on
// those days, by a clock of its own.
type stage struct {
	app    *app.App
	county *county.County
	desk   *casework.Desk
	queue  *job.Queue
	clock  time.Time
	events []event
}

// event is something that happened at a time.
type event struct {
	at time.Time
	do func(ctx context.Context) error
}

// Cases plays the cases, if there are none yet, and then looks through the
// register for people who have not asked.
func Cases(ctx context.Context, a *app.App) error {
	n, err := db.One(ctx, a.DB, db.Value[int], `SELECT COUNT(*) FROM casework_case`)
	if err != nil || n > 0 {
		return err
	}
	s := &stage{app: a, county: County(a)}
	s.desk, s.queue = a.Clocked(func() time.Time { return s.clock })
	if err := s.write(ctx); err != nil {
		return err
	}
	if err := s.play(ctx); err != nil {
		return err
	}
	_, err = a.Sweep(ctx, calendar.DayOf(a.DB.Now())) // as last night
	return err
}

func (s *stage) play(ctx context.Context) error {
	slices.SortStableFunc(s.events, func(a, b event) int { return a.at.Compare(b.at) })
	for i, e := range s.events {
		s.clock = e.at
		if err := e.do(ctx); err != nil {
			return fmt.Errorf("demo event of %s: %w", e.at.Format(time.DateTime), err)
		}
		if i+1 < len(s.events) && s.events[i+1].at.Equal(e.at) {
			continue
		}
		if err := s.queue.RunDue(ctx); err != nil {
			return fmt.Errorf("demo jobs of %s: %w", e.at.Format(time.DateTime), err)
		}
	}
	return nil
}

func (s *stage) add(at time.Time, do func(ctx context.Context) error) {
	s.events = append(s.events, event{at, do})
}

// back is the working day that lies n working days before today.
func (s *stage) back(n int) calendar.Day {
	d := calendar.DayOf(s.app.DB.Now())
	for n > 0 || !s.workday(d) {
		if s.workday(d) {
			n--
		}
		d--
	}
	return d
}

func (s *stage) workday(d calendar.Day) bool {
	ok, err := s.desk.Calendar.IsWorkday(d)
	if err != nil { // a year that is not loaded: weekdays will do for made-up days
		return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
	}
	return ok
}

func (s *stage) after(d calendar.Day, n int) calendar.Day {
	if n == 0 {
		return d
	}
	return s.desk.Calendar.AddWorkdays(d, n).Day
}

func at(d calendar.Day, hour, minute int) time.Time {
	return d.Start().Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// matter is one case of the demo while it is played.
type matter struct {
	*stage
	household int
	day       calendar.Day // handed in
	id        casework.ID
	stuck     bool // departments that do not answer leave it where it is
}

// handIn has the head of the household, or whoever applies, hand in.
func (m *matter) handIn(applicant string) {
	m.add(at(m.day, 9, 14), func(ctx context.Context) error {
		me, err := m.desk.People.ByNumber(ctx, m.desk.DB, applicant)
		if err != nil {
			return err
		}
		service, err := m.desk.Services().Find("dibao")
		if err != nil {
			return err
		}
		d, papers, err := m.draft(ctx, me, service)
		if err != nil {
			return err
		}
		return m.desk.DB.Do(ctx, func(tx *db.Tx) error {
			for _, p := range papers {
				f, err := m.app.Files.Add(ctx, tx, p.blob.File("draft/"+d.ID, me.Name))
				if err != nil {
					return err
				}
				d.Papers = append(d.Papers, casework.Paper{File: f.ID, Material: p.material, By: me.Name})
			}
			if err := m.desk.SaveDraft(ctx, tx, d); err != nil {
				return err
			}
			c, err := m.desk.HandIn(ctx, tx, d, casework.Actor{ID: string(me.ID), Name: me.Name, Role: "citizen"})
			m.id = c.ID
			return err
		})
	})
}

// everyoneConsents has the grown members agree on their own phones.
func (m *matter) everyoneConsents() {
	m.add(at(m.day, 9, 30), func(ctx context.Context) error {
		members, err := m.desk.Members(ctx, m.desk.DB, m.id)
		if err != nil {
			return err
		}
		for _, one := range members {
			if !one.Consented.IsZero() {
				continue
			}
			p, err := m.desk.People.ByNumber(ctx, m.desk.DB, one.Number)
			if err != nil {
				return err
			}
			err = m.desk.DB.Do(ctx, func(tx *db.Tx) error {
				return m.desk.Consent(ctx, tx, m.id, one.Number, casework.Actor{ID: string(p.ID), Name: p.Name, Role: "citizen"})
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// step has the member of staff who holds the case do an act, n working days
// after it was handed in.
func (m *matter) step(n, hour int, act, reason string, more ...func(*casework.Doing)) {
	m.add(at(m.after(m.day, n), hour, 20), func(ctx context.Context) error {
		c, err := casework.Find(ctx, m.desk.DB, m.id)
		if err != nil || m.stuck {
			return err
		}
		who, err := m.holder(ctx, c)
		if err != nil {
			return err
		}
		if err := m.settleAll(ctx, c, who); err != nil {
			return err
		}
		do := casework.Doing{Case: m.id, Act: act, Who: who, Reason: reason}
		for _, change := range more {
			change(&do)
		}
		err = m.desk.DB.Do(ctx, func(tx *db.Tx) error { _, err := m.desk.Act(ctx, tx, do); return err })
		if m.stuck = errs.Is(err, errs.Conflict); m.stuck {
			return nil
		}
		return err
	})
}

func (m *matter) holder(ctx context.Context, c casework.Case) (casework.Actor, error) {
	if c.Assignee == "" {
		return casework.Actor{}, fmt.Errorf("nobody holds the case at %s", c.Step)
	}
	a, err := auth.Find(ctx, m.desk.DB, c.Assignee)
	return casework.Actor{ID: a.ID, Name: a.Name, Role: c.Role}, err
}

// settleAll takes the best ranked source where sources differ.
func (m *matter) settleAll(ctx context.Context, c casework.Case, who casework.Actor) error {
	service, err := m.desk.Services().Version(ctx, m.desk.DB, c.Version)
	if err != nil {
		return err
	}
	facts, err := m.desk.Facts(ctx, m.desk.DB, c.ID)
	if err != nil || c.Step == "submitted" {
		return err
	}
	for _, k := range m.desk.Conflicts(service, facts) {
		s := casework.Settling{Fact: k.Def.Name, About: k.About, Value: k.Said[0].Value, Reason: "与上门看到的一致，采用部门数据。", Who: who}
		if err := m.desk.DB.Do(ctx, func(tx *db.Tx) error { return m.desk.Settle(ctx, tx, c.ID, s) }); err != nil && !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	return nil
}

// visited is the form of a home visit.
func (m *matter) visited(n int, found string) {
	m.step(n, 15, "visited", "", func(do *casework.Doing) {
		service, err := m.desk.Services().Find("dibao")
		if err != nil {
			return
		}
		day := m.after(m.day, n)
		sent := map[string][]string{"visited_on": {day.String()}, "visit_way": {"入户"}, "investigator_1": {do.Who.Name}, "investigator_2": {"村干部张明"},
			"visit_found": {found}, "visit_signed": {"是"}}
		do.Answers, _ = form.Read(service.Step("visit").Act("visited").Form, sent, m.clock)
	})
}
