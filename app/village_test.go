package app_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"minzheng/app"
	"minzheng/app/demo"
	"minzheng/app/demo/county"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

// helper signs 田秀英 in, who helps in a village of 柳溪街道.
func (h *house) helper() *visitor {
	h.t.Helper()
	v := h.visitor()
	v.post("/staff/sign-in", "login", "cunwu1", "password", demo.Password).must(h.t, http.StatusOK, "村里的事")
	return v
}

// parts sends a form with files; of a value that begins with @ a picture is sent.
func (v *visitor) parts(path string, pairs ...string) page {
	v.h.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		if !strings.HasPrefix(pairs[i+1], "@") {
			m.WriteField(pairs[i], pairs[i+1])
			continue
		}
		f, err := m.CreateFormFile(pairs[i], pairs[i+1][1:])
		if err != nil {
			v.h.t.Fatal(err)
		}
		png.Encode(f, image.NewGray(image.Rect(0, 0, 64, 48)))
	}
	m.Close()
	req, err := http.NewRequest(http.MethodPost, v.h.server.URL+path, &b)
	if err != nil {
		v.h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", m.FormDataContentType())
	return v.do(req)
}

func (h *house) count(query string, args ...any) int {
	h.t.Helper()
	n, err := db.One(h.t.Context(), h.DB, db.Value[int], query, args...)
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// care is 黄秀兰's application for the care allowance, by somebody with a paper.
func care(key string, more ...string) []string {
	return append([]string{"key", key, "person", "黄秀兰", "number", county.HuangXiulan, "relation", "村（社区）协理员", "why", "行动不便", "way", "paper", "proof", "@委托书.png",
		"phone", "19000000031", "address", "文昌街道学府路 3 号", "care_months", "600", "similar_care", "0", "alone", "yes", "agree", "1", "declare", "1"}, more...)
}

func TestAVillageHelperAppliesForSomebodyWhoSeesItAndTakesItBack(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		v := h.helper()
		v.get("/village/file").must(t, 200, "重度残疾人护理补贴", "最低生活保障").mustNot(t, "fuhe")
		v.get("/village/file/canji-huli").must(t, 200, "本人姓名", "本人怎么委托的", "念给本人听")
		var p page
		for range 5 { // a bad line sends it again and again
			p = v.parts("/village/file/canji-huli", care("key-0123456789abcdef")...).must(t, 200, "替黄秀兰办的", "受理号", "书面委托")
		}
		if n := h.count(`SELECT COUNT(*) FROM casework_case WHERE service = 'canji-huli'`); n != 1 {
			t.Fatalf("sent five times, there are %d cases", n)
		}
		h.jobs()
		p = v.get(p.path).must(t, 200, "待受理", "只有本人和办事的人看得到")
		p.mustNot(t, "残疾等级", "19000000031", "部门查询")
		v.get("/village/").must(t, 200, "黄秀兰", "残疾人护理补贴")

		me := h.resident(county.HuangXiulan)
		me.get("/my").must(t, 200, "田秀英在替您申请重度残疾人护理补贴")
		me.get("/my/messages").must(t, 200, "田秀英受您委托（书面委托），替您申请残疾人护理补贴")
		id, err := db.One(t.Context(), h.DB, db.Value[string], `SELECT id FROM casework_mandate`)
		if err != nil {
			t.Fatal(err)
		}
		c, err := db.One(t.Context(), h.DB, db.Value[string], `SELECT case_id FROM casework_mandate`)
		if err != nil {
			t.Fatal(err)
		}
		me.get("/my/cases/"+c).must(t, 200, "代办：田秀英（村（社区）协理员）替您申请，书面委托", "田秀英代为提交申请")
		me.get("/my/mandates/"+id+"/proof").must(t, 200)
		h.resident(county.LiXiufen).get("/my/mandates/"+id).must(t, 404)

		clerk := h.staff("jingban02a") // of 文昌街道, where she lives
		clerk.get("/staff/cases/"+c).must(t, 200, "代办：田秀英", "因为行动不便", "看委托书或签名")
		clerk.get("/staff/cases/"+c+"/mandate").must(t, 200)
		clerk.get("/staff?v=office.township-clerk.390121002").must(t, 200, "田秀英代办")

		me.press(me.get("/my/mandates/"+id), "收回委托").must(t, 200, "委托收回了", "收回了")
		v.get("/village/filed/"+id).must(t, 200, "本人收回了委托").mustNot(t, "走到哪一步了")
		v.get("/village/").must(t, 200, "黄秀兰收回了委托")
		clerk.get("/staff/cases/"+c).must(t, 200, "本人后来收回了委托")
	})
}

func TestAVillageHelperSeesNoCaseHoweverTheVillageLies(t *testing.T) {
	h := open(t, app.Config{})
	v := h.helper()
	v.parts("/village/file/canji-huli", care("key-0123456789abcdef")...).must(t, 200)
	id, err := db.One(t.Context(), h.DB, db.Value[string], `SELECT id FROM casework_case`)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/staff/cases/" + id, "/staff/search?q=黄秀兰", "/staff/found", "/staff/families/" + id, "/staff/needs", "/staff/standards", "/my/cases/" + id} {
		if p := v.get(path); p.status == 200 && p.path != "/sign-in" {
			t.Errorf("%s is shown to who only helps in a village", path)
		}
	}
	if p := v.get("/staff"); p.path != "/village/" {
		t.Errorf("/staff leads to %s", p.path)
	}
	if p := h.staff("jingban01a").get("/village/"); p.status != 403 {
		t.Errorf("/village/ answers a clerk %d", p.status)
	}
}

