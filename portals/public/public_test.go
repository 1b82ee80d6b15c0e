package public

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/secret"
)

func TestTheGuideShowsEveryParameterRuleArticleAndStep(t *testing.T) {
	t.Parallel()
	h := open(t)
	code, page := h.get("/public/services/dibao")
	if code != http.StatusOK {
		t.Fatalf("got %d", code)
	}
	s, err := h.desk.Services().Find("dibao")
	h.must(err)
	want := append(append(append([]string{s.Title, s.Summary}, s.Who...), s.Gets...), s.Law...)
	for name, p := range s.Rules.Parameters() {
		want = append(want, name, p.Law, p.About)
		d := p.On([]string{qingxi, "390100", "390000", "000000"}, int32(calendar.DayOf(h.now)))
		if d == nil {
			t.Fatalf("%s has no value in the county", name)
		}
		want = append(want, p.Show(d), d.Source)
	}
	for _, r := range s.Rules.All() {
		want = append(want, r.Set, r.As, r.Law, r.Why)
	}
	for _, st := range s.Steps {
		want = append(want, st.Doing)
		if st.Within > 0 {
			want = append(want, fmt.Sprintf("%d 个工作日内", st.Within))
		}
	}
	for _, m := range s.Materials {
		want = append(want, m.Title)
	}
	for _, l := range s.Lookups {
		want = append(want, l.Tells...)
	}
	got := text(page)
	for _, w := range want {
		if w = strings.Join(strings.Fields(w), " "); !strings.Contains(got, w) {
			t.Errorf("the guide does not show %q", w)
		}
	}
	if n := page.Find(".z-chip:contains(示例)").Length(); n < 10 {
		t.Errorf("%d parameters are marked as samples, want most", n)
	}
	if page.Find(`a[href="/services"]`).Length() == 0 {
		t.Error("nothing leads to the application")
	}
}

func TestAParameterThatIsNotSetIsSaidToBeSo(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := New(Rooms{Desk: h.desk, County: "330102"})
	s, err := h.desk.Services().Find("dibao")
	h.must(err)
	for _, v := range p.parameters(s, []string{"低保标准"}, p.here()) {
		if v.Value != notSet {
			t.Errorf("a county without a standard shows %s", v.Value)
		}
	}
}

// private are words of the test's application that nobody else may read.
var private = []string{"肝癌", "文昌路", "1200", "1,200", "没有工作", "患重病", "13800000000", "390121197906", "租房", "家里很困难"}

func TestANoticeShowsNothingPrivate(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.published(h.applies("李秀芬", "100"))
	n := h.noticeOf(c)
	for _, path := range []string{"/public", "/public/notices", "/public/notices/" + n.ID} {
		_, page := h.get(path)
		all, err := page.Html()
		h.must(err)
		for _, w := range append(private, "李秀芬", c.Number, string(c.ID)) {
			if strings.Contains(all, w) {
				t.Errorf("%s shows %q", path, w)
			}
		}
		for _, w := range []string{"李**", "1 人", "柳溪街道东门社区", "最低生活保障", "2026年3月9日"} {
			if !strings.Contains(text(page), w) {
				t.Errorf("%s does not show %q", path, w)
			}
		}
	}
}

func TestANoticeIsGoneAfterItsLastDay(t *testing.T) {
	t.Parallel()
	h := open(t)
	n := h.noticeOf(h.published(h.applies("李秀芬", "100")))
	h.now = h.now.AddDate(0, 0, 7)
	if code, page := h.get("/public/notices/" + n.ID); code != http.StatusOK || !strings.Contains(text(page), "今天最后一天") {
		t.Errorf("on its last day it gives %d: %s", code, text(page))
	}
	h.now = h.now.AddDate(0, 0, 1)
	if code, page := h.get("/public/notices/" + n.ID); code != http.StatusNotFound || !strings.Contains(text(page), "已经结束") {
		t.Errorf("the day after it gives %d: %s", code, text(page))
	}
	if code, _ := h.send("/public/notices/"+n.ID+"/objections", url.Values{"text": {"他家有车"}}); code != http.StatusNotFound {
		t.Errorf("an objection to it gives %d", code)
	}
}

