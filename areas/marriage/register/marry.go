package register

import (
	"context"
	"fmt"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
)

// Marry registers the marriage of two and returns its record with the number
// of the certificate. It is an error of kind Conflict when one of them is
// married already. That they may marry is judged by whoever calls it.
func (g *Register) Marry(ctx context.Context, tx *db.Tx, two [2]Party, by Clerk, remark string) (Record, error) {
	two, err := inOrder(two)
	if err != nil {
		return Record{}, err
	}
	v := g.begun(tx, Marriage, by)
	v.About, v.State, v.Parties, v.Remark = v.ID, Live, two, remark
	if err := g.occupy(ctx, tx, v); err != nil { // first, so that who loses holds no number
		return Record{}, err
	}
	if v.Number, err = next(ctx, tx, Marriage, by.Office, v.Day.Year()); err != nil {
		return Record{}, err
	}
	if err := g.write(ctx, tx, v); err != nil {
		return Record{}, err
	}
	return v, g.tie(ctx, tx, v)
}

func (g *Register) begun(tx *db.Tx, k Kind, by Clerk) Record {
	return Record{ID: db.NewID(), Kind: k, Office: by.Office, Day: calendar.DayOf(tx.Now), State: Valid, Code: casework.Code(), Clerk: by.ID, By: by.Name, At: tx.Now}
}

// inOrder puts the man first: 民法典 art. 1047 speaks of one man and one woman.
func inOrder(two [2]Party) ([2]Party, error) {
	if two[0].Number == two[1].Number || two[0].Sex == two[1].Sex {
		return two, errs.New(errs.Invalid, "结婚登记要一男一女两个人。")
	}
	if two[0].Sex == "女" {
		two[0], two[1] = two[1], two[0]
	}
	return two, nil
}

// occupy makes both married. Rows are taken in the order of the indexes, so
// that two clerks who register crosswise wait and do not block each other.
func (g *Register) occupy(ctx context.Context, tx *db.Tx, v Record) error {
	one, other := g.people.Index(v.Parties[0].Number), g.people.Index(v.Parties[1].Number)
	for _, index := range []string{min(one, other), max(one, other)} {
		n, err := tx.Exec(ctx, `INSERT INTO marriage_live (person, record_id) VALUES (?, ?) ON CONFLICT (person) DO NOTHING`, index, v.ID)
		if err != nil {
			return fmt.Errorf("registering a marriage: %w", err)
		}
		if n == 0 {
			name := v.Parties[0].Name
			if index != one {
				name = v.Parties[1].Name
			}
			return errs.Newf(errs.Conflict, "登记簿上%s现在有配偶，不能再登记结婚（民法典第1042条、婚姻登记条例第9条）。", name)
		}
	}
	return nil
}

// tie tells the register of residents, where it knows both.
func (g *Register) tie(ctx context.Context, tx *db.Tx, v Record) error {
	a, b, ok, err := g.residents(ctx, tx, v)
	if err != nil || !ok {
		return err
	}
	if err := g.people.Bind(ctx, tx, people.Tie{Person: a, Kind: "spouse", Other: b}); err != nil {
		return err
	}
	return g.people.Bind(ctx, tx, people.Tie{Person: b, Kind: "spouse", Other: a})
}

// untie takes back what tie has told.
func (g *Register) untie(ctx context.Context, tx *db.Tx, v Record) error {
	a, b, ok, err := g.residents(ctx, tx, v)
	if err != nil || !ok {
		return err
	}
	if err := g.people.Unbind(ctx, tx, people.Tie{Person: a, Kind: "spouse", Other: b}); err != nil {
		return err
	}
	return g.people.Unbind(ctx, tx, people.Tie{Person: b, Kind: "spouse", Other: a})
}

func (g *Register) residents(ctx context.Context, r db.Reader, v Record) (a, b people.ID, ok bool, err error) {
	for i, id := range []*people.ID{&a, &b} {
		p, err := g.people.ByNumber(ctx, r, v.Parties[i].Number)
		if errs.Is(err, errs.NotFound) {
			return "", "", false, nil
		}
		if err != nil {
			return "", "", false, err
		}
		*id = p.ID
	}
	return a, b, true, nil
}

// Old is a marriage that was registered elsewhere or before, as its
// certificate has it.
type Old struct {
	Number string // as printed: older ones have other forms
	Office string
	Day    calendar.Day
	Two    [2]Party
	Remark string
}

// TakeIn enters an old marriage (补录), because its certificate is to be
// reissued or it is to be dissolved here. One that is there already is
// returned as it is.
func (g *Register) TakeIn(ctx context.Context, tx *db.Tx, old Old, by Clerk) (Record, error) {
	two, err := inOrder(old.Two)
	if err != nil {
		return Record{}, err
	}
	have, err := g.LiveOf(ctx, tx, two[0].Number)
	if err == nil && have.Parties[1].Number == two[1].Number {
		return have, nil
	}
	v := g.begun(tx, Marriage, by)
	v.Number, v.Office, v.Day, v.Remark = old.Number, old.Office, old.Day, old.Remark
	v.About, v.State, v.Parties, v.Old = v.ID, Live, two, true
	if err := g.occupy(ctx, tx, v); err != nil {
		return Record{}, err
	}
	taken, err := db.One(ctx, tx, db.Value[int64], `SELECT COUNT(*) FROM marriage_record WHERE number = ? AND kind = 'J'`, old.Number)
	if err != nil {
		return Record{}, fmt.Errorf("looking for a number: %w", err)
	}
	if taken > 0 {
		return Record{}, errs.New(errs.Conflict, "这个证号在登记簿上已经有了，登记的是另外两个人。请核对证件。")
	}
	return v, g.write(ctx, tx, v)
}
