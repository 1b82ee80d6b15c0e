package app_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

// rechecked is 赵玉琴's family with a benefit of 3,072 yuan from April on.
func rechecked(t *testing.T, h *house) casework.Case {
	t.Helper()
	c := proposed(t, h)
	h.later(9 * day)
	v, p := at(t, h, holder(t, h, c), c)
	v.press(p, "同意", "reason", "情况属实，同意").must(t, 200)
	if err := h.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.jobs()
	return c
}

// on moves the clock forward to a day.
func (h *house) on(year int, month time.Month, d int) {
	h.t.Helper()
	h.mu.Lock()
	now := h.now
	h.mu.Unlock()
	to := time.Date(year, month, d, 9, 14, 0, 0, shanghai)
	for now.Add(20 * day).Before(to) { // jobs that come again each day would else come all at once
		h.later(20 * day)
		now = now.Add(20 * day)
	}
	h.later(to.Sub(now))
}

// happens has something happen to somebody, as a department knows it.
func (h *house) happens(source, number, kind, on string, values map[string]any) {
	h.t.Helper()
	b, err := json.Marshal(map[string]any{"source": source, "number": number, "kind": kind, "on": on, "values": values})
	if err != nil {
		h.t.Fatal(err)
	}
	resp, err := http.Post(h.departments.URL+"/happen.json", "application/json", strings.NewReader(string(b)))
	if err != nil || resp.StatusCode != http.StatusOK {
		h.t.Fatalf("a happening: %v %v", err, resp)
	}
	resp.Body.Close()
}

// openRecheck is the open re-check.
func openRecheck(t *testing.T, h *house) casework.Case {
	t.Helper()
	id, err := db.One(t.Context(), h.DB, db.Value[string], `SELECT case_id FROM assistance_recheck WHERE outcome = ''`)
	if err != nil {
		t.Fatal(err)
	}
	c, err := casework.Find(t.Context(), h.DB, casework.ID(id))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// text is one value from the tables.
func text(t *testing.T, h *house, query string) string {
	t.Helper()
	s, err := db.One(t.Context(), h.DB, db.Value[string], query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s
}

// does has whoever holds a case press a button.
func does(t *testing.T, h *house, c casework.Case, button string, pairs ...string) {
	t.Helper()
	v, p := at(t, h, holder(t, h, c), c)
	v.press(settle(t, v, p), button, pairs...).must(t, 200)
}

func TestARecheckThatFindsMoreIncomeHearsTheFamilyBeforeItPaysLess(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		rechecked(t, h)
		if review := text(t, h, `SELECT review FROM assistance_benefit`); review != "2026-10" {
			t.Fatalf("the first re-check is in %s, want 2026-10: she can work", review)
		}
		h.happens("tax.income", county.ZhaoYuqin, "", "2026-09-01", map[string]any{"wage": 180000})
		h.happens("hrss.insurance", county.ZhaoYuqin, "", "2026-09-01", map[string]any{"wage": 180000})
		h.on(2026, time.October, 9)
		c := openRecheck(t, h)
		if c.Step != "differs" || c.Due != 0 {
			t.Fatalf("the re-check is at %s, want differs", c.Step)
		}
		_, p := at(t, h, holder(t, h, c), c)
		p.must(t, 200, "低保复核", "到期复核")
		does(t, h, c, "告诉本人", "reason", "税务显示工资涨了。")
		v := h.resident(county.ZhaoYuqin)
		p = v.get("/my/cases/"+string(c.ID)).must(t, 200, "等您说说意见", "照常发")
		v.get(p.Find("a[href*='/letters/']").First().AttrOr("href", "")).must(t, 200, "听取意见告知书", "工资收入", "¥800.00", "¥1,800.00", "减少到", "社会救助法 第48条")
		p = v.press(v.get("/my/cases/"+string(c.ID)), "交上我的意见").must(t, 422, "请写明理由")
		v.press(p, "交上我的意见", "reason", "只有旺季三个月涨").must(t, 200)
		does(t, h, c, "提出建议", "advice", "减发", "reason", "本人说只涨三个月，但合同是长期的，建议减发。")
		does(t, h, c, "减发", "reason", "工资收入增加。")
		v.get("/my").must(t, 200, "¥3,072.00/月")
		p = v.get("/my/cases/" + string(c.ID))
		v.get(p.Find("a[href*='/letters/']").First().AttrOr("href", "")).must(t, 200, "待遇调整决定书", "¥3,072.00/月", "¥2,072.00/月", "只有旺季三个月涨", "行政复议", "2027年4月")
		h.on(2026, time.November, 2)
		h.resident(county.ZhaoYuqin).get("/my").must(t, 200, "¥2,072.00/月")
		if got := text(t, h, `SELECT outcome FROM assistance_recheck`); got != "less" {
			t.Errorf("it ends as %s, want less", got)
		}
	})
}

