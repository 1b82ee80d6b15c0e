package app_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"minzheng/app"
	"minzheng/app/demo"
	"minzheng/app/demo/county"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
)

// receives gives a resident of the story a benefit as if a case had been decided.
func (h *house) receives(number string) {
	h.t.Helper()
	p, err := h.People.ByNumber(h.t.Context(), h.DB, number)
	if err != nil {
		h.t.Fatal(err)
	}
	body, err := json.Marshal([]fact.Statement{{Name: "姓名", About: "m1", Source: "self", Value: fact.TextOf(p.Name)}, {Name: "收款账户", Source: "self", Value: fact.TextOf("6217000112345678")}})
	if err != nil {
		h.t.Fatal(err)
	}
	err = h.DB.Do(h.t.Context(), func(tx *db.Tx) error {
		if _, err := tx.Exec(h.t.Context(), `INSERT INTO casework_told (case_id, seq, source, at, facts) VALUES ('c1', 1, 'self', 0, ?)`, h.Box.SealText(string(body), "casework/told")); err != nil {
			return err
		}
		_, err := tx.Exec(h.t.Context(), `INSERT INTO assistance_benefit (id, case_id, service, title, recipient, region, members, amount, since, version, review) VALUES ('b1', 'c1', 'dibao', '最低生活保障', ?, ?, 1, 87654, '2026-03', 'v', '2027-03')`, p.ID, p.Region)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// upload sends one file with a form.
func (v *visitor) upload(path, name string, data []byte) page {
	v.h.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, _ := m.CreateFormFile("file", name)
	part.Write(data)
	m.Close()
	req, err := http.NewRequest(http.MethodPost, v.h.server.URL+path, &b)
	if err != nil {
		v.h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", m.FormDataContentType())
	return v.do(req)
}

func (v *visitor) download(path string, pairs ...string) (string, http.Header) {
	v.h.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	req, err := http.NewRequest(http.MethodPost, v.h.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := v.client.Do(req)
	if err != nil {
		v.h.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		v.h.t.Fatal(err)
	}
	return string(b), resp.Header
}

func TestAMonthIsPaidFromTheRollToTheRecipientsPage(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		h.receives(county.SunGuoping)
		zhou, gao := h.staff("xianju1"), h.staff("xianju2")
		p := zhou.press(zhou.get("/staff/payments").must(t, 200, "还没有名册"), "做名册", "service", "dibao", "month", "2026-03")
		h.jobs()
		roll := p.path
		p = zhou.get(roll).must(t, 200, "这份是您做的", "¥876.54", "**** 5678", "缺事实")
		p.mustNot(t, "6217000112345678")
		if b := p.Find("form[action$='/approve']").Length(); b != 0 {
			t.Error("the maker is offered the approval")
		}
		gao.post(roll+"/export", "format", "csv", "purpose", "太早").must(t, 409, "审核以后才能导出")
		gao.press(gao.get(roll), "退回").must(t, 422, "请写为什么退回")
		gao.press(gao.get(roll), "看过了，审核").must(t, 200, "名册不能再改", "导出给银行")
		zhou.post(roll+"/drop").must(t, 409, "只能在以后的名册里补发或者扣回")
		gao.post(roll+"/export", "format", "csv").must(t, 422, "请写为什么导出")
		csv, head := gao.download(roll+"/export", "format", "csv", "purpose", "交农商行代发")
		if !strings.Contains(csv, "6217000112345678") || !strings.Contains(head.Get("Content-Disposition"), "2026-03-dibao-1.csv") || head.Get("Content-Length") != "" {
			t.Fatalf("exported is %q with %v", csv, head)
		}
		gao.upload(roll+"/results", "坏.csv", []byte(strings.Replace(csv, ",,,\r\n", ",成功,,2026-03-02\r\n", 1)+"x,赵某,1,,1.00,,,成功,,\r\n")).must(t, 200, "1 行不对，不能收", "流水号在我们的名册里没有")
		p = gao.upload(roll+"/results", "结果.csv", []byte(strings.Replace(csv, ",,,\r\n", ",失败,账户已销户,\r\n", 1))).must(t, 200, "每一行都和名册对得上")
		gao.press(p, "收下").must(t, 200, "没到账的 1 笔已经交给乡镇")
		h.jobs()
		sun := h.resident(county.SunGuoping)
		sun.get("/my").must(t, 200, "2026年3月的最低生活保障没有到账", "账户已经销户", "发放记录")
		sun.get("/my/payments").must(t, 200, "¥876.54", "没有到账", "为什么是这么多", "没到账怎么办")
		// Places: the township of the recipient has a task, another has none.
		h.staff("jingban01a").get("/staff/payments/tasks").must(t, 200, "没有等人看的")
		h.staff("jingban01a").get("/staff/payments/benefits/b1").must(t, 404)
		zhou.press(zhou.get("/staff/payments/benefits/b1").must(t, 200, "没到账"), "登记", "holder", "孙国平", "number", "12").must(t, 422, "账号要 12 到 19 位数字")
		zhou.press(zhou.get("/staff/payments/benefits/b1"), "登记", "holder", "孙国平", "number", "6222 0000 1111 2222").must(t, 200, "账户登记好了", "**** 2222")
		zhou.press(zhou.get("/staff/payments"), "做名册", "service", "dibao", "month", "2026-03")
		h.jobs()
		zhou.get("/staff/payments").must(t, 200, "最低生活保障（补充 1）", "等审核")
	})
}

func TestPaymentPagesAreForThosePlacesOnly(t *testing.T) {
	h := open(t, app.Config{})
	h.receives(county.SunGuoping)
	admin := h.visitor()
	admin.post("/staff/sign-in", "login", "guanli", "password", demo.Password).must(t, http.StatusOK)
	admin.get("/staff/payments").must(t, http.StatusNotFound)
	for _, path := range []string{"/staff/payments/rolls/none", "/staff/payments/imports/none", "/staff/payments/benefits/none"} {
		h.staff("xianju1").get(path).must(t, http.StatusNotFound)
	}
}
