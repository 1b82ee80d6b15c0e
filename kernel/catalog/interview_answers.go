package catalog

import (
	"math"
	"slices"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// mostAnswers is how many answers to one question are looked at.
const mostAnswers = 4

// answers are the answers that somebody might give: each word, or a few numbers
// around the thresholds that the services have.
func (x *talking) answers(c *candidate, wants []want) []fact.Value {
	def := c.field.Def
	switch def.Typed() {
	case fact.Bool:
		return []fact.Value{fact.BoolOf(true), fact.BoolOf(false)}
	case fact.Enum:
		var all []fact.Value
		for _, o := range c.plain.Options {
			all = append(all, fact.EnumOf(o.Word))
		}
		return some(all)
	case fact.Money:
		marks := x.marks(wants, "money")
		if len(marks) == 0 {
			marks = []int64{100000}
		}
		high := marks[len(marks)-1] * 100
		if c.plain.Max > 0 {
			high = c.plain.Max * 100
		}
		return each(fact.MoneyOf, 0, marks[0]/2, marks[len(marks)/2], high)
	case fact.Int:
		all := []int64{0, 1, 2}
		for _, m := range x.marks(wants, "number") {
			all = append(all, m, m+1)
		}
		return each(fact.IntOf, all...)
	case fact.Decimal:
		one := pow10(def.Scale)
		return each(func(n int64) fact.Value { return fact.DecimalOf(n, def.Scale) }, 0, one, 10*one, 100*one)
	case fact.Date:
		years := []int64{1, 20, 60}
		for _, m := range x.marks(wants, "number") {
			years = append(years, m-1, m+1)
		}
		return each(func(n int64) fact.Value { return fact.DateOf(int32(int64(x.talk.On) - n*1461/4)) }, years...)
	}
	return nil
}

// marks are the services' parameters of a type that hold, smallest first;
// amounts in 分.
func (x *talking) marks(wants []want, kind string) []int64 {
	var all []int64
	for _, w := range wants {
		for _, p := range w.side.offer.Rules.Parameters() {
			if p.Type != kind || len(p.By) > 0 {
				continue
			}
			if n, ok := mark(p, x.talk.Region, int32(x.talk.On)); ok {
				all = append(all, n)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func mark(p *rule.Parameter, region []string, on int32) (int64, bool) {
	d := p.On(region, on)
	if d == nil {
		return 0, false
	}
	n := p.Fact(d).Int64()
	return n, n > 0 && n < math.MaxInt32
}

func each(of func(int64) fact.Value, all ...int64) []fact.Value {
	slices.Sort(all)
	var out []fact.Value
	for _, n := range slices.Compact(all) {
		out = append(out, of(max(n, 0)))
	}
	return some(out)
}

// some takes a few of many, the first and the last with them.
func some(all []fact.Value) []fact.Value {
	if len(all) <= mostAnswers {
		return all
	}
	var out []fact.Value
	for i := range mostAnswers {
		out = append(out, all[i*(len(all)-1)/(mostAnswers-1)])
	}
	return out
}

func pow10(n int) int64 {
	out := int64(1)
	for range n {
		out *= 10
	}
	return out
}
