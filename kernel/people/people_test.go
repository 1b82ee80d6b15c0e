package people_test

import (
	"testing"

	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
	"minzheng/kernel/secret"
)

func open(t *testing.T) (*db.DB, *people.Register) {
	t.Helper()
	d, err := db.Open(t.Context(), db.Config{Dir: t.TempDir()}, people.Schema())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	box, err := secret.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return d, people.New(box)
}

var li = people.Person{Name: "李秀芬", Number: "390121198001010028", Sex: "女", Birth: calendar.Date(1980, 1, 1),
	Region: "390121001001", Household: "h1", Relation: "配偶", Phone: "19000000001"}

func TestAPersonIsFoundByNumberAndSealedAtRest(t *testing.T) {
	d, g := open(t)
	add := func(p people.Person) error {
		return d.Do(t.Context(), func(tx *db.Tx) error { _, err := g.Add(t.Context(), tx, p); return err })
	}
	if err := add(li); err != nil {
		t.Fatal(err)
	}
	got, err := g.ByNumber(t.Context(), d, li.Number)
	if err != nil {
		t.Fatal(err)
	}
	want := li
	want.ID = got.ID
	if got != want {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	if err := add(li); !errs.Is(err, errs.Conflict) {
		t.Fatalf("the same number twice: %v, want a conflict", err)
	}
	stored, _ := db.One(t.Context(), d, db.Value[string], `SELECT number || phone FROM people_person`)
	if len(stored) == 0 || contains(stored, li.Number) || contains(stored, li.Phone) {
		t.Fatal("number or phone is readable in the table")
	}
	if _, err := g.ByNumber(t.Context(), d, "390121198001010036"); !errs.Is(err, errs.NotFound) {
		t.Fatalf("an unknown number: %v, want not found", err)
	}
}

func contains(s, part string) bool {
	for i := 0; i+len(part) <= len(s); i++ {
		if s[i:i+len(part)] == part {
			return true
		}
	}
	return false
}

func TestTheHeadOfAHouseholdComesFirst(t *testing.T) {
	d, g := open(t)
	wang := people.Person{Name: "王建军", Number: "39012119780101001X", Household: "h1", Relation: "户主", Birth: calendar.Date(1978, 1, 1)}
	d.Do(t.Context(), func(tx *db.Tx) error {
		g.Add(t.Context(), tx, li)
		_, err := g.Add(t.Context(), tx, wang)
		return err
	})
	all, err := g.Household(t.Context(), d, "h1")
	if err != nil || len(all) != 2 || all[0].Name != "王建军" {
		t.Fatalf("got %v, %v; want 王建军 first", all, err)
	}
}
