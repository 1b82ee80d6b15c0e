package supervision

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
)

// DailyKind is the job that commits to seeds and draws.
const DailyKind = "assistance.draw"

// The kinds of decisions that are drawn from.
const (
	KindNew   = "new"   // granted for the first time
	KindAgain = "again" // looked at again
)

// Drawing is the draw of one county and month.
type Drawing struct {
	ID         string
	County     string
	Month      ledger.Month
	Commitment string
	Committed  time.Time
	Frame      string
	Drawn      time.Time // zero: not yet
	seed       string
}

const drawColumns = `id, county, month, commitment, committed_at, frame, drawn_at, seed`

func (r *Room) scanDraw(row db.Row) (d Drawing, err error) {
	var committed, drawn int64
	if err := row.Scan(&d.ID, &d.County, &d.Month, &d.Commitment, &committed, &d.Frame, &drawn, &d.seed); err != nil {
		return d, err
	}
	d.Committed, d.Drawn = db.Time(committed), db.Time(drawn)
	return d, r.open(&d.seed)
}

// Daily commits to the seed of this month, draws the months that are over, and
// comes again tomorrow. Each draw is one transaction and happens once.
func (r *Room) Daily(ctx context.Context, _ job.Job) (func(context.Context, *db.Tx) error, error) {
	if err := r.DrawDue(ctx); err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		tomorrow := (calendar.DayOf(tx.Now) + 1).Start().Add(2 * time.Hour)
		return job.Enqueue(ctx, tx, job.New{Kind: DailyKind, Key: "again", At: tomorrow})
	}, nil
}

// DrawDue does a day's work.
func (r *Room) DrawDue(ctx context.Context) error {
	counties, err := r.counties(ctx)
	if err != nil {
		return err
	}
	month := ledger.MonthOf(calendar.DayOf(r.desk.DB.Now()))
	for _, county := range counties {
		if err := r.desk.DB.Do(ctx, func(tx *db.Tx) error { return r.Commit(ctx, tx, county, month) }); err != nil {
			return err
		}
	}
	due, err := db.All(ctx, r.desk.DB, db.Value[string], `SELECT id FROM assistance_draw WHERE drawn_at = 0 AND month < ? ORDER BY month, id`, string(month))
	if err != nil {
		return fmt.Errorf("reading draws that are due: %w", err)
	}
	for _, id := range due {
		if err := r.desk.DB.Do(ctx, func(tx *db.Tx) error { return r.DrawOne(ctx, tx, id) }); err != nil {
			return err
		}
	}
	return nil
}

func (r *Room) counties(ctx context.Context) ([]string, error) {
	places, err := db.All(ctx, r.desk.DB, db.Value[string], `SELECT DISTINCT region FROM assistance_benefit ORDER BY region`)
	if err != nil {
		return nil, fmt.Errorf("reading where benefits are: %w", err)
	}
	var all []string
	for _, p := range places {
		if county := r.county(p); county != "" && !slices.Contains(all, county) {
			all = append(all, county)
		}
	}
	return all, nil
}

// Commit fixes the seed of a month's draw and publishes its hash, while the
// list does not exist yet. A second time changes nothing.
func (r *Room) Commit(ctx context.Context, tx *db.Tx, county string, month ledger.Month) error {
	seed := make([]byte, 32)
	rand.Read(seed)
	id := db.NewID()
	n, err := tx.Exec(ctx, `INSERT INTO assistance_draw (`+drawColumns+`) VALUES (?, ?, ?, ?, ?, '', 0, ?) ON CONFLICT DO NOTHING`,
		id, county, string(month), Commitment(seed), db.Millis(tx.Now), r.sealed(hex.EncodeToString(seed)))
	if err != nil {
		return fmt.Errorf("committing to a seed: %w", err)
	}
	if n == 0 {
		return nil
	}
	return r.desk.Audit.Record(ctx, tx, audit.Entry{Actor: casework.System.ID, ActorName: casework.System.Name, Role: casework.System.Role, Verb: audit.Act,
		Subject: "draw/" + id, Purpose: "公布抽查的种子指纹", Detail: map[string]string{"month": string(month), "commitment": Commitment(seed)}})
}

