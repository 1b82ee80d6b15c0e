package payment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
	"minzheng/kernel/region"
)

// State is how far a roll is.
type State string

// The states.
const (
	Making   State = "making"
	Made     State = "made" // waits for the second officer
	Approved State = "approved"
	Returned State = "returned" // by the second officer
	Dropped  State = "dropped"  // by its maker
)

// Roll is what a service pays in a county in a month.
type Roll struct {
	ID, Service, Title string
	Month, Earliest    Month
	County             string
	Number             int
	State              State
	Version            string
	Expected, Seen     int
	Lines              int
	Amount             int64
	Payable            int // lines that go to the bank
	PayableSum         int64
	Maker, MakerName   string
	MadeAt, ReadyAt    time.Time
	Checker            string
	CheckerName        string
	CheckedAt          time.Time
	Reason             string

	phase    int
	region   string // how far the making is
	at       string
	hash     string
	seal     string
	openedAs string
}

// Subject is the roll's name in the audit log.
func (r Roll) Subject() string { return "roll/" + r.ID }

// Open reports whether the roll may still be dropped.
func (r Roll) Open() bool { return r.State == Making || r.State == Made }

const rollColumns = `id, open_key, service, title, month, earliest, county, number, state, version, phase, at_region, at_id, expected, seen,
	lines, amount, payable, payable_sum, hash, seal, maker, maker_name, made_at, ready_at, checker, checker_name, checked_at, reason`

func scanRoll(r db.Row) (o Roll, err error) {
	var made, ready, checked int64
	err = r.Scan(&o.ID, &o.openedAs, &o.Service, &o.Title, &o.Month, &o.Earliest, &o.County, &o.Number, &o.State, &o.Version, &o.phase, &o.region, &o.at, &o.Expected, &o.Seen,
		&o.Lines, &o.Amount, &o.Payable, &o.PayableSum, &o.hash, &o.seal, &o.Maker, &o.MakerName, &made, &ready, &o.Checker, &o.CheckerName, &checked, &o.Reason)
	o.MadeAt, o.ReadyAt, o.CheckedAt = db.Time(made), db.Time(ready), db.Time(checked)
	return o, err
}

func rolls(ctx context.Context, r db.Reader, where string, args ...any) ([]Roll, error) {
	all, err := db.All(ctx, r, scanRoll, `SELECT `+rollColumns+` FROM assistance_roll `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading rolls: %w", err)
	}
	return all, nil
}

