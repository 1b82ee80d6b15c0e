package demo

import (
	"context"

	"minzheng/app/demo/county"
	"minzheng/areas/assistance/recheck"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
)

// write writes down what happens: the story's families first, then families of
// the county for every state that a case can be in.
func (s *stage) write(context.Context) error {
	s.story()
	s.payments()
	s.supervision()
	families := s.eligible(40)
	next := func() int {
		if len(families) == 0 {
			return -1
		}
		h := families[0]
		families = families[1:]
		return h
	}
	for _, until := range []struct {
		step string
		back []int // working days before today on which they were handed in
	}{
		{"submitted", []int{0, 1, 1}}, {"supplement", []int{3, 4}}, {"check", []int{2, 3, 4}}, {"visit", []int{5, 6, 8}},
		{"review", []int{9, 9, 10}}, {"publicity", []int{11, 12, 12, 13}}, {"reinvestigate", []int{19}},
		{"confirm", []int{18, 20, 22, 27}}, {"approved", []int{32, 40, 55, 70}}, {"withdrawn", []int{12}},
	} {
		for _, n := range until.back {
			if h := next(); h >= 0 {
				s.family(h, s.back(n), until.step)
			}
		}
	}
	return nil
}

// changed has a family whose benefit runs say that something is otherwise now.
func (m *matter) changed(day calendar.Day, said string, odd int64) {
	m.add(at(day, 10, 5), func(ctx context.Context) error {
		c, err := casework.Find(ctx, m.desk.DB, m.id)
		if err != nil || c.State != casework.Approved {
			return err
		}
		benefit, err := recheck.BenefitOf(ctx, m.desk.DB, m.id)
		if err != nil {
			return err
		}
		who := casework.Actor{ID: string(c.Applicant), Name: c.Name, Role: "citizen"}
		o := recheck.Occasion{Benefit: benefit, Origin: recheck.Resident, Title: "您说家里情况变了", Detail: map[string]string{"说了什么": said}, By: who}
		if odd > 0 {
			o.Facts = []fact.Statement{{Name: "零工收入", About: casework.Applicant, Value: fact.MoneyOf(odd), Source: "self", At: m.clock.UTC()}}
		}
		return m.desk.DB.Do(ctx, func(tx *db.Tx) error {
			_, err := recheck.New(m.desk).Look(ctx, tx, o)
			return err
		})
	})
}

var way = []string{"submitted", "supplement", "check", "visit", "review", "publicity", "reinvestigate", "confirm", "approved"}

func reaches(until, step string) bool {
	order := map[string]int{}
	for i, name := range way {
		order[name] = i
	}
	return order[until] >= order[step]
}

// family plays one family's case up to a step.
func (s *stage) family(household int, day calendar.Day, until string) {
	m := &matter{stage: s, household: household, day: day}
	head := s.county.Person(s.county.Household(household).Members[0])
	m.handIn(head.Number)
	m.everyoneConsents()
	switch until {
	case "submitted":
		return
	case "withdrawn":
		m.withdraw(head.Number)
		return
	case "supplement":
		m.step(1, 10, "supplement", "", func(do *casework.Doing) {
			do.Lacks = []string{"近三个月的工资流水", "租房合同或房东电话"}
		})
		return
	}
	m.step(0, 15, "accept", "")
	if reaches(until, "visit") {
		m.step(2, 10, "checked", "")
	}
	if reaches(until, "review") {
		m.visited(5, "住房和申请时说的一样，家里没有值钱的东西，邻居说的也一致。")
	}
	if reaches(until, "publicity") {
		m.step(7, 10, "propose", "家庭人口、收入、财产核对清楚，符合条件，建议同意。")
	}
	if until == "reinvestigate" {
		m.objected(8)
	}
	if reaches(until, "reinvestigate") {
		m.midnight(s.after(day, 7) + 8)
	}
	if until != "approved" {
		return
	}
	m.step(16, 11, "agree", "审核材料齐全，入户记录与部门数据一致，公示没有异议，同意。")
	switch day { // the two that have been approved longest
	case s.back(70):
		m.changed(s.back(2), "上个月在镇上的饭店帮工，以后每月有 600 元。", 60000)
	case s.back(55):
		m.changed(s.back(3), "孩子回来住了几天，又走了，想问问有没有影响。", 0)
	}
}

