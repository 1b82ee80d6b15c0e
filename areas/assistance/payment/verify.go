package payment

import (
	"context"
	"fmt"

	"minzheng/kernel/db"
)

// Report is what a verification found.
type Report struct {
	Rolls, Lines int
	Amount       int64
	Findings     []string
}

// OK reports whether nothing is wrong.
func (r Report) OK() bool { return len(r.Findings) == 0 }

// check reads all lines of a roll and says where they differ from what the
// roll and its totals say.
func (p *Paymaster) check(ctx context.Context, r db.Reader, o Roll) ([]string, error) {
	var found []string
	bad := func(format string, args ...any) {
		if len(found) < 20 {
			found = append(found, fmt.Sprintf("名册 %s（%s%s）：", o.ID, o.Month, o.Title)+fmt.Sprintf(format, args...))
		}
	}
	sums, again := map[string]*Total{}, Roll{ID: o.ID}
	err := walk(ctx, r, o.ID, func(lines []Line) error {
		for i, l := range again.place(lines) {
			if l.hash != lines[i].hash || l.Seq != lines[i].Seq {
				bad("第 %d 行被改过，或者前面少了一行", lines[i].Seq)
				again.hash, again.Lines = lines[i].hash, lines[i].Seq // each break is told once
			}
			if l.Amount != l.Base+l.Arrears-l.Taken || l.Amount < 0 {
				bad("第 %d 行的金额和它的组成对不上", l.Seq)
			}
			if sums[l.Township] == nil {
				sums[l.Township] = &Total{Township: l.Township}
			}
			sums[l.Township].Add(l.total())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if again.Lines != o.Lines || again.Amount != o.Amount || again.Payable != o.Payable || again.PayableSum != o.PayableSum || again.hash != o.hash {
		bad("合计和每一行对不上")
	}
	kept, err := totals(ctx, r, o.ID)
	if err != nil {
		return nil, err
	}
	for _, t := range kept {
		t.Paid, t.PaidSum, t.Failed, t.FailedSum = 0, 0, 0, 0
		if s := sums[t.Township]; s == nil || *s != t {
			bad("%s 的合计和每一行对不上", t.Township)
		}
		delete(sums, t.Township)
	}
	if len(sums) > 0 {
		bad("有 %d 个乡镇没有合计", len(sums))
	}
	return found, nil
}

// wrongs are questions that must find nothing: what they count is wrong.
var wrongs = [][2]string{
	{"笔重发的钱和原来那一笔不一样，或者原来那一笔没有失败", `SELECT COUNT(*) FROM assistance_line AS l WHERE l.kind = 'again' AND NOT EXISTS (
		SELECT 1 FROM assistance_line AS o JOIN assistance_result AS r ON r.line = o.id WHERE o.id = substr(l.line_key, 7) AND r.outcome = 'failed' AND r.next = 'again' AND o.amount = l.amount AND o.benefit = l.benefit)`},
	{"笔标着已经重发，却没有重发的那一笔", `SELECT COUNT(*) FROM assistance_result AS r WHERE r.next = 'again' AND NOT EXISTS (SELECT 1 FROM assistance_line AS l WHERE l.line_key = 'again/' || r.line)`},
	{"笔银行结果的金额和名册不一样，或者名册没有审核", `SELECT COUNT(*) FROM assistance_result AS r WHERE NOT EXISTS (
		SELECT 1 FROM assistance_line AS l JOIN assistance_roll AS o ON o.id = l.roll WHERE l.id = r.line AND l.roll = r.roll AND l.amount = r.amount AND o.state = 'approved')`},
	{"笔补发或者扣回，结清的数和名册里的不一样", `SELECT COUNT(*) FROM assistance_due AS d WHERE d.settled <> (
		SELECT COALESCE(SUM(p.amount), 0) FROM assistance_part AS p JOIN assistance_line AS l ON l.id = p.line JOIN assistance_roll AS o ON o.id = l.roll WHERE p.due = d.id AND o.state = 'approved')`},
	{"行里的补发扣回和账上的对不上", `SELECT COUNT(*) FROM assistance_line AS l WHERE l.kind <> 'again' AND l.arrears + l.taken <> (SELECT COALESCE(SUM(p.amount), 0) FROM assistance_part AS p WHERE p.line = l.id)`},
	{"行不属于任何名册", `SELECT COUNT(*) FROM assistance_line AS l WHERE NOT EXISTS (SELECT 1 FROM assistance_roll AS o WHERE o.id = l.roll AND o.state IN ('making', 'made', 'approved'))`},
}

// Verify reads everything that was ever paid and says what does not hold
// together: changed or missing lines, sums that differ, what was paid twice.
func (p *Paymaster) Verify(ctx context.Context, r db.Reader) (Report, error) {
	all, err := rolls(ctx, r, `WHERE state IN ('made', 'approved') ORDER BY county, month, service, number`)
	if err != nil {
		return Report{}, err
	}
	report := Report{Rolls: len(all)}
	for _, o := range all {
		found, err := p.check(ctx, r, o)
		if err != nil {
			return report, err
		}
		report.Lines, report.Amount = report.Lines+o.Lines, report.Amount+o.Amount
		report.Findings = append(report.Findings, found...)
		if o.State == Approved && !o.sealed(p.Box) {
			report.Findings = append(report.Findings, fmt.Sprintf("名册 %s（%s%s）：审核时的封印对不上", o.ID, o.Month, o.Title))
		}
	}
	for _, w := range wrongs {
		n, err := db.One(ctx, r, db.Value[int], w[1])
		if err != nil {
			return report, fmt.Errorf("verifying payments: %w", err)
		}
		if n > 0 {
			report.Findings = append(report.Findings, fmt.Sprintf("%d %s", n, w[0]))
		}
	}
	return report, nil
}
