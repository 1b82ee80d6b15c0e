package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/exchange"
	"minzheng/kernel/fact"
	"minzheng/kernel/job"
)

const jobLookup = "casework.lookup"

// A source that does not answer is asked again after these times; then the
// case goes on without it, and a clerk can settle what it leaves open.
var askAgain = []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 4 * time.Hour, 24 * time.Hour, 24 * time.Hour, 48 * time.Hour}

// Asked is a question of a case as it stands.
type Asked struct {
	Source  string
	Member  string
	Outcome exchange.Outcome
	Tries   int
	At      time.Time
}

// Answered reports whether the source has said something.
func (a Asked) Answered() bool { return a.Outcome.Said() }

// Lookups returns the questions of a case.
func (d *Desk) Lookups(ctx context.Context, r db.Reader, id ID) ([]Asked, error) {
	all, err := db.All(ctx, r, func(r db.Row) (a Asked, err error) {
		var at int64
		err = r.Scan(&a.Source, &a.Member, &a.Outcome, &a.Tries, &at)
		a.At = db.Time(at)
		return a, err
	}, `SELECT source, member, outcome, tries, at FROM casework_lookup WHERE case_id = ? ORDER BY source, LENGTH(member), member`, id)
	if err != nil {
		return nil, fmt.Errorf("reading the questions of case %s: %w", id, err)
	}
	return all, nil
}

// Unanswered counts by source the questions of open cases that nobody has
// answered yet.
func Unanswered(ctx context.Context, r db.Reader) (map[string]int, error) {
	type row struct {
		source string
		n      int
	}
	all, err := db.All(ctx, r, func(r db.Row) (v row, err error) { return v, r.Scan(&v.source, &v.n) },
		`SELECT l.source, COUNT(*) FROM casework_lookup l JOIN casework_case c ON c.id = l.case_id
			WHERE l.outcome IN (?, ?) AND c.state = ? GROUP BY l.source`, string(exchange.Silent), string(exchange.Garbled), string(Open))
	if err != nil {
		return nil, fmt.Errorf("counting unanswered questions: %w", err)
	}
	counts := map[string]int{}
	for _, v := range all {
		counts[v.source] = v.n
	}
	return counts, nil
}

// lookup is the job that asks the departments what a case still needs to know.
func (d *Desk) lookup(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	id, err := job.Read[ID](j)
	if err != nil {
		return nil, err
	}
	c, err := Find(ctx, d.DB, id)
	if err != nil || !c.IsOpen() {
		return nil, err
	}
	s, err := d.shelf.Version(ctx, d.DB, c.Version)
	if err != nil {
		return nil, err
	}
	asks, err := d.toAsk(ctx, c, s)
	if err != nil {
		return nil, err
	}
	if len(asks) == 0 {
		return func(ctx context.Context, tx *db.Tx) error { return d.askedAll(ctx, tx, id, s) }, nil
	}
	questions := make([]exchange.Question, len(asks))
	for i, a := range asks {
		questions[i] = d.question(c, a)
	}
	d.permit(s.Lookups, "")
	answers := d.Exchange.Ask(ctx, questions)
	return func(ctx context.Context, tx *db.Tx) error { return d.answered(ctx, tx, id, s, asks, answers) }, nil
}

// asking is one look-up about one member.
type asking struct {
	catalog.Lookup
	member Member
	tries  int
}

// toAsk returns what has not been answered yet: of members who are old enough
// and, where the look-up needs it, have consented.
func (d *Desk) toAsk(ctx context.Context, c Case, s *catalog.Service) ([]asking, error) {
	members, err := d.Members(ctx, d.DB, c.ID)
	if err != nil {
		return nil, err
	}
	before, err := d.Lookups(ctx, d.DB, c.ID)
	if err != nil {
		return nil, err
	}
	var all []asking
	today := calendar.DayOf(d.DB.Now())
	for _, l := range s.Lookups {
		for _, m := range members {
			if l.Of == "family" && m.Key != Applicant || !l.About(m.Relation, m.Age(today)) || l.Consent && m.Consented.IsZero() {
				continue
			}
			i := slices.IndexFunc(before, func(a Asked) bool { return a.Source == l.Source && a.Member == m.Key })
			if i >= 0 && before[i].Answered() {
				continue
			}
			a := asking{Lookup: l, member: m}
			if i >= 0 {
				a.tries = before[i].Tries
			}
			all = append(all, a)
		}
	}
	return all, nil
}