// midnight lets the clock end a public notice.
func (m *matter) midnight(d calendar.Day) {
	m.add(at(d, 0, 5), func(context.Context) error { return nil })
}

func (m *matter) withdraw(number string) {
	m.add(at(m.after(m.day, 1), 20, 3), func(ctx context.Context) error {
		me, err := m.desk.People.ByNumber(ctx, m.desk.DB, number)
		if err != nil {
			return err
		}
		return m.desk.DB.Do(ctx, func(tx *db.Tx) error {
			_, err := m.desk.Act(ctx, tx, casework.Doing{Case: m.id, Act: "withdraw", Reason: "找到工作了", Who: casework.Actor{ID: string(me.ID), Name: me.Name, Role: "citizen"}})
			return err
		})
	})
}

func (m *matter) objected(n int) {
	m.add(at(m.after(m.day, n), 18, 40), func(ctx context.Context) error {
		if m.stuck {
			return nil
		}
		notice, err := db.One(ctx, m.desk.DB, db.Value[string], `SELECT id FROM casework_notice WHERE case_id = ?`, m.id)
		if err != nil {
			return err
		}
		return m.desk.DB.Do(ctx, func(tx *db.Tx) error {
			_, err := m.desk.Object(ctx, tx, notice, "这家人有一辆三轮车在拉货，请查一查有没有收入。", "")
			return err
		})
	})
}

// story plays the families that the sign-in page offers.
func (s *stage) story() {
	li := &matter{stage: s, household: s.of(county.LiXiufen), day: s.back(6)}
	li.handIn(county.LiXiufen) // 王建军 has not agreed yet
	li.step(0, 15, "accept", "")

	zhao := &matter{stage: s, household: s.of(county.ZhaoYuqin), day: s.back(45)}
	zhao.handIn(county.ZhaoYuqin)
	zhao.step(0, 15, "accept", "")
	zhao.step(2, 10, "checked", "")
	zhao.visited(4, "住在单位的宿舍，两个孩子上学，家里没有值钱的东西。")
	zhao.step(6, 10, "propose", "单亲家庭，收入低，建议同意。")
	zhao.midnight(s.after(zhao.day, 6) + 8)
	zhao.step(15, 11, "agree", "情况属实，符合条件，同意。")

	chen := &matter{stage: s, household: s.of(county.ChenDashan), day: s.back(30)}
	chen.handIn(county.ChenDashan)
	chen.everyoneConsents()
	chen.step(0, 15, "accept", "")
	chen.step(2, 10, "checked", "")
	chen.visited(5, "老两口身体还行，院里停着一辆小轿车，说是平时接送孙子用。")
	chen.step(7, 10, "oppose", "名下小轿车的价值超过规定，建议不同意。")
	chen.step(9, 16, "refuse", "您家名下有一辆小轿车，车管登记的价值超过了规定的上限。把车卖掉或者过户以后，可以再申请。")
}

func (s *stage) of(number string) int {
	p, _ := s.county.ByNumber(number)
	return p.Household
}

// eligible are households that the rules would help: plainly poor, of few
// people, of whom all live at home and departments tell the same.
func (s *stage) eligible(most int) []int {
	var all []int
	seen := map[string]int{}
	for i := range s.county.Households {
		h := s.county.Household(i)
		township := string(h.Village[:9])
		if i < 6 || len(all) >= most || seen[township] >= 4 || !s.county.Poor(h) {
			continue
		}
		seen[township]++
		all = append(all, i)
	}
	return all
}
