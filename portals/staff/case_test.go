package staff_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
)

func revision(c casework.Case) string { return strconv.FormatInt(c.Revision, 10) }

// sound checks what must hold on every page.
func sound(t *testing.T, d *goquery.Document) {
	t.Helper()
	ids := map[string]bool{}
	d.Find("[id]").Each(func(_ int, e *goquery.Selection) {
		id := e.AttrOr("id", "")
		if ids[id] {
			t.Errorf("the id %q is given twice", id)
		}
		ids[id] = true
	})
	for _, name := range []string{"for", "aria-describedby", "aria-labelledby"} {
		d.Find("[" + name + "]").Each(func(_ int, e *goquery.Selection) {
			for id := range strings.FieldsSeq(e.AttrOr(name, "")) {
				if !ids[id] {
					t.Errorf("%s=%q leads nowhere", name, id)
				}
			}
		})
	}
	d.Find(`a[href^="#"]`).Each(func(_ int, e *goquery.Selection) {
		if id := e.AttrOr("href", "#")[1:]; !ids[id] {
			t.Errorf("the link %q leads nowhere", id)
		}
	})
	d.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, e *goquery.Selection) {
		if e.Closest("label").Length() == 0 && d.Find(fmt.Sprintf(`label[for=%q]`, e.AttrOr("id", "-"))).Length() != 1 {
			t.Errorf("the control %q has no label", e.AttrOr("name", ""))
		}
	})
	d.Find("button, a, summary").Each(func(_ int, e *goquery.Selection) {
		if words(e) == "" {
			t.Errorf("nothing to read on %s", e.AttrOr("href", "a button"))
		}
	})
	if d.Find("h1").Length() != 1 || d.Find("[style], style, script:not([src])").Length() != 0 {
		t.Errorf("%d h1, or inline styles or scripts", d.Find("h1").Length())
	}
}

func TestACaseOfAnotherPlaceIsNotThere(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.apply("孙国平", village, false)
	luo := h.as("luo")
	_, none := luo.get("/staff/cases/none")
	status, page := luo.get(at(c))
	if status != http.StatusNotFound || words(page.Find("main")) != words(none.Find("main")) {
		t.Errorf("%d: what is hidden differs from what is not there", status)
	}
	for _, path := range []string{"/acts/accept", "/settle", "/consent/m1", "/assign"} {
		if status, _ := luo.post(at(c)+path, url.Values{"revision": {revision(c)}}); status != http.StatusNotFound {
			t.Errorf("POST %s gives %d", path, status)
		}
	}
	if got := h.find(c.ID); got.Step != "submitted" || got.Revision != c.Revision {
		t.Error("and it was changed")
	}
	seen, err := h.desk.Audit.About(t.Context(), h.desk.DB, string(c.Applicant), 50)
	h.must(err)
	for _, e := range seen {
		if e.Actor == h.accounts["luo"] {
			t.Errorf("recorded as seen: %+v", e)
		}
	}
}

func TestWhoMayOnlyLookCannotAct(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.apply("孙国平", village, false)
	for _, login := range []string{"zhou", "ding"} {
		v := h.as(login)
		_, page := v.get(at(c))
		if page.Find("aside form").Length() != 0 || !strings.Contains(words(page.Find("aside")), "您可以看，不能办") {
			t.Errorf("%s has forms: %s", login, words(page.Find("aside")))
		}
		if status, _ := v.post(at(c)+"/acts/accept", url.Values{"revision": {revision(c)}}); status != http.StatusForbidden {
			t.Errorf("%s acts: %d", login, status)
		}
	}
	// An act of the applicant is none of staff's.
	if status, _ := h.as("he").post(at(c)+"/acts/withdraw", url.Values{"revision": {revision(c)}}); status != http.StatusConflict {
		t.Errorf("a clerk withdraws an application: %d", status)
	}
	if h.find(c.ID).Step != "submitted" {
		t.Error("the case has moved")
	}
}

