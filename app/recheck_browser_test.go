package app_test

import (
	"testing"
	"time"

	"minzheng/app/demo/county"
)

func TestARecheckWithAHearingInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts browsers")
	}
	engines(t, heard)
}

// heard is a re-check whose recipient is told on the phone and answers there.
func heard(t *testing.T, h *house) {
	rechecked(t, h)
	h.happens("tax.income", county.ZhaoYuqin, "income", "2026-06-01", map[string]any{"wage": 180000})
	h.happens("hrss.insurance", county.ZhaoYuqin, "", "2026-06-01", map[string]any{"wage": 180000})
	h.on(2026, time.June, 9)
	c := openRecheck(t, h)
	desk := chromium(t, h.server.URL, 1440, 900)
	as := func(login string) {
		desk.open("/staff")
		if desk.js(`return document.querySelector('.z-me') ? 'in' : ''`) != "" {
			desk.press("退出登录")
		}
		desk.signInStaff(login)
	}
	as(holder(t, h, c))
	desk.open("/staff/recheck")
	desk.sees("复核", "没有要确认的", "有变化，要核实")
	desk.open("/staff/cases/" + string(c.ID))
	desk.sees("低保复核", "税务告知：部门登记的收入有变化", "减少到", "¥800.00/月 → ¥1,800.00/月")
	desk.fill("hear.reason", "税务显示从六月起工资 1800 元。")
	desk.press("告诉本人")
	desk.sees("等本人说意见")

	phone := chromium(t, h.server.URL, 390, 844)
	phone.signIn(county.ZhaoYuqin)
	phone.open("/my")
	phone.sees("最低生活保障复核", "等您说说意见")
	phone.open("/my/cases/" + string(c.ID))
	phone.sees("等您说说意见", "照常发", "您的意见", "我没有意见")
	phone.press("听取意见告知书")
	phone.sees("还没有作决定", "减少到", "社会救助法 第48条", "2026年6月16日")
	phone.open("/my/cases/" + string(c.ID))
	phone.fill("reason", "只有这三个月有活")
	phone.press("交上我的意见")
	phone.sees("办好了", "正在提出处理建议")

	as(holder(t, h, c))
	desk.open("/staff/cases/" + string(c.ID))
	desk.sees("只有这三个月有活")
	desk.fill("advice", "减发", "propose.reason", "本人说只有三个月，合同到年底，建议减发。")
	desk.press("提出建议")
	as(holder(t, h, c))
	desk.open("/staff/cases/" + string(c.ID))
	desk.fill("less.reason", "工资增加。")
	desk.press("减发")
	desk.sees("已办结")

	phone.open("/my/cases/" + string(c.ID))
	phone.sees("办完了")
	phone.press("待遇调整决定书")
	phone.sees("¥2,072.00/月", "只有这三个月有活", "行政复议")
	phone.open("/my")
	phone.press("家里情况变了")
	phone.sees("哪里变了？")
	phone.fill("what", "left")
	phone.press("下一步")
	phone.sees("有人不在一起住了", "刘子涵")
	phone.press("告诉民政局")
	phone.sees("有 3 处要改")
}
