package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
)

// Village is the role of those who help in a village: they apply for others
// and report who is in need. They see what they have sent and how it goes, and
// no case, however their village lies.
const Village = "village-worker"

// How somebody gives a mandate, and how far it is.
const (
	OnPaper = "paper"
	Signed  = "sign"   // on the screen
	ByCode  = "code"   // one that was sent to their telephone
	Spoken  = "spoken" // to a clerk; their consent to the check is still asked for

	MandateWaits   = "waiting" // for the code
	MandateGiven   = "given"
	MandateRevoked = "revoked"
)

// Mandate is that somebody has let another apply for them.
type Mandate struct {
	ID       string
	Account  string // who applies
	By       string // their name
	Role     string
	Person   people.ID // for whom
	Name     string
	Service  string
	Version  string
	Relation string // of who applies to the person
	Why      string
	Way      string
	Proof    string // in kernel/file; "" for a code
	Agreed   bool   // the person also agrees to the check and declares what is written to be true
	State    string
	At       time.Time
	Revoked  time.Time
	Draft    string
	Case     ID // "" until it is handed in
}

// Owner owns the proof among the files.
func (m Mandate) Owner() string { return "mandate/" + m.ID }

// WayWords says how it was given, for readers.
func (m Mandate) WayWords() string {
	return map[string]string{OnPaper: "书面委托", Signed: "本人在屏幕上签名", ByCode: "本人手机验证码", Spoken: "口头委托，手续后补"}[m.Way]
}

// Actor is who applies, as somebody who acts in the case.
func (m Mandate) Actor() Actor { return Actor{ID: m.Account, Name: m.By, Role: m.Role} }

const mandateColumns = `id, account, by_name, by_role, person, name, service, version, relation, why, way, proof, agreed, state, at, revoked, draft, case_id`

const sealWhy = "casework/mandate"

func (d *Desk) scanMandate(r db.Row) (m Mandate, err error) {
	var why string
	var at, revoked, agreed int64
	err = r.Scan(&m.ID, &m.Account, &m.By, &m.Role, &m.Person, &m.Name, &m.Service, &m.Version, &m.Relation, &why, &m.Way, &m.Proof, &agreed, &m.State, &at, &revoked, &m.Draft, &m.Case)
	if err != nil {
		return m, err
	}
	m.At, m.Revoked, m.Agreed = db.Time(at), db.Time(revoked), agreed == 1
	m.Why, err = d.Box.UnsealText(why, sealWhy)
	return m, err
}

func (d *Desk) mandate(ctx context.Context, r db.Reader, where string, arg any) (Mandate, error) {
	m, err := db.One(ctx, r, d.scanMandate, `SELECT `+mandateColumns+` FROM casework_mandate WHERE `+where, arg)
	if errors.Is(err, db.ErrNone) {
		return m, errs.New(errs.NotFound, "没有找到这份委托。")
	}
	if err != nil {
		return m, fmt.Errorf("finding a mandate: %w", err)
	}
	return m, nil
}

// Mandate returns a mandate, or an error of kind NotFound.
func (d *Desk) Mandate(ctx context.Context, r db.Reader, id string) (Mandate, error) {
	return d.mandate(ctx, r, `id = ?`, id)
}

// MandateOf returns the mandate under which a case was handed in; ok is false
// where the applicant came themselves.
func (d *Desk) MandateOf(ctx context.Context, r db.Reader, id ID) (m Mandate, ok bool, err error) {
	return found(d.mandate(ctx, r, `case_id = ?`, id))
}

// Proxies are the names of those who applied for another, by case.
func Proxies(ctx context.Context, r db.Reader, cases []ID) (map[ID]string, error) {
	if len(cases) == 0 {
		return nil, nil
	}
	in, args := db.In(cases)
	type row struct {
		id ID
		by string
	}
	some, err := db.All(ctx, r, func(r db.Row) (v row, err error) { return v, r.Scan(&v.id, &v.by) }, `SELECT case_id, by_name FROM casework_mandate WHERE case_id IN (`+in+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading who applied for others: %w", err)
	}
	all := map[ID]string{}
	for _, v := range some {
		all[v.id] = v.by
	}
	return all, nil
}

