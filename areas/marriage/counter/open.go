package counter

import (
	"context"
	"fmt"
	"strings"

	"minzheng/areas/marriage/register"
	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
)

// role is that of whoever registers.
const role = "marriage-registrar"

// declared are what people may declare before they marry.
func declared() []string { return []string{"未婚", "离异", "丧偶"} }

// Enter is what the clerk types of two people.
type Enter struct {
	People  [2]Person
	Booking string
}

// check tidies what was typed and says what is wrong with it.
func (e *Enter) check(m *Room) error {
	var problems errs.Problems
	for i := range e.People {
		p := &e.People[i]
		p.Number, p.Name = form.Tidy("number", p.Number), strings.TrimSpace(p.Name)
		field := fmt.Sprintf("-%d", i+1)
		if say := form.CheckNumber(p.Number, m.DB.Now()); say != "" {
			problems.Add("number"+field, say)
		}
		if p.Name == "" || len([]rune(p.Name)) > 30 {
			problems.Add("name"+field, "请填写身份证上的姓名。")
		}
		if !strings.Contains("|未婚|离异|丧偶|", "|"+p.Declared+"|") || p.Declared == "" {
			problems.Add("declared"+field, "请选本人声明的婚姻状况。")
		}
	}
	if len(problems) == 0 && e.People[0].Number == e.People[1].Number {
		problems.Add("number-2", "两个人的身份证号是一样的。")
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// Enter opens a visit and begins to ask. Departments are asked when the visit
// is written down, so that no question goes out without its reason.
func (m *Room) Enter(ctx context.Context, who register.Clerk, e Enter) (Visit, error) {
	if err := e.check(m); err != nil {
		return Visit{}, err
	}
	v := Visit{ID: db.NewID(), Office: who.Office, Day: m.today(), State: Open, Booking: e.Booking, Clerk: who.ID, By: who.Name}
	v.Couple.People = e.People
	if err := m.know(ctx, &v.Couple); err != nil {
		return v, err
	}
	err := m.DB.Do(ctx, func(tx *db.Tx) error {
		v.Opened, v.Day = tx.Now, calendar.DayOf(tx.Now)
		return m.put(ctx, tx, v)
	})
	if err != nil {
		return v, err
	}
	m.ask(ctx, v, who, questions(v))
	return v, nil
}

// begins asks whether both numbers may be used: who has locked theirs is not
// registered without knowing of it.
func (m *Room) begins(ctx context.Context, tx *db.Tx, v Visit) error {
	if m.Desk.Opening == nil {
		return nil
	}
	b := casework.Beginning{Subject: v.Subject(), Kinds: []string{Kind}, Parties: true, By: casework.Actor{ID: v.Clerk, Name: v.By, Role: role}}
	for _, p := range v.Couple.People {
		b.Members = append(b.Members, casework.Member{Name: p.Name, Number: p.Number})
	}
	return m.Desk.Opening(ctx, tx, b)
}

// Kind is that of a visit among subjects.
const Kind = "marriage-visit"

// know looks both up in the register of residents.
func (m *Room) know(ctx context.Context, c *Couple) error {
	for i := range c.People {
		p, err := m.Desk.People.ByNumber(ctx, m.DB, c.People[i].Number)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		c.People[i].Resident = p.ID
	}
	var err error
	c.Kin, err = m.kin(ctx, c.People[0].Resident, c.People[1].Resident)
	return err
}

func (m *Room) put(ctx context.Context, tx *db.Tx, v Visit) error {
	if err := m.begins(ctx, tx, v); err != nil {
		return err
	}
	sealed, err := m.seal(v.Couple)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO marriage_visit (`+visitColumns+`) VALUES (?, ?, ?, ?, ?, '', '', ?, ?, ?, ?, 0)`,
		v.ID, v.Office, v.Day, v.State, sealed, v.Booking, v.Clerk, v.By, db.Millis(v.Opened))
	if err != nil {
		return fmt.Errorf("opening a visit: %w", err)
	}
	for _, p := range v.Couple.People {
		if err := m.record(ctx, tx, v, register.Clerk{ID: v.Clerk, Name: v.By}, audit.Entry{Verb: audit.Ask, Person: string(p.Resident), Purpose: purpose}); err != nil {
			return err
		}
	}
	return nil
}

// record writes an entry about a visit into the audit log.
func (m *Room) record(ctx context.Context, tx *db.Tx, v Visit, who register.Clerk, e audit.Entry) error {
	e.Actor, e.ActorName, e.Role, e.Subject = who.ID, who.Name, role, v.Subject()
	return m.Audit.Record(ctx, tx, e)
}

// Declare corrects what one of them has declared about themselves.
func (m *Room) Declare(ctx context.Context, tx *db.Tx, who register.Clerk, id string, side int, status string) error {
	v, err := m.open(ctx, tx, id)
	if err != nil {
		return err
	}
	if side < 0 || side > 1 || !strings.Contains("|未婚|离异|丧偶|", "|"+status+"|") || status == "" {
		return errs.New(errs.Invalid, "请选本人声明的婚姻状况。")
	}
	before := v.Couple.People[side].Declared
	v.Couple.People[side].Declared = status
	sealed, err := m.seal(v.Couple)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE marriage_visit SET couple = ? WHERE id = ?`, sealed, id); err != nil {
		return fmt.Errorf("correcting a declaration: %w", err)
	}
	return m.record(ctx, tx, v, who, audit.Entry{Verb: audit.Act, Person: string(v.Couple.People[side].Resident), Purpose: "更正本人声明", Detail: map[string]string{"from": before, "to": status}})
}

// open returns a visit that nobody has closed, and keeps it so until the
// transaction ends.
func (m *Room) open(ctx context.Context, tx *db.Tx, id string) (Visit, error) {
	if err := tx.Lock(ctx, "marriage-visit/"+id); err != nil {
		return Visit{}, err
	}
	v, err := m.Find(ctx, tx, id)
	if err != nil {
		return v, err
	}
	if v.State != Open {
		return v, errs.New(errs.Conflict, "这一对已经办完了，请刷新后再看。")
	}
	return v, nil
}

// Leave closes a visit without registration.
func (m *Room) Leave(ctx context.Context, tx *db.Tx, who register.Clerk, id string) error {
	v, err := m.open(ctx, tx, id)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE marriage_visit SET state = 'left', closed = ? WHERE id = ?`, db.Millis(tx.Now), id); err != nil {
		return fmt.Errorf("closing a visit: %w", err)
	}
	return m.record(ctx, tx, v, who, audit.Entry{Verb: audit.Act, Purpose: "今天没有登记，先结束"})
}
