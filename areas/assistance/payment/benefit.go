package payment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/people"
)

// Benefit is what one recipient gets, with all that payment knows of it.
type Benefit struct {
	ID, Case, Person string
	Service, Title   string
	Township         string
	Since, Until     Month
	Amount           int64
	Name             string
}

// Subject is the benefit's name in the audit log.
func (b Benefit) Subject() string { return "benefit/" + b.ID }

// Benefit returns a benefit that somebody may see.
func (p *Paymaster) Benefit(ctx context.Context, r db.Reader, who auth.Who, id string) (Benefit, error) {
	var place string
	b, err := db.One(ctx, r, func(r db.Row) (b Benefit, err error) {
		return b, r.Scan(&b.ID, &b.Case, &b.Person, &b.Service, &b.Title, &place, &b.Since, &b.Until, &b.Amount)
	}, `SELECT id, case_id, recipient, service, title, region, since, until, amount FROM assistance_benefit WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) || err == nil && !p.Sees(who, place) {
		return Benefit{}, errs.New(errs.NotFound, "没有找到这一项。")
	}
	if err != nil {
		return Benefit{}, fmt.Errorf("finding benefit %s: %w", id, err)
	}
	one, err := p.People.Find(ctx, r, people.ID(b.Person))
	if err != nil {
		return Benefit{}, err
	}
	b.Township, b.Name = p.township(place), one.Name
	return b, nil
}

// AccountOf is where a benefit is paid to, for readers.
func (p *Paymaster) AccountOf(ctx context.Context, r db.Reader, b Benefit) (holder, number, bank string, err error) {
	all, err := accountsOf(ctx, r, []string{b.ID})
	if err != nil {
		return "", "", "", err
	}
	a, ok := all[b.ID]
	if !ok {
		accounts, err := ledger.Accounts(ctx, r, []string{b.ID})
		if err != nil {
			return "", "", "", err
		}
		id := casework.ID(accounts[b.ID].CaseNow())
		facts, err := p.FactsOf(ctx, r, []casework.ID{id})
		if err != nil {
			return "", "", "", err
		}
		a = p.told(b.ID, facts[id])
	}
	return a.Holder, masked(a.Tail), a.Bank, nil
}

// Hold is a suspension (暂停发放): from its first month to its last nothing is paid.
type Hold struct {
	ID, Benefit  string
	Since, Until Month // no Until while it lasts
	Reason       string
	MakerName    string
	At           time.Time
}

func holdsOf(ctx context.Context, r db.Reader, benefits []string) (map[string][]Hold, error) {
	list, args := db.In(benefits)
	rows, err := db.All(ctx, r, func(r db.Row) (h Hold, err error) {
		var at int64
		err = r.Scan(&h.ID, &h.Benefit, &h.Since, &h.Until, &h.Reason, &h.MakerName, &at)
		h.At = db.Time(at)
		return h, err
	}, `SELECT id, benefit, since, until, reason, maker_name, at FROM assistance_hold WHERE benefit IN (`+list+`) ORDER BY since, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading suspensions: %w", err)
	}
	all := map[string][]Hold{}
	for _, h := range rows {
		all[h.Benefit] = append(all[h.Benefit], h)
	}
	return all, nil
}

func heldIn(holds []Hold, m Month) (Hold, bool) {
	for _, h := range holds {
		if h.Since <= m && (h.Until == "" || m <= h.Until) {
			return h, true
		}
	}
	return Hold{}, false
}

// Holds are the suspensions of a benefit.
func (p *Paymaster) Holds(ctx context.Context, r db.Reader, b Benefit) ([]Hold, error) {
	all, err := holdsOf(ctx, r, []string{b.ID})
	return all[b.ID], err
}

