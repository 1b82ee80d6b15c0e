package payment

import (
	"context"
	"fmt"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/db"
	"minzheng/kernel/people"
)

// gathered is all that the lines of a page are made from.
type gathered struct {
	grants   []ledger.Account
	through  map[string]Month // up to which month each is paid
	holds    map[string][]Hold
	accounts map[string]account
	facts    map[string]*known // by benefit
	results  []result          // of the roll's month, by grant
}

// benefits works out the next page of benefits.
func (w *worker) benefits(ctx context.Context, at page) (page, error) {
	next := page{phase: ofBenefits, mark: w.mark}
	g, err := w.gather(ctx, at, &next)
	if err != nil {
		return page{}, err
	}
	next.seen = len(g.grants)
	if len(g.grants) < w.pageSize() {
		next.phase = ofFailures
	} else {
		last := g.grants[len(g.grants)-1]
		next.region, next.at = last.Region, last.ID
	}
	for i, one := range g.grants {
		if err := w.lines(ctx, &next, g, i); err != nil {
			return page{}, fmt.Errorf("benefit %s: %w", one.ID, err)
		}
	}
	return next, nil
}

func (w *worker) gather(ctx context.Context, at page, next *page) (*gathered, error) {
	g := &gathered{}
	where, args := w.eligible(w.roll)
	ids, err := db.All(ctx, w.DB, db.Value[string], `SELECT b.id FROM assistance_benefit AS b WHERE `+where+`
		AND (b.region, b.id) > (?, ?) ORDER BY b.region, b.id LIMIT ?`, append(args, at.region, at.at, w.pageSize())...)
	if err != nil || len(ids) == 0 {
		return g, err
	}
	if g.grants, err = accounts(ctx, w.DB, ids); err != nil {
		return nil, err
	}
	if g.through, err = paidThrough(ctx, w.DB, ids); err != nil {
		return nil, err
	}
	if g.holds, err = holdsOf(ctx, w.DB, ids); err != nil {
		return nil, err
	}
	if g.accounts, err = accountsOf(ctx, w.DB, ids); err != nil {
		return nil, err
	}
	if g.facts, err = w.knownOf(ctx, g.grants, next); err != nil {
		return nil, err
	}
	g.results, err = w.worked(ctx, g)
	return g, err
}

