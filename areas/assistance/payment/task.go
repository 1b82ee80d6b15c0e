package payment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
)

// The kinds of tasks.
const (
	NoAccount = "account" // nowhere to pay to
	Failure   = "failed"  // the bank could not pay
	Missing   = "missing" // facts lack
	Recheck   = "recheck" // the rules now give something else
)

// Task is what somebody in a township is to look at.
type Task struct {
	ID, Kind      string
	Benefit, Name string
	Township      string
	Roll, Line    string
	What          string
	At            time.Time
	DoneAt        time.Time
	DoneName      string
	How           string
}

func (p *Paymaster) task(l Line, kind, what string) Task {
	return Task{ID: db.NewID(), Kind: kind, Benefit: l.Benefit, Name: l.Name, Township: l.Township, Roll: l.Roll, Line: l.ID, What: what}
}

// raise adds tasks; one of a kind that is open already says what is new.
func raise(ctx context.Context, tx *db.Tx, service string, tasks []Task) error {
	last := map[string]int{} // a statement cannot touch one row twice
	for i, t := range tasks {
		last[t.Kind+"/"+t.Benefit] = i
	}
	var once []Task
	for i, t := range tasks {
		if last[t.Kind+"/"+t.Benefit] == i {
			once = append(once, t)
		}
	}
	return inserted(ctx, tx, `INSERT INTO assistance_task (id, task_key, kind, benefit, service, name, township, roll, line, what, at, done_at, done_by, done_name, how) VALUES `,
		"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', '', '')",
		` ON CONFLICT (task_key) DO UPDATE SET what = excluded.what, roll = excluded.roll, line = excluded.line, name = excluded.name, at = excluded.at`,
		len(once), func(i int) []any {
			t := once[i]
			return []any{t.ID, t.Kind + "/" + t.Benefit, t.Kind, t.Benefit, service, t.Name, t.Township, t.Roll, t.Line, t.What, db.Millis(tx.Now)}
		})
}

// closeWell closes tasks whose reason is gone: the rules give again what was decided.
func closeWell(ctx context.Context, tx *db.Tx, benefits []string) error {
	if len(benefits) == 0 {
		return nil
	}
	list, args := db.In(benefits)
	_, err := tx.Exec(ctx, `UPDATE assistance_task SET done_at = ?, done_by = 'system', done_name = '系统自动', how = '重新算过，和原来的金额一样了', task_key = id
		WHERE done_at = 0 AND kind IN ('missing', 'recheck') AND benefit IN (`+list+`)`, append([]any{db.Millis(tx.Now)}, args...)...)
	if err != nil {
		return fmt.Errorf("closing tasks: %w", err)
	}
	return nil
}

const taskColumns = `id, kind, benefit, name, township, roll, line, what, at, done_at, done_name, how`

func scanTask(r db.Row) (t Task, err error) {
	var at, done int64
	err = r.Scan(&t.ID, &t.Kind, &t.Benefit, &t.Name, &t.Township, &t.Roll, &t.Line, &t.What, &at, &done, &t.DoneName, &t.How)
	t.At, t.DoneAt = db.Time(at), db.Time(done)
	return t, err
}

// open is a condition for the open tasks that somebody may see.
func (p *Paymaster) open(who auth.Who) (string, []any) {
	where, args := "", []any{}
	for _, g := range who.Grants {
		if !g.SeesCases() {
			continue
		}
		in, more := between("township", p.Places.Ranges(region.Code(g.Region)))
		if where != "" {
			where += " OR "
		}
		where, args = where+in, append(args, more...)
	}
	if where == "" {
		where = "1 = 0"
	}
	return `done_at = 0 AND (` + where + `)`, args
}

