package staff_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func TestAConflictShowsBothValuesAndWhatFollowsFromEach(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.apply("李秀芬", village, true)
	c = h.act(c, "he", "township-clerk", "accept", "")
	_, page := h.as("he").get(at(c))
	sound(t, page)
	row := words(page.Find("tr.on"))
	for _, want := range []string{"工资收入", "待定", "税务 ¥2,460.00/月 按这个算，", "人社 ¥1,980.00/月 按这个算，", "去处理"} {
		if !strings.Contains(row, want) {
			t.Errorf("%q is missing in %s", want, row)
		}
	}
	if blocked := words(page.Find("[aria-disabled=true]").Parent()); !strings.Contains(blocked, "核对完成，去入户") || !strings.Contains(blocked, "数据不一致没有定") {
		t.Errorf("what is blocked does not say why: %s", blocked)
	}
	settle := page.Find(`form[action$="/settle"]`).First()
	if settle.Find(`input[type=radio]`).Length() != 4 { // tax, insurance, family, none of them
		t.Errorf("%d values to choose from: %s", settle.Find(`input[type=radio]`).Length(), words(settle))
	}
	silent := words(page.Find("[aria-labelledby=silent]"))
	if !strings.Contains(silent, "银行") || !strings.Contains(silent, "李秀芬") || !strings.Contains(silent, "问了 1 次") || !strings.Contains(silent, "缺了它也是这个结论") {
		t.Errorf("the silent bank: %s", silent)
	}
	if facts := words(page.Find("[aria-labelledby=facts]")); strings.Contains(facts, "13812346217") || strings.Contains(facts, "6228480000001234567") || !strings.Contains(facts, "138****6217") {
		t.Error("a phone or an account is shown whole")
	}
	if strings.Contains(page.Text(), number("19790610", 1)) {
		t.Error("a citizen number is shown whole")
	}
}

func TestEachChoiceOfAConflictIsJudged(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.wage = 90000
	c := h.apply("李秀芬", village, false) // alone: 1,210 a month is the line
	h.settleDeposits(c)
	c = h.act(h.find(c.ID), "he", "township-clerk", "accept", "")
	_, page := h.as("he").get(at(h.find(c.ID)))
	settle := page.Find(`form[action$="/settle"]`).First()
	hints := map[string]string{}
	settle.Find(".z-opt").Each(func(_ int, e *goquery.Selection) { hints[words(e.Find("b"))] = words(e.Find("small")) })
	if hints["税务 ¥2,460.00/月"] != "按这个算，不符合" || !strings.HasPrefix(hints["本人填写 ¥900.00/月"], "按这个算，符合，¥") {
		t.Errorf("what each value gives: %v", hints)
	}
}

func TestSettlingNeedsAValueAndAReasonAndCountsAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.act(h.apply("李秀芬", village, true), "he", "township-clerk", "accept", "")
	he := h.as("he")
	key := "c-wage-m1"
	sent := url.Values{"revision": {revision(c)}, "key": {key}, key + ".which": {"wage@m1"}}
	status, page := he.post(at(c)+"/settle", sent)
	if status != http.StatusUnprocessableEntity || page.Find("[role=alert] a").Length() != 2 {
		t.Fatalf("%d %s", status, words(page.Find("[role=alert]")))
	}
	sound(t, page)
	sent.Set(key+".value", "other")
	sent.Set(key+".typed", "两千多")
	sent.Set(key+".reason", "问过厂里<b>会计</b>")
	if status, page = he.post(at(c)+"/settle", sent); status != http.StatusUnprocessableEntity {
		t.Fatalf("%d", status)
	}
	if page.Find("#f-c-wage-m1\\.typed").AttrOr("value", "") != "两千多" || page.Find("#f-c-wage-m1\\.reason").Text() != "问过厂里<b>会计</b>" {
		t.Error("what was typed is lost")
	}
	sent.Set(key+".typed", "2400.50")
	if status, page = he.post(at(c)+"/settle", sent); status != http.StatusOK || !strings.Contains(page.Find("[role=status]").Text(), "已认定李秀芬的工资收入") {
		t.Fatalf("%d %s", status, words(page.Find("main")))
	}
	if page.Find("tr.on").Length() != 0 || !strings.Contains(words(page.Find("[aria-labelledby=facts]")), "工资收入 ¥2,400.50/月 认 经办认定") {
		t.Errorf("not settled: %s", words(page.Find("[aria-labelledby=facts]")))
	}
	if status, _ = he.post(at(c)+"/settle", sent); status != http.StatusUnprocessableEntity {
		t.Errorf("what is settled can be settled again without a dispute: %d", status)
	}
	deposits := url.Values{"revision": {revision(h.find(c.ID))}, "key": {"missing"}, "missing.which": {"deposits@m1"}, "missing.typed": {"8600"}, "missing.reason": {"看了存折"}}
	if status, page = he.post(at(c)+"/settle", deposits); status != http.StatusOK {
		t.Errorf("what nobody told cannot be settled: %d %s", status, words(page.Find("[role=alert]")))
	}
}
