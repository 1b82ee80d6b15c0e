package casework

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/job"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
)

// Application is what an applicant hands in.
type Application struct {
	Key       string // the same for the same submission; a second one makes no second case
	Service   *catalog.Service
	Applicant people.ID
	Region    string   // township or village where it is applied for
	Home      string   // county of registration, where another county decides
	Members   []Member // the applicant first
	Facts     []fact.Statement
	Papers    []Paper
	By        Actor
	Own       *OwnMotion // the bureau opens the case itself; nil: somebody has applied
}

// OwnMotion is a matter that the bureau takes up by itself: nobody has applied, and
// nobody is told that they have.
type OwnMotion struct {
	Title  string            // of the first line in the timeline
	Detail map[string]string // of it
	Due    calendar.Day      // of the first step; 0: as the service says
	Asked  bool              // the departments have just been asked, and the facts have what they said
}

// Paper is an uploaded paper of a case.
type Paper struct {
	File     string // id in kernel/file
	Material string
	By       string // who added it
}

// OpenCase opens a case, gives it a number, a clerk and its first deadline,
// and has the departments asked. If the key was used before, it returns that
// case and changes nothing.
func (d *Desk) OpenCase(ctx context.Context, tx *db.Tx, a Application) (Case, error) {
	if c, err := one(ctx, tx, `WHERE open_key = ?`, a.Key); err == nil || !errs.Is(err, errs.NotFound) {
		return d.sameApplicant(c, a, err)
	}
	c, err := d.newCase(ctx, tx, a)
	if err != nil {
		return Case{}, err
	}
	if d.Opening != nil {
		if err := d.Opening(ctx, tx, Beginning{Subject: c.Subject(), Kinds: []string{c.Service, "case"}, Members: a.Members, By: a.By}); err != nil {
			return Case{}, err
		}
	}
	facts := fact.NewSet(d.shelf.known.Dictionary)
	own, err := d.known(ctx, tx, a)
	if err != nil {
		return Case{}, err
	}
	a.Facts = append(append(a.Facts, implied(a, tx.Now)...), own...)
	facts.Tell(a.Facts...)
	d.refresh(&c, a.Service, facts, calendar.DayOf(tx.Now))
	if err := d.fill(ctx, tx, c, a); err != nil {
		return Case{}, err
	}
	if err := d.enrol(ctx, tx, &c, a); err != nil {
		return Case{}, err
	}
	if err := d.take(ctx, tx, c, a); err != nil {
		return Case{}, err
	}
	purpose := "提交" + a.Service.Short + "申请"
	if a.Own != nil {
		purpose = a.Own.Title
	} else if err := d.message(ctx, tx, c, a.Service, "您的"+a.Service.Short+"申请已经收到，受理号 "+c.Number+"。"); err != nil {
		return Case{}, err
	}
	return c, d.Audit.Record(ctx, tx, audit.Entry{Actor: a.By.ID, ActorName: a.By.Name, Role: a.By.Role, Verb: audit.Act, Subject: c.Subject(),
		Person: string(c.Applicant), Purpose: purpose, Detail: map[string]string{"service": a.Service.Code}})
}

func (d *Desk) sameApplicant(c Case, a Application, err error) (Case, error) {
	if err == nil && c.Applicant != a.Applicant {
		return Case{}, errs.New(errs.Conflict, "这份申请刚刚已经交上去了，请在“我的”里看。")
	}
	return c, err
}

func (d *Desk) newCase(ctx context.Context, tx *db.Tx, a Application) (Case, error) {
	if len(a.Members) == 0 || a.Key == "" {
		return Case{}, fmt.Errorf("an application without members or key")
	}
	if err := CheckHousehold(a.Members); err != nil {
		return Case{}, err
	}
	if err := d.checkFor(ctx, tx, a); err != nil {
		return Case{}, err
	}
	county := string(d.Places.County(region.Code(a.Region)))
	if county == "" {
		return Case{}, errs.New(errs.Invalid, "请选您的户籍在哪个乡镇（街道）。")
	}
	return Case{ID: ID(db.NewID()), key: a.Key, Service: a.Service.Code, Version: a.Service.Version,
		Applicant: a.Applicant, Name: a.Members[0].Name, Region: a.Region, County: county, Opened: tx.Now, State: Open, Members: len(a.Members), Revision: 1}, nil
}

