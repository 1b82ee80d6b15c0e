package citizen

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/form"
	"minzheng/kernel/people"
)

func TestEveryPageOfTheWayIsSound(t *testing.T) { // what sound means: see house_test.go
	t.Parallel()
	h := open(t)
	stranger := h.visitor()
	stranger.get("/").must(t, 200, "登录以后")
	stranger.get("/sign-in").must(t, 200, "赵玉琴")
	stranger.get("/services").must(t, 200, "最低生活保障")
	stranger.send("/sign-in", "number", "12").must(t, 422, "要 18 位")
	v := h.resident("赵玉琴", 1)
	h.resident("王建军", 2)
	v.get("/my").must(t, 200, "高龄津贴")
	base := v.begin()
	for _, path := range []string{"/household", "/member/new", "/place", "/q/contact", "/q/living/m1", "/q/property/m1", "/q/health/m1", "/q/reason", "/papers"} {
		v.get(base+path).must(t, 200)
	}
	for _, path := range []string{"/q/contact", "/q/living/m1", "/q/property/m1", "/q/health/m1", "/q/reason", "/member/new", "/place", "/review"} {
		p := v.send(base+path).must(t, 422)
		if p.Find("[role=alert] a").Length() == 0 {
			t.Errorf("%s names no problem", path)
		}
	}
	v.get(base+"/household").must(t, 200, "您户口本上还有这些人", "王建军")
	v.finish(base, answers())
	v.send(base+"/review", "agree", "1", "declare", "1").must(t, 200, "受理号")
	h.jobs()
	for _, path := range []string{"/", "/my", "/my/seen", "/my/messages"} {
		v.get(path).must(t, 200)
	}
	v.get("/sign-in").must(t, 200, "赵玉琴，上午好")
}

func TestADecidedCaseShowsItsLettersToItsOwner(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.resident("赵玉琴", 1)
	c := v.applied(answers())
	path := "/my/cases/" + string(c.ID)
	v.get(path).must(t, 200, "申请已经收到，还没有受理", "何芳")
	c = h.act(c, "supplement", "he")
	v.get(path).must(t, 200, "等您补材料", "收入")
	v.send(path+"/acts/resubmit").must(t, 422, "请拍照传上来")
	v.send(path+"/acts/resubmit", "reason", "当面交了").must(t, 200, "办好了")
	c = h.act(h.again(c), "accept", "he")
	v.get(path).must(t, 200, "从下一个工作日开始算")
	c = h.act(c, "checked", "he")
	read, problems := form.Read(h.step("visit").Act("visited").Form, url.Values{"visited_on": {"2026-03-02"}, "visit_way": {"入户"}, "investigator_1": {"张三"},
		"investigator_2": {"李四"}, "visit_found": {"家里很困难"}, "visit_signed": {"是"}}, *h.now.Load())
	h.must(problems.Err())
	c = h.act(h.act(c, "visited", "he", read...), "propose", "ding")
	v.get(path).must(t, 200, "公示", "只写姓名和人口数")
	h.at("2026-03-10")
	h.jobs()
	h.act(h.again(c), "agree", "zhou")
	v.signIn() // the session of last week has ended
	p := v.get(path).must(t, 200, "批准了", "每月")
	letters := p.Find("a[href*='/letters/']").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("href", "") })
	if len(letters) != 4 { // two letters, each as page and PDF
		t.Fatalf("letters %v, want two with their PDFs", letters)
	}
	stranger := h.resident("孙国平", 3)
	for _, to := range letters {
		v.get(to).must(t, 200)
		stranger.get(to).must(t, 404)
	}
	v.get(path+"/letters/x").must(t, 404)
	if link := p.Find("a[download]").AttrOr("href", ""); link != path+"/decision.json" {
		t.Errorf("the record of the decision is at %q", link)
	}
	stranger.get(path+"/decision.json").must(t, 404)
}

