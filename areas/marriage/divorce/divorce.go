package divorce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"minzheng/areas/marriage/register"
	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/exchange"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
)

// The states of an application.
const (
	Open      = "open"
	Withdrawn = "withdrawn"
	Expired   = "expired"
	Done      = "done"
)

// OverKind is the job that ends an application whose window has passed.
const OverKind = "marriage.divorce-over"

// role is that of whoever registers.
const role = "marriage-registrar"

// Application is one application for divorce.
type Application struct {
	ID       string
	Marriage string
	Office   string
	Applied  calendar.Day
	State    string
	Doc      Doc
	Record   string
	By       string
	At       time.Time
	Closed   time.Time
}

// Subject names the application for receipts and the audit log.
func (a Application) Subject() string { return "marriage-divorce/" + a.ID }

// Doc is what is sealed of an application.
type Doc struct {
	Names     [2]string `json:"names"`
	Agreement string    `json:"agreement"` // what they have agreed on, in short
	Remark    string    `json:"remark,omitempty"`
	Withdrew  string    `json:"withdrew,omitempty"` // who
}

// Room is divorces by agreement. It is safe for use by several goroutines.
type Room struct {
	*casework.Desk
	Book *register.Register
}

// New returns the room on a desk.
func New(d *casework.Desk) *Room { return &Room{d, register.New(d.Box, d.People)} }

// Term are the days of an application, as holidays are known now.
func (m *Room) Term(a Application) Term { return Count(m.Calendar, a.Applied) }

// stage is where an application is today.
func (m *Room) stage(a Application) Stage { return m.Term(a).On(calendar.DayOf(m.DB.Now())) }

const columns = `id, marriage, office, applied, state, doc, record_id, clerk_name, at, closed`

func (m *Room) scan(r db.Row) (a Application, err error) {
	var sealed string
	var at, closed int64
	if err := r.Scan(&a.ID, &a.Marriage, &a.Office, &a.Applied, &a.State, &sealed, &a.Record, &a.By, &at, &closed); err != nil {
		return a, err
	}
	a.At, a.Closed = db.Time(at), db.Time(closed)
	text, err := m.Box.UnsealText(sealed, "marriage/divorce")
	if err != nil {
		return a, fmt.Errorf("opening an application for divorce: %w", err)
	}
	return a, json.Unmarshal([]byte(text), &a.Doc)
}

// Find returns an application, or an error of kind NotFound.
func (m *Room) Find(ctx context.Context, r db.Reader, id string) (Application, error) {
	a, err := db.One(ctx, r, m.scan, `SELECT `+columns+` FROM marriage_divorce WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return a, errs.New(errs.NotFound, "没有找到这份离婚申请。")
	}
	if err != nil {
		return a, fmt.Errorf("reading an application for divorce: %w", err)
	}
	return a, nil
}

// Of returns the applications about a marriage, the newest first.
func (m *Room) Of(ctx context.Context, r db.Reader, marriage string) ([]Application, error) {
	return m.all(ctx, r, `marriage = ? ORDER BY at DESC, id DESC`, marriage)
}

// At returns the applications of an office: the open ones, then the others,
// each the oldest first.
func (m *Room) At(ctx context.Context, r db.Reader, office string, most int) ([]Application, error) {
	return m.all(ctx, r, `office = ? ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, applied, id LIMIT ?`, office, most)
}

func (m *Room) all(ctx context.Context, r db.Reader, where string, args ...any) ([]Application, error) {
	all, err := db.All(ctx, r, m.scan, `SELECT `+columns+` FROM marriage_divorce WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading applications for divorce: %w", err)
	}
	return all, nil
}

// Said is what the clerk has seen and heard of both.
type Said struct {
	Present   bool   // both are here
	Willing   bool   // both want it
	Agreed    bool   // children, property and debts are settled in writing (art. 1076)
	Able      bool   // both understand what they do
	Inland    bool   // the marriage was registered in 内地 (婚姻登记条例 art. 14)
	Agreement string // in short
}

