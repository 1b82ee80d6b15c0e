package app_test

import (
	"strings"
	"testing"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
)

// relative is somebody whom an applicant writes down.
type relative struct{ name, number, relation string }

func lis() []relative {
	return []relative{{"王建军", county.WangJianjun, "配偶"}, {"王小雨", county.WangXiaoyu, "女儿"}}
}

// nothing is what somebody says who earns and owns nothing.
var nothing = map[string]string{"phone": "19000000001", "address": "文昌路 18 号", "bank_account": "6217000112345678", "work": "没有工作", "pension": "0", "support": "0",
	"deposits": "0", "houses": "0", "vehicle_value": "0", "schooling": "不在校", "education_cost": "0", "rehabilitation_cost": "0", "living_cost": "0", "reason": "过不下去"}

// handIn fills in a service's whole application. Answers are given by field, or
// by member and field: m2.pension.
func handIn(t *testing.T, h *house, v *visitor, service string, family []relative, said map[string]string) casework.Case {
	t.Helper()
	p := v.post("/apply/"+service).must(t, 200)
	for range 40 {
		switch {
		case strings.HasSuffix(p.path, "/household"):
			for _, m := range family {
				new := v.get(strings.Replace(p.path, "household", "member/new", 1))
				pairs := []string{"name", m.name, "number", m.number, "relation", m.relation}
				if new.Find("[name=together]").Length() > 0 {
					pairs = append(pairs, "together", "是")
				}
				p = v.press(new, "保存", pairs...).must(t, 200, m.name)
			}
			p = v.press(p, "都写上了").must(t, 200)
		case strings.HasSuffix(p.path, "/papers"):
			p = v.press(p, "传好了").must(t, 200)
		case strings.HasSuffix(p.path, "/review"):
			pairs := []string{"declare", "1"}
			if p.Find("[name=agree]").Length() > 0 {
				pairs = append(pairs, "agree", "1")
			}
			p = v.press(p, "交上去", pairs...).must(t, 200, "已经交上去了")
			h.jobs()
			c, err := casework.Find(t.Context(), h.DB, casework.ID(p.path[strings.LastIndexByte(p.path, '/')+1:]))
			if err != nil {
				t.Fatal(err)
			}
			return c
		default:
			p = v.press(p, "下一题", spoken(p, said)...).must(t, 200)
		}
	}
	t.Fatalf("the application never ends; it is at %s", p.path)
	return casework.Case{}
}

// spoken are the answers that fit a page.
func spoken(p page, said map[string]string) []string {
	member := p.path[strings.LastIndexByte(p.path, '/')+1:]
	var all []string
	for _, from := range []map[string]string{nothing, said} {
		for name, value := range from {
			code := strings.TrimPrefix(name, member+".")
			if p.Find("main form [name='"+code+"']").Length() > 0 {
				all = append(all, code, value)
			}
		}
	}
	return all
}

// act has whoever holds a case do an act, after settling what differs.
func act(t *testing.T, h *house, c casework.Case, title string, pairs ...string) page {
	t.Helper()
	v, p := at(t, h, holder(t, h, c), c)
	return v.press(settle(t, v, p), title, pairs...).must(t, 200)
}

