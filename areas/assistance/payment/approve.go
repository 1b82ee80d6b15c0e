package payment

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/secret"
)

// Approve seals a roll. Whoever had it made cannot approve it, and what was
// changed since it was made is found before that. seen is the roll's mark that
// the reader was shown.
func (p *Paymaster) Approve(ctx context.Context, who auth.Who, id, seen string) error {
	o, err := p.Find(ctx, p.DB, who, id)
	if err != nil {
		return err
	}
	if err := p.mayCheck(who, o); err != nil {
		return err
	}
	if seen != o.Mark() {
		return errs.New(errs.Conflict, "您打开页面以后名册重新做过。请看看新的，再决定。")
	}
	found, err := p.check(ctx, p.DB, o)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return errs.New(errs.Conflict, "名册和做的时候不一样了，可能被人改过，不能审核。请退回重做，并告诉管理员。")
	}
	return p.DB.Do(ctx, func(tx *db.Tx) error { return p.seal(ctx, tx, who, o) })
}

// Mark names exactly these lines.
func (r Roll) Mark() string { return r.hash }

func (p *Paymaster) mayCheck(who auth.Who, o Roll) error {
	switch {
	case !p.Officer(who, o.County):
		return errNotYours()
	case o.State == Making:
		return errs.New(errs.Conflict, "名册还没有做完。")
	case o.State != Made:
		return errs.Newf(errs.Conflict, "这份名册已经%s了。", o.State.Word())
	case o.Maker == who.Account:
		return errs.New(errs.Forbidden, "这份名册是您做的，要请另一位审核人审核。您可以撤回它。")
	case o.Lines == 0:
		return errs.New(errs.Conflict, "名册里一个人也没有，不用审核。请退回。")
	}
	return nil
}

// Word is the state for readers.
func (s State) Word() string {
	return map[State]string{Making: "开始做", Made: "做好", Approved: "审核", Returned: "退回", Dropped: "撤回"}[s]
}

