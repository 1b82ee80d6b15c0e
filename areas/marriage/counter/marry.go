package counter

import (
	"context"
	"fmt"
	"strings"

	"minzheng/areas/marriage/register"
	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/notify"
)

// Seen is what the clerk has seen and heard, of both, one by one.
type Seen struct {
	Present bool // both are here (民法典 art. 1049)
	Willing bool // each was asked alone (art. 1046)
	NoKin   bool // both have declared it (art. 1048)
	Told    bool // grave illness was told to the other (art. 1053)
	Signed  bool // both have signed the declaration (婚姻登记条例 art. 8)
}

func (s Seen) lacks() error {
	var problems errs.Problems
	for _, one := range []struct {
		ok         bool
		field, say string
	}{
		{s.Present, "present", "双方要本人到场（民法典第1049条）。"},
		{s.Willing, "willing", "要分开询问，双方都自愿（民法典第1046条）。"},
		{s.NoKin, "nokin", "双方要声明没有禁止结婚的亲属关系（民法典第1048条）。"},
		{s.Told, "told", "要问过重大疾病有没有告知对方（民法典第1053条）。"},
		{s.Signed, "signed", "双方要在声明书上签字（婚姻登记条例第8条）。"},
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

// Marry registers the two: record, number, ties, audit and messages are one
// transaction. What departments said must be of this very day.
func (m *Room) Marry(ctx context.Context, tx *db.Tx, who register.Clerk, id string, s Seen) (register.Record, error) {
	if err := s.lacks(); err != nil {
		return register.Record{}, err
	}
	v, err := m.open(ctx, tx, id)
	if err != nil {
		return register.Record{}, err
	}
	today := calendar.DayOf(tx.Now)
	if v.Day != today {
		return register.Record{}, errs.New(errs.Conflict, "这是以前的核对。请重新录入两人，再查一次。")
	}
	k, err := m.known(ctx, tx, v)
	if err != nil {
		return register.Record{}, err
	}
	k.On = today
	x := Weigh(v, k)
	if !x.May() {
		return register.Record{}, errs.New(errs.Conflict, stuck(v, x))
	}
	r, err := m.Book.Marry(ctx, tx, x.Parties, register.Clerk{ID: who.ID, Name: who.Name, Office: v.Office}, remark(k.Evidence))
	if err != nil {
		return r, err
	}
	if _, err := tx.Exec(ctx, `UPDATE marriage_visit SET state = 'done', record_id = ?, closed = ? WHERE id = ?`, r.ID, db.Millis(tx.Now), id); err != nil {
		return r, fmt.Errorf("closing a visit: %w", err)
	}
	return r, m.told(ctx, tx, who, v, r)
}

// known gathers what a couple is weighed by.
func (m *Room) known(ctx context.Context, r db.Reader, v Visit) (Known, error) {
	k := Known{On: calendar.DayOf(m.DB.Now())}
	var err error
	if k.Evidence, err = m.Evidence(ctx, r, v.ID); err != nil {
		return k, err
	}
	for side, p := range v.Couple.People {
		have, err := m.Book.LiveOf(ctx, r, p.Number)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return k, err
		}
		k.Married[side] = have.Number
	}
	return k, nil
}

// stuck is one sentence that names everything that stands in the way.
func stuck(v Visit, x Matrix) string {
	var all []string
	for _, c := range x.Clauses {
		for side, verdict := range c.Sides {
			if verdict.Standing != Met {
				all = append(all, v.Couple.People[side].Name+"“"+c.Name+"”")
			}
		}
	}
	return "还不能登记：" + strings.Join(all, "、") + "没有核清。"
}

func remark(all []Evidence) string {
	var said []string
	for _, e := range all {
		if e.Counts() {
			said = append(said, e.Paper.Kind+"，"+e.By+"、"+e.Second+"核对")
		}
	}
	return strings.Join(said, "；")
}

// told writes the audit entry and tells those who have an inbox with us.
func (m *Room) told(ctx context.Context, tx *db.Tx, who register.Clerk, v Visit, r register.Record) error {
	if err := m.record(ctx, tx, v, who, audit.Entry{Verb: audit.Act, Purpose: "登记结婚", Detail: map[string]string{"record": r.ID}}); err != nil {
		return err
	}
	for _, p := range v.Couple.People {
		if p.Resident == "" {
			continue
		}
		err := m.Notify.Send(ctx, tx, notify.Message{Key: r.Subject() + "/" + string(p.Resident), To: string(p.Resident), Title: "结婚登记办好了",
			Text: "您的结婚登记已经办好，结婚证字号 " + r.Number + "。", Short: "您的登记办好了，请登录查看。", Link: "/my/marriage", Subject: r.Subject(), Channels: []string{"app"}})
		if err != nil {
			return err
		}
	}
	return nil
}
