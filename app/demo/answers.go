package demo

import (
	"context"
	"fmt"
	"strconv"

	"minzheng/app/demo/county"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/file"
	"minzheng/kernel/form"
	"minzheng/kernel/people"
)

type paper struct {
	blob     file.Blob
	material string
}

// draft fills in an application as the family would: truthfully, as far as
// they know.
func (m *matter) draft(ctx context.Context, me people.Person, s *catalog.Service) (casework.Draft, []paper, error) {
	d := casework.NewDraft(me, s, me.Region)
	h := m.county.Household(m.household)
	for _, i := range h.Members {
		p := m.county.Person(i)
		if p.Number == me.Number {
			continue
		}
		applicant, _ := m.county.ByNumber(me.Number)
		if err := d.AddMember(casework.DraftMember{Name: p.Name, Number: p.Number, Relation: m.relation(applicant, p), Together: "是"}); err != nil {
			return d, nil, err
		}
	}
	ill := false
	for _, t := range d.Turns(s, calendar.DayOf(m.clock)) {
		member, _ := d.Member(t.Member)
		p, _ := m.county.ByNumber(member.Number)
		sent := map[string][]string{}
		for name, typed := range m.answers(p, h, me) {
			sent[name] = []string{typed}
		}
		ill = ill || p != nil && p.Illness != nil
		answers, problems := form.Read(t.Page.Fields, sent, m.clock)
		if len(problems) > 0 {
			return d, nil, fmt.Errorf("page %s: %w", t.Key(), problems)
		}
		d.Keep(t, answers, true)
	}
	d.Done["household"], d.Done["papers"], d.Done["review"] = true, true, true
	papers, err := m.papers(ctx, me, ill)
	return d, papers, err
}

// relation is what somebody is to the applicant.
func (m *matter) relation(me, p *county.Person) string {
	female := p.Sex == county.Female
	switch {
	case me.Spouse == p.Index:
		return "配偶"
	case p.Father == me.Index || p.Mother == me.Index:
		if female {
			return "女儿"
		}
		return "儿子"
	case me.Father == p.Index:
		return "父亲"
	case me.Mother == p.Index:
		return "母亲"
	case p.Relation == county.Grandson || p.Relation == county.Granddaughter:
		return "孙子女"
	}
	return "其他"
}

// answers are what the family types, by field. p is nil for the family's own
// pages.
func (m *matter) answers(p *county.Person, h *county.Household, me people.Person) map[string]string {
	if p == nil {
		return map[string]string{"phone": me.Phone, "address": h.Address, "bank_account": "62170001" + me.Number[6:14] + "00",
			"dwelling": "自有住房", "reason": "家里收入少，开销大，日子过不下去，希望得到帮助。"}
	}
	a := map[string]string{"work": "没有工作", "pension": "0", "support": yuan(p.Support), "deposits": yuan(p.Deposits + p.Securities), "houses": strconv.Itoa(len(p.Houses)),
		"serious_illness": "否", "schooling": schooling(p)}
	var vehicles int64
	for _, v := range p.Vehicles {
		vehicles += v.Value
	}
	a["vehicle_value"] = yuan(vehicles)
	if p.Illness != nil {
		a["serious_illness"] = "是"
	}
	if p.Pension != nil {
		a["work"], a["pension"] = "已退休", yuan(p.Pension.Amount)
	}
	switch {
	case p.Work.Wage > 0:
		a["work"], a["wage"], a["work_cost"] = "固定工作", yuan(p.Work.Wage), "0"
	case p.Work.OddJobs > 0:
		a["work"], a["odd_jobs"] = "打零工", yuan(p.Work.OddJobs)
	case p.Work.Farm+p.Work.Trade > 0:
		a["work"], a["business_income"] = "务农或做小生意", yuan(p.Work.Farm+p.Work.Trade)
	}
	return a
}

func schooling(p *county.Person) string {
	if p.School == nil {
		return "不在校"
	}
	switch p.School.Stage {
	case "幼儿园":
		return "学前"
	case "小学", "初中":
		return "义务教育"
	case "高中", "中职":
		return "高中阶段"
	}
	return "全日制本专科"
}

func yuan(fen int64) string {
	return fmt.Sprintf("%d.%02d", fen/100, fen%100)
}

// papers are made-up pictures, marked as such.
func (m *matter) papers(ctx context.Context, me people.Person, ill bool) ([]paper, error) {
	wanted := map[string]string{"income": "个人账户交易明细"}
	if ill {
		wanted["illness"] = "诊断证明"
	}
	var all []paper
	for _, s := range []string{"income", "illness"} {
		if wanted[s] == "" {
			continue
		}
		picture, err := picture(wanted[s], "户名 "+me.Name, "示例数据，不是真的材料", "清溪农商银行（虚构）")
		if err != nil {
			return nil, err
		}
		blob, err := m.app.Files.Put(ctx, wanted[s]+".png", picture)
		if err != nil {
			return nil, err
		}
		all = append(all, paper{blob, s})
	}
	return all, nil
}
