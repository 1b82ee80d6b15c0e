package catalog

import "minzheng/kernel/fact"

// Receives is a fact that the bureau itself knows: whether a person is among
// those for whom one of the services runs, or how much all of them give.
type Receives struct {
	Fact     string   `yaml:"fact"` // of each member: 是 or 否, or an amount a month
	Services []string `yaml:"services"`
}

// Nothing is what the fact is of somebody for whom none of the services runs.
func (r Receives) Nothing(def *fact.Def) fact.Value {
	if def.Typed() == fact.Money {
		return fact.MoneyOf(0)
	}
	return fact.BoolOf(false)
}

func (c *checker) receives() {
	for _, r := range c.s.Receives {
		if def := c.k.Dictionary.Find(r.Fact); def == nil || !def.Member() || def.Typed() != fact.Bool && def.Typed() != fact.Money {
			c.bad("receives 的“%s”要是每个人的一条是否，或者一个金额", r.Fact)
		}
		if len(r.Services) == 0 {
			c.bad("receives 的“%s”没有写是哪些事项", r.Fact)
		}
	}
}
