package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
)

// Known is somebody as a search for twins sees them.
type Known struct {
	ID     ID
	Name   string
	Number string
	Birth  calendar.Day
	Died   calendar.Day
	Region string
}

// Pair are two who may be one person, by their places in what was searched.
type Pair struct {
	A, B int
	Why  []Reason
}

// Alike finds who may be one person. Whoever has the same name is compared with
// each other. A number that does not check, or is an old one, is looked for
// under all numbers that it may be a slip for, whatever the name; of two that
// check, a slip is told from two people by the name.
func Alike(all []Known) []Pair {
	found := map[[2]int][]Reason{}
	add := func(i, j int, why Reason) {
		key := [2]int{min(i, j), max(i, j)}
		if why != "" && i != j && !slices.Contains(found[key], why) {
			found[key] = append(found[key], why)
		}
	}
	names, numbers := map[string][]int{}, make(map[string]int, len(all))
	for i, k := range all {
		names[k.Name] = append(names[k.Name], i)
		numbers[k.Number] = i
	}
	for _, group := range names {
		for x, i := range group {
			for _, j := range group[x+1:] {
				add(i, j, Differ(all[i].Number, all[j].Number))
				if all[i].Birth != 0 && all[i].Birth == all[j].Birth {
					add(i, j, SameBirth)
				}
			}
		}
	}
	for i, k := range all {
		for _, slip := range slips(k.Number) {
			if j, there := numbers[slip]; there && (!Checks(k.Number) || near(k.Name, all[j].Name)) {
				add(i, j, Differ(k.Number, slip))
			}
		}
	}
	pairs := make([]Pair, 0, len(found))
	for key, why := range found {
		slices.Sort(why)
		pairs = append(pairs, Pair{key[0], key[1], why})
	}
	slices.SortFunc(pairs, func(a, b Pair) int {
		if a.A != b.A {
			return a.A - b.A
		}
		return a.B - b.B
	})
	return pairs
}

// near reports whether two names are the same but for one character.
func near(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) != len(y) {
		return false
	}
	n := 0
	for i := range x {
		if x[i] != y[i] {
			n++
		}
	}
	return n <= 1 && len(x) > 1
}

// everybody reads all who were not merged.
func (g *Register) everybody(ctx context.Context, r db.Reader) ([]Known, error) {
	return db.All(ctx, r, func(r db.Row) (k Known, err error) {
		var number, birth, died string
		if err := r.Scan(&k.ID, &k.Name, &number, &birth, &died, &k.Region); err != nil {
			return k, err
		}
		k.Birth, k.Died = day(birth), day(died)
		k.Number, err = g.box.UnsealText(number, "people/number")
		return k, err
	}, `SELECT id, name, number, birth, died, region FROM people_person WHERE merged = '' ORDER BY id`)
}

// Twins searches the whole register.
func (g *Register) Twins(ctx context.Context, r db.Reader) ([]Known, []Pair, error) {
	all, err := g.everybody(ctx, r)
	if err != nil {
		return nil, nil, fmt.Errorf("searching the register for twins: %w", err)
	}
	return all, Alike(all), nil
}

// LookLike finds who in the register may be somebody with a name and a number
// that are about to be written down. Numbers are looked for by their blind
// index, so nobody else's is opened.
func (g *Register) LookLike(ctx context.Context, r db.Reader, name, number string, birth calendar.Day) ([]Person, error) {
	var indexes []string
	for _, slip := range slips(number) {
		indexes = append(indexes, g.Index(slip))
	}
	var all []Person
	for some := range slices.Chunk(indexes, 200) {
		in, args := db.In(some)
		found, err := db.All(ctx, r, g.scan, `SELECT `+columns+` FROM people_person WHERE merged = '' AND number_ix IN (`+in+`)`, args...)
		if err != nil {
			return nil, fmt.Errorf("looking for who is like somebody: %w", err)
		}
		all = append(all, found...)
	}
	named, err := db.All(ctx, r, g.scan, `SELECT `+columns+` FROM people_person WHERE merged = '' AND name = ? AND (birth = ? OR birth = '') ORDER BY id LIMIT 50`, name, text(birth))
	if err != nil {
		return nil, fmt.Errorf("looking for who is like somebody: %w", err)
	}
	for _, p := range named {
		if p.Number != number && !slices.ContainsFunc(all, func(o Person) bool { return o.ID == p.ID }) {
			all = append(all, p)
		}
	}
	return all, nil
}

