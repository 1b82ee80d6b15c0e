package share

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// The states of a correction.
const (
	ToVerify    = "open"
	Corrected   = "corrected"
	NotAtFault  = "refused"
	sealClaimed = "share/claimed"
)

// Correction says that a value is wrong: theirs to us, or ours to them (art. 26).
type Correction struct {
	ID       string
	Party    string
	Paper    string
	Ours     bool // we say that a value of theirs is wrong
	Resource string
	Field    string
	Claim    Claim
	Made     time.Time
	Due      calendar.Day
	State    string
	Answer   string
}

// Claim is what is said to be wrong, and of whom. It lies sealed.
type Claim struct {
	Number string `json:"number"`
	Name   string `json:"name"`
	Words  string `json:"words"`
}

const correctionColumns = `id, party, paper, ours, resource, field, sealed, made_at, due, state, answer`

func (m *Room) scanCorrection(r db.Row) (c Correction, err error) {
	var sealed, due string
	var ours, made int64
	if err := r.Scan(&c.ID, &c.Party, &c.Paper, &ours, &c.Resource, &c.Field, &sealed, &made, &due, &c.State, &c.Answer); err != nil {
		return c, err
	}
	c.Ours, c.Made = ours == 1, db.Time(made)
	c.Due, _ = calendar.Parse(due)
	text, err := m.Box.UnsealText(sealed, sealClaimed)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(text), &c.Claim)
}

