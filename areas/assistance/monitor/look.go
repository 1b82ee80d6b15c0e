package monitor

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/family"
	"minzheng/kernel/job"
	"minzheng/kernel/people"
	"minzheng/kernel/rule"
)

// LookKind is the kind of jobs that look at one family.
const LookKind = "assistance.monitor.look"

// look is a hint about a family: that something of a kind may have happened.
type look struct {
	Person people.ID
	Kind   string
	Source string // of the feed; "": a night has found it
	Try    int    // how often departments have kept silent
}

// askAgain is when departments that keep silent are asked once more; then the
// hint goes to a person without them.
func askAgain() []time.Duration {
	return []time.Duration{10 * time.Minute, time.Hour, 4 * time.Hour, 24 * time.Hour}
}

// Look asks the departments about a family and raises a warning if the rules
// say so of what they answer.
func (r *Room) Look(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	l, err := job.Read[look](j)
	if err != nil {
		return nil, err
	}
	at, err := r.visit(ctx, l)
	if errs.Is(err, errs.NotFound) {
		return nil, nil // who was there when the hint came is there no more
	}
	if err != nil || at == nil {
		return nil, err
	}
	if len(at.silent) > 0 && l.Try < len(askAgain()) {
		return func(ctx context.Context, tx *db.Tx) error {
			l.Try++
			return job.Enqueue(ctx, tx, job.New{Kind: LookKind, Key: j.Key + "/" + strconv.Itoa(l.Try), Payload: l, At: tx.Now.Add(askAgain()[l.Try-1])})
		}, nil
	}
	return func(ctx context.Context, tx *db.Tx) error { return r.raise(ctx, tx, at) }, nil
}

// visited is a family with what is known of it after asking.
type visited struct {
	look
	kind    Kind
	service *catalog.Service
	home    *family.Home
	members []casework.Member
	src     source
	found   found
	judged  rule.Judgement
	silent  []string
}

// visit asks the departments that a kind asks. nil is a family that is not, or
// no longer, watched over.
func (r *Room) visit(ctx context.Context, l look) (*visited, error) {
	s, err := r.service()
	if err != nil {
		return nil, err
	}
	kind, ok := r.kind(l.Kind)
	if !ok {
		return nil, fmt.Errorf("a hint of the kind %q", l.Kind)
	}
	v := &visited{look: l, kind: kind, service: s}
	if err := r.know(ctx, r.desk.DB, v); err != nil {
		return nil, err
	}
	if one, ok := v.judged.Find(inReach); !ok || !one.Holds() {
		return nil, nil
	}
	return v, r.ask(ctx, v)
}

// know reads what is known of the family.
func (r *Room) know(ctx context.Context, rd db.Reader, v *visited) error {
	one, err := r.desk.People.Find(ctx, rd, v.Person)
	if err != nil {
		return err
	}
	home, err := r.families.Of(ctx, rd, one)
	if err != nil {
		return err
	}
	v.home = &home
	now := r.desk.DB.Now()
	on := calendar.DayOf(now)
	st, err := r.standing(ctx, rd, []family.Home{home}, v.service, on)
	if err != nil {
		return err
	}
	r.families.Hold(&home, st.runs)
	k, ok := home.Together(now, lens(v.service))
	if !ok { // somebody of another household has applied for them
		i := slices.IndexFunc(home.People, func(p family.Person) bool { return p.ID == v.Person })
		k = home.Alone(i, now, lens(v.service))
	}
	if v.members, err = r.families.Members(ctx, rd, &home, k); err != nil {
		return err
	}
	v.src = r.source(&home, k, st, v.service, on, now)
	v.found, v.judged, err = r.judge(v.src, v.service, v.kind, on)
	return err
}

// ask asks about all of the family, and judges anew.
func (r *Room) ask(ctx context.Context, v *visited) error {
	with := *v.service
	with.Lookups = slices.DeleteFunc(slices.Clone(with.Lookups), func(l catalog.Lookup) bool { return !slices.Contains(v.kind.Asks, l.Source) })
	about := map[string]people.Person{}
	for _, m := range v.members {
		about[m.Key] = people.Person{Name: m.Name, Number: m.Number, Birth: m.Birth}
	}
	who, err := r.desk.People.Find(ctx, r.desk.DB, v.Person)
	if err != nil {
		return err
	}
	who.Region = v.src.Region
	got, err := r.desk.Inquire(ctx, casework.Inquiry{Who: who, About: about, Services: []*catalog.Service{&with},
		Warrant: &casework.Warrant{By: casework.System, Purpose: purposeOf + v.kind.Title}})
	if err != nil {
		return err
	}
	v.src.fresh.Tell(got.Facts...)
	v.silent = got.Silent
	v.found, v.judged, err = r.judge(v.src, v.service, v.kind, calendar.DayOf(r.desk.DB.Now()))
	return err
}

// told are the facts with which the case of a warning begins: all that the
// rules read, each with whoever told it.
func (v *visited) told(now time.Time) []fact.Statement {
	var all []fact.Statement
	for _, name := range v.service.Rules.Facts() {
		abouts := []string{""}
		if v.service.Rules.Dictionary().Find(name).Member() {
			abouts = v.src.Members()
		}
		for _, about := range abouts {
			st, ok := v.src.Best(name, about)
			if !ok {
				continue
			}
			if st.Source == family.Assumed {
				st.Source = casework.Implied
			}
			if st.At.IsZero() {
				st.At = now.UTC()
			}
			all = append(all, st)
		}
	}
	return all
}
