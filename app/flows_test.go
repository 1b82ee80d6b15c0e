package app_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/audit"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

const day = 24 * time.Hour

// apply has 赵玉琴 fill in everything up to the last page.
func apply(t *testing.T, v *visitor) page {
	t.Helper()
	p := v.press(v.get("/services"), "开始申请：最低生活保障").must(t, 200, "家里有哪些人一起生活")
	for _, child := range []struct{ name, number, relation string }{{"刘子涵", county.LiuZihan, "女儿"}, {"刘子轩", county.LiuZixuan, "儿子"}} {
		p = v.press(v.get(strings.Replace(p.path, "household", "member/new", 1)), "保存", "name", child.name, "number", child.number, "relation", child.relation, "together", "是").must(t, 200, child.name)
	}
	p = v.press(p, "都写上了").must(t, 200, "怎么联系您")
	p = v.press(p, "下一题", "phone", "19000000001", "address", "石桥镇老街 5 号", "bank_account", "6217000112345678").must(t, 200, "您靠什么生活")
	p = v.press(p, "下一题", "work", "固定工作", "wage", "800", "work_cost", "0", "pension", "0", "support", "0").must(t, 200, "您名下有多少财产")
	p = v.press(p, "下一题", "deposits", "2,000.00", "houses", "0", "vehicle_value", "0").must(t, 200, "有没有大病")
	for _, schooling := range []string{"不在校", "义务教育", "义务教育"} {
		p = v.press(p, "下一题", "serious_illness", "否", "schooling", schooling)
	}
	p = v.press(p.must(t, 200, "家里遇到了什么困难"), "下一题", "dwelling", "租房", "reason", "一个人带两个孩子").must(t, 200, "传材料", "租房合同")
	return v.press(p, "传好了").must(t, 200, "请您看一遍", "也替刘子涵、刘子轩同意")
}

// handedIn is 赵玉琴's case as it comes to the clerk.
func handedIn(t *testing.T, h *house) casework.Case {
	t.Helper()
	v := h.resident(county.ZhaoYuqin)
	p := v.press(apply(t, v), "交上去", "agree", "1", "declare", "1").must(t, 200, "已经交上去了", "受理号 390121-2026-000001")
	h.jobs()
	c, err := casework.Find(t.Context(), h.DB, casework.ID(p.path[strings.LastIndexByte(p.path, '/')+1:]))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at opens a case as somebody sees it.
func at(t *testing.T, h *house, login string, c casework.Case) (*visitor, page) {
	t.Helper()
	v := h.staff(login)
	return v, v.get("/staff/cases/"+string(c.ID)).must(t, 200)
}

// holder is the login of whoever holds a case.
func holder(t *testing.T, h *house, c casework.Case) string {
	t.Helper()
	c, err := casework.Find(t.Context(), h.DB, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	login, err := db.One(t.Context(), h.DB, db.Value[string], `SELECT login FROM auth_account WHERE id = ?`, c.Assignee)
	if err != nil {
		t.Fatalf("nobody holds the case at %s: %v", c.Step, err)
	}
	return login
}

// settle takes the first source wherever sources differ.
func settle(t *testing.T, v *visitor, p page) page {
	t.Helper()
	for p.Find("form button").FilterFunction(func(_ int, s *selection) bool { return strings.HasPrefix(squeeze(s.Text()), "认定，并重新算") }).Closest("form").Find("[type=radio][value]").Length() > 0 {
		form := p.Find("[type=radio][name$='.value']").First()
		p = v.press(p, "认定，并重新算", "value", form.AttrOr("value", ""), "reason", "与上门看到的一致").must(t, 200)
	}
	return p
}

func visit(t *testing.T, h *house, c casework.Case) {
	t.Helper()
	v, p := at(t, h, holder(t, h, c), c)
	v.press(p, "记录入户调查", "visited_on", "2026-03-06", "visit_way", "入户", "investigator_1", "何芳", "investigator_2", "何芳", "visit_found", "情况属实", "visit_signed", "是").
		must(t, 422, "调查人一和调查人二要是两个人")
	v.press(p, "记录入户调查", "visited_on", "2026-03-06", "visit_way", "入户", "investigator_1", "何芳", "investigator_2", "张明", "visit_found", "情况属实", "visit_signed", "是").must(t, 200)
}

// proposed is a case up to the public notice.
func proposed(t *testing.T, h *house) casework.Case {
	t.Helper()
	c := handedIn(t, h)
	v, p := at(t, h, holder(t, h, c), c)
	p.must(t, 200, "赵玉琴", "刘子涵", "公安", "¥3,072.00", "社会救助法 第18条")
	v.press(p, "受理").must(t, 200)
	h.later(day)
	v, p = at(t, h, holder(t, h, c), c)
	v.press(settle(t, v, p), "核对完成").must(t, 200)
	h.later(3 * day)
	visit(t, h, c)
	h.later(3 * day)
	v, p = at(t, h, holder(t, h, c), c)
	v.press(p, "建议同意").must(t, 422, "请写明理由")
	v.press(p, "建议同意", "reason", "单亲家庭，收入低").must(t, 200)
	return c
}

func TestAFamilysCaseGoesFromThePhoneToTheLetter(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := proposed(t, h)
		h.visitor().get("/public/notices").must(t, 200, "赵**", "3 人", "石桥镇").mustNot(t, "赵玉琴", "800", county.ZhaoYuqin)
		h.later(9 * day)
		v, p := at(t, h, holder(t, h, c), c)
		p.must(t, 200, "公示期满")
		v.press(p, "同意", "reason", "情况属实，同意").must(t, 200)
		resident := h.resident(county.ZhaoYuqin)
		p = resident.get("/my/cases/"+string(c.ID)).must(t, 200, "批准了", "¥3,072.00")
		link := p.Find("a[href*='/letters/']").First().AttrOr("href", "")
		resident.get(link).must(t, 200, "最低生活保障申请结果", "赵玉琴", "2026年4月", "行政复议", "清溪县人民政府", "民发〔2021〕57号")
		if pdf := resident.get(link + "/pdf"); !strings.HasPrefix(pdf.raw, "%PDF-") {
			t.Fatalf("the letter's PDF begins with %.20q", pdf.raw)
		}
		resident.get("/my").must(t, 200, "正在领的", "¥3,072.00/月", "从 2026-04 起")
		resident.get("/my/seen").must(t, 200, "林秀梅", "向税务查询")
		h.jobs()
		after(t, h, c)
	})
}

