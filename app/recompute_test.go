package app_test

import (
	"net/url"
	"strings"
	"testing"
)

// benefiting is a family that has had a benefit from April to June.
func benefiting(t *testing.T, h *house) {
	t.Helper()
	c := proposed(t, h)
	h.later(9 * day)
	v, p := at(t, h, holder(t, h, c), c)
	v.press(p, "同意", "reason", "情况属实，同意").must(t, 200)
	h.later(90 * day) // 2026-06
}

// raiseSince has the income line changed as of a past day by two persons.
func raiseSince(t *testing.T, h *house, from, value string) {
	t.Helper()
	v := h.staff("xianju1")
	p := v.get("/staff/standards/dibao/"+url.PathEscape(incomeLine)+"/propose").must(t, 200)
	p = v.press(p, "提出，并算影响", "value", value, "region", county1, "from", from, "source", "清民发〔2026〕8号", "why", "按消费支出调整", "retro", "1").must(t, 200, "已经提出")
	activate(t, h, p.path)
}

func TestAStandardChangedAsOfAPastMonthIsPaidOutToTheFamily(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		benefiting(t, h)
		raiseSince(t, h, "2026-04-01", "1300")

		v := h.staff("xianju1")
		p := v.press(v.get("/staff/recompute").must(t, 200, "还没有重算过"), "开始算", "service", "dibao", "first", "2026-04", "document", "", "why", "低保标准从2026年4月起提高了").must(t, 422, "请写依据哪份文件")
		p = v.press(p, "开始算", "document", "清民发〔2026〕8号").must(t, 200, "正在算", "每 3 秒自己刷新")
		run := p.path
		h.jobs()
		p = v.get(run).must(t, 200, "补发 1 户", "2026年4月 到 2026年6月", "要请另一位有权限的人确认", "2026年7月起每月")
		p.mustNot(t, "看过了，确认执行")
		v.post(run+"/confirm", "seen", "0").must(t, 403, "要请另一位有权限的人确认")
		family := p.Find("#families ~ * a, table a[href*='/families/']").First().AttrOr("href", "")
		v.get(family).must(t, 200, "一个月一个月看", "补 ¥", "低保标准", "¥1,210.00 改为 ¥1,300.00", "清民发〔2026〕8号", "月保障金额", "给这一家的消息")
		v.post(run+"/export").must(t, 200, "受理号,申请人")

		second := h.staff("xianju2")
		second.get("/staff/recompute").must(t, 200, "等您确认")
		p = second.press(second.get(run), "看过了，确认执行").must(t, 200, "已经确认")
		h.jobs()
		second.get(run).must(t, 200, "已执行", "补发", "执行完了")
		second.get(family).must(t, 200, "补 ¥", "给这一家的消息", "低保标准从2026年4月起提高了，补发您 3 个月共", "从2026年7月起，每月发")

		again := h.staff("xianju1")
		p = again.press(again.get("/staff/recompute"), "开始算", "service", "dibao", "first", "2026-04", "document", "再算一次", "why", "再算一次")
		h.jobs()
		again.get(p.path).must(t, 200, "补发 0 户", "多发 0 户", "不变")
	})
}

func TestRecomputationsAreForOfficersOfTheCounty(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		benefiting(t, h)
		v := h.staff("xianju1")
		p := v.press(v.get("/staff/recompute"), "开始算", "service", "dibao", "first", "2026-04", "document", "试算", "why", "试算")
		h.jobs()
		run := p.path
		family := v.get(run).Find("a[href*='/families/']").First().AttrOr("href", "")
		for _, login := range []string{"jingban01a", "fuze01", "guanli"} {
			other := h.visitor()
			other.post("/staff/sign-in", "login", login, "password", "qingxi2026").must(t, 200)
			for _, path := range []string{"/staff/recompute", run, family} {
				other.get(path).must(t, 404)
			}
			other.post(run+"/drop").must(t, 404)
			other.post(run+"/export").must(t, 404)
			other.post(family, "out", "1", "reason", "x").must(t, 404)
		}
		auditor := h.staff("shenji")
		auditor.get(run).must(t, 200).mustNot(t, "作废这次重算", "看过了，确认执行")
		auditor.get(family).must(t, 200).mustNot(t, "不执行这一户")
		auditor.post(run+"/drop").must(t, 403)
		auditor.post(family, "out", "1", "reason", "x").must(t, 403)
		for _, path := range []string{run + "/nothing", strings.Replace(run, "recompute/", "recompute/x", 1) + "/confirm", family + "x"} {
			if got := v.post(path, "out", "1", "reason", "x"); got.status != 404 {
				t.Errorf("%s gives %d", path, got.status)
			}
		}
		v.get(run+"?kind=nonsense&page=-9").must(t, 200)
		v.get(run+"?number=390121-2020-000001").must(t, 200, "没有这个受理号")
		p = v.press(v.get(family), "不执行这一户", "reason", "正在复核").must(t, 200, "这一户不执行", "正在复核")
		v.get(run+"?kind=excluded").must(t, 200, "有 1 户不执行")
		v.press(v.get(family), "还是照常执行").must(t, 200, "照常执行")
		v.press(v.get(run), "作废这次重算").must(t, 200, "已经作废", "什么都没有变")
		if n, err := h.Desk.Audit.Of(t.Context(), h.DB, "recompute/"+run[len("/staff/recompute/"):], 9); err != nil || len(n) != 2 {
			t.Errorf("the log knows %+v of the run, %v", n, err)
		}
	})
}