func again(t *testing.T, h *house, c casework.Case) casework.Case {
	t.Helper()
	c, err := casework.Find(t.Context(), h.DB, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var visited = []string{"visited_on", "2026-03-04", "visit_way", "入户", "investigator_1", "何芳", "investigator_2", "张明", "visit_found", "情况属实", "visit_signed", "是"}

// agreed has a grown member of the household agree to the check.
func agreed(t *testing.T, h *house, number string) {
	t.Helper()
	v := h.resident(number)
	link := v.get("/my").must(t, 200).Find("a[href*='/my/consents/']").AttrOr("href", "")
	v.press(v.get(link), "同意", "agree", "1").must(t, 200)
	h.jobs()
}

// letter is the newest letter of a case, as its applicant reads it.
func letter(t *testing.T, v *visitor, c casework.Case) page {
	t.Helper()
	p := v.get("/my/cases/"+string(c.ID)).must(t, 200)
	return v.get(p.Find("a[href*='/letters/']").First().AttrOr("href", "")).must(t, 200)
}

// toTheLis takes the family of 李秀芬 through a service up to the public
// notice, if there is one, or to the county.
func toTheLis(t *testing.T, h *house, service, propose string) (*visitor, casework.Case) {
	t.Helper()
	v := h.resident(county.LiXiufen)
	c := handIn(t, h, v, service, lis(), map[string]string{"m1.work": "固定工作", "m1.wage": "2460", "m1.work_cost": "0", "m1.deposits": "9000", "m1.houses": "1",
		"m2.work": "已退休", "m2.pension": "1386", "m3.schooling": "高中阶段", "m3.education_cost": "3000"})
	agreed(t, h, county.WangJianjun)
	act(t, h, c, "受理")
	act(t, h, c, "核对完成")
	act(t, h, c, "记录入户调查", visited...)
	if got := again(t, h, c); got.Verdict != "yes" {
		t.Fatalf("the rules say %s, want yes", got.Verdict)
	}
	act(t, h, c, propose, "reason", "情况属实")
	return v, c
}

func TestAFamilyJustAboveTheStandardIsConfirmedAndOtherServicesKnow(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		v, c := toTheLis(t, h, "dibao-bianyuan", "建议同意")
		act(t, h, c, "同意", "reason", "符合条件")
		letter(t, v, c).must(t, 200, "认定为低保边缘家庭", "人均月收入", "¥1,282.00", "示例文件〔2025〕1号", "社会救助法 第42条", "行政复议")
		v.get("/my").must(t, 200, "低保边缘家庭认定", "已认定", "从 2026-03 起").mustNot(t, "¥0.00")
		rigid := handIn(t, h, v, "gangxing", lis(), map[string]string{"m3.schooling": "高中阶段", "m3.education_cost": "3000"})
		facts, err := h.Desk.Facts(t.Context(), h.DB, rigid.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []string{"m1", "m2", "m3"} {
			if said, ok := facts.Best("享受低保边缘", m); !ok || said.Source != casework.Own || !said.Value.Bool() || said.Proof != string(c.ID) {
				t.Errorf("of %s the bureau says %+v, want that it has confirmed the family", m, said)
			}
		}
		if rigid.Verdict != "no" {
			t.Errorf("who is confirmed as the one is found %s as the other, want no", rigid.Verdict)
		}
	})
}

func TestAFamilyWithHighCostsIsConfirmedForTwelveMonths(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	v, c := toTheLis(t, h, "gangxing", "建议同意")
	act(t, h, c, "同意", "reason", "药费和学费太高")
	letter(t, v, c).must(t, 200, "认定为刚性支出困难家庭", "刚性支出¥21,000.00", "有效期至", "2027年3月1日", "刚性支出困难家庭认定办法")
	v.get("/my").must(t, 200, "刚性支出困难家庭认定", "已认定")
	until, err := db.One(t.Context(), h.DB, db.Value[string], `SELECT ends FROM assistance_benefit WHERE case_id = ?`, c.ID)
	if err != nil || until != "2027-03" {
		t.Errorf("it holds until %q (%v), want 2027-03", until, err)
	}
}

func TestHighCostsAreHelpedWithOnceAfterAPublicNotice(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	v, c := toTheLis(t, h, "zhichu", "建议同意，公示")
	h.visitor().get("/public/notices").must(t, 200, "李**", "临时救助（支出型）", "3 人").mustNot(t, "李秀芬", "6,500")
	h.later(9 * day)
	v = h.resident(county.LiXiufen)
	act(t, h, c, "同意", "reason", "符合条件")
	letter(t, v, c).must(t, 200, "一次发 ¥6,500.00", "必需支出", "¥21,000.00", "救助上限").mustNot(t, "/月，")
	v.get("/my").must(t, 200, "¥6,500.00，一次发")
	v.get("/my/cases/"+string(c.ID)).must(t, 200, "一次发 ¥6,500.00").mustNot(t, "从批准的下个月起发")
}

func TestAnOldManWithoutAnybodyIsCaredForByHisGrade(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		v := h.resident(county.SunGuoping)
		c := handIn(t, h, v, "tekun", nil, map[string]string{"work": "已退休", "pension": "160", "deposits": "2180", "houses": "1", "support_way": "分散供养", "capacity": "正常"})
		act(t, h, c, "受理")
		items := []string{"can_eat", "是", "can_dress", "是", "can_rise", "是", "can_toilet", "是", "can_walk", "是", "can_wash", "否"}
		act(t, h, c, "记录调查和评估", append(items, visited...)...)
		if got := again(t, h, c); got.Verdict != "yes" || got.Amount != 217300 {
			t.Fatalf("the rules say %s and %d 分, want yes and 217300", got.Verdict, got.Amount)
		}
		act(t, h, c, "建议同意，公示", "reason", "无人供养")
		h.visitor().get("/public/notices").must(t, 200, "孙**", "特困人员救助供养", "1 人").mustNot(t, "洗澡", "孙国平")
		h.later(9 * day)
		v = h.resident(county.SunGuoping)
		act(t, h, c, "同意", "reason", "符合条件")
		letter(t, v, c).must(t, 200, "每月发 ¥2,173.00/月", "自理能力", "半护理", "照料护理费", "2026年4月", "民发〔2021〕43号")
		v.get("/my").must(t, 200, "特困人员救助供养", "¥2,173.00/月", "从 2026-04 起")
	})
}