func TestManyThatStayAreConfirmedInOneGoAndOnePressTwiceDoesNoHarm(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := rechecked(t, h)
		h.on(2026, time.October, 9)
		v := h.staff(holder(t, h, openRecheck(t, h)))
		p := v.get("/staff/recheck").must(t, 200, "没有变化，等确认", "赵玉琴", "¥3,072.00/月", "公安", "税务", "2026年10月")
		v.press(p, "确认打勾的没有变化").must(t, 422, "请在要确认的前面打勾")
		other := h.staff("jingban01a")
		other.get("/staff/recheck").must(t, 200, "没有要确认的").mustNot(t, "赵玉琴")
		tick := p.Find("[name=case]").First().AttrOr("value", "")
		other.post("/staff/recheck/confirm", "case", tick).must(t, 200, "没有找到这件事")
		v.press(p, "确认打勾的没有变化", "case", tick).must(t, 200, "确认了 1 件")
		v.post("/staff/recheck/confirm", "case", tick).must(t, 200, "有 1 件没有确认", "赵玉琴")
		v.post("/staff/recheck/confirm", "case", "nonsense").must(t, 200, "没有找到这件事")
		v.post("/staff/recheck/confirm", "case", string(c.ID)+":1").must(t, 200, "没有找到这件事")
		if got := text(t, h, `SELECT outcome || ' ' || (SELECT review FROM assistance_benefit) FROM assistance_recheck`); got != "same 2027-04" {
			t.Errorf("it ends as %s, want same, and the next in April", got)
		}
		h.resident(county.ZhaoYuqin).get("/my").must(t, 200, "最低生活保障复核", "办完了")
		h.resident(county.ZhaoYuqin).get("/my/messages").must(t, 200, "没有变化，照常发放")
	})
}

func TestAFamilyThatSaysItIsWorseOffGetsMore(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		rechecked(t, h)
		v := h.resident(county.ZhaoYuqin)
		h.happens("tax.income", county.ZhaoYuqin, "", "2026-04-30", map[string]any{"wage": 0})
		h.happens("hrss.insurance", county.ZhaoYuqin, "", "2026-04-30", map[string]any{"wage": 0})
		p := v.get("/my").must(t, 200, "家里情况变了")
		p = v.get(p.Find("a[href*='/change']").First().AttrOr("href", "")).must(t, 200, "哪里变了？", "您靠什么生活？", "刘子涵有没有大病", "家里添了人")
		link := p.path
		p = v.get(link+"?what=living/m1").must(t, 200, "您靠什么生活？", "每月工资")
		v.post(link, "what", "living/m1", "work", "固定工作").must(t, 422, "请填写每月工资")
		v.post(link, "what", "nobody/m7").must(t, 422, "请选哪里变了")
		v.press(p, "告诉民政局", "work", "没有工作", "pension", "0", "support", "0", "words", "厂子关了").must(t, 200, "先向部门核对")
		h.jobs()
		c := openRecheck(t, h)
		if c.Step != "differs" {
			t.Fatalf("it is at %s, want differs", c.Step)
		}
		v.post(link, "what", "other", "words", "房租也涨了").must(t, 200, "先向部门核对")
		h.jobs()
		if n, err := db.One(t.Context(), h.DB, db.Value[int], `SELECT COUNT(*) FROM assistance_recheck`); err != nil || n != 1 {
			t.Fatalf("a second report makes %d re-checks (%v), want it to join the one", n, err)
		}
		_, p = at(t, h, holder(t, h, c), c)
		p.must(t, 200, "厂子关了", "房租也涨了")
		does(t, h, c, "只会多发，报县局", "reason", "失业，算下来要多发。")
		does(t, h, c, "增发", "reason", "失业。")
		p = v.get("/my/cases/" + string(c.ID))
		v.get(p.Find("a[href*='/letters/']").First().AttrOr("href", "")).must(t, 200, "待遇调整决定书", "¥3,872.00/月", "¥3,072.00/月")
		if dec, ok, err := h.Desk.Decided(t.Context(), h.DB, c.ID); err != nil || !ok || dec.Amount != 387200 {
			t.Errorf("the decision is of %d, %v, %v", dec.Amount, ok, err)
		}
	})
}

