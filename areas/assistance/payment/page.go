package payment

import (
	"context"
	"fmt"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/people"
)

// gathered is all that the lines of a page are made from.
type gathered struct {
	grants   []grant
	through  map[string]Month // up to which month each is paid
	holds    map[string][]Hold
	dues     map[string][]due
	accounts map[string]account
	facts    map[casework.ID]*fact.Set
	results  []result // of the roll's month, by grant
}

// benefits works out the next page of benefits.
func (w *worker) benefits(ctx context.Context, at page) (page, error) {
	g, err := w.gather(ctx, at)
	if err != nil {
		return page{}, err
	}
	next := page{seen: len(g.grants), phase: ofBenefits}
	if len(g.grants) < w.pageSize() {
		next.phase = ofFailures
	} else {
		last := g.grants[len(g.grants)-1]
		next.region, next.at = last.Region, last.ID
	}
	share := w.share(w.roll)
	for i, one := range g.grants {
		if err := w.lines(ctx, &next, g, i, share); err != nil {
			return page{}, fmt.Errorf("benefit %s: %w", one.ID, err)
		}
	}
	return next, nil
}

func (w *worker) gather(ctx context.Context, at page) (*gathered, error) {
	g := &gathered{}
	where, args := w.eligible(w.roll)
	var err error
	g.grants, err = db.All(ctx, w.DB, scanGrant, `SELECT `+grantColumns+` FROM assistance_benefit AS b WHERE `+where+`
		AND (b.region, b.id) > (?, ?) ORDER BY b.region, b.id LIMIT ?`, append(args, at.region, at.at, w.pageSize())...)
	if err != nil || len(g.grants) == 0 {
		return g, err
	}
	ids, cases := make([]string, len(g.grants)), make([]casework.ID, len(g.grants))
	for i, one := range g.grants {
		ids[i], cases[i] = one.ID, casework.ID(one.Case)
	}
	if g.through, err = paidThrough(ctx, w.DB, ids); err != nil {
		return nil, err
	}
	if g.holds, err = holdsOf(ctx, w.DB, ids); err != nil {
		return nil, err
	}
	if g.dues, err = duesOf(ctx, w.DB, ids); err != nil {
		return nil, err
	}
	if g.accounts, err = accountsOf(ctx, w.DB, ids); err != nil {
		return nil, err
	}
	if g.facts, err = w.ManyFacts(ctx, w.DB, cases); err != nil {
		return nil, err
	}
	g.results, err = w.worked(ctx, g)
	return g, err
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
func (w *worker) months(g grant, through Month) []Month {
	from, to := max(g.Since, w.roll.Earliest), w.roll.Month
	if through != "" {
		from = max(from, through.Next())
	}
	if g.Until != "" {
		to = min(to, g.Until)
	}
	var all []Month
	for m := from; m <= to; m = m.Next() {
		all = append(all, m)
	}
	return all
}

// lines adds what one benefit gets.
func (w *worker) lines(ctx context.Context, next *page, g *gathered, i int, share int64) error {
	one := g.grants[i]
	payee, err := w.payee(ctx, g, one)
	if err != nil {
		return err
	}
	months, dues := w.months(one, g.through[one.ID]), g.dues[one.ID]
	from, settled := len(next.lines), false
	for _, m := range months {
		l := payee
		l.ID, l.Key, l.Month, l.Kind, l.Found = lineID(), "month/"+one.ID+"/"+string(m), m, Late, None
		hold, held := heldIn(g.holds[one.ID], m)
		switch {
		case held:
			l.Kind, l.Note, l.account, l.Tail, l.Bank = Held, hold.Reason, "", "", ""
		default:
			l.Base = amountOf(one, m)
			w.compare(next, &l, g, i)
			if m == w.roll.Month {
				l.Kind = Monthly
				next.parts = append(next.parts, l.settle(dues, share)...)
			}
		}
		settled = settled || m == w.roll.Month
		l.Amount = l.Base + l.Arrears - l.Taken
		next.lines = append(next.lines, l)
	}
	if !settled { // the benefit has ended, or this month is in an earlier roll
		l := payee
		l.ID, l.Key, l.Month, l.Kind, l.Found = lineID(), "due/"+one.ID+"/"+w.roll.ID, w.roll.Month, Owed, None
		if parts := l.settle(dues, 0); len(parts) > 0 {
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
func (l *Line) settle(dues []due, share int64) []part {
	var parts []part
	left := l.Base / 100 * share
	if l.Base < 1<<40 {
		left = l.Base * share / 100
	}
	for _, d := range dues {
		n := d.left
		if !d.arrears {
			n = min(n, left)
			left -= n
			l.Taken += n
		} else {
			l.Arrears += n
		}
		if n > 0 {
			parts = append(parts, part{l.ID, d.id, n})
		}
	}
	return parts
}

// payee is the beginning of a benefit's lines: who gets it, and where.
func (w *worker) payee(ctx context.Context, g *gathered, one grant) (Line, error) {
	l := Line{Roll: w.roll.ID, Benefit: one.ID, Person: one.Person, Township: w.township(one.Region)}
	a, ok := g.accounts[one.ID]
	if !ok {
		a = w.told(one.ID, g.facts[casework.ID(one.Case)])
	}
	if a.Holder == "" {
		p, err := w.People.Find(ctx, w.DB, people.ID(one.Person))
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
	one, err := db.One(ctx, w.DB, scanGrant, `SELECT `+grantColumns+` FROM assistance_benefit AS b WHERE b.id = ?`, old.Benefit)
	if err != nil {
		return Line{}, fmt.Errorf("reading a benefit: %w", err)
	}
	ids := []string{one.ID}
	g := &gathered{}
	if g.accounts, err = accountsOf(ctx, w.DB, ids); err != nil {
		return Line{}, err
	}
	if g.facts, err = w.ManyFacts(ctx, w.DB, []casework.ID{casework.ID(one.Case)}); err != nil {
		return Line{}, err
	}
	l, err := w.payee(ctx, g, one)
	l.ID, l.Key, l.Kind, l.Month, l.Found = lineID(), "again/"+old.ID, Again, old.Month, None
	l.Base, l.Arrears, l.Taken, l.Amount = old.Base, old.Arrears, old.Taken, old.Amount
	l.Note = "重发没有到账的一笔"
	return l, err
}
