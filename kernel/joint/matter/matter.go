package matter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/joint"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
)

// Change is something in a family that somebody reports once, for every area
// to take up where it matters.
type Change struct {
	Kind   string
	Of     people.Person // who reports
	Name   string        // who has died or come
	Number string
	On     calendar.Day // 0: not said
	By     casework.Actor
}

// Config is what the room stands on besides a desk.
type Config struct {
	Definitions []*Definition
	Joint       *joint.Room
	// Change has every area take a change up; it returns the cases in which it
	// is looked at.
	Change func(ctx context.Context, tx *db.Tx, c Change) ([]casework.ID, error)
}

// Room keeps joint matters. It is safe for use by several goroutines.
type Room struct {
	Config
	desk *casework.Desk
}

// New returns the room.
func New(desk *casework.Desk, c Config) *Room { return &Room{c, desk} }

// Definition returns the matter with a code, or an error of kind NotFound.
func (x *Room) Definition(code string) (*Definition, error) {
	i := slices.IndexFunc(x.Definitions, func(d *Definition) bool { return d.Code == code })
	if i < 0 {
		return nil, errs.New(errs.NotFound, "没有这件事。")
	}
	return x.Definitions[i], nil
}

// Said is what was said once.
type Said struct {
	Name   string            `json:"name,omitempty"` // of the other person
	Number string            `json:"number,omitempty"`
	On     calendar.Day      `json:"on,omitempty"`
	Typed  map[string]string `json:"typed,omitempty"` // by field name
}

// Matter is one that was started.
type Matter struct {
	ID         string
	Definition *Definition
	Person     people.ID
	Region     string
	Said       Said
	Started    time.Time
}

// Start is what somebody starts a matter with.
type Start struct {
	Once  string // the same for the same sending; a second one makes no second matter
	Code  string
	Said  Said
	Agree []string // codes of the parts that they want
	Me    people.Person
}

const sealSaid = "joint/said"

// Begin starts a matter: changes are reported and offices are asked at once,
// services are begun when the resident opens them.
func (x *Room) Begin(ctx context.Context, tx *db.Tx, s Start) (string, error) {
	d, err := x.Definition(s.Code)
	if err != nil {
		return "", err
	}
	before, err := db.All(ctx, tx, db.Value[string], `SELECT id FROM joint_matter WHERE once = ? AND person = ?`, s.Once, s.Me.ID)
	if err != nil {
		return "", fmt.Errorf("starting a matter: %w", err)
	}
	if len(before) > 0 {
		return before[0], nil
	}
	if err := x.sound(ctx, tx, d, &s); err != nil {
		return "", err
	}
	b, err := json.Marshal(s.Said)
	if err != nil {
		return "", fmt.Errorf("writing a matter: %w", err)
	}
	id := db.NewID()
	n, err := tx.Exec(ctx, `INSERT INTO joint_matter (id, once, code, person, region, said, started) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (once) DO NOTHING`,
		id, s.Once, d.Code, s.Me.ID, s.Me.Region, x.desk.Box.SealText(string(b), sealSaid), db.Millis(tx.Now))
	if err != nil {
		return "", fmt.Errorf("starting a matter: %w", err)
	}
	if n == 0 {
		return x.sent(ctx, tx, s)
	}
	m := Matter{ID: id, Definition: d, Person: s.Me.ID, Region: s.Me.Region, Said: s.Said, Started: tx.Now}
	for i := range d.Parts {
		if err := x.beginPart(ctx, tx, m, &d.Parts[i], s); err != nil {
			return "", err
		}
	}
	return id, x.desk.Audit.Record(ctx, tx, audit.Entry{Actor: string(s.Me.ID), ActorName: s.Me.Name, Role: "citizen", Verb: audit.Act, Subject: "matter/" + id,
		Person: string(s.Me.ID), Purpose: "办" + d.Title})
}

// sent is the matter that the same sending has started before.
func (x *Room) sent(ctx context.Context, tx *db.Tx, s Start) (string, error) {
	id, err := db.One(ctx, tx, db.Value[string], `SELECT id FROM joint_matter WHERE once = ? AND person = ?`, s.Once, s.Me.ID)
	if errors.Is(err, db.ErrNone) {
		return "", errs.New(errs.Conflict, "这件事刚刚已经开始办了，请在“我的”里看。")
	}
	return id, err
}

// wants reports whether a part is asked for and fits what was said.
func (s Start) wants(d *Definition, p *Part) bool {
	return slices.Contains(s.Agree, p.Code) && p.fits(d, s.Said)
}

func (p *Part) fits(d *Definition, said Said) bool {
	if p.When == nil {
		return true
	}
	for _, f := range d.Asks {
		if f.Fact == p.When.Fact {
			return slices.Contains(p.When.In, said.Typed[f.Name()])
		}
	}
	return false
}

