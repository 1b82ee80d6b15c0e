package departments

import (
	"minzheng/app/demo/county"
)

// What each department has on file about somebody. No record is not the same
// as a zero: who never declared a wage has no record with 税务, and then what
// the family says about it stands.

// centralPension is the part of a residents' pension that is set for the whole
// country, 143 元 a month since 2025; the rest is local and from one's own
// account.
const centralPension = 143_00

// struckOff reports whether the household register knows of the death. Others
// learn of it from there, so until then they still count the person as living.
func struckOff(c *county.County, p *county.Person) bool {
	return p.Death != nil && p.Death.Registered <= c.AsOf
}

// household identifies somebody: name and number must belong together. A book
// that is closed by death is still found, but is no household here any more.
func household(c *county.County, p *county.Person, q question) (values, bool) {
	if p.Name != q.Name {
		return nil, false
	}
	return values{
		"name": p.Name, "birth": p.Birth.String(), "sex": string(p.Sex),
		"local_hukou":  q.County == string(county.Qingxi) && !struckOff(c, p),
		"book_marital": maritals()[p.Marriage.Registered], "number_shared": false,
	}, true
}

// death is known to 殡葬 before the household register hears of it.
func death(c *county.County, p *county.Person, _ question) (values, bool) {
	if p.Death == nil {
		return nil, false
	}
	return values{"dead": true, "died_on": p.Death.On.String()}, p.Death.On <= c.AsOf
}

// marriage answers about grown people; of a child there is no record.
func marriage(c *county.County, p *county.Person, _ question) (values, bool) {
	return values{"marital": maritals()[p.Marriage.Status]}, c.Age(p) >= 18
}

func custody(_ *county.County, p *county.Person, _ question) (values, bool) {
	if p.Away == nil || p.Away.Kind != county.Prison || p.Death != nil {
		return nil, false
	}
	free := p.Away.Until + 1
	months := (free.Year()-p.Away.Since.Year())*12 + free.Month() - p.Away.Since.Month()
	return values{"in_prison": true, "custody_months": months}, true
}

// missing is known to the police, to whom somebody has reported it.
func missing(_ *county.County, p *county.Person, _ question) (values, bool) {
	if p.Away == nil || p.Away.Kind != county.Missing {
		return nil, false
	}
	return values{"missing_since": p.Away.Since.String()}, true
}

func ability(_ *county.County, p *county.Person, _ question) (values, bool) {
	if p.Ability == nil || p.Death != nil {
		return nil, false
	}
	return values{"ability_score": p.Ability.Score}, true
}

func injury(_ *county.County, p *county.Person, _ question) (values, bool) {
	return values{"injury_care": true}, p.Injury && p.Death == nil
}

func card(c *county.County, p *county.Person, _ question) (values, bool) {
	d := p.Disability
	if d == nil || struckOff(c, p) {
		return nil, false
	}
	kinds := [...]string{"无", "视力", "听力", "言语", "肢体", "智力", "精神", "多重"}
	grades := [...]string{"无", "一级", "二级", "三级", "四级"}
	return values{"disability_kind": kinds[d.Kind], "disability_grade": grades[d.Grade], "disability_until": d.Issued.AddMonths(120).String(), "disability_since": d.Issued.String()}, true
}

func pension(_ *county.County, p *county.Person, _ question) (values, bool) {
	if p.Pension == nil {
		return nil, false
	}
	basic := int64(0)
	if p.Pension.Kind == "城乡居民基本养老金" {
		basic = min(centralPension, p.Pension.Amount)
	}
	return values{"pension": p.Pension.Amount, "basic_pension": basic}, true
}

// insurance knows what contributions are paid on, which some employers keep low.
func insurance(_ *county.County, p *county.Person, _ question) (values, bool) {
	return values{"wage": p.Work.InsuredBase}, p.Work.Kind == county.Employed
}

// income is what was declared: a wage by the employer, or a profit by the
// trader, and nothing about the other. Farm income and odd jobs are declared
// by nobody.
func income(_ *county.County, p *county.Person, _ question) (values, bool) {
	switch p.Work.Kind {
	case county.Employed:
		return values{"wage": p.Work.Wage}, true
	case county.Trader:
		return values{"business_income": p.Work.Trade}, true
	}
	return nil, false
}

func business(_ *county.County, p *county.Person, _ question) (values, bool) {
	return values{"has_business": true}, p.Work.Business != ""
}

// deposits answers about everyone with an account, also an empty one.
func deposits(_ *county.County, p *county.Person, _ question) (values, bool) {
	return values{"deposits": p.Deposits + p.Securities}, p.Account.Bank != ""
}

func houses(_ *county.County, p *county.Person, _ question) (values, bool) {
	return values{"houses": len(p.Houses)}, len(p.Houses) > 0
}

func vehicles(_ *county.County, p *county.Person, _ question) (values, bool) {
	var sum int64
	for _, v := range p.Vehicles {
		sum += v.Value
	}
	return values{"vehicle_value": sum}, len(p.Vehicles) > 0
}

// costs are what was left of the bills of the last twelve months after all
// insurance had paid.
func costs(_ *county.County, p *county.Person, _ question) (values, bool) {
	if p.Illness == nil {
		return nil, false
	}
	return values{"medical_cost": p.Illness.Cost}, true
}

// enrolment is known of who is at school in the county.
func enrolment(_ *county.County, p *county.Person, _ question) (values, bool) {
	if p.School == nil {
		return nil, false
	}
	return values{"enrolment": "在读"}, true
}
