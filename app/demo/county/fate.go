package county

import (
	"fmt"

	"minzheng/kernel/calendar"
)

// die lets some people die within the years around the base day. Most deaths
// are registered within weeks; a few lag for months, which the departments then
// tell differently.
func (b *builder) die(i int) {
	if !b.chance(150 + 10*max(0, b.age(i)-75)) {
		return
	}
	p := b.person(i)
	on := base() - 400 + calendar.Day(b.n(1100))
	lag := b.between(3, 60)
	if b.chance(120) {
		lag = b.between(120, 400)
		p.Differs = DeathLags
	}
	p.Death = &Death{On: on, Registered: on + calendar.Day(lag)}
}

// leave lets somebody work far away.
func (b *builder) leave(i int) {
	where := pick(b.dice, []string{"省外沿海城市", "云岭市城中区", "邻省工业园区"})
	b.person(i).Away = &Away{Kind: Migrant, Where: where, Since: base() - calendar.Day(b.between(60, 3000))}
}

// absence lets a few serve in the army or a sentence.
func (b *builder) absence(i int) {
	p, age := b.person(i), b.age(i)
	switch {
	case p.Sex == Male && age >= 18 && age <= 23 && p.Marriage.Status == Single && b.chance(50):
		p.Away = &Away{Kind: Soldier, Where: "部队", Since: base() - calendar.Day(b.between(30, 600))}
		p.Work = Work{}
	case age >= 20 && age < 60 && p.Relation != Head && b.chance(4):
		since := base() - calendar.Day(b.between(60, 1500))
		p.Away = &Away{Prison, "示例省第二监狱", since, since.AddMonths(60 + 12*(i%4))}
		p.Work = Work{}
	}
}

// health gives certificates of disability to about six in a hundred, and
// serious illness to a few.
func (b *builder) health(i int) {
	p, age := b.person(i), b.age(i)
	permille := 18
	switch {
	case age >= 60:
		permille = 125
	case age >= 18:
		permille = 42
	}
	if age >= 1 && b.chance(permille) {
		kind := 1 + b.weighted([]int{14, 16, 3, 38, 11, 12, 6})
		grade := 1 + b.weighted([]int{13, 23, 32, 32})
		b.disable(p, kind, grade, base()-calendar.Day(b.between(30, min(age*365-10, 9*365))))
	}
	if b.chance(2 + age/4) {
		names := []string{"恶性肿瘤", "终末期肾病（透析）", "脑卒中后遗症", "严重心力衰竭", "再生障碍性贫血", "系统性红斑狼疮"}
		p.Illness = &Illness{pick(b.dice, names), b.yuan(8000, 90000)}
	}
}

func (b *builder) disable(p *Person, kind, grade int, issued calendar.Day) {
	p.Disability = &Disability{kind, grade, fmt.Sprintf("%s%d%d", p.Number, kind, grade), issued}
}

// assess tells how able the oldest of the disabled were found to be, and whose
// injury at work needs care. It throws no dice, so that all else stays as it is.
func (b *builder) assess() {
	for i := range b.c.Persons {
		p := b.person(i)
		d := p.Disability
		if d == nil || p.Ability != nil {
			continue
		}
		if b.age(i) >= 75 {
			p.Ability = &Ability{Score: min(90, 22*d.Grade+i%9), On: base() - calendar.Day(30+i%300)}
		}
		p.Injury = d.Kind == 4 && d.Grade <= 2 && b.age(i) >= 20 && b.age(i) < 60 && i > storyPeople && i%3 == 0
	}
}

// differ makes departments tell different things about some people.
func (b *builder) differ(i int) {
	p := b.person(i)
	switch {
	case p.Differs != NoDifference:
	case p.Work.Wage > 0 && b.chance(55):
		p.Differs = InsuredLower
		p.Work.InsuredBase = p.Work.Wage * int64(b.between(40, 80)) / 100 / 100 * 100
	case p.Marriage.Status == Divorced && b.chance(180):
		p.Differs = MaritalLags
		p.Marriage.Registered = Married
	case p.Pension != nil && b.chance(45):
		p.Differs = PensionNotTold
	}
}