func (x *Room) beginPart(ctx context.Context, tx *db.Tx, m Matter, p *Part, s Start) error {
	agreed, ref, done := 0, "", int64(0)
	if s.wants(m.Definition, p) {
		agreed = 1
		switch {
		case p.Task != nil:
			q, err := x.task(ctx, tx, m, p, s.Me)
			if err != nil {
				return err
			}
			ref = q.ID
		case p.Change != "":
			if err := x.report(ctx, tx, m, p, s.Me); err != nil {
				return err
			}
			done = db.Millis(tx.Now)
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO joint_part (matter, part, agreed, ref, done) VALUES (?, ?, ?, ?, ?)`, m.ID, p.Code, agreed, ref, done)
	if err != nil {
		return fmt.Errorf("starting a part: %w", err)
	}
	return nil
}

// report has every area look at what has changed.
func (x *Room) report(ctx context.Context, tx *db.Tx, m Matter, p *Part, me people.Person) error {
	cases, err := x.Change(ctx, tx, Change{Kind: p.Change, Of: me, Name: m.Said.Name, Number: m.Said.Number, On: m.Said.On,
		By: casework.Actor{ID: string(me.ID), Name: me.Name, Role: "citizen"}})
	if err != nil {
		return err
	}
	for _, c := range cases {
		if _, err := tx.Exec(ctx, `INSERT INTO joint_part_case (case_id, matter, part) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, c, m.ID, p.Code); err != nil {
			return fmt.Errorf("keeping a case of a matter: %w", err)
		}
	}
	return nil
}

// task asks an office for its part; it is told what was said and nothing else.
func (x *Room) task(ctx context.Context, tx *db.Tx, m Matter, p *Part, me people.Person) (joint.Request, error) {
	place := me.Region
	for _, c := range x.desk.Places.Path(region.Code(me.Region)) {
		if level := map[string]region.Level{"township": region.OfTownship, "county": region.OfCounty}[p.Task.Level]; c.Level() == level {
			place = string(c)
		}
	}
	text := m.Definition.Title + "：" + p.Task.Text + "\n来办的人：" + me.Name
	if phone := m.phone(me); phone != "" {
		text += "，电话 " + phone
	}
	if m.Said.Name != "" {
		text += "。说的是：" + m.Said.Name + "，身份证号 " + m.Said.Number
	}
	if m.Said.On != 0 {
		text += "，" + m.Said.On.Long()
	}
	return x.Joint.AskTask(ctx, tx, joint.Asking{To: casework.Seat{Role: p.Task.Role, Office: place}, Text: text + "。", Law: p.Law, Days: p.Task.Days,
		Who: casework.Actor{ID: string(me.ID), Name: me.Name, Role: "citizen"}}, m.ID)
}

// phone is the number that was said, or else the registered one.
func (m Matter) phone(me people.Person) string {
	for _, f := range m.Definition.Asks {
		if typed := m.Said.Typed[f.Name()]; f.Check == "phone" && typed != "" {
			return typed
		}
	}
	return me.Phone
}

// sound says what is wrong with what was said.
func (x *Room) sound(ctx context.Context, tx *db.Tx, d *Definition, s *Start) error {
	var p errs.Problems
	if s.Once == "" {
		return fmt.Errorf("a matter without a key")
	}
	if d.Person != nil {
		if err := x.other(ctx, tx, d, s, &p); err != nil {
			return err
		}
	}
	if today := calendar.DayOf(tx.Now); d.Day != "" && (s.Said.On == 0 || s.Said.On > today) {
		p.Add("on", "请写哪一天，例如 "+today.String()+"，不能晚于今天。")
	}
	values := map[string][]string{}
	for name, typed := range s.Said.Typed {
		values[name] = []string{typed}
	}
	_, wrong := form.Read(d.Asks, values, tx.Now)
	p = append(p, wrong...)
	if !slices.ContainsFunc(d.Parts, func(one Part) bool { return s.wants(d, &one) }) {
		p.Add("agree", "请至少选一件要办的。")
	}
	return p.Err()
}

// other checks whom else the matter is about.
func (x *Room) other(ctx context.Context, tx *db.Tx, d *Definition, s *Start, p *errs.Problems) error {
	s.Said.Name, s.Said.Number = form.Tidy("name", s.Said.Name), form.Tidy("number", s.Said.Number)
	before := len(*p)
	for field, typed := range map[string]string{"name": s.Said.Name, "number": s.Said.Number} {
		if sentence := form.CheckText(field, map[string]string{"name": "姓名", "number": "身份证号"}[field], typed, tx.Now); sentence != "" {
			p.Add(field, sentence)
		}
	}
	if s.Said.Number == s.Me.Number {
		p.Add("number", "这里要写另一个人，不是您自己。")
	}
	if len(*p) > before {
		return nil
	}
	mine, err := x.Of(ctx, tx, s.Me.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(mine, func(m Matter) bool { return m.Definition == d && m.Said.Number == s.Said.Number }) {
		p.Add("number", "这个人的这件事您已经在办了，请在“我的”里看。")
		return nil
	}
	if !d.Person.Kin {
		return nil
	}
	them, err := x.desk.People.ByNumber(ctx, tx, s.Said.Number)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	kin, err := x.kin(ctx, tx, s.Me, them)
	if err != nil {
		return err
	}
	if !kin || them.Name != s.Said.Name {
		p.Add("number", "名册里查不到您和这个人是一家。请看看写对没有；写对了的，请到乡镇（街道）窗口办。")
	}
	return nil
}

// kin reports whether two are of one household or next of kin, by the register.
func (x *Room) kin(ctx context.Context, tx *db.Tx, a, b people.Person) (bool, error) {
	if b.ID == "" {
		return false, nil
	}
	if a.Household != "" && a.Household == b.Household {
		return true, nil
	}
	for _, one := range []struct{ of, to people.ID }{{a.ID, b.ID}, {b.ID, a.ID}} {
		ties, err := x.desk.People.Ties(ctx, tx, one.of)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(ties, func(t people.Tie) bool { return t.Other == one.to }) {
			return true, nil
		}
	}
	return false, nil
}
