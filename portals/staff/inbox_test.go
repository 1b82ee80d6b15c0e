package staff_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

func TestTheInboxHoldsOnlyOnesOwnCasesTheNearestDeadlineFirst(t *testing.T) {
	t.Parallel()
	h := open(t)
	later := h.apply("赵玉琴", village, false)
	h.act(later, "he", "township-clerk", "accept", "")
	h.at(time.Date(2026, 3, 3, 9, 0, 0, 0, shanghai()))
	urgent := h.apply("孙国平", village, false)
	other := h.apply("马小军", shiqiao, false)
	urgent, later = h.reassign(urgent, "he"), h.reassign(h.find(later.ID), "he")

	_, page := h.as("he").get("/staff")
	var names []string
	rows := page.Find("tr.z-row")
	for i := range rows.Length() {
		names = append(names, rows.Eq(i).Find("th a").Text())
	}
	if got := strings.Join(names, " "); got != "赵玉琴 孙国平" && got != "孙国平 赵玉琴" {
		t.Fatalf("the inbox shows %q", got)
	}
	// 赵玉琴 was accepted on 3月2日, so the check may take until 3月5日; 孙国平's 受理 until 3月6日.
	if names[0] != "赵玉琴" {
		t.Errorf("the nearest deadline is not first: %v", names)
	}
	if first := words(rows.Eq(0)); !strings.Contains(first, "第 1 / 30 个工作日") || !strings.Contains(first, "这一步最晚 3月5日 周四") {
		t.Errorf("an accepted case shows no statutory clock: %s", first)
	}
	if second := words(rows.Eq(1)); !strings.Contains(second, "受理前，最晚 3月6日 周五") || !strings.Contains(second, "第 0 / 3 个工作日") {
		t.Errorf("before 受理 the step's own deadline is wanted: %s", second)
	}
	if strings.Contains(page.Text(), other.Number) {
		t.Error("a case of another township shows")
	}
	if mark := words(page.Find("h1")); mark != "待办 2 件" {
		t.Errorf("the heading says %q", mark)
	}
}

func TestAListIsForWhoeverHoldsItsGrantAlone(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.apply("孙国平", village, false)
	for login, sees := range map[string]bool{"he": true, "gao": true, "luo": false, "zhou": true} {
		v := h.as(login)
		for _, list := range []string{"office.township-clerk." + liuxi, "county." + qingxi, "waiting." + liuxi, "mine", "nonsense"} {
			_, page := v.get("/staff?v=" + list)
			if shown := strings.Contains(page.Text(), c.Number); shown && !sees {
				t.Errorf("%s sees a case of another place in the list %s", login, list)
			}
		}
		_, page := v.get("/staff/search?q=" + url.QueryEscape("孙国平"))
		if shown := strings.Contains(page.Text(), c.Number); shown != sees {
			t.Errorf("%s finds the case: %v", login, shown)
		}
	}
	_, page := h.as("zhou").get("/staff?v=county." + qingxi)
	if row := words(page.Find("tr.z-row")); !strings.Contains(row, "柳溪街道在办") {
		t.Errorf("the county's list does not say who has a case: %s", row)
	}
}

func TestAnInboxCanBeNarrowedAndSaysWhatWouldBeThere(t *testing.T) {
	t.Parallel()
	h := open(t)
	he := h.as("he")
	if _, page := he.get("/staff"); !strings.Contains(page.Find(".z-blank").Text(), "都办完了") {
		t.Error("an empty inbox says nothing")
	}
	c := h.reassign(h.apply("孙国平", village, false), "he")
	h.at(time.Date(2026, 3, 2, 9, 1, 0, 0, shanghai())) // past what is kept of the figures
	if _, page := he.get("/staff?step=submitted&service=dibao"); page.Find("tr.z-row").Length() != 1 {
		t.Errorf("the case %s is not among its step's", c.Number)
	}
	_, page := he.get("/staff?step=visit")
	if page.Find("tr.z-row").Length() != 0 || !strings.Contains(page.Find(".z-blank").Text(), "没有符合筛选的办件") {
		t.Error("another step shows it too, or nothing is said")
	}
	if page.Find(`#pick-step option[selected]`).AttrOr("value", "") != "visit" {
		t.Error("the filter forgets what was chosen")
	}
}

func TestLongListsArePagedAndKeepTheirFilter(t *testing.T) {
	t.Parallel()
	h := open(t)
	for range 27 {
		h.open("孙国平", village, false)
	}
	v := h.as("he")
	_, page := v.get("/staff?v=office.township-clerk." + liuxi + "&step=submitted")
	next := page.Find("a[rel=next]").AttrOr("href", "")
	if page.Find("tr.z-row").Length() != 25 || !strings.Contains(next, "page=2") || !strings.Contains(next, "step=submitted") {
		t.Fatalf("%d rows, next is %q", page.Find("tr.z-row").Length(), next)
	}
	if _, page = v.get(next); page.Find("tr.z-row").Length() != 2 || !strings.Contains(words(page.Find(".z-pager")), "第 26–27 件，共 27 件") {
		t.Errorf("the second page shows %d, %s", page.Find("tr.z-row").Length(), words(page.Find(".z-pager")))
	}
	if _, page = v.get("/staff?v=office.township-clerk." + liuxi + "&page=999"); page.Find("tr.z-row").Length() != 2 {
		t.Error("a page past the end is not the last one")
	}
}

