package payment

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"minzheng/areas/assistance/bank"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/region"
)

// Export is one taking out of a roll's lines with their whole accounts.
type Export struct {
	Township string // "" is all
	Format   string // csv, xlsx, xml
	Purpose  string
	Lines    int
	Amount   int64
	Maker    string
	At       time.Time

	roll Roll
	id   string
}

// Name is what the file is called.
func (e Export) Name() string {
	name := string(e.roll.Month) + "-" + e.roll.Service + "-" + strconv.Itoa(e.roll.Number)
	if e.Township != "" {
		name += "-" + e.Township
	}
	return name + "." + e.Format
}

// OrderExport records that an officer takes an approved roll out, and why, before
// the first line leaves. Write then writes it.
func (p *Paymaster) OrderExport(ctx context.Context, who auth.Who, id string, e Export) (Export, error) {
	o, err := p.Find(ctx, p.DB, who, id)
	if err != nil {
		return e, err
	}
	e.Purpose = strings.TrimSpace(e.Purpose)
	switch {
	case !p.Officer(who, o.County):
		return e, errNotYours()
	case o.State != Approved:
		return e, errs.New(errs.Conflict, "名册审核以后才能导出。")
	case bank.MediaType(e.Format) == "":
		return e, errs.New(errs.Invalid, "没有这种文件格式。")
	case e.Format == "xml" && p.Office.Account == "":
		return e, errs.New(errs.Conflict, "还没有配置付款账户，不能导出 pain.001。请让管理员用 --payer-account 写上。")
	case e.Purpose == "" || len([]rune(e.Purpose)) > 200:
		return e, errs.Problems{{Field: "purpose", Sentence: "导出的文件里有完整的账号。请写为什么导出，最多 200 个字。"}}
	}
	e.roll, e.id, e.Maker = o, db.NewID(), who.Name
	if e.Lines, e.Amount, err = p.payable(ctx, o, e.Township); err != nil {
		return e, err
	}
	if e.Lines == 0 {
		return e, errs.New(errs.Conflict, "没有能交给银行的。")
	}
	return e, p.DB.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO assistance_export (id, roll, township, format, purpose, lines, amount, maker, maker_name, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			e.id, o.ID, e.Township, e.Format, e.Purpose, e.Lines, e.Amount, who.Account, who.Name, db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("recording an export: %w", err)
		}
		return p.record(ctx, tx, who, audit.Entry{Verb: audit.Export, Subject: o.Subject(), Purpose: e.Purpose,
			Detail: map[string]string{"format": e.Format, "township": e.Township, "lines": strconv.Itoa(e.Lines), "amount": fact.Yuan(e.Amount)}})
	})
}

// payable counts what goes to the bank; of a whole roll that is known.
func (p *Paymaster) payable(ctx context.Context, o Roll, township string) (n int, sum int64, err error) {
	if township == "" {
		return o.Payable, o.PayableSum, nil
	}
	type row struct {
		n   int
		sum int64
	}
	v, err := db.One(ctx, p.DB, func(r db.Row) (v row, err error) { return v, r.Scan(&v.n, &v.sum) },
		`SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM assistance_line WHERE roll = ? AND township = ? AND amount > 0 AND account <> ''`, o.ID, township)
	if err != nil {
		return 0, 0, fmt.Errorf("counting what goes to the bank: %w", err)
	}
	return v.n, v.sum, nil
}

// Write writes an ordered export, line by line as it reads them.
func (p *Paymaster) Write(ctx context.Context, e Export, to io.Writer) error {
	o := e.roll
	id := o.ID
	if e.Township != "" { // a bank refuses a second file of one name
		id = o.ID[:24] + "-" + cut(e.Township, 10)
	}
	w, err := bank.NewWriter(to, e.Format, bank.Batch{ID: id, Title: o.Title + " " + o.Month.Long(), Subject: o.Title,
		Payer: bank.Party{Name: p.Office.Bureau, Account: p.Office.Account}, Made: o.CheckedAt, Day: max(calendar.DayOf(p.DB.Now()), calendar.DayOf(o.CheckedAt)), Count: e.Lines, Sum: e.Amount})
	if err != nil {
		return err
	}
	names := map[string]string{}
	err = walk(ctx, p.DB, o.ID, func(lines []Line) error {
		for _, l := range lines {
			if !l.Payable() || e.Township != "" && l.Township != e.Township {
				continue
			}
			number, err := p.unseal(l)
			if err != nil {
				return fmt.Errorf("opening the account of line %s: %w", l.ID, err)
			}
			if _, ok := names[l.Township]; !ok {
				names[l.Township] = p.Places.Name(region.Code(l.Township))
			}
			if err := w.Write(bank.Payment{ID: l.ID, Name: l.Name, Account: number, Bank: l.Bank, Amount: l.Amount, Month: string(l.Month), Township: names[l.Township]}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.Close()
}

// Exports are those of a roll, the newest first.
func (p *Paymaster) Exports(ctx context.Context, r db.Reader, o Roll) ([]Export, error) {
	all, err := db.All(ctx, r, func(r db.Row) (e Export, err error) {
		var at int64
		err = r.Scan(&e.Township, &e.Format, &e.Purpose, &e.Lines, &e.Amount, &e.Maker, &at)
		e.At = db.Time(at)
		return e, err
	}, `SELECT township, format, purpose, lines, amount, maker_name, at FROM assistance_export WHERE roll = ? ORDER BY at DESC, id DESC LIMIT 20`, o.ID)
	if err != nil {
		return nil, fmt.Errorf("reading exports: %w", err)
	}
	return all, nil
}
