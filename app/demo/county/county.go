package county

import (
	"slices"

	"minzheng/kernel/calendar"
)

// households is how many the seed makes, besides those of the story.
const households = 7200

// base is the day as of which people are thought out. It is fixed, so that the
// same seed makes the same people on every day.
func base() calendar.Day { return calendar.Date(2026, 1, 1) }

// County is the demo county on one day. It must not be changed by those who
// share it; reading is safe for several goroutines.
type County struct {
	AsOf       calendar.Day
	Persons    []Person
	Households []Household
	numbers    map[string]int
	children   map[int][]int
}

// Generate makes the county of a seed as it is on a day. The households of the
// story stand first and are the same for every seed.
func Generate(seed uint64, asOf calendar.Day) *County {
	b := newBuilder(seed)
	b.story()
	first := 0
	for _, t := range townships() {
		b.pool = b.pool[:0]
		all := t.list(first)
		first += t.villages
		for range households * t.weight / 100 {
			b.household(pick(b.dice, all))
		}
	}
	b.assess()
	b.couples()
	b.c.settle(asOf)
	return b.c
}

// ByNumber returns the person who has the citizen number, also one who has died.
func (c *County) ByNumber(number string) (*Person, bool) {
	i, ok := c.numbers[number]
	if !ok {
		return nil, false
	}
	return &c.Persons[i], true
}

// Person returns the person with the index, or nil for Nobody.
func (c *County) Person(i int) *Person {
	if i < 0 || i >= len(c.Persons) {
		return nil
	}
	return &c.Persons[i]
}

// Household returns the household with the index, or nil if there is none.
func (c *County) Household(i int) *Household {
	if i < 0 || i >= len(c.Households) {
		return nil
	}
	return &c.Households[i]
}

// Children returns the indexes of a person's children in the county, in all
// households.
func (c *County) Children(i int) []int { return c.children[i] }

// Age returns the person's full years on the day of the county.
func (c *County) Age(p *Person) int { return calendar.Age(p.Birth, c.AsOf) }

// Income returns all that the household has a month, in 分: also what no
// department knows.
func (c *County) Income(h *Household) int64 {
	var sum int64
	for _, i := range h.Members {
		sum += c.Persons[i].Monthly()
	}
	return sum
}

// Savings returns the household's deposits and securities, in 分.
func (c *County) Savings(h *Household) int64 {
	var sum int64
	for _, i := range h.Members {
		sum += c.Persons[i].Deposits + c.Persons[i].Securities
	}
	return sum
}

// settle lets time pass up to the day: who has died by then is dead, and who is
// young is in school.
func (c *County) settle(asOf calendar.Day) {
	c.AsOf = asOf
	c.children = map[int][]int{}
	for i := range c.Persons {
		p := &c.Persons[i]
		if p.Death != nil {
			c.settleDeath(p)
		}
		p.School = c.schooling(p)
		for _, parent := range []int{p.Father, p.Mother} {
			if parent != Nobody {
				c.children[parent] = append(c.children[parent], i)
			}
		}
	}
}

func (c *County) settleDeath(p *Person) {
	if p.Death.On > c.AsOf {
		p.Death = nil
		if p.Differs == DeathLags {
			p.Differs = NoDifference
		}
		return
	}
	p.Work, p.Support = Work{}, 0 // the pension stays until 社保 hears of it
	if other := c.Person(p.Spouse); other != nil && other.Marriage.Status == Married {
		other.Marriage.Status, other.Marriage.Ended = Widowed, p.Death.On
		p.Marriage.Ended = p.Death.On
		if p.Death.Registered <= c.AsOf {
			other.Marriage.Registered = Widowed
		}
	}
	if p.Death.Registered > c.AsOf {
		return
	}
	p.Pension = nil
	h := &c.Households[p.Household]
	h.Members = slices.DeleteFunc(h.Members, func(i int) bool { return i == p.Index })
	h.Gone = append(h.Gone, p.Index)
	if p.Differs == DeathLags {
		p.Differs = NoDifference
	}
}