func TestEveryLookIsRecordedAndThePageSaysSo(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.apply("孙国平", village, false)
	_, page := h.as("he").get(at(c))
	if !strings.Contains(words(page.Find("aside")), "您这次查看已记录，原因“办理低保申请：待受理”，申请人看得到。") {
		t.Errorf("the page does not say so: %s", words(page.Find("aside")))
	}
	seen, err := h.desk.Audit.About(t.Context(), h.desk.DB, string(c.Applicant), 1)
	h.must(err)
	e := seen[0]
	if e.Verb != audit.View || e.Actor != h.accounts["he"] || e.Role != "township-clerk" || e.Subject != c.Subject() || e.Purpose != "办理低保申请：待受理" {
		t.Errorf("recorded: %+v", e)
	}
	if _, page = h.as("zhou").get(at(c)); !strings.Contains(words(page.Find("aside")), "何芳 办理低保申请：待受理") {
		t.Error("who has seen the case is not shown")
	}
}

func TestHTMLInWhatPeopleWriteStaysText(t *testing.T) {
	t.Parallel()
	h := open(t)
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>`
	c := h.apply("李"+evil, village, true)
	c = h.act(c, "he", "township-clerk", "accept", "")
	he := h.as("he")
	sent := url.Values{"revision": {revision(c)}, "key": {"missing"}, "missing.which": {evil}, "missing.typed": {evil}, "missing.reason": {evil},
		"supplement.lacks": {evil}, "supplement.more": {evil}, "assign.to": {evil}, "assign.reason": {evil}}
	for path, form := range map[string]url.Values{"": nil, "/settle": sent, "/acts/supplement": {"revision": {"0"}, "supplement.more": {evil}}, "/assign": sent, "/consent/" + url.PathEscape(evil): sent} {
		var page *goquery.Document
		if form == nil {
			_, page = he.get(at(c))
		} else {
			_, page = he.post(at(c)+path, form)
		}
		if page.Find("script:not([src])").Length() != 0 || page.Find("img[onerror]").Length() != 0 {
			t.Errorf("%q runs what people wrote", path)
		}
	}
	for _, path := range []string{"/staff?v=" + url.QueryEscape(evil) + "&step=" + url.QueryEscape(evil), "/staff/search?q=" + url.QueryEscape("李"+evil)} {
		if _, page := he.get(path); page.Find("script:not([src])").Length() != 0 || page.Find("img[onerror]").Length() != 0 {
			t.Errorf("%s runs what people wrote", path)
		}
	}
}

func TestAConsentOnPaperHasTheDepartmentsAsked(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.apply("赵玉琴", village, true)
	he := h.as("he")
	_, page := he.get(at(c))
	if facts := words(page.Find("[aria-labelledby=facts]")); !strings.Contains(facts, "还没同意查询") || !strings.Contains(facts, "登记王建军的纸质授权") {
		t.Errorf("%s", facts)
	}
	if status, _ := he.post(at(c)+"/consent/m2", nil); status != http.StatusUnprocessableEntity {
		t.Errorf("without having seen it: %d", status)
	}
	if status, page := he.post(at(c)+"/consent/m2", url.Values{"consent-m2.seen": {"1"}}); status != http.StatusOK || !strings.Contains(words(page.Find("[aria-labelledby=facts]")), "已签纸质授权书") {
		t.Errorf("%d", status)
	}
	before, err := h.desk.Lookups(t.Context(), h.desk.DB, c.ID)
	h.must(err)
	h.must(h.queue.RunDue(t.Context()))
	after, err := h.desk.Lookups(t.Context(), h.desk.DB, c.ID)
	h.must(err)
	if len(after) <= len(before) {
		t.Error("nobody was asked")
	}
}

func TestHandingOverMovesTheLoadAndLeavesATrace(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.reassign(h.apply("孙国平", village, false), "he")
	he := h.as("he")
	if status, _ := he.post(at(c)+"/assign", url.Values{"revision": {revision(c)}, "assign.to": {h.accounts["luo"]}}); status != http.StatusUnprocessableEntity {
		t.Errorf("to somebody of another office: %d", status)
	}
	status, page := he.post(at(c)+"/assign", url.Values{"revision": {revision(c)}, "assign.to": {h.accounts["gao"]}, "assign.reason": {"我明天休假"}})
	if status != http.StatusOK || !strings.Contains(words(page.Find("[aria-labelledby=past]")), "转给高洁") || !strings.Contains(words(page.Find("aside")), "这一件分给了高洁") {
		t.Fatalf("%d %s", status, words(page.Find("aside")))
	}
	loads, err := casework.Loads(t.Context(), h.desk.DB, []string{h.accounts["he"], h.accounts["gao"]})
	h.must(err)
	if loads[h.accounts["he"]] != 0 || loads[h.accounts["gao"]] != 1 {
		t.Errorf("loads: %v", loads)
	}
	seen, err := h.desk.Audit.Of(t.Context(), h.desk.DB, c.Subject(), 5)
	h.must(err)
	found := false
	for _, e := range seen {
		found = found || e.Verb == audit.Act && e.Purpose == "转交办件" && e.Detail["to"] == h.accounts["gao"]
	}
	if !found {
		t.Errorf("not recorded: %+v", seen)
	}
}

func TestTheCountyCannotApproveWhatTheRulesRefuse(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.step(h.apply("赵玉琴", village, false), "review")
	c = h.act(c, "ding", "township-head", "oppose", "人均收入高于标准。")
	zhou := h.as("zhou")
	_, page := zhou.get(at(c))
	if aside := words(page.Find("aside")); !strings.Contains(aside, "规则算出来不符合条件，不能批准") || page.Find(`form[action$="/acts/agree"]`).Length() != 0 {
		t.Errorf("%s", aside)
	}
	if said := words(page.Find("[aria-labelledby=summary]")); !strings.Contains(said, "人均月收入再低 790.01 元即符合") {
		t.Errorf("the summary: %s", said)
	}
	sound(t, page)
	status, page := zhou.post(at(c)+"/acts/refuse", url.Values{"revision": {revision(c)}, "refuse.reason": {"您家人均月收入比标准高。"}})
	if status != http.StatusOK || h.find(c.ID).State != casework.Refused {
		t.Fatalf("%d %s", status, words(page.Find("[role=alert]")))
	}
	if aside := words(page.Find("aside")); !strings.Contains(aside, "这件事已经办完了") || page.Find("aside form").Length() != 0 || !strings.Contains(aside, "最低生活保障申请结果") {
		t.Errorf("after the decision: %s", aside)
	}
	if bar := words(page.Find(".z-bar")); !strings.Contains(bar, "没有批准") || !strings.Contains(bar, "个工作日办结") {
		t.Errorf("the bar: %s", bar)
	}
}

func TestADeadlineInAYearWithoutNoticeIsCalledProvisional(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.at(time.Date(2026, 12, 21, 9, 0, 0, 0, shanghai()))
	c := h.act(h.apply("孙国平", village, false), "he", "township-clerk", "accept", "")
	_, page := h.as("he").get(at(c))
	if bar := words(page.Find(".z-bar")); !strings.Contains(bar, "暂定，2027年放假安排还没有公布") {
		t.Errorf("the bar: %s", bar)
	}
}

// settleDeposits has the clerk settle what the bank does not tell.
func (h *house) settleDeposits(c casework.Case) {
	h.t.Helper()
	facts, err := h.desk.Facts(h.t.Context(), h.desk.DB, c.ID)
	h.must(err)
	if _, ok := facts.Get("存款", "m1"); ok {
		return
	}
	h.do(func(tx *db.Tx) error {
		return h.desk.Settle(h.t.Context(), tx, c.ID, casework.Settling{Fact: "存款", About: "m1", Value: fact.MoneyOf(0), Reason: "看了存折", Who: casework.Actor{ID: h.accounts["he"], Name: "何芳", Role: "township-clerk"}})
	})
}

// visit records a visit, as its form asks it.
func (h *house) visit(c casework.Case) casework.Case {
	h.t.Helper()
	asked := h.service.Step("visit").Act("visited").Form
	answers, problems := form.Read(asked, url.Values{"visited_on": {"2026-03-02"}, "visit_way": {"入户"}, "investigator_1": {"何芳"}, "investigator_2": {"高洁"},
		"visit_found": {"住两间平房"}, "visit_signed": {"是"}}, h.desk.DB.Now())
	h.must(problems.Err())
	h.do(func(tx *db.Tx) (err error) {
		c, err = h.desk.Act(h.t.Context(), tx, casework.Doing{Case: c.ID, Act: "visited", Who: casework.Actor{ID: h.accounts["he"], Name: "何芳", Role: "township-clerk"}, Answers: answers})
		return err
	})
	return c
}

func (h *house) grant(login, role, place string) {
	h.do(func(tx *db.Tx) error {
		return auth.SetGrants(h.t.Context(), tx, h.accounts[login], []auth.Grant{{Role: role, Region: place}})
	})
}
