package offer

import (
	"context"
	"fmt"
	"slices"

	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/family"
	"minzheng/kernel/form"
	"minzheng/kernel/people"
)

// held is what runs, by whom it was granted to and by the case that brought it.
type held struct {
	persons map[people.ID][]string // services
	runs    map[casework.ID]casework.Held
}

func newHeld() held { return held{map[people.ID][]string{}, map[casework.ID]casework.Held{}} }

// ask adds what people of these households receive, whoever applied.
func (h held) ask(ctx context.Context, r db.Reader, homes []*family.Home, on calendar.Day) error {
	var persons, cases []string
	for _, home := range homes {
		for _, p := range home.People {
			persons = append(persons, string(p.ID))
			for _, b := range p.In {
				cases = append(cases, string(b.Case))
			}
		}
	}
	month := on.String()[:7]
	if err := h.read(ctx, r, `recipient`, persons, month); err != nil {
		return err
	}
	return h.read(ctx, r, `case_id`, cases, month)
}

// askedAtOnce is how many are asked for in one question; the last question is
// filled up, so that there is one text for the engine to prepare.
const askedAtOnce = 200

func (h held) read(ctx context.Context, r db.Reader, by string, ids []string, month string) error {
	type row struct {
		recipient people.ID
		casework.Held
		persons int64
	}
	for some := range slices.Chunk(ids, askedAtOnce) {
		list := make([]string, askedAtOnce)
		for i := range list {
			list[i] = some[min(i, len(some)-1)]
		}
		in, args := db.In(list)
		found, err := db.All(ctx, r, func(r db.Row) (v row, err error) {
			return v, r.Scan(&v.recipient, &v.Case, &v.Service, &v.Share, &v.persons)
		},
			`SELECT recipient, case_id, service, COALESCE((SELECT a.amount FROM assistance_amount AS a WHERE a.benefit = b.id AND a.since <= ? ORDER BY a.since DESC, a.id DESC LIMIT 1), amount), members
			FROM assistance_benefit AS b WHERE `+by+` IN (`+in+`) AND (until = '' OR until >= ?) AND (ends = '' OR ends >= ?)`, append(append([]any{month}, args...), month, month)...)
		if err != nil {
			return fmt.Errorf("reading what runs: %w", err)
		}
		for _, v := range found {
			v.Share /= max(1, v.persons)
			h.persons[v.recipient] = append(h.persons[v.recipient], v.Service)
			h.runs[v.Case] = v.Held
		}
	}
	return nil
}

// has reports whether somebody receives a service.
func (h held) has(p family.Person, service string) bool {
	return slices.Contains(h.persons[p.ID], service) || slices.ContainsFunc(p.In, func(b casework.Belonging) bool { return h.runs[b.Case].Service == service })
}

// free reports whether what was found may be offered: nobody of those whom it
// is for receives it or has asked for it, and it was not refused or ended before
// by what is known and by the rules of that day.
func (d *Desk) free(home *family.Home, p family.Prospect, h held) bool {
	for _, i := range p.Known.People {
		one := home.People[i]
		if h.has(one, p.Service.Code) {
			return false
		}
		for _, b := range one.In {
			if b.Service == p.Service.Code && (b.IsOpen() || d.answered(home, i, p, b)) {
				return false
			}
		}
	}
	return true
}

// answered reports whether the rules would have found somebody on the day when
// their case was closed, by what was known then: so that nothing has changed
// since, and what people decided stands. What was granted and runs no more was
// ended by somebody who knew why.
func (d *Desk) answered(home *family.Home, i int, p family.Prospect, b casework.Belonging) bool {
	k, ok := known(home, i, p.Service, b.Closed)
	if !ok {
		return true
	}
	then, ok := d.families.Judge(k, p.Service, calendar.DayOf(b.Closed))
	return !ok || then.Holds()
}

// points are what the result rests on and nobody has told. What the service's
// own form asks, whoever accepts says; the rest departments are asked.
func points(p family.Prospect) []area.Point {
	var all []area.Point
	for _, st := range p.Assumed() {
		one := area.Point{Fact: st.Name, About: st.About, Say: named(p.Service.Rules.Dictionary().Find(st.Name), st.Value)}
		if !p.Service.Finds.Alone() {
			one.Whose = p.Known.Name(st.About)
		}
		if f := asks(p.Service.Form, st.Name); f != nil {
			one.Said = true
			if st.Value.Type() == fact.Bool {
				one.Say = f.Label + "？" + worded(f, st.Value)
			}
		}
		all = append(all, one)
	}
	return all
}

func asks(pages []form.Page, name string) *form.Field {
	for _, page := range pages {
		for _, f := range page.Fields {
			if f.Fact == name {
				return f
			}
		}
	}
	return nil
}

// named is a value with what it is called and what that means.
func named(def *fact.Def, v fact.Value) string {
	say := def.Name + "：" + v.String()
	if def.Unit != "" && v.Type() != fact.Money {
		say += " " + def.Unit
	}
	if def.About != "" {
		say += "（" + def.About + "）"
	}
	return say
}

// worded is yes or no in the form's own words.
func worded(f *form.Field, v fact.Value) string {
	switch {
	case v.Bool() && f.Yes != "":
		return f.Yes
	case !v.Bool() && f.No != "":
		return f.No
	}
	return v.String()
}
