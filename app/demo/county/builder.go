package county

import (
	"fmt"

	"minzheng/kernel/calendar"
)

// builder holds the half-made county.
type builder struct {
	dice
	c        *County
	surnames []string
	shares   []int
	given    map[Sex][4]given
	firms    []firm
	pool     []elders // of the township that is being made
	phones   map[string]bool
	plates   map[int]bool
	weddings map[int]int // certificates issued in each year
}

// elders are a couple, or one of them, whose children live elsewhere.
type elders struct {
	father, mother int // indexes or Nobody
	family         string
	children       int
}

// firm is an employer.
type firm struct{ name, credit string }

func newBuilder(seed uint64) *builder {
	b := &builder{
		dice:     newDice(seed),
		c:        &County{AsOf: base(), numbers: make(map[string]int, 22000)},
		given:    map[Sex][4]given{Male: generations(Male), Female: generations(Female)},
		firms:    firms(),
		phones:   make(map[string]bool, 22000),
		plates:   map[int]bool{2*10000 + 6018: true}, // 陈大山's
		weddings: map[int]int{},
	}
	// Room for all, so that a pointer to a person stays good while others are added.
	b.c.Persons = make([]Person, 0, 24000)
	b.c.Households = make([]Household, 0, households+50)
	b.surnames, b.shares = surnames()
	return b
}

// open begins a household in the village.
func (b *builder) open(v village) *Household {
	i := len(b.c.Households)
	h := Household{Index: i, Book: fmt.Sprintf("39%07d", i+1), Village: v.code, Urban: v.urban}
	if v.urban {
		h.Address = fmt.Sprintf("清溪县%s%s%d幢%d单元%d0%d室", v.township, v.name, b.between(1, 30), b.between(1, 4), b.between(1, 9), b.between(1, 4))
	} else {
		h.Address = fmt.Sprintf("清溪县%s%s%d组%d号", v.township, v.name, b.between(1, 9), b.between(1, 80))
		h.Land = b.between(80, 900)
	}
	b.c.Households = append(b.c.Households, h)
	return &b.c.Households[i]
}

// someone is what must be known to add a person. Age is in full years on the
// base day.
type someone struct {
	family   string // surname; drawn if empty
	sex      Sex
	age      int
	relation Relation
}

// add puts a person into the household and returns the index.
func (b *builder) add(h *Household, s someone) int {
	birth := base().AddMonths(-12*s.age) - calendar.Day(b.between(1, 364))
	if s.family == "" {
		s.family = b.surname()
	}
	p := Person{Birth: birth, Sex: s.sex, Relation: s.relation, Ethnic: "汉族"}
	p.Name = b.name(s.family, s.sex, birth.Year())
	p.Number = b.number(s.sex, birth)
	if b.chance(25) {
		p.Ethnic = pick(b.dice, []string{"土家族", "苗族", "回族", "畲族", "壮族"})
	}
	if s.age >= 12 && !(s.age >= 75 && b.chance(350)) {
		p.Phone = b.phone()
	}
	p.Account = Account{Bank: pick(b.dice, []string{"清溪农商行", "清溪农商行", "云岭银行", "邮储银行"}), Tail: fmt.Sprintf("%04d", b.n(10000))}
	return b.put(h, p)
}

// put registers a person who is thought out.
func (b *builder) put(h *Household, p Person) int {
	p.Index, p.Household = len(b.c.Persons), h.Index
	p.Spouse, p.Father, p.Mother = Nobody, Nobody, Nobody
	if p.Marriage.Status == "" {
		p.Marriage.Status, p.Marriage.Registered = Single, Single
	}
	b.c.Persons = append(b.c.Persons, p)
	b.c.numbers[p.Number] = p.Index
	b.phones[p.Phone] = true
	h.Members = append(h.Members, p.Index)
	return p.Index
}

func (b *builder) phone() string {
	for {
		phone := fmt.Sprintf("190000%05d", b.n(100000))
		if !b.phones[phone] {
			return phone
		}
	}
}

func (b *builder) person(i int) *Person { return &b.c.Persons[i] }

func (b *builder) age(i int) int { return calendar.Age(b.person(i).Birth, base()) }

// marry ties two persons. The wedding is at the lawful age (民法典 art. 1047)
// and, if there is a child, before its birth where the law allows.
func (b *builder) marry(husband, wife int, child int) {
	h, w := b.person(husband), b.person(wife)
	lawful := max(h.Birth.AddMonths(22*12), w.Birth.AddMonths(20*12))
	on := lawful + calendar.Day(b.n(6*365))
	if child != Nobody {
		on = max(lawful, b.person(child).Birth-calendar.Day(b.between(280, 900)))
	}
	on = min(on, base()-1)
	h.Spouse, w.Spouse = wife, husband
	m := Marriage{Status: Married, Registered: Married, On: on, Certificate: b.certificate(on)}
	h.Marriage, w.Marriage = m, m
}

func (b *builder) certificate(on calendar.Day) string {
	b.weddings[on.Year()]++
	return fmt.Sprintf("J390121-%d-%06d", on.Year(), b.weddings[on.Year()])
}

// parted gives somebody a marriage that has ended, to a person elsewhere, but
// not before the youngest of the children, if there are any, was born.
func (b *builder) parted(i int, status Marital, children ...int) {
	p := b.person(i)
	lawful := p.Birth.AddMonths(22 * 12)
	if lawful+400 >= base() {
		return
	}
	on := lawful + calendar.Day(b.n(min(5*365, int(base()-lawful)-365)))
	if len(children) > 0 {
		on = max(lawful, b.person(children[0]).Birth-calendar.Day(b.between(280, 900)))
	}
	first := min(on, base()-300) + 200
	for _, c := range children {
		first = max(first, b.person(c).Birth+1)
	}
	on = min(on, first-1)
	ended := min(first+calendar.Day(b.n(max(1, int(base()-first)))), base()-1)
	p.Marriage = Marriage{status, status, on, ended, b.certificate(on)}
}