func TestARecheckIsNobodyElsesBusiness(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	c := rechecked(t, h)
	id := text(t, h, `SELECT id FROM assistance_benefit`)
	stranger := h.resident(county.ChenDashan)
	for _, path := range []string{"/my/benefits/" + id + "/change", "/my/benefits/nothing/change"} {
		stranger.get(path).must(t, 404)
		stranger.post(path, "what", "other", "words", "让他家停发").must(t, 404)
	}
	h.visitor().post("/my/benefits/"+id+"/change", "what", "other", "words", "让他家停发").must(t, 401, "请先登录")
	head := h.staff("fuze01")
	head.get("/staff/recheck").must(t, 200)
	head.get("/staff/recheck/report").must(t, 403)
	other := h.staff("jingban01a")
	other.post("/staff/recheck/report", "number", c.Number, "from", "邻居反映", "what", "他家买了车").must(t, 422, "没有找到这个受理号")
	other.post("/staff/recheck/overlaps/nothing", "look-x", "none").must(t, 404)
	other.post("/staff/recheck/dues/nothing", "state", "open").must(t, 404)
	if n, err := db.One(t.Context(), h.DB, db.Value[int], `SELECT COUNT(*) FROM assistance_recheck`); err != nil || n != 0 {
		t.Fatalf("%d re-checks were opened (%v), want none", n, err)
	}
	login := text(t, h, `SELECT login FROM auth_account WHERE id = (SELECT actor FROM casework_act WHERE code = 'accept')`)
	own := h.staff(login)
	own.post("/staff/recheck/report", "number", c.Number, "from", "邻居反映", "what", "车").must(t, 422, "4 到 1000 个字")
	own.post("/staff/recheck/report", "number", c.Number, "from", "邻居反映", "what", "他家买了车").must(t, 200, "低保复核", "登记家里的变化", "他家买了车")
}

func TestADeathThatTheFeedTellsIsSettledByPeople(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		rechecked(t, h)
		h.on(2026, time.June, 8)
		h.happens("civil.death", county.LiuZihan, "death", "2026-05-20", map[string]any{"dead": true, "died_on": "2026-05-20"})
		h.later(15 * time.Minute)
		c := openRecheck(t, h)
		if c.Step != "differs" || c.Due.String() != "2026-08-20" {
			t.Fatalf("it is at %s, due %s; want differs, by 2026-08-20", c.Step, c.Due)
		}
		does(t, h, c, "告诉本人", "reason", "刘子涵去世。")
		h.resident(county.ZhaoYuqin).press(h.resident(county.ZhaoYuqin).get("/my/cases/"+string(c.ID)), "我没有意见").must(t, 200)
		does(t, h, c, "提出建议", "advice", "减发", "reason", "人口减少。")
		does(t, h, c, "减发", "reason", "人口减少。")
		officer := h.staff("xianju1")
		p := officer.get("/staff/recheck").must(t, 200, "去世以后多发的钱", "2026年6月", "赵玉琴")
		p = officer.press(p, "登记").must(t, 422, "请选怎么处理", "请写明和谁")
		officer.press(p, "登记", p.Find("[name^=state-]").First().AttrOr("name", ""), "waived", p.Find("[name^=due-how-]").First().AttrOr("name", ""), "家里困难，不追回").must(t, 200, "记下了")
		if got := text(t, h, `SELECT state FROM assistance_due`); got != "waived" {
			t.Errorf("the overpayment is %s, want waived", got)
		}
	})
}

func TestAnOverlapIsATaskWithBothAndWhatTheRuleSays(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	c := rechecked(t, h)
	login := text(t, h, `SELECT login FROM auth_account WHERE id = (SELECT actor FROM casework_act WHERE code = 'accept')`)
	v := h.staff(login)
	v.post("/staff/recheck/report", "number", c.Number, "from", "入户发现", "what", "像是领了两份").must(t, 200)
	h.jobs()
	err := h.DB.Do(t.Context(), func(tx *db.Tx) error { // a second benefit of the same person, as an older system may have left it
		for _, query := range []string{
			`INSERT INTO assistance_benefit (id, case_id, service, title, recipient, region, members, amount, since, version, review)
				SELECT 'second', (SELECT case_id FROM assistance_recheck), 'tekun', '特困供养', recipient, region, members, 150000, since, version, '' FROM assistance_benefit`,
			`INSERT INTO assistance_covered (benefit, person) SELECT 'second', person FROM assistance_covered`} {
			if _, err := tx.Exec(t.Context(), query); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h.later(day)
	v = h.staff(login)
	p := v.get("/staff/recheck").must(t, 200, "同一个人领了两项", "特困供养（赵玉琴）", "最低生活保障（赵玉琴）", "¥1,500.00/月", "特困供养已经包含基本生活", "社会救助法 第16条")
	p = v.press(p, "记下，办完").must(t, 422, "请选要不要复核")
	look := p.Find("[name^=look-]").First().AttrOr("name", "")
	p = v.press(p, "记下，办完", look, "none").must(t, 422, "请写明查到了什么")
	v.press(p, "记下，办完", look, "none", strings.Replace(look, "look-", "how-", 1), "是录入错了，已经请县局改").must(t, 200, "记下了").mustNot(t, "同一个人领了两项")
	if n, err := db.One(t.Context(), h.DB, db.Value[int], `SELECT COUNT(*) FROM assistance_benefit WHERE until = ''`); err != nil || n != 2 {
		t.Errorf("%d benefits run (%v), want both: nothing stops by itself", n, err)
	}
}
