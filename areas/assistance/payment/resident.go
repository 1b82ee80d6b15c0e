package payment

import (
	"context"
	"fmt"

	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/people"
)

// PaidTo is what a resident was paid and is to be paid, the newest first: what
// is approved, in plain words.
func (p *Paymaster) PaidTo(ctx context.Context, r db.Reader, person string) ([]area.Payment, error) {
	type row struct {
		Row
		title   string
		next    string
		checked int64
		caseID  string
	}
	cases, err := casework.Of(ctx, r, people.ID(person)) // also of those for whom somebody has applied
	if err != nil {
		return nil, err
	}
	more, args := "", []any(nil)
	for _, c := range cases {
		more, args = more+" OR b.case_id = ?", append(args, c.ID)
	}
	rows, err := db.All(ctx, r, func(r db.Row) (v row, err error) {
		l := &v.Line
		err = r.Scan(&l.ID, &l.Kind, &l.Month, &l.Base, &l.Arrears, &l.Taken, &l.Amount, &l.Tail, &l.Township, &l.Note, &l.Found,
			&v.Outcome, &v.Day, &v.Reason, &v.next, &v.title, &v.checked, &v.caseID)
		return v, err
	}, `SELECT l.id, l.kind, l.month, l.base, l.arrears, l.taken, l.amount, l.tail, l.township, l.note, l.found,
			COALESCE(r.outcome, ''), COALESCE(r.day, ''), COALESCE(r.reason, ''), COALESCE(r.next, ''), o.title, o.checked_at, b.case_id
		FROM assistance_benefit AS b JOIN assistance_line AS l ON l.benefit = b.id JOIN assistance_roll AS o ON o.id = l.roll LEFT JOIN assistance_result AS r ON r.line = l.id
		WHERE (b.recipient = ?`+more+`) AND o.state = 'approved' ORDER BY l.month DESC, o.checked_at DESC, l.id DESC LIMIT 120`, append([]any{person}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading what was paid: %w", err)
	}
	var all []area.Payment
	for _, v := range rows {
		one := area.Payment{Title: v.title, Month: v.Month.Long(), Amount: v.Amount, Account: v.Account(), Case: v.caseID, State: area.Waiting, Why: v.why()}
		switch {
		case v.Kind == Held:
			one.State, one.Reason = area.Suspended, v.Note
		case v.Outcome == "paid":
			one.State, one.Day = area.Paid, dayWord(v.Day)
		case v.Outcome == "failed" && v.next == "again":
			one.State, one.Reason = area.PaidAgain, v.Reason
		case v.Outcome == "failed" && v.next == "mended":
			one.State, one.Reason, one.Remedy = area.Failed, v.Reason, "账户的事已经办好了，下次发放时补给您，不用再跑。"
		case v.Outcome == "failed":
			one.State, one.Reason, one.Remedy = area.Failed, v.Reason, p.remedy(v.Township)
		default:
			one.Day = calendar.DayOf(db.Time(v.checked)).Long()
		}
		all = append(all, one)
	}
	return all, nil
}

func dayWord(s string) string {
	d, err := calendar.Parse(s)
	if err != nil {
		return ""
	}
	return d.Long()
}

// why says what an amount is made of.
func (v Row) why() []string {
	var all []string
	if v.Base > 0 {
		all = append(all, "批准的金额 "+fact.Yuan(v.Base))
	}
	if v.Arrears > 0 {
		all = append(all, "补发以前少发的 "+fact.Yuan(v.Arrears))
	}
	if v.Taken > 0 {
		all = append(all, "按和您商量好的，扣回以前多发的 "+fact.Yuan(v.Taken))
	}
	switch {
	case v.Kind == Again:
		all = append(all, "上次没有到账，这次重发")
	case v.Found == Same:
		all = append(all, "按"+v.Month.First().Long()+"的标准重新算过，还是这么多")
	case v.Found == Changed || v.Found == Unknown:
		all = append(all, "照原来批准的金额发；情况可能有变化，经办人会联系您")
	}
	return all
}