func TestAReasonThatIsTooLongComesBackWithWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.resident("赵玉琴", 1)
	c := v.applied(answers())
	long := strings.Repeat("长", 2001)
	p := v.send("/my/cases/"+string(c.ID)+"/acts/withdraw", "why", long).must(t, 422, "最多写 2000 个字")
	if p.Find("details[open] #f-why").Text() != long {
		t.Error("what was typed is lost")
	}
	v.send("/my/cases/"+string(c.ID)+"/acts/withdraw", "why", "找到工作了").must(t, 200, "已撤回")
	events, err := h.desk.Timeline(t.Context(), h.desk.DB, c.ID)
	h.must(err)
	if last := events[len(events)-1]; last.Reason != "找到工作了" {
		t.Errorf("the reason is kept as %q", last.Reason)
	}
}

func (h *house) again(c casework.Case) casework.Case {
	h.t.Helper()
	c, err := casework.Find(h.t.Context(), h.desk.DB, c.ID)
	h.must(err)
	return c
}

func (h *house) step(code string) *catalog.Step {
	h.t.Helper()
	s, err := h.desk.Services().Find("dibao")
	h.must(err)
	return s.Step(code)
}

const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>'{{.}}`

func TestWhatIsTypedIsShownAsItIsAndNeverRuns(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.resident("赵玉琴", 1)
	base := v.begin()
	quiet := func(p page) page {
		t.Helper()
		if p.Find("main script, img[onerror], img[src=x]").Length() > 0 || strings.Contains(p.raw, "<script>alert") {
			t.Errorf("%s runs what was typed", p.path)
		}
		return p
	}
	for key, fields := range map[string][]string{"contact": {"phone", "address", "bank_account"}, "living/m1": {"work", "pension", "support"},
		"property/m1": {"deposits", "houses", "vehicle_value"}, "health/m1": {"serious_illness", "schooling"}, "reason": {"dwelling", "reason"}} {
		typed := answers()
		for _, f := range fields {
			typed.Set(f, evil)
		}
		back := quiet(v.answer(base, key, typed))
		quiet(v.get(base + "/q/" + key))
		back.Find("main input[type=text], main textarea").Each(func(_ int, s *goquery.Selection) {
			got := s.AttrOr("value", s.Text())
			if name := s.AttrOr("name", ""); slices.Contains(fields, name) && back.status == 422 && got != evil {
				t.Errorf("%s of %s comes back as %q", name, key, got)
			}
		})
	}
	quiet(v.send(base+"/member/new", "name", evil, "number", evil, "relation", evil, "together", evil).must(t, 422))
	quiet(v.send(base+"/place", "place", evil).must(t, 422))
	quiet(v.get(base + "/review"))
	p := quiet(v.finish(base, answers("address", evil, "reason", evil)))
	if n := strings.Count(squeeze(p.Find("main").Text()), squeeze(evil)); n != 2 {
		t.Errorf("the review shows what was typed %d times, want 2", n)
	}
	quiet(v.send(base+"/review", "agree", "1", "declare", "1").must(t, 200))
	h.jobs()
	all, err := casework.Of(t.Context(), h.desk.DB, v.me.ID)
	h.must(err)
	h.act(all[0], "supplement", "he")
	path := "/my/cases/" + string(all[0].ID)
	if p := quiet(v.get(path)); !strings.Contains(p.Text(), "<b>收入</b>的证明") {
		t.Error("what lacks is not shown as it was written")
	}
	quiet(v.send(path+"/acts/resubmit", "reason", evil))
	for _, at := range []string{path, "/my", "/my/messages", "/my/seen", "/"} {
		quiet(v.get(at))
	}
}