func TestAnObjectionToSomebodysCareIsLookedIntoAndPublishedAgain(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	v := h.resident(county.SunGuoping)
	c := handIn(t, h, v, "tekun", nil, map[string]string{"work": "已退休", "pension": "160", "support_way": "分散供养", "capacity": "正常"})
	act(t, h, c, "受理")
	items := []string{"can_eat", "是", "can_dress", "是", "can_rise", "是", "can_toilet", "是", "can_walk", "是", "can_wash", "是"}
	act(t, h, c, "记录调查和评估", append(items, visited...)...)
	act(t, h, c, "建议同意，公示", "reason", "无人供养")
	notice, err := db.One(t.Context(), h.DB, db.Value[string], `SELECT id FROM casework_notice WHERE case_id = ?`, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	err = h.DB.Do(t.Context(), func(tx *db.Tx) error {
		_, err := h.Desk.Object(t.Context(), tx, notice, "他有一个侄子在城里", "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.later(9 * day)
	if got := again(t, h, c); got.Step != "reinvestigate" {
		t.Fatalf("after the notice it is at %s, want reinvestigate", got.Step)
	}
	act(t, h, c, "复查完毕", "reason", "侄子不是法定义务人")
	if got := again(t, h, c); got.Step != "publicity" {
		t.Fatalf("after the answer it is at %s, want publicity again", got.Step)
	}
	h.later(9 * day)
	if got := again(t, h, c); got.Step != "confirm" {
		t.Fatalf("after the second notice it is at %s, want confirm", got.Step)
	}
}

var fire = map[string]string{"misfortune": "火灾", "misfortune_on": "2026-03-01", "hardship_now": "是"}

func TestWhatIsUrgentIsGivenFirstAndWrittenDownAfterwards(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		v := h.resident(county.ChenDashan)
		c := handIn(t, h, v, "jinan", nil, fire)
		if got := again(t, h, c); got.Verdict != "yes" || got.Due != 0 {
			t.Fatalf("the rules say %s, due %d", got.Verdict, got.Due)
		}
		act(t, h, c, "等不及，报负责人先行救助", "hardship", "较重", "investigator_1", "何芳", "visit_found", "房子烧了两间")
		act(t, h, c, "同意，先行救助", "reason", "没有地方住")
		v.get("/my").must(t, 200, "¥3,000.00，一次发", "从 2026-03 起")
		letter(t, v, c).must(t, 200, "先行救助决定", "¥3,000.00", "先行救助限额", "示例文件〔2026〕5号", "社会救助法 第50条", "行政复议")
		if got := again(t, h, c); !got.IsOpen() || got.Step != "register" {
			t.Fatalf("after the money the case is %s at %s, want open at register", got.State, got.Step)
		}
		act(t, h, c, "手续补齐", "visited_on", "2026-03-03", "investigator_1", "何芳", "investigator_2", "张明", "visit_found", "补充看了现场", "visit_signed", "是")
		if got := again(t, h, c); got.State != casework.Approved {
			t.Fatalf("in the end the case is %s", got.State)
		}
		dec, ok, err := h.Desk.Decided(t.Context(), h.DB, c.ID)
		if err != nil || !ok || dec.Outcome != casework.Approved || dec.Amount != 300000 {
			t.Fatalf("the decision is %t %s of %d 分 (%v)", ok, dec.Outcome, dec.Amount, err)
		}
	})
}

func TestAMisfortuneIsHelpedWithByTheNumberOfThoseWhoLiveTogether(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	v := h.resident(county.ZhaoYuqin)
	c := handIn(t, h, v, "jinan", []relative{{"刘子涵", county.LiuZihan, "女儿"}, {"刘子轩", county.LiuZixuan, "儿子"}}, fire)
	act(t, h, c, "受理，去核实")
	act(t, h, c, "记录核实情况", append([]string{"hardship", "较重"}, visited...)...)
	act(t, h, c, "建议同意", "reason", "情况属实")
	act(t, h, c, "同意", "reason", "符合条件")
	letter(t, v, c).must(t, 200, "一次发 ¥10,890.00")
	v.get("/my").must(t, 200, "¥10,890.00，一次发")
}

func TestASmallQuickHelpAsksNobodyAndIsGivenWithinThreeDays(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		v := h.resident(county.ZhaoYuqin)
		c := handIn(t, h, v, "kuaijiu", nil, fire)
		asked, err := h.Desk.Lookups(t.Context(), h.DB, c.ID)
		if err != nil || len(asked) != 0 {
			t.Fatalf("%d departments were asked (%v), want none", len(asked), err)
		}
		h.later(3 * day) // a Thursday; the weekend would count too
		act(t, h, c, "登记，报负责人", "hardship", "很重", "investigator_1", "何芳", "visit_found", "房子烧了两间")
		if got := again(t, h, c); got.Due != calendar.Date(2026, 3, 8) {
			t.Fatalf("it is due on %s, want Sunday 2026-03-08: three days by the calendar", got.Due)
		}
		v = h.resident(county.ZhaoYuqin)
		v.get("/my/cases/"+string(c.ID)).must(t, 200, "2026年3月8日").mustNot(t, "工作日", "周末和放假不算")
		act(t, h, c, "同意，马上发", "reason", "情况紧急")
		letter(t, v, c).must(t, 200, "一次发 ¥1,210.00", "救助封顶", "关于进一步健全完善临时救助制度的意见")
		v.get("/my").must(t, 200, "¥1,210.00，一次发")
		h.visitor().get("/public/notices").mustNot(t, "赵**")
	})
}

