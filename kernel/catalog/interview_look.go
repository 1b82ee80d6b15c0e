package catalog

import (
	"cmp"
	"slices"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// Looking ahead is bounded, so that a question comes at once however many
// services there are: the best few candidates by counting, and of each the few
// services that hang on it most.
const (
	lookAt    = 4 // candidates
	lookFor   = 2 // services
	lookInto  = 3 // facts that a condition lacks; with more, no one answer settles it
	nearness  = 0.3
	halfValue = 0.5 // an amount counts less than a right
)

// candidate is a question that could change something.
type candidate struct {
	fit
	*asking
	weight float64
	wants  []want
	behind []fit   // facts that are asked only after certain answers to it
	later  float64 // how many of those will be asked, on average
}

// want is a service that lacks the candidate's answer.
type want struct {
	standing
	weight float64
	close  bool // some condition lacks little else
}

// open returns what could be asked, in the order in which services lack it.
func (x *talking) open() []*candidate {
	var all []*candidate
	at := map[fit]*candidate{}
	for _, s := range x.services {
		st := x.stand(s)
		for _, m := range st.missing {
			k, ok := x.askFor(m.Name, m.About)
			if !ok {
				continue
			}
			c := at[k]
			if c == nil {
				c = &candidate{fit: k, asking: x.asks[k.name]}
				at[k], all = c, append(all, c)
			}
			c.lacked(st, m)
			if lacks := (fit{m.Name, m.About}); lacks != k {
				c.hangs(lacks, x.asks[m.Name])
			}
		}
	}
	return all
}

// askFor returns the question that leads to a fact: the fact's own, or one
// before it that it hangs on; ok is false when asking does not lead there.
func (x *talking) askFor(name, about string) (fit, bool) {
	for range x.asks {
		a := x.asks[name]
		if a == nil || x.asked[fit{name, about}] || a.field.Def.Member() != (about != "") {
			return fit{}, false
		}
		if a.field.When == nil {
			return fit{name, about}, true
		}
		asks, sure := x.asksNow(a.field, about)
		if sure {
			return fit{name, about}, asks
		}
		name = a.field.When.Fact
	}
	return fit{}, false
}

// lacked notes that a service lacks the answer, or one behind it. A fact that
// alone decides a condition weighs most.
func (c *candidate) lacked(st standing, m rule.Missing) {
	share := 1 / float64(len(st.missing))
	for _, r := range st.judgement.Results {
		if r.Rule.Condition() && r.Rule.Each == "" && !r.Known && slices.Contains(r.Missing, m) {
			share = max(share, 1/float64(len(r.Missing)))
		}
	}
	near := share*lookInto >= 1
	if st.chance == Likely {
		share *= halfValue
	}
	c.weight += share
	if n := len(c.wants); n > 0 && c.wants[n-1].side == st.side {
		c.wants[n-1].weight += share
		c.wants[n-1].close = c.wants[n-1].close || near
		return
	}
	c.wants = append(c.wants, want{st, share, near})
}

func (c *candidate) hangs(f fit, a *asking) {
	if slices.Contains(c.behind, f) {
		return
	}
	c.behind = append(c.behind, f)
	c.later += float64(len(a.field.When.In)) / float64(max(len(c.plain.Options), 2))
}

// oneAtATime keeps to whoever the last question was about, as long as there is
// something to ask of them.
func (x *talking) oneAtATime(all []*candidate) []*candidate {
	if len(x.talk.Said) == 0 {
		return all
	}
	last := x.talk.Said[len(x.talk.Said)-1].About
	var same []*candidate
	for _, c := range all {
		if c.about == last {
			same = append(same, c)
		}
	}
	if same == nil {
		return all
	}
	return same
}

// best returns the candidate that settles most, an answer ahead, for what it
// costs to answer.
func (x *talking) best(all []*candidate) *candidate {
	if len(all) == 1 {
		return all[0]
	}
	byCount := func(a, b *candidate) int { return cmp.Compare(b.weight/b.cost(), a.weight/a.cost()) }
	all = slices.Clone(all)
	slices.SortStableFunc(all, byCount)
	all = all[:min(len(all), lookAt)]
	best, most := all[0], -1.0
	for _, c := range all {
		if worth := x.worth(c) / c.cost(); worth > most+1e-9 {
			best, most = c, worth
		}
	}
	return best
}

// cost is how hard an answer is to give: choosing is easiest.
func (c *candidate) cost() float64 {
	switch c.field.Def.Typed() {
	case fact.Bool, fact.Enum:
		return 1
	case fact.Int, fact.Date:
		return 1.5
	case fact.Text:
		return 3
	}
	return 2
}

// worth is how much an answer settles on average. Services that are not looked
// at count by their weight.
func (x *talking) worth(c *candidate) float64 {
	slices.SortStableFunc(c.wants, func(a, b want) int { return cmp.Compare(b.weight, a.weight) })
	seen := c.wants[:min(len(c.wants), lookFor)]
	var sum, looked float64
	answers := x.answers(c, seen)
	for _, w := range seen {
		looked += w.weight
		for _, v := range answers {
			sum += w.settled(x.suppose(c, v)) / float64(len(answers)) * w.value()
		}
	}
	if looked == 0 {
		return 0
	}
	return sum * c.weight / looked
}

func (w want) value() float64 {
	if w.chance == Likely {
		return halfValue
	}
	return 1
}

// settled is 1 if the answer settles the service, or less as it comes nearer:
// one judgement, or none where much is lacking anyway.
func (w want) settled(guess map[fit]fact.Value) float64 {
	if !w.close {
		return nearness * min(1, float64(len(guess))/float64(len(w.missing)))
	}
	supposed := *w.side
	supposed.guess = guess
	r, _ := supposed.judge().Find(w.target)
	if r.Known {
		return 1
	}
	return nearness * max(0, 1-float64(len(r.Missing))/float64(len(w.missing)))
}

// suppose is an answer with what follows from it.
func (x *talking) suppose(c *candidate, v fact.Value) map[fit]fact.Value {
	guess := map[fit]fact.Value{c.fit: v}
	for _, f := range c.behind {
		a := x.asks[f.name]
		if a.field.When.Fact == c.name && !slices.Contains(a.field.When.In, v.String()) {
			if u, ok := a.field.Unasked(); ok {
				guess[f] = u
			}
		}
	}
	return guess
}
