package app_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

func TestAnotherFamilysCaseDoesNotExistForAStranger(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	c := handedIn(t, h)
	stranger := h.resident(county.SunGuoping)
	for _, path := range []string{"/my/cases/" + string(c.ID), "/my/consents/" + string(c.ID), "/my/cases/" + string(c.ID) + "/letters/x", "/staff/cases/" + string(c.ID)} {
		p := stranger.get(path)
		if p.status != http.StatusNotFound && p.path != "/staff/sign-in" {
			t.Errorf("%s answers a stranger %d", path, p.status)
		}
		p.mustNot(t, "赵玉琴", c.Number)
	}
	stranger.post("/my/cases/"+string(c.ID)+"/acts/withdraw", "reason", "x").must(t, http.StatusNotFound)
	if c, _ = casework.Find(t.Context(), h.DB, c.ID); !c.IsOpen() {
		t.Fatal("a stranger withdrew the case")
	}
}

func TestStaffSeeOnlyTheirOwnPlaceAndDoOnlyTheirOwnStep(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	c := handedIn(t, h)
	path := "/staff/cases/" + string(c.ID)
	for _, login := range []string{"jingban01a", "fuze02", "shenji"} { // clerk and head of other townships, auditor
		p := h.staff(login).get(path)
		if login != "shenji" {
			p.must(t, http.StatusNotFound).mustNot(t, "赵玉琴")
		}
		after := h.staff(login).post(path+"/acts/accept", "revision", "1")
		if after.status < 400 {
			t.Errorf("%s did an act that is not theirs: %d", login, after.status)
		}
	}
	officer := h.staff("xianju1")
	officer.get(path).must(t, 200, "赵玉琴")
	officer.post(path+"/acts/accept", "revision", "1").must(t, http.StatusForbidden)
	if c, _ = casework.Find(t.Context(), h.DB, c.ID); c.Step != "submitted" {
		t.Fatalf("the case has moved to %s", c.Step)
	}
}

func TestWhoIsNotSignedInIsSentToTheDoor(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	for path, door := range map[string]string{"/my": "/sign-in", "/my/seen": "/sign-in", "/staff": "/staff/sign-in", "/staff/operations": "/staff/sign-in"} {
		if p := h.visitor().get(path); p.path != door {
			t.Errorf("%s leads to %s, want %s", path, p.path, door)
		}
	}
	h.visitor().post("/apply/dibao").must(t, http.StatusUnauthorized)
	v := h.resident(county.SunGuoping)
	h.later(13 * time.Hour)
	if p := v.get("/my"); p.path != "/sign-in" {
		t.Errorf("an expired session still opens /my (%s)", p.path)
	}
}

func TestWhatAnotherSiteSendsIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	v := h.resident(county.SunGuoping)
	req, _ := http.NewRequest(http.MethodPost, h.server.URL+"/apply/dibao", nil)
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	req.Header.Set("Origin", "https://evil.example")
	resp, err := v.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Fatalf("a cross-site POST answers %d, want 403", resp.StatusCode)
	}
	if n, _ := db.One(t.Context(), h.DB, db.Value[int], `SELECT COUNT(*) FROM casework_draft`); n != 0 {
		t.Fatal("it made a draft")
	}
}

func TestBadAnswersComeBackWithWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	v := h.resident(county.SunGuoping)
	p := v.press(v.get("/services"), "开始申请：最低生活保障")
	member := v.get(strings.Replace(p.path, "household", "member/new", 1))
	for _, c := range []struct{ number, words string }{
		{"390121194801300016", "身份证号有一位不对"}, {"39012119480130001", "要 18 位"}, {"390121194802300017", "出生日期不对"},
		{"390121209901010014", "出生日期不对"}, {`"><script>alert(1)</script>`, "要 18 位"},
	} {
		back := v.press(member, "保存", "name", `<img src=x onerror=alert(1)>`, "number", c.number, "relation", "配偶", "together", "是").must(t, 422, c.words)
		if got := back.Find("[name=number]").AttrOr("value", ""); got != c.number && !strings.Contains(c.number, "script") {
			t.Errorf("typed %q came back as %q", c.number, got)
		}
		back.mustNot(t, "<script>alert", "<img src=x")
		if back.Find("[role=alert] a[href='#f-number']").Length() != 1 {
			t.Errorf("the problem with %q does not lead to its field", c.number)
		}
	}
	v.press(member, "保存", "name", "孙国平", "number", county.SunGuoping, "relation", "配偶", "together", "是").must(t, 422, "已经写过了")
}

