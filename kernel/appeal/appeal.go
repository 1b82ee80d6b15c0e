// Package appeal keeps what becomes of decisions before reviewers and courts.
//
// When an appeal is recorded, a file is opened with everything as it stood on
// the day of the decision. It is signed, and it is never written again,
// whatever happens to the case afterwards. What the body decides is recorded
// beside it; a decision that must be made anew is made in a case of its own.
package appeal

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog/remedy"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/file"
	"minzheng/kernel/letter"
	"minzheng/kernel/region"
)

//go:embed schema
var files embed.FS

// Schema returns the room's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "appeal", Files: sub}
}

// Anew opens the case in which a decision is made anew; ok is false when it
// knows nothing of the case that was decided.
type Anew func(ctx context.Context, tx *db.Tx, of casework.Case, by casework.Actor) (c casework.Case, ok bool, err error)

// Room keeps appeals. It is safe for use by several goroutines.
type Room struct {
	desk *casework.Desk
	pdf  func(letter.Letter) ([]byte, error)
	anew []Anew
}

// New returns the room. Of anew the first that knows the case is asked; else a
// case of the same service is opened.
func New(desk *casework.Desk, pdf func(letter.Letter) ([]byte, error), anew ...Anew) *Room {
	return &Room{desk, pdf, anew}
}

// Appeal is one review or suit about the decision of a case.
type Appeal struct {
	ID        string
	Case      casework.ID
	Region    string
	Way       string // review, review-simple or suit
	Body      string
	Number    string
	Appellant string
	Served    calendar.Day
	Received  string
	Due       calendar.Day
	Law       string
	Answered  calendar.Day // 0: not yet
	Outcome   Outcome      // "" while it is open
	Decided   calendar.Day
	Note      string
	Anew      casework.ID
	File      string
	SM3       string
	At        time.Time
	By        casework.Actor
}

// Outcome is what the body decided.
type Outcome string

// The outcomes.
const (
	Upheld    Outcome = "upheld"
	Changed   Outcome = "changed"
	Revoked   Outcome = "revoked"
	Ordered   Outcome = "anew"
	Unlawful  Outcome = "unlawful"
	Withdrawn Outcome = "withdrawn"
	Mediated  Outcome = "mediated"
)

// Outcomes are all of them with what they are called, in the order of a form.
func Outcomes() []struct {
	Code  Outcome
	Title string
} {
	return []struct {
		Code  Outcome
		Title string
	}{{Upheld, "维持、驳回"}, {Changed, "变更"}, {Revoked, "撤销"}, {Ordered, "撤销，责令重新作出"}, {Unlawful, "确认违法"}, {Withdrawn, "本人撤回"}, {Mediated, "调解、和解"}}
}

// Title is an outcome for readers.
func (o Outcome) Title() string {
	for _, one := range Outcomes() {
		if one.Code == o {
			return one.Title
		}
	}
	return ""
}

// IsOpen reports whether the body has not decided yet.
func (a Appeal) IsOpen() bool { return a.Outcome == "" }

// Subject is the appeal's name in the audit log and among files.
func (a Appeal) Subject() string { return "appeal/" + a.ID }

// Title is what the appeal is called.
func (a Appeal) Title() string {
	if a.Way == casework.Suit {
		return "行政诉讼"
	}
	return "行政复议"
}

const columns = `id, case_id, region, way, body, number, appellant, served, received, due, law, answered, outcome, decided, note, anew, file, sm3, at, by_id, by_name`

func (r *Room) scan(row db.Row) (a Appeal, err error) {
	var at int64
	var appellant, note, served, due, answered, decided string
	if err := row.Scan(&a.ID, &a.Case, &a.Region, &a.Way, &a.Body, &a.Number, &appellant, &served, &a.Received, &due, &a.Law, &answered,
		&a.Outcome, &decided, &note, &a.Anew, &a.File, &a.SM3, &at, &a.By.ID, &a.By.Name); err != nil {
		return a, err
	}
	a.At = db.Time(at)
	a.Served, a.Due, a.Answered, a.Decided = day(served), day(due), day(answered), day(decided)
	if a.Appellant, err = r.desk.Box.UnsealText(appellant, seal); err != nil || note == "" {
		return a, err
	}
	a.Note, err = r.desk.Box.UnsealText(note, seal)
	return a, err
}

