package app_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/db"
	"minzheng/kernel/secret"
	"minzheng/kernel/share"
)

// department is another department with its key.
type department struct {
	h    *house
	box  *secret.Box
	sent int
}

func (d *department) send(t *testing.T, path, body string) (int, string, http.Header) {
	t.Helper()
	d.sent++
	s := share.Signed{Method: "POST", Path: path, Party: "housing", Timestamp: strconv.FormatInt(d.h.Config.Now().UnixMilli(), 10), Nonce: strings.Repeat("n", 16) + strconv.Itoa(d.sent), Body: []byte(body)}
	sig, err := d.box.Sign(s.Text())
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", d.h.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Content-Type": "application/json", "X-Share-Party": s.Party, "X-Share-Timestamp": s.Timestamp, "X-Share-Nonce": s.Nonce, "X-Share-Signature": base64.StdEncoding.EncodeToString(sig)} {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if ours, _ := base64.StdEncoding.DecodeString(resp.Header.Get("X-Share-Signature")); path == "/api/share/read" && resp.StatusCode == 200 {
		key := d.h.visitor().get("/public/decision-key.pem").raw
		if !secret.VerifyWith([]byte(key), append([]byte(share.Bound(s)+"\n"), b...), ours) {
			t.Error("the answer's signature does not hold against our published key")
		}
	}
	return resp.StatusCode, string(b), resp.Header
}

