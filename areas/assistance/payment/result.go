package payment

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"minzheng/areas/assistance/bank"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/job"
	"minzheng/kernel/secret"
)

// Import is a file of what became of a roll's lines. It is looked at first, and
// taken as a whole or not at all.
type Import struct {
	ID, Roll, Name     string
	State              string // seen, taken, dropped
	Paid, Failed, Open int
	PaidSum, FailedSum int64
	Maker, MakerName   string
	At, DoneAt         time.Time

	digest, body, once string
}

// Refused is a row that keeps a file from being taken.
type Refused struct {
	Row int
	Why string
}

const importColumns = `id, once, digest, roll, name, state, paid, paid_sum, failed, failed_sum, open, body, maker, maker_name, at, done_at`

func scanImport(r db.Row) (i Import, err error) {
	var at, done int64
	err = r.Scan(&i.ID, &i.once, &i.digest, &i.Roll, &i.Name, &i.State, &i.Paid, &i.PaidSum, &i.Failed, &i.FailedSum, &i.Open, &i.body, &i.Maker, &i.MakerName, &at, &done)
	i.At, i.DoneAt = db.Time(at), db.Time(done)
	return i, err
}

const sealImport = "assistance/import/"

// Receive keeps a file of results to be looked at. Nothing is taken yet.
func (p *Paymaster) Receive(ctx context.Context, who auth.Who, roll, name string, data []byte) (Import, error) {
	o, err := p.Find(ctx, p.DB, who, roll)
	if err != nil {
		return Import{}, err
	}
	switch {
	case !p.Officer(who, o.County):
		return Import{}, errNotYours()
	case o.State != Approved:
		return Import{}, errs.New(errs.Conflict, "名册审核以后，才会有银行结果。")
	}
	var rows []bank.Result
	if err := bank.Read(data, func(r bank.Result) error { rows = append(rows, r); return nil }); err != nil {
		return Import{}, err
	}
	sum := secret.Hash(data)
	i := Import{ID: db.NewID(), Roll: o.ID, Name: cut(name, 80), State: "seen", Maker: who.Account, MakerName: who.Name, digest: hex.EncodeToString(sum[:])}
	for _, r := range rows {
		i.count(r)
	}
	body, err := json.Marshal(rows)
	if err != nil {
		return Import{}, fmt.Errorf("keeping results: %w", err)
	}
	i.body = p.Box.SealText(string(body), sealImport+i.ID)
	return i, p.DB.Do(ctx, func(tx *db.Tx) error {
		i.At = tx.Now
		_, err := tx.Exec(ctx, `INSERT INTO assistance_import (`+importColumns+`, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')`,
			i.ID, i.ID, i.digest, i.Roll, i.Name, i.State, i.Paid, i.PaidSum, i.Failed, i.FailedSum, i.Open, i.body, i.Maker, i.MakerName, db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("keeping results: %w", err)
		}
		return p.record(ctx, tx, who, audit.Entry{Subject: o.Subject(), Purpose: "上传银行结果，还没有收下", Detail: map[string]string{"rows": strconv.Itoa(len(rows))}})
	})
}

