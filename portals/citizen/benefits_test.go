package citizen

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/exchange"
	"minzheng/kernel/people"
)

// told are answers by the name of their field, for somebody who has little.
var told = map[string]string{"local_hukou": "是", "birth": "1979-06-10", "work": "没有工作", "pension": "0", "support": "0", "deposits": "1200", "houses": "0",
	"vehicle_value": "0", "serious_illness": "否", "disability_grade": "无", "schooling": "不在校"}

// onward presses a button of an interview's page, with what is filled in.
func (v *visitor) onward(p page, pairs ...string) page {
	v.h.t.Helper()
	return v.send("/benefits", append([]string{"talk", p.Find("input[name=talk]").AttrOr("value", "")}, pairs...)...)
}

// asks is the field that a page asks for; "" when it asks for none.
func (p page) asks() string {
	return p.Find(".z-asked input:not([type=hidden])").First().AttrOr("name", "")
}

// through answers all questions until the results, and returns what was asked.
func (v *visitor) through(p page, with map[string]string) (page, []string) {
	v.h.t.Helper()
	var asked []string
	for name := p.asks(); name != ""; name = p.asks() {
		if asked = append(asked, name); len(asked) > 60 {
			v.h.t.Fatalf("no end of questions: %v", asked)
		}
		p = v.onward(p, name, with[name], "next", "1")
	}
	return p, asked
}

// started is the first question of somebody who lives alone.
func (v *visitor) started(pairs ...string) page {
	v.h.t.Helper()
	p := v.send("/benefits", append([]string{"begin", "1"}, pairs...)...).must(v.h.t, 200, "家里有哪些人一起生活")
	return v.onward(p, "named", "1").must(v.h.t, 200, "还要问大约")
}

func TestWithoutSigningInSomebodyLearnsWhatTheyMayGet(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.visitor()
	v.get("/benefits").must(t, 200, "我们什么也不存")
	p, asked := v.through(v.started(), told)
	p.must(t, 200, "很可能符合", "最低生活保障", "户籍在本县", "您的回答", "没有工作")
	if len(asked) > 8 {
		t.Errorf("asked %v", asked)
	}
	p = v.onward(p, "amounts", "1").must(t, 200, "还要问大约")
	p, more := v.through(p, told)
	p.must(t, 200, "大概 ¥1,210.00/月")
	if len(more) == 0 || len(more) > 3 {
		t.Errorf("for the amount it asks %v", more)
	}
	poorer := v.onward(p, "change", "存款/m1").must(t, 200, "改一个回答")
	if got := poorer.Find("input[name=deposits]").AttrOr("value", ""); got != "1200" {
		t.Errorf("the answer to be changed shows as %q", got)
	}
	v.onward(poorer, "back", "1").must(t, 200, "很可能符合")
	v.onward(poorer, "deposits", "900000", "next", "1").must(t, 200, "现在不符合", "全家的存款没有超过规定", "仍要申请")
}

func TestOneCanGoBackSkipAndStop(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.visitor()
	first := v.started()
	second := v.onward(first, first.asks(), told[first.asks()], "next", "1").must(t, 200)
	again := v.onward(second, "back", "1").must(t, 200)
	if again.asks() != first.asks() || again.Find("input[checked]").AttrOr("value", "") != told[first.asks()] {
		t.Errorf("back from %s leads to %s with %q", second.asks(), again.asks(), again.Find("input[checked]").AttrOr("value", ""))
	}
	v.onward(v.onward(first, "back", "1").must(t, 200, "家里有哪些人"), "named", "1").must(t, 200)
	skipped := v.onward(first, "unsure", "1").must(t, 200)
	if skipped.asks() == first.asks() {
		t.Error("what one does not know is asked again")
	}
	p := v.onward(skipped, "results", "1").must(t, 200, "还说不准", "接着答", "说不清")
	if v.onward(p).asks() != skipped.asks() {
		t.Error("going on after the results does not lead to the question that was left")
	}
	v.onward(first, first.asks(), "", "next", "1").must(t, 422, "请选一项")
	v.onward(skipped, "next", "1").must(t, 422)
}