// after checks what must be so once a case is decided.
func after(t *testing.T, h *house, c casework.Case) {
	t.Helper()
	sent, err := h.Notify.Deliveries(t.Context(), h.DB, c.Subject())
	if err != nil || len(sent) < 4 {
		t.Fatalf("%d messages went out (%v), want at least 4", len(sent), err)
	}
	for _, one := range sent {
		if one.Receipt == "" {
			t.Errorf("a message by %s has no receipt: %+v", one.Channel, one)
		}
	}
	if r, err := h.Audit.Verify(t.Context(), h.DB, ""); err != nil || !r.OK() {
		t.Errorf("the audit log does not verify: %v %v", err, r.Findings)
	}
	views, err := h.Audit.Of(t.Context(), h.DB, c.Subject(), 100)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, e := range views {
		if e.Verb == audit.View {
			seen++
		}
	}
	if seen < 4 {
		t.Errorf("%d views are in the audit log, want every one", seen)
	}
}

func TestARefusalIsWorkedOutLoud(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	v := h.resident(county.ChenDashan)
	p := v.press(v.get("/services"), "开始申请：最低生活保障")
	p = v.press(p, "都写上了")
	p = v.press(p, "下一题", "phone", "19000000002", "address", "南屏镇 1 号")
	p = v.press(p, "下一题", "work", "没有工作", "pension", "0", "support", "0")
	p = v.press(p, "下一题", "deposits", "1000", "houses", "1", "vehicle_value", "180000")
	p = v.press(p, "下一题", "serious_illness", "否", "schooling", "不在校")
	p = v.press(p, "下一题", "dwelling", "自有住房", "reason", "没有收入")
	p = v.press(v.press(p, "传好了"), "交上去", "agree", "1", "declare", "1").must(t, 200, "已经交上去了")
	h.jobs()
	c, err := casework.Find(t.Context(), h.DB, casework.ID(p.path[strings.LastIndexByte(p.path, '/')+1:]))
	if err != nil || c.Verdict != "no" || !c.IsOpen() {
		t.Fatalf("after the pre-check: verdict %q, state %q, error %v; want no, and open: a machine never refuses", c.Verdict, c.State, err)
	}
	for _, step := range []string{"受理", "核对完成"} {
		s, p := at(t, h, holder(t, h, c), c)
		s.press(settle(t, s, p), step).must(t, 200)
		h.later(day)
	}
	visit(t, h, c)
	s, p := at(t, h, holder(t, h, c), c)
	s.press(p, "建议不同意", "reason", "车辆超过规定").must(t, 200)
	s, p = at(t, h, holder(t, h, c), c)
	revision := p.Find("[name=revision]").First().AttrOr("value", "")
	s.post("/staff/cases/"+string(c.ID)+"/acts/agree", "revision", revision, "agree.reason", "照顾一下").must(t, 409, "规则算出来不符合条件")
	s.press(p, "不同意", "reason", "名下小轿车的价值超过规定。").must(t, 200)
	v = h.resident(county.ChenDashan)
	p = v.get("/my/cases/"+string(c.ID)).must(t, 200, "没有批准", "离符合条件还差多少：家庭车辆价值少")
	v.get(p.Find("a[href*='/letters/']").First().AttrOr("href", "")).must(t, 200, "没有批准", "离符合条件还差多少：家庭车辆价值少", "家里的机动车没有超过规定：不符合", "名下小轿车的价值超过规定", "行政复议法 第20条", "行政诉讼法 第46条")
}