func TestQuestionsLeadOnAndBack(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.resident("赵玉琴", 1)
	base := v.begin()
	way := []string{"/household", "/q/contact", "/q/living/m1", "/q/property/m1", "/q/health/m1", "/q/reason", "/papers", "/review"}
	for i, at := range way {
		back := v.get(base+at).must(t, 200).Find(`main a[href^="`+base+`"]`).First().AttrOr("href", "")
		if i > 0 && back != base+way[i-1] {
			t.Errorf("back from %s leads to %s, want %s", at, back, way[i-1])
		}
	}
	v = h.resident("孙国平", 2) // who has not seen the review yet
	base = v.begin()
	for i, at := range way[:len(way)-1] {
		if p := v.get(base); p.path != base+at {
			t.Errorf("the draft goes on at %s, want %s", p.path, at)
		}
		var pairs []string
		for name, values := range answers() {
			pairs = append(pairs, name, values[0])
		}
		if p := v.send(base+at, append(pairs, "next", "1")...); p.path != base+way[i+1] {
			t.Errorf("after %s comes %s, want %s", at, p.path, way[i+1])
		}
	}
	if p := v.answer(base, "contact", answers("phone", "13900000000")); p.path != base+"/review" {
		t.Errorf("a changed answer leads to %s, want back to the review", p.path)
	}
	v.get(base+"/review").must(t, 200, "139")
}

func TestLaterKeepsEvenWhatIsNotFinished(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.resident("赵玉琴", 1)
	base := v.begin()
	v.send(base + "/household")
	p := v.send(base+"/q/contact", "phone", "138", "address", "文昌路", "later", "1").must(t, 200)
	if p.path != "/my" || p.Find(`a[href="`+base+`"]`).Length() != 1 {
		t.Errorf("later leads to %s, with %d links to the draft", p.path, p.Find(`a[href="`+base+`"]`).Length())
	}
	p = v.get(base).must(t, 200)
	if p.path != base+"/q/contact" || p.Find("[name=phone]").AttrOr("value", "") != "138" || p.Find("[name=address]").AttrOr("value", p.Find("[name=address]").Text()) != "文昌路" {
		t.Errorf("it goes on at %s with phone %q", p.path, p.Find("[name=phone]").AttrOr("value", ""))
	}
	v.send(base+"/drop").must(t, 200)
	v.get(base).must(t, 404)
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.resident("赵玉琴", 1)
	base := v.begin()
	for _, path := range []string{base + "/member/m9", base + "/member/m1", base + "/q/living/m9", base + "/q/nothing", base + "/papers/x", "/draft/x", "/my/cases/x", "/my/consents/x"} {
		v.get(path).must(t, 404)
	}
	v.send(base+"/member/m9", "name", "王大", "number", number("19790610", 5), "relation", "儿子", "together", "是").must(t, 404)
	v.send(base+"/member/m1", "name", "王大", "number", number("19790610", 5), "relation", "儿子", "together", "是").must(t, 404)
	v.send("/apply/nothing").must(t, 404)
	other := h.resident("孙国平", 2)
	for _, path := range []string{base, base + "/review", base + "/papers"} {
		other.get(path).must(t, 404)
	}
	other.send(base+"/drop").must(t, 404)
	v.get(base).must(t, 200)
}

func TestMembersAreAddedChangedAndTakenOut(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.resident("赵玉琴", 1)
	base := v.begin()
	add := func(key, name, relation string) page {
		return v.send(base+"/member/"+key, "name", name, "number", number("19800501", 7), "relation", relation, "together", "是")
	}
	add("new", "王建军", "配偶").must(t, 200, "王建军 （配偶）")
	add("new", "王二", "儿子").must(t, 422, "已经写过了")
	v.get(base+"/member/m2").must(t, 200, "修改家里人")
	add("m2", "王建国", "其他").must(t, 200, "王建国 （其他）")
	v.answer(base, "living/m2", answers()).must(t, 200)
	v.send(base+"/member/m2/remove").must(t, 200)
	if p := v.get(base + "/household"); strings.Contains(p.Text(), "王建国") {
		t.Error("who was taken out is still there")
	}
	v.get(base+"/q/living/m2").must(t, 404)
}

