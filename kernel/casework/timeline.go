package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"minzheng/kernel/db"
)

// entry is one line of a case's timeline before it is written.
type entry struct {
	who    Actor
	code   string
	title  string
	from   string
	to     string
	reason string
	detail map[string]string
	shown  bool // to the resident
}

// Event is one line of a case's timeline.
type Event struct {
	Seq    int
	At     time.Time
	Actor  Actor
	Code   string
	Title  string
	From   string
	To     string
	Reason string
	Detail map[string]string
	Shown  bool
}

func (d *Desk) note(ctx context.Context, tx *db.Tx, c Case, e entry) error {
	if doer(e.who) == "staff" { // whatever verb it was that they did
		if err := d.Keeps(ctx, tx, c.ID, e.who.ID); err != nil {
			return err
		}
	}
	detail, err := json.Marshal(e.detail)
	if err != nil {
		return fmt.Errorf("writing the timeline: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO casework_act (case_id, seq, at, actor, actor_name, role, code, title, from_step, to_step, reason, detail, shown)
		VALUES (?, (SELECT COALESCE(MAX(seq), 0) + 1 FROM casework_act WHERE case_id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, c.ID, db.Millis(tx.Now), e.who.ID, e.who.Name, e.who.Role, e.code, e.title, e.from, e.to,
		d.Box.SealText(e.reason, "casework/reason"), d.Box.SealText(string(detail), "casework/detail"), b2i(e.shown))
	if err != nil {
		return fmt.Errorf("writing the timeline of case %s: %w", c.ID, err)
	}
	return nil
}

// Line is one line that another room adds to a case's timeline. The resident
// sees it.
type Line struct {
	By          Actor
	Code, Title string
	Detail      map[string]string
}

// Note adds a line to a case's timeline; the case itself stays as it is.
func (d *Desk) Note(ctx context.Context, tx *db.Tx, c Case, l Line) error {
	if _, err := hold(ctx, tx, c.ID); err != nil { // one line after the other
		return err
	}
	return d.note(ctx, tx, c, entry{who: l.By, code: l.Code, title: l.Title, from: c.Step, to: c.Step, detail: l.Detail, shown: true})
}

// Timeline returns what happened to a case, oldest first.
func (d *Desk) Timeline(ctx context.Context, r db.Reader, id ID) ([]Event, error) {
	all, err := db.All(ctx, r, func(r db.Row) (e Event, err error) {
		var at int64
		var reason, detail string
		if err := r.Scan(&e.Seq, &at, &e.Actor.ID, &e.Actor.Name, &e.Actor.Role, &e.Code, &e.Title, &e.From, &e.To, &reason, &detail, &e.Shown); err != nil {
			return e, err
		}
		e.At = db.Time(at)
		if e.Reason, err = d.Box.UnsealText(reason, "casework/reason"); err != nil {
			return e, err
		}
		plain, err := d.Box.UnsealText(detail, "casework/detail")
		if err != nil {
			return e, err
		}
		return e, json.Unmarshal([]byte(plain), &e.Detail)
	}, `SELECT seq, at, actor, actor_name, role, code, title, from_step, to_step, reason, detail, shown FROM casework_act WHERE case_id = ? ORDER BY seq`, id)
	if err != nil {
		return nil, fmt.Errorf("reading the timeline of case %s: %w", id, err)
	}
	return all, nil
}
