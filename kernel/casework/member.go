package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
)

// Applicant is the key of the applicant among the members.
const Applicant = "m1"

// Member is one person of the household that a case is about.
type Member struct {
	Key       string // m1, m2 …
	Name      string
	Number    string
	Relation  string // to the applicant; 本人 for the applicant
	Birth     calendar.Day
	Consented time.Time // zero: not yet
	ConsentBy string    // own, guardian or paper
	index     string
}

// Age returns the member's age on a day.
func (m Member) Age(on calendar.Day) int { return calendar.Age(m.Birth, on) }

const memberColumns = `member, name, number, number_ix, relation, birth, consented, consent_by`

func (d *Desk) scanMember(r db.Row) (m Member, err error) {
	var number, birth string
	var consented int64
	if err := r.Scan(&m.Key, &m.Name, &number, &m.index, &m.Relation, &birth, &consented, &m.ConsentBy); err != nil {
		return m, err
	}
	m.Birth, m.Consented = day(birth), db.Time(consented)
	m.Number, err = d.Box.UnsealText(number, "casework/number")
	return m, err
}

// Members returns the household of a case, the applicant first.
func (d *Desk) Members(ctx context.Context, r db.Reader, id ID) ([]Member, error) {
	all, err := db.All(ctx, r, d.scanMember, `SELECT `+memberColumns+` FROM casework_member WHERE case_id = ? ORDER BY LENGTH(member), member`, id)
	if err != nil {
		return nil, fmt.Errorf("reading the members of case %s: %w", id, err)
	}
	return all, nil
}

func (d *Desk) addMember(ctx context.Context, tx *db.Tx, id ID, m Member) error {
	_, err := tx.Exec(ctx, `INSERT INTO casework_member (case_id, `+memberColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, m.Key, m.Name, d.Box.SealText(m.Number, "casework/number"), d.People.Index(m.Number), m.Relation, text(m.Birth), db.Millis(m.Consented), m.ConsentBy)
	if err != nil {
		return fmt.Errorf("adding a member: %w", err)
	}
	return nil
}

// Request is a case that waits for somebody's consent.
type Request struct {
	Case   Case
	Member string
}

// Requests returns the open cases that wait for the consent of the person with
// a citizen number.
func (d *Desk) Requests(ctx context.Context, r db.Reader, number string) ([]Request, error) {
	type row struct{ id, member string }
	rows, err := db.All(ctx, r, func(r db.Row) (v row, err error) { return v, r.Scan(&v.id, &v.member) },
		`SELECT case_id, member FROM casework_member WHERE number_ix = ? AND consented = 0`, d.People.Index(number))
	if err != nil {
		return nil, fmt.Errorf("reading requests for consent: %w", err)
	}
	var all []Request
	for _, v := range rows {
		c, err := Find(ctx, r, ID(v.id))
		if err != nil {
			return nil, err
		}
		if c.IsOpen() {
			all = append(all, Request{c, v.member})
		}
	}
	return all, nil
}

// Consent records that the person with a citizen number agrees to the check,
// and has the departments asked.
func (d *Desk) Consent(ctx context.Context, tx *db.Tx, id ID, number string, who Actor) error {
	return d.consent(ctx, tx, id, agreeing{`number_ix = ?`, d.People.Index(number), "own"}, who)
}

// ConsentOnPaper records that a member signed on paper, as a clerk has seen.
func (d *Desk) ConsentOnPaper(ctx context.Context, tx *db.Tx, id ID, member string, who Actor) error {
	if doer(who) != "staff" {
		return errs.New(errs.Forbidden, "书面授权要由工作人员登记。")
	}
	return d.consent(ctx, tx, id, agreeing{`member = ?`, member, "paper"}, who)
}

// agreeing says whose consent is recorded, and how it was given.
type agreeing struct {
	where string
	arg   any
	by    string
}

func (d *Desk) consent(ctx context.Context, tx *db.Tx, id ID, a agreeing, who Actor) error {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return err
	}
	if !c.IsOpen() {
		return errs.New(errs.Conflict, "这件事已经办完，不用再授权了。")
	}
	m, err := db.One(ctx, tx, d.scanMember, `SELECT `+memberColumns+` FROM casework_member WHERE case_id = ? AND `+a.where, id, a.arg)
	if errors.Is(err, db.ErrNone) {
		return errs.New(errs.NotFound, "没有找到这件事。")
	}
	if err != nil {
		return fmt.Errorf("finding a member: %w", err)
	}
	if !m.Consented.IsZero() {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE casework_member SET consented = ?, consent_by = ? WHERE case_id = ? AND member = ?`, db.Millis(tx.Now), a.by, id, m.Key); err != nil {
		return fmt.Errorf("recording a consent: %w", err)
	}
	if err := d.note(ctx, tx, c, entry{who: who, code: "consent", title: m.Name + "同意查询", shown: true}); err != nil {
		return err
	}
	if err := job.Enqueue(ctx, tx, job.New{Kind: jobLookup, Key: string(id), Payload: id}); err != nil {
		return err
	}
	return d.Audit.Record(ctx, tx, audit.Entry{Actor: who.ID, ActorName: who.Name, Role: who.Role, Verb: audit.Act, Subject: c.Subject(),
		Person: string(c.Applicant), Purpose: "授权查询", Detail: map[string]string{"member": m.Key, "by": a.by}})
}

// CheckHousehold says what is wrong with the members of an application.
func CheckHousehold(members []Member) error {
	var p errs.Problems
	for i, m := range members {
		for _, o := range members[:i] {
			if m.Number == o.Number && m.Number != "" {
				p.Add("number", "这个身份证号已经写过了。")
			}
			if m.Relation == "配偶" && o.Relation == "配偶" {
				p.Add("relation", "配偶只能有一位，请看看关系是不是选错了。")
			}
		}
	}
	if len(members) > 20 {
		p.Add("number", "一次最多写 20 个人，人更多请到柜台办。")
	}
	return p.Err()
}

// Belongs reports whether a person with a citizen number is a member of a case.
func (d *Desk) Belongs(ctx context.Context, r db.Reader, id ID, number string) (Member, bool, error) {
	all, err := d.Members(ctx, r, id)
	if err != nil {
		return Member{}, false, err
	}
	i := slices.IndexFunc(all, func(m Member) bool { return m.Number == number })
	if i < 0 {
		return Member{}, false, nil
	}
	return all[i], true, nil
}
