package offer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"minzheng/kernel/area"
	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/family"
	"minzheng/kernel/people"
)

// mine is an offer made to whoever asks. Somebody else's is not there.
func (d *Desk) mine(ctx context.Context, tx *db.Tx, id string, me people.Person) (area.Offer, error) {
	o, err := d.hold(ctx, tx, id)
	if err != nil {
		return area.Offer{}, err
	}
	if o.Person != me.ID {
		return area.Offer{}, errNone()
	}
	return o, nil
}

func resident(me people.Person) casework.Actor {
	return casework.Actor{ID: string(me.ID), Name: me.Name, Role: "citizen"}
}

// Accept opens the case that somebody agrees to with one tap: it begins with
// what is known of them, and they agree that departments are asked. Tapped
// twice, it is one case.
func (d *Desk) Accept(ctx context.Context, tx *db.Tx, id string, me people.Person) (casework.Case, error) {
	o, err := d.mine(ctx, tx, id, me)
	if err != nil {
		return casework.Case{}, err
	}
	if o.Case != "" {
		return casework.Find(ctx, tx, o.Case)
	}
	return d.open(ctx, tx, o, me, opening{by: resident(me), state: area.Accepted, agreed: "own", purpose: "同意办理找上门的" + o.Title})
}

// TakeUp opens the case for somebody whom no phone reaches.
func (d *Desk) TakeUp(ctx context.Context, tx *db.Tx, id string, who casework.Actor, m area.Mandate) (casework.Case, error) {
	o, err := d.hold(ctx, tx, id)
	if err != nil {
		return casework.Case{}, err
	}
	if o.Case != "" {
		return casework.Find(ctx, tx, o.Case)
	}
	me, err := d.People.Find(ctx, tx, o.Person)
	if err != nil {
		return casework.Case{}, err
	}
	how := opening{by: who, state: area.Taken, purpose: "代办" + o.Title + "：" + m.Way + "委托"}
	if m.Sign {
		how.agreed = "paper"
	}
	c, err := d.open(ctx, tx, o, me, how)
	if err != nil {
		return c, err
	}
	return c, d.keepVisit(ctx, tx, o.ID, who, area.Visit{Way: "mandate", Outcome: "taken", Note: m.Way + "委托。" + m.Note})
}

// Decline closes an offer: for the same reason it is not made again.
func (d *Desk) Decline(ctx context.Context, tx *db.Tx, id string, me people.Person) error {
	o, err := d.mine(ctx, tx, id, me)
	if err != nil {
		return err
	}
	if o.State == area.Declined {
		return nil
	}
	return d.decline(ctx, tx, o, resident(me))
}

func (d *Desk) decline(ctx context.Context, tx *db.Tx, o area.Offer, who casework.Actor) error {
	if err := closeOffer(ctx, tx, o, ending{area.Declined, who, ""}); err != nil {
		return err
	}
	return d.record(ctx, tx, o, who, "不需要"+o.Title)
}

func (d *Desk) record(ctx context.Context, tx *db.Tx, o area.Offer, who casework.Actor, purpose string) error {
	return d.Audit.Record(ctx, tx, audit.Entry{Actor: who.ID, ActorName: who.Name, Role: who.Role, Verb: audit.Act, Subject: "offer/" + o.ID,
		Person: string(o.Person), Purpose: purpose, Detail: map[string]string{"service": o.Service}})
}

// opening is how an offer becomes a case.
type opening struct {
	by      casework.Actor
	state   string // that it has then
	agreed  string // how the applicant agrees to the check; "": not yet
	purpose string
}

func (d *Desk) open(ctx context.Context, tx *db.Tx, o area.Offer, me people.Person, how opening) (casework.Case, error) {
	if !o.Live() {
		return casework.Case{}, gone(o)
	}
	s, err := d.Services().Find(o.Service)
	if err != nil || s.Finds == nil {
		return casework.Case{}, gone(area.Offer{State: area.Lapsed})
	}
	a, err := d.application(ctx, tx, o, me, s)
	if err != nil {
		return casework.Case{}, err
	}
	a.By = how.by
	d.agree(&a, how.agreed, tx.Now)
	c, err := d.OpenCase(ctx, tx, a)
	if err != nil {
		return casework.Case{}, err
	}
	if err := closeOffer(ctx, tx, o, ending{how.state, how.by, c.ID}); err != nil {
		return casework.Case{}, err
	}
	return c, d.record(ctx, tx, o, how.by, how.purpose)
}

