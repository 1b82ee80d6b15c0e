package app_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
)

const incomeLine = "低保标准"

// propose has 周敏 of the county propose a standard of the county.
func propose(t *testing.T, h *house, from, value string) (v *visitor, path string) {
	t.Helper()
	v = h.staff("xianju1")
	p := v.get("/staff/standards/dibao/"+url.PathEscape(incomeLine)+"/propose").must(t, 200, "现在的值")
	p = v.press(p, "提出，并算影响", "value", value, "region", county1, "from", from, "source", "清民发〔2026〕8号", "why", "按消费支出调整").must(t, 200, "已经提出")
	return v, p.path
}

const county1 = string(county.Qingxi)

// activate has 唐宁 activate a change once its impact is worked out.
func activate(t *testing.T, h *house, path string) page {
	t.Helper()
	h.jobs()
	v := h.visitor()
	v.post("/staff/sign-in", "login", "guanli", "password", "qingxi2026").must(t, 200, "项标准变更等您复核")
	return v.press(v.get(path).must(t, 200, "影响"), "看过影响，启用").must(t, 200, "已经启用")
}

func dibao(t *testing.T, a *app.App) *catalog.Service {
	t.Helper()
	s, err := a.Desk.Services().Find("dibao")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// line is the income line that a case is judged by on a day.
func line(t *testing.T, h *house, c casework.Case, on calendar.Day) string {
	t.Helper()
	s, err := h.Desk.Services().Version(t.Context(), h.DB, c.Version)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := h.Desk.Facts(t.Context(), h.DB, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range h.Desk.Judge(c, s, facts, on).Conditions() {
		for _, u := range r.Used {
			if u.Name == incomeLine {
				return u.Shown() + " " + u.Set
			}
		}
	}
	t.Fatal("no condition reads the income line")
	return ""
}

func TestAChangedStandardIsFollowedEverywhereAndOldCasesKeepTheirs(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		second, err := app.Open(t.Context(), h.Config)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		stopped := make(chan struct{})
		go func() { second.Run(ctx); close(stopped) }()
		t.Cleanup(func() { stop(); <-stopped; second.Close() })

		old := handedIn(t, h) // 2026-03-02
		before := dibao(t, h.App)
		v, path := propose(t, h, "2026-04-01", "1280")
		v.get(path).mustNot(t, "看过影响，启用")
		v.post(path+"/activate", "seen", "").must(t, 403, "要请另一位有权限的人复核")
		activate(t, h, path)
		after := dibao(t, h.App)
		if after.Version == before.Version {
			t.Fatal("the version does not cover the change")
		}
		for end := time.Now().Add(10 * time.Second); dibao(t, second).Version != after.Version; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the other process has not noticed within ten seconds")
			}
		}
		h.visitor().get("/public/services/dibao").must(t, 200, "¥1,210.00")

		c := refusedToBe(t, h)
		if c.Version != after.Version || old.Version != before.Version {
			t.Fatalf("the new case has version %.8s, the old one %.8s; want %.8s and %.8s", c.Version, old.Version, after.Version, before.Version)
		}
		for _, one := range []struct {
			c    casework.Case
			on   calendar.Day
			want string
		}{{c, calendar.Date(2026, 3, 31), "¥1,210.00 示例文件〔2025〕1号"}, {c, calendar.Date(2026, 4, 1), "¥1,280.00 清民发〔2026〕8号"},
			{old, calendar.Date(2026, 4, 1), "¥1,210.00 示例文件〔2025〕1号"}} {
			if got := line(t, h, one.c, one.on); got != one.want {
				t.Errorf("a case of version %.8s is judged on %s by %s, want %s", one.c.Version, one.on, got, one.want)
			}
		}
		third, err := app.Open(t.Context(), h.Config)
		if err != nil {
			t.Fatal(err)
		}
		defer third.Close()
		if dibao(t, third).Version != after.Version {
			t.Error("a restart loses the change")
		}
	})
}

func TestOneDecreeChangesItsStandardInEveryServiceAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		v, path := propose(t, h, "2026-04-01", "1280")
		v.get(path).must(t, 200, "一起提出的").mustNot(t, "一起启用")
		h.jobs()
		officer := h.visitor()
		officer.post("/staff/sign-in", "login", "guanli", "password", "qingxi2026").must(t, 200, "项标准变更等您复核")
		officer.press(officer.get(path).must(t, 200, "特困人员"), "都看过了，一起启用").must(t, 200, "已经一起启用")
		changed := 0
		for _, s := range h.Desk.Services().All() {
			par := s.Rules.Parameters()[incomeLine]
			if par == nil {
				continue
			}
			changed++
			day := int32(calendar.Date(2026, 4, 1))
			if got := par.Show(par.On([]string{county1, "390100", "390000"}, day)); got != "¥1,280.00" {
				t.Errorf("%s is judged by %s", s.Title, got)
			}
		}
		if changed < 5 {
			t.Errorf("only %d services know the standard", changed)
		}
	})
}

// refusedToBe is 陈大山's case, who has a car that is too dear.
func refusedToBe(t *testing.T, h *house) casework.Case {
	t.Helper()
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
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatWasBegunBeforeAChangeIsHandedInUnderIt(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	before := dibao(t, h.App)
	v := h.resident(county.ZhaoYuqin)
	p := apply(t, v)
	_, path := propose(t, h, "2026-03-02", "1280")
	activate(t, h, path).must(t, 200, "没有能算的户")
	p = v.press(p, "交上去", "agree", "1", "declare", "1").must(t, 200, "已经交上去了")
	c, err := casework.Find(t.Context(), h.DB, casework.ID(p.path[strings.LastIndexByte(p.path, '/')+1:]))
	if err != nil || c.Version == before.Version || c.Version != dibao(t, h.App).Version {
		t.Fatalf("the case has version %.8s, error %v; before the change it was %.8s", c.Version, err, before.Version)
	}
	if got := line(t, h, c, calendar.Date(2026, 3, 2)); got != "¥1,280.00 清民发〔2026〕8号" {
		t.Errorf("it is judged by %s", got)
	}
}

func TestTheImpactCountsWhoWouldLoseAndWhatItSaves(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := proposed(t, h)
		h.later(9 * day)
		v, p := at(t, h, holder(t, h, c), c)
		v.press(p, "同意", "reason", "情况属实，同意").must(t, 200)
		officer, path := propose(t, h, "2026-05-01", "200")
		h.jobs()
		p = officer.get(path).must(t, 200, "1 户", "符合", "¥3,072.00", "离线最近的", "人均月收入", "¥1,210.00 改为 ¥200.00", c.Number)
		p.must(t, 200, "每月预算减少 ¥3,072.00", "不再符合 1 户", "符合0 户1 户0 户", "¥500.00 以上0 户1 户")
		activate(t, h, path).must(t, 200, "每月预算减少 ¥3,072.00", "第 1 户").mustNot(t, c.Number)
		all, err := h.Changes.Past(t.Context(), h.DB, auth.Who{Grants: []auth.Grant{{Role: "admin", Region: county1}}})
		if err != nil || len(all) != 1 || all[0].Impact == nil || all[0].Impact.Before != 307200 || all[0].Impact.After != 0 {
			t.Fatalf("kept are %+v, %v", all, err)
		}
		im := all[0].Impact
		if im.Households != 1 || im.Moves[catalog.Yes][catalog.No] != 1 || im.Less != 307200 || len(im.Flips) != 1 || im.Flips[0].Subject != string(c.ID) {
			t.Errorf("the impact is %+v", im)
		}
	})
}
