package counter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"minzheng/areas/marriage/register"
	"minzheng/kernel/audit"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Paper is an original that was seen.
type Paper struct {
	Kind   string `json:"kind"`
	Number string `json:"number,omitempty"`
	Says   string `json:"says"`
}

// Evidence stands in for a department that is silent or says otherwise.
type Evidence struct {
	ID       string
	Side     int
	About    string // identity, marital, book
	Paper    Paper
	ByID, By string
	At       time.Time
	SecondID string
	Second   string
}

// Counts reports whether two clerks have seen it.
func (e Evidence) Counts() bool { return e.SecondID != "" && e.SecondID != e.ByID }

// Kinds are the papers that may be about something. About a silent register of
// marriages there are none: nothing proves that somebody is not married.
func Kinds(about, declared string) []string {
	switch about {
	case Identity:
		return []string{"身份证读卡和人证比对"}
	case Book:
		return []string{"本人书面说明"}
	case Marital:
		if declared == "离异" {
			return []string{"离婚证", "生效的离婚判决书", "生效的离婚调解书"}
		}
		if declared == "丧偶" {
			return []string{"原配偶死亡证明", "户口注销证明"}
		}
	}
	return nil
}

// Show writes down an original that the first clerk has seen.
func (m *Room) Show(ctx context.Context, tx *db.Tx, who register.Clerk, id string, e Evidence) error {
	v, err := m.open(ctx, tx, id)
	if err != nil {
		return err
	}
	if e.Side < 0 || e.Side > 1 || !slices.Contains(Kinds(e.About, v.Couple.People[e.Side].Declared), e.Paper.Kind) {
		return errs.New(errs.Invalid, "请选看了哪一种原件。")
	}
	if e.About == Marital && Weigh(v, Known{On: v.Day}).cell(e.Side, Marital).Standing != Mismatch {
		return errs.New(errs.Conflict, "登记库没有回答的时候，原件不能代替。请再问一次，或者约好再来。")
	}
	if e.Paper.Says == "" || len([]rune(e.Paper.Says)) > 300 {
		return errs.New(errs.Invalid, "请写明看到了什么，300 字以内。")
	}
	sealed, err := m.seal(e.Paper)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO marriage_evidence (id, visit, side, about, doc, by_id, by_name, at, second_id, second_name, second_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', 0)`,
		db.NewID(), id, e.Side, e.About, sealed, who.ID, who.Name, db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("writing down an original: %w", err)
	}
	return m.record(ctx, tx, v, who, audit.Entry{Verb: audit.Act, Purpose: "登记看到的原件", Detail: map[string]string{"about": e.About, "kind": e.Paper.Kind}})
}

// Second confirms that another clerk has seen the original too.
func (m *Room) Second(ctx context.Context, tx *db.Tx, who register.Clerk, id, evidence string) error {
	v, err := m.open(ctx, tx, id)
	if err != nil {
		return err
	}
	first, err := db.One(ctx, tx, db.Value[string], `SELECT by_id FROM marriage_evidence WHERE id = ? AND visit = ?`, evidence, id)
	if errors.Is(err, db.ErrNone) {
		return errs.New(errs.NotFound, "没有找到这份原件的登记。")
	}
	if err != nil {
		return fmt.Errorf("reading an original: %w", err)
	}
	if first == who.ID {
		return errs.New(errs.Forbidden, "要由另一位登记员核对原件。")
	}
	n, err := tx.Exec(ctx, `UPDATE marriage_evidence SET second_id = ?, second_name = ?, second_at = ? WHERE id = ? AND second_id = ''`, who.ID, who.Name, db.Millis(tx.Now), evidence)
	if err != nil {
		return fmt.Errorf("confirming an original: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这份原件已经有第二个人核对过了。")
	}
	return m.record(ctx, tx, v, who, audit.Entry{Verb: audit.Act, Purpose: "第二人核对原件"})
}

// Evidence returns what was seen at a visit, the oldest first.
func (m *Room) Evidence(ctx context.Context, r db.Reader, id string) ([]Evidence, error) {
	return db.All(ctx, r, func(r db.Row) (e Evidence, err error) {
		var sealed string
		var at int64
		if err := r.Scan(&e.ID, &e.Side, &e.About, &sealed, &e.ByID, &e.By, &at, &e.SecondID, &e.Second); err != nil {
			return e, err
		}
		e.At = db.Time(at)
		return e, m.unseal(sealed, &e.Paper)
	}, `SELECT id, side, about, doc, by_id, by_name, at, second_id, second_name FROM marriage_evidence WHERE visit = ? ORDER BY at, id`, id)
}
