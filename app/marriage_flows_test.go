package app_test

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"minzheng/app/demo"
	"minzheng/app/demo/county"
)

// registrar signs a clerk of the counter in.
func (h *house) registrar(login string) *visitor {
	h.t.Helper()
	v := h.visitor()
	v.post("/staff/sign-in", "login", login, "password", demo.Password).must(h.t, http.StatusOK)
	return v
}

// enter has two people asked about, and waits for what departments say.
func (v *visitor) enter(one, other [3]string) page {
	v.h.t.Helper()
	return v.post("/staff/marriage", "name-1", one[0], "number-1", one[1], "declared-1", one[2], "name-2", other[0], "number-2", other[1], "declared-2", other[2])
}

var (
	shen  = [3]string{"沈志远", county.ShenZhiyuan, "未婚"}
	liang = [3]string{"梁佳音", county.LiangJiayin, "未婚"}
	lu    = [3]string{"陆远航", county.LuYuanhang, "未婚"}
	su    = [3]string{"苏晓棠", county.SuXiaotang, "未婚"}
	he    = [3]string{"贺鸣", county.HeMing, "未婚"}
	qin   = [3]string{"秦雨", county.QinYu, "离异"}
	xie   = [3]string{"谢安平", county.XieAnping, "未婚"}
	fang  = [3]string{"方宁", county.FangNing, "未婚"}
	tang  = [3]string{"唐凯", county.TangKai, "未婚"}
	ning  = [3]string{"宁夏", county.NingXia, "未婚"}
)

// seen are the ticks of a registrar.
func seen() []string {
	return []string{"present", "1", "willing", "1", "nokin", "1", "told", "1", "signed", "1"}
}

func TestTwoAreRegisteredInOneVisitAndTheirCertificateHolds(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		gu := h.registrar("hunyin1")
		p := gu.enter(liang, shen).must(t, http.StatusOK, "可以登记", "做过婚检", "390***********9997")
		gu.post(p.path+"/register", "present", "1").must(t, http.StatusUnprocessableEntity, "双方都自愿", "签字")
		cert := gu.post(p.path+"/register", seen()...).must(t, http.StatusOK, "登记好了", "J390121-2026-000001", "婚姻有效", "示例章")
		code := regexp.MustCompile(`核验码 ([A-Z0-9]{12})`).FindStringSubmatch(cert.raw)
		if code == nil {
			t.Fatal("the certificate has no code")
		}
		anybody := h.visitor()
		claim := []string{"code", code[1], "number", "J390121-2026-000001", "one", "沈志远", "other", "梁佳音"}
		anybody.post("/public/marriage", claim...).must(t, http.StatusOK, "现在有效")
		claim[7] = "方宁"
		wrong := anybody.post("/public/marriage", claim...).must(t, http.StatusOK, "无效")
		wrong.mustNot(t, "梁佳音", county.LiangJiayin)
		// Neither can marry again, the same day or later.
		gu.enter(shen, fang).must(t, http.StatusOK, "现在不能登记", "本局登记簿有有效的婚姻")
		gu.get(p.path).must(t, http.StatusOK, "已经登记")
		gu.post(p.path+"/register", seen()...).must(t, http.StatusConflict, "已经办完")
		gu.get("/staff/marriage").must(t, http.StatusOK, "今天登记的1 件")
		// The archives find it by number and by name, and nothing of it stands in an address.
		gu.post("/staff/marriage/records", "number", "J390121-2026-000001").must(t, http.StatusOK, "查到 1 件")
		gu.post("/staff/marriage/records", "name", "梁佳音", "birth", "1995-11-03").must(t, http.StatusOK, "查到 1 件")
		gu.post("/staff/marriage/records", "name", "梁佳音", "birth", "1995-11-04").must(t, http.StatusOK, "查到 0 件")
		gu.post(cert.path+"/reissue", "reason", "遗失", "present", "1").must(t, http.StatusOK, "BJ390121-2026-000001")
		// A court annuls it: the certificate holds no more, and he is free.
		gu.post(cert.path+"/note", "kind", "void", "body", "清溪县人民法院", "paper", "（2026）示0121民初1号", "says", "婚姻无效").must(t, http.StatusOK, "无效或已撤销")
		claim[7] = "梁佳音"
		anybody.post("/public/marriage", claim...).must(t, http.StatusOK, "无效")
	})
}

