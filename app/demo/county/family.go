package county

// household makes one household of any kind in the village.
func (b *builder) household(v village) {
	h := b.open(v)
	kinds := []func(*Household){
		b.loneElder, b.elderCouple, b.couple, b.smallFamily, b.largeFamily,
		b.threeGenerations, b.leftBehind, b.singleParent, b.loneAdult,
	}
	kinds[b.weighted([]int{120, 170, 130, 200, 105, 140, 30, 40, 65})](h)
	b.livelihood(h)
}

// elderAge returns the age of somebody over sixty.
func (b *builder) elderAge() int {
	band := b.weighted([]int{22, 26, 22, 14, 9, 5, 2})
	return 60 + band*5 + b.n(5)
}

// childAge returns the age of a minor; births have become fewer.
func (b *builder) childAge() int {
	band := b.weighted([]int{9, 14, 47, 30})
	return [...]int{0, 3, 6, 13}[band] + b.n([...]int{3, 3, 7, 5}[band])
}

func (b *builder) loneElder(h *Household) {
	sex := pick(b.dice, []Sex{Male, Female, Female})
	family := b.surname()
	i := b.add(h, someone{family, sex, b.elderAge(), Head})
	status := []Marital{Widowed, Single, Divorced}[b.weighted([]int{85, 9, 6})]
	if status == Single {
		return
	}
	b.parted(i, status)
	if e := (elders{father: i, mother: Nobody, family: family}); sex == Male {
		b.pool = append(b.pool, e)
	} else {
		b.pool = append(b.pool, elders{father: Nobody, mother: i, family: b.surname()})
	}
}

func (b *builder) elderCouple(h *Household) {
	husband, wife := b.pair(h, b.elderAge(), "", [2]Relation{Head, SpouseOf})
	b.marry(husband, wife, Nobody)
	b.die(wife)
	b.pool = append(b.pool, elders{husband, wife, surnameOf(b.person(husband).Name), 0})
}

// pair adds a man and a woman of the wife's age, not yet married.
func (b *builder) pair(h *Household, wifeAge int, family string, as [2]Relation) (husband, wife int) {
	husband = b.add(h, someone{family, Male, wifeAge + b.between(0, 4), as[0]})
	wife = b.add(h, someone{"", Female, wifeAge, as[1]})
	return husband, wife
}

func (b *builder) couple(h *Household) {
	husband, wife := b.pair(h, b.between(27, 58), "", [2]Relation{Head, SpouseOf})
	b.marry(husband, wife, Nobody)
	b.adopt(husband)
}

func (b *builder) smallFamily(h *Household) {
	age := b.childAge()
	if b.chance(450) {
		age = b.between(18, 30) // grown, and not yet gone
	}
	b.nuclear(h, []int{age}, "", [2]Relation{Head, SpouseOf})
}

func (b *builder) largeFamily(h *Household) {
	first := b.between(3, 17)
	b.nuclear(h, []int{first, max(0, first-b.between(2, 8))}, "", [2]Relation{Head, SpouseOf})
}

// nuclear adds a couple with children of the given ages, the eldest first.
func (b *builder) nuclear(h *Household, ages []int, family string, as [2]Relation) (husband, wife int) {
	husband, wife = b.pair(h, ages[0]+b.between(23, 34), family, as)
	b.marry(husband, wife, b.kids(h, husband, wife, ages))
	b.adopt(husband)
	return husband, wife
}

// kids adds children of the couple and returns the first.
func (b *builder) kids(h *Household, father, mother int, ages []int) int {
	first := Nobody
	for _, age := range ages {
		sex, as := Male, Son
		if b.chance(480) {
			sex, as = Female, Daughter
		}
		parent := father
		if parent == Nobody {
			parent = mother
		}
		i := b.add(h, someone{surnameOf(b.person(parent).Name), sex, age, as})
		b.person(i).Father, b.person(i).Mother = father, mother
		if first == Nobody {
			first = i
		}
	}
	return first
}

// adopt makes a man of the township's pool of elders the son of one of them,
// if any suits, and gives him the family's name.
func (b *builder) adopt(i int) {
	if len(b.pool) == 0 || b.chance(250) {
		return
	}
	for range 4 {
		e := &b.pool[b.n(len(b.pool))]
		if e.children >= 3 || !b.older(e.father, i) || !b.older(e.mother, i) {
			continue
		}
		p := b.person(i)
		e.children++
		p.Father, p.Mother = e.father, e.mother
		b.rename(i, e.family)
		return
	}
}

