package county

import (
	"strings"

	"minzheng/kernel/calendar"
)

// schooling tells where a young person learns on the day of the county. School
// begins in the September of the year in which a child is six by the 31st of
// August. How far somebody goes is decided by the number, so that it stays.
func (c *County) schooling(p *Person) *School {
	age := c.Age(p)
	if p.School != nil || age < 3 || age > 24 || p.Death != nil || p.Away != nil {
		return p.School
	}
	year := schoolYear(c.AsOf) - schoolYear(p.Birth.AddMonths(6*12))
	luck := int(p.Number[16]-'0') + 10*int(p.Number[15]-'0')
	numerals := []string{"一", "二", "三", "四", "五", "六"}
	switch {
	case p.Work.Kind != None || p.Marriage.Status != Single:
		return nil
	case year < 1:
		return &School{"幼儿园", "", "清溪县机关幼儿园"}
	case year <= 6:
		return &School{"小学", numerals[year-1] + "年级", c.school(p, "中心小学")}
	case year <= 9:
		return &School{"初中", "初" + numerals[year-7], c.school(p, "初级中学")}
	case year <= 12 && luck < 55:
		return &School{"高中", "高" + numerals[year-10], []string{"清溪县第一中学", "清溪县第二中学"}[luck%2]}
	case year <= 12 && luck < 92:
		return &School{"中职", numerals[year-10] + "年级", "清溪县职业技术学校"}
	case year > 12 && year <= 16 && luck < 45:
		return &School{"大学", "大" + numerals[year-13], "云岭学院"}
	}
	return nil
}

// schoolYear returns the year in which the school year of a day began.
func schoolYear(d calendar.Day) int {
	if d.Month() >= 9 {
		return d.Year()
	}
	return d.Year() - 1
}

func (c *County) school(p *Person, kind string) string {
	for _, t := range townships() {
		if t.code == c.Households[p.Household].Village[:9] {
			name := strings.TrimSuffix(t.name, "街道")
			return strings.TrimRight(name, "镇乡") + kind
		}
	}
	return kind
}
