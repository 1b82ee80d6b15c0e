package recheck

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
	"minzheng/kernel/strict"
)

//go:embed overlaps.yaml
var overlapsYAML []byte

// Rule says which services do not go together for one person.
type Rule struct {
	Code string   `yaml:"rule"`
	A    []string `yaml:"these"`
	B    []string `yaml:"with"`
	Kind string   `yaml:"kind"` // exclude: only one; higher: the higher of both
	Says string   `yaml:"says"`
	Law  string   `yaml:"law"`
}

// ReadRules reads a table of overlaps strictly.
func ReadRules(name string, src []byte) ([]Rule, error) {
	var all []Rule
	if err := strict.YAML(src, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	seen := map[string]bool{}
	for _, r := range all {
		if r.Code == "" || seen[r.Code] || len(r.A) == 0 || len(r.B) == 0 || r.Says == "" || r.Law == "" || r.Kind != "exclude" && r.Kind != "higher" {
			return nil, fmt.Errorf("%s: 规则 %q 没有写全，或者写了两次", name, r.Code)
		}
		seen[r.Code] = true
	}
	return all, nil
}

// Rules is the table that comes with the program.
func Rules() ([]Rule, error) { return ReadRules("overlaps.yaml", overlapsYAML) }

// Overlap is one person in two benefits that do not go together.
type Overlap struct {
	ID            string
	Rule          Rule
	First, Second Benefit
	Name          string // of the first's recipient's case
	Township      string
	At            time.Time
	ClosedAt      time.Time
	Closer, How   string
}

// FindOverlaps raises a task for every pair of running benefits that do not go
// together. A pair is raised once, however often it is found.
func (r *Room) FindOverlaps(ctx context.Context) error {
	rules, err := Rules()
	if err != nil {
		return err
	}
	for _, one := range rules {
		if err := r.overlapping(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// pair is what the tables say of an overlap.
type pair struct{ first, second, person, region string }

func (r *Room) overlapping(ctx context.Context, one Rule) error {
	inA, argsA := db.In(one.A)
	inB, argsB := db.In(one.B)
	order := ``
	if slices.Equal(one.A, one.B) {
		order = ` AND x.id < y.id`
	}
	pairs, err := db.All(ctx, r.desk.DB, func(row db.Row) (p pair, err error) { return p, row.Scan(&p.first, &p.second, &p.person, &p.region) },
		`SELECT x.id, y.id, a.person, x.region FROM assistance_covered AS a JOIN assistance_benefit AS x ON x.id = a.benefit
		JOIN assistance_covered AS b ON b.person = a.person AND b.benefit <> a.benefit JOIN assistance_benefit AS y ON y.id = b.benefit
		WHERE `+goesOn("x")+` AND `+goesOn("y")+` AND x.service IN (`+inA+`) AND y.service IN (`+inB+`)`+order+`
		AND NOT EXISTS (SELECT 1 FROM assistance_overlap AS o WHERE o.rule = ? AND o.first = x.id AND o.second = y.id)
		ORDER BY x.id, y.id, a.person`, append(append(append([]any{string(r.month()), string(r.month())}, argsA...), argsB...), one.Code)...)
	if err != nil {
		return fmt.Errorf("looking for overlaps by %s: %w", one.Code, err)
	}
	for _, p := range pairs {
		if err := r.desk.DB.Do(ctx, func(tx *db.Tx) error { return r.raise(ctx, tx, one, p) }); err != nil {
			return err
		}
	}
	return nil
}

func (r *Room) raise(ctx context.Context, tx *db.Tx, one Rule, p pair) error {
	_, err := tx.Exec(ctx, `INSERT INTO assistance_overlap (id, pair_key, rule, first, second, person, township, at, closed_at, closer, closer_name, how)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '', '', '') ON CONFLICT DO NOTHING`,
		db.NewID(), one.Code+"/"+p.first+"/"+p.second, one.Code, p.first, p.second, p.person, r.township(p.region), db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("raising an overlap: %w", err)
	}
	return nil
}

func (r *Room) township(place string) string {
	for _, c := range r.desk.Places.Path(region.Code(place)) {
		if c.Level() == region.OfTownship {
			return string(c)
		}
	}
	return place
}

const overlapColumns = `id, rule, first, second, township, at, closed_at, closer_name, how`

func scanOverlap(row db.Row) (o Overlap, err error) {
	var at, closed int64
	err = row.Scan(&o.ID, &o.Rule.Code, &o.First.ID, &o.Second.ID, &o.Township, &at, &closed, &o.Closer, &o.How)
	o.At, o.ClosedAt = db.Time(at), db.Time(closed)
	return o, err
}

// Overlaps returns the open tasks in some places, the oldest first.
func (r *Room) Overlaps(ctx context.Context, rd db.Reader, places []region.Range, most int) ([]Overlap, error) {
	in, args := within("township", places)
	all, err := db.All(ctx, rd, scanOverlap, `SELECT `+overlapColumns+` FROM assistance_overlap WHERE closed_at = 0 AND `+in+` ORDER BY at, id LIMIT ?`, append(args, most)...)
	if err != nil {
		return nil, fmt.Errorf("reading overlaps: %w", err)
	}
	rules, err := Rules()
	if err != nil {
		return nil, err
	}
	for i := range all {
		if err := r.whole(ctx, rd, rules, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (r *Room) whole(ctx context.Context, rd db.Reader, rules []Rule, o *Overlap) (err error) {
	if at := slices.IndexFunc(rules, func(one Rule) bool { return one.Code == o.Rule.Code }); at >= 0 {
		o.Rule = rules[at]
	}
	if o.First, err = Find(ctx, rd, o.First.ID); err != nil {
		return err
	}
	if o.Second, err = Find(ctx, rd, o.Second.ID); err != nil {
		return err
	}
	c, err := lastCase(ctx, rd, o.First)
	o.Name = c.Name
	return err
}

// FindOverlap returns a task, or an error of kind NotFound.
func (r *Room) FindOverlap(ctx context.Context, rd db.Reader, id string) (Overlap, error) {
	o, err := db.One(ctx, rd, scanOverlap, `SELECT `+overlapColumns+` FROM assistance_overlap WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return o, errs.New(errs.NotFound, "没有找到这件事。")
	}
	if err != nil {
		return o, fmt.Errorf("finding an overlap: %w", err)
	}
	rules, err := Rules()
	if err != nil {
		return o, err
	}
	return o, r.whole(ctx, rd, rules, &o)
}

// CloseOverlap says what was done about an overlap. It stops no benefit: that
// is a re-check, with its hearing; look names the benefit that one is opened
// for, or is "".
func (r *Room) CloseOverlap(ctx context.Context, tx *db.Tx, o Overlap, look, how string, by casework.Actor) error {
	if how = strings.TrimSpace(how); how == "" || len([]rune(how)) > 500 {
		return errs.Problems{{Field: "how", Sentence: "请写明查到了什么、怎么处理，最多 500 个字。"}}
	}
	n, err := tx.Exec(ctx, `UPDATE assistance_overlap SET closed_at = ?, closer = ?, closer_name = ?, how = ? WHERE id = ? AND closed_at = 0`,
		db.Millis(tx.Now), by.ID, by.Name, how, o.ID)
	if err != nil {
		return fmt.Errorf("closing an overlap: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这件事刚刚有人办过了，请刷新后再看。")
	}
	if look == "" {
		return nil
	}
	if look != o.First.ID && look != o.Second.ID {
		return errs.Problems{{Field: "look", Sentence: "请选要复核哪一项。"}}
	}
	_, err = r.Look(ctx, tx, Occasion{Benefit: look, Origin: Clerk, Title: "同时领了两项，复核", Detail: map[string]string{"规定": o.Rule.Says + "（" + o.Rule.Law + "）", "查到": how}, By: by,
		Told: "我们发现您家同时领了两项不能一起领的待遇，要核对一下。会先听您的意见。"})
	return err
}

// within is a condition that a place lies in some ranges.
func within(column string, places []region.Range) (string, []any) {
	in, args := []string{`1 = 0`}, []any{}
	for _, p := range places {
		in, args = append(in, column+` BETWEEN ? AND ?`), append(args, p.Low, p.High)
	}
	return `(` + strings.Join(in, ` OR `) + `)`, args
}
