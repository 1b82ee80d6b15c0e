package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Activate has a change hold. seen is the mark of the impact that the reader
// was shown; it must be worked out for exactly this change, laid into what
// holds now. Whoever proposed a change cannot activate it.
func (c *Changes) Activate(ctx context.Context, tx *db.Tx, who auth.Who, id, seen string) error {
	if err := tx.Lock(ctx, "catalog/change"); err != nil {
		return err
	}
	one, done, err := c.decidable(ctx, tx, who, id, Activated)
	if err != nil || done {
		return err
	}
	if one.From < calendar.DayOf(tx.Now) && !one.Retro {
		return errs.New(errs.Conflict, "开始的日子已经过了。请提出的人撤回，改好日子或者勾选“追溯”，再提一次。")
	}
	w, then, err := c.fit(ctx, tx, one, seen)
	if err != nil {
		return err
	}
	seq, err := c.Seq(ctx, tx)
	if err != nil {
		return err
	}
	impact, err := json.Marshal(w.Impact)
	if err != nil {
		return fmt.Errorf("writing an impact: %w", err)
	}
	if err := settle(ctx, tx, who, one.ID, Activated, `seq = ?, version = ?, impact = ?`, seq+1, then.Version, string(impact)); err != nil {
		return err
	}
	if err := c.othersAnew(ctx, tx, one); err != nil {
		return err
	}
	return c.record(ctx, tx, who, one, "启用标准变更")
}

// fit returns the impact that a change was shown with, if it still is the one.
func (c *Changes) fit(ctx context.Context, tx *db.Tx, one Change, seen string) (Weighing, *Service, error) {
	_, then, err := c.Pair(ctx, tx, one)
	if err != nil {
		return Weighing{}, nil, conflict(err)
	}
	w, err := c.Weighing(ctx, tx, one.ID)
	switch {
	case err != nil:
		return Weighing{}, nil, err
	case w.Impact == nil:
		return Weighing{}, nil, errs.New(errs.Conflict, "影响还没有算好，算好了才能启用。")
	case w.Version != then.Version:
		return Weighing{}, nil, errs.New(errs.Conflict, "算影响以后标准又变了。请重新算一次，看过再启用。")
	case w.Mark != seen:
		return Weighing{}, nil, errs.New(errs.Conflict, "您打开页面以后影响重新算过。请看看新的数，再决定。")
	}
	return w, then, nil
}

// conflict is an error by field as one sentence: here is no form.
func conflict(err error) error {
	if errs.Is(err, errs.Invalid) {
		return errs.New(errs.Conflict, "这项变更和现在的标准合不上了："+errs.Sentence(err))
	}
	return err
}

// Refuse ends a change that another person proposed.
func (c *Changes) Refuse(ctx context.Context, tx *db.Tx, who auth.Who, id, reason string) error {
	one, done, err := c.decidable(ctx, tx, who, id, Refused)
	if err != nil || done {
		return err
	}
	var wrong errs.Problems
	reason = plain(&wrong, "why", strings.TrimSpace(reason), longWhy, "请写为什么退回，提出的人要看。")
	if err := wrong.Err(); err != nil {
		return err
	}
	if err := settle(ctx, tx, who, id, Refused, `reason = ?`, reason); err != nil {
		return err
	}
	return c.record(ctx, tx, who, one, "退回标准变更")
}

// Withdraw ends a change that one has proposed oneself.
func (c *Changes) Withdraw(ctx context.Context, tx *db.Tx, who auth.Who, id string) error {
	one, done, err := c.decidable(ctx, tx, who, id, Withdrawn)
	if err != nil || done {
		return err
	}
	if err := settle(ctx, tx, who, id, Withdrawn, `reason = ?`, ""); err != nil {
		return err
	}
	return c.record(ctx, tx, who, one, "撤回标准变更")
}

// decidable returns a change that somebody may bring to a state; done is true
// when they have brought it there already, as by pressing twice.
func (c *Changes) decidable(ctx context.Context, tx *db.Tx, who auth.Who, id string, to State) (one Change, done bool, err error) {
	one, err = c.Find(ctx, tx, who, id)
	switch {
	case err != nil:
	case one.State == to && one.Decider == who.Account:
		done = true
	case one.State != Proposed:
		err = errs.Newf(errs.Conflict, "这项变更已经由%s%s了。", one.DeciderName, one.State.Word())
	case to == Withdrawn && one.Proposer != who.Account:
		err = errs.New(errs.Forbidden, "只有提出的人能撤回。您可以退回它。")
	case to != Withdrawn && one.Proposer == who.Account:
		err = errs.New(errs.Forbidden, "这项变更是您提出的，要请另一位有权限的人复核。您可以撤回它。")
	}
	return one, done, err
}

// Word is the state for readers.
func (s State) Word() string {
	return map[State]string{Proposed: "提出", Activated: "启用", Refused: "退回", Withdrawn: "撤回"}[s]
}

// settle writes down how a change ended; what was decided meanwhile stays.
func settle(ctx context.Context, tx *db.Tx, who auth.Who, id string, to State, set string, args ...any) error {
	all := append([]any{to, who.Account, who.Name, db.Millis(tx.Now)}, args...)
	n, err := tx.Exec(ctx, `UPDATE catalog_change SET state = ?, decider = ?, decider_name = ?, decided_at = ?, `+set+`
		WHERE id = ? AND state = 'proposed'`, append(all, id)...)
	if err != nil {
		return fmt.Errorf("deciding a change: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这项变更刚刚有人处理过了，请刷新后再看。")
	}
	return nil
}
