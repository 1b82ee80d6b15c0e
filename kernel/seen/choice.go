package seen

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
)

// Choice is what a person has chosen about their number.
type Choice struct {
	Locked time.Time // zero is not
	Lifted time.Time // until then the counter may go on although it is locked
	Quiet  bool      // not to be told when something begins
}

// Holds reports whether the lock holds at a time.
func (c Choice) Holds(now time.Time) bool { return !c.Locked.IsZero() && !now.Before(c.Lifted) }

const choiceColumns = `person, number_ix, locked, lifted, quiet`

type choiceRow struct {
	person, index string
	Choice
}

func scanChoice(r db.Row) (c choiceRow, err error) {
	var locked, lifted, quiet int64
	err = r.Scan(&c.person, &c.index, &locked, &lifted, &quiet)
	c.Locked, c.Lifted, c.Quiet = db.Time(locked), db.Time(lifted), quiet == 1
	return c, err
}

// Choice returns what a person has chosen.
func (m *Room) Choice(ctx context.Context, r db.Reader, who people.ID) (Choice, error) {
	c, err := db.One(ctx, r, scanChoice, `SELECT `+choiceColumns+` FROM seen_choice WHERE person = ?`, who)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return Choice{}, fmt.Errorf("reading a choice: %w", err)
	}
	return c.Choice, nil
}

func (m *Room) choose(ctx context.Context, tx *db.Tx, p people.Person, c Choice) error {
	quiet := 0
	if c.Quiet {
		quiet = 1
	}
	_, err := tx.Exec(ctx, `INSERT INTO seen_choice (`+choiceColumns+`) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (person) DO UPDATE SET number_ix = excluded.number_ix, locked = excluded.locked, lifted = excluded.lifted, quiet = excluded.quiet`,
		p.ID, m.desk.People.Index(p.Number), db.Millis(c.Locked), db.Millis(c.Lifted), quiet)
	if err != nil {
		return fmt.Errorf("keeping a choice: %w", err)
	}
	return nil
}

// Lock locks a person's number, or opens it again. Whoever calls it to open has
// proved with a second factor that it is them.
func (m *Room) Lock(ctx context.Context, tx *db.Tx, p people.Person, on bool) error {
	c, err := m.Choice(ctx, tx, p.ID)
	if err != nil || on == !c.Locked.IsZero() {
		return err
	}
	purpose := "给自己的身份证号上锁"
	c.Locked, c.Lifted = tx.Now, time.Time{}
	if !on {
		c.Locked, purpose = time.Time{}, "打开自己身份证号的锁"
	}
	if err := m.choose(ctx, tx, p, c); err != nil {
		return err
	}
	return m.desk.Audit.Record(ctx, tx, own(p, purpose))
}

// Quiet sets whether a person is left in peace when something begins with
// their number.
func (m *Room) Quiet(ctx context.Context, tx *db.Tx, p people.Person, quiet bool) error {
	c, err := m.Choice(ctx, tx, p.ID)
	if err != nil || c.Quiet == quiet {
		return err
	}
	c.Quiet = quiet
	if err := m.choose(ctx, tx, p, c); err != nil {
		return err
	}
	purpose := "有人用我的身份证号办事时告诉我"
	if quiet {
		purpose = "有人用我的身份证号办事时不用告诉我"
	}
	return m.desk.Audit.Record(ctx, tx, own(p, purpose))
}

func own(p people.Person, purpose string) audit.Entry {
	return audit.Entry{Actor: string(p.ID), ActorName: p.Name, Role: "citizen", Verb: audit.Manage, Subject: "person/" + string(p.ID), Person: string(p.ID), Purpose: purpose}
}