// agree records how the applicant agrees; they agree for those under age.
func (d *Desk) agree(a *casework.Application, how string, now time.Time) {
	for i := range a.Members {
		switch m := &a.Members[i]; {
		case how == "":
		case i == 0:
			m.Consented, m.ConsentBy = now, how
		case m.Age(calendar.DayOf(now)) < a.Service.Consent.From:
			m.Consented, m.ConsentBy = now, "guardian"
		}
	}
}

// application is what is known now, as it would have been handed in. Whether it
// still holds is asked once more.
func (d *Desk) application(ctx context.Context, tx *db.Tx, o area.Offer, me people.Person, s *catalog.Service) (casework.Application, error) {
	p, home, err := d.stands(ctx, tx, me, s)
	if err != nil {
		return casework.Application{}, err
	}
	a := casework.Application{Key: "offer/" + o.ID, Service: s, Applicant: me.ID, Region: p.Known.Region}
	if a.Members, err = d.families.Members(ctx, tx, home, p.Known); err != nil {
		return a, err
	}
	registered, err := d.reached(ctx, tx, s, me)
	if err != nil {
		return a, err
	}
	a.Facts = append(p.Told(), registered...)
	for _, point := range points(p) {
		if point.Said {
			v, _ := s.Finds.Assumed(point.Fact)
			a.Facts = append(a.Facts, fact.Statement{Name: point.Fact, About: point.About, Value: v, Source: "self", At: tx.Now.UTC()})
		}
	}
	return a, nil
}

// stands works out once more what was offered; an error of kind Conflict says
// that it no longer holds.
func (d *Desk) stands(ctx context.Context, tx *db.Tx, me people.Person, s *catalog.Service) (family.Prospect, *family.Home, error) {
	home, err := d.families.Of(ctx, tx, me)
	if err != nil {
		return family.Prospect{}, nil, err
	}
	held := newHeld()
	if err := held.ask(ctx, tx, []*family.Home{&home}, calendar.DayOf(tx.Now)); err != nil {
		return family.Prospect{}, nil, err
	}
	d.families.Hold(&home, held.runs)
	i := slices.IndexFunc(home.People, func(p family.Person) bool { return p.ID == me.ID })
	k, ok := known(&home, i, s, tx.Now)
	if !ok || home.People[k.People[0]].ID != me.ID {
		return family.Prospect{}, nil, gone(area.Offer{State: area.Lapsed})
	}
	p, ok := d.families.Judge(k, s, calendar.DayOf(tx.Now))
	if !ok || !p.Holds() || !p.Ready() {
		return family.Prospect{}, nil, gone(area.Offer{State: area.Lapsed})
	}
	if !d.free(&home, p, held) {
		return family.Prospect{}, nil, gone(area.Offer{State: area.Lapsed})
	}
	return p, &home, nil
}

// known is what is known of one person, or of the family they apply for.
func known(home *family.Home, i int, s *catalog.Service, now time.Time) (family.Known, bool) {
	if s.Finds.Alone() {
		return home.Alone(i, now, family.Through(s)), true
	}
	return home.Together(now, family.Through(s))
}

// reached are phone and address as registered, where the service asks for them.
func (d *Desk) reached(ctx context.Context, tx *db.Tx, s *catalog.Service, me people.Person) ([]fact.Statement, error) {
	address, err := d.People.Address(ctx, tx, me.Household)
	if err != nil {
		return nil, fmt.Errorf("reading an address: %w", err)
	}
	var all []fact.Statement
	for _, page := range s.Form {
		for _, f := range page.Fields {
			text := map[string]string{"手机号": me.Phone, "现住址": address}[f.Fact]
			if text != "" && f.Def.Typed() == fact.Text && !f.Def.Member() {
				all = append(all, fact.Statement{Name: f.Fact, Value: fact.TextOf(text), Source: family.Register, At: tx.Now.UTC()})
			}
		}
	}
	return all, nil
}
