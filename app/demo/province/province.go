// Package province makes a population of any size for measuring: families with
// incomes of several kinds, deductions, property, disability and school, and
// counties that each have a standard of their own. Nobody in it is real
// (示例数据), and the same seed gives the same people on every machine.
package province

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// Province is where the counties of the benchmark lie; no real one has its code.
const Province = "390000"

// County is the code of the n-th county.
func County(n int) string { return fmt.Sprintf("39%04d", n%10000) }

// Regions are the paths of so many counties.
func Regions(counties int) [][]string {
	all := make([][]string, counties)
	for i := range all {
		all[i] = []string{County(i + 1), Province, rule.Nation}
	}
	return all
}

// Rules lays a standard for every county into the rules of 低保, and gives
// students a supplement, which most places have and the demo county has not.
func Rules(src string, counties int) (string, error) {
	for _, lay := range [][2]string{
		{"由省、自治区、直辖市或者设区的市确定\n    values:\n", standards(counties)},
		{"写 0 就是没有\n    values:\n", "      - {from: 2021-07-01, region: \"390000\", value: 100.00, source: 示例文件}\n"},
	} {
		before, after, ok := strings.Cut(src, lay[0])
		if !ok {
			return "", fmt.Errorf("the rules of 低保 have no parameter %q", lay[0])
		}
		src = before + lay[0] + lay[1] + after
	}
	return strings.Replace(src, `      - {from: 2021-07-01, region: "390000", value: 0.00, source: 示例文件〔2021〕4号, 示例: true}`+"\n", "", 1), nil
}

func standards(counties int) string {
	var b strings.Builder
	for i := range counties {
		fmt.Fprintf(&b, "      - {from: 2025-07-01, region: %q, value: %d.00, source: 示例文件, 示例: true}\n", County(i+1), 700+i*7919%801)
	}
	return b.String()
}

// Today is the day on which the population is as it is: days since 1970-01-01
// of 2026-03-02.
const Today = 20514

// The columns, in the order of facts.
const (
	columnRelationTo = iota
	columnTogether
	columnLocalHukou
	columnInPrison
	columnDead
	columnDisabilityGrade
	columnSeriousIllness
	columnSchooling
	columnBirth
	columnWage
	columnOddJobs
	columnBusinessIncome
	columnPension
	columnBasicPension
	columnSupport
	columnWorkCost
	columnDeposits
	columnHouses
	columnVehicleValue
)

// facts are the names of the columns that the families fill.
var facts = [...]string{"与申请人关系", "共同生活", "本县户籍", "服刑", "已去世", "残疾等级", "患重病", "学业", "出生日期", "工资收入", "零工收入", "经营收入", "养老金", "基础养老金", "赡养抚养费", "就业成本", "存款", "房屋套数", "车辆价值"}

// maker makes families.
type maker struct {
	pop *rule.Population
	r   *rand.PCG
	err error
}

// New returns an empty population of the dictionary's facts that families have.
func New(dict *fact.Dictionary, counties int) (*rule.Population, error) {
	var defs []*fact.Def
	for _, name := range facts {
		def := dict.Find(name)
		if def == nil {
			return nil, fmt.Errorf("the dictionary has no fact %s", name)
		}
		defs = append(defs, def)
	}
	return rule.NewPopulation(defs, Regions(counties)), nil
}

// Fill adds families until there are so many persons. Families stand in the
// order of their counties, as in a register; mixed puts each anywhere.
func Fill(pop *rule.Population, persons, counties int, mixed bool) error {
	m := &maker{pop: pop, r: rand.NewPCG(39, uint64(counties))}
	for pop.Persons() < persons && m.err == nil {
		region := pop.Persons() * counties / persons
		if mixed {
			region = m.n(counties)
		}
		m.family(region, persons-pop.Persons())
	}
	pop.Close()
	return m.err
}

func (m *maker) n(n int) int              { return int(m.r.Uint64() >> 33 % uint64(n)) }
func (m *maker) chance(permille int) bool { return m.n(1000) < permille }

func (m *maker) tell(column int, v fact.Value) {
	if err := m.pop.Tell(column, v); err != nil && m.err == nil {
		m.err = err
	}
}

