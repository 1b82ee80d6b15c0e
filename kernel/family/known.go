package family

import (
	"slices"
	"strconv"
	"time"

	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
)

// Lens is what a service adds to what is known: what it assumes until somebody
// tells it, and what it takes from what the bureau itself gives.
type Lens struct {
	Assumes map[string]fact.Value
	Owns    map[string][]string // fact → services
}

// Through returns the lens of a service.
func Through(s *catalog.Service) Lens {
	l := Lens{map[string]fact.Value{}, map[string][]string{}}
	for _, r := range s.Receives {
		l.Owns[r.Fact] = r.Services
	}
	if s.Finds != nil {
		for name := range s.Finds.Assumes {
			l.Assumes[name], _ = s.Finds.Assumed(name)
		}
	}
	return l
}

// Agrees reports whether two lenses show the same of a fact.
func (l Lens) Agrees(o Lens, name string) bool {
	a, ok1 := l.Assumes[name]
	b, ok2 := o.Assumes[name]
	return ok1 == ok2 && a == b && slices.Equal(l.Owns[name], o.Owns[name])
}

// Known is what is known of one person, or of those who live together, as rules
// read it. What the register and the bureau's own benefits say comes first, then
// what was said in cases, and last what is assumed.
type Known struct {
	Region  string
	People  []int // of Home.People; the applicant first
	home    *Home
	set     *fact.Set // nil: nothing was said
	members []string
	who     []int // the person that a member is; -1 is nobody of this household
	lens    Lens
	until   time.Time
	last    casework.ID // the case that says who they are; "": the register does
}

// Alone is what is known of one person up to a time.
func (h *Home) Alone(i int, until time.Time, l Lens) Known {
	k := Known{Region: h.People[i].Place(), People: []int{i}, home: h, members: aloneMembers, who: []int{i}, lens: l, until: until}
	if len(h.People[i].In) > 0 {
		k.set = h.merged(h.People[i], until)
	}
	return k
}

var aloneMembers = []string{casework.Applicant} // nobody changes it

// Together is what is known up to a time of those who live together: as the
// last case about a whole family had it, else as they are registered. ok is
// false when somebody of another household applied for these people last.
func (h *Home) Together(until time.Time, l Lens) (k Known, ok bool) {
	last := h.lastWhole(until)
	if last.Case == "" {
		k = Known{home: h, lens: l, until: until}
		for i, p := range h.People {
			if !p.Died() {
				k.People, k.members, k.who = append(k.People, i), append(k.members, "m"+strconv.Itoa(len(k.members)+1)), append(k.who, i)
			}
		}
		if len(k.People) == 0 {
			return k, false
		}
		k.Region = h.People[k.People[0]].Place()
		return k, true
	}
	first := slices.IndexFunc(h.People, func(p Person) bool { return p.ID == last.Applicant })
	if first < 0 {
		return Known{}, false
	}
	return h.asSaid(last, first, until, l), true
}

// lastWhole is the last case about a whole family that anybody here is in.
func (h *Home) lastWhole(until time.Time) (last casework.Belonging) {
	for _, p := range h.People {
		for _, b := range p.In {
			if h.told[b.Case].whole() && !b.Opened.After(until) && (last.Case == "" || b.Opened.After(last.Opened)) {
				last = b
			}
		}
	}
	return last
}

// asSaid is the family of a case.
func (h *Home) asSaid(c casework.Belonging, first int, until time.Time, l Lens) Known {
	k := Known{Region: c.Region, People: []int{first}, home: h, set: fact.NewSet(h.dict), lens: l, until: until, last: c.Case}
	for _, one := range h.told[c.Case].said {
		if !one.At.After(until) {
			k.set.Tell(one)
		}
	}
	k.members = k.set.Members()
	k.who = make([]int, len(k.members))
	for i := range k.who {
		k.who[i] = -1
	}
	for i, p := range h.People {
		at := slices.IndexFunc(p.In, func(b casework.Belonging) bool { return b.Case == c.Case })
		if at < 0 {
			continue
		}
		if m := slices.Index(k.members, p.In[at].Member); m >= 0 {
			k.who[m] = i
		}
		if i != first {
			k.People = append(k.People, i)
		}
	}
	return k
}

// Members returns the keys of those whom it is about.
func (k Known) Members() []string { return k.members }

// Person is the place in Home.People of a member; -1 is nobody of the household.
func (k Known) Person(member string) int {
	if i := slices.Index(k.members, member); i >= 0 {
		return k.who[i]
	}
	return -1
}

// Best returns what counts of a fact.
func (k Known) Best(name, about string) (fact.Statement, bool) {
	if about != "" {
		if i := k.Person(about); i >= 0 {
			if v := k.registered(i, about, name); v.Type() != fact.None {
				return fact.Statement{Name: name, About: about, Value: v, Source: Register}, true
			}
			if services, ok := k.lens.Owns[name]; ok {
				return casework.Holding(k.home.dict.Find(name), services, k.held(i), fact.Statement{Name: name, About: about, Source: casework.Own}), true
			}
		}
	}
	if k.set != nil {
		if st, ok := k.set.Best(name, about); ok {
			return st, true
		}
	}
	if name == dead && k.Person(about) >= 0 {
		return fact.Statement{Name: name, About: about, Value: fact.BoolOf(false), Source: Register}, true
	}
	v, ok := k.lens.Assumes[name]
	if !ok || k.home.dict.Find(name).Member() != (about != "") {
		return fact.Statement{}, false
	}
	return fact.Statement{Name: name, About: about, Value: v, Source: Assumed}, true
}

// dead is the one fact that anybody may know before the register does.
const dead = "已去世"

// held is what ran for a person at the time: a case that was decided later has
// brought nothing yet.
func (k Known) held(i int) []casework.Held {
	p := &k.home.People[i]
	later := func(h casework.Held) bool {
		return slices.ContainsFunc(p.In, func(b casework.Belonging) bool { return b.Case == h.Case && b.Closed.After(k.until) })
	}
	if !slices.ContainsFunc(p.Held, later) {
		return p.Held
	}
	return slices.DeleteFunc(slices.Clone(p.Held), later)
}

// registered is what the register says of a person.
func (k Known) registered(i int, about, name string) (none fact.Value) {
	p := &k.home.People[i]
	switch name {
	case "姓名":
		return fact.TextOf(p.Name)
	case "出生日期":
		if p.Birth != 0 {
			return fact.DateOf(int32(p.Birth))
		}
	case "性别":
		if p.Sex != "" {
			return fact.EnumOf(p.Sex)
		}
	case dead:
		if p.Died() {
			return fact.BoolOf(true)
		}
	case "本县户籍":
		if p.local {
			return fact.BoolOf(true)
		}
	case "与申请人关系":
		switch {
		case about == k.members[0]:
			return fact.TextOf("本人")
		case k.set == nil:
			return fact.TextOf("家人")
		}
	}
	return none
}
