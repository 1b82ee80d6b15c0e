package need

import (
	"context"
	"fmt"
	"net/url"

	"minzheng/kernel/area"
	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/file"
	"minzheng/kernel/form"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
)

// Turn is what a clerk makes of a report.
type Turn struct {
	Report   string
	By       casework.Actor
	Person   people.Person
	Service  *catalog.Service
	Relation string
	Why      string
	Way      string
	Proof    *file.Blob
	Answers  url.Values
	Urgent   bool // help at once
}

// hold finds a report and lets nobody else answer it until tx ends.
func (d *Desk) hold(ctx context.Context, tx *db.Tx, id string) (area.Report, error) {
	if err := tx.Lock(ctx, "need/"+id); err != nil {
		return area.Report{}, err
	}
	n, err := d.Find(ctx, tx, id)
	if err == nil && n.State == area.Closed {
		err = errs.New(errs.Conflict, "这份报告已经办结了。")
	}
	return n, err
}

// Apply opens an application under a mandate. For help at once, what was
// reported is the application, and the clerk goes on to give the help.
func (d *Desk) Apply(ctx context.Context, tx *db.Tx, t Turn) (casework.Mandate, error) {
	n, err := d.hold(ctx, tx, t.Report)
	if err != nil {
		return casework.Mandate{}, err
	}
	if n.Mandate != "" {
		return d.Mandate(ctx, tx, n.Mandate)
	}
	f := casework.Filing{Key: "need/" + n.ID, By: t.By, Place: n.Region, Person: t.Person, Service: t.Service, Relation: t.Relation, Why: t.Why, Way: t.Way, Proof: t.Proof, Answers: t.Answers, Agreed: t.Urgent, Alone: t.Urgent}
	m, err := d.FileFor(ctx, tx, f)
	if err != nil {
		return m, err
	}
	said := "开了" + t.Service.Short + "申请"
	if t.Urgent {
		said = "情况急，已经按先行救助在办"
	}
	return m, d.turn(ctx, tx, n, turning{by: t.By, state: area.Applied, said: said, mandate: m.ID, urgent: t.Urgent})
}

// Fields are what help at once needs, as far as the report tells it.
func Fields(s *catalog.Service, n area.Report, p people.Person, today calendar.Day) url.Values {
	what := n.What
	switch what {
	case "突发重病", "意外伤害", "交通事故", "火灾", "家人去世":
	default:
		what = "其他突发变故"
	}
	told := map[string]string{"手机号": n.Phone, "现住址": n.Where, "遭遇": what, "发生日期": today.String(), "基本生活困难": "是", "申请原因": n.Words}
	if n.Phone == "" {
		told["手机号"] = p.Phone
	}
	all := url.Values{}
	for _, page := range s.Form {
		for _, f := range page.Fields {
			if v := told[f.Fact]; v != "" {
				all.Set(f.Name(), v)
			}
		}
	}
	return all
}

// Lacks are the fields of help at once that neither report nor register tells.
func Lacks(s *catalog.Service, sent url.Values) []*form.Field {
	var all []*form.Field
	for _, page := range s.Form {
		for _, f := range page.Fields {
			if !f.Optional && sent.Get(f.Name()) == "" {
				all = append(all, f)
			}
		}
	}
	return all
}

// Visit writes down that somebody was there; the report stays open.
func (d *Desk) Visit(ctx context.Context, tx *db.Tx, id string, by casework.Actor, found string) error {
	n, err := d.hold(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := said("found", found, "请写看到了什么，接下来怎么办。"); err != nil {
		return err
	}
	return d.turn(ctx, tx, n, turning{by: by, state: area.Visited, said: "去看过了：" + found, mandate: n.Mandate, urgent: n.Urgent})
}

// Close ends a report with a reason.
func (d *Desk) Close(ctx context.Context, tx *db.Tx, id string, by casework.Actor, reason string) error {
	n, err := d.hold(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := said("reason", reason, "请写为什么办结。报告的人会看到。"); err != nil {
		return err
	}
	return d.turn(ctx, tx, n, turning{by: by, state: area.Closed, said: reason, mandate: n.Mandate, urgent: n.Urgent})
}

func said(field, text, ask string) error {
	var p errs.Problems
	if n := len([]rune(text)); n < 4 || n > 500 {
		p.Add(field, ask+"4 到 500 个字。")
	}
	return p.Err()
}

type turning struct {
	by      casework.Actor
	state   string
	said    string
	mandate string
	urgent  bool
}

// turn writes what was made of a report, and tells whoever has reported.
func (d *Desk) turn(ctx context.Context, tx *db.Tx, n area.Report, t turning) error {
	state := t.state
	if state == area.Visited && n.State == area.Applied {
		state = area.Applied
	}
	var closed int64
	if state == area.Closed {
		closed = db.Millis(tx.Now)
	}
	urgent := 0
	if t.urgent {
		urgent = 1
	}
	_, err := tx.Exec(ctx, `UPDATE assistance_need SET state = ?, outcome = ?, mandate = ?, urgent = ?, closed = ?, closer = ? WHERE id = ?`,
		state, d.Box.SealText(t.said, sealOutcome), t.mandate, urgent, closed, t.by.Name, n.ID)
	if err != nil {
		return fmt.Errorf("answering a report: %w", err)
	}
	told := notify.Message{Title: "您报告的有回音了", Text: "您报告的“" + n.Name + "”：" + t.said + "。", Link: "/village/reports/" + n.ID, Subject: n.Owner()}
	if err := d.TellStaff(ctx, tx, n.Account, told); err != nil {
		return err
	}
	return d.Audit.Record(ctx, tx, audit.Entry{Actor: t.by.ID, ActorName: t.by.Name, Role: t.by.Role, Verb: audit.Act, Subject: n.Owner(), Purpose: "处理困难家庭报告", Detail: map[string]string{"state": state}})
}

// Tally counts what became of reports.
type Tally struct{ All, Waiting, Late, Applied, Helped int }

// Count counts the reports: helped are those whose application was granted.
func (d *Desk) Count(ctx context.Context, r db.Reader, all []area.Report, today calendar.Day) (t Tally, err error) {
	var ids []casework.ID
	for _, n := range all {
		t.All++
		if n.State == area.Reported || n.State == area.Visited {
			t.Waiting++
			if n.Due < today {
				t.Late++
			}
		}
		if n.Mandate == "" {
			continue
		}
		m, err := d.Mandate(ctx, r, n.Mandate)
		if err != nil {
			return t, err
		}
		if m.Case != "" {
			t.Applied++
			ids = append(ids, m.Case)
		}
	}
	cases, err := casework.FindAll(ctx, r, ids)
	for _, c := range cases {
		if c.State == casework.Approved {
			t.Helped++
		}
	}
	return t, err
}