func (p *Paymaster) seal(ctx context.Context, tx *db.Tx, who auth.Who, o Roll) error {
	done := o
	done.State, done.Checker, done.CheckerName, done.CheckedAt = Approved, who.Account, who.Name, tx.Now
	n, err := tx.Exec(ctx, `UPDATE assistance_roll SET state = 'approved', checker = ?, checker_name = ?, checked_at = ?, seal = ?, open_key = id
		WHERE id = ? AND state = 'made' AND hash = ? AND lines = ? AND amount = ?`,
		who.Account, who.Name, db.Millis(tx.Now), done.makeSeal(p.Box), o.ID, o.hash, o.Lines, o.Amount)
	if err != nil {
		return fmt.Errorf("approving roll %s: %w", o.ID, err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这份名册刚刚有人处理过了，请刷新后再看。")
	}
	// Where there is no account the payment has failed before it began.
	_, err = tx.Exec(ctx, `INSERT INTO assistance_result (line, roll, outcome, amount, day, reason, import, next, at)
		SELECT id, roll, 'failed', amount, '', '没有收款账户', '', CASE WHEN EXISTS (SELECT 1 FROM assistance_account a WHERE a.benefit = l.benefit) THEN 'mended' ELSE 'wait' END, ?
		FROM assistance_line AS l WHERE roll = ? AND account = '' AND amount > 0`, db.Millis(tx.Now), o.ID)
	if err != nil {
		return fmt.Errorf("noting who has no account: %w", err)
	}
	if err := settleDues(ctx, tx, o.ID); err != nil {
		return err
	}
	return p.record(ctx, tx, who, audit.Entry{Subject: o.Subject(), Purpose: "审核" + o.Month.Long() + o.Title + "发放名册",
		Detail: map[string]string{"lines": strconv.Itoa(o.Lines), "amount": fact.Yuan(o.Amount), "hash": o.hash}})
}

// settleDues books what a roll pays and takes of what is owed.
func settleDues(ctx context.Context, tx *db.Tx, roll string) error {
	const parts = `FROM assistance_part AS p JOIN assistance_line AS l ON l.id = p.line WHERE l.roll = ?`
	want, err := db.One(ctx, tx, db.Value[int64], `SELECT COUNT(DISTINCT p.due) `+parts, roll)
	if err != nil || want == 0 {
		return err
	}
	const sum = `(SELECT CAST(SUM(p.amount) AS BIGINT) ` + parts + ` AND p.due = assistance_due.id)`
	n, err := tx.Exec(ctx, `UPDATE assistance_due SET settled = settled + `+sum+`, settled_at = ?, state = CASE WHEN settled + `+sum+` = amount THEN 'settled' ELSE state END
		WHERE state = 'open' AND id IN (SELECT p.due `+parts+`) AND settled + `+sum+` <= amount`, roll, db.Millis(tx.Now), roll, roll, roll)
	if err != nil {
		return fmt.Errorf("settling what is owed: %w", err)
	}
	if n != want {
		return errs.New(errs.Conflict, "名册做好以后，有的补发或者扣回变了。请退回重做。")
	}
	return nil
}

// makeSeal is what only we can make for exactly this roll.
func (r Roll) makeSeal(box *secret.Box) string {
	n := func(v int64) []byte { return strconv.AppendInt(nil, v, 10) }
	sum := secret.Sum([]byte("assistance/roll/1"), []byte(r.ID), []byte(r.Service), []byte(r.Month), []byte(r.County), n(int64(r.Number)), []byte(r.Version),
		n(int64(r.Lines)), n(r.Amount), n(int64(r.Payable)), n(r.PayableSum), []byte(r.hash), []byte(r.Maker), n(db.Millis(r.MadeAt)), []byte(r.Checker), n(db.Millis(r.CheckedAt)))
	return base64.RawURLEncoding.EncodeToString(box.MAC("assistance/roll", sum[:]))
}

func (r Roll) sealed(box *secret.Box) bool {
	return hmac.Equal([]byte(r.seal), []byte(r.makeSeal(box)))
}

// Return gives a roll back with what is to be put right; its lines are gone
// and can be made again.
func (p *Paymaster) Return(ctx context.Context, tx *db.Tx, who auth.Who, id, reason string) error {
	o, err := p.Find(ctx, tx, who, id)
	if err != nil {
		return err
	}
	switch {
	case !p.Officer(who, o.County):
		return errNotYours()
	case o.Maker == who.Account:
		return errs.New(errs.Forbidden, "这份名册是您做的。您可以撤回它。")
	}
	if reason = strings.TrimSpace(reason); reason == "" || len([]rune(reason)) > 300 {
		return errs.Problems{{Field: "reason", Sentence: "请写为什么退回，做名册的人要看。最多 300 个字。"}}
	}
	return p.undo(ctx, tx, who, o, Returned, reason)
}

// Drop takes back a roll that one has had made oneself.
func (p *Paymaster) Drop(ctx context.Context, tx *db.Tx, who auth.Who, id string) error {
	o, err := p.Find(ctx, tx, who, id)
	if err != nil {
		return err
	}
	if o.Maker != who.Account {
		return errs.New(errs.Forbidden, "只有做名册的人能撤回。您可以退回它。")
	}
	return p.undo(ctx, tx, who, o, Dropped, "")
}

// undo removes the lines of a roll that nobody has approved.
func (p *Paymaster) undo(ctx context.Context, tx *db.Tx, who auth.Who, o Roll, to State, reason string) error {
	n, err := tx.Exec(ctx, `UPDATE assistance_roll SET state = ?, checker = ?, checker_name = ?, checked_at = ?, reason = ?, open_key = id WHERE id = ? AND state IN ('making', 'made')`,
		to, who.Account, who.Name, db.Millis(tx.Now), reason, o.ID)
	if err != nil {
		return fmt.Errorf("undoing roll %s: %w", o.ID, err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这份名册已经处理过了，请刷新后再看。审核过的不能改，只能在以后的名册里补发或者扣回。")
	}
	for _, s := range []string{
		`UPDATE assistance_result SET next = 'mended' WHERE next = 'again' AND line IN (SELECT substr(line_key, 7) FROM assistance_line WHERE roll = ? AND kind = 'again')`,
		`DELETE FROM assistance_part WHERE line IN (SELECT id FROM assistance_line WHERE roll = ?)`,
		`DELETE FROM assistance_line WHERE roll = ?`,
	} {
		if _, err := tx.Exec(ctx, s, o.ID); err != nil {
			return fmt.Errorf("undoing roll %s: %w", o.ID, err)
		}
	}
	return p.record(ctx, tx, who, audit.Entry{Subject: o.Subject(), Purpose: to.Word() + "发放名册" + strings.TrimSuffix("："+reason, "："),
		Detail: map[string]string{"lines": strconv.Itoa(o.Lines), "amount": fact.Yuan(o.Amount)}})
}
