package people_test

import (
	"fmt"
	"slices"
	"testing"

	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/people"
	"minzheng/kernel/secret"
)

// The walk sees everybody once, whole households, however small its pages are,
// and from any mark it goes on behind it.
func TestAWalkInPagesSeesEverybodyOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func(...db.Schema) *db.DB) {
		d := open(people.Schema())
		box, err := secret.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		g, ctx := people.New(box), t.Context()
		err = d.Do(ctx, func(tx *db.Tx) error {
			for i := range 40 {
				p := people.Person{ID: people.ID(fmt.Sprintf("p%02d", (i*17)%40)), Name: "某", Number: fmt.Sprintf("%018d", i), Relation: "子"}
				if i%5 != 0 {
					p.Household = fmt.Sprintf("h%d", i%7)
				}
				if i%10 == 3 {
					p.Relation, p.Phone = "户主", "139"
				}
				if _, err := g.Add(ctx, tx, p); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var whole [][]people.Person
		if err := g.Walk(ctx, d, func(some []people.Person) error { whole = append(whole, some); return nil }); err != nil {
			t.Fatal(err)
		}
		for _, most := range []int{8, 9, 13, 40, 1000} {
			var all [][]people.Person
			for at := (people.Mark{}); ; {
				page, next, err := g.Page(ctx, d, at, most)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				for _, h := range page {
					var members []people.Person
					for _, e := range h {
						if e.Index != g.Index(fmt.Sprintf("%018d", number(e))) || e.Phoned != (e.Relation == "户主") {
							t.Errorf("entry %s has another's index, or phone %v", e.ID, e.Phoned)
						}
						members = append(members, e.Person)
					}
					all = append(all, members)
				}
				if last := page[len(page)-1][0].Mark(); next != last {
					t.Fatalf("after %+v the mark is %+v", last, next)
				}
				at = next
			}
			if !slices.EqualFunc(all, whole, func(a, b []people.Person) bool { return slices.Equal(a, b) }) {
				t.Errorf("in pages of %d the walk is\n%v\nwant\n%v", most, all, whole)
			}
		}
		if len(whole) != 7+8 {
			t.Errorf("%d households, want 7 and 8 people alone", len(whole))
		}
	})
}

// number is which one somebody was when they were added.
func number(e people.Entry) int {
	var id int
	fmt.Sscanf(string(e.ID), "p%d", &id)
	for i := range 40 {
		if (i*17)%40 == id {
			return i
		}
	}
	return -1
}
