package county

import "minzheng/kernel/calendar"

func firms() []firm {
	front := []string{"清溪", "云岭", "柳溪", "文昌", "石桥", "南屏", "青龙", "双溪", "桃源", "白云"}
	back := []string{"茶业有限公司", "服装有限公司", "电子有限公司", "建材有限公司", "食品有限公司", "物流有限公司", "家政服务有限公司", "水务有限公司"}
	var all []firm
	for i, f := range front {
		for j, k := range back {
			all = append(all, firm{f + k, credit("91", 39010000+i*100+j*7)})
		}
	}
	return all
}

// employ gives somebody a job with a declared wage between two amounts of 元.
func (b *builder) employ(p *Person, low, high int) {
	f := pick(b.dice, b.firms)
	wage := min(b.yuan(low, high), b.yuan(low, high)) // few earn much
	since := max(p.Birth.AddMonths(17*12), base()-calendar.Day(b.between(90, 5000)))
	p.Work = Work{Kind: Employed, Employer: f.name, Credit: f.credit, Wage: wage, Since: since}
	p.Work.InsuredBase = wage/100*100 + int64(b.between(0, 80)-40)*100 // rounded, a little off: no difference of note
}

// trade gives somebody a small registered business.
func (b *builder) trade(p *Person) {
	what := pick(b.dice, []string{"小吃店", "便利店", "理发店", "五金店", "农资店", "维修部", "水果店"})
	n := b.between(10_000_000, 89_999_999)
	p.Work = Work{Kind: Trader, Business: "清溪县" + string([]rune(p.Name)[len([]rune(p.Name))-1:]) + "记" + what,
		Credit: credit("92", n), Trade: b.yuan(1800, 9000), Since: base() - calendar.Day(b.between(100, 4000))}
}

// work gives a grown person something to live by.
func (b *builder) work(i int, urban bool) {
	p, age := b.person(i), b.age(i)
	if age < 18 || age > 74 || b.c.schooling(p) != nil {
		return
	}
	if p.Away != nil {
		b.employ(p, 3200, 8000)
		return
	}
	weights := []int{25, 20, 24, 18, 6, 7} // employed here, employed far away, farm, odd jobs, trade, nothing
	switch {
	case age >= 60 && urban:
		weights = []int{1, 0, 0, 8, 3, 88}
	case age >= 60:
		weights = []int{0, 0, 50, 8, 1, 41}
	case urban:
		weights = []int{54, 5, 0, 17, 13, 11}
	}
	switch b.weighted(weights) {
	case 0:
		b.employ(p, 2300, 7800)
	case 1:
		b.employ(p, 3200, 8500)
		b.leave(i)
	case 2:
		p.Work = Work{Kind: Farmer, Farm: b.yuan(300, 1900)}
	case 3:
		p.Work = Work{Kind: OddJobs, OddJobs: b.yuan(800, 3200)}
	case 4:
		b.trade(p)
	}
}

// retire gives the old a pension of the one kind or the other.
func (b *builder) retire(i int, urban bool) {
	p, age := b.person(i), b.age(i)
	start := 60
	if p.Sex == Female {
		start = 55
	}
	workers := 80
	if urban {
		workers = 560
	}
	switch {
	case age >= start && p.Work.Wage == 0 && b.chance(workers):
		p.Pension = &Pension{"企业职工基本养老金", b.yuan(1900, 4300)}
	case age >= 60:
		p.Pension = &Pension{"城乡居民基本养老金", b.yuan(180, 290)}
	}
}

// livelihood gives the household's people work, health and what they own, and
// then sees to it that the county has its share of the poor.
func (b *builder) livelihood(h *Household) {
	for _, i := range h.Members {
		b.work(i, h.Urban)
		b.retire(i, h.Urban)
		b.health(i)
		b.absence(i)
	}
	rank := b.rank(h)
	b.fit(h, rank)
	b.belongings(h, rank)
	for _, i := range h.Members {
		b.differ(i)
	}
}

// rank says how well off a household is.
type rank int

const (
	poor rank = iota // below the standard of 1,210 元 a head
	edge             // below one and a half times that
	ordinary
)

// rank throws for a household: hardship makes poverty likelier.
func (b *builder) rank(h *Household) rank {
	permille := 48
	for _, i := range h.Members {
		p := b.person(i)
		if p.Pension != nil && p.Pension.Amount > 180_000 {
			return ordinary
		}
		if p.Disability != nil && p.Disability.Grade <= 2 {
			permille += 150
		}
		if p.Illness != nil {
			permille += 110
		}
		if p.Marriage.Status == Divorced && len(h.Members) > 1 {
			permille += 90
		}
	}
	if len(h.Members) == 1 && b.age(h.Members[0]) >= 60 {
		permille += 75
	}
	switch at := b.n(1000); {
	case at < permille:
		return poor
	case at < 2*permille+15:
		return edge
	}
	return ordinary
}

// fit moves the household's income into the band of its rank, in 分 a head.
func (b *builder) fit(h *Household, r rank) {
	bands := [...][2]int64{poor: {25_000, 118_000}, edge: {123_000, 179_000}, ordinary: {185_000, 330_000}}
	heads := int64(len(h.Members))
	low, high := bands[r][0]*heads, bands[r][1]*heads
	income := b.c.Income(h)
	if income >= low && (income <= high || r == ordinary) {
		return
	}
	target := low + int64(b.n(int((high-low)/1000)))*1000
	if income > target {
		b.shrink(h, target)
		return
	}
	if r != poor {
		b.grow(h, target-income)
	}
}

// shrink cuts what people earn until the household has the target, if it can.
func (b *builder) shrink(h *Household, target int64) {
	income, pensions := b.c.Income(h), int64(0)
	for _, i := range h.Members {
		if p := b.person(i).Pension; p != nil {
			pensions += p.Amount
		}
	}
	earned := max(income-pensions, 1)
	share := func(amount int64) int64 { return amount * max(0, target-pensions) / earned / 1000 * 1000 }
	for _, i := range h.Members {
		w := &b.person(i).Work
		w.Wage, w.OddJobs, w.Farm, w.Trade = share(w.Wage), share(w.OddJobs), share(w.Farm), share(w.Trade)
		w.InsuredBase = min(w.InsuredBase, w.Wage)
		if w.Wage > 0 && w.Wage < 150_000 && b.chance(700) {
			*w = Work{Kind: OddJobs, OddJobs: w.Wage} // so little is rarely declared
		}
	}
}

// grow adds what is missing: odd jobs of somebody who can work, or money from
// the children who live elsewhere.
func (b *builder) grow(h *Household, missing int64) {
	for _, i := range h.Members {
		p, age := b.person(i), b.age(i)
		if age >= 20 && age < 60 && p.Away == nil && p.Work.Kind != Employed && b.c.schooling(p) == nil {
			if p.Work.Kind == None {
				p.Work.Kind = OddJobs
			}
			p.Work.OddJobs += missing
			return
		}
	}
	b.person(h.Members[0]).Support += missing
}
