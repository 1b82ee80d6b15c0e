package staff_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"minzheng/kernel/auth"
	"minzheng/kernel/db"
)

var standardPath = "/staff/standards/dibao/" + url.PathEscape("低保标准")

// proposal is what an officer types, with what differs in it.
func proposal(key string, differs ...string) url.Values {
	v := url.Values{"key": {key}, "region": {qingxi}, "from": {"2026-07-01"}, "value": {"1280"}, "source": {"清民发〔2026〕8号"}, "why": {"按消费支出调整"}}
	for i := 0; i+1 < len(differs); i += 2 {
		v.Set(differs[i], differs[i+1])
	}
	return v
}

// proposed has somebody propose a change, and returns where it is.
func proposed(t *testing.T, v *visitor, differs ...string) (path string, page *goquery.Document) {
	t.Helper()
	status, page := v.post(standardPath+"/propose", proposal(db.NewID(), differs...))
	if status != http.StatusOK || page.Find("h2#change").Length() == 0 {
		t.Fatalf("proposing gives %d: %s", status, words(page.Selection))
	}
	action, _ := page.Find("form[action$='/withdraw']").Attr("action")
	return strings.TrimSuffix(action, "/withdraw"), page
}

func seen(page *goquery.Document) string {
	return page.Find("[name=seen]").AttrOr("value", "")
}

func says(t *testing.T, status, want int, page *goquery.Document, all ...string) {
	t.Helper()
	text := words(page.Selection)
	if status != want {
		t.Fatalf("got %d, want %d: %s", status, want, text)
	}
	for _, one := range all {
		if !strings.Contains(text, one) {
			t.Fatalf("the page does not say %q: %s", one, text)
		}
	}
}

func TestTheListShowsWhatHoldsTodayAndWhoSetIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, login := range []string{"he", "zhou", "tang"} {
		status, page := h.as(login).get("/staff/standards")
		says(t, status, 200, page, "云岭市清溪县", "低保标准", "¥1,210.00/人·月", "2025年7月1日", "示例省", "省级", "示例文件〔2025〕1号", "示例")
	}
	status, page := h.as("zhou").get(standardPath)
	says(t, status, 200, page, "现在用", "¥1,120.00/人·月", "2025年6月30日", "随事项文件", "提出变更")
	if _, page := h.as("he").get(standardPath); strings.Contains(page.Text(), "提出变更") {
		t.Error("a clerk is offered a change")
	}
	for _, path := range []string{"/staff/standards/dibao/moon", "/staff/standards/moon/moon", "/staff/changes/moon"} {
		if status, _ := h.as("zhou").get(path); status != http.StatusNotFound {
			t.Errorf("%s answers %d", path, status)
		}
	}
}

func TestAChangeGoesFromOneOfficerToAnother(t *testing.T) {
	t.Parallel()
	h := open(t)
	zhou, tang := h.as("zhou"), h.as("tang")
	path, page := proposed(t, zhou)
	says(t, 200, 200, page, "正在算影响", "撤回")
	h.must(h.queue.RunDue(t.Context()))
	status, page := tang.get("/staff/operations")
	says(t, status, 200, page, "有 1 项标准变更等您复核")
	if _, page := zhou.get("/staff"); strings.Contains(page.Text(), "等您复核") {
		t.Error("the proposer is asked to review")
	}
	status, page = tang.get(path)
	says(t, status, 200, page, "¥1,280.00/人·月", "¥1,210.00/人·月", "周敏提出", "没有能算的户", "看过影响，启用")
	mark := url.Values{"seen": {seen(page)}}
	status, page = zhou.post(path+"/activate", mark)
	says(t, status, http.StatusForbidden, page, "没有办成", "要请另一位有权限的人复核")
	status, page = tang.post(path+"/activate", url.Values{"seen": {"0000"}})
	says(t, status, http.StatusConflict, page, "没有办成", "重新算过")
	for range 2 { // the second press changes nothing
		status, page = tang.post(path+"/activate", mark)
		says(t, status, 200, page, "已启用", "唐宁启用")
	}
	status, page = h.as("han").post(path+"/activate", mark)
	says(t, status, http.StatusConflict, page, "唐宁启用")
	status, page = zhou.get(standardPath)
	says(t, status, 200, page, "¥1,280.00/人·月 还没到 2026年7月1日", "清溪县 县级", "唐宁启用")
	h.at(time.Date(2026, 7, 1, 9, 0, 0, 0, shanghai()))
	status, page = h.as("he").get("/staff/standards")
	says(t, status, 200, page, "¥1,280.00/人·月", "清民发〔2026〕8号")
	if page.Find("#waiting").Length() > 0 {
		t.Error("it still waits")
	}
}