const seal = "appeal/text"

func day(s string) calendar.Day {
	d, _ := calendar.Parse(s)
	return d
}

// Find returns an appeal, or an error of kind NotFound.
func (r *Room) Find(ctx context.Context, rd db.Reader, id string) (Appeal, error) {
	a, err := db.One(ctx, rd, r.scan, `SELECT `+columns+` FROM appeal_appeal WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return a, errs.New(errs.NotFound, "没有找到这件复议、诉讼。")
	}
	if err != nil {
		return a, fmt.Errorf("finding appeal %s: %w", id, err)
	}
	return a, nil
}

// Of returns the appeals about a case's decision, the oldest first.
func (r *Room) Of(ctx context.Context, rd db.Reader, id casework.ID) ([]Appeal, error) {
	all, err := db.All(ctx, rd, r.scan, `SELECT `+columns+` FROM appeal_appeal WHERE case_id = ? ORDER BY at, id`, id)
	if err != nil {
		return nil, fmt.Errorf("reading the appeals of case %s: %w", id, err)
	}
	return all, nil
}

// Open returns the open appeals in some places, whose answer is due first
// first.
func (r *Room) Open(ctx context.Context, rd db.Reader, places []region.Range, most int) ([]Appeal, error) {
	in, args := within(places)
	all, err := db.All(ctx, rd, r.scan, `SELECT `+columns+` FROM appeal_appeal WHERE outcome = '' AND `+in+`
		ORDER BY CASE answered WHEN '' THEN 0 ELSE 1 END, due, id LIMIT ?`, append(args, most)...)
	if err != nil {
		return nil, fmt.Errorf("reading open appeals: %w", err)
	}
	return all, nil
}

// Waiting counts the appeals in some places that we have not answered.
func (r *Room) Waiting(ctx context.Context, rd db.Reader, places []region.Range) (int, error) {
	in, args := within(places)
	return db.One(ctx, rd, db.Value[int], `SELECT COUNT(*) FROM appeal_appeal WHERE outcome = '' AND answered = '' AND `+in, args...)
}

func within(places []region.Range) (string, []any) {
	in, args := []string{`1 = 0`}, []any{}
	for _, p := range places {
		in, args = append(in, `region BETWEEN ? AND ?`), append(args, p.Low, p.High)
	}
	return `(` + strings.Join(in, ` OR `) + `)`, args
}

// Record is what a clerk records of an appeal.
type Record struct {
	Way, Body, Number, Appellant, Received string
	Served                                 calendar.Day
	By                                     casework.Actor
}

// check says what is wrong with a record.
func (n Record) check(decided, today calendar.Day) (remedy.Answer, error) {
	var p errs.Problems
	t, err := remedy.Load()
	if err != nil {
		return remedy.Answer{}, err
	}
	a, ok := t.Answer(n.Way)
	if !ok {
		p.Add("way", "请选是复议还是诉讼。")
	}
	for _, f := range []struct{ name, value, sentence string }{{"body", n.Body, "请写是哪个机关、哪个法院。"}, {"number", n.Number, "请写对方文书的编号。"},
		{"appellant", n.Appellant, "请写是谁提出的。"}, {"received", n.Received, "请写是谁签收的。"}} {
		if strings.TrimSpace(f.value) == "" {
			p.Add(f.name, f.sentence)
		} else if len([]rune(f.value)) > 100 {
			p.Add(f.name, "最多写 100 个字。")
		}
	}
	switch {
	case n.Served == 0:
		p.Add("served", "请写哪天收到的。")
	case n.Served > today:
		p.Add("served", "收到的日子不能在今天以后。")
	case n.Served < decided:
		p.Add("served", "收到的日子不能在作决定以前。")
	}
	return a, p.Err()
}

// Begin records an appeal and opens its file. The file is made from what is in
// the database before the transaction; nothing of the day of the decision can
// change any more.
func (r *Room) Begin(ctx context.Context, c casework.Case, n Record) (Appeal, error) {
	d := r.desk.DB
	dec, ok, err := r.desk.Decided(ctx, d, c.ID)
	if err != nil {
		return Appeal{}, err
	}
	if !ok {
		return Appeal{}, errs.New(errs.Conflict, "这件事还没有作决定，不能登记复议、诉讼。")
	}
	answer, err := n.check(day(dec.Day), calendar.DayOf(d.Now()))
	if err != nil {
		return Appeal{}, err
	}
	last := answer.Limit().Last(r.desk.Calendar, n.Served)
	a := Appeal{ID: db.NewID(), Case: c.ID, Region: c.Region, Way: n.Way, Body: strings.TrimSpace(n.Body), Number: strings.TrimSpace(n.Number), Appellant: strings.TrimSpace(n.Appellant),
		Served: n.Served, Received: strings.TrimSpace(n.Received), Due: last.Day, Law: answer.Law, At: d.Now(), By: n.By}
	if err := r.free(ctx, a); err != nil {
		return a, err
	}
	bundle, err := r.bundle(ctx, c, dec, a)
	if err != nil {
		return a, err
	}
	blob, err := r.desk.Files.Keep(dec.Number+"-案卷.zip", "application/zip", bundle)
	if err != nil {
		return a, err
	}
	a.SM3 = sum(bundle)
	return a, d.Do(ctx, func(tx *db.Tx) error { return r.begin(ctx, tx, c, &a, blob) })
}

// free refuses an appeal that is recorded already, before a file is made.
func (r *Room) free(ctx context.Context, a Appeal) error {
	all, err := r.Of(ctx, r.desk.DB, a.Case)
	if err == nil && slices.ContainsFunc(all, func(o Appeal) bool { return o.Way == a.Way && o.Number == a.Number }) {
		return errs.Problems{{Field: "number", Sentence: "这个编号已经登记过了。"}}
	}
	return err
}

func (r *Room) begin(ctx context.Context, tx *db.Tx, c casework.Case, a *Appeal, blob file.Blob) error {
	f, err := r.desk.Files.Add(ctx, tx, blob.File(a.Subject(), a.By.ID))
	if err != nil {
		return err
	}
	a.File, a.At = f.ID, tx.Now
	_, err = tx.Exec(ctx, `INSERT INTO appeal_appeal (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '', '', '', ?, ?, ?, ?, ?)`,
		a.ID, a.Case, a.Region, a.Way, a.Body, a.Number, r.desk.Box.SealText(a.Appellant, seal), a.Served.String(), a.Received, a.Due.String(), a.Law,
		a.File, a.SM3, db.Millis(tx.Now), a.By.ID, a.By.Name)
	if db.Taken(err) {
		return errs.Problems{{Field: "number", Sentence: "这个编号已经登记过了。"}}
	}
	if err != nil {
		return fmt.Errorf("recording an appeal: %w", err)
	}
	return r.noted(ctx, tx, c, *a, "登记"+a.Title(), map[string]string{"机关": a.Body, "编号": a.Number, "答复期限": a.Due.Long(), "案卷 SM3": a.SM3})
}

// noted leaves a line in the case's timeline and in the audit log.
func (r *Room) noted(ctx context.Context, tx *db.Tx, c casework.Case, a Appeal, title string, detail map[string]string) error {
	if err := r.desk.Note(ctx, tx, c, casework.Line{By: a.By, Code: "appeal", Title: title, Detail: detail}); err != nil {
		return err
	}
	return r.desk.Audit.Record(ctx, tx, audit.Entry{Actor: a.By.ID, ActorName: a.By.Name, Role: a.By.Role, Verb: audit.Act, Subject: a.Subject(),
		Person: string(c.Applicant), Purpose: title, Detail: map[string]string{"case": string(c.ID), "sm3": a.SM3}})
}

// Content returns the frozen file, as it was when it was opened.
func (r *Room) Content(ctx context.Context, rd db.Reader, a Appeal) ([]byte, error) {
	f, err := r.desk.Files.Find(ctx, rd, a.File)
	if err != nil {
		return nil, err
	}
	b, err := r.desk.Files.Open(ctx, f)
	if err == nil && sum(b) != a.SM3 {
		err = fmt.Errorf("the file of appeal %s is not what was opened", a.ID)
	}
	return b, err
}