// Tasks are the open tasks that somebody may see, the oldest first; kind may
// be empty. total counts all of them.
func (p *Paymaster) Tasks(ctx context.Context, r db.Reader, who auth.Who, kind string, from, limit int) (all []Task, total int, err error) {
	where, args := p.open(who)
	if kind != "" {
		where, args = where+` AND kind = ?`, append(args, kind)
	}
	if total, err = db.One(ctx, r, db.Value[int], `SELECT COUNT(*) FROM assistance_task WHERE `+where, args...); err != nil {
		return nil, 0, fmt.Errorf("counting tasks: %w", err)
	}
	all, err = db.All(ctx, r, scanTask, `SELECT `+taskColumns+` FROM assistance_task WHERE `+where+` ORDER BY township, at, id LIMIT ? OFFSET ?`, append(args, limit, from)...)
	if err != nil {
		return nil, 0, fmt.Errorf("reading tasks: %w", err)
	}
	return all, total, nil
}

// TasksOf are all tasks of a benefit, the newest first.
func (p *Paymaster) TasksOf(ctx context.Context, r db.Reader, b Benefit) ([]Task, error) {
	all, err := db.All(ctx, r, scanTask, `SELECT `+taskColumns+` FROM assistance_task WHERE benefit = ? ORDER BY at DESC, id DESC LIMIT 40`, b.ID)
	if err != nil {
		return nil, fmt.Errorf("reading tasks: %w", err)
	}
	return all, nil
}

// Done closes a task with what was done. A payment that failed goes into the
// next roll: to the account that counts then.
func (p *Paymaster) Done(ctx context.Context, tx *db.Tx, who auth.Who, id, how string) error {
	t, err := db.One(ctx, tx, scanTask, `SELECT `+taskColumns+` FROM assistance_task WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) || err == nil && !p.Sees(who, t.Township) {
		return errs.New(errs.NotFound, "没有找到这件事。")
	}
	if err != nil {
		return fmt.Errorf("finding a task: %w", err)
	}
	if !p.Clerk(who, t.Township) {
		return errNotYours()
	}
	if how = strings.TrimSpace(how); how == "" || len([]rune(how)) > 200 {
		return errs.New(errs.Invalid, "请写怎么处理的，最多 200 个字。")
	}
	if t.Kind == NoAccount {
		return errs.New(errs.Conflict, "请在受助人的页面上登记收款账户，登记了这件事就自动办完。")
	}
	if err := p.close(ctx, tx, who, t, how); err != nil {
		return err
	}
	if t.Kind == Failure {
		if err := mend(ctx, tx, t.Benefit); err != nil {
			return err
		}
	}
	return p.record(ctx, tx, who, audit.Entry{Subject: "benefit/" + t.Benefit, Purpose: "办完发放待办：" + how})
}

func (p *Paymaster) close(ctx context.Context, tx *db.Tx, who auth.Who, t Task, how string) error {
	n, err := tx.Exec(ctx, `UPDATE assistance_task SET done_at = ?, done_by = ?, done_name = ?, how = ?, task_key = id WHERE id = ? AND done_at = 0`,
		db.Millis(tx.Now), who.Account, who.Name, how, t.ID)
	if err != nil {
		return fmt.Errorf("closing a task: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这件事刚刚有人办过了，请刷新后再看。")
	}
	return nil
}

// mend has the failed payments of a benefit go into the next roll.
func mend(ctx context.Context, tx *db.Tx, benefit string) error {
	_, err := tx.Exec(ctx, `UPDATE assistance_result SET next = 'mended' WHERE next = 'wait' AND line IN (SELECT id FROM assistance_line WHERE benefit = ?)`, benefit)
	if err != nil {
		return fmt.Errorf("having failed payments paid again: %w", err)
	}
	return nil
}

// mended is what a new account does: it closes what waited for it.
func (p *Paymaster) mended(ctx context.Context, tx *db.Tx, who auth.Who, benefit, how string) error {
	_, err := tx.Exec(ctx, `UPDATE assistance_task SET done_at = ?, done_by = ?, done_name = ?, how = ?, task_key = id
		WHERE done_at = 0 AND benefit = ? AND kind IN ('account', 'failed')`, db.Millis(tx.Now), who.Account, who.Name, how, benefit)
	if err != nil {
		return fmt.Errorf("closing tasks: %w", err)
	}
	return mend(ctx, tx, benefit)
}
