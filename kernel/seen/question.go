package seen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
)

// What somebody may question, and how it may be answered.
const (
	NotMe   = "not-me"
	Unclear = "unclear"

	Proper  = "proper"
	Mistake = "mistake"
	Misuse  = "misuse"
)

// Asks and Outcomes are the words for readers.
var (
	Asks     = map[string]string{NotMe: "这次不是我办的", Unclear: "看不懂"}
	Outcomes = map[string]string{Proper: "按规定办的，说明如下", Mistake: "查错了，已经改正", Misuse: "不该看，已经交监督处理"}
)

// Question is an entry that somebody questions.
type Question struct {
	ID      string
	Person  people.ID
	Key     string
	Kind    string
	Asked   Asked
	Made    time.Time
	Due     calendar.Day
	Open    bool
	Outcome string
	Answer  string
	By      string // account
	Done    time.Time
}

// Asked is what the person saw, and what they say.
type Asked struct {
	Matter string `json:"matter"`
	When   string `json:"when"`
	Who    string `json:"who"`
	What   string `json:"what"`
	Words  string `json:"words"`
}

const (
	questionColumns = `id, person, entry_key, kind, sealed, made_at, due, state, outcome, answer, by_id, done_at`
	mostWords       = 500
	sealAsked       = "seen/asked"
	sealAnswer      = "seen/answer"
)

func (m *Room) scanQuestion(r db.Row) (q Question, err error) {
	var sealed, state, answer string
	var made, done int64
	if err := r.Scan(&q.ID, &q.Person, &q.Key, &q.Kind, &sealed, &made, &q.Due, &state, &q.Outcome, &answer, &q.By, &done); err != nil {
		return q, err
	}
	q.Made, q.Done, q.Open = db.Time(made), db.Time(done), state == "open"
	plain, err := m.desk.Box.UnsealText(sealed, sealAsked)
	if err != nil {
		return q, err
	}
	if answer != "" {
		if q.Answer, err = m.desk.Box.UnsealText(answer, sealAnswer); err != nil {
			return q, err
		}
	}
	return q, json.Unmarshal([]byte(plain), &q.Asked)
}

