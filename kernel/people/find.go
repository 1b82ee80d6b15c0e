package people

import (
	"context"
	"fmt"

	"minzheng/kernel/db"
)

// Search returns residents whose name begins with words, at most so many, by
// name. Number and phone stay sealed.
func (g *Register) Search(ctx context.Context, r db.Reader, words string, most int) ([]Entry, error) {
	all, err := db.All(ctx, r, scanEntry, `SELECT `+entryColumns+` FROM people_person WHERE name >= ? AND name < ? AND merged = '' ORDER BY name, id LIMIT ?`, words, words+"\U0010FFFF", most)
	if err != nil {
		return nil, fmt.Errorf("searching the register: %w", err)
	}
	return all, nil
}
