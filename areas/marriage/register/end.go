package register

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Part ends a marriage by agreement and returns the record of the divorce.
func (g *Register) Part(ctx context.Context, tx *db.Tx, marriage string, by Clerk, remark string) (Record, error) {
	was, err := g.Find(ctx, tx, marriage)
	if err != nil {
		return Record{}, err
	}
	if err := g.release(ctx, tx, was, Ended); err != nil {
		return Record{}, err
	}
	v := g.begun(tx, Divorce, by)
	v.About, v.Parties, v.Remark = was.ID, was.Parties, remark
	if v.Number, err = next(ctx, tx, Divorce, by.Office, v.Day.Year()); err != nil {
		return Record{}, err
	}
	return v, g.write(ctx, tx, v)
}

// release lets both go. Of two that end the same marriage one is refused.
func (g *Register) release(ctx context.Context, tx *db.Tx, was Record, state State) error {
	n, err := tx.Exec(ctx, `UPDATE marriage_record SET state = ? WHERE id = ? AND kind = 'J' AND state = 'live'`, string(state), was.ID)
	if err != nil {
		return fmt.Errorf("ending a marriage: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "登记簿上这段婚姻已经不在有效状态，请刷新后再看。")
	}
	if _, err := tx.Exec(ctx, `DELETE FROM marriage_live WHERE record_id = ?`, was.ID); err != nil {
		return fmt.Errorf("ending a marriage: %w", err)
	}
	return g.untie(ctx, tx, was)
}

// Judgment is what a court or an authority has decided about a record.
type Judgment struct {
	Number string `json:"number"` // （2026）示0121民初1号
	Body   string `json:"body"`   // 清溪县人民法院
	Says   string `json:"says"`
}

// Note is what was added to a record later.
type Note struct {
	Kind string // void, corrected, ended
	Judgment
	By string
	At time.Time
}

// Title is what a note is about, for readers.
func (n Note) Title() string {
	switch n.Kind {
	case "void":
		return "婚姻被确认无效或者被撤销"
	case "ended":
		return "法院判决或者调解离婚"
	}
	return "更正"
}

// Annul notes that a court has annulled a marriage (婚姻登记条例 art. 20).
func (g *Register) Annul(ctx context.Context, tx *db.Tx, id string, j Judgment, by Clerk) error {
	return g.judged(ctx, tx, id, j, by, Void)
}

// Dissolve notes that a court has dissolved a marriage.
func (g *Register) Dissolve(ctx context.Context, tx *db.Tx, id string, j Judgment, by Clerk) error {
	return g.judged(ctx, tx, id, j, by, Ended)
}

func (g *Register) judged(ctx context.Context, tx *db.Tx, id string, j Judgment, by Clerk, state State) error {
	was, err := g.Find(ctx, tx, id)
	if err != nil {
		return err
	}
	if j.Number == "" || j.Body == "" {
		return errs.New(errs.Invalid, "请写明法院和文书号。")
	}
	if err := g.release(ctx, tx, was, state); err != nil {
		return err
	}
	return g.note(ctx, tx, id, string(state), j, by)
}

// Correct notes what in a record is wrong. The record stays as it was written.
func (g *Register) Correct(ctx context.Context, tx *db.Tx, id string, j Judgment, by Clerk) error {
	if j.Says == "" {
		return errs.New(errs.Invalid, "请写明哪一项错了，应当是什么，凭什么更正。")
	}
	if _, err := g.Find(ctx, tx, id); err != nil {
		return err
	}
	return g.note(ctx, tx, id, "corrected", j, by)
}

func (g *Register) note(ctx context.Context, tx *db.Tx, id, kind string, j Judgment, by Clerk) error {
	text, err := json.Marshal(j)
	if err != nil {
		return fmt.Errorf("writing a note: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO marriage_note (id, record_id, kind, doc, by_id, by_name, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		db.NewID(), id, kind, g.box.SealText(string(text), "marriage/note"), by.ID, by.Name, db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("writing a note: %w", err)
	}
	return nil
}

// Notes are what was added to a record, the oldest first.
func (g *Register) Notes(ctx context.Context, r db.Reader, id string) ([]Note, error) {
	return db.All(ctx, r, func(r db.Row) (n Note, err error) {
		var sealed string
		var at int64
		if err := r.Scan(&n.Kind, &sealed, &n.By, &at); err != nil {
			return n, err
		}
		n.At = db.Time(at)
		text, err := g.box.UnsealText(sealed, "marriage/note")
		if err != nil {
			return n, fmt.Errorf("opening a note: %w", err)
		}
		return n, json.Unmarshal([]byte(text), &n.Judgment)
	}, `SELECT kind, doc, by_name, at FROM marriage_note WHERE record_id = ? ORDER BY at, id`, id)
}

// Reissue writes a new certificate for a marriage that lives or a divorce that
// was registered (婚姻登记条例 art. 21), with a number of its own.
func (g *Register) Reissue(ctx context.Context, tx *db.Tx, id string, by Clerk, reason string) (Record, error) {
	was, err := g.Find(ctx, tx, id)
	if err != nil {
		return Record{}, err
	}
	k := MarriageAgain
	switch {
	case was.Kind == Divorce:
		k = DivorceAgain
	case was.Kind != Marriage:
		return Record{}, errs.New(errs.Invalid, "请从原来那一次登记补领。")
	case was.State != Live:
		return Record{}, errs.New(errs.Conflict, "这段婚姻已经不在有效状态，不能补领结婚证。")
	}
	v := g.begun(tx, k, by)
	v.About, v.Parties, v.Remark = was.About, was.Parties, reason
	if v.Number, err = next(ctx, tx, k, by.Office, v.Day.Year()); err != nil {
		return Record{}, err
	}
	return v, g.write(ctx, tx, v)
}