func TestWhatIsTypedWrongComesBackWithItsSentence(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.as("zhou")
	for _, c := range []struct{ field, value, want string }{
		{"value", "很多", "请写金额"}, {"region", "390000", "您只能改本地和下级"}, {"region", "110000", "没有这个地方"},
		{"from", "2026-02-01", "追溯"}, {"from", "7月", "请写从哪一天起"}, {"source", "", "请写文号"},
	} {
		status, page := v.post(standardPath+"/propose", proposal(db.NewID(), c.field, c.value))
		says(t, status, http.StatusUnprocessableEntity, page, c.want)
		if got := page.Find("[name=why]").Text(); got != "按消费支出调整" {
			t.Errorf("what was typed is lost: %q", got)
		}
	}
	if _, page := v.get("/staff/standards"); page.Find("#waiting").Length() > 0 {
		t.Error("a wrong proposal was kept")
	}
}

func TestOneFormPressedTwiceIsOneChange(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.as("zhou")
	for range 2 {
		if status, page := v.post(standardPath+"/propose", proposal("same")); status != 200 {
			t.Fatalf("got %d: %s", status, words(page.Selection))
		}
	}
	_, page := v.get("/staff/standards")
	if n := page.Find("a[href^='/staff/changes/']").Length(); n != 1 {
		t.Errorf("%d changes wait, want one", n)
	}
	if status, _ := v.post(standardPath+"/propose", proposal("")); status != http.StatusBadRequest && status != http.StatusUnprocessableEntity {
		t.Errorf("a form without its key gives %d", status)
	}
}

func TestAChangeIsNotThereForThoseOfOtherPlacesAndOffices(t *testing.T) {
	t.Parallel()
	h := open(t)
	hash, err := h.auth.HashPassword(t.Context(), password)
	h.must(err)
	h.do(func(tx *db.Tx) error {
		_, err := auth.Add(t.Context(), tx, auth.NewAccount{Login: "wai", Name: "外县", Password: hash, Grants: []auth.Grant{{Role: "county-officer", Region: "390122"}}})
		return err
	})
	path, _ := proposed(t, h.as("zhou"))
	h.must(h.queue.RunDue(t.Context()))
	_, page := h.as("tang").get(path)
	mark := url.Values{"seen": {seen(page)}, "why": {"不行"}}
	for _, login := range []string{"wai", "he", "ding"} {
		v := h.as(login)
		if status, _ := v.get(path); status != http.StatusNotFound {
			t.Errorf("%s sees it: %d", login, status)
		}
		for _, verb := range []string{"activate", "refuse", "withdraw", "reweigh", "moon"} {
			if status, _ := v.post(path+"/"+verb, mark); status != http.StatusNotFound {
				t.Errorf("%s does %s: %d", login, verb, status)
			}
		}
		status, page := v.post(standardPath+"/propose", proposal(db.NewID()))
		if status != http.StatusForbidden && status != http.StatusUnprocessableEntity {
			t.Errorf("%s proposes for 清溪县: %d %s", login, status, words(page.Selection))
		}
	}
	for _, id := range []string{"", "..", "'", strings.Repeat("a", 500)} {
		if status, _ := h.as("tang").post("/staff/changes/"+url.PathEscape(id)+"/activate", mark); status < 400 || status >= 500 {
			t.Errorf("the id %.20q answers %d", id, status)
		}
	}
	if status, page := h.as("tang").get(path); status != 200 || !strings.Contains(page.Text(), "等复核") {
		t.Errorf("the change is no longer as it was: %d", status)
	}
}

func TestARefusalTellsTheProposerWhy(t *testing.T) {
	t.Parallel()
	h := open(t)
	zhou, tang := h.as("zhou"), h.as("tang")
	path, _ := proposed(t, zhou, "from", "2026-01-01", "retro", "1")
	status, page := tang.get(path)
	says(t, status, 200, page, "追溯，需要重新算", "从 2026年1月1日 起的发放要重新算", "影响还没有算好")
	status, page = tang.post(path+"/refuse", url.Values{"why": {""}})
	says(t, status, http.StatusUnprocessableEntity, page, "请写为什么退回")
	status, page = tang.post(path+"/refuse", url.Values{"why": {"文号不对"}})
	says(t, status, 200, page, "已退回", "文号不对")
	status, page = zhou.get(path)
	says(t, status, 200, page, "唐宁退回", "文号不对")
	status, page = zhou.post(path+"/withdraw", nil)
	says(t, status, http.StatusConflict, page, "唐宁退回")
}

func TestThePageRefreshesItselfOnlyWhileTheImpactIsWorkedOut(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.as("zhou")
	path, _ := proposed(t, v)
	for _, want := range []bool{true, false} {
		r, err := http.NewRequest(http.MethodGet, h.url+path, nil)
		h.must(err)
		resp, err := v.http.Do(r)
		h.must(err)
		resp.Body.Close()
		if got := resp.Header.Get("Refresh") != ""; got != want {
			t.Errorf("refreshes: %v, want %v", got, want)
		}
		h.must(h.queue.RunDue(t.Context()))
	}
}