func TestAMemberOfAFamilyThatReceivesIsSaidToReceive(t *testing.T) {
	h := open(t, app.Config{})
	c := proposed(t, h)
	h.later(9 * day)
	h.jobs()
	v, p := at(t, h, holder(t, h, c), c)
	v.press(p, "同意", "reason", "情况属实，同意").must(t, 200)
	m := mate(t, h, c)
	for number, want := range map[string]int{county.ZhaoYuqin: 1, m.Number: 1, county.WangJianjun: 0} {
		err := h.DB.Do(t.Context(), func(tx *db.Tx) error {
			held, err := h.Share.Holds(t.Context(), tx, number)
			if len(held) != want || want > 0 && (held[0].Service != "dibao" || !held[0].Running || held[0].Amount == 0 || held[0].From != "2026-04") {
				t.Errorf("it holds %+v, want %d", held, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestADepartmentIsGivenWhatItWasGrantedAndTheResidentSeesIt(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		box, err := secret.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		key, err := box.PublicKeyPEM()
		if err != nil {
			t.Fatal(err)
		}
		d := &department{h: h, box: box}
		h.visitor().get("/public/catalogue").must(t, 200, "在领低保", "有条件共享", "不予共享", "10 个工作日", "社会救助股")
		if p := h.visitor().get("/public/catalogue.json"); !json.Valid([]byte(p.raw)) || !strings.Contains(p.raw, `"dibao"`) {
			t.Fatalf("the catalogue's JSON is %.80s", p.raw)
		}
		if code, _, _ := d.send(t, "/api/share/requests", `{}`); code != 403 {
			t.Errorf("who is not on the list gets %d", code)
		}
		officer := h.staff("shuju")
		h.staff("jingban01a").get("/staff/share").must(t, 403)
		officer.post("/staff/share/parties/new", "id", "housing", "name", "县住房城乡建设局", "key", "不是公钥").must(t, 422, "公钥读不懂")
		officer.post("/staff/share/parties/new", "id", "housing", "name", "县住房城乡建设局", "key", string(key)).must(t, 200, "已经登记")
		officer.post("/staff/share/requests/new", "party", "housing", "resource", "receiving", "purpose", "公租房资格核对", "law", "公共租赁住房管理办法 第8条", "paper", "").must(t, 422, "请选要哪些字段", "这一项要写")
		officer.post("/staff/share/requests/new", "party", "housing", "resource", "receiving", "fields", "dibao", "fields", "dibao_amount", "purpose", "公租房资格核对", "law", "公共租赁住房管理办法 第8条", "paper", "住建函〔2026〕1号").must(t, 200, "县住房城乡建设局", "最晚 3月16日")
		code, body, _ := d.send(t, "/api/share/requests", `{"resource":"receiving","fields":["dibao"],"purpose":"公租房资格核对","law":"办法","paper":"住建函〔2026〕1号"}`)
		if code != 200 || !strings.Contains(body, `"state":"open"`) || !strings.Contains(body, "2026-03-16") {
			t.Fatalf("asked how its letter stands: %d %s", code, body)
		}
		p := officer.get("/staff/share")
		link := p.Find("a[href*='/staff/share/requests/01']").First().AttrOr("href", "")
		officer.post(link+"/extend", "why", "要征求业务股室的意见").must(t, 200, "已经办好")
		officer.post(link+"/approve").must(t, 403)
		h.staff("xianju1").post(link+"/approve").must(t, 200, "最晚 3月30日")
		officer.post(link+"/refuse", "reason", "不").must(t, 422, "请写清楚理由")
		officer.post(link+"/agree", "granted", "dibao", "from", "2026-03-02", "until", "2026-06-30", "daily", "5").must(t, 200, "在用", "每天最多")
		officer.post(link+"/deliver").must(t, 200, "已经给到")
		_, body, _ = d.send(t, "/api/share/requests", `{"resource":"receiving","fields":["dibao"],"purpose":"公租房资格核对","law":"办法","paper":"住建函〔2026〕1号"}`)
		var at share.Standing
		if err := json.Unmarshal([]byte(body), &at); err != nil || at.Grant == "" {
			t.Fatalf("after the grant: %s, %v", body, err)
		}
		ask := func(of, field string) (int, string) {
			code, body, _ := d.send(t, "/api/share/read", `{"grant":"`+at.Grant+`","matter":"公租房-7","number":"`+county.ZhaoYuqin+`","name":"赵玉琴","of":"`+of+`","fields":["`+field+`"]}`)
			return code, body
		}
		if code, body := ask("own", "dibao"); code != 200 || !strings.Contains(body, `"dibao":false`) {
			t.Fatalf("it reads %d %s", code, body)
		}
		if code, body := ask("own", "dibao_amount"); code != 403 || strings.Contains(body, "赵玉琴") || strings.Contains(body, county.ZhaoYuqin) {
			t.Errorf("a field that was not granted: %d %s", code, body)
		}
		resident := h.resident(county.ZhaoYuqin)
		resident.get("/my/seen?kind=given").must(t, 200, "县住房城乡建设局", "公租房资格核对", "在领低保", "公共租赁住房管理办法")
		if code, _ := ask("other", "dibao"); code != 200 {
			t.Fatal(code)
		}
		if p := resident.get("/my/seen"); strings.Count(p.Text(), "看了：在领低保") != 1 {
			t.Error("what another's matter asked is told")
		}
		h.later(31 * 24 * time.Hour)
		h.resident(county.ZhaoYuqin).get("/my/seen").must(t, 200, "别人的事里用到您的信息")
		officer = h.staff("shuju")
		if p := officer.get("/staff/share/uses.csv"); strings.Count(p.raw, "公租房-7") != 3 || strings.Contains(p.raw, county.ZhaoYuqin) {
			t.Errorf("the export is %s", p.raw)
		}
		code, body, _ = d.send(t, "/api/share/corrections", `{"resource":"receiving","field":"dibao","paper":"校核1","claim":{"number":"`+county.ZhaoYuqin+`","name":"赵玉琴","words":"她去年就停领了"}}`)
		if code != 200 {
			t.Fatalf("a correction: %d %s", code, body)
		}
		p = officer.get("/staff/share").must(t, 200, "她去年就停领了")
		link = p.Find("a[href*='/staff/share/corrections/01']").First().AttrOr("href", "")
		officer.post(link, "state", "refused", "answer", "嗯").must(t, 422, "请写清楚理由")
		officer.post(link, "state", "refused", "answer", "查了发放名册，本来就没有领").must(t, 200, "核实无误")
	})
}