// Twin is a pair that was raised for somebody to look at.
type Twin struct {
	ID      string
	A, B    ID
	Regions [2]string
	Why     []Reason
	Found   time.Time
}

// Raise writes down the pairs that are new. A pair is raised once, whatever was
// said of it.
func (g *Register) Raise(ctx context.Context, tx *db.Tx, all []Known, pairs []Pair) (n int64, err error) {
	for _, p := range pairs {
		a, b := all[p.A], all[p.B]
		if a.ID > b.ID {
			a, b = b, a
		}
		var why []string
		for _, one := range p.Why {
			why = append(why, string(one))
		}
		more, err := tx.Exec(ctx, `INSERT INTO people_twin (id, pair_key, a, b, region_a, region_b, why, found, outcome, closed, by_id, by_name, note)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 0, '', '', '') ON CONFLICT DO NOTHING`,
			db.NewID(), string(a.ID)+"/"+string(b.ID), a.ID, b.ID, a.Region, b.Region, strings.Join(why, ","), db.Millis(tx.Now))
		if err != nil {
			return n, fmt.Errorf("raising two who may be one: %w", err)
		}
		n += more
	}
	return n, nil
}

const twinColumns = `id, a, b, region_a, region_b, why, found`

func scanTwin(r db.Row) (t Twin, err error) {
	var why string
	var found int64
	err = r.Scan(&t.ID, &t.A, &t.B, &t.Regions[0], &t.Regions[1], &why, &found)
	for _, one := range strings.Split(why, ",") {
		t.Why = append(t.Why, Reason(one))
	}
	t.Found = db.Time(found)
	return t, err
}

// OpenTwins returns the pairs that nobody has looked at, one of whom is in some
// places.
func (g *Register) OpenTwins(ctx context.Context, r db.Reader, places []region.Range, most int) ([]Twin, error) {
	in, args := []string{`1 = 0`}, []any{}
	for _, p := range places {
		in, args = append(in, `region_a BETWEEN ? AND ?`, `region_b BETWEEN ? AND ?`), append(args, p.Low, p.High, p.Low, p.High)
	}
	all, err := db.All(ctx, r, scanTwin, `SELECT `+twinColumns+` FROM people_twin WHERE outcome = '' AND (`+strings.Join(in, ` OR `)+`) ORDER BY id LIMIT ?`, append(args, most)...)
	if err != nil {
		return nil, fmt.Errorf("reading who may be one: %w", err)
	}
	return all, nil
}

// FindTwin returns an open pair, or an error of kind NotFound.
func (g *Register) FindTwin(ctx context.Context, r db.Reader, id string) (Twin, error) {
	t, err := db.One(ctx, r, scanTwin, `SELECT `+twinColumns+` FROM people_twin WHERE id = ? AND outcome = ''`, id)
	if errors.Is(err, db.ErrNone) {
		return t, errs.New(errs.NotFound, "这一对刚刚有人办过了，请刷新后再看。")
	}
	if err != nil {
		return t, fmt.Errorf("finding who may be one: %w", err)
	}
	return t, nil
}

// By is who looked at a pair, and what they say.
type By struct{ ID, Name, Note string }

// Different records that a pair are two people.
func (g *Register) Different(ctx context.Context, tx *db.Tx, t Twin, by By) error {
	return g.closeTwin(ctx, tx, t, "different", by)
}

func (g *Register) closeTwin(ctx context.Context, tx *db.Tx, t Twin, outcome string, by By) error {
	n, err := tx.Exec(ctx, `UPDATE people_twin SET outcome = ?, closed = ?, by_id = ?, by_name = ?, note = ? WHERE id = ? AND outcome = ''`,
		outcome, db.Millis(tx.Now), by.ID, by.Name, g.box.SealText(by.Note, "people/note"), t.ID)
	if err != nil {
		return fmt.Errorf("closing who may be one: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这一对刚刚有人办过了，请刷新后再看。")
	}
	return nil
}
