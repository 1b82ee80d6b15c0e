package staff_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"minzheng/kernel/audit"
)

func TestSigningInIsRecordedAndSoIsFailing(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.visitor()
	status, page := v.post("/staff/sign-in", url.Values{"login": {"he"}, "password": {"wrong-password-1"}})
	if status != http.StatusUnprocessableEntity || page.Find("#f-login").AttrOr("value", "") != "he" || page.Find("#f-password").AttrOr("value", "") != "" {
		t.Errorf("%d; the login is kept and the password is not", status)
	}
	if !strings.Contains(page.Find("[role=alert]").Text(), "不正确") {
		t.Errorf("nothing is said: %s", words(page.Find("main")))
	}
	h.as("he")
	seen, err := h.desk.Audit.Of(t.Context(), h.desk.DB, "account/"+h.accounts["he"], 10)
	h.must(err)
	if len(seen) != 2 || seen[0].Verb != audit.SignIn || seen[0].Detail["result"]+seen[1].Detail["result"] != "infailed" && seen[0].Detail["result"]+seen[1].Detail["result"] != "failedin" {
		t.Errorf("recorded: %+v", seen)
	}
	v.post("/staff/sign-in", url.Values{"login": {"Secret-2026-typed-here"}, "password": {"x"}})
	unknown, err := h.desk.Audit.Of(t.Context(), h.desk.DB, "account/unknown", 10)
	h.must(err)
	if len(unknown) != 1 || unknown[0].Actor != "" || len(unknown[0].Detail) != 1 {
		t.Errorf("of an unknown login is kept: %+v", unknown)
	}
}

func TestWhoIsNotSignedInIsSentToTheDoorAndBack(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.apply("孙国平", village, false)
	v := h.visitor()
	_, page := v.get(at(c))
	next := page.Find("input[name=next]").AttrOr("value", "")
	if page.Find("#f-password").Length() != 1 || next != at(c) || strings.Contains(page.Text(), "孙国平") {
		t.Fatalf("the door does not know where to go on: %q", next)
	}
	_, page = v.post("/staff/sign-in", url.Values{"login": {"he"}, "password": {password}, "next": {next}})
	if !strings.Contains(page.Find("h1").Text(), "孙国平") {
		t.Errorf("after signing in: %s", page.Find("h1").Text())
	}
	for _, evil := range []string{"https://evil.example/", "//evil.example", "/staff/\\evil", "javascript:alert(1)", "/my"} {
		if _, page := h.visitor().get("/staff/sign-in?next=" + url.QueryEscape(evil)); page.Find("input[name=next]").AttrOr("value", "-") != "" {
			t.Errorf("the door would lead to %s", evil)
		}
	}
}

func TestSigningOutEndsIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.as("he")
	v.post("/staff/sign-out", nil)
	if _, page := v.get("/staff"); page.Find("#f-password").Length() != 1 {
		t.Error("still inside")
	}
}

func TestTheDemosDoorListsItsAccounts(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, page := h.visitor().get("/staff/sign-in")
	if list := words(page.Find("section")); !strings.Contains(list, "何芳") || !strings.Contains(list, password) {
		t.Errorf("the door says %s", list)
	}
	sound(t, page)
}