func TestASmallQuickHelpIsRefusedWithReasons(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	v := h.resident(county.ZhaoYuqin)
	c := handIn(t, h, v, "kuaijiu", nil, map[string]string{"misfortune": "没有遇到", "misfortune_on": "2026-03-01", "hardship_now": "是"})
	act(t, h, c, "登记，报负责人", "hardship", "较轻", "investigator_1", "何芳", "visit_found", "平时收入少")
	act(t, h, c, "不同意", "reason", "没有突发的事，可以申请低保，我们帮您办。")
	letter(t, v, c).must(t, 200, "没有批准", "遇到了突发变故、意外伤害或者重大疾病：不符合", "可以申请低保")
}

// listed has a member of staff open a case for a family.
func listed(t *testing.T, h *house, service string, members ...relative) casework.Case {
	t.Helper()
	s, err := h.Desk.Services().Find(service)
	if err != nil {
		t.Fatal(err)
	}
	me, err := h.People.ByNumber(t.Context(), h.DB, members[0].number)
	if err != nil {
		t.Fatal(err)
	}
	a := casework.Application{Key: "sweep/2026-03/" + string(me.ID), Service: s, Applicant: me.ID, Region: me.Region,
		By: casework.Actor{ID: "sweep", Name: "名册", Role: "township-clerk"}}
	for i, m := range members {
		born, _ := form.Born(m.number)
		a.Members = append(a.Members, casework.Member{Key: "m" + string(rune('1'+i)), Name: m.name, Number: m.number, Relation: m.relation,
			Birth: calendar.Date(born.Year(), int(born.Month()), born.Day())})
	}
	var c casework.Case
	if err := h.DB.Do(t.Context(), func(tx *db.Tx) (err error) { c, err = h.Desk.OpenCase(t.Context(), tx, a); return err }); err != nil {
		t.Fatal(err)
	}
	h.jobs()
	return c
}

