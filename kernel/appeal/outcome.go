package appeal

import (
	"context"
	"fmt"
	"strings"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Answer records that we have answered.
func (r *Room) Answer(ctx context.Context, tx *db.Tx, a Appeal, on calendar.Day, by casework.Actor) error {
	if on == 0 || on > calendar.DayOf(tx.Now) || on < a.Served {
		return errs.Problems{{Field: "answered", Sentence: "请写哪天答复的，要在收到以后、不能在今天以后。"}}
	}
	n, err := tx.Exec(ctx, `UPDATE appeal_appeal SET answered = ? WHERE id = ? AND answered = '' AND outcome = ''`, on.String(), a.ID)
	if err != nil {
		return fmt.Errorf("answering appeal %s: %w", a.ID, err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这件复议、诉讼刚刚有人办过了，请刷新后再看。")
	}
	c, err := casework.Find(ctx, tx, a.Case)
	if err != nil {
		return err
	}
	a.By = by
	return r.noted(ctx, tx, c, a, a.Title()+"已答复", map[string]string{"答复日期": on.Long()})
}

// Ending is what the body has decided.
type Ending struct {
	Outcome Outcome
	On      calendar.Day
	Note    string
	By      casework.Actor
}

func (e Ending) check(a Appeal, today calendar.Day) error {
	var p errs.Problems
	if e.Outcome.Title() == "" {
		p.Add("outcome", "请选结果。")
	}
	if e.On == 0 || e.On > today || e.On < a.Served {
		p.Add("decided", "请写对方哪天决定的，要在收到以后、不能在今天以后。")
	}
	if s := strings.TrimSpace(e.Note); s == "" || len([]rune(s)) > 2000 {
		p.Add("note", "请写对方怎么说的，最多 2000 个字。")
	}
	return p.Err()
}

// End records what the body has decided. Where it orders a new decision, a case
// for it is opened in the same transaction.
func (r *Room) End(ctx context.Context, tx *db.Tx, a Appeal, e Ending) (Appeal, error) {
	if err := e.check(a, calendar.DayOf(tx.Now)); err != nil {
		return a, err
	}
	c, err := casework.Find(ctx, tx, a.Case)
	if err != nil {
		return a, err
	}
	n, err := tx.Exec(ctx, `UPDATE appeal_appeal SET outcome = ?, decided = ?, note = ? WHERE id = ? AND outcome = ''`,
		string(e.Outcome), e.On.String(), r.desk.Box.SealText(strings.TrimSpace(e.Note), seal), a.ID)
	if err != nil {
		return a, fmt.Errorf("ending appeal %s: %w", a.ID, err)
	}
	if n == 0 {
		return a, errs.New(errs.Conflict, "这件复议、诉讼刚刚有人办过了，请刷新后再看。")
	}
	a.Outcome, a.Decided, a.Note, a.By = e.Outcome, e.On, e.Note, e.By
	if e.Outcome == Ordered {
		if err := r.again(ctx, tx, c, &a); err != nil {
			return a, err
		}
	}
	return a, r.noted(ctx, tx, c, a, a.Title()+"的结果："+e.Outcome.Title(), map[string]string{"决定日期": e.On.Long(), "机关": a.Body})
}

// again opens the case in which we decide anew.
func (r *Room) again(ctx context.Context, tx *db.Tx, c casework.Case, a *Appeal) error {
	fresh, ok := casework.Case{}, false
	for _, anew := range r.anew {
		var err error
		if fresh, ok, err = anew(ctx, tx, c, a.By); err != nil {
			return err
		}
		if ok {
			break
		}
	}
	if !ok {
		var err error
		fresh, err = r.desk.LookAgain(ctx, tx, casework.Again{Key: "appeal/" + a.ID, Of: c, Applicant: c.Applicant, Title: "按" + a.Title() + "的决定，重新办理",
			Told: "您的申请要重新办理，不用再交一次。需要补什么，我们会告诉您。", Detail: map[string]string{"原来的受理号": c.Number, "编号": a.Number}, By: a.By})
		if err != nil {
			return err
		}
	}
	a.Anew = fresh.ID
	if _, err := tx.Exec(ctx, `UPDATE appeal_appeal SET anew = ? WHERE id = ?`, fresh.ID, a.ID); err != nil {
		return fmt.Errorf("deciding anew after appeal %s: %w", a.ID, err)
	}
	return nil
}