// MandateFor returns the mandate under which a draft is written, if there is one.
func (d *Desk) MandateFor(ctx context.Context, r db.Reader, draft string) (m Mandate, ok bool, err error) {
	return found(d.mandate(ctx, r, `draft = ?`, draft))
}

func found(m Mandate, err error) (Mandate, bool, error) {
	if errs.Is(err, errs.NotFound) {
		return m, false, nil
	}
	return m, err == nil, err
}

// MandatesBy returns those under which an account applies, newest first.
func (d *Desk) MandatesBy(ctx context.Context, r db.Reader, account string) ([]Mandate, error) {
	return d.mandates(ctx, r, `account = ?`, account)
}

// MandatesFrom returns those that a person has given, newest first.
func (d *Desk) MandatesFrom(ctx context.Context, r db.Reader, person people.ID) ([]Mandate, error) {
	return d.mandates(ctx, r, `person = ? AND state <> 'waiting'`, person)
}

func (d *Desk) mandates(ctx context.Context, r db.Reader, where string, arg any) ([]Mandate, error) {
	all, err := db.All(ctx, r, d.scanMandate, `SELECT `+mandateColumns+` FROM casework_mandate WHERE `+where+` ORDER BY at DESC, id DESC LIMIT 100`, arg)
	if err != nil {
		return nil, fmt.Errorf("reading mandates: %w", err)
	}
	return all, nil
}

// Revoke takes a mandate back: whoever had it sees and does nothing more. What
// was handed in stays the applicant's, who may withdraw it as any of theirs.
func (d *Desk) Revoke(ctx context.Context, tx *db.Tx, id string, me people.Person) error {
	m, err := d.Mandate(ctx, tx, id)
	if err != nil {
		return err
	}
	if m.Person != me.ID {
		return errs.New(errs.NotFound, "没有找到这份委托。")
	}
	n, err := tx.Exec(ctx, `UPDATE casework_mandate SET state = ?, revoked = ? WHERE id = ? AND state = ?`, MandateRevoked, db.Millis(tx.Now), id, MandateGiven)
	if err != nil {
		return fmt.Errorf("taking a mandate back: %w", err)
	}
	if n == 0 {
		return nil
	}
	if err := d.TellStaff(ctx, tx, m.Account, notify.Message{Title: "委托收回了", Text: m.Name + "收回了委托，这件事您不能再替他（她）办了。", Subject: m.Owner()}); err != nil {
		return err
	}
	return d.Audit.Record(ctx, tx, audit.Entry{Actor: string(me.ID), ActorName: me.Name, Role: "citizen", Verb: audit.Act, Subject: m.Owner(), Person: string(me.ID), Purpose: "收回代办委托"})
}

// TellStaff tells a member of staff something, in the app alone.
func (d *Desk) TellStaff(ctx context.Context, tx *db.Tx, account string, m notify.Message) error {
	m.Key, m.To, m.Channels = db.NewID(), account, []string{notify.App}
	if m.Link == "" {
		m.Link = "/village/"
	}
	if err := d.Notify.Send(ctx, tx, m); err != nil {
		return fmt.Errorf("telling a member of staff about %s: %w", m.Subject, err)
	}
	return nil
}

// underMandate checks that whoever hands a draft in for another still may.
func (d *Desk) underMandate(ctx context.Context, tx *db.Tx, draft string, who Actor) (m Mandate, ok bool, err error) {
	m, ok, err = d.MandateFor(ctx, tx, draft)
	if err != nil || !ok || who.Role == "citizen" {
		return m, ok, err
	}
	if m.State != MandateGiven || m.Account != who.ID {
		return m, ok, errs.New(errs.Forbidden, "没有本人的委托，不能替他（她）交。")
	}
	return m, ok, nil
}

// agrees writes down how an applicant has agreed who did not come themselves.
func (m Mandate) agrees(a *Member) {
	switch m.Way {
	case Spoken:
		a.Consented, a.ConsentBy = time.Time{}, ""
	case ByCode:
		a.ConsentBy = "own"
	default:
		a.ConsentBy = "paper"
	}
}