func TestASilentDepartmentStopsOnlyWhatItIsNeededFor(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		gu := h.registrar("hunyin1")
		p := gu.enter(lu, su).must(t, http.StatusOK, "可以登记", "婚检自愿，不影响登记")
		gu.post(p.path+"/register", seen()...).must(t, http.StatusOK, "J390121-2026-000001")
		h.trouble(`{"source":"civil.marriage","mode":"reset"}`)
		p = gu.enter(shen, liang).must(t, http.StatusOK, "现在不能登记", "不能当作未婚")
		p.mustNot(t, "登记看到的原件")
		gu.post(p.path+"/register", seen()...).must(t, http.StatusConflict, "沈志远“现在没有配偶”")
		h.trouble(`{"source":"civil.marriage","restore":true}`)
		h.later(30 * time.Second) // the breaker rests
		gu.post(p.path+"/again").must(t, http.StatusOK)
	})
}

func TestADisputedDivorceIsSettledByTwoClerksAndATicket(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		gu, tong := h.registrar("hunyin1"), h.registrar("hunyin2")
		p := gu.enter(he, qin).must(t, http.StatusOK, "现在不能登记", "登记库：已婚；本人声明：离异")
		gu.post(p.path+"/ticket", "side", "1", "about", "marital").must(t, http.StatusOK, "最晚 2026年3月16日")
		paper := []string{"side", "1", "about", "marital", "kind", "生效的离婚判决书", "paper", "（2024）示01民终5号", "says", "准予离婚，2024-06-01 生效"}
		gu.post(p.path+"/evidence", "side", "1", "about", "marital", "kind", "口头说明", "says", "x").must(t, http.StatusUnprocessableEntity)
		first := gu.post(p.path+"/evidence", paper...).must(t, http.StatusOK, "等第二人", "现在不能登记")
		first.mustNot(t, "我也看过原件")
		id, _ := tong.get(p.path).must(t, http.StatusOK, "我也看过原件").Find("[name=evidence]").Attr("value")
		gu.post(p.path+"/second", "evidence", id).must(t, http.StatusForbidden, "另一位登记员")
		gu.post(p.path+"/register", seen()...).must(t, http.StatusConflict)
		tong.post(p.path+"/second", "evidence", id).must(t, http.StatusOK, "可以登记")
		gu.post(p.path+"/register", seen()...).must(t, http.StatusOK, "生效的离婚判决书，顾晓岚、童启明核对")
		tickets := gu.get("/staff/marriage/tickets").must(t, http.StatusOK, "秦雨", "等答复")
		at, _ := tickets.Find("form[action*='/tickets/']").Attr("action")
		gu.post(at, "state", "corrected", "answer", "民政厅已更正").must(t, http.StatusOK, "已更正")
	})
}

func TestWhoMayNotMarryIsToldByArticle(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		gu := h.registrar("hunyin1")
		gu.enter(tang, ning).must(t, http.StatusOK, "现在不能登记", "男方20 岁", "2028年1月15日满 22 岁", "民法典 第1047条")
		gu.enter(xie, fang).must(t, http.StatusOK, "户口簿：已婚", "开校核单")
		gu.enter([3]string{"沈志运", county.ShenZhiyuan, "未婚"}, liang).must(t, http.StatusOK, "查不到这个号码和姓名")
		gu.enter([3]string{"沈志远", "390121199406189998", "未婚"}, liang).must(t, http.StatusUnprocessableEntity, "身份证号有一位不对")
		gu.enter(shen, shen).must(t, http.StatusUnprocessableEntity, "是一样的")
		h.visitor().get("/staff/marriage").must(t, http.StatusOK, "登录")
		for _, other := range []string{"jingban01a", "guanli", "xianju1"} {
			h.registrar(other).get("/staff/marriage").must(t, http.StatusNotFound)
		}
	})
}

