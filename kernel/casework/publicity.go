package casework

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
	"minzheng/kernel/secret"
)

// Notice is a public notice. It shows a masked name and the size of the
// household, nothing else: no illness, no income, no address.
type Notice struct {
	ID      string
	Case    ID
	Title   string
	Service string
	Region  string
	Name    string // masked
	Members int
	Law     string
	Since   calendar.Day
	Until   calendar.Day
}

const noticeColumns = `id, case_id, title, service, region, name, members, law, since, until`

func scanNotice(r db.Row) (n Notice, err error) {
	err = r.Scan(&n.ID, &n.Case, &n.Title, &n.Service, &n.Region, &n.Name, &n.Members, &n.Law, &n.Since, &n.Until)
	return n, err
}

// publish begins the public notice of a case; the first day does not count.
func (d *Desk) publish(ctx context.Context, tx *db.Tx, c *Case, s *catalog.Service, st *catalog.Step) error {
	since := calendar.DayOf(tx.Now)
	until := calendar.AddDays(since, st.Publicity.Days)
	facts, err := d.Facts(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	n := persons(*c, s, d.Judge(*c, s, facts, since))
	_, err = tx.Exec(ctx, `INSERT INTO casework_notice (`+noticeColumns+`, county) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		db.NewID(), c.ID, st.Publicity.Title, s.Title, c.Region, secret.MaskName(c.Name), n, st.Publicity.Law, since.String(), until.String(), c.County)
	if err != nil {
		return fmt.Errorf("publishing case %s: %w", c.ID, err)
	}
	c.StepDue = until
	return at(ctx, tx, jobPublicity, c.ID, until+1)
}

// Notices returns the notices of a county that can be objected to on a day,
// newest first, and how many there are.
func Notices(ctx context.Context, r db.Reader, county string, today calendar.Day, skip, limit int) ([]Notice, int, error) {
	n, err := db.One(ctx, r, db.Value[int], `SELECT COUNT(*) FROM casework_notice WHERE county = ? AND until >= ?`, county, today.String())
	if err != nil {
		return nil, 0, fmt.Errorf("counting notices: %w", err)
	}
	all, err := db.All(ctx, r, scanNotice, `SELECT `+noticeColumns+` FROM casework_notice WHERE county = ? AND until >= ?
		ORDER BY until DESC, id DESC LIMIT ? OFFSET ?`, county, today.String(), limit, skip)
	if err != nil {
		return nil, 0, fmt.Errorf("reading notices: %w", err)
	}
	return all, n, nil
}

// FindNotice returns a notice, or an error of kind NotFound. A notice whose
// days are over is no longer shown.
func FindNotice(ctx context.Context, r db.Reader, id string, today calendar.Day) (Notice, error) {
	n, err := db.One(ctx, r, scanNotice, `SELECT `+noticeColumns+` FROM casework_notice WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) || err == nil && n.Until < today {
		return Notice{}, errs.New(errs.NotFound, "这份公示已经结束了。")
	}
	return n, err
}

// Objection is what somebody has against a notice.
type Objection struct {
	ID       string
	Notice   string
	Case     ID
	At       time.Time
	Text     string
	Contact  string
	Code     string // with which the objector reads the answer
	Answer   string
	Answered time.Time
}

const objectionColumns = `id, notice, case_id, at, text, contact, code, answer, answered`

func (d *Desk) scanObjection(r db.Row) (o Objection, err error) {
	var at, answered int64
	if err := r.Scan(&o.ID, &o.Notice, &o.Case, &at, &o.Text, &o.Contact, &o.Code, &o.Answer, &answered); err != nil {
		return o, err
	}
	o.At, o.Answered = db.Time(at), db.Time(answered)
	for _, field := range []*string{&o.Text, &o.Contact, &o.Answer} {
		if *field, err = d.Box.UnsealText(*field, "casework/objection"); err != nil {
			return o, err
		}
	}
	return o, nil
}

// Object files an objection against a notice and returns it with its code.
func (d *Desk) Object(ctx context.Context, tx *db.Tx, notice, said, contact string) (Objection, error) {
	n, err := FindNotice(ctx, tx, notice, calendar.DayOf(tx.Now))
	if err != nil {
		return Objection{}, err
	}
	var p errs.Problems
	if l := len([]rune(strings.TrimSpace(said))); l < 5 || l > 1000 {
		p.Add("text", "请写清楚您的意见，5 到 1000 个字。")
	}
	if len([]rune(contact)) > 50 {
		p.Add("contact", "联系方式最多写 50 个字。")
	}
	if err := p.Err(); err != nil {
		return Objection{}, err
	}
	c, err := hold(ctx, tx, n.Case)
	if err != nil {
		return Objection{}, err
	}
	o := Objection{ID: db.NewID(), Notice: n.ID, Case: n.Case, At: tx.Now, Text: said, Contact: contact, Code: Code()}
	seal := func(s string) string { return d.Box.SealText(s, "casework/objection") }
	if _, err := tx.Exec(ctx, `INSERT INTO casework_objection (`+objectionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)`,
		o.ID, o.Notice, o.Case, db.Millis(o.At), seal(said), seal(contact), o.Code, seal("")); err != nil {
		return Objection{}, fmt.Errorf("filing an objection: %w", err)
	}
	public := Actor{ID: "public", Name: "公众", Role: "public"}
	if err := d.note(ctx, tx, c, entry{who: public, code: "object", title: "有人对公示提出了意见", from: c.Step, to: c.Step}); err != nil {
		return Objection{}, err
	}
	return o, d.Audit.Record(ctx, tx, audit.Entry{Actor: public.ID, ActorName: public.Name, Role: public.Role, Verb: audit.Act, Subject: c.Subject(),
		Person: string(c.Applicant), Purpose: "对公示提出意见"})
}

// Objections returns the objections to a case, oldest first.
func (d *Desk) Objections(ctx context.Context, r db.Reader, id ID) ([]Objection, error) {
	all, err := db.All(ctx, r, d.scanObjection, `SELECT `+objectionColumns+` FROM casework_objection WHERE case_id = ? ORDER BY at, id`, id)
	if err != nil {
		return nil, fmt.Errorf("reading objections: %w", err)
	}
	return all, nil
}

// ObjectionByCode returns what the objector may read.
func (d *Desk) ObjectionByCode(ctx context.Context, r db.Reader, code string) (Objection, error) {
	o, err := db.One(ctx, r, d.scanObjection, `SELECT `+objectionColumns+` FROM casework_objection WHERE code = ?`, strings.ToUpper(strings.TrimSpace(code)))
	if errors.Is(err, db.ErrNone) {
		return Objection{}, errs.New(errs.NotFound, "没有找到这个查询码，请看看有没有写错。")
	}
	return o, err
}

func (d *Desk) answerObjections(ctx context.Context, tx *db.Tx, e Effecting) error {
	_, err := tx.Exec(ctx, `UPDATE casework_objection SET answer = ?, answered = ? WHERE case_id = ? AND answered = 0`,
		d.Box.SealText(e.Reason, "casework/objection"), db.Millis(tx.Now), e.Case.ID)
	if err != nil {
		return fmt.Errorf("answering objections: %w", err)
	}
	return nil
}

// answerObjections stands in the list of effects; the desk does it itself.
func answerObjections(context.Context, *db.Tx, Effecting) error { return nil }

// publicityOver is the job that ends a notice.
func (d *Desk) publicityOver(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	id, err := job.Read[ID](j)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		c, err := hold(ctx, tx, id)
		if err != nil || !c.IsOpen() {
			return err
		}
		s, err := d.shelf.Version(ctx, tx, c.Version)
		if err != nil {
			return err
		}
		st := s.Step(c.Step)
		if st == nil || st.Publicity == nil || c.StepDue >= calendar.DayOf(tx.Now) {
			return nil
		}
		act := st.Publicity.Then
		open, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM casework_objection WHERE case_id = ? AND answered = 0`, id)
		if err != nil {
			return fmt.Errorf("counting objections: %w", err)
		}
		if open > 0 {
			act = st.Publicity.Stood
		}
		_, err = d.Act(ctx, tx, Doing{Case: id, Act: act, Who: System})
		return err
	}, nil
}

// Code makes a code that people can read out: 10 signs without I, L, O, 0, 1.
func Code() string {
	const signs = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
	b := make([]byte, 12)
	rand.Read(b)
	for i := range b {
		b[i] = signs[int(b[i])%len(signs)]
	}
	return string(b)
}