// older reports whether the parent, if there is one, suits a child: old enough,
// and not parted before its birth.
func (b *builder) older(parent, child int) bool {
	if parent == Nobody {
		return true
	}
	if ended := b.person(parent).Marriage.Ended; ended != 0 && ended < b.person(child).Birth {
		return false
	}
	years := b.age(parent) - b.age(child)
	return years >= 20 && years <= 40
}

// rename gives somebody, and the children who bear his name, another surname.
func (b *builder) rename(i int, family string) {
	old := surnameOf(b.person(i).Name)
	for _, m := range b.c.Households[b.person(i).Household].Members {
		p := b.person(m)
		if m == i || p.Father == i {
			p.Name = family + p.Name[len(old):]
		}
	}
}

func (b *builder) threeGenerations(h *Household) {
	ages := []int{b.childAge()}
	if b.chance(200) {
		ages[0] = b.between(18, 23)
	}
	if b.chance(450) {
		ages = append(ages, max(0, ages[0]-b.between(2, 6)))
	}
	if b.chance(500) {
		b.underGrandfather(h, ages)
		return
	}
	husband, wife := b.pair(h, ages[0]+b.between(23, 33), "", [2]Relation{Head, SpouseOf})
	b.marry(husband, wife, b.kids(h, husband, wife, ages))
	b.grandparents(h, husband, [2]Relation{FatherOf, MotherOf})
}

// grandparents adds the parents of a man, or the one who is left.
func (b *builder) grandparents(h *Household, son int, as [2]Relation) (father, mother int) {
	family := surnameOf(b.person(son).Name)
	age := b.age(son) + b.between(20, 31)
	father = Nobody
	if !b.chance(330) {
		father = b.add(h, someone{family, Male, age + b.between(0, 5), as[0]})
	}
	mother = b.add(h, someone{"", Female, age, as[1]})
	if father == Nobody {
		b.parted(mother, Widowed, son)
	} else {
		b.marry(father, mother, son)
		if as[0] != Head && b.chance(600) {
			b.die(father)
		} else {
			b.die(mother)
		}
	}
	b.person(son).Father, b.person(son).Mother = father, mother
	return father, mother
}

// underGrandfather makes three generations with the eldest as head.
func (b *builder) underGrandfather(h *Household, ages []int) (husband, wife int) {
	husband, wife = b.pair(h, ages[0]+b.between(23, 33), "", [2]Relation{Son, OtherOf})
	eldest := b.kids(h, husband, wife, ages)
	b.marry(husband, wife, eldest)
	for _, i := range h.Members[2:] {
		b.person(i).Relation = map[Sex]Relation{Male: Grandson, Female: Granddaughter}[b.person(i).Sex]
	}
	father, mother := b.grandparents(h, husband, [2]Relation{Head, SpouseOf})
	if father == Nobody {
		b.person(mother).Relation = Head
	}
	b.headFirst(h)
	return husband, wife
}

// headFirst puts the head at the top of the book.
func (b *builder) headFirst(h *Household) {
	for at, i := range h.Members {
		if b.person(i).Relation == Head {
			copy(h.Members[1:at+1], h.Members[:at])
			h.Members[0] = i
			return
		}
	}
}

// leftBehind makes children with their grandparents; the parents work far away.
func (b *builder) leftBehind(h *Household) {
	husband, wife := b.underGrandfather(h, []int{b.childAge()})
	b.leave(husband)
	b.leave(wife)
}

func (b *builder) singleParent(h *Household) {
	ages := []int{b.childAge()}
	if b.chance(300) {
		ages = append(ages, max(0, ages[0]-b.between(2, 5)))
	}
	age := ages[0] + b.between(22, 33)
	father, mother, parent := Nobody, Nobody, Nobody
	if b.chance(650) {
		mother = b.add(h, someone{"", Female, age, Head})
		parent = mother
	} else {
		father = b.add(h, someone{"", Male, age, Head})
		parent = father
	}
	b.kids(h, father, mother, ages)
	b.parted(parent, []Marital{Divorced, Widowed}[b.weighted([]int{78, 22})], h.Members[1:]...)
}

func (b *builder) loneAdult(h *Household) {
	i := b.add(h, someone{"", pick(b.dice, []Sex{Male, Male, Female}), b.between(24, 59), Head})
	if status := []Marital{Single, Divorced, Widowed}[b.weighted([]int{60, 32, 8})]; status != Single {
		b.parted(i, status)
	}
}