func TestWhatWasJustDoneShowsInTheFiguresAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.reassign(h.apply("孙国平", village, false), "he")
	v := h.as("he")
	if _, page := v.get("/staff"); words(page.Find("h1")) != "待办 1 件" {
		t.Fatal(words(page.Find("h1")))
	}
	v.post(at(c)+"/assign", url.Values{"revision": {revision(c)}, "assign.to": {h.accounts["gao"]}})
	if _, page := v.get("/staff"); words(page.Find("h1")) != "待办 0 件" {
		t.Errorf("after handing over: %s", words(page.Find("h1")))
	}
}

func TestASearchNeedsTwoSignsAndIsRecorded(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.apply("孙国平", village, false)
	v := h.as("he")
	if _, page := v.get("/staff/search?q=" + url.QueryEscape("孙")); page.Find("tr.z-row").Length() != 0 || !strings.Contains(page.Text(), "前两个字") {
		t.Error("one sign is enough to look around")
	}
	v.get("/staff/search?q=" + url.QueryEscape("孙国"))
	seen, err := h.desk.Audit.Of(t.Context(), h.desk.DB, "search", 10)
	h.must(err)
	if len(seen) != 1 || seen[0].Actor != h.accounts["he"] || seen[0].Detail["words"] != "孙国" || seen[0].Detail["found"] != "1" {
		t.Errorf("recorded: %+v", seen)
	}
}

func TestNobodyWithoutACaseDeskGetsOne(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.apply("孙国平", village, false)
	tang := h.as("tang")
	if status, page := tang.get("/staff"); status != http.StatusOK || !strings.Contains(page.Find("h1").Text(), "运行情况") {
		t.Errorf("an administrator lands at %d %s", status, page.Find("h1").Text())
	}
	for _, path := range []string{at(c), "/staff/search?q=" + url.QueryEscape("孙国平")} {
		if status, page := tang.get(path); status < 400 || strings.Contains(page.Text(), "孙国平") {
			t.Errorf("an administrator reads %s: %d", path, status)
		}
	}
	if status, _ := h.as("he").get("/staff/operations"); status != http.StatusNotFound {
		t.Errorf("a clerk reads how the program runs: %d", status)
	}
	status, page := h.as("zhou").get("/staff/operations")
	if status != http.StatusOK || !strings.Contains(words(page.Find("main")), "公安 户籍信息 正常") {
		t.Errorf("%d %s", status, words(page.Find("main")))
	}
}

func TestADrillIsSwitchedByWhoLooksAfterTheProgramAndRecorded(t *testing.T) {
	t.Parallel()
	h := open(t)
	form := url.Values{"source": {"police.household"}, "on": {"yes"}}
	if status, _ := h.as("he").post("/staff/operations/drill", form); status != http.StatusNotFound {
		t.Errorf("a clerk switches a drill: %d", status)
	}
	v := h.as("zhou")
	v.post("/staff/operations/drill", form)
	_, page := v.get("/staff/operations")
	if row := words(page.Find("#source-police-household")); !strings.Contains(row, "演练中") || !strings.Contains(row, "结束演练") {
		t.Errorf("in the drill it says %s", row)
	}
	seen, err := h.desk.Audit.Of(t.Context(), h.desk.DB, "source/police.household", 10)
	h.must(err)
	if len(seen) != 1 || seen[0].Detail["drill"] != "begin" {
		t.Errorf("recorded: %+v", seen)
	}
	h.apply("孙国平", village, false)
	form.Set("on", "no")
	v.post("/staff/operations/drill", form)
	_, page = v.get("/staff/operations")
	if row := words(page.Find("#source-police-household")); strings.Contains(row, "演练中，") || !strings.Contains(row, "演练中 1") || !strings.Contains(row, "1 件") {
		t.Errorf("after it, with a case that waits, it says %s", row)
	}
}

// reassign gives a case to somebody, past the pages.
func (h *house) reassign(c casework.Case, login string) casework.Case {
	h.t.Helper()
	if c.Assignee == h.accounts[login] {
		return c
	}
	h.do(func(tx *db.Tx) (err error) {
		c, err = h.desk.Reassign(h.t.Context(), tx, casework.Handover{Case: c.ID, To: h.accounts[login], Who: casework.System})
		return err
	})
	return c
}
