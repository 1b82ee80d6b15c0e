package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

const sealFacts = "casework/told"

// tell writes down what one source said of a case. What was told is never
// changed; what is told later by the same source counts instead.
func (d *Desk) tell(ctx context.Context, tx *db.Tx, id ID, facts []fact.Statement) error {
	if len(facts) == 0 {
		return nil
	}
	b, err := json.Marshal(facts)
	if err != nil {
		return fmt.Errorf("writing facts: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO casework_told (case_id, seq, source, at, facts)
		VALUES (?, (SELECT COALESCE(MAX(seq), 0) + 1 FROM casework_told WHERE case_id = ?), ?, ?, ?)`,
		id, id, facts[0].Source, db.Millis(tx.Now), d.Box.SealText(string(b), sealFacts))
	if err != nil {
		return fmt.Errorf("keeping facts of case %s: %w", id, err)
	}
	return nil
}

// Facts returns all that was said about a case.
func (d *Desk) Facts(ctx context.Context, r db.Reader, id ID) (*fact.Set, error) {
	sets, err := d.FactsOf(ctx, r, []ID{id})
	return sets[id], err
}

// FactsOf returns all that was said about each of some cases. Of a case that
// is decided, that is what counted: nothing is told of it afterwards.
func (d *Desk) FactsOf(ctx context.Context, r db.Reader, ids []ID) (map[ID]*fact.Set, error) {
	sets := map[ID]*fact.Set{}
	for _, id := range ids {
		sets[id] = fact.NewSet(d.shelf.known.Dictionary)
	}
	if len(ids) == 0 {
		return sets, nil
	}
	in, args := db.In(ids)
	told, err := db.All(ctx, r, func(r db.Row) (v sealedTold, err error) { return v, r.Scan(&v.id, &v.facts) },
		`SELECT case_id, facts FROM casework_told WHERE case_id IN (`+in+`) ORDER BY case_id, seq`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading the facts of %d cases: %w", len(ids), err)
	}
	opened, err := d.openAll(told)
	if err != nil {
		return nil, err
	}
	for i, one := range told {
		sets[one.id].Tell(opened[i]...)
	}
	return sets, nil
}

// Judge works the rules of a case's service out on what is known.
func (d *Desk) Judge(c Case, s *catalog.Service, facts *fact.Set, on calendar.Day) rule.Judgement {
	return s.Rules.Judge(d.ruled(c, facts, on))
}

// refresh has a case say what its facts say now.
func (d *Desk) refresh(c *Case, s *catalog.Service, facts *fact.Set, on calendar.Day) rule.Judgement {
	j := d.Judge(*c, s, facts, on)
	c.Conflicts = len(d.open(s, facts))
	c.Verdict, c.Amount = "unknown", 0
	if r, ok := j.Find(s.Decides); ok && r.Known {
		c.Verdict = "no"
		if r.Value.Bool() {
			c.Verdict = "yes"
		}
	}
	if r, ok := j.Find(s.Amount); ok && r.Known {
		c.Amount = r.Value.Int64()
	}
	return j
}

// open returns the conflicts over facts that the rules read.
func (d *Desk) open(s *catalog.Service, facts *fact.Set) []fact.Conflict {
	read := s.Rules.Facts()
	return slices.DeleteFunc(facts.Conflicts(), func(c fact.Conflict) bool { return !slices.Contains(read, c.Def.Name) })
}

// Conflicts returns the conflicts that must be settled before a decision.
func (d *Desk) Conflicts(s *catalog.Service, facts *fact.Set) []fact.Conflict {
	return d.open(s, facts)
}

func statement(name, about string, v fact.Value, source string, at time.Time) fact.Statement {
	return fact.Statement{Name: name, About: about, Value: v, Source: source, At: at.UTC()}
}
