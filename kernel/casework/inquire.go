package casework

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/exchange"
	"minzheng/kernel/fact"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
)

// Inquiry has the departments asked about somebody who has not applied, but
// agrees, so that they need not be asked themself.
type Inquiry struct {
	Who      people.Person            // who agrees
	About    map[string]people.Person // by key: themself, and children for whom they agree
	Services []*catalog.Service
	Warrant  *Warrant // by law, and not because they agree; nil: they agree
}

// Warrant is why departments may be asked about somebody who has not been.
type Warrant struct {
	By      Actor
	Purpose string
}

// Inquired is what came back. It is kept nowhere but with whoever asked.
type Inquired struct {
	Facts  []fact.Statement
	Silent []string // departments that did not answer
}

// Lookups returns the questions that an inquiry over services would ask: of
// each source only the facts that the rules read.
func Lookups(services []*catalog.Service) []catalog.Lookup {
	var all []catalog.Lookup
	for _, s := range services {
		read := s.Rules.Facts()
		for _, l := range s.Lookups {
			l.Tells = slices.DeleteFunc(slices.Clone(l.Tells), func(name string) bool { return !slices.Contains(read, name) })
			if len(l.Tells) == 0 {
				continue
			}
			i := slices.IndexFunc(all, func(o catalog.Lookup) bool { return o.Source == l.Source && o.Of == l.Of })
			if i < 0 {
				all = append(all, l)
				continue
			}
			all[i] = joined(all[i], l)
		}
	}
	return all
}

// joined asks once for what two services want of one source.
func joined(a, b catalog.Lookup) catalog.Lookup {
	absent := map[string]string{}
	for _, l := range []catalog.Lookup{b, a} {
		for name, typed := range l.Absent {
			absent[name] = typed
		}
	}
	for _, name := range b.Tells {
		if !slices.Contains(a.Tells, name) {
			a.Tells = append(a.Tells, name)
		}
	}
	a.Absent, a.From = absent, min(a.From, b.From)
	return a
}

// Inquire asks the departments as for a case, but for nothing that is kept:
// receipts and the audit log tell the person that it was done, and why. It must
// not be called inside a transaction.
func (d *Desk) Inquire(ctx context.Context, q Inquiry) (Inquired, error) {
	subject := "inquiry/" + db.NewID()
	asks := d.toInquire(q)
	before, entry := "本人想知道能享受什么：", audit.Entry{Actor: string(q.Who.ID), ActorName: q.Who.Name, Role: "citizen", Purpose: "本人同意先向部门查询"}
	if w := q.Warrant; w != nil {
		before, entry = "", audit.Entry{Actor: w.By.ID, ActorName: w.By.Name, Role: w.By.Role, Purpose: w.Purpose}
		asks = slices.DeleteFunc(asks, func(a asking) bool { return a.Consent })
	}
	questions := make([]exchange.Question, len(asks))
	c := Case{County: string(d.Places.County(region.Code(q.Who.Region)))}
	for i, a := range asks {
		questions[i] = d.question(c, a)
		questions[i].Subject, questions[i].Purpose = subject, before+a.Purpose
	}
	d.permit(Lookups(q.Services), before)
	answers := d.Exchange.Ask(ctx, questions)
	var out Inquired
	for i, a := range answers {
		facts, ok := d.read(asks[i], a)
		out.Facts = append(out.Facts, facts...)
		source, _ := d.Exchange.Source(asks[i].Source)
		if !ok && !slices.Contains(out.Silent, source.Department) {
			out.Silent = append(out.Silent, source.Department)
		}
	}
	err := d.DB.Do(ctx, func(tx *db.Tx) error {
		if err := exchange.Keep(ctx, tx, answers); err != nil {
			return err
		}
		entry.Verb, entry.Subject, entry.Person, entry.Detail = audit.Ask, subject, string(q.Who.ID), map[string]string{"questions": strconv.Itoa(len(answers))}
		return d.Audit.Record(ctx, tx, entry)
	})
	return out, err
}

func (d *Desk) toInquire(q Inquiry) []asking {
	var members []Member
	for _, key := range slices.Sorted(maps.Keys(q.About)) {
		p := q.About[key]
		members = append(members, Member{Key: key, Name: p.Name, Number: p.Number, Birth: p.Birth, index: d.People.Index(p.Number)})
	}
	var all []asking
	for _, l := range Lookups(q.Services) {
		for _, m := range members {
			if l.Of == "family" && m.Key != Applicant || m.Age(calendar.DayOf(d.DB.Now())) < l.From {
				continue
			}
			all = append(all, asking{Lookup: l, member: m})
		}
	}
	return all
}

// Receiving tells of somebody what the bureau pays or has confirmed already, as
// far as services want to know of it.
func (d *Desk) Receiving(ctx context.Context, key string, p people.Person, services []*catalog.Service) ([]fact.Statement, error) {
	var all []fact.Statement
	err := d.DB.Do(ctx, func(tx *db.Tx) error {
		all = nil
		for _, s := range services {
			told, err := d.known(ctx, tx, Application{Service: s, Members: []Member{{Key: key, Number: p.Number}}})
			if err != nil {
				return err
			}
			for _, one := range told {
				if !slices.ContainsFunc(all, func(o fact.Statement) bool { return o.Name == one.Name }) {
					all = append(all, one)
				}
			}
		}
		return nil
	})
	return all, err
}
