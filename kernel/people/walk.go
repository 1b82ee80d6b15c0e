package people

import (
	"context"
	"fmt"

	"minzheng/kernel/db"
)

// pageOfPeople is how many people Walk reads at a time.
const pageOfPeople = 5000

// Walk hands over all registered households, each with its members, the head
// first; who belongs to none is a household alone. It reads page by page, so
// memory stays flat. Numbers and phones are not opened: those fields are empty.
func (g *Register) Walk(ctx context.Context, r db.Reader, each func(members []Person) error) error {
	if err := walk(ctx, r, `household > ?`, "household, id", func(p Person) string { return p.Household }, each); err != nil {
		return err
	}
	return walk(ctx, r, `household = '' AND id > ?`, "id", func(p Person) string { return string(p.ID) }, each)
}

func walk(ctx context.Context, r db.Reader, where, order string, key func(Person) string, each func([]Person) error) error {
	after := ""
	for {
		page, err := db.All(ctx, r, scanLight, `SELECT id, name, sex, birth, died, region, household, relation FROM people_person WHERE `+where+` ORDER BY `+order+` LIMIT ?`, after, pageOfPeople)
		if err != nil {
			return fmt.Errorf("walking through the register: %w", err)
		}
		last := len(page) < pageOfPeople
		for from := 0; from < len(page); {
			to := from + 1
			for to < len(page) && key(page[to]) == key(page[from]) {
				to++
			}
			if to == len(page) && !last && from > 0 {
				break // the rest of this household is on the next page
			}
			after = key(page[from])
			if err := each(headFirst(page[from:to])); err != nil {
				return err
			}
			from = to
		}
		if last {
			return nil
		}
	}
}

func headFirst(members []Person) []Person {
	for i, p := range members {
		if p.Relation == "户主" {
			members[0], members[i] = members[i], members[0]
		}
	}
	return members
}

func scanLight(r db.Row) (p Person, err error) {
	var birth, died string
	err = r.Scan(&p.ID, &p.Name, &p.Sex, &birth, &died, &p.Region, &p.Household, &p.Relation)
	p.Birth, p.Died = day(birth), day(died)
	return p, err
}
