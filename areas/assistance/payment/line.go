package payment

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/secret"
)

// Kind is why a line is in a roll.
type Kind string

// The kinds.
const (
	Monthly Kind = "month" // the roll's month
	Late    Kind = "late"  // an earlier month that no roll has paid
	Held    Kind = "held"  // a month that is suspended: nothing is paid
	Owed    Kind = "due"   // arrears alone, after the benefit has ended
	Again   Kind = "again" // a payment that failed before
)

// What the rules give on the month's first day, beside what was decided.
const (
	Same    = "same"
	Changed = "changed"
	Unknown = "unknown"
	None    = "none" // there was nothing to work out
)

// Line is one payment to one recipient.
type Line struct {
	ID, Key          string
	Roll             string
	Seq              int
	Kind             Kind
	Benefit, Person  string
	Township         string
	Month            Month
	Base             int64
	Arrears          int64
	Taken            int64
	Amount           int64
	Name, Tail, Bank string
	Found            string
	Note             string

	account string // sealed
	hash    string
}

// lineID is an identifier that fits where banks have room for 35 characters.
func lineID() string { return strings.ReplaceAll(db.NewID(), "-", "") }

// Payable reports whether the line goes to the bank.
func (l Line) Payable() bool { return l.Amount > 0 && l.account != "" }

// Account is the account for readers: its last four digits.
func (l Line) Account() string { return masked(l.Tail) }

func masked(tail string) string {
	if tail == "" {
		return ""
	}
	return "**** " + tail
}

const lineColumns = `id, line_key, roll, seq, kind, benefit, person, township, month, base, arrears, taken, amount, name, account, tail, bank, found, note, hash`

const lineWidth = 20 // columns

func scanLine(r db.Row) (l Line, err error) {
	err = r.Scan(&l.ID, &l.Key, &l.Roll, &l.Seq, &l.Kind, &l.Benefit, &l.Person, &l.Township, &l.Month, &l.Base, &l.Arrears, &l.Taken, &l.Amount,
		&l.Name, &l.account, &l.Tail, &l.Bank, &l.Found, &l.Note, &l.hash)
	return l, err
}

func (l Line) values() []any {
	return []any{l.ID, l.Key, l.Roll, l.Seq, l.Kind, l.Benefit, l.Person, l.Township, l.Month, l.Base, l.Arrears, l.Taken, l.Amount,
		l.Name, l.account, l.Tail, l.Bank, l.Found, l.Note, l.hash}
}