// yuan is an amount in whole 元, with some 角 and 分 now and then.
func (m *maker) yuan(low, high int) fact.Value {
	fen := int64(low+m.n(high-low+1)) * 100
	if m.chance(300) {
		fen += int64(m.n(100))
	}
	return fact.MoneyOf(fen)
}

// sizes are how many of a hundred families have 1 to 6 members.
var sizes = [...]int{25, 30, 23, 13, 6, 3}

func (m *maker) size() int {
	at := m.n(100)
	for i, w := range sizes {
		if at -= w; at < 0 {
			return i + 1
		}
	}
	return 1
}

func (m *maker) family(region, most int) {
	if err := m.pop.Household(region); err != nil {
		m.err = err
		return
	}
	poor := m.chance(180)
	head := 24 + m.n(62)
	for i := range min(m.size(), most) {
		age := head
		relation := "本人"
		switch {
		case i == 1 && m.chance(750):
			age, relation = max(20, head-5+m.n(11)), "配偶"
		case i >= 1:
			age, relation = max(0, head-25-m.n(14)), "子女"
		}
		m.person(relation, age, poor)
	}
}

func (m *maker) person(relation string, age int, poor bool) {
	if err := m.pop.Person(); err != nil {
		m.err = err
		return
	}
	m.tell(columnRelationTo, fact.TextOf(relation))
	m.tell(columnBirth, fact.DateOf(int32(Today-age*365-age/4-m.n(365))))
	m.tell(columnTogether, fact.BoolOf(!m.chance(20)))
	m.tell(columnLocalHukou, fact.BoolOf(!m.chance(60)))
	m.tell(columnInPrison, fact.BoolOf(age >= 18 && m.chance(2)))
	m.tell(columnDead, fact.BoolOf(m.chance(1)))
	m.tell(columnSeriousIllness, fact.BoolOf(m.chance(20+age/2)))
	m.tell(columnDisabilityGrade, fact.EnumOf(m.grade()))
	m.tell(columnSchooling, fact.EnumOf(m.school(age)))
	m.income(age, poor)
	m.property(age, poor)
}

func (m *maker) grade() string {
	if !m.chance(60) {
		return "无"
	}
	return [...]string{"一级", "二级", "三级", "四级"}[m.n(4)]
}

func (m *maker) school(age int) string {
	switch {
	case age < 6 && age >= 3:
		return "学前"
	case age >= 6 && age < 15:
		return "义务教育"
	case age >= 15 && age < 18 && m.chance(850):
		return "高中阶段"
	case age >= 18 && age < 22 && m.chance(450):
		return "全日制本专科"
	}
	return "不在校"
}

func (m *maker) income(age int, poor bool) {
	zero := fact.MoneyOf(0)
	wage, odd, business, pension, basic, support, cost := zero, zero, zero, zero, zero, zero, zero
	most := 9000
	if poor {
		most = 2200
	}
	switch {
	case age < 18:
	case age >= 60:
		basic = m.yuan(143, 200)
		pension = fact.MoneyOf(basic.Int64() + m.yuan(0, most/3).Int64())
	case m.chance(520):
		wage, cost = m.yuan(900, most), m.yuan(0, 320)
	case m.chance(300):
		odd = m.yuan(200, most/2)
	case m.chance(400):
		business = m.yuan(100, most)
	}
	if m.chance(40) {
		support = m.yuan(100, 1200)
	}
	m.tell(columnWage, wage)
	m.tell(columnOddJobs, odd)
	m.tell(columnBusinessIncome, business)
	m.tell(columnPension, pension)
	m.tell(columnBasicPension, basic)
	m.tell(columnSupport, support)
	m.tell(columnWorkCost, cost)
}

// property is what a person owns; of one in a hundred the bank has not answered.
func (m *maker) property(age int, poor bool) {
	deposits, vehicle, houses := fact.MoneyOf(0), fact.MoneyOf(0), 0
	if age >= 18 {
		deposits = m.yuan(0, 60000)
		if poor {
			deposits = m.yuan(0, 9000)
		}
		if m.chance(120) && !poor {
			vehicle = m.yuan(8000, 160000)
		}
		if m.chance(330) {
			houses = 1 + m.n(2)*m.n(2)
		}
	}
	if !m.chance(10) {
		m.tell(columnDeposits, deposits)
	}
	m.tell(columnHouses, fact.IntOf(int64(houses)))
	m.tell(columnVehicleValue, vehicle)
}
