package assistance

import (
	"context"
	"fmt"
	"strings"

	"minzheng/kernel/db"
	"minzheng/kernel/people"
)

// moveBenefits has what somebody receives be another's, who is the same person.
// What was paid stays as it was paid.
func moveBenefits(ctx context.Context, tx *db.Tx, from, to people.Person) ([]string, error) {
	keys, err := db.All(ctx, tx, db.Value[string], `SELECT 'benefit/' || id FROM assistance_benefit WHERE recipient = ?
		UNION ALL SELECT 'offer/' || id FROM assistance_offer AS o WHERE person = ? AND NOT EXISTS
			(SELECT 1 FROM assistance_offer AS p WHERE p.person = ? AND p.service = o.service AND p.basis = o.basis) ORDER BY 1`, from.ID, from.ID, to.ID)
	if err != nil {
		return nil, fmt.Errorf("reading the benefits of a person: %w", err)
	}
	return keys, giveBenefits(ctx, tx, to.ID, keys)
}

func moveBenefitsBack(ctx context.Context, tx *db.Tx, from, _ people.Person, keys []string) error {
	return giveBenefits(ctx, tx, from.ID, keys)
}

func giveBenefits(ctx context.Context, tx *db.Tx, to people.ID, keys []string) error {
	for _, key := range keys {
		kind, id, _ := strings.Cut(key, "/")
		statement := `UPDATE assistance_benefit SET recipient = ? WHERE id = ?`
		if kind == "offer" {
			statement = `UPDATE assistance_offer SET person = ? WHERE id = ?`
		}
		if _, err := tx.Exec(ctx, statement, to, id); err != nil {
			return fmt.Errorf("moving a benefit: %w", err)
		}
	}
	return nil
}