func TestACodeToTheResidentsPhoneGivesAMandateAndAWrongOneDoesNot(t *testing.T) {
	h := open(t, app.Config{})
	v := h.helper()
	pairs := care("key-0123456789abcdef")
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == "way" {
			pairs[i+1] = "code"
		}
	}
	p := v.parts("/village/file/canji-huli", pairs...).must(t, 200, "本人收到的 6 位验证码", "等本人的验证码")
	if n := h.count(`SELECT COUNT(*) FROM casework_case WHERE service = 'canji-huli'`); n != 0 {
		t.Fatal("there is a case before the person agreed")
	}
	me := h.resident(county.HuangXiulan)
	text := me.get("/my/messages").must(t, 200, "就把验证码").Text()
	at := strings.Index(text, "验证码 ") // 验证码 123456 告诉
	code := text[at+len("验证码 ") : at+len("验证码 ")+6]
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	v.press(p, "本人同意了", "code", wrong).must(t, 422, "验证码不对")
	v.press(v.get(p.path), "本人同意了", "code", code).must(t, 200, "申请交上去了", "受理号")
	if n := h.count(`SELECT COUNT(*) FROM casework_member WHERE consent_by = 'own'`); n != 1 {
		t.Errorf("%d members have agreed themselves, want 1", n)
	}
}

func TestWhatIsNotWholeWaitsAsADraftThatTheHelperWritesOn(t *testing.T) {
	h := open(t, app.Config{})
	v := h.helper()
	pairs := []string{"key", "key-0123456789abcdef", "person", "黄秀兰", "number", county.HuangXiulan, "relation", "邻居", "why", "住院或在外地", "way", "sign", "signature", "@签名.png", "phone", "19000000031", "alone", "no"}
	p := v.parts("/village/file/dibao", pairs...).must(t, 200, "申请还差几样没写", "接着写")
	if n := h.count(`SELECT COUNT(*) FROM casework_case WHERE service = 'dibao'`); n != 0 {
		t.Fatal("what is not whole was handed in")
	}
	draft, _ := p.Find(`a[href^="/draft/"]`).Attr("href")
	v.get(draft).must(t, 200, "替黄秀兰写低保申请")
	h.resident(county.LiXiufen).get(draft).must(t, 404)
	if q := h.staff("jingban01a").get(draft); q.status != 404 {
		t.Errorf("another member of staff opens the draft: %d", q.status)
	}
	h.resident(county.HuangXiulan).get(draft).must(t, 200)
	bad := v.parts("/village/file/dibao", "key", "key-1123456789abcdef", "person", "黄秀英", "number", county.HuangXiulan, "relation", "邻居", "why", "不识字", "way", "sign", "signature", "@s.png")
	bad.must(t, 422, "姓名和身份证号对不上")
}

func TestAReportBecomesHelpAndItsReporterIsTold(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		v := h.helper()
		v.get("/village/report").must(t, 200, "谁家", "出了什么事", "急不急")
		v.parts("/village/report", "key", "key-0123456789abcdef", "name", "老李家").must(t, 422, "请写在哪里", "请选急不急")
		send := func(key, urgency string) page {
			return v.parts("/village/report", "key", key, "name", "王德福", "where", "3 组村口", "what", "火灾", "words", "灶房烧了，人没事，没地方住", "urgency", urgency, "photo", "@现场.png", "spot", "30.12345,120.54321")
		}
		var p page
		for range 5 {
			p = send("key-0123456789abcdef", "now").must(t, 200, "报告收到了", "等乡镇处理")
		}
		send("key-2123456789abcdef", "look")
		if n := h.count(`SELECT COUNT(*) FROM assistance_need`); n != 2 {
			t.Fatalf("two reports sent six times are %d", n)
		}
		if n := h.count(`SELECT COUNT(*) FROM file_file WHERE owner LIKE 'need/%'`); n != 2 {
			t.Errorf("there are %d photos, want one of each report", n)
		}
		clerk := h.staff("jingban01a")
		list := clerk.get("/staff/needs").must(t, 200, "王德福", "今天就过不去", "等着处理")
		one, _ := list.Find("tr.z-row a").First().Attr("href")
		q := clerk.get(one).must(t, 200, "灶房烧了", "等不及，先行救助", "30.12345,120.54321")
		q = clerk.press(q, "开急难型申请", "person", "王德福", "number", county.WangDefu, "way", casework.Spoken)
		q.must(t, 200, "先行救助的申请开好了", "急难型", "口头委托，手续后补")
		v.get(p.path).must(t, 200, "已经按先行救助在办", "开了申请")
		v.get("/village/").must(t, 200, "您报告的“王德福”")
		h.resident(county.WangDefu).get("/my").must(t, 200, "在替您申请临时救助（急难型）")
		if n := h.count(`SELECT COUNT(*) FROM casework_member WHERE consent_by = '' AND member = 'm1' AND relation = '本人'`); n != 1 {
			t.Errorf("a spoken mandate counts as consent to the check")
		}
		second := clerk.get("/staff/needs").must(t, 200)
		other := ""
		second.Find("tr.z-row a").Each(func(_ int, s *selection) {
			if href := s.AttrOr("href", ""); href != one {
				other = href
			}
		})
		clerk.press(clerk.get(other), "记下看到的", "found", "去看过，灶房已经修好").must(t, 200, "去看过了")
		clerk.press(clerk.get(other), "办结", "reason", "和前一份是同一件事").must(t, 200, "办结了")
		v.get("/village/reports/"+other[strings.LastIndex(other, "/")+1:]).must(t, 200, "和前一份是同一件事")
		h.staff("jingban02a").get(one).must(t, 404)
	})
}