func TestAPaperThatAnAnswerMakesNecessaryIsAskedForBeforeHandingIn(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.resident("赵玉琴", 1)
	base := v.begin()
	v.finish(base, answers())
	v.answer(base, "health/m1", answers("serious_illness", "是")).must(t, 200)
	v.send(base+"/review", "agree", "1", "declare", "1").must(t, 422, "“材料”还没有答完")
	v.send(base+"/papers", "next", "1").must(t, 422, "还缺“医院的诊断证明”")
	v.answer(base, "health/m1", answers()).must(t, 200)
	v.send(base+"/papers", "next", "1").must(t, 200)
	v.send(base+"/review", "agree", "1", "declare", "1").must(t, 200, "已经交上去了")
}

func TestTheLargePrintIsKeptWithTheAccount(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.resident("赵玉琴", 1)
	elder := func(v *visitor) bool { return v.get("/my").Find("html.elder").Length() == 1 }
	for _, on := range []bool{true, false} {
		v.send("/elder", "on", map[bool]string{true: "1", false: "0"}[on])
		if elder(v) != on {
			t.Fatalf("large print is %v, want %v", !on, on)
		}
		v.send("/sign-out")
		again := h.visitor() // another telephone
		again.me = v.me
		again.signIn().must(t, 200)
		if elder(again) != on {
			t.Errorf("on another telephone large print is %v, want %v", !on, on)
		}
		kept := people.Person{}
		h.do(func(tx *db.Tx) (err error) { kept, err = h.desk.People.Find(t.Context(), tx, v.me.ID); return err })
		if kept.Elder != on {
			t.Errorf("the account keeps %v, want %v", kept.Elder, on)
		}
		v = again
	}
}

var foreign = []string{"//evil.example", "https://evil.example", "/\\evil.example", "\\/evil.example", "/\t/evil.example", "/\n/evil.example", "/\r/evil.example",
	"\t//evil.example", "javascript:alert(1)", "evil.example", "", " //evil.example", "///evil.example", "/\x00/evil.example", "?x", "#x", "http:/evil", "/my\\..\\..//x"}

func TestAfterSigningInNobodyIsSentElsewhere(t *testing.T) {
	t.Parallel()
	for _, to := range foreign {
		if got := next(to); got != "/" {
			t.Errorf("next(%q) is %q", to, got)
		}
	}
	for _, to := range []string{"/", "/my", "/my/cases/0190", "/draft/x/q/living/m1", "/public?q=a&b=%20", "/my#who"} {
		if got := next(to); got != to {
			t.Errorf("next(%q) is %q, want it unchanged", to, got)
		}
	}
	h := open(t)
	v := h.resident("赵玉琴", 1)
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, to := range foreign {
		resp, err := v.client.Get(h.url + "/sign-in?next=" + url.QueryEscape(to))
		h.must(err)
		resp.Body.Close()
		if got := resp.Header.Get("Location"); got != "/" {
			t.Errorf("next=%q is sent to %q", to, got)
		}
	}
}

// FuzzNext reads an address as a browser does: without tabs and line ends and
// what stands before, with \ as /.
func FuzzNext(f *testing.F) {
	for _, to := range append(foreign, "/my", "/%2f/evil.example", "/?a=//b") {
		f.Add(to)
	}
	f.Fuzz(func(t *testing.T, to string) {
		w := httptest.NewRecorder()
		http.Redirect(w, httptest.NewRequest(http.MethodGet, "/sign-in", nil), next(to), http.StatusSeeOther)
		seen := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(w.Header().Get("Location"))
		seen = strings.TrimLeftFunc(seen, func(r rune) bool { return r <= ' ' })
		if !strings.HasPrefix(seen, "/") || strings.HasPrefix(seen, "//") {
			t.Errorf("%q leads to %q", to, seen)
		}
	})
}