func TestADoubleSubmissionMakesOneCase(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		v := h.resident(county.ZhaoYuqin)
		last := apply(t, v)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				req := v.request(last.path, "", map[string][]string{"agree": {"1"}, "declare": {"1"}})
				req.Header.Set("Sec-Fetch-Site", "same-origin")
				if resp, err := v.client.Do(req); err == nil {
					resp.Body.Close()
				}
			})
		}
		all.Wait()
		n, err := db.One(t.Context(), h.DB, db.Value[int], `SELECT COUNT(*) FROM casework_case`)
		if err != nil || n != 1 {
			t.Fatalf("eight clicks made %d cases (%v), want 1", n, err)
		}
		v.press(last, "交上去", "agree", "1", "declare", "1").must(t, 200, "受理号")
	})
}

func TestASilentDepartmentLeavesItsFactsUnknownAndIsAskedAgain(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	h.trouble(`{"source":"bank.deposits","mode":"reset"}`)
	v := h.resident(county.ZhaoYuqin)
	v.press(apply(t, v), "交上去", "agree", "1", "declare", "1")
	h.jobs()
	c := only(t, h)
	if c.Silent != 1 || c.Verdict != "yes" {
		t.Fatalf("silent %d, verdict %s; want 1 and yes by what the family said", c.Silent, c.Verdict)
	}
	_, p := at(t, h, holder(t, h, c), c)
	p.must(t, 200, "银行", "没有")
	h.trouble(`{"source":"bank.deposits","restore":true}`)
	h.later(2 * time.Minute)
	if c = only(t, h); c.Silent != 0 {
		t.Fatalf("after it is back, %d are still silent", c.Silent)
	}
}

func only(t *testing.T, h *house) casework.Case {
	t.Helper()
	id, err := db.One(t.Context(), h.DB, db.Value[string], `SELECT id FROM casework_case`)
	if err != nil {
		t.Fatal(err)
	}
	c, err := casework.Find(t.Context(), h.DB, casework.ID(id))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestADeadDepartmentNeverBlocksACaseForEver(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	h.trouble(`{"source":"*","mode":"reset"}`)
	v := h.resident(county.ZhaoYuqin)
	v.press(apply(t, v), "交上去", "agree", "1", "declare", "1")
	h.jobs()
	for range 12 {
		h.later(50 * time.Hour)
	}
	waiting, err := db.One(t.Context(), h.DB, db.Value[int], `SELECT COUNT(*) FROM job_job WHERE kind = 'casework.lookup'`)
	if err != nil || waiting != 0 {
		t.Fatalf("after weeks %d questions still wait (%v), want none", waiting, err)
	}
	c := only(t, h)
	s, p := at(t, h, holder(t, h, c), c)
	s.press(p, "受理").must(t, 200)
}

func TestWhatIsMissingIsAskedForOnceAndComesBackToTheSameClerk(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := handedIn(t, h)
		clerk := holder(t, h, c)
		s, p := at(t, h, clerk, c)
		s.press(p, "一次性告知补正").must(t, 422, "请写明缺什么")
		s.press(p, "一次性告知补正", "more", "近三个月的工资流水\n房东的电话").must(t, 200)
		v := h.resident(county.ZhaoYuqin)
		p = v.get("/my/cases/"+string(c.ID)).must(t, 200, "等您补材料", "近三个月的工资流水", "房东的电话")
		v.get(p.Find("a[href*='/letters/']").First().AttrOr("href", "")).must(t, 200, "请补材料", "房东的电话", "社会救助法 第62条")
		p = v.press(p, "补好了，交上去").must(t, 422, "请拍照传上来")
		v.press(p, "补好了，交上去", "reason", "流水当面交给何芳了").must(t, 200, "补好了")
		if again := holder(t, h, c); again != clerk {
			t.Fatalf("it comes back to %s, want %s who asked", again, clerk)
		}
		if c, _ = casework.Find(t.Context(), h.DB, c.ID); c.Step != "submitted" {
			t.Fatalf("it comes back to the step %s, want submitted", c.Step)
		}
	})
}