func (s Said) lacks() error {
	var problems errs.Problems
	for _, one := range []struct {
		ok         bool
		field, say string
	}{
		{s.Present, "present", "双方要共同到场（民法典第1076条）。"},
		{s.Willing, "willing", "双方都要自愿离婚（民法典第1076条）。"},
		{s.Agreed, "agreed", "子女抚养、财产和债务没有书面谈妥的，不能受理（婚姻登记条例第14条）。谈不妥的，可以去法院。"},
		{s.Able, "able", "一方不能辨认自己的行为的，不能受理（婚姻登记条例第14条），要去法院。"},
		{s.Inland, "inland", "结婚登记不在内地办的，不能受理（婚姻登记条例第14条）。"},
		{s.Agreement != "" && len([]rune(s.Agreement)) <= 1000, "agreement", "请写协议的要点，1000 字以内。"},
	} {
		if !one.ok {
			problems.Add(one.field, one.say)
		}
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// Apply takes an application. A court is asked first whether both can act for
// themselves; where it is silent, what the clerk has seen counts, and is noted.
func (m *Room) Apply(ctx context.Context, who register.Clerk, marriage string, s Said) (Application, error) {
	if err := s.lacks(); err != nil {
		return Application{}, err
	}
	was, err := m.Book.Find(ctx, m.DB, marriage)
	if err != nil {
		return Application{}, err
	}
	a := Application{ID: db.NewID(), Marriage: marriage, Office: who.Office, State: Open, By: who.Name}
	answers := m.capacity(ctx, who, a, was)
	a.Doc = Doc{Names: [2]string{was.Parties[0].Name, was.Parties[1].Name}, Agreement: s.Agreement}
	refusal := weigh(answers, was, &a.Doc)
	err = m.DB.Do(ctx, func(tx *db.Tx) error {
		if err := exchange.Keep(ctx, tx, answers); err != nil {
			return err
		}
		if refusal != nil {
			return m.record(ctx, tx, who, a, "不受理离婚申请")
		}
		return m.apply(ctx, tx, who, &a, was)
	})
	if err != nil {
		return a, err
	}
	return a, refusal
}

// weigh says why a court's answers stand in the way, if they do.
func weigh(answers []exchange.Answer, was register.Record, d *Doc) (refusal error) {
	for i, ans := range answers {
		switch ans.Outcome {
		case exchange.Found:
			if string(ans.Values["capacity_limited"]) == "true" {
				refusal = errs.Newf(errs.Conflict, "法院裁判%s行为能力受限，不能协议离婚，要由法院办（婚姻登记条例第14条）。", was.Parties[i].Name)
			}
		case exchange.Absent:
		default:
			d.Remark = "法院没有回答行为能力，由登记员当面询问确认"
		}
	}
	return refusal
}

func (m *Room) capacity(ctx context.Context, who register.Clerk, a Application, was register.Record) []exchange.Answer {
	questions := make([]exchange.Question, len(was.Parties))
	for i, p := range was.Parties {
		questions[i] = exchange.Question{Source: "court.capacity", Subject: a.Subject(), Number: p.Number, Name: p.Name, Index: m.People.Index(p.Number), County: who.Office,
			Fields: []string{"capacity_limited"}, Actor: who.ID, Purpose: "办理离婚登记，核对双方是否有完全民事行为能力", Law: "婚姻登记条例 第14条"}
	}
	return m.Exchange.Ask(ctx, questions)
}

// apply writes the application and sets its clock.
func (m *Room) apply(ctx context.Context, tx *db.Tx, who register.Clerk, a *Application, was register.Record) error {
	a.Applied, a.At = calendar.DayOf(tx.Now), tx.Now
	now, err := m.Book.Find(ctx, tx, was.ID)
	if err != nil {
		return err
	}
	if now.Kind != register.Marriage || now.State != register.Live {
		return errs.New(errs.Conflict, "登记簿上这段婚姻已经不在有效状态。")
	}
	sealed, err := m.seal(a.Doc)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `INSERT INTO marriage_divorce (id, marriage, office, applied, state, doc, record_id, clerk, clerk_name, at, closed)
		VALUES (?, ?, ?, ?, 'open', ?, '', ?, ?, ?, 0) ON CONFLICT DO NOTHING`, a.ID, a.Marriage, a.Office, a.Applied, sealed, who.ID, who.Name, db.Millis(a.At))
	if err != nil {
		return fmt.Errorf("taking an application for divorce: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这段婚姻已经有一份没有办完的离婚申请。")
	}
	t := m.Term(*a)
	if err := job.Enqueue(ctx, tx, job.New{Kind: OverKind, Key: a.ID, Payload: a.ID, At: (t.Until + 1).Start()}); err != nil {
		return err
	}
	if err := m.record(ctx, tx, who, *a, "受理离婚申请"); err != nil {
		return err
	}
	return m.tell(ctx, tx, *a, "applied", "离婚申请受理了", "您的离婚申请 "+a.Applied.Long()+" 受理。"+t.Withdraw.Long()+" 以前，您和对方任何一方都可以撤回；"+t.From.Long()+" 到 "+t.Until.Long()+"，双方要一起到原登记处领离婚证，不来就视为撤回。")
}

func (m *Room) seal(d Doc) (string, error) {
	b, err := json.Marshal(d)
	return m.Box.SealText(string(b), "marriage/divorce"), err
}

func (m *Room) record(ctx context.Context, tx *db.Tx, who register.Clerk, a Application, what string) error {
	e := audit.Entry{Actor: who.ID, ActorName: who.Name, Role: role, Verb: audit.Act, Subject: a.Subject(), Purpose: what}
	if who.ID == casework.System.ID {
		e.Role = casework.System.Role
	}
	return m.Audit.Record(ctx, tx, e)
}

// tell tells those of the two who have an inbox with us.
func (m *Room) tell(ctx context.Context, tx *db.Tx, a Application, what, title, text string) error {
	was, err := m.Book.Find(ctx, tx, a.Marriage)
	if err != nil {
		return err
	}
	for _, p := range was.Parties {
		one, err := m.People.ByNumber(ctx, tx, p.Number)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		err = m.Notify.Send(ctx, tx, notify.Message{Key: a.Subject() + "/" + what + "/" + string(one.ID), To: string(one.ID), Title: title, Text: text,
			Short: "您的登记事项有进展，请登录查看。", Link: "/my/marriage", Subject: a.Subject(), Channels: []string{"app"}})
		if err != nil {
			return err
		}
	}
	return nil
}
