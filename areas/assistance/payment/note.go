package payment

import (
	"context"
	"fmt"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Note is what a township has against a roll before it is approved.
type Note struct {
	ID, Township       string
	Text, Maker        string
	At                 time.Time
	Answer, AnswerName string
	AnsweredAt         time.Time
}

// Notes are those on a roll that somebody may see.
func (p *Paymaster) Notes(ctx context.Context, r db.Reader, who auth.Who, o Roll) ([]Note, error) {
	all, err := db.All(ctx, r, func(r db.Row) (n Note, err error) {
		var at, answered int64
		err = r.Scan(&n.ID, &n.Township, &n.Text, &n.Maker, &at, &n.Answer, &n.AnswerName, &answered)
		n.At, n.AnsweredAt = db.Time(at), db.Time(answered)
		return n, err
	}, `SELECT id, township, text, maker_name, at, answer, answerer, answered_at FROM assistance_note WHERE roll = ? ORDER BY at, id`, o.ID)
	if err != nil {
		return nil, fmt.Errorf("reading notes: %w", err)
	}
	seen := all[:0]
	for _, n := range all {
		if p.Sees(who, n.Township) {
			seen = append(seen, n)
		}
	}
	return seen, nil
}

// Object notes what a township's clerk has against a roll.
func (p *Paymaster) Object(ctx context.Context, tx *db.Tx, who auth.Who, roll, text string) error {
	o, err := p.Find(ctx, tx, who, roll)
	if err != nil {
		return err
	}
	township := ""
	for _, g := range who.Grants {
		if (g.Role == clerk || g.Role == head) && p.within(g.Region, o.County) {
			township = p.township(g.Region)
		}
	}
	text = strings.TrimSpace(text)
	switch {
	case township == "":
		return errs.New(errs.Forbidden, "只有乡镇（街道）的经办人和负责人能提意见。")
	case !o.Open():
		return errs.New(errs.Conflict, "名册已经审完了，不能再提意见。有不对的，请县民政局在以后的名册里补发或者扣回。")
	case text == "" || len([]rune(text)) > 500:
		return errs.Problems{{Field: "note", Sentence: "请写哪里不对，最多 500 个字。"}}
	}
	_, err = tx.Exec(ctx, `INSERT INTO assistance_note (id, roll, township, text, maker, maker_name, at, answer, answerer, answered_at) VALUES (?, ?, ?, ?, ?, ?, ?, '', '', 0)`,
		db.NewID(), o.ID, township, text, who.Account, who.Name, db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("noting an objection: %w", err)
	}
	return p.record(ctx, tx, who, audit.Entry{Subject: o.Subject(), Purpose: "对发放名册提意见"})
}

// Answer answers a note.
func (p *Paymaster) Answer(ctx context.Context, tx *db.Tx, who auth.Who, roll, note, text string) error {
	o, err := p.Find(ctx, tx, who, roll)
	if err != nil {
		return err
	}
	if !p.Officer(who, o.County) {
		return errNotYours()
	}
	if text = strings.TrimSpace(text); text == "" || len([]rune(text)) > 500 {
		return errs.Problems{{Field: "answer-" + note, Sentence: "请写答复，最多 500 个字。"}}
	}
	n, err := tx.Exec(ctx, `UPDATE assistance_note SET answer = ?, answerer = ?, answered_at = ? WHERE id = ? AND roll = ? AND answered_at = 0`, text, who.Name, db.Millis(tx.Now), note, o.ID)
	if err != nil {
		return fmt.Errorf("answering a note: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这条意见已经答复过了。")
	}
	return p.record(ctx, tx, who, audit.Entry{Subject: o.Subject(), Purpose: "答复对发放名册的意见"})
}
