package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/rule"
)

// Doing is one act that somebody wants to do.
type Doing struct {
	Case     ID
	Act      string
	Revision int64 // the case as it was seen; 0 does not mind
	Who      Actor
	Reason   string
	Answers  []form.Answer // of the act's form
	Lacks    []string      // what is asked for in one notice
	Papers   []Paper
}

// move is an act while it is done.
type move struct {
	Doing
	c       *Case
	service *catalog.Service
	step    *catalog.Step
	act     *catalog.Act
	facts   *fact.Set
	judged  rule.Judgement
	past    []Event
	filed   []Avoided
	today   calendar.Day
	detail  map[string]string
	words   map[string]any // that effects add for the letter
	away    string         // why staff cannot act: another county decides
	or      bool           // an effect has chosen the other way
}

// Act does an act and everything that follows from it, or nothing.
func (d *Desk) Act(ctx context.Context, tx *db.Tx, do Doing) (Case, error) {
	c, err := hold(ctx, tx, do.Case)
	if err != nil {
		return Case{}, err
	}
	if do.Revision != 0 && do.Revision != c.Revision {
		return Case{}, errs.New(errs.Conflict, "这件事刚刚有人办过了，请刷新后再看。")
	}
	if err := d.Keeps(ctx, tx, c.ID, do.Who.ID); err != nil {
		return Case{}, err
	}
	m, err := d.prepare(ctx, tx, &c, do)
	if err != nil {
		return Case{}, err
	}
	if err := d.allowed(m); err != nil {
		return Case{}, err
	}
	if err := d.record(ctx, tx, m); err != nil {
		return Case{}, err
	}
	if err := d.follow(ctx, tx, m); err != nil {
		return Case{}, err
	}
	return c, d.Audit.Record(ctx, tx, audit.Entry{Actor: do.Who.ID, ActorName: do.Who.Name, Role: do.Who.Role, Verb: audit.Act, Subject: c.Subject(),
		Person: string(c.Applicant), Purpose: m.act.Title, Detail: map[string]string{"act": do.Act, "from": m.step.Code, "to": c.Step, "state": c.State}})
}

func (d *Desk) prepare(ctx context.Context, tx *db.Tx, c *Case, do Doing) (*move, error) {
	s, err := d.shelf.Version(ctx, tx, c.Version)
	if err != nil {
		return nil, err
	}
	m := &move{Doing: do, c: c, service: s, today: calendar.DayOf(tx.Now), detail: map[string]string{}, words: map[string]any{}}
	if m.step = s.Step(c.Step); m.step != nil {
		m.act = m.step.Act(do.Act)
	}
	if m.act == nil || !c.IsOpen() {
		return nil, errs.New(errs.Conflict, "这件事已经走到下一步了，请刷新后再看。")
	}
	if m.facts, err = d.Facts(ctx, tx, c.ID); err != nil {
		return nil, err
	}
	if m.away, err = elsewhere(ctx, tx, c.ID); err != nil {
		return nil, err
	}
	if m.past, err = d.Timeline(ctx, tx, c.ID); err != nil {
		return nil, err
	}
	m.filed, err = d.Avoiding(ctx, tx, c.ID)
	return m, err
}

// record keeps what was filled in, and lets the rules judge anew.
func (d *Desk) record(ctx context.Context, tx *db.Tx, m *move) error {
	source := "visit"
	if m.Who.Role == "citizen" {
		source = "self"
	}
	told := m.tells(source, tx.Now)
	whom, err := d.meant(ctx, tx, m)
	if err != nil {
		return err
	}
	for _, a := range m.Answers {
		if a.Known {
			about := ""
			if a.Field.Def.Member() {
				about = whom.Key
			}
			told = append(told, statement(a.Field.Fact, about, a.Value, source, tx.Now))
			m.detail[a.Field.Label] = a.Value.String()
		}
	}
	if err := d.tell(ctx, tx, m.c.ID, told); err != nil {
		return err
	}
	m.facts.Tell(told...)
	for _, p := range m.Papers {
		if err := d.addPaper(ctx, tx, *m.c, p); err != nil {
			return err
		}
	}
	if len(m.Papers) > 0 {
		m.detail["材料"] = fmt.Sprintf("%d 份", len(m.Papers))
	}
	if m.act.Missing {
		m.detail["缺少"] = strings.Join(m.Lacks, "；")
		if err := want(ctx, tx, m.c.ID, m.Lacks); err != nil {
			return err
		}
	}
	m.judged = d.refresh(m.c, m.service, m.facts, m.today)
	return nil
}

// tells are the facts that the act says by being done.
func (m *move) tells(source string, at time.Time) []fact.Statement {
	var all []fact.Statement
	for _, name := range slices.Sorted(maps.Keys(m.act.Tells)) {
		if v, err := catalog.ParseFact(m.service.Rules.Dictionary().Find(name), m.act.Tells[name]); err == nil {
			all = append(all, statement(name, "", v, source, at))
		}
	}
	return all
}