func TestAFamilyIsAskedAboutWithoutNames(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.visitor()
	p := v.send("/benefits", "begin", "1")
	for _, c := range [][]string{{"relation", "", "birth", "1980-01-01"}, {"relation", "邻居", "birth", "1980-01-01"}, {"relation", "配偶", "birth", "2090-01-01"}, {"relation", "配偶", "birth", "1"}, {"relation", "配偶", "who", "nobody"}} {
		v.onward(p, append(c, "add", "1")...).must(t, 422)
	}
	p = v.onward(p, "relation", "配偶", "birth", "19800102", "together", "是", "add", "1").must(t, 200, "配偶")
	v.onward(p, "relation", "配偶", "birth", "1980-01-02", "add", "1").must(t, 422, "配偶只能有一位")
	p = v.onward(p, "relation", "女儿", "birth", "2015年3月1日", "add", "1").must(t, 200, "女儿", "11 岁")
	p = v.onward(p, "relation", "儿子", "birth", "2018-03-01", "add", "1").must(t, 200)
	p = v.onward(p, "remove", "m4").must(t, 200)
	v.onward(p, "remove", catalog.First).must(t, 200, "您自己")
	p, _ = v.through(v.onward(p, "named", "1"), told)
	p.must(t, 200, "您的配偶（46 岁）：", "您的女儿（11 岁）")
	for range mostMembers {
		p = v.onward(p, "household", "1").must(t, 200)
		p = v.onward(p, "relation", "其他", "birth", "1990-01-01", "add", "1")
	}
	p.must(t, 422, "一次最多写 20 个人")
}

func TestAnswersComeAlongIntoTheDraft(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.resident("赵玉琴", 1)
	v.send("/sign-out")
	p := v.send("/benefits", "begin", "1")
	p = v.onward(p, "relation", "配偶", "birth", "1980-01-02", "add", "1").must(t, 200)
	p, _ = v.through(v.onward(p, "named", "1"), told)
	p = v.send("/benefits/apply/dibao", "talk", p.Find("input[name=talk]").AttrOr("value", "")).must(t, 200, "不用再答一遍")
	carry := p.Find("input[name=carry]").AttrOr("value", "")
	p = v.send("/sign-in", "carry", carry, "again", "1").must(t, 200, "您的身份证号")
	v.send("/sign-in", "carry", carry, "number", "1").must(t, 422)
	p = v.send("/sign-in", "carry", carry, "number", v.me.Number).must(t, 200)
	p = v.send("/sign-in/code", "carry", p.Find("input[name=carry]").AttrOr("value", ""), "challenge", p.Find("input[name=challenge]").AttrOr("value", ""), "code", p.Find("[data-code]").Text())
	p.must(t, 200, "还没写姓名", "补上姓名和身份证号")
	base := strings.TrimSuffix(p.path, "/household")
	v.send(base+"/household", "next", "1").must(t, 422, "请补上您的配偶的姓名和身份证号")
	v.get(base+"/review").must(t, 200, "还没写姓名")
	v.get(base+"/member/m2").must(t, 200, "补上姓名和身份证号")
	v.send(base+"/member/m2", "name", "王建军", "number", number("19800102", 9), "relation", "配偶", "together", "是").must(t, 200)
	p = v.send(base+"/household", "next", "1").must(t, 200)
	drafts, err := h.desk.Drafts(t.Context(), h.desk.DB, v.me.ID)
	h.must(err)
	d := drafts[0]
	for _, about := range []string{"m1", "m2"} {
		if d.Answers[about]["deposits"] != "1200" || d.Answers[about]["work"] != "没有工作" || !d.Done["property/"+about] || !d.Done["living/"+about] {
			t.Errorf("of %s came along %v, done %v", about, d.Answers[about], d.Done)
		}
	}
	if d.Done["contact"] || d.Done["health/m1"] || d.Done["review"] != true {
		t.Errorf("done is %v", d.Done)
	}
}

func TestAnswersGoIntoTheDraftThatIsThere(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.resident("赵玉琴", 1)
	base := v.begin()
	v.answer(base, "property/m1", answers("deposits", "77")).must(t, 200)
	p, _ := v.through(v.started(), told)
	v.send("/benefits/apply/dibao", "talk", p.Find("input[name=talk]").AttrOr("value", "")).must(t, 200)
	drafts, err := h.desk.Drafts(t.Context(), h.desk.DB, v.me.ID)
	h.must(err)
	if len(drafts) != 1 || drafts[0].Answers["m1"]["deposits"] != "77" || drafts[0].Answers["m1"]["pension"] != "0" {
		t.Errorf("%d drafts with %v", len(drafts), drafts[0].Answers)
	}
}