// Suspend stops a benefit's payment for some months; until may be empty. Only
// months that no roll has yet can be suspended.
func (p *Paymaster) Suspend(ctx context.Context, tx *db.Tx, who auth.Who, benefit string, h Hold) error {
	b, err := p.mayChange(ctx, tx, who, benefit)
	if err != nil {
		return err
	}
	var wrong errs.Problems
	if h.Reason = strings.TrimSpace(h.Reason); h.Reason == "" || len([]rune(h.Reason)) > 200 {
		wrong.Add("reason", "请写为什么暂停，最多 200 个字。受助人会看到。")
	}
	through, err := paidThrough(ctx, tx, []string{b.ID})
	switch {
	case err != nil:
		return err
	case h.Since.First() == 0:
		wrong.Add("since", "请写从哪个月起暂停。")
	case h.Since <= through[b.ID]:
		wrong.Add("since", through[b.ID].Long()+"已经在名册里，只能从下个月起暂停。")
	case h.Until != "" && h.Until < h.Since:
		wrong.Add("until", "结束的月份不能早于开始的月份。")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO assistance_hold (id, benefit, since, until, reason, maker, maker_name, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		db.NewID(), b.ID, h.Since, h.Until, h.Reason, who.Account, who.Name, db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("suspending a benefit: %w", err)
	}
	return p.record(ctx, tx, who, audit.Entry{Subject: b.Subject(), Person: b.Person, Purpose: "暂停发放：" + h.Reason, Detail: map[string]string{"since": string(h.Since), "until": string(h.Until)}})
}

// Resume ends a suspension: this month is paid again unless a roll has it.
// What was suspended stays unpaid; if it is owed, it is entered as arrears.
func (p *Paymaster) Resume(ctx context.Context, tx *db.Tx, who auth.Who, benefit, hold string) error {
	b, err := p.mayChange(ctx, tx, who, benefit)
	if err != nil {
		return err
	}
	last := MonthOf(calendar.DayOf(tx.Now)).Add(-1)
	n, err := tx.Exec(ctx, `UPDATE assistance_hold SET until = ? WHERE id = ? AND benefit = ? AND (until = '' OR until > ?)`, last, hold, b.ID, last)
	if err != nil {
		return fmt.Errorf("resuming a benefit: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这次暂停已经结束了。")
	}
	return p.record(ctx, tx, who, audit.Entry{Subject: b.Subject(), Person: b.Person, Purpose: "恢复发放"})
}

func (p *Paymaster) mayChange(ctx context.Context, r db.Reader, who auth.Who, benefit string) (Benefit, error) {
	b, err := p.Benefit(ctx, r, who, benefit)
	if err == nil && !who.Covers(officer, b.Township, p.within) {
		err = errNotYours()
	}
	return b, err
}

const mostEntry = 100_000_000 // 分: a million yuan is a slip of the pen

// Entry is an amount for a past month that a later roll pays or takes. It is
// the only way in which a month that was paid is put right.
type Entry struct {
	Kind   ledger.Kind // arrears, or over: to be taken back, a share of each month
	Month  Month       // that it is for
	Amount int64
	Why    string
}

// Dues are what is or was owed to a recipient or by one, the newest first.
func (p *Paymaster) Dues(ctx context.Context, r db.Reader, b Benefit) ([]ledger.Due, error) {
	all, err := accounts(ctx, r, []string{b.ID})
	if err != nil {
		return nil, err
	}
	slices.Reverse(all[0].Dues)
	return all[0].Dues, nil
}

// Enter adds an entry. The next roll settles it.
func (p *Paymaster) Enter(ctx context.Context, tx *db.Tx, who auth.Who, benefit string, e Entry) error {
	b, err := p.mayChange(ctx, tx, who, benefit)
	if err != nil {
		return err
	}
	var wrong errs.Problems
	if e.Kind != ledger.Arrears && e.Kind != ledger.Over {
		wrong.Add("kind", "请选补发还是扣回。")
	}
	if e.Amount <= 0 || e.Amount > mostEntry {
		wrong.Add("amount", "金额要大于 0，不超过 100 万元。")
	}
	if e.Month.First() == 0 || e.Month < b.Since || e.Month > MonthOf(calendar.DayOf(tx.Now)) {
		wrong.Add("month", "请写是哪个月的，从"+b.Since.Long()+"到这个月。")
	}
	if e.Why = strings.TrimSpace(e.Why); e.Why == "" || len([]rune(e.Why)) > 200 {
		wrong.Add("why", "请写原因；扣回的写明和本人怎么商量的。最多 200 个字。")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	err = ledger.Owe(ctx, tx, ledger.Due{Benefit: b.ID, Run: "entry/" + db.NewID(), Kind: e.Kind, State: ledger.Open, Why: e.Why,
		Shares: []ledger.Share{{Month: e.Month, Amount: e.Amount}}})
	if err != nil {
		return err
	}
	return p.record(ctx, tx, who, audit.Entry{Subject: b.Subject(), Person: b.Person, Purpose: "登记" + KindWord(e.Kind) + "：" + e.Why, Detail: map[string]string{"amount": fact.Yuan(e.Amount), "month": string(e.Month)}})
}

// KindWord is a due's kind for readers.
func KindWord(kind ledger.Kind) string {
	return map[ledger.Kind]string{ledger.Arrears: "补发", ledger.Over: "扣回"}[kind]
}

// History are the lines of a benefit, the newest first.
func (p *Paymaster) History(ctx context.Context, r db.Reader, b Benefit) ([]Row, error) {
	rows, err := db.All(ctx, r, scanRow, `SELECT l.`+lineList+`, COALESCE(r.outcome, ''), COALESCE(r.day, ''), COALESCE(r.reason, '')
		FROM assistance_line AS l JOIN assistance_roll AS o ON o.id = l.roll LEFT JOIN assistance_result AS r ON r.line = l.id
		WHERE l.benefit = ? ORDER BY o.month DESC, o.number DESC, l.seq DESC LIMIT 60`, b.ID)
	if err != nil {
		return nil, fmt.Errorf("reading what was paid: %w", err)
	}
	return rows, nil
}