// sum is the hash of a line that follows one with the hash before.
func (l Line) sum(before string) string {
	n := func(v int64) []byte { return strconv.AppendInt(nil, v, 10) }
	sum := secret.Sum([]byte("assistance/line/1"), []byte(before), []byte(l.ID), []byte(l.Key), []byte(l.Roll), n(int64(l.Seq)), []byte(l.Kind),
		[]byte(l.Benefit), []byte(l.Person), []byte(l.Township), []byte(l.Month), n(l.Base), n(l.Arrears), n(l.Taken), n(l.Amount),
		[]byte(l.Name), []byte(l.account), []byte(l.Tail), []byte(l.Bank), []byte(l.Found), []byte(l.Note))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// walk hands over the lines of a roll in their order, page by page.
func walk(ctx context.Context, r db.Reader, roll string, each func([]Line) error) error {
	const page = 2000
	for after := 0; ; {
		some, err := db.All(ctx, r, scanLine, `SELECT `+lineColumns+` FROM assistance_line WHERE roll = ? AND seq > ? ORDER BY seq LIMIT ?`, roll, after, page)
		if err != nil {
			return fmt.Errorf("reading the lines of roll %s: %w", roll, err)
		}
		if len(some) > 0 {
			if err := each(some); err != nil {
				return err
			}
			after = some[len(some)-1].Seq
		}
		if len(some) < page {
			return nil
		}
	}
}

// Filter chooses lines of a roll.
type Filter struct {
	Township string
	Name     string // how the name begins
	Show     string // "", paid, failed, waiting, held, noaccount, changed
	After    int    // the last line of the page before
	Limit    int
}

// shows are the conditions that a reader may choose.
var shows = map[string]string{
	"":          `1 = 1`,
	"paid":      `r.outcome = 'paid'`,
	"failed":    `r.outcome = 'failed'`,
	"waiting":   `r.outcome IS NULL AND l.amount > 0`,
	"held":      `l.kind = 'held'`,
	"noaccount": `l.account = '' AND l.amount > 0`,
	"changed":   `l.found IN ('changed', 'unknown')`,
}

// Row is a line with what became of it.
type Row struct {
	Line
	Outcome string // "", paid, failed
	Day     string
	Reason  string
}

// Lines are those of a roll that somebody may see, in their order.
func (p *Paymaster) Lines(ctx context.Context, r db.Reader, who auth.Who, o Roll, f Filter) ([]Row, error) {
	s, err := p.scope(who, o.County)
	if err != nil {
		return nil, err
	}
	show, ok := shows[f.Show]
	if !ok {
		return nil, errNoRoll()
	}
	where, args := `l.roll = ? AND l.seq > ? AND `+show, []any{o.ID, f.After}
	if s.Within != nil {
		in, more := between("l.township", s.Within)
		where, args = where+` AND `+in, append(args, more...)
	}
	if f.Township != "" {
		where, args = where+` AND l.township = ?`, append(args, f.Township)
	}
	if f.Name != "" {
		where, args = where+` AND l.name >= ? AND l.name < ?`, append(args, f.Name, f.Name+"\U0010ffff")
	}
	rows, err := db.All(ctx, r, scanRow, `SELECT l.`+strings.ReplaceAll(lineColumns, ", ", ", l.")+`, COALESCE(r.outcome, ''), COALESCE(r.day, ''), COALESCE(r.reason, '')
		FROM assistance_line AS l LEFT JOIN assistance_result AS r ON r.line = l.id WHERE `+where+` ORDER BY l.seq LIMIT ?`, append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("listing lines: %w", err)
	}
	return rows, nil
}

func scanRow(r db.Row) (v Row, err error) {
	l := &v.Line
	err = r.Scan(&l.ID, &l.Key, &l.Roll, &l.Seq, &l.Kind, &l.Benefit, &l.Person, &l.Township, &l.Month, &l.Base, &l.Arrears, &l.Taken, &l.Amount,
		&l.Name, &l.account, &l.Tail, &l.Bank, &l.Found, &l.Note, &l.hash, &v.Outcome, &v.Day, &v.Reason)
	return v, err
}

// Total is what a township gets in a roll, and what became of it.
type Total struct {
	Township             string
	Lines                int
	Amount               int64
	Base, Arrears, Taken int64
	Held, Missing        int
	Paid, Failed         int
	PaidSum, FailedSum   int64
}

// Add adds another total.
func (t *Total) Add(o Total) {
	t.Lines, t.Held, t.Missing, t.Paid, t.Failed = t.Lines+o.Lines, t.Held+o.Held, t.Missing+o.Missing, t.Paid+o.Paid, t.Failed+o.Failed
	t.Amount, t.Base, t.Arrears, t.Taken = t.Amount+o.Amount, t.Base+o.Base, t.Arrears+o.Arrears, t.Taken+o.Taken
	t.PaidSum, t.FailedSum = t.PaidSum+o.PaidSum, t.FailedSum+o.FailedSum
}

// Totals are what each township gets in a roll, as somebody may see it.
func (p *Paymaster) Totals(ctx context.Context, r db.Reader, who auth.Who, o Roll) ([]Total, error) {
	s, err := p.scope(who, o.County)
	if err != nil {
		return nil, err
	}
	all, err := totals(ctx, r, o.ID)
	if err != nil || s.Within == nil {
		return all, err
	}
	var seen []Total
	for _, t := range all {
		for _, in := range s.Within {
			if t.Township >= in.Low && t.Township <= in.High {
				seen = append(seen, t)
			}
		}
	}
	return seen, nil
}

func totals(ctx context.Context, r db.Reader, roll string) ([]Total, error) {
	all, err := db.All(ctx, r, func(r db.Row) (t Total, err error) {
		return t, r.Scan(&t.Township, &t.Lines, &t.Amount, &t.Base, &t.Arrears, &t.Taken, &t.Held, &t.Missing)
	}, `SELECT township, lines, amount, base, arrears, taken, held, missing FROM assistance_total WHERE roll = ? ORDER BY township`, roll)
	if err != nil {
		return nil, fmt.Errorf("reading totals: %w", err)
	}
	type came struct {
		township, outcome string
		n                 int
		sum               int64
	}
	results, err := db.All(ctx, r, func(r db.Row) (c came, err error) { return c, r.Scan(&c.township, &c.outcome, &c.n, &c.sum) },
		`SELECT l.township, r.outcome, COUNT(*), CAST(SUM(r.amount) AS BIGINT) FROM assistance_result AS r JOIN assistance_line AS l ON l.id = r.line
		WHERE r.roll = ? GROUP BY l.township, r.outcome`, roll)
	if err != nil {
		return nil, fmt.Errorf("reading results: %w", err)
	}
	for _, c := range results {
		for i := range all {
			switch {
			case all[i].Township != c.township:
			case c.outcome == "paid":
				all[i].Paid, all[i].PaidSum = c.n, c.sum
			default:
				all[i].Failed, all[i].FailedSum = c.n, c.sum
			}
		}
	}
	return all, nil
}
