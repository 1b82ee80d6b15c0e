package app_test

import (
	"strings"
	"testing"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

// applied has a resident apply for a service: the members are added, fields are
// answered as said, and all others as the first choice or no.
func applied(t *testing.T, h *house, number, service string, members []relative, said map[string][]string) casework.Case {
	t.Helper()
	v := h.resident(number)
	p := v.post("/apply/"+service).must(t, 200)
	for _, m := range members {
		p = v.press(v.get(strings.Replace(p.path, "household", "member/new", 1)), "保存", "name", m.name, "number", m.number, "relation", m.relation).must(t, 200, m.name)
	}
	asked := map[string]int{}
	for range 30 {
		switch {
		case strings.HasSuffix(p.path, "/review"):
			p = v.press(p, "交上去", "agree", "1", "declare", "1").must(t, 200, "已经交上去了")
			h.jobs()
			c, err := casework.Find(t.Context(), h.DB, casework.ID(p.path[strings.LastIndexByte(p.path, '/')+1:]))
			if err != nil {
				t.Fatal(err)
			}
			return c
		case strings.HasSuffix(p.path, "/household"):
			p = v.press(p, "都写上了").must(t, 200)
		case strings.HasSuffix(p.path, "/papers"):
			p = v.press(p, "传好了").must(t, 200)
		default:
			p = v.press(p, "下一题", over(p, said, asked)...).must(t, 200)
		}
	}
	t.Fatalf("the application never ends; it is at %s:\n%s", p.path, squeeze(p.Text()))
	return casework.Case{}
}

// over are the answers of a page; a field that is asked of several members is
// answered with its next word each time.
func over(p page, said map[string][]string, asked map[string]int) []string {
	pairs := answers(p)
	for field, words := range said {
		found := p.Find("main form [name]").FilterFunction(func(_ int, s *selection) bool {
			n := s.AttrOr("name", "")
			return n == field || strings.HasSuffix(n, "."+field)
		})
		if found.Length() > 0 {
			pairs = append(pairs, field, words[min(asked[field], len(words)-1)])
			asked[field]++
		}
	}
	return pairs
}

// move is one act of whoever holds the case then.
type move struct {
	button string
	pairs  []string
}

// carried has a case carried from act to act, each a day after the last.
func carried(t *testing.T, h *house, c casework.Case, acts ...move) casework.Case {
	t.Helper()
	for _, a := range acts {
		v, p := at(t, h, holder(t, h, c), c)
		v.press(settle(t, v, p), a.button, a.pairs...).must(t, 200)
		h.later(day)
	}
	c, err := casework.Find(t.Context(), h.DB, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func because(button, reason string, pairs ...string) move {
	return move{button, append([]string{"reason", reason}, pairs...)}
}

// brought is what a decided case has brought.
type brought struct {
	Amount                     int64
	Since, Ends, Review, Owner string
}

func grant(t *testing.T, h *house, c casework.Case) brought {
	t.Helper()
	g, err := db.One(t.Context(), h.DB, func(r db.Row) (g brought, err error) {
		return g, r.Scan(&g.Amount, &g.Since, &g.Ends, &g.Review, &g.Owner)
	}, `SELECT b.amount, b.since, b.ends, b.review, p.name FROM assistance_benefit b JOIN people_person p ON p.id = b.recipient WHERE b.case_id = ?`, c.ID)
	if err != nil {
		t.Fatalf("%s has brought nothing: %v", c.Service, err)
	}
	return g
}

// letter is the newest letter of a case as its applicant reads it.
func letterOf(t *testing.T, h *house, number string, c casework.Case) page {
	t.Helper()
	v := h.resident(number)
	p := v.get("/my/cases/"+string(c.ID)).must(t, 200)
	return v.get(p.Find("a[href*='/letters/']").First().AttrOr("href", "")).must(t, 200, "行政复议法 第20条", "行政诉讼法 第46条")
}

// onDibao has 黄秀兰 granted the living allowance.
func onDibao(t *testing.T, h *house) {
	t.Helper()
	c := applied(t, h, county.HuangXiulan, "dibao", nil, map[string][]string{"work": {"没有工作"}, "pension": {"0"}, "support": {"0"},
		"deposits": {"1800"}, "houses": {"1"}, "vehicle_value": {"0"}, "schooling": {"不在校"}})
	c = carried(t, h, c, move{button: "受理"}, move{button: "核对完成"},
		move{"记录入户调查", []string{"visited_on", "2026-03-04", "visit_way", "入户", "investigator_1", "何芳", "investigator_2", "张明", "visit_found", "情况属实", "visit_signed", "是"}},
		because("建议同意", "一个人，没有收入"))
	h.later(9 * day)
	if c = carried(t, h, c, because("同意", "情况属实")); c.State != casework.Approved {
		t.Fatalf("the living allowance ends as %s", c.State)
	}
}

func TestASeverelyDisabledPersonOnDibaoGetsBothAllowancesFromTheMonthOfApplying(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		first := applied(t, h, county.HuangXiulan, "canji-shenghuo", nil, nil)
		if first.Verdict != "no" {
			t.Fatalf("without 低保 the verdict is %q, want no", first.Verdict)
		}
		acts := []move{{button: "受理"}, because("初审完毕", "残疾人证核对过"), because("审核完毕", "类别、等级、有效期都对")}
		carried(t, h, first, append(acts, because("不同意", "家里没有领低保。"))...)
		letterOf(t, h, county.HuangXiulan, first).must(t, 200, "没有批准", "家里在领低保，或者属于当地扩大进来的困难家庭：不符合", "国发〔2015〕52号")
		onDibao(t, h)
		living := carried(t, h, applied(t, h, county.HuangXiulan, "canji-shenghuo", nil, nil), append(acts, because("同意", "符合条件"))...)
		care := carried(t, h, applied(t, h, county.HuangXiulan, "canji-huli", nil, map[string][]string{"care_months": {"600"}}), append(acts, because("同意", "符合条件"))...)
		for c, want := range map[casework.ID]brought{
			living.ID: {11000, "2026-03", "", "2027-03", "黄秀兰"},
			care.ID:   {11000, "2026-03", "", "2027-03", "黄秀兰"},
		} {
			if got := grant(t, h, casework.Case{ID: c}); got != want {
				t.Errorf("granted %+v, want %+v: from the month of the application", got, want)
			}
		}
		h.resident(county.HuangXiulan).get("/my").must(t, 200, "困难残疾人生活补贴", "重度残疾人护理补贴", "¥110.00/月", "从 2026-03 起")
		letterOf(t, h, county.HuangXiulan, care).must(t, 200, "批准", "¥110.00/月", "2026年3月", "示例文件〔2025〕31号")
	})
}

func TestAnOldPersonGetsTheAllowanceOfTheirAge(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	c := applied(t, h, county.WangDefu, "gaoling-jintie", nil, map[string][]string{"elder_allowance_elsewhere": {"否"}})
	c = carried(t, h, c, move{button: "受理"}, because("核对完毕", "年龄和户籍都对"), because("同意", "符合条件"))
	if got, want := grant(t, h, c), (brought{6000, "2026-04", "", "2027-04", "王德福"}); got != want {
		t.Errorf("granted %+v, want %+v", got, want)
	}
	letterOf(t, h, county.WangDefu, c).must(t, 200, "高龄津贴申请结果", "¥60.00/月", "2026年4月", "82 周岁")
}

func TestAnOldPersonInNeedOfCareGetsAVoucherAsLongAsTheProjectRuns(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	said := map[string][]string{"elder_service_way": {"居家和社区服务"}, "elder_service_fee": {"900"}, "care_home_aid": {"否"}, "home_care_project": {"否"}}
	c := applied(t, h, county.HeSuzhen, "shineng-xiaofei", nil, said)
	c = carried(t, h, c, move{button: "受理"},
		move{"记录评估结果", []string{"ability_score", "44", "ability_raised", "否", "coma", "否"}}, because("同意", "评估是重度失能"))
	if got, want := grant(t, h, c), (brought{65000, "2026-04", "2026-12", "", "何素珍"}); got != want {
		t.Errorf("granted %+v, want %+v", got, want)
	}
	letterOf(t, h, county.HeSuzhen, c).must(t, 200, "每月最多 ¥650.00", "2026年12月", "不发现金", "民发〔2025〕37号", "预计每月抵扣")
	late := applied(t, h, county.WangDefu, "shineng-xiaofei", nil, said)
	carried(t, h, late, move{button: "受理"}, move{"记录评估结果", []string{"ability_score", "66", "ability_raised", "否", "coma", "否"}}, because("不同意", "评估是轻度失能。"))
	letterOf(t, h, county.WangDefu, late).must(t, 200, "没有批准", "能力评估是中度、重度或完全失能：不符合")
}

func TestAnOrphanIsProvidedForUntilEighteenAndNothingIsShownInPublic(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		family := []relative{{"吴小满", county.WuXiaoman, "孩子"}, {"吴建平", county.WuJianping, "孩子的父亲"}, {"许燕", county.XuYan, "孩子的母亲"}}
		c := applied(t, h, county.WuGuizhen, "guer", family, map[string][]string{"upbringing": {"社会散居"}, "parents_not_found": {"没有"}, "parent_state": {"死亡"}})
		if c.Verdict != "yes" || c.Amount != 145000 {
			t.Fatalf("verdict %s, %d 分; want yes and 145000", c.Verdict, c.Amount)
		}
		h.visitor().get("/public/notices").must(t, 200).mustNot(t, "吴")
		c = carried(t, h, c, move{button: "受理"}, because("查验完毕", "父母去世登记核对过", "inquired_on", "2026-03-04", "inquiry_found", "由祖母照顾，情况很好"), because("同意", "符合条件"))
		if got, want := grant(t, h, c), (brought{145000, "2026-04", "2035-05", "2027-04", "吴小满"}); got != want {
			t.Errorf("granted %+v, want %+v: it is the child's", got, want)
		}
		letterOf(t, h, county.WuGuizhen, c).must(t, 200, "吴桂珍", "为吴小满申请", "¥1,450.00/月", "2035年5月")
		h.visitor().get("/public/notices").must(t, 200).mustNot(t, "吴")
		again := applied(t, h, county.WuGuizhen, "guer", family, map[string][]string{"parent_state": {"死亡"}})
		s, p := at(t, h, holder(t, h, again), again)
		s.press(p, "受理").must(t, 200)
		s, p = at(t, h, holder(t, h, again), again)
		s.press(p, "查验完毕", "reason", "同前", "inquired_on", "2026-03-04", "inquiry_found", "同前").must(t, 200)
		s, p = at(t, h, holder(t, h, again), again)
		s.press(p, "同意", "reason", "再来一次").must(t, 409, "已经在领这一项")
	})
}

