package casework

import (
	"context"
	"fmt"
	"slices"

	"minzheng/kernel/audit"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Handover gives a case from one member of staff to another.
type Handover struct {
	Case     ID
	Revision int64 // the case as it was seen; 0 does not mind
	To       string
	Reason   string
	Who      Actor
}

// Colleagues returns whom a case can be handed to: the others of its office
// and role. A case that waits for its applicant has none.
func (d *Desk) Colleagues(ctx context.Context, r db.Reader, c Case) ([]Worker, error) {
	if !c.IsOpen() || c.Role == "citizen" || c.Role == "" {
		return nil, nil
	}
	staff, err := d.Staff(ctx, r, c.Role, c.Office)
	if err != nil {
		return nil, fmt.Errorf("finding staff: %w", err)
	}
	if staff, err = d.may(ctx, r, c.ID, staff); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(staff, func(w Worker) bool { return w.ID == c.Assignee }), nil
}

// Reassign hands a case to a colleague of its office and role.
func (d *Desk) Reassign(ctx context.Context, tx *db.Tx, h Handover) (Case, error) {
	c, err := hold(ctx, tx, h.Case)
	if err != nil {
		return Case{}, err
	}
	if h.Revision != 0 && h.Revision != c.Revision {
		return Case{}, errs.New(errs.Conflict, "这件事刚刚有人办过了，请刷新后再看。")
	}
	if len([]rune(h.Reason)) > 2000 {
		return Case{}, errs.Problems{{Field: "reason", Sentence: "理由最多写 2000 个字。"}}
	}
	staff, err := d.Colleagues(ctx, tx, c)
	if err != nil {
		return Case{}, err
	}
	i := slices.IndexFunc(staff, func(w Worker) bool { return w.ID == h.To })
	if i < 0 {
		return Case{}, errs.Problems{{Field: "to", Sentence: "请选一位同一个单位、同一个岗位的同事。"}}
	}
	was := c.Assignee
	c.Assignee = h.To
	if err := update(ctx, tx, &c); err != nil {
		return Case{}, err
	}
	if err := shift(ctx, tx, was, c.Assignee); err != nil {
		return Case{}, err
	}
	if err := d.note(ctx, tx, c, entry{who: h.Who, code: "reassign", title: "转给" + staff[i].Name, from: c.Step, to: c.Step, reason: h.Reason}); err != nil {
		return Case{}, err
	}
	return c, d.Audit.Record(ctx, tx, audit.Entry{Actor: h.Who.ID, ActorName: h.Who.Name, Role: h.Who.Role, Verb: audit.Act, Subject: c.Subject(),
		Person: string(c.Applicant), Purpose: "转交办件", Detail: map[string]string{"from": was, "to": h.To}})
}
