package app_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"minzheng/app"
)

// couple types two people in and waits for the answers to come by themselves.
func (b *browser) couple(one, other [3]string) {
	b.t.Helper()
	b.open("/staff/marriage")
	b.fill("name-1", one[0], "number-1", one[1], "declared-1", one[2], "name-2", other[0], "number-2", other[1], "declared-2", other[2])
	b.press("向部门核对")
	b.do(chromedp.WaitReady(`#answers:not([data-arrive])`))
}

func TestInABrowserACoupleIsRegisteredOneWaitsAndOneIsDisputed(t *testing.T) {
	h := open(t, app.Config{})
	b := chromium(t, h.server.URL, 1440, 900)
	b.signInStaff("hunyin1")
	b.sees("婚姻登记", "今天还没有办")

	b.couple(shen, liang) // all have answered, and agree
	b.sees("可以登记", "全国婚姻登记", "做过婚检")
	b.fill("present", "1", "willing", "1", "nokin", "1", "told", "1", "signed", "1")
	b.press("登记")
	b.sees("登记好了", "J390121-2026-000001", "核验码", "沈志远", "梁佳音")

	began := time.Now()
	b.couple(lu, su) // 卫健 never answers about her, and stops nobody
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("a silent department kept the counter for %s", took)
	}
	b.sees("可以登记", "没有回答", "婚检自愿，不影响登记", "再问没有回答的")

	b.couple(he, qin) // she is divorced, the records say married
	b.sees("现在不能登记", "登记库：已婚；本人声明：离异", "没有跳过的办法")
	b.press("开校核单")
	b.sees("已经报了，最晚 2026年3月16日 答复")

	b.wide, b.high = 390, 844
	b.do(chromedp.EmulateViewport(390, 844))
	b.open("/staff/marriage/tickets")
	b.sees("秦雨", "等答复")
	b.open("/public/marriage")
	b.sees("只回答这份证件有效还是无效")
}