// DrawOne draws a month that is over: what was decided in it is the list.
func (r *Room) DrawOne(ctx context.Context, tx *db.Tx, id string) error {
	if err := tx.Lock(ctx, "draw/"+id); err != nil {
		return err
	}
	d, err := r.FindDraw(ctx, tx, id)
	if err != nil || !d.Drawn.IsZero() {
		return err
	}
	if d.Month >= ledger.MonthOf(calendar.DayOf(tx.Now)) {
		return errs.New(errs.Conflict, "这个月还没有过完，不能抽。")
	}
	cases, err := r.decided(ctx, tx, d)
	if err != nil {
		return err
	}
	lots := make([]Lot, len(cases))
	for i, c := range cases {
		lots[i] = c.Lot
	}
	seed, err := hex.DecodeString(d.seed)
	if err != nil {
		return fmt.Errorf("reading the seed of draw %s: %w", id, err)
	}
	days, err := r.number(d.County, calendar.DayOf(tx.Now), "抽查期限")
	if err != nil {
		return err
	}
	due := r.desk.Calendar.AddWorkdays(calendar.DayOf(tx.Now), days).Day
	for i, l := range Draw(seed, lots) {
		if err := addCheck(ctx, tx, d.ID, cases[i].Case, l, due); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE assistance_draw SET frame = ?, drawn_at = ? WHERE id = ?`, Frame(lots), db.Millis(tx.Now), d.ID); err != nil {
		return fmt.Errorf("drawing: %w", err)
	}
	return r.desk.Audit.Record(ctx, tx, audit.Entry{Actor: casework.System.ID, ActorName: casework.System.Name, Role: casework.System.Role, Verb: audit.Act,
		Subject: "draw/" + d.ID, Purpose: "抽查抽签", Detail: map[string]string{"month": string(d.Month), "frame": Frame(lots)}})
}

func addCheck(ctx context.Context, tx *db.Tx, draw string, c casework.ID, l Lot, due calendar.Day) error {
	day := ""
	if l.Picked {
		day = due.String()
	}
	_, err := tx.Exec(ctx, `INSERT INTO assistance_check (id, draw, token, case_id, service, kind, township, share, picked, due, outcome, way, day, found, again, by_account, by_name, done_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '', '', '', '', '', 0)`,
		db.NewID(), draw, l.Token, c, l.Service, l.Kind, l.Township, l.Share, asInt(l.Picked), day)
	if err != nil {
		return fmt.Errorf("writing down a draw: %w", err)
	}
	return nil
}

// decision is a case that was decided in a month, as it is drawn from.
type decision struct {
	Lot
	Case casework.ID
}

// decided are the benefits that were granted and the re-checks that were ended
// in a month.
func (r *Room) decided(ctx context.Context, rd db.Reader, d Drawing) ([]decision, error) {
	from, until := d.Month.First().Start(), d.Month.Add(1).First().Start()
	cases, err := casework.Closed(ctx, rd, d.County, from, until)
	if err != nil {
		return nil, err
	}
	ours, err := ours(ctx, rd, cases)
	if err != nil {
		return nil, err
	}
	var all []decision
	for _, c := range cases {
		if !ours[c.ID] {
			continue
		}
		kind := KindNew
		if c.Again != "" {
			kind = KindAgain
		}
		s, err := r.desk.Services().Version(ctx, rd, c.Version)
		if err != nil {
			return nil, err
		}
		share, err := r.share(c.Region, s.Base(), d.Month.First())
		if err != nil {
			return nil, err
		}
		all = append(all, decision{Lot{Token: token(d.ID, c.ID), Township: r.township(c.Region), Service: r.Public(s.Base()), Kind: kind, Share: share}, c.ID})
	}
	return all, nil
}

// Others stands for the services that are not named in what is published.
const Others = "other"

// Public is a service as a draw names it. One that has no public notice, as of
// children, is not named: in a small place its name would say whose it is.
func (r *Room) Public(service string) string {
	s, err := r.desk.Services().Find(service)
	if err != nil || !slices.ContainsFunc(s.Steps, func(st catalog.Step) bool { return st.Publicity != nil }) {
		return Others
	}
	return service
}

// share is how many per cent of a service's decisions are checked in a place.
func (r *Room) share(place, service string, on calendar.Day) (int, error) {
	names := []string{"其他抽查比例"}
	if s, err := r.desk.Services().Find(service); err == nil {
		names = []string{s.Short + "抽查比例", "其他抽查比例"}
	}
	return r.number(place, on, names...)
}

// ours are those of some cases that granted a benefit or looked at one again.
func ours(ctx context.Context, rd db.Reader, cases []casework.Case) (map[casework.ID]bool, error) {
	found := map[casework.ID]bool{}
	for some := range slices.Chunk(cases, 200) {
		ids := make([]casework.ID, len(some))
		for i, c := range some {
			ids[i] = c.ID
		}
		in, args := db.In(ids)
		all, err := db.All(ctx, rd, db.Value[casework.ID], `SELECT case_id FROM assistance_benefit WHERE case_id IN (`+in+`)
			UNION SELECT case_id FROM assistance_recheck WHERE outcome NOT IN ('', 'replaced') AND case_id IN (`+in+`)`, append(args, args...)...)
		if err != nil {
			return nil, fmt.Errorf("finding what was decided: %w", err)
		}
		for _, id := range all {
			found[id] = true
		}
	}
	return found, nil
}

// token stands for a case: an id is never shown, and cannot be found out from it.
func token(draw string, c casework.ID) string { return digest([]byte(draw + "|" + string(c)))[:24] }

// township is the township above a place, or the place itself.
func (r *Room) township(place string) string {
	for _, one := range r.path(place) {
		if len(one) == 9 {
			return one
		}
	}
	return place
}

// FindDraw returns a draw, or an error of kind NotFound.
func (r *Room) FindDraw(ctx context.Context, rd db.Reader, id string) (Drawing, error) {
	d, err := db.One(ctx, rd, r.scanDraw, `SELECT `+drawColumns+` FROM assistance_draw WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return d, errs.New(errs.NotFound, "没有找到这一次抽查。")
	}
	if err != nil {
		return d, fmt.Errorf("finding a draw: %w", err)
	}
	return d, nil
}