func (i *Import) count(r bank.Result) {
	switch r.Outcome {
	case bank.Paid:
		i.Paid, i.PaidSum = i.Paid+1, i.PaidSum+r.Amount
	case bank.Failed:
		i.Failed, i.FailedSum = i.Failed+1, i.FailedSum+r.Amount
	default:
		i.Open++
	}
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// Import returns a file that somebody may see.
func (p *Paymaster) Import(ctx context.Context, r db.Reader, who auth.Who, id string) (Import, Roll, error) {
	i, err := db.One(ctx, r, scanImport, `SELECT `+importColumns+` FROM assistance_import WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return Import{}, Roll{}, errs.New(errs.NotFound, "没有找到这个文件。")
	}
	if err != nil {
		return Import{}, Roll{}, fmt.Errorf("finding an import: %w", err)
	}
	o, err := p.Find(ctx, r, who, i.Roll)
	if err == nil && !p.Officer(who, o.County) {
		err = errNotYours()
	}
	return i, o, err
}

// Imports are the files of a roll, the newest first.
func (p *Paymaster) Imports(ctx context.Context, r db.Reader, o Roll) ([]Import, error) {
	all, err := db.All(ctx, r, scanImport, `SELECT `+strings.Replace(importColumns, "body", "''", 1)+` FROM assistance_import WHERE roll = ? AND state <> 'dropped' ORDER BY at DESC, id DESC LIMIT 30`, o.ID)
	if err != nil {
		return nil, fmt.Errorf("reading imports: %w", err)
	}
	return all, nil
}

// Examine says which rows keep a file from being taken as things stand now.
func (p *Paymaster) Examine(ctx context.Context, r db.Reader, i Import, o Roll) ([]Refused, error) {
	rows, err := p.rows(i)
	if err != nil {
		return nil, err
	}
	return p.refused(ctx, r, o, i, rows)
}

func (p *Paymaster) rows(i Import) (rows []bank.Result, err error) {
	if i.body == "" {
		return nil, nil
	}
	body, err := p.Box.UnsealText(i.body, sealImport+i.ID)
	if err != nil {
		return nil, fmt.Errorf("opening import %s: %w", i.ID, err)
	}
	return rows, json.Unmarshal([]byte(body), &rows)
}

// Take takes a file: all its rows, in one transaction, or none. Taking it again
// changes nothing.
func (p *Paymaster) Take(ctx context.Context, tx *db.Tx, who auth.Who, id string) error {
	i, o, err := p.Import(ctx, tx, who, id)
	if err != nil {
		return err
	}
	if err := tx.Lock(ctx, "assistance/results/"+o.ID); err != nil {
		return err
	}
	if i.State != "seen" {
		return errs.New(errs.Conflict, "这个文件已经处理过了。")
	}
	rows, err := p.rows(i)
	if err != nil {
		return err
	}
	refused, err := p.refused(ctx, tx, o, i, rows)
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return errs.Newf(errs.Conflict, "有 %d 行不对，整个文件都没有收。", len(refused))
	}
	n, err := tx.Exec(ctx, `UPDATE assistance_import SET state = 'taken', once = digest, body = '', done_at = ? WHERE id = ? AND state = 'seen'`, db.Millis(tx.Now), i.ID)
	if err != nil {
		return fmt.Errorf("taking an import: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这个文件刚刚有人处理过了，请刷新后再看。")
	}
	if err := p.book(ctx, tx, o, i, rows); err != nil {
		return err
	}
	return p.record(ctx, tx, who, audit.Entry{Subject: o.Subject(), Purpose: "收下银行结果",
		Detail: map[string]string{"paid": strconv.Itoa(i.Paid), "failed": strconv.Itoa(i.Failed), "paid_sum": fact.Yuan(i.PaidSum), "digest": i.digest}})
}

// book writes down what became of each line, and what follows from it.
func (p *Paymaster) book(ctx context.Context, tx *db.Tx, o Roll, i Import, rows []bank.Result) error {
	final := rows[:0]
	for _, r := range rows {
		if r.Outcome != bank.Pending {
			final = append(final, r)
		}
	}
	lines, err := linesOf(ctx, tx, o.ID, final)
	if err != nil {
		return err
	}
	var tasks []Task
	err = inserted(ctx, tx, `INSERT INTO assistance_result (line, roll, outcome, amount, day, reason, import, next, at) VALUES `, "(?, ?, ?, ?, ?, ?, ?, ?, ?)", "", len(final), func(k int) []any {
		r, l := final[k], lines[final[k].ID]
		reason, next := "", ""
		if r.Outcome == bank.Failed {
			reason, next = r.Why(), "wait"
			tasks = append(tasks, p.task(l, Failure, l.Month.Long()+"的 "+fact.Yuan(l.Amount)+" 没有到账："+reason+"。请问清楚，登记对的账户；账户没有错的，写明情况办完，下次照原账户重发。"))
		}
		return []any{l.ID, o.ID, string(r.Outcome), l.Amount, r.Day, reason, i.ID, next, db.Millis(tx.Now)}
	})
	if err != nil {
		return err
	}
	if err := raise(ctx, tx, o.Service, tasks); err != nil || len(tasks) == 0 {
		return err
	}
	return job.Enqueue(ctx, tx, job.New{Kind: TellKind, Key: i.ID, Payload: i.ID})
}

// Forget drops a file that was only looked at.
func (p *Paymaster) Forget(ctx context.Context, tx *db.Tx, who auth.Who, id string) error {
	i, o, err := p.Import(ctx, tx, who, id)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE assistance_import SET state = 'dropped', body = '', done_at = ? WHERE id = ? AND state = 'seen'`, db.Millis(tx.Now), i.ID)
	if err != nil {
		return fmt.Errorf("dropping an import: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这个文件已经处理过了。")
	}
	return p.record(ctx, tx, who, audit.Entry{Subject: o.Subject(), Purpose: "没有收下上传的银行结果"})
}