// enrol gives a case its number and clerk and adds it. Numbers have no gaps, so
// applications of one county wait here for each other until the one before is
// committed: it comes as late as it can.
func (d *Desk) enrol(ctx context.Context, tx *db.Tx, c *Case, a Application) error {
	year := calendar.DayOf(tx.Now).Year()
	n, err := next(ctx, tx, fmt.Sprintf("case/%s/%d", c.County, year))
	if err != nil {
		return err
	}
	c.Number = fmt.Sprintf("%s-%d-%06d", c.County, year, n)
	if err := d.enter(ctx, tx, c, a.Service, a.Service.Steps[0].Code); err != nil {
		return err
	}
	if a.Own != nil && a.Own.Due != 0 {
		c.StepDue = a.Own.Due
	}
	err = insert(ctx, tx, *c)
	if db.Taken(errors.Unwrap(err)) {
		return errs.New(errs.Conflict, "这份申请刚刚已经交上去了，请在“我的”里看。")
	}
	return err
}

// fill writes what belongs to a new case.
func (d *Desk) fill(ctx context.Context, tx *db.Tx, c Case, a Application) error {
	for _, m := range a.Members {
		if err := d.addMember(ctx, tx, c.ID, m); err != nil {
			return err
		}
	}
	if err := d.file(ctx, tx, c.ID, a.Members); err != nil {
		return err
	}
	if err := d.tell(ctx, tx, c.ID, a.Facts); err != nil {
		return err
	}
	for _, p := range a.Papers {
		if err := d.addPaper(ctx, tx, c, p); err != nil {
			return err
		}
	}
	first := entry{who: a.By, code: "submit", title: "您交了申请", to: a.Service.Steps[0].Code, shown: true}
	switch {
	case a.Own != nil:
		first.code, first.title, first.detail, first.shown = "open", a.Own.Title, a.Own.Detail, false
	case a.By.Role != "citizen":
		first.title = a.By.Name + "代为提交申请"
	}
	if err := d.note(ctx, tx, c, first); err != nil {
		return err
	}
	for _, m := range a.Members[1:] {
		if m.Consented.IsZero() && a.Service.AsksConsent() {
			if err := d.askConsent(ctx, tx, c, a, m); err != nil {
				return err
			}
		}
	}
	if a.Own != nil && a.Own.Asked {
		return nil
	}
	return job.Enqueue(ctx, tx, job.New{Kind: jobLookup, Key: string(c.ID), Payload: c.ID})
}

// Implied is the source of what follows from the service's definition: what a
// member is too young to be asked about.
const Implied = "implied"

// implied tells who the members are, and of members too young for a look-up
// what the service says holds then.
func implied(a Application, now time.Time) []fact.Statement {
	var all []fact.Statement
	dict := a.Service.Rules.Dictionary()
	for _, m := range a.Members {
		all = append(all, statement("姓名", m.Key, fact.TextOf(m.Name), "self", now),
			statement("与申请人关系", m.Key, fact.TextOf(m.Relation), "self", now),
			statement("出生日期", m.Key, fact.DateOf(int32(m.Birth)), "self", now))
		for _, l := range a.Service.Lookups {
			if l.Of != "member" || !l.About(m.Relation, l.From) || m.Age(calendar.DayOf(now)) >= l.From {
				continue
			}
			for name, typed := range l.Absent {
				if v, err := catalog.ParseFact(dict.Find(name), typed); err == nil {
					all = append(all, statement(name, m.Key, v, Implied, now))
				}
			}
		}
	}
	return all
}

// township is the township above a place, or the place itself.
func (d *Desk) township(place string) string {
	if t, err := d.office(place, "township"); err == nil {
		return t
	}
	return place
}

// Where is a place's name from the county down, for readers.
func (d *Desk) Where(place string) string {
	full := d.Places.FullName(region.Code(place))
	county := d.Places.FullName(d.Places.County(region.Code(place)))
	if short := strings.TrimPrefix(full, county); short != "" {
		return short
	}
	return full
}
