package rule

import "slices"

// run is one working-out. What rules gave and what facts were told stands in
// rows of width values: the family's first, then each member's.
type run struct {
	rules   *Rules
	on      int32
	facts   Source
	members []string
	member  int
	width   int
	told    []val    // by fact
	done    []val    // by rule
	dated   []*Dated // by parameter: the value that holds
}

func (r *Rules) begin(c Case) *run { return r.beginWith(c, r.all.facts, r.all.params) }

// beginWith asks for these facts and parameters alone.
func (r *Rules) beginWith(c Case, facts, params []int) *run {
	x := &run{rules: r, on: c.On, facts: c.Facts, members: c.Facts.Members(), dated: make([]*Dated, len(r.dated))}
	x.width = len(x.members) + 1
	all := make([]val, (len(r.facts)+len(r.rules))*x.width)
	x.told, x.done = all[:len(r.facts)*x.width], all[len(r.facts)*x.width:]
	for _, i := range params {
		x.dated[i] = r.dated[i].On(c.Region, c.On)
	}
	for _, slot := range facts {
		def := r.facts[slot]
		if !def.Member() {
			x.told[slot*x.width] = x.ask(def.Name, "")
			continue
		}
		for m, about := range x.members {
			x.told[slot*x.width+1+m] = x.ask(def.Name, about)
		}
	}
	return x
}

func (x *run) ask(name, about string) val {
	st, ok := x.facts.Best(name, about)
	if !ok {
		return missing(Missing{Name: name, About: about})
	}
	return fromFact(st.Value)
}

func (x *run) place(about string) int { return slices.Index(x.members, about) }

func (x *run) parameter(i int) val {
	if v := x.dated[i]; v != nil {
		return val{known: true, num: v.value.num, text: v.value.text}
	}
	return missing(Missing{Name: x.rules.names[i], Parameter: true})
}

// work works out the first rules, each after those that it reads.
func (x *run) work(first int) {
	for i := range first {
		x.workOne(i)
	}
}

func (x *run) workOne(i int) {
	one := x.rules.rules[i]
	if one.Each == "" {
		x.done[i*x.width] = one.root.eval(x)
		return
	}
	for m := range x.members {
		x.member = m
		x.done[i*x.width+1+m] = one.root.eval(x)
	}
}