// Draws returns the draws of a county, the newest first.
func (r *Room) Draws(ctx context.Context, rd db.Reader, county string, most int) ([]Drawing, error) {
	all, err := db.All(ctx, rd, r.scanDraw, `SELECT `+drawColumns+` FROM assistance_draw WHERE county = ? ORDER BY month DESC LIMIT ?`, county, most)
	if err != nil {
		return nil, fmt.Errorf("reading draws: %w", err)
	}
	return all, nil
}

// Publish is what anybody may have of a draw. Before it is drawn that is the
// commitment alone.
func (r *Room) Publish(ctx context.Context, rd db.Reader, d Drawing) (Published, error) {
	p := Published{County: d.County, Month: string(d.Month), Commitment: d.Commitment, CommittedAt: d.Committed.UTC().Format(time.RFC3339), Lots: []Lot{}}
	if d.Drawn.IsZero() {
		return p, nil
	}
	p.Seed, p.Frame, p.DrawnAt = d.seed, d.Frame, d.Drawn.UTC().Format(time.RFC3339)
	var err error
	p.Lots, err = db.All(ctx, rd, func(row db.Row) (l Lot, err error) {
		return l, row.Scan(&l.Token, &l.Township, &l.Service, &l.Kind, &l.Share, &l.Picked)
	}, `SELECT token, township, service, kind, share, picked FROM assistance_check WHERE draw = ? ORDER BY township, service, kind, token`, d.ID)
	if err != nil {
		return p, fmt.Errorf("reading a draw: %w", err)
	}
	return p, nil
}