// one returns a roll, or an error of kind NotFound.
func one(ctx context.Context, r db.Reader, id string) (Roll, error) {
	o, err := db.One(ctx, r, scanRoll, `SELECT `+rollColumns+` FROM assistance_roll WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return Roll{}, errNoRoll()
	}
	if err != nil {
		return Roll{}, fmt.Errorf("finding roll %s: %w", id, err)
	}
	return o, nil
}

// Find returns a roll that somebody may see.
func (p *Paymaster) Find(ctx context.Context, r db.Reader, who auth.Who, id string) (Roll, error) {
	o, err := one(ctx, r, id)
	if err != nil {
		return Roll{}, err
	}
	_, err = p.scope(who, o.County)
	return o, err
}

// Rolls are the newest rolls of the counties that somebody may see.
func (p *Paymaster) Rolls(ctx context.Context, r db.Reader, who auth.Who) ([]Roll, error) {
	counties := map[string]bool{}
	for _, s := range p.Scopes(who) {
		counties[s.County] = true
	}
	var all []Roll
	for c := range counties {
		some, err := rolls(ctx, r, `WHERE county = ? AND state <> 'dropped' ORDER BY month DESC, service, number DESC LIMIT 120`, c)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// Order is what an officer asks for.
type Order struct {
	Service string
	Month   Month
	County  string
}

// Pays reports whether what a service grants is paid by rolls. Vouchers and
// standings go other ways.
func Pays(s *catalog.Service) bool {
	kind := s.Grants().Kind
	return kind == catalog.Monthly || kind == catalog.Once
}

// Begin orders a roll to be made. Months come in their order, none ahead of
// its time, and a service has one open roll in a county at a time. A further
// roll of a month pays what has come since.
func (p *Paymaster) Begin(ctx context.Context, tx *db.Tx, who auth.Who, want Order) (Roll, error) {
	if !p.Officer(who, want.County) || region.Code(want.County).Level() != region.OfCounty {
		return Roll{}, errNotYours()
	}
	s, err := p.Services().Find(want.Service)
	if err != nil {
		return Roll{}, err
	}
	if !Pays(s) {
		return Roll{}, errs.New(errs.Invalid, "这一项不按月发钱，不用做名册。")
	}
	if err := tx.Lock(ctx, "assistance/roll/"+want.Service+"/"+want.County); err != nil {
		return Roll{}, err
	}
	o, err := p.numbered(ctx, tx, want, s)
	if err != nil {
		return Roll{}, err
	}
	o.Maker, o.MakerName, o.MadeAt = who.Account, who.Name, tx.Now
	if err := insertRoll(ctx, tx, o); err != nil {
		return Roll{}, err
	}
	if err := job.Enqueue(ctx, tx, job.New{Kind: MakeKind, Key: o.ID, Payload: o.ID}); err != nil {
		return Roll{}, err
	}
	return o, p.record(ctx, tx, who, audit.Entry{Subject: o.Subject(), Purpose: "生成" + o.Month.Long() + o.Title + "发放名册"})
}

func (p *Paymaster) numbered(ctx context.Context, tx *db.Tx, want Order, s *catalog.Service) (Roll, error) {
	today := MonthOf(calendar.DayOf(tx.Now))
	o := Roll{ID: lineID(), openedAs: want.Service + "/" + want.County, Service: s.Code, Title: s.Title, Month: want.Month, Earliest: want.Month,
		County: want.County, Number: 1, State: Making, Version: s.Version, ReadyAt: time.Time{}}
	if want.Month > today {
		return o, errs.New(errs.Invalid, "还没到这个月，不能提前发。")
	}
	before, err := rolls(ctx, tx, `WHERE service = ? AND county = ? AND state IN ('making', 'made', 'approved') ORDER BY month, number`, s.Code, want.County)
	if err != nil {
		return o, err
	}
	for _, b := range before {
		switch {
		case b.Open():
			return o, errs.Newf(errs.Conflict, "%s的名册还没有审完，审完了才能做下一份。", b.Month.Long())
		case b.Month > want.Month:
			return o, errs.Newf(errs.Conflict, "%s的已经审过了，要从这个月往后做。以前漏发的会自动放进去。", b.Month.Long())
		case b.Month == want.Month:
			o.Number++
		}
	}
	if len(before) > 0 {
		o.Earliest = cmp.Or(before[0].Earliest, before[0].Month)
	}
	where, args := p.eligible(o)
	o.Expected, err = db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM assistance_benefit AS b WHERE `+where, args...)
	if err != nil {
		return o, fmt.Errorf("counting benefits: %w", err)
	}
	return o, nil
}

func insertRoll(ctx context.Context, tx *db.Tx, o Roll) error {
	_, err := tx.Exec(ctx, `INSERT INTO assistance_roll (`+rollColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		o.ID, o.openedAs, o.Service, o.Title, o.Month, o.Earliest, o.County, o.Number, o.State, o.Version, 0, "", "", o.Expected, 0,
		0, 0, 0, 0, "", "", o.Maker, o.MakerName, db.Millis(o.MadeAt), 0, "", "", 0, "")
	if err != nil {
		return fmt.Errorf("beginning a roll: %w", err)
	}
	return nil
}

// Earlier counts those who receive from months before the first roll of a
// service: of them those months are taken to be paid elsewhere.
func (p *Paymaster) Earlier(ctx context.Context, r db.Reader, o Roll) (int, error) {
	if o.Month != o.Earliest || o.Number > 1 || o.State == Approved {
		return 0, nil
	}
	where, args := p.eligible(o)
	n, err := db.One(ctx, r, db.Value[int], `SELECT COUNT(*) FROM assistance_benefit AS b WHERE `+where+` AND b.since < ?`, append(args, o.Earliest)...)
	if err != nil {
		return 0, fmt.Errorf("counting earlier benefits: %w", err)
	}
	return n, nil
}

// eligible is what chooses the benefits of a roll. Which of their months are
// unpaid is seen one by one.
func (p *Paymaster) eligible(o Roll) (string, []any) {
	in, args := between("b.region", p.Places.Ranges(region.Code(o.County)))
	return `b.service = ? AND b.kind IN ('monthly', 'once') AND b.since <= ? AND ((b.until = '' OR b.until >= ?) AND (b.ends = '' OR b.ends >= ?) OR EXISTS (SELECT 1 FROM assistance_due AS d WHERE d.benefit = b.id AND d.state = 'open')) AND ` + in,
		append([]any{o.Service, o.Month, o.Earliest, o.Earliest}, args...)
}