// Lift lets the counter go on for some minutes with somebody who stands there
// and whose number is locked. The reason stays in the log and on the person's
// page, and they are told.
func (m *Room) Lift(ctx context.Context, tx *db.Tx, p people.Person, who casework.Actor, reason string) error {
	if reason = strings.TrimSpace(reason); len([]rune(reason)) < 6 {
		return errs.New(errs.Invalid, "请写清楚为什么继续办、怎样核对的本人，至少 6 个字。")
	}
	c, err := m.Choice(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	if !c.Holds(tx.Now) {
		return errs.New(errs.Conflict, "这个身份证号现在没有上锁，可以直接办。")
	}
	c.Lifted = tx.Now.Add(time.Duration(m.rules.Lifted) * time.Minute)
	if err := m.choose(ctx, tx, p, c); err != nil {
		return err
	}
	if err := m.tell(ctx, tx, p, notify.Message{Key: "seen/lift/" + db.NewID(), Title: "身份锁", Link: "/my/lock",
		Text: "柜台核对本人以后，临时打开了您身份证号的锁。不是您本人在场，请马上告诉我们。"}); err != nil {
		return err
	}
	return m.desk.Audit.Record(ctx, tx, audit.Entry{Actor: who.ID, ActorName: who.Name, Role: who.Role, Verb: audit.View, Subject: "person/" + string(p.ID),
		Person: string(p.ID), Purpose: "本人在场，临时打开身份锁：" + reason})
}

// tell tells a person something in the app, and by SMS if we know a number.
func (m *Room) tell(ctx context.Context, tx *db.Tx, p people.Person, msg notify.Message) error {
	msg.To, msg.Phone, msg.Channels = string(p.ID), p.Phone, []string{notify.App}
	if p.Phone != "" {
		msg.Channels = append(msg.Channels, notify.SMS)
	}
	return m.desk.Notify.Send(ctx, tx, msg)
}

// Opening is called when a matter begins, before anything is asked: it refuses
// what would use a locked number, and tells whoever did not begin it
// themselves, once for a matter.
func (m *Room) Opening(ctx context.Context, tx *db.Tx, b casework.Beginning) error {
	indexes := make([]string, len(b.Members))
	for i, one := range b.Members {
		indexes[i] = m.desk.People.Index(one.Number)
	}
	chosen, err := m.chosen(ctx, tx, indexes)
	if err != nil {
		return err
	}
	for i, one := range b.Members {
		c := chosen[indexes[i]]
		if c.Holds(tx.Now) {
			return locked(b.By, c.person)
		}
		if c.Quiet || !m.rules.find(b.Kinds, relationOf(b, i)).Notice {
			continue
		}
		if err := m.begun(ctx, tx, b, one.Number); err != nil {
			return err
		}
	}
	return nil
}

func relationOf(b casework.Beginning, i int) Relation {
	switch {
	case b.Parties:
		return Party
	case i == 0:
		return Own
	}
	return Member
}

// chosen are the choices of people by the blind index of their number.
func (m *Room) chosen(ctx context.Context, r db.Reader, indexes []string) (map[string]choiceRow, error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	in, args := db.In(indexes)
	rows, err := db.All(ctx, r, scanChoice, `SELECT `+choiceColumns+` FROM seen_choice WHERE number_ix IN (`+in+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading who has locked: %w", err)
	}
	all := make(map[string]choiceRow, len(rows))
	for _, c := range rows {
		all[c.index] = c
	}
	return all, nil
}

// locked is how a lock refuses, in words for whoever wanted to begin.
func locked(by casework.Actor, person string) error {
	switch {
	case by.ID == person:
		return errs.New(errs.Conflict, "您给自己的身份证号上了锁。请先在“我的”里打开“身份锁”，解锁以后再交。")
	case by.Role == "citizen":
		return errs.New(errs.Conflict, "有一位家人的身份证号现在不能用来办事。请到柜台办，带上身份证。")
	}
	return errs.New(errs.Conflict, "本人已上锁。本人在场、核对过身份证的，在“信息保护”里写明原因，临时打开后再办。")
}

func (m *Room) begun(ctx context.Context, tx *db.Tx, b casework.Beginning, number string) error {
	p, err := m.desk.People.ByNumber(ctx, tx, number)
	if errs.Is(err, errs.NotFound) || err == nil && string(p.ID) == b.By.ID {
		return nil
	}
	if err != nil {
		return err
	}
	return m.tell(ctx, tx, p, notify.Message{Key: "seen/begun/" + b.Subject + "/" + string(p.ID), Title: "有人用您的身份证号办事", Link: "/my/seen", Subject: b.Subject,
		Text: "有一件事用您的身份证号开始办了。不是您本人办的，请在“谁看过我的信息”里告诉我们；不想让人用，可以上锁。"})
}