// permit tells the exchange's matrix what a folder grants: these fields, for
// this purpose, by this article.
func (d *Desk) permit(all []catalog.Lookup, before string) {
	rows := make([]exchange.Grant, len(all))
	for i, l := range all {
		rows[i] = exchange.Grant{Source: l.Source, Purpose: before + l.Purpose, Law: l.Law}
		for _, name := range l.Tells {
			rows[i].Fields = append(rows[i].Fields, d.shelf.known.Dictionary.Find(name).Code)
		}
	}
	d.Exchange.Permit(rows...)
}

func (d *Desk) question(c Case, a asking) exchange.Question {
	fields := make([]string, len(a.Tells))
	for i, name := range a.Tells {
		fields[i] = d.shelf.known.Dictionary.Find(name).Code
	}
	return exchange.Question{Source: a.Source, Subject: c.Subject(), Number: a.member.Number, Name: a.member.Name, Index: a.member.index,
		County: c.County, Fields: fields, Actor: System.ID, Purpose: a.Purpose, Law: a.Law}
}

// answered keeps what the departments said.
func (d *Desk) answered(ctx context.Context, tx *db.Tx, id ID, s *catalog.Service, asks []asking, answers []exchange.Answer) error {
	c, err := hold(ctx, tx, id)
	if err != nil || !c.IsOpen() {
		return err
	}
	if err := exchange.Keep(ctx, tx, answers); err != nil {
		return err
	}
	told := map[string][]fact.Statement{}
	silent, again := map[string]bool{}, len(askAgain)+1
	for i, a := range answers {
		facts, ok := d.read(asks[i], a)
		if !ok && a.Outcome != exchange.Silent {
			a.Outcome = exchange.Garbled
		}
		if !a.Outcome.Said() {
			silent[a.Source.Department] = true
			again = min(again, asks[i].tries+1) // one that was given up holds no later one back
		}
		if len(facts) > 0 {
			told[a.Source.Vouches] = append(told[a.Source.Vouches], facts...)
		}
		if err := keepLookup(ctx, tx, id, asks[i], a, tx.Now); err != nil {
			return err
		}
	}
	for _, source := range slices.Sorted(maps.Keys(told)) {
		if err := d.tell(ctx, tx, id, told[source]); err != nil {
			return err
		}
	}
	if err := d.afterAnswers(ctx, tx, &c, s, len(silent)); err != nil {
		return err
	}
	asking := again <= len(askAgain)
	if asking {
		if err := job.Enqueue(ctx, tx, job.New{Kind: jobLookup, Key: string(id) + "/" + strconv.Itoa(again), Payload: id, At: tx.Now.Add(askAgain[again-1])}); err != nil {
			return err
		}
	}
	if err := d.noteAnswers(ctx, tx, c, s, answers, silent); err != nil || asking {
		return err
	}
	return d.askedAll(ctx, tx, id, s)
}

// askedAll goes on once nobody is to be asked any more.
func (d *Desk) askedAll(ctx context.Context, tx *db.Tx, id ID, s *catalog.Service) error {
	c, err := hold(ctx, tx, id)
	if err != nil || !c.IsOpen() {
		return err
	}
	if st := s.Step(c.Step); st != nil && st.Answered != "" {
		_, err = d.Act(ctx, tx, Doing{Case: id, Act: st.Answered, Who: System})
	}
	return err
}