func TestAnObjectionIsAnsweredUnderItsCode(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.published(h.applies("李秀芬", "100"))
	n := h.noticeOf(c)
	_, page := h.send("/public/notices/"+n.ID+"/objections", url.Values{"text": {"她家去年买了 <b>新车</b>"}, "contact": {"王先生"}})
	code := page.Find("#code").Text()
	if len(tidy(code)) != 12 {
		t.Fatalf("the code is %q; the page: %s", code, text(page))
	}
	asked := func() string {
		status, page := h.send("/public/objections", url.Values{"code": {strings.ToLower(code)}})
		if status != http.StatusOK {
			t.Fatalf("asking with the code gives %d", status)
		}
		if page.Find("main b:contains(新车)").Length() > 0 {
			t.Error("what was typed became HTML")
		}
		return text(page)
	}
	if got := asked(); !strings.Contains(got, "还没有答复") || !strings.Contains(got, "<b>新车</b>") {
		t.Errorf("before the answer: %s", got)
	}
	h.now = h.now.AddDate(0, 0, 8)
	h.act(&c, "opposed", "system", "")
	h.act(&c, "answer", "clerk", "查了车管所，没有车。")
	if got := asked(); !strings.Contains(got, "已答复") || !strings.Contains(got, "查了车管所，没有车。") {
		t.Errorf("after the answer: %s", got)
	}
}

func TestAnObjectionWithProblemsKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := open(t)
	n := h.noticeOf(h.published(h.applies("李秀芬", "100")))
	code, page := h.send("/public/notices/"+n.ID+"/objections", url.Values{"text": {"短<i>"}, "contact": {strings.Repeat("长", 60)}})
	if code != http.StatusUnprocessableEntity {
		t.Errorf("got %d, want 422", code)
	}
	if got := page.Find("textarea").Text(); got != "短<i>" {
		t.Errorf("the text is %q", got)
	}
	if got := page.Find("#f-contact").AttrOr("value", ""); got != strings.Repeat("长", 60) {
		t.Errorf("the contact is %q", got)
	}
	for _, id := range []string{"f-text", "f-contact"} {
		if page.Find(`[role=alert] a[href="#`+id+`"]`).Length() == 0 || page.Find("#"+id+"[aria-invalid=true]").Length() == 0 {
			t.Errorf("the problem does not lead to %s", id)
		}
	}
}

func TestOneAddressMayNotFloodTheBureau(t *testing.T) {
	t.Parallel()
	h := open(t)
	n := h.noticeOf(h.published(h.applies("李秀芬", "100")))
	file := func() (int, *goquery.Document) {
		return h.send("/public/notices/"+n.ID+"/objections", url.Values{"text": {"她家有两套房"}})
	}
	for i := range objectBurst {
		if code, _ := file(); code != http.StatusOK {
			t.Fatalf("objection %d gives %d", i+1, code)
		}
	}
	code, page := file()
	if code != http.StatusTooManyRequests || page.Find("textarea").Text() != "她家有两套房" {
		t.Errorf("one too many gives %d and keeps %q", code, page.Find("textarea").Text())
	}
	h.from = "192.0.2.9:4000"
	if code, _ := file(); code != http.StatusOK {
		t.Errorf("another address gives %d", code)
	}
	h.from, h.now = "192.0.2.1:4001", h.now.Add(objectEvery)
	if code, _ := file(); code != http.StatusOK {
		t.Errorf("later it gives %d", code)
	}
}

func TestTheLimiterRemembersNotMoreThanItMay(t *testing.T) {
	t.Parallel()
	l := newLimiter(func() time.Time { return time.Unix(0, 0) })
	for i := range mostSeen + 100 {
		r, _ := http.NewRequest(http.MethodPost, "/", nil)
		r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255)
		h := l.allow(r)
		if h != nil {
			t.Fatal(h)
		}
	}
	if len(l.seen) > mostSeen {
		t.Errorf("it remembers %d addresses, want at most %d", len(l.seen), mostSeen)
	}
	one, _ := http.NewRequest(http.MethodPost, "/", nil)
	two := one.Clone(t.Context())
	one.RemoteAddr, two.RemoteAddr = "[2001:db8::1]:1", "[2001:db8::2]:1"
	if asker(one) != asker(two) {
		t.Error("two addresses of one household count as two askers")
	}
}

