package staff_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"minzheng/kernel/casework"
)

func TestAStalePageIsToldSoAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.apply("孙国平", village, false)
	he := h.as("he")
	stale := revision(c)
	h.reassign(c, otherOf(h, c))
	status, page := he.post(at(c)+"/acts/supplement", url.Values{"revision": {stale}, "supplement.more": {"房产证复印件"}})
	if status != http.StatusConflict || h.find(c.ID).Step != "submitted" {
		t.Fatalf("%d", status)
	}
	if page.Find("#f-supplement\\.more").Text() != "房产证复印件" || !strings.Contains(words(page.Find("[role=alert]")), "刚刚有人办过了") {
		t.Errorf("%s", words(page.Find("main")))
	}
	for path, form := range map[string]url.Values{"/assign": {"revision": {stale}, "assign.to": {h.accounts["gao"]}}, "/acts/accept": {}} {
		if status, _ := he.post(at(c)+path, form); status != http.StatusConflict {
			t.Errorf("%s with an old page, or with none, gives %d", path, status)
		}
	}
	h.act(h.find(c.ID), "he", "township-clerk", "accept", "")
	if status, page = he.post(at(c)+"/acts/accept", url.Values{"revision": {revision(c)}}); status != http.StatusConflict || !strings.Contains(words(page.Find("[role=alert]")), "下一步") {
		t.Errorf("an act of a step that is over gives %d", status)
	}
}

func otherOf(h *house, c casework.Case) string {
	if c.Assignee == h.accounts["he"] {
		return "gao"
	}
	return "he"
}

func TestOneNoticeListsEverythingThatLacks(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.apply("孙国平", village, false)
	he := h.as("he")
	status, page := he.post(at(c)+"/acts/supplement", url.Values{"revision": {revision(c)}})
	if status != http.StatusUnprocessableEntity || page.Find("[role=alert] a").AttrOr("href", "") != "#f-supplement.lacks" {
		t.Fatalf("%d %s", status, words(page.Find("[role=alert]")))
	}
	sound(t, page)
	status, page = he.post(at(c)+"/acts/supplement", url.Values{"revision": {revision(c)}, "supplement.lacks": {"income", "illness"}, "supplement.more": {" 房产证复印件\n\n户口簿首页 "}})
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, words(page.Find("[role=alert]")))
	}
	wanted, err := casework.Wanted(t.Context(), h.desk.DB, c.ID)
	h.must(err)
	if got := strings.Join(wanted, "|"); got != "收入的凭据|医院的诊断证明|房产证复印件|户口簿首页" {
		t.Errorf("asked for: %s", got)
	}
	if aside := words(page.Find("aside")); !strings.Contains(aside, "在等申请人补材料") || !strings.Contains(aside, "不等了，接着办") {
		t.Errorf("while the applicant is waited for: %s", aside)
	}
	link := page.Find("[aria-labelledby=letters] a").First().AttrOr("href", "")
	_, page = he.get(link)
	sound(t, page)
	if body := words(page.Find("article")); !strings.Contains(body, "请补材料") || !strings.Contains(body, "户口簿首页") || !strings.Contains(body, "核验码") {
		t.Errorf("the letter says %s", body)
	}
	if status, pdf := he.get(link + ".pdf"); status != http.StatusOK || !strings.HasPrefix(pdf.Text(), "%PDF") {
		t.Errorf("its PDF: %d", status)
	}
	if status, _ := h.as("luo").get(link); status != http.StatusNotFound {
		t.Errorf("a letter of another place: %d", status)
	}
}

// step moves a case on to a step, past the pages.
func (h *house) step(c casework.Case, to string) casework.Case {
	h.t.Helper()
	h.settleDeposits(c)
	c = h.find(c.ID)
	for c.Step != to {
		switch c.Step {
		case "submitted":
			c = h.act(c, "he", "township-clerk", "accept", "")
		case "check":
			c = h.act(c, "he", "township-clerk", "checked", "")
		case "visit":
			c = h.visit(c)
		default:
			h.t.Fatalf("no way from %s to %s", c.Step, to)
		}
	}
	return c
}

