package casework

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"minzheng/kernel/casework/decision"
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
	Office  string           `json:"office,omitempty"`
	Role    string           `json:"role,omitempty"` // its title
	By      string           `json:"by"`
}

// Finding is what one rule gave, as it is kept and shown.
type Finding = decision.Finding

// Findings turns a judgement into what is kept and shown.
func Findings(j rule.Judgement, facts *fact.Set) []Finding { return decision.Findings(j, facts) }

// decide writes the decision of a case. An act that decides and lets the case
// go on grants: what is urgent is given first, and the rest is made up for.
func (d *Desk) decide(ctx context.Context, tx *db.Tx, m *move) error {
	year := m.today.Year()
	n, err := next(ctx, tx, fmt.Sprintf("decision/%s/%d", m.c.County, year))
	if err != nil {
		return err
	}
	dec := Decision{Case: m.c.ID, Number: fmt.Sprintf("%s-%d-J%06d", m.c.County, year, n), Outcome: m.act.Ends, Day: m.today.String(),
		Service: m.c.Service, Version: m.c.Version, Region: d.path(m.c.Region), Results: Findings(m.judged, m.facts), Reason: m.Reason,
		Office: d.OfficeName(m.c.Office), Role: d.roleTitle(m.Who.Role), By: m.Who.Name}
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
	signed, err := d.signed(ctx, tx, dec, m)
	if err != nil {
		return fmt.Errorf("signing the decision of case %s: %w", m.c.ID, err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO casework_decision (case_id, number, outcome, day, amount, version, record, signed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		dec.Case, dec.Number, dec.Outcome, dec.Day, dec.Amount, dec.Version, d.Box.SealText(string(b), "casework/decision"), signed); err != nil {
		return fmt.Errorf("keeping the decision of case %s: %w", m.c.ID, err)
	}
	m.detail["决定书"] = dec.Number
	return nil
}

// roleTitle is a role for readers.
func (d *Desk) roleTitle(role string) string {
	return cmp.Or(d.shelf.known.Roles[role], role)
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
