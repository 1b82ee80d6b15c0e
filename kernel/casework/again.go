package casework

import (
	"context"
	"slices"
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
)

// Again is a matter that was decided and is to be looked at again.
type Again struct {
	Key       string // the same for the same occasion
	Of        Case   // the case that was decided last
	Procedure string // code of the procedure that it goes; "" is the service's own way
	Applicant people.ID
	First     string       // key of the member who is the applicant now; "" is who was
	Due       calendar.Day // 0: the law sets none
	Title     string       // of the first line in the timeline
	Told      string       // to the applicant
	Detail    map[string]string
	By        Actor
}

// LookAgain opens a case about a matter that was decided: with the same family,
// with what counted then until somebody speaks, under today's rules. The
// departments are asked anew, about whoever has agreed to later looks too. If
// the key was used before, it returns that case and changes nothing.
func (d *Desk) LookAgain(ctx context.Context, tx *db.Tx, g Again) (Case, error) {
	if c, err := one(ctx, tx, `WHERE open_key = ?`, g.Key); err == nil || !errs.Is(err, errs.NotFound) {
		return c, err
	}
	s, old, err := d.services(ctx, tx, g)
	if err != nil {
		return Case{}, err
	}
	a, facts, err := d.carried(ctx, tx, g, s, old)
	if err != nil {
		return Case{}, err
	}
	c, err := d.newCase(ctx, tx, a)
	if err != nil {
		return Case{}, err
	}
	c.Again, c.Due = g.Of.ID, g.Due
	d.refresh(&c, s, facts, calendar.DayOf(tx.Now))
	if err := d.fillAgain(ctx, tx, c, a, g); err != nil {
		return Case{}, err
	}
	if err := d.enrol(ctx, tx, &c, a); err != nil {
		return Case{}, err
	}
	if g.Told != "" {
		if err := d.message(ctx, tx, c, s, g.Told); err != nil {
			return Case{}, err
		}
	}
	return c, d.Audit.Record(ctx, tx, audit.Entry{Actor: g.By.ID, ActorName: g.By.Name, Role: g.By.Role, Verb: audit.Act, Subject: c.Subject(),
		Person: string(c.Applicant), Purpose: g.Title, Detail: map[string]string{"service": s.Base(), "procedure": s.Code, "again": string(g.Of.ID)}})
}

// services are today's under the procedure, and the one that was decided by.
func (d *Desk) services(ctx context.Context, tx *db.Tx, g Again) (now, old *catalog.Service, err error) {
	if old, err = d.shelf.Version(ctx, tx, g.Of.Version); err != nil {
		return nil, nil, err
	}
	base, err := d.shelf.Find(old.Base())
	if err != nil {
		return nil, nil, err
	}
	if now = base; g.Procedure != "" {
		if now, err = d.shelf.Over(g.Procedure, base); err != nil {
			return nil, nil, err
		}
	}
	return now, old, keep(ctx, tx, []*catalog.Service{now})
}

// carried is what comes over from the case that was decided.
func (d *Desk) carried(ctx context.Context, tx *db.Tx, g Again, s, old *catalog.Service) (Application, *fact.Set, error) {
	members, err := d.Members(ctx, tx, g.Of.ID)
	if err != nil {
		return Application{}, nil, err
	}
	was, err := d.Facts(ctx, tx, g.Of.ID)
	if err != nil {
		return Application{}, nil, err
	}
	rename := exchanged(g.First)
	for i := range members {
		members[i] = members[i].again(rename, old, calendar.DayOf(tx.Now))
	}
	slices.SortStableFunc(members, func(a, b Member) int { return len(a.Key)*100 - len(b.Key)*100 + strings.Compare(a.Key, b.Key) })
	a := Application{Key: g.Key, Service: s, Applicant: g.Applicant, Region: g.Of.Region, Members: members, Facts: earlier(was, rename, ownOf(s, g.First)), By: g.By}
	a.Facts = append(a.Facts, relations(members, tx.Now)...)
	a.Facts = append(a.Facts, unasked(s, members, tx.Now)...)
	own, err := d.known(ctx, tx, a)
	if err != nil {
		return a, nil, err
	}
	a.Facts = append(a.Facts, own...)
	facts := fact.NewSet(d.shelf.known.Dictionary)
	facts.Tell(a.Facts...)
	return a, facts, nil
}

// exchanged has another member take the applicant's place.
func exchanged(first string) func(string) string {
	return func(key string) string {
		switch {
		case first == "" || first == Applicant:
			return key
		case key == first:
			return Applicant
		case key == Applicant:
			return first
		}
		return key
	}
}

