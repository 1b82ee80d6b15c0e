package app_test

import (
	"bytes"
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

var receipt = regexp.MustCompile(`[A-Z2-9]{4} [A-Z2-9]{4} [A-Z2-9]{4}`)

// tells has a visitor report something, and returns the page that comes.
func tells(v *visitor, pairs ...string) page {
	p := v.get("/public/report")
	place := p.Find("select[name=region] option").Eq(1).AttrOr("value", "")
	return v.press(p, "提交举报", append([]string{"kind", "officer", "region", place, "about", "宋慧，县民政局", "said", "收了人家两条烟，给人家办了低保。"}, pairs...)...)
}

func TestATipGoesFromThePublicPageToTheAnswerAndNeverToWhomItIsAbout(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		public := h.visitor()
		public.get("/public").must(t, 200, "举报")
		tells(public, "said", "收烟").must(t, 422, "10 到 2000 个字")
		code := receipt.FindString(tells(public, "contact", "19012345678").must(t, 200, "举报收到了").Text())
		if code == "" {
			t.Fatal("no code is shown")
		}
		public.post("/public/report/answer", "code", code).must(t, 200, "正在查", "两条烟").mustNot(t, "19012345678")
		public.post("/public/report/answer", "code", "ABCDEFGHJKMN").must(t, 404, "没有找到这个查询码")

		id := text(t, h, `SELECT id FROM assistance_tip`)
		path := "/staff/supervision/tips/" + id
		for _, login := range []string{"jiandu1", "xianju1", "jingban01a", "shenji", "guanli"} { // she whom it is about, and who has no part in it
			v := h.staffHome(login)
			v.get(path).must(t, http.StatusNotFound).mustNot(t, "两条烟", "19012345678")
			v.post(path+"/reporter", "why", "想知道是谁说的").must(t, http.StatusNotFound).mustNot(t, "19012345678")
			v.post(path+"/close", "outcome", "false", "found", "没有这回事", "answer", "查过了，没有这回事，请放心。").must(t, http.StatusNotFound)
		}
		h.staffHome("jiandu1").get("/staff/supervision").must(t, 200, "没有举报").mustNot(t, "反映工作人员")

		v := h.staffHome("jiandu2")
		p := v.get("/staff/supervision").must(t, 200, "反映工作人员", "正在查")
		p = v.get(p.Find("a[href*='/tips/']").First().AttrOr("href", "")).must(t, 200, "两条烟", "梁栋")
		p.mustNot(t, "19012345678")
		v.press(p, "看联系方式", "why", "").must(t, 422, "为什么非要联系")
		v.press(p, "看联系方式", "why", "要请他指认是哪一家").must(t, 200, "19012345678")
		v.get(path).must(t, 200).mustNot(t, "19012345678")
		p = v.press(p, "答复，办完", "outcome", "true", "found", "问了那一家，承认送过").must(t, 422, "10 到 1000 个字")
		v.press(p, "答复，办完", "answer", "您反映的事查到了，已经交给纪检处理。").must(t, 200, "已答复，属实")
		public.post("/public/report/answer", "code", strings.ToLower(strings.ReplaceAll(code, " ", ""))).must(t, 200, "已答复", "属实", "交给纪检")
	})
}

// staffHome signs in whoever it is: some have no inbox.
func (h *house) staffHome(login string) *visitor {
	h.t.Helper()
	v := h.visitor()
	v.post("/staff/sign-in", "login", login, "password", "qingxi2026")
	return v
}