func TestPapersAreWhatTheyAreAndNotWhatTheyAreCalled(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	v := h.resident(county.SunGuoping)
	p := v.press(v.get("/services"), "开始申请：最低生活保障")
	at := strings.Replace(p.path, "household", "papers", 1)
	var photo bytes.Buffer
	png.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 40, 30)))
	for _, c := range []struct {
		name   string
		body   []byte
		status int
	}{
		{"照片.png", photo.Bytes(), 200}, {"照片.jpg", []byte("<html><script>1</script>"), 422}, {"证明.pdf", []byte("MZ\x90\x00exe"), 422},
		{"包.jpg", []byte("PK\x03\x04zip"), 422}, {"大.png", append(photo.Bytes(), make([]byte, 11<<20)...), 422}, {"空.png", nil, 422},
	} {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		f, _ := m.CreateFormFile("file-income", c.name)
		f.Write(c.body)
		m.WriteField("more", "1")
		m.Close()
		req, _ := http.NewRequest(http.MethodPost, h.server.URL+at, &b)
		req.Header.Set("Content-Type", m.FormDataContentType())
		v.do(req).must(t, c.status)
	}
	kept := v.get(at)
	if n := kept.Find("ul.z-photos img").Length(); n != 1 {
		t.Fatalf("%d papers were kept, want the one real photo", n)
	}
	src := kept.Find("ul.z-photos img").AttrOr("src", "")
	if p := h.resident(county.ZhaoYuqin).get(src); p.status != http.StatusNotFound {
		t.Fatalf("somebody else sees the paper: %d", p.status)
	}
}

func TestAMemberConsentsFromTheirOwnAccountAndThenTheDepartmentsAreAsked(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	v := h.resident(county.LiXiufen)
	p := v.press(v.get("/services"), "开始申请：最低生活保障").must(t, 200, "王建军")
	for _, m := range [][3]string{{"王建军", county.WangJianjun, "配偶"}, {"王小雨", county.WangXiaoyu, "女儿"}} {
		p = v.press(v.get(strings.Replace(p.path, "household", "member/new", 1)), "保存", "name", m[0], "number", m[1], "relation", m[2], "together", "是")
	}
	p = v.press(v.press(p, "都写上了"), "下一题", "phone", "19000000003", "address", "文昌路 18 号")
	p = v.press(p, "下一题", "work", "固定工作", "wage", "2460", "work_cost", "0", "pension", "0", "support", "0")
	p = v.press(p, "下一题", "work", "已退休", "pension", "1386", "support", "0")
	p = v.press(p, "下一题", "work", "没有工作", "pension", "0", "support", "0")
	for range 3 {
		p = v.press(p.must(t, 200, "名下有多少财产"), "下一题", "deposits", "1000", "houses", "0", "vehicle_value", "0")
	}
	for range 3 {
		p = v.press(p.must(t, 200, "有没有大病"), "下一题", "serious_illness", "否", "schooling", "不在校")
	}
	p = v.press(p, "下一题", "dwelling", "自有住房", "reason", "丈夫病退")
	v.press(v.press(p, "传好了").must(t, 200, "等王建军同意"), "交上去", "agree", "1", "declare", "1").must(t, 200, "已经交上去了")
	h.jobs()
	asked := func() int {
		n, err := db.One(t.Context(), h.DB, db.Value[int], `SELECT COUNT(*) FROM casework_lookup WHERE member = 'm2' AND source = 'hrss.pension'`)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if asked() != 0 {
		t.Fatal("人社 was asked about 王建军 before he agreed")
	}
	w := h.resident(county.WangJianjun)
	p = w.get(w.get("/my").must(t, 200, "李秀芬为家里申请低保，要您同意").Find("a[href*='/my/consents/']").AttrOr("href", ""))
	w.press(p, "同意").must(t, 422, "请勾选")
	w.press(p, "同意", "agree", "1").must(t, 200, "您已经同意查询")
	h.jobs()
	if asked() != 1 {
		t.Fatal("after he agreed 人社 was not asked")
	}
	c := only(t, h)
	if c.Conflicts < 1 || c.Verdict != "no" {
		t.Fatalf("conflicts %d, verdict %s; want the wage in dispute and no by the tax office's", c.Conflicts, c.Verdict)
	}
	s, p := at(t, h, holder(t, h, c), c)
	s.press(p, "受理").must(t, 200)
	s, p = at(t, h, holder(t, h, c), c)
	p.must(t, 200, "¥2,460.00", "¥1,980.00", "税务", "人社", "还不能办")
}

func TestAnObjectionIsLookedIntoAndAnswered(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := proposed(t, h)
		public := h.visitor()
		list := public.get("/public/notices").must(t, 200, "赵**")
		notice := public.get(list.Find("main a[href*='/public/notices/']").First().AttrOr("href", ""))
		filed := public.press(notice, "提交", "text", "她家在县城还有一间门面房出租，请查一查。").must(t, 200)
		code := regexp.MustCompile(`[A-Z2-9]{4} [A-Z2-9]{4} [A-Z2-9]{4}`).FindString(filed.Text())
		h.later(9 * day)
		if c, _ = casework.Find(t.Context(), h.DB, c.ID); c.Step != "reinvestigate" {
			t.Fatalf("with an open objection the case is at %s, want reinvestigate", c.Step)
		}
		s, p := at(t, h, holder(t, h, c), c)
		p.must(t, 200, "门面房")
		s.press(p, "复查完毕", "reason", "查了不动产登记，没有门面房。").must(t, 200)
		if code == "" {
			t.Fatalf("no code is shown to the objector:\n%s", squeeze(filed.Text()))
		}
		h.visitor().post("/public/objections", "code", code).must(t, 200, "没有门面房")
	})
}