// follow does what an act leads to: clock, effects, decision, next step,
// letter, message and the line in the timeline.
func (d *Desk) follow(ctx context.Context, tx *db.Tx, m *move) error {
	from := m.c.Step
	if m.act.Clock == "start" {
		d.startClock(m.c, m.service, m.today)
	}
	if m.act.Clock == "special" {
		d.extend(m.c, m.service)
	}
	if m.act.Ends != "" {
		m.c.State, m.c.Closed, m.c.StepDue = m.act.Ends, tx.Now, 0
	}
	if m.act.Decides {
		if err := d.decide(ctx, tx, m); err != nil {
			return err
		}
	}
	if err := d.effect(ctx, tx, m); err != nil {
		return err
	}
	if err := d.step(ctx, tx, m); err != nil {
		return err
	}
	if m.act.Letter != "" {
		if err := d.write(ctx, tx, m); err != nil {
			return err
		}
	}
	if err := update(ctx, tx, m.c); err != nil {
		return err
	}
	if m.act.Tell != "" {
		if err := d.message(ctx, tx, *m.c, m.service, m.act.Tell); err != nil {
			return err
		}
	}
	return d.note(ctx, tx, *m.c, entry{who: m.Who, code: m.act.Code, title: m.act.Title, from: from, to: m.c.Step, reason: m.Reason, detail: m.detail, shown: true})
}

func (d *Desk) step(ctx context.Context, tx *db.Tx, m *move) error {
	to := m.act.To
	if m.or && m.act.Or != "" {
		to = m.act.Or
	}
	if to == "back" {
		to = m.c.CameFrom
		m.c.prefer = lastStaff(m.past)
	}
	if to == "" || m.act.Ends != "" {
		if m.act.Ends != "" {
			was := m.c.Assignee
			m.c.Role, m.c.Assignee = "", ""
			return shift(ctx, tx, was, "")
		}
		return nil
	}
	return d.enter(ctx, tx, m.c, m.service, to)
}

// lastStaff is the member of staff who acted last, "" if none has.
func lastStaff(past []Event) string {
	for _, e := range slices.Backward(past) {
		if doer(e.Actor) == "staff" && e.Actor.Role != "public" {
			return e.Actor.ID
		}
	}
	return ""
}

func (d *Desk) effect(ctx context.Context, tx *db.Tx, m *move) error {
	for _, name := range m.act.Effects {
		whom, err := d.beneficiary(ctx, tx, m)
		if err != nil {
			return err
		}
		e := Effecting{For: whom, Case: *m.c, Service: m.service, Facts: m.facts, Judgement: m.judged, Actor: m.Who, Act: m.act.Code, Reason: m.Reason, Day: m.today,
			Persons: persons(*m.c, m.service, m.judged),
			Desk:    d, Answers: m.Answers, Words: m.words, Detail: m.detail, Or: func() { m.or = true }}
		if name == "answer-objections" {
			if err := d.answerObjections(ctx, tx, e); err != nil {
				return err
			}
			continue
		}
		if err := d.effects[name](ctx, tx, e); err != nil {
			return fmt.Errorf("case %s: effect %s: %w", m.c.ID, name, err)
		}
	}
	return nil
}

// allowed says why an act may not be done now.
func (d *Desk) allowed(m *move) error {
	if m.act.Doer() != doer(m.Who) {
		return errs.New(errs.Forbidden, "这一步不由您来办。")
	}
	if why := d.blocked(m); why != "" {
		return errs.New(errs.Conflict, why)
	}
	var p errs.Problems
	if m.act.Reason == "required" && strings.TrimSpace(m.Reason) == "" {
		p.Add("reason", "请写明理由。")
	}
	if len([]rune(m.Reason)) > 2000 {
		p.Add("reason", "理由最多写 2000 个字。")
	}
	if m.act.Missing && !slices.ContainsFunc(m.Lacks, func(l string) bool { return strings.TrimSpace(l) != "" }) {
		p.Add("lacks", "请写明缺什么，一次写全。")
	}
	for _, f := range m.act.Form {
		if !f.Optional && f.When == nil && !slices.ContainsFunc(m.Answers, func(a form.Answer) bool { return a.Field.Fact == f.Fact && a.Known }) {
			p.Add(f.Name(), "请填写"+f.Label+"。")
		}
	}
	for _, n := range m.act.Needs {
		if kind, rest, _ := strings.Cut(n, ":"); kind == "differ" {
			differ(m, rest, &p)
		}
	}
	return p.Err()
}

// doer is what kind of doer an actor is, in the words of a service.
func doer(who Actor) string {
	switch who.Role {
	case "citizen":
		return "citizen"
	case System.Role:
		return "clock"
	}
	return "staff"
}

// differ refuses two answers that must not be the same.
func differ(m *move, codes string, p *errs.Problems) {
	first, second, _ := strings.Cut(codes, ",")
	var a, b form.Answer
	for _, one := range m.Answers {
		switch one.Field.Name() {
		case first:
			a = one
		case second:
			b = one
		}
	}
	if a.Known && b.Known && a.Value == b.Value {
		p.Add(second, a.Field.Label+"和"+b.Field.Label+"要是两个人。")
	}
}
