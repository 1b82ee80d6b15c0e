package payment

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// result is what the rules give of a benefit on a day.
type result struct {
	known  bool
	yes    bool
	amount int64
	priced bool // the service's rules give an amount
}

// worked works out all benefits of a page on the first day of the roll's month.
func (w *worker) worked(ctx context.Context, g *gathered) ([]result, error) {
	out := make([]result, len(g.grants))
	if w.plan == nil {
		for i, one := range g.grants {
			out[i] = w.judged(g, one, w.roll.Month.First())
		}
		return out, nil
	}
	f := catalog.NewFamilies(w.service.Rules.Dictionary(), w.plan.Facts(), w.path)
	for _, one := range g.grants {
		if err := f.AddFacts(one.ID, one.Region, g.facts[one.ID]); err != nil {
			return nil, err
		}
	}
	f.Population.Close()
	err := w.plan.Run(ctx, f.Population, int32(w.roll.Month.First()), 0, func(p *rule.Part) {
		for h := range p.Count {
			r := result{known: p.Known(0, h), priced: w.service.Amount != ""}
			r.yes = r.known && p.Int64(0, h) == 1
			if r.yes && r.priced {
				if r.known = p.Known(1, h); r.known {
					r.amount = p.Int64(1, h)
				}
			}
			out[p.First+h] = r
		}
	})
	return out, err
}

func (w *worker) judge(g *gathered, one ledger.Account, on calendar.Day) rule.Judgement {
	return w.service.Rules.Judge(rule.Case{Facts: g.facts[one.ID], Region: w.path(one.Region), On: int32(on)})
}

func (w *worker) judged(g *gathered, one ledger.Account, on calendar.Day) result {
	j := w.judge(g, one, on)
	d, _ := j.Find(w.service.Decides)
	r := result{known: d.Known, yes: d.Holds(), priced: w.service.Amount != ""}
	if r.yes && r.priced {
		a, _ := j.Find(w.service.Amount)
		if r.known = a.Known; r.known {
			r.amount = a.Value.Int64()
		}
	}
	return r
}

// compare says what the rules give beside what was decided. Whatever they give,
// what was decided is paid; where they do not give it, a clerk is to look.
func (w *worker) compare(next *page, l *Line, g *gathered, i int) {
	if w.service.Grants().Kind == catalog.Once {
		return // what is given once is worked out once
	}
	one, r := g.grants[i], g.results[i]
	if l.Month != w.roll.Month {
		r = w.judged(g, one, l.Month.First())
	}
	if l.Month == one.Since && (!r.known || !r.yes || r.priced && r.amount != l.Base) {
		r = w.judged(g, one, l.Month.Add(1).First()-1) // it may have begun in the middle of the month
	}
	switch {
	case !r.known:
		l.Found, l.Note = Unknown, "缺 "+strings.Join(w.missing(g, one, l.Month), "、")+"，这个月按原来的金额发。"
		next.tasks = append(next.tasks, w.task(*l, Missing, l.Month.Long()+"算不出来："+l.Note+"请补齐。"))
	case !r.yes:
		l.Found, l.Note = Changed, "按"+l.Month.Long()+"的标准和现有事实，不再符合条件；这个月按原来的金额发。"
		next.tasks = append(next.tasks, w.task(*l, Recheck, l.Note+"请复核。"))
	case r.priced && r.amount != l.Base:
		l.Found, l.Note = Changed, "按"+l.Month.Long()+"的标准和现有事实应为 "+fact.Yuan(r.amount)+"；这个月按原来的 "+fact.Yuan(l.Base)+" 发。"
		next.tasks = append(next.tasks, w.task(*l, Recheck, l.Note+"请复核。"))
	default:
		l.Found = Same
		next.well = append(next.well, l.Benefit)
	}
}

const mostMissing = 5

// missing names the facts for want of which nothing can be said.
func (w *worker) missing(g *gathered, one ledger.Account, m Month) []string {
	j := w.judge(g, one, m.First())
	var all []string
	seen := map[string]bool{}
	for _, name := range []string{w.service.Decides, w.service.Amount} {
		r, _ := j.Find(name)
		for _, lack := range r.Missing {
			if !seen[lack.Name] && len(all) < mostMissing {
				seen[lack.Name] = true
				all = append(all, lack.Name)
			}
		}
	}
	if len(all) == 0 {
		return []string{"事实"}
	}
	return all
}

const shareName = "每月扣回上限"

//go:embed payment.yaml
var settings []byte

// shareOf is how many per cent of a month's amount may be taken back.
func (p *Paymaster) shareOf(o Roll) (int64, error) {
	rules, err := rule.Load("payment.yaml", settings, p.Services().Known().Dictionary)
	if err != nil {
		return 0, err
	}
	par := rules.Parameters()[shareName]
	if par == nil {
		return 0, fmt.Errorf("payment.yaml has no parameter %s", shareName)
	}
	v := par.On(p.path(o.County), int32(o.Month.First()))
	if v == nil {
		return 0, nil
	}
	return min(max(par.Fact(v).Int64(), 0), 100), nil
}
