package marriage

import (
	"context"

	"minzheng/areas/marriage/booking"
	"minzheng/areas/marriage/counter"
	"minzheng/areas/marriage/divorce"
	"minzheng/areas/marriage/register"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/people"
	"minzheng/kernel/seen"
)

// finders tell what the area's subjects are to somebody who asks who looked.
func finders(d *casework.Desk) map[string]seen.Finder {
	m := counter.New(d)
	return map[string]seen.Finder{counter.Kind: visitOf(m), "marriage": recordOf(m.Book),
		"marriage-booking": bookingOf(booking.New(d, m)), "marriage-divorce": divorceOf(divorce.New(d))}
}

// party is the relation of whoever is one of the two.
func party(is bool) seen.Relation {
	if is {
		return seen.Party
	}
	return seen.Other
}

func visitOf(m *counter.Room) seen.Finder {
	return func(ctx context.Context, r db.Reader, id string, who people.Person) (seen.Matter, error) {
		v, err := m.Find(ctx, r, id)
		two := v.Couple.People
		return seen.Matter{Relation: party(two[0].Number == who.Number || two[1].Number == who.Number), Title: "结婚登记", Open: v.State == counter.Open, Ended: v.Opened}, err
	}
}

// recordOf: the record of a marriage that is over may be looked at because one
// of them marries again, which is not the other's business.
func recordOf(g *register.Register) seen.Finder {
	return func(ctx context.Context, r db.Reader, id string, who people.Person) (seen.Matter, error) {
		v, err := g.Find(ctx, r, id)
		two := v.Parties
		mine := two[0].Number == who.Number || two[1].Number == who.Number
		return seen.Matter{Relation: party(mine && v.Kind == register.Marriage && v.State == register.Live), Title: "婚姻登记档案", Ended: v.At}, err
	}
}

// bookingOf: whoever was named and has not confirmed knows nothing of it yet.
func bookingOf(m *booking.Room) seen.Finder {
	return func(ctx context.Context, r db.Reader, id string, who people.Person) (seen.Matter, error) {
		b, err := m.Find(ctx, r, id)
		mine := false
		for i, p := range b.Doc.People {
			mine = mine || p.Number == who.Number && b.Doc.Confirmed[i]
		}
		return seen.Matter{Relation: party(mine), Title: "结婚登记预约", Open: b.State == booking.Booked || b.State == booking.Waiting, Ended: b.Made}, err
	}
}

func divorceOf(m *divorce.Room) seen.Finder {
	return func(ctx context.Context, r db.Reader, id string, who people.Person) (seen.Matter, error) {
		a, err := m.Find(ctx, r, id)
		if err != nil {
			return seen.Matter{}, err
		}
		v, err := m.Book.Find(ctx, r, a.Marriage)
		two := v.Parties
		return seen.Matter{Relation: party(two[0].Number == who.Number || two[1].Number == who.Number), Title: "离婚登记", Open: a.Closed.IsZero(), Ended: a.Closed}, err
	}
}