// Corrections returns all: those that wait first, by the day they are due.
func (m *Room) Corrections(ctx context.Context, r db.Reader, limit int) ([]Correction, error) {
	all, err := db.All(ctx, r, m.scanCorrection, `SELECT `+correctionColumns+` FROM share_correction ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, due, id LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("reading corrections: %w", err)
	}
	return all, nil
}

// Correction returns one.
func (m *Room) Correction(ctx context.Context, r db.Reader, id string) (Correction, error) {
	return m.oneCorrection(ctx, r, `id = ?`, id)
}

func (m *Room) oneCorrection(ctx context.Context, r db.Reader, where string, args ...any) (Correction, error) {
	c, err := db.One(ctx, r, m.scanCorrection, `SELECT `+correctionColumns+` FROM share_correction WHERE `+where, args...)
	if errors.Is(err, db.ErrNone) {
		return c, errs.New(errs.NotFound, "没有找到这个校核。")
	}
	if err != nil {
		return c, fmt.Errorf("finding a correction: %w", err)
	}
	return c, nil
}

// Claimed takes in that a value is said to be wrong and starts the clock. The
// same paper of the same department is the same correction.
func (m *Room) Claimed(ctx context.Context, tx *db.Tx, c Correction, who Actor) (Correction, error) {
	if err := m.checkClaim(ctx, tx, c); err != nil {
		return Correction{}, err
	}
	text, err := json.Marshal(c.Claim)
	if err != nil {
		return Correction{}, fmt.Errorf("writing a claim: %w", err)
	}
	c.ID, c.Made, c.State = db.NewID(), tx.Now, ToVerify
	c.Due = m.Calendar.AddWorkdays(calendar.DayOf(tx.Now), m.catalogue.Periods.Correction).Day
	n, err := tx.Exec(ctx, `INSERT INTO share_correction (id, party, paper, ours, resource, field, sealed, made_at, due, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (party, paper) DO NOTHING`, c.ID, c.Party, c.Paper, bit(c.Ours), c.Resource, c.Field, m.Box.SealText(string(text), sealClaimed), db.Millis(tx.Now), c.Due, c.State)
	if err != nil {
		return Correction{}, fmt.Errorf("keeping a correction: %w", err)
	}
	if n == 0 {
		return m.oneCorrection(ctx, tx, `party = ? AND paper = ?`, c.Party, c.Paper)
	}
	return c, m.record(ctx, tx, who, audit.Entry{Verb: audit.Act, Subject: "share/" + c.ID, Purpose: "收到数据校核"})
}

func (m *Room) checkClaim(ctx context.Context, r db.Reader, c Correction) error {
	var p errs.Problems
	if _, err := m.party(ctx, r, c.Party); errors.Is(err, db.ErrNone) {
		p.Add("party", "请先登记这个部门。")
	} else if err != nil {
		return err
	}
	if res, err := m.catalogue.Find(c.Resource); !c.Ours && err != nil {
		p.Add("resource", "共享目录里没有这一项。")
	} else if _, ok := res.field(c.Field); !c.Ours && !ok {
		p.Add("field", "请选是哪个字段。")
	}
	for _, one := range []struct {
		name, value string
		least, most int
	}{{"paper", c.Paper, 2, 64}, {"resource", c.Resource, 1, 64}, {"field", c.Field, 1, 64}, {"number", c.Claim.Number, 6, 32}, {"name", c.Claim.Name, 2, 60}, {"words", c.Claim.Words, 4, 500}} {
		if n := len([]rune(strings.TrimSpace(one.value))); n < one.least || n > one.most {
			p.Add(one.name, "这一项没有写好。")
		}
	}
	return p.Err()
}

// Settle answers a correction: corrected, or refused; both with the reason.
func (m *Room) Settle(ctx context.Context, tx *db.Tx, id, state, answer string, who Actor) error {
	if state != Corrected && state != NotAtFault {
		return errs.New(errs.Invalid, "请选已经更正，还是核实无误。")
	}
	if err := worded("answer", answer); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE share_correction SET state = ?, answer = ?, by_id = ?, done_at = ? WHERE id = ? AND state = 'open'`, state, strings.TrimSpace(answer), who.ID, db.Millis(tx.Now), id)
	if err != nil {
		return fmt.Errorf("answering a correction: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这个校核已经答复了，请刷新后再看。")
	}
	return m.record(ctx, tx, who, audit.Entry{Verb: audit.Act, Subject: "share/" + id, Purpose: "答复数据校核"})
}

// Sent is what a department sends by signature that is no reading.
type Sent struct {
	Resource string   `json:"resource"`
	Fields   []string `json:"fields,omitempty"`  // of a request
	Purpose  string   `json:"purpose,omitempty"` //
	Law      string   `json:"law,omitempty"`     //
	Paper    string   `json:"paper"`             // its own number of the letter
	Field    string   `json:"field,omitempty"`   // of a correction
	Claim    *Claim   `json:"claim,omitempty"`   //
}

// Standing is what a department is told of what it has sent.
type Standing struct {
	ID     string       `json:"id"`
	State  string       `json:"state"`
	Due    calendar.Day `json:"due"`
	Lacks  string       `json:"lacks,omitempty"`
	Reason string       `json:"reason,omitempty"`
	Grant  string       `json:"grant,omitempty"`
}

// Take takes in a signed request or correction; sending the same paper again
// tells how it stands.
func (m *Room) Take(ctx context.Context, s Signed) (out Standing, err error) {
	err = m.DB.Do(ctx, func(tx *db.Tx) error {
		p, err := m.Authentic(ctx, tx, s)
		if err != nil {
			return err
		}
		var q Sent
		if err := readJSON(s.Body, &q); err != nil {
			return err
		}
		who := Actor{p.ID, p.Name, DepartmentRole}
		if q.Claim != nil {
			c, err := m.Claimed(ctx, tx, Correction{Party: p.ID, Paper: q.Paper, Resource: q.Resource, Field: q.Field, Claim: *q.Claim}, who)
			out = Standing{ID: c.ID, State: c.State, Due: c.Due, Reason: c.Answer}
			return err
		}
		r, err := m.Receive(ctx, tx, Request{Party: p.ID, Paper: q.Paper, Resource: q.Resource, Fields: q.Fields, Purpose: q.Purpose, Law: q.Law}, who)
		if err != nil {
			return err
		}
		out = Standing{ID: r.ID, State: r.State, Due: r.Due, Lacks: r.Lacks, Reason: r.Reason}
		g, err := m.GrantOf(ctx, tx, r.ID)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		out.Grant = g.ID
		return err
	})
	return out, err
}
