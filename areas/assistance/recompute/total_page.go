package recompute

import (
	"fmt"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/fact"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

func kpis(t Totals, run Run) []web.KPIView {
	kpi := func(label string, n int, amount int64, tone web.Tone) web.KPIView {
		if n == 0 {
			tone = ""
		}
		return web.KPIView{Label: label + " " + itoa(n) + " 户", Value: fact.Yuan(amount), Tone: tone}
	}
	next := web.KPIView{Label: run.Next().Long() + "起每月", Value: "不变"}
	switch by := t.All.More - t.All.Less; {
	case by > 0:
		next.Label, next.Value = next.Label+"多", fact.Yuan(by)
	case by < 0:
		next.Label, next.Value = next.Label+"少", fact.Yuan(-by)
	}
	unknown := web.KPIView{Label: "算不出", Value: itoa(t.All.UnknownN), Unit: "户"}
	if t.All.UnknownN > 0 {
		unknown.Tone = web.Wait
	}
	return []web.KPIView{kpi("补发", t.All.ArrearsN, t.All.Arrears, web.OK), kpi("多发", t.All.OverN, t.All.Over, web.Wait), next, unknown}
}

func left(s Sum) string {
	if s.Households == 0 {
		return ""
	}
	return fmt.Sprintf("有 %d 户不执行：少补发 %s，多发 %s 也不处理。上面的数里还包含它们。", s.Households, fact.Yuan(s.Arrears), fact.Yuan(s.Over))
}

func (p pages) parts(t Totals) []partRow {
	var rows []partRow
	for _, one := range t.Townships {
		name := p.desk.Places.Name(region.Code(one.Name))
		if name == "" {
			name = one.Name
		}
		rows = append(rows, part(name, one.Sum))
	}
	return append(rows, part("合计", t.All))
}

func part(name string, s Sum) partRow {
	return partRow{Name: name, Households: itoa(s.Households) + " 户", Arrears: counted(s.ArrearsN, s.Arrears), Over: counted(s.OverN, s.Over),
		Same: itoa(s.SameN) + " 户", Unknown: itoa(s.UnknownN) + " 户", Next: signed(s.More - s.Less)}
}

func monthParts(t Totals) []partRow {
	var rows []partRow
	var all Sum
	for _, one := range t.Months {
		all.Arrears, all.Over = all.Arrears+one.Arrears, all.Over+one.Over
		rows = append(rows, partRow{Name: ledger.Month(one.Name).Long(), Households: itoa(one.Households) + " 户",
			Arrears: counted(one.ArrearsN, one.Arrears), Over: counted(one.OverN, one.Over), Next: signed(one.Arrears - one.Over)})
	}
	if len(rows) > 0 {
		rows = append(rows, partRow{Name: "合计", Arrears: fact.Yuan(all.Arrears), Over: fact.Yuan(all.Over), Next: signed(all.Arrears - all.Over)})
	}
	return rows
}

func counted(n int, amount int64) string {
	if n == 0 {
		return "0 户"
	}
	return itoa(n) + " 户　" + fact.Yuan(amount)
}

func signed(fen int64) string {
	if fen > 0 {
		return "+" + fact.Yuan(fen)
	}
	return fact.Yuan(fen)
}