func (d *Desk) afterAnswers(ctx context.Context, tx *db.Tx, c *Case, s *catalog.Service, silent int) error {
	facts, err := d.Facts(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if err := d.settledBefore(ctx, tx, *c, facts); err != nil {
		return err
	}
	d.refresh(c, s, facts, calendar.DayOf(tx.Now))
	c.Silent = silent
	return update(ctx, tx, c)
}

// noteAnswers writes one line for all departments of one asking.
func (d *Desk) noteAnswers(ctx context.Context, tx *db.Tx, c Case, s *catalog.Service, answers []exchange.Answer, silent map[string]bool) error {
	departments := map[string]bool{}
	for _, a := range answers {
		departments[a.Source.Department] = true
	}
	title := fmt.Sprintf("问到的 %d 个部门都回复了", len(departments))
	detail := map[string]string{}
	if s.AsksConsent() {
		var err error
		if detail, err = d.unasked(ctx, tx, c.ID); err != nil {
			return err
		}
	}
	if len(silent) > 0 {
		title = fmt.Sprintf("问了 %d 个部门，%d 个还没有回复", len(departments), len(silent))
		for name := range silent {
			detail[name] = "没有回复"
		}
	}
	if err := d.note(ctx, tx, c, entry{who: System, code: "lookup", title: title, from: c.Step, to: c.Step, detail: detail, shown: true}); err != nil {
		return err
	}
	return d.Audit.Record(ctx, tx, audit.Entry{Actor: System.ID, ActorName: System.Name, Role: System.Role, Verb: audit.Ask, Subject: c.Subject(),
		Person: string(c.Applicant), Purpose: "核对家庭经济状况", Detail: map[string]string{"questions": strconv.Itoa(len(answers)), "departments": strconv.Itoa(len(departments))}})
}

// unasked names the members about whom not everything could be asked, since
// they have not agreed.
func (d *Desk) unasked(ctx context.Context, r db.Reader, id ID) (map[string]string, error) {
	members, err := d.Members(ctx, r, id)
	detail := map[string]string{}
	for _, m := range members {
		if m.Consented.IsZero() {
			detail[m.Name] = "还没有同意，收入和财产没有问"
		}
	}
	return detail, err
}

func keepLookup(ctx context.Context, tx *db.Tx, id ID, q asking, a exchange.Answer, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO casework_lookup (case_id, source, member, outcome, tries, at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (case_id, source, member) DO UPDATE SET outcome = excluded.outcome, tries = excluded.tries, at = excluded.at`,
		id, q.Source, q.member.Key, string(a.Outcome), q.tries+1, db.Millis(now))
	if err != nil {
		return fmt.Errorf("keeping an answer: %w", err)
	}
	return nil
}

// read turns an answer into facts; ok is false when a value has not the type
// that the dictionary wants, and then nothing of the answer counts.
func (d *Desk) read(q asking, a exchange.Answer) (facts []fact.Statement, ok bool) {
	if a.Outcome == exchange.Uncovered {
		return nil, true // it says nothing, and will not when it is asked again
	}
	about := q.member.Key
	if q.Of == "family" {
		about = ""
	}
	for _, name := range q.Tells {
		def := d.shelf.known.Dictionary.Find(name)
		var v fact.Value
		switch a.Outcome {
		case exchange.Found:
			raw, given := a.Values[def.Code]
			if !given || string(raw) == "null" {
				continue
			}
			if v, ok = readJSON(def, raw); !ok {
				return nil, false
			}
		case exchange.Absent:
			typed, given := q.Absent[name]
			if !given {
				continue
			}
			v, _ = catalog.ParseFact(def, typed)
		default:
			return nil, false
		}
		st := statement(name, about, v, a.Source.Vouches, a.At)
		st.Proof = a.Receipt
		facts = append(facts, st)
	}
	return facts, true
}

// readJSON reads a value as departments send it: money in 分, dates as
// 2006-01-02, words as text.
func readJSON(def *fact.Def, raw json.RawMessage) (fact.Value, bool) {
	switch def.Typed() {
	case fact.Money, fact.Int:
		var n int64
		if json.Unmarshal(raw, &n) != nil || n < -1e15 || n > 1e15 {
			return fact.Value{}, false
		}
		if def.Typed() == fact.Int {
			return fact.IntOf(n), true
		}
		return fact.MoneyOf(n), true
	case fact.Bool:
		var b bool
		if json.Unmarshal(raw, &b) != nil {
			return fact.Value{}, false
		}
		return fact.BoolOf(b), true
	}
	var s string
	if json.Unmarshal(raw, &s) != nil || len(s) > 500 {
		return fact.Value{}, false
	}
	v, err := catalog.ParseFact(def, s)
	return v, err == nil
}
