package casework

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework/decision"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/region"
	"minzheng/kernel/secret"
)

// How far an application is that another county decides.
const (
	TransferTaken    = "taken"
	TransferPassed   = "passed" // to an office of this house
	TransferSent     = "sent"   // out of the house, as a signed file
	TransferAnswered = "answered"
)

// Transfer is that a case was taken here and is decided where its applicant is
// registered (跨省通办). Here it is only checked to be complete.
type Transfer struct {
	Case     ID
	Office   string // where it was taken
	Home     string // county of registration
	HomeName string
	State    string
	Due      calendar.Day // until when it is to be passed on
	At       time.Time
	Moved    time.Time
}

// Here reports whether the taking office has it still in hand.
func (t Transfer) Here() bool { return t.State == TransferTaken }

const transferColumns = `case_id, office, home, home_name, state, due, at, moved`

func scanTransfer(r db.Row) (t Transfer, err error) {
	var due string
	var at, moved int64
	err = r.Scan(&t.Case, &t.Office, &t.Home, &t.HomeName, &t.State, &due, &at, &moved)
	t.Due, t.At, t.Moved = day(due), db.Time(at), db.Time(moved)
	return t, err
}

// TransferOf returns a case's transfer; ok is false where it is decided where it was taken.
func TransferOf(ctx context.Context, r db.Reader, id ID) (t Transfer, ok bool, err error) {
	t, err = db.One(ctx, r, scanTransfer, `SELECT `+transferColumns+` FROM casework_transfer WHERE case_id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return t, false, nil
	}
	if err != nil {
		return t, false, fmt.Errorf("reading the transfer of case %s: %w", id, err)
	}
	return t, true, nil
}

// elsewhere says why staff cannot act in a case that another county decides.
func elsewhere(ctx context.Context, r db.Reader, id ID) (string, error) {
	t, ok, err := TransferOf(ctx, r, id)
	switch {
	case err != nil || !ok || t.State == TransferPassed:
		return "", err
	case t.Here():
		return "这件事由户籍地" + t.HomeName + "办，这里只查材料齐不齐，齐了就转过去", nil
	}
	return "这件事已经转到" + t.HomeName + "，由那里办", nil
}

// take notes that a new case is decided elsewhere.
func (d *Desk) take(ctx context.Context, tx *db.Tx, c Case, a Application) error {
	home := region.Code(a.Home)
	if a.Service.Anywhere == nil || a.Home == "" || a.Home == c.County {
		return nil
	}
	if home.Level() != region.OfCounty || d.Places.Name(home) == "" {
		return errs.New(errs.Invalid, "请写清户籍在哪个县（市、区）。")
	}
	due := d.Calendar.AddWorkdays(calendar.DayOf(tx.Now), a.Service.Anywhere.Within).Day
	_, err := tx.Exec(ctx, `INSERT INTO casework_transfer (`+transferColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, c.Office, a.Home, d.Places.FullName(home), TransferTaken, due.String(), db.Millis(tx.Now), 0)
	if err != nil {
		return fmt.Errorf("taking an application for another county: %w", err)
	}
	return nil
}

// Townships are the offices of this house in the county of registration, where
// somebody takes up what is handed in; none means that the case leaves the house.
func (d *Desk) Townships(ctx context.Context, r db.Reader, t Transfer, s *catalog.Service) ([]region.Place, error) {
	var all []region.Place
	for _, one := range d.Places.Children(region.Code(t.Home)) {
		staff, err := d.Staff(ctx, r, s.Steps[0].Role, string(one.Code))
		if err != nil {
			return nil, err
		}
		if len(staff) > 0 {
			all = append(all, one)
		}
	}
	return all, nil
}

// Pass sends a complete application on: into the office of township, if the
// county is in this house, else out of it as a signed file.
func (d *Desk) Pass(ctx context.Context, tx *db.Tx, id ID, who Actor, township string) error {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return err
	}
	t, ok, err := TransferOf(ctx, tx, id)
	if err != nil || !ok || !t.Here() || !c.IsOpen() || c.Role == "citizen" {
		return errors.Join(err, errs.New(errs.Conflict, "这件事现在不能转，请刷新后再看。"))
	}
	s, err := d.shelf.Version(ctx, tx, c.Version)
	if err != nil {
		return err
	}
	offices, err := d.Townships(ctx, tx, t, s)
	if err != nil {
		return err
	}
	state, body := TransferSent, ""
	if len(offices) > 0 {
		if !slices.ContainsFunc(offices, func(o region.Place) bool { return string(o.Code) == township }) {
			var p errs.Problems
			p.Add("township", "请选转到哪个乡镇（街道）。")
			return p
		}
		state = TransferPassed
		if err := d.moveTo(ctx, tx, &c, s, township); err != nil {
			return err
		}
	} else if body, err = d.transferFile(ctx, tx, c, s, t); err != nil {
		return err
	}
	if err := d.moved(ctx, tx, id, state, body); err != nil {
		return err
	}
	return d.toldOfTransfer(ctx, tx, c, s, entry{who: who, code: "transfer", title: "材料齐全，转到" + t.HomeName, to: c.Step, shown: true})
}

func (d *Desk) moved(ctx context.Context, tx *db.Tx, id ID, state, body string) error {
	if body != "" {
		body = d.Box.SealText(body, sealTransfer)
	}
	_, err := tx.Exec(ctx, `UPDATE casework_transfer SET state = ?, moved = ?, body = CASE WHEN ? = '' THEN body ELSE ? END WHERE case_id = ?`, state, db.Millis(tx.Now), body, body, id)
	if err != nil {
		return fmt.Errorf("passing case %s on: %w", id, err)
	}
	return nil
}

// moveTo gives a case to the office of another place: it begins its way there.
func (d *Desk) moveTo(ctx context.Context, tx *db.Tx, c *Case, s *catalog.Service, township string) error {
	c.Region, c.County = township, string(d.Places.County(region.Code(township)))
	if _, err := tx.Exec(ctx, `UPDATE casework_case SET region = ?, county = ? WHERE id = ?`, c.Region, c.County, c.ID); err != nil {
		return fmt.Errorf("moving case %s: %w", c.ID, err)
	}
	if err := d.enter(ctx, tx, c, s, s.Steps[0].Code); err != nil {
		return err
	}
	return update(ctx, tx, c)
}

func (d *Desk) toldOfTransfer(ctx context.Context, tx *db.Tx, c Case, s *catalog.Service, e entry) error {
	if err := d.note(ctx, tx, c, e); err != nil {
		return err
	}
	if err := d.message(ctx, tx, c, s, "您的"+s.Short+"申请："+e.title+"。"); err != nil {
		return err
	}
	return d.Audit.Record(ctx, tx, audit.Entry{Actor: e.who.ID, ActorName: e.who.Name, Role: e.who.Role, Verb: audit.Act, Subject: c.Subject(), Person: string(c.Applicant), Purpose: e.title})
}

// Answered ends a case that left the house with what the other county says.
func (d *Desk) Answered(ctx context.Context, tx *db.Tx, id ID, who Actor, said string) error {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return err
	}
	t, ok, err := TransferOf(ctx, tx, id)
	if err != nil || !ok || t.State != TransferSent || !c.IsOpen() {
		return errors.Join(err, errs.New(errs.Conflict, "这件事现在不能记结果，请刷新后再看。"))
	}
	if n := len([]rune(said)); n < 4 || n > 500 {
		var p errs.Problems
		p.Add("answer", "请写户籍地怎么答复的，4 到 500 个字。申请人会看到。")
		return p
	}
	s, err := d.shelf.Version(ctx, tx, c.Version)
	if err != nil {
		return err
	}
	was := c.Assignee
	c.State, c.Closed, c.StepDue, c.Role, c.Assignee = Ended, tx.Now, 0, "", ""
	if err := shift(ctx, tx, was, ""); err != nil {
		return err
	}
	if err := update(ctx, tx, &c); err != nil {
		return err
	}
	if err := d.moved(ctx, tx, id, TransferAnswered, ""); err != nil {
		return err
	}
	return d.toldOfTransfer(ctx, tx, c, s, entry{who: who, code: "answered", title: t.HomeName + "答复：" + said, shown: true})
}

const sealTransfer = "casework/transfer"

// TransferRecord is what goes to another county's bureau: what the applicant
// has said, and no department's answer. Papers go by their digest, and beside it.
type TransferRecord struct {
	Kind    string           `json:"kind"`
	Number  string           `json:"number"`
	Service string           `json:"service"`
	Title   string           `json:"title"`
	Law     string           `json:"law"`
	From    string           `json:"from"`
	To      string           `json:"to"`
	ToCode  string           `json:"to_code"`
	At      string           `json:"at"`
	Members []TransferMember `json:"members"`
	Facts   []fact.Statement `json:"facts"`
	Papers  []TransferPaper  `json:"papers"`
}

// TransferMember is a member of the household in a transfer.
type TransferMember struct {
	Key      string `json:"key"`
	Name     string `json:"name"`
	Number   string `json:"number"`
	Relation string `json:"relation"`
}

// TransferPaper is a paper in a transfer.
type TransferPaper struct {
	Name   string `json:"name"`
	Digest string `json:"digest"` // as it is kept
	Size   int64  `json:"size"`
}

// TransferFile is a record with the house's signature over its bytes.
type TransferFile struct {
	Record    json.RawMessage    `json:"record"`
	Signature decision.Signature `json:"signature"`
}

func (d *Desk) transferFile(ctx context.Context, tx *db.Tx, c Case, s *catalog.Service, t Transfer) (string, error) {
	rec := TransferRecord{Kind: "minzheng/transfer/1", Number: c.Number, Service: s.Code, Title: s.Title, Law: s.Anywhere.Law, From: d.Places.FullName(region.Code(t.Office)),
		To: t.HomeName, ToCode: t.Home, At: tx.Now.UTC().Format(time.RFC3339)}
	members, err := d.Members(ctx, tx, c.ID)
	if err != nil {
		return "", err
	}
	for _, m := range members {
		rec.Members = append(rec.Members, TransferMember{m.Key, m.Name, m.Number, m.Relation})
	}
	facts, err := d.Facts(ctx, tx, c.ID)
	if err != nil {
		return "", err
	}
	rec.Facts = selfSaid(facts)
	files, err := d.Files.Of(ctx, tx, c.Subject())
	if err != nil {
		return "", err
	}
	for _, f := range files {
		rec.Papers = append(rec.Papers, TransferPaper{f.Name, f.Blob, f.Size})
	}
	return d.signTransfer(rec)
}

func selfSaid(facts *fact.Set) []fact.Statement {
	var all []fact.Statement
	facts.Each(func(_, _ string, said []fact.Statement) {
		for _, one := range said {
			if one.Source == "self" {
				all = append(all, one)
			}
		}
	})
	slices.SortFunc(all, func(a, b fact.Statement) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.About, b.About), a.At.Compare(b.At))
	})
	return all
}

func (d *Desk) signTransfer(rec TransferRecord) (string, error) {
	b, err := json.Marshal(rec)
	if err != nil {
		return "", fmt.Errorf("writing a transfer: %w", err)
	}
	f := TransferFile{Record: b}
	f.Signature.Algorithm = secret.Algorithm
	if f.Signature.Value, err = d.Box.Sign(b); err != nil {
		return "", err
	}
	public, err := d.Box.PublicKeyPEM()
	if err != nil {
		return "", err
	}
	f.Signature.PublicKey = string(public)
	if f.Signature.KeyID, _, err = secret.KeyID(public); err != nil {
		return "", err
	}
	out, err := json.Marshal(f)
	return string(out), err
}

// TransferFile returns the signed file that was sent, or an error of kind NotFound.
func (d *Desk) TransferFile(ctx context.Context, r db.Reader, id ID) ([]byte, error) {
	sealed, err := db.One(ctx, r, db.Value[string], `SELECT body FROM casework_transfer WHERE case_id = ? AND body <> ''`, id)
	if errors.Is(err, db.ErrNone) {
		return nil, errs.New(errs.NotFound, "这件事没有转办文件。")
	}
	if err != nil {
		return nil, fmt.Errorf("reading a transfer: %w", err)
	}
	plain, err := d.Box.UnsealText(sealed, sealTransfer)
	return []byte(plain), err
}