// decided brings a case to its letter.
func decided(h *house) (casework.Case, casework.Sent) {
	h.t.Helper()
	c := h.published(h.applies("李秀芬", "100"))
	h.now = h.now.AddDate(0, 0, 8)
	h.act(&c, "unopposed", "system", "")
	h.act(&c, "agree", "officer", "同意")
	all, err := h.desk.Letters(h.t.Context(), h.desk.DB, c.ID)
	h.must(err)
	if len(all) != 1 {
		h.t.Fatalf("the case has %d letters, want 1", len(all))
	}
	return c, all[0]
}

func TestAVerifiedLetterTellsOnlyThatItIsReal(t *testing.T) {
	t.Parallel()
	h := open(t)
	c, sent := decided(h)
	for _, path := range []string{"/public/verify/" + sent.Code, "/public/verify?code=" + strings.ToLower(spaced(sent.Code)[:4]+"+"+sent.Code[4:])} {
		code, page := h.get(path)
		got := text(page)
		if code != http.StatusOK {
			t.Fatalf("%s gives %d", path, code)
		}
		for _, w := range []string{sent.Letter.Number, sent.Letter.Day, sent.Letter.Title, "清溪县民政局", "李**", "真的", "决定记录", "签名有效", "没有被改过", "minzheng decision verify"} {
			if !strings.Contains(got, w) {
				t.Errorf("it does not say %q: %s", w, got)
			}
		}
		for _, w := range append(private, "李秀芬", "批准", "¥", c.Number) {
			if strings.Contains(got, w) {
				t.Errorf("it tells %q", w)
			}
		}
	}
	code, page := h.get("/public/verify/NOSUCHLETTER")
	if code != http.StatusNotFound || page.Find("#f-code").AttrOr("value", "") != "NOSUCHLETTER" {
		t.Errorf("an unknown code gives %d and keeps %q", code, page.Find("#f-code").AttrOr("value", ""))
	}
}

func TestOurKeyIsThereForWhoVerifies(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := httptest.NewRecorder()
	h.web.ServeHTTP(r, httptest.NewRequest(http.MethodGet, "/public/decision-key.pem", nil))
	id, ours, err := secret.KeyID(r.Body.Bytes())
	h.must(err)
	if r.Code != http.StatusOK || !bytes.Equal(ours, r.Body.Bytes()) || !strings.Contains(r.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("got %d, %s", r.Code, r.Header())
	}
	_, page := h.get("/public/verify")
	if got := strings.ReplaceAll(text(page), " ", ""); !strings.Contains(got, "公钥指纹："+id) {
		t.Errorf("its name %s is not on the page", id)
	}
}

func TestTheReviewPageNamesWhoAndHowLong(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, page := h.get("/public/review")
	for _, w := range []string{"清溪县人民政府", "60 天", "0390-0000-2301", "行政复议法 第20条", "身份证", "清溪县人民法院"} {
		if !strings.Contains(text(page), w) {
			t.Errorf("it does not say %q", w)
		}
	}
}

func TestTheListOfNoticesIsPaged(t *testing.T) {
	t.Parallel()
	h := open(t)
	for i := range perPage + 1 {
		h.published(h.applies("王小明", fmt.Sprintf("%03d", i+1)))
	}
	_, first := h.get("/public/notices")
	next := first.Find("a[rel=next]").AttrOr("href", "")
	if got := first.Find("tbody tr").Length(); got != perPage || next == "" {
		t.Fatalf("the first page has %d rows and next %q", got, next)
	}
	_, second := h.get(next)
	if got := second.Find("tbody tr").Length(); got != 1 {
		t.Errorf("the second page has %d rows, want 1", got)
	}
	if _, page := h.get("/public/notices?page=99"); page.Find("tbody tr").Length() != perPage {
		t.Error("a page that is not there does not lead to the first")
	}
}
