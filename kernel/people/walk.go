package people

import (
	"context"
	"fmt"

	"minzheng/kernel/db"
)

// pageOfPeople is how many people Walk reads at a time.
const pageOfPeople = 5000

// Entry is a person as a walk through the register reads them: number and
// phone stay sealed, so those fields are empty.
type Entry struct {
	Person
	Index  string // the blind index of the number
	Phoned bool   // a phone is registered
}

// Mark is a place between two households on the walk through the register; the
// zero Mark is its beginning. Whoever belongs to no household comes after all
// who do, as a household alone.
type Mark struct {
	Alone bool
	Key   string // of the last household, or of the last person alone
}

// Mark is the mark of the household that a person stands in.
func (p Person) Mark() Mark {
	if p.Household == "" {
		return Mark{true, string(p.ID)}
	}
	return Mark{false, p.Household}
}

// Page returns the next households after a mark, each with its head first, and
// the mark after them; about most people in all. None is the end of the walk.
func (g *Register) Page(ctx context.Context, r db.Reader, after Mark, most int) ([][]Entry, Mark, error) {
	if !after.Alone {
		page, next, err := page(ctx, r, `household > ?`, "household, id", after, most)
		if err != nil || len(page) > 0 {
			return page, next, err
		}
		after = Mark{Alone: true}
	}
	return page(ctx, r, `household = '' AND id > ?`, "id", after, most)
}

// page leaves a household whose people did not all fit to the next page.
func page(ctx context.Context, r db.Reader, where, order string, after Mark, most int) ([][]Entry, Mark, error) {
	all, err := db.All(ctx, r, scanEntry, `SELECT `+entryColumns+` FROM people_person WHERE `+where+` AND merged = '' ORDER BY `+order+` LIMIT ?`, after.Key, most)
	if err != nil {
		return nil, after, fmt.Errorf("walking through the register: %w", err)
	}
	var households [][]Entry
	for from := 0; from < len(all); {
		to := from + 1
		for to < len(all) && all[to].Mark() == all[from].Mark() {
			to++
		}
		if to == len(all) && len(all) == most && from > 0 {
			break
		}
		after = all[from].Mark()
		households = append(households, headFirst(all[from:to:to]))
		from = to
	}
	return households, after, nil
}

// Walk hands over all registered households, each with its members, the head
// first; who belongs to none is a household alone. It reads page by page, so
// memory stays flat. Numbers and phones are not opened: those fields are empty.
func (g *Register) Walk(ctx context.Context, r db.Reader, each func(members []Person) error) error {
	for at := (Mark{}); ; {
		page, next, err := g.Page(ctx, r, at, pageOfPeople)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, household := range page {
			members := make([]Person, len(household))
			for i, one := range household {
				members[i] = one.Person
			}
			if err := each(members); err != nil {
				return err
			}
		}
		at = next
	}
}

func headFirst(members []Entry) []Entry {
	for i, p := range members {
		if p.Relation == "户主" {
			members[0], members[i] = members[i], members[0]
		}
	}
	return members
}

const entryColumns = `id, name, number_ix, sex, birth, died, region, household, relation, CASE WHEN phone = '' THEN 0 ELSE 1 END`

func scanEntry(r db.Row) (p Entry, err error) {
	var birth, died string
	err = r.Scan(&p.ID, &p.Name, &p.Index, &p.Sex, &birth, &died, &p.Region, &p.Household, &p.Relation, &p.Phoned)
	p.Birth, p.Died = day(birth), day(died)
	return p, err
}

// Entries returns the household that a person stands in, the head first.
func (g *Register) Entries(ctx context.Context, r db.Reader, p Person) ([]Entry, error) {
	where, key := `household = ?`, p.Household
	if key == "" {
		where, key = `id = ?`, string(p.ID)
	}
	all, err := db.All(ctx, r, scanEntry, `SELECT `+entryColumns+` FROM people_person WHERE `+where+` AND merged = '' ORDER BY birth, id`, key)
	if err != nil {
		return nil, fmt.Errorf("reading a household: %w", err)
	}
	return headFirst(all), nil
}