func TestThePublicPageOfTipsStandsAttacks(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	v := h.visitor()
	said := func() int {
		n, err := db.One(t.Context(), h.DB, db.Value[int], `SELECT COUNT(*) FROM assistance_tip`)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	req, _ := http.NewRequest(http.MethodPost, h.server.URL+"/public/report", strings.NewReader("kind=other"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	req.Header.Set("Origin", "https://evil.example")
	resp, err := v.client.Do(req)
	if err != nil || resp.StatusCode != http.StatusForbidden {
		t.Fatalf("another site's form answers %v, %v", resp.StatusCode, err)
	}
	resp.Body.Close()
	back := tells(v, "about", `"><script>alert(1)</script>`, "said", "<img>").must(t, 422)
	back.mustNot(t, "<script>alert", "<img>")
	tells(v, "kind", "else").must(t, 422, "请选是什么事")
	tells(v, "region", "110101001").must(t, 422, "请选在哪个乡镇")
	tells(v, "said", strings.Repeat("长", 2001)).must(t, 422, "10 到 2000 个字")
	for name, body := range map[string]string{"照片.jpg": "<html><script>1</script>", "包.png": "PK\x03\x04zip"} {
		withFile(t, v, name, []byte(body)).must(t, 422)
	}
	if said() != 0 {
		t.Fatalf("%d tips came in, want none", said())
	}
	h.later(time.Hour)
	for range 3 {
		tells(v).must(t, 200, "举报收到了")
	}
	tells(v).must(t, http.StatusTooManyRequests, "刚提交过几次").mustNot(t, "举报收到了")
	if said() != 3 {
		t.Errorf("%d tips came in, want 3", said())
	}
	h.later(6 * time.Minute)
	tells(v).must(t, 200, "举报收到了")
	v.get("/public/draws").must(t, 200, "还没有抽过")
	v.get("/public/draws/../../etc").must(t, 404)
	v.get("/public/draws/none").must(t, 404)
}

func withFile(t *testing.T, v *visitor, name string, body []byte) page {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	f, _ := m.CreateFormFile("photos", name)
	f.Write(body)
	place := v.get("/public/report").Find("select[name=region] option").Eq(1).AttrOr("value", "")
	for field, value := range map[string]string{"kind": "officer", "region": place, "about": "宋慧，县民政局", "said": "收了人家两条烟，给人家办了低保。"} {
		m.WriteField(field, value)
	}
	m.Close()
	req, _ := http.NewRequest(http.MethodPost, v.h.server.URL+"/public/report", &b)
	req.Header.Set("Content-Type", m.FormDataContentType())
	return v.do(req)
}

func TestAnOfficersRelativeIsFiledAndTheOfficerSeesNothingOfIt(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	c := handedIn(t, h)
	login := holder(t, h, c)
	v := h.staff(login)
	p := v.get("/staff/kin").must(t, 200, "您还没有报过")
	v.press(p, "备案", "staff-name", "赵玉琴", "staff-number", "123", "staff-relation", "兄弟姐妹").must(t, 422, "18 位")
	v.press(p, "备案", "staff-name", "赵玉琴", "staff-number", county.ZhaoYuqin, "staff-relation", "兄弟姐妹").must(t, 200, "赵玉琴", "兄弟姐妹").mustNot(t, county.ZhaoYuqin)
	path := "/staff/cases/" + string(c.ID)
	v.get(path).must(t, http.StatusForbidden, "回避").mustNot(t, "刘子涵")
	v.post(path+"/acts/accept", "revision", "1").must(t, http.StatusForbidden, "回避")
	after, err := casework.Find(t.Context(), h.DB, c.ID)
	if err != nil || after.Step != "submitted" {
		t.Fatalf("the case is at %s, %v", after.Step, err)
	}
	if now := holder(t, h, after); now == login {
		t.Fatal("the case is still with her")
	}
	_, p = at(t, h, holder(t, h, after), after)
	p.must(t, 200, "近亲属备案", "单独备案", "兄弟姐妹", "申请人没有回答这一问")
	h.staffHome("jiandu1").get("/staff/kin").must(t, 200, "全部备案", "赵玉琴").mustNot(t, county.ZhaoYuqin)
	h.staffHome("jingban02a").get("/staff/kin").must(t, 200).mustNot(t, "赵玉琴")
}