// again is a member of the earlier case in the new one. A consent goes on if
// the service said so when it was given, and while whoever gave it may.
func (m Member) again(rename func(string) string, old *catalog.Service, today calendar.Day) Member {
	was := m.Key
	m.Key = rename(m.Key)
	switch {
	case was == m.Key:
	case m.Key == Applicant:
		m.Relation = "本人"
	case m.Relation == "本人":
		m.Relation = "其他"
	}
	if !old.Consent.Lasts || m.ConsentBy == "guardian" && m.Age(today) >= old.Consent.From {
		m.Consented, m.ConsentBy = time.Time{}, ""
	}
	return m
}

// ownOf are the facts that were the former applicant's own, where another takes
// their place: how they are reached, and where they are paid.
func ownOf(s *catalog.Service, first string) []string {
	var all []string
	if first == "" || first == Applicant {
		return nil
	}
	for _, page := range s.Form {
		for _, f := range page.Fields {
			if page.Each == "" && (f.Check == "bank" || f.Check == "phone") {
				all = append(all, f.Fact)
			}
		}
	}
	return all
}

// earlier are the facts that counted, as the source that speaks last.
func earlier(was *fact.Set, rename func(string) string, without []string) []fact.Statement {
	var all []fact.Statement
	was.Each(func(name, about string, said []fact.Statement) {
		if name == "与申请人关系" || said[0].Source == Implied || slices.Contains(without, name) {
			return
		}
		one := said[0]
		one.About, one.Source = rename(about), fact.Earlier
		all = append(all, one)
	})
	return all
}

// relations tell anew who everybody is to the applicant.
func relations(members []Member, now time.Time) []fact.Statement {
	var all []fact.Statement
	for _, m := range members {
		all = append(all, statement("与申请人关系", m.Key, fact.TextOf(m.Relation), "self", now))
	}
	return all
}

// unasked tells what holds of members who are still too young to be asked.
func unasked(s *catalog.Service, members []Member, now time.Time) []fact.Statement {
	dr := Draft{}
	for _, m := range members {
		dr.Members = append(dr.Members, DraftMember{Key: m.Key, Name: m.Name, Number: m.Number, Relation: m.Relation})
	}
	var all []fact.Statement
	for _, one := range append(dr.unasked(s, calendar.DayOf(now), now), implied(Application{Service: s, Members: members}, now)...) {
		if one.Source == Implied {
			all = append(all, one)
		}
	}
	return all
}

// fillAgain writes what belongs to the new case.
func (d *Desk) fillAgain(ctx context.Context, tx *db.Tx, c Case, a Application, g Again) error {
	for _, m := range a.Members {
		if err := d.addMember(ctx, tx, c.ID, m); err != nil {
			return err
		}
	}
	if err := d.file(ctx, tx, c.ID, a.Members); err != nil {
		return err
	}
	var by [2][]fact.Statement // what counted, and what follows; each with one source
	for _, one := range a.Facts {
		i := 0
		if one.Source != fact.Earlier {
			i = 1
		}
		by[i] = append(by[i], one)
	}
	for _, some := range by {
		if err := d.tell(ctx, tx, c.ID, some); err != nil {
			return err
		}
	}
	if err := d.note(ctx, tx, c, entry{who: g.By, code: "again", title: g.Title, to: a.Service.Steps[0].Code, detail: g.Detail, shown: true}); err != nil {
		return err
	}
	for _, m := range a.Members {
		if m.Consented.IsZero() && a.Service.AsksConsent() {
			if err := d.askConsent(ctx, tx, c, a, m); err != nil {
				return err
			}
		}
	}
	return job.Enqueue(ctx, tx, job.New{Kind: jobLookup, Key: string(c.ID), Payload: c.ID})
}

// settledBefore keeps what a clerk decided in the earlier case, where everybody
// who speaks says the same as then.
func (d *Desk) settledBefore(ctx context.Context, tx *db.Tx, c Case, facts *fact.Set) error {
	if c.Again == "" {
		return nil
	}
	was, err := d.Facts(ctx, tx, c.Again)
	if err != nil {
		return err
	}
	var told []fact.Statement
	facts.Each(func(name, about string, said []fact.Statement) {
		then := was.Latest(name, about)
		if len(then) == 0 || then[0].Source != fact.Decided || said[0].Source == fact.Decided || said[0].Source == fact.Earlier || !saysAgain(d.shelf.known.Dictionary.Find(name), said, then) {
			return
		}
		one := statement(name, about, then[0].Value, fact.Decided, tx.Now)
		one.Proof = "各部门说的和上次一样，沿用上次的认定：" + strings.TrimPrefix(then[0].Proof, "各部门说的和上次一样，沿用上次的认定：")
		told = append(told, one)
	})
	facts.Tell(told...)
	return d.tell(ctx, tx, c.ID, told)
}

// saysAgain reports whether all who speak say what they said then.
func saysAgain(def *fact.Def, now, then []fact.Statement) bool {
	if def == nil {
		return false
	}
	for _, n := range now {
		if !slices.ContainsFunc(then, func(t fact.Statement) bool { return t.Source == n.Source && def.Near(t.Value, n.Value) }) {
			return false
		}
	}
	return true
}
