package recompute

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
)

// tell tells whoever applied what has changed for the family. Whose money stays
// as it was is not disturbed.
func (m *Room) tell(ctx context.Context, tx *db.Tx, run Run, d deed) error {
	text := told(run, d, m.desk.Office.Phone)
	if text == "" {
		return nil
	}
	applicant, err := m.applicant(ctx, tx, d.line.Case)
	if err != nil {
		return err
	}
	p, err := m.desk.People.Find(ctx, tx, people.ID(cmp.Or(applicant, d.a.Recipient)))
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	id := casework.Case{ID: d.line.Case}
	msg := notify.Message{Key: run.Subject() + "/" + d.a.ID, To: string(p.ID), Phone: p.Phone, Title: run.Short + "金额变了", Text: text,
		Link: "/my/cases/" + string(id.ID), Subject: id.Subject(), Channels: []string{notify.App}}
	if p.Phone != "" {
		msg.Channels = append(msg.Channels, notify.SMS)
	}
	if err := m.desk.Notify.Send(ctx, tx, msg); err != nil {
		return fmt.Errorf("telling a family: %w", err)
	}
	return nil
}

// told is the message to a family, "" when nothing changes for them.
func told(run Run, d deed, phone string) string {
	var said []string
	for _, due := range d.dues {
		months, sum := fmt.Sprintf("%d 个月", len(due.Shares)), yuan(due.Amount)
		switch {
		case due.Kind == ledger.Arrears:
			said = append(said, "补发您 "+months+"共 "+sum+"。")
		case due.State != ledger.Waived:
			said = append(said, "有 "+months+"多发了您共 "+sum+"，会从以后的发放里分次扣回，原因是："+due.Why+"。")
		case d.amount > 0 || len(d.dues) > 1:
			said = append(said, "有 "+months+"多发了您共 "+sum+"，不用退。")
		}
	}
	if d.amount > 0 {
		said = append(said, "从"+run.Next().Long()+"起，每月发 "+yuan(d.amount)+"。")
	}
	if len(said) == 0 {
		return ""
	}
	text := run.Why + "，" + strings.Join(said, "")
	if (run.Claim != "" || d.line.Less() > 0) && phone != "" {
		text += "有不同意见，请打 " + phone + "。"
	}
	return text
}

// yuan is an amount as messages say it: 270.00 元.
func yuan(fen int64) string { return strings.TrimPrefix(fact.Yuan(fen), "¥") + " 元" }
