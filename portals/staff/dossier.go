package staff

import (
	"context"
	"slices"

	"minzheng/kernel/area"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/file"
	"minzheng/kernel/notify"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
)

// dossier is everything about one case that its page shows.
type dossier struct {
	p          *Portal
	c          casework.Case
	s          *catalog.Service
	who        auth.Who
	actor      casework.Actor
	mayAct     bool
	today      calendar.Day
	facts      *fact.Set
	judged     rule.Judgement
	conflicts  []fact.Conflict
	members    []casework.Member
	lookups    []casework.Asked
	choices    []casework.Choice
	papers     []casework.Added
	files      map[string]file.File
	kept       map[string][]file.File // uploaded for an act that is not done yet, by act
	objections []casework.Objection
	letters    []casework.Sent
	signed     bool // the decision has a signed record
	past       []casework.Event
	seen       []audit.Entry
	benefits   []area.Benefit
	deliveries []notify.Delivery
	colleagues []casework.Worker
	assignee   string             // name
	transfer   *casework.Transfer // that another county decides; nil: it does not
	mandate    *casework.Mandate  // under which it was handed in; nil: the applicant came
}

// read reads a case that the reader may see.
func (p *Portal) read(ctx context.Context, who auth.Who, id string) (*dossier, error) {
	c, err := p.find(ctx, who, id)
	if err != nil {
		return nil, err
	}
	d := &dossier{p: p, c: c, who: who, today: calendar.DayOf(p.Desk.DB.Now())}
	if d.s, err = p.Desk.Services().Version(ctx, p.Desk.DB, c.Version); err != nil {
		return nil, err
	}
	d.actor, d.mayAct = p.actor(who, c, d.s)
	for _, part := range []func(context.Context) error{d.readFacts, d.readPapers, d.readPast, d.readPeople, d.readActs} {
		if err := part(ctx); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (d *dossier) readFacts(ctx context.Context) (err error) {
	if d.facts, err = d.p.Desk.Facts(ctx, d.p.Desk.DB, d.c.ID); err != nil {
		return err
	}
	d.judged = d.p.Desk.Judge(d.c, d.s, d.facts, d.today)
	d.conflicts = d.p.Desk.Conflicts(d.s, d.facts)
	if d.members, err = d.p.Desk.Members(ctx, d.p.Desk.DB, d.c.ID); err != nil {
		return err
	}
	d.lookups, err = d.p.Desk.Lookups(ctx, d.p.Desk.DB, d.c.ID)
	return err
}

func (d *dossier) readPapers(ctx context.Context) (err error) {
	if d.papers, err = casework.Papers(ctx, d.p.Desk.DB, d.c.ID); err != nil || len(d.papers) == 0 {
		return err
	}
	files, err := d.p.Files.Of(ctx, d.p.Desk.DB, d.c.Subject())
	if err != nil {
		return err
	}
	d.files = map[string]file.File{}
	for _, f := range files {
		d.files[f.ID] = f
	}
	return nil
}

func (d *dossier) readPast(ctx context.Context) (err error) {
	if d.past, err = d.p.Desk.Timeline(ctx, d.p.Desk.DB, d.c.ID); err != nil {
		return err
	}
	if d.objections, err = d.p.Desk.Objections(ctx, d.p.Desk.DB, d.c.ID); err != nil {
		return err
	}
	if d.letters, err = d.p.Desk.Letters(ctx, d.p.Desk.DB, d.c.ID); err != nil {
		return err
	}
	if d.signed, err = casework.HasRecord(ctx, d.p.Desk.DB, d.c.ID); err != nil {
		return err
	}
	if d.deliveries, err = d.p.Desk.Notify.Deliveries(ctx, d.p.Desk.DB, d.c.Subject()); err != nil {
		return err
	}
	d.seen, err = d.p.Desk.Audit.Of(ctx, d.p.Desk.DB, d.c.Subject(), mostSeen)
	d.seen = slices.DeleteFunc(d.seen, func(e audit.Entry) bool { return e.Verb != audit.View })
	return err
}

// mostSeen is how far back the page looks for who has seen the case.
const mostSeen = 40

func (d *dossier) readPeople(ctx context.Context) (err error) {
	if d.p.Benefits != nil {
		if d.benefits, err = d.p.Benefits(ctx, string(d.c.Applicant)); err != nil {
			return err
		}
	}
	if m, ok, err := d.p.Desk.MandateOf(ctx, d.p.Desk.DB, d.c.ID); err != nil {
		return err
	} else if ok {
		d.mandate = &m
	}
	if t, ok, err := casework.TransferOf(ctx, d.p.Desk.DB, d.c.ID); err != nil {
		return err
	} else if ok {
		d.transfer = &t
	}
	d.assignee = d.p.Desk.WorkerName(ctx, d.p.Desk.DB, d.c.Assignee)
	if d.mayAct {
		d.colleagues, err = d.p.Desk.Colleagues(ctx, d.p.Desk.DB, d.c)
	}
	return err
}

func (d *dossier) readActs(ctx context.Context) (err error) {
	if !d.mayAct {
		return nil
	}
	if d.choices, err = d.p.Desk.Choices(ctx, d.p.Desk.DB, d.c, d.actor); err != nil {
		return err
	}
	d.kept = map[string][]file.File{}
	for _, a := range d.choices {
		if !a.Photos {
			continue
		}
		if d.kept[a.Code], err = d.p.Files.Of(ctx, d.p.Desk.DB, d.keeps(a.Code)); err != nil {
			return err
		}
	}
	return nil
}

// keeps owns what was uploaded for an act until the act is done.
func (d *dossier) keeps(act string) string {
	return "desk/" + string(d.c.ID) + "/" + d.who.Account + "/" + act
}

// purpose is why somebody looks at a case, as the applicant reads it.
func (d *dossier) purpose() string {
	if st := d.s.Step(d.c.Step); st != nil && d.c.IsOpen() {
		return "办理" + d.s.ShortMatter() + "：" + st.Title
	}
	return "查阅已办结的" + d.s.ShortMatter()
}

// looked records that the reader has seen the case, or one paper of it.
func (d *dossier) looked(ctx context.Context, detail map[string]string) error {
	return d.p.Desk.Audit.RecordNow(ctx, audit.Entry{Actor: d.who.Account, ActorName: d.who.Name, Role: d.p.viewRole(d.who, d.c), Verb: audit.View,
		Subject: d.c.Subject(), Person: string(d.c.Applicant), Purpose: d.purpose(), Detail: detail})
}

// called is a member's name; "" for the family.
func (d *dossier) called(about string) string {
	for _, m := range d.members {
		if m.Key == about {
			return m.Name
		}
	}
	return ""
}

// ofWhom names a fact with whom it is about: 李秀芬的工资收入.
func (d *dossier) ofWhom(name, about string) string {
	if who := d.called(about); who != "" {
		return who + "的" + name
	}
	return name
}

// path is the case's region as rules take it.
func (d *dossier) path() []string {
	var all []string
	for _, c := range d.p.Desk.Places.Path(region.Code(d.c.Region)) {
		all = append(all, string(c))
	}
	return all
}