func TestWhenPricesRiseThoseWhoReceiveGetMoreWithoutAsking(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	first := proposed(t, h)
	h.later(9 * day)
	act(t, h, first, "同意", "reason", "符合条件")
	zhao := []relative{{"赵玉琴", county.ZhaoYuqin, "本人"}, {"刘子涵", county.LiuZihan, "女儿"}, {"刘子轩", county.LiuZixuan, "儿子"}}
	c := listed(t, h, "jiage", zhao...)
	if c.Verdict != "yes" || c.Amount != 14890 {
		t.Fatalf("the rules say %s and %d 分, want yes and 14890", c.Verdict, c.Amount)
	}
	act(t, h, c, "列入发放名册")
	act(t, h, c, "同意发放", "reason", "在册")
	v := h.resident(county.ZhaoYuqin)
	letter(t, v, c).must(t, 200, "一次补 ¥148.90", "示例通知〔2026〕3月", "社会救助法 第32条")
	v.get("/my").must(t, 200, "价格临时补贴", "¥148.90，一次发", "¥3,072.00/月")
	v.post("/apply/jiage").must(t, 403, "要到窗口办")
	if none := listed(t, h, "jiage", relative{"孙国平", county.SunGuoping, "本人"}); none.Verdict != "no" {
		t.Errorf("who receives nothing is found %s, want no", none.Verdict)
	}
}

func TestNobodyIsTakenForAMemberOfAFamilyThatOnlyHadToProvideForThem(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	v := h.resident(county.SunGuoping)
	c := handIn(t, h, v, "tekun", []relative{{"陈大山", county.ChenDashan, "兄弟姐妹"}}, map[string]string{"support_way": "分散供养", "capacity": "正常", "m1.pension": "160"})
	granted(t, h, c)
	for number, want := range map[string]bool{county.SunGuoping: true, county.ChenDashan: false} {
		p, err := h.People.ByNumber(t.Context(), h.DB, number)
		if err != nil {
			t.Fatal(err)
		}
		price := listed(t, h, "jiage", relative{p.Name, number, "本人"})
		facts, err := h.Desk.Facts(t.Context(), h.DB, price.ID)
		if err != nil {
			t.Fatal(err)
		}
		if said, ok := facts.Best("享受特困供养", "m1"); !ok || said.Value != fact.BoolOf(want) {
			t.Errorf("of %s the bureau says %+v, want %t", p.Name, said, want)
		}
	}
}

// granted has a case of care go through; the brother in it has an income, but
// the clerk settles that he cannot provide.
func granted(t *testing.T, h *house, c casework.Case) {
	t.Helper()
	agreed(t, h, county.ChenDashan)
	act(t, h, c, "受理")
	items := []string{"can_eat", "是", "can_dress", "是", "can_rise", "是", "can_toilet", "是", "can_walk", "是", "can_wash", "是"}
	settled := casework.Settling{Fact: "已去世", About: "m2", Value: fact.BoolOf(true), Reason: "派出所已经证明", Who: casework.Actor{ID: "x", Name: "何芳", Role: "township-clerk"}}
	if err := h.DB.Do(t.Context(), func(tx *db.Tx) error { return h.Desk.Settle(t.Context(), tx, c.ID, settled) }); err != nil {
		t.Fatal(err)
	}
	act(t, h, c, "记录调查和评估", append(items, visited...)...)
	act(t, h, c, "建议同意，公示", "reason", "无人供养")
	h.later(9 * day)
	act(t, h, c, "同意", "reason", "符合条件")
}