func TestTwoClerksWhoPressAtOnceRegisterOneMarriage(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		clerks := []*visitor{h.registrar("hunyin1"), h.registrar("hunyin2")}
		var at [4]string
		for i := range at {
			at[i] = clerks[i%2].enter(shen, [][3]string{liang, fang}[i/2]).must(t, http.StatusOK, "可以登记").path
		}
		var wait sync.WaitGroup
		var got [4]page
		for i := range at {
			wait.Go(func() { got[i] = clerks[i%2].post(at[i]+"/register", seen()...) })
		}
		wait.Wait()
		done := 0
		for _, p := range got {
			if p.status == http.StatusOK && strings.Contains(p.raw, "登记好了") {
				done++
			} else if p.status != http.StatusConflict {
				t.Errorf("%d %s", p.status, squeeze(p.Text()))
			}
		}
		if done != 1 {
			t.Errorf("%d marriages of one man, want 1", done)
		}
	})
}

// couple are two whose old marriage is in the archives.
func (v *visitor) takenIn() page {
	v.h.t.Helper()
	return v.post("/staff/marriage/records/old", "man-name", "罗诚", "man-number", county.LuoCheng, "woman-name", "乔木兰", "woman-number", county.QiaoMulan,
		"old-number", "J390121-2015-009001", "old-day", "2015-05-20").must(v.h.t, http.StatusOK, "补录好了", "婚姻有效")
}

func (v *visitor) appliesFor(marriage string) page {
	v.h.t.Helper()
	at := strings.Replace(marriage, "/records/", "/apply/", 1)
	v.get(at).must(v.h.t, http.StatusOK, "今天受理的话")
	return v.post(at, "present", "1", "willing", "1", "agreed", "1", "able", "1", "inland", "1", "agreement", "没有子女；房屋归女方；没有共同债务。")
}

func TestADivorceTakesItsTwoPeriodsAndTheSameOffice(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		gu := h.registrar("hunyin1")
		marriage := gu.takenIn()
		refused := strings.Replace(marriage.path, "/records/", "/apply/", 1)
		gu.post(refused, "present", "1", "willing", "1", "able", "1", "agreement", "x").must(t, http.StatusUnprocessableEntity, "没有书面谈妥", "不在内地")
		p := gu.appliesFor(marriage.path).must(t, http.StatusOK, "冷静期", "到 2026年4月1日", "2026年4月2日到2026年5月6日")
		gu.appliesFor(marriage.path).must(t, http.StatusConflict, "已经有一份")
		gu.post(p.path+"/finish", "present", "1", "willing", "1").must(t, http.StatusConflict, "2026年4月2日 起才能发证")
		h.later(31 * 24 * time.Hour) // 2026-04-02
		gu = h.registrar("hunyin1")
		gu.post(p.path+"/withdraw", "side", "0").must(t, http.StatusConflict, "到 2026年4月1日 为止")
		gu.post(p.path+"/finish", "present", "1").must(t, http.StatusUnprocessableEntity, "双方要一起来")
		gu.post(p.path+"/finish", "present", "1", "willing", "1").must(t, http.StatusOK, "L390121-2026-000001", "离婚证")
		gu.get(marriage.path).must(t, http.StatusOK, "已解除", "L390121-2026-000001")
		gu.post(p.path+"/finish", "present", "1", "willing", "1").must(t, http.StatusConflict, "已经结束")
	})
}

func TestADivorceIsWithdrawnByEitherOrEndsByTheClock(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		gu := h.registrar("hunyin1")
		marriage := gu.takenIn()
		p := gu.appliesFor(marriage.path).must(t, http.StatusOK)
		gu.post(p.path+"/withdraw", "side", "1").must(t, http.StatusOK, "乔木兰 撤回了")
		p = gu.appliesFor(marriage.path).must(t, http.StatusOK, "冷静期")
		h.later(65 * 24 * time.Hour) // 2026-05-06, the last day
		gu = h.registrar("hunyin1")
		gu.get(p.path).must(t, http.StatusOK, "可以领证")
		h.later(24 * time.Hour)
		gu = h.registrar("hunyin1")
		gu.get(p.path).must(t, http.StatusOK, "到期终止")
		gu.post(p.path+"/finish", "present", "1", "willing", "1").must(t, http.StatusConflict, "视为撤回")
		gu.get(marriage.path).must(t, http.StatusOK, "婚姻有效")
	})
}