// accounts are what is recorded of benefits, in the order of their ids.
func accounts(ctx context.Context, r db.Reader, ids []string) ([]ledger.Account, error) {
	all, err := ledger.Accounts(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	list := make([]ledger.Account, len(ids))
	for i, id := range ids {
		one, ok := all[id]
		if !ok {
			return nil, fmt.Errorf("benefit %s is gone", id)
		}
		list[i] = one
	}
	return list, nil
}

// paidThrough is the last month of each benefit that a roll has.
func paidThrough(ctx context.Context, r db.Reader, benefits []string) (map[string]Month, error) {
	type row struct {
		benefit string
		month   Month
	}
	list, args := db.In(benefits)
	rows, err := db.All(ctx, r, func(r db.Row) (v row, err error) { return v, r.Scan(&v.benefit, &v.month) },
		`SELECT benefit, MAX(month) FROM assistance_line WHERE benefit IN (`+list+`) AND kind IN ('month', 'late', 'held') GROUP BY benefit`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading what is paid: %w", err)
	}
	all := make(map[string]Month, len(rows))
	for _, v := range rows {
		all[v.benefit] = v.month
	}
	return all, nil
}

// months are those of a benefit that no roll has yet.
func (w *worker) months(g ledger.Account, through Month) []Month {
	from, to := max(g.Since, w.roll.Earliest), w.roll.Month
	if through != "" {
		from = max(from, through.Add(1))
	}
	if g.Until != "" {
		to = min(to, g.Until)
	}
	return ledger.Months(from, to)
}

// lines adds what one benefit gets.
func (w *worker) lines(ctx context.Context, next *page, g *gathered, i int) error {
	one := g.grants[i]
	payee, err := w.payee(ctx, g, one)
	if err != nil {
		return err
	}
	from, settled := len(next.lines), false
	for _, m := range w.months(one, g.through[one.ID]) {
		l := payee
		l.ID, l.Key, l.Month, l.Kind, l.Found = lineID(), "month/"+one.ID+"/"+string(m), m, Late, None
		hold, held := heldIn(g.holds[one.ID], m)
		switch {
		case held:
			l.Kind, l.Note, l.account, l.Tail, l.Bank = Held, hold.Reason, "", "", ""
		default:
			l.Base = one.In(m)
			w.compare(next, &l, g, i)
			if m == w.roll.Month {
				l.Kind = Monthly
				next.parts = append(next.parts, l.settle(one.Dues, w.share)...)
			}
		}
		settled = settled || m == w.roll.Month
		l.Amount = l.Base + l.Arrears - l.Taken
		next.lines = append(next.lines, l)
	}
	if !settled { // the benefit has ended, or this month is in an earlier roll
		l := payee
		l.ID, l.Key, l.Month, l.Kind, l.Found = lineID(), "due/"+one.ID+"/"+w.roll.ID, w.roll.Month, Owed, None
		if parts := l.settle(one.Dues, 0); len(parts) > 0 {
			l.Amount = l.Arrears
			next.parts, next.lines = append(next.parts, parts...), append(next.lines, l)
		}
	}
	for _, l := range next.lines[from:] {
		w.askAccount(next, l)
	}
	return nil
}

// askAccount has a clerk ask where a payment is to go, if nobody knows.
func (w *worker) askAccount(next *page, l Line) {
	if l.account == "" && l.Amount > 0 {
		next.tasks = append(next.tasks, w.task(l, NoAccount, "没有收款账户，钱发不出去。请问清账户，登记进来。"))
	}
}

// settle pays all arrears, and takes back at most a share of the month's amount.
func (l *Line) settle(dues []ledger.Due, share int64) []part {
	var parts []part
	room := l.Base/100*share + l.Base%100*share/100
	for _, d := range dues {
		n := d.Left()
		if d.Kind == ledger.Arrears {
			l.Arrears += n
		} else {
			n = min(n, room)
			room -= n
			l.Taken += n
		}
		if n > 0 {
			parts = append(parts, part{l.ID, d.ID, n})
		}
	}
	return parts
}

// payee is the beginning of a benefit's lines: who gets it, and where.
func (w *worker) payee(ctx context.Context, g *gathered, one ledger.Account) (Line, error) {
	l := Line{Roll: w.roll.ID, Benefit: one.ID, Person: one.Recipient, Township: w.township(one.Region)}
	a, ok := g.accounts[one.ID]
	if !ok {
		a = w.told(one.ID, g.facts[one.ID])
	}
	if a.Holder == "" {
		p, err := w.People.Find(ctx, w.DB, people.ID(one.Recipient))
		if err != nil {
			return l, err
		}
		a.Holder = p.Name
	}
	l.Name, l.account, l.Tail, l.Bank = a.Holder, a.sealed, a.Tail, a.Bank
	return l, nil
}

// failures works out the next page of payments that failed and have been
// mended: each is paid again as it was, to the account that counts now.
func (w *worker) failures(ctx context.Context, at page) (page, error) {
	lines, err := db.All(ctx, w.DB, scanLine, `SELECT l.`+lineList+` FROM assistance_result AS r JOIN assistance_line AS l ON l.id = r.line
		JOIN assistance_roll AS o ON o.id = r.roll WHERE r.next = 'mended' AND o.service = ? AND o.county = ? AND r.line > ? ORDER BY r.line LIMIT ?`,
		w.roll.Service, w.roll.County, at.at, w.pageSize())
	if err != nil {
		return page{}, fmt.Errorf("reading failed payments: %w", err)
	}
	next := page{phase: finished}
	if len(lines) == w.pageSize() {
		next.phase, next.at = ofFailures, lines[len(lines)-1].ID
	}
	for _, old := range lines {
		l, err := w.again(ctx, old)
		if err != nil {
			return page{}, err
		}
		w.askAccount(&next, l)
		next.lines, next.again = append(next.lines, l), append(next.again, old.ID)
	}
	return next, nil
}

func (w *worker) again(ctx context.Context, old Line) (Line, error) {
	ids := []string{old.Benefit}
	all, err := accounts(ctx, w.DB, ids)
	if err != nil {
		return Line{}, err
	}
	one := all[0]
	g := &gathered{}
	if g.accounts, err = accountsOf(ctx, w.DB, ids); err != nil {
		return Line{}, err
	}
	if g.facts, err = w.knownOf(ctx, all, &page{}); err != nil {
		return Line{}, err
	}
	l, err := w.payee(ctx, g, one)
	l.ID, l.Key, l.Kind, l.Month, l.Found = lineID(), "again/"+old.ID, Again, old.Month, None
	l.Base, l.Arrears, l.Taken, l.Amount = old.Base, old.Arrears, old.Taken, old.Amount
	l.Note = "重发没有到账的一笔"
	return l, err
}
