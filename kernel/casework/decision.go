package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// Decision is how a case was decided: what counted, what the rules gave, who
// decided and why. It is written once.
type Decision struct {
	Case    ID               `json:"case"`
	Number  string           `json:"number"`
	Outcome string           `json:"outcome"`
	Day     string           `json:"day"`
	Amount  int64            `json:"amount"` // 分 a month, or once
	Service string           `json:"service"`
	Version string           `json:"version"` // hash of the rules and parameters that were used
	Region  []string         `json:"region"`
	Facts   []fact.Statement `json:"facts"`
	Results []Finding        `json:"results"`
	Reason  string           `json:"reason"`
	By      string           `json:"by"`
}

// Finding is what one rule gave, as it is kept and shown.
type Finding struct {
	Set     string        `json:"set"`
	About   string        `json:"about,omitempty"`
	Value   fact.Value    `json:"value"`
	Known   bool          `json:"known"`
	Shown   string        `json:"shown"`
	Law     string        `json:"law,omitempty"`
	Why     string        `json:"why,omitempty"`
	Unit    string        `json:"unit,omitempty"`
	Missing []string      `json:"missing,omitempty"`
	Used    []FindingUsed `json:"used,omitempty"`
}

// FindingUsed is one value that a rule used.
type FindingUsed struct {
	Name   string `json:"name"`
	Who    string `json:"who,omitempty"`
	Shown  string `json:"shown"`
	Source string `json:"source,omitempty"`
	Set    string `json:"set,omitempty"` // document that set a parameter
}

// Findings turns a judgement into what is kept and shown.
func Findings(j rule.Judgement, facts *fact.Set) []Finding {
	var all []Finding
	for _, r := range j.Results {
		f := Finding{Set: r.Rule.Set, About: r.About, Value: r.Value, Known: r.Known, Shown: r.Shown(), Law: r.Rule.Law, Why: r.Rule.Why, Unit: r.Rule.Unit,
			Missing: MissingNames(facts, r.Missing)}
		if r.Broken != "" {
			f.Missing = append(f.Missing, r.Broken)
		}
		for _, u := range r.Used {
			one := FindingUsed{Name: u.Name, Shown: u.Shown(), Source: u.Source, Set: u.Set}
			if !u.Known {
				one.Shown = "不知道"
			}
			if who, ok := facts.Get("姓名", u.About); ok && u.About != "" {
				one.Who = who.Word()
			}
			f.Used = append(f.Used, one)
		}
		all = append(all, f)
	}
	return all
}

// decide writes the decision of a case. An act that decides and lets the case
// go on grants: what is urgent is given first, and the rest is made up for.
func (d *Desk) decide(ctx context.Context, tx *db.Tx, m *move) error {
	year := m.today.Year()
	n, err := next(ctx, tx, fmt.Sprintf("decision/%s/%d", m.c.County, year))
	if err != nil {
		return err
	}
	dec := Decision{Case: m.c.ID, Number: fmt.Sprintf("%s-%d-J%06d", m.c.County, year, n), Outcome: m.act.Ends, Day: m.today.String(),
		Service: m.c.Service, Version: m.c.Version, Region: d.path(m.c.Region), Results: Findings(m.judged, m.facts), Reason: m.Reason, By: m.Who.Name}
	if m.act.Ends == "" {
		dec.Outcome = Approved
	}
	if dec.Outcome == Approved {
		if r, ok := m.judged.Find(m.service.Decides); !ok || !r.Holds() {
			return errs.New(errs.Conflict, "规则算出来不符合条件，不能批准。认为数据不对的，先认定数据再办。")
		}
		dec.Amount = m.c.Amount
	}
	m.facts.Each(func(name, about string, said []fact.Statement) { dec.Facts = append(dec.Facts, said...) })
	b, err := json.Marshal(dec)
	if err != nil {
		return fmt.Errorf("writing the decision of case %s: %w", m.c.ID, err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO casework_decision (case_id, number, outcome, day, amount, version, record) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		dec.Case, dec.Number, dec.Outcome, dec.Day, dec.Amount, dec.Version, d.Box.SealText(string(b), "casework/decision")); err != nil {
		return fmt.Errorf("keeping the decision of case %s: %w", m.c.ID, err)
	}
	m.detail["决定书"] = dec.Number
	return nil
}

// Decided returns the decision of a case; ok is false when there is none yet.
func (d *Desk) Decided(ctx context.Context, r db.Reader, id ID) (dec Decision, ok bool, err error) {
	sealed, err := db.One(ctx, r, db.Value[string], `SELECT record FROM casework_decision WHERE case_id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return dec, false, nil
	}
	if err != nil {
		return dec, false, fmt.Errorf("reading the decision of case %s: %w", id, err)
	}
	plain, err := d.Box.UnsealText(sealed, "casework/decision")
	if err != nil {
		return dec, false, fmt.Errorf("opening the decision of case %s: %w", id, err)
	}
	return dec, true, json.Unmarshal([]byte(plain), &dec)
}

// reviewEnds and suitEnds are the last days for the two remedies, counted from
// the day after the letter arrives; a last day off moves to the next day on
// (行政复议法 第20条, 行政诉讼法 第46条, 民法典 第203条).
func (d *Desk) reviewEnds(day calendar.Day) calendar.Deadline {
	return d.Calendar.RollToWorkday(calendar.AddDays(day, 60))
}

func (d *Desk) suitEnds(day calendar.Day) calendar.Deadline {
	return d.Calendar.RollToWorkday(day.AddMonths(6))
}
