package recompute

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/region"
)

// Exported records that somebody takes a run's lines out.
func (m *Room) Exported(ctx context.Context, who auth.Who, run Run) error {
	return m.desk.Audit.RecordNow(ctx, audit.Entry{Actor: who.Account, ActorName: who.Name, Role: m.role(who, run.Region), Verb: audit.Export,
		Subject: run.Subject(), Purpose: "导出重算明细", Detail: map[string]string{"户数": fmt.Sprint(run.Done)}})
}

// byteOrderMark has spreadsheets read what follows as UTF-8.
const byteOrderMark = "\ufeff"

// CSV writes the lines of a run, a family a line, while it reads them.
func (m *Room) CSV(ctx context.Context, out io.Writer, run Run) error {
	w := bufio.NewWriter(out)
	if _, err := w.WriteString(byteOrderMark); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	if err := c.Write(heads(run)); err != nil {
		return err
	}
	for at := (cursor{}); ; {
		lines, err := m.after(ctx, m.desk.DB, run.ID, at)
		if err != nil {
			return err
		}
		if len(lines) == 0 {
			break
		}
		ids := make([]casework.ID, len(lines))
		for i, l := range lines {
			ids[i] = l.Case
		}
		cases, err := casework.FindAll(ctx, m.desk.DB, ids)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if err := c.Write(m.cells(run, l, cases[l.Case])); err != nil {
				return err
			}
			at = cursor{l.Region, l.Benefit}
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return err
	}
	return w.Flush()
}

func heads(run Run) []string {
	all := []string{"受理号", "申请人", "乡镇（街道）", "村（社区）", "情况", "补发（元）", "多发（元）", "现在每月（元）", "从" + run.Next().Long() + "起每月应为（元）", "不执行的理由", "执行结果"}
	for _, month := range run.Months() {
		all = append(all, month.Long()+"已记（元）", month.Long()+"应发（元）")
	}
	return all
}

func (m *Room) cells(run Run, l Line, c casework.Case) []string {
	name := func(code string) string { return m.desk.Places.Name(region.Code(code)) }
	all := []string{inert(c.Number), inert(c.Name), name(l.Township), name(l.Region), l.Kind.word(), plainYuan(l.Arrears), plainYuan(l.Over), "", "", inert(l.Excluded), l.State.word()}
	if l.GoesOn {
		all[7] = plainYuan(l.Now)
		if l.Kind != Unknown {
			all[8] = plainYuan(l.Next)
		}
	}
	byMonth := map[ledger.Month]Month{}
	for _, one := range l.Months {
		byMonth[one.Month] = one
	}
	for _, month := range run.Months() {
		one, ok := byMonth[month]
		had, due := "", ""
		if ok {
			had = plainYuan(one.Had)
			if due = "算不出"; one.Known {
				due = plainYuan(one.Due)
			}
		}
		all = append(all, had, due)
	}
	return all
}

// inert keeps a spreadsheet from taking text for a formula.
func inert(text string) string {
	if strings.IndexAny(text, "=+-@\t\r") == 0 {
		return "'" + text
	}
	return text
}

// plainYuan is an amount as spreadsheets add it up: 1210.00.
func plainYuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	return fmt.Sprintf("%s%d.%02d", sign, fen/100, fen%100)
}

func (k Kind) word() string {
	return map[Kind]string{Arrears: "补发", Over: "多发", Both: "有补有多", Same: "不变", Unknown: "算不出"}[k]
}

func (f Fate) word() string {
	return map[Fate]string{Written: "已执行", Kept: "不用改", Excluded: "没有执行", Changed: "发放又变了，没有执行"}[f]
}