// Ask questions an entry that the person is shown; asking again changes
// nothing.
func (m *Room) Ask(ctx context.Context, tx *db.Tx, p people.Person, key, kind, words string) (Question, error) {
	if Asks[kind] == "" {
		return Question{}, errs.New(errs.Invalid, "请选一个：这次不是我办的，或者看不懂。")
	}
	if utf8.RuneCountInString(words) > mostWords {
		return Question{}, errs.Newf(errs.Invalid, "最多写 %d 个字。", mostWords)
	}
	g, e, err := m.Find(ctx, tx, p, key)
	if err != nil {
		return Question{}, err
	}
	when := e.Month
	if when == "" {
		when = e.At.In(calendar.DayOf(e.At).Start().Location()).Format("2006-01-02 15:04")
	}
	q := Question{ID: db.NewID(), Person: p.ID, Key: key, Kind: kind, Made: tx.Now, Open: true,
		Asked: Asked{g.Title, when, e.Who, e.What, strings.TrimSpace(words)}}
	q.Due = m.desk.Calendar.AddWorkdays(calendar.DayOf(tx.Now), m.rules.Answer).Day
	plain, err := json.Marshal(q.Asked)
	if err != nil {
		return q, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO seen_question (id, person, entry_key, county, kind, sealed, made_at, due, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open')
		ON CONFLICT (person, entry_key) DO NOTHING`, q.ID, p.ID, key, m.desk.Places.County(region.Code(p.Region)), kind, m.desk.Box.SealText(string(plain), sealAsked), db.Millis(tx.Now), q.Due)
	if err != nil {
		return q, fmt.Errorf("keeping a question: %w", err)
	}
	if n == 0 {
		return q, nil
	}
	return q, m.desk.Audit.Record(ctx, tx, audit.Entry{Actor: string(p.ID), ActorName: p.Name, Role: "citizen", Verb: audit.Act, Subject: "question/" + q.ID, Person: string(p.ID), Purpose: "问一条查看记录"})
}

// Questions returns what a person has questioned, by the entry's key.
func (m *Room) Questions(ctx context.Context, r db.Reader, who people.ID) (map[string]Question, error) {
	all, err := db.All(ctx, r, m.scanQuestion, `SELECT `+questionColumns+` FROM seen_question WHERE person = ?`, who)
	if err != nil {
		return nil, fmt.Errorf("reading questions: %w", err)
	}
	by := make(map[string]Question, len(all))
	for _, q := range all {
		by[q.Key] = q
	}
	return by, nil
}

// Asked returns the questions of residents of a county: the open ones first,
// by the day on which they are due.
func (m *Room) Asked(ctx context.Context, r db.Reader, county string, limit int) ([]Question, error) {
	all, err := db.All(ctx, r, m.scanQuestion, `SELECT `+questionColumns+` FROM seen_question WHERE county = ?
		ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, CASE WHEN state = 'open' THEN due ELSE '' END, done_at DESC, id LIMIT ?`, county, limit)
	if err != nil {
		return nil, fmt.Errorf("reading questions: %w", err)
	}
	return all, nil
}

// Question returns one question of a county.
func (m *Room) Question(ctx context.Context, r db.Reader, county, id string) (Question, error) {
	q, err := db.One(ctx, r, m.scanQuestion, `SELECT `+questionColumns+` FROM seen_question WHERE id = ? AND county = ?`, id, county)
	if errors.Is(err, db.ErrNone) {
		return q, errs.New(errs.NotFound, "没有找到这个提问。")
	}
	if err != nil {
		return q, fmt.Errorf("reading a question: %w", err)
	}
	return q, nil
}

// Behind are the events that an entry stands for, with everything: for whoever
// answers.
func (m *Room) Behind(ctx context.Context, r db.Reader, q Question) ([]Told, error) {
	p, err := m.desk.People.Find(ctx, r, q.Person)
	if err != nil {
		return nil, err
	}
	all, _, err := m.gather(ctx, r, p)
	var some []Told
	for _, t := range all {
		if t.Key == q.Key || "m/"+monthOf(t.At).text() == q.Key && m.rules.find(t.Matter.Kinds, t.Matter.Relation).Show != Full {
			some = append(some, t)
		}
	}
	return some, err
}

// Reply is the answer to a question.
type Reply struct{ Question, County, Outcome, Text string }

// Answer answers a question, once, and tells the person.
func (m *Room) Answer(ctx context.Context, tx *db.Tx, a Reply, who auth.Who, role string) error {
	a.Text = strings.TrimSpace(a.Text)
	var p errs.Problems
	if Outcomes[a.Outcome] == "" {
		p.Add("outcome", "请选查下来的结果。")
	}
	if n := utf8.RuneCountInString(a.Text); n < 10 || n > 2*mostWords {
		p.Add("text", "请用 10 到 1000 个字，说清楚是谁、为什么。")
	}
	if err := p.Err(); err != nil {
		return err
	}
	q, err := m.Question(ctx, tx, a.County, a.Question)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE seen_question SET state = 'answered', outcome = ?, answer = ?, by_id = ?, done_at = ? WHERE id = ? AND state = 'open'`,
		a.Outcome, m.desk.Box.SealText(a.Text, sealAnswer), who.Account, db.Millis(tx.Now), q.ID)
	if err != nil {
		return fmt.Errorf("answering a question: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这个提问已经有人答复了，请刷新后再看。")
	}
	person, err := m.desk.People.Find(ctx, tx, q.Person)
	if err != nil {
		return err
	}
	if err := m.tell(ctx, tx, person, notify.Message{Key: "seen/answer/" + q.ID, Title: "您问的查看记录有答复了", Link: "/my/seen/entry?key=" + q.Key,
		Text: "您问的一条查看记录，我们查过了，答复在“谁看过我的信息”里。"}); err != nil {
		return err
	}
	return m.desk.Audit.Record(ctx, tx, audit.Entry{Actor: who.Account, ActorName: who.Name, Role: role, Verb: audit.Act, Subject: "question/" + q.ID, Person: string(q.Person),
		Purpose: "答复对查看记录的提问", Detail: map[string]string{"outcome": a.Outcome}})
}

// Figures are how questions and locks stand, for the leader.
type Figures struct {
	Open, Late, Answered, InTime, Wrong int // Wrong: answered as a mistake or misuse
	Locked                              int
}

// Figures counts the questions of a county and the locks of all.
func (m *Room) Figures(ctx context.Context, r db.Reader, county string) (Figures, error) {
	var f Figures
	today := calendar.DayOf(m.desk.DB.Now())
	rows, err := db.All(ctx, r, func(r db.Row) (q Question, err error) {
		var state string
		var done int64
		err = r.Scan(&state, &q.Due, &done, &q.Outcome)
		q.Open, q.Done = state == "open", db.Time(done)
		return q, err
	}, `SELECT state, due, done_at, outcome FROM seen_question WHERE county = ?`, county)
	if err != nil {
		return f, fmt.Errorf("counting questions: %w", err)
	}
	for _, q := range rows {
		switch {
		case q.Open:
			f.Open++
			if q.Due < today {
				f.Late++
			}
		default:
			f.Answered++
			if calendar.DayOf(q.Done) <= q.Due {
				f.InTime++
			}
			if q.Outcome != Proper {
				f.Wrong++
			}
		}
	}
	f.Locked, err = db.One(ctx, r, db.Value[int], `SELECT COUNT(*) FROM seen_choice WHERE locked > 0`)
	return f, err
}