func TestWhoAgreesIsAskedLessAndSeesWhoWasAsked(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.resident("赵玉琴", 1)
	child := people.Person{Name: "王小雨", Number: number("20150301", 5), Birth: v.me.Birth + 13000, Region: village, Household: "hh"}
	grown := h.resident("王建军", 2)
	child.ID = h.add(child)
	receipts := func(number string) []exchange.Receipt {
		all, err := exchange.About(t.Context(), h.desk.DB, h.desk.People.Index(number), 100)
		h.must(err)
		return all
	}
	v.through(v.started(), told)
	if n := len(receipts(v.me.Number)); n != 0 {
		t.Fatalf("%d questions to departments of somebody who has not agreed", n)
	}
	p := v.send("/benefits", "begin", "1", "agree", "1").must(t, 200, "王小雨", "王建军", "和您在一个户口本上")
	for _, one := range []people.Person{child, grown.me} {
		p = v.onward(p, "who", string(one.ID), "relation-"+string(one.ID), map[string]string{"王小雨": "女儿", "王建军": "配偶"}[one.Name], "add", "1").must(t, 200)
	}
	p = v.onward(p, "named", "1").must(t, 200, "银行没有回答")
	p, _ = v.through(p, told)
	p.must(t, 200, "没有问您、部门和名册里有的", "居民名册", "不动产", "王建军（配偶）：名下有几套房", "您：存款一共多少")
	if text := squeeze(p.Text()); strings.Contains(text, "您：名下有几套房") || strings.Contains(text, "您：户籍在本县吗") {
		t.Error("she was asked what a department or the register told")
	}
	if len(receipts(v.me.Number)) == 0 || len(receipts(child.Number)) == 0 || len(receipts(grown.me.Number)) != 0 {
		t.Errorf("asked about her %d times, the child %d, the grown man %d", len(receipts(v.me.Number)), len(receipts(child.Number)), len(receipts(grown.me.Number)))
	}
	before := len(receipts(v.me.Number))
	v.onward(v.onward(p, "household", "1"), "named", "1").must(t, 200)
	if len(receipts(v.me.Number)) != before {
		t.Error("the departments are asked again")
	}
	v.get("/my/seen").must(t, 200, "本人想知道能享受什么")
}

func (h *house) add(p people.Person) (id people.ID) {
	h.t.Helper()
	h.do(func(tx *db.Tx) (err error) { id, err = h.desk.People.Add(h.t.Context(), tx, p); return err })
	return id
}

func TestAnInterviewThatWasTamperedWithBeginsAnew(t *testing.T) {
	t.Parallel()
	h := open(t)
	v, other := h.resident("赵玉琴", 1), h.resident("孙国平", 3)
	hers := v.started()
	sealed := hers.Find("input[name=talk]").AttrOr("value", "")
	elsewhere := h.desk.Box.SealText(`{"members":[{"key":"m1"}]}`, "casework/draft")
	flipped := sealed[:40] + map[bool]string{true: "B", false: "A"}[sealed[40] == 'A'] + sealed[41:]
	for name, talk := range map[string]string{"nothing": "", "rubbish": "<script>", "cut": sealed[:len(sealed)/2], "flipped": flipped, "sealed for something else": elsewhere} {
		v.send("/benefits", "talk", talk, "next", "1").must(t, http.StatusBadRequest, "从头再答一遍")
		v.send("/benefits/apply/dibao", "talk", talk).must(t, http.StatusBadRequest)
		if name == "flipped" { // more codes are not given at once
			stranger := h.visitor()
			p := stranger.send("/sign-in", "carry", talk, "number", v.me.Number)
			p = stranger.send("/sign-in/code", "carry", talk, "challenge", p.Find("input[name=challenge]").AttrOr("value", ""), "code", p.Find("[data-code]").Text()).must(t, 200)
			if strings.HasPrefix(p.path, "/draft") {
				t.Errorf("%s: leads into a draft", name)
			}
		}
	}
	other.send("/benefits", "talk", sealed, "results", "1").must(t, http.StatusBadRequest, "别人登录的时候")
	other.send("/benefits/apply/dibao", "talk", sealed).must(t, http.StatusBadRequest)
	h.visitor().send("/benefits", "talk", sealed, "results", "1").must(t, http.StatusBadRequest)
	v.send("/benefits/apply/nothing", "talk", sealed).must(t, http.StatusNotFound)
	for _, c := range [][]string{{"change", "存款/m9"}, {"change", "无"}, {"remove", "m9"}, {"back", "1"}, {"next", "1"}, {"who", string(other.me.ID), "relation-" + string(other.me.ID), "配偶", "add", "1"}} {
		if p := v.onward(hers, c...); p.status >= 500 {
			t.Errorf("%v answers %d", c, p.status)
		}
	}
	p := v.onward(hers, "results", "1")
	p = v.onward(v.onward(p), hers.asks(), strings.Repeat("9", 200), "next", "1")
	p.must(t, 422)
	later := h.now.Load().Add(2*time.Hour + time.Minute)
	h.now.Store(&later)
	v.signIn()
	v.send("/benefits", "talk", sealed, "results", "1").must(t, http.StatusBadRequest, "放得太久了")
}

func TestEveryPageOfAnInterviewStandsAgainstEvilText(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.visitor()
	p := v.started()
	for _, name := range []string{p.asks(), "talk", "change", "remove", "relation"} {
		if got := v.onward(p, name, evil, "next", "1"); strings.Contains(got.raw, "<script>alert") || got.status >= 500 {
			t.Errorf("%s answers %d and lets it through", name, got.status)
		}
	}
	p = v.onward(p, "household", "1").must(t, 200)
	if got := v.onward(p, "relation", evil, "birth", evil, "add", "1").must(t, 422); strings.Contains(got.raw, "<script>alert") {
		t.Error("a birth date lets it through")
	}
}