func TestEveryActsFormHasItsLabels(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.apply("赵玉琴", village, false)
	for _, at := range []struct {
		step, login string
		acts        []string
	}{
		{"submitted", "he", []string{"accept", "supplement"}}, {"check", "he", []string{"checked", "supplement"}}, {"visit", "he", []string{"visited"}},
		{"review", "ding", []string{"propose", "oppose", "return"}},
	} {
		c = h.step(c, at.step)
		_, page := h.as(at.login).get("/staff/cases/" + string(c.ID))
		sound(t, page)
		for _, act := range at.acts {
			form := page.Find(`form[action$="/acts/` + act + `"]`)
			if form.Length() != 1 || form.Find("input[name=revision]").AttrOr("value", "") != revision(c) || form.Find("button[type=submit]").Length() != 1 {
				t.Errorf("in %s the act %s has %d forms", at.step, act, form.Length())
			}
		}
		if n := page.Find("aside .btn-primary").Length(); n > 1 {
			t.Errorf("%d first buttons in %s", n, at.step)
		}
	}
	_, page := h.as("ding").get("/staff/cases/" + string(c.ID))
	if page.Find("#f-propose\\.reason").AttrOr("aria-required", "") != "true" {
		t.Error("a reason that must be given is not marked so")
	}
}

func TestAVisitTakesPhotosAndLosesNoneWhenSomethingIsWrong(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.step(h.apply("赵玉琴", village, false), "visit")
	he := h.as("he")
	sent := url.Values{"revision": {revision(c)}, "visited.visited_on": {"2026-03-02"}, "visited.visit_way": {"入户"}, "visited.investigator_1": {"何芳"},
		"visited.investigator_2": {"何芳"}, "visited.visit_found": {"住两间平房"}, "visited.visit_signed": {"是"}}
	status, page := he.upload(at(c)+"/acts/visited", sent, "visited.photos", map[string][]byte{"门.png": picture(10), "屋里.png": picture(90), "坏的.zip": []byte("PK\x03\x04xx")})
	if status != http.StatusUnprocessableEntity || !strings.Contains(words(page.Find("[role=alert]")), "“坏的.zip”没有传上") {
		t.Fatalf("%d %s", status, words(page.Find("[role=alert]")))
	}
	sound(t, page)
	form := page.Find(`form[action$="/acts/visited"]`)
	if !strings.Contains(words(form), "已经传好 2 份") || form.Find("#f-visited\\.visit_found").Text() != "住两间平房" {
		t.Fatalf("what was sent is lost: %s", words(form))
	}
	thumb := form.Find("img").AttrOr("src", "")
	if status, _ := he.get(thumb); status != http.StatusOK {
		t.Errorf("the picture that waits: %d", status)
	}
	if status, _ := h.as("gao").get(thumb); status != http.StatusNotFound {
		t.Errorf("a colleague's picture that waits: %d", status)
	}
	if status, page = he.upload(at(c)+"/acts/visited", sent, "", nil); status != http.StatusUnprocessableEntity || !strings.Contains(words(page.Find("[role=alert]")), "要是两个人") {
		t.Fatalf("%d %s", status, words(page.Find("[role=alert]")))
	}
	if page.Find("[role=alert] a").AttrOr("href", "") != "#f-visited.investigator_2" {
		t.Error("the problem does not lead to its field")
	}
	sent.Set("visited.investigator_2", "高洁")
	sent.Set("visited.drop", page.Find(`input[name="visited.drop"]`).First().AttrOr("value", ""))
	if status, page = he.upload(at(c)+"/acts/visited", sent, "visited.photos", map[string][]byte{"院子.png": picture(200)}); status != http.StatusOK || h.find(c.ID).Step != "review" {
		t.Fatalf("%d %s", status, words(page.Find("[role=alert]")))
	}
	papers := page.Find("[aria-labelledby=papers]")
	if !strings.Contains(words(papers), "记录入户调查，2 份") || papers.Find("img").Length() != 2 {
		t.Errorf("the papers: %s", words(papers))
	}
	full := papers.Find("a").First().AttrOr("href", "")
	if status, _ := h.as("ding").get(full); status != http.StatusOK {
		t.Errorf("a paper for the head of the office: %d", status)
	}
	if status, _ := h.as("luo").get(full); status != http.StatusNotFound {
		t.Errorf("a paper for another township: %d", status)
	}
	other := h.apply("孙国平", village, false)
	if status, _ := he.get(at(other) + full[strings.Index(full, "/papers/"):]); status != http.StatusNotFound {
		t.Errorf("a paper under another case's address: %d", status)
	}
}

func TestTheClerkWhoVisitedCannotReview(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.step(h.apply("赵玉琴", village, false), "review")
	h.grant("he", "township-head", liuxi)
	_, page := h.as("he").get(at(c))
	if aside := words(page.Find("aside")); !strings.Contains(aside, "前一步是您办的，这一步要换一个人") || page.Find(`form[action$="/acts/propose"]`).Length() != 0 || page.Find("[aria-disabled=true]").Length() != 2 {
		t.Errorf("%s", aside)
	}
	if status, _ := h.as("he").post(at(c)+"/acts/propose", url.Values{"revision": {revision(c)}, "propose.reason": {"可以"}}); status != http.StatusConflict {
		t.Errorf("and can do it all the same: %d", status)
	}
}