func TestAChildWhomNobodyLooksAfterGetsWhatTheDepartmentsConfirm(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		family := []relative{{"郑一鸣", county.ZhengYiming, "孩子"}, {"郑海", county.ZhengHai, "孩子的父亲"}}
		v := h.resident(county.ZhengLaogen)
		p := v.post("/apply/wuren-fuyang").must(t, 200, "孩子是谁")
		for _, m := range family {
			p = v.press(v.get(strings.Replace(p.path, "household", "member/new", 1)).must(t, 200).without(t, "住在一起"), "保存", "name", m.name, "number", m.number, "relation", m.relation).must(t, 200, m.name)
		}
		v.press(p, "都写上了").must(t, 422, "还要写上孩子的母亲")
		c := applied(t, h, county.ZhengLaogen, "wuren-fuyang", []relative{{"何莲", county.HeLian, "孩子的母亲"}},
			map[string][]string{"upbringing": {"社会散居"}, "parent_state": {"服刑在押", "失联"}, "custody_months": {"?"}, "missing_since": {"?"}})
		if c.Verdict != "yes" || c.Amount != 145000 || c.Silent != 0 {
			t.Fatalf("verdict %s, %d 分, %d silent; want yes by what 司法 and 公安 say", c.Verdict, c.Amount, c.Silent)
		}
		asked, err := h.Desk.Lookups(t.Context(), h.DB, c.ID)
		if err != nil || len(asked) != 10 {
			t.Errorf("%d questions went out (%v), want 10: 2 about the child, 4 about each parent, none about the grandfather", len(asked), err)
		}
		for _, a := range asked {
			if a.Member == casework.Applicant {
				t.Errorf("%s was asked about the grandfather", a.Source)
			}
		}
		v.get("/my/cases/"+string(c.ID)).must(t, 200).without(t, "同意查询")
		c = carried(t, h, c, move{button: "受理"}, because("查验完毕", "服刑、失联都核对过", "inquired_on", "2026-03-04", "inquiry_found", "由祖父照顾"), because("同意", "符合条件"))
		if got, want := grant(t, h, c), (brought{145000, "2026-04", "2032-09", "2026-10", "郑一鸣"}); got != want {
			t.Errorf("granted %+v, want %+v", got, want)
		}
		letterOf(t, h, county.ZhengLaogen, c).must(t, 200, "为郑一鸣申请", "民发〔2019〕62号", "2032年9月")
		h.visitor().get("/public/notices").must(t, 200).mustNot(t, "郑")
	})
}

// without fails the test if the page shows words.
func (p page) without(t *testing.T, words ...string) page {
	t.Helper()
	for _, w := range words {
		if strings.Contains(squeeze(p.Text()), w) {
			t.Fatalf("%s shows %q", p.path, w)
		}
	}
	return p
}
