// Package need takes reports of families in need, and sees to it that the
// township looks at each within its time.
//
// A report is no application: nobody has asked yet. It ends with help asked for
// under a mandate, with a reason why none is needed, and in every case with a
// word to whoever has reported.
package need

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"minzheng/kernel/area"
	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/notify"
	"minzheng/kernel/region"
)

// Desk keeps reports.
type Desk struct{ *casework.Desk }

// New returns the desk of reports.
func New(d *casework.Desk) *Desk { return &Desk{d} }

// Reports are what the village's pages do with it.
func (d *Desk) Reports() *area.Reports {
	return &area.Reports{Make: d.Make, By: d.By, Find: d.Find}
}

const columns = `id, account, by_name, region, office, urgency, body, at, due, state, outcome, mandate, urgent, closed, closer`

const (
	sealBody    = "assistance/need"
	sealOutcome = "assistance/need/outcome"
)

func (d *Desk) scan(r db.Row) (n area.Report, err error) {
	var body, due, outcome string
	var at, urgent, closed int64
	if err := r.Scan(&n.ID, &n.Account, &n.By, &n.Region, &n.Office, &n.Urgency, &body, &at, &due, &n.State, &outcome, &n.Mandate, &urgent, &closed, &n.Ender); err != nil {
		return n, err
	}
	n.At, n.Urgent, n.Ended = db.Time(at), urgent == 1, db.Time(closed)
	if n.Due, err = calendar.Parse(due); err != nil {
		return n, err
	}
	plain, err := d.Box.UnsealText(body, sealBody)
	if err != nil {
		return n, err
	}
	if err := json.Unmarshal([]byte(plain), &n.Told); err != nil {
		return n, err
	}
	if outcome != "" {
		n.Outcome, err = d.Box.UnsealText(outcome, sealOutcome)
	}
	return n, err
}

// Find returns a report, or an error of kind NotFound.
func (d *Desk) Find(ctx context.Context, r db.Reader, id string) (area.Report, error) {
	return d.one(ctx, r, `id = ?`, id)
}

func (d *Desk) one(ctx context.Context, r db.Reader, where string, arg any) (area.Report, error) {
	n, err := db.One(ctx, r, d.scan, `SELECT `+columns+` FROM assistance_need WHERE `+where, arg)
	if errors.Is(err, db.ErrNone) {
		return n, errs.New(errs.NotFound, "没有找到这份报告。")
	}
	if err != nil {
		return n, fmt.Errorf("finding a report: %w", err)
	}
	return n, nil
}

// By returns what an account has reported, newest first.
func (d *Desk) By(ctx context.Context, r db.Reader, account string) ([]area.Report, error) {
	return d.list(ctx, r, `account = ? ORDER BY at DESC, id DESC LIMIT 100`, account)
}

// At returns the reports of an office, those that wait first by their day.
func (d *Desk) At(ctx context.Context, r db.Reader, offices []string) ([]area.Report, error) {
	if len(offices) == 0 {
		return nil, nil
	}
	in, args := db.In(offices)
	return d.list(ctx, r, `office IN (`+in+`) ORDER BY CASE WHEN state = 'closed' THEN 2 WHEN state = 'opened' THEN 1 ELSE 0 END, due, id LIMIT 200`, args...)
}

func (d *Desk) list(ctx context.Context, r db.Reader, where string, args ...any) ([]area.Report, error) {
	all, err := db.All(ctx, r, d.scan, `SELECT `+columns+` FROM assistance_need WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("listing reports: %w", err)
	}
	return all, nil
}

// Make keeps a report and has it wait for the township's clerks, who are told.
// Made twice with one key, it is one.
func (d *Desk) Make(ctx context.Context, tx *db.Tx, n area.NewReport) (area.Report, error) {
	key := n.By.ID + "/" + n.Key
	if err := tx.Lock(ctx, "need/"+key); err != nil {
		return area.Report{}, err
	}
	if old, err := d.one(ctx, tx, `need_key = ?`, key); err == nil || !errs.Is(err, errs.NotFound) {
		return old, err
	}
	if err := n.Check(tx.Now); err != nil {
		return area.Report{}, err
	}
	made := area.Report{ID: db.NewID(), Account: n.By.ID, By: n.By.Name, Region: n.Region, Office: d.township(n.Region), Urgency: n.Urgency, Told: n.Told, At: tx.Now, State: area.Reported}
	days, err := d.within(made, calendar.DayOf(tx.Now))
	if err != nil {
		return made, err
	}
	made.Due = d.Calendar.AddWorkdays(calendar.DayOf(tx.Now), days).Day
	if err := d.insert(ctx, tx, made, key); err != nil {
		return made, err
	}
	for _, blob := range n.Photos {
		if _, err := d.Files.Add(ctx, tx, blob.File(made.Owner(), n.By.Name)); err != nil {
			return made, err
		}
	}
	return made, d.tellOffice(ctx, tx, made)
}

func (d *Desk) insert(ctx context.Context, tx *db.Tx, n area.Report, key string) error {
	body, err := json.Marshal(n.Told)
	if err != nil {
		return fmt.Errorf("writing a report: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO assistance_need (id, need_key, account, by_name, region, office, urgency, body, at, due, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		n.ID, key, n.Account, n.By, n.Region, n.Office, n.Urgency, d.Box.SealText(string(body), sealBody), db.Millis(n.At), n.Due.String(), n.State)
	if err != nil {
		return fmt.Errorf("keeping a report: %w", err)
	}
	return d.Audit.Record(ctx, tx, audit.Entry{Actor: n.Account, ActorName: n.By, Role: casework.Village, Verb: audit.Act, Subject: n.Owner(), Purpose: "报告困难家庭"})
}

func (d *Desk) tellOffice(ctx context.Context, tx *db.Tx, n area.Report) error {
	clerks, err := d.Staff(ctx, tx, clerk, n.Office)
	if err != nil {
		return err
	}
	for _, c := range clerks {
		m := notify.Message{Title: "村里报告了困难家庭", Text: n.By + "报告：" + n.UrgencyWords() + "。最晚 " + n.Due.Long() + "要有处理。", Link: home + "/" + n.ID, Subject: n.Owner()}
		if err := d.TellStaff(ctx, tx, c.ID, m); err != nil {
			return err
		}
	}
	return nil
}

// township is the township above a place, or the place itself.
func (d *Desk) township(place string) string {
	for _, c := range d.Places.Path(region.Code(place)) {
		if c.Level() == region.OfTownship {
			return string(c)
		}
	}
	return place
}

// emergency is the service that helps after a misfortune; its folder says how
// soon the township looks at a report.
const emergency = "jinan"

// within is how many working days the township has, as the place has set.
func (d *Desk) within(n area.Report, today calendar.Day) (int, error) {
	s, err := d.Services().Find(emergency)
	if err != nil {
		return 0, err
	}
	name := map[string]string{"now": "报告当天过不去办理日数", "soon": "报告几天内办理日数", "look": "报告不急办理日数"}[n.Urgency]
	par := s.Rules.Parameters()[name]
	if par == nil {
		return 0, fmt.Errorf("the parameter %s is missing", name)
	}
	var path []string
	for _, c := range d.Places.Path(region.Code(n.Region)) {
		path = append(path, string(c))
	}
	v := par.On(path, int32(today))
	if v == nil {
		return 0, errs.New(errs.Conflict, "“"+name+"”还没有设定，请县民政局先在“标准和参数”里设定。")
	}
	if f := par.Fact(v); f.Type() == fact.Int {
		return int(f.Int64()), nil
	}
	return 0, fmt.Errorf("the parameter %s is no number", name)
}
